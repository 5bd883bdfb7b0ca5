package redis_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/bellwether/bellwether/adapters/adaptertest"
	"github.com/bellwether/bellwether/adapters/redis"
	"github.com/bellwether/bellwether/alerts"
)

func benchStores(b *testing.B, f func(b *testing.B, o *redis.Outbox)) {
	run := func(url string) func(b *testing.B) {
		return func(b *testing.B) {
			c, err := redis.Open(b.Context(), redis.Options{URL: url, Prefix: adaptertest.Prefix(b)})
			if err != nil {
				b.Fatal(err)
			}
			defer c.Close()
			f(b, c.Outbox())
		}
	}
	b.Run("redis", run(adaptertest.Redis(b)))
	b.Run("embedded", run(openEmbedded(b, b.TempDir()+"/store").URL()))
}

func manyPlaces(n int, article string) []alerts.Pending {
	out := make([]alerts.Pending, n)
	for i := range out {
		out[i] = alerts.Pending{
			Lane: alerts.Lane{Destination: alerts.Destination{
				Platform: alerts.Slack, Workspace: "T01234567", Channel: fmt.Sprintf("C%09d", i),
			}},
			Article: article, Time: time.Unix(1_750_000_000, 0), Subscriptions: []alerts.SubscriptionID{alerts.SubscriptionID(i)},
		}
	}
	return out
}

// BenchmarkEnqueue puts one article in for 10,000 destinations.
func BenchmarkEnqueue(b *testing.B) {
	benchStores(b, func(b *testing.B, o *redis.Outbox) {
		const n = 10_000
		for i := 0; b.Loop(); i++ {
			if added, err := o.Enqueue(b.Context(), manyPlaces(n, fmt.Sprint("article-", i))); err != nil || added != n {
				b.Fatal(added, err)
			}
		}
		b.ReportMetric(float64(n*b.N)/b.Elapsed().Seconds(), "pendings/s")
	})
}

// BenchmarkBurst puts one article in for 100,000 destinations that wait for
// nothing else.
func BenchmarkBurst(b *testing.B) {
	benchStores(b, func(b *testing.B, o *redis.Outbox) {
		const n = 100_000
		pendings := manyPlaces(n, "article")
		for i := range pendings {
			pendings[i].Wide = true
		}
		for i := 0; b.Loop(); i++ {
			for j := range pendings {
				pendings[j].Lane.Destination.Workspace = fmt.Sprint("T", i)
			}
			if added, err := o.Enqueue(b.Context(), pendings); err != nil || added != n {
				b.Fatal(added, err)
			}
		}
		b.ReportMetric(float64(n*b.N)/b.Elapsed().Seconds(), "pendings/s")
	})
}

// BenchmarkClaimDone has two workers empty 20,000 lanes, 64 at a time, every
// delivery with its mark and its verdict.
func BenchmarkClaimDone(b *testing.B) {
	benchStores(b, func(b *testing.B, o *redis.Outbox) {
		const n = 20_000
		for i := 0; b.Loop(); i++ {
			b.StopTimer()
			if _, err := o.Enqueue(b.Context(), manyPlaces(n, fmt.Sprint("article-", i))); err != nil {
				b.Fatal(err)
			}
			b.StartTimer()
			empty(b, o, n)
		}
		b.ReportMetric(float64(n*b.N)/b.Elapsed().Seconds(), "deliveries/s")
	})
}

func empty(b *testing.B, o *redis.Outbox, n int) {
	var left atomic.Int64
	left.Store(int64(n))
	var workers sync.WaitGroup
	for range 2 {
		workers.Go(func() {
			for left.Load() > 0 {
				claims, err := o.Claim(b.Context(), 64, time.Minute)
				if err != nil {
					b.Error(err)
					return
				}
				var sends sync.WaitGroup
				for _, c := range claims {
					sends.Go(func() {
						key := c.Items[0].Key
						if err := o.Sending(b.Context(), c, key); err != nil {
							b.Error(err)
						}
						if err := o.Done(b.Context(), c, key, alerts.Receipt{Messages: []string{"1"}}, time.Time{}, key); err != nil {
							b.Error(err)
						}
					})
				}
				sends.Wait()
				left.Add(-int64(len(claims)))
			}
		})
	}
	workers.Wait()
}

// BenchmarkIdle is the cost of a look at an outbox in which nothing is due.
func BenchmarkIdle(b *testing.B) {
	benchStores(b, func(b *testing.B, o *redis.Outbox) {
		for b.Loop() {
			if _, err := o.Claim(b.Context(), 16, time.Minute); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkDepth is the cost of a look at what waits in 20,000 lanes, which
// keeps the server busy for a shard at a time.
func BenchmarkDepth(b *testing.B) {
	benchStores(b, func(b *testing.B, o *redis.Outbox) {
		const n = 20_000
		if added, err := o.Enqueue(b.Context(), manyPlaces(n, "article")); err != nil || added != n {
			b.Fatal(added, err)
		}
		for b.Loop() {
			if due, _, err := o.Depth(b.Context()); err != nil || due != n {
				b.Fatal(due, err)
			}
		}
	})
}
