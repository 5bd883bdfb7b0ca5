package matching

import (
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bellwether/bellwether/alerts"
)

func expect(t *testing.T, w *world, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, w.lanes()); diff != "" {
		t.Errorf("outbox (-want +got):\n%s", diff)
	}
}

func drain(t *testing.T, w *world) {
	t.Helper()
	if err := w.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestHitsAreGroupedByDestination(t *testing.T) {
	asleep := sub(7, channel, alerts.Schedule{})
	asleep.Paused, asleep.PausedUntil = true, noon.Add(time.Hour)
	awake := sub(8, channel, alerts.Schedule{})
	awake.Paused, awake.PausedUntil = true, noon
	for _, c := range []struct {
		name  string
		body  string
		subs  []alerts.Subscription
		set   *alerts.Settings
		want  []string
		until time.Time
	}{
		{
			"each once", "1 2 3",
			[]alerts.Subscription{sub(1, channel, alerts.Schedule{}), sub(2, other, alerts.Schedule{}), sub(3, channel, alerts.Schedule{})},
			nil,
			[]string{"a > C, instant: 1 3", "a > D, instant: 2"},
			time.Time{},
		},
		{
			"instant takes all", "1 2",
			[]alerts.Subscription{sub(1, channel, daily), sub(2, channel, alerts.Schedule{})},
			nil,
			[]string{"a > C, instant: 1 2"},
			time.Time{},
		},
		{
			"instant takes all, first", "1 2",
			[]alerts.Subscription{sub(1, channel, alerts.Schedule{}), sub(2, channel, daily)},
			nil,
			[]string{"a > C, instant: 1 2"},
			time.Time{},
		},
		{
			"the earliest digest", "1 2",
			[]alerts.Subscription{sub(1, channel, daily), sub(2, channel, hourly)},
			nil,
			[]string{"a > C, hourly: 1 2"},
			noon,
		},
		{
			"a digest waits", "1",
			[]alerts.Subscription{sub(1, channel, daily)},
			nil,
			[]string{"a > C, daily 08:00: 1"},
			noon.Add(20 * time.Hour),
		},
		{
			"time zone", "1",
			[]alerts.Subscription{sub(1, channel, daily)},
			&alerts.Settings{TimeZone: "Asia/Tokyo"},
			[]string{"a > C, daily 08:00: 1"},
			noon.Add(11 * time.Hour),
		},
		{
			"quiet hours", "1",
			[]alerts.Subscription{sub(1, channel, alerts.Schedule{})},
			&alerts.Settings{Quiet: alerts.Quiet{From: 11 * 60, To: 13 * 60}},
			[]string{"a > C, instant: 1"},
			noon.Add(time.Hour),
		},
		{"paused", "7", []alerts.Subscription{asleep}, nil, nil, time.Time{}},
		{"a pause that is over", "8", []alerts.Subscription{awake}, nil, []string{"a > C, instant: 8"}, time.Time{}},
		{"one of two paused", "1 7", []alerts.Subscription{sub(1, channel, daily), asleep}, nil, []string{"a > C, daily 08:00: 1"}, noon.Add(20 * time.Hour)},
		{"all of the channel paused", "1", []alerts.Subscription{sub(1, channel, alerts.Schedule{})}, &alerts.Settings{Paused: true}, nil, time.Time{}},
		{"muted", "1", []alerts.Subscription{sub(1, channel, alerts.Schedule{})}, &alerts.Settings{Muted: []string{"b", "a"}}, nil, time.Time{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(hitting("a", c.body))
			w.store.set(c.subs...)
			if c.set != nil {
				c.set.Destination = channel
				w.store.changes = append(w.store.changes, alerts.Change{Settings: c.set})
			}
			drain(t, w)
			expect(t, w, c.want...)
			for _, p := range w.outbox.put {
				until := c.until
				if !until.After(noon) {
					until = time.Time{} // at once is said so
				}
				if !p.NotBefore.Equal(until) {
					t.Errorf("not before %s, want %s", p.NotBefore, until)
				}
				if !p.Time.Equal(noon.Add(-time.Minute)) {
					t.Errorf("time %s is not the article's", p.Time)
				}
			}
			if len(w.acks()) != 1 {
				t.Errorf("acknowledged %v", w.acks())
			}
		})
	}
}

func TestALongIDIsMutedByItsShortName(t *testing.T) {
	a := hitting(strings.Repeat("https://example.org/a ", 10), "1")
	w := newWorld(a)
	w.store.set(sub(1, channel, alerts.Schedule{}))
	w.store.changes = append(w.store.changes, alerts.Change{Settings: &alerts.Settings{Destination: channel, Muted: []string{alerts.ShortID(a.ID)}}})
	drain(t, w)
	expect(t, w)
}

func TestChangesAreReadBeforeEachBatch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		w.running(t, func() {
			w.store.set(sub(1, channel, alerts.Schedule{}))
			w.log.add(hitting("a", "1"))
			synctest.Wait()
			expect(t, w, "a > C, instant: 1")

			gone := alerts.SubscriptionID(1)
			w.faults.mu.Lock()
			w.store.changes = append(w.store.changes, alerts.Change{Removed: &gone})
			w.faults.mu.Unlock()
			w.log.add(hitting("b", "1"))
			synctest.Wait()
			expect(t, w, "a > C, instant: 1")
		})
	})
}

func TestAnEditReplacesTheSubscription(t *testing.T) {
	w := newWorld()
	w.store.set(sub(1, channel, alerts.Schedule{}))
	drain(t, w)
	w.store.set(sub(1, channel, daily))
	w.log.add(hitting("a", "1"))
	drain(t, w)
	expect(t, w, "a > C, daily 08:00: 1")
	if n := w.Stats().Subscriptions; n != 1 {
		t.Errorf("%d subscriptions, want 1", n)
	}
}

func TestAGapLoadsTheSnapshotAfresh(t *testing.T) {
	w := newWorld()
	w.store.set(sub(1, channel, alerts.Schedule{}), sub(2, channel, alerts.Schedule{}))
	drain(t, w)
	w.store.changes = nil // 1 and 2 went while nobody looked, and the log was cut
	w.store.set(sub(3, channel, alerts.Schedule{}), sub(4, channel, alerts.Schedule{}), sub(5, channel, alerts.Schedule{}))
	w.store.snapshot, w.store.cut = 3, 3
	w.log.add(hitting("a", "1 2 3 4"))
	drain(t, w)
	expect(t, w, "a > C, instant: 3 4")
	if len(w.engines) != 2 {
		t.Errorf("%d engines were made, want 2", len(w.engines))
	}
}

func TestAcknowledgedOnlyAfterTheOutbox(t *testing.T) {
	for _, broken := range []string{"snapshot", "next", "changes", "enqueue", "ack"} {
		t.Run(broken, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(hitting("a", "1"), hitting("b", "1"))
				w.store.set(sub(1, channel, alerts.Schedule{}))
				w.faults.down[broken] = 4
				w.running(t, func() {
					if len(w.acks()) > 0 {
						t.Error("acknowledged before all was stored")
					}
					<-time.After(5 * time.Second)
					synctest.Wait()
					expect(t, w, "a > C, instant: 1", "b > C, instant: 1")
					if diff := cmp.Diff([]string{"t-a", "t-b"}, w.acks()); diff != "" {
						t.Errorf("acknowledged (-want +got):\n%s", diff)
					}
				})
				if n := strings.Count(w.out.String(), "matching is held up"); n != 1 {
					t.Errorf("told %d times, want once:\n%s", n, w.out)
				}
				if !strings.Contains(w.out.String(), "matching goes on") {
					t.Errorf("the end of the trouble was not told:\n%s", w.out)
				}
			})
		})
	}
}

// TestHeldBackArticlesStayInTheLog: the subscriptions are loaded all the same.
func TestHeldBackArticlesStayInTheLog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(hitting("a", "1"))
		w.store.set(sub(1, channel, alerts.Schedule{}))
		var open atomic.Bool
		w.cfg.Hold = func() string {
			if open.Load() {
				return ""
			}
			return "the outbox is full"
		}
		w.running(t, func() {
			<-time.After(time.Hour)
			synctest.Wait()
			expect(t, w)
			if n := w.Stats().Subscriptions; n != 1 {
				t.Errorf("%d subscriptions while held back, want 1", n)
			}
			open.Store(true)
			<-time.After(w.cfg.Wait)
			synctest.Wait()
			expect(t, w, "a > C, instant: 1")
		})
	})
}

func TestDrainGivesTheStoresError(t *testing.T) {
	for _, broken := range []string{"snapshot", "next", "changes", "enqueue", "ack"} {
		w := newWorld(hitting("a", "1"))
		w.store.set(sub(1, channel, alerts.Schedule{}))
		w.faults.down[broken] = 1
		if err := w.Drain(t.Context()); !errors.Is(err, errDown) {
			t.Errorf("%s: error %v", broken, err)
		}
		drain(t, w)
		expect(t, w, "a > C, instant: 1")
	}
}

func TestRunEndsWhileTheStoreIsDown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(hitting("a", "1"))
		w.faults.down["changes"] = 1 << 30
		w.running(t, func() { <-time.After(time.Hour) })
	})
}

func TestPoisonNeverBlocks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(hitting("a", "1"), hitting("bad", "panic"), hitting("b", "1"))
		w.store.set(sub(1, channel, alerts.Schedule{}))
		w.log.entries = append(w.log.entries, alerts.LogEntry{Token: "t-unreadable", Err: errors.New("not JSON")})
		w.running(t, func() {
			expect(t, w, "a > C, instant: 1", "b > C, instant: 1")
			<-time.After(time.Minute)
			synctest.Wait()
			if diff := cmp.Diff([]string{"t-a", "t-b", "t-unreadable", "t-bad"}, w.acks()); diff != "" {
				t.Errorf("acknowledged (-want +got):\n%s", diff)
			}
			w.log.add(hitting("c", "1"))
			synctest.Wait()
			expect(t, w, "a > C, instant: 1", "b > C, instant: 1", "c > C, instant: 1")
		})
		if n := strings.Count(w.out.String(), "it is tried again"); n != maxTries+1 {
			t.Errorf("tried %d times, want %d:\n%s", n, maxTries+1, w.out)
		}
		if w.Stats().GivenUp != 2 {
			t.Errorf("stats %+v", w.Stats())
		}
	})
}

func TestARevisionIsPutInUnderTheSameKey(t *testing.T) {
	w := newWorld(hitting("a", "1"))
	w.store.set(sub(1, channel, alerts.Schedule{}), sub(2, other, alerts.Schedule{}))
	drain(t, w)
	revised := hitting("a", "1 2")
	revised.Revision = 2
	w.log.add(revised)
	drain(t, w)
	expect(t, w, "a > C, instant: 1", "a > D, instant: 2")
}

func TestMuchChangedEnginesAreRebuilt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		w.running(t, func() {
			for id := range alerts.SubscriptionID(1200) {
				w.store.set(sub(id+1, channel, daily))
			}
			<-w.engines[0].rebuilt
			<-time.After(10 * time.Second)
			synctest.Wait()
			if n := w.engines[0].rebuilds; n != 2 {
				t.Errorf("%d rebuilds, want one at the start and one for the changes", n)
			}
		})
	})
}

func TestManyDestinationsAreEnqueuedInChunks(t *testing.T) {
	const n = 2*enqueueAtOnce + 1
	var body strings.Builder
	w := newWorld()
	for i := range n {
		d := channel
		d.Channel = fmt.Sprint("C", i)
		w.store.set(sub(alerts.SubscriptionID(i+1), d, alerts.Schedule{}))
		fmt.Fprint(&body, i+1, " ")
	}
	w.log.add(hitting("a", body.String()))
	drain(t, w)
	if got := w.Stats(); got.Enqueued != n || got.Hits != n || w.outbox.widest != enqueueAtOnce {
		t.Errorf("stats %+v, widest call %d", got, w.outbox.widest)
	}
}
