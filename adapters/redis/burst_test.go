package redis_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/bellwether/bellwether/adapters/adaptertest"
	"github.com/bellwether/bellwether/adapters/redis"
	"github.com/bellwether/bellwether/alerts"
)

// TestSinglesPassABurst puts one article in for very many, and then others for
// a few: those are claimed at once, also behind the burst's message of their own
// channel, and the burst goes on.
func TestSinglesPassABurst(t *testing.T) {
	for name, url := range map[string]string{"redis": adaptertest.Redis(t), "embedded": openEmbedded(t, t.TempDir()+"/store").URL()} {
		t.Run(name, func(t *testing.T) { testSinglesPassABurst(t, url) })
	}
}

func testSinglesPassABurst(t *testing.T, url string) {
	ctx, prefix := t.Context(), adaptertest.Prefix(t)
	c, err := redis.Open(ctx, redis.Options{URL: url, Prefix: prefix, Shards: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	o := c.Outbox()
	const many, few = 300, 5
	pendings := manyPlaces(many, "burst")
	for i := range pendings {
		pendings[i].Wide = true
	}
	pendings = append(pendings, manyPlaces(few, "single")...)
	own := pendings[0]
	own.Lane.Destination.Channel, own.Article, own.Wide = "quiet", "single", false
	put := func(p ...alerts.Pending) {
		t.Helper()
		if _, err := o.Enqueue(ctx, p); err != nil {
			t.Fatal(err)
		}
	}
	put(pendings[:many]...)
	put(append(pendings[many:], own)...)

	claimed := map[string]int{} // by key: as which of all
	take := func(n int) {
		t.Helper()
		claims, err := o.Claim(ctx, n, time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		for _, claim := range claims {
			key := claim.Items[0].Key
			if _, twice := claimed[key]; twice {
				t.Fatalf("%s was claimed twice", key)
			}
			claimed[key] = len(claimed)
			if err := o.Done(ctx, claim, key, alerts.Receipt{}, time.Time{}, key); err != nil {
				t.Fatal(err)
			}
		}
	}
	for i := range 40 {
		take(1 + i%4)
	}
	ordinary := 0
	for i := range few {
		if at, done := claimed[manyPlaces(few, "single")[i].Key()]; !done || at > 40 {
			t.Errorf("a single behind the burst's message of its channel was claimed as number %d (%v)", at, done)
		}
	}
	if at, done := claimed[own.Key()]; !done || at > 20 {
		t.Errorf("a single in a channel of its own was claimed as number %d (%v)", at, done)
	}
	for i := few; i < 2*few; i++ {
		if at, done := claimed[pendings[i].Key()]; done && at < 40 {
			ordinary++
		}
	}
	if ordinary == 0 {
		t.Error("the oldest of the burst waited for all singles")
	}
	for len(claimed) < many+few+1 {
		before := len(claimed)
		take(50)
		if len(claimed) == before {
			t.Fatalf("%d of %d were claimed, and nothing is due", before, many+few+1)
		}
	}
	if n := raw(t, url).Exists(ctx, fmt.Sprintf("%s{o0}:soon", prefix), fmt.Sprintf("%s{o0}:ready", prefix)).Val(); n != 0 {
		t.Errorf("%d sets of lanes are left though nothing waits", n)
	}
}
