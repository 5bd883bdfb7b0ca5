package dispatch

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bellwether/bellwether/alerts"
)

// mixed puts a digest of n articles in that two keywords hit by turns: those
// with even numbers the second, with odd ones the first. It gives the order in
// which they are read.
func mixed(w *world, l alerts.Lane, n int) []string {
	var first, second []string
	for i, a := range names(n) {
		if i%2 == 0 {
			w.outbox.put(l, time.Time{}, item(l, a, 2))
			second = append(second, a)
		} else {
			w.outbox.put(l, time.Time{}, item(l, a, 2, 1)) // put with the lowest
			first = append(first, a)
		}
	}
	return append(first, second...)
}

// inParts writes articles as the parts that they make.
func inParts(articles []string) []string {
	var out []string
	for p := range slices.Chunk(articles, alertsInPart) {
		out = append(out, strings.Join(p, " "))
	}
	return out
}

func TestADigestIsReadByKeyword(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		l := digest("C")
		order := mixed(w, l, 25)
		w.running(t, func(*Dispatcher) {})
		want(t, "parts", inParts(order), w.slack.list(&w.slack.shown, byArticles))
	})
}

// TestADigestByKeywordIsCutOff stops a dispatcher during the send of any part,
// and the next one during its first. None or one of the two sends arrived.
func TestADigestByKeywordIsCutOff(t *testing.T) {
	changes := map[string]func(w *world, l alerts.Lane){
		"nothing": func(*world, alerts.Lane) {},
		"more of every keyword came": func(w *world, l alerts.Lane) {
			w.outbox.put(l, time.Time{}, item(l, "late1", 1), item(l, "late2", 2))
		},
		"the first was muted": func(w *world, l alerts.Lane) {
			w.records.settings[l.Destination] = alerts.Settings{Muted: []string{"a1", "a21", "a16"}}
		},
		"the first can't be read": func(w *world, _ alerts.Lane) {
			w.records.gone["a1"], w.records.gone["a21"], w.records.gone["a16"] = true, true, true
		},
		"the first keyword was removed": func(w *world, _ alerts.Lane) { delete(w.records.subs, 1) },
	}
	for name, change := range changes {
		for part := range 3 {
			for got := range 3 {
				t.Run(fmt.Sprintf("%s, part %d, arrived %d", name, part+1, got), func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) { cutOffByKeyword(t, part, got, change) })
				})
			}
		}
	}
}

func cutOffByKeyword(t *testing.T, part, got int, change func(w *world, l alerts.Lane)) {
	w := newWorld(t)
	w.cfg.Messengers = []Messenger{&finder{fakeMessenger: w.slack}}
	w.cfg.Grace = time.Second
	n := 0
	w.slack.answer = func(ctx context.Context, _ alerts.Delivery) error {
		if n++; n != part+1 && n != part+2 {
			return nil
		}
		<-ctx.Done()
		if n == part+got {
			return arrived{ctx.Err()}
		}
		return ctx.Err()
	}
	l := digest("C")
	order := mixed(w, l, 30)
	first := inParts(order)
	w.running(t, func(*Dispatcher) {})
	change(w, l)
	w.running(t, func(*Dispatcher) {})
	d := w.running(t, func(*Dispatcher) { pass(time.Minute) })

	shown := w.slack.list(&w.slack.shown, byArticles)
	seen := map[string]int{}
	for _, s := range shown {
		for a := range strings.FieldsSeq(s) {
			seen[a]++
		}
	}
	muted := w.records.settings[l.Destination].Muted
	for _, a := range order {
		if optional := slices.Contains(muted, a) || w.records.gone[a]; seen[a] > 1 || seen[a] == 0 && !optional {
			t.Errorf("%s was shown %d times", a, seen[a])
		}
	}
	want(t, "parts before", first[:part], shown[:part])
	if got == 1 {
		want(t, "the part that was found", first[part:part+1], shown[part:part+1])
	}
	if s := d.Stats(); s.Repeated != 0 || w.outbox.left() != 0 {
		t.Errorf("stats %+v, %d left", s, w.outbox.left())
	}
}

// TestPartsThatWereBegunAreNotMixed: a short part steps aside, the next one
// fails as often, and what was found to have arrived is no more than that.
func TestPartsThatWereBegunAreNotMixed(t *testing.T) {
	for _, there := range []string{"a0", "a3", ""} {
		t.Run(there, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				w.cfg.Messengers = []Messenger{&finder{fakeMessenger: w.slack}}
				l := digest("C")
				for i, a := range names(13) {
					it := item(l, a, alerts.SubscriptionID(2-i%2)) // keywords by turns
					it.Attempt, it.Part = 5, true
					it.Head = "slack/T/c/C|a0"
					if i >= 3 {
						it.Head = "slack/T/c/C|a3"
					}
					w.outbox.put(l, time.Time{}, it)
				}
				parts := map[string]string{"a0": "a1 a0 a2", "a3": "a3 a5 a7 a9 a11 a4 a6 a8 a10 a12"}
				if there != "" {
					w.slack.shown = []send{{key: "slack/T/c/C|" + there + "/part", articles: parts[there]}}
				}
				w.running(t, func(*Dispatcher) {})
				got := w.slack.list(&w.slack.shown, byArticles)
				slices.Sort(got)
				want(t, "shown", []string{parts["a0"], parts["a3"]}, got)
				if w.outbox.left() != 0 {
					t.Errorf("%d left", w.outbox.left())
				}
			})
		})
	}
}
