package pipeline

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/bellwether/bellwether/adapters/redis"
	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/bot/dispatch"
)

// callTime ends a call that gets no answer. The adapters give platforms longer;
// a run with faults is not to take as long.
const callTime = 2 * time.Second

var errTurn = errors.New("the message has to wait for its turn")

// newPlatform makes the fake of a platform and what sends to it: in the place
// of adapters/slack or adapters/discord, keeping limits as they do, without
// their layouts and without HTTP.
func newPlatform(cfg Config, limits rules, l *ledger, rates *redis.Rates) (*platform, dispatch.Messenger) {
	p := newFake(cfg, limits, l)
	if cfg.Platform == alerts.Discord {
		return p, &discordLike{p, rates}
	}
	return p, &slackLike{platform: p, teams: map[string]*spacing{}, placed: map[alerts.Destination]time.Time{}}
}

// sent makes the error of a call what the dispatcher understands.
func sent(err error) error {
	if l, ok := errors.AsType[limited](err); ok {
		return alerts.RetryAfter(err, l.after, l.scope)
	}
	return fmt.Errorf("post a message: %w", err)
}

// find looks for a message that may have been taken.
func (p *platform) find(ctx context.Context, d alerts.Delivery) (alerts.Receipt, bool, error) {
	if !pause(ctx, p.latency) {
		return alerts.Receipt{}, false, ctx.Err()
	}
	return alerts.Receipt{Messages: []string{d.Key}}, p.ledger.has(d.Destination, d.Key), nil
}

// slackLike keeps to one message a second for a channel by its receipts, and to
// a workspace's limit by giving each channel a turn.
type slackLike struct {
	platform *platform
	mu       sync.Mutex
	teams    map[string]*spacing
	placed   map[alerts.Destination]time.Time
}

func (*slackLike) Platform() string { return alerts.Slack }

// Send implements dispatch.Messenger.
func (m *slackLike) Send(ctx context.Context, d alerts.Delivery) (alerts.Receipt, error) {
	if span := m.turn(d.Destination, time.Now()); span > 0 {
		m.platform.ledger.waits(d.Key)
		return alerts.Receipt{}, alerts.RetryAfter(errTurn, span, alerts.ScopeDestination)
	}
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	id, _, _, err := m.platform.post(ctx, d.Destination, d.Key)
	if err != nil {
		return alerts.Receipt{}, sent(err)
	}
	return alerts.Receipt{Messages: []string{id}, NotBefore: time.Now().Add(slackInterval)}, nil
}

// turn is how long a destination has to wait for its workspace.
func (m *slackLike) turn(d alerts.Destination, now time.Time) time.Duration {
	m.mu.Lock()
	defer m.mu.Unlock()
	if at, waits := m.placed[d]; waits {
		if span := at.Sub(now); span > 0 {
			return span
		}
		delete(m.placed, d)
		return 0
	}
	team := m.teams[d.Workspace]
	if team == nil {
		team = &spacing{interval: slackWorkspace, burst: slackAtOnce}
		m.teams[d.Workspace] = team
	}
	span := team.open().Sub(now)
	team.take(now)
	if span > 0 {
		m.placed[d] = now.Add(span)
	}
	return span
}

// Find implements dispatch.Finder.
func (m *slackLike) Find(ctx context.Context, d alerts.Delivery) (alerts.Receipt, bool, error) {
	return m.platform.find(ctx, d)
}

// discordLike asks for a turn before each call, by the limits that replicas
// share in Redis.
type discordLike struct {
	platform *platform
	rates    *redis.Rates
}

func (*discordLike) Platform() string { return alerts.Discord }

// Send implements dispatch.Messenger.
func (m *discordLike) Send(ctx context.Context, d alerts.Delivery) (alerts.Receipt, error) {
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	bucket := d.Destination.String()
	// As the adapter does, a little more than a second: calls differ in how long
	// they are on their way.
	span, err := m.rates.Take(ctx, bucket, "discord", discordCalls, discordPer*103/100, bucket)
	if err != nil {
		return alerts.Receipt{}, alerts.RetryAfter(err, time.Second, alerts.ScopeMessage)
	}
	if span > 0 {
		m.platform.ledger.waits(d.Key)
		return alerts.Receipt{}, alerts.RetryAfter(errTurn, span, alerts.ScopeDestination)
	}
	id, left, reset, err := m.platform.post(ctx, d.Destination, d.Key)
	if err != nil {
		return alerts.Receipt{}, sent(err)
	}
	r := alerts.Receipt{Messages: []string{id}}
	if left == 0 {
		r.Bucket, r.NotBefore = bucket, time.Now().Add(reset)
	}
	if err := m.rates.Learn(ctx, bucket, left, reset); err != nil {
		return r, nil //nolint:nilerr // the message is there; the next call asks again
	}
	return r, nil
}

// Find implements dispatch.Finder.
func (m *discordLike) Find(ctx context.Context, d alerts.Delivery) (alerts.Receipt, bool, error) {
	return m.platform.find(ctx, d)
}
