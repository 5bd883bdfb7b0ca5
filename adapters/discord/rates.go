package discord

import (
	"context"
	"sync"
	"time"
)

// rates keeps limits for this process alone, by the rules of [Rates].
type rates struct {
	now func() time.Time

	mu      sync.Mutex
	limits  map[string]*limit
	buckets map[string]bucket
	swept   time.Time
}

// limit is so many calls in a time, as a log of the calls of late.
type limit struct {
	stop, next time.Time
	went       []time.Time
	turns      map[string]time.Time
}

// bucket is what an answer said. told: there was one since the last call that
// was let through at a guess.
type bucket struct {
	left  int
	reset time.Time
	told  bool
}

const (
	// early is how much before its turn somebody has it.
	early = time.Millisecond
	// parts of a limit's time are each kept to their part of its calls.
	parts = 5
	// forgotten ends a turn that nobody took.
	forgotten = 10 * time.Second
	// probe is how long the answer to a first call is waited for.
	probe = time.Second
	// answered is what that may take.
	answered = 50 * time.Millisecond
	// same is how far apart answers about one span of time may seem.
	same = 250 * time.Millisecond
)

func newRates(now func() time.Time) *rates {
	return &rates{now: now, limits: map[string]*limit{}, buckets: map[string]bucket{}}
}

func (r *rates) limit(name string) *limit {
	l := r.limits[name]
	if l == nil {
		l = &limit{turns: map[string]time.Time{}}
		r.limits[name] = l
	}
	return l
}

// Take implements [Rates].
func (r *rates) Take(_ context.Context, who, global string, calls int, per time.Duration, name string) (time.Duration, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.now()
	if global != "" {
		if l := r.limit(global); l.stop.After(now) {
			return l.behindStop(who, per/time.Duration(calls)).Sub(now), nil
		}
	}
	b := r.buckets[name]
	if name != "" && b.reset.After(now) && b.left <= 0 {
		if span := b.reset.Sub(now); b.told || span < answered {
			return span, nil
		}
		return answered, nil
	}
	if global != "" {
		if span := r.limit(global).take(now, who, calls, per); span > 0 {
			return span, nil
		}
	}
	if name != "" {
		r.draw(now, name, b)
	}
	return 0, nil
}

func (r *rates) draw(now time.Time, name string, b bucket) {
	if b.reset.After(now) {
		b.left--
		r.buckets[name] = b
	} else {
		r.buckets[name] = bucket{reset: now.Add(probe)}
	}
	if now.Sub(r.swept) < time.Minute {
		return
	}
	r.swept = now
	for name, b := range r.buckets {
		if b.reset.Before(now) {
			delete(r.buckets, name)
		}
	}
}

// behindStop is when who may come again while everything is stopped. Those who
// keep turns come one after the other, not all at once when it ends.
func (l *limit) behindStop(who string, each time.Duration) time.Time {
	if who == "" {
		return l.stop
	}
	turn := l.turns[who]
	if turn.Before(l.stop) {
		turn = l.stop
		if l.next.After(turn) {
			turn = l.next
		}
		l.next = turn.Add(each)
		l.turns[who] = turn
	}
	return turn
}

// take lets who through, or gives how long it is until its turn.
func (l *limit) take(now time.Time, who string, calls int, per time.Duration) time.Duration {
	for len(l.went) > 0 && !l.went[0].Add(per).After(now) {
		l.went = l.went[1:]
	}
	for who, at := range l.turns {
		if now.Sub(at) > forgotten {
			delete(l.turns, who)
		}
	}
	free := l.free(now, calls, per, 0)
	if who != "" {
		free = l.even(now, calls, per, 0)
	}
	turn, waits := l.turns[who]
	switch {
	case who == "": // before those who wait
		if span := free.Sub(now); span > 0 {
			return max(span, early)
		}
	case !waits && (free.After(now) || len(l.went)+len(l.turns) >= calls): // behind those who wait
		for _, at := range []time.Time{now.Add(early), free, l.next} {
			if at.After(turn) {
				turn = at
			}
		}
		l.next = turn.Add(per / time.Duration(calls))
		l.turns[who] = turn
		return turn.Sub(now)
	case waits && turn.After(now.Add(early)):
		return turn.Sub(now)
	case waits && free.After(now): // after those whose turn was before
		return max(l.even(now, calls, per, l.before(turn)).Sub(now), early)
	}
	delete(l.turns, who)
	l.went = append(l.went, now)
	return 0
}

// free is when the limit lets one more through than ahead.
func (l *limit) free(now time.Time, calls int, per time.Duration, ahead int) time.Time {
	n := len(l.went)
	if n == 0 || n-calls+ahead < 0 {
		return now
	}
	at := l.went[min(n-calls+ahead, n-1)].Add(per)
	if at.Before(now) {
		return now
	}
	return at
}

// even is free for those who keep turns: of them, no more than a fifth goes in
// hardly less than a fifth of the time. For what leaves all at once comes later
// than it left, and then is too much together with what left after it.
func (l *limit) even(now time.Time, calls int, per time.Duration, ahead int) time.Time {
	some := (calls + parts - 1) / parts
	at, part := l.free(now, calls, per, ahead), l.free(now, some, per*time.Duration(9*some)/time.Duration(10*calls), ahead)
	if part.After(at) {
		return part
	}
	return at
}

// before counts those who wait and have a turn before another.
func (l *limit) before(turn time.Time) int {
	n := 0
	for _, at := range l.turns {
		if at.Before(turn) {
			n++
		}
	}
	return n
}

// Learn implements [Rates].
func (r *rates) Learn(_ context.Context, name string, left int, reset time.Duration) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	at, known := r.now().Add(reset), r.buckets[name]
	if known.told {
		if reset <= 0 {
			return nil // an answer that was lost says nothing new
		}
		if at.Before(known.reset.Add(-same)) {
			return nil // of the span before
		}
		if at.Before(known.reset.Add(same)) {
			left = min(left, known.left)
			if known.reset.After(at) { // free too early it costs a 429
				at = known.reset
			}
		}
	}
	r.buckets[name] = bucket{left: left, reset: at, told: true}
	return nil
}

// Stop implements [Rates].
func (r *rates) Stop(_ context.Context, global string, span time.Duration) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if l, at := r.limit(global), r.now().Add(span); at.After(l.stop) {
		l.stop = at
	}
	return nil
}
