package dispatch

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/alerts/schedule"
)

// mustWait tells for how long the lane is not to be written to by the settings
// of its destination: in quiet hours nothing goes out, and of instant messages
// only so many in an hour. A gathered lane is one message more.
func (t *turn) mustWait() (why alerts.Gathering, span time.Duration) {
	now := t.cfg.Now()
	if open, until := schedule.Open(t.view.settings.Quiet, t.view.location, now); !open {
		return alerts.GatheredQuiet, until.Sub(now)
	}
	if limit := t.limit(); limit > 0 && t.claim.IsInstant() && t.claim.Sent >= limit {
		return alerts.GatheredLimit, time.Until(t.claim.Hour)
	}
	return alerts.GatheredNot, 0
}

// limit is how many instant messages the destination wants in an hour; 0 if it
// sets none.
func (t *turn) limit() int { return t.view.settings.AlertsAnHour(t.cfg.Limit) }

// lastBefore tells the reader of the last message before the limit is reached
// how many that were, and until when the rest waits; 0 for any other.
func (t *turn) lastBefore() (limit int, until time.Time) {
	limit = t.limit()
	if limit == 0 || !t.claim.IsInstant() || t.claim.Sent+1 != limit {
		return 0, time.Time{}
	}
	left := hour
	if !t.claim.Hour.IsZero() {
		left = time.Until(t.claim.Hour)
	}
	return limit, t.cfg.Now().Add(left)
}

// hour is what the limit counts in. It begins with the first message.
const hour = time.Hour

// putOff gives the lane back until span has passed. What waits in an instant
// one comes together then.
func (t *turn) putOff(ctx context.Context, why alerts.Gathering, span time.Duration) outcome {
	if t.claim.Lane.Schedule != (alerts.Schedule{}) {
		return t.giveBack(ctx, span, nil)
	}
	if !t.record(ctx, "gather", func(ctx context.Context) error { return t.cfg.Outbox.Gather(ctx, t.claim, why, span) }) {
		return t.unrecorded()
	}
	t.counts.gathered.Add(1)
	return outcome{again: t.cfg.Now().Add(span)}
}

var errExpired = errors.New("it was no longer worth sending")

// errExpired says of an alert why it was not sent.
func (d *Dispatcher) errExpired() error {
	days := d.cfg.Expire.Hours() / 24
	return fmt.Errorf("not sent within %.3g days of when it was due: %w", days, errExpired)
}

// expired reports whether i waited for so long that it is not worth sending any
// more. What may have arrived already is looked for all the same.
func (d *Dispatcher) expired(l alerts.Lane, i alerts.Item, v view) bool {
	return d.cfg.Expire > 0 && !begun(i) && v.now.Sub(v.due(l, i)) > d.cfg.Expire
}
