package dispatch

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bellwether/bellwether/alerts"
)

// Whoever watches the Dispatcher must not take it for stuck while its outbox
// fails or a platform is slow.
func TestAliveIsToldWhateverHappens(t *testing.T) {
	for name, change := range map[string]func(w *world){
		"idle":        func(*world) {},
		"outbox down": func(w *world) { w.outbox.down["claim"] = 1 << 30 },
		"all workers busy": func(w *world) {
			w.cfg.Workers = 1
			w.slack.answer = func(ctx context.Context, _ alerts.Delivery) error {
				<-ctx.Done()
				return ctx.Err()
			}
			w.put(lane("C"), "a")
			w.put(lane("D"), "a")
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				change(w)
				due := time.Now()
				late := 0
				w.cfg.Alive = func(loop string, within time.Duration) {
					if loop != "dispatch" || time.Now().After(due) {
						late++
					}
					due = time.Now().Add(within)
				}
				w.running(t, func(*Dispatcher) { pass(time.Hour) })
				if late > 0 || due.Before(time.Now()) {
					t.Errorf("%d times too late; the next turn is due at %s, now it is %s", late, due, time.Now())
				}
			})
		})
	}
}
