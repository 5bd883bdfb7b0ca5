// Package slack lets people use Bellwether in Slack: slash commands, direct
// messages, mentions, buttons, modals and App Home come in, over Socket Mode or
// HTTP; replies and alerts go out. One app may be installed in many
// workspaces.
//
// What comes in is acknowledged at once and carried out after that, one thing
// after the other for each person. What is shown is made in package blockkit.
package slack

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	slackgo "github.com/slack-go/slack"
	"golang.org/x/sync/errgroup"

	"github.com/bellwether/bellwether/adapters/httpx/replay"
	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/bot/chat/desk"
)

// Config is what an App is made of. SigningSecret opens the way in by HTTP,
// AppToken that by Socket Mode; Reachable and Logger may be nil, and Limits
// zero.
type Config struct {
	Handler    Handler
	Places     Places
	Settings   Settings
	Workspaces WorkspaceStore
	Once       Once
	Rates      Rates
	Teams      *Teams

	SigningSecret string
	// Socket is a client with the app token, nil without Socket Mode.
	Socket *slackgo.Client
	// Connections is the number of sockets, 2 if it is 0: while Slack renews
	// one, the other takes what comes.
	Connections int
	// Reachable is told of places that Slack takes messages for again.
	Reachable func(d alerts.Destination)
	Limits    Limits
	Now       func() time.Time
	Logger    *slog.Logger
}

const (
	defaultConnections = 2
	// grace is how long what was acknowledged may go on after Run is to end.
	grace = 10 * time.Second
	// onceKept is for how long an event that comes again is known. Slack
	// repeats within an hour or so.
	onceKept = 6 * time.Hour
)

// App is Bellwether as people meet it in Slack.
type App struct {
	Config
	desk      *desk.Desk
	rooms     *rooms
	messenger *Messenger
	replays   *replay.Signatures
	homes     *homes
	open      []atomic.Bool // sockets by their number
	started   atomic.Bool   // Slack was reached, where there is a token to ask about
}

// New makes an App. Run has to be called for it to do anything.
func New(c Config) *App {
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Reachable == nil {
		c.Reachable = func(alerts.Destination) {}
	}
	if c.Connections <= 0 {
		c.Connections = defaultConnections
	}
	m := newMessenger(c)
	return &App{
		Config: c, desk: desk.New(c.Logger), rooms: m.rooms, messenger: m, replays: replay.New(signatureKept), homes: newHomes(c.Now),
		open: make([]atomic.Bool, c.Connections),
	}
}

// Messenger gives what sends alerts.
func (a *App) Messenger() *Messenger { return a.messenger }

// Run takes what comes in until ctx ends, then lets what was acknowledged end
// within ten seconds, and returns nil. A token that Slack refuses is an error
// at once.
func (a *App) Run(ctx context.Context) error {
	defer a.desk.Close(grace)
	parts, ctx := errgroup.WithContext(ctx)
	if a.Socket != nil {
		for n := range a.Connections {
			parts.Go(func() error { return a.listen(ctx, n) })
		}
	}
	parts.Go(func() error { return a.begin(ctx) })
	parts.Go(func() error { return a.keepHouse(ctx) })
	err := parts.Wait()
	if ctx.Err() != nil && errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

// Ready tells what keeps the bot from taking what comes from Slack; nil when
// nothing does: one socket is enough.
func (a *App) Ready() error {
	if !a.started.Load() {
		return errors.New("slack: it was not reached yet")
	}
	for i := range a.open {
		if a.Socket == nil || a.open[i].Load() {
			return nil
		}
	}
	return errors.New("slack: no socket is open")
}

// Where Slack calls, below the address that the bot is reached at.
const (
	pathCommands      = "/slack/commands"
	pathInteractivity = "/slack/interactivity"
	pathEvents        = "/slack/events"
	pathInstall       = "/slack/install"
	pathCallback      = "/slack/oauth/callback"
)

// Routes are the addresses that Slack calls; none without a signing secret.
func (a *App) Routes() map[string]http.Handler {
	if a.SigningSecret == "" {
		return nil
	}
	return map[string]http.Handler{
		"POST " + pathCommands:      a.signed(a.serveCommand),
		"POST " + pathInteractivity: a.signed(a.serveInteraction),
		"POST " + pathEvents:        a.signed(a.serveEvent),
	}
}

// origin is who did something in Slack, and where.
type origin struct {
	team, user, channel string
	id                  string // of the event; the same when it comes again
	trigger             string // opens a modal, for three seconds
	respond             string // where answers go; a secret
	thread              string // a time stamp
	mention             bool
}

// line keeps what one person does in order.
func (o origin) line() string { return o.team + " " + o.user }

func (o origin) person() alerts.Person {
	return alerts.Person{Platform: alerts.Slack, Workspace: o.team, User: o.user}
}

// at is a channel of the workspace, or with "" the person's direct message.
func (o origin) at(channel string) alerts.Destination {
	if channel == "" {
		return o.person().Direct()
	}
	return alerts.Destination{Platform: alerts.Slack, Workspace: o.team, Channel: channel}
}

// place is where it was done. In any direct message that is the person's own
// with the bot: in one between people the bot can't write.
func (o origin) place() alerts.Destination {
	if strings.HasPrefix(o.channel, "D") {
		return o.person().Direct()
	}
	return o.at(o.channel)
}

// first reports whether o is here for the first time. Where that can't be
// known it counts as such: the bot remembers by itself what it answered.
func (a *App) first(ctx context.Context, o origin) bool {
	if o.id == "" {
		return true
	}
	fresh, err := a.Once.Once(ctx, "slack "+o.team+" "+o.id, onceKept)
	if err != nil {
		a.warn(ctx, o, "an event that may have come before", err)
		return true
	}
	return fresh
}

// warn logs what went wrong beside the thing itself.
func (a *App) warn(ctx context.Context, o origin, what string, err error) {
	a.Logger.LogAttrs(ctx, slog.LevelWarn, "slack: part of an event failed", slog.String("part", what),
		slog.String("workspace", o.team), slog.String("channel", o.channel), slog.String("event", o.id),
		slog.Any("error", clean(err)))
}

// again lies between two tries to reach Slack at the start.
const again = 30 * time.Second

// begin finds the workspace of the settings' token. One that had removed the
// app and has it back goes on where it was. A token that Slack refuses is an
// error; a Slack that can't be reached is asked again.
func (a *App) begin(ctx context.Context) error {
	for {
		w, back, err := a.Teams.Start(ctx)
		refused, ok := errors.AsType[*alerts.SendError](err)
		switch {
		case err == nil:
			a.started.Store(true)
			if back {
				a.Installed(ctx, w, true, "")
			}
			return nil
		case ctx.Err() != nil:
			return nil
		case ok && refused.Permanent:
			return fmt.Errorf("%w: check SLACK_BOT_TOKEN; OAuth & Permissions in the app's settings shows it", err)
		}
		a.Logger.WarnContext(ctx, "slack: can't be reached yet; it is tried again", "error", err, "pause", again)
		timer := time.NewTimer(again)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return nil
		}
	}
}

// keepHouse deletes what is to be kept no longer, once an hour.
func (a *App) keepHouse(ctx context.Context) error {
	ticker := time.NewTicker(time.Hour)
	defer ticker.Stop()
	for {
		if err := a.purge(ctx); err != nil && ctx.Err() == nil {
			a.Logger.ErrorContext(ctx, "the data of an uninstalled workspace is not deleted; it is tried again", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}

// purge deletes the data of workspaces that removed the app long enough ago.
func (a *App) purge(ctx context.Context) error {
	gone, err := a.Teams.Expired(ctx)
	if err != nil {
		return fmt.Errorf("look for uninstalled workspaces: %w", err)
	}
	for _, w := range gone {
		n, err := a.Workspaces.ForgetWorkspace(ctx, alerts.Slack, w.ID)
		if err != nil {
			return fmt.Errorf("delete the data of workspace %s: %w", w.ID, err)
		}
		a.Teams.Forget(w.ID)
		a.Logger.InfoContext(ctx, "the data of an uninstalled workspace is deleted", "workspace", w.ID, "subscriptions", n)
	}
	return nil
}

// homes remembers who looked at App Home lately.
type homes struct {
	now func() time.Time

	mu   sync.Mutex
	seen map[alerts.Person]time.Time
}

// homeKept is how long after it was last opened an App Home is kept up to date
// with what others change. Opening it again shows it as it is.
const homeKept = 24 * time.Hour

func newHomes(now func() time.Time) *homes {
	return &homes{now: now, seen: map[alerts.Person]time.Time{}}
}

func (h *homes) opened(p alerts.Person) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.seen) >= mostKept {
		clear(h.seen)
	}
	h.seen[p] = h.now()
}

func (h *homes) open(p alerts.Person) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	at, ok := h.seen[p]
	return ok && h.now().Sub(at) < homeKept
}
