package dispatch

import (
	"context"
	"errors"
	"time"

	"github.com/bellwether/bellwether/alerts"
)

// blockedLook lies between two looks at a lane whose platform refuses it for
// good. It is much shorter than such a pause, which only holds knows: so a lane
// goes on soon after [Dispatcher.Unblock], a success elsewhere or a change of its
// settings by another replica ended that, and loses what nobody wants any more. A look costs a claim, a read of the
// settings and subscriptions and a deferral, no article and no call of the
// platform: some 170 of these a second with ten thousand lanes blocked.
const blockedLook = time.Minute

var errBlocked = errors.New("the platform refused it for good a while ago, and it is not yet tried again")

// Unblock forgets that d, or the whole of its workspace, refused for good: a
// channel is back, or the app was installed again. What waits is tried within
// a minute. Other replicas learn it from the settings that were held for it. What a platform asked to be left alone for stays so. It may be
// called at any time.
func (d *Dispatcher) Unblock(destination alerts.Destination) { d.holds.unblock(destination) }

// blocked drops what nobody wants any more, so that a lane whose subscriptions
// are paused because of the refusal comes to its end, and gives the rest back.
func (t *turn) blocked(ctx context.Context, span time.Duration) outcome {
	p := part{items: t.claim.Items, lost: map[string]error{}}
	for _, i := range p.items {
		switch {
		case !t.view.wanted(i):
			p.gone = append(p.gone, i.Key)
		case t.expired(t.claim.Lane, i, t.view):
			p.lost[i.Key] = t.errExpired()
		}
	}
	switch {
	case !t.clear(ctx, &p):
		return t.unrecorded()
	case len(p.items) == 0:
		return outcome{}
	}
	return t.giveBackBlocked(ctx, span, errBlocked)
}

// refusedForGood pauses what refuses for good, tells the owner the first time,
// and gives the lane back.
func (t *turn) refusedForGood(ctx context.Context, p part, refusal *alerts.SendError, err error) outcome {
	d := t.claim.Lane.Destination
	span, first := t.holds.block(d, refusal.Scope, t.view.settings.Revision)
	if first {
		t.log.Error("refused for good; what waits is kept, and tried again from time to time", "scope", refusal.Scope.String(), "error", err)
		t.cfg.Blocked(d, refusal.Scope, refusal)
	}
	t.log.Warn("the platform takes nothing for a while", "key", p.key, "scope", refusal.Scope.String(), "pause", span, "error", err)
	return t.giveBackBlocked(ctx, span, err, p.keys()...)
}

// giveBackBlocked gives a lane back of which nothing is tried for span. It is
// looked at before, but that is nothing to wait for.
func (t *turn) giveBackBlocked(ctx context.Context, span time.Duration, why error, keys ...string) outcome {
	o := t.giveBack(ctx, min(span, blockedLook), why, keys...)
	if !errors.Is(o.err, errUnrecorded) {
		o.again = t.cfg.Now().Add(span)
	}
	return o
}
