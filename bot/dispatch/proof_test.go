package dispatch

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bellwether/bellwether/alerts"
)

// sourcesFunc counts how often it is asked.
type sourcesFunc struct {
	asked int
	f     func(context.Context) ([]alerts.SourceStatus, error)
}

func (s *sourcesFunc) Sources(ctx context.Context) ([]alerts.SourceStatus, error) {
	s.asked++
	return s.f(ctx)
}

func byReading(s send) string {
	if s.reading == nil {
		return "-"
	}
	return time.Duration(s.reading.Sources).String()
}

// TestTheLastPartTellsOfTheSources, and that an article alone does not.
func TestTheLastPartTellsOfTheSources(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		known := &sourcesFunc{f: func(context.Context) ([]alerts.SourceStatus, error) {
			return []alerts.SourceStatus{{Name: "a", LastGood: time.Now()}, {Name: "b", LastGood: time.Now()}}, nil
		}}
		w.cfg.Sources = known
		w.put(digest("C"), names(23)...)
		w.running(t, func(*Dispatcher) {})
		w.put(lane("I"), "a1")
		w.put(digest("D"), "a2")
		w.running(t, func(*Dispatcher) {})
		want(t, "readings", []string{"-", "-", "2ns"}, w.slack.list(&w.slack.shown, byReading)[:3])
		var told, others int
		for _, s := range w.slack.list(&w.slack.shown, byReading)[3:] {
			if s == "2ns" {
				told++
			} else {
				others++
			}
		}
		if told != 1 || others != 1 {
			t.Errorf("a digest and an alert later: %d tell, %d do not", told, others)
		}
	})
}

// TestADigestGoesOutWithoutKnowingTheSources, be it that the store fails or that
// it hangs.
func TestADigestGoesOutWithoutKnowingTheSources(t *testing.T) {
	for name, f := range map[string]func(context.Context) ([]alerts.SourceStatus, error){
		"fails": func(context.Context) ([]alerts.SourceStatus, error) { return nil, errors.New("no store") },
		"hangs": func(ctx context.Context) ([]alerts.SourceStatus, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		},
		"none": func(context.Context) ([]alerts.SourceStatus, error) { return nil, nil },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				known := &sourcesFunc{f: f}
				w.cfg.Sources = known
				w.put(digest("C"), "a1")
				w.put(digest("D"), "a2")
				w.running(t, func(*Dispatcher) { pass(10 * time.Second) })
				want(t, "readings", []string{"-", "-"}, w.slack.list(&w.slack.shown, byReading))
				if known.asked != 1 {
					t.Errorf("asked %d times for two digests", known.asked)
				}
			})
		})
	}
}
