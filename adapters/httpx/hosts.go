package httpx

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"sync"
	"sync/atomic"
	"time"

	"github.com/bellwether/bellwether/alerts"
)

// The defaults of [NewHosts].
const (
	DefaultAtOnce   = 2
	DefaultDistance = time.Second
)

// What a 429 that names no time costs: the first and the longest pause.
const (
	firstPause = time.Minute
	lastPause  = time.Hour
)

// Hosts keeps the requests of this process to each host apart: how many run at
// once, how far apart they begin, and that none begins while the host wants
// none. Its methods may be called at the same time.
type Hosts struct {
	atOnce   int
	distance time.Duration

	mu    sync.Mutex
	all   map[string]*host
	sweep int // at how many entries idle ones are dropped
}

// host is a server by name and, where it is not the usual one, port.
type host struct {
	slots   chan struct{}
	users   int       // that wait or run
	last    time.Time // when the latest request begins or began
	held    time.Time // before which the host wants none
	strikes int       // 429s in a row that named no time
}

// NewHosts allows atOnce requests at the same time to a host, and lets distance
// lie between their beginnings.
func NewHosts(atOnce int, distance time.Duration) *Hosts {
	return &Hosts{atOnce: atOnce, distance: distance, all: map[string]*host{}, sweep: 64}
}

// Closer is the client for what a person waits for: its requests to a host begin
// as soon as distance after the one before, where Hosts would let more lie
// between them. Those of others keep to Hosts, and whatever else it says holds.
func (c *Client) Closer(distance time.Duration) *Client {
	out := *c
	out.closer = distance
	return &out
}

// Permit is the right to make one request to a host.
type Permit struct {
	client *Client
	host   string
	taken  atomic.Bool
	leave  func()
}

// Enter waits until the host of address may be asked. While the host wants no
// requests the error is an [alerts.RetryAfter], at once.
func (c *Client) Enter(ctx context.Context, address string) (*Permit, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, errors.New("the address can't be parsed")
	}
	release, err := c.opts.Hosts.enter(ctx, authority(u), c.closer)
	if err != nil {
		return nil, err
	}
	return &Permit{client: c, host: authority(u), leave: release}, nil
}

// Get is [Client.Get]; its first request to the host does not wait for it.
func (p *Permit) Get(ctx context.Context, address string, header http.Header) (*Response, error) {
	return p.client.getBy(ctx, p, address, header)
}

// Leave gives the right back where it was not used. It may be called at any
// time.
func (p *Permit) Leave() {
	if p.taken.CompareAndSwap(false, true) {
		p.leave()
	}
}

// enter is for one request, by a permit where that is for its host.
func (c *Client) enter(ctx context.Context, p *Permit, u *url.URL) (leave func(), err error) {
	if p != nil && p.host == authority(u) && p.taken.CompareAndSwap(false, true) {
		return p.leave, nil
	}
	return c.opts.Hosts.enter(ctx, authority(u), c.closer)
}

// enter waits for the turn of a request that begins after the one before by no
// more than closer, where that is set and less than the distance.
func (h *Hosts) enter(ctx context.Context, name string, closer time.Duration) (leave func(), err error) {
	if h == nil {
		return func() {}, nil
	}
	e := h.join(name)
	if err := h.heldErr(e); err != nil {
		h.part(e)
		return nil, err
	}
	select {
	case e.slots <- struct{}{}:
	case <-ctx.Done():
		h.part(e)
		return nil, ctx.Err()
	}
	leave = func() {
		<-e.slots
		h.part(e)
	}
	timer := time.NewTimer(h.reserve(e, closer))
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
		leave()
		return nil, ctx.Err()
	}
	if err := h.heldErr(e); err != nil {
		leave()
		return nil, err
	}
	return leave, nil
}

// reserve gives the wait until the next request may begin, and lets the one
// after it wait for longer.
func (h *Hosts) reserve(e *host, closer time.Duration) time.Duration {
	h.mu.Lock()
	defer h.mu.Unlock()
	distance := h.distance
	if closer > 0 {
		distance = min(distance, closer)
	}
	now := time.Now()
	start := e.last.Add(distance)
	if start.Before(now) {
		start = now
	}
	e.last = start
	return start.Sub(now)
}

// join finds a host's entry, and keeps it until part.
func (h *Hosts) join(name string) *host {
	h.mu.Lock()
	defer h.mu.Unlock()
	e := h.all[name]
	if e == nil {
		h.tidy()
		e = &host{slots: make(chan struct{}, h.atOnce)}
		h.all[name] = e
	}
	e.users++
	return e
}

func (h *Hosts) part(e *host) {
	h.mu.Lock()
	defer h.mu.Unlock()
	e.users--
}

// tidy drops entries that say nothing any more, each time that their number has
// doubled.
func (h *Hosts) tidy() {
	if len(h.all) < h.sweep {
		return
	}
	now := time.Now()
	for name, e := range h.all {
		if e.users == 0 && now.After(e.last.Add(h.distance)) && now.After(e.held.Add(lastPause)) {
			delete(h.all, name)
		}
	}
	h.sweep = max(64, 2*len(h.all))
}

func (h *Hosts) heldErr(e *host) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if d := time.Until(e.held); d > 0 {
		return alerts.RetryAfter(errors.New("its server wants no requests now"), d, alerts.ScopePlatform)
	}
	return nil
}

// learn holds a host back that asks for it: by a 429, or by a 503 that names a
// time.
func (h *Hosts) learn(u *url.URL, res *http.Response, now time.Time) {
	if h == nil {
		return
	}
	after, named := RetryAfter(res.Header, now)
	h.mu.Lock()
	defer h.mu.Unlock()
	e := h.all[authority(u)]
	switch {
	case e == nil:
		return
	case res.StatusCode < 400:
		e.strikes = 0
		return
	case res.StatusCode == http.StatusTooManyRequests && !named:
		after = min(firstPause<<min(e.strikes, 10), lastPause)
		e.strikes++
	case res.StatusCode != http.StatusTooManyRequests && res.StatusCode != http.StatusServiceUnavailable:
		return
	}
	if until := time.Now().Add(after); until.After(e.held) {
		e.held = until
	}
}
