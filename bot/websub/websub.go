// Package websub subscribes to the hubs that feeds name, so that what is new comes
// at once (https://www.w3.org/TR/websub/). Feeds are polled beside it: a hub that
// loses something delays it until the next poll.
package websub

import (
	"context"
	"crypto/rand"
	"log/slog"
	mathrand "math/rand/v2"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"

	"github.com/bellwether/bellwether/alerts"
)

const (
	// look lies between two looks at what is due, and at what other replicas did.
	look = 15 * time.Second
	// lease is for how long a subscription is asked for; a hub decides itself.
	lease = 10 * 24 * time.Hour
	// untold is taken for the lease of a hub that names none, as some of before
	// the standard do.
	untold   = 24 * time.Hour
	minLease = time.Minute
	maxLease = 30 * 24 * time.Hour
	// verifyTime is for how long a hub may take to ask back.
	verifyTime = 2 * time.Minute
	minBackoff = time.Minute
	maxBackoff = 6 * time.Hour
	// stale is after how long without a good poll that names its hub a feed is
	// taken to have none: longer than the longest back-off of a poll.
	stale = 8 * time.Hour
	// renamed lies between two notes that a feed still names its hub.
	renamed = time.Hour
	// mostGoodbyes is how often a hub is asked to end what it may end by itself.
	mostGoodbyes = 3
	atOnce       = 4 // hubs that are asked at the same time
	// mostAsked are asked before the next look: with the longest time that each may
	// take that is within turnTime.
	mostAsked = 64
	turnTime  = 20 * time.Minute
)

// Store keeps what is agreed with hubs, for all replicas.
type Store interface {
	HubSubscriptions(ctx context.Context) ([]alerts.HubSubscription, error)
	// HubSubscription gives the one with a token; alerts.ErrNotFound.
	HubSubscription(ctx context.Context, token string) (alerts.HubSubscription, error)
	// PutHubSubscription keeps s if its Revision is the one that is there, 0 for
	// none, and gives s with the next one; else false, and nothing changed.
	PutHubSubscription(ctx context.Context, s alerts.HubSubscription) (alerts.HubSubscription, bool, error)
	// DropHubSubscription forgets s, likewise.
	DropHubSubscription(ctx context.Context, s alerts.HubSubscription) (bool, error)
}

// Hubs asks a hub something.
type Hubs interface {
	// Ask sends the fields of a form to the hub at address, once. host is where
	// the feed is read from that names the hub. It returns nil when the hub takes
	// it on, which tells nothing of what it will do; an [alerts.SendError] with
	// After asks for a pause. No error has a secret in it.
	Ask(ctx context.Context, address, host string, form map[string]string) error
}

// Intake takes in what hubs send.
type Intake interface {
	// Bring logs the items of a document of a source, and returns when they
	// outlive this process; alerts.ErrNotFound if there is no such source here.
	// What can't be read as one, or is empty, makes it poll the source soon, as
	// Poll does. After another error it is to be brought again.
	Bring(ctx context.Context, source, contentType string, body []byte, base string) error
	// Poll polls a source soon.
	Poll(source string)
}

// Config is what a Subscriber is made of.
type Config struct {
	Store  Store
	Hubs   Hubs
	Intake Intake
	// Callback is the address that hubs call, up to the token.
	Callback string
	Logger   *slog.Logger
	Now      func() time.Time
	Jitter   func() float64 // in [0, 1)
	Metrics  prometheus.Registerer
	// Alive is told at each turn of the loop that there is another within that
	// time; nil for nobody.
	Alive func(loop string, within time.Duration)
}

// Subscriber keeps the subscriptions. Its methods may be called at the same time.
type Subscriber struct {
	cfg        Config
	deliveries *prometheus.CounterVec
	wake       chan struct{}

	mu       sync.Mutex
	known    map[string]alerts.HubSubscription // as they were when last looked at, by token
	complete bool                              // all that are stored were looked at
}

// New makes a Subscriber.
func New(cfg Config) *Subscriber {
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Jitter == nil {
		cfg.Jitter = mathrand.Float64
	}
	if cfg.Alive == nil {
		cfg.Alive = func(string, time.Duration) {}
	}
	s := &Subscriber{cfg: cfg, wake: make(chan struct{}, 1), known: map[string]alerts.HubSubscription{}}
	f := promauto.With(cfg.Metrics)
	s.deliveries = f.NewCounterVec(prometheus.CounterOpts{
		Name: "bellwether_hub_deliveries_total",
		Help: "What hubs sent: taken, ping (the feed was polled), forged (no valid signature), unknown or failed (to be sent again).",
	}, []string{"outcome"})
	for _, outcome := range []string{"taken", "ping", "forged", "unknown", "failed"} {
		s.deliveries.WithLabelValues(outcome) // shown before the first
	}
	f.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "bellwether_hub_subscriptions", Help: "Feeds whose hub sends what is new.",
	}, func() float64 { return float64(s.count()) })
	return s
}

func (s *Subscriber) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n, now := 0, s.cfg.Now()
	for _, sub := range s.known {
		if sub.Live(now) {
			n++
		}
	}
	return n
}

// Live tells whether a hub sends what is new in a source.
func (s *Subscriber) Live(source string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.cfg.Now()
	for _, sub := range s.known {
		if sub.Source == source && sub.Live(now) {
			return true
		}
	}
	return false
}

// Found is told after a good poll of a source, which is read from host, which hub
// it names; the zero Hub for none. It is for one call for a source at a time.
func (s *Subscriber) Found(ctx context.Context, source, host string, hub alerts.Hub) {
	if err := s.found(ctx, source, host, hub); err != nil && ctx.Err() == nil {
		s.cfg.Logger.WarnContext(ctx, "what a feed says of its hub was not kept; its next poll says it again", "source", source, "error", err)
	}
}

func (s *Subscriber) found(ctx context.Context, source, host string, hub alerts.Hub) error {
	all, err := s.of(ctx, source)
	if err != nil {
		return err
	}
	now, stands := s.cfg.Now(), false
	for _, sub := range all {
		switch {
		case sub.Ending:
		case sub.Host == host && sub.Hub.Topic == hub.Topic && slices.Equal(sub.Hub.Addresses, hub.Addresses):
			stands = true
			if now.Sub(sub.Named) >= renamed {
				sub.Named = now
				err = s.put(ctx, sub)
			}
		default:
			err = s.end(ctx, sub)
		}
		if err != nil {
			return err
		}
	}
	if stands || len(hub.Addresses) == 0 {
		return nil
	}
	sub := alerts.HubSubscription{Token: rand.Text(), Source: source, Host: host, Hub: hub, Next: now, Named: now}
	if !slices.ContainsFunc(hub.Addresses, func(a string) bool { return !strings.HasPrefix(a, "https://") }) {
		sub.Secret = rand.Text() // is told only where nobody else hears it
	}
	return s.put(ctx, sub)
}

// of gives the subscriptions of a source.
func (s *Subscriber) of(ctx context.Context, source string) ([]alerts.HubSubscription, error) {
	s.mu.Lock()
	complete := s.complete
	s.mu.Unlock()
	if !complete {
		if err := s.refresh(ctx); err != nil {
			return nil, err
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []alerts.HubSubscription
	for _, sub := range s.known {
		if sub.Source == source {
			out = append(out, sub)
		}
	}
	return out, nil
}

// refresh looks at all that are stored.
func (s *Subscriber) refresh(ctx context.Context) error {
	all, err := s.cfg.Store.HubSubscriptions(ctx)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.known, s.complete = make(map[string]alerts.HubSubscription, len(all)), true
	for _, sub := range all {
		s.known[sub.Token] = sub
	}
	return nil
}

// end makes a subscription one that is to be taken back.
func (s *Subscriber) end(ctx context.Context, sub alerts.HubSubscription) error {
	sub.Ending, sub.Failures, sub.Next = true, 0, s.cfg.Now()
	return s.put(ctx, sub)
}

// put keeps sub, unless another replica has changed it: then that holds.
func (s *Subscriber) put(ctx context.Context, sub alerts.HubSubscription) error {
	_, err := s.claim(ctx, sub)
	return err
}

// claim is put, and tells whether sub was kept.
func (s *Subscriber) claim(ctx context.Context, sub alerts.HubSubscription) (bool, error) {
	kept, ok, err := s.cfg.Store.PutHubSubscription(ctx, sub)
	if err != nil || !ok {
		return false, err
	}
	s.mu.Lock()
	s.known[sub.Token] = kept
	s.mu.Unlock()
	if !kept.Next.After(s.cfg.Now()) {
		select {
		case s.wake <- struct{}{}:
		default:
		}
	}
	return true, nil
}

// drop forgets sub, unless another replica has changed it.
func (s *Subscriber) drop(ctx context.Context, sub alerts.HubSubscription) error {
	ok, err := s.cfg.Store.DropHubSubscription(ctx, sub)
	if err != nil || !ok {
		return err
	}
	s.mu.Lock()
	delete(s.known, sub.Token)
	s.mu.Unlock()
	return nil
}
