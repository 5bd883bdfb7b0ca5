package slack

import (
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/bellwether/bellwether/alerts"
)

// Limits are what Slack takes. The zero value stands for Slack's own; tests
// scale them.
type Limits struct {
	// Channel is the time between two messages to one channel.
	Channel time.Duration
	// Workspace is the messages a minute to all of a workspace, WorkspaceBurst
	// how many of them may come at once.
	Workspace      int
	WorkspaceBurst int
	// Timeout ends a call that gets no answer.
	Timeout time.Duration
}

// Slack's limits: "1 message per second to a specific channel" and "several
// hundred messages per minute" to a workspace, which we read as 300.
// Source: https://docs.slack.dev/apis/web-api/rate-limits
const (
	channelInterval    = time.Second
	workspacePerMinute = 300
	workspaceBurst     = 30
	callTimeout        = 15 * time.Second
)

func (l Limits) complete() Limits {
	if l.Channel <= 0 {
		l.Channel = channelInterval
	}
	if l.Workspace <= 0 {
		l.Workspace = workspacePerMinute
	}
	if l.WorkspaceBurst <= 0 {
		l.WorkspaceBurst = workspaceBurst
	}
	if l.Timeout <= 0 {
		l.Timeout = callTimeout
	}
	return l
}

// pacer keeps a workspace's messages within its limit. A destination that has
// to wait gets a place in the future and keeps it, so that those who wait are
// served in the order in which they came.
type pacer struct {
	limits Limits

	mu    sync.Mutex
	teams map[string]*teamPace
}

type teamPace struct {
	bucket *rate.Limiter
	placed map[alerts.Destination]time.Time // when those who wait may send
	tried  map[alerts.Destination]time.Time // when a message was last sent, whatever became of it
	swept  time.Time
	// refused counts the channels in a row that Slack asked for time, with
	// nothing accepted between.
	refused map[string]bool
}

// refusedInARow is how many channels in a row have to be asked for time until
// that is taken for the limit of the whole workspace: Slack does not say which
// of its limits was met.
const refusedInARow = 8

func newPacer(l Limits) *pacer { return &pacer{limits: l, teams: map[string]*teamPace{}} }

func (p *pacer) team(id string) *teamPace {
	t := p.teams[id]
	if t == nil {
		t = &teamPace{
			bucket:  rate.NewLimiter(rate.Limit(float64(p.limits.Workspace)/60), p.limits.WorkspaceBurst),
			placed:  map[alerts.Destination]time.Time{},
			tried:   map[alerts.Destination]time.Time{},
			refused: map[string]bool{},
		}
		p.teams[id] = t
	}
	return t
}

// wait is how long d has to wait until a message may be sent to it. At 0 the
// message is counted, though it may fail: a try takes the place of a message.
func (p *pacer) wait(d alerts.Destination, now time.Time) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	t := p.team(d.Workspace)
	t.sweep(now)
	if span := t.tried[d].Add(p.limits.Channel).Sub(now); span > 0 {
		return span
	}
	if at, placed := t.placed[d]; placed {
		if span := at.Sub(now); span > 0 {
			return span
		}
		delete(t.placed, d)
	} else if span := t.bucket.ReserveN(now, 1).DelayFrom(now); span > 0 {
		t.placed[d] = now.Add(span)
		return span
	}
	t.tried[d] = now
	return 0
}

// sweep forgets tries of long ago, and places that nobody came for: what waited
// was not wanted any more.
func (t *teamPace) sweep(now time.Time) {
	const kept = time.Minute
	if now.Sub(t.swept) < kept {
		return
	}
	t.swept = now
	for d, at := range t.placed {
		if now.Sub(at) > kept {
			delete(t.placed, d)
		}
	}
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

// asked notes that Slack asked for time when a message was sent to channel,
// and tells how far that reaches.
func (p *pacer) asked(workspace, channel string) alerts.Scope {
	p.mu.Lock()
	defer p.mu.Unlock()
	t := p.team(workspace)
	t.refused[channel] = true
	if len(t.refused) < refusedInARow {
		return alerts.ScopeDestination
	}
	clear(t.refused)
	return alerts.ScopeWorkspace
}
