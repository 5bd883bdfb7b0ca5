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

func atomsIn(list []uint32) []atom     { return list[3 : 3+list[0]] }
func firstsIn(list []uint32) []uint32  { return list[3+list[0] : 3+list[0]+list[1]] }
func secondsIn(list []uint32) []uint32 { return list[3+list[0]+list[1] : 3+list[0]+list[1]+list[2]] }

// lookUp gives every type its list in an index.
func (m *matcher) lookUp(x *index, t *tongue) {
	m.arena = m.arena[:0]
	cache := &m.r.voice.lists
	cached := x.len() >= cachedFrom
	if cached && cache.of != x.identity {
		*cache = lists{of: x.identity, at: cache.at[:0], arena: append(cache.arena[:0], m.nothing[:]...)}
		clear(cache.at[:cap(cache.at)])
	}
	lexicon := m.r.voice.lexicon
	if cached {
		cache.at = grown(cache.at[:cap(cache.at)], lexicon.Len())
	}
	for i := range m.r.types {
		typ := &m.r.types[i]
		if cached && typ.space == inText && !typ.noSmall {
			if cache.at[typ.word] == 0 {
				m.learn(x, t, typ, cache)
			}
			typ.list = cache.arena[cache.at[typ.word]-1:]
			continue
		}
		typ.list = m.nothing[:]
		if typ.noSmall || t.mayHave(m.r.hashes(typ.word)) || !m.plain(x, typ) {
			typ.list = m.list(x, t, lexicon.Word(typ.word), typ)
		}
	}
}

// learn puts the list of a word into the cache.
func (m *matcher) learn(x *index, t *tongue, typ *wordType, cache *lists) {
	cache.at[typ.word] = 1
	if !t.mayHave(m.r.hashes(typ.word)) && m.plain(x, typ) {
		return
	}
	list := m.list(x, t, m.r.voice.lexicon.Word(typ.word), typ)
	m.arena = m.arena[:0]
	if list[0] > 0 {
		cache.at[typ.word] = uint32(len(cache.arena)) + 1
		cache.arena = append(cache.arena, list...)
	}
}

// plain reports whether a word can fit atoms by its folded text or its stem only.
func (m *matcher) plain(x *index, typ *wordType) bool {
	return len(x.lengths[typ.space]) == 0 && (x.caps[typ.space].next == nil || m.r.voice.lexicon.Word(typ.word).Caps == "")
}

// list makes the list of a word at the end of m.arena.
func (m *matcher) list(x *index, t *tongue, w *text.Word, typ *wordType) []uint32 {
	base := len(m.arena)
	if base+64 > cap(m.arena) {
		// Lists that were handed out keep the old array.
		m.arena, base = make([]uint32, 0, 2*cap(m.arena)+1024), 0
	}
	m.arena = append(m.arena, 0, 0, 0)
	m.appendAtoms(x, t, w, typ)
	atoms := m.arena[base+3:]
	m.arena[base] = uint32(len(atoms))
	if typ.space == inText {
		m.arena[base+1] = m.appendClasses(t, atoms, t.firsts)
		m.arena[base+2] = m.appendClasses(t, atoms, t.seconds)
	}
	return m.arena[base:]
}

// appendClasses appends the classes of atoms that are in a set, each once, and
// counts them.
func (m *matcher) appendClasses(t *tongue, atoms []atom, set []uint64) uint32 {
	base := len(m.arena)
	for _, a := range atoms {
		c := t.class[a]
		if len(set) > 0 && set[c/64]>>(c%64)&1 != 0 && !slices.Contains(m.arena[base:], c) {
			m.arena = append(m.arena, c)
		}
	}
	return uint32(len(m.arena) - base)
}

// appendAtoms appends the atoms that a word fits, each once.
func (m *matcher) appendAtoms(x *index, t *tongue, w *text.Word, typ *wordType) {
	base := len(m.arena)
	words, hash := &x.words[typ.space], m.r.hashes(typ.word)
	for a := words.chain(w.Folded, hash.folded, x.terms.folded); a != always; a = words.next[a] {
		if x.terms.records[a].kind != capitals || typ.noSmall {
			m.arena = append(m.arena, a)
		}
	}
	direct := m.arena[base:]
	for _, a := range t.withStem(typ.space, w.Stem, hash.stem) {
		if !slices.Contains(direct, a) {
			m.arena = append(m.arena, a)
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
			m.arena = append(m.arena, a)
		}
	}
}

// appendCapitals appends the atoms in capitals that a word fits, and that are
// not behind base yet.
func (m *matcher) appendCapitals(x *index, w *text.Word, typ *wordType, base int) {
	add := func(a atom) {
		if !slices.Contains(m.arena[base:], a) {
			m.arena = append(m.arena, a)
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

// lookUpPairs meets the pairs of neighbours of the text.
func (m *matcher) lookUpPairs(x *index, t *tongue) {
	if len(x.pairs) == 0 {
		return
	}
	r := &m.r
	end := r.limits[regionText]
	if end == 0 {
		return
	}
	before := &r.types[r.typeOf[0]]
	for pos := int32(1); pos < end; pos++ {
		after := &r.types[r.typeOf[pos]]
		if before.list[1] != 0 && after.list[2] != 0 && r.para[pos-1] == r.para[pos] {
			m.lookUpPair(x, t, before.list, after.list)
		}
		before = after
	}
	m.lookUpJoined(x, t, end)
}

// lookUpJoined does so for joined forms with their neighbours.
func (m *matcher) lookUpJoined(x *index, t *tongue, end int32) {
	r := &m.r
	n := int32(len(r.scan.Spots))
	list := func(o int32) []uint32 { return r.types[r.typeOf[o]].list }
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
			for p := t.pairsOf(a, b); p != 0; p = t.nextPair[p-1] {
				pair := x.pairs[p-1]
				if slices.Contains(atomsIn(before), pair[0]) && slices.Contains(atomsIn(after), pair[1]) {
					m.meet(x.pairAtom(p-1), -1)
				}
			}
		}
	}
}
