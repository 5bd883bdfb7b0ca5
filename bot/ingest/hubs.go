package ingest

import (
	"context"
	"fmt"
	"maps"
	"net/url"
	"time"

	"github.com/bellwether/bellwether/alerts"
)

// Hubs subscribe to the hubs that feeds name.
type Hubs interface {
	// Found is told after each good poll which hub a source names, the zero Hub for
	// none; host is where the source is read from.
	Found(ctx context.Context, source, host string, hub alerts.Hub)
	// Live tells whether a hub sends what is new in a source.
	Live(source string) bool
}

// PushedSource is a Source that can read what its hub sends.
type PushedSource interface {
	Source
	// Pushed reads a document that holds what is new, not all that stands in the
	// source. Relative addresses in it are relative to base.
	Pushed(contentType string, body []byte, base string) (alerts.Batch, error)
}

// pollApart lies between the polls that a hub brings about.
const pollApart = 30 * time.Second

// brought is a document from a source's hub.
type brought struct {
	batch alerts.Batch
	done  chan error // gets one error or nil; has room for it
}

// find gives a source that is polled here.
func (in *Ingester) find(name string) *source {
	for _, s := range in.sources {
		if s.src.Name() == name {
			return s
		}
	}
	in.mu.Lock()
	defer in.mu.Unlock()
	if r := in.running[name]; r != nil {
		return r.source
	}
	return nil
}

// Bring logs the items of a document that a source's hub sent, as those of a poll
// but for what stands in the source, and returns when they outlive this process.
// alerts.ErrNotFound: there is no such source here. A document that can't be read,
// or is empty, makes the source be polled, for something is new.
func (in *Ingester) Bring(ctx context.Context, name, contentType string, body []byte, base string) error {
	if why := in.cfg.Hold(); why != "" {
		return fmt.Errorf("%w: %s", ErrHeld, why)
	}
	s := in.find(name)
	if s == nil {
		return fmt.Errorf("source %s: %w", name, alerts.ErrNotFound)
	}
	var batch alerts.Batch
	from, ok := s.src.(PushedSource)
	if ok {
		var err error
		if batch, err = s.read(ctx, func(context.Context) (alerts.Batch, error) { return from.Pushed(contentType, body, base) }); err != nil {
			s.log.Debug("what the hub sent can't be read; the source is polled", "error", err)
		}
	}
	if len(batch.Articles) == 0 {
		s.pollSoon()
		return nil
	}
	b := brought{batch, make(chan error, 1)}
	select { // the source takes it between its polls
	case s.brought <- b:
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case err := <-b.done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Poll polls a source soon, if there is one of that name here.
func (in *Ingester) Poll(name string) {
	if s := in.find(name); s != nil {
		s.pollSoon()
	}
}

func (s *source) pollSoon() {
	select {
	case s.soon <- struct{}{}:
	default: // it is about to be polled
	}
}

// soonest is how long a poll that a hub brings about has to wait for the one
// before, so that no hub makes us a burden to the publisher.
func (s *source) soonest(last time.Time) time.Duration {
	return max(0, pollApart-s.in.cfg.Now().Sub(last))
}

// takeIn logs what a hub sent.
func (s *source) takeIn(ctx context.Context, b alerts.Batch) error {
	defer s.in.cfg.Alive(s.src.Name(), 0)
	unfinished := s.unfinished
	r, err := s.prepare(ctx, b, false, s.in.cfg.FirstPollIsHistory)
	if unfinished != nil { // what does not stand in b stands in the feed
		maps.Copy(unfinished, s.unfinished)
		s.unfinished = unfinished
	}
	if err != nil {
		return err
	}
	if _, _, err := s.logAll(ctx, r); err != nil {
		return err
	}
	for _, o := range r.outcomes {
		if o.Err == nil && o.Verdict != alerts.Duplicate {
			s.taken = append(s.taken, o.Article.Published)
		}
	}
	if err := s.in.cfg.Log.Saved(ctx); err != nil {
		return fmt.Errorf("save what was logged: %w", err)
	}
	return nil
}

// found tells which hub the source named at a poll.
func (s *source) found(ctx context.Context, b alerts.Batch) {
	if s.in.cfg.Hubs == nil || b.Kind != alerts.FeedSource {
		return
	}
	if _, ok := s.src.(PushedSource); !ok {
		return
	}
	host := ""
	if u, err := url.Parse(s.known().Address); err == nil {
		host = u.Hostname()
	}
	s.in.cfg.Hubs.Found(ctx, s.src.Name(), host, b.Hub)
}

// pushedBy completes the status of a source.
func (in *Ingester) pushedBy(s alerts.SourceStatus) alerts.SourceStatus {
	s.Pushed = in.cfg.Hubs != nil && in.cfg.Hubs.Live(s.Name)
	return s
}
