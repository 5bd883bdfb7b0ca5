package text

import (
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// kind is the part that a character plays in segmentation.
type kind uint8

const (
	separator kind = iota
	letter         // of a script that puts spaces between words
	digit
	mark  // combines with the character before
	wide  // a character of a script without spaces: a position of its own
	apos  // any apostrophe or single quote
	quote // a double quote or gershayim: inside a Hebrew abbreviation only
	hyphen
	point
	comma
	ampersand
	ignored // soft hyphens, zero-width characters, tatweel: as if not there
)

// char is a character of a text after NFKC, and the bytes it came from.
// Characters that one byte range was normalised to share that range.
type char struct {
	r          rune
	start, end int32
	kind       kind
}

// width is the number of bytes that c takes in the original.
func (c char) width() int32 { return c.end - c.start }

// appendChars appends the characters of s after NFKC to dst, leaving out the
// ignored ones. A byte that is not UTF-8 becomes a separator.
func appendChars(dst []char, s string) []char {
	for from := 0; from < len(s); {
		to := from + validPrefix(s[from:])
		dst = appendValid(dst, s, from, to)
		if to < len(s) {
			dst = append(dst, char{utf8.RuneError, int32(to), int32(to + 1), separator})
			to++
		}
		from = to
	}
	return dst
}

// validPrefix gives the length of the valid UTF-8 that s begins with.
func validPrefix(s string) int {
	if utf8.ValidString(s) {
		return len(s)
	}
	for i := 0; ; {
		r, n := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && n < 2 {
			return i
		}
		i += n
	}
}

// appendValid appends s[from:to], which is valid: what follows a wrong byte near
// the end is left as it is by package norm.
func appendValid(dst []char, s string, from, to int) []char {
	for i := from; i < to; {
		n := norm.NFKC.QuickSpanString(s[i:to])
		dst = appendPlain(dst, s, i, i+n)
		i += n
		if i == to {
			break
		}
		n = norm.NFKC.NextBoundaryInString(s[i:to], true)
		if n <= 0 {
			n = to - i
		}
		dst = appendNormalized(dst, s, i, i+n)
		i += n
	}
	return dst
}

// appendPlain appends s[from:to], which is in NFKC already.
func appendPlain(dst []char, s string, from, to int) []char {
	for i := from; i < to; {
		if b := s[i]; b < utf8.RuneSelf {
			dst = append(dst, char{rune(b), int32(i), int32(i + 1), asciiKinds[b]})
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:to])
		if k := kindOf(r); k != ignored {
			dst = append(dst, char{r, int32(i), int32(i + n), k})
		}
		i += n
	}
	return dst
}

// appendNormalized appends the NFKC form of s[from:to], a stretch between two
// normalisation boundaries.
func appendNormalized(dst []char, s string, from, to int) []char {
	first, n := utf8.DecodeRuneInString(s[from:to])
	switch k := kindOf(first); {
	case first == '´' && n == to-from:
		return append(dst, char{'\'', int32(from), int32(to), apos}) // NFKC makes it a space and an accent
	case n < to-from && k != letter && k != digit && k != wide && k != mark:
		dst = appendNormalized(dst, s, from, from+n) // what combines with a sign is no part of it
		return appendNormalized(dst, s, from+n, to)
	}
	var room [64]byte
	for b := norm.NFKC.AppendString(room[:0], s[from:to]); len(b) > 0; {
		r, n := utf8.DecodeRune(b)
		if k := kindOf(r); k != ignored {
			dst = append(dst, char{r, int32(from), int32(to), k})
		}
		b = b[n:]
	}
	return dst
}

// asciiKinds is kindOf for ASCII.
var asciiKinds = func() (t [utf8.RuneSelf]kind) {
	for b := range t {
		switch r := rune(b); {
		case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z':
			t[b] = letter
		case '0' <= r && r <= '9':
			t[b] = digit
		}
	}
	t['\''], t['`'], t['"'] = apos, apos, quote
	t['-'], t['.'], t[','], t['&'] = hyphen, point, comma, ampersand
	return t
}()

// kinds is kindOf for the scripts of Europe, the Near East and India.
var kinds = func() (t [0x0E00]kind) {
	for r := range t {
		t[r] = findKind(rune(r))
	}
	return t
}()

// kindOf classifies a character.
func kindOf(r rune) kind {
	if 0 <= r && int(r) < len(kinds) {
		return kinds[r]
	}
	return findKind(r)
}

// findKind is kindOf, the commonest ranges first.
func findKind(r rune) kind {
	switch {
	case 0 <= r && r < utf8.RuneSelf:
		return asciiKinds[r]
	case 0x4E00 <= r && r <= 0x9FFF, 0xAC00 <= r && r <= 0xD7A3:
		return wide // Han, Hangul syllables
	case 0x2000 <= r && r <= 0x206F:
		return punctuationKind(r)
	case 0x3005 <= r && r <= 0x3007, 0x3041 <= r && r <= 0x3096, 0x30A1 <= r && r <= 0x30FA, 0x30FC <= r && r <= 0x30FE:
		return wide // Japanese iteration marks, kana with the long-vowel mark
	case r == 0x02BC, r == 0x02BB, r == 0x05F3, r == 0xA78C:
		return apos // modifier apostrophe, okina, geresh, saltillo
	case r == 0x05F4:
		return quote
	case r == 0x066B:
		return point // Arabic decimal separator
	case r == 0x066C:
		return comma // Arabic thousands separator
	case r == 0x00AD, r == 0x0640, r == 0x034F, r == 0x061C, r == 0xFEFF,
		0x180B <= r && r <= 0x180E, 0xFE00 <= r && r <= 0xFE0F, 0xE0000 <= r && r <= 0xE0FFF:
		return ignored
	case unicode.IsLetter(r):
		if unicode.In(r, spaceless...) {
			return wide
		}
		return letter
	case unicode.IsMark(r):
		return mark
	case unicode.IsNumber(r):
		return digit
	}
	return separator
}

// punctuationKind is kindOf in the block General Punctuation.
func punctuationKind(r rune) kind {
	switch {
	case r == 0x2018, r == 0x2019, r == 0x201B, r == 0x2032:
		return apos
	case r == 0x2010, r == 0x2011:
		return hyphen // other dashes separate without joining
	case 0x200B <= r && r <= 0x200F, 0x202A <= r && r <= 0x202E, 0x2060 <= r && r <= 0x206F:
		return ignored
	}
	return separator
}

// spaceless are the scripts that are written without spaces between words, and
// Hangul, whose words grow particles that no stemmer here knows.
var spaceless = []*unicode.RangeTable{
	unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul, unicode.Bopomofo,
	unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar, unicode.Tibetan, unicode.Yi,
	unicode.Javanese, unicode.Balinese, unicode.Tai_Le, unicode.New_Tai_Lue,
	unicode.Tai_Tham, unicode.Tai_Viet, unicode.Nushu, unicode.Tangut,
}
