package match

import "slices"

// find appends the places of a term, a phrase, or an OR of them, in a region. A
// place can be found more than once.
func (m *matcher) find(code []uint32, in region) {
	switch opOf(code[0]) {
	case opTerm:
		limit := m.r.limits[in]
		for _, p := range m.placesOf(argOf(code[0])) {
			if p.from >= limit {
				break
			}
			m.places = append(m.places, p)
		}
	case opPair:
		m.findPair(m.x.pairs[argOf(code[0])], in)
	case opPhrase:
		words := phraseOf(code)
		if m.findLong(words, in) {
			return
		}
		terms, joined, _ := words.next()
		m.findFrom(terms[0], words, in)
		if joined != always {
			m.findFrom(joined, words, in)
		}
	case opOr:
		for rest := code[2:code[1]]; len(rest) > 0; rest = rest[sizeOf(rest):] {
			m.find(rest, in)
		}
	}
}

// findPair appends the places of two atoms side by side.
func (m *matcher) findPair(pair [2]atom, in region) {
	limit := m.r.limits[in]
	if !m.has(pair[0]) || !m.has(pair[1]) {
		return
	}
	for _, p := range m.placesOf(pair[0]) {
		if p.from >= limit {
			break
		}
		m.next = m.step(pair[1], p.to, m.next[:0], m.r.para[p.from])
		for _, end := range m.next {
			m.places = append(m.places, place{p.from, end})
		}
	}
}

// findFrom appends the places of a phrase that begin with an occurrence of atom
// a.
func (m *matcher) findFrom(a atom, words phrase, in region) {
	limit := m.r.limits[in]
	last := int32(-1)
	for i, p := range m.placesOf(a) {
		if p.from >= limit || i*len(words) > mostSteps {
			break
		}
		if p.from == last {
			continue
		}
		last = p.from
		for _, end := range m.follow(words, p.from) {
			m.places = append(m.places, place{p.from, end})
		}
	}
}

// follow gives the positions after a phrase that begins at pos. There are
// several where a word and its joined form both fit. It is valid until the next
// call.
func (m *matcher) follow(words phrase, pos int32) []int32 {
	para := m.r.para[pos]
	ends := append(m.ends[:0], pos)
	for len(words) > 0 {
		terms, together, rest := words.next()
		words = rest
		joined := m.joined[:0]
		if together != always {
			for _, at := range ends {
				joined = m.step(together, at, joined, para)
			}
		}
		for _, a := range terms {
			next := m.next[:0]
			for _, at := range ends {
				next = m.step(a, at, next, para)
			}
			ends, m.next = next, ends
		}
		for _, end := range joined {
			if !slices.Contains(ends, end) {
				ends = append(ends, end)
			}
		}
		m.joined = joined
		if len(ends) == 0 {
			break
		}
	}
	m.ends = ends
	return ends
}

// step appends the positions after the occurrences of atom a that begin at
// position at of a paragraph, each once.
func (m *matcher) step(a atom, at int32, to []int32, para int32) []int32 {
	if int(at) >= len(m.r.para) || m.r.para[at] != para || !m.has(a) {
		return to
	}
	if m.fits(m.r.typeOf[at], a) && !slices.Contains(to, at+1) {
		to = append(to, at+1)
	}
	for lo, hi := m.r.joinsAt(at); lo < hi; lo++ {
		if end := m.r.place(lo).to; m.fits(m.r.typeOf[lo], a) && !slices.Contains(to, end) {
			to = append(to, end)
		}
	}
	return to
}
