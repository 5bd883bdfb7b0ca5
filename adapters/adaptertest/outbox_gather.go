package adaptertest

import (
	"fmt"
	"testing"
	"time"

	"github.com/bellwether/bellwether/alerts"
)

// testGather: what waits in a gathered lane is claimed together, with the
// reason, until all that was there at the claim is gone.
func testGather(t *testing.T, open func() Outbox) {
	ctx := t.Context()
	o := open()
	enqueue(t, o, 3, pending(place(1), "a"), pending(place(1), "b"), pending(place(1), "c"))
	c := claim(t, o, lease, "a")
	if c.Gathered != alerts.GatheredNot || c.IsDigest() {
		t.Errorf("gathered from the start: %+v", c)
	}
	ok(t, o.Gather(ctx, c, alerts.GatheredLimit, 0))
	wantError(t, o.Gather(ctx, c, alerts.GatheredLimit, 0), alerts.ErrStale)
	c = claim(t, o, lease, "a", "b", "c")
	if c.Gathered != alerts.GatheredLimit || !c.IsDigest() {
		t.Errorf("not gathered: %+v", c)
	}
	keys := keysOf(c.Items)
	ok(t, o.Sending(ctx, c, keys[0], keys[1]))
	enqueue(t, o, 1, pending(place(1), "d"))
	ok(t, o.Done(ctx, c, "part 1", alerts.Receipt{}, time.Time{}, keys[0]))
	ok(t, o.Defer(ctx, c, 0)) // as if the rest had to wait: it is gathered still
	c = claim(t, o, lease, "b", "c", "d")
	if i := c.Items[0]; c.Gathered != alerts.GatheredLimit || !i.Sending || !i.Part || i.Head != keys[0] {
		t.Errorf("after a part: %+v", c)
	}
	enqueue(t, o, 1, pending(place(1), "e"))
	ok(t, o.Done(ctx, c, "part 2", alerts.Receipt{}, time.Time{}, keysOf(c.Items)...))
	c = claim(t, o, lease, "e")
	if c.Gathered != alerts.GatheredNot {
		t.Errorf("what came later is gathered: %+v", c)
	}
	ok(t, o.Sending(ctx, c, c.Items[0].Key))
	ok(t, o.Retry(ctx, c, 0, "busy", c.Items[0].Key))
	c = claim(t, o, lease, "e")
	if c.Items[0].Part {
		t.Error("an alert that went out alone counts as a part")
	}
	ok(t, o.Gather(ctx, c, alerts.GatheredQuiet, time.Hour))
	idle(t, o)
	if n, err := o.Move(ctx, c.Lane, c.Lane, time.Time{}); n != 1 || err != nil {
		t.Errorf("Move = %d, %v", n, err)
	}
	enqueue(t, o, 1, pending(place(1), "f"))
	if c = claim(t, o, lease, "e", "f"); c.Gathered != alerts.GatheredQuiet {
		t.Errorf("after a change of the time: %+v", c)
	}
}

// testHeldBack: what quiet hours held back comes together, also if it is more
// than a claim hands out.
func testHeldBack(t *testing.T, open func() Outbox) {
	ctx := t.Context()
	o := open()
	night := time.Now().Add(time.Hour)
	const many = 750
	var held []alerts.Pending
	for i := range many {
		p := pending(place(1), fmt.Sprint("n", i))
		p.NotBefore = night
		held = append(held, p)
	}
	enqueue(t, o, many, held...)
	idle(t, o)
	l := held[0].Lane
	if n, err := o.Move(ctx, l, l, time.Time{}); n != many || err != nil {
		t.Fatalf("Move = %d, %v", n, err)
	}
	total := 0
	for total < many {
		claims, err := o.Claim(ctx, 1, lease)
		if err != nil || len(claims) != 1 || claims[0].Gathered != alerts.GatheredQuiet || len(claims[0].Items) < many/4 {
			t.Fatalf("Claim after %d = %d claims, %v", total, len(claims), err)
		}
		total += len(claims[0].Items)
		ok(t, o.Done(ctx, claims[0], "part", alerts.Receipt{}, time.Time{}, keysOf(claims[0].Items)...))
	}
	soon := pending(place(1), "soon")
	soon.NotBefore = time.Now().Add(time.Millisecond) // the clock of a replica is a little ahead
	enqueue(t, o, 1, soon)
	deadline := time.Now().Add(10 * time.Second)
	for {
		claims, err := o.Claim(ctx, 1, lease)
		if err != nil || time.Now().After(deadline) {
			t.Fatalf("never claimed: %v", err)
		}
		if len(claims) == 1 {
			if claims[0].Gathered != alerts.GatheredNot {
				t.Errorf("gathered: %+v", claims[0])
			}
			return
		}
	}
}

// testHours: instant messages are counted from the first, those of digests are
// not.
func testHours(t *testing.T, open func() Outbox) {
	ctx := t.Context()
	o := open()
	for i := range 4 {
		enqueue(t, o, 1, pending(place(1), fmt.Sprint("n", i)))
		c := claim(t, open(), lease, fmt.Sprint("n", i))
		if c.Sent != i || c.Hour.IsZero() != (i == 0) {
			t.Errorf("message %d: %d were sent, until %v", i, c.Sent, c.Hour)
		}
		if left := time.Until(c.Hour); i > 0 && (left > time.Hour || left < 50*time.Minute) {
			t.Errorf("the hour ends in %v", left)
		}
		ok(t, o.Done(ctx, c, "m", alerts.Receipt{}, time.Time{}, c.Items[0].Key))
	}
	d := pending(place(1), "digest")
	d.Lane.Schedule = daily
	enqueue(t, o, 2, d, pending(place(2), "other"))
	claims, err := o.Claim(ctx, 2, lease)
	if err != nil || len(claims) != 2 {
		t.Fatalf("Claim = %d, %v", len(claims), err)
	}
	for _, c := range claims {
		if c.Sent != 0 || !c.Hour.IsZero() {
			t.Errorf("%v: %d were sent", c.Lane, c.Sent)
		}
		ok(t, o.Done(ctx, c, "m", alerts.Receipt{}, time.Time{}, c.Items[0].Key))
	}
	enqueue(t, o, 1, pending(place(1), "last"))
	if c := claim(t, o, lease, "last"); c.Sent != 4 {
		t.Errorf("%d were sent, want 4", c.Sent)
	}
}
