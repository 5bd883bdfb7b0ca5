package dispatch

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"time"

	"github.com/bellwether/bellwether/alerts"
)

const (
	// storePause follows a store that could not be read.
	storePause = 5 * time.Second
	// verdictTime bounds the tries to record one verdict; that a message was
	// sent is tried for as long as the lease lasts.
	verdictTime = 5 * time.Second
)

var errUnsaved = errors.New("the outbox could not be saved")

var errUnrecorded = errors.New("the outbox took no verdict; the lease has to run out")

// turn is one claim being worked on.
type turn struct {
	*Dispatcher
	claim     alerts.Claim
	messenger Messenger
	counts    *meter // of its platform
	view      view
	// end is that of the lease by our clock; deadline ends sends, a tenth of the
	// lease before.
	end, deadline time.Time
	begun         time.Time       // by our clock, monotonic
	stop          <-chan struct{} // closed when nothing new is to be begun
	log           *slog.Logger
}

// outcome is how a claim was left: when its lane is due again if it was put
// off (zero if not), and the error that it was put off for.
type outcome struct {
	again  time.Time
	err    error
	aside  bool   // only the failed part was put off, and the lane goes on
	thread string // where what follows the message that was sent belongs, by the platform's id
}

// step says how a turn goes on after a part.
type step uint8

const (
	sendIt   step = iota // the part has no verdict yet
	nextPart             // it has one
	leave                // the claim is over
)

// deliver works on a claim until everything in it has a verdict, or the rest
// was given back. end is that of the lease, by our clock.
func (d *Dispatcher) deliver(ctx context.Context, stop <-chan struct{}, c alerts.Claim, end time.Time) outcome {
	t := &turn{
		Dispatcher: d, claim: c, messenger: d.messengers[c.Lane.Destination.Platform],
		counts: d.metrics.of(c.Lane.Destination.Platform), begun: time.Now(), end: end, deadline: end.Add(-d.cfg.Lease / 10), stop: stop,
		log: d.cfg.Logger.With("destination", c.Lane.Destination.String(), "schedule", c.Lane.Schedule.String()),
	}
	if t.messenger == nil {
		return t.leaveToOthers(ctx)
	}
	span, blocked := d.holds.wait(c.Lane.Destination)
	if span > 0 && !blocked {
		return t.giveBack(ctx, span, nil)
	}
	var parts []part
	var err error
	if t.view, err = d.view(ctx, c); err == nil && blocked {
		if d.holds.changed(c.Lane.Destination, t.view.settings) {
			span, blocked = d.holds.wait(c.Lane.Destination)
		}
		switch {
		case blocked:
			return t.blocked(ctx, span)
		case span > 0:
			return t.giveBack(ctx, span, nil)
		}
	}
	if err == nil {
		parts, err = d.parts(ctx, c, t.view)
	}
	if err != nil {
		t.log.Warn("alerts can't be read; they are tried again", "error", err)
		return t.giveBack(ctx, storePause, err)
	}
	return t.parts(ctx, parts)
}

// parts sends one after the other. Those of a digest hang below the first that
// this claim has sent, or has found to be sent. What is given back begins
// anew at the next claim, outside of that thread, for nothing remembers it.
func (t *turn) parts(ctx context.Context, parts []part) outcome {
	total, number := 0, 0
	for _, p := range parts {
		if len(p.alerts) > 0 || p.early {
			total++
		}
	}
	thread := ""
	var put outcome // of a part that stepped aside
	for _, p := range parts {
		if p.early {
			return t.giveBack(ctx, max(amendPause, t.cfg.Lease/4), nil)
		}
		if len(p.alerts) == 0 {
			if !t.clear(ctx, &p) {
				return t.unrecorded()
			}
			continue
		}
		number++
		if t.stopping() || number > 1 && time.Until(t.deadline) < t.cfg.Lease/4 {
			return t.giveBack(ctx, 0, nil)
		}
		var reading *alerts.Reading
		if number == total && t.claim.Lane.Schedule.IsDigest() {
			reading = t.proof(ctx)
		}
		o, next := t.part(ctx, p, alerts.Delivery{
			Key: p.key, Destination: t.claim.Lane.Destination, Schedule: t.claim.Lane.Schedule, Settings: t.view.settings,
			Alerts: p.alerts, Part: number, Parts: total, Gathered: t.claim.Gathered, Reading: reading, Attempt: p.attempt(), Since: t.since(p), Tried: t.tried(p), Thread: thread,
		})
		if t.claim.IsDigest() {
			thread = cmp.Or(thread, o.thread)
		}
		if o.aside {
			put = o
		}
		if next == leave || number == total && !put.aside {
			return o
		}
		if o.err == nil && number < total && !t.pace(o.again) {
			return t.giveBack(ctx, o.again.Sub(t.cfg.Now()), nil)
		}
	}
	return put
}

// pace waits until the platform wants the next part; false if that is too far
// away for this claim.
func (t *turn) pace(until time.Time) bool {
	span := until.Sub(t.cfg.Now())
	if span <= 0 {
		return true
	}
	return time.Until(t.deadline) > span+t.cfg.Lease/4 && !wait(t.stop, span)
}

// part takes one message to its verdict.
func (t *turn) part(ctx context.Context, p part, msg alerts.Delivery) (outcome, step) {
	ctx, span := t.traced(ctx, msg)
	defer span.End()
	if r, sent := t.unsaved.get(p.key); sent {
		t.counts.found.Add(1)
		return t.done(ctx, p, r)
	}
	if o, next := t.edit(ctx, p, msg); next != sendIt {
		return o, next
	}
	if !p.uncertain() && t.unheard(p) {
		return t.drop(ctx, p)
	}
	if p.uncertain() {
		if o, next := t.find(ctx, p, msg); next != sendIt {
			return o, next
		}
	}
	if p.look {
		return t.drop(ctx, p)
	}
	if !t.clear(ctx, &p) {
		return t.unrecorded(), leave
	}
	if why, span := t.mustWait(); span > 0 {
		return t.putOff(ctx, why, span), leave
	}
	msg.Limit, msg.LimitUntil = t.lastBefore()
	return t.send(ctx, p, msg)
}

// send marks, sends, and gives the verdict.
func (t *turn) send(ctx context.Context, p part, msg alerts.Delivery) (outcome, step) {
	keys := p.keys()
	if !t.record(ctx, "sending", func(ctx context.Context) error { return t.cfg.Outbox.Sending(ctx, t.claim, keys...) }) {
		return t.unrecorded(), leave
	}
	if !t.record(ctx, "save", t.cfg.Outbox.Saved) {
		return t.giveBack(ctx, storePause, errUnsaved, keys...), leave
	}
	if t.stopping() { // marked, but not begun
		return t.giveBack(ctx, 0, nil, keys...), leave
	}
	sending, cancel := context.WithDeadline(ctx, t.deadline)
	defer cancel()
	begun := time.Now()
	receipt, err := t.call(func() (alerts.Receipt, error) { return t.sendTraced(sending, msg) })
	t.counts.called(time.Since(begun), err)
	if err != nil && ctx.Err() != nil {
		// We were made to stop. Whether it arrived is for the next claim to find
		// out, so the mark stays.
		return t.giveBack(ctx, 0, err), leave
	}
	return t.verdict(ctx, p, msg, receipt, err)
}

// clear gives their verdict to the items of p that are not sent, and takes
// them out of p.
func (t *turn) clear(ctx context.Context, p *part) bool {
	for key, why := range p.lost {
		if errors.Is(why, errExpired) {
			t.counts.expired.Add(1)
		}
		t.log.Error("alert given up", "key", key, "error", why)
		if !t.record(ctx, "fail", func(ctx context.Context) error { return t.cfg.Outbox.Fail(ctx, t.claim, why.Error(), key) }) {
			return false
		}
		t.counts.failed.Add(1)
	}
	if len(p.gone) > 0 {
		if !t.record(ctx, "drop", func(ctx context.Context) error { return t.cfg.Outbox.Drop(ctx, t.claim, p.gone...) }) {
			return false
		}
		t.counts.dropped.Add(int64(len(p.gone)))
	}
	p.without()
	return true
}

// without takes what is gone or lost out of the part.
func (p *part) without() {
	if len(p.gone)+len(p.lost) == 0 {
		return
	}
	gone := map[string]bool{}
	for _, k := range p.gone {
		gone[k] = true
	}
	var kept []alerts.Item
	for _, i := range p.items {
		if !gone[i.Key] && p.lost[i.Key] == nil {
			kept = append(kept, i)
		}
	}
	p.items, p.gone, p.lost = kept, nil, nil
}

// find looks whether an earlier try of p arrived. A messenger that can't look
// sends again, unless its mark says that it did.
func (t *turn) find(ctx context.Context, p part, msg alerts.Delivery) (outcome, step) {
	if _, ok := t.messenger.(Marker); ok && p.marked() {
		t.counts.found.Add(1)
		return t.done(ctx, p, alerts.Receipt{Messages: []string{p.key}})
	}
	finder, ok := t.messenger.(Finder)
	if !ok {
		if p.marked() {
			t.counts.repeated.Add(1)
			t.log.Warn("an earlier send was cut off; it is sent again and may show twice", "key", p.key)
		}
		return outcome{}, sendIt
	}
	looking, cancel := context.WithDeadline(ctx, t.deadline)
	defer cancel()
	found := false
	receipt, err := t.call(func() (r alerts.Receipt, err error) {
		r, found, err = finder.Find(looking, msg)
		return r, err
	})
	switch {
	case err != nil && ctx.Err() != nil:
		return t.giveBack(ctx, 0, err), leave
	case err != nil:
		return t.unknowable(ctx, p, err)
	case !found:
		t.forget(p.key)
		return outcome{}, sendIt
	}
	t.counts.found.Add(1)
	if p.look { // it was withdrawn since
		p.edits, p.sent = receipt.Messages, p.key
		if o, next := t.edit(ctx, p, msg); next != sendIt {
			return o, next
		}
	}
	return t.done(ctx, p, receipt)
}

// unknowable puts off a part of which can't be known whether it arrived. It
// goes to the dead letters when that stays so for a day.
func (t *turn) unknowable(ctx context.Context, p part, err error) (outcome, step) {
	var refusal *alerts.SendError
	if errors.As(err, &refusal) && !refusal.Permanent {
		t.pauseScope(refusal)
		return t.giveBack(ctx, asked(refusal), err), leave
	}
	t.mu.Lock()
	t.unknown[p.key]++
	tries := t.unknown[p.key]
	t.mu.Unlock()
	if tries >= attemptsAside && t.age(p) > maxAge {
		t.forget(p.key)
		return t.fail(ctx, p, fmt.Errorf("can't find out whether it arrived: %w", err))
	}
	t.log.Warn("can't find out whether an earlier send arrived; it is looked for again", "key", p.key, "error", err)
	return t.giveBack(ctx, t.backoff(tries-1), err), leave
}

func (t *turn) forget(key string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.unknown, key)
}

// call contains a panic of a messenger: it is an error of that send.
func (t *turn) call(f func() (alerts.Receipt, error)) (r alerts.Receipt, err error) {
	defer func() {
		if p := recover(); p != nil {
			t.log.Error("messenger panicked", "panic", p, "stack", string(debug.Stack()))
			err = fmt.Errorf("messenger panicked: %v", p)
		}
	}()
	return f()
}

// giveBack ends the claim and leaves the marks of all but keys as they are.
func (t *turn) giveBack(ctx context.Context, span time.Duration, why error, keys ...string) outcome {
	span = max(span, 0)
	t.counts.deferred.Add(1)
	if !t.record(ctx, "defer", func(ctx context.Context) error { return t.cfg.Outbox.Defer(ctx, t.claim, span, keys...) }) {
		return t.unrecorded()
	}
	return outcome{again: t.cfg.Now().Add(span), err: why}
}

// unrecorded is how a claim is left that its lease has to end.
func (t *turn) unrecorded() outcome {
	return outcome{again: t.cfg.Now().Add(time.Until(t.end)), err: errUnrecorded}
}

// record tries to get a verdict into the outbox; a stale one is over. Where it
// can't be recorded, the lease runs out.
func (t *turn) record(ctx context.Context, what string, f func(context.Context) error) bool {
	for {
		err := t.try(ctx, f)
		switch {
		case err == nil:
			return true
		case errors.Is(err, alerts.ErrStale):
			t.counts.stale.Add(1)
			t.log.Warn("the lease ended before the verdict", "verdict", what)
			return false
		case what != verdictDone || t.stopping() || !time.Now().Before(t.end):
			t.log.Error("verdict not recorded; the lease will run out", "verdict", what, "error", err)
			return false
		}
	}
}

// try calls f until it succeeds, the verdict is stale, or verdictTime is over.
func (t *turn) try(ctx context.Context, f func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), verdictTime)
	defer cancel()
	for pause := 50 * time.Millisecond; ; pause *= 2 {
		err := f(ctx)
		if err == nil || errors.Is(err, alerts.ErrStale) || ctx.Err() != nil || wait(ctx.Done(), t.jittered(pause)) {
			return err
		}
	}
}

func (t *turn) stopping() bool {
	select {
	case <-t.stop:
		return true
	default:
		return false
	}
}
