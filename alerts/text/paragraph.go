package text

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Paragraph is a paragraph of a text: a byte range without the space around it.
type Paragraph struct {
	Start, End int
}

// Paragraphs divides s into its paragraphs, in order. Blank lines divide them
// where there are any; else a line break does only after the end of a sentence
// or around a cross-head, for many wires wrap their lines.
func Paragraphs(s string) []Paragraph { return appendParagraphs(nil, s) }

// AppendParagraphs appends the [Paragraphs] of s to dst.
func AppendParagraphs(dst []Paragraph, s string) []Paragraph { return appendParagraphs(dst, s) }

func appendParagraphs(dst []Paragraph, s string) []Paragraph {
	if at, _ := nextBreak(s, 0); at == len(s) {
		if start, end := trim(s, 0, len(s)); start < end {
			dst = append(dst, Paragraph{start, end})
		}
		return dst
	}
	from := len(dst)
	lines, blank := splitLines(dst, s)
	dst, lines = lines[:from], lines[from:]
	if blank {
		return joinLines(dst, lines, func(int) bool { return false })
	}
	width := wrapWidth(s, lines)
	// Free: before the line stands nothing, the end of a sentence or a
	// cross-head. The first line of wrapped text is short where a dateline was
	// cut from it, and no cross-head.
	free := width > maxWrap
	return joinLines(dst, lines, func(i int) bool {
		if i+1 < len(lines) {
			free = endsSentence(s, lines[i], lines[i+1]) || free && isCrossHead(s, lines[i], lines[i+1], width)
		}
		return free
	})
}

// joinLines makes paragraphs of lines, which end at blank ones and wherever
// divides says so of the line's number; it is asked in order. The lines lie
// behind dst, in its memory, and a paragraph takes the place of a line that is
// no more needed.
func joinLines(dst, lines []Paragraph, divides func(int) bool) []Paragraph {
	open := false
	for i, l := range lines {
		switch {
		case l.Start == l.End:
			open = false
			continue
		case open:
			dst[len(dst)-1].End = l.End
		default:
			dst = append(dst, l)
		}
		open = !divides(i)
	}
	return dst
}

// splitLines appends the lines of s to dst, without the space around them. Blank
// ones between others become one empty line, and blank tells that there was one.
func splitLines(dst []Paragraph, s string) (lines []Paragraph, blank bool) {
	lines = dst
	pending := false
	for i := 0; i < len(s); {
		at, next := nextBreak(s, i)
		start, end := trim(s, i, at)
		if start == end {
			pending = len(lines) > len(dst)
		} else {
			if pending {
				lines = append(lines, Paragraph{i, i})
				blank = true
			}
			lines = append(lines, Paragraph{start, end})
			pending = strings.HasPrefix(s[at:], "\u2029")
		}
		i = next
	}
	return lines, blank
}

// nextBreak finds the line break from byte i on and what follows it; both are
// len(s) if there is none.
func nextBreak(s string, i int) (at, next int) {
	for ; i < len(s); i++ {
		i += printable(s[i:])
		if i == len(s) {
			break
		}
		switch s[i] {
		case '\r':
			if strings.HasPrefix(s[i:], "\r\n") {
				return i, i + 2
			}
			return i, i + 1
		case '\n', '\v', '\f':
			return i, i + 1
		case 0xC2:
			if strings.HasPrefix(s[i:], "\u0085") {
				return i, i + 2
			}
		case 0xE2:
			if strings.HasPrefix(s[i:], "\u2028") || strings.HasPrefix(s[i:], "\u2029") {
				return i, i + 3
			}
		}
	}
	return len(s), len(s)
}

// printable counts, by eights, the bytes that s begins with and that are neither
// control characters nor beyond ASCII.
func printable(s string) int {
	const highest = 0x8080808080808080
	n := 0
	for ; n+8 <= len(s); n += 8 {
		eight := uint64(s[n]) | uint64(s[n+1])<<8 | uint64(s[n+2])<<16 | uint64(s[n+3])<<24 |
			uint64(s[n+4])<<32 | uint64(s[n+5])<<40 | uint64(s[n+6])<<48 | uint64(s[n+7])<<56
		if (eight|(eight-0x2020202020202020))&highest != 0 { // a byte below ' ' borrows
			break
		}
	}
	return n
}

// wrapWidth gives the length in characters of the longest line of several words.
func wrapWidth(s string, lines []Paragraph) int {
	width := 0
	for _, l := range lines {
		if line := s[l.Start:l.End]; strings.IndexByte(line, ' ') >= 0 || hasWide(line) {
			width = max(width, utf8.RuneCountInString(line))
		}
	}
	return width
}

const (
	maxWrap      = 100 // the most characters to which wires wrap their lines
	maxCrossHead = 70  // the most characters of a cross-head
)

// openEnded are small words that a cross-head does not end with.
var openEnded = set(`a an the of to in on at for from by with and or but as its their his her
	is are was were be been has have had will would said says that which who than`)

// isCrossHead reports whether a line that does not end a sentence, but follows
// the end of one, is a cross-head rather than the beginning of wrapped text.
// A line that was wrapped is so long that the first word of the next did not
// fit; and after a cross-head a sentence begins.
func isCrossHead(s string, l, next Paragraph, width int) bool {
	line := s[l.Start:l.End]
	if last, _ := utf8.DecodeLastRuneInString(line); strings.ContainsRune(",;-–—、，；", last) {
		return false
	}
	if openEnded[line[strings.LastIndexByte(line, ' ')+1:]] {
		return false
	}
	if first := opening(line); first == utf8.RuneError || unicode.IsLower(first) {
		return false
	}
	if unicode.IsLower(opening(s[next.Start:next.End])) {
		return false
	}
	n := utf8.RuneCountInString(line)
	const margin = 3 // wires that wrap by hand are not exact
	return n <= maxCrossHead && n+1+firstWord(s[next.Start:next.End])+margin <= width
}

// opening gives the first character of s after quotes, brackets and the like;
// RuneError if there is none.
func opening(s string) rune {
	for _, r := range s {
		if !isOpener(r) && !unicode.IsSpace(r) {
			return r
		}
	}
	return utf8.RuneError
}

// firstWord gives the number of characters of s that a wrap keeps together.
func firstWord(s string) int {
	n := 0
	for _, r := range s {
		if unicode.IsSpace(r) {
			break
		}
		n++
		if kindOf(r) == wide {
			break
		}
	}
	return n
}

func hasWide(s string) bool {
	for _, r := range s {
		if r >= utf8.RuneSelf && kindOf(r) == wide {
			return true
		}
	}
	return false
}

// trim narrows s[start:end] to what has no space at its ends.
func trim(s string, start, end int) (int, int) {
	for start < end {
		r, n := utf8.DecodeRuneInString(s[start:end])
		if !unicode.IsSpace(r) {
			break
		}
		start += n
	}
	for start < end {
		r, n := utf8.DecodeLastRuneInString(s[start:end])
		if !unicode.IsSpace(r) {
			break
		}
		end -= n
	}
	return start, end
}
