package main

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/bellwether/bellwether/adapters/adaptertest"
	"github.com/bellwether/bellwether/adapters/adaptertest/await"
)

// buildChaos builds the program with clocks that can be wrong.
func buildChaos(t *testing.T) string {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "bellwether")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-tags", "chaos", "-o", binary, ".").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	return binary
}

// replica is one process of the program, started again whenever it ends, as
// whoever runs services does.
type replica struct {
	binary  string
	sources []string
	env     []string
	log     *adaptertest.Buffer
	owned   sync.WaitGroup

	changed await.Signal
	mu      sync.Mutex
	wanted  bool
	closed  bool
	skew    time.Duration
	cmd     *exec.Cmd // nil while there is none
	last    error     // how the latest one ended
}

// newReplica runs the program on sources until the test ends.
func newReplica(t *testing.T, binary string, sources, env []string) *replica {
	r := &replica{binary: binary, sources: sources, env: env, log: &adaptertest.Buffer{}}
	dir := t.TempDir()
	r.owned.Go(func() { r.supervise(dir) })
	t.Cleanup(func() {
		r.mu.Lock()
		r.closed = true
		r.mu.Unlock()
		r.kill()
		r.owned.Wait()
	})
	r.begin()
	return r
}

// supervise has a process running as long as one is wanted.
func (r *replica) supervise(dir string) {
	for {
		changed := r.changed.Next()
		cmd, closed := r.start(dir)
		switch {
		case closed:
			return
		case cmd == nil:
			<-changed
			continue
		}
		err := cmd.Wait()
		r.mu.Lock()
		r.cmd, r.last = nil, err
		r.mu.Unlock()
		r.changed.Give()
		<-time.After(200 * time.Millisecond) // as services are started again
	}
}

// start starts a process if one is wanted.
func (r *replica) start(dir string) (cmd *exec.Cmd, closed bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.wanted {
		return nil, r.closed
	}
	cmd = exec.Command(r.binary, "run", "--data", dir)
	for _, s := range r.sources {
		cmd.Args = append(cmd.Args, "--source", s)
	}
	cmd.Env = append(r.env, "PATH="+os.Getenv("PATH"), "HOME="+dir, "BELLWETHER_CHAOS_SKEW="+r.skew.String())
	cmd.Stderr = r.log
	if err := cmd.Start(); err != nil {
		_, _ = io.WriteString(r.log, err.Error())
		return nil, false
	}
	_, _ = fmt.Fprintf(r.log, "process %d, its clock is wrong by %s\n", cmd.Process.Pid, r.skew)
	r.cmd = cmd
	return cmd, false
}

// want says whether there is to be a process, and signals the one there is.
func (r *replica) want(wanted bool, signal syscall.Signal) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.wanted = wanted && !r.closed
	if r.cmd != nil && signal != 0 {
		_ = r.cmd.Process.Signal(signal)
	}
	r.changed.Give()
}

func (r *replica) begin()  { r.want(true, 0) }
func (r *replica) kill()   { r.want(false, syscall.SIGKILL) }
func (r *replica) freeze() { r.want(true, syscall.SIGSTOP) }
func (r *replica) thaw()   { r.want(true, syscall.SIGCONT) }

// end ends the process as an operator would, and tells how that went.
func (r *replica) end() error {
	r.want(false, syscall.SIGTERM)
	for {
		changed := r.changed.Next()
		r.mu.Lock()
		running, last := r.cmd != nil, r.last
		r.mu.Unlock()
		if !running {
			return last
		}
		select {
		case <-changed:
		case <-time.After(await.Long):
			return fmt.Errorf("it did not end within %s", await.Long)
		}
	}
}
