package match

import (
	"hash/maphash"
	"maps"

	"github.com/bellwether/bellwether/alerts/text"
)

// tongue is what an index knows for articles in languages that stem every word
// alike: which atoms have the same stem, and which pairs of atoms are asked for.
//
// A class is a stem with its space; atoms that are not inflected have classes of
// their own. Pairs are found by the classes of their atoms: the forms of a word
// that people ask for are many, and have few stems.
type tongue struct {
	language string // one of those that it is for
	stems    [spaces]table
	at       []uint32 // by class, and one more: where its stem begins in bytes
	bytes    []byte
	class    []uint32 // by atom
	from     []uint32 // by class: its atoms are members[from[c]:from[c+1]]
	members  []atom

	// firsts and seconds mark classes that begin or end a pair; sieve marks hashes
	// of both classes of a pair.
	firsts, seconds, sieve []uint64
	// forms marks hashes of the folded texts and stems that atoms have, but for
	// prefixes and capitals.
	forms    []uint64
	slots    []pairSlot
	nextPair []uint32 // by pair: the next of the same classes, plus 1
}

// pairSlot finds pairs by their classes.
type pairSlot struct {
	a, b uint32
	head uint32 // pair plus 1; 0 if the slot is free
}

// tongueOf gives the tongue for a language. It is made when an article in a
// language with such stemmers is first met.
func (x *index) tongueOf(language string) *tongue {
	return x.tongueNamed(stemmers(language), language)
}

// tongueNamed is tongueOf for who knows the stemmers of the language.
func (x *index) tongueNamed(name, language string) *tongue {
	if t := (*x.tongues.Load())[name]; t != nil {
		return t
	}
	x.learning.Lock()
	defer x.learning.Unlock()
	all := maps.Clone(*x.tongues.Load())
	if all[name] == nil {
		all[name] = x.newTongue(language)
		x.tongues.Store(&all)
	}
	return all[name]
}

func (x *index) newTongue(language string) *tongue {
	t := &tongue{language: language, at: make([]uint32, 1), class: make([]uint32, x.terms.len())}
	count := 0
	for i := range x.terms.records {
		if x.terms.records[i].kind == inflected {
			count++
		}
	}
	for s := range t.stems {
		t.stems[s] = newTable(count) // few are in other spaces, but those are small then
		if s > int(inText) {
			t.stems[s] = newTable(x.inflected[s])
		}
	}
	for i := range x.terms.records {
		if r := &x.terms.records[i]; r.kind == inflected {
			t.class[i] = t.classOf(r.space, text.Stem(string(x.terms.other(atom(i))), language))
		}
	}
	t.markForms(x)
	stems := len(t.at) - 1
	t.gather(x, stems)
	classes := uint32(stems)
	for i := range x.terms.records {
		if x.terms.records[i].kind != inflected {
			t.class[i] = classes
			classes++
		}
	}
	t.pairUp(x, int(classes))
	t.at, t.bytes = clipped(t.at), clipped(t.bytes)
	return t
}

// markForms makes the sieve of forms.
func (t *tongue) markForms(x *index) {
	size := 64
	for size < 8*(x.terms.len()+len(t.at)) {
		size *= 2
	}
	t.forms = make([]uint64, size/64)
	mark := func(text []byte) {
		h := maphash.Bytes(seed, text) % uint64(size)
		t.forms[h/64] |= 1 << (h % 64)
	}
	for i := range x.terms.records {
		mark(x.terms.folded(atom(i)))
	}
	for c := range len(t.at) - 1 {
		mark(t.stem(uint32(c)))
	}
}

// mayHave reports whether a word may fit an atom by its folded text or its
// stem.
func (t *tongue) mayHave(h wordHash) bool {
	size := uint64(len(t.forms)) * 64
	a, b := h.folded%size, h.stem%size
	return (t.forms[a/64]>>(a%64)|t.forms[b/64]>>(b%64))&1 != 0
}

// stem gives the stem of a class.
func (t *tongue) stem(class uint32) []byte { return t.bytes[t.at[class]:t.at[class+1]] }

// classOf finds or makes the class of a stem.
func (t *tongue) classOf(s space, stem string) uint32 {
	hash := hashOf(stem)
	found := t.stems[s].find(stem, hash, t.stem)
	if found >= 0 {
		return uint32(found)
	}
	n := uint32(len(t.at)) - 1
	t.bytes = append(t.bytes, stem...)
	t.at = append(t.at, uint32(len(t.bytes)))
	t.stems[s].put(hash, n)
	return n
}

// gather lists the inflected atoms by class.
func (t *tongue) gather(x *index, stems int) {
	t.from = make([]uint32, stems+1)
	for i := range x.terms.records {
		if x.terms.records[i].kind == inflected {
			t.from[t.class[i]+1]++
		}
	}
	for c := range stems {
		t.from[c+1] += t.from[c]
	}
	t.members = make([]atom, t.from[stems])
	free := append([]uint32(nil), t.from...)
	for i := range x.terms.records {
		if x.terms.records[i].kind == inflected {
			c := t.class[i]
			t.members[free[c]] = atom(i)
			free[c]++
		}
	}
}

// withStem gives the inflected atoms of a space with a stem.
func (t *tongue) withStem(s space, stem string, hash uint64) []atom {
	c := t.stems[s].find(stem, hash, t.stem)
	if c < 0 {
		return nil
	}
	return t.members[t.from[c]:t.from[c+1]]
}

// pairUp makes the table of pairs.
func (t *tongue) pairUp(x *index, classes int) {
	if len(x.pairs) == 0 {
		return
	}
	t.firsts, t.seconds = make([]uint64, classes/64+1), make([]uint64, classes/64+1)
	size := 8
	for 2*size < 3*len(x.pairs) {
		size *= 2
	}
	t.slots = make([]pairSlot, size)
	t.sieve = make([]uint64, max(size/8, 1)) // 8 bits a slot
	t.nextPair = make([]uint32, len(x.pairs))
	for p, pair := range x.pairs {
		a, b := t.class[pair[0]], t.class[pair[1]]
		t.firsts[a/64] |= 1 << (a % 64)
		t.seconds[b/64] |= 1 << (b % 64)
		h := pairHash(a, b)
		bit := h & uint64(len(t.sieve)*64-1)
		t.sieve[bit/64] |= 1 << (bit % 64)
		i := h >> 32 & uint64(size-1)
		for t.slots[i].head != 0 && (t.slots[i].a != a || t.slots[i].b != b) {
			i = (i + 1) & uint64(size-1)
		}
		t.nextPair[p] = t.slots[i].head
		t.slots[i] = pairSlot{a, b, uint32(p) + 1}
	}
}

func pairHash(a, b uint32) uint64 {
	h := (uint64(a)<<32 | uint64(b)) * 0x9E3779B97F4A7C15
	return (h ^ h>>29) * 0xBF58476D1CE4E5B9
}

// sifted is 1 if there may be a pair of two classes with that hash, else 0.
func (t *tongue) sifted(hash uint64) uint64 {
	bit := hash & uint64(len(t.sieve)*64-1)
	return t.sieve[bit/64] >> (bit % 64) & 1
}

// pairsAt gives the first pair of two classes, plus 1, or 0.
func (t *tongue) pairsAt(a, b uint32, hash uint64) uint32 {
	mask := uint64(len(t.slots) - 1)
	for i := hash >> 32 & mask; ; i = (i + 1) & mask {
		s := &t.slots[i]
		if s.head == 0 || s.a == a && s.b == b {
			return s.head
		}
	}
}
