package dispatch

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bellwether/bellwether/alerts"
)

// cutOff puts an item in as a dispatcher left it that stopped during its send.
func cutOff(w *world, l alerts.Lane, article string) {
	i := item(l, article)
	i.Sending, i.Part = true, l.Schedule.IsDigest()
	w.outbox.put(l, time.Time{}, i)
}

func TestACutOffSendIsLookedForFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		f := &finder{fakeMessenger: w.slack}
		w.cfg.Messengers = []Messenger{f}
		cutOff(w, lane("C"), "a")
		cutOff(w, lane("D"), "b")
		w.put(lane("E"), "c") // nothing to look for
		w.slack.shown = []send{{key: "slack/T/c/C|a", articles: "a"}}
		d := w.running(t, func(*Dispatcher) {})
		got := w.slack.list(&w.slack.shown, byArticles)
		slices.Sort(got)
		want(t, "shown", []string{"a", "b", "c"}, got)
		if s := d.Stats(); s.Found != 1 || s.Sent != 2 || s.Repeated != 0 || f.looks != 2 || w.outbox.left() != 0 {
			t.Errorf("stats %+v, %d looks", s, f.looks)
		}
		if r := w.outbox.sent["slack/T/c/C|a"]; len(r.Messages) != 1 || r.Messages[0] != "found-slack/T/c/C|a" {
			t.Errorf("receipt %+v", r)
		}
	})
}

func TestALostAnswerIsLookedForBeforeTheNextTry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.cfg.Messengers = []Messenger{&finder{fakeMessenger: w.slack}}
		w.slack.answer = answers(arrived{errDown})
		w.put(lane("C"), "a", "b")
		d := w.running(t, func(*Dispatcher) { pass(time.Minute) })
		want(t, "shown", []string{"a", "b"}, w.slack.list(&w.slack.shown, byArticles))
		if d.Stats().Found != 1 {
			t.Errorf("stats %+v", d.Stats())
		}
	})
}

func TestNothingIsSentWhileItCannotBeKnown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.cfg.Messengers = []Messenger{&finder{fakeMessenger: w.slack, blind: 3}}
		cutOff(w, lane("C"), "a")
		w.slack.shown = []send{{key: "slack/T/c/C|a", articles: "a"}}
		w.running(t, func(d *Dispatcher) {
			pass(5 * time.Second)
			if w.slack.count(&w.slack.sends) > 0 || w.outbox.left() != 1 {
				t.Error("a verdict without knowing")
			}
			pass(time.Minute)
			if s := d.Stats(); s.Found != 1 || w.slack.count(&w.slack.sends) > 0 || s.Retried > 0 || w.outbox.left() != 0 {
				t.Errorf("sends %v, stats %+v", w.slack.sends, s)
			}
		})
	})
}

func TestWhatCanNeverBeKnownIsADeadLetter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.cfg.Messengers = []Messenger{&finder{fakeMessenger: w.slack, blind: 1 << 30}}
		cutOff(w, lane("C"), "a")
		w.put(lane("C"), "b")
		w.running(t, func(*Dispatcher) { pass(25 * time.Hour) })
		want(t, "dead", []string{"slack/T/c/C|a"}, w.outbox.deadKeys())
		want(t, "shown", []string{"b"}, w.slack.list(&w.slack.shown, byArticles))
	})
}

func TestAMessengerThatCannotLookSendsAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		cutOff(w, lane("C"), "a")
		d := w.running(t, func(*Dispatcher) { pass(time.Minute) })
		want(t, "sends", []string{"a"}, w.slack.list(&w.slack.sends, byArticles))
		if s := d.Stats(); s.Repeated != 1 || w.logged("may show twice") != 1 {
			t.Errorf("stats %+v", s)
		}
	})
}

// screen shows what nobody can look for, and keeps how often the outbox had been
// saved when it did.
type screen struct {
	*fakeMessenger
	outbox *memoryOutbox
	saves  []int
}

func (*screen) MarkIsReceipt() {}

func (s *screen) Send(ctx context.Context, d alerts.Delivery) (alerts.Receipt, error) {
	s.outbox.mu.Lock()
	s.saves = append(s.saves, s.outbox.saves)
	s.outbox.mu.Unlock()
	return s.fakeMessenger.Send(ctx, d)
}

func TestAMarkIsTheReceiptWhereNobodyCanLook(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		s := &screen{fakeMessenger: w.slack, outbox: w.outbox}
		w.cfg.Messengers = []Messenger{s}
		cutOff(w, lane("C"), "a")
		w.put(lane("C"), "b", "c")
		d := w.running(t, func(*Dispatcher) { pass(time.Minute) })
		want(t, "shown", []string{"b", "c"}, w.slack.list(&w.slack.shown, byArticles))
		if !slices.Equal(s.saves, []int{1, 2}) {
			t.Errorf("saved %v times before each was shown, want 1 and 2", s.saves)
		}
		if s := d.Stats(); s.Found != 1 || s.Sent != 2 || s.Repeated != 0 || w.outbox.left() != 0 {
			t.Errorf("stats %+v", s)
		}
	})
}

func TestWhatCannotBeSavedIsNotShownYet(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.cfg.Messengers = []Messenger{&screen{fakeMessenger: w.slack, outbox: w.outbox}}
		w.outbox.down["save"] = 1 << 30
		w.put(lane("C"), "a")
		w.running(t, func(*Dispatcher) {
			pass(time.Minute)
			if w.slack.count(&w.slack.sends) > 0 {
				t.Error("shown without its receipt")
			}
			w.outbox.mu.Lock()
			w.outbox.down["save"] = 0
			w.outbox.mu.Unlock()
			pass(time.Minute)
		})
		want(t, "shown", []string{"a"}, w.slack.list(&w.slack.shown, byArticles))
	})
}

func TestARefusalClearsTheMark(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		f := &finder{fakeMessenger: w.slack}
		w.cfg.Messengers = []Messenger{f}
		w.slack.answer = answers(alerts.RetryAfter(errDown, time.Second, alerts.ScopeMessage))
		w.put(lane("C"), "a")
		w.running(t, func(*Dispatcher) { pass(time.Minute) })
		if f.looks != 0 || w.slack.count(&w.slack.shown) != 1 {
			t.Errorf("%d looks for what was refused", f.looks)
		}
	})
}

func TestTheEndGivesBackWhatWasNotBegun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		gate := make(chan struct{})
		w.slack.answer = func(context.Context, alerts.Delivery) error { <-gate; return nil }
		w.put(digest("C"), names(21)...)
		d := New(w.cfg)
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- d.Run(ctx) }()
		synctest.Wait() // the first part is being sent
		cancel()
		synctest.Wait()
		select {
		case err := <-done:
			t.Fatal("Run returned in the middle of a send", err)
		default:
		}
		close(gate)
		if err := <-done; err != nil {
			t.Error(err)
		}
		if w.slack.count(&w.slack.shown) != 1 || w.outbox.left() != 11 || len(w.outbox.sent) != 1 {
			t.Errorf("%d shown, %d recorded, %d left", w.slack.count(&w.slack.shown), len(w.outbox.sent), w.outbox.left())
		}
		// At once, not when the lease has run out:
		claims, err := w.outbox.Claim(t.Context(), 1, time.Minute)
		if err != nil || len(claims) != 1 || len(claims[0].Items) != 11 || claims[0].Items[0].Sending {
			t.Errorf("claims %+v, error %v", claims, err)
		}
	})
}

func TestTheEndIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.slack.answer = func(ctx context.Context, _ alerts.Delivery) error { <-ctx.Done(); return ctx.Err() }
		w.put(lane("C"), "a")
		d := New(w.cfg)
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- d.Run(ctx) }()
		synctest.Wait()
		cancel()
		begun := time.Now()
		if err := <-done; err != nil {
			t.Error(err)
		}
		if took := time.Since(begun); took != defaultGrace {
			t.Errorf("the end took %s, want %s", took, defaultGrace)
		}
		// Nobody knows whether it arrived: the mark stays, no attempt counts.
		claims, err := w.outbox.Claim(t.Context(), 1, time.Minute)
		if err != nil || len(claims) != 1 || !claims[0].Items[0].Sending || claims[0].Items[0].Attempt != 0 {
			t.Errorf("claims %+v, error %v", claims, err)
		}
	})
}

func TestAStaleLeaseEndsTheTurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.outbox.notify = func(method string) {
			if method == "sending" { // someone else claimed the lane meanwhile
				w.outbox.mu.Lock()
				w.outbox.lanes[lane("C")].token = 99
				w.outbox.mu.Unlock()
			}
		}
		w.put(lane("C"), "a")
		d := w.running(t, func(*Dispatcher) { pass(10 * time.Second) })
		if w.slack.count(&w.slack.sends) > 0 || d.Stats().Stale == 0 {
			t.Errorf("sends %v, stats %+v", w.slack.sends, d.Stats())
		}
	})
}

// TestThroughEveryTrouble lets random things go wrong with sends and
// dispatchers, while people mute articles. In the end every alert was shown
// exactly once, one that was muted at most, and in each instant lane in order
// but for what stepped aside.
func TestThroughEveryTrouble(t *testing.T) {
	for seed := range uint64(40) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { trouble(t, rand.New(rand.NewPCG(seed, 1))) })
		})
	}
}

func trouble(t *testing.T, r *rand.Rand) {
	w := newWorld(t)
	w.cfg.Messengers = []Messenger{&finder{fakeMessenger: w.slack}}
	w.cfg.Workers = 1 + r.IntN(4)
	w.cfg.Grace = time.Millisecond
	var mu sync.Mutex // several workers draw from r
	draw := func(n int) int {
		mu.Lock()
		defer mu.Unlock()
		return r.IntN(n)
	}
	var well atomic.Bool
	w.slack.answer = func(ctx context.Context, _ alerts.Delivery) error {
		if well.Load() {
			return nil
		}
		n := draw(10)
		switch n {
		case 0:
			return errDown
		case 1:
			return arrived{errDown}
		case 2:
			return alerts.RetryAfter(errDown, time.Duration(draw(5000))*time.Millisecond, alerts.Scope(draw(4)))
		case 3:
			panic("trouble")
		case 4, 5: // hangs until it is stopped
			<-ctx.Done()
			if n == 4 {
				return ctx.Err()
			}
			return arrived{ctx.Err()}
		}
		return nil
	}
	order := map[string]int{}
	lanes := []alerts.Lane{lane("C"), lane("D"), digest("C"), digest("E")}
	for n := range 60 {
		article := fmt.Sprint("a", n)
		order[article] = n
		l := lanes[draw(len(lanes))]
		subs := [][]alerts.SubscriptionID{{1}, {2}, {2, 1}, {3, 2}}[draw(4)]
		w.outbox.put(l, time.Time{}, item(l, article, subs...))
	}
	muted := map[string]bool{}
	mute := func() {
		article := fmt.Sprint("a", draw(60))
		muted[article] = true
		w.records.mu.Lock()
		defer w.records.mu.Unlock()
		for _, l := range lanes {
			s := w.records.settings[l.Destination]
			s.Muted = append(slices.Clone(s.Muted), article)
			w.records.settings[l.Destination] = s
		}
	}
	aside := int64(0)
	for n := range 20 { // dispatchers that end early
		if n%3 == 2 {
			mute()
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Duration(draw(20_000))*time.Millisecond)
		d := New(w.cfg)
		if err := d.Run(ctx); err != nil {
			t.Error(err)
		}
		cancel()
		aside += d.Stats().Aside
	}
	well.Store(true)
	d := w.running(t, func(*Dispatcher) { pass(time.Hour) })
	aside += d.Stats().Aside

	last := map[string]int{}
	late := int64(0)
	seen := map[string]int{}
	for _, s := range w.slack.shown {
		for a := range strings.FieldsSeq(s.articles) {
			seen[a]++
			if strings.HasSuffix(s.key, "/part") {
				continue
			}
			if order[a] < last[s.place] {
				late++
			}
			last[s.place] = max(last[s.place], order[a])
		}
	}
	for a := range order {
		if seen[a] > 1 || seen[a] == 0 && !muted[a] {
			t.Errorf("%s was shown %d times", a, seen[a])
		}
	}
	if late > aside {
		t.Errorf("%d out of order, %d stepped aside", late, aside)
	}
	if w.outbox.left() != 0 || len(w.outbox.dead) != 0 {
		t.Errorf("%d left, dead: %v", w.outbox.left(), w.outbox.dead)
	}
}

func TestDrain(t *testing.T) {
	for _, c := range []struct {
		name   string
		setUp  func(w *world)
		want   []string
		failed error
		took   time.Duration
	}{
		{"all that is due", func(w *world) { w.put(lane("C"), "a", "b") }, []string{"a", "b"}, nil, 0},
		{"nothing", func(*world) {}, nil, nil, 0},
		{"not what is due later", func(w *world) {
			w.put(lane("C"), "a")
			w.outbox.put(digest("C"), start.Add(time.Hour), item(digest("C"), "later"))
		}, []string{"a"}, nil, 0},
		{"at the platform's pace", func(w *world) {
			w.slack.receipt = func(alerts.Delivery) alerts.Receipt { return alerts.Receipt{NotBefore: time.Now().Add(time.Second)} }
			w.put(lane("C"), "a", "b", "c")
		}, []string{"a", "b", "c"}, nil, 2 * time.Second},
		{"after a failure", func(w *world) {
			w.slack.answer = answers(errDown, alerts.RetryAfter(errDown, 3*time.Second, alerts.ScopePlatform))
			w.put(lane("C"), "a")
		}, []string{"a"}, nil, 4 * time.Second},
		{"refused for good", func(w *world) {
			w.slack.answer = answers(alerts.Permanent(errDown, alerts.ScopeMessage))
			w.put(lane("C"), "a", "b")
		}, []string{"b"}, errors.New("dead letters"), 0},
		{"not to be sent now", func(w *world) {
			w.slack.answer = func(context.Context, alerts.Delivery) error { return alerts.Permanent(errDown, alerts.ScopePlatform) }
			w.put(lane("C"), "a")
		}, nil, errDown, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				c.setUp(w)
				err := New(w.cfg).Drain(t.Context())
				if (err != nil) != (c.failed != nil) || (errors.Is(c.failed, errDown) && !errors.Is(err, errDown)) {
					t.Errorf("error %v", err)
				}
				want(t, "shown", c.want, w.slack.list(&w.slack.shown, byArticles))
				if took := time.Since(start).Round(time.Second); took != c.took {
					t.Errorf("took %s, want %s", took, c.took)
				}
			})
		})
	}
}

func TestDrainWaitsForWhatSteppedAside(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		tries := 0
		w.slack.answer = func(_ context.Context, d alerts.Delivery) error {
			if d.Alerts[0].Article.ID == "bad" {
				if tries++; tries <= attemptsAside {
					return errDown
				}
			}
			return nil
		}
		w.put(lane("C"), "bad", "b")
		w.put(lane("D"), "x")
		if err := New(w.cfg).Drain(t.Context()); err != nil {
			t.Error(err)
		}
		want(t, "shown", []string{"x", "b", "bad"}, w.slack.list(&w.slack.shown, byArticles))
	})
}
