package matching

import (
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/bellwether/bellwether/adapters/adaptertest/scrape"
	"github.com/bellwether/bellwether/alerts"
)

func TestMetrics(t *testing.T) {
	w := newWorld()
	registry := prometheus.NewRegistry()
	w.metrics = newMetrics(registry)
	w.store.set(sub(1, channel, alerts.Schedule{}), sub(2, channel, alerts.Schedule{}), sub(3, other, alerts.Schedule{}))
	for _, e := range []struct {
		body string
		ago  time.Duration
	}{
		{"1 2 3", 5 * time.Second},
		{"4", -time.Minute}, // by a store's clock that is ahead
		{"panic", 7 * time.Second},
	} {
		w.log.add(hitting("article "+e.body, e.body))
		w.log.entries[len(w.log.entries)-1].Logged = noon.Add(-e.ago)
	}
	scrape.Want(t, registry, "bellwether_subscriptions_loaded")
	for range maxTries + 2 {
		if _, err := w.step(t.Context(), 0, w.persist); err != nil {
			t.Fatal(err)
		}
	}
	scrape.Want(t, registry, "bellwether_subscriptions_loaded", " 1")
	scrape.Want(t, registry, "bellwether_subscriptions", " 3")
	scrape.Want(t, registry, "bellwether_matched_articles_total", " 2")
	scrape.Want(t, registry, "bellwether_hits_total", " 3")
	scrape.Want(t, registry, "bellwether_enqueued_alerts_total", " 2")
	scrape.Want(t, registry, "bellwether_unmatchable_articles_total", " 1")
	scrape.Want(t, registry, "bellwether_matching_latency_seconds", "_sum 12", "_count 3")
}

// What is counted of a match must cost next to nothing beside it.
func BenchmarkMetrics(b *testing.B) {
	m := newMetrics(prometheus.NewRegistry())
	b.ReportAllocs()
	for b.Loop() {
		m.timed(time.Now())
		m.articles.Add(1)
		m.hits.Add(20)
	}
}

func TestCountingTakesNoMemory(t *testing.T) {
	m := newMetrics(prometheus.NewRegistry())
	if n := testing.AllocsPerRun(100, func() { m.timed(time.Now()) }); n != 0 {
		t.Errorf("%v allocations for each match", n)
	}
}

func TestCostsAreTheEngines(t *testing.T) {
	w := newWorld()
	if got := w.Costs(3); got.Articles != 0 {
		t.Errorf("before the subscriptions are read: %+v", got)
	}
	if err := w.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := w.Costs(3); got.Articles != 3 { // which is what a fakeEngine says
		t.Errorf("got %+v", got)
	}
}
