package text

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// Lower gives s after NFKC and full case folding, marks kept. It is what
// [Stem] takes.
func Lower(s string) string {
	if isASCII(s) {
		return strings.ReplaceAll(strings.ToLower(s), "`", "'")
	}
	s = norm.NFKC.String(cases.Fold().String(norm.NFKC.String(s)))
	return strings.Map(func(r rune) rune {
		switch k := kindOf(r); {
		case k == ignored:
			return -1
		case k == apos:
			return '\''
		case 0xAB70 <= r && r <= 0xABBF: // Cherokee folds to capitals; x/text swaps them
			return r - 0xAB70 + 0x13A0
		case 0x13F8 <= r && r <= 0x13FD:
			return r - 8
		}
		return r
	}, s)
}

// Fold gives s after [Lower], with the combining marks removed in Latin,
// Greek, Cyrillic (but й stays), Arabic and Hebrew, and with letters whose
// stroke or ligature does not decompose (ø, ł, đ, æ) written plainly.
func Fold(s string) string { return unmark(Lower(s)) }

// unmark removes marks from what Lower gave.
func unmark(lower string) string {
	if isASCII(lower) {
		return lower
	}
	var b strings.Builder
	b.Grow(len(lower))
	base := rune(-1) // the letter that marks now belong to, if they are to go
	for _, r := range norm.NFD.String(lower) {
		if unicode.IsMark(r) {
			if base < 0 || base == 'и' && r == 0x0306 {
				b.WriteRune(r)
			}
			continue
		}
		base = -1
		if unicode.In(r, unicode.Latin, unicode.Greek, unicode.Cyrillic, unicode.Arabic, unicode.Hebrew) {
			base = r
		}
		if plain := plainLetter(r); plain != "" {
			b.WriteString(plain)
		} else {
			b.WriteRune(r)
		}
	}
	return norm.NFC.String(b.String())
}

// plainLetter gives the plain form of a Latin letter that has no
// decomposition, or "".
func plainLetter(r rune) string {
	switch r {
	case 'ø':
		return "o"
	case 'ł':
		return "l"
	case 'đ':
		return "d"
	case 'ħ':
		return "h"
	case 'ı':
		return "i"
	case 'æ':
		return "ae"
	case 'œ':
		return "oe"
	}
	return ""
}

// capitals gives the letters of a word in capitals if it was written so, a
// plural s left out and told by plural; else "". The word is in NFKC.
func capitals(word, folded string) (caps string, plural bool) {
	letters, runes, small := 0, 0, 0
	for _, r := range word {
		switch {
		case unicode.IsMark(r):
			continue
		case unicode.IsUpper(r) && !unicode.Is(unicode.Cherokee, r): // which folds to capitals
			letters++
		case unicode.IsLetter(r):
			small++
		}
		runes++
	}
	singular, found := strings.CutSuffix(word, "s")
	last, _ := utf8.DecodeLastRuneInString(singular)
	plural = found && small == 1 && runes > 2 && kindOf(last) != ampersand // CA&s is no CA&
	if letters == 0 || runes < 2 || small > 0 && !plural {
		return "", false
	}
	if plural {
		folded = strings.TrimSuffix(folded, "s")
	}
	return Upper(folded), plural
}

// Upper gives a folded word in capitals, as [Token].Caps has them.
func Upper(folded string) string { return strings.ToUpper(folded) }

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
