package adaptertest

import (
	"bufio"
	"bytes"
	"crypto/sha1"
	"encoding/hex"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// Tap is a line to a Redis that reads the commands that go over it, and can
// stop at one.
type Tap struct {
	Addr    string
	target  string
	scripts map[string]string // names by SHA-1
	listen  net.Listener
	owned   sync.WaitGroup

	mu     sync.Mutex
	closed bool
	conns  map[net.Conn]struct{}
	trap   *Trap
	refuse string // what the next scripts are answered with
	left   int    // how many of them
}

// Trap is where a Tap stops. A command that it is set for ends its connection:
// before Redis has it, or else when Redis has answered and the client has not
// heard of it.
type Trap struct {
	// Script is the name of a script; Args are the first of its arguments, "" for
	// any.
	Script string
	Args   []string
	After  bool // Redis has carried it out
	// Do is called, once.
	Do func()
}

// ScriptNames names the scripts of a folder by their SHA-1: each is a file, with
// or without the library of its group before it.
func ScriptNames(t testing.TB, folder string) map[string]string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*.lua"))
	if err != nil || len(files) < 20 {
		t.Fatalf("%d scripts, %v", len(files), err)
	}
	texts, libraries := map[string]string{}, []string{""}
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		name = strings.TrimSuffix(filepath.Base(name), ".lua")
		texts[name] = string(text)
		if strings.HasSuffix(name, "_lib") {
			libraries = append(libraries, string(text))
		}
	}
	names := map[string]string{}
	for name, text := range texts {
		for _, library := range libraries {
			sum := sha1.Sum([]byte(library + text))
			names[hex.EncodeToString(sum[:])] = name
		}
	}
	return names
}

// String tells where it is.
func (t Trap) String() string {
	side := "before"
	if t.After {
		side = "after"
	}
	return strings.Join(append([]string{side, t.Script}, t.Args...), " ")
}

// StartTap starts a Tap to a server's address. scripts names scripts by their
// SHA-1. The test's end stops it.
func StartTap(t testing.TB, target string, scripts map[string]string) *Tap {
	t.Helper()
	var conf net.ListenConfig
	l, err := conf.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatalf("listen for a tap: %v", err)
	}
	p := &Tap{Addr: l.Addr().String(), target: target, scripts: scripts, listen: l, conns: map[net.Conn]struct{}{}}
	p.owned.Go(p.accept)
	t.Cleanup(func() {
		_ = l.Close()
		p.mu.Lock()
		p.closed = true
		for c := range p.conns {
			_ = c.Close()
		}
		p.mu.Unlock()
		p.owned.Wait()
	})
	return p
}

// Set sets the trap, in place of one that was not met.
func (p *Tap) Set(trap Trap) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.trap = &trap
}

// Refuse has the next n scripts answered with an error, as a server gives it
// ("LOADING …"), and not carried out.
func (p *Tap) Refuse(answer string, n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.refuse, p.left = answer, n
}

// refused gives what goes to the server in place of a script that is refused: a
// command with that answer, so that all answers come in order.
func (p *Tap) refused(command []string) []byte {
	name, _ := p.script(command)
	p.mu.Lock()
	defer p.mu.Unlock()
	if name == "" || p.left == 0 {
		return nil
	}
	p.left--
	const text = "return redis.error_reply(ARGV[1])"
	return fmt.Appendf(nil, "*4\r\n$4\r\nEVAL\r\n$%d\r\n%s\r\n$1\r\n0\r\n$%d\r\n%s\r\n", len(text), text, len(p.refuse), p.refuse)
}

func (p *Tap) accept() {
	for {
		in, err := p.listen.Accept()
		if err != nil {
			return
		}
		out, err := net.Dial("tcp", p.target)
		if err != nil {
			_ = in.Close()
			continue
		}
		p.mu.Lock()
		if p.closed {
			_ = in.Close()
			_ = out.Close()
		}
		p.conns[in], p.conns[out] = struct{}{}, struct{}{}
		p.mu.Unlock()
		line := &tapped{tap: p, in: in, out: out, sent: make(chan *Trap, 1<<16)}
		p.owned.Go(line.commands)
		p.owned.Go(line.answers)
	}
}

// caught takes the trap if a command meets it.
func (p *Tap) caught(command []string) *Trap {
	name, args := p.script(command)
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.trap == nil || name == "" || p.trap.Script != name || len(args) < len(p.trap.Args) {
		return nil
	}
	for i, want := range p.trap.Args {
		if want != "" && want != args[i] {
			return nil
		}
	}
	trap := p.trap
	p.trap = nil
	return trap
}

// again sets a trap again that was not met after all, unless there is another.
func (p *Tap) again(trap *Trap) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.trap == nil {
		p.trap = trap
	}
}

// script gives the name and the arguments of a script that is called.
func (p *Tap) script(command []string) (name string, args []string) {
	if len(command) < 3 {
		return "", nil
	}
	sum := command[1]
	switch strings.ToUpper(command[0]) {
	case "EVALSHA":
	case "EVAL":
		digest := sha1.Sum([]byte(command[1]))
		sum = hex.EncodeToString(digest[:])
	default:
		return "", nil
	}
	keys, err := strconv.Atoi(command[2])
	if err != nil || len(command) < 3+keys {
		return "", nil
	}
	return p.scripts[sum], command[3+keys:]
}

// tapped is one connection.
type tapped struct {
	tap     *Tap
	in, out net.Conn
	sent    chan *Trap // for each command that Redis has not answered yet
}

func (l *tapped) close() {
	l.tap.mu.Lock()
	defer l.tap.mu.Unlock()
	for _, c := range []net.Conn{l.in, l.out} {
		_ = c.Close()
		delete(l.tap.conns, c)
	}
}

// unmet sets the trap again that a command met whose answer never came: that of a
// client that was gone by then.
func (l *tapped) unmet() {
	for trap := range l.sent {
		if trap != nil {
			l.tap.again(trap)
		}
	}
}

// commands takes the client's to Redis.
func (l *tapped) commands() {
	defer l.close()
	defer close(l.sent)
	r := bufio.NewReaderSize(l.in, 64<<10)
	for {
		raw, command, err := readCommand(r)
		if err != nil {
			return
		}
		trap := l.tap.caught(command)
		if trap != nil && !trap.After {
			trap.Do()
			return
		}
		if other := l.tap.refused(command); other != nil {
			raw = other
		}
		l.sent <- trap
		if _, err := l.out.Write(raw); err != nil {
			return
		}
	}
}

// answers takes those of Redis to the client. What comes unasked, on a
// connection that has subscribed, passes.
func (l *tapped) answers() {
	defer l.unmet()
	defer l.close()
	r := bufio.NewReaderSize(l.out, 64<<10)
	for {
		var b bytes.Buffer
		if err := copyReply(&b, r); err != nil {
			return
		}
		select {
		case trap := <-l.sent:
			switch {
			case trap == nil:
			case bytes.HasPrefix(b.Bytes(), []byte("-NOSCRIPT")): // its text follows
				l.tap.again(trap)
			default:
				trap.Do()
				return
			}
		default:
		}
		if _, err := l.in.Write(b.Bytes()); err != nil {
			return
		}
	}
}

// readCommand reads one command as clients send them: an array of strings.
func readCommand(r *bufio.Reader) (raw []byte, command []string, err error) {
	var b bytes.Buffer
	n, err := readLine(&b, r, '*')
	if err != nil {
		return nil, nil, err
	}
	for range n {
		size, err := readLine(&b, r, '$')
		if err != nil {
			return nil, nil, err
		}
		begin := b.Len()
		if _, err := io.CopyN(&b, r, int64(size)+2); err != nil {
			return nil, nil, err
		}
		command = append(command, string(b.Bytes()[begin:begin+size]))
	}
	return b.Bytes(), command, nil
}

// readLine reads a line that is a kind and a number.
func readLine(b *bytes.Buffer, r *bufio.Reader, kind byte) (int, error) {
	line, err := r.ReadString('\n')
	if err != nil {
		return 0, err
	}
	b.WriteString(line)
	if line[0] != kind {
		return 0, fmt.Errorf("line %q, want one of %q", line, kind)
	}
	return strconv.Atoi(strings.TrimSpace(line[1:]))
}

// copyReply copies one answer, in the second version of the protocol.
func copyReply(b *bytes.Buffer, r *bufio.Reader) error {
	line, err := r.ReadString('\n')
	if err != nil {
		return err
	}
	b.WriteString(line)
	if line[0] != '$' && line[0] != '*' {
		return nil
	}
	n, err := strconv.Atoi(strings.TrimSpace(line[1:]))
	if err != nil {
		return err
	}
	if line[0] == '$' {
		if n >= 0 {
			_, err = io.CopyN(b, r, int64(n)+2)
		}
		return err
	}
	for range max(n, 0) {
		if err := copyReply(b, r); err != nil {
			return err
		}
	}
	return nil
}
