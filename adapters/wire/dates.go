package wire

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

// A date as people write it in a wire text: 2024-03-20, March 20, 2024,
// Mar. 20, 20 March 2024. The year may be missing where a month has its name.
const (
	monthName   = `(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\.?`
	datePattern = `(?i:` +
		`\d{4}-\d{2}-\d{2}` +
		`|` + monthName + `\s+\d{1,2}(?:,?\s+\d{4})?` +
		`|\d{1,2}(?:st|nd|rd|th)?\s+` + monthName + `(?:,?\s+\d{4})?)`
)

var (
	monthFirst = regexp.MustCompile(`^(?i)([a-z]{3})[a-z]*\.?\s+(\d{1,2})(?:,?\s+(\d{4}))?$`)
	dayFirst   = regexp.MustCompile(`^(?i)(\d{1,2})(?:st|nd|rd|th)?\s+([a-z]{3})[a-z]*\.?(?:,?\s+(\d{4}))?$`)
)

// parseDate reads what datePattern matches, as midnight UTC. Where the year is
// missing it is the one that brings the date nearest to the time near; zero if
// that is unknown, or if there is no such day.
func parseDate(s string, near time.Time) time.Time {
	if t, err := time.Parse(time.DateOnly, s); err == nil {
		return t
	}
	var day, month, year string
	if m := monthFirst.FindStringSubmatch(s); m != nil {
		month, day, year = m[1], m[2], m[3]
	} else if m := dayFirst.FindStringSubmatch(s); m != nil {
		day, month, year = m[1], m[2], m[3]
	} else {
		return time.Time{}
	}
	number := 1 + strings.Index("janfebmaraprmayjunjulaugsepoctnovdec", strings.ToLower(month))/3
	return makeDate(year, number, day, near)
}

// makeDate is a day in the given year, or in the one nearest to near.
func makeDate(year string, month int, day string, near time.Time) time.Time {
	d, err := strconv.Atoi(day)
	if err != nil {
		return time.Time{}
	}
	if y, err := strconv.Atoi(year); err == nil {
		return exactDate(y, month, d)
	}
	if near.IsZero() {
		return time.Time{}
	}
	best := time.Time{}
	for y := near.Year() - 1; y <= near.Year()+1; y++ {
		t := exactDate(y, month, d)
		if !t.IsZero() && (best.IsZero() || t.Sub(near).Abs() < best.Sub(near).Abs()) {
			best = t
		}
	}
	return best
}

// exactDate is zero for a day that is not in the calendar.
func exactDate(year, month, day int) time.Time {
	t := time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC)
	if t.Day() != day || t.Month() != time.Month(month) {
		return time.Time{}
	}
	return t
}

// timeLayouts are the forms in which article files give a time, the zone
// missing in some: that is UTC then.
var timeLayouts = []string{
	time.RFC3339Nano,
	"2006-01-02T15:04:05.999999999Z0700",
	"2006-01-02T15:04Z07:00",
	"2006-01-02T15:04:05.999999999",
	"2006-01-02T15:04",
	"2006-01-02 15:04:05.999999999Z07:00",
	"2006-01-02 15:04:05.999999999 Z07:00",
	"2006-01-02 15:04:05.999999999 -0700",
	"2006-01-02 15:04:05.999999999",
	"2006-01-02 15:04",
	time.DateOnly,
	time.RFC1123Z,
	time.RFC1123,
}

// parseTime reads a time of an article file in UTC; zero if it can't be read.
func parseTime(s string) time.Time {
	s = strings.TrimSpace(s)
	for _, layout := range timeLayouts {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC()
		}
	}
	return time.Time{}
}
