package bot

import (
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/bellwether/bellwether/adapters/adaptertest/scrape"
	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/bot/chat"
)

func TestMetrics(t *testing.T) {
	w := newWorld()
	registry := prometheus.NewRegistry()
	w.bot.metrics = newMetrics(registry)
	say := func(p alerts.Person, text string) {
		w.bot.Handle(t.Context(), chat.Command{Person: p, Place: p.Direct(), Text: text})
	}
	say(alice, "sub steel")
	say(alice, "subscribe (")
	say(alice, "xyzzy plugh")
	say(alerts.Person{Platform: "smoke signals", User: "u"}, "list")
	w.store.fail = errStore
	say(alice, "list")
	scrape.Want(t, registry, "bellwether_commands_total",
		`{command="list",outcome="answered",platform="other"} 1`,
		`{command="list",outcome="failed",platform="slack"} 1`,
		`{command="subscribe",outcome="answered",platform="slack"} 1`,
		`{command="subscribe",outcome="problem",platform="slack"} 1`,
		`{command="unknown",outcome="problem",platform="slack"} 1`)
	if got := scrape.Lines(t, registry, "bellwether_command_duration_seconds"); len(got) != 4 {
		t.Errorf("times %q", got)
	}
}
