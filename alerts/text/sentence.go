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

// Sentence is a sentence of a text: a byte range without the space around it,
// and the number of its paragraph.
type Sentence struct {
	Start, End int
	Para       int
}

// Paragraphs divides s into its paragraphs, in order.
func Paragraphs(s string) []Paragraph {
	var out []Paragraph
	sep := "\n"
	if strings.Contains(s, "\n\n") {
		sep = "\n\n"
	}
	at := 0
	for part := range strings.SplitSeq(s, sep) {
		if start, end := trim(s, at, at+len(part)); start < end {
			out = append(out, Paragraph{Start: start, End: end})
		}
		at += len(part) + len(sep)
	}
	return out
}

// Sentences divides s into its sentences, in order.
func Sentences(s string) []Sentence {
	var out []Sentence
	for i, p := range Paragraphs(s) {
		at := p.Start
		for j := p.Start; j < p.End; j++ {
			if s[j] == '.' && j+1 < p.End && s[j+1] == ' ' {
				out = append(out, Sentence{Start: at, End: j + 1, Para: i})
				at = j + 2
			}
		}
		if at < p.End {
			out = append(out, Sentence{Start: at, End: p.End, Para: i})
		}
	}
	return out
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
