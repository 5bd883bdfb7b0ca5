package bot

import (
	"slices"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"

	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/bot/chat"
)

// metrics are what a Bot counts of its answers.
type metrics struct {
	commands *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
}

// newMetrics registers what is counted with r, with nobody if that is nil.
func newMetrics(r prometheus.Registerer) metrics {
	f := promauto.With(r)
	return metrics{
		commands: f.NewCounterVec(prometheus.CounterOpts{
			Name: "bellwether_commands_total", Help: "Commands of people: answered, problem (it could not be done as it was said), or failed.",
		}, []string{"platform", "command", "outcome"}),
		seconds: f.NewHistogramVec(prometheus.HistogramOpts{
			Name: "bellwether_command_duration_seconds", Help: "From a command to its answer, without the way there and back.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10},
		}, []string{"platform"}),
	}
}

// answered counts an answer to q, which came at begun. What a person typed is
// no label: there is no end to it.
func (m metrics) answered(q *request, begun time.Time, r chat.Reply, settled bool) {
	platform, command, outcome := q.Person.Platform, "unknown", "answered"
	if !slices.Contains([]string{alerts.Terminal, alerts.Slack, alerts.Discord}, platform) {
		platform = "other"
	}
	if q.verb != nil {
		command = q.verb.word
	}
	switch {
	case !settled:
		outcome = "failed"
	case r.Problem != nil:
		outcome = "problem"
	}
	m.commands.WithLabelValues(platform, command, outcome).Inc()
	m.seconds.WithLabelValues(platform).Observe(time.Since(begun).Seconds())
}
