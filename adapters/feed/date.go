package feed

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/mmcdole/gofeed"
)

// published is the item's own time, in the zone that it gives. Before 1970 nothing was published
// in a feed: such a date is a default that someone's program filled in.
func published(item *gofeed.Item) time.Time {
	issued, modified := term(item, "issued", "available", "created"), term(item, "modified")
	for _, d := range []struct {
		text string
		read func(string) time.Time
	}{
		{item.Published, func(string) time.Time { return orZero(item.PublishedParsed) }},
		{item.Published, looseDate},
		{issued, looseDate},
		{item.Updated, func(string) time.Time { return orZero(item.UpdatedParsed) }},
		{item.Updated, looseDate},
		{modified, looseDate},
	} {
		if t := d.read(d.text); t.After(time.Unix(0, 0).Add(24*time.Hour)) && t.Year() < 10000 {
			return t.In(zoneOf(d.text))
		}
	}
	return time.Time{}
}

var (
	offset = regexp.MustCompile(`([+-])(\d{2}):?(\d{2})\s*(?:\(?[A-Za-z ]*\)?)?$`)
	abbr   = regexp.MustCompile(`\b([A-Z]{3,4})$`)
	// zones are abbreviations that mean one thing to all who publish, in hours
	// east of Greenwich.
	zones = map[string]int{
		"EST": -5, "EDT": -4, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7,
		"CET": 1, "CEST": 2, "EET": 2, "EEST": 3, "MSK": 3, "HKT": 8, "SGT": 8, "JST": 9, "KST": 9, "AEST": 10, "AEDT": 11,
	}
)

// zoneOf is the zone in which a date is written; UTC if it names none. gofeed
// reads the zone and gives the time in UTC.
func zoneOf(date string) *time.Location {
	date = strings.TrimSpace(date)
	if m := offset.FindStringSubmatch(date); m != nil && strings.Contains(date, ":") {
		east := number(m[2])*3600 + number(m[3])*60
		if m[1] == "-" {
			east = -east
		}
		if east != 0 && east > -13*3600 && east < 15*3600 {
			return time.FixedZone("", east)
		}
		return time.UTC
	}
	if m := abbr.FindStringSubmatch(date); m != nil && zones[m[1]] != 0 {
		return time.FixedZone(m[1], zones[m[1]]*3600)
	}
	return time.UTC
}

func orZero(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return *t
}

// term is the first of the item's terms of Dublin Core, which gofeed knows the
// older elements of only.
func term(item *gofeed.Item, names ...string) string {
	for _, name := range names {
		if list := item.Extensions["dcterms"][name]; len(list) > 0 {
			return list[0].Value
		}
	}
	return ""
}

// What gofeed does not read: dates of numbers in the order of ISO 8601, and
// dates whose month is a word of any language, before or after the day. The
// word of the weekday is passed over. Behind the date may stand a time and a
// zone.
var (
	numberDate = regexp.MustCompile(`^\D{0,20}?(\d{4})[-/.年]?\s?(\d{1,2})[-/.月]?\s?(\d{1,2})日?(?:\D(.*))?$`)
	dayMonth   = regexp.MustCompile(`^(?:\D{1,20}[\s,.])?(\d{1,2})(?:st|nd|rd|th|er|º|\.)?[\s-]+(?:de\s+)?(\pL+)\.?,?[\s-]+(?:de\s+)?(\d{4})(?:\D(.*))?$`)
	monthDay   = regexp.MustCompile(`^(?:\D{1,20}[\s,.])??(\pL+)\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})(?:\D(.*))?$`)
	timeOfDay  = regexp.MustCompile(`^\D{0,4}?(\d{1,2})[:h](\d{2})(?::(\d{2}))?(?:[.,]\d+)?\s*([AaPp][Mm])?\s*(?:[A-Z]{0,4}\s?([+-]\d{2}):?(\d{2}))?`)
)

// looseDate reads a date in a form that is no standard's; zero if it is none. A
// time without an offset is taken to be UTC.
func looseDate(s string) time.Time {
	s = strings.TrimSpace(s)
	var year, month, day int
	var rest string
	if m := numberDate.FindStringSubmatch(s); m != nil {
		year, month, day, rest = number(m[1]), number(m[2]), number(m[3]), m[4]
	} else if m := dayMonth.FindStringSubmatch(s); m != nil {
		year, month, day, rest = number(m[3]), monthOf(m[2]), number(m[1]), m[4]
	} else if m := monthDay.FindStringSubmatch(s); m != nil {
		year, month, day, rest = number(m[3]), monthOf(m[1]), number(m[2]), m[4]
	}
	if month < 1 || month > 12 {
		return time.Time{}
	}
	date := time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC)
	if date.Day() != day { // the 31st of February
		return time.Time{}
	}
	at, ok := sinceMidnight(rest)
	if !ok {
		return time.Time{}
	}
	return date.Add(at)
}

// sinceMidnight reads the time that begins s, midnight if none does; it is
// false when there is no such time. 24:00 is the end of the day.
func sinceMidnight(s string) (time.Duration, bool) {
	m := timeOfDay.FindStringSubmatch(s)
	if m == nil {
		return 0, true
	}
	hour, minute, second := number(m[1]), number(m[2]), number(m[3])
	switch half := strings.ToLower(m[4]); {
	case half != "" && hour > 12, hour > 24, hour == 24 && minute+second > 0, minute > 59, second > 60:
		return 0, false
	case half == "pm" && hour < 12:
		hour += 12
	case half == "am" && hour == 12:
		hour = 0
	}
	east := time.Duration(number(m[5]))*time.Hour + time.Duration(number(m[6]))*time.Minute
	if strings.HasPrefix(m[5], "-") {
		east = time.Duration(number(m[5]))*time.Hour - time.Duration(number(m[6]))*time.Minute
	}
	at := time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute + time.Duration(second)*time.Second
	return at - east, true
}

// number is s in decimal; 0 if it is empty.
func number(s string) int {
	n, _ := strconv.Atoi(s) // the patterns let digits pass only
	return n
}

// monthOf is the number of a month by how its name begins in the Germanic and
// Romance languages; 0 if it is none.
func monthOf(name string) int {
	name = strings.ToLower(name)
	for i, begins := range monthNames() {
		for begin := range strings.FieldsSeq(begins) {
			if strings.HasPrefix(name, begin) {
				return i + 1
			}
		}
	}
	return 0
}

func monthNames() [12]string {
	return [12]string{
		"jan jän gen ene", "feb fév fev", "mar mär mrt maa", "apr avr abr", "mai may mag maj mei", "jun juin giu",
		"jul juil lug", "aug aoû aou ago", "sep set", "oct okt ott out", "nov", "dec déc dez dic",
	}
}
