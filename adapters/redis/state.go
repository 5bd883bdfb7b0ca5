package redis

import (
	"context"
	"fmt"
	"time"
)

// State is what waits in the store.
type State struct {
	// Unacknowledged are the entries of the article log whose alerts are not all
	// in the outbox, and Oldest is how long ago the oldest of them was logged. A
	// server that does not know how far readers are, as the embedded one, counts
	// up to 10,000 unread ones.
	Unacknowledged int
	Oldest         time.Duration
	// Due and Later count the items of the outbox, as [Outbox.Depth] does.
	Due, Later int
	// Waited is for how long the lane could be written to that was not for the
	// longest time.
	Waited time.Duration
	Dead   int // dead letters
}

// lagMost is how many unread entries are counted one by one at most.
const lagMost = 10_000

// State reads it. Work grows with the number of lanes that hold something.
func (c *Client) State(ctx context.Context) (State, error) {
	s, err := c.Outbox().state(ctx)
	if err != nil {
		return State{}, err
	}
	lag, err := c.run(ctx, scriptLag, c.key("a"), matchers, lagMost).Int64Slice()
	if err == nil && len(lag) != 2 {
		err = errReply
	}
	if err != nil {
		return State{}, fmt.Errorf("read how far the article log is matched: %w", err)
	}
	s.Unacknowledged, s.Oldest = int(lag[0]), time.Duration(lag[1])*time.Millisecond
	return s, nil
}

// state reads what waits in the outbox.
func (o *Outbox) state(ctx context.Context) (State, error) {
	var s State
	cmds, err := o.c.runAll(ctx, scriptDepth, o.everyShard())
	if err != nil {
		return s, fmt.Errorf("count the outbox: %w", err)
	}
	for _, cmd := range cmds {
		n, err := cmd.Int64Slice()
		if err == nil && len(n) != 4 {
			err = errReply
		}
		if err != nil {
			return s, fmt.Errorf("count the outbox: %w", err)
		}
		s.Due += int(n[0])
		s.Later += int(n[1])
		s.Waited = max(s.Waited, time.Duration(n[2])*time.Millisecond)
		s.Dead += int(n[3])
	}
	return s, nil
}

// Depth implements dispatch.Outbox. Work grows with the number of lanes that
// hold something.
func (o *Outbox) Depth(ctx context.Context) (due, later int, err error) {
	s, err := o.state(ctx)
	return s.Due, s.Later, err
}
