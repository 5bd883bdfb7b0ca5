package match_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/alerts/match"
	"github.com/bellwether/bellwether/alerts/query"
)

// BenchmarkUnderChange compares the time of an article while nothing changes
// with that while a thousand queries a second are added and as many removed, and
// while the index is rebuilt beside it: medians and 99th percentiles in
// microseconds. With -short it has 100,000 queries instead of a million.
func BenchmarkUnderChange(b *testing.B) {
	n := 1_000_000
	if testing.Short() {
		n = 100_000
	}
	texts, articles := load(b, n)
	queries := parseAll(texts)
	e := match.NewEngine()
	for i, q := range queries {
		e.Add(alerts.SubscriptionID(i), q)
	}
	if err := e.Rebuild(b.Context()); err != nil {
		b.Fatal(err)
	}
	var hits match.Hits
	measure := func(b *testing.B, name string) {
		var took []time.Duration
		for i := range 3 * len(articles) {
			start := time.Now()
			e.Match(articles[i%len(articles)], &hits)
			took = append(took, time.Since(start))
		}
		slices.Sort(took)
		b.ReportMetric(float64(took[len(took)/2].Nanoseconds())/1e3, name+"-p50-µs")
		b.ReportMetric(float64(took[len(took)*99/100].Nanoseconds())/1e3, name+"-p99-µs")
	}
	for _, a := range articles {
		e.Match(a, &hits)
	}
	b.Run("change", func(b *testing.B) {
		for b.Loop() {
			if err := e.Rebuild(b.Context()); err != nil {
				b.Fatal(err)
			}
			measure(b, "quiet")
			stop := beside(func(ctx context.Context) { change(ctx, e, queries) })
			measure(b, "changing")
			stop()
		}
	})
	b.Run("rebuild", func(b *testing.B) {
		for b.Loop() {
			measure(b, "quiet")
			stop := beside(func(ctx context.Context) {
				for ctx.Err() == nil {
					e.Remove(alerts.SubscriptionID(len(queries))) // so that there is something to rebuild
					_ = e.Rebuild(ctx)                            // it ends with ctx
				}
			})
			measure(b, "rebuilding")
			stop()
		}
	})
}

// beside runs f until stop, which waits for it.
func beside(f func(context.Context)) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { f(ctx) })
	return func() {
		cancel()
		running.Wait()
	}
}

// change adds a query and removes another each millisecond.
func change(ctx context.Context, e *match.Engine, queries []query.Query) {
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for i := 0; ; i++ {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
		n := i % len(queries)
		e.Add(alerts.SubscriptionID(n), queries[(n+1)%len(queries)])
		e.Remove(alerts.SubscriptionID((n + len(queries)/2) % len(queries)))
	}
}
