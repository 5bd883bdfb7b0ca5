package dispatch

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/alerts/schedule"
)

const (
	firstBackoff = time.Second
	maxBackoff   = 10 * time.Minute
	// attemptsAside is how often a head fails before it steps aside, if others
	// on its platform succeed meanwhile.
	attemptsAside = 5
	// maxAge ends the tries of what fails, counted from when it was first due.
	maxAge = 24 * time.Hour
	// lately is how long a success on a platform shows that it works.
	lately = 10 * time.Minute
	// shortPause is every day's business of a platform with limits, and not for
	// whoever reads the log.
	shortPause = 10 * time.Second
	// minAsked and maxAsked bound what a platform may ask for. The least is only
	// there so that a wish for no time at all does not spin.
	minAsked = 10 * time.Millisecond
	maxAsked = 6 * time.Hour
	// storeSkew is how far the store's clock, by which items are begun and due,
	// may be ahead of the platform's, by which messages are found.
	storeSkew = 5 * time.Minute
)

// verdict records what became of a send.
func (t *turn) verdict(ctx context.Context, p part, msg alerts.Delivery, r alerts.Receipt, err error) (outcome, step) {
	var refusal *alerts.SendError
	switch {
	case err == nil:
		t.counts.sent.Add(1)
		t.arrived(p)
		t.log.Info("alert sent", "key", msg.Key, "articles", articlesOf(p), "subscriptions", subscriptionsOf(p), "attempt", msg.Attempt)
		r.Thread = cmp.Or(r.Thread, msg.Thread)
		return t.done(ctx, p, r)
	case !errors.As(err, &refusal):
		return t.failed(ctx, p, err)
	case !refusal.Permanent:
		t.pauseScope(refusal)
		return t.refused(ctx, p, refusal, err), leave
	case refusal.Scope == alerts.ScopeMessage:
		return t.fail(ctx, p, err)
	}
	return t.refusedForGood(ctx, p, refusal, err), leave
}

func articlesOf(p part) []string {
	var out []string
	for _, a := range p.alerts {
		out = append(out, a.Article.ID)
	}
	return out
}

func subscriptionsOf(p part) []alerts.SubscriptionID {
	var out []alerts.SubscriptionID
	for _, a := range p.alerts {
		for _, s := range a.Subscriptions {
			out = append(out, s.ID)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// verdictDone is the name of the one verdict that must not get lost: without
// it the message would be sent again.
const verdictDone = "done"

// done records a message that is with its reader. Where that fails, it is
// remembered for the next claim.
func (t *turn) done(ctx context.Context, p part, r alerts.Receipt) (outcome, step) {
	lane := t.claim.Lane
	t.forget(p.key)
	t.recent.add(lane, t.cfg.Now())
	if t.holds.accepted(lane.Destination, r) {
		t.log.Info("sending is possible again")
	}
	t.unsaved.add(p.key, r, t.cfg.Now())
	if !t.record(ctx, verdictDone, func(ctx context.Context) error {
		return t.cfg.Outbox.Done(ctx, t.claim, p.key, r, r.NotBefore, p.keys()...)
	}) {
		return t.unrecorded(), leave
	}
	t.unsaved.remove(p.key)
	o := outcome{again: r.NotBefore, thread: r.Thread}
	if o.thread == "" && len(r.Messages) > 0 {
		o.thread = r.Messages[0]
	}
	return o, nextPart
}

// failed puts a part off that failed without a definite answer. The head of a
// lane steps aside when the fault seems to be its own.
func (t *turn) failed(ctx context.Context, p part, err error) (outcome, step) {
	attempts := p.attempt() + 1
	delay := t.backoff(attempts - 1)
	log := t.log.With("key", p.key, "attempts", attempts, "error", err)
	switch {
	case attempts < attemptsAside:
	case t.age(p) > maxAge:
		return t.fail(ctx, p, err)
	case t.recent.others(t.claim.Lane, t.cfg.Now()):
		log.Warn("send failed again; it steps aside")
		t.counts.aside.Add(1)
		if !t.record(ctx, "aside", func(ctx context.Context) error {
			return t.cfg.Outbox.Aside(ctx, t.claim, delay, err.Error(), p.keys()...)
		}) {
			return t.unrecorded(), leave
		}
		return outcome{again: t.cfg.Now().Add(delay), err: err, aside: true}, nextPart
	}
	log.Warn("send failed; it is tried again", "delay", delay)
	t.counts.retried.Add(1)
	if !t.record(ctx, "retry", func(ctx context.Context) error {
		return t.cfg.Outbox.Retry(ctx, t.claim, delay, err.Error(), p.keys()...)
	}) {
		return t.unrecorded(), leave
	}
	return outcome{again: t.cfg.Now().Add(delay), err: err}, leave
}

// fail moves a part to the dead letters.
func (t *turn) fail(ctx context.Context, p part, err error) (outcome, step) {
	t.log.Error("alert given up", "key", p.key, "error", err)
	t.counts.failed.Add(1)
	if !t.record(ctx, "fail", func(ctx context.Context) error {
		return t.cfg.Outbox.Fail(ctx, t.claim, err.Error(), p.keys()...)
	}) {
		return t.unrecorded(), leave
	}
	return outcome{}, nextPart
}

// refused gives the lane back after a definite refusal: no attempt counts, and
// the marks of the part are cleared.
func (t *turn) refused(ctx context.Context, p part, refusal *alerts.SendError, err error) outcome {
	span := asked(refusal)
	level := slog.LevelWarn
	if span < shortPause {
		level = slog.LevelDebug
	}
	t.log.Log(ctx, level, "the platform takes nothing for a while", "key", p.key, "scope", refusal.Scope.String(), "pause", span, "error", err)
	return t.giveBack(ctx, span, err, p.keys()...)
}

// pauseScope keeps everything quiet that a platform's wish covers.
func (t *turn) pauseScope(e *alerts.SendError) {
	if e.Scope > alerts.ScopeMessage {
		t.holds.pause(t.claim.Lane.Destination, e.Scope, asked(e))
	}
}

func asked(e *alerts.SendError) time.Duration {
	return min(max(e.After, minAsked), maxAsked)
}

// age is how long ago the oldest of p was first due.
func (t *turn) age(p part) time.Duration {
	var oldest time.Duration
	for _, i := range p.items {
		oldest = max(oldest, t.cfg.Now().Sub(t.due(i)))
	}
	return oldest
}

// due is when i could first be sent, by the settings as they are now.
func (t *turn) due(i alerts.Item) time.Time { return t.view.due(t.claim.Lane, i) }

func (v view) due(l alerts.Lane, i alerts.Item) time.Time {
	return schedule.Next(l.Schedule, v.settings.Quiet, v.location, i.Enqueued)
}

// since is the earliest time at which a send of p can have begun: when its
// oldest item was begun, or else was first due. Of a digest it is whichever is
// earlier: a part may hang below one that went out first, and is looked for
// there; and the settings may have changed since it was begun.
func (t *turn) since(p part) time.Time {
	since := t.cfg.Now()
	for _, i := range p.items {
		at := t.due(i)
		if !i.Begun.IsZero() && (!t.claim.IsDigest() || i.Begun.Before(at)) {
			at = i.Begun
		}
		if at.Before(since) {
			since = at
		}
	}
	return since.Add(-storeSkew)
}

// tried is when a send of p was last begun of which nothing is known, zero if
// there is none.
func (t *turn) tried(p part) time.Time {
	var last time.Time
	for _, i := range p.items {
		if i.Tried.After(last) {
			last = i.Tried
		}
	}
	if last.IsZero() {
		return last
	}
	return t.cfg.Now().Add(-time.Since(last))
}

// backoff is the pause after so many failures.
func (d *Dispatcher) backoff(failures int) time.Duration {
	return d.jittered(min(firstBackoff<<min(failures, 20), maxBackoff))
}

// successes remembers, by platform, the latest success and the latest one in
// another lane.
type successes struct {
	mu         sync.Mutex
	byPlatform map[string][2]success
}

type success struct {
	lane alerts.Lane
	at   time.Time
}

func (s *successes) add(lane alerts.Lane, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	platform := lane.Destination.Platform
	both := s.byPlatform[platform]
	if both[0].lane != lane {
		both[1] = both[0]
	}
	both[0] = success{lane, now}
	s.byPlatform[platform] = both
}

// others reports whether lately a lane other than this one was written to.
func (s *successes) others(lane alerts.Lane, now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, one := range s.byPlatform[lane.Destination.Platform] {
		if one.lane != lane && !one.at.IsZero() && now.Sub(one.at) <= lately {
			return true
		}
	}
	return false
}
