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

// table finds what has a text: open addressing over numbers from 0, of which
// the text is kept elsewhere.
type table struct {
	slots []uint32 // numbers plus 1
	seed  maphash.Seed
}

// newTable has room for n texts.
func newTable(n int) table {
	size := 8
	for 2*size < 3*n {
		size *= 2
	}
	return table{slots: make([]uint32, size), seed: maphash.MakeSeed()}
}

// find gives the number of s, or -1.
func (t *table) find(s []byte, is func(n uint32) bool) int {
	mask := uint64(len(t.slots) - 1)
	for i := maphash.Bytes(t.seed, s) & mask; ; i = (i + 1) & mask {
		n := t.slots[i]
		if n == 0 {
			return -1
		}
		if is(n - 1) {
			return int(n - 1)
		}
	}
}

// findString is find for a string.
func (t *table) findString(s string, is func(n uint32) bool) int {
	mask := uint64(len(t.slots) - 1)
	for i := maphash.String(t.seed, s) & mask; ; i = (i + 1) & mask {
		n := t.slots[i]
		if n == 0 {
			return -1
		}
		if is(n - 1) {
			return int(n - 1)
		}
	}
}

// put gives s, which is not there, the number n.
func (t *table) put(s []byte, n uint32) {
	mask := uint64(len(t.slots) - 1)
	i := maphash.Bytes(t.seed, s) & mask
	for t.slots[i] != 0 {
		i = (i + 1) & mask
	}
	t.slots[i] = n + 1
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
	head := d.find(s, func(n uint32) bool { return string(text(n)) == string(s) })
	if head < 0 {
		d.put(s, a)
		return
	}
	d.next[a] = d.next[head]
	d.next[head] = a
}

// chain gives the first atom with the text s, or always.
func (d *dictionary) chain(s string, text func(atom) []byte) atom {
	if len(d.slots) == 0 {
		return always
	}
	return atom(max(d.findString(s, func(n uint32) bool { return string(text(n)) == s }), 0))
}

// clipped gives a copy without room to grow.
func clipped[E any](s []E) []E { return slices.Clip(slices.Clone(s)) }
