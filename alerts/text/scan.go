package text

import (
	"encoding/binary"
	"math/bits"
	"unicode"
	"unicode/utf8"
)

// Scan is the words of one text field: Spots by position, and the joined forms
// of hyphenated words beside them.
type Scan struct {
	Spots []Spot
	Joins []Joined // in order of position, then width
	// NoSmall: the field has letters, but no small one, so that capitals tell
	// nothing in it.
	NoSmall bool
}

// Spot is what stands at one position of a field: a word, or one character of
// a script that is written without spaces.
type Spot struct {
	Start, End int32  // bytes in the field, possessive 's and elided article excluded
	Word       uint32 // in the Lexicon
}

// Joined is the joined form of a hyphenated word: of the spots from Pos to before
// Pos+Width.
type Joined struct {
	Pos, Width int32
	Word       uint32
}

// class says how the scanner treats a byte.
type class uint8

const (
	apart  class = iota // between words
	within              // an ASCII letter or digit
	joint               // a sign that a word can go on after
	high                // of a character beyond ASCII
)

var classes = func() (t [256]class) {
	for b := range t {
		switch {
		case b >= utf8.RuneSelf:
			t[b] = high
		case asciiKinds[b] == letter || asciiKinds[b] == digit:
			t[b] = within
		case asciiKinds[b] != separator:
			t[b] = joint
		}
	}
	return t
}()

// padding is what the scanner may read behind a word.
const padding = 24

// Scan analyses s, the text of one field, into dst, whose slices it reuses. s
// must be shorter than 2 GB. It takes linear time. What comes after 2^18 positions,
// or after 2^18 characters that NFKC changes, is not read: no text for people is
// like that.
//
// Words of ASCII letters and digits between plain signs, nearly all of English,
// are read eight bytes at a time and found in the lexicon as written: nothing is
// copied, lower-cased or stemmed. From a word for which anything beyond that
// matters (a hyphen, an acronym with points, a character beyond ASCII) to the
// next space, the text goes through the general code: no rule looks beyond a
// space.
func (x *Lexicon) Scan(dst *Scan, s string) {
	dst.Spots, dst.Joins = dst.Spots[:0], dst.Joins[:0]
	dst.NoSmall = x.Append(dst, s)
}

// Append is Scan for one more field: its positions follow those in dst. It
// reports what Scan puts into NoSmall, of the field.
func (x *Lexicon) Append(dst *Scan, s string) (noSmall bool) {
	var zeros [padding]byte
	x.padded = append(append(x.padded[:0], s...), zeros[:]...)
	b, n := x.padded, len(s)
	letters, small := false, false
	x.begin(dst)
	for i := 0; i < n && x.norm.left > 0 && len(dst.Spots) < x.most; {
		switch classes[b[i]] {
		case apart, joint:
			i++
			continue
		case high:
			if han(b[i:]) {
				dst.Spots = append(dst.Spots, Spot{int32(i), int32(i + 3), x.number(uint64(b[i])|uint64(b[i+1])<<8|uint64(b[i+2])<<16, 0, 3)})
				letters = true
				i += 3
				continue
			}
			if skip := plainSign(b[i:]); skip > 0 {
				i += skip
				continue
			}
			i = x.scanChunk(dst, s, i, &letters, &small)
			continue
		}
		low, high, size := leading(b[i:])
		j := i + size
		next, plain := wordEnd(b, i, j)
		if !plain {
			i = x.scanChunk(dst, s, i, &letters, &small)
			continue
		}
		var word uint32
		if size <= inline {
			word = x.number(low, high, size)
		} else {
			word = x.numberOf(b[i:j])
		}
		dst.Spots = append(dst.Spots, Spot{int32(i), int32(j), word})
		if !small {
			lookAtCase(b[i:next], &letters, &small)
		}
		i = next
	}
	return letters && !small
}

// begin allows what a field may have.
func (x *Lexicon) begin(dst *Scan) {
	x.norm.left, x.most = maxChanged, len(dst.Spots)+maxPositions
}

// leading measures the run of ASCII letters and digits that b begins with, and
// gives its bytes if there are no more than 16.
func leading(b []byte) (low, high uint64, size int) {
	low = binary.LittleEndian.Uint64(b)
	if m := others(low); m != 0 {
		at := uint(bits.TrailingZeros64(m)) &^ 7
		return low & (1<<at - 1), 0, int(at / 8)
	}
	high = binary.LittleEndian.Uint64(b[8:])
	if m := others(high); m != 0 {
		at := uint(bits.TrailingZeros64(m)) &^ 7
		return low, high & (1<<at - 1), int(8 + at/8)
	}
	size = inline
	for classes[b[size]] == within {
		size++
	}
	return low, high, size
}

const (
	ones  = 0x0101010101010101
	highs = 0x8080808080808080
)

// others marks, by the highest bit of each of eight bytes, those that are no
// ASCII letter or digit.
func others(v uint64) uint64 {
	seven := v &^ highs
	lower := seven | 0x20*ones
	letter := (lower + (0x80-'a')*ones) &^ (lower + (0x7F-'z')*ones)
	digit := (seven + (0x80-'0')*ones) &^ (seven + (0x7F-'9')*ones)
	return (^(letter | digit) | v) & highs
}

// wordEnd looks at what follows the run b[i:j]: whether it is a word as it
// stands, which may have a possessive 's behind it, and where to go on.
func wordEnd(b []byte, i, j int) (next int, plain bool) {
	last, after := b[j-1], b[j+1]
	switch b[j] {
	case '\'', '`':
		return apostrophe(b, j, j+1)
	case '-':
		return j, divides(after)
	case '.':
		if j-i == 1 && last > '9' { // U.S.
			return j, false
		}
		return j, last > '9' || classes[after] != high && (after < '0' || after > '9')
	case ',':
		return j, last > '9' || classes[after] != high && (after < '0' || after > '9')
	case '&':
		return j, divides(after)
	case '"':
		return j, true // goes on in Hebrew only
	}
	if classes[b[j]] != high {
		return j, true
	}
	if b[j] == 0xE2 && b[j+1] == 0x80 && b[j+2] == 0x99 { // ’
		return apostrophe(b, j, j+3)
	}
	return j, plainSign(b[j:]) > 0
}

// apostrophe is wordEnd for an apostrophe at b[j:k].
func apostrophe(b []byte, j, k int) (next int, plain bool) {
	c := b[k]
	if c == 's' || c == 'S' {
		return k + 1, divides(b[k+1]) && b[k+1] != '-' // Xi's-led
	}
	return k, divides(c)
}

// divides reports whether a word that may go on does not go on with c.
func divides(c byte) bool { return classes[c] == apart || classes[c] == joint }

// han reports whether b begins with a character of the block CJK Unified
// Ideographs that is a position as it stands: nothing behind it combines with it.
func han(b []byte) bool {
	if b[0] < 0xE4 || b[0] > 0xE9 || b[0] == 0xE4 && b[1] < 0xB8 || b[1]&0xC0 != 0x80 || b[2]&0xC0 != 0x80 {
		return false
	}
	switch after := b[3]; {
	case after < utf8.RuneSelf, after >= 0xE4 && after <= 0xE9, after == 0xE3 && b[4] == 0x81:
		return true // ASCII, more of them, Hiragana up to み
	case after == 0xE3 && b[4] == 0x80:
		return b[5] < 0xAA // CJK punctuation but for the tone marks
	case after == 0xEF:
		return b[4] == 0xBC // the first half of the wide forms of ASCII
	}
	return false
}

// plainSign gives the length of the sign beyond ASCII that b begins with, if it
// is one of the usual ones that only stand between words; else 0. What would
// combine with a sign belongs to no word either.
func plainSign(b []byte) int {
	switch {
	case b[0] == 0xE2 && b[1] == 0x80:
		switch b[2] {
		case 0x93, 0x94, 0x9C, 0x9D: // – — “ ”
			return 3
		}
	case b[0] == 0xC2:
		switch b[1] {
		case 0xA3, 0xA7, 0xAB, 0xBB: // £ § « »
			return 2
		}
	}
	return 0
}

// lookAtCase notes whether b, of which all that is no letter is ASCII or an
// apostrophe, has letters and small ones.
func lookAtCase(b []byte, letters, small *bool) {
	for _, c := range b {
		switch {
		case 'a' <= c && c <= 'z':
			*letters, *small = true, true
			return
		case 'A' <= c && c <= 'Z':
			*letters = true
		}
	}
}

// scanChunk scans s from i to the next ASCII space with the general code, and
// gives where that is.
func (x *Lexicon) scanChunk(dst *Scan, s string, i int, letters, small *bool) int {
	end := i
	for end < len(s) && (s[end] > ' ' || s[end] < '\t') {
		end++
	}
	x.scanChars(dst, s[i:end], int32(i), letters, small)
	return end
}

// scanChars scans s, which is at offset in its field, with the general code.
func (x *Lexicon) scanChars(dst *Scan, s string, offset int32, letters, small *bool) {
	x.chars = x.norm.appendChars(x.chars[:0], s)
	for i := range x.chars {
		x.chars[i].start += offset
		x.chars[i].end += offset
		if !*small {
			x.chars[i].lookAtCase(letters, small)
		}
	}
	for i := 0; ; {
		x.parts, i = nextParts(x.parts[:0], x.chars, i)
		if len(x.parts) == 0 {
			return
		}
		if n := x.most - len(dst.Spots); n < len(x.parts) {
			x.parts, i = x.parts[:n], len(x.chars)
			x.norm.left = 0 // nothing after them is read
		}
		x.appendParts(dst)
	}
}

func (c char) lookAtCase(letters, small *bool) {
	switch {
	case c.kind != letter && c.kind != wide:
	case 'a' <= c.r && c.r <= 'z', c.r >= utf8.RuneSelf && unicode.IsLower(c.r):
		*letters, *small = true, true
	default:
		*letters = true
	}
}

// appendParts appends the spots of a word's parts, and the joined forms of each
// two neighbours and of the whole.
func (x *Lexicon) appendParts(dst *Scan) {
	n, first := len(x.parts), int32(len(dst.Spots))
	for i, p := range x.parts {
		x.key = appendKey(x.key[:0], x.chars, p)
		dst.Spots = append(dst.Spots, Spot{x.chars[p.from].start, x.chars[p.to-1].end, x.numberOf(x.key)})
		if n > 2 && i+1 < n && hasLetter(x.chars, x.parts[i:i+2]) {
			dst.Joins = append(dst.Joins, x.join(i, i+2, first))
		}
		if i == 0 && 1 < n && n <= maxParts && hasLetter(x.chars, x.parts) {
			dst.Joins = append(dst.Joins, x.join(0, n, first))
		}
	}
}

// join gives the joined form of x.parts[from:to]; the first of them all is at
// position first.
func (x *Lexicon) join(from, to int, first int32) Joined {
	x.key = x.key[:0]
	for _, p := range x.parts[from:to] {
		x.key = appendKey(x.key, x.chars, p)
	}
	return Joined{Pos: first + int32(from), Width: int32(to - from), Word: x.numberOf(x.key)}
}

func hasLetter(chars []char, parts []part) bool {
	for _, p := range parts {
		for _, c := range chars[p.from:p.to] {
			if c.kind == letter {
				return true
			}
		}
	}
	return false
}
