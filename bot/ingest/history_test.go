package ingest

import (
	"bytes"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/bellwether/bellwether/alerts"
)

// many are articles with IDs of a kind, dated before now by age; undated if it is
// 0.
func many(kind string, n int, age time.Duration) []alerts.Article {
	out := make([]alerts.Article, n)
	for i := range out {
		out[i] = article(fmt.Sprintf("%s%d", kind, i))
		if age > 0 {
			out[i].Published = time.Now().Add(-age)
		}
	}
	return out
}

// What appears in a feed at its second poll, five minutes after the first.
func TestOldItemsOfAFeedBuiltAnew(t *testing.T) {
	const day = 24 * time.Hour
	for _, c := range []struct {
		name    string
		before  []alerts.Article
		now     func() []alerts.Article
		history int
	}{
		{"ids changed", many("a", 20, 9*day), func() []alerts.Article { return many("b", 20, 9*day) }, 20},
		{"ids changed, and there is news", many("a", 20, 9*day), func() []alerts.Article { return append(many("b", 20, 9*day), many("c", 3, time.Minute)...) }, 20},
		{"many old ones beside known ones", many("a", 20, day), func() []alerts.Article { return append(many("a", 20, day), many("b", 60, 9*day)...) }, 60},
		{"some old ones beside known ones", many("a", 20, day), func() []alerts.Article { return append(many("a", 20, day), many("b", 40, 9*day)...) }, 0},
		{"a few old ones, and nothing else", many("a", 20, day), func() []alerts.Article { return many("b", 9, 9*day) }, 0},
		{"a day of much news", many("a", 20, day), func() []alerts.Article { return many("b", 200, time.Minute) }, 0},
		{"dated yesterday", many("a", 20, day), func() []alerts.Article { return many("b", 60, day) }, 0},
		{"many without dates, and nothing else", many("a", 60, 0), func() []alerts.Article { return many("b", 60, 0) }, 60},
		{"some without dates, and nothing else", many("a", 30, 0), func() []alerts.Article { return many("b", 30, 0) }, 0},
		{"many without dates beside known ones", many("a", 60, 0), func() []alerts.Article { return append(many("a", 1, 0), many("b", 60, 0)...) }, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			var out bytes.Buffer
			log := &memoryLog{}
			// The bubble has a clock of its own: ages are of the second poll.
			first := reply{batch: alerts.Batch{Articles: c.before, State: []byte("1")}}
			src := &fakeSource{name: "feed", replies: []reply{first, {}}}
			cfg := Config{Log: log, Sources: []Source{src}, FirstPollIsHistory: true, Logger: logger(&out)}
			running(t, cfg, func(*Ingester) {
				src.mu.Lock()
				src.replies[1] = reply{batch: alerts.Batch{Articles: c.now(), State: []byte("2")}}
				src.mu.Unlock()
				before := len(log.history)
				for src.polls() < 2 {
					pass(time.Minute)
				}
				if got := len(log.history) - before; got != c.history {
					t.Errorf("%d are history, want %d", got, c.history)
				}
				if told := lines(&out, "built anew"); told != min(c.history, 1) {
					t.Errorf("said %d times", told)
				}
			})
		})
	}
}

func TestNothingIsOldWhereNothingIsHistory(t *testing.T) {
	log := &memoryLog{}
	src := &fakeSource{name: "feed", replies: []reply{batch("a"), {batch: alerts.Batch{Articles: many("b", 60, 0), State: []byte("2")}}}}
	running(t, Config{Log: log, Sources: []Source{src}}, func(*Ingester) {
		for src.polls() < 2 {
			pass(time.Minute)
		}
		if len(log.history) != 0 || len(log.logged) != 61 {
			t.Errorf("%d are history of %d", len(log.history), len(log.logged))
		}
	})
}

func TestStoreFailsBeforeAnythingIsLogged(t *testing.T) {
	log := &memoryLog{fail: func(method, _ string) error {
		if method == "known" {
			return errDown
		}
		return nil
	}}
	in := New(Config{Log: log, Sources: []Source{&fakeSource{name: "feed"}}, FirstPollIsHistory: true})
	_, err := in.sources[0].prepare(t.Context(), alerts.Batch{Articles: many("b", 60, 0)}, false, true)
	if !errors.Is(err, errDown) {
		t.Errorf("error %v", err)
	}
}
