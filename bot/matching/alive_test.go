package matching

import (
	"testing"
	"testing/synctest"
	"time"
)

// Whoever watches the Matcher must not take it for stuck while its store fails
// or it is held back.
func TestAliveIsToldWhateverHappens(t *testing.T) {
	for name, change := range map[string]func(w *world){
		"idle":       func(*world) {},
		"store down": func(w *world) { w.faults.down["next"] = 1 << 30 },
		"held back":  func(w *world) { w.cfg.Hold = func() string { return "full" } },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld()
				change(w)
				due := time.Now()
				late := 0
				w.cfg.Alive = func(loop string, within time.Duration) {
					if loop != "matching" || time.Now().After(due) {
						late++
					}
					due = time.Now().Add(within)
				}
				w.running(t, func() {
					<-time.After(time.Hour)
					synctest.Wait()
				})
				if late > 0 || due.Before(time.Now()) {
					t.Errorf("%d times too late; the next turn is due at %s, now it is %s", late, due, time.Now())
				}
			})
		})
	}
}
