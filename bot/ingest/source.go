package ingest

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"

	"github.com/bellwether/bellwether/alerts"
)

// source is one Source with what its polls have shown. One goroutine polls
// it; status is read by others.
type source struct {
	in       *Ingester
	src      Source
	log      *slog.Logger
	kept     kept // as it was at the last look, by whichever replica
	problems map[string]string
	counts   counters
	begun    time.Time // when the last reading began
	// unfinished holds, by the ID of the article, how often its page was asked
	// for and did not come.
	unfinished map[string]int
	soon       chan struct{} // a hub says that something is new
	brought    chan brought
	taken      []time.Time // when what a hub sent since the last turn was published

	mu     sync.Mutex
	status alerts.SourceStatus // written by that goroutine only
}

func newSource(in *Ingester, src Source) *source {
	s := &source{
		in: in, src: src, log: in.cfg.Logger.With("source", src.Name()),
		soon: make(chan struct{}, 1), brought: make(chan brought),
	}
	s.status.Name = src.Name()
	if a, ok := src.(Addressed); ok {
		s.status.Address = a.Address()
	}
	return s
}

// known is what its polls here have shown so far.
func (s *source) known() alerts.SourceStatus {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.status
}

// run polls until ctx ends, a server's source for the first time within spread.
func (s *source) run(ctx context.Context, spread time.Duration) {
	var changed chan struct{}
	urgent := false // there is, or may be, something that no poll has seen
	if w, ok := s.src.(Watcher); ok {
		urgent = true
		changed = make(chan struct{}, 1)
		var watching sync.WaitGroup
		watching.Go(func() { s.watch(ctx, w, changed) })
		defer watching.Wait()
	}
	first := time.Duration(0)
	if _, ok := s.src.(Queuer); ok {
		first = time.Duration(s.in.cfg.Jitter() * float64(spread))
	}
	timer := time.NewTimer(first)
	defer timer.Stop()
	var last time.Time // when a poll ended
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		case <-changed:
			urgent = true
		case <-s.soon:
			urgent = true
			if wait := s.soonest(last); wait > 0 {
				timer.Reset(wait)
				continue
			}
		case b := <-s.brought:
			b.done <- s.takeIn(ctx, b.batch)
			continue
		}
		wait, polled := s.turn(ctx, urgent)
		if ctx.Err() != nil {
			return
		}
		s.in.cfg.Alive(s.src.Name(), 0)
		if polled {
			last, urgent = s.in.cfg.Now(), false
		}
		timer.Reset(wait)
	}
}

// watch keeps Watch going. Polling goes on at its interval meanwhile, so that
// a watch that fails costs only time.
func (s *source) watch(ctx context.Context, w Watcher, changed chan<- struct{}) {
	for told := false; ; told = true {
		err := w.Watch(ctx, changed)
		if ctx.Err() != nil {
			return
		}
		if !told {
			s.log.Warn("source can't be watched; it is polled instead", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(s.in.cfg.Interval):
		}
	}
}

// poll reads the source once and logs what it brought.
func (s *source) poll(ctx context.Context) (err error) {
	ctx, span := s.tracePoll(ctx)
	defer func() { ended(span, err) }()
	batch, first, leave, err := s.fetch(ctx)
	if err != nil {
		return err
	}
	if !first {
		leave()
	} else {
		// All of the document is to be logged, and nothing of it waits for pages.
		// Where many sources are new, no more are read than can be logged.
		defer leave()
	}
	r, err := s.prepare(ctx, batch, first, s.in.cfg.FirstPollIsHistory)
	if err != nil {
		return err
	}
	return s.store(ctx, batch, r)
}

// fetch reads the source's document; first tells that no good poll went
// before. What has to wait for its server takes no place from others. Without an
// error the place is the caller's, who calls leave.
func (s *source) fetch(ctx context.Context) (batch alerts.Batch, first bool, leave func(), err error) {
	s.alive()
	saved, err := s.in.cfg.Log.State(ctx, s.src.Name())
	if err != nil {
		return batch, false, nil, &storeError{fmt.Errorf("read the state of the source: %w", err)}
	}
	var known bool
	s.kept, known = readKept(saved)
	s.in.cfg.Alive(s.src.Name(), 0)
	fetch := func(ctx context.Context) (alerts.Batch, error) { return s.src.Fetch(ctx, s.kept.State) }
	if q, ok := s.src.(Queuer); ok {
		queued, done, err := q.Queue(ctx, s.kept.State)
		if err != nil {
			return batch, false, nil, err
		}
		defer done()
		fetch = queued
	}
	select {
	case s.in.slots <- struct{}{}:
	case <-ctx.Done():
		return batch, false, nil, ctx.Err()
	}
	leave = func() { <-s.in.slots }
	s.alive()
	ctx, cancel := context.WithTimeout(ctx, s.in.cfg.Timeout)
	defer cancel()
	s.begun = time.Now()
	batch, err = s.read(ctx, fetch)
	s.in.fetchTime.Observe(time.Since(s.begun).Seconds())
	if err != nil {
		leave()
		return batch, false, nil, err
	}
	return batch, !known, leave, nil
}

// storeTime is longer than one call of the article log takes with all of its
// tries.
const storeTime = 5 * time.Minute

func (s *source) alive() {
	s.in.cfg.Alive(s.src.Name(), s.in.cfg.Timeout+s.in.cfg.PageTime+storeTime)
}

// read is Fetch, with a panic of a reader as its error: documents come from
// outside, and a bad one must cost its own source only.
func (s *source) read(ctx context.Context, fetch func(context.Context) (alerts.Batch, error)) (b alerts.Batch, err error) {
	defer func() {
		if r := recover(); r != nil {
			s.log.Error("reader panicked", "panic", r, "stack", string(debug.Stack()))
			err = fmt.Errorf("reader panicked: %v", r)
		}
	}()
	return fetch(ctx)
}

// store appends what a batch brought and, only when every article is in the log,
// settles the poll: after a crash in between the document is read again.
func (s *source) store(ctx context.Context, b alerts.Batch, r ready) error {
	log, name := s.in.cfg.Log, s.src.Name()
	standing, added, err := s.logAll(ctx, r)
	if err != nil {
		return err
	}
	if err := log.Settle(ctx, name, standing, b.NotModified, s.in.cfg.Now()); err != nil {
		return &storeError{fmt.Errorf("settle the poll: %w", err)}
	}
	s.kept = s.kept.after(b, standing, added, s.in.cfg.Interval, s.in.cfg.Now())
	if err := log.SaveState(ctx, name, s.kept.bytes()); err != nil {
		return &storeError{fmt.Errorf("save the state of the source: %w", err)}
	}
	if f, ok := s.src.(Finisher); ok && !b.NotModified {
		if err := log.Saved(ctx); err != nil {
			return &storeError{fmt.Errorf("save what was logged: %w", err)}
		}
		if err := f.Finish(ctx, r.outcomes); err != nil { // it was read all the same
			s.log.Warn("what was read can't be put away", "error", err)
		}
	}
	if b.NotModified {
		s.counts.notModified.Add(1)
	} else {
		s.counts.changed.Add(1)
	}
	s.found(ctx, b)
	return nil
}

// logAll appends what is ready: standing is all of it, as it was before, added what
// was new.
func (s *source) logAll(ctx context.Context, r ready) (standing, added []alerts.Article, err error) {
	for i := range r.outcomes {
		o := &r.outcomes[i]
		if o.Err != nil {
			continue
		}
		s.alive()
		standing = append(standing, o.Article)
		logged, verdict, err := s.append(ctx, o.Article, r.isHistory(i))
		if err != nil {
			return nil, nil, &storeError{fmt.Errorf("log article %s: %w", o.Article.ID, err)}
		}
		o.Article, o.Verdict = logged, verdict
		if verdict == alerts.Added {
			added = append(added, logged)
		}
		s.count(logged, verdict, r.isHistory(i))
	}
	return standing, added, nil
}

// normalise gives an outcome for each article, of which those without an error
// are to be logged, and the problems of the others.
func (s *source) normalise(b alerts.Batch) ([]alerts.Outcome, []alerts.ItemProblem) {
	now := s.in.cfg.Now()
	outcomes := make([]alerts.Outcome, len(b.Articles))
	var bad []alerts.ItemProblem
	for i, a := range b.Articles {
		n, err := normalise(a, s.src.Name(), now)
		if err == nil {
			outcomes[i].Article = n
			continue
		}
		outcomes[i] = alerts.Outcome{Article: a, Err: err}
		place := fmt.Sprintf("item %d", i+1)
		if a.ID != "" {
			place = fmt.Sprintf("item %q", cut(line(a.ID), maxLine))
		}
		bad = append(bad, alerts.ItemProblem{Place: place, Err: err})
	}
	return outcomes, bad
}

func (s *source) count(a alerts.Article, v alerts.Verdict, history bool) {
	switch v {
	case alerts.Duplicate:
		s.counts.duplicates.Add(1)
		return
	case alerts.Revised:
		s.counts.revised.Add(1)
	default:
		s.counts.added.Add(1)
	}
	s.log.Debug("article logged", "article", a.ID, "verdict", v.String(), "history", history)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.status.Articles++
	s.status.LastNew = s.in.cfg.Now()
	s.status.News = s.status.News.Add(a.Published, s.in.cfg.Now())
}

// report tells of items that could not be read. A feed shows the same broken
// item at every poll; the log says it once.
func (s *source) report(problems []alerts.ItemProblem) {
	seen := make(map[string]string, len(problems))
	for _, p := range problems {
		if errors.Is(p.Err, alerts.ErrNoNews) {
			s.log.Debug("item left out", "place", p.Place, "error", p.Err)
			continue
		}
		reason := p.Err.Error()
		if s.problems[p.Place] != reason {
			s.counts.unreadable.Add(1)
			s.log.Warn("item left out", "place", p.Place, "error", p.Err)
			s.in.cfg.Problem(s.src.Name(), p)
		}
		seen[p.Place] = reason
	}
	s.problems = seen
}

// note keeps how the last poll went.
func (s *source) note(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err == nil {
		s.status.Failures = 0
		s.status.Error = ""
		s.status.FailingSince = time.Time{}
		s.status.LastGood = s.in.cfg.Now()
		return
	}
	s.status.Failures++
	if s.status.FailingSince.IsZero() {
		s.status.FailingSince = s.in.cfg.Now()
	}
	if _, ok := errors.AsType[*storeError](err); ok {
		s.counts.unstored.Add(1)
	} else {
		s.counts.failed.Add(1)
	}
	s.status.Error = err.Error()
}

// tell logs a failure when it begins and when it is over, not at every try.
func (s *source) tell(err error) {
	switch {
	case err == nil && s.status.Failures > 0:
		s.log.Info("source is back", "failed_polls", s.status.Failures)
	case err != nil && s.status.Failures == 0:
		s.log.Warn("source failed; it is tried again with growing pauses", "error", err)
	}
}

// storeError is a failure of the article log, not of the source.
type storeError struct{ err error }

func (e *storeError) Error() string { return e.err.Error() }
func (e *storeError) Unwrap() error { return e.err }
