package ingest

import (
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/bellwether/bellwether/adapters/adaptertest/scrape"
	"github.com/bellwether/bellwether/alerts"
)

func TestMetrics(t *testing.T) {
	broken := batch("a", "b")
	broken.batch.Articles[0].Body = "Another text."
	broken.batch.Problems = []alerts.ItemProblem{{Place: "item 3", Err: errDown}}
	feed := &fakeSource{name: "feed", replies: []reply{
		batch("a"), broken, {batch: alerts.Batch{NotModified: true}}, failing(errDown), batch("c"),
	}}
	odd := &fakeSource{name: "/wires/\xff", replies: []reply{{batch: alerts.Batch{NotModified: true}}}}
	log := &memoryLog{fail: func(method, id string) error {
		if id == "c" {
			return errDown
		}
		return nil
	}}
	registry := prometheus.NewRegistry()
	cfg := Config{Log: log, Sources: []Source{feed, odd}, Metrics: registry, Intervals: map[string]time.Duration{"feed": 5 * minute, odd.name: 5 * minute}}
	running(t, cfg, func(in *Ingester) {
		pass(16*minute + 15*time.Second) // five polls of the feed, of which the last two fail; the last is repeated
		scrape.Want(t, registry, "bellwether_articles_total",
			`{source="feed",verdict="added"} 2`, `{source="feed",verdict="revised"} 1`, `{source="feed",verdict="unreadable"} 1`)
		scrape.Want(t, registry, "bellwether_polls_total",
			`{outcome="changed",source="feed"} 2`, `{outcome="failed",source="feed"} 1`,
			`{outcome="not_modified",source="\"/wires/\\xff\""} 4`,
			`{outcome="not_modified",source="feed"} 1`, `{outcome="unstored",source="feed"} 4`)
		scrape.Want(t, registry, "bellwether_fetch_duration_seconds", "_count 12")
		// The bubble began at 946684800; the third poll was ten minutes later.
		scrape.Want(t, registry, "bellwether_source_last_success_timestamp_seconds",
			`{source="\"/wires/\\xff\""} 9.466857e+08`, `{source="feed"} 9.466854e+08`)
		scrape.Want(t, registry, "bellwether_source_last_article_timestamp_seconds", `{source="feed"} 9.466851e+08`)
		if got := in.Stats(); got.Polls != 12 || got.Failed != 5 {
			t.Errorf("stats %+v", got)
		}
	})
}
