package redis_test

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	goredis "github.com/redis/go-redis/v9"
	"go.uber.org/goleak"

	"github.com/bellwether/bellwether/adapters/adaptertest"
	"github.com/bellwether/bellwether/adapters/redis"
	"github.com/bellwether/bellwether/alerts"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var (
	alice = alerts.Person{Platform: alerts.Slack, Workspace: "T1", User: "alice"}
	club  = alerts.Destination{Platform: alerts.Slack, Workspace: "T1", Channel: "club"}
)

// raw gives a plain client of a store.
func raw(t testing.TB, url string) *goredis.Client {
	t.Helper()
	o, err := goredis.ParseURL(url)
	if err != nil {
		t.Fatal(err)
	}
	o.Protocol = 2
	c := goredis.NewClient(o)
	t.Cleanup(func() { _ = c.Close() })
	return c
}

func add(t testing.TB, s *redis.Subscriptions, owner alerts.Person, d alerts.Destination, text string) alerts.Subscription {
	t.Helper()
	sub, added, err := s.Add(t.Context(), alerts.Subscription{Owner: owner, Destination: d, Query: adaptertest.Parse(t, text)})
	if err != nil || !added {
		t.Fatalf("Add = %v, %v", added, err)
	}
	return sub
}

func TestForgetLeavesNoTrace(t *testing.T) {
	onEvery(t, func(t *testing.T, s store) {
		ctx := t.Context()
		prefix := adaptertest.Prefix(t)
		c, err := redis.Open(ctx, redis.Options{URL: s.url, Prefix: prefix, Shards: 5})
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		mine := alice.Direct()
		add(t, c.Subscriptions(), alice, mine, "one")
		add(t, c.Subscriptions(), alice, club, "two")
		for range 2 {
			set, err := c.Subscriptions().Settings(ctx, mine)
			if err != nil {
				t.Fatal(err)
			}
			set.TimeZone = "Asia/Tokyo"
			if _, err := c.Subscriptions().SaveSettings(ctx, set); err != nil {
				t.Fatal(err)
			}
		}
		o := c.Outbox()
		for i := range 4 {
			p := alerts.Pending{Lane: alerts.Lane{Destination: mine}, Article: fmt.Sprint("n", i)}
			if _, err := o.Enqueue(ctx, []alerts.Pending{p}); err != nil {
				t.Fatal(err)
			}
		}
		for _, verdict := range []func(alerts.Claim, string) error{
			func(c alerts.Claim, k string) error {
				return o.Done(ctx, c, k, alerts.Receipt{Messages: []string{"1"}}, time.Now(), k)
			},
			func(c alerts.Claim, k string) error { return o.Fail(ctx, c, "no", k) },
			func(c alerts.Claim, k string) error { return o.Sending(ctx, c, k) },
		} {
			claims, err := o.Claim(ctx, 1, time.Hour)
			if err != nil || len(claims) != 1 {
				t.Fatalf("Claim = %v, %v", claims, err)
			}
			if err := verdict(claims[0], claims[0].Items[0].Key); err != nil {
				t.Fatal(err)
			}
		}
		client := raw(t, s.url)
		if n := traces(t, client, prefix, "alice"); n == 0 {
			t.Fatal("the test sees no trace before")
		}
		if n, err := c.Subscriptions().Forget(ctx, alice); n != 2 || err != nil {
			t.Fatalf("Forget = %d, %v", n, err)
		}
		if n := traces(t, client, prefix, "alice"); n != 0 {
			t.Errorf("%d traces after Forget", n)
		}
		if claims, err := o.Claim(ctx, 1, time.Hour); len(claims) != 0 || err != nil {
			t.Errorf("Claim after Forget = %v, %v", claims, err)
		}
	})
}

// traces counts the keys under a prefix that contain a word in name or content:
// the server may be other tests' too.
func traces(t testing.TB, c *goredis.Client, prefix, word string) int {
	t.Helper()
	ctx := t.Context()
	keys, err := c.Keys(ctx, prefix+"*").Result()
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, key := range keys {
		kind, err := c.Type(ctx, key).Result()
		if err != nil {
			t.Fatal(err)
		}
		var content any
		switch kind {
		case "string":
			content, err = c.Get(ctx, key).Result()
		case "hash":
			content, err = c.HGetAll(ctx, key).Result()
		case "list":
			content, err = c.LRange(ctx, key, 0, -1).Result()
		case "set":
			content, err = c.SMembers(ctx, key).Result()
		case "zset":
			content, err = c.ZRange(ctx, key, 0, -1).Result()
		case "stream":
			content, err = c.XRange(ctx, key, "-", "+").Result()
		}
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(key+fmt.Sprint(content), word) {
			t.Logf("%s in %s %s", word, kind, key)
			n++
		}
	}
	return n
}

func TestQueryThatNoLongerParses(t *testing.T) {
	onEvery(t, func(t *testing.T, s store) {
		ctx := t.Context()
		var log bytes.Buffer
		prefix := adaptertest.Prefix(t)
		c, err := redis.Open(ctx, redis.Options{URL: s.url, Prefix: prefix, Logger: slog.New(slog.NewTextHandler(&log, nil))})
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		sub := add(t, c.Subscriptions(), alice, club, "tariff")
		client, hash, field := raw(t, s.url), prefix+"{s}:sub", fmt.Sprint(sub.ID)
		record := client.HGet(ctx, hash, field).Val()
		broken := strings.Replace(record, `"tariff"`, `"\"unclosed"`, 1)
		if broken == record {
			t.Fatalf("no query in %q", record)
		}
		if err := client.HSet(ctx, hash, field, broken).Err(); err != nil {
			t.Fatal(err)
		}
		list, err := c.Subscriptions().List(ctx, club)
		if err != nil || len(list) != 1 || list[0].Query.Root() != nil {
			t.Fatalf("List = %v, %v, want one with an empty query", list, err)
		}
		if !strings.Contains(log.String(), fmt.Sprint("subscription=", sub.ID)) || !strings.Contains(log.String(), "unclosed") {
			t.Errorf("the log does not tell: %s", log.String())
		}
		found := 0
		if _, err := c.Subscriptions().Snapshot(ctx, func(c alerts.Change) error {
			if c.Set != nil {
				found++
			}
			return nil
		}); err != nil || found != 1 {
			t.Errorf("Snapshot gave %d, %v", found, err)
		}
		list[0].Paused = true
		if _, err := c.Subscriptions().Update(ctx, list[0]); err != nil {
			t.Fatal(err)
		}
		if now := client.HGet(ctx, hash, field).Val(); !strings.Contains(now, "unclosed") {
			t.Errorf("a pause lost the text of the query: %q", now)
		}
		if _, err := c.Subscriptions().Remove(ctx, club, 1); err != nil {
			t.Error(err)
		}
	})
}

// TestRecordWithoutMention: one of before there were roles to mention is read
// as mentioning none.
func TestRecordWithoutMention(t *testing.T) {
	onEvery(t, func(t *testing.T, s store) {
		prefix := adaptertest.Prefix(t)
		c, err := redis.Open(t.Context(), redis.Options{URL: s.url, Prefix: prefix})
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		sub := add(t, c.Subscriptions(), alice, club, "tariff")
		record := raw(t, s.url).HGet(t.Context(), prefix+"{s}:sub", fmt.Sprint(sub.ID)).Val()
		if !strings.Contains(record, "tariff") || strings.Contains(record, `"n":`) {
			t.Fatalf("the record %q is not in the old form", record)
		}
		list, err := c.Subscriptions().List(t.Context(), club)
		if err != nil || len(list) != 1 || list[0].Mention != "" {
			t.Errorf("List = %+v, %v", list, err)
		}
	})
}

func TestOpenChecks(t *testing.T) {
	onEvery(t, func(t *testing.T, s store) {
		ctx := t.Context()
		prefix := adaptertest.Prefix(t)
		c, err := redis.Open(ctx, redis.Options{URL: s.url, Prefix: prefix, Shards: 4})
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		if err := c.Ping(ctx); err != nil {
			t.Error(err)
		}
		_, err = redis.Open(ctx, redis.Options{URL: s.url, Prefix: prefix, Shards: 8})
		if err == nil || !strings.Contains(err.Error(), "4 shards") || !strings.Contains(err.Error(), "8") {
			t.Errorf("error = %v, want both numbers", err)
		}
		_, err = redis.Open(ctx, redis.Options{URL: s.url, Prefix: "a{b}"})
		if err == nil {
			t.Error("a prefix with braces was taken")
		}
		_, err = redis.Open(ctx, redis.Options{URL: s.url, Shards: 5000})
		if err == nil {
			t.Error("5000 shards were taken")
		}
	})
	_, err := redis.Open(t.Context(), redis.Options{URL: "redis://:hidden@127.0.0.1:1/0"})
	if err == nil || strings.Contains(err.Error(), "hidden") || !strings.Contains(err.Error(), "127.0.0.1:1") {
		t.Errorf("error = %v, want the address and no password", err)
	}
}

func TestDeadLetters(t *testing.T) {
	onEvery(t, func(t *testing.T, s store) {
		ctx := t.Context()
		o := s.open(t)("a").Outbox()
		daily := alerts.Schedule{Cadence: alerts.Daily, At: 480}
		p := alerts.Pending{
			Lane: alerts.Lane{Destination: club, Schedule: daily}, Article: "a b|c",
			Subscriptions: []alerts.SubscriptionID{3, 4},
		}
		if _, err := o.Enqueue(ctx, []alerts.Pending{p}); err != nil {
			t.Fatal(err)
		}
		fail := func(reason string) {
			t.Helper()
			claims, err := o.Claim(ctx, 1, time.Hour)
			if err != nil || len(claims) != 1 {
				t.Fatalf("Claim = %v, %v", claims, err)
			}
			if err := o.Fail(ctx, claims[0], reason, p.Key()); err != nil {
				t.Fatal(err)
			}
		}
		fail("no such channel: 404 \n")
		var dead []redis.Dead
		collect := func(d redis.Dead) error { dead = append(dead, d); return nil }
		if err := o.Dead(ctx, collect); err != nil || len(dead) != 1 {
			t.Fatalf("Dead = %v, %v", dead, err)
		}
		d := dead[0]
		if d.Key != p.Key() || d.Article != p.Article || d.Lane != p.Lane || d.Reason != "no such channel: 404 \n" ||
			len(d.Subscriptions) != 2 || time.Since(d.Died).Abs() > time.Minute {
			t.Errorf("dead letter = %+v", d)
		}
		if err := o.Revive(ctx, p.Key()); err != nil {
			t.Fatal(err)
		}
		if err := o.Revive(ctx, p.Key()); !errors.Is(err, alerts.ErrNotFound) {
			t.Errorf("Revive again = %v", err)
		}
		fail(strings.Repeat("é", 1000))
		dead = nil
		if err := o.Dead(ctx, collect); err != nil || len(dead) != 1 || len(dead[0].Reason) != 500 {
			t.Fatalf("Dead = %v, %v", dead, err)
		}
		stop := errors.New("stop")
		if err := o.Dead(ctx, func(redis.Dead) error { return stop }); !errors.Is(err, stop) {
			t.Errorf("error = %v, want stop", err)
		}
	})
}

func TestReceipts(t *testing.T) {
	onEvery(t, func(t *testing.T, s store) {
		ctx := t.Context()
		o := s.open(t)("a").Outbox()
		p := alerts.Pending{Lane: alerts.Lane{Destination: club}, Article: "a"}
		if _, err := o.Enqueue(ctx, []alerts.Pending{p}); err != nil {
			t.Fatal(err)
		}
		claims, err := o.Claim(ctx, 1, time.Hour)
		if err != nil || len(claims) != 1 {
			t.Fatal(claims, err)
		}
		if err := o.Done(ctx, claims[0], "m/1", alerts.Receipt{Messages: []string{"x", "y"}, Bucket: "b"}, time.Time{}, p.Key()); err != nil {
			t.Fatal(err)
		}
		r, err := o.Receipt(ctx, club, "m/1")
		if err != nil || len(r.Messages) != 2 || r.Messages[1] != "y" || r.Bucket != "b" {
			t.Errorf("Receipt = %+v, %v", r, err)
		}
		if _, err := o.Receipt(ctx, club, "m/2"); !errors.Is(err, alerts.ErrNotFound) {
			t.Errorf("Receipt of nothing = %v", err)
		}
	})
}

// TestSweep makes buckets look old and sees them go, and what is new stay.
func TestSweep(t *testing.T) {
	onEvery(t, func(t *testing.T, s store) {
		ctx := t.Context()
		prefix := adaptertest.Prefix(t)
		c, err := redis.Open(ctx, redis.Options{URL: s.url, Prefix: prefix, Shards: 1})
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		client, key := raw(t, s.url), prefix+"{o0}:"
		old := alerts.Pending{Lane: alerts.Lane{Destination: club}, Article: "old", Time: time.Unix(86400*100, 0)}
		fresh := alerts.Pending{Lane: alerts.Lane{Destination: club}, Article: "fresh", Time: time.Unix(86400*200, 0)}
		enqueue := func(want int) {
			t.Helper()
			if n, err := c.Outbox().Enqueue(ctx, []alerts.Pending{old, fresh}); n != want || err != nil {
				t.Errorf("Enqueue = %d, %v, want %d", n, err, want)
			}
		}
		enqueue(2)
		enqueue(0)
		long := float64(time.Now().AddDate(0, 0, -40).UnixMilli())
		client.ZAdd(ctx, key+"days", goredis.Z{Score: long, Member: "seen:100"})
		client.Set(ctx, key+"swept", "1", 0)
		enqueue(1)
		if days := client.ZRange(ctx, key+"days", 0, -1).Val(); len(days) != 2 {
			t.Errorf("buckets = %v, want seen:100 (again) and seen:200", days)
		}
	})
}

// TestRetention makes records look old and sees them go, a few at each Append.
func TestRetention(t *testing.T) {
	onEvery(t, func(t *testing.T, s store) {
		ctx := t.Context()
		prefix := adaptertest.Prefix(t)
		c, err := redis.Open(ctx, redis.Options{URL: s.url, Prefix: prefix})
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		client, key := raw(t, s.url), prefix+"{a}:"
		a := c.Articles()
		for _, body := range []string{"First.", "Second."} {
			if _, _, err := a.Append(ctx, alerts.Article{ID: "old", Body: body}, false); err != nil {
				t.Fatal(err)
			}
		}
		long := float64(time.Now().AddDate(0, 0, -91).UnixMilli())
		client.ZAdd(ctx, key+"recv", goredis.Z{Score: long, Member: "old"})
		if _, _, err := a.Append(ctx, alerts.Article{ID: "new", Body: "New."}, false); err != nil {
			t.Fatal(err)
		}
		if _, err := a.Article(ctx, "old"); !errors.Is(err, alerts.ErrNotFound) {
			t.Errorf("Article past its time = %v", err)
		}
		if left := client.Keys(ctx, key+"old:*").Val(); len(left) != 0 {
			t.Errorf("revisions left: %v", left)
		}
		// Who has not read it yet hears that it is gone, and of what is not.
		entries, err := a.Next(ctx, 10, 0)
		if err != nil || len(entries) != 3 || entries[0].Err == nil || entries[1].Err == nil || entries[2].Article.ID != "new" {
			t.Errorf("Next = %+v, %v", entries, err)
		}
		// Its marks live longer: it is not new.
		if got, v, err := a.Append(ctx, alerts.Article{ID: "old", Body: "Third."}, false); v != alerts.Revised || got.Revision != 3 || err != nil {
			t.Errorf("Append = revision %d, %v, %v, want 3, revised", got.Revision, v, err)
		}
	})
}

func TestEmptiedWhileRunning(t *testing.T) {
	onEvery(t, func(t *testing.T, s store) {
		ctx := t.Context()
		prefix := adaptertest.Prefix(t)
		c, err := redis.Open(ctx, redis.Options{URL: s.url, Prefix: prefix})
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		client := raw(t, s.url)
		client.Del(ctx, prefix+"{a}:log")
		if _, err := c.Articles().Next(ctx, 1, 0); err != nil {
			t.Errorf("Next on a store that was emptied: %v", err)
		}
	})
}

func TestWipeDeletesOnlyWhatIsItsOwn(t *testing.T) {
	url := adaptertest.Redis(t)
	ctx := t.Context()
	open := func(prefix string) *redis.Client {
		c, err := redis.Open(ctx, redis.Options{URL: url, Prefix: prefix})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.Close() })
		return c
	}
	prefix := adaptertest.Prefix(t)
	own, other := open(prefix+"a[b]*:"), open(prefix+"ab:")
	before, err := own.Usage(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []*redis.Client{own, other} {
		if _, _, err := c.Articles().Append(ctx, alerts.Article{ID: "a", Title: "T"}, false); err != nil {
			t.Fatal(err)
		}
	}
	after, err := own.Usage(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if u := after.Since(before); u.Commands < 2 || u.Reads < 2 || u.BytesIn < 100 || u.BytesOut < 20 || after.Memory == 0 {
		t.Errorf("usage of two articles: %+v", u)
	}
	if err := own.Wipe(ctx); err != nil {
		t.Fatal(err)
	}
	if _, err := own.Articles().Article(ctx, "a"); !errors.Is(err, alerts.ErrNotFound) {
		t.Errorf("after Wipe: error %v", err)
	}
	if _, err := other.Articles().Article(ctx, "a"); err != nil {
		t.Errorf("of another prefix: %v", err)
	}
}
