package slack_test

import (
	"context"
	"strings"
	"sync"
	"time"

	"github.com/bellwether/bellwether/adapters/slack"
	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/bot/chat"
)

// signal tells those who wait that something has happened.
type signal struct {
	mu sync.Mutex
	ch chan struct{}
}

func newSignal() *signal { return &signal{ch: make(chan struct{})} }

func (s *signal) give() {
	s.mu.Lock()
	defer s.mu.Unlock()
	close(s.ch)
	s.ch = make(chan struct{})
}

// next is closed by the next signal.
func (s *signal) next() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.ch
}

// until looks again at each signal until f is true.
func (r *rig) until(s *signal, what string, f func() bool) {
	r.t.Helper()
	limit := time.NewTimer(20 * time.Second)
	defer limit.Stop()
	for {
		next := s.next()
		if f() {
			return
		}
		select {
		case <-next:
		case <-limit.C:
			r.t.Fatalf("it did not come to this: %s\n%s", what, r.log)
		}
	}
}

// Lines of the log that tests wait for.
const (
	learnt   = "the workspace of the token is known"
	hasAgain = "has it again"
	deleted  = "the data of an uninstalled workspace is deleted"
)

// awaitLogged waits until the log says it n times.
func (r *rig) awaitLogged(words string, n int) {
	r.t.Helper()
	r.until(r.logged, "the log says "+words, func() bool { return strings.Count(r.log.String(), words) >= n })
}

// watchedBot and watchedPlaces signal what may have changed the store.
type watchedBot struct {
	slack.Handler
	done *signal
}

func (b watchedBot) Handle(ctx context.Context, c chat.Command) chat.Reply {
	defer b.done.give()
	return b.Handler.Handle(ctx, c)
}

type watchedPlaces struct {
	slack.Places
	done *signal
}

func (p watchedPlaces) Lost(ctx context.Context, d alerts.Destination, why alerts.Loss) ([]chat.Notice, error) {
	defer p.done.give()
	return p.Places.Lost(ctx, d, why)
}

func (p watchedPlaces) Back(ctx context.Context, d alerts.Destination) error {
	defer p.done.give()
	return p.Places.Back(ctx, d)
}

// awaitHeld waits until a place is held for a reason, or for none.
func (r *rig) awaitHeld(d alerts.Destination, want alerts.Loss) {
	r.t.Helper()
	r.awaitPause(d, func(by alerts.Loss) bool { return by == want })
}

// awaitAnyHeld waits until a channel of T1 is held, or not any more.
func (r *rig) awaitAnyHeld(channel string, held bool) {
	r.t.Helper()
	d := alerts.Destination{Platform: alerts.Slack, Workspace: "T1", Channel: channel}
	r.awaitPause(d, func(by alerts.Loss) bool { return (by != alerts.LossNone) == held })
}

func (r *rig) awaitPause(d alerts.Destination, wanted func(by alerts.Loss) bool) {
	r.t.Helper()
	r.until(r.changed, "the pause of "+d.String(), func() bool {
		set, err := r.store.Subscriptions().Settings(r.t.Context(), d)
		if err != nil {
			r.t.Fatal(err)
		}
		return wanted(set.PausedBy)
	})
}

// awaitFollowed waits until n things are followed in a channel.
func (r *rig) awaitFollowed(channel string, n int) {
	r.t.Helper()
	r.until(r.changed, "the subscriptions of "+channel, func() bool { return r.followed(channel) == n })
}
