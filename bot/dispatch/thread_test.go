package dispatch

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bellwether/bellwether/alerts"
)

func TestPartsHangBelowTheFirst(t *testing.T) {
	const first, second = "slack/T/c/C|a0/part", "slack/T/c/C|a10/part"
	for _, c := range []struct {
		name  string
		setUp func(w *world, f *finder)
		want  []string // the threads of the sends
	}{
		{"sent", func(w *world, _ *finder) { w.put(digest("C"), names(23)...) }, []string{"", "m-" + first, "m-" + first}},
		{"found", func(w *world, _ *finder) {
			crashed(w)
			w.slack.shown = []send{{key: first}}
		}, []string{"found-" + first}},
		{"found in a thread", func(w *world, f *finder) {
			crashed(w)
			w.slack.shown = []send{{key: first}}
			f.below = "an earlier one"
		}, []string{"an earlier one"}},
		{"not found", func(w *world, _ *finder) { crashed(w) }, []string{"", "m-" + first}},
		{"remembered", func(w *world, _ *finder) {
			back := time.Now().Add(80 * time.Second)
			w.outbox.broken = func(method string) bool { return method == "done" && time.Now().Before(back) }
			w.put(digest("C"), names(13)...)
		}, []string{"", "m-" + first}},
		{"the first has no id", func(w *world, _ *finder) {
			w.slack.receipt = func(d alerts.Delivery) alerts.Receipt {
				if d.Key == first {
					return alerts.Receipt{}
				}
				return alerts.Receipt{Messages: []string{"m", "more"}}
			}
			w.put(digest("C"), names(23)...)
		}, []string{"", "", "m"}},
		{"the second remembered", func(w *world, _ *finder) {
			back := time.Now().Add(80 * time.Second)
			done := 0
			w.outbox.broken = func(method string) bool {
				if method != "done" {
					return false
				}
				done++
				return done > 1 && time.Now().Before(back)
			}
			w.put(digest("C"), names(23)...)
		}, []string{"", "m-" + first, "m-" + first}}, // its receipt knows its thread
		{"a failed first", func(w *world, _ *finder) {
			w.slack.answer = answers(errDown)
			w.put(digest("C"), names(13)...)
		}, []string{"", "", "m-" + first}},
		{"a first that is refused", func(w *world, _ *finder) {
			w.slack.answer = answers(alerts.Permanent(errDown, alerts.ScopeMessage))
			w.put(digest("C"), names(23)...)
		}, []string{"", "", "m-" + second}},
		{"instant", func(w *world, _ *finder) { w.put(lane("C"), names(3)...) }, []string{"", "", ""}},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				f := &finder{fakeMessenger: w.slack}
				w.cfg.Messengers = []Messenger{f}
				c.setUp(w, f)
				w.running(t, func(*Dispatcher) { pass(3 * time.Minute) })
				want(t, "threads", c.want, w.slack.list(&w.slack.sends, byThread))
				if w.outbox.left() != 0 {
					t.Errorf("%d left", w.outbox.left())
				}
			})
		})
	}
}

// TestALongDigestTakesSeveralClaims: at a message a second a lease of a minute
// does not do for 45 parts. The rest goes on at once, in order, in a thread of
// its own.
func TestALongDigestTakesSeveralClaims(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.slack.receipt = func(d alerts.Delivery) alerts.Receipt {
			return alerts.Receipt{Messages: []string{d.Key}, NotBefore: time.Now().Add(time.Second)}
		}
		w.slack.answer = func(context.Context, alerts.Delivery) error { <-time.After(150 * time.Millisecond); return nil }
		order := mixed(w, digest("C"), 450)
		d := w.running(t, func(*Dispatcher) { pass(2 * time.Minute) })
		want(t, "parts", inParts(order), w.slack.list(&w.slack.shown, byArticles))
		sends := w.slack.sends
		claims, head := 0, 0
		for i, s := range sends {
			if strings.HasPrefix(s.part, "1/") {
				if s.thread != "" {
					t.Errorf("the first part of a claim hangs below %s", s.thread)
				}
				claims, head = claims+1, i
				continue
			}
			if s.thread != sends[head].key || s.part != fmt.Sprintf("%d/%d", i-head+1, len(sends)-head) {
				t.Errorf("part %d of the digest is %s and hangs below %q, want %q", i+1, s.part, s.thread, sends[head].key)
			}
			if gap := s.at - sends[i-1].at; gap < 1150*time.Millisecond || gap > 1200*time.Millisecond {
				t.Errorf("part %d comes %s after the one before", i+1, gap)
			}
		}
		if gap := sends[head].at - sends[head-1].at; claims != 2 || gap > 2*time.Second {
			t.Errorf("%d claims, the second begins %s after the first ended", claims, gap)
		}
		if s := d.Stats(); s.Stale+s.Retried+s.Repeated != 0 || s.Deferred != 1 || w.outbox.left() != 0 {
			t.Errorf("stats %+v, %d left", s, w.outbox.left())
		}
	})
}

// TestSinceWhen asks how far back a messenger has to look.
func TestSinceWhen(t *testing.T) {
	daily := alerts.Lane{Destination: lane("C").Destination, Schedule: alerts.Schedule{Cadence: alerts.Daily, At: 8 * 60}}
	at := func(hours float64) time.Time { return start.Add(time.Duration(hours * float64(time.Hour))) }
	night := alerts.Quiet{From: 0, To: 9 * 60}
	for _, c := range []struct {
		name     string
		lane     alerts.Lane
		begun    time.Time
		settings alerts.Settings
		want     time.Time // storeSkew left aside
	}{
		// All are put in at midnight and claimed at noon.
		{"instant", lane("C"), at(11), alerts.Settings{}, at(11)},
		{"instant, not known", lane("C"), time.Time{}, alerts.Settings{}, at(0)},
		{"instant, not known, quiet hours", lane("C"), time.Time{}, alerts.Settings{Quiet: night}, at(9)},
		{"instant, quiet hours came later", lane("C"), at(0.5), alerts.Settings{Quiet: night}, at(0.5)},
		{"digest", daily, at(11), alerts.Settings{}, at(8)},
		{"digest, not known", daily, time.Time{}, alerts.Settings{}, at(8)},
		{"digest, elsewhere", daily, at(11), alerts.Settings{TimeZone: "Europe/Brussels"}, at(7)},
		{"digest, the zone came later", daily, at(8), alerts.Settings{TimeZone: "America/New_York"}, at(8)},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				f := &finder{fakeMessenger: w.slack}
				w.cfg.Messengers = []Messenger{f}
				w.records.settings[c.lane.Destination] = c.settings
				i := item(c.lane, "a")
				i.Sending, i.Head, i.Begun = true, i.Key, c.begun
				w.outbox.put(c.lane, time.Time{}, i)
				pass(12 * time.Hour)
				w.running(t, func(*Dispatcher) {})
				if want := c.want.Add(-storeSkew).Sub(start); len(f.since) != 1 || f.since[0] != want {
					t.Errorf("looked since %v, want %v", f.since, want)
				}
			})
		})
	}
	t.Run("the oldest of a part", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t)
			f := &finder{fakeMessenger: w.slack}
			w.cfg.Messengers = []Messenger{f}
			for _, a := range names(3) {
				i := item(digest("C"), a)
				i.Sending, i.Head, i.Begun = true, "slack/T/c/C|a0", at(4)
				w.outbox.put(digest("C"), time.Time{}, i)
				pass(50 * time.Minute)
			}
			pass(3 * time.Hour)
			w.running(t, func(*Dispatcher) {})
			if want := -storeSkew; len(f.since) != 1 || f.since[0] != want {
				t.Errorf("looked since %v, want %v", f.since, want)
			}
		})
	})
}

// TestTriedWhen asks how long ago a send was begun that may still be under way,
// where the messenger's clock is wrong.
func TestTriedWhen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		f := &finder{fakeMessenger: w.slack}
		w.cfg.Messengers = []Messenger{f}
		w.cfg.Now = func() time.Time { return time.Now().Add(-time.Hour) }
		retried, begun := item(lane("C"), "a"), item(lane("D"), "b")
		retried.Attempt = 1
		begun.Sending, begun.Tried = true, start
		w.outbox.put(lane("C"), time.Time{}, retried)
		pass(7 * time.Second)
		w.running(t, func(*Dispatcher) {
			w.outbox.put(lane("D"), time.Time{}, begun)
			pass(time.Second)
		})
		if len(f.tried) != 2 || !f.tried[0].IsZero() || !f.tried[1].Equal(start.Add(-time.Hour)) {
			t.Errorf("begun at %v", f.tried)
		}
	})
}
