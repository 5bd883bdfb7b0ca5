package feed_test

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/bellwether/bellwether/adapters/adaptertest/fakeweb"
	"github.com/bellwether/bellwether/adapters/feed"
	"github.com/bellwether/bellwether/adapters/httpx"
	"github.com/bellwether/bellwether/bot/ingest"
)

// TestPoliteness lets the poller read feeds whose servers have random manners
// for days, over HTTP in memory, and judges each request by a model.
func TestPoliteness(t *testing.T) {
	checks := flag.Lookup("rapid.checks")
	if checks.Value.String() == checks.DefValue { // a case takes days
		if err := checks.Value.Set("6"); err != nil {
			t.Fatal(err)
		}
		defer func() { _ = checks.Value.Set(checks.DefValue) }()
	}
	var polls, good int
	rapid.Check(t, func(rt *rapid.T) {
		seed := rapid.Uint64().Draw(rt, "seed")
		length := time.Duration(rapid.SampledFrom([]int{30, 72, 190}).Draw(rt, "hours")) * time.Hour
		feeds := rapid.IntRange(1, 6).Draw(rt, "feeds")
		var m *model
		synctest.Test(t, func(t *testing.T) { m = poll(t, seed, feeds, length) })
		for _, w := range m.feeds {
			polls, good = polls+w.polls, good+w.good
		}
		if len(m.faults) > 0 {
			rt.Fatalf("%d requests without manners, the first ones:\n%s", len(m.faults), lines(m.faults[:min(5, len(m.faults))]))
		}
	})
	t.Logf("%d polls, %d of them good", polls, good)
}

func lines(of []string) (out string) {
	for _, l := range of {
		out += l + "\n"
	}
	return out
}

// poll runs the program for so long, with a restart on the way.
func poll(t *testing.T, seed uint64, feeds int, length time.Duration) *model {
	r := rand.New(rand.NewPCG(seed, 0))
	web := fakeweb.New()
	defer web.Close()
	begun := time.Now()
	hosts := []string{"a.example", "b.example", "c.example"}[:1+r.IntN(3)]
	origins := make([]*origin, feeds)
	mux := map[string]muxer{}
	for _, h := range hosts {
		mux[h] = muxer{}
		web.Site(h, mux[h])
	}
	for i := range origins {
		o := newOrigin(r, i, hosts, begun, length)
		origins[i] = o
		mux[o.home][o.oldPath()], mux[o.home][o.tmpPath()], mux[o.other][o.newPath()] = o, o, o
	}
	store := newMemory()
	m := newModel(origins)
	first := time.Duration(r.Int64N(int64(length)))
	run(t, web, store, origins, first, seed)
	m.restarts = append(m.restarts, time.Now())
	run(t, web, store, origins, length-first, seed+1)
	for _, q := range web.Requests() {
		m.judge(q)
	}
	for _, w := range m.feeds {
		if w.polls == 0 || time.Now().After(m.deadline(w)) {
			m.fault(w.last, "feed %d was given up: %d polls", w.o.number, w.polls)
		}
		for title := range w.items {
			if !store.has(title) && !m.during(w.last) && time.Since(w.last.Ended) > time.Second {
				m.fault(w.last, "%s was missed", title)
			}
		}
	}
	return m
}

// run is one life of the program.
func run(t *testing.T, web *fakeweb.Web, store *memory, origins []*origin, length time.Duration, seed uint64) {
	client := httpx.New(httpx.Options{Dial: web.Dial, Hosts: httpx.NewHosts(httpx.DefaultAtOnce, httpx.DefaultDistance)})
	defer client.Close()
	sources := make([]ingest.Source, len(origins))
	for i, o := range origins {
		sources[i] = feed.New(client, feed.Config{Name: fmt.Sprint(i), URL: o.oldAddress()})
	}
	chance := rand.New(rand.NewPCG(seed, 1))
	turn := make(chan struct{}, 1)
	in := ingest.New(ingest.Config{Log: store, Turns: store, Sources: sources, Jitter: func() float64 {
		turn <- struct{}{}
		defer func() { <-turn }()
		return chance.Float64()
	}})
	ctx, cancel := context.WithTimeout(t.Context(), length)
	defer cancel()
	if err := in.Run(ctx); err != nil {
		t.Error(err)
	}
}
