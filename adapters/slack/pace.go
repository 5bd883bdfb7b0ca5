package slack

import (
	"context"
	"sync"
	"time"

	"github.com/bellwether/bellwether/alerts"
)

// Limits are what Slack takes. The zero value stands for Slack's own; tests
// scale them.
type Limits struct {
	// Channel is the time between two messages to one channel.
	Channel time.Duration
	// Workspace is the messages a minute to all of a workspace.
	Workspace int
	// Timeout ends a call that gets no answer.
	Timeout time.Duration
}

// Slack's limits: "1 message per second to a specific channel" and "several
// hundred messages per minute" to a workspace, which we read as 300.
// Source: https://docs.slack.dev/apis/web-api/rate-limits
const (
	channelInterval    = time.Second
	workspacePerMinute = 300
	callTimeout        = 15 * time.Second
)

func (l Limits) complete() Limits {
	if l.Channel <= 0 {
		l.Channel = channelInterval
	}
	if l.Workspace <= 0 {
		l.Workspace = workspacePerMinute
	}
	if l.Timeout <= 0 {
		l.Timeout = callTimeout
	}
	return l
}

// pacer keeps messages within Slack's limits: those of a workspace together
// with all replicas. What a channel takes is kept by the outbox, which lets one
// replica at a time write to it; only of tries that failed it does not know.
type pacer struct {
	limits Limits
	rates  Rates

	mu    sync.Mutex
	teams map[string]*teamPace
}

type teamPace struct {
	tried map[alerts.Destination]time.Time // when a message was last sent, whatever became of it
	swept time.Time
	// refused counts the channels in a row that Slack asked for time, with
	// nothing accepted between.
	refused map[string]bool
}

const (
	// refusedInARow is how many channels in a row have to be asked for time
	// until that is taken for the limit of the whole workspace: Slack does not
	// say which of its limits was met.
	refusedInARow = 8
	// storePause follows limits that could not be asked for.
	storePause = time.Second
)

func newPacer(l Limits, r Rates) *pacer {
	return &pacer{limits: l, rates: r, teams: map[string]*teamPace{}}
}

func (p *pacer) team(id string) *teamPace {
	t := p.teams[id]
	if t == nil {
		t = &teamPace{tried: map[alerts.Destination]time.Time{}, refused: map[string]bool{}}
		p.teams[id] = t
	}
	return t
}

// limitOf names the limit of a workspace.
func limitOf(workspace string) string { return "slack " + workspace }

// wait is how long d has to wait until a message may be sent to it. At 0 the
// message is counted, though it may fail: a try takes the place of a message. A
// destination that has to wait for its workspace keeps its turn.
func (p *pacer) wait(ctx context.Context, d alerts.Destination, now time.Time) (time.Duration, error) {
	if span := p.quiet(d, now); span > 0 {
		return span, nil
	}
	span, err := p.rates.Take(ctx, d.String(), limitOf(d.Workspace), p.limits.Workspace, time.Minute, "")
	if err != nil || span > 0 {
		return span, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.team(d.Workspace).tried[d] = now
	return 0, nil
}

// quiet is how long d wants nothing after what this process last sent.
func (p *pacer) quiet(d alerts.Destination, now time.Time) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	t := p.team(d.Workspace)
	t.sweep(now)
	return t.tried[d].Add(p.limits.Channel).Sub(now)
}

// sweep forgets tries of long ago.
func (t *teamPace) sweep(now time.Time) {
	const kept = time.Minute
	if now.Sub(t.swept) < kept {
		return
	}
	t.swept = now
	for d, at := range t.tried {
		if now.Sub(at) > kept {
			delete(t.tried, d)
		}
	}
}

// accepted notes that the workspace takes messages.
func (p *pacer) accepted(workspace string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	clear(p.team(workspace).refused)
}

// asked notes that Slack asked for the time after when a message was sent to
// channel, and tells how far that reaches. If it is the workspace, all replicas
// leave it alone.
func (p *pacer) asked(ctx context.Context, workspace, channel string, after time.Duration) (alerts.Scope, error) {
	if !p.refused(workspace, channel) {
		return alerts.ScopeDestination, nil
	}
	return alerts.ScopeWorkspace, p.rates.Stop(ctx, limitOf(workspace), after)
}

func (p *pacer) refused(workspace, channel string) (all bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	t := p.team(workspace)
	t.refused[channel] = true
	if len(t.refused) < refusedInARow {
		return false
	}
	clear(t.refused)
	return true
}
