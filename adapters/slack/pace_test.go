package slack

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/bellwether/bellwether/alerts"
)

// shared is a Rates that answers what it is told to, and keeps what it was told.
type shared struct {
	wait    time.Duration
	err     error
	asked   []string
	stopped map[string]time.Duration
}

func (s *shared) Take(_ context.Context, who, limit string, calls int, per time.Duration, bucket string) (time.Duration, error) {
	s.asked = append(s.asked, fmt.Sprint(who, "; ", limit, "; ", calls, " in ", per, "; ", bucket))
	return s.wait, s.err
}

func (s *shared) Stop(_ context.Context, limit string, span time.Duration) error {
	s.stopped[limit] = span
	return s.err
}

func TestPacerAsksForAll(t *testing.T) {
	now := time.Unix(1_700_000_000, 0)
	d := alerts.Destination{Platform: alerts.Slack, Workspace: "T1", Channel: "C1"}
	rates := &shared{wait: 3 * time.Second}
	p := newPacer(Limits{}.complete(), rates)
	wait := func(what string, want time.Duration) {
		t.Helper()
		if span, err := p.wait(t.Context(), d, now); err != nil || span != want {
			t.Errorf("%s: wait %v, %v, want %v", what, span, err, want)
		}
	}
	wait("the workspace is busy", 3*time.Second)
	if want := d.String() + "; slack T1; 300 in 1m0s; "; rates.asked[0] != want {
		t.Errorf("asked %q, want %q", rates.asked[0], want)
	}
	rates.wait = 0
	wait("it has room", 0)
	wait("after a try", time.Second)
	now = now.Add(time.Second)
	wait("a second later", 0)
	now = now.Add(time.Second)
	rates.err = errors.New("no store")
	if _, err := p.wait(t.Context(), d, now); !errors.Is(err, rates.err) {
		t.Errorf("wait = %v", err)
	}
}

func TestPacerTellsTheWorkspacesLimit(t *testing.T) {
	rates := &shared{stopped: map[string]time.Duration{}}
	p := newPacer(Limits{}.complete(), rates)
	asked := func(channel string) alerts.Scope {
		scope, err := p.asked(t.Context(), "T1", channel, time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		return scope
	}
	for i := range refusedInARow - 1 {
		if s := asked(fmt.Sprint("C", i)); s != alerts.ScopeDestination {
			t.Fatalf("refusal %d reaches the %v", i, s)
		}
	}
	if s := asked("C0"); s != alerts.ScopeDestination {
		t.Errorf("the same channel again reaches the %v", s)
	}
	p.accepted("T1")
	if s := asked("C99"); s != alerts.ScopeDestination {
		t.Errorf("after a message was accepted, a refusal reaches the %v", s)
	}
	p.accepted("T1")
	if len(rates.stopped) > 0 {
		t.Errorf("stopped: %v", rates.stopped)
	}
	last := alerts.ScopeDestination
	for i := range refusedInARow {
		last = asked(fmt.Sprint("D", i))
	}
	if last != alerts.ScopeWorkspace {
		t.Errorf("%d channels refused in a row reach the %v", refusedInARow, last)
	}
	if rates.stopped["slack T1"] != time.Minute {
		t.Errorf("stopped for all replicas: %v", rates.stopped)
	}
}
