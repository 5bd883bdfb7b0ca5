// Package legible makes texts that others wrote fit to be shown by a chat
// adapter: in one line, without what can't be seen or turns letters around, and
// cut where one would cut.
package legible

import (
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/clipperhouse/uax29/v2/graphemes"

	"github.com/bellwether/bellwether/bot/chat"
)

// Line makes text that others wrote fit to show: one line of valid UTF-8,
// without control characters and without marks that turn the order of letters
// around. Text with nothing to see is empty.
func Line(s string) string {
	return strings.TrimSpace(Piece(s))
}

// longRaw is how many bytes of a text are looked at. That is more than is ever
// shown of one, unless most of it can't be seen.
const longRaw = 16 << 10

// Piece is Line that keeps one space at either end, for a piece of a
// sentence.
func Piece(s string) string {
	if len(s) > longRaw {
		end := longRaw
		for !utf8.RuneStart(s[end]) && end > longRaw-utf8.UTFMax {
			end--
		}
		s = s[:end]
	}
	s = strings.Map(chat.Printable, strings.ToValidUTF8(s, "\uFFFD"))
	inner := strings.Join(strings.Fields(s), " ")
	if strings.IndexFunc(inner, visible) < 0 {
		if strings.Contains(s, " ") {
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

// Runes puts one character for one, for text that a position points into.
func Runes(s string) []rune {
	runes := []rune(s) // what is not UTF-8 becomes U+FFFD, as where positions are counted
	for i, r := range runes {
		if runes[i] = chat.Printable(r); runes[i] < 0 {
			runes[i] = '\uFFFD'
		}
	}
	return runes
}

// window is how many characters are shown before the one that is pointed at,
// and from it on.
const window = 30

// Pointer shows the part of the input around the character at position, from 1,
// and a hand that points at it. A mark in a line below would be out of place
// wherever letters are wide or the line is broken.
func Pointer(input string, position int) string {
	runes := Runes(input)
	at := min(position-1, len(runes))
	from, to := max(at-window, 0), min(at+window, len(runes))
	before, behind := string(runes[from:at]), string(runes[at:to])
	if from > 0 {
		before = "…" + before
	}
	if to < len(runes) {
		behind += "…"
	}
	return before + "👉" + behind
}

// visible reports whether r shows something by itself: a joiner, or a mark
// without a letter, does not.
func visible(r rune) bool {
	return unicode.In(r, unicode.L, unicode.N, unicode.P, unicode.S, unicode.Co, unicode.Prepended_Concatenation_Mark)
}

// Length counts the UTF-16 units of s, of which there are never fewer than
// characters of any kind.
func Length(s string) int {
	n := 0
	for _, r := range s {
		n++
		if r > 0xFFFF {
			n++
		}
	}
	return n
}

// Cut shortens s to at most that many units, of which there must be one: at a
// word where one ends in the second half of what fits, never within what reads
// as one letter, and with an ellipsis.
func Cut(s string, most int) string {
	if len(s) <= most || Length(s) <= most {
		return s
	}
	end, units, space := 0, 0, 0
	for g := graphemes.FromString(s); g.Next(); {
		part := g.Value()
		if units += Length(part); units > most-1 {
			if part == " " {
				space = end
			}
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

// WebLink reports whether a click may open address, which has at most that many
// units: a name before the host, as in https://gov.example@evil.example, is there
// to deceive.
func WebLink(address string, most int) bool {
	if Length(address) > most || !utf8.ValidString(address) || strings.ContainsFunc(address, unprintable) {
		return false
	}
	u, err := url.Parse(address)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Hostname() != "" && u.User == nil
}

func unprintable(r rune) bool { return unicode.IsSpace(r) || chat.Printable(r) < 0 }
