package match

import (
	"hash/maphash"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/bellwether/bellwether/alerts"
)

// index holds queries in a form that is quick to match: flat arrays of numbers
// without pointers, so that the garbage collector has nothing to walk. It never
// changes.
type index struct {
	identity  *identity
	terms     terms
	pairs     [][2]atom // pair p is the atom terms.len()+p
	inflected [spaces]int

	// A group is a query with all its subscriptions: group g has the code
	// code[start[g]:start[g+1]]. Those with several subscriptions come first, and
	// have the ids ids[first[g]:first[g+1]]; the others have one each, in their
	// order. Both lie in the order of their first probes, so that those that hit
	// together lie together.
	code  []uint32
	start []uint32
	ids   []alerts.SubscriptionID
	first []uint32
	// byID finds the place of an id in ids.
	byID []uint32
	// The groups that hit when an atom is present with what a probe needs, and
	// those that are to be evaluated then.
	sure, maybe []probe
	from        []postings // by atom, and one more: where its probes begin
	derived     derivation

	words    [spaces]dictionary // by folded form: inflected, exact, and capitals in fields without small letters
	caps     [spaces]dictionary // by capitals
	prefixes [spaces]dictionary
	lengths  [spaces][]int // of prefixes, in bytes, ascending
	sites    map[string]atom
	langs    map[string]atom

	learning sync.Mutex
	tongues  atomic.Pointer[map[string]*tongue] // by stemmers of a language
	seen     rarity
}

// len counts the subscriptions.
func (x *index) len() int { return len(x.ids) }

func (x *index) groups() int { return len(x.start) - 1 }

// shared counts the groups that have several subscriptions.
func (x *index) shared() uint32 { return uint32(len(x.first) - 1) }

// members gives the places of a group's subscriptions in ids.
func (x *index) members(g uint32) (from, to uint32) {
	if n := x.shared(); g >= n {
		from = x.first[n] + g - n
		return from, from + 1
	}
	return x.first[g], x.first[g+1]
}

// codeOf gives the code of a group.
func (x *index) codeOf(g uint32) []uint32 { return x.code[x.start[g]:x.start[g+1]] }

// pairAtom gives the atom of a pair.
func (x *index) pairAtom(p uint32) atom { return uint32(len(x.terms.records)) + p }

// atoms counts them, pairs included.
func (x *index) atoms() int { return len(x.terms.records) + len(x.pairs) }

func (x *index) fillDictionaries() {
	var words, caps, prefixes [spaces]int
	for i := range x.terms.records {
		r := &x.terms.records[i]
		switch r.kind {
		case inflected, exact:
			words[r.space]++
		case capitals:
			words[r.space]++
			caps[r.space]++
		case prefix:
			prefixes[r.space]++
		}
		if r.kind == inflected {
			x.inflected[r.space]++
		}
	}
	nextWord, nextCaps := make([]atom, x.terms.len()), []atom(nil)
	if slices.Max(caps[:]) > 0 {
		nextCaps = make([]atom, x.terms.len())
	}
	for s := range spaces {
		x.words[s] = dictionary{newTable(words[s]), nextWord}
		x.caps[s] = dictionary{newTable(caps[s]), nextCaps}
		x.prefixes[s] = dictionary{newTable(prefixes[s]), nil}
	}
	x.sites, x.langs = map[string]atom{}, map[string]atom{}
	for i := range x.terms.records {
		x.enter(atom(i))
	}
	for s := range spaces {
		slices.Sort(x.lengths[s])
		x.lengths[s] = clipped(slices.Compact(x.lengths[s]))
	}
}

// enter puts an atom into the dictionaries.
func (x *index) enter(a atom) {
	s := x.terms.records[a].space
	switch x.terms.records[a].kind {
	case inflected, exact:
		x.words[s].link(a, x.terms.folded)
	case capitals:
		x.words[s].link(a, x.terms.folded)
		x.caps[s].link(a, x.terms.other)
	case prefix:
		x.prefixes[s].put(maphash.Bytes(seed, x.terms.folded(a)), a)
		x.lengths[s] = append(x.lengths[s], int(x.terms.records[a].n))
	case site:
		x.sites[string(x.terms.folded(a))] = a
	case lang:
		x.langs[string(x.terms.folded(a))] = a
	}
}

// idHash spreads ids over byID.
func idHash(id alerts.SubscriptionID) uint64 {
	h := uint64(id) * 0x9E3779B97F4A7C15
	return h ^ h>>32
}

func (x *index) fillByID() {
	size := 8
	for 4*size < 5*len(x.ids) {
		size *= 2
	}
	x.byID = make([]uint32, size)
	mask := uint64(size - 1)
	for e, id := range x.ids {
		i := idHash(id) & mask
		for x.byID[i] != 0 {
			i = (i + 1) & mask
		}
		x.byID[i] = uint32(e) + 1
	}
}

// find gives the place of an id in ids, or -1.
func (x *index) find(id alerts.SubscriptionID) int {
	mask := uint64(len(x.byID) - 1)
	for i := idHash(id) & mask; x.byID[i] != 0; i = (i + 1) & mask {
		if e := x.byID[i] - 1; x.ids[e] == id {
			return int(e)
		}
	}
	return -1
}
