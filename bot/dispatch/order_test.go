package dispatch

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bellwether/bellwether/alerts"
)

func want(t *testing.T, what string, want, got []string) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

func TestOrderWithinEachLane(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		places := map[string][]string{}
		for n := range 10 {
			for c := range 5 {
				place, article := fmt.Sprint("C", c), fmt.Sprintf("%d-%d", c, n)
				w.put(lane(place), article)
				places[place] = append(places[place], article)
			}
		}
		// Sends take different times, so that workers overtake each other.
		w.slack.answer = func(_ context.Context, d alerts.Delivery) error {
			<-time.After(time.Duration(len(d.Key)*37%11) * time.Millisecond)
			return nil
		}
		w.running(t, func(d *Dispatcher) {
			pass(time.Minute)
			got := map[string][]string{}
			for _, s := range w.slack.shown {
				got[s.place] = append(got[s.place], s.articles)
			}
			if diff := cmp.Diff(places, got); diff != "" {
				t.Errorf("shown (-want +got):\n%s", diff)
			}
			if s := d.Stats(); s.Sent != 50 || w.outbox.left() != 0 {
				t.Errorf("stats %+v, %d left", s, w.outbox.left())
			}
		})
	})
}

func TestABusyLaneDoesNotHoldUpOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.cfg.Workers = 2
		for n := range 200 {
			w.put(lane("busy"), fmt.Sprint("b", n))
		}
		for c := range 10 {
			w.put(lane(fmt.Sprint("C", c)), "a")
		}
		w.slack.answer = func(context.Context, alerts.Delivery) error { <-time.After(10 * time.Millisecond); return nil }
		w.running(t, func(*Dispatcher) {
			pass(10 * time.Second)
			last := 0
			for i, s := range w.slack.shown {
				if s.place != "busy" {
					last = i
				}
			}
			if last > 30 || w.slack.count(&w.slack.shown) != 210 {
				t.Errorf("the last of the others was number %d of %d", last, w.slack.count(&w.slack.shown))
			}
		})
	})
}

func TestWorkersAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.cfg.Workers = 3
		for c := range 20 {
			w.put(lane(fmt.Sprint("C", c)), "a")
		}
		gate := make(chan struct{})
		w.slack.answer = func(context.Context, alerts.Delivery) error { <-gate; return nil }
		w.running(t, func(*Dispatcher) {
			if n := w.slack.count(&w.slack.sends); n != 3 {
				t.Errorf("%d sends at once, want 3", n)
			}
			close(gate)
			pass(time.Second)
			if n := w.slack.count(&w.slack.shown); n != 20 {
				t.Errorf("%d were shown, want 20", n)
			}
		})
	})
}

func TestWhatAnAlertSays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		l := lane("C")
		w.records.settings[l.Destination] = alerts.Settings{TimeZone: "Asia/Tokyo"}
		w.outbox.put(l, time.Time{}, item(l, "a", 2, 1, 3))
		var got alerts.Delivery
		w.slack.answer = func(_ context.Context, d alerts.Delivery) error { got = d; return nil }
		w.running(t, func(*Dispatcher) {})
		if len(got.Alerts) != 1 || got.Key != "slack/T/c/C|a" || got.Settings.TimeZone != "Asia/Tokyo" || got.Part != 1 || got.Parts != 1 {
			t.Fatalf("delivery %+v", got)
		}
		a := got.Alerts[0]
		if len(a.Subscriptions) != 2 || a.Subscriptions[0].ID != 1 || a.Subscriptions[1].ID != 2 {
			t.Errorf("subscriptions %+v", a.Subscriptions)
		}
		var words []string
		for _, s := range a.Spans {
			words = append(words, map[alerts.Field]string{alerts.Title: a.Article.Title, alerts.Body: a.Article.Body}[s.Field][s.Start:s.End])
		}
		want(t, "spans", []string{"Tariff", "tariff", "ministry"}, words)
		words = nil
		for _, h := range a.Highlights {
			words = append(words, a.Summary[h.Sentence][h.Start:h.End])
		}
		want(t, "highlights", []string{"tariff", "ministry"}, words)
		if w.outbox.sent[got.Key].Messages[0] != "m-"+got.Key {
			t.Errorf("receipts %v", w.outbox.sent)
		}
	})
}

func TestWhatNobodyWantsAnyMoreIsDropped(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(w *world, l alerts.Lane)
	}{
		{"removed", func(w *world, _ alerts.Lane) { delete(w.records.subs, 1) }},
		{"paused", func(w *world, _ alerts.Lane) { s := w.records.subs[1]; s.Paused = true; w.records.subs[1] = s }},
		{"edited", func(w *world, _ alerts.Lane) { s := w.records.subs[3]; s.ID = 1; w.records.subs[1] = s }},
		{"channel paused", func(w *world, l alerts.Lane) { w.records.settings[l.Destination] = alerts.Settings{Paused: true} }},
		{"article muted", func(w *world, l alerts.Lane) {
			w.records.settings[l.Destination] = alerts.Settings{Muted: []string{"a"}}
		}},
	} {
		for _, l := range []alerts.Lane{lane("C"), digest("C")} {
			t.Run(c.name+" "+l.Schedule.String(), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					w := newWorld(t)
					c.change(w, l)
					w.put(l, "a")
					d := w.running(t, func(*Dispatcher) {})
					if s := d.Stats(); w.slack.count(&w.slack.sends) > 0 || w.outbox.left() > 0 || s.Dropped != 1 || s.Failed != 0 {
						t.Errorf("sends %v, %d left, stats %+v", w.slack.sends, w.outbox.left(), s)
					}
				})
			})
		}
	}
}

func TestALongIDIsMutedByItsShortName(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		l := lane("C")
		long := strings.Repeat("https://example.org/", 10)
		w.records.settings[l.Destination] = alerts.Settings{Muted: []string{alerts.ShortID(long)}}
		w.put(l, long, "a")
		d := w.running(t, func(*Dispatcher) {})
		want(t, "sends", []string{"a"}, w.slack.list(&w.slack.sends, byArticles))
		if s := d.Stats(); s.Dropped != 1 {
			t.Errorf("stats %+v", s)
		}
	})
}

func TestAMissingArticleIsADeadLetter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.records.gone["a"] = true
		w.put(lane("C"), "a", "b")
		w.put(digest("D"), "a", "b")
		w.running(t, func(*Dispatcher) { pass(time.Second) })
		want(t, "shown", []string{"b", "b"}, w.slack.list(&w.slack.shown, byArticles))
		want(t, "dead", []string{"slack/T/c/C|a", "slack/T/c/D|a"}, w.outbox.deadKeys())
		for k, reason := range w.outbox.dead {
			if !strings.Contains(reason, "not found") {
				t.Errorf("%s died of %q", k, reason)
			}
		}
	})
}

func TestQuietHoursAreKeptAtTheSend(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		l := lane("C")
		// It was put in before the hours were set. It is midnight, 09:00 in Tokyo.
		w.records.settings[l.Destination] = alerts.Settings{TimeZone: "Asia/Tokyo", Quiet: alerts.Quiet{From: 8 * 60, To: 11 * 60}}
		w.put(l, "a", "b")
		d := w.running(t, func(*Dispatcher) { pass(3 * time.Hour) })
		want(t, "times", []string{"2h0m0s"}, w.slack.list(&w.slack.shown, byTime))
		want(t, "shown", []string{"a b"}, w.slack.list(&w.slack.shown, byArticles))
		if s := d.Stats(); s.Retried != 0 || w.slack.shown[0].attempt != 0 {
			t.Errorf("quiet hours count as a failure: %+v", s)
		}
	})
}

func TestAStoreThatCannotBeReadIsTriedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.records.down = 2
		w.put(lane("C"), "a")
		d := w.running(t, func(*Dispatcher) { pass(time.Minute) })
		want(t, "shown", []string{"a"}, w.slack.list(&w.slack.shown, byArticles))
		if d.Stats().Retried != 0 {
			t.Errorf("our own fault counts as the message's: %+v", d.Stats())
		}
	})
}

func TestTheOutboxComesBack(t *testing.T) {
	for _, method := range []string{"claim", "wait", "sending", "done"} {
		t.Run(method, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				w.outbox.down[method] = 3
				w.put(lane("C"), "a")
				w.running(t, func(*Dispatcher) { pass(3 * time.Second) })
				want(t, "sends", []string{"a"}, w.slack.list(&w.slack.sends, byArticles))
				if w.outbox.left() != 0 {
					t.Error("the outbox still holds it")
				}
				if method == "claim" && (w.logged("the outbox can't be read") != 1 || w.logged("the outbox is back") != 1) {
					t.Errorf("log:\n%s", w.out)
				}
			})
		})
	}
}
