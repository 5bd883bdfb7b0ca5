package redis

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
	goredis "github.com/redis/go-redis/v9"
)

var commandBuckets = []float64{.0001, .00025, .0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5}

// otherCommand counts for all that have no name of their own in the metrics.
const otherCommand = "other"

// mixedCommand counts for a pipeline of several commands.
const mixedCommand = "pipeline"

// measure shows r what the client does and what waits in the store.
func (c *Client) measure(r prometheus.Registerer) {
	f := promauto.With(r)
	c.db.AddHook(newMeter(f))
	pool := func(name, help string, of func(*goredis.PoolStats) uint32) {
		f.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, func() float64 { return float64(of(c.db.PoolStats())) })
	}
	pool("bellwether_redis_connections", "Connections to Redis.", func(s *goredis.PoolStats) uint32 { return s.TotalConns })
	pool("bellwether_redis_connections_idle", "Connections to Redis that nobody uses.", func(s *goredis.PoolStats) uint32 { return s.IdleConns })
	for event, of := range map[string]func(*goredis.PoolStats) uint32{
		"hit":     func(s *goredis.PoolStats) uint32 { return s.Hits },
		"miss":    func(s *goredis.PoolStats) uint32 { return s.Misses },
		"wait":    func(s *goredis.PoolStats) uint32 { return s.WaitCount },
		"timeout": func(s *goredis.PoolStats) uint32 { return s.Timeouts },
		"stale":   func(s *goredis.PoolStats) uint32 { return s.StaleConns },
	} {
		f.NewCounterFunc(prometheus.CounterOpts{
			Name: "bellwether_redis_pool_total", Help: "What the pool of connections did: hit (a free one was there), miss, wait, timeout, stale (one was closed).",
			ConstLabels: prometheus.Labels{"event": event},
		}, func() float64 { return float64(of(c.db.PoolStats())) })
	}
	r.MustRegister(newReading(c.State, c.log))
}

// meter is a hook that times every call of the server: a command, a script, or
// a pipeline, which counts once: under the name of its commands if they have
// one, such as a script on many shards, else as a pipeline.
type meter struct {
	scripts map[string]string // by their SHA-1
	seconds *prometheus.HistogramVec
	errors  map[string]prometheus.Counter // by name: the closed set of them
}

func newMeter(f promauto.Factory) *meter {
	m := &meter{scripts: scriptNames(), errors: map[string]prometheus.Counter{}, seconds: f.NewHistogramVec(prometheus.HistogramOpts{
		Name: "bellwether_redis_command_duration_seconds", Buckets: commandBuckets,
		Help: "One call of Redis with its retries, by command or by the name of its script; a pipeline of several commands counts as pipeline.",
	}, []string{"command"})}
	failed := f.NewCounterVec(prometheus.CounterOpts{
		Name: "bellwether_redis_command_errors_total", Help: "Calls of Redis that failed.",
	}, []string{"command"})
	for _, name := range []string{
		otherCommand, mixedCommand, "get", "hello", "hget", "hgetall", "hmget", "hscan", "hvals", "info", "mget", "ping", "scan", "select", "sscan", "unlink", "xrange", "zrange", "zrevrangebyscore",
	} {
		m.errors[name] = failed.WithLabelValues(name)
	}
	for _, name := range m.scripts {
		m.errors[name] = failed.WithLabelValues(name)
	}
	return m
}

// scriptNames gives the scripts' names by their hash: each alone, and behind
// every library that may stand before it.
func scriptNames() map[string]string {
	files, err := sources.ReadDir("lua")
	if err != nil {
		panic(err) // a mistake of the build
	}
	libraries, texts := []string{""}, map[string]string{}
	for _, file := range files {
		text, err := sources.ReadFile("lua/" + file.Name())
		if err != nil {
			panic(err)
		}
		name := strings.TrimSuffix(file.Name(), ".lua")
		if strings.HasSuffix(name, "_lib") {
			libraries = append(libraries, string(text))
		} else {
			texts[name] = string(text)
		}
	}
	names := map[string]string{}
	for name, text := range texts {
		for _, library := range libraries {
			names[goredis.NewScript(library+text).Hash()] = name
		}
	}
	return names
}

// nameOf gives the name under which a command counts.
func (m *meter) nameOf(cmd goredis.Cmder) string {
	name := cmd.Name()
	if args := cmd.Args(); len(args) > 1 && (name == "evalsha" || name == "eval") {
		text, _ := args[1].(string)
		if name == "eval" {
			text = goredis.NewScript(text).Hash()
		}
		name = m.scripts[text]
	}
	if m.errors[name] == nil {
		return otherCommand
	}
	return name
}

// nameOfAll gives the name under which a pipeline counts.
func (m *meter) nameOfAll(cmds []goredis.Cmder) string {
	name := m.nameOf(cmds[0])
	for _, cmd := range cmds[1:] {
		if m.nameOf(cmd) != name {
			return mixedCommand
		}
	}
	return name
}

func (m *meter) note(name string, begun time.Time, err error) {
	m.seconds.WithLabelValues(name).Observe(time.Since(begun).Seconds())
	// An unknown script is sent again, and who gave up waiting is no fault.
	if err != nil && !errors.Is(err, goredis.Nil) && !errors.Is(err, context.Canceled) && !goredis.HasErrorPrefix(err, "NOSCRIPT") {
		m.errors[name].Inc()
	}
}

// DialHook implements goredis.Hook.
func (m *meter) DialHook(next goredis.DialHook) goredis.DialHook { return next }

// ProcessHook implements goredis.Hook.
func (m *meter) ProcessHook(next goredis.ProcessHook) goredis.ProcessHook {
	return func(ctx context.Context, cmd goredis.Cmder) error {
		begun := time.Now()
		err := next(ctx, cmd)
		m.note(m.nameOf(cmd), begun, err)
		return err
	}
}

// ProcessPipelineHook implements goredis.Hook.
func (m *meter) ProcessPipelineHook(next goredis.ProcessPipelineHook) goredis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []goredis.Cmder) error {
		begun := time.Now()
		err := next(ctx, cmds)
		if len(cmds) > 0 {
			m.note(m.nameOfAll(cmds), begun, err)
		}
		return err
	}
}

const (
	// readTime bounds a reading of the store for those who watch it.
	readTime = 5 * time.Second
	// A reading is shown again for readAgain, or for readShare times what it
	// took if that is longer: so it takes two in a hundred parts of the server's
	// time at most, however much waits and whoever watches.
	readAgain = 5 * time.Second
	readShare = 50
)

// reading shows what waits in the store. It is read when somebody asks: so
// nobody pays for it who is not watched, no goroutine is needed, and what is
// shown is hardly ever old. A store that does not answer in time shows as down, and
// the rest is left out then.
type reading struct {
	read func(context.Context) (State, error)
	log  *slog.Logger

	mu    sync.Mutex
	next  time.Time // when it is read again
	state State
	err   error

	up, logWaiting, logAge, waiting, waited, dead *prometheus.Desc
}

func newReading(read func(context.Context) (State, error), log *slog.Logger) *reading {
	desc := func(name, help string, labels ...string) *prometheus.Desc {
		return prometheus.NewDesc(name, help, labels, nil)
	}
	return &reading{
		read: read, log: log,
		up:         desc("bellwether_store_up", "1 if what waits in the store could be read, else 0."),
		logWaiting: desc("bellwether_log_unacknowledged_articles", "Articles in the log whose alerts are not all in the outbox."),
		logAge:     desc("bellwether_log_oldest_age_seconds", "Age of the oldest of those articles, 0 if there is none."),
		waiting:    desc("bellwether_outbox_waiting", "Alerts that wait: due (or being sent), or later.", "when"),
		waited:     desc("bellwether_outbox_oldest_due_seconds", "For how long a destination could have been written to that was not, 0 if there is none."),
		dead:       desc("bellwether_dead_letters", "Alerts that were given up and are kept."),
	}
}

// Describe implements prometheus.Collector.
func (r *reading) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{r.up, r.logWaiting, r.logAge, r.waiting, r.waited, r.dead} {
		ch <- d
	}
}

// Collect implements prometheus.Collector.
func (r *reading) Collect(ch chan<- prometheus.Metric) {
	s, err := r.latest()
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	if err != nil {
		gauge(r.up, 0)
		return
	}
	gauge(r.up, 1)
	gauge(r.logWaiting, float64(s.Unacknowledged))
	gauge(r.logAge, s.Oldest.Seconds())
	gauge(r.waiting, float64(s.Due), "due")
	gauge(r.waiting, float64(s.Later), "later")
	gauge(r.waited, s.Waited.Seconds())
	gauge(r.dead, float64(s.Dead))
}

// latest reads the store, unless that was just done.
func (r *reading) latest() (State, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if begun := time.Now(); begun.After(r.next) {
		ctx, cancel := context.WithTimeout(context.Background(), readTime)
		defer cancel()
		r.state, r.err = r.read(ctx)
		r.next = time.Now().Add(max(readAgain, readShare*time.Since(begun)))
		if r.err != nil {
			r.log.Warn("what waits in the store can't be read for the metrics", "error", r.err)
		}
	}
	return r.state, r.err
}
