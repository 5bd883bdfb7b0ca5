package schedule

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/bellwether/bellwether/alerts"
)

// MaxFor is the longest time that ParseFor takes.
const MaxFor = 366 * 24 * time.Hour

var (
	errFor  = errors.New("want a number with m, h, d or w, such as 3d or 2 hours")
	errLong = errors.New("longer than a year: leave the time out to pause until you resume")
)

// ParseFor reads how long something is to last: "3d", "for 2 hours", "1w 2d",
// "1h30m", "a week". Units are minutes, hours, days of 24 hours and weeks,
// by letter or by name, in any case. The result is more than 0 and at most
// MaxFor.
func ParseFor(s string) (time.Duration, error) {
	fail := func(err error) (time.Duration, error) { return 0, fmt.Errorf("time span %q: %w", s, err) }
	words := spanWords(s)
	if len(words) > 0 && words[0] == "for" {
		words = words[1:]
	}
	if len(words) == 0 || len(words)%2 != 0 {
		return fail(errFor)
	}
	var sum time.Duration
	for ; len(words) > 0; words = words[2:] {
		unit, ok := unitOf(words[1])
		if !ok {
			return fail(errFor)
		}
		n := 1
		if words[0] != "a" && words[0] != "an" {
			var err error
			if n, err = strconv.Atoi(words[0]); errors.Is(err, strconv.ErrRange) {
				return fail(errLong)
			} else if err != nil {
				return fail(errFor)
			}
		}
		if n > int(MaxFor/unit) || sum+time.Duration(n)*unit > MaxFor {
			return fail(errLong)
		}
		sum += time.Duration(n) * unit
	}
	if sum == 0 {
		return fail(errFor)
	}
	return sum, nil
}

// spanWords splits at spaces and commas, and between digits and letters.
func spanWords(s string) []string {
	var b strings.Builder
	last := ' '
	for _, r := range strings.ToLower(s) {
		if r == ',' {
			r = ' '
		}
		if unicode.IsDigit(last) != unicode.IsDigit(r) {
			b.WriteByte(' ')
		}
		b.WriteRune(r)
		last = r
	}
	return strings.Fields(b.String())
}

func unitOf(s string) (time.Duration, bool) {
	switch s {
	case "m", "min", "mins", "minute", "minutes":
		return time.Minute, true
	case "h", "hr", "hrs", "hour", "hours":
		return time.Hour, true
	case "d", "day", "days":
		return 24 * time.Hour, true
	case "w", "wk", "wks", "week", "weeks":
		return 7 * 24 * time.Hour, true
	}
	return 0, false
}

// Describe says in words when a lane is written to: "at once", or "every day
// at 08:00 (Europe/Brussels), next on Tue 3 Mar". It fits behind "You hear of
// it" and ends without a full stop.
func Describe(s alerts.Schedule, quiet alerts.Quiet, loc *time.Location, now time.Time) string {
	next := Next(s, quiet, loc, now)
	switch s.Cadence {
	case alerts.Daily:
		return atTime("every day", s, loc, next)
	case alerts.Weekly:
		return atTime("every "+s.Day.String(), s, loc, next)
	case alerts.Hourly:
		return "every hour, on the hour" + exceptQuiet(quiet, loc)
	default:
		return "at once" + exceptQuiet(quiet, loc)
	}
}

func atTime(every string, s alerts.Schedule, loc *time.Location, next time.Time) string {
	words := fmt.Sprintf("%s at %s (%s), next on %s", every, s.At, loc, next.Format("Mon 2 Jan"))
	if next.Hour()*60+next.Minute() != int(s.At) {
		// Quiet hours hold it back, or the clocks skip its time.
		words += next.Format(" at 15:04")
	}
	return words
}

func exceptQuiet(quiet alerts.Quiet, loc *time.Location) string {
	if quiet.IsZero() {
		return ""
	}
	return fmt.Sprintf(", except from %s to %s (%s)", quiet.From, quiet.To, loc)
}
