package match

import "math/bits"

// An article of one word over and over, and a phrase of that word over and over,
// are a place at each position with a step for each word of the phrase. Where
// places and words are that many, all places take a step at once: as bits of
// positions, which are moved on by one and held against those of the next word.

const (
	// manySteps is from where on that is worth while.
	manySteps = 1 << 14
	// mostSteps bounds the steps for a phrase with joined forms, which cannot be
	// taken at once. There are so many in no text that anybody wrote: what lies
	// behind them is not looked at.
	mostSteps = 1 << 20
)

// findLong appends the places of a phrase of terms in neighbouring positions,
// and reports whether it could.
func (m *matcher) findLong(words phrase, in region) bool {
	terms, plain := words.plainTerms(m.terms[:0])
	m.terms = terms
	if !plain || in == regionPublisher || in == regionAgency {
		return false
	}
	for _, a := range terms {
		if len(m.placesOf(a)) == 0 {
			return true
		}
		if m.met[m.slot[a]].wide {
			return false
		}
	}
	if len(m.placesOf(terms[0]))*len(terms) < manySteps {
		return false
	}
	at := append(m.at[:0], m.bitsOf(terms[0])...)
	within := m.withinParagraphs()
	for _, a := range terms[1:] {
		next, carry := m.bitsOf(a), uint64(0)
		for w := range within {
			moved := at[w]<<1 | carry
			carry = at[w] >> 63
			at[w] = moved & next[w] & within[w]
		}
	}
	m.at = at
	before, limit := int32(len(terms))-1, m.r.limits[in]
	for w, set := range at {
		for ; set != 0; set &= set - 1 {
			last := int32(w*64 + bits.TrailingZeros64(set))
			if last-before < limit {
				m.places = append(m.places, place{last - before, last + 1})
			}
		}
	}
	return true
}

// withinParagraphs gives the positions of the text that begin no paragraph, a
// bit each.
func (m *matcher) withinParagraphs() []uint64 {
	n := int(m.r.limits[regionText])
	out := resized(m.inside, n/64+1)
	clear(out)
	for i := 1; i < n; i++ {
		if m.r.para[i] == m.r.para[i-1] {
			out[i/64] |= 1 << uint(i%64)
		}
	}
	m.inside = out
	return out
}
