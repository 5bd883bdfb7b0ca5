// Package schedule computes when a lane may be written to: instant and digest
// schedules, quiet hours and pauses, in the destination's time zone.
//
// It keeps to the clock on the wall, also where that is changed. A time that
// is skipped counts as the first instant after the gap; a time that comes
// twice is used once, the first time. Locations must not be nil.
package schedule

import (
	"time"

	"github.com/bellwether/bellwether/alerts"
)

// Next gives the earliest time at or after now at which a lane with schedule s
// may be written to.
//
// Instant: now, or the end of the quiet hours that now lies in. Hourly: the
// next full hour on the local clock, both times in an hour that comes twice.
// Daily and Weekly: the next such time; a date that a zone left out has no
// daily digest. A digest that falls into quiet hours waits for their end.
//
// Next(Next(now)) is Next(now).
func Next(s alerts.Schedule, quiet alerts.Quiet, loc *time.Location, now time.Time) time.Time {
	if !s.IsDigest() {
		if open, until := Open(quiet, loc, now); !open {
			return until
		}
		return now
	}
	return time.Unix(nextDigest(s, quiet, loc, ceil(now)), 0).In(loc)
}

// After gives the earliest time at which a lane may be written to again that
// was last written to at sent: for a digest strictly later than sent, for
// Instant as Next.
func After(s alerts.Schedule, quiet alerts.Quiet, loc *time.Location, sent time.Time) time.Time {
	if !s.IsDigest() {
		return Next(s, quiet, loc, sent)
	}
	return time.Unix(nextDigest(s, quiet, loc, sent.Unix()+1), 0).In(loc)
}

// nextDigest is the first second from now on that is a digest's time or the
// end of the quiet hours that one fell into.
func nextDigest(s alerts.Schedule, quiet alerts.Quiet, loc *time.Location, now int64) int64 {
	from := now
	if leave(quiet, loc, now-1) != now-1 {
		// Quiet hours end now or later, and may hold back a digest from
		// before. They last less than a day, two where a date is repeated.
		from -= 2 * secondsPerDay
	}
	for {
		due := digest(s, loc, from)
		if at := leave(quiet, loc, due); at >= now {
			return at
		}
		from = due + 1
	}
}

// digest is the first digest's time from sec on, quiet hours left aside.
func digest(s alerts.Schedule, loc *time.Location, sec int64) int64 {
	if s.Cadence == alerts.Hourly {
		return fullHour(loc, sec)
	}
	// A time that was skipped late in the evening is due on the next date.
	for day := zoneAt(sec, loc).day(sec) - 1; ; day++ {
		const thursday = 4 // 1 January 1970
		if s.Cadence == alerts.Weekly && time.Weekday(mod(day+thursday, 7)) != s.Day {
			continue
		}
		at := reach(loc, day, s.At)
		if at >= sec && (s.Cadence == alerts.Weekly || exists(loc, day)) {
			return at
		}
	}
}

// fullHour is the first second from sec on at which the clock in loc reads a
// full hour, or has just skipped one.
func fullHour(loc *time.Location, sec int64) int64 {
	const hour = 60 * 60
	for {
		z := zoneAt(sec, loc)
		wall := sec + z.offset
		if sec == z.start {
			before := sec + zoneAt(sec-1, loc).offset
			if before+mod(-before, hour) < wall {
				return sec
			}
		}
		if at := sec + mod(-wall, hour); at < z.end {
			return at
		}
		sec = z.end
	}
}

// Open reports whether now lies outside of the quiet hours, and until when
// that stays so: the end of the quiet hours, or the beginning of the next;
// zero if there are none. The local clock alone decides: a quiet hour that
// comes twice is quiet both times.
func Open(quiet alerts.Quiet, loc *time.Location, now time.Time) (open bool, until time.Time) {
	if quiet.IsZero() {
		return true, time.Time{}
	}
	sec := now.Unix()
	end := leave(quiet, loc, sec)
	if open = end == sec; open {
		end = leave(alerts.Quiet{From: quiet.To, To: quiet.From}, loc, sec)
	}
	return open, time.Unix(end, 0).In(loc)
}

// Paused reports whether the subscription or its whole destination is paused
// at the time now, and until when: zero if until someone resumes it.
func Paused(set alerts.Settings, sub alerts.Subscription, now time.Time) (paused bool, until time.Time) {
	switch {
	case set.PausedBy != alerts.LossNone:
		return true, time.Time{}
	case set.Active(now) && sub.Active(now):
		return false, time.Time{}
	}
	if !set.Active(now) {
		until = set.PausedUntil
	}
	if !sub.Active(now) {
		switch {
		case sub.PausedUntil.IsZero():
			return true, time.Time{}
		case set.Active(now) || (!until.IsZero() && sub.PausedUntil.After(until)):
			until = sub.PausedUntil
		}
	}
	return true, until
}
