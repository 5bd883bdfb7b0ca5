package adaptertest

import (
	"fmt"
	"testing"
	"time"

	"github.com/bellwether/bellwether/alerts"
)

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
	ok(t, o.Aside(ctx, c, time.Hour, "bad", c.Items[0].Key))
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
	ok(t, o.Aside(ctx, c, time.Second, "bad", c.Items[0].Key))
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
	at := time.Now().Add(time.Second)
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
	c = claim(t, o, lease, "a") // what it was put off for holds no more
	if c.Lane != from || !c.Items[0].Sending {
		t.Errorf("claimed %+v of %v, want it marked and of %v", c.Items[0], c.Lane, from)
	}
	ok(t, o.Defer(ctx, c, time.Hour))
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
