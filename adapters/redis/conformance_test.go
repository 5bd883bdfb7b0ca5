package redis_test

import (
	"testing"
	"time"

	"github.com/bellwether/bellwether/adapters/adaptertest"
	"github.com/bellwether/bellwether/adapters/discord"
	"github.com/bellwether/bellwether/adapters/redis"
	"github.com/bellwether/bellwether/adapters/redis/embedded"
	"github.com/bellwether/bellwether/adapters/slack"
	"github.com/bellwether/bellwether/adapters/terminal"
	"github.com/bellwether/bellwether/bot"
	"github.com/bellwether/bellwether/bot/dispatch"
	"github.com/bellwether/bellwether/bot/ingest"
	"github.com/bellwether/bellwether/bot/matching"
	"github.com/bellwether/bellwether/bot/websub"
)

var (
	_ bot.SubscriptionStore  = (*redis.Subscriptions)(nil)
	_ matching.Subscriptions = (*redis.Subscriptions)(nil)
	_ dispatch.Subscriptions = (*redis.Subscriptions)(nil)
	_ bot.Archive            = (*redis.Articles)(nil)
	_ ingest.ArticleLog      = (*redis.Articles)(nil)
	_ matching.ArticleLog    = (*redis.Articles)(nil)
	_ dispatch.Articles      = (*redis.Articles)(nil)
	_ bot.Outbox             = (*redis.Outbox)(nil)
	_ matching.Outbox        = (*redis.Outbox)(nil)
	_ dispatch.Outbox        = (*redis.Outbox)(nil)
	_ dispatch.Marker        = (*terminal.Terminal)(nil)
	_ slack.WorkspaceStore   = (*redis.Workspaces)(nil)
	_ slack.Once             = (*redis.Marks)(nil)
	_ discord.GuildStore     = (*redis.Workspaces)(nil)
	_ discord.Subscriptions  = (*redis.Subscriptions)(nil)
	_ discord.Once           = (*redis.Marks)(nil)
	_ discord.Rates          = (*redis.Rates)(nil)
	_ slack.Rates            = (*redis.Rates)(nil)
	_ discord.Leases         = (*redis.Leases)(nil)
	_ ingest.Turns           = (*redis.Turns)(nil)
	_ websub.Store           = (*redis.Hubs)(nil)
)

// store is a kind of server.
type store struct{ url string }

// open gives a function that opens clients of one fresh store.
func (s store) open(t *testing.T) func(consumer string) *redis.Client {
	return s.reclaiming(t, 0)
}

// reclaiming is open with a time after which articles are taken over; 0 is the
// usual one.
func (s store) reclaiming(t *testing.T, reclaim time.Duration) func(consumer string) *redis.Client {
	prefix := adaptertest.Prefix(t)
	return func(consumer string) *redis.Client {
		o := redis.Options{
			URL: s.url, Prefix: prefix, Consumer: consumer, Shards: 5, Reclaim: reclaim, LogLength: 300,
		}
		c, err := redis.Open(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := c.Close(); err != nil {
				t.Error(err)
			}
		})
		return c
	}
}

func openEmbedded(t testing.TB, path string) *embedded.Server {
	t.Helper()
	s, err := embedded.Open(t.Context(), path, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// onEvery runs a test on each kind of store.
func onEvery(t *testing.T, f func(t *testing.T, s store)) {
	t.Run("embedded", func(t *testing.T) {
		mini := openEmbedded(t, t.TempDir()+"/store")
		f(t, store{url: mini.URL()})
	})
	t.Run("redis", func(t *testing.T) { f(t, store{url: adaptertest.Redis(t)}) })
}

func TestWorkspaces(t *testing.T) { onEvery(t, testWorkspaces) }

func testWorkspaces(t *testing.T, s store) {
	adaptertest.TestWorkspaces(t, func(t *testing.T) adaptertest.Workspaces {
		c := s.open(t)("a")
		return adaptertest.Workspaces{WorkspaceStore: c.Workspaces(), Subscriptions: c.Subscriptions(), Outbox: c.Outbox()}
	})
}

func TestOnce(t *testing.T) { onEvery(t, testOnce) }

func testOnce(t *testing.T, s store) {
	adaptertest.TestOnce(t, func(t *testing.T) slack.Once { return s.open(t)("a").Marks() })
}

func TestRates(t *testing.T) { onEvery(t, testRates) }

func testRates(t *testing.T, s store) {
	adaptertest.TestRates(t, func(t *testing.T) discord.Rates { return s.open(t)("a").Rates() })
}

func TestLeases(t *testing.T) { onEvery(t, testLeases) }

func testLeases(t *testing.T, s store) {
	adaptertest.TestLeases(t, func(t *testing.T) discord.Leases { return s.open(t)("a").Leases() })
}

func TestTurns(t *testing.T) { onEvery(t, testTurns) }

func testTurns(t *testing.T, s store) {
	adaptertest.TestTurns(t, func(t *testing.T) func(string) ingest.Turns {
		open := s.open(t)
		return func(replica string) ingest.Turns { return open(replica).Turns() }
	})
}

func TestNotices(t *testing.T) { onEvery(t, testNotices) }

func testNotices(t *testing.T, s store) {
	adaptertest.TestNotices(t, func(t *testing.T) func(string) (adaptertest.NoticeStore, ingest.Turns) {
		open := s.open(t)
		return func(replica string) (adaptertest.NoticeStore, ingest.Turns) {
			c := open(replica)
			return c.Notices(), c.Turns()
		}
	})
}

func TestHubs(t *testing.T) { onEvery(t, testHubs) }

func testHubs(t *testing.T, s store) {
	adaptertest.TestHubs(t, func(t *testing.T) websub.Store { return s.open(t)("a").Hubs() })
}

func TestSources(t *testing.T) { onEvery(t, testSources) }

func testSources(t *testing.T, s store) {
	adaptertest.TestSources(t, func(t *testing.T) func(string) adaptertest.SourceStores {
		open := s.open(t)
		return func(replica string) adaptertest.SourceStores {
			c := open(replica)
			return adaptertest.SourceStores{Sources: c.Sources(), Log: c.Articles(), Turns: c.Turns()}
		}
	})
}

func TestSubscriptionStore(t *testing.T) {
	onEvery(t, func(t *testing.T, s store) {
		adaptertest.TestSubscriptionStore(t, func(t *testing.T) adaptertest.SubscriptionStore {
			return s.open(t)("a").Subscriptions()
		})
	})
}

func TestArticleLog(t *testing.T) {
	onEvery(t, func(t *testing.T, s store) {
		adaptertest.TestArticleLog(t, func(t *testing.T, reclaim time.Duration) func(string) adaptertest.ArticleLog {
			open := s.reclaiming(t, reclaim)
			return func(consumer string) adaptertest.ArticleLog { return open(consumer).Articles() }
		})
	})
}

func TestOutbox(t *testing.T) {
	onEvery(t, func(t *testing.T, s store) {
		adaptertest.TestOutbox(t, func(t *testing.T) func() adaptertest.Outbox {
			open := s.open(t)
			return func() adaptertest.Outbox { return open("").Outbox() }
		})
	})
}
