package redis_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/bellwether/bellwether/adapters/adaptertest"
	"github.com/bellwether/bellwether/adapters/redis"
	"github.com/bellwether/bellwether/alerts"
)

// TestChangesAfterALoss: Redis came back without its last changes, or with
// none, and has had as many since. Who follows must not take those for the ones
// it knows.
func TestChangesAfterALoss(t *testing.T) {
	onEvery(t, func(t *testing.T, s store) {
		for name, keep := range map[string]int{"all": 0, "the last": 2} {
			t.Run(name, func(t *testing.T) {
				ctx := t.Context()
				prefix := adaptertest.Prefix(t)
				c, err := redis.Open(ctx, redis.Options{URL: s.url, Prefix: prefix})
				if err != nil {
					t.Fatal(err)
				}
				defer c.Close()
				subs, client := c.Subscriptions(), raw(t, s.url)
				none := func(alerts.Change) error { return nil }
				for i := range keep {
					add(t, subs, alice, club, fmt.Sprint("kept", i))
				}
				kept := map[string]map[string]string{}
				for _, hash := range []string{"meta", "sub", "d:" + club.String()} {
					kept[hash] = client.HGetAll(ctx, prefix+"{s}:"+hash).Val()
				}
				log := client.XRange(ctx, prefix+"{s}:log", "-", "+").Val()
				add(t, subs, alice, club, "lost")
				revision, err := subs.Snapshot(ctx, none)
				if err != nil {
					t.Fatal(err)
				}

				client.Del(ctx, client.Keys(ctx, prefix+"{s}:*").Val()...)
				for hash, values := range kept {
					if len(values) > 0 {
						client.HSet(ctx, prefix+"{s}:"+hash, values)
					}
				}
				for _, e := range log {
					var values []any
					for k, v := range e.Values {
						values = append(values, k, v)
					}
					client.Do(ctx, append([]any{"XADD", prefix + "{s}:log", e.ID}, values...)...)
				}
				add(t, subs, alice, club, "new")
				now, err := subs.Snapshot(ctx, none)
				if err != nil {
					t.Fatal(err)
				}
				if a, b, _ := strings.Cut(now, "-"); !strings.HasPrefix(revision, a) || b == "" {
					t.Fatalf("revisions %s and %s: the test needs equal numbers", revision, now)
				}
				if _, err := subs.Changes(ctx, revision, none); !errors.Is(err, alerts.ErrGap) {
					t.Errorf("Changes = %v, want a gap", err)
				}
			})
		}
	})
}
