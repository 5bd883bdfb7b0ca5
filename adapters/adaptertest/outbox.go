package adaptertest

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/bot"
	"github.com/bellwether/bellwether/bot/dispatch"
	"github.com/bellwether/bellwether/bot/matching"
)

// Outbox is all that is asked of an outbox.
type Outbox interface {
	bot.Outbox
	dispatch.Outbox
	matching.Outbox
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
		"Begun":        testBegun,
		"Pace":         testPace,
		"NotBefore":    testNotBefore,
		"Digest":       testDigest,
		"Gather":       testGather,
		"HeldBack":     testHeldBack,
		"Hours":        testHours,
		"Aside":        testAside,
		"Move":         testMove,
		"MoveInFlight": testMoveInFlight,
		"Depth":        testDepth,
		"WaitWakes":    testWaitWakes,
		"WaitEnds":     testWaitEnds,
		"ClaimLimit":   testClaimLimit,
		"Fair":         testFair,
		"Concurrent":   testConcurrentOutbox,
		"Crash":        testCrash,
		"Amend":        testAmend,
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
	given := time.Now()
	ok(t, o.Retry(ctx, c, brief, "busy", c.Items[0].Key))
	claims, err := o.Claim(ctx, 10, lease)
	switch early := time.Since(given) < brief; {
	case err != nil || len(claims) > 0 && early:
		t.Fatalf("Claim = %v, %v, want nothing", claims, err)
	case len(claims) > 0:
		c = claims[0] // this machine was too slow to ask before
	default:
		c = patient(t, o, lease, "a")
	}
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
	begun := time.Now()
	ok(t, o.Sending(ctx, c, c.Items[0].Key))
	c = patient(t, o, lease, "a")
	if !c.Items[0].Sending {
		t.Error("the mark of a send that was begun is lost")
	}
	if at := c.Items[0].Tried; at.Before(begun.Add(-time.Second)) || at.After(time.Now()) {
		t.Errorf("begun at %v, and the claim says %v", begun, at)
	}
	ok(t, o.Defer(ctx, c, 0)) // without keys marks stay
	c = claim(t, o, lease, "a")
	if !c.Items[0].Sending {
		t.Error("giving the lane back took the mark away")
	}
	ok(t, o.Retry(ctx, c, 0, "refused", c.Items[0].Key))
	if c = claim(t, o, lease, "a"); c.Items[0].Sending || !c.Items[0].Tried.IsZero() {
		t.Error("a refusal did not clear the mark")
	}
	ok(t, o.Sending(ctx, c, c.Items[0].Key))
	ok(t, o.Defer(ctx, c, 0, c.Items[0].Key))
	if c = claim(t, o, lease, "a"); c.Items[0].Sending {
		t.Error("a deferral did not clear the mark")
	}
}

// testBegun asks for the message that items were begun in, for as long as it
// may have arrived.
func testBegun(t *testing.T, open func() Outbox) {
	ctx := t.Context()
	o := open()
	for _, article := range []string{"a", "b", "c d", "e"} {
		p := pending(place(1), article)
		p.Lane.Schedule = daily
		enqueue(t, o, 1, p)
	}
	all := []string{"a", "b", "c d", "e"}
	c := claim(t, o, lease, all...)
	keys := keysOf(c.Items)
	// check claims again and wants these heads, by their number, -1 for none.
	check := func(heads ...int) []time.Time {
		t.Helper()
		c = claim(t, o, lease, all...)
		var begun []time.Time
		for i, item := range c.Items {
			want := ""
			if heads[i] >= 0 {
				want = keys[heads[i]]
			}
			if item.Head != want || item.Begun.IsZero() != (want == "") || want != "" && time.Since(item.Begun).Abs() > time.Minute {
				t.Errorf("%s was begun in %q at %v, want %q", item.Article, item.Head, item.Begun, want)
			}
			begun = append(begun, item.Begun)
		}
		return begun
	}
	ok(t, o.Sending(ctx, c, keys[2], keys[0])) // in another order than they wait in
	ok(t, o.Defer(ctx, c, 0))
	first := check(2, -1, 2, -1)
	ok(t, o.Retry(ctx, c, 0, "busy", keys[2], keys[0]))
	check(2, -1, 2, -1)
	ok(t, o.Sending(ctx, c, keys[2], keys[0]))
	ok(t, o.Defer(ctx, c, 0, keys[2], keys[0])) // the try before may have arrived
	check(2, -1, 2, -1)
	ok(t, o.Wait(ctx, brief))
	ok(t, o.Sending(ctx, c, keys[0])) // what was with it is not claimed, or gone
	ok(t, o.Sending(ctx, c, keys[1], keys[3]))
	ok(t, o.Defer(ctx, c, 0))
	if again := check(2, 1, 2, 1); !again[0].Equal(first[0]) {
		t.Errorf("first begun at %v, then at %v", first[0], again[0])
	}
	ok(t, o.Defer(ctx, c, 0, keys[1], keys[3])) // refused, and never begun before
	check(2, -1, 2, -1)
	ok(t, o.Aside(ctx, c, 0, "busy", keys[2], keys[0]))
	ok(t, o.Defer(ctx, c, 0))
	all = []string{"a", "c d", "b", "e"} // what was aside comes first
	keys = []string{keys[0], keys[2], keys[1], keys[3]}
	check(1, 1, -1, -1)
	ok(t, o.Done(ctx, c, "m", alerts.Receipt{}, time.Time{}, keys...))
	idle(t, o)
}
