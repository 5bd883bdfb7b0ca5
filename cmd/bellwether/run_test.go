package main

import (
	"bufio"
	"context"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/bellwether/bellwether/adapters/adaptertest"
)

// process is a bellwether that runs in this process: what Ctrl-C does is done
// by ending its context.
type process struct {
	t      *testing.T
	stdin  *os.File
	lines  chan string
	stderr *adaptertest.Buffer
	stop   context.CancelFunc
	done   chan int
}

func start(t *testing.T, environment map[string]string, args ...string) *process {
	t.Helper()
	in, stdin, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, out := io.Pipe()
	ctx, stop := context.WithCancel(t.Context())
	p := &process{t: t, stdin: stdin, lines: make(chan string, 1000), stderr: &adaptertest.Buffer{}, stop: stop, done: make(chan int, 1)}
	w := world{stdin: in, stdout: out, stderr: p.stderr, lookup: func(name string) (string, bool) {
		v, ok := environment[name]
		return v, ok
	}}
	go func() {
		status := execute(ctx, w, args)
		_ = out.Close()
		_ = in.Close()
		p.done <- status
	}()
	go func() {
		defer close(p.lines)
		for s := bufio.NewScanner(stdout); s.Scan(); {
			p.lines <- s.Text()
		}
	}()
	return p
}

func (p *process) say(line string) {
	p.t.Helper()
	if _, err := io.WriteString(p.stdin, line+"\n"); err != nil {
		p.t.Fatal(err)
	}
}

// expect reads the output up to a line that holds text.
func (p *process) expect(text string) {
	p.t.Helper()
	deadline := time.After(30 * time.Second)
	for {
		select {
		case line, ok := <-p.lines:
			if !ok {
				p.t.Fatalf("the output ended before %q; on standard error:\n%s", text, p.stderr)
			}
			if strings.Contains(line, text) {
				return
			}
		case <-deadline:
			p.t.Fatalf("no %q came; on standard error:\n%s", text, p.stderr)
		}
	}
}

// end stops the process as Ctrl-C would and gives its exit status.
func (p *process) end() int {
	p.t.Helper()
	p.stop()
	select {
	case status := <-p.done:
		_ = p.stdin.Close()
		return status
	case <-time.After(30 * time.Second):
		p.t.Fatal("it did not end")
		return -1
	}
}

const harborStory = `Harbor town opens a battery plant

A plant for lithium batteries opened in Port Selby on Thursday.

https://news.example.org/harbor-plant
`

func TestRunServesUntilItIsStopped(t *testing.T) {
	defer goleak.VerifyNone(t)
	dir := t.TempDir()
	wires := filepath.Join(dir, "wires")
	if err := os.Mkdir(wires, 0o755); err != nil {
		t.Fatal(err)
	}
	args := []string{"run", "--data", filepath.Join(dir, "data"), "--source", wires}

	p := start(t, nil, args...)
	p.say("subscribe harbor, ferry")
	p.expect("Following `harbor OR ferry`")
	writeFile(t, filepath.Join(wires, "a.txt"), harborStory)
	p.expect("https://news.example.org/harbor-plant")
	writeFile(t, filepath.Join(wires, "b.txt"), "Ferry line to close\n\nThe last ferry sails in May.\n\nhttps://news.example.org/ferry\n")
	p.expect("https://news.example.org/ferry")
	if status := p.end(); status != exitDone {
		t.Fatalf("exit status %d; on standard error:\n%s", status, p.stderr)
	}

	// The subscription is there again, and nothing is sent twice.
	p = start(t, nil, args...)
	p.say("list")
	p.expect("harbor OR ferry")
	writeFile(t, filepath.Join(wires, "c.txt"), "Ferry line stays open\n\nThe ferry was saved.\n\nhttps://news.example.org/saved\n")
	for {
		line := <-p.lines
		if strings.Contains(line, "/harbor-plant") || strings.HasSuffix(line, "/ferry") {
			t.Errorf("sent again: %s", line)
		}
		if strings.Contains(line, "https://news.example.org/saved") {
			break
		}
	}
	if status := p.end(); status != exitDone {
		t.Fatalf("exit status %d; on standard error:\n%s", status, p.stderr)
	}
}

func TestRunGoesOnWhenItsInputEnds(t *testing.T) {
	defer goleak.VerifyNone(t)
	dir := t.TempDir()
	p := start(t, nil, "run", "--data", dir, "--source", dir+"/../"+filepath.Base(dir))
	p.say("subscribe harbor")
	if err := p.stdin.Close(); err != nil {
		t.Fatal(err)
	}
	p.expect("Following `harbor`")
	writeFile(t, filepath.Join(dir, "a.txt"), harborStory)
	p.expect("https://news.example.org/harbor-plant")
	if status := p.end(); status != exitDone {
		t.Fatalf("exit status %d; on standard error:\n%s", status, p.stderr)
	}
}

func TestRunEndsWhenItsInputSaysExit(t *testing.T) {
	defer goleak.VerifyNone(t)
	dir := t.TempDir()
	p := start(t, nil, "run", "--data", dir, "--source", dir+"/../"+filepath.Base(dir))
	p.say("subscribe harbor\nexit")
	p.expect("Following `harbor`")
	if status := <-p.done; status != exitDone {
		t.Fatalf("exit status %d; on standard error:\n%s", status, p.stderr)
	}
}

func TestHealthcheckAsksTheOneThatRuns(t *testing.T) {
	defer goleak.VerifyNone(t)
	dir := t.TempDir()
	address := freeAddress(t)
	environment := map[string]string{"BELLWETHER_HTTP_LISTEN": address, "BELLWETHER_DATA": filepath.Join(dir, "data")}
	writeFile(t, filepath.Join(dir, "a.txt"), harborStory)
	p := start(t, environment, "run", "--source", filepath.Join(dir, "a.txt"))
	p.say("preview harbor")
	p.expect("Understood as")
	if err := healthcheck(t.Context(), address); err != nil {
		t.Error(err)
	}
	if status := p.end(); status != exitDone {
		t.Fatalf("exit status %d; on standard error:\n%s", status, p.stderr)
	}
	if err := healthcheck(t.Context(), address); err == nil {
		t.Error("a bellwether that has ended is called well")
	}
}

func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func writeFile(t *testing.T, path, text string) {
	t.Helper()
	// Whole at once, as a careful wire service would put it there.
	part := path + ".part"
	if err := os.WriteFile(part, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(part, path); err != nil {
		t.Fatal(err)
	}
}
