package dispatch

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/bellwether/bellwether/alerts"
)

// Pauses of a lane for whose platform there is no messenger here: the first,
// then twice as long each time the same head comes, up to the last. Another
// replica that has one takes the lane in the meantime, so that an alert is late
// by seconds; and where none has, ten thousand such lanes soon cost some twenty
// claims a second. To pass them over in the store would cost a look at each of
// them at every claim, or hide what is due behind them.
const (
	firstAbsent = time.Second
	lastAbsent  = 10 * time.Minute
	// mostAbsent bounds the heads that are remembered.
	mostAbsent = 100_000
)

// leaveToOthers gives a lane back whose platform nothing here sends to.
func (t *turn) leaveToOthers(ctx context.Context) outcome {
	platform := t.claim.Lane.Destination.Platform
	o := t.giveBack(ctx, t.jittered(t.absentPause(t.claim)), fmt.Errorf("nothing here sends to %q", platform))
	if !errors.Is(o.err, errUnrecorded) {
		o.again = t.cfg.Now().Add(lastAbsent) // nothing that Drain waits for
	}
	return o
}

// absentPause notes that a claim could not be carried out here, and gives the
// time until the next.
func (d *Dispatcher) absentPause(c alerts.Claim) time.Duration {
	platform, head := c.Lane.Destination.Platform, c.Lane.Destination.String()
	if len(c.Items) > 0 {
		head = c.Items[0].Key
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.absent[platform] {
		d.absent[platform] = true
		d.cfg.Logger.Error("nothing here sends to a platform; its alerts are left to other replicas", "platform", platform)
	}
	if len(d.passed) >= mostAbsent {
		clear(d.passed)
	}
	n := d.passed[head]
	d.passed[head] = min(n+1, 20)
	return min(firstAbsent<<n, lastAbsent)
}
