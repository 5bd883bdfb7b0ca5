package match

import (
	"cmp"
	"slices"

	"github.com/bellwether/bellwether/alerts"
)

// place is an occurrence of a phrase: positions from from to before to.
type place struct{ from, to int32 }

func byStart(a, b place) int { return cmp.Compare(a.from, b.from) }
func byEnd(a, b place) int   { return cmp.Compare(a.to, b.to) }

// eval says whether node n holds in a region, and appends the spans of what
// made it hold; where it does not hold it leaves the spans as they were.
func (m *matcher) eval(n uint32, in region) bool {
	before := len(m.spans)
	switch n := m.x.nodes[n]; n.op {
	case opTerm:
		return m.evalTerm(n.a, in)
	case opPhrase, opAtLeast:
		return m.evalPlaces(n, in)
	case opFlag:
		return m.has(n.a)
	case opAnd:
		return m.evalAnd(n, in)
	case opOr:
		holds := false
		for _, kid := range m.x.kids[n.a:n.b] {
			holds = m.eval(kid, in) || holds
		}
		return holds
	case opNot:
		holds := m.eval(n.a, in)
		m.spans = m.spans[:before]
		return !holds
	case opNear, opBefore:
		return m.evalNear(n, in)
	case opSame:
		return m.evalSame(n, in)
	case opWithin:
		if in != regionTitle { // which is part of the lead
			in = n.n
		}
		return m.eval(n.a, in)
	case opSilent:
		holds := m.eval(n.a, n.n)
		m.spans = m.spans[:before]
		return holds
	default: // opNever
		return false
	}
}

func (m *matcher) evalTerm(a atom, in region) bool {
	before, limits := len(m.spans), m.r.bounds[in]
	for _, i := range m.tokensOf(a) {
		if limits.lo <= i && i < limits.hi {
			t := &m.r.tokens[i]
			m.spans = append(m.spans, alerts.Span{Field: m.fieldOf(i), Start: int(t.start), End: int(t.end)})
		}
	}
	return len(m.spans) > before
}

func (m *matcher) evalPlaces(n node, in region) bool {
	need := 1
	base := len(m.places)
	if n.op == opAtLeast {
		m.find(m.x.nodes[n.a], in)
		need = int(n.n)
	} else {
		m.find(n, in)
	}
	found := m.places[base:]
	m.places = m.places[:base]
	if len(found) < need || (need > 1 && countDisjoint(found) < need) {
		return false
	}
	for _, p := range found {
		m.mark(p)
	}
	return true
}

func (m *matcher) evalAnd(n node, in region) bool {
	kids := m.x.kids[n.a:n.b]
	for _, kid := range kids {
		if k := m.x.nodes[kid]; (k.op == opTerm || k.op == opFlag) && !m.has(k.a) {
			return false
		}
	}
	before := len(m.spans)
	for _, kid := range kids {
		if !m.eval(kid, in) {
			m.spans = m.spans[:before]
			return false
		}
	}
	return true
}

// sides finds the places of both operands of n, sorted by their start. They
// are valid until the next call of find.
func (m *matcher) sides(n node, in region) (left, right []place) {
	base := len(m.places)
	m.find(m.x.nodes[n.a], in)
	middle := len(m.places)
	m.find(m.x.nodes[n.b], in)
	left, right = m.places[base:middle], m.places[middle:]
	m.places = m.places[:base]
	slices.SortFunc(left, byStart)
	slices.SortFunc(right, byStart)
	return left, right
}

func (m *matcher) evalNear(n node, in region) bool {
	left, right := m.sides(n, in)
	if len(left) == 0 || len(right) == 0 {
		return false
	}
	before := len(m.spans)
	m.markNear(left, right, n.n, true, n.op == opNear)
	m.markNear(right, left, n.n, n.op == opNear, true)
	return len(m.spans) > before
}

// markNear marks the places of some that have one of others at most distance
// away: after them, or before them. Both are sorted by start.
func (m *matcher) markNear(some, others []place, distance int32, after, before bool) {
	m.byEnd = append(m.byEnd[:0], others...)
	slices.SortFunc(m.byEnd, byEnd)
	for _, p := range some {
		if after {
			i, _ := slices.BinarySearchFunc(others, p.to, func(o place, to int32) int { return cmp.Compare(o.from, to) })
			if i < len(others) && m.within(p, others[i], distance) {
				m.mark(p)
				continue
			}
		}
		if before {
			i, _ := slices.BinarySearchFunc(m.byEnd, p.from+1, func(o place, end int32) int { return cmp.Compare(o.to, end) })
			if i > 0 && m.within(m.byEnd[i-1], p, distance) {
				m.mark(p)
			}
		}
	}
}

// within reports whether b, which is after a, is at most distance away in the
// same paragraph.
func (m *matcher) within(a, b place, distance int32) bool {
	return b.from-a.to < distance && m.at(a.from).para == m.at(b.from).para
}

func (m *matcher) evalSame(n node, in region) bool {
	left, right := m.sides(n, in)
	left, right = m.inOneSentence(left), m.inOneSentence(right)
	before := len(m.spans)
	m.markSame(left, right)
	m.markSame(right, left)
	return len(m.spans) > before
}

// inOneSentence drops the places that reach over the end of a sentence.
func (m *matcher) inOneSentence(places []place) []place {
	return slices.DeleteFunc(places, func(p place) bool { return m.at(p.from).sent != m.at(p.to-1).sent })
}

// markSame marks the places of some in whose sentence there is one of others.
// Both are sorted by start.
func (m *matcher) markSame(some, others []place) {
	for _, p := range some {
		sent := m.at(p.from).sent
		i, _ := slices.BinarySearchFunc(others, sent, func(o place, sent int32) int { return cmp.Compare(m.at(o.from).sent, sent) })
		if i < len(others) && m.at(others[i].from).sent == sent {
			m.mark(p)
		}
	}
}

// find appends the places of a term, a phrase, or an OR of them. A place can
// be found more than once.
func (m *matcher) find(n node, in region) {
	switch n.op {
	case opTerm:
		limits := m.r.bounds[in]
		for _, i := range m.tokensOf(n.a) {
			if limits.lo <= i && i < limits.hi {
				m.places = append(m.places, place{m.r.tokens[i].pos, m.r.tokens[i].after})
			}
		}
	case opPhrase:
		words := m.x.words[n.a:n.b]
		m.findFrom(m.x.terms[words[0].lo], words, in)
		if words[0].joined != always {
			m.findFrom(words[0].joined, words, in)
		}
	case opOr:
		for _, kid := range m.x.kids[n.a:n.b] {
			m.find(m.x.nodes[kid], in)
		}
	}
}

// findFrom appends the places of a phrase that begin with a token of atom a.
func (m *matcher) findFrom(a atom, words []word, in region) {
	limits := m.r.bounds[in]
	last := int32(-1)
	for _, i := range m.tokensOf(a) {
		t := &m.r.tokens[i]
		if i < limits.lo || i >= limits.hi || t.pos == last {
			continue
		}
		last = t.pos
		for _, end := range m.follow(words, t.pos, t.para) {
			m.places = append(m.places, place{t.pos, end})
		}
	}
}

// follow gives the positions after a phrase that begins at pos. There are
// several where a token and its joined form both fit. It is valid until the
// next call.
func (m *matcher) follow(words []word, pos, para int32) []int32 {
	ends := append(m.ends[:0], pos)
	for _, w := range words {
		joined := m.joined[:0]
		if w.joined != always {
			joined = m.step(w.joined, ends, joined, para)
		}
		for _, a := range m.x.terms[w.lo:w.hi] {
			next := m.step(a, ends, m.next[:0], para)
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

// step appends the positions after the tokens with atom a that begin at one of
// the positions at.
func (m *matcher) step(a atom, at, to []int32, para int32) []int32 {
	if !m.has(a) {
		return to
	}
	for _, pos := range at {
		if int(pos) >= len(m.r.firstAt) {
			continue
		}
		for i := m.r.firstAt[pos]; int(i) < len(m.r.tokens) && m.r.tokens[i].pos == pos; i++ {
			t := &m.r.tokens[i]
			if t.para == para && m.fits(t.typ, a) && !slices.Contains(to, t.after) {
				to = append(to, t.after)
			}
		}
	}
	return to
}

// at is the word at a position.
func (m *matcher) at(pos int32) *token { return &m.r.tokens[m.r.firstAt[pos]] }

// mark appends the span of a place.
func (m *matcher) mark(p place) {
	first := m.r.firstAt[p.from]
	m.spans = append(m.spans, alerts.Span{
		Field: m.fieldOf(first),
		Start: int(m.r.tokens[first].start),
		End:   int(m.at(p.to - 1).end),
	})
}

// fieldOf is the field that a token of the text is in.
func (m *matcher) fieldOf(i int32) alerts.Field {
	if i < m.r.bounds[regionTitle].hi {
		return alerts.Title
	}
	return alerts.Body
}

// countDisjoint is the largest number of places of which no two overlap. It
// sorts them.
func countDisjoint(places []place) int {
	slices.SortFunc(places, byEnd)
	count, end := 0, int32(-1)
	for _, p := range places {
		if p.from >= end {
			count, end = count+1, p.to
		}
	}
	return count
}

// merge sorts spans, and merges those that touch or overlap, in place.
func merge(spans []alerts.Span) []alerts.Span {
	if len(spans) < 2 {
		return spans
	}
	slices.SortFunc(spans, func(a, b alerts.Span) int {
		return cmp.Or(cmp.Compare(a.Field, b.Field), cmp.Compare(a.Start, b.Start))
	})
	out := spans[:1]
	for _, s := range spans[1:] {
		if last := &out[len(out)-1]; last.Field == s.Field && s.Start <= last.End {
			last.End = max(last.End, s.End)
		} else {
			out = append(out, s)
		}
	}
	return out
}
