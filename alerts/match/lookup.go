package match

import (
	"slices"
	"strings"

	"github.com/bellwether/bellwether/alerts/text"
)

// lists are what a large index knows of the words of a lexicon. A list is: how
// many atoms, how many classes that begin a pair, how many that end one, then
// these.
type lists struct {
	of    *identity // of the index; not the index, which may be gone
	at    []uint32  // by word: where its list begins in arena, plus 1; the empty list comes first
	arena []uint32
}

// identity tells an index from every other.
type identity struct{ _ byte }

// cachedFrom is how many subscriptions make an index worth remembering words
// for.
const cachedFrom = 4096

const (
	listHead = 3 // numbers before the atoms of a list
	fewAtoms = 4 // atoms that are copied at once; that many numbers lie behind the last list
)

func atomsIn(list []uint32) []atom     { return list[listHead:][:list[0]] }
func firstsIn(list []uint32) []uint32  { return list[listHead+list[0]:][:list[1]] }
func secondsIn(list []uint32) []uint32 { return list[listHead+list[0]+list[1]:][:list[2]] }

// emptyLists is an arena with nothing but the empty list.
func emptyLists(arena []uint32) []uint32 { return append(arena[:0], 0, 0, 0) }

// listOf gives the list of a type.
func (m *matcher) listOf(typ int32) []uint32 { return m.lists[m.listAt[typ]:] }

// lookUp gives every type its list in an index. Those of a large one stay in the
// cache; behind them, until the next lookUp, lie those that depend on where the
// word stands.
func (m *matcher) lookUp(x *index, t *tongue) {
	m.listAt = resized(m.listAt, len(m.r.types))
	cache := &m.r.voice.lists
	cached := x.len() >= cachedFrom
	if cached {
		if cache.of != x.identity {
			*cache = lists{of: x.identity, at: cache.at[:0], arena: emptyLists(cache.arena)}
			clear(cache.at[:cap(cache.at)])
		}
		cache.at = grown(cache.at[:cap(cache.at)], m.r.voice.lexicon.Len())
		m.lists = cache.arena
	} else {
		m.arena = emptyLists(m.arena)
		m.lists = m.arena
	}
	special := false
	m.fresh = m.fresh[:0]
	for i := range m.r.types {
		typ := &m.r.types[i]
		if !cached || typ.space != inText || typ.noSmall {
			special = true
			continue
		}
		at := cache.at[typ.word]
		if at == 0 {
			m.fresh = append(m.fresh, int32(i))
		}
		m.listAt[i] = at - 1
	}
	m.approach(x, t)
	for _, i := range m.fresh {
		typ := &m.r.types[i]
		m.listAt[i] = m.list(x, t, typ)
		cache.at[typ.word] = m.listAt[i] + 1
	}
	kept := len(m.lists)
	if special {
		for i := range m.r.types {
			if typ := &m.r.types[i]; !cached || typ.space != inText || typ.noSmall {
				m.listAt[i] = m.list(x, t, typ)
			}
		}
	}
	m.lists = append(m.lists, make([]uint32, fewAtoms)...)
	if cached {
		cache.arena = m.lists[:kept]
	} else {
		m.arena = m.lists
	}
}

// approach reads what list will read of the words that are met for the first
// time, as far as it can be told: their memory is waited for here, for all of
// them at a time.
func (m *matcher) approach(x *index, t *tongue) {
	words, stems := &x.words[inText], &t.stems[inText]
	touched := uint32(0)
	m.about = resized(m.about, len(m.fresh))
	for _, i := range m.fresh {
		h := m.r.hashes(m.r.types[i].word)
		touched += words.first(h.folded) + stems.first(h.stem)
	}
	for k, i := range m.fresh {
		h := m.r.hashes(m.r.types[i].word)
		n := nearby{words.first(h.folded), stems.first(h.stem)}
		m.about[k] = n
		touched += x.terms.records[n.atom].at + t.at[n.class] + t.from[n.class] + t.class[n.atom]
	}
	for _, n := range m.about {
		if at := int(x.terms.records[n.atom].at); at < len(x.terms.bytes) {
			touched += uint32(x.terms.bytes[at])
		}
	}
	m.touched = touched
}

// nearby is what a word may be, by parts of its hashes.
type nearby struct{ atom, class uint32 }

// plain reports whether a word can fit atoms by its folded text or its stem only.
func (m *matcher) plain(x *index, typ *wordType) bool {
	return len(x.lengths[typ.space]) == 0 && (x.caps[typ.space].next == nil || m.r.voice.lexicon.Word(typ.word).Caps == "")
}

// list makes the list of a word at the end of m.lists, and tells where it begins.
func (m *matcher) list(x *index, t *tongue, typ *wordType) uint32 {
	if !typ.noSmall && !t.mayHave(m.r.hashes(typ.word)) && m.plain(x, typ) {
		return 0
	}
	base := len(m.lists)
	m.lists = append(m.lists, 0, 0, 0)
	m.appendAtoms(x, t, m.r.voice.lexicon.Word(typ.word), typ)
	atoms := m.lists[base+listHead:]
	if len(atoms) == 0 {
		m.lists = m.lists[:base]
		return 0
	}
	m.lists[base] = uint32(len(atoms))
	if typ.space == inText {
		firsts := m.appendClasses(t, atoms, t.firsts)
		seconds := m.appendClasses(t, atoms, t.seconds)
		m.lists[base+1], m.lists[base+2] = firsts, seconds
	}
	return uint32(base)
}

// appendClasses appends the classes of atoms that are in a set, each once, and
// counts them.
func (m *matcher) appendClasses(t *tongue, atoms []atom, set []uint64) uint32 {
	base := len(m.lists)
	for _, a := range atoms {
		c := t.class[a]
		if len(set) > 0 && set[c/64]>>(c%64)&1 != 0 && !slices.Contains(m.lists[base:], c) {
			m.lists = append(m.lists, c)
		}
	}
	return uint32(len(m.lists) - base)
}

// appendAtoms appends the atoms that a word fits, each once.
func (m *matcher) appendAtoms(x *index, t *tongue, w *text.Word, typ *wordType) {
	base := len(m.lists)
	words, hash := &x.words[typ.space], m.r.hashes(typ.word)
	for a := words.chain(w.Folded, hash.folded, x.terms.folded); a != always; a = words.next[a] {
		if x.terms.records[a].kind != capitals || typ.noSmall {
			m.lists = append(m.lists, a)
		}
	}
	direct := m.lists[base:]
	for _, a := range t.withStem(typ.space, w.Stem, hash.stem) {
		if !slices.Contains(direct, a) {
			m.lists = append(m.lists, a)
		}
	}
	if w.Caps != "" || typ.noSmall {
		m.appendCapitals(x, w, typ, base)
	}
	for _, n := range x.lengths[typ.space] {
		if n > len(w.Folded) {
			break
		}
		if a := x.prefixes[typ.space].chain(w.Folded[:n], hashOf(w.Folded[:n]), x.terms.folded); a != always {
			m.lists = append(m.lists, a)
		}
	}
}

// appendCapitals appends the atoms in capitals that a word fits, and that are
// not behind base yet.
func (m *matcher) appendCapitals(x *index, w *text.Word, typ *wordType, base int) {
	add := func(a atom) {
		if !slices.Contains(m.lists[base:], a) {
			m.lists = append(m.lists, a)
		}
	}
	if w.Caps != "" {
		caps := &x.caps[typ.space]
		for a := caps.chain(w.Caps, hashOf(w.Caps), x.terms.other); a != always; a = caps.next[a] {
			add(a)
		}
	}
	if singular, ok := strings.CutSuffix(w.Folded, "s"); ok && typ.noSmall { // NGOS, in a headline in capitals
		words := &x.words[typ.space]
		for a := words.chain(singular, hashOf(singular), x.terms.folded); a != always; a = words.next[a] {
			if x.terms.records[a].kind == capitals {
				add(a)
			}
		}
	}
}

// lookUpParts meets the atom of a value and of what is left of it when parts
// are cut off: from the front of a host, from the back of a language.
func (m *matcher) lookUpParts(atoms map[string]atom, value string, divider byte) {
	if value == "" || len(atoms) == 0 {
		return
	}
	if a := atoms[value]; a != always {
		m.meet(a)
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
			m.meet(a)
		}
	}
}

// outer is what pairs a type may begin and end: a class plus 1, none or
// severalClasses.
type outer struct{ first, second uint32 }

const severalClasses = 1<<32 - 1

// pairAsk is a question for a pair of classes at two neighbouring positions.
type pairAsk struct {
	pos  int32 // of the second
	a, b uint32
	hash uint64
}

// lookUpPairs meets the pairs of neighbours of the text. Each step goes over all
// positions before the next, so that the processor waits for many places of
// memory at a time, and leaves out without a branch what the next need not see.
func (m *matcher) lookUpPairs(x *index, t *tongue) {
	end := m.r.limits[regionText]
	if len(x.pairs) == 0 || end == 0 {
		return
	}
	m.findOuter()
	n := m.neighbours(end)
	n = m.sift(t, n)
	for i := range m.asks[:n] {
		ask := &m.asks[i]
		before, after := m.listOf(m.r.typeOf[ask.pos-1]), m.listOf(m.r.typeOf[ask.pos])
		if ask.a == severalClasses || ask.b == severalClasses {
			m.lookUpPair(x, t, before, after)
			continue
		}
		m.meetPairs(x, t, t.pairsAt(ask.a, ask.b, ask.hash), before, after)
	}
	m.lookUpJoined(x, t, end)
}

// findOuter fills m.outer.
func (m *matcher) findOuter() {
	m.outer = resized(m.outer, len(m.listAt))
	class := func(list []uint32, n uint32, at uint32) uint32 {
		if n > 1 {
			return severalClasses
		}
		return n * (list[at] + 1)
	}
	for i, at := range m.listAt {
		list := m.lists[at:]
		m.outer[i] = outer{
			class(list, list[1], listHead+list[0]),
			class(list, list[2], listHead+list[0]+list[1]),
		}
	}
}

// neighbours fills m.asks with what neighbours may ask for, and counts it.
func (m *matcher) neighbours(end int32) int {
	r := &m.r
	m.asks = resized(m.asks, int(end))
	n := 0
	first, para := m.outer[r.typeOf[0]].first, r.para[0]
	for pos := int32(1); pos < end; pos++ {
		o := &m.outer[r.typeOf[pos]]
		m.asks[n] = pairAsk{pos: pos, a: first, b: o.second}
		n += int(one(first) & one(o.second) & (1 ^ one(uint32(para^r.para[pos]))))
		first, para = o.first, r.para[pos]
	}
	return n
}

// one is 1, but 0 for 0.
func one(n uint32) uint32 { return (n | -n) >> 31 }

// sift leaves of the first n of m.asks those that the sieve lets through.
func (m *matcher) sift(t *tongue, n int) int {
	kept := 0
	for _, ask := range m.asks[:n] {
		several := uint64(0)
		if ask.a == severalClasses || ask.b == severalClasses {
			several = 1
		} else {
			ask.a, ask.b = ask.a-1, ask.b-1
		}
		ask.hash = pairHash(ask.a, ask.b)
		m.asks[kept] = ask
		kept += int(t.sifted(ask.hash) | several)
	}
	return kept
}

// lookUpJoined does so for joined forms with their neighbours.
func (m *matcher) lookUpJoined(x *index, t *tongue, end int32) {
	r := &m.r
	n := int32(len(r.scan.Spots))
	list := func(o int32) []uint32 { return m.listOf(r.typeOf[o]) }
	for i, j := range r.scan.Joins {
		if j.Pos >= end {
			break
		}
		own := list(n + int32(i))
		if at := j.Pos - 1; at >= 0 && r.para[at] == r.para[j.Pos] {
			m.lookUpPair(x, t, list(at), own)
		}
		at := j.Pos + j.Width
		if at >= end || r.para[at] != r.para[j.Pos] {
			continue
		}
		m.lookUpPair(x, t, own, list(at))
		for lo, hi := r.joinsAt(at); lo < hi; lo++ {
			m.lookUpPair(x, t, own, list(lo))
		}
	}
}

// lookUpPair meets the pairs of two words that stand side by side.
func (m *matcher) lookUpPair(x *index, t *tongue, before, after []uint32) {
	for _, a := range firstsIn(before) {
		for _, b := range secondsIn(after) {
			if hash := pairHash(a, b); t.sifted(hash) != 0 {
				m.meetPairs(x, t, t.pairsAt(a, b, hash), before, after)
			}
		}
	}
}

// meetPairs meets those of a chain of pairs that two words fit.
func (m *matcher) meetPairs(x *index, t *tongue, p uint32, before, after []uint32) {
	for ; p != 0; p = t.nextPair[p-1] {
		pair := x.pairs[p-1]
		if slices.Contains(atomsIn(before), pair[0]) && slices.Contains(atomsIn(after), pair[1]) {
			m.meet(x.pairAtom(p - 1))
		}
	}
}
