package dispatch

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

	"github.com/bellwether/bellwether/alerts"
)

const (
	defaultWorkers   = 16
	defaultLease     = time.Minute
	defaultGrace     = 10 * time.Second
	defaultSentences = 3

	// idle is how long Run waits for the outbox before it looks by itself.
	idle = time.Second
	// turnTime is longer than a look at the outbox takes with all of its tries.
	turnTime = 5 * time.Minute
	// patience is how far ahead of its next try a lane may be for Drain to wait
	// for it.
	patience = time.Minute

	// clockSkew is how far the store's clock may be behind ours, in steps of
	// clockStep.
	clockSkew = time.Second
	clockStep = 20 * time.Millisecond

	firstTrouble = 100 * time.Millisecond
	maxTrouble   = 10 * time.Second
)

// Config is what a Dispatcher is made of. Outbox, Articles, Subscriptions and
// Messengers are required.
type Config struct {
	Outbox        Outbox
	Articles      Articles
	Subscriptions Subscriptions
	Messengers    []Messenger
	// Sources are told of at the end of each digest; nil for no such line.
	Sources Sources
	// Notices are the notices of sources that the outbox refers to; nil for none.
	Notices Notices
	// Workers bounds how many lanes are written to at the same time.
	Workers int
	// Lease is how long a lane is claimed for. A send ends a tenth of it before.
	Lease time.Duration
	// Grace is how long Run lets sends go on after its context ended.
	Grace time.Duration
	// Sentences bounds the summary of an alert.
	Sentences int
	// Limit is how many messages in an hour go out instantly to a destination
	// that says nothing else of it; the rest comes together at the end of that
	// hour. 0 sets none.
	Limit int
	// Expire is how long after it was due an alert that could not be sent is
	// worth sending; 0 is for ever. It goes to the dead letters after that.
	Expire time.Duration
	// Blocked is told once when a platform refuses everything in a scope for
	// good: d is where it was met. The queue is kept, and the scope is tried
	// again from time to time; nil for nobody. It must not wait.
	Blocked func(d alerts.Destination, scope alerts.Scope, err error)
	Logger  *slog.Logger
	Now     func() time.Time
	// Jitter gives numbers in [0, 1) that spread tries in time.
	Jitter func() float64
	// Alive is told at each turn of a loop that there is another within that
	// time; nil for nobody.
	Alive func(loop string, within time.Duration)
	// Metrics shows what is counted; nil for nobody.
	Metrics prometheus.Registerer
	// Tracer is told of what is sent; nil for nobody.
	Tracer trace.Tracer
}

// Dispatcher carries alerts from the outbox to the messengers. Run and Drain
// must not be called at the same time; Stats may be.
type Dispatcher struct {
	cfg        Config
	messengers map[string]Messenger
	holds      *holds
	zones      *zones
	texts      *texts
	recent     *successes
	known      *proof
	unsaved    *unsaved
	metrics    *metrics

	mu      sync.Mutex
	absent  map[string]bool // platforms of which was said that nobody here sends to them
	passed  map[string]int  // by key of a head: how often it was left to other replicas
	unknown map[string]int  // by key: how often Find could not tell
}

// Stats counts what a Dispatcher did since it was made. Each message counts
// once, an alert as much as a part of a digest.
type Stats struct {
	Sent     int64 // accepted by the platform
	Found    int64 // had arrived in an earlier try of which nobody knew
	Repeated int64 // sent again without knowing whether an earlier try arrived
	Retried  int64 // failed attempts that are tried again
	Deferred int64 // put off without a failed attempt
	Aside    int64 // stepped out of their lane's order
	Dropped  int64 // no longer wanted by anyone
	Failed   int64 // moved to the dead letters
	Expired  int64 // of those, the ones that had waited for too long
	Gathered int64 // lanes that were put off to be sent together
	Stale    int64 // verdicts that came after the lease
}

// New makes a Dispatcher.
func New(cfg Config) *Dispatcher {
	cfg.Workers = orDefault(cfg.Workers, defaultWorkers)
	cfg.Lease = orDefault(cfg.Lease, defaultLease)
	cfg.Grace = orDefault(cfg.Grace, defaultGrace)
	cfg.Sentences = orDefault(cfg.Sentences, defaultSentences)
	if cfg.Blocked == nil {
		cfg.Blocked = func(alerts.Destination, alerts.Scope, error) {}
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
	d := &Dispatcher{
		cfg: cfg, messengers: map[string]Messenger{}, holds: newHolds(cfg.Now), zones: newZones(), texts: newTexts(cfg.Articles, cfg.Now),
		unsaved: &unsaved{byKey: map[string]unsavedReceipt{}},
		known:   newProof(),
		recent:  &successes{byPlatform: map[string][2]success{}},
		absent:  map[string]bool{}, passed: map[string]int{}, unknown: map[string]int{},
	}
	for _, m := range cfg.Messengers {
		d.messengers[m.Platform()] = m
	}
	d.metrics = newMetrics(cfg.Metrics, cfg.Messengers, cfg.Workers, d.holds)
	return d
}

func orDefault[T int | time.Duration](v, otherwise T) T {
	if v <= 0 {
		return otherwise
	}
	return v
}

// Stats gives the counts so far, of all platforms together.
func (d *Dispatcher) Stats() Stats { return d.metrics.stats() }

// Run sends what becomes due until ctx ends. Then it gives back what it has
// not begun, lets sends that are under way end within Config.Grace, and
// returns nil. It outlasts an outbox that fails.
func (d *Dispatcher) Run(ctx context.Context) error {
	// Sends outlive ctx, so that what was begun is also recorded.
	work, abort := context.WithCancel(context.WithoutCancel(ctx))
	defer abort()
	var owned sync.WaitGroup
	slots := make(chan struct{}, d.cfg.Workers)
	pause := firstTrouble
	for ctx.Err() == nil {
		d.cfg.Alive("dispatch", d.cfg.Lease+turnTime) // a worker is free before its lease ends
		n := d.acquire(ctx, slots)
		begun := time.Now()
		claims, err := d.cfg.Outbox.Claim(ctx, n, d.cfg.Lease)
		for range n - len(claims) {
			<-slots
		}
		for _, c := range claims {
			d.metrics.busy.Inc()
			owned.Go(func() {
				defer func() { <-slots }()
				defer d.metrics.busy.Dec()
				d.deliver(work, ctx.Done(), c, begun.Add(d.cfg.Lease))
			})
		}
		if err == nil && len(claims) == 0 {
			err = d.cfg.Outbox.Wait(ctx, idle)
		}
		pause = d.outboxTrouble(ctx, err, pause)
	}
	d.finish(&owned, abort)
	return nil
}

// acquire waits for a free worker, then takes all that are free.
func (d *Dispatcher) acquire(ctx context.Context, slots chan struct{}) int {
	select {
	case slots <- struct{}{}:
	case <-ctx.Done():
		return 0
	}
	for n := 1; ; n++ {
		select {
		case slots <- struct{}{}:
		default:
			return n
		}
	}
}

// outboxTrouble waits after an error of the outbox, longer each time, and
// returns the next pause. The log hears of the first error and of the end.
func (d *Dispatcher) outboxTrouble(ctx context.Context, err error, pause time.Duration) time.Duration {
	switch {
	case ctx.Err() != nil:
		return pause
	case err == nil:
		if pause > firstTrouble {
			d.cfg.Logger.Info("the outbox is back")
		}
		return firstTrouble
	case pause == firstTrouble:
		d.cfg.Logger.Error("the outbox can't be read; it is tried again", "error", err)
	}
	wait(ctx.Done(), d.jittered(pause))
	return min(2*pause, maxTrouble)
}

// finish waits for the workers, and after Grace makes them stop.
func (d *Dispatcher) finish(owned *sync.WaitGroup, abort context.CancelFunc) {
	done := make(chan struct{})
	go func() {
		owned.Wait()
		close(done)
	}()
	if !wait(done, d.cfg.Grace) {
		abort()
	}
	<-done
}

// Drain sends all that is due now, and what becomes due within a minute
// because a platform asked for a moment or a send failed. The error names
// what it could not deliver: that is in the dead letters, or still waits.
func (d *Dispatcher) Drain(ctx context.Context) error {
	left := map[putOff]outcome{}
	failed := d.Stats().Failed
	for ctx.Err() == nil {
		begun := time.Now()
		claims, err := d.cfg.Outbox.Claim(ctx, d.cfg.Workers, d.cfg.Lease)
		if err != nil {
			return fmt.Errorf("claim from the outbox: %w", err)
		}
		if len(claims) > 0 {
			d.deliverAll(ctx, claims, begun, left)
			continue
		}
		again, err := d.again(ctx, left)
		if err != nil {
			return err
		}
		if again.IsZero() {
			break
		}
		wait(ctx.Done(), max(again.Sub(d.cfg.Now()), clockStep))
	}
	var errs []error
	if n := d.Stats().Failed - failed; n > 0 {
		errs = append(errs, fmt.Errorf("%d messages were refused for good and are in the dead letters", n))
	}
	for p, o := range left {
		if o.err != nil {
			errs = append(errs, fmt.Errorf("alerts for %s wait for another try: %w", p.lane.Destination, o.err))
		}
	}
	return errors.Join(append(errs, ctx.Err())...)
}

// putOff is a lane that was put off, or what stepped aside in it.
type putOff struct {
	lane  alerts.Lane
	aside bool
}

// deliverAll carries out claims side by side and keeps in left how each lane
// was left.
func (d *Dispatcher) deliverAll(ctx context.Context, claims []alerts.Claim, begun time.Time, left map[putOff]outcome) {
	outcomes := make([]outcome, len(claims))
	var owned sync.WaitGroup
	for i, c := range claims {
		owned.Go(func() { outcomes[i] = d.deliver(ctx, ctx.Done(), c, begun.Add(d.cfg.Lease)) })
	}
	owned.Wait()
	for i, c := range claims {
		left[putOff{c.Lane, outcomes[i].aside}] = outcomes[i]
	}
}

// again is when a lane that Drain has put off is due, zero if there is nothing
// to wait for.
func (d *Dispatcher) again(ctx context.Context, left map[putOff]outcome) (time.Time, error) {
	now := d.cfg.Now()
	var first time.Time
	for p, o := range left {
		switch {
		case o.again.After(now.Add(patience)):
		case o.again.Before(now.Add(-clockSkew)): // was due, and is not there any more
			delete(left, p)
		case first.IsZero() || o.again.Before(first):
			first = o.again
		}
	}
	if first.IsZero() {
		return first, nil
	}
	due, later, err := d.cfg.Outbox.Depth(ctx)
	if err != nil {
		return first, fmt.Errorf("count what waits in the outbox: %w", err)
	}
	if due+later == 0 {
		clear(left)
		return time.Time{}, nil
	}
	return first, nil
}

// wait returns after span, or true when done is closed before.
func wait(done <-chan struct{}, span time.Duration) bool {
	timer := time.NewTimer(span)
	defer timer.Stop()
	select {
	case <-done:
		return true
	case <-timer.C:
		return false
	}
}

// jittered is between half of d and d.
func (d *Dispatcher) jittered(span time.Duration) time.Duration {
	return span/2 + time.Duration(d.cfg.Jitter()*float64(span)/2)
}
