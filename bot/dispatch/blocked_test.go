package dispatch

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bellwether/bellwether/alerts"
)

// refusing makes the messenger refuse everything for good in the scope while
// the returned switch is on.
func refusing(w *world, scope alerts.Scope) *atomic.Bool {
	var on atomic.Bool
	on.Store(true)
	w.slack.answer = func(context.Context, alerts.Delivery) error {
		if on.Load() {
			return alerts.Permanent(errDown, scope)
		}
		return nil
	}
	return &on
}

func TestUnblock(t *testing.T) {
	elsewhere := lane("C").Destination
	elsewhere.Workspace = "U"
	for _, c := range []struct {
		name  string
		scope alerts.Scope
		by    alerts.Destination
		back  bool
	}{
		{"the channel", alerts.ScopeDestination, lane("C").Destination, true},
		{"another channel", alerts.ScopeDestination, lane("D").Destination, false},
		{"the workspace", alerts.ScopeWorkspace, alerts.Destination{Platform: "slack", Workspace: "T"}, true},
		{"the workspace, by another channel", alerts.ScopeWorkspace, lane("D").Destination, true},
		{"another workspace", alerts.ScopeWorkspace, elsewhere, false},
		{"the platform", alerts.ScopePlatform, lane("C").Destination, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				refused := refusing(w, c.scope)
				w.put(lane("C"), "a", "b")
				w.put(digest("C"), "c")
				w.running(t, func(d *Dispatcher) {
					pass(2 * time.Hour) // the pause is more than an hour by now
					tries := w.slack.count(&w.slack.sends)
					refused.Store(false)
					d.Unblock(c.by)
					pass(blockedLook + time.Second)
					if got := w.slack.count(&w.slack.shown) == 3; got != c.back {
						t.Errorf("is it sent: %v, want %v", got, c.back)
					}
					if got := w.slack.count(&w.slack.sends) - tries; got != 0 != c.back {
						t.Errorf("tried %d times", got)
					}
					if !c.back {
						return
					}
					refused.Store(true)
					w.put(lane("C"), "d")
					tries = w.slack.count(&w.slack.sends)
					pass(15 * time.Minute) // it is told anew, and the pauses begin anew
					if n := w.slack.count(&w.slack.sends) - tries; n != 2 || len(w.blocked) != 2 {
						t.Errorf("tried %d times, told %v", n, w.blocked)
					}
				})
			})
		})
	}
}

// One replica is told that a channel is back; the other, which was refused as
// well, reads it in the settings.
func TestAnotherReplicaHearsThatAPlaceIsBack(t *testing.T) {
	for _, scope := range []alerts.Scope{alerts.ScopeDestination, alerts.ScopeWorkspace} {
		t.Run(scope.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				here, there := newWorld(t), newWorld(t)
				there.cfg.Subscriptions, there.records = here.records, here.records // of one store, each with an outbox of its own
				set := func(by alerts.Loss, revision uint64) {
					here.records.mu.Lock()
					defer here.records.mu.Unlock()
					here.records.settings[lane("C").Destination] = alerts.Settings{PausedBy: by, Revision: revision}
				}
				refused := []*atomic.Bool{refusing(here, scope), refusing(there, scope)}
				set(alerts.LossNone, 3)
				here.put(lane("C"), "a")
				there.put(lane("C"), "a")
				here.running(t, func(d *Dispatcher) {
					there.running(t, func(*Dispatcher) {
						set(alerts.LossUninstalled, 7)
						pass(blockedLook + time.Second) // what waited is dropped
						for _, r := range refused {
							r.Store(false)
						}
						set(alerts.LossNone, 9)
						d.Unblock(lane("C").Destination)
						here.put(lane("C"), "b")
						there.put(lane("C"), "b")
						pass(time.Second)
						want(t, "here", []string{"b"}, here.slack.list(&here.slack.shown, byArticles))
						want(t, "there", []string{"b"}, there.slack.list(&there.slack.shown, byArticles))
					})
				})
			})
		})
	}
}

func TestSettingsOfOthersDoNotUnblock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		refusing(w, alerts.ScopeWorkspace)
		w.records.settings[lane("D").Destination] = alerts.Settings{Revision: 5}
		w.put(lane("C"), "a")
		w.running(t, func(*Dispatcher) {
			pass(time.Second)
			w.put(lane("D"), "b") // its settings are later than those of C, and were so before
			pass(5 * time.Minute)
			if n := w.slack.count(&w.slack.sends); n != 1 {
				t.Errorf("sent %d times", n)
			}
		})
	})
}

func TestUnblockLeavesWhatThePlatformAskedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.slack.answer = answers(alerts.RetryAfter(errDown, time.Hour, alerts.ScopeWorkspace))
		w.put(lane("C"), "a")
		w.running(t, func(d *Dispatcher) {
			pass(time.Minute)
			d.Unblock(lane("C").Destination)
			w.put(lane("D"), "b")
			pass(2 * time.Hour)
			want(t, "times", []string{"0s", "1h0m0s", "1h0m0s"}, w.slack.list(&w.slack.sends, byTime))
		})
	})
}

func TestABlockedLaneIsLookedAtEveryMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		refusing(w, alerts.ScopeDestination)
		w.put(lane("C"), "a", "b")
		w.running(t, func(d *Dispatcher) {
			pass(time.Second)
			before := d.Stats().Deferred
			pass(5 * time.Minute) // it is first tried again after ten
			if n := d.Stats().Deferred - before; n != 5 || w.slack.count(&w.slack.sends) != 1 {
				t.Errorf("given back %d times in five minutes, sent %d times", n, w.slack.count(&w.slack.sends))
			}
		})
	})
}

func TestABlockedLaneLosesWhatNobodyWants(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(w *world)
		left   int
	}{
		{"paused because of it", func(w *world) {
			w.records.settings[lane("C").Destination] = alerts.Settings{Paused: true, PausedBy: alerts.LossArchived}
		}, 0},
		{"all subscriptions removed", func(w *world) { clear(w.records.subs) }, 0},
		{"one subscription paused", func(w *world) {
			s := w.records.subs[1]
			s.Paused = true
			w.records.subs[1] = s
		}, 2}, // the head of the instant lane that 2 asks for, and its like in the digest
		{"nothing", func(*world) {}, 7},
	} {
		for _, scope := range []alerts.Scope{alerts.ScopeDestination, alerts.ScopeWorkspace, alerts.ScopePlatform} {
			t.Run(c.name+", "+scope.String(), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					w := newWorld(t)
					refused := refusing(w, scope)
					w.put(lane("C"), "a", "b")
					w.outbox.put(lane("C"), time.Time{}, item(lane("C"), "c", 2, 1))
					w.put(digest("C"), "a", "b")
					w.outbox.put(digest("C"), time.Time{}, item(digest("C"), "c", 2), item(digest("C"), "d", 1))
					w.running(t, func(d *Dispatcher) {
						pass(time.Second)
						w.records.mu.Lock()
						c.change(w)
						w.records.mu.Unlock()
						pass(blockedLook)
						if s := d.Stats(); w.outbox.left() != c.left || s.Dropped != int64(7-c.left) || s.Failed != 0 {
							t.Errorf("%d left, want %d, stats %+v", w.outbox.left(), c.left, s)
						}
						if n := w.slack.count(&w.slack.sends); n != 1 && n != 2 { // both lanes may have begun at once
							t.Errorf("sent %d times", n)
						}
						refused.Store(false)
						pass(firstBlock + 2*blockedLook)
						if w.outbox.left() != 0 {
							t.Errorf("%d left in the end", w.outbox.left())
						}
					})
				})
			})
		}
	}
}

func TestDrainDoesNotWaitForABlockedLane(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		// Others keep Drain busy for longer than a blocked lane is put off.
		w.slack.answer = func(_ context.Context, d alerts.Delivery) error {
			if d.Destination.Channel == "C" {
				return alerts.Permanent(errDown, alerts.ScopeDestination)
			}
			<-time.After(10 * time.Second)
			return nil
		}
		w.put(lane("C"), "a")
		w.put(lane("D"), names(13)...)
		err := New(w.cfg).Drain(t.Context())
		if took := time.Since(start); took != 130*time.Second {
			t.Errorf("took %s", took)
		}
		if err == nil || w.slack.count(&w.slack.shown) != 13 {
			t.Errorf("error %v, %d shown", err, w.slack.count(&w.slack.shown))
		}
	})
}

func TestASmallWishIsKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.slack.answer = answers(
			alerts.RetryAfter(errDown, 30*time.Millisecond, alerts.ScopeMessage),
			alerts.RetryAfter(errDown, 0, alerts.ScopeDestination),
			alerts.RetryAfter(errDown, time.Hour*24, alerts.ScopeDestination),
		)
		w.put(lane("C"), "a")
		w.running(t, func(*Dispatcher) { pass(10 * time.Hour) })
		want(t, "times", []string{"0s", "30ms", "40ms", "6h0m0.04s"}, w.slack.list(&w.slack.sends, func(s send) string { return s.at.String() }))
	})
}
