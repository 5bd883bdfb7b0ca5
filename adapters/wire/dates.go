package wire

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

// datePattern matches what may be a date in a wire text: 2024-03-20, March 20,
// 2024, Mar. 20, 20 March 2024, 20 de marzo de 2024. The year may be missing
// where a month has its name. Whether the word is a month, isDate knows.
const datePattern = `(?:\d{4}-\d{2}-\d{2}` +
	`|\p{L}{3,10}\.?\s+\d{1,2}(?:,?\s+\d{4})?` +
	`|\d{1,2}(?:st|nd|rd|th|er|\.)?\s+(?:de\s+)?\p{L}{3,10}\.?(?:,?\s+(?:de\s+)?\d{4})?)`

var (
	monthFirst = regexp.MustCompile(`^(\p{L}{3,10})\.?\s+(\d{1,2})(?:,?\s+(\d{4}))?$`)
	dayFirst   = regexp.MustCompile(`^(\d{1,2})(?:st|nd|rd|th|er|\.)?\s+(?:de\s+)?(\p{L}{3,10})\.?(?:,?\s+(?:de\s+)?(\d{4}))?$`)
)

// months are the names of months, and what they are shortened to, in English,
// French, German, Spanish, Italian and Portuguese.
var months = map[string]int{
	"january": 1, "jan": 1, "janvier": 1, "janv": 1, "januar": 1, "jänner": 1, "enero": 1, "gennaio": 1, "janeiro": 1,
	"february": 2, "feb": 2, "février": 2, "févr": 2, "februar": 2, "febrero": 2, "febbraio": 2, "fevereiro": 2,
	"march": 3, "mar": 3, "mars": 3, "märz": 3, "marzo": 3, "março": 3,
	"april": 4, "apr": 4, "avril": 4, "avr": 4, "abril": 4, "aprile": 4,
	"may": 5, "mai": 5, "mayo": 5, "maggio": 5, "maio": 5,
	"june": 6, "jun": 6, "juin": 6, "juni": 6, "junio": 6, "giugno": 6, "junho": 6,
	"july": 7, "jul": 7, "juillet": 7, "juil": 7, "juli": 7, "julio": 7, "luglio": 7, "julho": 7,
	"august": 8, "aug": 8, "août": 8, "agosto": 8,
	"september": 9, "sept": 9, "sep": 9, "septembre": 9, "septiembre": 9, "settembre": 9, "setembro": 9,
	"october": 10, "oct": 10, "octobre": 10, "oktober": 10, "okt": 10, "octubre": 10, "ottobre": 10, "outubro": 10,
	"november": 11, "nov": 11, "novembre": 11, "noviembre": 11, "novembro": 11,
	"december": 12, "dec": 12, "décembre": 12, "déc": 12, "dezember": 12, "dez": 12, "diciembre": 12, "dicembre": 12, "dezembro": 12,
}

// dateParts takes apart what datePattern matches in words; month is 0 if the
// word is none.
func dateParts(s string) (year string, month int, day string) {
	if m := monthFirst.FindStringSubmatch(s); m != nil {
		return m[3], months[strings.ToLower(m[1])], m[2]
	}
	if m := dayFirst.FindStringSubmatch(s); m != nil {
		return m[3], months[strings.ToLower(m[2])], m[1]
	}
	return "", 0, ""
}

// isDate tells whether what datePattern matches is a date, though perhaps of a
// day that no calendar has.
func isDate(s string) bool {
	_, month, _ := dateParts(s)
	return month != 0 || len(s) == len(time.DateOnly) && s[4] == '-'
}

// parseDate reads what datePattern matches, as midnight UTC. Where the year is
// missing it is the one that brings the date nearest to the time near; zero if
// that is unknown, or if there is no such day.
func parseDate(s string, near time.Time) time.Time {
	if t, err := time.Parse(time.DateOnly, s); err == nil {
		return t
	}
	year, month, day := dateParts(s)
	if month == 0 {
		return time.Time{}
	}
	return makeDate(year, month, day, near)
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
	"20060102T150405Z0700", // the basic form of ISO 8601, as NITF has it
	"20060102T150405Z07:00",
	"20060102T150405",
	"20060102T1504Z0700",
	"20060102",
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
