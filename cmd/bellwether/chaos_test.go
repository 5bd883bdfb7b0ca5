package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"
)

// The environment of the chaos test.
const (
	chaosEvents = "BELLWETHER_CHAOS_EVENTS" // how many things go wrong in each set-up; without it a few
	chaosSeed   = "BELLWETHER_CHAOS_SEED"   // of an earlier run, to have it again
)

// chaosLease is how long a replica keeps what it has in hand.
const chaosLease = 3 * time.Second

// TestChaos lets three replicas of the program, the Redis behind them, and the
// Slack and the Discord before them fail at random times. In the end every
// article has alerted every subscriber exactly once, and in the order in which
// it was enqueued, as the platforms themselves have recorded it.
func TestChaos(t *testing.T) {
	if testing.Short() {
		t.Skip("takes a minute")
	}
	t.Parallel()
	events := fromEnvironment(t, chaosEvents, 6)
	seed := fromEnvironment(t, chaosSeed, rand.Uint64()>>1)
	binary := buildChaos(t)
	for _, s := range []struct {
		name  string
		long  bool // left out of the short form
		start func(*testing.T) redisSetUp
	}{
		{"one server", false, startOne},
		{"sentinel", false, startSentinels},
		{"cluster", false, startCluster},
		{"sentinel, masters die", true, startWaiting},
	} {
		if s.long && os.Getenv(chaosEvents) == "" {
			continue
		}
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			t.Logf("to have this again: %s=%d %s=%d", chaosSeed, seed, chaosEvents, events)
			c := newChaos(t, binary, seed, s.start(t))
			c.play(int(events))
			c.settle()
			c.judge()
		})
	}
}

func fromEnvironment(t *testing.T, name string, otherwise uint64) uint64 {
	t.Helper()
	v := os.Getenv(name)
	if v == "" {
		return otherwise
	}
	n, err := strconv.ParseUint(v, 10, 63)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return n
}

// mishap is one thing that goes wrong for a while.
type mishap struct {
	what  string
	on    string        // what it happens to, which suffers one thing at a time
	least time.Duration // how long it lasts
	more  time.Duration // and at most this longer
	begin func()
	end   func()
}

// step is the beginning or the end of a mishap.
type step struct {
	at   time.Duration
	what string
	do   func()
}

// plan draws when what goes wrong.
func plan(r *rand.Rand, all []mishap, n int) []step {
	const quiet = time.Second // after a mishap, for what it happened to
	var steps []step
	busy := map[string]time.Duration{}
	at := time.Second
	for range n {
		m := all[r.IntN(len(all))]
		for range 20 {
			if busy[m.on] <= at {
				break
			}
			m = all[r.IntN(len(all))]
		}
		at = max(at, busy[m.on])
		span := m.least + time.Duration(r.Int64N(int64(m.more)))
		busy[m.on] = at + span + quiet
		steps = append(steps, step{at, m.what, m.begin}, step{at + span, m.what + ": over", m.end})
		at += 200*time.Millisecond + time.Duration(r.Int64N(int64(1500*time.Millisecond)))
	}
	slices.SortStableFunc(steps, func(a, b step) int { return int(a.at - b.at) })
	return steps
}

// play lets n things go wrong while articles come in.
func (c *chaos) play(n int) {
	c.t.Helper()
	all := c.redis.mishaps()
	if !c.lossy {
		for i := range c.replicas {
			all = append(all, c.mishapsOf(i)...)
		}
	}
	r := rand.New(rand.NewPCG(c.seed, 1))
	stop := make(chan struct{})
	written := make(chan error, 1)
	go func() { written <- c.write(stop) }()
	begun := time.Now()
	for _, s := range plan(r, all, n) {
		select {
		case <-time.After(s.at - time.Since(begun)):
		case err := <-written:
			c.t.Fatalf("writing articles: %v", err)
		}
		c.t.Logf("%7.3f s: %s", time.Since(begun).Seconds(), s.what)
		s.do()
	}
	c.calm.Store(true)
	close(stop)
	if err := <-written; err != nil {
		c.t.Fatalf("writing articles: %v", err)
	}
	c.t.Logf("%7.3f s: %d articles are written", time.Since(begun).Seconds(), len(c.articles))
}

// mishapsOf is what happens to a replica.
func (c *chaos) mishapsOf(i int) []mishap {
	r := c.replicas[i]
	name := fmt.Sprint("replica ", i)
	return []mishap{
		{name + " is killed", name, 0, 3 * time.Second, r.kill, r.begin},
		{name + " stands still", name, chaosLease + time.Second, 3 * time.Second, r.freeze, r.thaw},
	}
}
