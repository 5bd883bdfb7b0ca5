package match

import (
	"cmp"
	"encoding/binary"
	"slices"
)

// An AND of ORs is tried when an anchor of its cheapest part is met, which is
// often in vain. So it may need a derived atom: that one of some atoms, of which
// another part cannot do without all, is present. Finding the derived atoms that
// an article has costs a bit for each time that one of theirs is met, much less
// than to evaluate a query.

// derivation lists derived atoms by the atoms that they are of, counted from 0;
// postings tell where.
type derivation struct {
	count int
	list  []uint32
}

// part is an operand of an AND with its anchors.
type part struct {
	kid     int
	anchors []anchor
	cost    float32
}

const (
	lookCost  = 30 // what evaluating a query costs, in bits of derived atoms set
	mostLikes = 900
)

// partsOf gives the operands of an AND, the one that is to be posted under first,
// then those of which derived atoms are worth to be needed, then the others.
func (p *planner) partsOf(code []uint32) (parts []part, derived int) {
	eachKid(code, func(kid []uint32) {
		some, cost := p.find(kid)
		parts = append(parts, part{len(parts), some, cost})
	})
	slices.SortStableFunc(parts, func(a, b part) int { return cmp.Compare(a.cost, b.cost) })
	worth := func(other part) bool { // a single anchor is needed already
		return len(other.anchors) > 1 && other.cost <= mostLikes && other.cost <= parts[0].cost*lookCost
	}
	for i, other := range parts[1:] {
		if worth(other) && derived < len(anchor{}.needs) {
			copy(parts[derived+2:i+2], parts[derived+1:i+1])
			derived++
			parts[derived] = other
		}
	}
	return parts, derived
}

// derive gives anchors of an AND, which have free needs, derived atoms of its
// other parts.
func (p *planner) derive(code []uint32, anchors []anchor) {
	if opOf(code[0]) != opAnd || len(anchors) == 0 {
		return
	}
	parts, derived := p.partsOf(code)
	for _, other := range parts[1 : 1+derived] {
		d := derivedAtom | p.derived(other.anchors)
		for i := range anchors {
			if free := slices.Index(anchors[i].needs[:], always); free >= 0 {
				anchors[i].needs[free] = d
			}
		}
	}
}

// derivedAtom marks needs that are derived atoms, until their place among the
// others is known.
const derivedAtom need = 1 << 30

// derived numbers the derived atom of anchors.
func (p *planner) derived(anchors []anchor) uint32 {
	set := make([]atom, 0, len(anchors))
	for _, a := range anchors {
		set = append(set, a.at)
	}
	slices.Sort(set)
	set = slices.Compact(set)
	key := make([]byte, 0, 4*len(set))
	for _, a := range set {
		key = binary.LittleEndian.AppendUint32(key, a)
	}
	n, ok := p.numbers[string(key)]
	if !ok {
		n = uint32(len(p.sets))
		p.numbers[string(key)] = n
		p.sets = append(p.sets, set)
	}
	return n
}

// derivation lists the derived atoms that were asked for, and puts into from where
// those of each atom begin.
func (p *planner) derivation(from []postings) derivation {
	d := derivation{count: len(p.sets)}
	for _, set := range p.sets {
		for _, a := range set {
			from[a+1].derived++
		}
	}
	for a := range len(from) - 1 {
		from[a+1].derived += from[a].derived
	}
	d.list = make([]uint32, from[len(from)-1].derived+1) // one more, as in post
	free := make([]uint32, len(from))
	for a := range from {
		free[a] = from[a].derived
	}
	for n, set := range p.sets {
		for _, a := range set {
			d.list[free[a]] = uint32(n)
			free[a]++
		}
	}
	return d
}

// firstDerived is the first derived atom of an index with so many others; the
// bits of all of them are in words of their own.
func firstDerived(atoms int) int { return (atoms + 63) &^ 63 }

// meetDerived notes the derived atoms that the article has.
func (m *matcher) meetDerived() {
	d := &m.x.derived
	if d.count == 0 {
		return
	}
	words := m.presentDerived()
	for i := range m.ranges {
		r := &m.ranges[i]
		for _, n := range d.list[r.derived:r.derivedEnd] {
			words[n/64] |= 1 << (n % 64)
		}
	}
}

// presentDerived is the part of present that is about derived atoms.
func (m *matcher) presentDerived() []uint64 {
	first := firstDerived(m.x.atoms()) / 64
	return m.present[first : first+(m.x.derived.count+63)/64]
}
