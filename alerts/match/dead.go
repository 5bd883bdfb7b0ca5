package match

import (
	"math/bits"
	"sort"
)

// deaths are the places of an index's ids that count no more, and the groups
// that have such a place. A deaths never changes.
type deaths struct {
	ids, groups bitset
	n           int
}

// with gives deaths with one more.
func (d *deaths) with(e uint32, x *index) *deaths {
	next := deaths{n: 1}
	if d != nil {
		next = *d
		next.n++
	}
	next.ids = next.ids.with(e, x.len())
	next.groups = next.groups.with(x.groupOf(e), x.groups())
	return &next
}

// groupOf gives the group of a place in ids.
func (x *index) groupOf(e uint32) uint32 {
	n := x.shared()
	if all := x.first[n]; e >= all {
		return n + e - all
	}
	return uint32(sort.Search(int(n), func(g int) bool { return x.first[g+1] > e }))
}

// has reports whether the one at e is dead.
func (d *deaths) has(e uint32) bool { return d != nil && d.ids.has(e) }

// count is how many are dead.
func (d *deaths) count() int {
	if d == nil {
		return 0
	}
	return d.n
}

// since calls yield with the places that are dead in d and were not in before.
func (d *deaths) since(before *deaths, yield func(e uint32)) {
	switch {
	case d == nil || d == before:
	case before == nil:
		d.ids.since(nil, yield)
	default:
		d.ids.since(before.ids, yield)
	}
}

// bitset is a set of numbers in pages, which are copied when they change. Nil
// pages are empty, a nil bitset too.
type bitset []*page

const pageWords = 64

type page [pageWords]uint64

// with gives the set with n; all its numbers are less than size.
func (s bitset) with(n uint32, size int) bitset {
	next := make(bitset, size/(64*pageWords)+1)
	copy(next, s)
	at := n / (64 * pageWords)
	changed := page{}
	if old := next[at]; old != nil {
		changed = *old
	}
	changed[n/64%pageWords] |= 1 << (n % 64)
	next[at] = &changed
	return next
}

func (s bitset) has(n uint32) bool {
	p := s[n/(64*pageWords)]
	return p != nil && p[n/64%pageWords]>>(n%64)&1 != 0
}

// since calls yield with what is in s and not in before.
func (s bitset) since(before bitset, yield func(n uint32)) {
	for i, p := range s {
		var old *page
		if before != nil {
			old = before[i]
		}
		if p == nil || p == old {
			continue
		}
		for w, set := range p {
			if old != nil {
				set &^= old[w]
			}
			for ; set != 0; set &= set - 1 {
				yield(uint32(i*64*pageWords + w*64 + bits.TrailingZeros64(set)))
			}
		}
	}
}
