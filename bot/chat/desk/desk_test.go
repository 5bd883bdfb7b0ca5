package desk

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func TestDeskKeepsALineInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := New(slog.New(slog.DiscardHandler))
		var mu sync.Mutex
		var got []int
		release := make(chan struct{})
		other := make(chan struct{})
		for i := range 5 {
			d.Do("a", func(context.Context) {
				if i == 0 {
					<-release
				}
				mu.Lock()
				got = append(got, i)
				mu.Unlock()
			})
		}
		d.Do("b", func(context.Context) { close(other) })
		<-other // though the first line stands still
		close(release)
		d.Close(time.Minute)
		if want := []int{0, 1, 2, 3, 4}; !slices.Equal(got, want) {
			t.Errorf("done in the order %v, want %v", got, want)
		}
		if d.Do("a", func(context.Context) {}) {
			t.Error("a desk that is closed took a task")
		}
	})
}

func TestDeskIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := New(slog.New(slog.DiscardHandler))
		taken := 0
		for d.Do("a", func(ctx context.Context) { <-ctx.Done() }) {
			taken++
			if taken > 2*most {
				break
			}
		}
		if taken < most || taken > most+1 { // one may be under way
			t.Errorf("took %d tasks, want %d", taken, most)
		}
		begun := time.Now()
		d.Close(10 * time.Second)
		if span := time.Since(begun); span > 10*time.Second {
			t.Errorf("closing took %v", span)
		}
	})
}

func TestDeskEndsWhatHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := New(slog.New(slog.DiscardHandler))
		if d.Within(time.Second, "a", func(ctx context.Context) { <-ctx.Done() }) {
			t.Error("a task that hangs is said to have ended")
		}
		begun := time.Now()
		if !d.Within(time.Hour, "a", func(context.Context) {}) {
			t.Error("the task behind it was not done")
		}
		if span := time.Since(begun); span != taskTime-time.Second {
			t.Errorf("the line stood still for %v, want %v", span, taskTime-time.Second)
		}
		d.Close(time.Second)
	})
}

func TestDeskSurvivesAPanic(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := New(slog.New(slog.DiscardHandler))
		d.Do("a", func(context.Context) { panic("a mistake") })
		if !d.Within(time.Minute, "a", func(context.Context) {}) {
			t.Error("the task behind it was not done")
		}
		if !d.Within(time.Minute, "b", func(context.Context) { panic("another") }) {
			t.Error("who waits for a task that panicked waits for ever")
		}
		d.Close(time.Second)
	})
}
