package slack_test

import (
	"cmp"
	"context"
	"io"
	stdlog "log"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	slackgo "github.com/slack-go/slack"
	"go.uber.org/goleak"

	"github.com/bellwether/bellwether/adapters/adaptertest"
	"github.com/bellwether/bellwether/adapters/adaptertest/await"
	"github.com/bellwether/bellwether/adapters/adaptertest/fakeslack"
	"github.com/bellwether/bellwether/adapters/redis"
	"github.com/bellwether/bellwether/adapters/slack"
	"github.com/bellwether/bellwether/adapters/slack/seal"
	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/bot"
	"github.com/bellwether/bellwether/bot/dispatch"
	"github.com/bellwether/bellwether/bot/matching"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// testKey seals tokens in tests.
const testKey = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

// rig is the bot in a fake Slack, with a real Redis behind it.
type rig struct {
	t          *testing.T
	fake       *fakeslack.Server
	store      *redis.Client
	teams      *slack.Teams
	app        *slack.App
	dispatcher *dispatch.Dispatcher
	web        *httptest.Server // nil with Socket Mode
	log        *adaptertest.Buffer
	logged     *await.Signal // something was written to it
	changed    *await.Signal // of what the app did in the store
	parts      []func(context.Context) error
	matcher    *matching.Matcher
	limits     slack.Limits
}

// another gives the messenger of another process.
func (r *rig) another() *slack.Messenger {
	return slack.New(slack.Config{Teams: r.teams, Rates: r.store.Rates(), Limits: r.limits, Now: time.Now, Logger: slog.New(slog.NewTextHandler(r.log, nil))}).Messenger()
}

// match carries what was published into the outbox.
func (r *rig) match() {
	r.t.Helper()
	if err := r.matcher.Drain(r.t.Context()); err != nil {
		r.t.Fatal(err)
	}
}

// way is how Slack comes in.
type way string

const (
	bySocket way = "socket"
	byHTTP   way = "http"
)

// rigOptions change what newRig makes.
type rigOptions struct {
	fake   fakeslack.Options
	limits slack.Limits
	lease  time.Duration
	// workers of the dispatcher; 64 if it is 0.
	workers int
	// pauseMatching leaves it to the test to call match.
	pauseMatching bool
	// wrap, unless nil, stands between the app and the bot.
	wrap func(slack.Handler) slack.Handler
}

// newRig makes a team T1 with the people U1 (admin), U2, U3 (guest), and the
// channels C1 (public, made by U2) and C2 (private).
func newRig(t *testing.T, w way, o rigOptions) *rig {
	t.Helper()
	o.fake.Scopes, o.fake.Events = slack.Scopes(), slack.Events()
	fake := fakeslack.New(t, o.fake)
	fake.AddTeam("T1", true)
	fake.AddUser(fakeslack.User{ID: "U1", Team: "T1", Name: "anna", Zone: "Europe/Brussels", Admin: true})
	fake.AddUser(fakeslack.User{ID: "U2", Team: "T1", Name: "ben", Zone: "Asia/Tokyo"})
	fake.AddUser(fakeslack.User{ID: "U3", Team: "T1", Name: "guest", Guest: true})
	fake.AddChannel(fakeslack.Channel{ID: "C1", Team: "T1", Name: "trade", Creator: "U2"})
	fake.AddChannel(fakeslack.Channel{ID: "C2", Team: "T1", Name: "secret", Creator: "U2", Private: true})
	r := &rig{t: t, fake: fake, log: &adaptertest.Buffer{}, logged: &await.Signal{}, changed: &await.Signal{}, limits: o.limits}
	r.log.Wrote = r.logged.Give
	r.open(w, o)
	r.start()
	r.awaitLogged(learnt, 1)
	if w == bySocket {
		fake.AwaitConnections(2)
	}
	t.Cleanup(func() { r.checkSecrets() })
	return r
}

func (r *rig) api(token, appToken string) *slackgo.Client {
	return slackgo.New(token, slackgo.OptionAPIURL(r.fake.API()), slackgo.OptionAppLevelToken(appToken), slackgo.OptionLog(stdlog.New(io.Discard, "", 0)),
		slackgo.OptionHTTPClient(&http.Client{Timeout: 10 * time.Second, Transport: httpTransport(r.t)}))
}

func httpTransport(t *testing.T) *http.Transport {
	transport := &http.Transport{MaxIdleConnsPerHost: 512, MaxIdleConns: 512}
	t.Cleanup(transport.CloseIdleConnections)
	return transport
}

// open puts the parts together.
func (r *rig) open(w way, o rigOptions) {
	t := r.t
	var err error
	r.store, err = redis.Open(t.Context(), redis.Options{URL: adaptertest.Redis(t), Prefix: adaptertest.Prefix(t), Shards: 4, Solo: true})
	if err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.NewTextHandler(r.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	keys, err := seal.Parse(testKey)
	if err != nil {
		t.Fatal(err)
	}
	b := bot.New(bot.Config{
		Store: r.store.Subscriptions(), Archive: r.store.Articles(), Outbox: r.store.Outbox(), Sources: noSources{}, Now: time.Now, Logger: log,
	})
	r.teams = slack.NewTeams(slack.TeamsConfig{
		Store: r.store.Workspaces(), Keys: keys, BotToken: "xoxb-fake-T1", Now: time.Now, Logger: log,
		API: func(token string) *slackgo.Client { return r.api(token, "") },
	})
	var handler slack.Handler = b
	if o.wrap != nil {
		handler = o.wrap(b)
	}
	c := slack.Config{
		Handler: await.Bot{Handler: handler, Done: r.changed}, Places: await.Places{Places: b, Done: r.changed},
		Settings: r.store.Subscriptions(), Workspaces: r.store.Workspaces(), Once: r.store.Marks(), Rates: r.store.Rates(),
		Teams: r.teams, Limits: o.limits, Now: time.Now, Logger: log,
		Reachable: func(d alerts.Destination) { r.dispatcher.Unblock(d) },
	}
	if w == bySocket {
		c.Socket = r.api("", fakeslack.AppToken)
		r.fake.Socket()
	} else {
		c.SigningSecret = fakeslack.SigningSecret
	}
	r.app = slack.New(c)
	installer, err := slack.NewInstaller(slack.InstallerConfig{
		Teams: r.teams, Keys: keys, Once: r.store.Marks(), ClientID: fakeslack.ClientID, ClientSecret: fakeslack.ClientSecret,
		PublicURL: "http://placeholder", APIURL: r.fake.API(), HTTP: &http.Client{Transport: httpTransport(t)},
		Installed: r.app.Installed, Now: time.Now, Logger: log,
	})
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	for _, routes := range []map[string]http.Handler{r.app.Routes(), installer.Routes()} {
		for pattern, h := range routes {
			mux.Handle(pattern, h)
		}
	}
	r.web = httptest.NewServer(mux)
	installer.PublicURL = r.web.URL
	if w == byHTTP {
		r.fake.HTTP(r.web.URL)
	}
	r.dispatcher = dispatch.New(dispatch.Config{
		Outbox: r.store.Outbox(), Articles: r.store.Articles(), Subscriptions: r.store.Subscriptions(), Lease: o.lease,
		Messengers: []dispatch.Messenger{r.app.Messenger()}, Workers: cmp.Or(o.workers, 64), Blocked: r.app.Blocked, Logger: log,
	})
	r.matcher = matching.New(matching.Config{
		Log: r.store.Articles(), Subscriptions: r.store.Subscriptions(), Outbox: r.store.Outbox(), Logger: log,
	})
	r.parts = []func(context.Context) error{r.app.Run, r.dispatcher.Run}
	if !o.pauseMatching {
		r.parts = append(r.parts, r.matcher.Run)
	}
}

// start runs the parts until the test ends.
func (r *rig) start() {
	ctx, stop := context.WithCancel(context.Background())
	var running sync.WaitGroup
	for _, part := range r.parts {
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

// secrets are what must not be read anywhere.
var secrets = []string{"xoxb-fake", "xapp-fake", "fake-signing-secret", "fake-client-secret", "secret-response", "secret-ticket", testKey}

// checkSecrets looks through the log.
func (r *rig) checkSecrets() {
	for _, s := range secrets {
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

// one gives the last of messages.
func last(all []fakeslack.Message) fakeslack.Message { return all[len(all)-1] }

// text gives what a message shows.
func text(m fakeslack.Message) string { return fakeslack.Words(m.Blocks) }

func mustShow(t *testing.T, m fakeslack.Message, parts ...string) {
	t.Helper()
	for _, p := range parts {
		if !strings.Contains(text(m), p) {
			t.Errorf("the message does not show %q:\n%s", p, text(m))
		}
	}
}
