package redis

import (
	"context"
	"fmt"
	"time"
)

// Rates shares the limits of a platform over all replicas. Times are by the
// server's clock, in microseconds.
//
// A limit is kept as a log of the calls of late: in no span of its length are
// more let through than it allows, and none of what it allows is lost to
// somebody who comes late to its turn.
type Rates struct {
	c *Client
}

// Rates gives the client's limits.
func (c *Client) Rates() *Rates { return &Rates{c: c} }

// Take asks whether who may make one call now: of the limit named global, which
// allows so many calls in the time per, and of bucket what Learn was told. It
// returns 0 when the call may be made, and counts it. Else it returns how long
// to wait before asking again; who keeps its turn at the limit until then, and
// ten seconds longer. An empty who has no turn: it goes before those who wait.
// Both names may be empty. Of a bucket that nothing is known of, one call is let
// through, and the next after Learn or a second.
//
// It takes O(log n) for n calls that the limit allows and n that wait for it.
func (r *Rates) Take(ctx context.Context, who, global string, calls int, per time.Duration, bucket string) (time.Duration, error) {
	// Not together with others: whoever hears of its turn late calls too close to
	// those whose turn is next.
	us, err := r.c.run(ctx, scriptRatesTake, r.c.key("p"), who, global, calls, per.Microseconds(), bucket).Int64()
	if err != nil {
		return 0, fmt.Errorf("ask for a turn: %w", err)
	}
	return time.Duration(us) * time.Microsecond, nil
}

// Learn notes what an answer said of a bucket: so many calls remain until reset
// from now. Of two answers about the same time, the one with fewer calls left
// counts.
func (r *Rates) Learn(ctx context.Context, bucket string, remaining int, reset time.Duration) error {
	return r.note(ctx, "bucket", bucket, reset, remaining)
}

// Stop lets nothing through that names the limit global until span is over.
func (r *Rates) Stop(ctx context.Context, global string, span time.Duration) error {
	return r.note(ctx, "stop", global, span, 0)
}

func (r *Rates) note(ctx context.Context, kind, name string, span time.Duration, left int) error {
	if err := r.c.run(ctx, scriptRatesLearn, r.c.key("p"), kind, name, span.Microseconds(), left).Err(); err != nil {
		return fmt.Errorf("note what a platform said of its limits: %w", err)
	}
	return nil
}
