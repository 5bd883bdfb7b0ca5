package main

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/bot/ingest"
)

// remarksOf gives a log whose remarks are collected.
func remarksOf(said *[]string) *slog.Logger {
	return slog.New(&remarks{level: slog.LevelInfo, say: func(s string) error { *said = append(*said, s); return nil }})
}

func TestRemarks(t *testing.T) {
	refused := errors.New("refused")
	tests := []struct {
		name string
		log  func(*slog.Logger)
		want string
	}{
		{"error", func(l *slog.Logger) {
			l.Error("store can't be saved; will go on trying", "file", "/x", "error", refused)
		}, "store can't be saved; will go on trying: refused"},
		{"nothing but a message", func(l *slog.Logger) { l.Info("the outbox is back") }, "the outbox is back"},
		{"an item", func(l *slog.Logger) {
			l.With("source", "wires").Warn("item left out", "place", "a.txt:1", "error", errors.New("the file is empty"))
		}, "a.txt:1: item left out: the file is empty"},
		{"a wish", func(l *slog.Logger) {
			l.Warn("x", "source", "UN News", "error", alerts.RetryAfter(refused, time.Minute, alerts.ScopePlatform))
		}, "UN News: x: refused"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var said []string
			tt.log(remarksOf(&said))
			if len(said) != 1 || said[0] != tt.want {
				t.Errorf("got %q, want %q", said, tt.want)
			}
		})
	}
	if (&remarks{level: slog.LevelWarn}).Enabled(t.Context(), slog.LevelInfo) {
		t.Error("a level below the wanted one is enabled")
	}
}

// flaky is a source that fails once.
type flaky struct{ polls int }

func (f *flaky) Name() string { return "GOV.UK, news" }

func (f *flaky) Fetch(context.Context, []byte) (alerts.Batch, error) {
	if f.polls++; f.polls == 1 {
		return alerts.Batch{}, errors.New("no host of this name is known here")
	}
	return alerts.Batch{}, nil
}

// idle is a log for a source that brings nothing.
type idle struct{ ingest.ArticleLog }

func (idle) State(context.Context, string) ([]byte, error)   { return nil, nil }
func (idle) SaveState(context.Context, string, []byte) error { return nil }
func (idle) Settle(context.Context, string, []alerts.Article, bool, time.Time) error {
	return nil
}

// The sentences hang on the messages of ingest.
func TestRemarksOnAFailingSource(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var said []string
		in := ingest.New(ingest.Config{Log: idle{}, Sources: []ingest.Source{&flaky{}}, Logger: remarksOf(&said)})
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error)
		go func() { ended <- in.Run(ctx) }()
		<-time.After(time.Hour)
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		want := []string{
			"GOV.UK, news can't be read: no host of this name is known here; trying again later",
			"GOV.UK, news can be read again",
		}
		if len(said) != 2 || said[0] != want[0] || said[1] != want[1] {
			t.Errorf("got %q, want %q", said, want)
		}
	})
}
