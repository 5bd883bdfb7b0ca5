package matching

import (
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"

	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/alerts/match"
)

var (
	matchBuckets = []float64{.00005, .0001, .00025, .0005, .001, .0025, .005, .01, .025, .05, .1, .5, 1}
	waitBuckets  = []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60, 300, 1800, 7200, 43200}
)

type counters struct {
	subscriptions, articles, hits, enqueued, givenUp atomic.Int64
	loaded                                           atomic.Bool
}

// metrics are what a Matcher counts and times. What others read is made when
// they do, so that counting costs an addition.
type metrics struct {
	counters
	matching prometheus.Observer // seconds of one article in the engine
	latency  prometheus.Observer // seconds from the log to the outbox
}

// newMetrics registers what is counted with r, with nobody if that is nil.
func newMetrics(r prometheus.Registerer) *metrics {
	f := promauto.With(r)
	m := &metrics{
		matching: f.NewHistogram(prometheus.HistogramOpts{
			Name: "bellwether_match_duration_seconds", Help: "Matching one article against all subscriptions.", Buckets: matchBuckets,
		}),
		latency: f.NewHistogram(prometheus.HistogramOpts{
			Name: "bellwether_matching_latency_seconds", Buckets: waitBuckets,
			Help: "From when an article was logged to when all of its alerts were in the outbox.",
		}),
	}
	for _, c := range []struct {
		name, help string
		count      *atomic.Int64
	}{
		{"bellwether_matched_articles_total", "Articles that were matched.", &m.articles},
		{"bellwether_hits_total", "Subscriptions that were hit.", &m.hits},
		{"bellwether_enqueued_alerts_total", "Alerts that were put into the outbox.", &m.enqueued},
		{"bellwether_unmatchable_articles_total", "Articles that were given up, for they could not be matched.", &m.givenUp},
	} {
		f.NewCounterFunc(prometheus.CounterOpts{Name: c.name, Help: c.help}, func() float64 { return float64(c.count.Load()) })
	}
	f.NewGaugeFunc(prometheus.GaugeOpts{Name: "bellwether_subscriptions", Help: "Subscriptions in the engine."},
		func() float64 { return float64(m.subscriptions.Load()) })
	f.NewGaugeFunc(prometheus.GaugeOpts{Name: "bellwether_subscriptions_loaded", Help: "1 when the subscriptions were read and articles are matched."},
		func() float64 {
			if m.loaded.Load() {
				return 1
			}
			return 0
		})
	return m
}

// stored times entries whose alerts all are in the outbox, the first of them
// since begun.
func (m *Matcher) stored(finished []alerts.LogEntry, begun time.Time) {
	now := m.cfg.Now()
	for _, e := range finished {
		m.traced(e, "enqueue", begun)
		if !e.Logged.IsZero() {
			m.metrics.latency.Observe(max(now.Sub(e.Logged), 0).Seconds())
		}
	}
}

// timed notes how long the engine took since begun.
func (m *metrics) timed(begun time.Time) { m.matching.Observe(time.Since(begun).Seconds()) }

// Costs gives the n queries that took the most work of late, and the n that hit
// the most; nothing before the subscriptions are read.
func (m *Matcher) Costs(n int) match.Costs {
	if e := m.engine.Load(); e != nil {
		return (*e).Costs(n)
	}
	return match.Costs{}
}
