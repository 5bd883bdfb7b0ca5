package adaptertest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/bot"
	"github.com/bellwether/bellwether/bot/dispatch"
)

// Outbox is all that is asked of an outbox.
type Outbox interface {
	bot.Outbox
	dispatch.Outbox
}

var (
	instantly = alerts.Schedule{}
	daily     = alerts.Schedule{Cadence: alerts.Daily, At: 8 * 60}
)

// lease is long enough never to end in a test, brief so that it soon does.
const (
	lease = time.Hour
	brief = 40 * time.Millisecond
)

// TestOutbox runs the suite; open gives an empty outbox each time, and a
// function that opens it for another replica.
func TestOutbox(t *testing.T, open func(t *testing.T) func() Outbox) {
	for name, f := range map[string]func(*testing.T, func() Outbox){
		"EnqueueOnce":  testEnqueueOnce,
		"Order":        testOrder,
		"Verdicts":     testVerdicts,
		"Stale":        testStale,
		"LeaseEnds":    testLeaseEnds,
		"Sending":      testSending,
		"Pace":         testPace,
		"NotBefore":    testNotBefore,
		"Digest":       testDigest,
		"Aside":        testAside,
		"Move":         testMove,
		"MoveInFlight": testMoveInFlight,
		"Depth":        testDepth,
		"WaitWakes":    testWaitWakes,
		"WaitEnds":     testWaitEnds,
		"ClaimLimit":   testClaimLimit,
		"Concurrent":   testConcurrentOutbox,
		"Crash":        testCrash,
	} {
		t.Run(name, func(t *testing.T) { f(t, open(t)) })
	}
}

func place(i int) alerts.Destination {
	return alerts.Destination{Platform: alerts.Terminal, Channel: fmt.Sprint("channel ", i)}
}

func lane(d alerts.Destination, s alerts.Schedule) alerts.Lane {
	return alerts.Lane{Destination: d, Schedule: s}
}

func pending(d alerts.Destination, article string) alerts.Pending {
	return alerts.Pending{
		Lane: lane(d, instantly), Article: article, Time: time.Date(2024, 3, 20, 0, 0, 0, 0, time.UTC),
		Subscriptions: []alerts.SubscriptionID{7, 1 << 60},
	}
}

func enqueue(t testing.TB, o Outbox, want int, p ...alerts.Pending) {
	t.Helper()
	if added, err := o.Enqueue(t.Context(), p); added != want || err != nil {
		t.Fatalf("Enqueue = %d, %v, want %d", added, err, want)
	}
}

// claim claims one lane, which must hold these articles.
func claim(t testing.TB, o Outbox, d time.Duration, articles ...string) alerts.Claim {
	t.Helper()
	claims, err := o.Claim(t.Context(), 10, d)
	if err != nil || len(claims) != 1 {
		t.Fatalf("Claim = %d claims, %v, want 1", len(claims), err)
	}
	if got := articlesOf(claims[0].Items); got != strings.Join(articles, " ") {
		t.Fatalf("claimed %q, want %q", got, strings.Join(articles, " "))
	}
	return claims[0]
}

// patient waits until there is something to claim.
func patient(t testing.TB, o Outbox, d time.Duration, articles ...string) alerts.Claim {
	t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	for {
		claims, err := o.Claim(t.Context(), 10, d)
		if err != nil {
			t.Fatal(err)
		}
		if len(claims) > 0 {
			if got := articlesOf(claims[0].Items); len(claims) != 1 || got != strings.Join(articles, " ") {
				t.Fatalf("claimed %d lanes, %q, want %q", len(claims), got, strings.Join(articles, " "))
			}
			return claims[0]
		}
		if time.Now().After(deadline) {
			t.Fatalf("%v never become due", articles)
		}
		if err := o.Wait(t.Context(), time.Second); err != nil {
			t.Fatal(err)
		}
	}
}

func idle(t testing.TB, o Outbox) {
	t.Helper()
	if claims, err := o.Claim(t.Context(), 10, lease); err != nil || len(claims) != 0 {
		t.Fatalf("Claim = %v, %v, want nothing", claims, err)
	}
}

func articlesOf(items []alerts.Item) string {
	var out []string
	for _, i := range items {
		out = append(out, i.Article)
	}
	return strings.Join(out, " ")
}

func keysOf(items []alerts.Item) []string {
	var out []string
	for _, i := range items {
		out = append(out, i.Key)
	}
	return out
}

func ok(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// done records a claim as sent.
func done(t testing.TB, o Outbox, c alerts.Claim) {
	t.Helper()
	ok(t, o.Done(t.Context(), c, c.Items[0].Key, alerts.Receipt{Messages: []string{"m"}}, time.Time{}, keysOf(c.Items)...))
}

func testEnqueueOnce(t *testing.T, open func() Outbox) {
	o := open()
	enqueue(t, o, 0)
	p := pending(place(1), "strange|id 12 \n\x00%")
	enqueue(t, o, 1, p, p)
	enqueue(t, o, 0, p)
	other := pending(place(2), p.Article)
	again := p
	again.Again = "2"
	enqueue(t, o, 2, p, other, again)
	claims, err := o.Claim(t.Context(), 10, lease)
	if err != nil || len(claims) != 2 {
		t.Fatalf("Claim = %d, %v, want 2 lanes", len(claims), err)
	}
	for _, c := range claims {
		item := c.Items[0]
		want := p
		want.Lane.Destination = c.Lane.Destination
		if item.Key != want.Key() || item.Article != p.Article || !slices.Equal(item.Subscriptions, p.Subscriptions) {
			t.Errorf("item = %+v, want that of %+v", item, want)
		}
		if time.Since(item.Enqueued).Abs() > time.Minute {
			t.Errorf("Enqueued = %v", item.Enqueued)
		}
		if left := time.Until(c.Until); left > lease || left < lease-time.Minute {
			t.Errorf("the lease ends in %v, want %v", left, lease)
		}
		done(t, o, c)
	}
	c := claim(t, o, lease, p.Article)
	if c.Items[0].Key != again.Key() {
		t.Errorf("key = %q, want %q", c.Items[0].Key, again.Key())
	}
	done(t, o, c)
	idle(t, o)
	enqueue(t, o, 0, p, other, again) // what was sent is still seen
	bare := alerts.Pending{Lane: lane(place(3), instantly), Article: "x"}
	enqueue(t, o, 1, bare)
	if c := claim(t, o, lease, "x"); len(c.Items[0].Subscriptions) != 0 {
		t.Errorf("subscriptions = %v, want none", c.Items[0].Subscriptions)
	}
}

func testOrder(t *testing.T, open func() Outbox) {
	o := open()
	var all []alerts.Pending
	for i := range 1200 {
		all = append(all, pending(place(i%2), fmt.Sprint("n", i)))
	}
	enqueue(t, o, 1200, all...)
	next := map[alerts.Destination]int{place(0): 0, place(1): 1}
	for range 600 {
		claims, err := o.Claim(t.Context(), 10, lease)
		if err != nil || len(claims) != 2 {
			t.Fatalf("Claim = %d, %v, want 2", len(claims), err)
		}
		for _, c := range claims {
			d := c.Lane.Destination
			if want := fmt.Sprint("n", next[d]); len(c.Items) != 1 || c.Items[0].Article != want {
				t.Fatalf("claimed %s, want %s", articlesOf(c.Items), want)
			}
			next[d] += 2
			done(t, o, c)
		}
	}
	idle(t, o)
}

func testVerdicts(t *testing.T, open func() Outbox) {
	ctx := t.Context()
	o := open()
	enqueue(t, o, 3, pending(place(1), "a"), pending(place(1), "b"), pending(place(1), "c"))
	c := claim(t, o, lease, "a")
	ok(t, o.Retry(ctx, c, 0, "busy", c.Items[0].Key))
	c = claim(t, o, lease, "a")
	if c.Items[0].Attempt != 1 {
		t.Errorf("attempt after a retry = %d, want 1", c.Items[0].Attempt)
	}
	ok(t, o.Defer(ctx, c, 0, c.Items[0].Key))
	c = claim(t, o, lease, "a")
	if c.Items[0].Attempt != 1 {
		t.Errorf("attempt after a deferral = %d, want 1", c.Items[0].Attempt)
	}
	ok(t, o.Defer(ctx, c, 0))
	c = claim(t, o, lease, "a")
	ok(t, o.Retry(ctx, c, brief, "busy", c.Items[0].Key))
	idle(t, o)
	c = patient(t, o, lease, "a")
	ok(t, o.Fail(ctx, c, "gone for good", c.Items[0].Key))
	c = claim(t, o, lease, "b")
	if c.Items[0].Attempt != 0 {
		t.Errorf("attempt of the next = %d, want 0", c.Items[0].Attempt)
	}
	ok(t, o.Drop(ctx, c, c.Items[0].Key))
	done(t, o, claim(t, o, lease, "c"))
	idle(t, o)
	items, err := o.Waiting(ctx, place(1))
	if err != nil || len(items) != 0 {
		t.Errorf("Waiting = %v, %v, want nothing", items, err)
	}
}

func testStale(t *testing.T, open func() Outbox) {
	ctx := t.Context()
	o := open()
	enqueue(t, o, 2, pending(place(1), "a"), pending(place(1), "b"))
	old := claim(t, o, lease, "a")
	key := old.Items[0].Key
	ok(t, o.Defer(ctx, old, 0))
	current := claim(t, o, lease, "a")
	if current.Token == old.Token {
		t.Fatalf("token %d twice", old.Token)
	}
	wrongLane := current
	wrongLane.Lane.Schedule = daily
	for _, c := range []alerts.Claim{old, wrongLane} {
		wantError(t, o.Sending(ctx, c, key), alerts.ErrStale)
		wantError(t, o.Done(ctx, c, key, alerts.Receipt{}, time.Now().Add(lease), key), alerts.ErrStale)
		wantError(t, o.Retry(ctx, c, 0, "x", key), alerts.ErrStale)
		wantError(t, o.Defer(ctx, c, 0, key), alerts.ErrStale)
		wantError(t, o.Fail(ctx, c, "x", key), alerts.ErrStale)
		wantError(t, o.Drop(ctx, c, key), alerts.ErrStale)
		wantError(t, o.Aside(ctx, c, 0, "x", key), alerts.ErrStale)
	}
	idle(t, o)
	ok(t, o.Defer(ctx, current, 0))
	c := claim(t, o, lease, "a")
	if c.Items[0].Attempt != 0 || c.Items[0].Sending {
		t.Errorf("stale verdicts changed the item: %+v", c.Items[0])
	}
	// A verdict on what the claim does not cover changes nothing either.
	ok(t, o.Done(ctx, c, "x", alerts.Receipt{}, time.Time{}, pending(place(1), "b").Key()))
	done(t, o, c)
	wantError(t, o.Done(ctx, c, key, alerts.Receipt{}, time.Time{}, key), alerts.ErrStale)
	done(t, o, claim(t, o, lease, "b"))
}

func testLeaseEnds(t *testing.T, open func() Outbox) {
	ctx := t.Context()
	o := open()
	enqueue(t, o, 2, pending(place(1), "a"), pending(place(1), "b"))
	dead := claim(t, o, brief, "a")
	idle(t, o)
	c := patient(t, o, lease, "a")
	wantError(t, o.Done(ctx, dead, "x", alerts.Receipt{}, time.Time{}, dead.Items[0].Key), alerts.ErrStale)
	done(t, o, c)
	late := claim(t, o, brief, "b")
	for time.Now().Before(late.Until.Add(5 * time.Millisecond)) {
		ok(t, o.Wait(ctx, 5*time.Millisecond))
	}
	// Too late to begin a send, but what was sent meanwhile is sent.
	wantError(t, o.Sending(ctx, late, late.Items[0].Key), alerts.ErrStale)
	done(t, o, late)
	idle(t, o)
}

func testSending(t *testing.T, open func() Outbox) {
	ctx := t.Context()
	o := open()
	enqueue(t, o, 1, pending(place(1), "a"))
	c := claim(t, o, brief, "a")
	if c.Items[0].Sending {
		t.Error("marked before any send")
	}
	ok(t, o.Sending(ctx, c, c.Items[0].Key))
	c = patient(t, o, lease, "a")
	if !c.Items[0].Sending {
		t.Error("the mark of a send that was begun is lost")
	}
	ok(t, o.Defer(ctx, c, 0)) // without keys marks stay
	c = claim(t, o, lease, "a")
	if !c.Items[0].Sending {
		t.Error("giving the lane back took the mark away")
	}
	ok(t, o.Retry(ctx, c, 0, "refused", c.Items[0].Key))
	if c = claim(t, o, lease, "a"); c.Items[0].Sending {
		t.Error("a refusal did not clear the mark")
	}
	ok(t, o.Sending(ctx, c, c.Items[0].Key))
	ok(t, o.Defer(ctx, c, 0, c.Items[0].Key))
	if c = claim(t, o, lease, "a"); c.Items[0].Sending {
		t.Error("a deferral did not clear the mark")
	}
}

func testPace(t *testing.T, open func() Outbox) {
	ctx := t.Context()
	o := open()
	digest := pending(place(1), "d")
	digest.Lane.Schedule = daily
	enqueue(t, o, 4, pending(place(1), "a"), pending(place(1), "b"), digest, pending(place(2), "z"))
	claims, err := o.Claim(ctx, 10, lease)
	if err != nil || len(claims) != 2 {
		t.Fatalf("Claim = %d, %v, want one lane of each destination", len(claims), err)
	}
	if claims[0].Lane.Destination == claims[1].Lane.Destination {
		t.Fatal("two lanes of one destination at once")
	}
	for _, c := range claims {
		ok(t, o.Done(ctx, c, "x", alerts.Receipt{}, time.Now().Add(300*time.Millisecond), keysOf(c.Items)...))
	}
	enqueue(t, o, 2, pending(place(2), "y"), pending(place(1), "c"))
	idle(t, o)
	start := time.Now()
	for range 4 {
		var c []alerts.Claim
		for len(c) == 0 {
			ok(t, o.Wait(ctx, time.Second))
			c, err = o.Claim(ctx, 1, lease)
			ok(t, err)
		}
		done(t, o, c[0])
	}
	if time.Since(start) < 200*time.Millisecond {
		t.Error("lanes did not keep to their destination's pace")
	}
}

func testNotBefore(t *testing.T, open func() Outbox) {
	o := open()
	late := pending(place(1), "a")
	late.NotBefore = time.Now().Add(150 * time.Millisecond)
	enqueue(t, o, 2, late, pending(place(1), "b"))
	idle(t, o)
	done(t, o, patient(t, o, lease, "a"))
	if time.Now().Before(late.NotBefore.Add(-20 * time.Millisecond)) {
		t.Error("sent before its time")
	}
	done(t, o, claim(t, o, lease, "b"))
}

func testDigest(t *testing.T, open func() Outbox) {
	ctx := t.Context()
	o := open()
	digest := func(article string, at time.Time) alerts.Pending {
		p := pending(place(1), article)
		p.Lane.Schedule, p.NotBefore = daily, at
		return p
	}
	tomorrow := time.Now().Add(24 * time.Hour)
	enqueue(t, o, 4, digest("a", time.Time{}), digest("b", time.Time{}), digest("c", time.Time{}), digest("z", tomorrow))
	c := claim(t, o, lease, "a", "b", "c")
	keys := keysOf(c.Items)
	ok(t, o.Sending(ctx, c, keys[0], keys[1]))
	ok(t, o.Done(ctx, c, "part 1", alerts.Receipt{}, time.Time{}, keys[0], keys[1]))
	idle(t, o) // the claim still holds c
	enqueue(t, o, 1, digest("y", tomorrow))
	ok(t, o.Retry(ctx, c, 0, "busy", keys[2]))
	c = claim(t, o, lease, "c")
	if c.Items[0].Attempt != 1 {
		t.Errorf("attempt = %d, want 1", c.Items[0].Attempt)
	}
	ok(t, o.Fail(ctx, c, "no", keys[2]))
	idle(t, o)
	items, err := o.Waiting(ctx, place(1))
	if err != nil || articlesOf(items) != "z y" {
		t.Errorf("Waiting = %s, %v, want z y", articlesOf(items), err)
	}
	// More than one claim hands out.
	var many []alerts.Pending
	for i := range 750 {
		p := digest(fmt.Sprint("n", i), time.Time{})
		p.Lane.Destination = place(2)
		many = append(many, p)
	}
	enqueue(t, o, 750, many...)
	total := 0
	for total < 750 {
		claims, err := o.Claim(ctx, 1, lease)
		if err != nil || len(claims) != 1 {
			t.Fatalf("Claim = %d, %v after %d of 750", len(claims), err, total)
		}
		if first := claims[0].Items[0].Article; first != fmt.Sprint("n", total) {
			t.Fatalf("after %d comes %s", total, first)
		}
		total += len(claims[0].Items)
		done(t, o, claims[0])
	}
}

func testAside(t *testing.T, open func() Outbox) {
	ctx := t.Context()
	o := open()
	enqueue(t, o, 3, pending(place(1), "a"), pending(place(1), "b"), pending(place(1), "c"))
	c := claim(t, o, lease, "a")
	ok(t, o.Aside(ctx, c, 200*time.Millisecond, "bad", c.Items[0].Key))
	done(t, o, claim(t, o, lease, "b"))
	if items, err := o.Waiting(ctx, place(1)); err != nil || articlesOf(items) != "a c" {
		t.Errorf("Waiting = %s, %v, want a c", articlesOf(items), err)
	}
	enqueue(t, o, 0, pending(place(1), "a"))
	c = claim(t, o, lease, "c")
	ok(t, o.Retry(ctx, c, time.Hour, "busy", c.Items[0].Key))
	idle(t, o)
	ok(t, func() error { _, err := o.Move(ctx, c.Lane, c.Lane, time.Time{}); return err }())
	c = claim(t, o, lease, "a")
	if c.Items[0].Attempt != 1 {
		t.Errorf("attempt after stepping aside = %d, want 1", c.Items[0].Attempt)
	}
	ok(t, o.Aside(ctx, c, 50*time.Millisecond, "bad", c.Items[0].Key))
	done(t, o, claim(t, o, lease, "c"))
	idle(t, o)
	c = patient(t, o, lease, "a") // alone in its lane
	if c.Items[0].Attempt != 2 {
		t.Errorf("attempt = %d, want 2", c.Items[0].Attempt)
	}
	done(t, o, c)
	idle(t, o)
}

func testMove(t *testing.T, open func() Outbox) {
	ctx := t.Context()
	o := open()
	from, to := lane(place(1), instantly), lane(place(1), daily)
	first := pending(place(1), "z")
	first.Lane = to
	enqueue(t, o, 3, first, pending(place(1), "a"), pending(place(1), "b"))
	at := time.Now().Add(100 * time.Millisecond)
	if n, err := o.Move(ctx, from, to, at); n != 2 || err != nil {
		t.Fatalf("Move = %d, %v, want 2", n, err)
	}
	done(t, o, claim(t, o, lease, "z"))
	idle(t, o)
	enqueue(t, o, 0, pending(place(1), "a"))
	c := patient(t, o, lease, "a", "b")
	if c.Lane != to || time.Now().Before(at.Add(-20*time.Millisecond)) {
		t.Errorf("claimed %v at %v, want %v not before %v", c.Lane, time.Now(), to, at)
	}
	ok(t, o.Defer(ctx, c, 0))
	if n, err := o.Move(ctx, to, from, time.Time{}); n != 2 || err != nil {
		t.Fatalf("Move back = %d, %v, want 2", n, err)
	}
	done(t, o, claim(t, o, lease, "a"))
	done(t, o, claim(t, o, lease, "b"))
	if n, err := o.Move(ctx, to, from, time.Time{}); n != 0 || err != nil {
		t.Errorf("Move of nothing = %d, %v", n, err)
	}
	if _, err := o.Move(ctx, from, lane(place(2), daily), time.Time{}); err == nil {
		t.Error("Move to another destination did not fail")
	}
}

func testMoveInFlight(t *testing.T, open func() Outbox) {
	ctx := t.Context()
	o := open()
	from, to := lane(place(1), instantly), lane(place(1), daily)
	enqueue(t, o, 3, pending(place(1), "a"), pending(place(1), "b"), pending(place(1), "c"))
	c := claim(t, o, lease, "a")
	if n, err := o.Move(ctx, from, to, time.Time{}); n != 2 || err != nil {
		t.Fatalf("Move = %d, %v, want 2: one is on its way", n, err)
	}
	idle(t, o)
	ok(t, o.Sending(ctx, c, c.Items[0].Key))
	ok(t, o.Defer(ctx, c, time.Hour)) // as if its sender had died
	if n, err := o.Move(ctx, from, to, time.Time{}); n != 0 || err != nil {
		t.Errorf("Move = %d, %v, want 0: it may have arrived", n, err)
	}
	c = claim(t, o, lease, "b", "c")
	if c.Lane != to {
		t.Errorf("lane = %v, want %v", c.Lane, to)
	}
	done(t, o, c)
	if items, err := o.Waiting(ctx, place(1)); err != nil || articlesOf(items) != "a" || !items[0].Sending {
		t.Errorf("Waiting = %v, %v, want a, marked", items, err)
	}
}

func testDepth(t *testing.T, open func() Outbox) {
	o := open()
	check := func(due, later int) {
		t.Helper()
		if d, l, err := o.Depth(t.Context()); d != due || l != later || err != nil {
			t.Errorf("Depth = %d, %d, %v, want %d, %d", d, l, err, due, later)
		}
	}
	check(0, 0)
	late := pending(place(2), "z")
	late.NotBefore = time.Now().Add(time.Hour)
	enqueue(t, o, 3, pending(place(1), "a"), pending(place(1), "b"), late)
	check(2, 1)
	c := claim(t, o, lease, "a")
	check(1, 2) // under lease one; b can only follow
	done(t, o, c)
	check(1, 1)
}

func testWaitWakes(t *testing.T, open func() Outbox) {
	o, other := open(), open()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	for i := range 3 {
		got := make(chan error, 1)
		go func() {
			for {
				if err := o.Wait(ctx, time.Minute); err != nil {
					got <- err
					return
				}
				if claims, err := o.Claim(ctx, 10, lease); err != nil || len(claims) > 0 {
					if err == nil {
						c := claims[0]
						err = o.Done(ctx, c, "x", alerts.Receipt{}, time.Time{}, c.Items[0].Key)
					}
					got <- err
					return
				}
			}
		}()
		enqueue(t, other, 1, pending(place(i), "a"))
		if err := <-got; err != nil {
			t.Fatalf("waiting for what another process put in: %v", err)
		}
	}
}

func testWaitEnds(t *testing.T, open func() Outbox) {
	o := open()
	start := time.Now()
	for time.Since(start) < 30*time.Millisecond { // it may return early for no reason
		ok(t, o.Wait(t.Context(), 30*time.Millisecond))
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	for ctx.Err() == nil {
		if err := o.Wait(ctx, time.Minute); err == nil && time.Since(start) > 10*time.Second {
			t.Fatal("Wait outlives its context")
		}
	}
}

func testClaimLimit(t *testing.T, open func() Outbox) {
	o := open()
	var all []alerts.Pending
	for i := range 100 {
		all = append(all, pending(place(i), "a"))
	}
	enqueue(t, o, 100, all...)
	got := map[alerts.Destination]bool{}
	for rounds := 0; len(got) < 100; rounds++ {
		claims, err := o.Claim(t.Context(), 7, lease)
		if err != nil || len(claims) > 7 || rounds > 200 {
			t.Fatalf("Claim = %d, %v, round %d", len(claims), err, rounds)
		}
		for _, c := range claims {
			if got[c.Lane.Destination] {
				t.Fatalf("%v claimed twice", c.Lane.Destination)
			}
			got[c.Lane.Destination] = true
		}
	}
	idle(t, o)
}

// testConcurrentOutbox has several replicas put in and send at once, with
// verdicts of every kind: nothing is lost, nothing done twice, and lanes keep
// their order.
func testConcurrentOutbox(t *testing.T, open func() Outbox) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	const places, each = 12, 25
	var mu sync.Mutex
	sent := map[alerts.Destination][]string{}
	total := 0
	var group sync.WaitGroup
	for range 2 {
		o := open()
		group.Go(func() {
			for i := range each {
				for p := range places {
					if _, err := o.Enqueue(ctx, []alerts.Pending{pending(place(p), fmt.Sprint("n", i))}); err != nil {
						t.Error(err)
					}
				}
			}
		})
	}
	for range 4 {
		o := open()
		group.Go(func() {
			for n := 0; ctx.Err() == nil; n++ {
				claims, err := o.Claim(ctx, 3, lease)
				if err != nil {
					t.Error(err)
					return
				}
				for i, c := range claims {
					key := c.Items[0].Key
					if (n+i)%5 == 0 {
						err = o.Retry(ctx, c, 0, "again", key)
					} else {
						mu.Lock()
						sent[c.Lane.Destination] = append(sent[c.Lane.Destination], c.Items[0].Article)
						total++
						mu.Unlock()
						err = o.Done(ctx, c, key, alerts.Receipt{}, time.Time{}, key)
					}
					if err != nil {
						t.Error(err)
					}
				}
				mu.Lock()
				finished := total >= places*each
				mu.Unlock()
				if finished {
					return
				}
				if len(claims) == 0 {
					_ = o.Wait(ctx, 50*time.Millisecond)
				}
			}
		})
	}
	group.Wait()
	var want []string
	for i := range each {
		want = append(want, fmt.Sprint("n", i))
	}
	for p := range places {
		if got := sent[place(p)]; !slices.Equal(got, want) {
			t.Errorf("place %d got %v", p, got)
		}
	}
	idle(t, open())
}

// testCrash forgets replicas in the middle of everything.
func testCrash(t *testing.T, open func() Outbox) {
	ctx := t.Context()
	const places = 8
	var all []alerts.Pending
	for p := range places {
		for i := range 3 {
			all = append(all, pending(place(p), fmt.Sprint("n", i)))
		}
	}
	enqueue(t, open(), len(all), all...)
	sent := map[string]int{}
	for crash := 0; len(sent) < len(all); crash++ {
		o := open()
		claims, err := o.Claim(ctx, places, brief)
		ok(t, err)
		if len(claims) == 0 {
			ok(t, o.Wait(ctx, time.Second))
			continue
		}
		for i, c := range claims {
			if i%2 == crash%2 && crash < 6 {
				continue // dies with the claim
			}
			item := c.Items[0]
			if err := o.Done(ctx, c, item.Key, alerts.Receipt{}, time.Time{}, item.Key); err == nil {
				sent[item.Key]++
			}
		}
		if crash > 10_000 {
			t.Fatalf("only %d of %d after %d rounds", len(sent), len(all), crash)
		}
	}
	for key, n := range sent {
		if n != 1 {
			t.Errorf("%s was done %d times", key, n)
		}
	}
	idle(t, open())
}
