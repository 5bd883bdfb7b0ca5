package pipeline

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"iter"
	"runtime"
	"time"

	"github.com/bellwether/bellwether/adapters/redis"
	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/bot/matching"
	"github.com/bellwether/bellwether/cmd/bellwether/internal/process"
)

// perDestination is how many subscriptions a destination has, where it is not
// asked for.
const perDestination = 5

// Start is how long a replica takes until it is ready to match.
type Start struct {
	Subscriptions int     `json:"subscriptions"`
	StoreSeconds  float64 `json:"store_seconds"` // to put them into Redis
	ReadySeconds  float64 `json:"ready_seconds"` // to read, parse and index them
	ReadyCPU      float64 `json:"ready_cpu_seconds"`
	HeapBytes     uint64  `json:"heap_bytes"` // when ready, after a collection
}

// MeasureStart stores the queries, five to a destination, and has a matcher
// load them.
func MeasureStart(ctx context.Context, cfg Config, queries iter.Seq[string]) (s Start, err error) {
	client, err := redis.Open(ctx, redis.Options{URL: cfg.URL, Prefix: "bench-" + rand.Text() + ":", Shards: cfg.Shards})
	if err != nil {
		return s, err
	}
	defer func() { err = errors.Join(err, wipe(ctx, client)) }()
	cfg.Progress("storing the subscriptions")
	begun := time.Now()
	if err := subscribe(ctx, client.Subscriptions(), spread(queries)); err != nil {
		return s, err
	}
	s.StoreSeconds = time.Since(begun).Seconds()
	runtime.GC()
	cfg.Progress("loading them")
	matcher := matching.New(matching.Config{Log: client.Articles(), Subscriptions: client.Subscriptions(), Outbox: client.Outbox()})
	begun, own := time.Now(), process.CPU()
	measure := func() error { return matcher.Load(ctx) }
	if cfg.Around != nil {
		err = cfg.Around(measure)
	} else {
		err = measure()
	}
	s.ReadySeconds, s.ReadyCPU = time.Since(begun).Seconds(), (process.CPU() - own).Seconds()
	s.Subscriptions = int(matcher.Stats().Subscriptions)
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	s.HeapBytes = m.HeapAlloc
	runtime.KeepAlive(matcher)
	return s, err
}

// spread gives each query a destination.
func spread(queries iter.Seq[string]) iter.Seq2[alerts.Destination, string] {
	return func(yield func(alerts.Destination, string) bool) {
		i := 0
		for text := range queries {
			if !yield(channelOf(i/perDestination), text) {
				return
			}
			i++
		}
	}
}

func channelOf(i int) alerts.Destination {
	return alerts.Destination{
		Platform: alerts.Slack, Workspace: fmt.Sprintf("T%07d", i/perWorkspace), Channel: fmt.Sprintf("C%08d", i),
	}
}
