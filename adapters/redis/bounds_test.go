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

// TestAPageThatNeverStandsStill: an article that differs at every poll keeps a
// bounded number of marks and of former revisions, and stays the same article.
func TestAPageThatNeverStandsStill(t *testing.T) {
	onEvery(t, func(t *testing.T, s store) {
		ctx := t.Context()
		prefix := adaptertest.Prefix(t)
		c, err := redis.Open(ctx, redis.Options{URL: s.url, Prefix: prefix})
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		a, client := c.Articles(), raw(t, s.url)
		size := func() (marks, names int64, old int) {
			names = int64(len(client.HGet(ctx, prefix+"{a}:names", "page").Val()))
			return client.HLen(ctx, prefix+"{a}:mark").Val(), names, len(client.Keys(ctx, prefix+"{a}:old:*").Val())
		}
		var marks, names int64
		var old int
		for i := range 120 {
			page := alerts.Article{ID: "page", URL: fmt.Sprint("https://example.org/?session=", i), Body: fmt.Sprintf("%d people read this.", i)}
			got, verdict, err := a.Append(ctx, page, false)
			if err != nil || got.ID != "page" || got.Revision != i+1 || (i > 0 && verdict != alerts.Revised) {
				t.Fatalf("poll %d: %q revision %d, %v, %v", i, got.ID, got.Revision, verdict, err)
			}
			if i == 59 {
				marks, names, old = size()
			}
		}
		if m, n, o := size(); m != marks || n > names+10 || o != old {
			t.Errorf("after 60 polls %d marks, %d bytes of names, %d old revisions; after 120 %d, %d, %d", marks, names, old, m, n, o)
		}
		last := alerts.Article{ID: "page", URL: "https://example.org/?session=119", Body: "119 people read this."}
		if _, verdict, err := a.Append(ctx, last, false); verdict != alerts.Duplicate || err != nil {
			t.Errorf("the same again: %v, %v", verdict, err)
		}
		// All of them are in the log, the oldest with the text of today.
		entries, err := a.Next(ctx, 200, 0)
		if err != nil || len(entries) != 120 || entries[0].Err != nil || entries[119].Article.Revision != 120 {
			t.Errorf("%d entries, %v", len(entries), err)
		}
	})
}
