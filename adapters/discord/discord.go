// Package discord lets people use Bellwether in Discord: slash commands, direct
// messages, buttons, menus and modals come in, over the gateway or over HTTP;
// replies and alerts go out. One app may be in many servers, which Discord's
// API calls guilds.
//
// What comes in is acknowledged in time and carried out one thing after the
// other for each person. What is shown is made in package embed.
package discord

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/bellwether/bellwether/adapters/httpx/replay"
	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/bot/chat/desk"
)

// Config is what an App is made of. Reachable, Zones and Logger may be nil.
type Config struct {
	Handler       Handler
	Places        Places
	Subscriptions Subscriptions
	Guilds        GuildStore
	Once          Once
	Client        *Client

	// Application is the app's id; it is asked for where it is empty.
	Application string
	// PublicKey opens the way in by HTTP; nil without it.
	PublicKey ed25519.PublicKey
	// Gateway opens the way in by the gateway; nil without it.
	Gateway *Gateway
	// Zones gives time zones that what was typed so far may become.
	Zones func(typed string) []string
	// Reachable is told of places that Discord takes messages for again.
	Reachable func(d alerts.Destination)
	Now       func() time.Time
	Logger    *slog.Logger
}

const (
	// grace is how long what was acknowledged may go on after Run is to end.
	grace = 10 * time.Second
	// onceKept is for how long an interaction that comes again is known: longer
	// than its token is good.
	onceKept = time.Hour
	// again lies between two tries to reach Discord at the start.
	again = 30 * time.Second
)

// App is Bellwether as people meet it in Discord.
type App struct {
	Config
	desk      *desk.Desk
	rooms     *rooms
	messenger *Messenger
	replays   *replay.Signatures
	popular   *popular
	answers   sync.WaitGroup // of what the gateway brought
	started   atomic.Bool    // Discord was reached
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
	if c.Zones == nil {
		c.Zones = func(string) []string { return nil }
	}
	r := newRooms(c.Now)
	return &App{
		Config: c, desk: desk.New(c.Logger), rooms: r, messenger: newMessenger(c.Client, r),
		replays: replay.New(signatureKept), popular: newPopular(c.Now),
	}
}

// Messenger gives what sends alerts.
func (a *App) Messenger() *Messenger { return a.messenger }

// Run takes what comes in until ctx ends, then lets what was acknowledged end
// within ten seconds, and returns nil. A token that Discord refuses is an error
// at once.
func (a *App) Run(ctx context.Context) error {
	defer a.desk.Close(grace)
	parts, ctx := errgroup.WithContext(ctx)
	if a.Gateway != nil {
		parts.Go(func() error { return a.Gateway.Run(ctx, a.event) })
	}
	parts.Go(func() error { return a.begin(ctx) })
	parts.Go(func() error { return a.keepHouse(ctx) })
	err := parts.Wait()
	a.answers.Wait()
	if ctx.Err() != nil && errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

// Ready tells what keeps the bot from taking what comes from Discord; nil when
// nothing does.
func (a *App) Ready() error {
	if !a.started.Load() {
		return errors.New("discord: it was not reached yet")
	}
	if a.Gateway != nil {
		return a.Gateway.Ready()
	}
	return nil
}

// pathInteractions is where Discord calls, below the address that the bot is
// reached at.
const pathInteractions = "/discord/interactions"

// Routes are the addresses that Discord calls; none without a public key.
func (a *App) Routes() map[string]http.Handler {
	if len(a.PublicKey) == 0 {
		return nil
	}
	return map[string]http.Handler{"POST " + pathInteractions: http.HandlerFunc(a.serveInteraction)}
}

// begin registers the command, where it is not as Discord has it. A token that
// Discord refuses is an error; a Discord that can't be reached is asked again.
func (a *App) begin(ctx context.Context) error {
	for {
		said, err := a.introduce(ctx)
		refused, ok := errors.AsType[*alerts.SendError](err)
		switch {
		case err == nil:
			a.started.Store(true)
			a.Logger.InfoContext(ctx, "discord: the command is registered", "at_discord", said.before)
			a.Logger.InfoContext(ctx, "discord: this link adds the bot to a server", "link", Invite(said.app))
			return nil
		case ctx.Err() != nil:
			return nil
		case ok && refused.Permanent && refused.Scope == alerts.ScopePlatform:
			return err
		case ok && refused.Permanent:
			a.started.Store(true)
			a.Logger.ErrorContext(ctx, "discord: the command can't be registered; bellwether discord register tries it again", "error", err)
			return nil
		}
		a.Logger.WarnContext(ctx, "discord: can't be reached yet; it is tried again", "error", err, "pause", again)
		if !sleep(ctx, again) {
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
			a.Logger.ErrorContext(ctx, "the data of a server that removed the bot is not deleted; it is tried again", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}

// purge deletes the data of servers that removed the bot long enough ago.
func (a *App) purge(ctx context.Context) error {
	all, err := a.Guilds.Workspaces(ctx, alerts.Discord)
	if err != nil {
		return fmt.Errorf("list the servers: %w", err)
	}
	for _, w := range all {
		if w.Uninstalled.IsZero() || a.Now().Sub(w.Uninstalled) <= Keep {
			continue
		}
		n, err := a.Guilds.ForgetWorkspace(ctx, alerts.Discord, w.ID)
		if err != nil {
			return fmt.Errorf("delete the data of server %s: %w", w.ID, err)
		}
		a.Logger.InfoContext(ctx, "the data of a server that removed the bot is deleted", "guild", w.ID, "subscriptions", n)
	}
	return nil
}

// warn logs what went wrong beside the thing itself.
func (a *App) warn(ctx context.Context, o origin, what string, err error) {
	a.Logger.LogAttrs(ctx, slog.LevelWarn, "discord: part of an event failed", slog.String("part", what),
		slog.String("guild", o.guild), slog.String("channel", o.channel), slog.String("event", o.id), slog.Any("error", err))
}

// first reports whether o is here for the first time. Where that can't be known
// it counts as such: the bot remembers by itself what it answered.
func (a *App) first(ctx context.Context, o origin) bool {
	fresh, err := a.Once.Once(ctx, "discord "+o.id, onceKept)
	if err != nil {
		a.warn(ctx, o, "an event that may have come before", err)
		return true
	}
	return fresh
}
