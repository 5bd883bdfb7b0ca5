package ingest

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/bellwether/bellwether/alerts"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// memoryLog is an ArticleLog that knows IDs only.
type memoryLog struct {
	mu      sync.Mutex
	logged  []alerts.Article
	history []string
	states  map[string][]byte
	settled []settled
	teasers map[string]bool // ID and teaser of what was logged
	// fail, when set, is asked before each call and named the method.
	fail func(method, id string) error
}

type settled struct {
	source   string
	standing []string
	keep     bool
}

func (l *memoryLog) check(method, id string) error {
	if l.fail == nil {
		return nil
	}
	return l.fail(method, id)
}

func (l *memoryLog) Append(_ context.Context, a alerts.Article, history bool) (alerts.Article, alerts.Verdict, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.check("append", a.ID); err != nil {
		return alerts.Article{}, 0, err
	}
	if a.Teaser != nil {
		if l.teasers == nil {
			l.teasers = map[string]bool{}
		}
		defer func() { l.teasers[a.ID+*a.Teaser] = true }()
	}
	for i, old := range slices.Backward(l.logged) {
		if old.ID != a.ID {
			continue
		}
		if old.Title == a.Title && (old.Body == a.Body || l.teasers[a.ID+a.Body]) {
			return l.logged[i], alerts.Duplicate, nil
		}
		a.Revision = old.Revision + 1
		l.logged = append(l.logged, a)
		return a, alerts.Revised, nil
	}
	a.Revision = 1
	l.logged = append(l.logged, a)
	if history {
		l.history = append(l.history, a.ID)
	}
	return a, alerts.Added, nil
}

func (l *memoryLog) Known(_ context.Context, articles []alerts.Article) ([]alerts.Known, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.check("known", ""); err != nil {
		return nil, err
	}
	out := make([]alerts.Known, len(articles))
	for i, a := range articles {
		for _, old := range l.logged {
			switch {
			case old.ID != a.ID:
			case old.Title == a.Title && (old.Body == a.Body || l.teasers[a.ID+a.Body]):
				out[i] = alerts.Unchanged
			default:
				out[i] = max(out[i], alerts.Changed)
			}
		}
	}
	return out, nil
}

func (l *memoryLog) Settle(_ context.Context, source string, standing []alerts.Article, keep bool, _ time.Time) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.check("settle", source); err != nil {
		return err
	}
	s := settled{source: source, keep: keep}
	for _, a := range standing {
		s.standing = append(s.standing, a.ID)
	}
	l.settled = append(l.settled, s)
	return nil
}

func (l *memoryLog) State(_ context.Context, source string) ([]byte, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.check("state", source); err != nil {
		return nil, err
	}
	return l.states[source], nil
}

func (l *memoryLog) SaveState(_ context.Context, source string, state []byte) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.check("save", source); err != nil {
		return err
	}
	if l.states == nil {
		l.states = map[string][]byte{}
	}
	l.states[source] = state
	return nil
}

func (l *memoryLog) Saved(context.Context) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.check("saved", "")
}

func (l *memoryLog) saved() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.states)
}

func (l *memoryLog) forget(source string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.states, source)
}

func (l *memoryLog) ids() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	var out []string
	for _, a := range l.logged {
		out = append(out, a.ID)
	}
	return out
}

// fakeSource answers each Fetch with the next of its replies, the last one
// for ever, and keeps when and with what state it was asked.
type fakeSource struct {
	name    string
	replies []reply

	mu     sync.Mutex
	times  []time.Time
	states []string
}

type reply struct {
	batch alerts.Batch
	err   error
	do    func(context.Context)
}

func (s *fakeSource) Name() string { return s.name }

func (s *fakeSource) Address() string { return "test:" + s.name }

func (s *fakeSource) Fetch(ctx context.Context, state []byte) (alerts.Batch, error) {
	s.mu.Lock()
	r := s.replies[min(len(s.times), len(s.replies)-1)]
	s.times = append(s.times, time.Now())
	s.states = append(s.states, string(state))
	s.mu.Unlock()
	if r.do != nil {
		r.do(ctx)
	}
	return r.batch, r.err
}

// gaps are the pauses between the polls, rounded to seconds.
func (s *fakeSource) gaps() []time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []time.Duration
	for i := 1; i < len(s.times); i++ {
		out = append(out, s.times[i].Sub(s.times[i-1]).Round(time.Second))
	}
	return out
}

func (s *fakeSource) polls() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.times)
}

func article(id string) alerts.Article {
	return alerts.Article{ID: id, Title: "Headline of " + id, Body: "Text of " + id + "."}
}

func batch(ids ...string) reply {
	b := alerts.Batch{State: []byte("etag")}
	for _, id := range ids {
		b.Articles = append(b.Articles, article(id))
	}
	return reply{batch: b}
}

func failing(err error) reply { return reply{err: err} }

var errDown = errors.New("connection refused")

// running runs f beside an Ingester within a synctest bubble and stops it.
func running(t *testing.T, cfg Config, f func(in *Ingester)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		if cfg.Jitter == nil {
			cfg.Jitter = func() float64 { return 0.5 } // intervals as they are, back-off at three quarters
		}
		in := New(cfg)
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- in.Run(ctx) }()
		synctest.Wait()
		f(in)
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Run: %v", err)
		}
	})
}

// pass lets d go by on the bubble's clock.
func pass(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}

func logger(to *bytes.Buffer) *slog.Logger {
	return slog.New(slog.NewTextHandler(to, &slog.HandlerOptions{Level: slog.LevelInfo}))
}

func lines(b *bytes.Buffer, with string) int {
	n := 0
	for l := range strings.SplitSeq(b.String(), "\n") {
		if strings.Contains(l, with) {
			n++
		}
	}
	return n
}
