package match

import (
	"cmp"
	"slices"

	"github.com/bellwether/bellwether/alerts"
)

// place is an occurrence of a phrase: positions from from to before to.
type place struct{ from, to int32 }

func byStart(a, b place) int {
	return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(a.to, b.to))
}
func byEnd(a, b place) int { return cmp.Compare(a.to, b.to) }

// holds says whether a tree holds in a region.
func (m *matcher) holds(code []uint32, in region) bool {
	arg := argOf(code[0])
	switch opOf(code[0]) {
	case opTerm:
		if in != regionTitle && in != regionLead {
			return m.has(arg)
		}
		places := m.placesOf(arg)
		return len(places) > 0 && places[0].from < m.r.limits[in]
	case opPair:
		if in == regionText {
			return m.has(m.x.pairAtom(arg))
		}
		return m.anyPlace(code, in)
	case opFlag:
		return m.has(arg)
	case opPhrase:
		return m.anyPlace(code, in)
	case opAnd:
		return m.holdsAnd(code, in)
	case opOr:
		for rest := code[2:code[1]]; len(rest) > 0; rest = rest[sizeOf(rest):] {
			if m.holds(rest, in) {
				return true
			}
		}
		return false
	case opNot:
		return !m.holds(code[1:], in)
	case opNear, opBefore:
		return m.holdsNear(code, in)
	case opSame, opAtLeast:
		return m.holdsByPlace(code, in)
	case opWithin, opSilent:
		return m.holds(code[1:], inner(code[0], in))
	default: // opNever
		return false
	}
}

// inner is the region in which the kid of an opWithin or opSilent is looked at.
func inner(word uint32, in region) region {
	if opOf(word) == opWithin && in == regionTitle { // which is part of the lead
		return in
	}
	return argOf(word)
}

// holdsAnd looks at the presence of atoms before anything else.
func (m *matcher) holdsAnd(code []uint32, in region) bool {
	for rest := code[2:code[1]]; len(rest) > 0; rest = rest[sizeOf(rest):] {
		if o := opOf(rest[0]); (o == opTerm || o == opFlag) && !m.has(argOf(rest[0])) {
			return false
		}
	}
	for rest := code[2:code[1]]; len(rest) > 0; rest = rest[sizeOf(rest):] {
		if !m.holds(rest, in) {
			return false
		}
	}
	return true
}

// holdsByPlace is for operators that ask where their operands stand. What they
// mark is dropped: they are few enough.
func (m *matcher) holdsByPlace(code []uint32, in region) bool {
	before := len(m.spans)
	holds := m.mark(code, in)
	m.spans = m.spans[:before]
	return holds
}

func (m *matcher) anyPlace(code []uint32, in region) bool {
	base := len(m.places)
	m.find(code, in)
	found := len(m.places) > base
	m.places = m.places[:base]
	return found
}

// mark says whether a tree holds in a region, and appends the spans of what
// made it hold; where it does not hold it leaves the spans as they were.
func (m *matcher) mark(code []uint32, in region) bool {
	before := len(m.spans)
	switch opOf(code[0]) {
	case opTerm, opPair, opPhrase, opAtLeast:
		return m.markPlaces(code, in)
	case opAnd:
		if !m.holdsAnd(code, in) {
			return false
		}
		eachKid(code, func(kid []uint32) { m.mark(kid, in) })
		return true
	case opOr:
		holds := false
		eachKid(code, func(kid []uint32) { holds = m.mark(kid, in) || holds })
		return holds
	case opNear, opBefore:
		return m.markNear(code, in)
	case opSame:
		return m.markSame(code, in)
	case opWithin:
		return m.mark(code[1:], inner(code[0], in))
	default: // without spans
		m.spans = m.spans[:before]
		return m.holds(code, in)
	}
}

func (m *matcher) markPlaces(code []uint32, in region) bool {
	need := 1
	base := len(m.places)
	if opOf(code[0]) == opAtLeast {
		need = int(argOf(code[0]))
		code = code[1:]
	}
	m.find(code, in)
	found := m.places[base:]
	m.places = m.places[:base]
	if len(found) < need || (need > 1 && countDisjoint(found) < need) {
		return false
	}
	m.markAll(found)
	return true
}

func (m *matcher) markAll(places []place) {
	for _, p := range places {
		m.spans = append(m.spans, m.r.span(p))
	}
}

// sides finds the places of both operands, sorted by their start. They are
// valid until the next call of find.
func (m *matcher) sides(code []uint32, in region) (left, right []place) {
	a, b := sidesOf(code)
	base := len(m.places)
	m.find(a, in)
	middle := len(m.places)
	m.find(b, in)
	left, right = m.places[base:middle], m.places[middle:]
	m.places = m.places[:base]
	sortPlaces(left)
	sortPlaces(right)
	return left, right
}

func sortPlaces(places []place) {
	if !slices.IsSortedFunc(places, byStart) {
		slices.SortFunc(places, byStart)
	}
}

func (m *matcher) markNear(code []uint32, in region) bool {
	left, right := m.sides(code, in)
	if len(left) == 0 || len(right) == 0 {
		return false
	}
	before, distance, either := len(m.spans), int32(argOf(code[0])), opOf(code[0]) == opNear
	m.markBeside(left, right, distance, true, either)
	m.markBeside(right, left, distance, either, true)
	return len(m.spans) > before
}

// markBeside marks the places of some that have one of others at most distance
// away: after them, or before them. Both are sorted by start.
func (m *matcher) markBeside(some, others []place, distance int32, after, before bool) {
	m.byEnd = append(m.byEnd[:0], others...)
	if !slices.IsSortedFunc(m.byEnd, byEnd) {
		slices.SortFunc(m.byEnd, byEnd)
	}
	i, j := 0, 0 // the first of others that begins after p; how many end before it
	for _, p := range some {
		if after {
			// Ends do not grow with starts, so that i may have to go back a little.
			for i > 0 && others[i-1].from >= p.to {
				i--
			}
			for i < len(others) && others[i].from < p.to {
				i++
			}
			if i < len(others) && m.within(p, others[i], distance) {
				m.spans = append(m.spans, m.r.span(p))
				continue
			}
		}
		if before {
			for j < len(m.byEnd) && m.byEnd[j].to <= p.from {
				j++
			}
			if j > 0 && m.within(m.byEnd[j-1], p, distance) {
				m.spans = append(m.spans, m.r.span(p))
			}
		}
	}
}

// within reports whether b, which is after a, is at most distance away in the
// same paragraph.
func (m *matcher) within(a, b place, distance int32) bool {
	return b.from-a.to < distance && m.r.para[a.from] == m.r.para[b.from]
}

func (m *matcher) markSame(code []uint32, in region) bool {
	left, right := m.sides(code, in)
	if len(left) == 0 || len(right) == 0 {
		return false
	}
	sent := m.r.sentences()
	left, right = inOneSentence(sent, left), inOneSentence(sent, right)
	before := len(m.spans)
	m.markSentences(sent, left, right)
	m.markSentences(sent, right, left)
	return len(m.spans) > before
}

// inOneSentence drops the places that reach over the end of a sentence.
func inOneSentence(sent []int32, places []place) []place {
	return slices.DeleteFunc(places, func(p place) bool { return sent[p.from] != sent[p.to-1] })
}

// markSentences marks the places of some in whose sentence there is one of
// others. Both are sorted by start.
func (m *matcher) markSentences(sent []int32, some, others []place) {
	i := 0
	for _, p := range some {
		for i < len(others) && sent[others[i].from] < sent[p.from] {
			i++
		}
		if i < len(others) && sent[others[i].from] == sent[p.from] {
			m.spans = append(m.spans, m.r.span(p))
		}
	}
}

// countDisjoint is the largest number of places of which no two overlap. It
// sorts them.
func countDisjoint(places []place) int {
	if !slices.IsSortedFunc(places, byEnd) {
		slices.SortFunc(places, byEnd)
	}
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
