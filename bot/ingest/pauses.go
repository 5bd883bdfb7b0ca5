package ingest

import (
	"errors"
	"time"

	"github.com/bellwether/bellwether/alerts"
)

// A start with many sources takes this long for each beyond the first few.
const (
	fewSources = 20
	oneStart   = 20 * time.Millisecond
)

// spreadOf is within what time n sources are polled for the first time.
func spreadOf(n int) time.Duration { return time.Duration(max(0, n-fewSources)) * oneStart }

// wait is the time to the next poll, after one that ended with err.
func (s *source) wait(err error) time.Duration {
	own := s.in.cfg.Intervals[s.src.Name()]
	jitter := s.in.cfg.Jitter()
	var d time.Duration
	var store *storeError
	switch {
	case errors.As(err, &store):
		// The source is well; it is our store that has to come back.
		return backOff(time.Second, minWish, s.status.Failures, jitter)
	case err != nil:
		d = s.pause(err, jitter)
	case own > 0:
		return spread(own, jitter)
	default:
		floor := min(max(s.kept.Wish, minWish), maxWish)
		if d = spread(s.kept.interval(s.in.cfg.Interval), jitter); d < floor {
			d = floor + time.Duration(jitter*float64(floor)/10) // never sooner than asked for
		}
	}
	if own > 0 {
		return d
	}
	return s.skip(d, jitter)
}

// spread gives d up to a tenth more or less.
func spread(d time.Duration, jitter float64) time.Duration {
	return time.Duration(float64(d) * (0.9 + 0.2*jitter))
}

// pause is the time to the next try of a source that failed.
func (s *source) pause(err error, jitter float64) time.Duration {
	if asked, ok := errors.AsType[*alerts.SendError](err); ok {
		if asked.Permanent { // it may come back all the same
			return maxBackoff - time.Duration(jitter*float64(maxBackoff)/10)
		}
		if asked.After > 0 {
			return min(max(asked.After, minWish), maxPause)
		}
	}
	return max(backOff(time.Minute, maxBackoff, s.status.Failures, jitter), minWish)
}

// backOff doubles from first to limit with each failure, and takes off up to
// half, so that no pause is shorter than the one before.
func backOff(first, limit time.Duration, failures int, jitter float64) time.Duration {
	pause := limit
	if failures < 20 {
		pause = min(limit, first<<max(failures-1, 0))
	}
	return pause/2 + time.Duration(jitter*float64(pause)/2)
}

// skip makes d longer where it would end in an hour or on a day at which the
// source asks to be left alone.
func (s *source) skip(d time.Duration, jitter float64) time.Duration {
	now := s.in.cfg.Now()
	at := now.Add(d)
	next := s.kept.Skip.Next(at)
	if next.Equal(at) {
		return d
	}
	return next.Sub(now) + time.Duration(jitter*float64(10*time.Minute)) // not all feeds at the full hour
}
