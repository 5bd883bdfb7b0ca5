package dispatch

import (
	"context"
	"time"

	"github.com/bellwether/bellwether/alerts"
)

// Sources tells what is read and how that goes, on all replicas together.
type Sources interface {
	Sources(ctx context.Context) ([]alerts.SourceStatus, error)
}

const (
	// proofKept is how long what is known of the sources is taken to be as it was:
	// many digests go out at the same time.
	proofKept = 30 * time.Second
	// proofTime bounds the look; a digest does not wait for longer.
	proofTime = 2 * time.Second
)

// proof is what a digest tells of the reading of the sources.
type proof struct {
	turn chan struct{} // of who may use what follows
	read time.Time
	last *alerts.Reading // nil if it is not known
}

func newProof() *proof { return &proof{turn: make(chan struct{}, 1)} }

// proof gives what is known; nil if that can't be read: a digest goes out
// without it.
func (d *Dispatcher) proof(ctx context.Context) *alerts.Reading {
	if d.cfg.Sources == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, proofTime)
	defer cancel()
	p := d.known
	select {
	case p.turn <- struct{}{}:
		defer func() { <-p.turn }()
	case <-ctx.Done():
		return nil
	}
	now := d.cfg.Now()
	if !p.read.IsZero() && now.Sub(p.read) < proofKept {
		return p.last
	}
	p.read, p.last = now, nil
	all, err := d.cfg.Sources.Sources(ctx)
	if err != nil {
		d.cfg.Logger.Warn("how the sources are can't be read; digests go out without telling it", "error", err)
		return nil
	}
	if r := alerts.ReadingOf(all, now); r.Sources > 0 {
		p.last = &r
	}
	return p.last
}
