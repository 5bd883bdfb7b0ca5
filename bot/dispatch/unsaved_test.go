package dispatch

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/bellwether/bellwether/alerts"
)

// TestAnOutboxThatHangsAfterASend: this process knows that the message was
// taken, and never sends it a second time.
func TestAnOutboxThatHangsAfterASend(t *testing.T) {
	for _, l := range []alerts.Lane{lane("C"), digest("C")} {
		for _, down := range []time.Duration{20 * time.Second, 10 * time.Minute} {
			t.Run(l.Schedule.String()+" "+down.String(), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					w := newWorld(t)
					back := time.Now().Add(down)
					w.outbox.broken = func(method string) bool { return method == "done" && time.Now().Before(back) }
					w.put(l, "a")
					d := w.running(t, func(*Dispatcher) {
						pass(40 * time.Second)
						if down < 40*time.Second && w.outbox.left() != 0 {
							t.Error("not recorded while the lease lasted")
						}
						w.put(l, "b")
						pass(down + 2*time.Minute)
					})
					want(t, "shown", []string{"a", "b"}, w.slack.list(&w.slack.shown, byArticles))
					if s := d.Stats(); w.outbox.left() != 0 || s.Repeated != 0 || len(d.unsaved.byKey) != 0 {
						t.Errorf("%d left, stats %+v, %d remembered", w.outbox.left(), s, len(d.unsaved.byKey))
					}
				})
			})
		}
	}
}

func TestDrainWaitsForALeaseThatNothingEnded(t *testing.T) {
	for _, method := range []string{"sending", "done", "retry", "defer"} {
		t.Run(method, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				back := time.Now().Add(50 * time.Second)
				w.outbox.broken = func(m string) bool { return m == method && time.Now().Before(back) }
				switch method {
				case "retry":
					w.slack.answer = answers(errDown)
				case "defer":
					w.slack.answer = answers(alerts.RetryAfter(errDown, time.Second, alerts.ScopeMessage))
				}
				w.put(lane("C"), "a")
				if err := New(w.cfg).Drain(t.Context()); err != nil {
					t.Error(err)
				}
				want(t, "shown", []string{"a"}, w.slack.list(&w.slack.shown, byArticles))
				if w.outbox.left() != 0 {
					t.Errorf("%d left", w.outbox.left())
				}
			})
		})
	}
}
