package text

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Sentence is a sentence of a text: a byte range without the space around it,
// and the number of its paragraph.
type Sentence struct {
	Start, End int
	Para       int
}

// Sentences divides s into its sentences, in order. Together they hold all of
// s but the space between them. Stops of abbreviations, initials, numbers and
// acronyms do not end a sentence, unless what follows can only begin one.
func Sentences(s string) []Sentence { return appendSentences(nil, s, Paragraphs(s)) }

// AppendSentences appends the [Sentences] of s to dst; paras are its paragraphs.
func AppendSentences(dst []Sentence, s string, paras []Paragraph) []Sentence {
	return appendSentences(dst, s, paras)
}

func appendSentences(dst []Sentence, s string, paras []Paragraph) []Sentence {
	for n, p := range paras {
		from := p.Start
		for i := p.Start; i < p.End; {
			if !mayStop[s[i]] {
				i++
				continue
			}
			end, next, ok := sentenceEnd(s, from, i, p.End)
			if ok && next < p.End {
				dst = append(dst, Sentence{Start: from, End: end, Para: n})
				from = next
			}
			i = next
		}
		dst = append(dst, Sentence{Start: from, End: p.End, Para: n})
	}
	return dst
}

// endsSentence reports whether the line l ends a sentence when next follows.
func endsSentence(s string, l, next Paragraph) bool {
	i := l.End
	for i > l.Start {
		r, n := utf8.DecodeLastRuneInString(s[l.Start:i])
		if !isCloser(r) {
			break
		}
		i -= n
	}
	stop := i
	for i > l.Start {
		r, n := utf8.DecodeLastRuneInString(s[l.Start:i])
		if stopOf(r) == noStop {
			break
		}
		i -= n
	}
	if i == stop {
		return false
	}
	_, _, ok := sentenceEnd(s, l.Start, i, next.End)
	return ok
}

// stop is how much a character does to end a sentence.
type stop uint8

const (
	noStop   stop = iota
	fullStop      // a point, which may belong to an abbreviation
	ellipsis
	strongStop // what ends a sentence where space follows
	wideStop   // what ends a sentence even without space
)

func stopOf(r rune) stop {
	switch r {
	case '.':
		return fullStop
	case '…':
		return ellipsis
	case '!', '?', '‼', '⁇', '⁈', '⁉', '؟', '۔', '।', '॥', '։', '።', '។', '။':
		return strongStop
	case '。', '！', '？', '｡':
		return wideStop
	}
	return noStop
}

// mayStop marks the bytes that a stop can begin with.
var mayStop = func() (t [256]bool) {
	for _, r := range ".!?…‼⁇⁈⁉؟۔।॥։።។။。！？｡" {
		t[string(r)[0]] = true
	}
	return t
}()

// sentenceEnd looks at a possible stop at s[i], in a sentence that began at
// from and a paragraph that ends at to. End is the end of the sentence, closing
// quotes and brackets included, and next where the one after it begins; if no
// sentence ends here, next is where to look on.
func sentenceEnd(s string, from, i, to int) (end, next int, ok bool) {
	kind, j := noStop, i
	for j < to {
		r, n := utf8.DecodeRuneInString(s[j:to])
		k := stopOf(r)
		if k == noStop {
			break
		}
		if k == fullStop && kind == fullStop {
			k = ellipsis
		}
		kind = max(kind, k)
		j += n
	}
	if kind == noStop {
		_, n := utf8.DecodeRuneInString(s[i:to])
		return 0, i + n, false
	}
	end = skipClosers(s, j, to, kind == wideStop)
	next = skipSpace(s, end, to)
	switch {
	case next == to || kind == wideStop:
		return end, next, true
	case next == end:
		return 0, end, false // no space: a number, an address, an acronym
	}
	rest := s[next:to]
	if r := opening(rest); unicode.IsLower(r) {
		return 0, next, false
	}
	if kind == fullStop && !endsWithPoint(s, from, i, rest) {
		return 0, next, false
	}
	return end, next, true
}

// skipClosers gives the place after the quotes and brackets that close at i.
// French puts a space before its guillemet, German closes with the mark that
// opens in Chinese (wide).
func skipClosers(s string, i, to int, wide bool) int {
	for i < to {
		r, n := utf8.DecodeRuneInString(s[i:to])
		if isCloser(r) && (!wide || r != '“') {
			i += n
			continue
		}
		if unicode.IsSpace(r) && strings.HasPrefix(s[i+n:to], "»") {
			i += n + len("»")
			continue
		}
		break
	}
	return i
}

func skipSpace(s string, i, to int) int {
	start, _ := trim(s, i, to)
	return start
}

// isCloser reports whether r may stand between a stop and the space behind it.
// What is not seen does not matter: a mark of direction, say.
func isCloser(r rune) bool {
	return strings.ContainsRune("\"'”’“»›)]}」』）】》〉＂", r) || kindOf(r) == ignored
}

// isOpener reports whether r may stand before the first letter of a sentence.
func isOpener(r rune) bool {
	return strings.ContainsRune("\"'“‘„«‹([{「『（【《〈—–-•·*", r) || kindOf(r) == ignored
}
