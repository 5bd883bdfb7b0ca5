package match

import (
	"sync/atomic"
	"unicode/utf8"
)

// rarity counts how many of some articles had each atom, pairs left out.
type rarity struct {
	sampled atomic.Uint32
	counts  []atomic.Uint32 // by atom
}

// sampleEvery is of how many articles one is counted.
const sampleEvery = 16

// note counts an article with the atoms met.
func (r *rarity) note(met []metAtom) {
	for i := range met {
		if a := met[i].atom; int(a) < len(r.counts) {
			r.counts[a].Add(1)
		}
	}
	r.sampled.Add(1)
}

// estimate gives for every atom how many of 1000 articles have it: from its
// form and from how many queries ask for it, for people ask for what is in the
// news, until enough articles were seen.
func (p *planner) estimate(b *builder) {
	p.cost = append(b.costs(), make([]float32, len(p.pairs))...)
	p.cost[always] = 1e6
	for i, pair := range p.pairs {
		p.cost[p.terms.len()+i] = min(p.cost[pair[0]], p.cost[pair[1]]) / 20
	}
}

// costs is what estimate gives for the atoms that are no pairs.
func (b *builder) costs() []float32 {
	costs := make([]float32, len(b.atoms))
	asked := float32(0)
	for g := range len(b.start) - 1 {
		eachTerm(b.codes[b.start[g]:b.start[g+1]], b.pairs, func(a atom) { costs[a]++; asked++ })
	}
	mean := (asked + 1) / float32(len(b.atoms))
	const weight = 50 // of the guess, in articles
	for i := range b.atoms {
		cost := guess(&b.atoms[i]) * (1 + costs[i]/mean)
		if b.sampled > 0 {
			met := float32(0)
			if i < len(b.met) {
				met = float32(b.met[i])
			}
			cost = (min(cost, 1000)*weight + 1000*met) / (weight + float32(b.sampled))
		}
		costs[i] = cost
	}
	return costs
}

// eachTerm calls yield for the atoms in code, those of pairs one by one.
func eachTerm(code []uint32, pairs [][2]atom, yield func(atom)) {
	switch opOf(code[0]) {
	case opTerm, opFlag:
		yield(argOf(code[0]))
	case opPair:
		p := pairs[argOf(code[0])]
		yield(p[0])
		yield(p[1])
	case opPhrase:
		for rest := phraseOf(code); len(rest) > 0; {
			terms, joined, after := rest.next()
			for _, a := range terms {
				yield(a)
			}
			if joined != always {
				yield(joined)
			}
			rest = after
		}
	case opAnd, opOr:
		eachKid(code, func(kid []uint32) { eachTerm(kid, pairs, yield) })
	case opNear, opBefore, opSame:
		left, right := sidesOf(code)
		eachTerm(left, pairs, yield)
		eachTerm(right, pairs, yield)
	case opNot, opAtLeast, opWithin, opSilent:
		eachTerm(code[1:], pairs, yield)
	}
}

// eachKid calls yield with the kids of an opAnd or opOr.
func eachKid(code []uint32, yield func(kid []uint32)) {
	for rest := code[2:code[1]]; len(rest) > 0; {
		n := sizeOf(rest)
		yield(rest[:n])
		rest = rest[n:]
	}
}

// guess is the share of articles, in thousandths, that have an atom of such a
// form, made after counts over English news.
func guess(k *atomKey) float32 {
	if k.space != inText {
		return 20
	}
	factor := float32(1)
	switch k.kind {
	case site:
		return 10
	case lang:
		return 500
	case capitals:
		return 20
	case prefix:
		factor = 4
	}
	letters := utf8.RuneCountInString(k.folded)
	if letters < len(k.folded) && letters == 1 {
		return factor * 60 // a character of a script without spaces
	}
	byLength := [...]float32{500, 500, 300, 150, 60, 30, 20, 15, 12, 10, 8}
	return factor * byLength[min(letters, len(byLength)-1)]
}
