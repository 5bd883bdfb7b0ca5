package ingest

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/bellwether/bellwether/adapters/adaptertest/scrape"
	"github.com/bellwether/bellwether/alerts"
)

func TestPush(t *testing.T) {
	now := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	log := &memoryLog{}
	held, down := "", ""
	log.fail = func(method, _ string) error {
		if method == down {
			return errDown
		}
		return nil
	}
	registry := prometheus.NewRegistry()
	in := New(Config{Log: log, Hold: func() string { return held }, Now: func() time.Time { return now }, Metrics: registry})
	early := article("b")
	early.Embargo = now.Add(time.Hour)
	given := []alerts.Article{article("a"), early, article("a"), {ID: "c"}}
	got, err := in.Push(t.Context(), given)
	if err != nil || len(got) != len(given) {
		t.Fatalf("%+v, %v", got, err)
	}
	if got[0].Verdict != alerts.Added || got[0].Article.Origin != Pushed || got[0].Article.Revision != 1 || !got[0].Article.Received.Equal(now) {
		t.Errorf("the first: %+v", got[0])
	}
	if got[1].Err == nil || !strings.Contains(got[1].Err.Error(), "must not be published before 2026-03-02T13:00:00Z") || got[1].Article.ID != "b" {
		t.Errorf("one under embargo: %+v", got[1])
	}
	if got[2].Verdict != alerts.Duplicate || !errors.Is(got[3].Err, errEmpty) {
		t.Errorf("the others: %+v", got[2:])
	}
	scrape.Want(t, registry, "bellwether_articles_total",
		`{source="push",verdict="added"} 1`, `{source="push",verdict="duplicate"} 1`, `{source="push",verdict="unreadable"} 2`)
	for _, down = range []string{"append", "saved"} {
		if _, err := in.Push(t.Context(), given[:1]); !errors.Is(err, errDown) || errors.Is(err, ErrHeld) {
			t.Errorf("when %s fails: %v", down, err)
		}
	}
	held = "the store is full"
	if _, err := in.Push(t.Context(), given); !errors.Is(err, ErrHeld) || !strings.Contains(err.Error(), held) {
		t.Errorf("when nothing is taken in: %v", err)
	}
}
