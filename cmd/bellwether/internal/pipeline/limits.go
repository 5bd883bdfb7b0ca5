package pipeline

import (
	"time"

	"github.com/bellwether/bellwether/alerts"
)

// gate is one limit of a platform, as it stands.
type gate interface {
	// open is the earliest time at which it lets the next message through.
	open() time.Time
	take(now time.Time)
}

// spacing lets one through each interval, and so many at once after a rest.
type spacing struct {
	interval time.Duration
	burst    int
	full     time.Time // when all of the burst is there again
}

func (g *spacing) open() time.Time {
	return g.full.Add(-time.Duration(g.burst-1) * g.interval)
}

func (g *spacing) take(now time.Time) {
	if g.full.Before(now) {
		g.full = now
	}
	g.full = g.full.Add(g.interval)
}

// window lets so many through in any time of its length.
type window struct {
	per  time.Duration
	went []time.Time // a ring of as many as it lets through
	next int
}

func newWindow(calls int, per time.Duration) *window {
	return &window{per: per, went: make([]time.Time, calls)}
}

func (g *window) open() time.Time {
	if g.went[g.next].IsZero() {
		return time.Time{}
	}
	return g.went[g.next].Add(g.per)
}

func (g *window) take(now time.Time) {
	g.went[g.next] = now
	g.next = (g.next + 1) % len(g.went)
}

// left counts what may still come before one of the last messages is a
// window's length old, and says when that is.
func (g *window) left(now time.Time) (calls int, reset time.Duration) {
	calls, first := len(g.went), time.Time{}
	for _, at := range g.went {
		if at.IsZero() || !at.Add(g.per).After(now) {
			continue
		}
		calls--
		if first.IsZero() || at.Before(first) {
			first = at
		}
	}
	if first.IsZero() {
		return calls, 0
	}
	return calls, first.Add(g.per).Sub(now)
}

// rules are a platform's limits. The documented ones say when a message is held
// back; those that are enforced may be wider.
type rules struct {
	channel, shared     func() gate // as documented
	channelHas, allHave func() gate // as enforced
	sharedBy            scope
	wholeSeconds        bool // Retry-After is in whole seconds
}

// scope is what a shared limit is of.
type scope uint8

const (
	ofWorkspace scope = iota
	ofPlatform
)

// Slack's limits: "1 message per second to a specific channel", of which short
// bursts are tolerated, and "several hundred messages per minute" to a
// workspace.
// Source: https://docs.slack.dev/apis/web-api/rate-limits
const (
	slackInterval   = time.Second
	slackTolerated  = 3
	slackWorkspace  = time.Minute / 300
	slackAtOnce     = 30
	slackEnforced   = time.Minute / 400
	slackAtOnceMost = 60
)

// Discord's limits: 50 calls a second for a bot; messages to a channel, as its
// answers tell, 5 in 5 seconds.
// Source: https://discord.com/developers/docs/topics/rate-limits
const (
	discordCalls      = 50
	discordPer        = time.Second
	discordInChannel  = 5
	discordChannelPer = 5 * time.Second
)

func rulesOf(platform string) rules {
	if platform == alerts.Discord {
		return discordRules()
	}
	return slackRules()
}

func slackRules() rules {
	each := func(interval time.Duration, burst int) func() gate {
		return func() gate { return &spacing{interval: interval, burst: burst} }
	}
	return rules{
		channel: each(slackInterval, 1), channelHas: each(slackInterval, slackTolerated),
		shared: each(slackWorkspace, slackAtOnce), allHave: each(slackEnforced, slackAtOnceMost),
		sharedBy: ofWorkspace, wholeSeconds: true,
	}
}

func discordRules() rules {
	channel := func() gate { return newWindow(discordInChannel, discordChannelPer) }
	all := func() gate { return newWindow(discordCalls, discordPer) }
	return rules{channel: channel, channelHas: channel, shared: all, allHave: all, sharedBy: ofPlatform}
}
