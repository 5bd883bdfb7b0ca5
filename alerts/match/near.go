package match

// span64 is the widest window of positions that is looked at in one word.
const span64 = 64

// holdsNear is for NEAR and BEFORE: of two words, nearly always. The positions
// of each word are bits; around each of the rarer one a window of the other's is
// looked at, cut at the paragraph.
func (m *matcher) holdsNear(code []uint32, in region) bool {
	left, right := sidesOf(code)
	distance, ordered := int32(argOf(code[0])), opOf(code[0]) == opBefore
	if opOf(left[0]) != opTerm || opOf(right[0]) != opTerm || in != regionText {
		return m.holdsByPlace(code, in)
	}
	a, b := argOf(left[0]), argOf(right[0])
	if !m.has(a) || !m.has(b) {
		return false
	}
	before, after := distance, distance // how far around a place of a b may be
	if ordered {
		before = 0
	}
	some, others := m.placesOf(a), m.placesOf(b)
	if m.met[m.slot[a]].wide || m.met[m.slot[b]].wide {
		return m.holdsByPlace(code, in)
	}
	if 2*distance+1 > span64 {
		return m.nearInOrder(some, others, distance, ordered)
	}
	if len(others) < len(some) {
		b, some = a, others
		before, after = after, before
	}
	bits, bounds := m.bitsOf(b), m.r.bounds()
	for _, p := range some {
		limits := &bounds[p.from]
		lo, hi := max(p.from-before, limits.from), min(p.from+after, limits.to-1)
		w, shift := uint(lo)/64, uint(lo)%64
		window := bits[w]>>shift | bits[w+1]<<(64-shift)
		window &^= 1 << uint(p.from-lo) // no word is near itself
		if window<<uint(63-(hi-lo)) != 0 {
			return true
		}
	}
	return false
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
