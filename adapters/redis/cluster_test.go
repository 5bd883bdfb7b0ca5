package redis_test

import (
	"strings"
	"testing"

	"github.com/bellwether/bellwether/adapters/adaptertest"
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
		adaptertest.TestArticleLog(t, reclaim, func(t *testing.T) func(string) adaptertest.ArticleLog {
			open := s.open(t)
			return func(consumer string) adaptertest.ArticleLog { return open(consumer).Articles() }
		})
	})
	t.Run("outbox", func(t *testing.T) {
		adaptertest.TestOutbox(t, func(t *testing.T) func() adaptertest.Outbox {
			open := s.open(t)
			return func() adaptertest.Outbox { return open("").Outbox() }
		})
	})
}

// TestSentinel runs the outbox's suite through a sentinel.
func TestSentinel(t *testing.T) {
	s := store{url: "redis+sentinel://" + adaptertest.StartSentinel(t) + "/main"}
	adaptertest.TestOutbox(t, func(t *testing.T) func() adaptertest.Outbox {
		open := s.open(t)
		return func() adaptertest.Outbox { return open("").Outbox() }
	})
}
