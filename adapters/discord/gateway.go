package discord

import (
	"cmp"
	"context"
	crand "crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/bellwether/bellwether/alerts"
)

// GatewayConfig is what a Gateway is made of. Logger and Now may be nil.
type GatewayConfig struct {
	Client *Client
	Leases Leases
	// Holder names this process among those that share the shards.
	Holder string
	Limits GatewayLimits
	Now    func() time.Time
	Logger *slog.Logger
}

// GatewayLimits are the times of a gateway. The zero value stands for the usual
// ones; tests scale them.
type GatewayLimits struct {
	// Hello is how long Discord may take to greet, and to begin a session. Ack
	// is how long it may leave heartbeats unacknowledged: one is sent every 41
	// seconds.
	Hello, Ack time.Duration
	// Lease is how long a shard is held, Renew how often that is renewed, and a
	// shard that another holds is asked for.
	Lease, Renew time.Duration
	// MinPause and MaxPause bound the pause before the next connection.
	MinPause, MaxPause time.Duration
	// Identify is the time between two sessions that begin.
	Identify time.Duration
}

const (
	helloTime = 30 * time.Second
	ackTime   = 100 * time.Second
	leaseTime = 30 * time.Second
	renewTime = 10 * time.Second
	minPause  = time.Second
	maxPause  = 2 * time.Minute
	// Source: https://discord.com/developers/docs/events/gateway#rate-limiting
	identifyTime = 5 * time.Second
	// mostShards bounds what is believed of Discord.
	mostShards = 1 << 14
)

func (l GatewayLimits) complete() GatewayLimits {
	return GatewayLimits{
		Hello: cmp.Or(l.Hello, helloTime), Ack: cmp.Or(l.Ack, ackTime),
		Lease: cmp.Or(l.Lease, leaseTime), Renew: cmp.Or(l.Renew, renewTime),
		MinPause: cmp.Or(l.MinPause, minPause), MaxPause: cmp.Or(l.MaxPause, maxPause),
		Identify: cmp.Or(l.Identify, identifyTime),
	}
}

// Gateway is the way in by Discord's gateway.
type Gateway struct {
	GatewayConfig
	lacking atomic.Int64 // shards that are held without a connection

	mu    sync.Mutex
	known plan
	begun int // sessions, since known was asked for
}

// NewGateway makes a gateway.
func NewGateway(c GatewayConfig) *Gateway {
	c.Limits = c.Limits.complete()
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	return &Gateway{GatewayConfig: c}
}

// Ready tells what keeps the gateway from taking what comes: nil when every
// shard that is held has its connection. Others may hold all of them.
func (g *Gateway) Ready() error {
	g.mu.Lock()
	asked := !g.known.asked.IsZero()
	g.mu.Unlock()
	if !asked {
		return errors.New("discord: it has not told how to connect")
	}
	if n := g.lacking.Load(); n > 0 {
		return fmt.Errorf("discord: %d shards have no connection", n)
	}
	return nil
}

// errShards: Discord wants other shards than there are.
var errShards = errors.New("the gateway wants other shards")

// Run holds shards and hands what they tell to handle until ctx ends: values of
// discordgo's event types, those of one shard one after the other. handle must
// return at once. It is not called any more when Run has returned. An error is
// one that Run can do nothing about, and says who can.
func (g *Gateway) Run(ctx context.Context, handle func(event any)) error {
	for again := false; ; again = true {
		p, err := g.plan(ctx)
		if err != nil {
			return err
		}
		if ctx.Err() != nil {
			return nil
		}
		ready, err := g.hold(ctx, p, handle)
		switch {
		case ctx.Err() != nil:
			return nil
		case errors.Is(err, errShards) && (ready || !again):
			g.Logger.WarnContext(ctx, "discord: it wants other shards; they are asked for", "shards", p.Shards)
		default:
			return err
		}
	}
}

// hold holds all the shards that it can get. ready: one of them had a session.
func (g *Gateway) hold(ctx context.Context, p plan, handle func(event any)) (ready bool, err error) {
	all, ctx := errgroup.WithContext(ctx)
	shards := make([]*shard, p.Shards)
	for i := range shards {
		s := &shard{Gateway: g, number: i, count: p.Shards, handle: handle}
		s.name = fmt.Sprintf("%d/%d", i, p.Shards)
		s.log = g.Logger.With("shard", s.name)
		shards[i] = s
		all.Go(func() error { return s.run(ctx) })
	}
	err = all.Wait()
	for _, s := range shards {
		ready = ready || s.ready
	}
	return ready, err
}

// plan is how Discord wants bots to connect.
// Source: https://discord.com/developers/docs/events/gateway#get-gateway-bot
type plan struct {
	URL    string `json:"url"`
	Shards int    `json:"shards"`
	Starts struct {
		Remaining   int   `json:"remaining"`
		ResetAfter  int64 `json:"reset_after"` // milliseconds
		Concurrency int   `json:"max_concurrency"`
	} `json:"session_start_limit"`

	asked time.Time
}

// planTime is how long a plan is believed.
const planTime = time.Hour

// ask asks Discord for its plan.
func (g *Gateway) ask(ctx context.Context) (plan, error) {
	var p plan
	err := g.Client.call(ctx, http.MethodGet, "gateway/bot", nil, &p)
	if err == nil {
		p.URL, err = gatewayAddress(p.URL)
	}
	if err == nil && (p.Shards < 1 || p.Shards > mostShards) {
		err = fmt.Errorf("%d shards: %w", p.Shards, errEvent)
	}
	if err != nil {
		return plan{}, fmt.Errorf("ask for Discord's gateway: %w", err)
	}
	p.Starts.Concurrency = max(p.Starts.Concurrency, 1)
	p.asked = g.Now()
	g.mu.Lock()
	defer g.mu.Unlock()
	g.known, g.begun = p, 0
	return p, nil
}

// plan asks until there is an answer, or the token is refused. At ctx's end it
// gives neither.
func (g *Gateway) plan(ctx context.Context) (plan, error) {
	b := backoff{limits: g.Limits}
	for {
		p, err := g.ask(ctx)
		if err == nil {
			return p, nil
		}
		if errors.Is(err, errToken) {
			return plan{}, err
		}
		pause := b.next()
		if asked, ok := errors.AsType[*alerts.SendError](err); ok {
			pause = max(pause, asked.After)
		}
		if ctx.Err() == nil {
			g.Logger.WarnContext(ctx, "discord: no gateway; it is tried again", "error", err, "pause", pause)
		}
		if !sleep(ctx, pause) {
			return plan{}, nil
		}
	}
}

// turn waits until another session may begin, and gives where; false at ctx's
// end. So many may begin in a day, and in every five seconds one of those whose
// shards have the same remainder.
func (g *Gateway) turn(ctx context.Context, shard int) (address string, ok bool, err error) {
	for ctx.Err() == nil {
		p, left := g.left()
		if left == 0 {
			var err error
			if p, err = g.plan(ctx); err != nil {
				return "", false, err
			}
			if wait := time.Duration(p.Starts.ResetAfter) * time.Millisecond; ctx.Err() == nil && p.Starts.Remaining <= 0 {
				g.Logger.WarnContext(ctx, "discord: no more sessions may begin today", "pause", wait)
				sleep(ctx, min(max(wait, g.Limits.MinPause), 24*time.Hour))
			}
			continue
		}
		// A lease that nobody renews or gives back, for it ends to the millisecond.
		mine, err := g.Leases.Hold(ctx, fmt.Sprintf("discord identify %d", shard%p.Starts.Concurrency), crand.Text(), g.Limits.Identify)
		if err != nil && ctx.Err() == nil {
			g.Logger.WarnContext(ctx, "discord: whether a session may begin is not known; it is asked again", "error", err)
			sleep(ctx, g.Limits.Identify)
			continue
		}
		if mine {
			g.mu.Lock()
			defer g.mu.Unlock()
			g.begun++
			return p.URL, true, nil
		}
		sleep(ctx, g.Limits.Identify/10+rand.N(g.Limits.Identify/10))
	}
	return "", false, nil
}

// left gives how many sessions may begin by what is known, 0 to ask again.
func (g *Gateway) left() (p plan, left int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.Now().Sub(g.known.asked) > planTime {
		return g.known, 0
	}
	return g.known, max(0, g.known.Starts.Remaining-g.begun)
}

// backoff gives pauses that grow.
type backoff struct {
	limits GatewayLimits
	last   time.Duration
}

func (b *backoff) next() time.Duration {
	b.last = min(max(b.last*2, b.limits.MinPause), b.limits.MaxPause)
	return b.last/2 + rand.N(b.last/2+1)
}

func (b *backoff) reset() { b.last = 0 }
