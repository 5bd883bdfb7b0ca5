package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"github.com/bellwether/bellwether/adapters/adaptertest"
	"github.com/bellwether/bellwether/adapters/adaptertest/fakeslack"
	"github.com/bellwether/bellwether/adapters/redis"
	"github.com/bellwether/bellwether/adapters/slack"
	"github.com/bellwether/bellwether/adapters/slack/seal"
	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/alerts/query"
)

// What there is in the world of the chaos test.
const (
	chaosTeams    = 8
	chaosChannels = 48
	chaosWords    = 40
	chaosFollowed = 5 // words that a channel follows
	chaosShards   = 8
	// waveSize articles are logged at once, and the next only when all of them
	// were matched: so is it known in which order they are enqueued.
	waveSize = 2
	wavePace = time.Second
)

// chaos is the replicas, with the Redis behind them and the Slack before them.
type chaos struct {
	t        *testing.T
	seed     uint64
	redis    redisSetUp
	prefix   string
	client   *redis.Client
	raw      goredis.UniversalClient
	fake     *fakeslack.Server
	replicas []*replica
	follows  map[string][]int // by channel: words
	articles []chaosArticle
	calm     atomic.Bool // Slack is well again
}

type chaosArticle struct {
	wave  int
	words []int
}

func newChaos(t *testing.T, binary string, seed uint64, set redisSetUp) *chaos {
	t.Helper()
	c := &chaos{t: t, seed: seed, redis: set, prefix: adaptertest.Prefix(t), follows: map[string][]int{}}
	c.fake = fakeslack.New(t, fakeslack.Options{
		Scopes: slack.Scopes(), Events: slack.Events(), ChannelInterval: -1, Fault: c.faults(),
	})
	var err error
	if c.client, err = redis.Open(t.Context(), redis.Options{URL: set.url(), Prefix: c.prefix, Shards: chaosShards, Wait: set.wait()}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.client.Close() })
	c.raw = set.connect()
	t.Cleanup(func() { _ = c.raw.Close() })
	c.people()
	for i := range chaosReplicas {
		listen := freeAddress(t)
		c.replicas = append(c.replicas, newReplica(t, binary, t.TempDir(), []string{
			"REDIS_URL=" + set.urlOf(i), fmt.Sprint("BELLWETHER_REDIS_WAIT=", set.wait()), "BELLWETHER_REDIS_PREFIX=" + c.prefix, fmt.Sprint("BELLWETHER_REDIS_SHARDS=", chaosShards),
			"BELLWETHER_HTTP_LISTEN=" + listen, "BELLWETHER_DELIVERY_LEASE=" + chaosLease.String(), "BELLWETHER_LOG_LEVEL=debug", "BELLWETHER_ALERTS_LIMIT=0",
			"BELLWETHER_PUBLIC_URL=http://" + listen, "BELLWETHER_KEY=" + storyKey,
			"SLACK_CLIENT_ID=" + fakeslack.ClientID, "SLACK_CLIENT_SECRET=" + fakeslack.ClientSecret,
			"SLACK_SIGNING_SECRET=" + fakeslack.SigningSecret, "SLACK_API_URL=" + c.fake.API(),
		}))
	}
	return c
}

func word(n int) string { return fmt.Sprintf("zebu%c%ck", 'a'+n/26, 'a'+n%26) }

// people installs the bot in workspaces whose channels follow words.
func (c *chaos) people() {
	c.t.Helper()
	ring, err := seal.Parse(storyKey)
	if err != nil {
		c.t.Fatal(err)
	}
	for i := range chaosTeams {
		team := c.fake.AddTeam(fmt.Sprint("T", i), true)
		w := alerts.Workspace{
			Platform: alerts.Slack, ID: team.ID, Name: team.Name, App: fakeslack.AppID, BotUser: team.Bot,
			Secret: ring.Seal([]byte(team.Token), []byte(alerts.Slack+"/"+team.ID)), Installed: time.Now(),
		}
		if _, err := c.client.Workspaces().SaveWorkspace(c.t.Context(), w); err != nil {
			c.t.Fatal(err)
		}
	}
	r := rand.New(rand.NewPCG(c.seed, 2))
	for i := range chaosChannels {
		id, team := fmt.Sprint("C", i), fmt.Sprint("T", i%chaosTeams)
		c.fake.AddChannel(fakeslack.Channel{ID: id, Team: team, Name: strings.ToLower(id), Member: true})
		c.follows[id] = r.Perm(chaosWords)[:chaosFollowed]
		for _, n := range c.follows[id] {
			q, err := query.Parse(word(n))
			if err != nil {
				c.t.Fatal(err)
			}
			_, _, err = c.client.Subscriptions().Add(c.t.Context(), alerts.Subscription{
				Owner:       alerts.Person{Platform: alerts.Slack, Workspace: team, User: "U1"},
				Destination: alerts.Destination{Platform: alerts.Slack, Workspace: team, Channel: id}, Query: q,
			})
			if err != nil {
				c.t.Fatal(err)
			}
		}
	}
}

// faults lets one call in seven fail, in every way that Slack has, but never a
// channel's so often that an alert steps aside.
func (c *chaos) faults() func(fakeslack.Call) fakeslack.Fault {
	r := rand.New(rand.NewPCG(c.seed, 3))
	row := map[string]int{}
	return func(call fakeslack.Call) fakeslack.Fault {
		key := call.Method + call.Channel
		if c.calm.Load() || row[key] == 3 || r.IntN(7) > 0 {
			row[key] = 0
			return fakeslack.Fault{}
		}
		row[key]++
		all := []fakeslack.Fault{
			{Status: http.StatusTooManyRequests, RetryAfter: 1},
			{Status: http.StatusInternalServerError},
			{Status: http.StatusServiceUnavailable, Accept: true},
			{Cut: true},
			{Cut: true, Accept: true},
			{Hang: true},
			{Hang: true, Accept: true},
			{Delay: time.Second},
		}
		return all[r.IntN(len(all))]
	}
}

// write logs articles until it is told to stop.
func (c *chaos) write(stop <-chan struct{}) error {
	r := rand.New(rand.NewPCG(c.seed, 4))
	ctx := c.t.Context()
	for wave := 0; ; wave++ {
		pace := time.After(wavePace)
		for range waveSize {
			a := chaosArticle{wave, r.Perm(chaosWords)[:2]}
			c.articles = append(c.articles, a)
			article := alerts.Article{
				ID: fmt.Sprintf("a%04d", len(c.articles)-1), Received: time.Now(), Language: "en",
				Title: fmt.Sprintf("News %04d of %s and %s", len(c.articles)-1, word(a.words[0]), word(a.words[1])),
			}
			if err := persist(ctx, func() (bool, error) {
				_, _, err := c.client.Articles().Append(ctx, article, false)
				return err == nil, err
			}); err != nil {
				return err
			}
		}
		if err := persist(ctx, func() (bool, error) { return c.matched(ctx) }); err != nil {
			return err
		}
		select {
		case <-stop:
			return nil
		case <-pace:
		}
	}
}

// persist tries f until it says that it is done. Redis may be away.
func persist(ctx context.Context, f func() (bool, error)) error {
	limit := time.Now().Add(90 * time.Second)
	for {
		done, err := f()
		switch {
		case done:
			return nil
		case ctx.Err() != nil || time.Now().After(limit):
			return errors.Join(errors.New("it did not come to this"), err)
		}
		<-time.After(20 * time.Millisecond)
	}
}

// matched reports whether every article of the log is acknowledged.
func (c *chaos) matched(ctx context.Context) (bool, error) {
	log := c.prefix + "{a}:log"
	last, err := c.raw.XRevRangeN(ctx, log, "+", "-", 1).Result()
	if err != nil || len(last) == 0 {
		return false, err
	}
	groups, err := c.raw.XInfoGroups(ctx, log).Result()
	if err != nil || len(groups) != 1 {
		return false, err
	}
	return groups[0].LastDeliveredID == last[0].ID && groups[0].Pending == 0, nil
}

// settle waits until all is sent, and ends the replicas.
func (c *chaos) settle() {
	c.t.Helper()
	ctx := c.t.Context()
	err := persist(ctx, func() (bool, error) {
		due, later, err := c.client.Outbox().Depth(ctx)
		if err == nil && due+later > 0 {
			err = fmt.Errorf("%d are due, %d later", due, later)
		}
		return err == nil, err
	})
	if err != nil {
		c.t.Errorf("the outbox is not empty: %v", err)
	}
	for i, r := range c.replicas {
		if err := r.end(); err != nil {
			c.t.Errorf("replica %d: %v", i, err)
		}
	}
}

var newsNumber = regexp.MustCompile(`News (\d{4}) of`)

// judge reads what stands in Slack.
func (c *chaos) judge() {
	c.t.Helper()
	sent := 0
	wrong := map[string]bool{}
	complain := func(channel string, article int, format string, args ...any) {
		wrong[fmt.Sprintf("/%s|a%04d", channel, article)] = true
		c.t.Errorf("%s, article %d: %s", channel, article, fmt.Sprintf(format, args...))
	}
	for _, channel := range slices.Sorted(maps.Keys(c.follows)) {
		times := map[int]int{}
		wave := 0
		for _, m := range c.fake.Messages(channel) {
			found := newsNumber.FindStringSubmatch(m.Text)
			if found == nil {
				c.t.Errorf("%s: strange message %q", channel, m.Text)
				continue
			}
			n, _ := strconv.Atoi(found[1])
			sent++
			if times[n]++; times[n] == 1 {
				if c.articles[n].wave < wave {
					complain(channel, n, "of wave %d comes after wave %d", c.articles[n].wave, wave)
				}
				wave = c.articles[n].wave
			}
		}
		for n, a := range c.articles {
			want := 0
			for _, w := range a.words {
				if slices.Contains(c.follows[channel], w) {
					want = 1
				}
			}
			if times[n] != want {
				complain(channel, n, "shown %d times, want %d", times[n], want)
			}
		}
	}
	c.t.Logf("%d articles, %d messages, %d calls of Slack", len(c.articles), sent, len(c.fake.Calls()))
	c.explain(wrong)
}

// explain shows what the replicas said of deliveries that went wrong.
func (c *chaos) explain(wrong map[string]bool) {
	c.t.Helper()
	if !c.t.Failed() {
		return
	}
	for i, r := range c.replicas {
		lines := strings.Split(r.log.String(), "\n")
		for n, line := range lines {
			about := n > len(lines)-20 || strings.HasPrefix(line, "process ") || strings.Contains(line, "level=ERROR")
			for key := range wrong {
				about = about || strings.Contains(line, key)
			}
			if about {
				c.t.Logf("replica %d: %s", i, line)
			}
		}
	}
}
