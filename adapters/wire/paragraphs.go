package wire

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// wrapWidth is the longest line, in characters, of a text whose lines are
// wrapped. Where one is longer, each line is a paragraph.
const wrapWidth = 120

var bullet = regexp.MustCompile(`^ *(?:[-*•●▪◦‣·]|–|\(?\d{1,2}[.)]) +\S`)

// paragraphs divides a body and unwraps its lines. Blank lines divide; where
// there are none, an indented line among others that are not begins a
// paragraph; else a line break divides after the end of a sentence and around
// a cross-head.
func paragraphs(list []string) []string {
	list = dropEnds(dropBlank(list))
	longest, blank, indented, flush := 0, false, 0, 0
	for _, l := range list {
		longest = max(longest, utf8.RuneCountInString(l))
		switch {
		case l == "":
			blank = true
		case bullet.MatchString(l):
		case strings.HasPrefix(l, "  "):
			indented++
		default:
			flush++
		}
	}
	var divides func(i int) bool
	switch {
	case blank:
		divides = func(i int) bool { return bullet.MatchString(list[i]) }
	case longest > wrapWidth:
		divides = func(int) bool { return true }
	case indented > 0 && flush > indented:
		divides = func(i int) bool { return strings.HasPrefix(list[i], "  ") }
	default:
		divides = func(i int) bool {
			return endsSentence(list[i-1]) || bullet.MatchString(list[i]) ||
				headBetween(list, i, longest) || i > 1 && headBetween(list, i-1, longest)
		}
	}
	var out []string
	open := false // the last paragraph goes on
	for i, l := range list {
		text := strings.Join(strings.Fields(l), " ")
		switch {
		case text == "":
			open = false
		case open && !divides(i):
			out[len(out)-1] = join(out[len(out)-1], text)
		default:
			out = append(out, text)
			open = true
		}
	}
	return out
}

// headBetween tells whether line i of a wrapped text without blank lines is a
// cross-head: after the end of a sentence, broken off before it was full, and
// before a line that begins as a sentence does.
func headBetween(list []string, i, longest int) bool {
	if i+1 >= len(list) || !endsSentence(list[i-1]) || !isCrossHead(list[i]) {
		return false
	}
	next := strings.TrimSpace(list[i+1])
	first, _ := utf8.DecodeRuneInString(next)
	return !unicode.IsLower(first) && brokenOff(list[i], next, longest)
}

// brokenOff tells whether line l ended for another reason than the width of
// its text: it is clearly short, or the next line's first word had room in it.
func brokenOff(l, next string, longest int) bool {
	const ragged = 5 // characters by which lines may differ that were wrapped alike
	word, _, _ := strings.Cut(next, " ")
	n := utf8.RuneCountInString(l)
	return n < longest*3/4 || n+1+utf8.RuneCountInString(word)+ragged <= longest
}

// join puts a wrapped line behind the one before: without a space after a
// hyphen, which wires break at but never add, and between characters of
// writing that has no spaces.
func join(a, b string) string {
	last, n := utf8.DecodeLastRuneInString(a)
	before, _ := utf8.DecodeLastRuneInString(a[:len(a)-n])
	first, _ := utf8.DecodeRuneInString(b)
	if last == '-' && unicode.IsLetter(before) && unicode.IsLetter(first) || spaceless(last) && spaceless(first) {
		return a + b
	}
	return a + " " + b
}

// spaceless is a character of Chinese or Japanese, or of their punctuation.
func spaceless(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana) || r >= 0x3000 && r <= 0x303F || r >= 0xFF00 && r <= 0xFFEF
}
