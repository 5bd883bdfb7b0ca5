package redis_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	goredis "github.com/redis/go-redis/v9"
	"pgregory.net/rapid"

	"github.com/bellwether/bellwether/adapters/redis"
)

// rateModel keeps limits in the most direct way: it forgets no call, and looks
// through all of them each time. Times are microseconds.
type rateModel struct {
	limits  map[string]*limitModel
	buckets map[string]bucketModel
}

type limitModel struct {
	stop, next int64
	went       []int64
	turns      map[string]int64
}

type bucketModel struct {
	known bool // false: one was let through, and its answer is to tell
	left  int
	reset int64
}

const (
	tooEarly  = 1000
	staying   = 10_000_000
	probing   = 1_000_000
	answering = 50_000
	alike     = 250_000
)

func (m *rateModel) limit(name string) *limitModel {
	if m.limits[name] == nil {
		m.limits[name] = &limitModel{turns: map[string]int64{}}
	}
	return m.limits[name]
}

func (m *rateModel) take(now int64, who, name string, calls int, per int64, bucket string) int64 {
	if l := m.limit(name); name != "" && l.stop > now {
		return l.behindStop(who, per/int64(calls)) - now
	}
	b := m.buckets[bucket]
	switch {
	case bucket == "" || b.reset <= now:
	case !b.known:
		return min(b.reset-now, answering)
	case b.left == 0:
		return b.reset - now
	}
	if name != "" {
		if span := m.limit(name).take(now, who, calls, per); span > 0 {
			return span
		}
	}
	if b.reset > now {
		m.buckets[bucket] = bucketModel{true, b.left - 1, b.reset}
	} else if bucket != "" {
		m.buckets[bucket] = bucketModel{reset: now + probing}
	}
	return 0
}

// behindStop gives a turn behind the stop to who has one before it or none.
func (l *limitModel) behindStop(who string, each int64) int64 {
	switch {
	case who == "":
		return l.stop
	case l.turns[who] < l.stop:
		l.turns[who] = max(l.stop, l.next)
		l.next = l.turns[who] + each
	}
	return l.turns[who]
}

func (l *limitModel) take(now int64, who string, calls int, per int64) int64 {
	for other, at := range l.turns {
		if at <= now-staying {
			delete(l.turns, other)
		}
	}
	turn, waits := l.turns[who]
	before, late := 0, l.late(now, per)
	for _, at := range l.turns {
		if at < turn {
			before++
		}
	}
	switch {
	case who == "":
		if span := l.open(now, calls, per, 0) - now; span > 0 {
			return max(span, tooEarly)
		}
	case !waits:
		open := l.even(now, calls, per, 0)
		if open == now && len(late)+len(l.turns) < calls {
			break
		}
		turn = max(open, now+tooEarly, l.next)
		l.next = turn + per/int64(calls)
		l.turns[who] = turn
		return turn - now
	case turn > now+tooEarly:
		return turn - now
	case l.even(now, calls, per, 0) > now:
		return max(l.even(now, calls, per, before)-now, tooEarly)
	}
	delete(l.turns, who)
	l.went = append(l.went, now)
	return 0
}

// late gives the calls of the time per that ends now.
func (l *limitModel) late(now, per int64) []int64 {
	i := slices.IndexFunc(l.went, func(at int64) bool { return at > now-per })
	if i < 0 {
		return nil
	}
	return l.went[i:]
}

// after is when one more may go behind so many others, if of most calls in a
// row each waits for the first of them to have been a span ago. For the others,
// that the calls of late have gone that long ago in their order has to do.
func (l *limitModel) after(now, per int64, most int, span int64, others int) int64 {
	late := l.late(now, per)
	if over := len(late) + others + 1 - most; over > 0 && len(late) > 0 {
		return max(now, late[min(over, len(late))-1]+span)
	}
	return now
}

func (l *limitModel) open(now int64, calls int, per int64, others int) int64 {
	return l.after(now, per, calls, per, others)
}

// even is open to those who keep turns: of them, a fifth of the calls takes
// nine tenths of a fifth of the time.
func (l *limitModel) even(now int64, calls int, per int64, others int) int64 {
	some := (calls + 4) / 5
	return max(l.open(now, calls, per, others), l.after(now, per, some, fifth(calls, per), others))
}

func fifth(calls int, per int64) int64 {
	return int64(0.9 * float64(per) * float64((calls+4)/5) / float64(calls))
}

func (m *rateModel) learn(now int64, bucket string, left int, reset int64) {
	at, b := now+reset, m.buckets[bucket]
	switch {
	case !b.known:
	case reset <= 0, at < b.reset-alike:
		return
	case at < b.reset+alike:
		left, at = min(left, b.left), max(at, b.reset)
	}
	m.buckets[bucket] = bucketModel{true, left, at}
}

// clockedRates are limits in a server whose clock the test sets.
type clockedRates struct {
	*redis.Rates
	server *miniredis.Miniredis
	raw    *goredis.Client
	now    time.Time
}

const clockedPrefix = "t:{p}:"

func openClocked(t *testing.T) *clockedRates {
	t.Helper()
	r := &clockedRates{server: miniredis.RunT(t)}
	url := "redis://" + r.server.Addr()
	c, err := redis.Open(t.Context(), redis.Options{URL: url, Prefix: "t:"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	r.Rates, r.raw = c.Rates(), raw(t, url)
	return r
}

// reset empties the server, and begins at a round time.
func (r *clockedRates) reset() {
	r.server.FlushAll()
	r.now = time.Unix(1_700_000_000, 0)
	r.pass(0)
}

func (r *clockedRates) pass(span time.Duration) {
	r.now = r.now.Add(span)
	r.server.SetTime(r.now)
}

func (r *clockedRates) card(t *rapid.T, key string) int {
	n, err := r.raw.ZCard(t.Context(), clockedPrefix+key).Result()
	if err != nil {
		t.Fatal(err)
	}
	return int(n)
}

// steps of the clock: about the turns, the spans and what is forgotten.
var clockSteps = []time.Duration{
	0, time.Microsecond, 999 * time.Microsecond, time.Millisecond, 1001 * time.Microsecond, 30 * time.Millisecond,
	50 * time.Millisecond, 200 * time.Millisecond, 251 * time.Millisecond, time.Second, 10 * time.Second, time.Minute + 1,
}

// TestRatesModel has the script and the model answer the same, to the
// microsecond, and keep no more than has a use.
func TestRatesModel(t *testing.T) {
	r := openClocked(t)
	rapid.Check(t, func(t *rapid.T) {
		r.reset()
		m := &rateModel{limits: map[string]*limitModel{}, buckets: map[string]bucketModel{}}
		calls := map[string]int{"": 0, "g": rapid.SampledFrom([]int{1, 2, 5, 7}).Draw(t, "calls"), "h": 2}
		var told time.Duration // the last to wait was told that long
		for range rapid.IntRange(1, 90).Draw(t, "steps") {
			what := rapid.SampledFrom([]string{"take", "take", "take", "take", "pass", "return", "learn", "stop"}).Draw(t, "what")
			name := rapid.SampledFrom([]string{"g", "g", "g", "h", ""}).Draw(t, "limit")
			bucket := rapid.SampledFrom([]string{"", "", "x", "y"}).Draw(t, "bucket")
			now := r.now.UnixMicro()
			switch what {
			case "take":
				who := rapid.SampledFrom([]string{"", "a", "b", "c", "d", "e", "f"}).Draw(t, "who")
				got, err := r.Take(t.Context(), who, name, calls[name], time.Second, bucket)
				want := time.Duration(m.take(now, who, name, calls[name], 1_000_000, bucket)) * time.Microsecond
				if err != nil || got != want {
					t.Fatalf("Take by %q of %q, bucket %q = %v, %v, want %v", who, name, bucket, got, err, want)
				}
				if got > 0 {
					told = got
				}
			case "pass":
				r.pass(rapid.SampledFrom(clockSteps).Draw(t, "span"))
			case "return":
				r.pass(told)
				told = 0
			case "learn":
				left, reset := rapid.IntRange(0, 3).Draw(t, "left"), rapid.SampledFrom(clockSteps).Draw(t, "reset")
				if err := r.Learn(t.Context(), bucket, left, reset); err != nil {
					t.Fatal(err)
				}
				m.learn(now, bucket, left, reset.Microseconds())
			case "stop":
				span := rapid.SampledFrom(clockSteps[:9]).Draw(t, "span")
				if err := r.Stop(t.Context(), name, span); err != nil {
					t.Fatal(err)
				}
				m.limit(name).stop = max(m.limit(name).stop, now+span.Microseconds())
			}
		}
		if n := r.card(t, "went:g"); n > calls["g"] {
			t.Fatalf("%d calls are kept of a limit of %d", n, calls["g"])
		}
	})
}

// TestRatesKeepWhatTheyPromise lets many callers come back when they are told,
// or later: never more than the limit go in any span of its length, and they go
// evenly. Those who are punctual go in the order in which they asked, and nothing that the limit
// allows is lost.
func TestRatesKeepWhatTheyPromise(t *testing.T) {
	r := openClocked(t)
	rapid.Check(t, func(t *rapid.T) {
		r.reset()
		calls := rapid.IntRange(1, 15).Draw(t, "calls")
		per := time.Duration(rapid.IntRange(100_000, 2_000_000).Draw(t, "per")) * time.Microsecond
		callers := calls + rapid.IntRange(1, 20).Draw(t, "more callers")
		most := rapid.SampledFrom([]int{0, 0, 500, 3_000_000}).Draw(t, "late at most")
		due, asked := make([]time.Time, callers), make([]int, callers)
		var went []time.Time
		var order []int
		for i := range due {
			due[i] = r.now
		}
		for asks := 0; len(went) < 3*calls && asks < 400; asks++ {
			who := 0
			for i, at := range due {
				if at.Before(due[who]) {
					who = i
				}
			}
			r.pass(max(0, due[who].Sub(r.now)))
			span, err := r.Take(t.Context(), fmt.Sprint(who), "g", calls, per, "")
			if err != nil || span < 0 {
				t.Fatalf("Take = %v, %v", span, err)
			}
			if span == 0 {
				went, order = append(went, r.now), append(order, asked[who])
				asked[who] = 0
			} else if asked[who] == 0 {
				asked[who] = asks + 1
			}
			late := time.Duration(rapid.IntRange(0, most).Draw(t, "late")) * time.Microsecond
			due[who] = r.now.Add(span + late)
		}
		for i := calls; i < len(went); i++ {
			if span := went[i].Sub(went[i-calls]); span < per {
				t.Fatalf("%d calls within %v, of which %d are allowed in %v", calls+1, span, calls, per)
			}
		}
		some := (calls + 4) / 5
		for i := some; i < len(went); i++ {
			if span := went[i].Sub(went[i-some]).Microseconds(); span < fifth(calls, per.Microseconds()) {
				t.Fatalf("%d calls, a fifth, within %dµs", some+1, span)
			}
		}
		if most > 0 {
			return
		}
		waited := slices.DeleteFunc(order, func(place int) bool { return place == 0 })
		if !slices.IsSorted(waited) {
			t.Fatalf("served as %v", waited)
		}
		if took := went[len(went)-1].Sub(went[0]); took > 3*per {
			t.Fatalf("%d calls took %v, of which %d are allowed in %v", len(went), took, calls, per)
		}
	})
}

// TestRatesForgetThoseWhoStayAway: of callers who never come back, and of
// buckets that are full again, nothing is kept.
func TestRatesForgetThoseWhoStayAway(t *testing.T) {
	r := openClocked(t)
	r.reset()
	take := func(who, bucket string) time.Duration {
		t.Helper()
		span, err := r.Take(t.Context(), who, "g", 50, time.Second, bucket)
		if err != nil {
			t.Fatal(err)
		}
		return span
	}
	for i := range 500 {
		take(fmt.Sprint("w", i), fmt.Sprint("b", i%50))
	}
	r.pass(2 * time.Minute)
	for i := range 10 { // each deletes some
		if span := take(fmt.Sprint("n", i), "new"); i == 0 && span != 0 {
			t.Errorf("waits %v for nobody", span)
		}
		r.pass(2 * time.Second)
	}
	for key, most := range map[string]int64{"went:g": 1, "turns:g": 0, "resets": 1} {
		if n, err := r.raw.ZCard(t.Context(), clockedPrefix+key).Result(); err != nil || n > most {
			t.Errorf("%s keeps %d, %v", key, n, err)
		}
	}
	if n, err := r.raw.HLen(t.Context(), clockedPrefix+"left").Result(); err != nil || n > 1 {
		t.Errorf("left keeps %d, %v", n, err)
	}
}
