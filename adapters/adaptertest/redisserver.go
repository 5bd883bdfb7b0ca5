package adaptertest

import (
	"bytes"
	"context"
	"crypto/rand"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	goredis "github.com/redis/go-redis/v9"
)

// Redis gives the URL of a real Redis for one test: the server that
// BELLWETHER_TEST_REDIS (host:port) names, or else a private one that ends
// with the test. Use [Prefix] for keys. Without a redis-server to start, the
// test is skipped, or fails if CI=true or BELLWETHER_REQUIRE_REDIS=1.
func Redis(t testing.TB) string {
	t.Helper()
	if addr := os.Getenv("BELLWETHER_TEST_REDIS"); addr != "" {
		return "redis://" + addr
	}
	return "redis://" + StartRedis(t).Addr
}

// Prefix gives a key prefix that no other test uses.
func Prefix(t testing.TB) string {
	t.Helper()
	return "test-" + rand.Text()[:10] + ":"
}

// Server is a private redis-server.
type Server struct {
	Addr string
	dir  string
	args []string // those of the test
	cmd  *exec.Cmd
	out  *bytes.Buffer

	restart func(t testing.TB) string
}

// StartRedis starts a redis-server on a free loopback port, with further
// arguments as on its command line. The test's end stops it.
func StartRedis(t testing.TB, args ...string) *Server {
	t.Helper()
	s := start(t, func(s *Server) []string {
		_, port, _ := strings.Cut(s.Addr, ":")
		return append([]string{
			"--port", port, "--bind", "127.0.0.1", "--dir", s.dir, "--save", "", "--appendonly", "no",
		}, args...)
	}, isThere)
	s.args = args
	return s
}

// isThere reports whether a server is the one that was started, and not another
// that took the port.
func isThere(ctx context.Context, c *goredis.Client, s *Server) bool {
	conf, err := c.ConfigGet(ctx, "dir").Result()
	return err == nil && sameDir(conf["dir"], s.dir)
}

// start starts a server with arguments made for its address and folder, and
// waits until it is ready.
func start(t testing.TB, args func(*Server) []string, ready func(context.Context, *goredis.Client, *Server) bool) *Server {
	t.Helper()
	binary := findRedis(t)
	// A port that was free a moment ago may be taken by the time the server
	// wants it: then try another.
	var last string
	for range 5 {
		s := &Server{Addr: freeAddr(t), dir: t.TempDir()}
		s.restart = func(t testing.TB) string { return s.launch(t, binary, args(s), ready) }
		if last = s.restart(t); last == "" {
			t.Cleanup(s.Kill)
			return s
		}
	}
	t.Fatalf("redis-server does not start: %s", last)
	return nil
}

func findRedis(t testing.TB) string {
	t.Helper()
	binary, err := exec.LookPath("redis-server")
	if err == nil {
		return binary
	}
	const message = "no redis-server found: install it (for example apt-get install redis-server), " +
		"or set BELLWETHER_TEST_REDIS to the host:port of a server that tests may write to"
	if os.Getenv("CI") == "true" || os.Getenv("BELLWETHER_REQUIRE_REDIS") == "1" {
		t.Fatal(message)
	}
	t.Skip(message)
	return ""
}

func freeAddr(t testing.TB) string {
	t.Helper()
	var conf net.ListenConfig
	l, err := conf.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatalf("find a free port: %v", err)
	}
	defer l.Close()
	return l.Addr().String()
}

// awaitServer is how long a server may take for anything.
const awaitServer = 30 * time.Second

// launch starts the server and waits until it is ready; it returns why not.
func (s *Server) launch(t testing.TB, binary string, args []string, ready func(context.Context, *goredis.Client, *Server) bool) string {
	t.Helper()
	s.out = new(bytes.Buffer)
	s.cmd = exec.CommandContext(context.WithoutCancel(t.Context()), binary, args...)
	s.cmd.Stdout, s.cmd.Stderr = s.out, s.out
	if err := s.cmd.Start(); err != nil {
		return err.Error()
	}
	c := goredis.NewClient(&goredis.Options{Addr: s.Addr, Protocol: 2, MaxRetries: -1, DialerRetries: 1})
	defer c.Close()
	deadline, cancel := context.WithTimeout(t.Context(), awaitServer)
	defer cancel()
	for !ready(deadline, c, s) {
		select {
		case <-deadline.Done():
			s.Kill()
			return s.out.String()
		case <-time.After(10 * time.Millisecond): // the server tells nobody when it is ready
		}
	}
	return ""
}

func sameDir(a, b string) bool {
	x, errX := filepath.EvalSymlinks(a)
	y, errY := filepath.EvalSymlinks(b)
	return errX == nil && errY == nil && x == y
}

// Kill ends the server at once, as a crash would. A second call does nothing.
func (s *Server) Kill() {
	if s.cmd == nil || s.cmd.Process == nil {
		return
	}
	_ = s.cmd.Process.Kill()
	_ = s.cmd.Wait()
	s.cmd = nil
}

// Restart starts a server again that was killed, on the same address and
// folder: with "--appendonly yes" among its arguments it has what it had.
func (s *Server) Restart(t testing.TB) {
	t.Helper()
	if why := s.restart(t); why != "" {
		t.Fatalf("redis-server does not start again: %s", why)
	}
}

// DieAlone kills a master that has written for a time what no replica has: they
// stand still meanwhile, and have no line to it. It gives when that began.
func (s *Server) DieAlone(t testing.TB, replicas []*Server, span time.Duration) (since time.Time) {
	t.Helper()
	s.await(t, "its replicas are in step", func(ctx context.Context, c *goredis.Client) bool { return inStep(ctx, c, len(replicas)) })
	for _, r := range replicas {
		_ = r.cmd.Process.Signal(syscall.SIGSTOP)
		defer func() { _ = r.cmd.Process.Signal(syscall.SIGCONT) }()
	}
	s.await(t, "it has no replicas", func(ctx context.Context, c *goredis.Client) bool {
		_ = c.ClientKillByFilter(ctx, "TYPE", "replica").Err()
		info, err := c.Info(ctx, "replication").Result()
		return err == nil && strings.Contains(info, "connected_slaves:0")
	})
	since = time.Now()
	<-time.After(span)
	s.Kill()
	return since
}

// Replicas are those of some servers that follow this one.
func (s *Server) Replicas(t testing.TB, all []*Server) (replicas []*Server) {
	t.Helper()
	s.await(t, "it tells its replicas", func(ctx context.Context, c *goredis.Client) bool {
		info, err := c.Info(ctx, "replication").Result()
		replicas = nil
		for _, one := range all {
			host, port, _ := strings.Cut(one.Addr, ":")
			if strings.Contains(info, ":ip="+host+",port="+port+",state=online") {
				replicas = append(replicas, one)
			}
		}
		return err == nil && len(replicas) > 0
	})
	return replicas
}
