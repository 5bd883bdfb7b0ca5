package match

import "math/bits"

// deaths are the places of an index's ids that count no more: a bit each, in
// pages that are copied when they change, so that a deaths never changes.
type deaths struct {
	pages []*page
	n     int
}

const pageWords = 64

type page [pageWords]uint64

// with gives deaths with one more, in an index of size places.
func (d *deaths) with(e uint32, size int) *deaths {
	next := &deaths{pages: make([]*page, size/(64*pageWords)+1), n: 1}
	if d != nil {
		copy(next.pages, d.pages)
		next.n += d.n
	}
	at := e / (64 * pageWords)
	changed := page{}
	if old := next.pages[at]; old != nil {
		changed = *old
	}
	changed[e/64%pageWords] |= 1 << (e % 64)
	next.pages[at] = &changed
	return next
}

// has reports whether the one at e is dead.
func (d *deaths) has(e uint32) bool {
	if d == nil {
		return false
	}
	p := d.pages[e/(64*pageWords)]
	return p != nil && p[e/64%pageWords]>>(e%64)&1 != 0
}

// any reports whether one from from to before to may be dead: never no when one
// is.
func (d *deaths) any(from, to uint32) bool {
	if d == nil {
		return false
	}
	for w := from / 64; w <= (to-1)/64; w++ {
		if p := d.pages[w/pageWords]; p != nil && p[w%pageWords] != 0 {
			return true
		}
	}
	return false
}

// since calls yield with the places that are dead in d and were not in before.
func (d *deaths) since(before *deaths, yield func(e uint32)) {
	if d == nil || d == before {
		return
	}
	for i, p := range d.pages {
		var old *page
		if before != nil {
			old = before.pages[i]
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

// count is how many are dead.
func (d *deaths) count() int {
	if d == nil {
		return 0
	}
	return d.n
}
