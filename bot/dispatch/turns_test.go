package dispatch_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/bellwether/bellwether/adapters/adaptertest"
	"github.com/bellwether/bellwether/adapters/redis"
	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/alerts/query"
	"github.com/bellwether/bellwether/bot/dispatch"
)

// counter is a messenger that notes where it sends.
type counter struct {
	mu     sync.Mutex
	places []string
}

func (*counter) Platform() string { return alerts.Terminal }

func (c *counter) Send(_ context.Context, d alerts.Delivery) (alerts.Receipt, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.places = append(c.places, d.Destination.Channel)
	return alerts.Receipt{}, nil
}

// TestLanesTakeTurns puts a long lane before short ones into a real Redis: the
// short ones do not wait for its end, whatever their names.
func TestLanesTakeTurns(t *testing.T) {
	ctx := t.Context()
	client, err := redis.Open(ctx, redis.Options{URL: adaptertest.Redis(t), Prefix: adaptertest.Prefix(t), Shards: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	tariff, err := query.Parse("tariff")
	if err != nil {
		t.Fatal(err)
	}
	var pending []alerts.Pending
	for i, channel := range []string{"A", "B", "C"} {
		d := alerts.Destination{Platform: alerts.Terminal, Channel: channel}
		owner := alerts.Person{Platform: alerts.Terminal, User: "U"}
		s, _, err := client.Subscriptions().Add(ctx, alerts.Subscription{Owner: owner, Destination: d, Query: tariff})
		if err != nil {
			t.Fatal(err)
		}
		for n := range []int{200, 5, 5}[i] {
			a := alerts.Article{ID: fmt.Sprint(channel, n), Title: "Tariff news", Received: time.Now()}
			if _, _, err := client.Articles().Append(ctx, a, false); err != nil {
				t.Fatal(err)
			}
			pending = append(pending, alerts.Pending{
				Lane: alerts.Lane{Destination: d}, Article: a.ID, Time: a.Received, Subscriptions: []alerts.SubscriptionID{s.ID},
			})
		}
	}
	if _, err := client.Outbox().Enqueue(ctx, pending); err != nil {
		t.Fatal(err)
	}
	messenger := &counter{}
	d := dispatch.New(dispatch.Config{
		Outbox: client.Outbox(), Articles: client.Articles(), Subscriptions: client.Subscriptions(),
		Messengers: []dispatch.Messenger{messenger}, Workers: 1,
	})
	if err := d.Drain(ctx); err != nil {
		t.Fatal(err)
	}
	last := map[string]int{}
	for i, p := range messenger.places {
		last[p] = i
	}
	if len(messenger.places) != 210 || last["B"] > 30 || last["C"] > 30 {
		t.Errorf("of %d sends, the last of B was number %d, of C %d", len(messenger.places), last["B"], last["C"])
	}
}
