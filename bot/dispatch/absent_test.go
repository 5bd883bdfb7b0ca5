package dispatch

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"
)

func TestAPlatformWithoutAMessengerIsSaidOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		for _, c := range []string{"C", "D"} {
			l := lane(c)
			l.Destination.Platform = "telex"
			w.put(l, "a")
		}
		w.put(lane("C"), "a")
		w.running(t, func(*Dispatcher) { pass(time.Hour) })
		n := 0
		for _, call := range w.outbox.calls {
			if call == "defer" {
				n++
			}
		}
		if n > 60 || w.logged("nothing here sends") != 1 || w.outbox.left() != 2 || w.slack.count(&w.slack.shown) != 1 {
			t.Errorf("given back %d times, %d left, %d shown, log:\n%s", n, w.outbox.left(), w.slack.count(&w.slack.shown), w.out)
		}
	})
}

// A replica that lacks the token of a platform works beside one that has it.
func TestOthersSendWhatAReplicaCanNot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		here, there := newWorld(t), newWorld(t)
		here.slack.platform = "discord"
		there.cfg.Outbox, there.outbox = here.outbox, here.outbox
		var articles []string
		for i := range 20 {
			articles = append(articles, fmt.Sprint("a", i))
		}
		here.running(t, func(*Dispatcher) {
			there.running(t, func(*Dispatcher) {
				for _, a := range articles {
					here.put(lane("C"), a)
					pass(time.Minute) // each is sent before the next comes
				}
				want(t, "shown", articles, there.slack.list(&there.slack.shown, byArticles))
				for i, at := range there.slack.list(&there.slack.shown, byTime) {
					took, err := time.ParseDuration(at)
					if took -= time.Duration(i) * time.Minute; err != nil || took > 20*time.Second {
						t.Errorf("%s came after %s", articles[i], took)
					}
				}
			})
		})
	})
}

// Drain does not wait for what it can't send.
func TestDrainLeavesOtherPlatforms(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		l := lane("C")
		l.Destination.Platform = "telex"
		w.put(l, "a")
		w.put(lane("C"), "a")
		err := New(w.cfg).Drain(t.Context())
		if took := time.Since(start); err == nil || took > time.Second || w.slack.count(&w.slack.shown) != 1 {
			t.Errorf("took %s, %v", took, err)
		}
	})
}
