package match

import (
	"slices"

	"github.com/bellwether/bellwether/alerts"
)

// matcher holds what one Match needs, to be used again.
type matcher struct {
	r        reading
	tag      string // as the article has it
	language string
	host     string
	count    int // articles

	l layer  // the index that is being asked
	x *index // of it

	arena   []uint32
	lists   []uint32 // the arena in use; see lookUp
	listAt  []uint32 // by type: where its list begins in lists
	outer   []outer  // by type
	asks    []pairAsk
	fitting []atom   // of all types, one after the other
	fresh   []int32  // types of words that are met for the first time
	about   []nearby // of fresh

	present     []uint64  // by atom: a bit
	slot        []int32   // by atom that is present: its place in met
	met         []metAtom // the atoms that are present
	links       []typeLink
	ranges      []ranges // by place in met
	sure, maybe int      // probes in ranges
	touched     uint32   // is of no use but that it was read
	passed      []uint32 // groups that may hit
	candidates  []candidate
	tried       []uint64 // by group with several probes: a bit, if it was tried
	hits        []uint32 // groups of x

	listed             []place  // see placesOf
	bits               []uint64 // see bitsOf
	at, inside         []uint64 // see findLong
	code               []uint32 // see near
	terms              []atom
	places             []place // a stack, see find
	byEnd              []place
	ends, next, joined []int32
	spans              []alerts.Span
}

// metAtom is an atom that the article has.
type metAtom struct {
	atom   atom
	links  int32  // the first of its types in links, or -1
	lo, hi int32  // its places in listed; hi is 0 until they are listed
	wide   bool   // one of its listed places is a joined form
	bits   int32  // its positions in matcher.bits; 0 until they are there
	rough  uint64 // see roughly; 0 until it is there
}

// typeLink is one of the types that an atom fits.
type typeLink struct {
	typ  int32
	next int32 // in links, or -1
}

// read takes in the article to match.
func (m *matcher) read(a alerts.Article) {
	if a.Language != m.tag {
		m.tag, m.language = a.Language, language(a.Language)
	}
	m.host = host(a.URL)
	m.r.read(a, m.language)
	m.count++
}

// ask sets an index up and finds the atoms of it that the article has.
func (m *matcher) ask(l layer) {
	m.forget()
	m.l, m.x = l, l.index
	x := l.index
	m.present = grown(m.present, (firstDerived(x.atoms())+x.derived.count+63)/64)
	m.slot = grown(m.slot, x.atoms())
	t := x.tongueNamed(m.r.voice.stemmers, m.language)
	m.lookUp(x, t)
	m.meet(always)
	m.meetTypes()
	m.lookUpParts(x.sites, m.host, '.')
	m.lookUpParts(x.langs, m.language, '-')
	m.lookUpPairs(x, t)
	m.findRanges()
	m.meetDerived()
}

// forget lets go of the index that was asked.
func (m *matcher) forget() {
	for _, a := range m.met {
		m.present[a.atom/64] = 0
	}
	if m.x != nil {
		clear(m.presentDerived())
	}
	m.met, m.links, m.listed, m.bits = m.met[:0], m.links[:0], m.listed[:0], m.bits[:0]
	m.l, m.x = layer{}, nil
}

// meet notes an atom that no type stands for.
func (m *matcher) meet(a atom) {
	if !m.has(a) {
		m.present[a/64] |= 1 << (a % 64)
		m.slot[a] = int32(len(m.met))
		m.met = append(m.met, metAtom{atom: a, links: -1})
	}
}

// meetTypes notes the atoms that each type fits. Most fit a few: so many are
// copied at once, and what is too much is overwritten by the next.
func (m *matcher) meetTypes() {
	total := 0
	for _, at := range m.listAt {
		total += int(m.lists[at])
	}
	m.fitting, m.links = resized(m.fitting, total+fewAtoms), resized(m.links, total+fewAtoms)
	n := 0
	for i, at := range m.listAt {
		list, link := m.lists[at:], typeLink{typ: int32(i), next: -1}
		*(*[fewAtoms]atom)(m.fitting[n:]) = [fewAtoms]atom(list[listHead:])
		*(*[fewAtoms]typeLink)(m.links[n:]) = [fewAtoms]typeLink{link, link, link, link}
		for k := fewAtoms; k < int(list[0]); k++ {
			m.fitting[n+k], m.links[n+k] = list[listHead+k], link
		}
		n += int(list[0])
	}
	present, slot := m.present, m.slot
	for i, a := range m.fitting[:total] {
		if present[a/64]>>(a%64)&1 != 0 {
			met := &m.met[slot[a]]
			m.links[i].next, met.links = met.links, int32(i)
			continue
		}
		present[a/64] |= 1 << (a % 64)
		slot[a] = int32(len(m.met))
		m.met = append(m.met, metAtom{atom: a, links: int32(i)})
	}
}

// has reports whether the article has an atom.
func (m *matcher) has(a atom) bool { return m.present[a/64]>>(a%64)&1 != 0 }

// try puts the groups that hit into m.hits.
func (m *matcher) try() {
	m.hits = slices.Grow(m.hits[:0], m.sure)
	for i := range m.ranges {
		r := &m.ranges[i]
		m.hits = m.pass(m.hits, m.x.sure[r.sure:r.sureEnd])
	}
	if m.candidates = m.candidates[:0]; m.maybe > 0 {
		m.tryMaybe()
	}
}

// ranges are where the probes and the derived atoms of an atom lie.
type ranges struct{ sure, sureEnd, maybe, maybeEnd, derived, derivedEnd uint32 }

// findRanges fills m.ranges and counts the probes. It also reads what each range
// begins with: their memory is waited for here, for many at a time, and not one
// after the other when they are gone through.
func (m *matcher) findRanges() {
	x := m.x
	m.ranges = resized(m.ranges, len(m.met))
	sure, maybe := uint32(0), uint32(0)
	for i := range m.met {
		a := m.met[i].atom
		here, next := x.from[a], x.from[a+1]
		m.ranges[i] = ranges{here.sure, next.sure, here.maybe, next.maybe, here.derived, next.derived}
		sure += next.sure - here.sure
		maybe += next.maybe - here.maybe
	}
	m.sure, m.maybe = int(sure), int(maybe)
	touched := uint32(0)
	for i := range m.ranges {
		r := &m.ranges[i]
		touched += x.sure[r.sure].group + x.maybe[r.maybe].group + x.derived.list[r.derived]
	}
	m.touched = touched
}

// pass appends the groups of which a probe has what it needs; there is room for
// all. It does so without a branch on that, which nobody can predict.
func (m *matcher) pass(to []uint32, probes []probe) []uint32 {
	n := len(to)
	to = to[:n+len(probes)]
	present := m.present
	for i := range probes {
		p := &probes[i]
		to[n] = p.group
		n += int(met(present, p.needs[0]) & met(present, p.needs[1]))
	}
	return to[:n]
}

// met is 1 if a need is met, else 0.
func met(present []uint64, n need) uint64 {
	a := n &^ absent
	return present[a/64]>>(a%64)&1 ^ uint64(n>>31)
}

// tryMaybe evaluates the groups of which a probe says that they may hit. They
// lie far apart: the first words of all are read before any is evaluated, so that
// the processor waits for many of them at a time.
func (m *matcher) tryMaybe() {
	x := m.x
	m.tried = grown(m.tried, (x.groups()+63)/64)
	m.passed = slices.Grow(m.passed[:0], m.maybe)
	for i := range m.ranges {
		r := &m.ranges[i]
		m.passed = m.pass(m.passed, x.maybe[r.maybe:r.maybeEnd])
	}
	for _, g := range m.passed {
		at := x.start[g&^several]
		m.candidates = append(m.candidates, candidate{g, at, x.code[at]})
	}
	for _, c := range m.candidates {
		g := c.group &^ several
		if g != c.group {
			if m.tried[g/64]>>(g%64)&1 != 0 {
				continue
			}
			m.tried[g/64] |= 1 << (g % 64)
		}
		if m.evaluate(c) {
			m.hits = append(m.hits, g)
		}
	}
	for _, c := range m.candidates {
		m.tried[(c.group&^several)/64] = 0
	}
}

// evaluate reports whether a candidate hits.
func (m *matcher) evaluate(c candidate) bool {
	code := m.x.code[c.at:]
	switch opOf(c.first) {
	case opSteps:
		return m.walk(code[2:], argOf(c.first))
	case opNear, opBefore:
		if opOf(code[1]) == opTerm && opOf(code[2]) == opTerm {
			return m.near(c.first, argOf(code[1]), argOf(code[2]))
		}
	}
	return m.holds(m.x.codeOf(c.group&^several), regionText)
}

// candidate is a group to evaluate, with where its code begins.
type candidate struct{ group, at, first uint32 }

// fits reports whether occurrences of a type fit an atom that the article has.
func (m *matcher) fits(typ int32, a atom) bool {
	for l := m.met[m.slot[a]].links; l >= 0; l = m.links[l].next {
		if m.links[l].typ == typ {
			return true
		}
	}
	return false
}

// placesOf gives the places that fit an atom, no pair, in their order.
func (m *matcher) placesOf(a atom) []place {
	if !m.has(a) {
		return nil
	}
	met := &m.met[m.slot[a]]
	if met.hi == 0 {
		met.lo = int32(len(m.listed))
		for l := met.links; l >= 0; l = m.links[l].next {
			for o := m.r.types[m.links[l].typ].first; o >= 0; o = m.r.next[o] {
				m.listed = append(m.listed, m.r.place(o))
				met.wide = met.wide || int(o) >= len(m.r.scan.Spots)
			}
		}
		met.hi = int32(len(m.listed))
		if some := m.listed[met.lo:]; !slices.IsSortedFunc(some, byStart) {
			slices.SortFunc(some, byStart)
		}
	}
	return m.listed[met.lo:met.hi]
}
