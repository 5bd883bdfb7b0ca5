// Package redis keeps subscriptions, articles and the outbox in Redis 7 or
// newer: one server, Sentinel or Cluster. Every step is one Lua script that
// works on keys of one hash tag and takes the time from Redis: {s} for
// subscriptions with their change log and workspaces, {a} for articles, {e} for
// what happens once, {l} for leases, {p} for the limits of platforms, {o0},
// {o1}… for the shards of the outbox. The scripts in lua/ say which keys there
// are.
//
// Nothing relies on keys that expire by themselves: what has had its time is
// deleted in small steps by the scripts that write.
package redis

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	goredis "github.com/redis/go-redis/v9"
)

// What Options stand for when they are zero.
const (
	DefaultPrefix    = "bellwether:"
	DefaultShards    = 32
	DefaultReclaim   = time.Minute
	DefaultLogLength = 10_000
)

// Options of [Open]. Only URL must be set.
type Options struct {
	// URL says where Redis is; [ParseURL] has its forms.
	URL string
	// Prefix begins every key. It must not contain braces.
	Prefix string
	// Shards is the number of parts of the outbox. It is stored at the first
	// start and can't be changed after.
	Shards int
	// Consumer names this replica among the readers of the article log; two
	// that run at once must not share it. Empty means a random name.
	Consumer string
	// Reclaim is how long another replica may hold an article without
	// acknowledging it before this one takes it over.
	Reclaim time.Duration
	// LogLength is about how many changes of subscriptions are kept for those
	// who follow them.
	LogLength int
	// Solo says that no other process uses the store: leases and articles that
	// an earlier process held are free again at the start.
	Solo bool
	// Wait is how many replicas of Redis have to have a write before it counts as
	// stored, where it is acknowledged to a person or to the next stage; 0 does
	// not wait. WaitTime bounds that, to [MostWait] at most; 0 is a second.
	Wait     int
	WaitTime time.Duration
	// Beat lies between two looks whether Redis has lost writes; 0 never looks.
	Beat time.Duration
	// Sync, unless nil, is called before a method returns that changed
	// something on behalf of a person, and returns when the change is on disk.
	Sync func(context.Context) error
	// Logger is told of records that can't be read. Nil means none.
	Logger *slog.Logger
	// Metrics shows what the client does and what waits in the store; nil for
	// nobody.
	Metrics prometheus.Registerer
}

// Client is a connection to the store. Its parts may be used by many
// goroutines at once.
type Client struct {
	db      goredis.UniversalClient
	options Options
	log     *slog.Logger
	waker   *waker

	together *together
	heart    *heart // nil without Options.Beat
}

// Open connects, checks the store and prepares it. The error never contains
// the URL's password.
func Open(ctx context.Context, o Options) (*Client, error) {
	if err := o.complete(); err != nil {
		return nil, err
	}
	target, err := ParseURL(o.URL)
	if err != nil {
		return nil, err
	}
	c := &Client{db: target.connect(), options: o, log: o.Logger}
	if o.Metrics != nil {
		c.measure(o.Metrics)
	}
	c.waker, c.together = newWaker(c.db, o.Prefix), newTogether(c.db)
	if err := c.start(ctx); err != nil {
		_ = c.Close()
		return nil, fmt.Errorf("open the store at %s: %w", target, err)
	}
	if o.Beat > 0 {
		c.heart = startHeart(c, o.Beat)
	}
	return c, nil
}

func (o *Options) complete() error {
	if o.Prefix == "" {
		o.Prefix = DefaultPrefix
	}
	if strings.ContainsAny(o.Prefix, "{}") {
		return fmt.Errorf("prefix %q of the Redis keys: must not contain braces", o.Prefix)
	}
	if o.Shards == 0 {
		o.Shards = DefaultShards
	}
	if o.Shards < 1 || o.Shards > 4096 {
		return fmt.Errorf("%d shards: want 1 to 4096", o.Shards)
	}
	if o.Consumer == "" {
		o.Consumer = rand.Text()
		if o.Solo {
			o.Consumer = "solo"
		}
	}
	if o.Reclaim <= 0 {
		o.Reclaim = DefaultReclaim
	}
	if o.WaitTime <= 0 {
		o.WaitTime = time.Second
	}
	o.WaitTime = min(o.WaitTime, MostWait)
	if o.LogLength <= 0 {
		o.LogLength = DefaultLogLength
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return nil
}

func (c *Client) start(ctx context.Context) error {
	stored, err := c.run(ctx, scriptStoreStart, c.key("s"), c.options.Shards).Text()
	if err != nil {
		return fmt.Errorf("read the number of shards: %w", err)
	}
	if stored != strconv.Itoa(c.options.Shards) {
		return fmt.Errorf("the outbox has %s shards, the configuration says %d: set it to %s",
			stored, c.options.Shards, stored)
	}
	if err := c.Articles().start(ctx); err != nil {
		return err
	}
	if c.options.Solo {
		return c.Outbox().recover(ctx)
	}
	return nil
}

// Close ends the connections and waits for its goroutines.
func (c *Client) Close() error {
	c.heart.stop()
	c.waker.stop()
	c.together.close()
	return c.db.Close()
}

// Ping asks the server for a sign of life.
func (c *Client) Ping(ctx context.Context) error { return c.db.Ping(ctx).Err() }

// key gives the key prefix of a hash tag.
func (c *Client) key(tag string) string { return c.options.Prefix + "{" + tag + "}:" }

// saved waits until what was changed is on disk, where that is asked for.
func (c *Client) saved(ctx context.Context) error {
	if c.options.Sync == nil {
		return nil
	}
	if err := c.options.Sync(ctx); err != nil {
		return fmt.Errorf("save the change: %w", err)
	}
	return nil
}
