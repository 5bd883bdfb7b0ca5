package dispatch

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/bellwether/bellwether/alerts"
)

// memoryOutbox is an Outbox on plain maps and the clock of the bubble.
type memoryOutbox struct {
	mu     sync.Mutex
	lanes  map[alerts.Lane]*memoryLane
	tokens uint64
	wake   chan struct{}
	dead   map[string]string
	sent   map[string]alerts.Receipt // by the name of the message
	held   map[string]alerts.Receipt // by the key of what was in it
	down   map[string]int            // by method: how many calls still fail
	calls  []string
	saves  int
	hours  map[alerts.Destination]*memoryHour
	notify func(method string) // called before each verdict, if set
	broken func(method string) bool
}

type memoryLane struct {
	born      int
	items     []alerts.Item
	notBefore map[string]time.Time
	aside     map[string]time.Time
	asideItem map[string]alerts.Item
	hold      time.Time
	pace      time.Time
	token     uint64
	until     time.Time
	held      int
	gathered  alerts.Gathering
	rest      int // that the last claim of a gathered lane left behind
}

// memoryHour counts the instant messages of an hour.
type memoryHour struct {
	sent int
	ends time.Time
}

func newOutbox() *memoryOutbox {
	return &memoryOutbox{
		lanes: map[alerts.Lane]*memoryLane{}, wake: make(chan struct{}, 1), dead: map[string]string{},
		sent: map[string]alerts.Receipt{}, held: map[string]alerts.Receipt{}, down: map[string]int{}, hours: map[alerts.Destination]*memoryHour{},
	}
}

func (o *memoryOutbox) put(l alerts.Lane, notBefore time.Time, items ...alerts.Item) {
	o.mu.Lock()
	defer o.mu.Unlock()
	lane := o.lanes[l]
	if lane == nil {
		lane = &memoryLane{born: len(o.lanes), notBefore: map[string]time.Time{}, aside: map[string]time.Time{}, asideItem: map[string]alerts.Item{}}
		o.lanes[l] = lane
	}
	for _, i := range items {
		i.Enqueued = time.Now()
		lane.items = append(lane.items, i)
		lane.notBefore[i.Key] = notBefore
		if !l.Schedule.IsDigest() && notBefore.After(time.Now().Add(time.Minute)) {
			lane.gathered, lane.rest = alerts.GatheredQuiet, 1
		}
	}
	o.ring()
}

func (o *memoryOutbox) ring() {
	select {
	case o.wake <- struct{}{}:
	default:
	}
}

func (o *memoryOutbox) fail(method string) error {
	o.calls = append(o.calls, method)
	if o.broken != nil && o.broken(method) {
		return errDown
	}
	if o.down[method] > 0 {
		o.down[method]--
		return errDown
	}
	return nil
}

// due is when a lane may be claimed; false if it is empty.
func (l *memoryLane) due() (time.Time, bool) {
	var at time.Time
	ok := false
	if len(l.items) > 0 {
		at, ok = l.notBefore[l.items[0].Key], true
	}
	for _, back := range l.aside {
		if !ok || back.Before(at) {
			at, ok = back, true
		}
	}
	for _, t := range []time.Time{l.hold, l.pace, l.until} {
		if t.After(at) {
			at = t
		}
	}
	return at, ok
}

func (o *memoryOutbox) Claim(ctx context.Context, n int, lease time.Duration) ([]alerts.Claim, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if err := cmp.Or(ctx.Err(), o.fail("claim")); err != nil {
		return nil, err
	}
	type ready struct {
		lane alerts.Lane
		at   time.Time
	}
	var all []ready
	for k, l := range o.lanes {
		if at, ok := l.due(); ok && !at.After(time.Now()) {
			all = append(all, ready{k, at})
		}
	}
	slices.SortFunc(all, func(a, b ready) int {
		return cmp.Or(a.at.Compare(b.at), cmp.Compare(o.lanes[a.lane].born, o.lanes[b.lane].born))
	})
	var out []alerts.Claim
	for _, r := range all[:min(n, len(all))] {
		out = append(out, o.claim(r.lane, lease))
	}
	return out, nil
}

func (o *memoryOutbox) claim(key alerts.Lane, lease time.Duration) alerts.Claim {
	l := o.lanes[key]
	now := time.Now()
	for k, back := range l.aside {
		if !back.After(now) {
			l.items = slices.Insert(l.items, 0, l.asideItem[k])
			l.notBefore[k] = time.Time{}
			delete(l.aside, k)
		}
	}
	l.held = 1
	if key.Schedule != (alerts.Schedule{}) || l.gathered != "" {
		l.held = 0
		for l.held < len(l.items) && !l.notBefore[l.items[l.held].Key].After(now) {
			l.held++
		}
	}
	l.rest = len(l.items) - l.held
	o.tokens++
	l.token, l.until = o.tokens, now.Add(lease)
	c := alerts.Claim{Lane: key, Token: l.token, Items: slices.Clone(l.items[:l.held]), Until: l.until, Gathered: l.gathered}
	if h := o.hours[key.Destination]; h != nil && h.ends.After(now) && !key.Schedule.IsDigest() {
		c.Sent, c.Hour = h.sent, h.ends
	}
	return c
}

func (o *memoryOutbox) Wait(ctx context.Context, d time.Duration) error {
	o.mu.Lock()
	err := o.fail("wait")
	for _, l := range o.lanes {
		if at, ok := l.due(); ok {
			d = min(d, max(time.Until(at), 0))
		}
	}
	o.mu.Unlock()
	if err != nil {
		return err
	}
	select {
	case <-o.wake:
	case <-time.After(d):
	case <-ctx.Done():
	}
	return ctx.Err()
}

// verdict finds the lane of a claim and hands each covered item to f, which
// tells whether it stays.
func (o *memoryOutbox) verdict(ctx context.Context, method string, c alerts.Claim, keys []string, f func(l *memoryLane, i *alerts.Item) bool) error {
	if o.notify != nil {
		o.notify(method)
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if err := cmp.Or(ctx.Err(), o.fail(method)); err != nil {
		return err
	}
	l := o.lanes[c.Lane]
	if l.token != c.Token {
		return alerts.ErrStale
	}
	for n := 0; n < l.held; n++ {
		if slices.Contains(keys, l.items[n].Key) && !f(l, &l.items[n]) {
			l.items = slices.Delete(l.items, n, n+1)
			l.held--
			n--
		}
	}
	return nil
}

func (o *memoryOutbox) release(c alerts.Claim, always bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if l := o.lanes[c.Lane]; l.token == c.Token && (always || l.held == 0) {
		l.token, l.until, l.held = 0, time.Time{}, 0
		if !always && l.rest == 0 {
			l.gathered = ""
		}
		o.ring()
	}
}

func (o *memoryOutbox) Sending(ctx context.Context, c alerts.Claim, keys ...string) error {
	return o.verdict(ctx, "sending", c, keys, func(_ *memoryLane, i *alerts.Item) bool {
		i.Sending, i.Tried = true, time.Now()
		if i.Head == "" {
			i.Head, i.Begun, i.Part = keys[0], time.Now(), c.IsDigest()
		}
		return true
	})
}

func (o *memoryOutbox) Saved(ctx context.Context) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.saves++
	if o.down["save"] > 0 {
		o.down["save"]--
		return errDown
	}
	return ctx.Err()
}

func (o *memoryOutbox) Done(ctx context.Context, c alerts.Claim, message string, r alerts.Receipt, next time.Time, keys ...string) error {
	err := o.verdict(ctx, "done", c, keys, func(_ *memoryLane, i *alerts.Item) bool {
		r.Digest = c.IsDigest()
		o.sent[message], o.held[i.Key] = r, r
		return false
	})
	if err == nil {
		o.mu.Lock()
		if c.Lane.Schedule.Cadence == alerts.Instant {
			o.count(c.Lane.Destination)
		}
		for k, l := range o.lanes {
			if k.Destination == c.Lane.Destination && next.After(l.pace) {
				l.pace = next
			}
		}
		o.mu.Unlock()
		o.release(c, false)
	}
	return err
}

func (o *memoryOutbox) Receipt(_ context.Context, _ alerts.Destination, name string) (alerts.Receipt, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if err := o.fail("receipt"); err != nil {
		return alerts.Receipt{}, err
	}
	r, ok := o.held[name]
	if !ok {
		return r, alerts.ErrNotFound
	}
	return r, nil
}

func (o *memoryOutbox) count(d alerts.Destination) {
	h := o.hours[d]
	if h == nil || !h.ends.After(time.Now()) {
		h = &memoryHour{ends: time.Now().Add(time.Hour)}
		o.hours[d] = h
	}
	h.sent++
}

func (o *memoryOutbox) Gather(ctx context.Context, c alerts.Claim, why alerts.Gathering, delay time.Duration) error {
	err := o.hold(ctx, "gather", c, delay, nil, 0)
	if err == nil {
		o.mu.Lock()
		o.lanes[c.Lane].gathered, o.lanes[c.Lane].rest = why, 1
		o.mu.Unlock()
	}
	return err
}

func (o *memoryOutbox) Retry(ctx context.Context, c alerts.Claim, delay time.Duration, _ string, keys ...string) error {
	return o.hold(ctx, "retry", c, delay, keys, 1)
}

func (o *memoryOutbox) Defer(ctx context.Context, c alerts.Claim, delay time.Duration, keys ...string) error {
	return o.hold(ctx, "defer", c, delay, keys, 0)
}

func (o *memoryOutbox) hold(ctx context.Context, method string, c alerts.Claim, delay time.Duration, keys []string, attempts int) error {
	err := o.verdict(ctx, method, c, keys, func(_ *memoryLane, i *alerts.Item) bool {
		i.Sending, i.Tried = false, time.Time{}
		if i.Attempt += attempts; i.Attempt == 0 {
			i.Head, i.Begun, i.Part = "", time.Time{}, false
		}
		return true
	})
	if err == nil {
		o.mu.Lock()
		o.lanes[c.Lane].hold = time.Now().Add(delay)
		o.mu.Unlock()
		o.release(c, true)
	}
	return err
}

func (o *memoryOutbox) Fail(ctx context.Context, c alerts.Claim, reason string, keys ...string) error {
	err := o.verdict(ctx, "fail", c, keys, func(_ *memoryLane, i *alerts.Item) bool { o.dead[i.Key] = reason; return false })
	if err == nil {
		o.release(c, false)
	}
	return err
}

func (o *memoryOutbox) Drop(ctx context.Context, c alerts.Claim, keys ...string) error {
	err := o.verdict(ctx, "drop", c, keys, func(*memoryLane, *alerts.Item) bool { return false })
	if err == nil {
		o.release(c, false)
	}
	return err
}

func (o *memoryOutbox) Aside(ctx context.Context, c alerts.Claim, delay time.Duration, _ string, keys ...string) error {
	err := o.verdict(ctx, "aside", c, keys, func(l *memoryLane, i *alerts.Item) bool {
		i.Sending, i.Tried = false, time.Time{}
		i.Attempt++
		l.aside[i.Key], l.asideItem[i.Key] = time.Now().Add(delay), *i
		return false
	})
	if err == nil {
		o.release(c, false)
	}
	return err
}

func (o *memoryOutbox) Depth(context.Context) (due, later int, err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, l := range o.lanes {
		n := len(l.items) + len(l.aside)
		if at, ok := l.due(); ok && (!at.After(time.Now()) || l.token != 0) {
			due += n
		} else {
			later += n
		}
	}
	return due, later, o.fail("depth")
}

// left counts what is still in the outbox.
func (o *memoryOutbox) left() int {
	due, later, _ := o.Depth(context.Background())
	return due + later
}

func (o *memoryOutbox) deadKeys() []string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return slices.Sorted(maps.Keys(o.dead))
}
