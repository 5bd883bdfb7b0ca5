package summary

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/bellwether/bellwether/alerts/text"
)

// maxCandidates bounds the work on long texts; what comes later is no news.
const maxCandidates = 200

// candidate is a sentence of the body that may stand in a summary.
type candidate struct {
	start, end int // bytes in the body
	order      int // among the candidates, from 0
}

func (c candidate) size() int { return c.end - c.start }

// candidates are the sentences of the story: the body without boilerplate.
func candidates(title, body string) []candidate {
	paragraphs, sentences := text.Paragraphs(body), text.Sentences(body)
	prose := slices.ContainsFunc(paragraphs, func(p text.Paragraph) bool { return endsSentence(body[p.Start:p.End]) })
	var out []candidate
	for i, p := range paragraphs {
		n := 0
		for n < len(sentences) && sentences[n].Para == i {
			n++
		}
		par := body[p.Start:p.End]
		if len(out) > 0 && endsStory(par) || len(out) >= maxCandidates {
			break
		}
		if !isLine(par, prose) {
			out = appendStory(out, title, body, p, sentences[:n])
		}
		sentences = sentences[n:]
	}
	return substantial(body, out[:min(len(out), maxCandidates)])
}

// appendStory appends what is left of a paragraph and its sentences without
// datelines, boilerplate and the title.
func appendStory(out []candidate, title, body string, p text.Paragraph, sentences []text.Sentence) []candidate {
	begin := p.Start + dateline(body[p.Start:p.End], len(out) == 0)
	if same(body[begin:p.End], title) {
		return out // here, because a title may be several sentences
	}
	for _, s := range sentences {
		if s.End <= begin {
			continue // a part of the dateline
		}
		c := candidate{start: max(s.Start, begin), end: s.End}
		if s.Start > begin {
			c.start += dateline(body[c.start:c.end], len(out) == 0) // paragraphs were lost on the way
		}
		c.start += bullet(body[c.start:c.end])
		if own := body[c.start:c.end]; !isBoilerplate(own) && !same(own, title) {
			out = append(out, c)
		}
	}
	return out
}

// same reports whether s is the title again, full stop and white space aside.
func same(s, title string) bool {
	if len(s) > 2*len(title)+16 {
		return false // most sentences
	}
	bare := func(s string) string { return strings.TrimRight(strings.Join(strings.Fields(s), " "), ".。") }
	return strings.EqualFold(bare(s), bare(title))
}

// bullet gives the length of the list mark that s begins with.
func bullet(s string) int {
	r, n := utf8.DecodeRuneInString(s)
	if !strings.ContainsRune("•·▪►●■*-–—>", r) {
		return 0
	}
	rest := strings.TrimLeftFunc(s[n:], unicode.IsSpace)
	if len(rest) == len(s)-n {
		return 0
	}
	return len(s) - len(rest)
}

// substantial leaves out sentences of one to three words, unless there are no
// others, and numbers the rest.
func substantial(body string, in []candidate) []candidate {
	out := slices.DeleteFunc(slices.Clone(in), func(c candidate) bool {
		s := body[c.start:c.end]
		return len(strings.Fields(s)) <= 3 && (len(s) <= 18 || !strings.ContainsFunc(s, spaceless))
	})
	if len(out) == 0 {
		out = slices.DeleteFunc(in, func(c candidate) bool { return !strings.ContainsFunc(body[c.start:c.end], unicode.IsLetter) })
	}
	for i := range out {
		out[i].order = i
	}
	return out
}
