package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"github.com/bellwether/bellwether/adapters/adaptertest"
	"github.com/bellwether/bellwether/adapters/adaptertest/await"
	"github.com/bellwether/bellwether/adapters/adaptertest/fakediscord"
	"github.com/bellwether/bellwether/adapters/adaptertest/fakeslack"
	"github.com/bellwether/bellwether/adapters/redis"
	"github.com/bellwether/bellwether/adapters/slack"
	"github.com/bellwether/bellwether/alerts"
)

// failLease is the shortest that can be set.
const failLease = 2 * time.Second

// TestFailpoints kills the program on both sides of every step that writes,
// in Redis and in Slack, one after the other, and starts it anew each time. In
// the end everything has been done exactly once, and no script that writes was
// left out.
func TestFailpoints(t *testing.T) {
	if testing.Short() {
		t.Skip("takes a minute")
	}
	t.Parallel()
	f := newFailing(t)
	f.polls()
	for _, after := range []bool{false, true} {
		f.starts(after)
		f.server(after)
		f.wipes(after)
		f.revive(after)
		for _, verb := range []string{"sending", "done", "retry", "defer", "fail", "drop", "aside"} {
			f.verdict(verb, after)
		}
		for _, script := range []string{"article_next", "enqueue", "article_ack", "claim", "rates_take"} {
			f.alert(adaptertest.Trap{Script: script, After: after})
		}
		f.post(after)
		f.commands(after)
		f.forget(after)
		for _, script := range []string{"turn_begin", "article_append", "article_settle", "article_state", "turn_end"} {
			f.file(adaptertest.Trap{Script: script, After: after})
		}
	}
	f.settle()
	f.complete()
}

// failing is one replica that is killed again and again.
type failing struct {
	t       *testing.T
	prefix  string
	listen  string
	wires   string
	redis   *adaptertest.Server
	tap     *adaptertest.Tap
	client  *redis.Client
	raw     *goredis.Client
	fake    *fakeslack.Server
	discord *fakediscord.Server
	feed    *httptest.Server
	hangs   atomic.Bool // the feed
	replica *replica
	points  int
	killed  map[string]map[bool]bool // by script and side
	want    map[string]int           // messages by channel of Slack
	posts   []string                 // channels of Discord, with a message each
	dead    int

	mu    sync.Mutex
	fault map[string]func() fakeslack.Fault // of the next message to a channel
	held  map[string]string                 // by channel of Discord: the route whose next call is held back
}

func newFailing(t *testing.T) *failing {
	t.Helper()
	f := &failing{
		t: t, prefix: adaptertest.Prefix(t), listen: freeAddress(t), wires: t.TempDir(),
		redis: adaptertest.StartRedis(t), want: map[string]int{}, fault: map[string]func() fakeslack.Fault{}, held: map[string]string{}, killed: map[string]map[bool]bool{},
	}
	f.tap = adaptertest.StartTap(t, f.redis.Addr, adaptertest.ScriptNames(t, luaFolder))
	f.fake = fakeslack.New(t, fakeslack.Options{Scopes: slack.Scopes(), Events: slack.Events(), ChannelInterval: -1, Fault: f.faults})
	f.fake.AddTeam("T1", true)
	f.fake.AddUser(fakeslack.User{ID: "U1", Team: "T1", Name: "anna", Zone: "Europe/Brussels", Admin: true})
	f.fake.HTTP("http://" + f.listen)
	f.discord = fakediscord.New(t, fakediscord.Options{Fault: f.discordFaults})
	f.discord.Gateway()
	f.feed = httptest.NewServer(http.HandlerFunc(f.serveFeed))
	t.Cleanup(f.feed.Close)
	var err error
	if f.client, err = redis.Open(t.Context(), redis.Options{URL: "redis://" + f.redis.Addr, Prefix: f.prefix, Shards: chaosShards}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.client.Close() })
	f.raw = goredis.NewClient(&goredis.Options{Addr: f.redis.Addr, Protocol: 2})
	t.Cleanup(func() { _ = f.raw.Close() })
	f.replica = newReplica(t, buildChaos(t), []string{f.wires, f.feed.URL}, []string{
		"REDIS_URL=redis://" + f.tap.Addr, "BELLWETHER_REDIS_PREFIX=" + f.prefix, fmt.Sprint("BELLWETHER_REDIS_SHARDS=", chaosShards),
		"BELLWETHER_HTTP_LISTEN=" + f.listen, "BELLWETHER_DELIVERY_LEASE=" + failLease.String(), "BELLWETHER_LOG_LEVEL=debug", "BELLWETHER_ALERTS_LIMIT=0",
		"SLACK_BOT_TOKEN=xoxb-fake-T1", "SLACK_SIGNING_SECRET=" + fakeslack.SigningSecret, "SLACK_API_URL=" + f.fake.API(),
		"DISCORD_BOT_TOKEN=" + fakediscord.Token, "DISCORD_API_URL=" + f.discord.API(),
	})
	return f
}

// faults carries out what is set for a channel.
func (f *failing) faults(call fakeslack.Call) fakeslack.Fault {
	if call.Method != "chat.postMessage" {
		return fakeslack.Fault{}
	}
	f.mu.Lock()
	fault := f.fault[call.Channel]
	delete(f.fault, call.Channel)
	f.mu.Unlock()
	if fault == nil {
		return fakeslack.Fault{}
	}
	return fault()
}

// fails sets what goes wrong with the next message to a channel.
func (f *failing) fails(channel string, fault func() fakeslack.Fault) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.fault[channel] = fault
}

// holdsBack has Discord hold the next call of a route to a channel back.
func (f *failing) holdsBack(channel, route string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.held[channel] = route
}

func (f *failing) discordFaults(call fakediscord.Call) fakediscord.Fault {
	f.mu.Lock()
	defer f.mu.Unlock()
	if call.Method != http.MethodPost || f.held[call.Channel] != call.Route {
		return fakediscord.Fault{}
	}
	delete(f.held, call.Channel)
	return fakediscord.Fault{Late: true}
}

// crash kills the program, and has it started anew. The leases that it had end,
// as they would in time.
func (f *failing) crash() {
	f.replica.want(true, syscall.SIGKILL)
	if err := f.raw.Del(f.t.Context(), f.prefix+"{l}:leases").Err(); err != nil {
		f.t.Error(err)
	}
}

// place makes a channel that follows a word of its own, and gives both.
func (f *failing) place(messages int) (d alerts.Destination, subscription alerts.Subscription, keyword string) {
	f.t.Helper()
	f.points++
	keyword = word(f.points)
	d = alerts.Destination{Platform: alerts.Slack, Workspace: "T1", Channel: fmt.Sprint("C", f.points)}
	f.fake.AddChannel(fakeslack.Channel{ID: d.Channel, Team: "T1", Name: strings.ToLower(d.Channel), Member: true})
	f.want[d.Channel] = messages
	return d, f.follow(d, keyword), keyword
}

// log logs an article about a word.
func (f *failing) log(keyword string) {
	f.t.Helper()
	a := alerts.Article{ID: "about-" + keyword, Title: "News of " + keyword, Received: time.Now(), Language: "en"}
	if _, _, err := f.client.Articles().Append(f.t.Context(), a, false); err != nil {
		f.t.Fatal(err)
	}
}

// at sets a trap, does what leads into it, and waits until the program was
// killed by it.
func (f *failing) at(trap adaptertest.Trap, work func()) {
	f.t.Helper()
	f.stop(trap, f.crash, work)
}

// stop is at for what is killed otherwise.
func (f *failing) stop(trap adaptertest.Trap, kill, work func()) {
	f.t.Helper()
	if f.killed[trap.Script] == nil {
		f.killed[trap.Script] = map[bool]bool{}
	}
	f.killed[trap.Script][trap.After] = true
	met := make(chan struct{})
	trap.Do = func() {
		kill()
		close(met)
	}
	begun := time.Now()
	f.tap.Set(trap)
	work()
	f.met(met, trap.String())
	f.t.Logf("%s: killed after %s", trap, time.Since(begun).Round(time.Millisecond))
}

func (f *failing) met(met <-chan struct{}, what string) {
	f.t.Helper()
	select {
	case <-met:
	case <-time.After(await.Long):
		f.t.Fatalf("it did not come to this: %s\n%s", what, f.replica.log)
	}
}

// alert has an article alert a channel.
func (f *failing) alert(trap adaptertest.Trap) {
	f.t.Helper()
	f.at(trap, func() {
		_, _, keyword := f.place(1)
		f.log(keyword)
	})
}

// verdict leads a delivery to a verdict.
func (f *failing) verdict(verb string, after bool) {
	f.t.Helper()
	d, subscription, keyword := f.place(1)
	set := func(fault func() fakeslack.Fault) { f.fails(d.Channel, fault) }
	var always func() fakeslack.Fault
	always = func() fakeslack.Fault {
		set(always)
		return fakeslack.Fault{Error: "msg_too_long"}
	}
	switch verb {
	case "retry":
		set(func() fakeslack.Fault { return fakeslack.Fault{Status: http.StatusInternalServerError} })
	case "defer":
		set(func() fakeslack.Fault { return fakeslack.Fault{Status: http.StatusTooManyRequests, RetryAfter: 1} })
	case "fail":
		set(always)
		f.want[d.Channel] = 0
		f.dead++
	case "drop":
		set(func() fakeslack.Fault {
			if _, err := f.client.Subscriptions().Remove(f.t.Context(), d, subscription.Number); err != nil {
				f.t.Error(err)
			}
			return fakeslack.Fault{Status: http.StatusTooManyRequests, RetryAfter: 1}
		})
		f.want[d.Channel] = 0
	case "aside":
		f.almostAside(d, keyword)
		set(func() fakeslack.Fault { return fakeslack.Fault{Status: http.StatusInternalServerError} })
	}
	f.at(adaptertest.Trap{Script: "verdict", Args: []string{"", verb, d.String()}, After: after}, func() { f.log(keyword) })
}

// almostAside lets it seem that the next alert failed four times, and another
// channel's succeed, which the program has to have seen.
func (f *failing) almostAside(d alerts.Destination, keyword string) {
	f.t.Helper()
	other, _, well := f.place(1)
	f.log(well)
	f.fake.AwaitMessages(other.Channel, 1)
	f.until("it is recorded", f.nothingWaits)
	for shard := range chaosShards { // in that of the others nobody looks there
		key := fmt.Sprintf("%s{o%d}:d:%s", f.prefix, shard, d)
		if err := f.raw.HSet(f.t.Context(), key, "a:about-"+keyword, 4).Err(); err != nil {
			f.t.Fatal(err)
		}
	}
}

// post kills the program while Slack has its message.
func (f *failing) post(accepted bool) {
	f.t.Helper()
	d, _, keyword := f.place(1)
	met := make(chan struct{})
	f.fails(d.Channel, func() fakeslack.Fault {
		f.crash()
		close(met)
		return fakeslack.Fault{Cut: true, Accept: accepted}
	})
	f.log(keyword)
	f.met(met, "a message to "+d.Channel)
}

// file has an article come by the watched folder.
func (f *failing) file(trap adaptertest.Trap) {
	f.t.Helper()
	_, _, keyword := f.place(1)
	f.at(trap, func() {
		writeFile(f.t, filepath.Join(f.wires, keyword+".txt"), "News of "+keyword+"\n\nThe council spoke about it.\n\nhttps://news.example.org/"+keyword+"\n")
	})
}

// settle waits until all is sent, and counts.
func (f *failing) settle() {
	f.t.Helper()
	ctx := f.t.Context()
	for channel, n := range f.want {
		if n > 0 {
			f.fake.AwaitMessages(channel, n)
		}
	}
	if err := persist(ctx, func() (bool, error) { return f.nothingWaits(ctx) }); err != nil {
		f.t.Error(err)
	}
	if err := f.replica.end(); err != nil {
		f.t.Error(err)
	}
	for channel, n := range f.want {
		if got := len(f.fake.Messages(channel)); got != n {
			f.t.Errorf("%d messages in %s, want %d", got, channel, n)
		}
	}
	for _, channel := range f.posts {
		if got := f.discord.Count(channel); got != 1 {
			f.t.Errorf("%d messages in Discord's %s, want 1", got, channel)
		}
	}
	dead := 0
	if err := f.client.Outbox().Dead(ctx, func(redis.Dead) error { dead++; return nil }); err != nil || dead != f.dead {
		f.t.Errorf("%d dead letters, want %d; %v", dead, f.dead, err)
	}
}
