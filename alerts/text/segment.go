package text

import "unicode/utf8"

// part is a word, or a part of a hyphenated one, in a sequence of characters.
type part struct {
	from, to int  // its characters, apostrophes, points and all
	next     int  // the character after it and after a possessive 's
	pointed  bool // single letters with points: U.S.
}

// maxParts is the most parts that a hyphenated word can have and still get a
// joined form.
const maxParts = 8

// iotaSubscript is a mark that becomes a letter where case is folded, and stands
// below letters of Greek only.
const iotaSubscript = 0x0345

// nextParts finds the next word from chars[i] on: its parts, or one character
// of a script without spaces as one part. It gives the character after it; no
// parts mean that there is no further word.
func nextParts(dst []part, chars []char, i int) (parts []part, next int) {
	for ; i < len(chars); i++ {
		switch chars[i].kind {
		case letter, digit:
			return compound(dst, chars, i)
		case wide:
			j := i + 1
			for j < len(chars) && chars[j].kind == mark && chars[j].r != iotaSubscript {
				j++
			}
			return append(dst, part{from: i, to: j, next: j}), j
		}
	}
	return dst, i
}

// compound finds the word that begins at chars[i], a letter or digit: its
// parts are those between hyphens. It gives the character after it.
func compound(dst []part, chars []char, i int) ([]part, int) {
	for {
		p := scanPart(chars, i)
		dst = append(dst, p)
		if p.next+1 >= len(chars) || chars[p.next].kind != hyphen || !isWord(chars, p.next+1) {
			return dst, p.next
		}
		i = p.next + 1
	}
}

// scanPart reads one part from chars[i], a letter or digit. Elided articles
// at its beginning and a possessive 's at its end are left out.
func scanPart(chars []char, i int) part {
	if p, ok := scanPointed(chars, i); ok {
		return p
	}
	j := i
	for {
		for j < len(chars) && (chars[j].kind == letter || chars[j].kind == digit || chars[j].kind == mark) {
			j++
		}
		switch {
		case j == len(chars) || !goesOn(chars, j):
			return part{from: i, to: j, next: j}
		case chars[j].kind != apos:
			j++
		case isPossessive(chars, j):
			return part{from: i, to: j, next: j + 2}
		case isElided(chars[i:j]):
			i = j + 1
			if p, ok := scanPointed(chars, i); ok {
				return p
			}
			j = i
		default:
			j++
		}
	}
}

// goesOn reports whether the word goes on after the sign chars[j], which
// follows one of its characters.
func goesOn(chars []char, j int) bool {
	if j+1 >= len(chars) {
		return false
	}
	before, next := chars[j-1], chars[j+1]
	switch chars[j].kind {
	case apos, ampersand:
		return before.kind != digit && next.kind == letter || chars[j].kind == apos && isPossessive(chars, j)
	case point, comma:
		// A comma of full width separates unless the digits are wide as well.
		return before.kind == digit && next.kind == digit &&
			(chars[j].width() < 3 || before.width() >= 3 && next.width() >= 3)
	case quote:
		return isHebrew(before.r) && isHebrew(next.r)
	}
	return false
}

// isPossessive reports whether chars[j] begins an 's that ends a word.
func isPossessive(chars []char, j int) bool {
	return j+1 < len(chars) && (chars[j+1].r == 's' || chars[j+1].r == 'S') &&
		(j+2 == len(chars) || !isWord(chars, j+2) && chars[j+2].kind != mark)
}

// scanPointed reads single letters that points divide, at least two: U.S.
func scanPointed(chars []char, i int) (part, bool) {
	j, letters := i, 0
	for j < len(chars) && chars[j].kind == letter {
		if j+1 < len(chars) && (isWord(chars, j+1) || chars[j+1].kind == mark) {
			break // the beginning of a longer word
		}
		letters++
		j++
		if j == len(chars) || chars[j].kind != point {
			break
		}
		j++
	}
	// What stands before the break is the acronym; its last point is part of it.
	if letters < 2 {
		return part{}, false
	}
	p := part{from: i, to: j, next: j, pointed: true}
	if j < len(chars) && chars[j].kind == apos && isPossessive(chars, j) {
		p.next = j + 2
	}
	return p, true
}

func isWord(chars []char, i int) bool {
	return chars[i].kind == letter || chars[i].kind == digit
}

func isHebrew(r rune) bool { return 0x05D0 <= r && r <= 0x05EA }

// isElided reports whether the characters before an apostrophe are an article,
// preposition or pronoun that lost its vowel, as French, Italian and Catalan
// write them.
func isElided(chars []char) bool {
	if len(chars) > 7 {
		return false
	}
	var b [7]byte
	for i, c := range chars {
		if c.r >= 0x80 {
			return false
		}
		b[i] = byte(c.r) | 0x20
	}
	switch string(b[:len(chars)]) {
	case "l", "d", "c", "j", "m", "n", "s", "t", "qu", "jusqu", "lorsqu", "puisqu", "quoiqu",
		"un", "gl", "dell", "all", "dall", "nell", "sull", "coll", "quest", "quell", "degl", "agl":
		return true
	}
	return false
}

// appendKey appends the letters of p as they were written, without points and
// quotes and with one kind of apostrophe.
func appendKey(dst []byte, chars []char, p part) []byte {
	for _, c := range chars[p.from:p.to] {
		switch {
		case c.kind == apos:
			dst = append(dst, '\'')
		case c.kind == quote || p.pointed && c.kind == point:
		default:
			dst = utf8.AppendRune(dst, c.r)
		}
	}
	return dst
}
