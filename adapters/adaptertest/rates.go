package adaptertest

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/bellwether/bellwether/adapters/discord"
)

// TestRates runs the suite of shared limits; open gives an empty store each
// time. It measures with the real clock, so what it wants is below what it
// would find on a quiet machine, and its bounds are never above a limit.
func TestRates(t *testing.T, open func(t *testing.T) discord.Rates) {
	t.Run("Bucket", func(t *testing.T) { testBucket(t, open(t)) })
	t.Run("Stop", func(t *testing.T) { testStop(t, open(t)) })
	t.Run("Turns", func(t *testing.T) { testTurns(t, open(t)) })
	t.Run("Window", func(t *testing.T) { testWindow(t, open(t)) })
}

func take(t *testing.T, r discord.Rates, who, global string, calls int, per time.Duration, bucket string) time.Duration {
	t.Helper()
	span, err := r.Take(t.Context(), who, global, calls, per, bucket)
	if err != nil {
		t.Fatal(err)
	}
	return span
}

func between(t *testing.T, what string, got, low, high time.Duration) {
	t.Helper()
	if got < low || got > high {
		t.Errorf("%s: wait %v, want %v to %v", what, got, low, high)
	}
}

func testBucket(t *testing.T, r discord.Rates) {
	learn := func(left int, reset time.Duration) {
		t.Helper()
		if err := r.Learn(t.Context(), "b", left, reset); err != nil {
			t.Fatal(err)
		}
	}
	between(t, "unknown", take(t, r, "a", "", 0, 0, "b"), 0, 0)
	between(t, "before its answer", take(t, r, "a", "", 0, 0, "b"), 1, 50*time.Millisecond)
	between(t, "another bucket", take(t, r, "a", "", 0, 0, "c"), 0, 0)
	learn(2, time.Minute)
	between(t, "two left", take(t, r, "a", "", 0, 0, "b"), 0, 0)
	learn(2, time.Minute-100*time.Millisecond) // an answer that is older than the call
	between(t, "one left", take(t, r, "a", "", 0, 0, "b"), 0, 0)
	between(t, "none left", take(t, r, "a", "", 0, 0, "b"), 50*time.Second, time.Minute)
	learn(0, time.Second) // of a span before
	between(t, "still none", take(t, r, "a", "", 0, 0, "b"), 50*time.Second, time.Minute)
	learn(1, 0) // an answer that was lost
	between(t, "none yet", take(t, r, "a", "", 0, 0, "b"), 50*time.Second, time.Minute)
	learn(5, 2*time.Minute)
	between(t, "the next span", take(t, r, "a", "", 0, 0, "b"), 0, 0)

	between(t, "another bucket", take(t, r, "a", "", 0, 0, "d"), 0, 0)
	for _, reset := range []time.Duration{10 * time.Second, 9760 * time.Millisecond} {
		if err := r.Learn(t.Context(), "d", 0, reset); err != nil {
			t.Fatal(err)
		}
	}
	between(t, "the later of two ends", take(t, r, "a", "", 0, 0, "d"), 9770*time.Millisecond, 10*time.Second)
}

func testStop(t *testing.T, r discord.Rates) {
	between(t, "free", take(t, r, "a", "g", 10, time.Second, "b"), 0, 0)
	for _, span := range []time.Duration{time.Minute, time.Second} { // a shorter one does not end a longer
		if err := r.Stop(t.Context(), "g", span); err != nil {
			t.Fatal(err)
		}
	}
	between(t, "stopped", take(t, r, "a", "g", 10, time.Second, "c"), 50*time.Second, time.Minute)
	between(t, "the next", take(t, r, "b", "g", 10, 100*time.Second, "c"), 50*time.Second, time.Minute+time.Second)
	between(t, "one behind it", take(t, r, "c", "g", 10, 100*time.Second, "c"), time.Minute, 71*time.Second)
	between(t, "ahead of them", take(t, r, "", "g", 10, 100*time.Second, "c"), 50*time.Second, time.Minute)
	between(t, "another limit", take(t, r, "a", "h", 10, time.Second, "c"), 0, 0)
	between(t, "no limit", take(t, r, "a", "", 0, 0, "d"), 0, 0)
}

// testTurns: those who wait are spread evenly in the order in which they came,
// and keep their turns.
func testTurns(t *testing.T, r discord.Rates) {
	const calls, per = 4, 40 * time.Second
	for range calls {
		between(t, "at first", take(t, r, "", "g", calls, per, ""), 0, 0)
	}
	for i := range 6 {
		who, want := fmt.Sprint("w", i), per+time.Duration(i)*per/calls
		between(t, who, take(t, r, who, "g", calls, per, ""), want-5*time.Second, want)
	}
	between(t, "ahead of those who wait", take(t, r, "", "g", calls, per, ""), per-5*time.Second, per)
	for i := range 6 {
		who, want := fmt.Sprint("w", i), per+time.Duration(i)*per/calls
		between(t, who+" again", take(t, r, who, "g", calls, per, ""), want-5*time.Second, want)
	}
}

// testWindow: many who come back at their turns are let through at the speed of
// the limit, and never more in a span than it allows.
func testWindow(t *testing.T, r discord.Rates) {
	const calls, per, total = 20, 200 * time.Millisecond, 120
	var mu sync.Mutex
	var went []time.Time // just after a call was let through
	var all sync.WaitGroup
	begun := time.Now()
	for i := range 30 {
		all.Go(func() {
			for range total / 30 {
				for {
					span, err := r.Take(t.Context(), fmt.Sprint("w", i), "g", calls, per, "")
					if err != nil {
						t.Error(err)
						return
					}
					if span == 0 {
						break
					}
					<-time.After(span)
				}
				mu.Lock()
				went = append(went, time.Now())
				mu.Unlock()
			}
		})
	}
	all.Wait()
	// What the clients see is later than the server's time by what an answer
	// takes; the last of calls+1 in a row is seen after per less that.
	const slow = 60 * time.Millisecond
	for i := calls; i < len(went); i++ {
		if span := went[i].Sub(went[i-calls]); span < per-slow {
			t.Errorf("%d calls within %v", calls+1, span)
		}
	}
	if took, most := time.Since(begun), per*(total/calls)*2; took > most {
		t.Errorf("%d calls took %v, which the limit allows in %v", total, took, per*(total/calls-1))
	}
}

// TestLeases runs the suite of leases; open gives an empty store each time.
func TestLeases(t *testing.T, open func(t *testing.T) discord.Leases) {
	l := open(t)
	hold := func(name, holder string, span time.Duration, want bool) {
		t.Helper()
		if got, err := l.Hold(t.Context(), name, holder, span); err != nil || got != want {
			t.Errorf("%s holds %s: %v, %v, want %v", holder, name, got, err, want)
		}
	}
	release := func(name, holder string) {
		t.Helper()
		if err := l.Release(t.Context(), name, holder); err != nil {
			t.Error(err)
		}
	}
	hold("x", "a a", time.Minute, true)
	hold("x", "b", time.Minute, false)
	hold("y", "b", time.Minute, true)
	hold("x", "a a", time.Minute, true)
	release("x", "b")
	hold("x", "b", time.Minute, false)
	release("x", "a a")
	hold("x", "b", time.Millisecond, true)
	<-time.After(5 * time.Millisecond) // by the server's clock
	hold("x", "a a", time.Minute, true)
	hold("x", "b", time.Minute, false)
	release("x", "b") // late, of what another holds now
	hold("x", "b", time.Minute, false)

	var held atomic.Int32
	var all sync.WaitGroup
	for i := range 20 {
		all.Go(func() {
			ok, err := l.Hold(t.Context(), "z", fmt.Sprint("holder", i), time.Minute)
			if err != nil {
				t.Error(err)
			}
			if ok {
				held.Add(1)
			}
		})
	}
	all.Wait()
	if n := held.Load(); n != 1 {
		t.Errorf("%d hold a lease at once", n)
	}
}
