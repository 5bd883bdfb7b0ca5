package main

import (
	"log/slog"
	"net/http"
	"runtime"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promauto"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"
)

// telemetry is what the program tells of itself to whoever watches it.
type telemetry struct {
	// metrics has every metric of the program. Each part registers its own
	// through a Registerer of its Config, and names it there.
	metrics *prometheus.Registry
	pulse   *pulse
	tracer  trace.Tracer // tells nobody unless traces are asked for
}

func newTelemetry() *telemetry {
	t := &telemetry{metrics: prometheus.NewRegistry(), pulse: newPulse(), tracer: noop.NewTracerProvider().Tracer("")}
	t.metrics.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	promauto.With(t.metrics).NewGauge(prometheus.GaugeOpts{
		Name: "bellwether_build_info", Help: "Always 1; its labels say what runs.",
		ConstLabels: prometheus.Labels{"version": version, "go": runtime.Version()},
	}).Set(1)
	return t
}

// of is where a part registers its metrics that is at work here if on; others
// show nothing.
func (t *telemetry) of(on bool) prometheus.Registerer {
	if !on {
		return nil
	}
	return t.metrics
}

// scrapeTime bounds one reading of all metrics.
const scrapeTime = 9 * time.Second

// routes serve the metrics. A part whose reading fails leaves the others.
func (t *telemetry) routes(log *slog.Logger) map[string]http.Handler {
	return map[string]http.Handler{"GET /metrics": promhttp.HandlerFor(t.metrics, promhttp.HandlerOpts{
		ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn), ErrorHandling: promhttp.ContinueOnError,
		MaxRequestsInFlight: 4, Timeout: scrapeTime,
	})}
}
