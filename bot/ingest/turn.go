package ingest

import (
	"context"
	"sync"
	"time"

	"github.com/bellwether/bellwether/alerts"
)

const (
	// turnSpan is Config.Turn if that is 0.
	turnSpan = 12 * time.Second
	// endTime bounds giving a turn back.
	endTime = 2 * time.Second
	// holdLook lies between two looks whether polling is still held back.
	holdLook = 5 * time.Second
)

// turn polls if no other replica does, and tells when to look again. With now
// set it does not wait until the source is due.
func (s *source) turn(ctx context.Context, now bool) (wait time.Duration, polled bool) {
	if s.in.cfg.Hold() != "" {
		return holdLook, false
	}
	t, err := s.in.cfg.Turns.Begin(ctx, s.src.Name(), s.in.cfg.Turn, now)
	if err != nil {
		err = &storeError{err}
		if ctx.Err() == nil {
			s.tell(err)
			s.note(err)
		}
		return s.wait(err), false
	}
	if !t.Mine {
		return t.Wait, false
	}
	s.adopt(t.Status)
	lost, err := s.hold(ctx)
	if lost {
		s.log.Warn("the poll was cut short: another replica has taken the source over, or it was removed")
		return 0, false
	}
	if ctx.Err() == nil {
		s.tell(err)
		s.note(err)
		wait = s.wait(err)
	}
	s.end(ctx, wait)
	return wait, true
}

// once takes the turn without waiting for it, and knows then what was known of
// the source. Where another replica has it, the source is polled all the same.
func (s *source) once(ctx context.Context) error {
	t, err := s.in.cfg.Turns.Begin(ctx, s.src.Name(), s.in.cfg.Timeout, true)
	if err != nil {
		return &storeError{err}
	}
	s.adopt(t.Status)
	return nil
}

// end gives the turn back, with how the source is.
func (s *source) end(ctx context.Context, wait time.Duration) {
	s.mu.Lock()
	s.status.Next = s.in.cfg.Now().Add(wait)
	status := s.status
	s.mu.Unlock()
	// Also when we are told to stop: the next replica need not wait for us.
	ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), endTime)
	defer cancel()
	if err := s.in.cfg.Turns.End(ending, status, wait); err != nil {
		s.log.Warn("the turn to poll could not be given back; it ends by itself", "error", err)
	}
}

// adopt goes on from what another replica knew of the source, and adds what came
// here from its hub since.
func (s *source) adopt(was alerts.SourceStatus) {
	taken := s.taken
	s.taken = nil
	if was.Name == "" {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	was.Address = s.status.Address
	for _, published := range taken {
		was.Articles++
		was.LastNew = s.status.LastNew
		was.News = was.News.Add(published, s.in.cfg.Now())
	}
	s.status = was
}

// hold polls and keeps the turn meanwhile. lost: it could not be kept, and the
// poll was ended.
func (s *source) hold(ctx context.Context) (lost bool, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var keeping sync.WaitGroup
	keeping.Go(func() {
		lost = s.keep(ctx)
		cancel()
	})
	err = s.poll(ctx)
	cancel()
	keeping.Wait()
	return lost, err
}

// keep renews the turn until ctx ends, or until it is another's: then it
// returns true.
func (s *source) keep(ctx context.Context) bool {
	ticker := time.NewTicker(s.in.cfg.Turn / 3)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return false
		case <-ticker.C:
		}
		// One that fails is tried again at the next tick.
		if mine, err := s.in.cfg.Turns.Keep(ctx, s.src.Name(), s.in.cfg.Turn); err == nil && !mine {
			return true
		}
	}
}
