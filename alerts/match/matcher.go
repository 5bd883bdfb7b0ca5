package match

import (
	"slices"
	"strings"

	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/alerts/text"
)

// matcher holds what one call of Engine.Match needs, to be used again.
type matcher struct {
	analyzer *text.Analyzer
	doc      Document
	r        reading

	x *index // the index that is being asked

	present []uint64  // by atom: a bit
	slot    []int32   // by atom that is present: its place in met
	met     []metAtom // the atoms that are present
	links   []typeLink
	tried   []uint64 // by group with several probes: a bit, if it was tried
	undo    []uint32 // those groups

	listed             []int32 // see tokensOf
	places             []place // a stack, see find
	byEnd              []place
	ends, next, joined []int32

	spans []alerts.Span
	found []found
	spare []found // see sortFound
}

// metAtom is an atom that the article has.
type metAtom struct {
	atom   atom
	links  int32 // the first of its types in links
	lo, hi int32 // its tokens in listed; hi is 0 until they are listed
}

// typeLink is one of the types that an atom fits.
type typeLink struct {
	typ  int32
	next int32 // in links, or -1
}

// found is a hit whose spans are still in matcher.spans.
type found struct {
	id     alerts.SubscriptionID
	lo, hi int32
}

func newMatcher() *matcher { return &matcher{analyzer: text.NewAnalyzer()} }

// read takes in the article to match.
func (m *matcher) read(a alerts.Article) {
	m.doc.analyze(m.analyzer, a)
	m.r.read(&m.doc)
}

// match appends to m.found what x has for the article in m.r.
func (m *matcher) match(x *index, s *state) {
	m.x = x
	m.present = grown(m.present, (len(x.atoms)+63)/64)
	m.tried = grown(m.tried, (len(x.roots)+63)/64)
	m.slot = grown(m.slot, len(x.atoms))
	m.met, m.links, m.listed, m.undo = m.met[:0], m.links[:0], m.listed[:0], m.undo[:0]
	m.look()
	m.try(always, s)
	for _, a := range m.met {
		m.try(a.atom, s)
	}
	for _, a := range m.met {
		m.present[a.atom/64] = 0
	}
	for _, g := range m.undo {
		m.tried[g/64] = 0
	}
	m.x = nil
}

// grown gives s, which holds only zeros where that matters, at least n long.
func grown[E any](s []E, n int) []E {
	if n <= len(s) {
		return s
	}
	return make([]E, n+n/4)
}

// look finds the atoms that the article has.
func (m *matcher) look() {
	stems := m.x.stemsOf(m.doc.language)
	for i := range m.r.types {
		t := &m.r.types[i]
		d := &m.x.dicts[t.space]
		for a := d.words[t.folded]; a != always; a = m.x.nextWord[a] {
			if m.x.atoms[a].kind != capitals || t.noSmall {
				m.meet(a, int32(i))
			}
		}
		if singular, ok := strings.CutSuffix(t.folded, "s"); ok && t.noSmall { // NGOS, in a headline in capitals
			for a := d.words[singular]; a != always; a = m.x.nextWord[a] {
				if m.x.atoms[a].kind == capitals {
					m.meet(a, int32(i))
				}
			}
		}
		for a := stems.heads[t.space][t.stem]; a != always; a = stems.next[a] {
			m.meet(a, int32(i))
		}
		if t.caps != "" {
			for a := d.caps[t.caps]; a != always; a = m.x.nextCaps[a] {
				m.meet(a, int32(i))
			}
		}
		for _, n := range d.lengths {
			if n > len(t.folded) {
				break
			}
			if a := d.prefixes[t.folded[:n]]; a != always {
				m.meet(a, int32(i))
			}
		}
	}
	m.lookUpParts(m.x.sites, m.doc.host, '.')
	m.lookUpParts(m.x.langs, m.doc.language, '-')
}

// lookUpParts meets the atom of a value and of what is left of it when parts
// are cut off: from the front of a host, from the back of a language.
func (m *matcher) lookUpParts(atoms map[string]atom, value string, divider byte) {
	if value == "" || len(atoms) == 0 {
		return
	}
	if a := atoms[value]; a != always {
		m.meet(a, -1)
	}
	for i := range len(value) {
		if value[i] != divider {
			continue
		}
		part := value[i+1:]
		if divider == '-' {
			part = value[:i]
		}
		if a := atoms[part]; a != always {
			m.meet(a, -1)
		}
	}
}

// meet notes that a type, or with -1 a property, fits an atom. All calls for a
// type follow one another.
func (m *matcher) meet(a atom, typ int32) {
	link := int32(len(m.links))
	if !m.has(a) {
		m.present[a/64] |= 1 << (a % 64)
		m.slot[a] = int32(len(m.met))
		m.met = append(m.met, metAtom{atom: a, links: link})
		m.links = append(m.links, typeLink{typ: typ, next: -1})
		return
	}
	met := &m.met[m.slot[a]]
	if m.links[met.links].typ == typ {
		return
	}
	m.links = append(m.links, typeLink{typ: typ, next: met.links})
	met.links = link
}

// has reports whether the article has an atom.
func (m *matcher) has(a atom) bool { return m.present[a/64]>>(a%64)&1 != 0 }

// fits reports whether tokens of a type fit an atom that the article has.
func (m *matcher) fits(typ int32, a atom) bool {
	for l := m.met[m.slot[a]].links; l >= 0; l = m.links[l].next {
		if m.links[l].typ == typ {
			return true
		}
	}
	return false
}

// tokensOf gives the tokens that fit an atom, in their order.
func (m *matcher) tokensOf(a atom) []int32 {
	if !m.has(a) {
		return nil
	}
	met := &m.met[m.slot[a]]
	if met.hi == 0 {
		met.lo = int32(len(m.listed))
		for l := met.links; l >= 0; l = m.links[l].next {
			for t := m.r.types[m.links[l].typ].first; t >= 0; t = m.r.tokens[t].next {
				m.listed = append(m.listed, t)
			}
		}
		met.hi = int32(len(m.listed))
		if m.links[met.links].next >= 0 {
			slices.Sort(m.listed[met.lo:])
		}
	}
	return m.listed[met.lo:met.hi]
}

// try evaluates the groups that are posted under an atom.
func (m *matcher) try(a atom, s *state) {
	for _, p := range m.x.probes[m.x.from[a]:m.x.from[a+1]] {
		if p.need != always && !m.has(p.need) {
			continue
		}
		g := p.group
		if g&severalProbes != 0 {
			g &^= severalProbes
			if m.tried[g/64]>>(g%64)&1 != 0 {
				continue
			}
			m.tried[g/64] |= 1 << (g % 64)
			m.undo = append(m.undo, g)
		}
		m.tryGroup(g, s)
	}
}

func (m *matcher) tryGroup(g uint32, s *state) {
	lo := len(m.spans)
	if !m.eval(m.x.roots[g], regionText) {
		return
	}
	m.spans = m.spans[:lo+len(merge(m.spans[lo:]))]
	for i := m.x.first[g]; i < m.x.first[g+1]; i++ {
		if s.deaths == 0 || m.x.entries[i].alive(s.version) {
			m.found = append(m.found, found{m.x.ids[i], int32(lo), int32(len(m.spans))})
		}
	}
}

// take appends what was found to hits, in the order of IDs, and forgets it.
// The spans of all hits share one array.
func (m *matcher) take(hits []Hit) []Hit {
	m.sortFound()
	spans := slices.Clone(m.spans)
	hits = slices.Grow(hits, len(m.found))
	for _, f := range m.found {
		h := Hit{ID: f.id}
		if f.lo < f.hi {
			h.Spans = spans[f.lo:f.hi:f.hi]
		}
		hits = append(hits, h)
	}
	m.spans, m.found = m.spans[:0], m.found[:0]
	return hits
}

// sortFound sorts m.found by ID, with a radix sort: byte by byte, the lowest
// first, leaving out those that are the same in all.
func (m *matcher) sortFound() {
	var differ alerts.SubscriptionID
	for _, f := range m.found {
		differ |= f.id ^ m.found[0].id
	}
	m.spare = slices.Grow(m.spare[:0], len(m.found))[:len(m.found)]
	for shift := 0; differ>>shift != 0; shift += 8 {
		if differ>>shift&0xff == 0 {
			continue
		}
		var from [257]int
		for _, f := range m.found {
			from[f.id>>shift&0xff+1]++
		}
		for b := range 256 {
			from[b+1] += from[b]
		}
		for _, f := range m.found {
			b := f.id >> shift & 0xff
			m.spare[from[b]] = f
			from[b]++
		}
		m.found, m.spare = m.spare, m.found
	}
}
