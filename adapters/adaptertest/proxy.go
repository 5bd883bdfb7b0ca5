package adaptertest

import (
	"net"
	"sync"
	"testing"
)

// Proxy is a line between a client and a server that can be cut.
type Proxy struct {
	Addr   string
	target string
	listen net.Listener
	owned  sync.WaitGroup

	mu    sync.Mutex
	cut   bool
	open  chan struct{} // closed while bytes flow
	conns map[net.Conn]struct{}
}

// StartProxy starts a Proxy to a server's address. The test's end stops it.
func StartProxy(t testing.TB, target string) *Proxy {
	t.Helper()
	var conf net.ListenConfig
	l, err := conf.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatalf("listen for a proxy: %v", err)
	}
	p := &Proxy{Addr: l.Addr().String(), target: target, listen: l, open: make(chan struct{}), conns: map[net.Conn]struct{}{}}
	close(p.open)
	p.owned.Go(p.accept)
	t.Cleanup(func() {
		_ = l.Close()
		p.Cut()
		p.owned.Wait()
	})
	return p
}

func (p *Proxy) accept() {
	for {
		in, err := p.listen.Accept()
		if err != nil {
			return
		}
		p.mu.Lock()
		target := p.target
		p.mu.Unlock()
		out, err := net.Dial("tcp", target)
		if err != nil || !p.keep(in, out) {
			_ = in.Close()
			if out != nil {
				_ = out.Close()
			}
			continue
		}
		p.owned.Go(func() { p.carry(in, out) })
		p.owned.Go(func() { p.carry(out, in) })
	}
}

// keep notes the two ends of a line, unless the line is cut.
func (p *Proxy) keep(ends ...net.Conn) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range ends {
		if !p.cut {
			p.conns[c] = struct{}{}
		}
	}
	return !p.cut
}

// carry takes bytes from one end to the other until one is closed.
func (p *Proxy) carry(from, to net.Conn) {
	defer func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		for _, c := range []net.Conn{from, to} {
			_ = c.Close()
			delete(p.conns, c)
		}
	}()
	buf := make([]byte, 64<<10)
	for {
		n, err := from.Read(buf)
		if n > 0 {
			p.mu.Lock()
			open := p.open
			p.mu.Unlock()
			<-open
			if _, err := to.Write(buf[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

// Cut closes all lines, and takes no new ones.
func (p *Proxy) Cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cut = true
	for c := range p.conns {
		_ = c.Close()
	}
	p.flow()
}

// Hold lets nothing through, and loses nothing: what is on its way arrives when
// the line is mended.
func (p *Proxy) Hold() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.open = make(chan struct{})
}

// Redirect ends all lines; those that come after lead to another server.
func (p *Proxy) Redirect(target string) {
	p.Cut()
	p.mu.Lock()
	p.target = target
	p.mu.Unlock()
	p.Mend()
}

// Mend lets all through again.
func (p *Proxy) Mend() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cut = false
	p.flow()
}

func (p *Proxy) flow() {
	select {
	case <-p.open:
	default:
		close(p.open)
	}
}
