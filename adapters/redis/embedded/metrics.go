package embedded

import (
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// metrics are what a Server shows of its saves.
type metrics struct {
	saves    prometheus.Histogram // seconds
	failures prometheus.Counter
	size     prometheus.GaugeFunc
	bytes    atomic.Int64 // of the file
}

func newMetrics() *metrics {
	m := &metrics{
		saves: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "bellwether_embedded_save_duration_seconds", Help: "Saving the embedded store to its file.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 5},
		}),
		failures: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "bellwether_embedded_save_failures_total", Help: "Saves of the embedded store that failed.",
		}),
	}
	m.size = prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "bellwether_embedded_file_size_bytes", Help: "Size of the embedded store's file as it was last saved.",
	}, func() float64 { return float64(m.bytes.Load()) })
	return m
}

// saved notes a save that began then.
func (m *metrics) saved(begun time.Time, err error) {
	m.saves.Observe(time.Since(begun).Seconds())
	if err != nil {
		m.failures.Inc()
	}
}

// Describe implements prometheus.Collector.
func (s *Server) Describe(ch chan<- *prometheus.Desc) { prometheus.DescribeByCollect(s, ch) }

// Collect implements prometheus.Collector.
func (s *Server) Collect(ch chan<- prometheus.Metric) {
	s.metrics.saves.Collect(ch)
	s.metrics.failures.Collect(ch)
	s.metrics.size.Collect(ch)
}
