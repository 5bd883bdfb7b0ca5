package main

import (
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/bellwether/bellwether/adapters/adaptertest"
	"github.com/bellwether/bellwether/adapters/redis"
	"github.com/bellwether/bellwether/alerts"
)

// story is the built binary with a real Redis behind it. A fake platform stands
// before it.
type story struct {
	t      *testing.T
	dir    string
	binary string
	wires  string
	redis  string
	prefix string
	listen string
	stderr *adaptertest.Buffer
	cmd    *exec.Cmd
}

// newStory builds the binary.
func newStory(t *testing.T) *story {
	t.Helper()
	dir := t.TempDir()
	s := &story{
		t: t, dir: dir, binary: filepath.Join(dir, "bellwether"), wires: filepath.Join(dir, "wires"), redis: adaptertest.Redis(t),
		prefix: adaptertest.Prefix(t), listen: freeAddress(t), stderr: &adaptertest.Buffer{},
	}
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", s.binary, ".").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	if err := os.Mkdir(s.wires, 0o755); err != nil {
		t.Fatal(err)
	}
	return s
}

// environment is what the binary is run with, beside what more says.
func (s *story) environment(more ...string) []string {
	return append([]string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + s.dir, "REDIS_URL=" + s.redis, "BELLWETHER_REDIS_PREFIX=" + s.prefix,
		"BELLWETHER_REDIS_SHARDS=4", "BELLWETHER_HTTP_LISTEN=" + s.listen, "BELLWETHER_LOG_LEVEL=debug",
	}, more...)
}

// run runs the binary until the test ends it.
func (s *story) run(environment ...string) {
	s.t.Helper()
	s.cmd = s.launch(environment...)
	s.until("it serves", func() bool { return healthcheck(s.t.Context(), s.listen) == nil })
}

// launch starts the binary.
func (s *story) launch(environment ...string) *exec.Cmd {
	s.t.Helper()
	cmd := exec.Command(s.binary, "run", "--data", filepath.Join(s.dir, "data"), "--source", s.wires)
	cmd.Env = s.environment(environment...)
	cmd.Stderr = s.stderr
	if err := cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() {
		_ = cmd.Process.Kill() // if the test failed
		if s.t.Failed() {
			s.t.Logf("on standard error:\n%s", s.stderr)
		}
	})
	return cmd
}

// until waits for what another process does.
func (s *story) until(what string, f func() bool) {
	s.t.Helper()
	for limit := time.Now().Add(30 * time.Second); !f(); <-time.After(20 * time.Millisecond) {
		if time.Now().After(limit) {
			s.t.Fatalf("it did not come to this: %s", what)
		}
	}
}

// await waits until the store is so.
func (s *story) await(what string, f func(*redis.Client) bool) {
	s.t.Helper()
	c, err := redis.Open(s.t.Context(), redis.Options{URL: s.redis, Prefix: s.prefix, Shards: 4})
	if err != nil {
		s.t.Fatal(err)
	}
	s.until(what, func() bool { return f(c) })
	if err := c.Close(); err != nil {
		s.t.Error(err)
	}
}

// dueNow waits until n articles wait in a digest, and brings its time forward.
func (s *story) dueNow(lane alerts.Lane, n int) {
	s.t.Helper()
	s.await("articles wait for the digest", func(c *redis.Client) bool {
		items, err := c.Outbox().Waiting(s.t.Context(), lane.Destination)
		if err != nil {
			s.t.Fatal(err)
		}
		if len(items) < n {
			return false
		}
		if _, err := c.Outbox().Move(s.t.Context(), lane, lane, time.Now()); err != nil {
			s.t.Fatal(err)
		}
		return true
	})
}

// end stops the program as Ctrl-C would.
func (s *story) end() {
	s.t.Helper()
	if err := s.cmd.Process.Signal(syscall.SIGINT); err != nil {
		s.t.Fatal(err)
	}
	if err := s.cmd.Wait(); err != nil {
		s.t.Errorf("it ended with %v", err)
	}
}

func (s *story) write(name, text string) { writeFile(s.t, filepath.Join(s.wires, name), text) }

// tells looks at what the program serves to whoever watches it: it is to be well
// and ready, and to hold none of these.
func (s *story) tells(secrets ...string) {
	s.t.Helper()
	for _, path := range []string{"/healthz", "/readyz", "/metrics"} {
		status, body := fetch(s.t, s.listen, path)
		if status != http.StatusOK {
			s.t.Errorf("%s: %d %s", path, status, body)
		}
		for _, secret := range secrets {
			if strings.Contains(body, secret) {
				s.t.Errorf("%s holds %q", path, secret)
			}
		}
	}
}

// keeps fails the test for each of secrets that the log holds.
func (s *story) keeps(secrets ...string) {
	s.t.Helper()
	for _, secret := range secrets {
		if strings.Contains(s.stderr.String(), secret) {
			s.t.Errorf("the log holds %q", secret)
		}
	}
}
