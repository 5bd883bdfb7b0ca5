package discord_test

import (
	"cmp"
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bellwether/bellwether/adapters/adaptertest"
	"github.com/bellwether/bellwether/adapters/adaptertest/await"
	"github.com/bellwether/bellwether/adapters/adaptertest/fakediscord"
	"github.com/bellwether/bellwether/adapters/adaptertest/fakediscord/spec"
	"github.com/bellwether/bellwether/adapters/discord"
	"github.com/bellwether/bellwether/adapters/redis"
	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/bot"
	"github.com/bellwether/bellwether/bot/dispatch"
	"github.com/bellwether/bellwether/bot/matching"
)

// rig is the bot in a fake Discord, with a real Redis behind it.
type rig struct {
	t          *testing.T
	fake       *fakediscord.Server
	store      *redis.Client
	client     *discord.Client
	app        *discord.App
	dispatcher *dispatch.Dispatcher
	matcher    *matching.Matcher
	web        *httptest.Server
	log        *adaptertest.Buffer
	changed    *await.Signal // the bot has answered, or was told of a place
	clock      *clock        // of the app

	// What every test finds there.
	guild              *fakediscord.Guild
	anna, ben          *fakediscord.User // anna manages channels
	trade, forum, news *fakediscord.Channel
	thread             *fakediscord.Channel
	editors            *fakediscord.Role // anna's
	readers            *fakediscord.Role // that alerts may mention
}

// way is how Discord comes in.
type way string

const (
	byGateway way = "gateway"
	byHTTP    way = "http"
)

// rigOptions change what newRig makes.
type rigOptions struct {
	fake    fakediscord.Options
	limits  discord.Limits
	lease   time.Duration
	workers int
	// pauseMatching leaves it to the test to call match.
	pauseMatching bool
	// plain leaves out the check of requests, which takes time.
	plain bool
	// wrap, unless nil, stands between the app and the bot.
	wrap func(discord.Handler) discord.Handler
	// before changes the fake before the app starts.
	before func(r *rig)
}

const manageChannels = 1 << 4

// newRig makes a server with anna, who manages channels, and ben, and starts
// the bot in it.
func newRig(t *testing.T, w way, o rigOptions) *rig {
	t.Helper()
	if o.fake.Messages.Calls == 0 {
		o.fake.Messages.Calls = -1
	}
	if o.fake.Global == 0 {
		o.fake.Global = -1
	}
	if !o.plain {
		o.fake.Validate = spec.Validate(t)
	}
	r := &rig{t: t, fake: fakediscord.New(t, o.fake), log: &adaptertest.Buffer{}, changed: &await.Signal{}, clock: &clock{}}
	r.people()
	if o.before != nil {
		o.before(r)
	}
	r.open(w, o)
	r.start(o.pauseMatching)
	// The answer, too, must be there: what a test counts from here on is its own.
	r.await("the command is registered", func() bool { return len(r.fake.Commands("")) == 1 && writes(r) == 1 })
	if w == byGateway {
		r.fake.AwaitGateway(1)
	}
	t.Cleanup(func() {
		r.fake.Clean()
		r.checkSecrets()
	})
	return r
}

func (r *rig) people() {
	f := r.fake
	r.guild = f.AddGuild(fakediscord.Guild{Name: "Policy desk"})
	r.editors = f.AddRole(fakediscord.Role{Guild: r.guild.ID, Name: "editors", Permissions: manageChannels})
	r.readers = f.AddRole(fakediscord.Role{Guild: r.guild.ID, Name: "readers", Mentionable: true})
	r.anna, r.ben = f.AddUser(fakediscord.User{Name: "anna"}), f.AddUser(fakediscord.User{Name: "ben"})
	f.AddMember(r.guild.ID, r.anna.ID, r.editors.ID)
	f.AddMember(r.guild.ID, r.ben.ID)
	r.trade = f.AddChannel(fakediscord.Channel{Guild: r.guild.ID, Name: "trade", Type: fakediscord.Text})
	r.news = f.AddChannel(fakediscord.Channel{Guild: r.guild.ID, Name: "news", Type: fakediscord.Announcement})
	r.forum = f.AddChannel(fakediscord.Channel{Guild: r.guild.ID, Name: "stories", Type: fakediscord.Forum})
	r.thread = f.AddChannel(fakediscord.Channel{Guild: r.guild.ID, Name: "steel", Type: fakediscord.PublicThread, Parent: r.trade.ID, Owner: r.anna.ID})
}

// httpClient is one whose connections end with the test.
func httpClient(t testing.TB) *http.Client {
	transport := &http.Transport{MaxIdleConnsPerHost: 512, MaxIdleConns: 512}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

func (r *rig) newClient(o discord.Limits) *discord.Client {
	return discord.NewClient(discord.ClientConfig{
		Token: fakediscord.Token, BaseURL: r.fake.API(), HTTP: httpClient(r.t), Rates: r.store.Rates(), Limits: o, Logger: r.logger(),
	})
}

func (r *rig) logger() *slog.Logger {
	return slog.New(slog.NewTextHandler(r.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

// open puts the parts together.
func (r *rig) open(w way, o rigOptions) {
	t := r.t
	var err error
	r.store, err = redis.Open(t.Context(), redis.Options{URL: adaptertest.Redis(t), Prefix: adaptertest.Prefix(t), Shards: 4, Solo: true})
	if err != nil {
		t.Fatal(err)
	}
	log := r.logger()
	b := bot.New(bot.Config{
		Store: r.store.Subscriptions(), Archive: r.store.Articles(), Outbox: r.store.Outbox(), Sources: noSources{}, Now: time.Now, Logger: log,
	})
	var handler discord.Handler = b
	if o.wrap != nil {
		handler = o.wrap(b)
	}
	r.client = r.newClient(o.limits)
	c := discord.Config{
		Handler: await.Bot{Handler: handler, Done: r.changed}, Places: await.Places{Places: b, Done: r.changed}, Subscriptions: r.store.Subscriptions(),
		Guilds: watchedGuilds{r.store.Workspaces(), r.changed}, Once: r.store.Marks(), Client: r.client, Zones: bot.Zones,
		Reachable: func(d alerts.Destination) { r.dispatcher.Unblock(d) }, Now: r.clock.now, Logger: log,
	}
	if w == byHTTP {
		c.PublicKey = r.fake.PublicKey()
	} else {
		c.Gateway = discord.NewGateway(discord.GatewayConfig{
			Client: r.client, Leases: r.store.Leases(), Holder: "test", Logger: log,
		})
	}
	r.app = discord.New(c)
	mux := http.NewServeMux()
	for pattern, h := range r.app.Routes() {
		mux.Handle(pattern, h)
	}
	r.web = httptest.NewServer(mux)
	if w == byHTTP {
		r.fake.HTTP(r.web.URL)
	} else {
		r.fake.Gateway()
	}
	r.dispatcher = dispatch.New(dispatch.Config{
		Outbox: r.store.Outbox(), Articles: r.store.Articles(), Subscriptions: r.store.Subscriptions(), Lease: o.lease,
		Messengers: []dispatch.Messenger{r.app.Messenger()}, Workers: cmp.Or(o.workers, 64), Blocked: r.app.Blocked, Logger: log,
	})
	r.matcher = matching.New(matching.Config{
		Log: r.store.Articles(), Subscriptions: r.store.Subscriptions(), Outbox: r.store.Outbox(), Logger: log,
	})
}

// start runs the parts until the test ends.
func (r *rig) start(pauseMatching bool) {
	parts := []func(context.Context) error{r.app.Run, r.dispatcher.Run}
	if !pauseMatching {
		parts = append(parts, r.matcher.Run)
	}
	ctx, stop := context.WithCancel(context.Background())
	var running sync.WaitGroup
	for _, part := range parts {
		running.Go(func() {
			if err := part(ctx); err != nil && ctx.Err() == nil {
				r.t.Errorf("a part ended: %v", err)
			}
		})
	}
	r.t.Cleanup(func() {
		stop()
		running.Wait()
		r.web.Close()
		if err := r.store.Close(); err != nil {
			r.t.Error(err)
		}
	})
}

// checkSecrets looks through the log: for the bot's token, and for those of
// interactions.
func (r *rig) checkSecrets() {
	for _, s := range []string{fakediscord.Token, "secret-token-"} {
		if strings.Contains(r.log.String(), s) {
			r.t.Errorf("the log holds a secret that begins with %q", s)
		}
	}
}

type noSources struct{}

func (noSources) Sources(context.Context) ([]alerts.SourceStatus, error) { return nil, nil }

// publish brings in an article.
func (r *rig) publish(id, title, body string) {
	r.t.Helper()
	_, _, err := r.store.Articles().Append(r.t.Context(), alerts.Article{
		ID: id, Title: title, Body: body, URL: "https://news.example.org/" + id, Publisher: "Example Gazette", Agency: "Example Wire",
		Language: "en", Published: time.Now().Add(-time.Minute), Received: time.Now(),
	}, false)
	if err != nil {
		r.t.Fatal(err)
	}
}

// in is a place in the server.
func (r *rig) in(c *fakediscord.Channel) alerts.Destination {
	return alerts.Destination{Platform: alerts.Discord, Workspace: r.guild.ID, Channel: c.ID}
}

func person(u *fakediscord.User) alerts.Person {
	return alerts.Person{Platform: alerts.Discord, User: u.ID}
}

// slash uses a subcommand and gives the answer.
func (r *rig) slash(u *fakediscord.User, channel, sub string, options ...fakediscord.Option) fakediscord.Message {
	r.t.Helper()
	return r.fake.AwaitReply(r.fake.Slash(u.ID, channel, sub, options...))
}

func last(all []fakediscord.Message) fakediscord.Message { return all[len(all)-1] }

func mustShow(t *testing.T, m fakediscord.Message, parts ...string) {
	t.Helper()
	for _, p := range parts {
		if !strings.Contains(m.Words(), p) {
			t.Errorf("the message does not show %q:\n%s", p, m.Words())
		}
	}
}

// await looks again whenever something changes in Discord, until f is true.
func (r *rig) await(what string, f func() bool) {
	r.t.Helper()
	await.Until(r.t, r.fake.Changed, what, f, r.state)
}

// until looks again whenever the bot did something, until f is true.
func (r *rig) until(what string, f func() bool) {
	r.t.Helper()
	await.Until(r.t, r.changed.Next, what, f, r.state)
}

// state tells what there is, for a test that fails.
func (r *rig) state() string { return r.log.String() + "\n" + r.fake.Summary() }

// pausedBy waits until a place is held because of why.
func (r *rig) pausedBy(d alerts.Destination, why alerts.Loss) {
	r.t.Helper()
	r.until(d.String()+" is held: "+string(why), func() bool {
		set, err := r.store.Subscriptions().Settings(r.t.Context(), d)
		if err != nil {
			r.t.Fatal(err)
		}
		return set.PausedBy == why
	})
}

// clock is that of the app; tests move it forward.
type clock struct {
	mu    sync.Mutex
	ahead time.Duration
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Now().Add(c.ahead)
}

func (c *clock) forward(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ahead += d
}

// watchedGuilds signals when a server was stored.
type watchedGuilds struct {
	discord.GuildStore
	done *await.Signal
}

func (w watchedGuilds) SaveWorkspace(ctx context.Context, s alerts.Workspace) (alerts.Workspace, error) {
	defer w.done.Give()
	return w.GuildStore.SaveWorkspace(ctx, s)
}
