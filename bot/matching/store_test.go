package matching_test

import (
	"testing"
	"time"

	"github.com/bellwether/bellwether/adapters/adaptertest"
	"github.com/bellwether/bellwether/adapters/redis"
	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/alerts/query"
	"github.com/bellwether/bellwether/bot/matching"
)

// store is a real Redis with the real engine on it.
type store struct {
	*redis.Client
	*matching.Matcher
	t *testing.T
}

func newStore(t *testing.T) store {
	t.Helper()
	c, err := redis.Open(t.Context(), redis.Options{URL: adaptertest.Redis(t), Prefix: adaptertest.Prefix(t), Shards: 1, LogLength: 10})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return store{c, matching.New(matching.Config{Log: c.Articles(), Subscriptions: c.Subscriptions(), Outbox: c.Outbox()}), t}
}

func place(channel string) alerts.Destination {
	return alerts.Destination{Platform: alerts.Terminal, Channel: channel}
}

func (s store) subscribe(channel, text string) alerts.Subscription {
	s.t.Helper()
	q, err := query.Parse(text)
	if err != nil {
		s.t.Fatal(err)
	}
	owner := alerts.Person{Platform: alerts.Terminal, User: "U"}
	sub, _, err := s.Subscriptions().Add(s.t.Context(), alerts.Subscription{Owner: owner, Destination: place(channel), Query: q})
	if err != nil {
		s.t.Fatal(err)
	}
	return sub
}

func (s store) article(title string, received time.Time) {
	s.t.Helper()
	if _, _, err := s.Articles().Append(s.t.Context(), alerts.Article{ID: "a", Title: title, Received: received}, false); err != nil {
		s.t.Fatal(err)
	}
	if err := s.Drain(s.t.Context()); err != nil {
		s.t.Fatal(err)
	}
}

func (s store) waiting(channel string, want int) {
	s.t.Helper()
	items, err := s.Outbox().Waiting(s.t.Context(), place(channel))
	if err != nil || len(items) != want {
		s.t.Errorf("%s waits for %d alerts, want %d; error %v", channel, len(items), want, err)
	}
}

func TestARevisionIsNewsOnlyToWhoHasNotHadIt(t *testing.T) {
	s := newStore(t)
	now := time.Now()
	s.subscribe("old", "tariff")
	s.subscribe("new", "steel")
	s.article("A tariff", now.AddDate(0, 0, -3))
	s.waiting("old", 1)
	s.waiting("new", 0)
	s.article("A tariff on steel", now)
	s.waiting("old", 1)
	s.waiting("new", 1)
}

func TestTheNextArticleAfterACommandAlerts(t *testing.T) {
	s := newStore(t)
	if err := s.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
	var last alerts.Subscription
	for range 30 { // more than the change log keeps
		last = s.subscribe("C", "tariff")
		if _, err := s.Subscriptions().Remove(t.Context(), last.Destination, last.Number); err != nil {
			t.Fatal(err)
		}
	}
	s.subscribe("C", "tariff OR steel")
	s.article("A tariff", time.Now())
	s.waiting("C", 1)
	if n := s.Stats().Subscriptions; n != 1 {
		t.Errorf("%d subscriptions, want 1", n)
	}
}
