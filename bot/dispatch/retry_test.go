package dispatch

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bellwether/bellwether/alerts"
)

// answers makes the messenger give these, then succeed.
func answers(errs ...error) func(context.Context, alerts.Delivery) error {
	var calls atomic.Int64
	return func(context.Context, alerts.Delivery) error {
		if n := int(calls.Add(1)); n <= len(errs) {
			return errs[n-1]
		}
		return nil
	}
}

func byAttempt(s send) string { return strconv.Itoa(s.attempt) }

func TestRetriesBackOffAndKeepTheOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.slack.answer = answers(errDown, errDown, errDown)
		w.put(lane("C"), "a", "b")
		d := w.running(t, func(*Dispatcher) { pass(time.Minute) })
		want(t, "sends", []string{"a", "a", "a", "a", "b"}, w.slack.list(&w.slack.sends, byArticles))
		want(t, "times", []string{"0s", "1s", "3s", "7s", "7s"}, w.slack.list(&w.slack.sends, byTime))
		want(t, "attempts", []string{"0", "1", "2", "3", "0"}, w.slack.list(&w.slack.sends, byAttempt))
		if s := d.Stats(); s.Retried != 3 || s.Sent != 2 {
			t.Errorf("stats %+v", s)
		}
	})
}

func TestRetryAfterNeverCountsAsAnAttempt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		var errs []error
		for range 30 {
			errs = append(errs, alerts.RetryAfter(errDown, 7*time.Second, alerts.ScopeMessage))
		}
		w.slack.answer = answers(errs...)
		w.put(lane("C"), "a")
		w.put(lane("D"), "b") // succeeds once the answers are used up
		d := w.running(t, func(*Dispatcher) { pass(10 * time.Minute) })
		for _, s := range w.slack.sends {
			if s.attempt != 0 {
				t.Fatalf("attempt %d", s.attempt)
			}
		}
		if s := d.Stats(); s.Sent != 2 || s.Retried+s.Aside+s.Failed != 0 {
			t.Errorf("stats %+v", s)
		}
	})
}

func TestRetryAfterPausesItsScope(t *testing.T) {
	elsewhere := lane("C")
	elsewhere.Destination.Workspace = "U"
	abroad := lane("C")
	abroad.Destination.Platform = "discord"
	for _, c := range []struct {
		scope alerts.Scope
		want  []string // the times of: the digest of the same channel, another channel, another workspace, another platform
	}{
		{alerts.ScopeMessage, []string{"1s", "1s", "1s", "1s"}},
		{alerts.ScopeDestination, []string{"30s", "1s", "1s", "1s"}},
		{alerts.ScopeWorkspace, []string{"30s", "30s", "1s", "1s"}},
		{alerts.ScopePlatform, []string{"30s", "30s", "30s", "1s"}},
	} {
		t.Run(c.scope.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				discord := &fakeMessenger{platform: "discord"}
				w.cfg.Messengers = append(w.cfg.Messengers, discord)
				w.slack.answer = answers(alerts.RetryAfter(errDown, 30*time.Second, c.scope))
				w.put(lane("C"), "a")
				w.running(t, func(*Dispatcher) {
					pass(time.Second)
					w.put(digest("C"), "digest")
					w.put(lane("D"), "channel")
					w.put(elsewhere, "workspace")
					w.put(abroad, "platform")
					pass(time.Minute)
					at := map[string]string{}
					for _, s := range append(w.slack.shown, discord.shown...) {
						at[s.articles] = byTime(s)
					}
					want(t, "times", append([]string{"30s"}, c.want...), []string{at["a"], at["digest"], at["channel"], at["workspace"], at["platform"]})
				})
			})
		})
	}
}

func TestABucketIsSharedByItsDestinations(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.slack.receipt = func(d alerts.Delivery) alerts.Receipt {
			r := alerts.Receipt{Bucket: "web", NotBefore: time.Now().Add(time.Second)}
			if strings.HasSuffix(d.Key, "|last") {
				r.NotBefore = time.Now().Add(20 * time.Second)
			}
			return r
		}
		w.put(lane("C"), "a", "c")
		w.running(t, func(*Dispatcher) {
			pass(500 * time.Millisecond)
			w.put(lane("D"), "last") // D draws on the same bucket, which says 20 seconds
			pass(time.Minute)
			want(t, "order", []string{"a", "last", "c"}, w.slack.list(&w.slack.shown, byArticles))
			if at := byTime(w.slack.shown[2]); at != "21s" && at != "20s" {
				t.Errorf("the bucket was drawn on after %s", at)
			}
		})
	})
}

func TestAMessageRefusedForGoodIsADeadLetter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.slack.answer = answers(alerts.Permanent(errors.New("invalid blocks"), alerts.ScopeMessage))
		w.put(lane("C"), "a", "b")
		d := w.running(t, func(*Dispatcher) { pass(time.Second) })
		want(t, "dead", []string{"slack/T/c/C|a"}, w.outbox.deadKeys())
		want(t, "shown", []string{"b"}, w.slack.list(&w.slack.shown, byArticles))
		if d.Stats().Failed != 1 || len(w.blocked) > 0 {
			t.Errorf("stats %+v, told %v", d.Stats(), w.blocked)
		}
	})
}

func TestARefusedScopeKeepsItsQueueAndIsToldOnce(t *testing.T) {
	for _, c := range []struct {
		scope alerts.Scope
		other bool // the other channel goes on
	}{{alerts.ScopeDestination, true}, {alerts.ScopeWorkspace, false}, {alerts.ScopePlatform, false}} {
		t.Run(c.scope.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				var refused atomic.Bool
				refused.Store(true)
				w.slack.answer = func(_ context.Context, d alerts.Delivery) error {
					if refused.Load() && (d.Destination.Channel == "C" || !c.other) {
						return alerts.Permanent(errors.New("account inactive"), c.scope)
					}
					return nil
				}
				w.put(lane("C"), "a", "b")
				w.running(t, func(d *Dispatcher) {
					pass(time.Minute)
					w.put(lane("D"), "c")
					pass(48 * time.Hour)
					if got := w.slack.count(&w.slack.shown) == 1; got != c.other {
						t.Errorf("another channel goes on: %v, want %v", got, c.other)
					}
					if tries := w.slack.count(&w.slack.sends); tries > 14 {
						t.Errorf("tried %d times in two days", tries)
					}
					refused.Store(false)
					pass(6 * time.Hour)
					if w.outbox.left() != 0 || w.slack.count(&w.slack.shown) != 3 || d.Stats().Failed != 0 {
						t.Errorf("%d left, %d shown, stats %+v", w.outbox.left(), w.slack.count(&w.slack.shown), d.Stats())
					}
					refused.Store(true)
					w.put(lane("C"), "d")
					pass(time.Minute)
				})
				told := c.scope.String() + " C"
				want(t, "told the owner", []string{told, told}, w.blocked) // once for each time it began
			})
		})
	}
}

func TestAHeadThatFailsStepsAsideWhileOthersSucceed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		var ill atomic.Bool
		ill.Store(true)
		w.slack.answer = func(_ context.Context, d alerts.Delivery) error {
			if ill.Load() && d.Alerts[0].Article.ID == "bad" {
				return errDown
			}
			return nil
		}
		w.put(lane("C"), "bad", "b", "c")
		w.put(lane("D"), "x")
		w.running(t, func(d *Dispatcher) {
			pass(2 * time.Minute)
			want(t, "shown", []string{"x", "b", "c"}, w.slack.list(&w.slack.shown, byArticles))
			if s := d.Stats(); s.Aside == 0 || s.Retried != attemptsAside-1 {
				t.Errorf("stats %+v", s)
			}
			ill.Store(false)
			pass(10 * time.Minute)
			want(t, "shown", []string{"x", "b", "c", "bad"}, w.slack.list(&w.slack.shown, byArticles))
			if w.outbox.left() != 0 || d.Stats().Failed != 0 {
				t.Errorf("%d left, stats %+v", w.outbox.left(), d.Stats())
			}
		})
	})
}

func TestNobodyStepsAsideWhileNothingSucceeds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		var ill atomic.Bool
		ill.Store(true)
		w.slack.answer = func(context.Context, alerts.Delivery) error {
			if ill.Load() {
				return errDown
			}
			return nil
		}
		w.put(lane("C"), "a", "b")
		w.put(lane("D"), "c")
		w.running(t, func(d *Dispatcher) {
			pass(6 * time.Hour)
			if s := d.Stats(); s.Aside+s.Failed+s.Sent > 0 {
				t.Errorf("stats %+v", s)
			}
			ill.Store(false)
			pass(20 * time.Minute)
			if n := w.slack.count(&w.slack.shown); n != 3 || w.outbox.left() != 0 {
				t.Errorf("%d shown", n)
			}
		})
	})
}

func TestAgeEndsTheTries(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.slack.answer = func(context.Context, alerts.Delivery) error { return errDown }
		w.put(lane("C"), "a")
		d := w.running(t, func(d *Dispatcher) {
			pass(23 * time.Hour)
			if d.Stats().Failed != 0 {
				t.Error("given up before its time")
			}
			pass(90 * time.Minute)
		})
		want(t, "dead", []string{"slack/T/c/C|a"}, w.outbox.deadKeys())
		if n := w.slack.count(&w.slack.sends); n > 24*6+20 || d.Stats().Failed != 1 {
			t.Errorf("%d tries, stats %+v", n, d.Stats())
		}
	})
}

func TestADigestsAgeBeginsWhenItIsDue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		weekly := lane("C")
		weekly.Schedule = alerts.Schedule{Cadence: alerts.Weekly, Day: time.Friday, At: 0}
		w.outbox.put(weekly, start.AddDate(0, 0, 6), item(weekly, "a"))
		w.slack.answer = answers(errDown, errDown, errDown, errDown, errDown, errDown)
		d := w.running(t, func(*Dispatcher) { pass(7 * 24 * time.Hour) })
		if s := d.Stats(); s.Sent != 1 || s.Failed != 0 {
			t.Errorf("stats %+v", s)
		}
	})
}

func TestAPanicIsTheFailureOfItsSend(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		tries := 0
		w.slack.answer = func(context.Context, alerts.Delivery) error {
			if tries++; tries == 1 {
				panic("nil map")
			}
			return nil
		}
		w.put(lane("C"), "a")
		d := w.running(t, func(*Dispatcher) { pass(time.Minute) })
		if s := d.Stats(); s.Sent != 1 || s.Retried != 1 || w.logged("nil map") == 0 {
			t.Errorf("stats %+v, log:\n%s", s, w.out)
		}
	})
}

func TestASendEndsBeforeItsLease(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		var took time.Duration
		w.slack.answer = func(ctx context.Context, _ alerts.Delivery) error {
			if took > 0 {
				return nil
			}
			begun := time.Now()
			<-ctx.Done()
			took = time.Since(begun)
			return ctx.Err()
		}
		w.put(lane("C"), "a")
		d := w.running(t, func(*Dispatcher) { pass(2 * time.Minute) })
		if took != 54*time.Second {
			t.Errorf("the send was ended after %s, the lease is a minute", took)
		}
		if s := d.Stats(); s.Stale != 0 || s.Retried != 1 || s.Sent != 1 {
			t.Errorf("stats %+v", s)
		}
	})
}
