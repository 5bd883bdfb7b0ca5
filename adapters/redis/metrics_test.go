package redis_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/bellwether/bellwether/adapters/adaptertest"
	"github.com/bellwether/bellwether/adapters/adaptertest/scrape"
	"github.com/bellwether/bellwether/adapters/redis"
	"github.com/bellwether/bellwether/alerts"
)

// watched opens a client with its metrics.
func watched(t *testing.T, url string) (*redis.Client, *prometheus.Registry) {
	t.Helper()
	registry := prometheus.NewRegistry()
	c, err := redis.Open(t.Context(), redis.Options{URL: url, Prefix: adaptertest.Prefix(t), Shards: 5, Metrics: registry})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c, registry
}

func TestState(t *testing.T) {
	onEvery(t, func(t *testing.T, s store) {
		ctx := t.Context()
		c, _ := watched(t, s.url)
		check := func(when string, unacknowledged, due, later, dead int) redis.State {
			t.Helper()
			got, err := c.State(ctx)
			if err != nil {
				t.Fatal(err)
			}
			if got.Unacknowledged != unacknowledged || got.Due != due || got.Later != later || got.Dead != dead {
				t.Errorf("%s: %+v", when, got)
			}
			if (got.Oldest > 0) && unacknowledged == 0 || got.Oldest < 0 || got.Oldest > time.Minute {
				t.Errorf("%s: the oldest entry is %s old", when, got.Oldest)
			}
			return got
		}
		check("empty", 0, 0, 0, 0)

		log := c.Articles()
		for i := range 3 {
			if _, _, err := log.Append(ctx, alerts.Article{ID: fmt.Sprint("n", i), Title: "T"}, false); err != nil {
				t.Fatal(err)
			}
		}
		check("logged", 3, 0, 0, 0)
		entries, err := log.Next(ctx, 2, 0)
		if err != nil || len(entries) != 2 {
			t.Fatalf("Next = %d, %v", len(entries), err)
		}
		<-time.After(5 * time.Millisecond)
		if got := check("handed out", 3, 0, 0, 0); got.Oldest == 0 {
			t.Error("the oldest entry has no age")
		}
		if err := log.Ack(ctx, entries[0].Token); err != nil {
			t.Fatal(err)
		}
		check("one acknowledged", 2, 0, 0, 0)

		o := c.Outbox()
		for i, d := range []alerts.Destination{club, alice.Direct(), club} {
			p := alerts.Pending{Lane: alerts.Lane{Destination: d}, Article: fmt.Sprint("n", i)}
			if d != club {
				p.NotBefore = time.Now().Add(time.Hour)
			}
			if _, err := o.Enqueue(ctx, []alerts.Pending{p}); err != nil {
				t.Fatal(err)
			}
		}
		<-time.After(5 * time.Millisecond)
		if got := check("enqueued", 2, 2, 1, 0); got.Waited <= 0 || got.Waited > time.Minute {
			t.Errorf("the oldest that is due waits for %s", got.Waited)
		}
		claims, err := o.Claim(ctx, 1, time.Minute)
		if err != nil || len(claims) != 1 {
			t.Fatalf("Claim = %d, %v", len(claims), err)
		}
		if got := check("claimed", 2, 1, 2, 0); got.Waited != 0 {
			t.Errorf("what is claimed waits for %s", got.Waited)
		}
		if err := o.Fail(ctx, claims[0], "no", claims[0].Items[0].Key); err != nil {
			t.Fatal(err)
		}
		check("failed", 2, 1, 1, 1)
	})
}

func TestMetrics(t *testing.T) {
	onEvery(t, func(t *testing.T, s store) {
		ctx := t.Context()
		c, registry := watched(t, s.url)
		if _, err := c.Outbox().Enqueue(ctx, []alerts.Pending{{Lane: alerts.Lane{Destination: club}, Article: "n"}}); err != nil {
			t.Fatal(err)
		}
		if err := c.Ping(ctx); err != nil {
			t.Fatal(err)
		}
		if _, err := c.Articles().State(ctx, "feed"); err != nil { // nothing is there, and that is no error
			t.Fatal(err)
		}
		scrape.Want(t, registry, "bellwether_store_up", " 1")
		scrape.Want(t, registry, "bellwether_outbox_waiting", `{when="due"} 1`)
		scrape.Want(t, registry, "bellwether_redis_command_errors_total")
		if _, err := c.Outbox().Claim(ctx, 1, time.Minute); err != nil { // looks at the shards in one pipeline
			t.Fatal(err)
		}
		var counted []string
		for _, line := range scrape.Lines(t, registry, "bellwether_redis_command_duration_seconds") {
			if name, ok := strings.CutPrefix(line, `_count{command="`); ok {
				counted = append(counted, name)
			}
		}
		got := strings.Join(counted, ", ")
		for _, want := range []string{`ping"} 1`, `hget"} 1`, `enqueue"} `, `article_start"} `, `store_start"} `, `depth"} `, `pipeline"} `, `claim"} `} {
			if !strings.Contains(got, want) {
				t.Errorf("no %s in %s", want, got)
			}
		}

		if err := c.Close(); err != nil {
			t.Fatal(err)
		}
		if err := c.Ping(ctx); err == nil {
			t.Fatal("a closed client answers")
		}
		scrape.Want(t, registry, "bellwether_redis_command_errors_total", `{command="ping"} 1`)
	})
}

func TestStoreThatDoesNotAnswerShowsAsDown(t *testing.T) {
	c, registry := watched(t, openEmbedded(t, t.TempDir()+"/store").URL())
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	scrape.Want(t, registry, "bellwether_store_up") // 0
	scrape.Want(t, registry, "bellwether_outbox_waiting")
}
