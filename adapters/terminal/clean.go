package terminal

import (
	"net/url"
	"regexp"
	"strings"
	"unicode"

	"github.com/bellwether/bellwether/bot/chat"
)

// sequences are whole escape sequences: CSI, and OSC, DCS, SOS, PM or APC with
// their terminator. What is left of a broken one is text without its control
// characters.
var sequences = regexp.MustCompile(`(?:\x1b\[|\x{9b})[0-?]*[ -/]*[@-~]|` +
	`(?:\x1b[\]PX^_]|[\x{9d}\x{90}\x{98}\x{9e}\x{9f}])[^\x07\x1b\x{9c}]*(?:\x07|\x1b\\|\x{9c})`)

// clean makes text that others wrote fit to print: it can't move the cursor,
// change colours or titles, ring, or turn the order of the letters around.
// Line breaks and tabs become a space.
func clean(s string) string {
	s = sequences.ReplaceAllString(s, "")
	return strings.Join(strings.Fields(strings.Map(chat.Printable, s)), " ")
}

// cleanLines is clean for text in lines, which it keeps.
func cleanLines(s string) string {
	lines := strings.Split(strings.ReplaceAll(s, "\r\n", "\n"), "\n")
	for i, l := range lines {
		lines[i] = strings.TrimRight(strings.Map(chat.Printable, sequences.ReplaceAllString(l, "")), " ")
	}
	return strings.Join(lines, "\n")
}

// cleanRunes is clean that puts one character for one, for text that a
// position points into.
func cleanRunes(s string) string {
	return strings.Map(func(r rune) rune {
		if p := chat.Printable(r); p >= 0 {
			return p
		}
		return unicode.ReplacementChar
	}, s)
}

// webLink gives address in a form that is safe within an OSC 8 sequence, and
// whether it is one that a click may open: a name before the host, as in
// https://gov.example@evil.example, is there to deceive.
func webLink(address string) (string, bool) {
	u, err := url.Parse(address)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || u.User != nil {
		return "", false
	}
	s := u.String()
	for i := range len(s) {
		if s[i] <= ' ' || s[i] > '~' {
			return "", false
		}
	}
	return s, true
}
