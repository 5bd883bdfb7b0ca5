package match

import "math/bits"

// span64 is the widest window of positions that is looked at in one word.
const span64 = 64

// holdsNear is for NEAR and BEFORE in any place.
func (m *matcher) holdsNear(code []uint32, in region) bool {
	left, right := sidesOf(code)
	if opOf(left[0]) != opTerm || opOf(right[0]) != opTerm || in != regionText {
		return m.holdsByPlace(code, in)
	}
	a, b := argOf(left[0]), argOf(right[0])
	return m.has(a) && m.has(b) && m.near(code[0], a, b)
}

// near is for NEAR and BEFORE of two words that are both there, as they nearly
// always are. The positions of each word are bits; around each of the rarer one a
// window of the other's is looked at, cut at the paragraph.
func (m *matcher) near(first uint32, a, b atom) bool {
	distance, ordered := int32(argOf(first)), opOf(first) == opBefore
	if !m.roughlyNear(a, b, distance, ordered) {
		return false
	}
	some, others := m.placesOf(a), m.placesOf(b)
	if m.met[m.slot[a]].wide || m.met[m.slot[b]].wide {
		m.code = append(m.code[:0], first, word(opTerm, a), word(opTerm, b))
		return m.holdsByPlace(m.code, regionText)
	}
	if 2*distance+1 > span64 {
		return m.nearInOrder(some, others, distance, ordered)
	}
	before, after := distance, distance // how far around a place of a b may be
	if ordered {
		before = 0
	}
	if len(others) < len(some) {
		b, some = a, others
		before, after = after, before
	}
	at, bounds := m.bitsOf(b), m.r.bounds()
	for _, p := range some {
		limits := &bounds[p.from]
		lo, hi := max(p.from-before, limits.from), min(p.from+after, limits.to-1)
		w, shift := uint(lo)/64, uint(lo)%64
		window := at[w]>>shift | at[w+1]<<(64-shift)
		window &^= 1 << uint(p.from-lo) // no word is near itself
		if window<<uint(63-(hi-lo)) != 0 {
			return true
		}
	}
	return false
}

// roughlyNear is false where two words are too far apart to be near each other,
// as most are.
func (m *matcher) roughlyNear(a, b atom, distance int32, ordered bool) bool {
	left, right := m.roughly(a), m.roughly(b)
	steps := distance>>m.roughBits() + 1
	if steps > 8 {
		return true
	}
	reach := left
	for range steps {
		reach |= reach << 1
	}
	if !ordered {
		reach |= m.backwards(left, steps)
	}
	return reach&right != 0
}

func (m *matcher) backwards(left uint64, steps int32) uint64 {
	for range steps {
		left |= left >> 1
	}
	return left
}

// roughBits is of how many positions, as a power of two, a bit of roughly stands
// for.
func (m *matcher) roughBits() int { return max(bits.Len32(uint32(m.r.limits[regionText]))-6, 0) }

// roughly gives in which parts of the text a word stands: 64 at most, a bit each.
// A joined form stands in all.
func (m *matcher) roughly(a atom) uint64 {
	met := &m.met[m.slot[a]]
	if met.rough == 0 {
		shift := m.roughBits()
		for _, p := range m.placesOf(a) {
			met.rough |= 1 << (uint(p.from) >> shift)
		}
		if met.wide {
			met.rough = 1<<64 - 1
		}
	}
	return met.rough
}

// nearInOrder goes through the places of both words in their order: the nearest
// are neighbours in it.
func (m *matcher) nearInOrder(some, others []place, distance int32, ordered bool) bool {
	for len(some) > 0 && len(others) > 0 {
		a, b := some[0], others[0]
		switch {
		case a.from < b.from:
			if m.within(a, b, distance) {
				return true
			}
			some = some[1:]
		case a.from > b.from:
			if !ordered && m.within(b, a, distance) {
				return true
			}
			others = others[1:]
		default: // one word that fits both
			if len(others) > 1 && m.within(a, others[1], distance) || !ordered && len(some) > 1 && m.within(b, some[1], distance) {
				return true
			}
			some, others = some[1:], others[1:]
		}
	}
	return false
}

// bitsOf gives the positions of an atom that the article has, a bit each, and a
// word more; they are those of the text.
func (m *matcher) bitsOf(a atom) []uint64 {
	n := m.r.limits[regionText]/64 + 2
	met := &m.met[m.slot[a]]
	if met.bits == 0 {
		at := len(m.bits)
		if at == 0 {
			at = 1
		}
		m.bits = grown(m.bits[:cap(m.bits)], at+int(n))[:at+int(n)]
		met.bits = int32(at)
		some := m.bits[at:]
		clear(some)
		for _, p := range m.placesOf(a) {
			some[p.from/64] |= 1 << uint(p.from%64)
		}
	}
	return m.bits[met.bits : met.bits+n]
}

// bounds gives for each position where its paragraph begins and ends.
func (r *reading) bounds() []place {
	if len(r.bound) == len(r.para) {
		return r.bound
	}
	r.bound = resized(r.bound, len(r.para))
	from := 0
	for i := 1; i <= len(r.para); i++ {
		if i < len(r.para) && r.para[i] == r.para[from] {
			continue
		}
		for j := from; j < i; j++ {
			r.bound[j] = place{int32(from), int32(i)}
		}
		from = i
	}
	return r.bound
}
