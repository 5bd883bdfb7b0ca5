package ingest

import (
	"context"
	"sync"
	"testing"
	"time"
)

// A source counts as stuck when it is read for longer than it may be, and not
// while it rests or waits for others.
func TestAlive(t *testing.T) {
	var mu sync.Mutex
	due := map[string]time.Time{}
	hang := &fakeSource{name: "hangs", replies: []reply{batch("a"), {do: func(context.Context) { <-time.After(30 * minute) }}}}
	well := &fakeSource{name: "well", replies: []reply{batch("b")}}
	behind := &fakeSource{name: "behind", replies: []reply{batch("c")}}
	cfg := Config{
		Log: &memoryLog{}, Sources: []Source{hang, well, behind}, Fetches: 1,
		Intervals: map[string]time.Duration{"hangs": time.Hour, "well": 2 * time.Hour, "behind": time.Hour + time.Second},
		Alive: func(loop string, within time.Duration) {
			mu.Lock()
			defer mu.Unlock()
			delete(due, loop)
			if within > 0 {
				due[loop] = time.Now().Add(within)
			}
		},
	}
	late := func() (loops []string) {
		mu.Lock()
		defer mu.Unlock()
		for loop, at := range due {
			if time.Now().After(at) {
				loops = append(loops, loop)
			}
		}
		return loops
	}
	running(t, cfg, func(*Ingester) {
		pass(59 * minute)
		if got := late(); got != nil {
			t.Errorf("%q are stuck while all rest", got)
		}
		pass(10 * minute)
		if got := late(); len(got) != 1 || got[0] != "hangs" {
			t.Errorf("%q are stuck, want the one that hangs", got)
		}
		pass(25 * minute)
		if got := late(); got != nil {
			t.Errorf("%q are stuck after all", got)
		}
	})
}
