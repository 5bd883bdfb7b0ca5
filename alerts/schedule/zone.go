package schedule

import (
	"math"
	"time"

	"github.com/bellwether/bellwether/alerts"
)

const secondsPerDay = 24 * 60 * 60

// zone is a stretch of time in which a location keeps one offset from UTC;
// another may follow it with the same. Its ends are Unix seconds, end excluded
// and later than the time that was asked for.
type zone struct {
	start, end int64
	offset     int64 // seconds east of UTC
}

func zoneAt(sec int64, loc *time.Location) zone {
	t := time.Unix(sec, 0).In(loc)
	_, offset := t.Zone()
	z := zone{start: math.MinInt64, end: math.MaxInt64, offset: int64(offset)}
	start, end := t.ZoneBounds()
	if !start.IsZero() {
		z.start = start.Unix()
	}
	if !end.IsZero() {
		z.end = end.Unix()
		if z.end <= sec {
			// Where a rule gives the changes, ZoneBounds lets the year end after
			// 365 days. On the last day of a leap year, what is left is that day.
			z.end += secondsPerDay
		}
	}
	return z
}

// day is the local date at sec, in days after 1 January 1970.
func (z zone) day(sec int64) int64 { return floorDiv(sec+z.offset, secondsPerDay) }

// clock is the local time of day at sec, in seconds after midnight.
func (z zone) clock(sec int64) int64 { return mod(sec+z.offset, secondsPerDay) }

// reach gives the first second at which the clocks in loc read the time c of
// day or anything later: where c is skipped, the end of the gap; where it comes
// twice, the first.
func reach(loc *time.Location, day int64, c alerts.Clock) int64 {
	wall := day*secondsPerDay + int64(c)*60
	sec := wall - 36*60*60 // before any offset in use could have reached it
	for {
		z := zoneAt(sec, loc)
		if at := max(wall-z.offset, sec); at < z.end {
			return at
		}
		sec = z.end
	}
}

// exists reports whether the clocks in loc ever showed the date day. Samoa
// went from 29 to 31 December 2011.
func exists(loc *time.Location, day int64) bool {
	sec := reach(loc, day, 0)
	return zoneAt(sec, loc).day(sec) == day
}

// leave gives the first second at or after sec at which the clock in loc does
// not stand within q.
func leave(q alerts.Quiet, loc *time.Location, sec int64) int64 {
	if q.IsZero() {
		return sec
	}
	for {
		z := zoneAt(sec, loc)
		clock := z.clock(sec)
		if !within(q, clock) {
			return sec
		}
		if end := sec + mod(int64(q.To)*60-clock, secondsPerDay); end < z.end {
			return end
		}
		sec = z.end // the clocks change before: look again
	}
}

// within reports whether a time of day, in seconds, lies in [q.From, q.To).
func within(q alerts.Quiet, clock int64) bool {
	from, to := int64(q.From)*60, int64(q.To)*60
	if from < to {
		return from <= clock && clock < to
	}
	return from != to && (clock >= from || clock < to)
}

func floorDiv(a, b int64) int64 { return (a - mod(a, b)) / b }

func mod(a, b int64) int64 { return ((a % b) + b) % b }

// ceil gives t in whole Unix seconds, rounded up.
func ceil(t time.Time) int64 {
	sec := t.Unix()
	if t.Nanosecond() > 0 {
		sec++
	}
	return sec
}
