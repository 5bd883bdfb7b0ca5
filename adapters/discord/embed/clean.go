package embed

import (
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/clipperhouse/uax29/v2/graphemes"

	"github.com/bellwether/bellwether/bot/chat"
)

// longRaw is how many bytes of a text are looked at. That is more than is ever
// shown of one, unless most of it can't be seen.
const longRaw = 16 << 10

// clean makes text that others wrote one line of valid UTF-8, without control
// characters and without marks that turn the order of letters around. Text
// with nothing to see is empty. It is fit for where Discord reads no Markdown:
// footers, authors, labels, titles of posts and modals.
func clean(s string) string { return strings.TrimSpace(cleanEdges(s)) }

// cleanEdges is clean that keeps one space at either end, for a piece of a
// sentence.
func cleanEdges(s string) string {
	if len(s) > longRaw {
		s = strings.ToValidUTF8(s[:longRaw], "") // may cut a letter
	}
	s = strings.Map(chat.Printable, strings.ToValidUTF8(s, "\uFFFD"))
	inner := strings.Join(strings.Fields(s), " ")
	if strings.IndexFunc(inner, visible) < 0 {
		if strings.Contains(s, " ") {
			return " "
		}
		return ""
	}
	if strings.HasPrefix(s, " ") {
		inner = " " + inner
	}
	if strings.HasSuffix(s, " ") {
		inner += " "
	}
	return inner
}

// cleanRunes puts one character for one, for text that a position points into.
func cleanRunes(s string) []rune {
	runes := []rune(s) // what is not UTF-8 becomes U+FFFD, as where positions are counted
	for i, r := range runes {
		if runes[i] = chat.Printable(r); runes[i] < 0 {
			runes[i] = '\uFFFD'
		}
	}
	return runes
}

// visible reports whether r shows something by itself: a joiner, or a mark
// without a letter, does not.
func visible(r rune) bool {
	return unicode.In(r, unicode.L, unicode.N, unicode.P, unicode.S, unicode.Co, unicode.Prepended_Concatenation_Mark)
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

// cut shortens s to at most that many units, of which there must be one: at a
// word where one ends in the second half of what fits, never within what reads
// as one letter, and with an ellipsis.
func cut(s string, most int) string {
	if len(s) <= most || length(s) <= most {
		return s
	}
	end, units, space := 0, 0, 0
	for g := graphemes.FromString(s); g.Next(); {
		letter := g.Value()
		if units += length(letter); letter == " " {
			space = end
		}
		if units > most-1 {
			break
		}
		end += len(letter)
	}
	if space > end/2 {
		end = space
	}
	return strings.TrimRight(s[:end], " ,.;:–—-") + "…"
}

// webLink reports whether a click may open address: a name before the host, as
// in https://gov.example@evil.example, is there to deceive.
func webLink(address string) bool {
	if length(address) > maxURL || !utf8.ValidString(address) || strings.ContainsFunc(address, unprintable) {
		return false
	}
	u, err := url.Parse(address)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Hostname() != "" && u.User == nil
}

func unprintable(r rune) bool { return unicode.IsSpace(r) || chat.Printable(r) < 0 }
