package pressure

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/goleak"

	"github.com/bellwether/bellwether/adapters/adaptertest/scrape"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestJudge(t *testing.T) {
	b := Bounds{Waiting: 1000, Memory: 0.8}
	for _, c := range []struct {
		name   string
		load   Load
		was    level
		want   level
		reason string
	}{
		{"empty", Load{}, open, open, ""},
		{"just below", Load{Waiting: 999, Memory: 799, Limit: 1000}, open, open, ""},
		{"many wait", Load{Waiting: 1000}, open, noIntake, "1000 deliveries wait, and from 1000 on"},
		{"very many wait", Load{Waiting: 2000}, open, noMatching, "2000 deliveries wait"},
		{"fewer than very many", Load{Waiting: 1900}, noMatching, noMatching, "1900 deliveries"},
		{"clearly fewer than very many", Load{Waiting: 1799}, noMatching, noIntake, "1799 deliveries"},
		{"fewer than many", Load{Waiting: 901}, noIntake, noIntake, "901 deliveries"},
		{"clearly fewer than many", Load{Waiting: 899}, noIntake, open, ""},
		{"all at once", Load{Waiting: 899}, noMatching, open, ""},
		{"little memory", Load{Memory: 850 << 20, Limit: 1000 << 20}, open, noIntake, "Redis uses 850 of 1000 MB, and from 80 % on"},
		{"hardly any memory", Load{Memory: 900 << 20, Limit: 1000 << 20}, open, noMatching, "Redis uses 900 of 1000 MB"},
		{"memory has no limit", Load{Memory: 1 << 60}, open, open, ""},
		{"both, memory more", Load{Waiting: 1500, Memory: 95, Limit: 100}, open, noMatching, "Redis uses"},
		{"both, the outbox more", Load{Waiting: 2500, Memory: 85, Limit: 100}, open, noMatching, "2500 deliveries"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, reason := b.judge(c.load, c.was)
			if got != c.want || !strings.HasPrefix(reason, c.reason) || (reason == "") != (c.want == open) {
				t.Errorf("level %d, %q; want %d, %q", got, reason, c.want, c.reason)
			}
		})
	}
}

// TestGauge follows a store that fills up, fails, and empties.
func TestGauge(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		load, failure := Load{}, error(nil)
		is := func(l Load, err error) {
			mu.Lock()
			load, failure = l, err
			mu.Unlock()
			<-time.After(every)
			synctest.Wait()
		}
		var log bytes.Buffer
		metrics := prometheus.NewRegistry()
		g := New(Config{
			Read: func(context.Context) (Load, error) {
				mu.Lock()
				defer mu.Unlock()
				return load, failure
			},
			Bounds: Bounds{Waiting: 10, Memory: 0.5}, Logger: slog.New(slog.NewTextHandler(&log, nil)), Metrics: metrics,
		})
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- g.Run(ctx) }()
		holds := func(what string, intake, matching bool) {
			t.Helper()
			if got := g.Intake() != ""; got != intake {
				t.Errorf("%s: sources held back: %v", what, got)
			}
			if got := g.Matching() != ""; got != matching {
				t.Errorf("%s: matching held back: %v", what, got)
			}
		}
		is(Load{Waiting: 1}, nil)
		holds("room", false, false)
		is(Load{Waiting: 10}, nil)
		holds("many wait", true, false)
		is(Load{}, errors.New("no answer"))
		is(Load{}, errors.New("no answer"))
		holds("not known", true, false)
		is(Load{Waiting: 20, Memory: 7, Limit: 100}, nil)
		holds("twice as many", true, true)
		scrape.Want(t, metrics, "bellwether_held_back", " 2")
		scrape.Want(t, metrics, "bellwether_store_memory_bytes", " 7")
		scrape.Want(t, metrics, "bellwether_store_memory_limit_bytes", " 100")
		is(Load{}, nil)
		holds("empty", false, false)
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
		for _, said := range []string{"the store fills up", "is nearly full", "has room again", "no answer"} {
			if n := strings.Count(log.String(), said); n != 1 {
				t.Errorf("the log says %q %d times:\n%s", said, n, &log)
			}
		}
	})
}
