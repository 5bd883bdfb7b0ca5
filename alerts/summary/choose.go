package summary

import (
	"math"
	"slices"
	"strings"

	"github.com/bellwether/bellwether/alerts"
)

// The weights of a sentence's merits, which are numbers from 0 to 1. They were
// chosen so that no collection of corpus_test.go does worse than its lead.
const (
	weightPosition   = 1.3
	weightCentrality = 0.6
	weightTitle      = 0.4
	weightMatch      = 2.0
	weightRepetition = 0.8 // speaks against it
)

// choose takes up to n sentences, the best first: each time the one whose
// merits, less its likeness to those taken before, are highest (maximal
// marginal relevance, Carbonell and Goldstein 1998).
func (z *Summarizer) choose(spans []alerts.Span, n int) []candidate {
	cands, body := z.sentences, z.article.Body
	if len(cands) <= 1 || n < 1 {
		return cands[:min(len(cands), max(n, 0))]
	}
	m := z.model()
	hits, all := matches(body, cands, spans)
	merit := make([]float64, len(cands))
	for i, c := range cands {
		merit[i] = weightPosition*position(c) + weightCentrality*m.centrality(i) + weightTitle*m.title(i) - brevity(m.words[i]) - dangling(body[c.start:c.end])
	}
	covered := map[string]bool{}
	alike := make([]float64, len(cands)) // the greatest likeness to a chosen one
	var chosen []candidate
	for taken := make([]bool, len(cands)); len(chosen) < n; {
		best, top := -1, math.Inf(-1)
		for i := range cands {
			if taken[i] || alike[i] > 0.9 {
				continue // chosen, or a copy of one
			}
			score := merit[i] - weightRepetition*alike[i] + weightMatch*gain(hits[i], covered, all)
			if score > top {
				best, top = i, score
			}
		}
		if best < 0 {
			break
		}
		taken[best] = true
		chosen = append(chosen, cands[best])
		for _, h := range hits[best] {
			covered[h] = true
		}
		for i := range cands {
			alike[i] = max(alike[i], m.likeness(i, best))
		}
	}
	return chosen
}

// position falls from 1 for the lead to 0.
func position(c candidate) float64 {
	return 1 / (1 + 0.3*float64(c.order))
}

// brevity speaks against sentences that are too short to say something.
func brevity(words int) float64 {
	return 0.05 * float64(max(8-words, 0))
}

// dangling speaks against sentences that announce a list, which a summary does
// not have.
func dangling(s string) float64 {
	if strings.HasSuffix(s, ":") || strings.HasSuffix(s, "：") {
		return 0.5
	}
	return 0
}

// matches gives the texts of the spans in each candidate, in lower case, and
// the number of different ones.
func matches(body string, cands []candidate, spans []alerts.Span) (hits [][]string, all int) {
	hits = make([][]string, len(cands))
	seen := map[string]bool{}
	for _, s := range spans {
		if s.Field != alerts.Body {
			continue
		}
		i, _ := slices.BinarySearchFunc(cands, s.Start, func(c candidate, at int) int { return c.end - at - 1 })
		for ; i < len(cands) && cands[i].start < s.End; i++ {
			t := strings.ToLower(body[s.Start:s.End])
			hits[i] = append(hits[i], t)
			seen[t] = true
		}
	}
	return hits, len(seen)
}

// gain is how much of what was hit a sentence adds to what is covered: half
// for adding anything, half by its share of all.
func gain(hits []string, covered map[string]bool, all int) float64 {
	fresh := map[string]bool{}
	for _, h := range hits {
		if !covered[h] {
			fresh[h] = true
		}
	}
	if len(fresh) == 0 {
		return 0
	}
	return 0.5 + 0.5*float64(len(fresh))/float64(all)
}
