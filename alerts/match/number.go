package match

import (
	"cmp"
	"math/bits"
	"slices"

	"github.com/bellwether/bellwether/alerts/text"
)

// renumber gives the atoms of a large index numbers by which those that an article
// has are neighbours in memory: the forms of a word, and words that are about as
// common. What lies by the number of an atom then shares cache lines, and the
// words of every day a few of them.
func (b *builder) renumber() {
	if b.alive < cachedFrom {
		return
	}
	number := make([]atom, len(b.atoms))
	for to, from := range b.kinship() {
		number[from] = atom(to)
	}
	atoms, met := make([]atomKey, len(b.atoms)), make([]uint32, len(b.met))
	for from, to := range number {
		atoms[to] = b.atoms[from]
	}
	if len(b.met) > 0 { // it may end before the last atom
		met = make([]uint32, len(b.atoms))
		for from, n := range b.met {
			met[number[from]] = n
		}
	}
	b.atoms, b.met, b.numbers = atoms, met, nil
	b.paired = make(map[[2]atom]uint32, len(b.pairs))
	for p, pair := range b.pairs {
		b.pairs[p] = [2]atom{number[pair[0]], number[pair[1]]}
		b.paired[b.pairs[p]] = uint32(p)
	}
	for g := range len(b.start) - 1 {
		renumberCode(b.codes[b.start[g]:b.start[g+1]], number)
	}
}

// kinship gives the atoms in their new order. Always stays the first.
func (b *builder) kinship() []atom {
	type kin struct {
		rank   int // of how common the family is
		family string
		atom   atom
	}
	cost := b.costs()
	families := make([]string, len(b.atoms))
	common := make(map[string]float32, len(b.atoms))
	for a, key := range b.atoms {
		families[a] = key.folded
		if key.kind == inflected {
			families[a] = text.Stem(key.other, "")
		}
		common[families[a]] = max(common[families[a]], cost[a])
	}
	all := make([]kin, len(b.atoms))
	for a, family := range families {
		all[a] = kin{-bits.Len32(uint32(common[family])), family, atom(a)}
	}
	slices.SortFunc(all[1:], func(x, y kin) int {
		return cmp.Or(cmp.Compare(x.rank, y.rank), cmp.Compare(x.family, y.family), cmp.Compare(x.atom, y.atom))
	})
	order := make([]atom, len(all))
	for i, k := range all {
		order[i] = k.atom
	}
	return order
}

// renumberCode puts new numbers of atoms into a tree.
func renumberCode(code []uint32, number []atom) {
	switch o := opOf(code[0]); o {
	case opTerm, opFlag:
		code[0] = word(o, number[argOf(code[0])])
	case opPhrase:
		for rest := phraseOf(code); len(rest) > 0; {
			n := int(rest[0]&^hasJoined) + 1
			if rest[0]&hasJoined != 0 {
				n++
			}
			for i, a := range rest[1:n] {
				rest[1+i] = number[a]
			}
			rest = rest[n:]
		}
	case opAnd, opOr:
		eachKid(code, func(kid []uint32) { renumberCode(kid, number) })
	case opNear, opBefore, opSame:
		left, right := sidesOf(code)
		renumberCode(left, number)
		renumberCode(right, number)
	case opNot, opAtLeast, opWithin, opSilent:
		renumberCode(code[1:], number)
	}
}
