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

// Bounds of what is read of a field. No text that anybody wrote for people reaches
// them; those that were made to be slow end there.
const (
	// maxPositions is how many words, or characters of scripts without spaces, a
	// field may have: a book of 800 pages. What comes after is not read.
	maxPositions = 1 << 18
	// maxChanged bounds what NFKC changes: a stretch that it changes counts one,
	// and each character that it makes of it one. What comes after is not read.
	maxChanged = 1 << 18
)

// normalizer brings texts into NFKC. It remembers what letters of ASCII and the
// marks above and below them make, of which whole texts are written.
type normalizer struct {
	left   int // of maxChanged
	marked *[utf8.RuneSelf * marks]rune
}

const (
	firstMark = 0x0300 // of the block Combining Diacritical Marks
	marks     = 0x70
	unmarked  = -1 // in marked: they do not make one letter
)

// appendChars appends the characters of s after NFKC to dst, leaving out the
// ignored ones. A byte that is not UTF-8 becomes a separator. It ends where
// nothing is left.
func (z *normalizer) appendChars(dst []char, s string) []char {
	for from := 0; from < len(s) && z.left > 0; {
		to := from + validPrefix(s[from:])
		dst = z.appendValid(dst, s, from, to)
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
func (z *normalizer) appendValid(dst []char, s string, from, to int) []char {
	for i := from; i < to; {
		n := norm.NFKC.QuickSpanString(s[i:to])
		dst = appendPlain(dst, s, i, i+n)
		i += n
		plain := i
		for i < to && z.left > 0 {
			letter, ok := z.marks(s[i:to])
			if !ok {
				break
			}
			dst = append(dst, char{letter, int32(i), int32(i + 3), kindOf(letter)})
			i += 3
			z.left -= 2
			for i < to && s[i] < utf8.RuneSelf && (i+1 == to || s[i+1] < utf8.RuneSelf) {
				dst = append(dst, char{rune(s[i]), int32(i), int32(i + 1), asciiKinds[s[i]]})
				i++
			}
		}
		if i == to || z.left <= 0 {
			break
		}
		if i > plain {
			continue
		}
		n = norm.NFKC.NextBoundaryInString(s[i:to], true)
		if n <= 0 {
			n = to - i
		}
		dst = z.appendNormalized(dst, s, i, i+n)
		i += n
	}
	return dst
}

// marks gives the letter that s begins with, if that is one of ASCII with one
// mark behind it that make one, and nothing else can be part of it.
func (z *normalizer) marks(s string) (rune, bool) {
	if len(s) < 3 || s[0] >= utf8.RuneSelf || len(s) > 3 && s[3] >= utf8.RuneSelf {
		return 0, false
	}
	mark := rune(s[1]&0x1F)<<6 | rune(s[2]&0x3F)
	if s[1] != 0xCC && s[1] != 0xCD || mark < firstMark || mark >= firstMark+marks {
		return 0, false
	}
	if z.marked == nil {
		z.marked = new([utf8.RuneSelf * marks]rune)
	}
	made := &z.marked[int(s[0])*marks+int(mark-firstMark)]
	if *made == 0 {
		r, n := utf8.DecodeRuneInString(norm.NFKC.String(s[:3]))
		*made = r
		if n != len(norm.NFKC.String(s[:3])) || kindOf(r) != letter {
			*made = unmarked
		}
	}
	return *made, *made != unmarked
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
func (z *normalizer) appendNormalized(dst []char, s string, from, to int) []char {
	first, n := utf8.DecodeRuneInString(s[from:to])
	switch k := kindOf(first); {
	case first == '´' && n == to-from:
		return append(dst, char{'\'', int32(from), int32(to), apos}) // NFKC makes it a space and an accent
	case n < to-from && k != letter && k != digit && k != wide && k != mark:
		dst = z.appendNormalized(dst, s, from, from+n) // what combines with a sign is no part of it
		return z.appendNormalized(dst, s, from+n, to)
	}
	z.left--
	var room [64]byte
	for b := norm.NFKC.AppendString(room[:0], s[from:to]); len(b) > 0; {
		r, n := utf8.DecodeRune(b)
		if k := kindOf(r); k != ignored {
			dst = append(dst, char{r, int32(from), int32(to), k})
		}
		z.left--
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
