// Package fakeweb plays the servers that feeds are read from, those with bad
// manners too, and records what they were asked and when.
package fakeweb

import (
	"context"
	"errors"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Web is a number of sites behind one server. It is reached in memory by
// [Web.Dial], so that days pass at once in a bubble of testing/synctest, or over
// any listener by [Web.ServeHTTP]. Its methods may be called at the same time.
type Web struct {
	server *http.Server
	pipes  *pipes
	done   chan struct{}

	mu       sync.Mutex
	sites    map[string]http.Handler
	requests []Request
}

// Request is a request with its answer.
type Request struct {
	Begun, Ended time.Time
	Host         string // without a port
	Path         string
	Header       http.Header
	Status       int
	Answer       http.Header // its headers
}

// New starts a web without sites.
func New() *Web {
	w := &Web{sites: map[string]http.Handler{}, pipes: newPipes(), done: make(chan struct{})}
	w.server = &http.Server{Handler: w, ReadHeaderTimeout: time.Hour}
	go func() {
		defer close(w.done)
		if err := w.server.Serve(w.pipes); !errors.Is(err, http.ErrServerClosed) {
			panic(err)
		}
	}()
	return w
}

// Close ends all connections made by Dial, and waits for the server.
func (w *Web) Close() {
	_ = w.server.Close()
	<-w.done
}

// Site lets h answer for a host from now on.
func (w *Web) Site(host string, h http.Handler) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.sites[host] = h
}

// Dial connects to any address, in memory.
func (w *Web) Dial(ctx context.Context, _, _ string) (net.Conn, error) { return w.pipes.dial(ctx) }

// Requests gives all that were answered, in the order of their beginnings.
func (w *Web) Requests() []Request {
	w.mu.Lock()
	defer w.mu.Unlock()
	var out []Request
	for _, r := range w.requests {
		if !r.Ended.IsZero() {
			out = append(out, r)
		}
	}
	return out
}

// ServeHTTP answers by the site of the host, 404 where there is none.
func (w *Web) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	host, _, err := net.SplitHostPort(r.Host)
	if err != nil {
		host = r.Host
	}
	w.mu.Lock()
	h := w.sites[strings.ToLower(host)]
	i := len(w.requests)
	w.requests = append(w.requests, Request{Begun: time.Now(), Host: host, Path: r.URL.Path, Header: r.Header.Clone()})
	w.mu.Unlock()
	noted := &note{ResponseWriter: rw}
	defer func() { // also when the handler breaks off
		w.mu.Lock()
		defer w.mu.Unlock()
		q := &w.requests[i]
		q.Ended, q.Status, q.Answer = time.Now(), noted.status, rw.Header().Clone()
	}()
	if h == nil {
		http.NotFound(noted, r)
		return
	}
	h.ServeHTTP(noted, r)
	if noted.status == 0 {
		noted.status = http.StatusOK
	}
}

// note keeps the status of an answer.
type note struct {
	http.ResponseWriter
	status int
}

func (n *note) WriteHeader(status int) {
	if n.status == 0 {
		n.status = status
	}
	n.ResponseWriter.WriteHeader(status)
}

func (n *note) Write(p []byte) (int, error) {
	if n.status == 0 {
		n.status = http.StatusOK
	}
	return n.ResponseWriter.Write(p)
}

// Unwrap is for [http.ResponseController].
func (n *note) Unwrap() http.ResponseWriter { return n.ResponseWriter }

// pipes is a listener in memory.
type pipes struct {
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func newPipes() *pipes { return &pipes{conns: make(chan net.Conn), closed: make(chan struct{})} }

func (p *pipes) dial(ctx context.Context) (net.Conn, error) {
	client, server := net.Pipe()
	select {
	case p.conns <- server:
		return client, nil
	case <-p.closed:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error {
	p.once.Do(func() { close(p.closed) })
	return nil
}

func (p *pipes) Addr() net.Addr { return &net.TCPAddr{} }
