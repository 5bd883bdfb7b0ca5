package ingest

import (
	"strconv"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"

	"github.com/bellwether/bellwether/alerts"
)

var fetchBuckets = []float64{.01, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60, 120}

// counters are those of one source.
type counters struct {
	changed, notModified, failed, unstored atomic.Int64 // polls, by how they ended
	added, revised, duplicates, unreadable atomic.Int64 // items
}

func (c *counters) addTo(s *Stats) {
	s.Polls += c.changed.Load() + c.notModified.Load() + c.failed.Load() + c.unstored.Load()
	s.NotModified += c.notModified.Load()
	s.Failed += c.failed.Load() + c.unstored.Load()
	s.Added += c.added.Load()
	s.Revised += c.revised.Load()
	s.Duplicates += c.duplicates.Load()
	s.Unreadable += c.unreadable.Load()
}

// pageCounters are of pages, by what came of them.
type pageCounters struct{ taken, unlike, refused, failed atomic.Int64 }

func (c *pageCounters) export(f promauto.Factory) {
	for outcome, n := range map[string]*atomic.Int64{"taken": &c.taken, "unlike": &c.unlike, "refused": &c.refused, "failed": &c.failed} {
		f.NewCounterFunc(prometheus.CounterOpts{
			Name:        "bellwether_pages_total",
			Help:        "Pages of partial articles: taken, unlike (another text), refused (for good) or failed (asked for again).",
			ConstLabels: prometheus.Labels{"outcome": outcome},
		}, func() float64 { return float64(n.Load()) })
	}
}

// export shows what is known of the sources to r, to nobody if that is nil.
func (in *Ingester) export(r prometheus.Registerer) {
	f := promauto.With(r)
	in.fetchTime = f.NewHistogram(prometheus.HistogramOpts{
		Name: "bellwether_fetch_duration_seconds", Help: "One reading of a source.", Buckets: fetchBuckets,
	})
	for _, s := range in.sources {
		s.export(f)
	}
	in.pushed.exportArticles(f)
	in.pages.export(f)
}

// label is the source's name as a label: a path may be any bytes.
func (s *source) label() string {
	if name := s.src.Name(); utf8.ValidString(name) {
		return name
	}
	return strconv.QuoteToASCII(s.src.Name())
}

func (s *source) exportCount(f promauto.Factory, metric, help, label string, values map[string]*atomic.Int64) {
	for value, n := range values {
		f.NewCounterFunc(prometheus.CounterOpts{
			Name: metric, Help: help, ConstLabels: prometheus.Labels{"source": s.label(), label: value},
		}, func() float64 { return float64(n.Load()) })
	}
}

func (s *source) exportArticles(f promauto.Factory) {
	s.exportCount(f, "bellwether_articles_total", "What a source's items were: added, revised, duplicate or unreadable.", "verdict",
		map[string]*atomic.Int64{
			alerts.Added.String(): &s.counts.added, alerts.Revised.String(): &s.counts.revised,
			alerts.Duplicate.String(): &s.counts.duplicates, "unreadable": &s.counts.unreadable,
		})
}

func (s *source) export(f promauto.Factory) {
	name := s.label()
	s.exportArticles(f)
	s.exportCount(f, "bellwether_polls_total", "Polls of a source: changed, not_modified, failed, or unstored (the source was well, the store not).", "outcome",
		map[string]*atomic.Int64{
			"changed": &s.counts.changed, "not_modified": &s.counts.notModified, "failed": &s.counts.failed, "unstored": &s.counts.unstored,
		})
	when := func(metric, help string, of func(alerts.SourceStatus) time.Time) {
		f.NewGaugeFunc(prometheus.GaugeOpts{Name: metric, Help: help, ConstLabels: prometheus.Labels{"source": name}}, func() float64 {
			s.mu.Lock()
			defer s.mu.Unlock()
			if at := of(s.status); !at.IsZero() {
				return float64(at.UnixMilli()) / 1000
			}
			return 0
		})
	}
	when("bellwether_source_last_success_timestamp_seconds", "When the source was last read by this process, 0 if never.",
		func(s alerts.SourceStatus) time.Time { return s.LastGood })
	when("bellwether_source_last_article_timestamp_seconds", "When the source last brought an article to this process, 0 if never.",
		func(s alerts.SourceStatus) time.Time { return s.LastNew })
}
