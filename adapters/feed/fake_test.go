package feed_test

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/bellwether/bellwether/alerts"
)

// memory is an article log and the turns of one replica after another.
type memory struct {
	mu       sync.Mutex
	logged   map[string]bool
	states   map[string][]byte
	due      map[string]time.Time
	statuses map[string]alerts.SourceStatus
}

func newMemory() *memory {
	return &memory{
		logged: map[string]bool{}, states: map[string][]byte{},
		due: map[string]time.Time{}, statuses: map[string]alerts.SourceStatus{},
	}
}

func (m *memory) Append(_ context.Context, a alerts.Article, _ bool) (alerts.Article, alerts.Verdict, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.logged[a.Title] {
		return a, alerts.Duplicate, nil
	}
	m.logged[a.Title] = true
	return a, alerts.Added, nil
}

func (m *memory) Known(_ context.Context, articles []alerts.Article) ([]alerts.Known, error) {
	return make([]alerts.Known, len(articles)), nil
}

func (m *memory) Settle(context.Context, string, []alerts.Article, bool, time.Time) error { return nil }

func (m *memory) Saved(context.Context) error { return nil }

func (m *memory) State(_ context.Context, source string) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.states[source], nil
}

func (m *memory) SaveState(_ context.Context, source string, state []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.states[source] = state
	return nil
}

func (m *memory) Begin(_ context.Context, source string, _ time.Duration, _ bool) (alerts.Turn, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if left := time.Until(m.due[source]); left > 0 {
		return alerts.Turn{Wait: left}, nil
	}
	return alerts.Turn{Mine: true, Status: m.statuses[source]}, nil
}

func (m *memory) Keep(context.Context, string, time.Duration) (bool, error) { return true, nil }

func (m *memory) End(ctx context.Context, s alerts.SourceStatus, wait time.Duration) error {
	if ctx.Err() != nil {
		return fmt.Errorf("end a turn: %w", ctx.Err())
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.due[s.Name], m.statuses[s.Name] = time.Now().Add(wait), s
	return nil
}

func (m *memory) Statuses(context.Context) (map[string]alerts.SourceStatus, error) { return nil, nil }

func (m *memory) has(title string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.logged[title]
}
