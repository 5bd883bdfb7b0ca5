package pipeline

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"github.com/bellwether/bellwether/adapters/redis"
	"github.com/bellwether/bellwether/alerts"
)

// Memory is what Redis needs, in bytes for a thousand.
type Memory struct {
	Idle  float64 `json:"idle_bytes_per_1000"`  // destinations with five subscriptions each
	First float64 `json:"first_bytes_per_1000"` // deliveries, each the first of its lane
	Later float64 `json:"later_bytes_per_1000"` // deliveries behind those
	// Seen is what stays of a delivery that was sent, for 35 days: that its
	// destination has had the article. First and Later hold it too.
	Seen float64 `json:"seen_bytes_per_1000"`
}

// MeasureMemory stores destinations with subscriptions, and alerts for them.
func MeasureMemory(ctx context.Context, cfg Config) (m Memory, err error) {
	client, err := redis.Open(ctx, redis.Options{URL: cfg.URL, Prefix: "bench-" + rand.Text() + ":", Shards: cfg.Shards})
	if err != nil {
		return m, err
	}
	defer func() { err = errors.Join(err, wipe(ctx, client)) }()
	before, err := client.Usage(ctx)
	if err != nil {
		return m, err
	}
	grown := func(count int) float64 {
		after, errUsage := client.Usage(ctx)
		err = errors.Join(err, errUsage)
		per := float64(after.Since(before).Memory) / float64(count) * 1000
		before = after
		return per
	}
	c := newCorpus(cfg)
	if err := subscribe(ctx, client.Subscriptions(), c.subscriptions()); err != nil {
		return m, err
	}
	m.Idle = grown(cfg.Destinations)
	const later = 9
	for article := range 1 + later {
		if err := enqueueAll(ctx, client.Outbox(), c, article); err != nil {
			return m, err
		}
		if article == 0 {
			m.First = grown(cfg.Destinations)
		}
	}
	m.Later = grown(later * cfg.Destinations)
	if err := c.drop(ctx, client.Outbox()); err != nil {
		return m, err
	}
	m.Seen = m.First + later*m.Later + grown(cfg.Destinations)
	m.Seen /= 1 + later
	return m, err
}

// enqueueAll has every destination wait for an article.
func enqueueAll(ctx context.Context, o *redis.Outbox, c *corpus, article int) error {
	all := make([]alerts.Pending, c.cfg.Destinations)
	now := time.Now()
	for i := range all {
		all[i] = alerts.Pending{
			Lane: alerts.Lane{Destination: c.destination(int32(i))}, Article: articleID(article),
			Time: now, Subscriptions: []alerts.SubscriptionID{alerts.SubscriptionID(i + 1)},
		}
	}
	if n, err := o.Enqueue(ctx, all); err != nil || n != len(all) {
		return fmt.Errorf("put %d alerts into the outbox, %d were taken: %w", len(all), n, err)
	}
	return nil
}

// drop takes everything out of the outbox as if it had been sent.
func (c *corpus) drop(ctx context.Context, o *redis.Outbox) error {
	for {
		claims, err := o.Claim(ctx, 1000, time.Minute)
		if err != nil || len(claims) == 0 {
			return err
		}
		for _, one := range claims {
			if err := o.Drop(ctx, one, one.Items[0].Key); err != nil {
				return err
			}
		}
	}
}
