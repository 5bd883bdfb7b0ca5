package bot

import (
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/bot/chat"
)

// code puts backquotes around what can be typed, or was.
func code(s string) string { return "`" + plain(s) + "`" }

// plain makes text that people or articles wrote fit for a Reply's Text: one
// line, and no backquote that would begin code.
func plain(s string) string {
	return strings.Join(strings.FieldsFunc(strings.ReplaceAll(s, "`", "'"), func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r)
	}), " ")
}

// joined is a command with its arguments.
func joined(word, args string) string { return strings.TrimSpace(word + " " + args) }

// count gives "no articles", "1 article" or "2,000 articles".
func count(n int, noun string) string {
	switch n {
	case 0:
		return "no " + noun + "s"
	case 1:
		return "1 " + noun
	}
	return number(n) + " " + noun + "s"
}

// number writes n with a comma before every three digits.
func number(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// clock gives a time in the zone of a destination: "Tue 3 Mar 08:00 (UTC)",
// with the year where it is another one.
func clock(t time.Time, loc *time.Location, now time.Time) string {
	t = t.In(loc)
	form := "Mon 2 Jan 15:04"
	if t.Year() != now.In(loc).Year() {
		form = "Mon 2 Jan 2006 15:04"
	}
	return t.Format(form) + " (" + loc.String() + ")"
}

// moment is clock for a reply that names the zone elsewhere: without the zone,
// and without the day where it is the same.
func moment(t time.Time, loc *time.Location, now time.Time) string {
	t, now = t.In(loc), now.In(loc)
	form := "Mon 2 Jan 2006 15:04"
	switch {
	case t.Year() == now.Year() && t.YearDay() == now.YearDay():
		form = "15:04"
	case t.Year() == now.Year():
		form = "Mon 2 Jan 15:04"
	}
	return t.Format(form)
}

// location is the zone of a destination: its own, else UTC.
func location(set alerts.Settings) *time.Location {
	if loc, err := time.LoadLocation(set.TimeZone); err == nil {
		return loc
	}
	return time.UTC
}

// undo is a command that the person can type where they are to change place.
func (q *request) undo(word, args string) string {
	if q.mine {
		args = "me: " + args
	}
	return code(joined(word, args))
}

// back is the command that takes one back, for a button.
func (q *request) back(verb, args string) *chat.Undo {
	if q.mine {
		args = "me: " + args
	}
	return &chat.Undo{Verb: verb, Args: strings.TrimSpace(args)}
}

// here names the place that the command acts on.
func (q *request) here() string {
	switch {
	case q.mine:
		return "in your direct messages"
	case q.place.IsDirect():
		return "here"
	}
	return "in this channel"
}
