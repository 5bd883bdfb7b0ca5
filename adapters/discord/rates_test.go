package discord_test

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/bellwether/bellwether/adapters/adaptertest"
	"github.com/bellwether/bellwether/adapters/discord"
)

// TestRates: limits that this process keeps alone follow the rules of those in
// Redis.
func TestRates(t *testing.T) {
	adaptertest.TestRates(t, func(*testing.T) discord.Rates { return discord.NewRatesForTest(time.Now) })
}

// crowd are callers that share a limit, and the time they live in.
type crowd struct {
	rates discord.Rates
	calls int
	per   time.Duration
	now   time.Time

	next  []time.Time // when each caller asks next
	asked []int       // its place among those who wait; 0: it does not
	asks  int
	went  []time.Time
	order []int // the places of those who waited, in the order in which they went
	most  time.Duration
}

func newCrowd(callers, calls int, per time.Duration) *crowd {
	c := &crowd{calls: calls, per: per, now: time.Unix(1_700_000_000, 0)}
	c.rates = discord.NewRatesForTest(func() time.Time { return c.now })
	for range callers {
		c.next = append(c.next, c.now)
	}
	c.asked = make([]int, callers)
	return c
}

// step lets the caller whose time comes first ask. It comes back late by late;
// when it was let through, after pause.
func (c *crowd) step(t *rapid.T, late, pause time.Duration) {
	who := 0
	for i, at := range c.next {
		if at.Before(c.next[who]) {
			who = i
		}
	}
	if c.next[who].After(c.now) {
		c.now = c.next[who]
	}
	span, err := c.rates.Take(t.Context(), fmt.Sprint(who), "g", c.calls, c.per, "")
	switch {
	case err != nil || span < 0:
		t.Fatalf("%v, %v", span, err)
	case span > 0:
		if c.asked[who] == 0 {
			c.asks++
			c.asked[who] = c.asks
		}
		c.most = max(c.most, span)
		c.next[who] = c.now.Add(span + late)
		return
	}
	c.went = append(c.went, c.now)
	if c.asked[who] > 0 {
		c.order = append(c.order, c.asked[who])
	}
	c.asked[who] = 0
	c.next[who] = c.now.Add(pause)
}

func millis(most int) *rapid.Generator[time.Duration] {
	return rapid.Map(rapid.IntRange(0, most), func(n int) time.Duration { return time.Duration(n) * time.Millisecond })
}

// TestRatesNeverPassTheLimit: whoever comes when, in no span are more let
// through than the limit allows.
func TestRatesNeverPassTheLimit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		calls := rapid.IntRange(1, 20).Draw(t, "calls")
		per := time.Millisecond + millis(3000).Draw(t, "per")
		c := newCrowd(rapid.IntRange(1, 50).Draw(t, "callers"), calls, per)
		lateness, pauses := millis(rapid.SampledFrom([]int{0, 1, 50, 15_000}).Draw(t, "late")), millis(rapid.SampledFrom([]int{0, 10, 3000}).Draw(t, "pauses"))
		for range rapid.IntRange(1, 300).Draw(t, "steps") {
			c.step(t, lateness.Draw(t, "late"), pauses.Draw(t, "pause"))
		}
		for i := calls; i < len(c.went); i++ {
			if span := c.went[i].Sub(c.went[i-calls]); span < per {
				t.Fatalf("%d calls within %v, of which %d are allowed in %v", calls+1, span, calls, per)
			}
		}
	})
}

// TestRatesServeInOrderAtFullSpeed: callers who come at their turns are served in
// the order in which they asked; one who is a little late may be passed by some,
// and none of what the limit allows is lost.
func TestRatesServeInOrderAtFullSpeed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		calls := rapid.IntRange(1, 50).Draw(t, "calls")
		per := 500*time.Millisecond + millis(1000).Draw(t, "per")
		callers := calls + rapid.IntRange(1, 4*calls).Draw(t, "callers")
		late := min(millis(20).Draw(t, "late"), per/time.Duration(calls)/2)
		c := newCrowd(callers, calls, per)
		const rounds = 10
		for len(c.went) < rounds*calls {
			c.step(t, late, 0)
		}
		passed := 3 * calls
		if late == 0 {
			passed = 2 // turns may be less than a millisecond apart
		}
		for i, place := range c.order {
			if i-place > passed {
				t.Fatalf("%d was passed by %d: %v", place, i-place, c.order)
			}
		}
		took := c.went[len(c.went)-1].Sub(c.went[0])
		if most := rounds*per + per/time.Duration(calls) + rounds*late; took > most {
			t.Fatalf("%d calls took %v, more than %v, of which %d are allowed in %v", len(c.went), took, most, calls, per)
		}
		if most := time.Duration(callers)*per/time.Duration(calls) + 2*per; c.most > most {
			t.Fatalf("somebody was asked to wait %v, with %d ahead", c.most, callers)
		}
	})
}

// server counts calls as Discord does for a bucket.
type server struct {
	calls, left int
	per         time.Duration
	reset       time.Time
}

// answer is what one call is told, and when that comes.
type answer struct {
	at    time.Time
	left  int
	after time.Duration
}

func (s *server) take(now time.Time) (left int, after time.Duration, ok bool) {
	if !now.Before(s.reset) {
		s.left, s.reset = s.calls, now.Add(s.per)
	}
	s.left--
	return s.left, s.reset.Sub(now), s.left >= 0
}

// TestRatesKeepABucket: one call after the other, as those of a channel come,
// Discord never refuses, and the bucket is used up each time; of answers that
// are lost, all but the first may be.
func TestRatesKeepABucket(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := &server{calls: rapid.IntRange(1, 10).Draw(t, "calls"), per: time.Second + millis(5000).Draw(t, "per")}
		now := time.Unix(1_700_000_000, 0)
		begun := now
		rates := discord.NewRatesForTest(func() time.Time { return now })
		delay := millis(200)
		var there time.Duration // on the way, at most, for all calls
		const rounds = 20
		for n := 0; n < rounds*s.calls; {
			span, err := rates.Take(t.Context(), "a", "", 0, 0, "b")
			if err != nil {
				t.Fatal(err)
			}
			if span > 0 {
				now = now.Add(span)
				continue
			}
			n++
			to, back := delay.Draw(t, "to"), delay.Draw(t, "back")
			there += to + back
			now = now.Add(to)
			left, after, ok := s.take(now)
			if !ok {
				t.Fatalf("call %d is refused", n)
			}
			now = now.Add(back)
			if rapid.Bool().Draw(t, "lost") && left < s.calls-1 { // the answer, not the first
				left, after = 1, 0
			}
			if err := rates.Learn(t.Context(), "b", left, after); err != nil {
				t.Fatal(err)
			}
		}
		if took, most := now.Sub(begun), rounds*s.per+there; took > most {
			t.Fatalf("it took %v, more than %v", took, most)
		}
	})
}

// TestRatesKeepABucketOfMany: some at the same time, whose answers come in the
// order of their calls.
func TestRatesKeepABucketOfMany(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := &server{calls: rapid.IntRange(1, 10).Draw(t, "calls"), per: time.Second + millis(5000).Draw(t, "per")}
		now := time.Unix(1_700_000_000, 0)
		rates := discord.NewRatesForTest(func() time.Time { return now })
		delay := millis(200).Draw(t, "delay")
		next := make([]time.Time, rapid.IntRange(2, 8).Draw(t, "callers"))
		var answers []answer
		for n := 0; n < 10*s.calls; {
			who := 0
			for i := range next {
				if next[i].Before(next[who]) {
					who = i
				}
			}
			if len(answers) > 0 && !answers[0].at.After(next[who]) {
				a := answers[0]
				answers = answers[1:]
				now = later(now, a.at)
				if err := rates.Learn(t.Context(), "b", a.left, a.after); err != nil {
					t.Fatal(err)
				}
				continue
			}
			now = later(now, next[who])
			span, err := rates.Take(t.Context(), "a", "", 0, 0, "b")
			if err != nil {
				t.Fatal(err)
			}
			if next[who] = now.Add(span); span > 0 {
				continue
			}
			n++
			left, after, ok := s.take(now)
			if !ok {
				t.Fatalf("call %d is refused", n)
			}
			answers = append(answers, answer{now.Add(delay), left, after})
			next[who] = now.Add(delay)
		}
	})
}
