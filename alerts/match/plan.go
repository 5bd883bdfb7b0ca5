package match

import (
	"cmp"
	"slices"
)

// A probe is a reason to try a group: its query can hold only in an article
// with the atom that the probe is posted under, and that has what the probe
// needs.
type probe struct {
	needs [2]need
	group uint32 // with several, if the group has more probes than this one
}

// need is an atom that must be present, or, with absent, must not be. Always is
// no need at all.
type need = uint32

const (
	absent  need   = 1 << 31
	several uint32 = 1 << 31
)

// anchor is an atom to post a probe under. A query that can hold has, for at
// least one of its anchors, the atom and what it needs. If the anchor is certain
// it holds then.
type anchor struct {
	at      atom
	needs   [2]need
	certain bool
}

// planner finds the anchors of compiled queries.
type planner struct {
	terms   *terms
	pairs   [][2]atom
	paired  map[[2]atom]uint32
	cost    []float32 // by atom
	anchors []anchor
	cuts    []uint32          // by group: where its anchors begin, and one more
	numbers map[string]uint32 // of derived atoms, by their sets
	sets    [][]atom          // of derived atoms
}

// plan appends the anchors of a query, and gives the first one's atom.
func (p *planner) plan(code []uint32) atom {
	some := p.certain(code)
	if some == nil {
		some, _ = p.find(code)
		p.derive(code, some)
	}
	if len(some) == 0 {
		return 1<<32 - 1
	}
	first := slices.MinFunc(some, func(a, b anchor) int { return cmp.Compare(a.at, b.at) })
	p.anchors = append(p.anchors, some...)
	return first.at
}

// isCertain reports whether a group hits without being looked at.
func (p *planner) isCertain(g uint32) bool {
	return p.cuts[g] < p.cuts[g+1] && p.anchors[p.cuts[g]].certain
}

// simple gives the atom of which the presence is all that code asks for.
func (p *planner) simple(code []uint32) (atom, bool) {
	switch opOf(code[0]) {
	case opTerm, opFlag:
		return argOf(code[0]), true
	case opPair:
		return uint32(p.terms.len()) + argOf(code[0]), true
	case opSilent:
		if opOf(code[1]) == opTerm {
			return argOf(code[1]), true
		}
	}
	return always, false
}

// certain gives anchors for queries of up to three simple parts, which are
// nearly all: nothing of them is to be looked at but the presence of atoms. Nil
// for others.
func (p *planner) certain(code []uint32) []anchor {
	if a, ok := p.simple(code); ok {
		return []anchor{{at: a, certain: true}}
	}
	if o := opOf(code[0]); o != opAnd && o != opOr || argOf(code[0]) > 3 {
		return nil
	}
	parts := make([]need, 0, 3)
	plain := true
	eachKid(code, func(kid []uint32) {
		not := need(0)
		if opOf(kid[0]) == opNot && opOf(code[0]) == opAnd {
			kid, not = kid[1:], absent
		}
		a, ok := p.simple(kid)
		plain = plain && ok
		parts = append(parts, a|not)
	})
	if !plain {
		return nil
	}
	if opOf(code[0]) == opAnd {
		return p.certainAnd(parts)
	}
	// An OR is posted under each of its parts; that it is found only once is
	// because the later ones need the earlier ones to be absent.
	slices.SortFunc(parts, p.compare)
	out := make([]anchor, len(parts))
	for i, part := range parts {
		out[i] = anchor{at: part, certain: true}
		for n, before := range parts[:i] {
			out[i].needs[n] = before | absent
		}
	}
	return out
}

// certainAnd posts an AND under its rarest part that is not to be absent.
func (p *planner) certainAnd(parts []need) []anchor {
	best := -1
	for i, part := range parts {
		if part&absent == 0 && (best < 0 || p.compare(part, parts[best]) < 0) {
			best = i
		}
	}
	if best < 0 {
		return nil
	}
	out := anchor{at: parts[best], certain: true}
	n := 0
	for i, part := range parts {
		if i != best {
			out.needs[n] = part
			n++
		}
	}
	return []anchor{out}
}

// find gives anchors for a tree, and the sum of their costs.
func (p *planner) find(code []uint32) ([]anchor, float32) {
	if a, ok := p.simple(code); ok {
		return []anchor{{at: a}}, p.cost[a]
	}
	switch opOf(code[0]) {
	case opPhrase:
		return p.ofPhrase(phraseOf(code))
	case opAnd:
		var kids [][]uint32
		eachKid(code, func(kid []uint32) { kids = append(kids, kid) })
		return p.cheapest(kids)
	case opNear, opBefore, opSame:
		left, right := sidesOf(code)
		return p.cheapest([][]uint32{left, right})
	case opOr:
		var all []anchor
		var sum float32
		eachKid(code, func(kid []uint32) {
			some, cost := p.find(kid)
			all, sum = append(all, some...), sum+cost
		})
		return unique(all), sum
	case opAtLeast, opWithin, opSilent:
		return p.find(code[1:])
	case opNever:
		return nil, 0
	default: // opNot
		return []anchor{{at: always}}, p.cost[always]
	}
}

// unique keeps one anchor per atom; where they need different atoms besides,
// it needs none.
func unique(all []anchor) []anchor {
	slices.SortStableFunc(all, func(a, b anchor) int { return cmp.Compare(a.at, b.at) })
	out := all[:0]
	for _, a := range all {
		if n := len(out) - 1; n >= 0 && out[n].at == a.at {
			if out[n].needs != a.needs {
				out[n].needs = [2]need{}
			}
			continue
		}
		out = append(out, a)
	}
	return out
}

// cheapest takes the anchors of one of the trees that must all hold, and lets
// them need what another one requires.
func (p *planner) cheapest(trees [][]uint32) ([]anchor, float32) {
	var best []anchor
	var cost float32
	var required []atom
	for i, tree := range trees {
		some, sum := p.find(tree)
		if i == 0 || sum < cost {
			best, cost = some, sum
		}
		required = p.required(tree, required)
	}
	return p.needing(best, required), cost
}

// ofPhrase takes the rarest pair of neighbours, or the rarest word.
func (p *planner) ofPhrase(words phrase) ([]anchor, float32) {
	var best []anchor
	var cost float32
	words.neighbours(func(a, b atom) {
		if n, ok := p.paired[[2]atom{a, b}]; ok {
			pair := uint32(p.terms.len()) + n
			if best == nil || p.cost[pair] < cost {
				best, cost = []anchor{{at: pair}}, p.cost[pair]
			}
		}
	})
	required := p.requiredByPhrase(words, nil)
	if best != nil {
		return p.needing(best, required), cost
	}
	for rest := words; len(rest) > 0; {
		var terms []uint32
		var joined atom
		terms, joined, rest = rest.next()
		rarest := slices.MinFunc(terms, p.compare)
		some, sum := []anchor{{at: rarest}}, p.cost[rarest]
		if joined != always {
			some, sum = append(some, anchor{at: joined}), sum+p.cost[joined]
		}
		if best == nil || sum < cost {
			best, cost = some, sum
		}
	}
	return p.needing(unique(best), required), cost
}

func (p *planner) compare(a, b atom) int {
	return cmp.Or(cmp.Compare(p.cost[a], p.cost[b]), cmp.Compare(a, b))
}

// needing gives every anchor that needs nothing yet the two rarest of required.
func (p *planner) needing(anchors []anchor, required []atom) []anchor {
	slices.SortFunc(required, p.compare)
	required = slices.Compact(required)
	for i, a := range anchors {
		if a.needs != [2]need{} {
			continue
		}
		n := 0
		for _, r := range required {
			if r != a.at && n < 2 {
				anchors[i].needs[n] = r
				n++
			}
		}
	}
	return anchors
}

// required appends atoms that must be present for a tree to hold.
func (p *planner) required(code []uint32, to []atom) []atom {
	if a, ok := p.simple(code); ok {
		return append(to, a)
	}
	switch opOf(code[0]) {
	case opPhrase:
		return p.requiredByPhrase(phraseOf(code), to)
	case opAnd:
		eachKid(code, func(kid []uint32) { to = p.required(kid, to) })
	case opNear, opBefore, opSame:
		left, right := sidesOf(code)
		return p.required(right, p.required(left, to))
	case opAtLeast, opWithin, opSilent:
		return p.required(code[1:], to)
	}
	return to
}

func (p *planner) requiredByPhrase(words phrase, to []atom) []atom {
	words.neighbours(func(a, b atom) {
		if n, ok := p.paired[[2]atom{a, b}]; ok {
			to = append(to, uint32(p.terms.len())+n)
		}
	})
	for len(words) > 0 {
		var terms []uint32
		var joined atom
		terms, joined, words = words.next()
		if joined == always {
			to = append(to, terms...)
		}
	}
	return to
}

// postings are where the probes of an atom begin in index.sure and index.maybe,
// which lie by group, and its derived atoms in derivation.list. They end where
// those of the next atom begin.
type postings struct{ sure, maybe, derived uint32 }

// post makes the probes of the groups in an order. One more lies behind those of
// each kind, for whoever reads the first of an atom that has none.
func (x *index) post(p *planner, order []uint32) {
	first := need(firstDerived(x.atoms()))
	x.from = make([]postings, x.atoms()+1)
	x.derived = p.derivation(x.from)
	for _, g := range order {
		for _, a := range p.anchors[p.cuts[g]:p.cuts[g+1]] {
			*x.from[a.at+1].of(a.certain)++
		}
	}
	for a := range x.atoms() {
		x.from[a+1].sure += x.from[a].sure
		x.from[a+1].maybe += x.from[a].maybe
	}
	all := x.from[x.atoms()]
	x.sure, x.maybe = make([]probe, all.sure+1), make([]probe, all.maybe+1)
	free := slices.Clone(x.from)
	for i, g := range order {
		some := p.anchors[p.cuts[g]:p.cuts[g+1]]
		for _, a := range some {
			for i, n := range a.needs {
				if n&(absent|derivedAtom) == derivedAtom {
					a.needs[i] = first + n&^derivedAtom
				}
			}
			made, at, to := probe{a.needs, uint32(i)}, free[a.at].of(a.certain), x.sure
			if !a.certain {
				to = x.maybe
				if len(some) > 1 {
					made.group |= several
				}
			}
			to[*at] = made
			*at++
		}
	}
}

// of gives the place of certain probes, or of others.
func (p *postings) of(certain bool) *uint32 {
	if certain {
		return &p.sure
	}
	return &p.maybe
}
