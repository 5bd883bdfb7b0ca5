package page

import (
	"context"
	"strings"
	"sync"
	"time"
)

// maxDelay bounds what a site may ask for between two requests.
const maxDelay = 10 * time.Second

// hosts gives turns to ask a host, one at a time and with a distance.
type hosts struct {
	distance time.Duration

	mu    sync.Mutex
	turns map[string]*turn
}

// turn is that of one host; it is forgotten when nobody wants it and its
// distance is over.
type turn struct {
	free  chan struct{} // holds one token while nobody asks
	next  time.Time     // when the next may ask; by whoever holds the token
	wants int           // who waits or asks; under the mutex of hosts
}

func newHosts(distance time.Duration) *hosts {
	return &hosts{distance: distance, turns: make(map[string]*turn)}
}

// enter waits for a turn to ask host. done ends it; called more than once, it
// counts the first time. delay is what the site wants between requests, which
// goes before the distance where it is more.
func (h *hosts) enter(ctx context.Context, host string) (done func(delay time.Duration), err error) {
	host = strings.ToLower(host)
	t := h.want(host)
	select {
	case <-t.free:
	case <-ctx.Done():
		h.leave(host, t)
		return nil, ctx.Err()
	}
	timer := time.NewTimer(time.Until(t.next))
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
		t.free <- struct{}{}
		h.leave(host, t)
		return nil, ctx.Err()
	}
	var once sync.Once
	return func(delay time.Duration) {
		once.Do(func() {
			t.next = time.Now().Add(max(h.distance, min(delay, maxDelay)))
			t.free <- struct{}{}
			h.leave(host, t)
		})
	}, nil
}

func (h *hosts) want(host string) *turn {
	h.mu.Lock()
	defer h.mu.Unlock()
	t, ok := h.turns[host]
	if !ok {
		t = &turn{free: make(chan struct{}, 1)}
		t.free <- struct{}{}
		h.turns[host] = t
	}
	t.wants++
	return t
}

// manyHosts is from how many on those are looked for that can be forgotten.
const manyHosts = 1000

func (h *hosts) leave(host string, t *turn) {
	h.mu.Lock()
	defer h.mu.Unlock()
	t.wants--
	if len(h.turns) < manyHosts {
		return
	}
	for name, other := range h.turns {
		// Who wants none holds no token, so nobody writes to next.
		if other.wants == 0 && !time.Now().Before(other.next) {
			delete(h.turns, name)
		}
	}
}
