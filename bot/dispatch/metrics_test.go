package dispatch

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/bellwether/bellwether/adapters/adaptertest/scrape"
	"github.com/bellwether/bellwether/alerts"
)

func TestMetrics(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		registry := prometheus.NewRegistry()
		w.cfg.Metrics = registry
		w.slack.answer = func(_ context.Context, d alerts.Delivery) error {
			<-time.After(time.Second)
			switch d.Destination.Channel {
			case "dead":
				return alerts.Permanent(errDown, alerts.ScopeMessage)
			case "gone":
				return alerts.Permanent(errDown, alerts.ScopeDestination)
			case "busy":
				return alerts.RetryAfter(errDown, time.Hour, alerts.ScopeMessage)
			case "down":
				return errDown
			}
			return nil
		}
		for _, channel := range []string{"C", "dead", "gone", "busy", "down"} {
			w.put(lane(channel), "a")
		}
		abroad := lane("C")
		abroad.Destination.Platform = "nowhere"
		w.put(abroad, "a")
		w.put(digest("E"), "a", "b")
		d := w.running(t, func(*Dispatcher) {
			scrape.Want(t, registry, "bellwether_dispatch_workers_busy", " 6")
			pass(3500 * time.Millisecond) // "down" has failed twice
		})
		scrape.Want(t, registry, "bellwether_dispatch_workers_busy")
		scrape.Want(t, registry, "bellwether_dispatch_workers", " 16")
		scrape.Want(t, registry, "bellwether_deliveries_total",
			`{outcome="deferred",platform="other"} 3`, // at once, after a second and after two more
			`{outcome="deferred",platform="slack"} 2`, // busy and gone
			`{outcome="failed",platform="slack"} 1`,
			`{outcome="retried",platform="slack"} 2`,
			`{outcome="sent",platform="slack"} 2`)
		scrape.Want(t, registry, "bellwether_send_duration_seconds",
			`_sum{outcome="accepted",platform="slack"} 2`, `_count{outcome="accepted",platform="slack"} 2`,
			`_sum{outcome="error",platform="slack"} 2`, `_count{outcome="error",platform="slack"} 2`,
			`_sum{outcome="refused",platform="slack"} 2`, `_count{outcome="refused",platform="slack"} 2`,
			`_sum{outcome="wait",platform="slack"} 1`, `_count{outcome="wait",platform="slack"} 1`)
		scrape.Want(t, registry, "bellwether_alert_latency_seconds", `_sum{platform="slack"} 1`, `_count{platform="slack"} 1`)
		scrape.Want(t, registry, "bellwether_blocked", `{platform="slack",scope="destination"} 1`)
		if s := d.Stats(); s.Sent != 2 || s.Deferred != 5 {
			t.Errorf("stats %+v", s)
		}
	})
}

// What is shown of an old article says nothing of how fast alerts are.
func TestLatencyLeavesOutWhatIsOldOrHeldBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		registry := prometheus.NewRegistry()
		w.cfg.Metrics = registry
		quiet := lane("quiet")
		w.records.settings[quiet.Destination] = alerts.Settings{Quiet: alerts.Quiet{From: 0, To: 60}}
		w.put(quiet, "a")
		pass(live + time.Second)
		w.put(lane("C"), "b")
		w.running(t, func(*Dispatcher) {})
		scrape.Want(t, registry, "bellwether_deliveries_total", `{outcome="sent",platform="slack"} 2`)
		scrape.Want(t, registry, "bellwether_alert_latency_seconds")
		scrape.Want(t, registry, "bellwether_delivery_lateness_seconds", `_sum{platform="slack"} 1`, `_count{platform="slack"} 2`)
	})
}
