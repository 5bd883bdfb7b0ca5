package dispatch

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bellwether/bellwether/alerts"
)

// TestAnHourHasItsLimit: what goes beyond it comes together when the hour ends
// that began with the first; then another begins.
func TestAnHourHasItsLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.cfg.Limit = 3
		w.records.settings[lane("D").Destination] = alerts.Settings{Cap: alerts.NoCap}
		w.records.settings[lane("E").Destination] = alerts.Settings{Cap: 1}
		d := w.running(t, func(*Dispatcher) {
			w.put(lane("C"), "a", "b")
			pass(10 * time.Minute)
			w.put(lane("C"), "c", "d", "e")
			pass(10 * time.Minute)
			w.put(lane("C"), "f")
			pass(40*time.Minute + time.Second)
			want(t, "shown", []string{"a", "b", "c", "d e f"}, w.slack.list(&w.slack.shown, byArticles))
			want(t, "told", []string{"", "", "3 until 1h0m0s", ""}, w.slack.list(&w.slack.shown, byLimit))
			want(t, "gathered", []string{"", "", "", "limit"}, w.slack.list(&w.slack.shown, byGathered))
			w.put(lane("C"), "g", "h", "i")
			pass(time.Hour + time.Minute)
			want(t, "then", []string{"g", "h", "i"}, w.slack.list(&w.slack.shown, byArticles)[4:])
			want(t, "told then", []string{"", "3 until 2h0m0s", ""}, w.slack.list(&w.slack.shown, byLimit)[4:])
			before := w.slack.count(&w.slack.shown)
			w.put(lane("D"), "j", "k", "l", "m")
			w.put(lane("E"), "n", "o", "p")
			pass(2 * time.Minute)
			want(t, "of their own", []string{"", "", "", "", "1 until 3h1m1s"}, sortedStrings(w.slack.list(&w.slack.shown, byLimit)[before:]))
		})
		if s := d.Stats(); s.Gathered != 3 || s.Retried != 0 {
			t.Errorf("stats %+v", s)
		}
	})
}

// TestWhatQuietHoursHeldComesTogether, in parts that hang together; one alert
// alone is no digest. What comes after that is sent at once.
func TestWhatQuietHoursHeldComesTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		end := time.Now().Add(2 * time.Hour)
		for _, a := range names(12) {
			w.outbox.put(lane("C"), end, item(lane("C"), a))
		}
		w.outbox.put(lane("D"), end, item(lane("D"), "alone"))
		w.running(t, func(*Dispatcher) {
			pass(2*time.Hour + time.Second)
			w.put(lane("C"), "late")
			pass(time.Minute)
		})
		var c []send
		for _, s := range w.slack.shown {
			if s.place == "D" {
				if s.part != "1/1" || s.articles != "alone" {
					t.Errorf("alone: %+v", s)
				}
				continue
			}
			c = append(c, s)
		}
		if len(c) != 3 || c[0].part != "1/2" || c[1].part != "2/2" || c[1].thread != "m-"+c[0].key || c[0].gathered != alerts.GatheredQuiet {
			t.Fatalf("shown %+v", c)
		}
		if got := c[0].articles + " " + c[1].articles; got != strings.Join(names(12), " ") {
			t.Errorf("articles %s", got)
		}
		if c[2].articles != "late" || c[2].gathered != "" || c[2].thread != "" {
			t.Errorf("after that: %+v", c[2])
		}
	})
}

// TestACrashInWhatWasGathered: the message that may have arrived is looked for
// as it was, and so is one that went out alone before.
func TestACrashInWhatWasGathered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		f := &finder{fakeMessenger: w.slack}
		w.cfg.Messengers = []Messenger{f}
		l := lane("C")
		for i, a := range []string{"a", "b", "c", "d"} {
			it := item(l, a)
			switch i {
			case 0: // went out alone
				it.Sending, it.Head = true, it.Key
			case 1, 2: // went out together
				it.Sending, it.Head, it.Part = true, "slack/T/c/C|b", true
			}
			w.outbox.put(l, time.Time{}, it)
		}
		w.outbox.lanes[l].gathered = alerts.GatheredQuiet
		w.slack.shown = []send{{key: "slack/T/c/C|a"}, {key: "slack/T/c/C|b/part"}}
		d := w.running(t, func(*Dispatcher) { pass(time.Minute) })
		want(t, "sent", []string{"d"}, w.slack.list(&w.slack.sends, byArticles))
		if s := d.Stats(); s.Found != 2 || w.outbox.left() != 0 {
			t.Errorf("stats %+v", s)
		}
	})
}

// TestWhatNobodyWantsAnyMoreMakesNoDigest: neither gathered nor by schedule.
func TestWhatNobodyWantsAnyMoreMakesNoDigest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		end := time.Now().Add(time.Hour)
		for _, l := range []alerts.Lane{lane("C"), digest("D")} {
			w.records.settings[l.Destination] = alerts.Settings{Paused: true}
			w.outbox.put(l, end, item(l, "a"), item(l, "b"))
		}
		d := w.running(t, func(*Dispatcher) { pass(2 * time.Hour) })
		if s := d.Stats(); w.slack.count(&w.slack.sends) != 0 || s.Dropped != 4 || w.outbox.left() != 0 {
			t.Errorf("sent %v, stats %+v", w.slack.sends, s)
		}
	})
}

func TestWhatIsTooOldExpires(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.cfg.Expire = 48 * time.Hour
		old := item(lane("C"), "old")
		w.outbox.put(lane("C"), time.Time{}, old)
		w.outbox.put(digest("D"), time.Time{}, item(digest("D"), "digest"))
		begun := item(lane("E"), "begun")
		begun.Sending = true
		w.outbox.put(lane("E"), time.Time{}, begun)
		for _, l := range w.outbox.lanes {
			for i := range l.items {
				l.items[i].Enqueued = time.Now().Add(-50 * time.Hour)
			}
		}
		w.put(lane("F"), "new")
		d := w.running(t, func(*Dispatcher) { pass(24 * time.Hour) })
		want(t, "shown", []string{"begun", "new"}, sortedStrings(w.slack.list(&w.slack.shown, byArticles)))
		if s := d.Stats(); s.Expired != 2 || s.Failed != 2 || len(w.outbox.dead) != 2 {
			t.Errorf("stats %+v", s)
		}
		for key, why := range w.outbox.dead {
			if !strings.Contains(why, "not sent within 2 days") {
				t.Errorf("%s died of %q", key, why)
			}
		}
	})
}

func sortedStrings(list []string) []string {
	slices.Sort(list)
	return list
}
