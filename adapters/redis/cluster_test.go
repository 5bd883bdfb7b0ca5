package redis_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/bellwether/bellwether/adapters/adaptertest"
	"github.com/bellwether/bellwether/alerts"
)

// TestCluster runs every suite on a Redis Cluster of three masters.
func TestCluster(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a cluster")
	}
	s := store{url: "redis+cluster://" + strings.Join(adaptertest.StartCluster(t, 3), ",")}
	t.Run("subscriptions", func(t *testing.T) {
		adaptertest.TestSubscriptionStore(t, func(t *testing.T) adaptertest.SubscriptionStore {
			return s.open(t)("a").Subscriptions()
		})
	})
	t.Run("articles", func(t *testing.T) {
		adaptertest.TestArticleLog(t, func(t *testing.T, reclaim time.Duration) func(string) adaptertest.ArticleLog {
			open := s.reclaiming(t, reclaim)
			return func(consumer string) adaptertest.ArticleLog { return open(consumer).Articles() }
		})
	})
	t.Run("outbox", func(t *testing.T) {
		adaptertest.TestOutbox(t, func(t *testing.T) func() adaptertest.Outbox {
			open := s.open(t)
			return func() adaptertest.Outbox { return open("").Outbox() }
		})
	})
	t.Run("workspaces", func(t *testing.T) { testWorkspaces(t, s) })
	t.Run("once", func(t *testing.T) { testOnce(t, s) })
	t.Run("rates", func(t *testing.T) { testRates(t, s) })
	t.Run("leases", func(t *testing.T) { testLeases(t, s) })
	t.Run("turns", func(t *testing.T) { testTurns(t, s) })
	t.Run("notices", func(t *testing.T) { testNotices(t, s) })
	t.Run("sources", func(t *testing.T) { testSources(t, s) })
}

// TestSentinel runs the outbox's suite through a sentinel.
func TestSentinel(t *testing.T) {
	s := store{url: "redis+sentinel://" + adaptertest.StartSentinel(t) + "/main"}
	adaptertest.TestOutbox(t, func(t *testing.T) func() adaptertest.Outbox {
		open := s.open(t)
		return func() adaptertest.Outbox { return open("").Outbox() }
	})
}

// TestServerComesBack kills the server under a client that waits. When it is
// back with its data, the client goes on, and hears again what others put in.
func TestServerComesBack(t *testing.T) {
	server := adaptertest.StartRedis(t, "--appendonly", "yes", "--appendfsync", "always")
	open := store{url: "redis://" + server.Addr}.open(t)
	reader, writer := open("a").Outbox(), open("b").Outbox()
	enqueue := func(article string) {
		t.Helper()
		p := alerts.Pending{Lane: alerts.Lane{Destination: club}, Article: article}
		if n, err := writer.Enqueue(t.Context(), []alerts.Pending{p}); n != 1 || err != nil {
			t.Fatalf("Enqueue = %d, %v", n, err)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	// take waits for an article and sends it, whatever errors come between.
	take := func(article string) {
		t.Helper()
		for {
			claims, err := reader.Claim(ctx, 1, time.Minute)
			if err == nil && len(claims) == 1 {
				if got := claims[0].Items[0].Article; got != article {
					t.Fatalf("claimed %s, want %s", got, article)
				}
				if err := reader.Drop(ctx, claims[0], claims[0].Items[0].Key); err != nil {
					t.Fatal(err)
				}
				return
			}
			if ctx.Err() != nil {
				t.Fatalf("%s never came: %v", article, err)
			}
			_ = reader.Wait(ctx, 10*time.Second)
		}
	}
	enqueue("a")
	take("a")
	enqueue("b")
	server.Kill()
	if err := reader.Wait(ctx, time.Second); err == nil {
		t.Error("Wait on a dead server did not say so")
	}
	server.Restart(t)
	take("b")
	start := time.Now()
	enqueue("c")
	take("c")
	if d := time.Since(start); d > 9*time.Second {
		t.Errorf("heard of what was put in after %v", d)
	}
}
