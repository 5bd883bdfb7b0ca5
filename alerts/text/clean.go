package text

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Clean makes text from outside fit to be kept and shown: valid UTF-8 in NFC
// with \n as its only line end, without control characters, byte order marks
// and the characters that turn the direction of what follows around. Tabs
// and the like become spaces. Clean(Clean(s)) is Clean(s).
func Clean(s string) string {
	s = strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\r\n", "\n")
	return norm.NFC.String(strings.Map(clean, s))
}

func clean(r rune) rune {
	switch r {
	case '\n', '\r', '\v', '\f', '\u0085', '\u2028', '\u2029':
		return '\n'
	case '\t':
		return ' '
	case '\uFEFF', '\u202A', '\u202B', '\u202C', '\u202D', '\u202E', '\u2066', '\u2067', '\u2068', '\u2069':
		return -1
	}
	if unicode.Is(unicode.Cc, r) {
		return -1
	}
	return r
}
