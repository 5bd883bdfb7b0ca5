// Package pipeline measures the whole way of an article through a Redis to a
// fake platform: the log, the matcher, the outbox and the dispatcher are those
// of the program; the platform is in this process, keeps limits as the real
// ones do, and fails as asked. What arrived there is compared with what the
// queries demand.
package pipeline

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/bellwether/bellwether/adapters/redis"
	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/bot/dispatch"
	"github.com/bellwether/bellwether/bot/matching"
	"github.com/bellwether/bellwether/cmd/bellwether/internal/process"
)

// Config says what to measure.
type Config struct {
	URL    string // of the Redis
	Shards int    // of the outbox
	// Workers is how many messages are sent at the same time.
	Workers int

	Subscriptions, Destinations, Articles int
	Rate                                  float64 // articles a second; 0 is all at once
	Hits                                  int     // destinations that an article hits on average
	// Burst is how many destinations one more article hits, half-way; 0 for none.
	Burst    int
	Platform string        // alerts.Slack or alerts.Discord
	Latency  time.Duration // of one call of the platform
	Faults   Faults
	Seed     uint64
	// Around is called with what is measured, to profile it; nil for nobody.
	Around func(measure func() error) error
	// Progress is told what is being done.
	Progress func(what string)
}

// ErrConfig is what is wrong with a Config.
var ErrConfig = errors.New("these numbers can't be measured")

func (c Config) check() error {
	switch {
	case c.Subscriptions < 1 || c.Destinations < 1 || c.Articles < 1 || c.Hits < 1:
		return fmt.Errorf("%w: subscriptions, destinations, articles and hits have to be 1 at least", ErrConfig)
	case c.Subscriptions < c.Destinations:
		return fmt.Errorf("%w: %d destinations have no subscription", ErrConfig, c.Destinations-c.Subscriptions)
	case c.Hits > c.Destinations || c.Burst > c.Destinations:
		return fmt.Errorf("%w: an article can't hit more than all %d destinations", ErrConfig, c.Destinations)
	case c.Burst < 0 || c.Rate < 0 || c.Latency < 0:
		return fmt.Errorf("%w: one is negative", ErrConfig)
	}
	return nil
}

// Run measures. It writes below a key prefix of its own, and deletes that at
// the end, however it ends.
func Run(ctx context.Context, cfg Config) (result Result, err error) {
	if err := cfg.check(); err != nil {
		return result, err
	}
	client, err := redis.Open(ctx, redis.Options{URL: cfg.URL, Prefix: "bench-" + rand.Text() + ":", Shards: cfg.Shards})
	if err != nil {
		return result, err
	}
	defer func() { err = errors.Join(err, wipe(ctx, client)) }()
	r, err := prepare(ctx, cfg, client)
	if err != nil {
		return result, err
	}
	if cfg.Around == nil {
		return r.measure(ctx)
	}
	err = cfg.Around(func() error {
		result, err = r.measure(ctx)
		return err
	})
	return result, err
}

// wipe deletes what was written, also when ctx has ended.
func wipe(ctx context.Context, client *redis.Client) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
	defer cancel()
	return errors.Join(client.Wipe(ctx), client.Close())
}

// run is one measurement.
type run struct {
	Config
	client   *redis.Client
	corpus   *corpus
	ledger   *ledger
	matcher  *matching.Matcher
	dispatch *dispatch.Dispatcher
	outbox   *watchedOutbox
	platform *platform
	result   Result
}

// prepare stores the subscriptions and puts the parts together.
func prepare(ctx context.Context, cfg Config, client *redis.Client) (*run, error) {
	r := &run{Config: cfg, client: client, corpus: newCorpus(cfg)}
	limits := rulesOf(cfg.Platform)
	r.ledger = newLedger(r.corpus, limits.channel)
	cfg.Progress(fmt.Sprintf("storing %d subscriptions of %d destinations", cfg.Subscriptions, cfg.Destinations))
	if err := subscribe(ctx, client.Subscriptions(), r.corpus.subscriptions()); err != nil {
		return nil, err
	}
	var messenger dispatch.Messenger
	r.platform, messenger = newPlatform(cfg, limits, r.ledger, client.Rates())
	r.outbox = &watchedOutbox{Outbox: client.Outbox(), ledger: r.ledger}
	r.matcher = matching.New(matching.Config{Log: client.Articles(), Subscriptions: client.Subscriptions(), Outbox: r.outbox})
	r.dispatch = dispatch.New(dispatch.Config{
		Outbox: client.Outbox(), Articles: client.Articles(), Subscriptions: client.Subscriptions(),
		Messengers: []dispatch.Messenger{messenger}, Workers: cfg.Workers, Logger: slog.New(slog.DiscardHandler),
	})
	cfg.Progress("loading them into the engine")
	begun := time.Now()
	if err := r.matcher.Load(ctx); err != nil {
		return nil, err
	}
	r.result.LoadSeconds = time.Since(begun).Seconds()
	return r, nil
}

// measure sends the articles through, and waits for what they demand.
func (r *run) measure(ctx context.Context) (Result, error) {
	before, err := r.client.Usage(ctx)
	if err != nil {
		return r.result, err
	}
	begun := process.CPU()
	working, stop := context.WithCancel(ctx)
	defer stop()
	parts, working := errgroup.WithContext(working)
	parts.Go(func() error { return r.matcher.Run(working) })
	parts.Go(func() error { return r.dispatch.Run(working) })
	err = r.feed(working)
	if err == nil {
		r.Progress("waiting for what is on its way")
		err = r.settle(working)
	}
	after, errUsage := r.client.Usage(ctx)
	own := process.CPU() - begun
	stop()
	if err := errors.Join(err, errUsage, parts.Wait(), ctx.Err()); err != nil {
		return r.result, err
	}
	r.result.fill(r.Config, r.ledger, r.dispatch.Stats(), r.platform.refusals())
	r.result.cost(after.Since(before), own)
	return r.result, nil
}

// feed appends the articles, each at its time. Where the log is slow, what it
// delays counts into the latency: that is from the time at which an article was
// to be appended.
func (r *run) feed(ctx context.Context) error {
	r.Progress(fmt.Sprintf("sending %d articles through", len(r.corpus.articles)))
	start := time.Now()
	log := r.client.Articles()
	for i := range r.corpus.articles {
		at := time.Now()
		if r.Rate > 0 {
			at = start.Add(time.Duration(float64(i) / r.Rate * float64(time.Second)))
			if !pause(ctx, time.Until(at)) {
				return ctx.Err()
			}
		}
		a := r.corpus.article(i)
		a.Received = at
		r.ledger.appended(i, at)
		if _, verdict, err := log.Append(ctx, a, false); err != nil || verdict != alerts.Added {
			return fmt.Errorf("append article %d, taken as %d: %w", i, verdict, err)
		}
	}
	return nil
}

const (
	look = 20 * time.Millisecond
	// patience ends the wait for what does not come. It is longer than a lease.
	patience = 90 * time.Second
)

// settle waits until everything that is demanded has arrived and nothing waits
// any more, or until nothing has happened for patience.
func (r *run) settle(ctx context.Context) error {
	last, since := -1, time.Now()
	for pause(ctx, look) {
		arrived, missing := r.ledger.progress()
		if missing == 0 {
			due, later, err := r.client.Outbox().Depth(ctx)
			if err != nil {
				return err
			}
			if due+later == 0 {
				return nil
			}
		}
		if arrived != last {
			last, since = arrived, time.Now()
		}
		if time.Since(since) > patience {
			return nil
		}
	}
	return ctx.Err()
}

// pause waits for span, and is false when ctx has ended.
func pause(ctx context.Context, span time.Duration) bool {
	if span <= 0 {
		return ctx.Err() == nil
	}
	timer := time.NewTimer(span)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// watchedOutbox notes when the alerts of an article were all put in.
type watchedOutbox struct {
	*redis.Outbox
	ledger *ledger
}

func (o *watchedOutbox) Enqueue(ctx context.Context, p []alerts.Pending) (int, error) {
	n, err := o.Outbox.Enqueue(ctx, p)
	if err == nil {
		o.ledger.enqueued(p, time.Now())
	}
	return n, err
}
