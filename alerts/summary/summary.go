// Package summary makes short extractive summaries of articles: a few of their
// own sentences, with the words that a query hit marked in them.
//
// Nothing is rewritten. What is not part of the story (datelines, distributor
// lines, cross-heads, credits, links, contacts, prompts) is never in a summary.
package summary

import (
	"cmp"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/bellwether/bellwether/alerts"
)

// Result is a summary, in the form that [alerts.Alert] has it.
type Result struct {
	// Sentences of the body, in its order, each whole and as it stands there
	// but for white space: a run of it is one space, or nothing where a line
	// break divides characters that are written without spaces.
	Sentences []string
	// Highlights are the spans within Sentences, by sentence and start.
	Highlights []alerts.Highlight
}

// enough is the length in bytes of two sentences that need no third.
const enough = 500

// Summarizer makes summaries of one article, of which it does once what is the
// same for all. It is safe for concurrent use.
type Summarizer struct {
	article   alerts.Article
	sentences []candidate
	model     func() model // of sentences; it wants one at least
}

// New makes a Summarizer of a. Together with the first summary it takes time in
// proportion to the body's length.
func New(a alerts.Article) *Summarizer {
	s := &Summarizer{article: a, sentences: candidates(a.Title, a.Body)}
	s.model = sync.OnceValue(func() model { return newModel(a, s.sentences) })
	return s
}

// Summarize is [Summarizer.Summarize] for a single summary of a.
func Summarize(a alerts.Article, spans []alerts.Span, n int) Result {
	return New(a).Summarize(spans, n)
}

// Summarize chooses at most n sentences of the body; with n < 1 two or three.
// It prefers the lead, sentences with spans (those of the body; they may come
// in any order), and sentences that say much of what the article says, and
// leaves out what repeats a chosen one. A body that holds no sentence of a
// story gives none. It takes time in proportion to n and to the length of the
// sentences, of which it looks at 200.
func (z *Summarizer) Summarize(spans []alerts.Span, n int) Result {
	want := n
	if n < 1 {
		want = 3
	}
	chosen := z.choose(spans, want)
	if n < 1 && len(chosen) == 3 && chosen[0].size()+chosen[1].size() > enough {
		chosen = chosen[:2]
	}
	slices.SortFunc(chosen, func(x, y candidate) int { return cmp.Compare(x.start, y.start) })

	var out Result
	for i, c := range chosen {
		s, marks := fold(z.article.Body, c.start, c.end, spans)
		out.Sentences = append(out.Sentences, s)
		for _, m := range marks {
			out.Highlights = append(out.Highlights, alerts.Highlight{Sentence: i, Start: m.start, End: m.end})
		}
	}
	return out
}

// extent is a stretch of bytes, end excluded.
type extent struct{ start, end int }

// fold gives body[start:end] with its white space folded, and where the spans
// of the body lie in it.
func fold(body string, start, end int, spans []alerts.Span) (string, []extent) {
	src := body[start:end]
	var b strings.Builder
	b.Grow(len(src))
	moved := make([]int, len(src)+1) // where each byte of src went
	var last rune
	for i := 0; i < len(src); {
		r, n := utf8.DecodeRuneInString(src[i:])
		for j := i; j < i+n; j++ {
			moved[j] = b.Len()
		}
		if !unicode.IsSpace(r) {
			b.WriteString(src[i : i+n])
			last, i = r, i+n
			continue
		}
		rest := strings.TrimLeftFunc(src[i:], unicode.IsSpace)
		gap := src[i : len(src)-len(rest)]
		for j := range gap {
			moved[i+j] = b.Len()
		}
		next, _ := utf8.DecodeRuneInString(rest)
		if !strings.Contains(gap, "\n") || !spaceless(last) || !spaceless(next) {
			b.WriteByte(' ')
		}
		i += len(gap)
	}
	moved[len(src)] = b.Len()

	var marks []extent
	for _, s := range spans {
		if s.Field != alerts.Body || s.End <= start || s.Start >= end {
			continue
		}
		m := extent{moved[max(s.Start-start, 0)], moved[min(s.End, end)-start]}
		if m.start < m.end {
			marks = append(marks, m)
		}
	}
	return b.String(), merge(marks)
}

// merge sorts extents and joins those that touch or overlap.
func merge(in []extent) []extent {
	slices.SortFunc(in, func(x, y extent) int { return cmp.Or(cmp.Compare(x.start, y.start), cmp.Compare(x.end, y.end)) })
	out := in[:0]
	for _, e := range in {
		if n := len(out); n > 0 && e.start <= out[n-1].end {
			out[n-1].end = max(out[n-1].end, e.end)
			continue
		}
		out = append(out, e)
	}
	return out
}

// spaceless reports whether r belongs to a script that wraps lines anywhere.
func spaceless(r rune) bool {
	if r < 0x0e00 { // where Thai begins
		return false
	}
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai) || r >= 0x3001 && r <= 0x303f || r >= 0xff01 && r <= 0xff60
}
