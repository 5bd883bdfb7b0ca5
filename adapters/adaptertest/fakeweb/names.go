package fakeweb

import (
	"context"
	"net"
	"net/netip"
	"strings"
	"sync"

	"golang.org/x/net/dns/dnsmessage"
)

// Names is a name server of the test's own, on a loopback address.
type Names struct {
	conn net.PacketConn
	done chan struct{}

	mu      sync.Mutex
	answers map[string][][]string // by name, those that are left
}

// NewNames starts a server that knows no name yet.
func NewNames(ctx context.Context) (*Names, error) {
	conn, err := new(net.ListenConfig).ListenPacket(ctx, "udp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	n := &Names{conn: conn, done: make(chan struct{}), answers: map[string][][]string{}}
	go n.serve()
	return n, nil
}

// Close ends the server and waits for it.
func (n *Names) Close() {
	_ = n.conn.Close()
	<-n.done
}

// Set lets the look-ups of a name's IPv4 addresses be answered, in turn, with
// each of the answers, and with the last from then on; of IPv6 addresses it has
// none. A name "*" stands for all that are not set.
func (n *Names) Set(name string, answers ...[]string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.answers[name] = answers
}

// Resolver asks this server alone.
func (n *Names) Resolver() *net.Resolver {
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "udp", n.conn.LocalAddr().String())
	}}
}

func (n *Names) serve() {
	defer close(n.done)
	buf := make([]byte, 4096)
	for {
		size, from, err := n.conn.ReadFrom(buf)
		if err != nil {
			return
		}
		if reply, err := n.answer(buf[:size]); err == nil {
			_, _ = n.conn.WriteTo(reply, from)
		}
	}
}

func (n *Names) answer(query []byte) ([]byte, error) {
	var m dnsmessage.Message
	if err := m.Unpack(query); err != nil {
		return nil, err
	}
	m.Response, m.RecursionAvailable, m.Additionals = true, true, nil
	q := m.Questions[0]
	known, addresses := n.next(strings.TrimSuffix(strings.ToLower(q.Name.String()), "."), q.Type == dnsmessage.TypeA)
	if !known {
		m.RCode = dnsmessage.RCodeNameError
	}
	for _, a := range addresses {
		m.Answers = append(m.Answers, dnsmessage.Resource{
			Header: dnsmessage.ResourceHeader{Name: q.Name, Class: q.Class},
			Body:   &dnsmessage.AResource{A: netip.MustParseAddr(a).As4()},
		})
	}
	return m.Pack()
}

// next takes the next answer for a name.
func (n *Names) next(name string, v4 bool) (known bool, addresses []string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if _, ok := n.answers[name]; !ok {
		name = "*"
	}
	left := n.answers[name]
	if len(left) == 0 || !v4 {
		return len(left) > 0, nil
	}
	if len(left) > 1 {
		n.answers[name] = left[1:]
	}
	return true, left[0]
}
