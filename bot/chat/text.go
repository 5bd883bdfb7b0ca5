package chat

import (
	"strings"
	"time"
	"unicode"
)

// Printable gives what an adapter shows for r of a text that others wrote: -1
// for nothing. Controls are left out, and marks that turn the order of letters
// around; what divides words or lines is a space.
func Printable(r rune) rune {
	switch {
	case r > ' ' && r < 0x7F:
		return r
	case unicode.IsSpace(r):
		return ' '
	case r == '\u200c' || r == '\u200d': // joiners, which scripts and emoji need
		return r
	case unicode.Is(unicode.Prepended_Concatenation_Mark, r): // shown, though of the format class
		return r
	case unicode.IsControl(r) || unicode.Is(unicode.Cf, r):
		return -1
	}
	return r
}

// Location is the first of the IANA zones that is known, else UTC.
func Location(zones ...string) *time.Location {
	for _, z := range zones {
		if z == "" {
			continue
		}
		if loc, err := time.LoadLocation(z); err == nil {
			return loc
		}
	}
	return time.UTC
}

// IsDate reports whether t stands for a day: midnight in UTC is what a date
// without a time of day is read as, and is shown as that date, whatever the
// zone.
func IsDate(t time.Time) bool {
	t = t.UTC()
	return t.Equal(t.Truncate(24 * time.Hour))
}

// IsCommand reports whether s begins with a word of the bot.
func IsCommand(s string) bool {
	word, _, _ := strings.Cut(s, " ")
	switch word {
	case "subscribe", "list", "unsubscribe", "edit", "pause", "resume", "preview", "digest", "timezone", "quiet", "limit",
		"mute", "unmute", "why", "sources", "export", "forget-me", "help", "public":
		return true
	}
	return false
}
