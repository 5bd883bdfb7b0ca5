package redis

import (
	"context"
	"crypto/rand"
	"fmt"
	"time"
)

// MaxMark is the longest that [Marks.Once] knows a name for.
const MaxMark = 24 * time.Hour

// Marks tells, for all replicas together, what happens for the first time. A
// mark lasts up to an hour longer than asked for.
type Marks struct {
	c *Client
}

// Marks gives the client's marks.
func (c *Client) Marks() *Marks { return &Marks{c: c} }

// Once reports whether name was not given before within the time keep, and
// marks it.
func (m *Marks) Once(ctx context.Context, name string, keep time.Duration) (bool, error) {
	n, err := m.c.run(ctx, scriptOnce, m.c.key("e"), digest(name), min(keep, MaxMark).Milliseconds(), rand.Text()).Int()
	if err != nil {
		return false, fmt.Errorf("look whether something has been before: %w", err)
	}
	return n == 1, nil
}
