package ingest

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"
	"golang.org/x/sync/errgroup"

	"github.com/bellwether/bellwether/alerts"
)

// Defaults of Config, and the bounds of what a source may wish for.
const (
	DefaultInterval = 5 * time.Minute
	DefaultFetches  = 48
	DefaultTimeout  = 2 * time.Minute

	minWish    = time.Minute // also of what a source's news ask for
	maxWish    = time.Hour
	maxBackoff = 6 * time.Hour
	maxPause   = 24 * time.Hour // of what a source may ask for with Retry-After
)

// Config is what an Ingester is made of. Log is required.
type Config struct {
	Log     ArticleLog
	Sources []Source
	// Added are read beside Sources, from when they are added until they are
	// removed; nil for none. Open makes a source of one.
	Added Added
	Open  func(alerts.AddedSource) Source
	// Hubs are told of the hubs that feeds name; nil: feeds are polled only.
	Hubs Hubs
	// Turns shares the sources with other replicas; nil if there are none.
	Turns Turns
	// Interval lies between two polls of a source; DefaultInterval if 0. Of a
	// feed it is only where to begin: between a minute and an hour lie as many
	// polls as its news ask for, and no more than it says itself.
	Interval time.Duration
	// Intervals holds, by the name of the source, what goes before all of that.
	Intervals map[string]time.Duration
	// Turn is how long a replica that died keeps others from a source; 12
	// seconds if 0.
	Turn time.Duration
	// Fetches bounds how many sources are read at the same time.
	Fetches int
	// Timeout ends a single Fetch.
	Timeout time.Duration
	// Pages reads the pages that partial articles link to; nil: teasers stand.
	Pages Pages
	// PageTime bounds how long the articles of a poll wait for their pages;
	// DefaultPageTime if 0.
	PageTime time.Duration
	// FirstPollIsHistory: what stands in a feed when Run reads it for the very
	// first time is archived and not alerted, and so are old items of a feed that
	// was built anew.
	FirstPollIsHistory bool
	// Hold tells why no source is to be polled now, empty if they are; nil never
	// does. What it holds back is polled when it no longer does.
	Hold func() string
	// Problem is told of every item that could not be read, after the log was;
	// nil for nobody. It may be called from several goroutines at once.
	Problem func(source string, p alerts.ItemProblem)
	Logger  *slog.Logger
	Now     func() time.Time
	// Jitter gives numbers in [0, 1) that spread polls in time.
	Jitter func() float64
	// Alive is told at each turn of a loop that there is another within that
	// time; 0: it rests. nil for nobody.
	Alive func(loop string, within time.Duration)
	// Metrics shows what is counted; nil for nobody.
	Metrics prometheus.Registerer
	// Tracer is told of polls and of the way of each article; nil for nobody.
	Tracer trace.Tracer
}

func (c Config) withDefaults() Config {
	if c.Interval <= 0 {
		c.Interval = DefaultInterval
	}
	if c.Turn <= 0 {
		c.Turn = turnSpan
	}
	if c.Fetches <= 0 {
		c.Fetches = DefaultFetches
	}
	if c.Timeout <= 0 {
		c.Timeout = DefaultTimeout
	}
	if c.PageTime <= 0 {
		c.PageTime = DefaultPageTime
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Jitter == nil {
		c.Jitter = rand.Float64
	}
	if c.Turns == nil {
		c.Turns = alone{}
	}
	if c.Hold == nil {
		c.Hold = func() string { return "" }
	}
	if c.Tracer == nil {
		c.Tracer = noop.NewTracerProvider().Tracer("")
	}
	if c.Alive == nil {
		c.Alive = func(string, time.Duration) {}
	}
	if c.Problem == nil {
		c.Problem = func(string, alerts.ItemProblem) {}
	}
	return c
}

// Ingester polls sources and appends what they bring to the article log.
type Ingester struct {
	cfg     Config
	sources []*source
	pushed  *source       // what was not asked for
	slots   chan struct{} // one for each Fetch under way

	mu      sync.Mutex
	running map[string]*addition // of what was added, by name

	fetchTime prometheus.Observer
	pages     pageCounters
}

// Stats counts what an Ingester did since it was made.
type Stats struct {
	Polls, NotModified, Failed             int64
	Added, Revised, Duplicates, Unreadable int64
}

// New makes an Ingester. Names of sources must be unique.
func New(cfg Config) *Ingester {
	cfg = cfg.withDefaults()
	in := &Ingester{cfg: cfg, slots: make(chan struct{}, cfg.Fetches), running: map[string]*addition{}}
	for _, s := range cfg.Sources {
		in.sources = append(in.sources, newSource(in, s))
	}
	in.pushed = newSource(in, pushes{})
	in.export(cfg.Metrics)
	return in
}

// Run polls every source, when it is due and then at its interval, until ctx
// ends; then it waits for what it started and returns nil. A source that was
// never polled is due at once, and so is every one where there are no Turns;
// where there are many, they begin one after another. A source that fails is
// tried again with back-off and never ends Run.
func (in *Ingester) Run(ctx context.Context) error {
	var owned sync.WaitGroup
	spread := spreadOf(len(in.sources))
	for _, s := range in.sources {
		owned.Go(func() { s.run(ctx, spread) })
	}
	if in.cfg.Added != nil {
		owned.Go(func() { in.follow(ctx) })
	}
	owned.Wait()
	return nil
}

// Once polls every source a single time, several at once, and appends what
// they brought in the order of the sources. Everything is news to it. The
// error joins those of the sources that failed; the others were done.
func (in *Ingester) Once(ctx context.Context) error {
	added, err := in.added(ctx)
	all := in.sources
	for _, a := range added {
		all = append(all, newSource(in, in.cfg.Open(a)))
	}
	batches := make([]alerts.Batch, len(all))
	prepared := make([]ready, len(all))
	errs := make([]error, len(all), len(all)+1)
	var fetches errgroup.Group
	for i, s := range all {
		fetches.Go(func() error {
			if errs[i] = s.once(ctx); errs[i] != nil {
				return nil
			}
			var leave func()
			if batches[i], _, leave, errs[i] = s.fetch(ctx); errs[i] == nil {
				leave()
				prepared[i], errs[i] = s.prepare(ctx, batches[i], false, false)
			}
			return nil
		})
	}
	_ = fetches.Wait() // errs has them
	for i, s := range all {
		if errs[i] == nil {
			errs[i] = s.store(ctx, batches[i], prepared[i])
		}
		s.note(errs[i])
		s.end(ctx, s.wait(errs[i]))
		if errs[i] != nil {
			errs[i] = fmt.Errorf("source %s: %w", s.src.Name(), errs[i])
		}
	}
	return errors.Join(append(errs, err)...)
}

// Sources tells what is known of every source, by whichever replica, in the
// order of Config.Sources, then of those that were added by name.
func (in *Ingester) Sources(ctx context.Context) ([]alerts.SourceStatus, error) {
	shared, err := in.cfg.Turns.Statuses(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]alerts.SourceStatus, 0, len(in.sources))
	for _, s := range in.sources {
		status := s.known()
		if known, ok := shared[status.Name]; ok {
			known.Address = status.Address
			status = known
		}
		out = append(out, in.pushedBy(status))
	}
	added, err := in.added(ctx)
	if err != nil {
		return nil, err
	}
	in.mu.Lock()
	defer in.mu.Unlock()
	for _, a := range added {
		s := newSource(in, in.cfg.Open(a))
		if r := in.running[a.Name]; r != nil {
			s = r.source
		}
		status := s.known()
		if known, ok := shared[a.Name]; ok {
			known.Address, status = status.Address, known
		}
		out = append(out, in.pushedBy(status))
	}
	return out, nil
}

// Stats gives the counts so far, of all sources together.
func (in *Ingester) Stats() Stats {
	var out Stats
	for _, s := range in.sources {
		s.counts.addTo(&out)
	}
	in.pushed.counts.addTo(&out)
	in.mu.Lock()
	defer in.mu.Unlock()
	for _, r := range in.running {
		r.counts.addTo(&out)
	}
	return out
}
