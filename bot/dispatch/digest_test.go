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

// names gives "a0" to "a(n-1)".
func names(n int) []string {
	var out []string
	for i := range n {
		out = append(out, fmt.Sprint("a", i))
	}
	return out
}

func TestADigestComesInParts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.put(digest("C"), names(23)...)
		d := w.running(t, func(*Dispatcher) {})
		all := names(23)
		want(t, "parts", []string{strings.Join(all[:10], " "), strings.Join(all[10:20], " "), strings.Join(all[20:], " ")},
			w.slack.list(&w.slack.shown, byArticles))
		want(t, "numbers", []string{"1/3", "2/3", "3/3"}, w.slack.list(&w.slack.shown, byPart))
		want(t, "keys", []string{"slack/T/c/C|a0/part", "slack/T/c/C|a10/part", "slack/T/c/C|a20/part"},
			w.slack.list(&w.slack.shown, byKey))
		if d.Stats().Sent != 3 || w.outbox.left() != 0 {
			t.Errorf("stats %+v, %d left", d.Stats(), w.outbox.left())
		}
	})
}

func TestADigestLeavesOutWhatIsNotWanted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		l := digest("C")
		w.records.gone["a1"] = true
		w.records.settings[l.Destination] = alerts.Settings{Muted: []string{"a2"}}
		w.put(l, names(13)...)
		w.running(t, func(*Dispatcher) {})
		want(t, "parts", []string{"a0 a3 a4 a5 a6 a7 a8 a9 a10 a11", "a12"}, w.slack.list(&w.slack.shown, byArticles))
		want(t, "dead", []string{"slack/T/c/C|a1"}, w.outbox.deadKeys())
	})
}

func TestADigestIsPacedBetweenItsParts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.slack.receipt = func(alerts.Delivery) alerts.Receipt { return alerts.Receipt{NotBefore: time.Now().Add(time.Second)} }
		w.put(digest("C"), names(21)...)
		w.running(t, func(*Dispatcher) { pass(time.Minute) })
		want(t, "times", []string{"0s", "1s", "2s"}, w.slack.list(&w.slack.shown, byTime))
		want(t, "numbers", []string{"1/3", "2/3", "3/3"}, w.slack.list(&w.slack.shown, byPart))
	})
}

func TestALongPaceGivesTheRestOfADigestBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.slack.receipt = func(alerts.Delivery) alerts.Receipt { return alerts.Receipt{NotBefore: time.Now().Add(time.Hour)} }
		w.put(digest("C"), names(11)...)
		w.running(t, func(*Dispatcher) { pass(2 * time.Hour) })
		want(t, "times", []string{"0s", "1h0m0s"}, w.slack.list(&w.slack.shown, byTime))
	})
}

// crashed puts a digest of 13 in, as a dispatcher left it that stopped during
// the send of the first part.
func crashed(w *world) alerts.Lane {
	l := digest("C")
	for i, a := range names(13) {
		it := item(l, a)
		if i < 10 {
			it.Sending, it.Head, it.Part = true, "slack/T/c/C|a0", true
		}
		w.outbox.put(l, time.Time{}, it)
	}
	w.put(l, "late") // came meanwhile
	return l
}

func TestCrashInTheMiddleOfADigest(t *testing.T) {
	all := names(13)
	first, rest := strings.Join(all[:10], " "), strings.Join(all[10:], " ")+" late"
	for _, c := range []struct {
		name    string
		arrived bool
		change  func(w *world, l alerts.Lane)
		want    []string
		found   int64
	}{
		{"before it arrived", false, nil, []string{first, rest}, 0},
		{"after it arrived", true, nil, []string{first, rest}, 1},
		{"arrived, then one was muted", true, func(w *world, l alerts.Lane) {
			w.records.settings[l.Destination] = alerts.Settings{Muted: []string{"a0"}}
		}, []string{first, rest}, 1},
		{"not arrived, and one was muted", false, func(w *world, l alerts.Lane) {
			w.records.settings[l.Destination] = alerts.Settings{Muted: []string{"a0"}}
		}, []string{strings.TrimPrefix(first, "a0 "), rest}, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				l := crashed(w)
				if c.change != nil {
					c.change(w, l)
				}
				if c.arrived {
					w.slack.shown = []send{{key: "slack/T/c/C|a0/part", articles: first}}
				}
				f := &finder{fakeMessenger: w.slack}
				w.cfg.Messengers = []Messenger{f}
				d := w.running(t, func(*Dispatcher) {})
				want(t, "shown", c.want, w.slack.list(&w.slack.shown, byArticles))
				if s := d.Stats(); s.Found != c.found || s.Repeated != 0 || w.outbox.left() != 0 || w.slack.shown[0].key != "slack/T/c/C|a0/part" {
					t.Errorf("stats %+v, %d left, key %s", s, w.outbox.left(), w.slack.shown[0].key)
				}
			})
		})
	}
}

func TestAFailedPartIsTriedAgainUnderItsKey(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		tries := 0
		w.slack.answer = func(context.Context, alerts.Delivery) error {
			if tries++; tries == 2 {
				return errDown
			}
			return nil
		}
		l := digest("C")
		w.put(l, names(21)...)
		w.running(t, func(*Dispatcher) {
			w.put(l, "late")
			pass(time.Minute)
		})
		all := names(21)
		want(t, "shown", []string{strings.Join(all[:10], " "), strings.Join(all[10:20], " "), "a20 late"}, w.slack.list(&w.slack.shown, byArticles))
		if a, b := w.slack.sends[1].key, w.slack.sends[2].key; a != b {
			t.Errorf("tried as %s, then as %s", a, b)
		}
	})
}
