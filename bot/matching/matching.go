package matching

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"runtime/debug"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"

	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/alerts/match"
)

const (
	defaultBatch = 64
	defaultWait  = time.Second
	// enqueueAtOnce bounds how many Pendings one call of Enqueue carries.
	enqueueAtOnce = 4096
	// maxTries is how often an article is tried that can't be matched.
	maxTries = 5

	// stepTime is longer than any step takes, the reading of all subscriptions
	// among them.
	stepTime = 5 * time.Minute

	firstPause = 100 * time.Millisecond
	maxPause   = 10 * time.Second
)

// Config is what a Matcher is made of. Log, Subscriptions and Outbox are
// required.
type Config struct {
	Log           ArticleLog
	Subscriptions Subscriptions
	Outbox        Outbox
	// Batch is how many articles are taken from the log at once.
	Batch int
	// Wait is how long Run waits for an article before it reads the change log
	// again.
	Wait time.Duration
	// Hold tells why no article is to be taken from the log now, empty if they
	// are; nil never does. Drain does not ask.
	Hold   func() string
	Logger *slog.Logger
	Now    func() time.Time
	// Jitter gives numbers in [0, 1) that spread tries in time.
	Jitter func() float64
	// Alive is told at each turn of a loop that there is another within that
	// time; nil for nobody.
	Alive func(loop string, within time.Duration)
	// Metrics shows what is counted; nil for nobody.
	Metrics prometheus.Registerer
	// Tracer is told of what is matched; nil for nobody.
	Tracer trace.Tracer
}

// Matcher carries articles from the log into the outbox. Load, Run and Drain
// must not be called at the same time; the others may be.
type Matcher struct {
	cfg       Config
	newEngine func() engine
	book      *book                  // nil until loaded
	engine    atomic.Pointer[engine] // of book
	revision  string                 // of the change log, as far as book has it
	rebuilds  chan engine
	hits      match.Hits // kept for its memory
	crowd     crowd
	metrics   *metrics
}

// Stats counts what a Matcher did since it was made.
type Stats struct {
	Subscriptions, Articles, Hits, Enqueued, GivenUp int64
}

// New makes a Matcher.
func New(cfg Config) *Matcher {
	if cfg.Batch <= 0 {
		cfg.Batch = defaultBatch
	}
	if cfg.Wait <= 0 {
		cfg.Wait = defaultWait
	}
	if cfg.Hold == nil {
		cfg.Hold = func() string { return "" }
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Jitter == nil {
		cfg.Jitter = rand.Float64
	}
	if cfg.Tracer == nil {
		cfg.Tracer = noop.NewTracerProvider().Tracer("")
	}
	if cfg.Alive == nil {
		cfg.Alive = func(string, time.Duration) {}
	}
	return &Matcher{
		cfg:       cfg,
		newEngine: func() engine { return match.NewEngine() },
		rebuilds:  make(chan engine, 1),
		metrics:   newMetrics(cfg.Metrics),
	}
}

// Stats gives the counts so far; Subscriptions is how many there are.
func (m *Matcher) Stats() Stats {
	c := m.metrics
	return Stats{
		Subscriptions: c.subscriptions.Load(), Articles: c.articles.Load(),
		Hits: c.hits.Load(), Enqueued: c.enqueued.Load(), GivenUp: c.givenUp.Load(),
	}
}

// Ready tells what keeps the Matcher from matching: nil once the subscriptions
// are read. It may be called at any time.
func (m *Matcher) Ready() error {
	if !m.metrics.loaded.Load() {
		return errors.New("the subscriptions are not read yet")
	}
	return nil
}

// Load reads the snapshot of the subscriptions and the changes since. Run and
// Drain do so themselves if it was not done.
func (m *Matcher) Load(ctx context.Context) error {
	b := newBook(m.newEngine())
	revision, err := m.cfg.Subscriptions.Snapshot(ctx, b.apply)
	if err != nil {
		return fmt.Errorf("read the snapshot of the subscriptions: %w", err)
	}
	revision, err = m.cfg.Subscriptions.Changes(ctx, revision, b.apply)
	if err != nil {
		return fmt.Errorf("read the changes since the snapshot: %w", err)
	}
	if err := b.engine.Rebuild(ctx); err != nil {
		return fmt.Errorf("index the subscriptions: %w", err)
	}
	b.changes = 0
	m.book, m.revision = b, revision
	m.engine.Store(&b.engine)
	m.metrics.subscriptions.Store(int64(len(b.entries)))
	m.metrics.loaded.Store(true)
	return nil
}

// Run matches articles as they come until ctx ends, then returns nil. It
// outlasts a store that fails: it tries again with back-off.
func (m *Matcher) Run(ctx context.Context) error {
	var owned sync.WaitGroup
	owned.Go(func() { m.rebuild(ctx) })
	defer owned.Wait()
	for ctx.Err() == nil {
		m.cfg.Alive("matching", stepTime)
		if m.loaded(ctx, m.persist) == nil && m.cfg.Hold() != "" {
			m.pause(ctx, m.cfg.Wait)
			continue
		}
		if _, err := m.step(ctx, m.cfg.Wait, m.persist); err != nil {
			return nil // persist only gives up when ctx has ended
		}
	}
	return nil
}

// Drain matches what the log has and returns when it has nothing more. It
// tries once: what a store refuses is its error.
func (m *Matcher) Drain(ctx context.Context) error {
	try := func(_ context.Context, f func() error) error { return f() }
	for {
		n, err := m.step(ctx, 0, try)
		if err != nil || n == 0 {
			return err
		}
	}
}

// loaded makes sure that the subscriptions are there.
func (m *Matcher) loaded(ctx context.Context, try func(context.Context, func() error) error) error {
	if m.book != nil {
		return nil
	}
	return try(ctx, func() error { return m.Load(ctx) })
}

// step takes one batch through: read it, bring the subscriptions up to date,
// match, enqueue, acknowledge. The order makes that who subscribed before an
// article was logged hears of it.
func (m *Matcher) step(ctx context.Context, wait time.Duration, try func(context.Context, func() error) error) (int, error) {
	if err := m.loaded(ctx, try); err != nil {
		return 0, err
	}
	batch, err := m.next(ctx, wait, try)
	if err != nil {
		return 0, err
	}
	if err := try(ctx, func() error { return m.follow(ctx) }); err != nil {
		return 0, err
	}
	finished, err := m.batch(ctx, batch, try)
	if err != nil {
		return 0, err
	}
	more := len(batch) + len(m.crowd.articles)
	if len(finished) == 0 {
		return more, nil
	}
	return more, try(ctx, func() error {
		if err := m.cfg.Log.Ack(ctx, finished...); err != nil {
			return fmt.Errorf("acknowledge articles: %w", err)
		}
		return nil
	})
}

// next reads entries from the log, those of the crowd left out: they are handed
// out again until they are acknowledged. It does not wait while there is a
// crowd.
func (m *Matcher) next(ctx context.Context, wait time.Duration, try func(context.Context, func() error) error) ([]alerts.LogEntry, error) {
	n := len(m.crowd.articles)
	switch {
	case n >= mostWide:
		return nil, nil
	case n > 0:
		wait = 0
	}
	var batch []alerts.LogEntry
	err := try(ctx, func() (err error) {
		if batch, err = m.cfg.Log.Next(ctx, m.cfg.Batch+n, wait); err != nil {
			err = fmt.Errorf("read the article log: %w", err)
		}
		return err
	})
	return slices.DeleteFunc(batch, func(e alerts.LogEntry) bool { return m.crowd.has(e.Token) }), err
}

// follow reads the change log to its end.
func (m *Matcher) follow(ctx context.Context) error {
	revision, err := m.cfg.Subscriptions.Changes(ctx, m.revision, m.book.apply)
	if errors.Is(err, alerts.ErrGap) {
		m.cfg.Logger.Info("the change log was cut; the subscriptions are read again")
		return m.Load(ctx)
	}
	if err != nil {
		return fmt.Errorf("read the changes of the subscriptions: %w", err)
	}
	m.revision = revision
	m.metrics.subscriptions.Store(int64(len(m.book.entries)))
	if m.book.changes > 1000+len(m.book.entries)/8 {
		select {
		case m.rebuilds <- m.book.engine:
			m.book.changes = 0
		default: // one is under way
		}
	}
	return nil
}

// batch matches entries and enqueues their alerts, and a part of the crowd. It
// returns the tokens of those that are finished; others are handed out again.
func (m *Matcher) batch(ctx context.Context, entries []alerts.LogEntry, try func(context.Context, func() error) error) ([]string, error) {
	var finished []alerts.LogEntry
	var waiting []alerts.Pending
	held := false
	for _, e := range entries {
		pendings, err := m.pendings(e)
		amendments, failed := m.amendments(ctx, e, pendings, try)
		if failed != nil {
			return nil, failed
		}
		waiting = append(waiting, amendments...)
		if err == nil && e.Article.Standing == alerts.Withdrawn {
			pendings = nil // it is no news any more
		}
		switch {
		case err == nil && len(pendings) > wide:
			// What waits came before it, and the crowd only after what waits.
			if err := m.enqueue(ctx, waiting, try); err != nil {
				return nil, err
			}
			waiting = waiting[:0]
			m.crowd.add(e, pendings, time.Now())
			continue
		case err == nil:
			waiting = append(waiting, pendings...)
		case e.Err != nil || e.Tries > maxTries:
			m.metrics.givenUp.Add(1)
			m.cfg.Logger.Error("article given up", "article", e.Article.ID, "token", e.Token, "tries", e.Tries, "error", err)
		default:
			m.cfg.Logger.Warn("article can't be matched; it is tried again", "article", e.Article.ID, "tries", e.Tries, "error", err)
			held = true
			continue
		}
		finished = append(finished, e)
	}
	begun := time.Now()
	if err := m.enqueue(ctx, waiting, try); err != nil {
		return nil, err
	}
	m.stored(finished, begun)
	if len(m.crowd.articles) > 0 {
		if err := m.put(ctx, m.crowd.first(enqueueAtOnce), try); err != nil {
			return nil, err
		}
	}
	for _, a := range m.crowd.finished() {
		one := []alerts.LogEntry{a.entry}
		m.stored(one, a.begun)
		finished = append(finished, one...)
	}
	if held {
		m.pause(ctx, firstPause)
	}
	return tokens(finished), nil
}

func tokens(entries []alerts.LogEntry) []string {
	out := make([]string, len(entries))
	for i, e := range entries {
		out[i] = e.Token
	}
	return out
}

// pendings matches one entry. A panic on a strange text is an error: it must
// not take the other articles with it.
func (m *Matcher) pendings(e alerts.LogEntry) (out []alerts.Pending, err error) {
	if e.Err != nil {
		return nil, fmt.Errorf("read the record: %w", e.Err)
	}
	defer func() {
		if r := recover(); r != nil {
			m.cfg.Logger.Error("matching panicked", "article", e.Article.ID, "panic", r, "stack", string(debug.Stack()))
			err = fmt.Errorf("matching panicked: %v", r)
			m.hits = match.Hits{} // it may be in any state
		}
	}()
	begun := time.Now()
	m.book.engine.Match(e.Article, &m.hits)
	slices.Sort(m.hits.IDs)
	m.metrics.timed(begun)
	out = m.book.pendings(e.Article, m.hits.IDs, m.cfg.Now())
	m.traced(e, "match", begun, attribute.Int("bellwether.hits", len(m.hits.IDs)), attribute.Int("bellwether.alerts", len(out)))
	m.metrics.articles.Add(1)
	m.metrics.hits.Add(int64(len(m.hits.IDs)))
	return out, nil
}

// persist tries f until it succeeds or ctx ends. The log hears of the first
// failure and of the end of it.
func (m *Matcher) persist(ctx context.Context, f func() error) error {
	pause := firstPause
	for failures := 0; ; failures++ {
		m.cfg.Alive("matching", stepTime)
		err := f()
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err == nil:
			if failures > 0 {
				m.cfg.Logger.Info("matching goes on", "failed_tries", failures)
			}
			return nil
		case failures == 0:
			m.cfg.Logger.Error("matching is held up; it tries again", "error", err)
		}
		m.pause(ctx, pause)
		pause = min(2*pause, maxPause)
	}
}

// pause waits for half of d to d, or until ctx ends.
func (m *Matcher) pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d/2 + time.Duration(m.cfg.Jitter()*float64(d)/2))
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}

// rebuild indexes engines anew when they were much changed, beside the
// matching.
func (m *Matcher) rebuild(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case e := <-m.rebuilds:
			if err := e.Rebuild(ctx); err != nil && ctx.Err() == nil {
				m.cfg.Logger.Error("subscriptions not indexed anew; matching goes on with the old index", "error", err)
			}
		}
	}
}
