package terminal

import (
	"net/url"
	"regexp"
	"strings"
	"unicode"
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
	return strings.Join(strings.Fields(strings.Map(printable, s)), " ")
}

// cleanLines is clean for text in lines, which it keeps.
func cleanLines(s string) string {
	lines := strings.Split(strings.ReplaceAll(s, "\r\n", "\n"), "\n")
	for i, l := range lines {
		lines[i] = strings.TrimRight(strings.Map(printable, sequences.ReplaceAllString(l, "")), " ")
	}
	return strings.Join(lines, "\n")
}

// cleanRunes is clean that puts one character for one, for text that a
// position points into.
func cleanRunes(s string) string {
	return strings.Map(func(r rune) rune {
		if p := printable(r); p >= 0 {
			return p
		}
		return unicode.ReplacementChar
	}, s)
}

// printable gives what is printed for r: -1 for nothing.
func printable(r rune) rune {
	switch {
	case r == '\n' || r == '\t' || r == '\r' || r == '\u2028' || r == '\u2029' || r == '\u0085':
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
