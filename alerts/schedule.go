package alerts

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Cadence is how often a subscription speaks.
type Cadence uint8

// The cadences. Instant is the zero value.
const (
	Instant Cadence = iota
	Hourly
	Daily
	Weekly
	// Amending is of no subscription: it is the lane of a destination in which
	// corrections and withdrawals of what was sent wait.
	Amending
)

// Clock is a wall-clock time of day in minutes after midnight, 0 to 1439.
type Clock int

// String gives "08:00".
func (c Clock) String() string { return fmt.Sprintf("%02d:%02d", int(c)/60, int(c)%60) }

var errClock = errors.New("want a time of day such as 08:00")

// ParseClock reads "08:00", "8:00" or "8".
func ParseClock(s string) (Clock, error) {
	h, m, found := strings.Cut(s, ":")
	if !found {
		m = "00"
	}
	hour, errH := strconv.Atoi(h)
	minute, errM := strconv.Atoi(m)
	if errH != nil || errM != nil || len(m) != 2 || hour < 0 || hour > 23 || minute < 0 || minute > 59 {
		return 0, fmt.Errorf("time %q: %w", s, errClock)
	}
	return Clock(hour*60 + minute), nil
}

// Schedule says when a subscription's hits are sent. The zero value is
// instant. It is comparable; the time zone is the destination's.
type Schedule struct {
	Cadence Cadence
	At      Clock        // Daily and Weekly
	Day     time.Weekday // Weekly
}

// IsDigest reports whether hits are collected and sent together.
func (s Schedule) IsDigest() bool { return s.Cadence != Instant && s.Cadence != Amending }

// String gives "instant", "hourly", "daily 08:00", "weekly mon 08:00", or
// "corrections" for Amending.
func (s Schedule) String() string {
	switch s.Cadence {
	case Hourly:
		return "hourly"
	case Daily:
		return "daily " + s.At.String()
	case Weekly:
		return "weekly " + strings.ToLower(s.Day.String()[:3]) + " " + s.At.String()
	case Amending:
		return amending
	default:
		return "instant"
	}
}

const amending = "corrections"

// ParseLane reads what [Schedule.String] wrote of a lane, which may be one that
// no subscription can have.
func ParseLane(s string) (Schedule, error) {
	if s == amending {
		return Schedule{Cadence: Amending}, nil
	}
	return ParseSchedule(s)
}

var errSchedule = errors.New("want instant, hourly, daily 08:00 or weekly mon 08:00")

// ParseSchedule reads what [Schedule.String] wrote. Words may be in any case;
// a day may be written in full; without a time of day it is 08:00, without a
// day Monday.
func ParseSchedule(s string) (Schedule, error) {
	fail := func() (Schedule, error) { return Schedule{}, fmt.Errorf("schedule %q: %w", s, errSchedule) }
	words := strings.Fields(strings.ToLower(s))
	if len(words) == 0 {
		return fail()
	}
	out := Schedule{}
	rest := words[1:]
	switch words[0] {
	case "instant":
		if len(rest) > 0 {
			return fail()
		}
		return out, nil
	case "hourly":
		if len(rest) > 0 {
			return fail()
		}
		return Schedule{Cadence: Hourly}, nil
	case "daily":
		out = Schedule{Cadence: Daily, At: 8 * 60}
	case "weekly":
		out = Schedule{Cadence: Weekly, At: 8 * 60, Day: time.Monday}
		if len(rest) > 0 {
			if day, ok := parseDay(rest[0]); ok {
				out.Day, rest = day, rest[1:]
			}
		}
	default:
		return fail()
	}
	if len(rest) > 1 {
		return fail()
	}
	if len(rest) == 1 {
		at, err := ParseClock(rest[0])
		if err != nil {
			return Schedule{}, fmt.Errorf("schedule %q: %w", s, err)
		}
		out.At = at
	}
	return out, nil
}

func parseDay(s string) (time.Weekday, bool) {
	if len(s) < 3 {
		return 0, false
	}
	for d := time.Sunday; d <= time.Saturday; d++ {
		if strings.HasPrefix(strings.ToLower(d.String()), s) {
			return d, true
		}
	}
	return 0, false
}

// Quiet is a stretch of the day in which nothing is sent; it may cross
// midnight. From equal to To means there is none, as in the zero value.
type Quiet struct {
	From, To Clock
}

// IsZero reports whether there are no quiet hours.
func (q Quiet) IsZero() bool { return q.From == q.To }

// String gives "22:00-07:00", or "off".
func (q Quiet) String() string {
	if q.IsZero() {
		return "off"
	}
	return q.From.String() + "-" + q.To.String()
}

// ParseQuiet reads what [Quiet.String] wrote.
func ParseQuiet(s string) (Quiet, error) {
	if strings.EqualFold(s, "off") {
		return Quiet{}, nil
	}
	from, to, found := strings.Cut(strings.ReplaceAll(s, "–", "-"), "-")
	if !found {
		return Quiet{}, fmt.Errorf("quiet hours %q: want 22:00-07:00 or off", s)
	}
	f, err := ParseClock(strings.TrimSpace(from))
	if err != nil {
		return Quiet{}, fmt.Errorf("quiet hours %q: %w", s, err)
	}
	t, err := ParseClock(strings.TrimSpace(to))
	if err != nil {
		return Quiet{}, fmt.Errorf("quiet hours %q: %w", s, err)
	}
	if f == t {
		return Quiet{}, fmt.Errorf("quiet hours %q: begin and end are the same; say off for none", s)
	}
	return Quiet{From: f, To: t}, nil
}
