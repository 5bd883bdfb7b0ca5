package redis

import (
	"context"
	"fmt"
	"time"
)

// Leases give a name to one holder at a time, over all replicas. A name that
// was given once is kept, without a holder: there are few.
type Leases struct {
	c *Client
}

// Leases gives the client's leases.
func (c *Client) Leases() *Leases { return &Leases{c: c} }

// Hold takes the lease of name, or renews it, for span from now on by the
// server's clock. false: another holder has it.
func (l *Leases) Hold(ctx context.Context, name, holder string, span time.Duration) (bool, error) {
	n, err := l.c.run(ctx, scriptLeaseHold, l.c.key("l"), name, holder, span.Milliseconds()).Int()
	if err != nil {
		return false, fmt.Errorf("hold the lease of %s: %w", name, err)
	}
	return n == 1, nil
}

// Release gives it back, if holder has it.
func (l *Leases) Release(ctx context.Context, name, holder string) error {
	if err := l.c.run(ctx, scriptLeaseRelease, l.c.key("l"), name, holder).Err(); err != nil {
		return fmt.Errorf("give back the lease of %s: %w", name, err)
	}
	return nil
}
