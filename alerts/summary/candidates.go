package summary

import (
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
	order      int // among the candidates
}

func (c candidate) size() int { return c.end - c.start }

// candidates are the sentences of the story: the body without boilerplate.
func candidates(title, body string) []candidate {
	paragraphs := text.Paragraphs(body)
	sentences := text.Sentences(body)
	prose := false // else the text is written without full stops
	for _, p := range paragraphs {
		prose = prose || endsSentence(body[p.Start:p.End])
	}
	var out []candidate
	for i, p := range paragraphs {
		own := sentences
		for len(own) > 0 && own[0].Para == i {
			own = own[1:]
		}
		own, sentences = sentences[:len(sentences)-len(own)], own
		par := body[p.Start:p.End]
		line := len(par) < lineLength
		if line && len(out) > 0 && (tail.MatchString(par) || endMark.MatchString(par)) {
			break
		}
		if line && (prose && isHeading(par) || isLabel(par, par, strings.ToLower(par))) {
			continue
		}
		begin := p.Start + dateline(par, len(out) == 0)
		if same(body[begin:p.End], title) {
			continue
		}
		for _, s := range own {
			if s.End <= begin {
				continue // a part of the dateline
			}
			c := candidate{start: max(s.Start, begin), end: s.End, order: len(out)}
			if s.Start > begin {
				c.start += dateline(body[c.start:c.end], false) // paragraphs were lost on the way
			}
			c.start += bullet(body[c.start:c.end])
			if isBoilerplate(body[c.start:c.end]) {
				continue
			}
			if out = append(out, c); len(out) == maxCandidates {
				return substantial(body, out)
			}
		}
	}
	return substantial(body, out)
}

// same reports whether s is the title again.
func same(s, title string) bool {
	return len(s) <= 2*len(title)+16 && strings.EqualFold(strings.Join(strings.Fields(s), " "), strings.Join(strings.Fields(title), " "))
}

// bullet gives the length of the list mark that s begins with.
func bullet(s string) int {
	r, n := utf8.DecodeRuneInString(s)
	if !strings.ContainsRune("•·▪►●■*-–—", r) {
		return 0
	}
	rest := strings.TrimLeftFunc(s[n:], unicode.IsSpace)
	if len(rest) == len(s)-n {
		return 0
	}
	return len(s) - len(rest)
}

// substantial leaves out sentences of one to three words, unless there are no
// others.
func substantial(body string, in []candidate) []candidate {
	var out []candidate
	for _, c := range in {
		s := body[c.start:c.end]
		if strings.Count(s, " ") >= 3 || len(strings.Fields(s)) > 3 || strings.ContainsFunc(s, spaceless) && len(s) > 18 {
			c.order = len(out)
			out = append(out, c)
		}
	}
	if len(out) > 0 {
		return out
	}
	for _, c := range in {
		if strings.ContainsFunc(body[c.start:c.end], unicode.IsLetter) {
			c.order = len(out)
			out = append(out, c)
		}
	}
	return out
}
