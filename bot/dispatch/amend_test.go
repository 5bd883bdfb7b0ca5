package dispatch

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bellwether/bellwether/alerts"
)

// editor is a finder that can edit. refuse gives the error of an edit.
type editor struct {
	finder
	refuse func(n int) error
	edits  []string
}

func newEditor(m *fakeMessenger) *editor { return &editor{finder: finder{fakeMessenger: m}} }

func (e *editor) Edit(_ context.Context, d alerts.Delivery) (alerts.Receipt, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	a := d.Alerts[0]
	e.edits = append(e.edits, fmt.Sprintf("%s of %s: %s %q, %d sentences, %d subscriptions, at %s", strings.Join(d.Edits, " "), d.Key, a.Notice,
		a.Article.Title, len(a.Summary), len(a.Subscriptions), time.Since(start).Round(time.Second)))
	if e.refuse != nil {
		if err := e.refuse(len(e.edits)); err != nil {
			return alerts.Receipt{}, err
		}
	}
	return alerts.Receipt{Messages: d.Edits}, nil
}

// amend makes an article another revision, and puts an item in for the channel.
func (w *world) amend(l alerts.Lane, article string, standing alerts.Standing, subs ...alerts.SubscriptionID) {
	w.records.mu.Lock()
	if w.records.amended == nil {
		w.records.amended = map[string]alerts.Article{}
	}
	revision := w.records.amended[article].Revision + 2
	w.records.amended[article] = alerts.Article{
		ID: article, Revision: revision, Received: start, Standing: standing, Title: "New " + article, Body: "The tariff is another one.",
	}
	w.records.mu.Unlock()
	l.Schedule = alerts.Schedule{Cadence: alerts.Amending}
	again := alerts.Amendment(revision)
	p := alerts.Pending{Lane: l, Article: article, Again: again}
	w.outbox.put(l, time.Time{}, alerts.Item{Key: p.Key(), Article: article, Again: again, Subscriptions: subs})
}

// amending is a world with an editor in which article a was sent.
func amending(t *testing.T, l alerts.Lane, f func(w *world, e *editor)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		e := newEditor(w.slack)
		w.cfg.Messengers = []Messenger{e}
		w.put(l, "a")
		w.running(t, func(*Dispatcher) {
			pass(time.Minute)
			f(w, e)
		})
		if n := w.outbox.left(); n != 0 {
			t.Errorf("%d items are left", n)
		}
		if dead := w.outbox.deadKeys(); len(dead) > 0 {
			t.Errorf("dead letters %v", dead)
		}
	})
}

func key(article string) string { return alerts.Pending{Lane: lane("C"), Article: article}.Key() }

func TestAmendEditsWhatWasSent(t *testing.T) {
	amending(t, lane("C"), func(w *world, e *editor) {
		w.amend(lane("C"), "a", alerts.Corrected, 1)
		pass(time.Minute)
		w.amend(lane("C"), "a", alerts.Corrected)
		pass(time.Minute)
		w.amend(lane("C"), "a", alerts.Withdrawn)
		pass(time.Minute)
		own := "m-" + key("a") + " of " + key("a")
		want := []string{
			own + `: corrected "New a", 1 sentences, 1 subscriptions, at 1m0s`,
			own + `: corrected "New a", 1 sentences, 0 subscriptions, at 2m0s`,
			own + `: withdrawn "New a", 0 sentences, 0 subscriptions, at 3m0s`,
		}
		if diff := cmp.Diff(want, e.edits); diff != "" {
			t.Errorf("edits (-want +got):\n%s", diff)
		}
		if n := w.slack.count(&w.slack.sends); n != 1 {
			t.Errorf("%d sends, want the first", n)
		}
	})
}

// What was never sent has nothing to amend, and shows as the article is by then;
// what is withdrawn is not sent at all.
func TestAmendWhatWaits(t *testing.T) {
	amending(t, lane("C"), func(w *world, e *editor) {
		later := lane("D")
		w.outbox.put(later, time.Now().Add(30*time.Second), item(later, "b"), item(later, "c"))
		w.amend(later, "b", alerts.Withdrawn)
		w.amend(later, "c", alerts.Corrected, 1)
		pass(2 * time.Minute)
		if diff := cmp.Diff([]string{"a", "c"}, w.slack.list(&w.slack.shown, byArticles)); diff != "" {
			t.Errorf("shown (-want +got):\n%s", diff)
		}
		// It was sent as it is by now, so the edit changes nothing.
		if len(e.edits) != 1 || !strings.Contains(e.edits[0], `corrected "New c"`) {
			t.Errorf("edits %v", e.edits)
		}
	})
}

// What was sent in the moment of a correction is edited, though nothing shows
// yet when the correction comes.
func TestAmendWhatIsOnItsWay(t *testing.T) {
	amending(t, lane("C"), func(w *world, e *editor) {
		w.amend(lane("D"), "b", alerts.Corrected, 1)
		pass(time.Second)
		w.put(lane("D"), "b")
		pass(time.Minute)
		if len(e.edits) != 1 || !strings.Contains(e.edits[0], "New b") {
			t.Errorf("edits %v", e.edits)
		}
	})
}

// An article of a digest, or on a platform that can't edit, is followed up.
func TestAmendFollowsUp(t *testing.T) {
	t.Run("a digest", func(t *testing.T) {
		amending(t, digest("C"), func(w *world, e *editor) {
			pass(time.Hour)
			w.amend(lane("C"), "a", alerts.Withdrawn)
			pass(time.Minute)
			shown := w.slack.list(&w.slack.shown, byKey)
			if len(shown) != 2 || shown[1] != key("a")+"|r2" || len(e.edits) != 0 {
				t.Errorf("shown %v, edits %v", shown, e.edits)
			}
		})
	})
	t.Run("no editor", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t)
			w.put(lane("C"), "a")
			w.running(t, func(*Dispatcher) {
				pass(time.Minute)
				w.amend(lane("C"), "a", alerts.Corrected, 1)
				pass(time.Minute)
			})
			if got := w.slack.list(&w.slack.shown, byKey); len(got) != 2 || w.outbox.left() != 0 {
				t.Errorf("shown %v", got)
			}
		})
	})
	t.Run("an edit that is refused", func(t *testing.T) {
		amending(t, lane("C"), func(w *world, e *editor) {
			e.refuse = func(int) error { return alerts.Permanent(errors.New("too old"), alerts.ScopeMessage) }
			w.amend(lane("C"), "a", alerts.Corrected, 1)
			pass(time.Minute)
			if got := w.slack.list(&w.slack.shown, byKey); len(got) != 2 || len(e.edits) != 1 {
				t.Errorf("shown %v, edits %v", got, e.edits)
			}
		})
	})
}

// In quiet hours nothing follows up, but edits are made; a place that has muted
// the article hears nothing.
func TestAmendQuietly(t *testing.T) {
	quiet := func(w *world, from, to alerts.Clock, muted ...string) {
		w.records.mu.Lock()
		defer w.records.mu.Unlock()
		w.records.settings[lane("C").Destination] = alerts.Settings{Quiet: alerts.Quiet{From: from, To: to}, Muted: muted}
	}
	amending(t, lane("C"), func(w *world, e *editor) {
		quiet(w, 0, 6*60)
		w.amend(lane("C"), "a", alerts.Corrected, 1)
		pass(time.Minute)
		if len(e.edits) != 1 {
			t.Errorf("edits %v", e.edits)
		}
	})
	amending(t, digest("C"), func(w *world, _ *editor) {
		pass(time.Hour)
		quiet(w, 0, 6*60)
		w.amend(lane("C"), "a", alerts.Withdrawn)
		pass(time.Hour)
		if n := w.slack.count(&w.slack.shown); n != 1 {
			t.Errorf("%d messages in quiet hours", n)
		}
		pass(4 * time.Hour)
		if n := w.slack.count(&w.slack.shown); n != 2 {
			t.Errorf("%d messages after them", n)
		}
		quiet(w, 0, 0, "a")
		w.amend(lane("C"), "a", alerts.Corrected, 1)
		pass(time.Minute)
		if n := w.slack.count(&w.slack.shown); n != 2 {
			t.Errorf("%d messages of what is muted", n)
		}
	})
}

// An edit that fails is made again; one of a message that is gone is not.
func TestAmendAgain(t *testing.T) {
	for _, tt := range []struct {
		name  string
		errs  []error
		edits int
	}{
		{"not now", []error{alerts.RetryAfter(errDown, time.Second, alerts.ScopeMessage)}, 2},
		{"no answer", []error{errDown, errDown}, 3},
		{"the message is gone", []error{fmt.Errorf("edit: %w", alerts.ErrNotFound)}, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			amending(t, lane("C"), func(w *world, e *editor) {
				e.refuse = func(n int) error {
					if n <= len(tt.errs) {
						return tt.errs[n-1]
					}
					return nil
				}
				w.amend(lane("C"), "a", alerts.Corrected, 1)
				pass(10 * time.Minute)
				if len(e.edits) != tt.edits || w.slack.count(&w.slack.sends) != 1 {
					t.Errorf("edits %v, sends %v", e.edits, w.slack.list(&w.slack.sends, byKey))
				}
			})
		})
	}
}

// What was withdrawn while nobody knew whether it had arrived is looked for: what
// did is marked, and what did not is not sent.
func TestAmendWhatIsUncertain(t *testing.T) {
	for _, there := range []bool{true, false} {
		amending(t, lane("C"), func(w *world, e *editor) {
			w.slack.answer = func(context.Context, alerts.Delivery) error {
				if there {
					return arrived{errDown}
				}
				return errDown
			}
			w.put(lane("D"), "b")
			pass(100 * time.Millisecond)
			e.mu.Lock()
			e.blind = 2 // so that the text that was sent is read again
			e.mu.Unlock()
			w.amend(lane("D"), "b", alerts.Withdrawn)
			pass(3 * time.Minute)
			want := 0
			if there {
				want = 2 // when it was found, and by its own
			}
			if len(e.edits) != want || w.slack.count(&w.slack.sends) != 2 {
				t.Errorf("arrived %v: edits %v, sends %v", there, e.edits, w.slack.list(&w.slack.sends, byKey))
			}
		})
	}
}

// Amendments don't count to the limit an hour, and go on when it is reached.
func TestAmendBeyondTheLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.cfg.Limit = 2
		e := newEditor(w.slack)
		w.cfg.Messengers = []Messenger{e}
		w.put(lane("C"), "a", "b")
		w.running(t, func(*Dispatcher) {
			pass(time.Minute)
			for range 5 {
				w.amend(lane("C"), "a", alerts.Corrected, 1)
				pass(time.Minute)
			}
			if len(e.edits) != 5 {
				t.Errorf("edits %v", e.edits)
			}
		})
		if got := w.slack.list(&w.slack.shown, byLimit); !slices.Equal(got, []string{"", "2 until 1h0m0s"}) {
			t.Errorf("limits %q", got)
		}
	})
}
