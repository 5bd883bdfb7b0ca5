package dispatch

import (
	"errors"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"

	"github.com/bellwether/bellwether/alerts"
)

// live bounds how long after it was received an article may be put into the
// outbox to count in the latency: a new subscription shows an old one.
const live = time.Hour

// elsewhere is the platform that counts for all to which nobody here sends.
const elsewhere = "other"

var (
	sendBuckets = []float64{.025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30}
	waitBuckets = []float64{.01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60, 300, 1800, 7200, 43200}
)

type counters struct {
	sent, found, repeated, retried, deferred, aside, dropped, failed, expired, gathered, stale atomic.Int64
}

// meter is what is counted and timed of one platform. What others read is made
// here, so that counting costs an addition.
type meter struct {
	counters
	sends map[string]prometheus.Observer // seconds of a call of Send, by how it ended
	// Seconds to the platform's word that it has it: from when it was due, and
	// from when the article was received.
	lateness, latency prometheus.Observer
}

// metrics are a Dispatcher's meters by platform; elsewhere is always there.
type metrics struct {
	meters map[string]*meter
	busy   prometheus.Gauge
}

// newMetrics registers what is counted with r, with nobody if that is nil.
func newMetrics(r prometheus.Registerer, messengers []Messenger, workers int, h *holds) *metrics {
	f := promauto.With(r)
	f.NewGauge(prometheus.GaugeOpts{
		Name: "bellwether_dispatch_workers", Help: "How many lanes may be written to at the same time.",
	}).Set(float64(workers))
	m := &metrics{meters: map[string]*meter{}, busy: f.NewGauge(prometheus.GaugeOpts{
		Name: "bellwether_dispatch_workers_busy", Help: "How many lanes are being written to.",
	})}
	sends := f.NewHistogramVec(prometheus.HistogramOpts{
		Name: "bellwether_send_duration_seconds", Buckets: sendBuckets,
		Help: "One call of a platform: accepted, wait (it asked for time), refused for good, or error (no definite answer).",
	}, []string{"platform", "outcome"})
	lateness := f.NewHistogramVec(prometheus.HistogramOpts{
		Name: "bellwether_delivery_lateness_seconds", Buckets: waitBuckets,
		Help: "From when a message was due to when its platform accepted it.",
	}, []string{"platform"})
	latency := f.NewHistogramVec(prometheus.HistogramOpts{
		Name: "bellwether_alert_latency_seconds", Buckets: waitBuckets,
		Help: "From when an article was received to when the platform accepted its instant alert; what was held back on purpose and older articles are left out.",
	}, []string{"platform"})
	for _, platform := range append(platforms(messengers), elsewhere) {
		one := &meter{
			sends: map[string]prometheus.Observer{}, lateness: lateness.WithLabelValues(platform), latency: latency.WithLabelValues(platform),
		}
		for _, outcome := range []string{"accepted", "wait", "refused", "error"} {
			one.sends[outcome] = sends.WithLabelValues(platform, outcome)
		}
		m.meters[platform] = one
		one.export(f, platform)
		exportBlocked(f, platform, h)
	}
	return m
}

func platforms(messengers []Messenger) []string {
	var out []string
	for _, m := range messengers {
		out = append(out, m.Platform())
	}
	return out
}

// export shows the counters as they stand.
func (m *meter) export(f promauto.Factory, platform string) {
	for outcome, count := range map[string]*atomic.Int64{
		"sent": &m.sent, "found": &m.found, "repeated": &m.repeated, "retried": &m.retried, "deferred": &m.deferred,
		"aside": &m.aside, "dropped": &m.dropped, "failed": &m.failed, "expired": &m.expired, "gathered": &m.gathered, "stale": &m.stale,
	} {
		f.NewCounterFunc(prometheus.CounterOpts{
			Name: "bellwether_deliveries_total", Help: "What became of messages, step by step; docs/monitoring.md explains each outcome.",
			ConstLabels: prometheus.Labels{"platform": platform, "outcome": outcome},
		}, func() float64 { return float64(count.Load()) })
	}
}

func exportBlocked(f promauto.Factory, platform string, h *holds) {
	for _, scope := range []alerts.Scope{alerts.ScopeDestination, alerts.ScopeWorkspace, alerts.ScopePlatform} {
		f.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "bellwether_blocked", Help: "Destinations, workspaces or platforms that refuse everything for good at present.",
			ConstLabels: prometheus.Labels{"platform": platform, "scope": scope.String()},
		}, func() float64 { return float64(h.blocked(platform, scope)) })
	}
}

// of is the meter of a platform.
func (m *metrics) of(platform string) *meter {
	if one, ok := m.meters[platform]; ok {
		return one
	}
	return m.meters[elsewhere]
}

// stats sums the meters up.
func (m *metrics) stats() Stats {
	var s Stats
	for _, c := range m.meters {
		s.Sent += c.sent.Load()
		s.Found += c.found.Load()
		s.Repeated += c.repeated.Load()
		s.Retried += c.retried.Load()
		s.Deferred += c.deferred.Load()
		s.Aside += c.aside.Load()
		s.Dropped += c.dropped.Load()
		s.Expired += c.expired.Load()
		s.Gathered += c.gathered.Load()
		s.Failed += c.failed.Load()
		s.Stale += c.stale.Load()
	}
	return s
}

// called times a call of Send that ended with err.
func (m *meter) called(span time.Duration, err error) {
	m.sends[outcomeOf(err)].Observe(span.Seconds())
}

// outcomeOf names how a call of Send ended.
func outcomeOf(err error) string {
	refusal, ok := errors.AsType[*alerts.SendError](err)
	switch {
	case err == nil:
		return "accepted"
	case !ok:
		return "error"
	case refusal.Permanent:
		return "refused"
	}
	return "wait"
}

// arrived times what was accepted just now.
func (t *turn) arrived(p part) {
	t.counts.lateness.Observe(max(t.age(p).Seconds(), 0))
	if t.claim.IsDigest() {
		return
	}
	for n, a := range p.alerts {
		enqueued := p.items[n].Enqueued
		if t.due(p.items[n]).Equal(enqueued) && enqueued.Sub(a.Article.Received) < live {
			t.counts.latency.Observe(max(t.cfg.Now().Sub(a.Article.Received).Seconds(), 0))
		}
	}
}
