// Package pressure holds the pipeline back before its store is full: reading
// sources first, matching when that is not enough, and delivery never.
package pressure

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
)

// Load is how full a store is.
type Load struct {
	Waiting int // deliveries in the outbox
	// Memory and Limit are bytes of the server that is the fullest; Limit is 0
	// where it has none.
	Memory, Limit int64
}

// Bounds are what holds the pipeline back.
type Bounds struct {
	// Waiting is how many deliveries may wait before no source is read; at twice
	// as many, nothing is matched.
	Waiting int
	// Memory is the share of the server's limit from which no source is read;
	// half-way from there to the limit, nothing is matched.
	Memory float64
}

// DefaultBounds hold back when deliveries of some 400 MB wait, at what one takes
// at most, and when a quarter of the server's memory is left.
func DefaultBounds() Bounds { return Bounds{Waiting: 1_000_000, Memory: 0.75} }

const (
	// every lies between two looks at the store.
	every = 10 * time.Second
	// calm is the share of a bound below which it holds back no more, so that
	// work does not stop and go at every look.
	calm = 0.9
)

// level is how much is held back.
type level int

const (
	open level = iota
	noIntake
	noMatching
)

// Config is what a Gauge is made of. Read is required.
type Config struct {
	// Read tells how full the store is.
	Read   func(ctx context.Context) (Load, error)
	Bounds Bounds
	Logger *slog.Logger
	// Metrics shows what is held back; nil for nobody.
	Metrics prometheus.Registerer
}

// Gauge watches a store. Its methods may be called at the same time.
type Gauge struct {
	cfg Config

	// What was read last, for those who watch.
	memory, limit prometheus.Gauge

	mu     sync.Mutex
	level  level
	reason string
}

// New makes a Gauge, which holds nothing back until Run has looked.
func New(cfg Config) *Gauge {
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	f := promauto.With(cfg.Metrics)
	g := &Gauge{
		cfg: cfg,
		memory: f.NewGauge(prometheus.GaugeOpts{
			Name: "bellwether_store_memory_bytes", Help: "Memory of the Redis server that is the fullest; 0 with the embedded store.",
		}),
		limit: f.NewGauge(prometheus.GaugeOpts{
			Name: "bellwether_store_memory_limit_bytes", Help: "What that server may use (maxmemory); 0 where there is no limit.",
		}),
	}
	f.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "bellwether_held_back", Help: "0: nothing; 1: no source is read, because the store fills up; 2: nothing is matched either.",
	}, func() float64 { return float64(g.now()) })
	return g
}

// Run looks at the store until ctx ends, and returns nil then. While it can't
// be read, what was held back stays so.
func (g *Gauge) Run(ctx context.Context) error {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for failed := false; ; timer.Reset(every) {
		select {
		case <-ctx.Done():
			return nil
		case <-timer.C:
		}
		load, err := g.cfg.Read(ctx)
		switch {
		case ctx.Err() != nil:
			return nil
		case err == nil:
			g.set(load)
		case !failed:
			g.cfg.Logger.Warn("how full the store is can't be read; it is tried again", "error", err)
		}
		failed = err != nil
	}
}

// Intake tells why no source is to be read now; empty if they are.
func (g *Gauge) Intake() string { return g.why(noIntake) }

// Matching tells why no article is to be matched now; empty if they are.
func (g *Gauge) Matching() string { return g.why(noMatching) }

func (g *Gauge) why(from level) string {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.level < from {
		return ""
	}
	return g.reason
}

func (g *Gauge) now() level {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.level
}

func (g *Gauge) set(load Load) {
	g.mu.Lock()
	defer g.mu.Unlock()
	was := g.level
	g.memory.Set(float64(load.Memory))
	g.limit.Set(float64(load.Limit))
	g.level, g.reason = g.cfg.Bounds.judge(load, was)
	if g.level == was {
		return
	}
	switch g.level {
	case open:
		g.cfg.Logger.Info("the store has room again: everything goes on")
	case noIntake:
		g.cfg.Logger.Warn("the store fills up: no source is read until it has room; alerts go out and commands are answered", "reason", g.reason)
	case noMatching:
		g.cfg.Logger.Error("the store is nearly full: nothing is read or matched until it has room; alerts go out and commands are answered", "reason", g.reason)
	}
}

// Judge tells what a store as full as that holds back, and why.
func (b Bounds) Judge(load Load) (held bool, reason string) {
	l, reason := b.judge(load, open)
	return l > open, reason
}

func (b Bounds) judge(load Load, was level) (level, string) {
	waiting := step(float64(load.Waiting), float64(b.Waiting), 2*float64(b.Waiting), was)
	memory := open
	if load.Limit > 0 {
		memory = step(float64(load.Memory)/float64(load.Limit), b.Memory, (1+b.Memory)/2, was)
	}
	switch {
	case max(waiting, memory) == open:
		return open, ""
	case waiting >= memory:
		return waiting, fmt.Sprintf("%d deliveries wait, and from %d on sources are held back", load.Waiting, b.Waiting)
	}
	return memory, fmt.Sprintf("Redis uses %d of %d MB, and from %.0f %% on sources are held back",
		load.Memory>>20, load.Limit>>20, 100*b.Memory)
}

// step is the level of a value, which has to come clearly below a bound to
// leave it.
func step(value, first, second float64, was level) level {
	if was >= noIntake {
		first *= calm
	}
	if was >= noMatching {
		second *= calm
	}
	switch {
	case value >= second:
		return noMatching
	case value >= first:
		return noIntake
	}
	return open
}
