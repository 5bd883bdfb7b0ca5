package blockkit

import (
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/clipperhouse/uax29/v2/graphemes"
)

// clean makes text that others wrote fit to show: one line, without control
// characters and without marks that turn the order of letters around.
func clean(s string) string {
	return strings.Join(strings.Fields(strings.Map(printable, strings.ToValidUTF8(s, "\uFFFD"))), " ")
}

// cleanEdges is clean that keeps one space at either end, for a piece of a
// sentence.
func cleanEdges(s string) string {
	s = strings.Map(printable, strings.ToValidUTF8(s, "\uFFFD"))
	inner := strings.Join(strings.Fields(s), " ")
	if inner == "" {
		if s != "" {
			return " "
		}
		return ""
	}
	if r, _ := utf8.DecodeRuneInString(s); unicode.IsSpace(r) {
		inner = " " + inner
	}
	if r, _ := utf8.DecodeLastRuneInString(s); unicode.IsSpace(r) {
		inner += " "
	}
	return inner
}

// printable gives what is shown for r: -1 for nothing.
func printable(r rune) rune {
	switch {
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

// length counts the UTF-16 units of s.
func length(s string) int {
	n := 0
	for _, r := range s {
		n++
		if r > 0xFFFF {
			n++
		}
	}
	return n
}

// cut shortens s to at most that many units: at a word where there is one in
// the second half of what fits, never within what reads as one letter, and
// with an ellipsis.
func cut(s string, most int) string {
	if length(s) <= most {
		return s
	}
	end, units, space := 0, 0, 0
	for g := graphemes.FromString(s); g.Next(); {
		part := g.Value()
		if units += length(part); units > most-1 {
			break
		}
		if part == " " {
			space = end
		}
		end += len(part)
	}
	if space > end/2 {
		end = space
	}
	return strings.TrimRight(s[:end], " ,.;:–—-") + "…"
}

// webLink reports whether a click may open address: a name before the host, as
// in https://gov.example@evil.example, is there to deceive.
func webLink(address string) bool {
	u, err := url.Parse(address)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && u.User == nil &&
		length(address) <= maxURL && strings.IndexFunc(address, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }) < 0
}

// isID reports whether s has the form of Slack's ids, so that it can stand in
// mrkdwn.
func isID(s string) bool {
	if len(s) < 2 || len(s) > 32 {
		return false
	}
	for i := range len(s) {
		if c := s[i]; (c < 'A' || c > 'Z') && (c < '0' || c > '9') {
			return false
		}
	}
	return true
}
