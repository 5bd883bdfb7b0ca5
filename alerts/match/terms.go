package match

import (
	"hash/maphash"
	"slices"
)

// terms are the atoms of an index but for its pairs, with their texts in one
// array of bytes.
type terms struct {
	records []termRecord // by atom
	bytes   []byte
}

// termRecord is an atomKey: its folded text are the n bytes at, its other text
// the m bytes behind those, or, with m 0, the same.
type termRecord struct {
	at    uint32
	n, m  uint32
	kind  atomKind
	space space
}

func (t *terms) len() int { return len(t.records) }

func (t *terms) add(k atomKey) {
	r := termRecord{at: uint32(len(t.bytes)), n: uint32(len(k.folded)), kind: k.kind, space: k.space}
	t.bytes = append(t.bytes, k.folded...)
	if k.other != k.folded && k.other != "" {
		r.m = uint32(len(k.other))
		t.bytes = append(t.bytes, k.other...)
	}
	t.records = append(t.records, r)
}

func (t *terms) folded(a atom) []byte {
	r := &t.records[a]
	return t.bytes[r.at : r.at+r.n]
}

func (t *terms) other(a atom) []byte {
	r := &t.records[a]
	if r.m == 0 {
		return t.bytes[r.at : r.at+r.n]
	}
	at := r.at + r.n
	return t.bytes[at : at+r.m]
}

func (t *terms) key(a atom) atomKey {
	r := &t.records[a]
	k := atomKey{kind: r.kind, space: r.space, folded: string(t.folded(a))}
	switch k.kind {
	case inflected, capitals:
		k.other = k.folded
		if r.m != 0 {
			k.other = string(t.other(a))
		}
	}
	return k
}

// seed makes it hopeless to choose words that share a place in a table.
var seed = func() (s maphash.Seed) { return maphash.MakeSeed() }()

func hashOf(s string) uint64 { return maphash.String(seed, s) }

// table finds what has a text: open addressing over numbers from 0, of which
// the text is kept elsewhere. A slot holds half of the hash beside the number
// plus 1, so that other texts are hardly ever read.
type table struct {
	slots []uint64
}

// newTable has room for n texts.
func newTable(n int) table {
	size := 8
	for 2*size < 3*n {
		size *= 2
	}
	return table{slots: make([]uint64, size)}
}

const tagBits = ^uint64(1<<32 - 1) // of a hash, in a slot

// find gives the number of s, of which hash is the hash, or -1. text gives the
// text of a number.
func (t *table) find(s string, hash uint64, text func(n uint32) []byte) int {
	mask := uint64(len(t.slots) - 1)
	for i := hash & mask; ; i = (i + 1) & mask {
		slot := t.slots[i]
		if slot == 0 {
			return -1
		}
		if n := uint32(slot) - 1; (slot^hash)&tagBits == 0 && string(text(n)) == s {
			return int(n)
		}
	}
}

// first gives the number that is found first if it can be the one with that
// hash, else 0.
func (t *table) first(hash uint64) uint32 {
	slot := t.slots[hash&uint64(len(t.slots)-1)]
	if slot == 0 || (slot^hash)&tagBits != 0 {
		return 0
	}
	return uint32(slot) - 1
}

// put gives a text that is not there, by its hash, the number n.
func (t *table) put(hash uint64, n uint32) {
	mask := uint64(len(t.slots) - 1)
	i := hash & mask
	for t.slots[i] != 0 {
		i = (i + 1) & mask
	}
	t.slots[i] = hash&tagBits | uint64(n+1)
}

// dictionary finds atoms by a form of a token: the first of a chain that ends
// with always.
type dictionary struct {
	table
	next []atom // by atom; shared by the dictionaries of an index that chain the same atoms
}

// link puts a into the chain of those with the same text.
func (d *dictionary) link(a atom, text func(atom) []byte) {
	s := text(a)
	hash := maphash.Bytes(seed, s)
	head := d.find(string(s), hash, text)
	if head < 0 {
		d.put(hash, a)
		return
	}
	d.next[a] = d.next[head]
	d.next[head] = a
}

// chain gives the first atom with the text s, or always.
func (d *dictionary) chain(s string, hash uint64, text func(atom) []byte) atom {
	if len(d.slots) == 0 {
		return always
	}
	return atom(max(d.find(s, hash, text), 0))
}

// clipped gives a copy without room to grow.
func clipped[E any](s []E) []E { return slices.Clip(slices.Clone(s)) }
