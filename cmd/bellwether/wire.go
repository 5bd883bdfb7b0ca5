package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/bellwether/bellwether/adapters/redis"
	"github.com/bellwether/bellwether/adapters/redis/embedded"
	"github.com/bellwether/bellwether/adapters/terminal"
	"github.com/bellwether/bellwether/adapters/web"
	"github.com/bellwether/bellwether/adapters/wire"
	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/bot"
	"github.com/bellwether/bellwether/bot/dispatch"
	"github.com/bellwether/bellwether/bot/ingest"
	"github.com/bellwether/bellwether/bot/matching"
	"github.com/bellwether/bellwether/bot/notices"
	"github.com/bellwether/bellwether/bot/pressure"
)

// Shards of the outbox: an embedded store has one process to share them.
const (
	defaultShards  = 64
	embeddedShards = 8
)

// app is the program's parts, put together.
type app struct {
	talk     *terminal.Terminal // nil where people talk on a platform
	slack    *slackParts        // nil without Slack
	discord  *discordParts      // nil without Discord
	bot      *bot.Bot
	ingest   *ingest.Ingester
	notices  *notices.Notifier
	matching *matching.Matcher
	dispatch *dispatch.Dispatcher
	pressure *pressure.Gauge
	web      *web.Server // nil without http.listen
	hubs     *hubs       // nil where hubs can't call
	faults   *faults
}

func newApp(cfg config, w world, log *slog.Logger, talk *terminal.Terminal, s *store, sources *sourceSet, watch *telemetry, once bool) (*app, error) {
	a := &app{talk: talk, faults: &faults{w: w}}
	report := func(string, alerts.ItemProblem) {}
	if once {
		report = func(_ string, p alerts.ItemProblem) {
			a.faults.note(p.Place, p.Err, log.Enabled(context.Background(), slog.LevelWarn))
		}
	}
	a.pressure = pressure.New(pressure.Config{
		Read: s.load, Bounds: cfg.bounds, Logger: log, Metrics: watch.of(cfg.has(roleIngest) || cfg.has(roleMatch)),
	})
	a.hubs = newHubs(cfg, s, sources, watch, log, once)
	var told ingest.Hubs
	if a.hubs != nil {
		told = a.hubs
	}
	a.ingest = ingest.New(ingest.Config{
		Hubs: told, Turns: s.client.Turns(), Turn: min(mostTurn, cfg.lease), Log: s.client.Articles(), Sources: sources.list, Added: besides{s.client.Sources(), sources}, Open: sources.open,
		Interval: cfg.interval, Intervals: sources.intervals,
		Pages: sources.pages, FirstPollIsHistory: cfg.history, Hold: a.pressure.Intake, Problem: report, Logger: log,
		Now: cfg.now, Metrics: watch.of(cfg.has(roleIngest)), Alive: watch.pulse.beat, Tracer: watch.tracer,
	})
	if a.hubs != nil {
		a.hubs.intake = a.ingest
	}
	a.notices = notices.New(notices.Config{
		Sources: a.ingest, Store: s.client.Notices(), Subscriptions: s.client.Subscriptions(), Archive: s.client.Articles(),
		Outbox: s.client.Outbox(), Added: s.client.Sources(), Logger: log, Now: cfg.now, Alive: watch.pulse.beat,
	})
	a.matching = matching.New(matching.Config{
		Log: s.client.Articles(), Subscriptions: s.client.Subscriptions(), Outbox: s.client.Outbox(), Logger: log,
		Hold: a.pressure.Matching, Now: cfg.now, Metrics: watch.of(cfg.has(roleMatch)), Alive: watch.pulse.beat, Tracer: watch.tracer,
	})
	a.bot = bot.New(bot.Config{
		Store: s.client.Subscriptions(), Archive: s.client.Articles(), Outbox: s.client.Outbox(),
		Sources: a.ingest, Added: s.client.Sources(), Feeds: sources.forChat(), Hold: a.pressure.Intake, AnHour: cfg.anHour, Now: cfg.now, Logger: log,
		Metrics: watch.of(cfg.has(roleChat)),
	})
	if err := a.dispatching(cfg, log, s, watch, once); err != nil {
		return nil, err
	}
	if cfg.listen != "" {
		routes := watch.routes(log)
		if cfg.has(roleIngest) && len(cfg.pushTokens) > 0 {
			routes["POST /articles"] = web.NewArticles(web.ArticlesConfig{
				Tokens: cfg.pushTokens, Decode: wire.DecodeBody, Intake: a.ingest, Logger: log,
				Busy: func(err error) bool { return errors.Is(err, ingest.ErrHeld) },
			})
		}
		maps.Copy(routes, a.hubs.routes(log))
		if cfg.has(roleMatch) {
			routes["GET /costs"] = serveCosts(a.matching.Costs, log)
		}
		if cfg.has(roleChat) {
			maps.Copy(routes, a.slack.routes())
			maps.Copy(routes, a.discord.routes())
		}
		a.web = web.New(web.Config{Addr: cfg.listen, Alive: watch.alive(), Ready: watch.shown(a.ready(cfg, s)), Routes: routes, Logger: log})
	}
	return a, nil
}

// dispatching makes the dispatcher, and the platforms that it sends to.
func (a *app) dispatching(cfg config, log *slog.Logger, s *store, watch *telemetry, once bool) error {
	c := dispatch.Config{
		Outbox: s.client.Outbox(), Articles: s.client.Articles(), Subscriptions: s.client.Subscriptions(),
		Messengers: []dispatch.Messenger{a.talk}, Sources: a.ingest, Notices: s.client.Notices(), Lease: cfg.lease, Sentences: cfg.sentences, Limit: cfg.anHour, Expire: cfg.expire,
		Logger: log, Now: cfg.now,
		Metrics: watch.of(cfg.has(roleDeliver)), Alive: watch.pulse.beat, Tracer: watch.tracer,
	}
	var told []func(alerts.Destination, alerts.Scope, error)
	unblock := func(d alerts.Destination) { a.dispatch.Unblock(d) }
	if cfg.slack.on() {
		var err error
		if a.slack, err = newSlack(cfg, s, a.bot, unblock, log); err != nil {
			return err
		}
		c.Messengers, told = append(c.Messengers, a.slack.app.Messenger()), append(told, a.slack.app.Blocked)
	}
	if cfg.discord.on() {
		a.discord = newDiscord(cfg, s, a.bot, unblock, log)
		c.Messengers, told = append(c.Messengers, a.discord.app.Messenger()), append(told, a.discord.app.Blocked)
	}
	if len(told) > 0 {
		c.Workers = platformWorkers
	}
	if once { // everything is delivered now
		c.Limit = 0
	} else { // else nobody carries out what follows
		c.Blocked = func(d alerts.Destination, scope alerts.Scope, err error) {
			for _, f := range told {
				f(d, scope, err)
			}
		}
	}
	a.dispatch = dispatch.New(c)
	return nil
}

// platformWorkers is how many lanes are written to at the same time: a channel
// that hangs holds one for as long as a call may take.
const platformWorkers = 512

// mostCall is how long a call of a platform may take.
const mostCall = 15 * time.Second

// callTimeout ends a call of a platform well before the lease ends under which
// it was begun.
func (c config) callTimeout() time.Duration { return min(mostCall, c.lease/2) }

// mostTurn is how long a replica that died keeps others from its sources.
const mostTurn = 12 * time.Second

// close ends the connections to the platforms.
func (a *app) close() {
	a.slack.close()
	a.discord.close()
}

func newTerminal(w world, cfg config, interactive bool) *terminal.Terminal {
	zone := cfg.timeZone
	if zone == "" {
		zone = localZone(w)
	}
	color := interactive
	if v, ok := w.lookup("CLICOLOR_FORCE"); ok && v != "" && v != "0" {
		color = true
	}
	if v, ok := w.lookup("NO_COLOR"); ok && v != "" {
		color = false
	}
	dumb := false
	if v, ok := w.lookup("TERM"); ok && v == "dumb" {
		color, dumb = false, true
	}
	return terminal.New(terminal.Options{
		In: w.stdin, Out: w.stdout, Interactive: interactive && !dumb,
		Color: color, Hyperlinks: color && interactive, TimeZone: zone,
	})
}

// store is the Redis that is used, with the server in this process if there
// is no other.
type store struct {
	client   *redis.Client
	embedded *embedded.Server // nil with a Redis of its own
	about    string           // for people
}

func openStore(ctx context.Context, cfg config, log *slog.Logger, metrics prometheus.Registerer) (*store, error) {
	if cfg.redisURL != "" {
		target, err := redis.ParseURL(cfg.redisURL)
		if err != nil {
			return nil, usageError{err}
		}
		shards := cfg.shards
		if shards == 0 {
			shards = defaultShards
		}
		client, err := redis.Open(ctx, redis.Options{
			URL: cfg.redisURL, Prefix: cfg.redisPrefix, Shards: shards, Reclaim: cfg.lease,
			Beat: time.Second, Wait: cfg.redisWait, WaitTime: cfg.redisWaitTime, Logger: log, Metrics: metrics,
		})
		if err != nil {
			return nil, err
		}
		return &store{client: client, about: "Redis at " + target.String()}, nil
	}
	return openEmbedded(ctx, cfg, log, metrics)
}

func openEmbedded(ctx context.Context, cfg config, log *slog.Logger, metrics prometheus.Registerer) (*store, error) {
	if err := os.MkdirAll(cfg.data, 0o700); err != nil {
		return nil, fmt.Errorf("making the data folder: %w", err)
	}
	file := filepath.Join(cfg.data, "bellwether.db")
	server, err := embedded.Open(ctx, file, log)
	if err != nil {
		return nil, err
	}
	if metrics != nil {
		metrics.MustRegister(server)
	}
	shards := cfg.shards
	if shards == 0 {
		shards = embeddedShards
	}
	client, err := redis.Open(ctx, redis.Options{
		URL: server.URL(), Prefix: cfg.redisPrefix, Shards: shards, Solo: true, Sync: server.Sync, Logger: log, Metrics: metrics,
	})
	if err != nil {
		return nil, errors.Join(err, server.Close())
	}
	return &store{client: client, embedded: server, about: "no Redis: embedded store in " + file}, nil
}

// load tells how full the store is.
func (s *store) load(ctx context.Context) (pressure.Load, error) {
	due, later, err := s.client.Outbox().Depth(ctx)
	if err != nil {
		return pressure.Load{}, err
	}
	l := pressure.Load{Waiting: due + later}
	if s.embedded == nil {
		l.Memory, l.Limit, err = s.client.Memory(ctx)
	}
	return l, err
}

// close saves last what the other parts left.
func (s *store) close() error {
	err := s.client.Close()
	if s.embedded != nil {
		err = errors.Join(err, s.embedded.Close())
	}
	return err
}
