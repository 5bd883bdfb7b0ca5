// Package await lets tests wait for what happens elsewhere.
package await

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/bot/chat"
)

// Signal tells those who wait that something has happened. The zero value can be
// used.
type Signal struct {
	mu sync.Mutex
	ch chan struct{}
}

// Give wakes all who wait.
func (s *Signal) Give() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ch != nil {
		close(s.ch)
		s.ch = nil
	}
}

// Next gives a channel that the next Give closes.
func (s *Signal) Next() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ch == nil {
		s.ch = make(chan struct{})
	}
	return s.ch
}

// Long is how long Until waits: test machines are slow.
const Long = 30 * time.Second

// Until looks again until f is true, each time that a channel which next gave is
// closed. If that takes too long the test ends, with what state tells.
func Until(t testing.TB, next func() <-chan struct{}, what string, f func() bool, state func() string) {
	t.Helper()
	limit := time.NewTimer(Long)
	defer limit.Stop()
	for {
		changed := next()
		if f() {
			return
		}
		select {
		case <-changed:
		case <-limit.C:
			t.Fatalf("it did not come to this: %s\n%s", what, state())
		}
	}
}

type handler interface {
	Handle(ctx context.Context, c chat.Command) chat.Reply
}

type places interface {
	Lost(ctx context.Context, d alerts.Destination, why alerts.Loss) ([]chat.Notice, error)
	Back(ctx context.Context, d alerts.Destination) error
}

// Bot is a bot that signals when it has answered.
type Bot struct {
	Handler handler
	Done    *Signal
}

// Handle has the command handled.
func (b Bot) Handle(ctx context.Context, c chat.Command) chat.Reply {
	defer b.Done.Give()
	return b.Handler.Handle(ctx, c)
}

// Places signal when they were told of a place.
type Places struct {
	Places places
	Done   *Signal
}

// Lost tells of a place that is lost.
func (p Places) Lost(ctx context.Context, d alerts.Destination, why alerts.Loss) ([]chat.Notice, error) {
	defer p.Done.Give()
	return p.Places.Lost(ctx, d, why)
}

// Back tells of a place that takes alerts again.
func (p Places) Back(ctx context.Context, d alerts.Destination) error {
	defer p.Done.Give()
	return p.Places.Back(ctx, d)
}
