package main

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"github.com/bellwether/bellwether/adapters/adaptertest"
	"github.com/bellwether/bellwether/adapters/adaptertest/fakediscord"
	"github.com/bellwether/bellwether/adapters/adaptertest/fakeslack"
	"github.com/bellwether/bellwether/adapters/redis"
	"github.com/bellwether/bellwether/adapters/slack"
	"github.com/bellwether/bellwether/adapters/slack/seal"
	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/alerts/query"
)

// What there is in the world of the chaos test.
const (
	chaosTeams    = 8 // of Slack, with four channels each
	chaosGuilds   = 4 // of Discord, with four channels each
	chaosEach     = 4
	chaosWords    = 40
	chaosFollowed = 5 // words that a channel follows
	chaosShards   = 8
)

// chaos is the replicas, with the Redis behind them, the folder that they watch,
// and the Slack and the Discord before them.
type chaos struct {
	t        *testing.T
	seed     uint64
	redis    redisSetUp
	prefix   string
	client   *redis.Client
	raw      goredis.UniversalClient
	slack    *fakeslack.Server
	discord  *fakediscord.Server
	wires    string
	replicas []*replica
	places   []chaosPlace
	articles []chaosArticle
	calm     atomic.Bool // the platforms are well again

	lossy  bool // Redis loses writes, and the replicas are left alone
	losses []redis.Loss
}

// chaosPlace is a channel that follows words.
type chaosPlace struct {
	alerts.Destination
	words []int
}

// chaosArticle is about words. It was written between two times: those of the
// test's own clock.
type chaosArticle struct {
	words       []int
	begun, done time.Time
}

func newChaos(t *testing.T, binary string, seed uint64, set redisSetUp) *chaos {
	t.Helper()
	c := &chaos{t: t, seed: seed, redis: set, prefix: adaptertest.Prefix(t), wires: t.TempDir()}
	c.slack = fakeslack.New(t, fakeslack.Options{
		Scopes: slack.Scopes(), Events: slack.Events(), ChannelInterval: -1, Fault: c.slackFaults(),
	})
	c.discord = fakediscord.New(t, fakediscord.Options{Fault: c.discordFaults()})
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
		c.replicas = append(c.replicas, newReplica(t, binary, []string{c.wires}, []string{
			"REDIS_URL=" + set.urlOf(i), fmt.Sprint("BELLWETHER_REDIS_WAIT=", set.wait()), "BELLWETHER_REDIS_PREFIX=" + c.prefix, fmt.Sprint("BELLWETHER_REDIS_SHARDS=", chaosShards),
			"BELLWETHER_HTTP_LISTEN=" + listen, "BELLWETHER_DELIVERY_LEASE=" + chaosLease.String(), "BELLWETHER_LOG_LEVEL=debug", "BELLWETHER_ALERTS_LIMIT=0",
			"BELLWETHER_PUBLIC_URL=http://" + listen, "BELLWETHER_KEY=" + storyKey,
			"SLACK_CLIENT_ID=" + fakeslack.ClientID, "SLACK_CLIENT_SECRET=" + fakeslack.ClientSecret,
			"SLACK_SIGNING_SECRET=" + fakeslack.SigningSecret, "SLACK_API_URL=" + c.slack.API(),
			"DISCORD_BOT_TOKEN=" + fakediscord.Token, "DISCORD_API_URL=" + c.discord.API(),
			"DISCORD_APPLICATION_ID=" + fakediscord.AppID, "DISCORD_PUBLIC_KEY=" + c.discord.PublicKeyHex(),
		}))
	}
	return c
}

func word(n int) string { return fmt.Sprintf("zebu%c%ck", 'a'+n/26, 'a'+n%26) }

// people have the bot in their workspaces and servers, and follow words in the
// channels of these.
func (c *chaos) people() {
	c.t.Helper()
	ring, err := seal.Parse(storyKey)
	if err != nil {
		c.t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(c.seed, 2))
	for i := range chaosTeams {
		team := c.slack.AddTeam(fmt.Sprint("T", i), true)
		w := alerts.Workspace{
			Platform: alerts.Slack, ID: team.ID, Name: team.Name, App: fakeslack.AppID, BotUser: team.Bot,
			Secret: ring.Seal([]byte(team.Token), []byte(alerts.Slack+"/"+team.ID)), Installed: time.Now(),
		}
		if _, err := c.client.Workspaces().SaveWorkspace(c.t.Context(), w); err != nil {
			c.t.Fatal(err)
		}
		for j := range chaosEach {
			id := fmt.Sprint("C", i*chaosEach+j)
			c.slack.AddChannel(fakeslack.Channel{ID: id, Team: team.ID, Name: strings.ToLower(id), Member: true})
			c.follow(r, alerts.Destination{Platform: alerts.Slack, Workspace: team.ID, Channel: id})
		}
	}
	for range chaosGuilds {
		guild := c.discord.AddGuild(fakediscord.Guild{})
		w := alerts.Workspace{Platform: alerts.Discord, ID: guild.ID, Name: guild.Name, Installed: time.Now()}
		if _, err := c.client.Workspaces().SaveWorkspace(c.t.Context(), w); err != nil {
			c.t.Fatal(err)
		}
		for range chaosEach {
			channel := c.discord.AddChannel(fakediscord.Channel{Guild: guild.ID, Type: fakediscord.Text})
			c.follow(r, alerts.Destination{Platform: alerts.Discord, Workspace: guild.ID, Channel: channel.ID})
		}
	}
}

// follow has a channel follow some words.
func (c *chaos) follow(r *rand.Rand, d alerts.Destination) {
	c.t.Helper()
	p := chaosPlace{d, r.Perm(chaosWords)[:chaosFollowed]}
	for _, n := range p.words {
		q, err := query.Parse(word(n))
		if err != nil {
			c.t.Fatal(err)
		}
		_, _, err = c.client.Subscriptions().Add(c.t.Context(), alerts.Subscription{
			Owner: alerts.Person{Platform: d.Platform, Workspace: d.Workspace, User: "1"}, Destination: d, Query: q,
		})
		if err != nil {
			c.t.Fatal(err)
		}
	}
	c.places = append(c.places, p)
}
