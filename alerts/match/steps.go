package match

import "slices"

// Queries of AND, OR and NOT over the presence of atoms alone have steps before
// their tree: each looks at one atom and says where to go on if it is present,
// and if not. So nothing is looked at twice, and the processor need not guess
// which way it goes.
//
// The code is opSteps with the count of steps, the size of all of it, two words
// for each step (its atom; the next steps, if present in the higher half), and
// the tree.

const (
	stepHolds = 1<<16 - 1
	stepFails = 1<<16 - 2
	stepsMost = 1 << 15
)

// stepper makes the steps of a tree, from the last to the first.
type stepper struct {
	*planner
	atoms   []atom
	yes, no []uint32 // by step: stepHolds, stepFails or a step that was made before
}

// withSteps appends code to dst, with steps where it has any.
func (p *planner) withSteps(dst, code []uint32) []uint32 {
	s := stepper{planner: p}
	switch opOf(code[0]) {
	case opAnd, opOr, opNot:
	default:
		return append(dst, code...)
	}
	if !s.possible(code) {
		return append(dst, code...)
	}
	s.tree(code, stepHolds, stepFails)
	n := uint32(len(s.atoms))
	if n > stepsMost {
		return append(dst, code...)
	}
	dst = append(dst, word(opSteps, n), 2+2*n+uint32(len(code)))
	place := func(step uint32) uint32 {
		if step >= stepFails {
			return step
		}
		return n - 1 - step
	}
	for i := int(n) - 1; i >= 0; i-- {
		dst = append(dst, s.atoms[i], place(s.yes[i])<<16|place(s.no[i]))
	}
	return append(dst, code...)
}

// possible reports whether a tree asks for presence alone.
func (s *stepper) possible(code []uint32) bool {
	switch opOf(code[0]) {
	case opAnd, opOr:
		ok := true
		eachKid(code, func(kid []uint32) { ok = ok && s.possible(kid) })
		return ok
	case opNot:
		return s.possible(code[1:])
	}
	_, ok := s.simple(code)
	return ok
}

// tree makes the steps of a tree that go on at yes and no, and gives the first.
func (s *stepper) tree(code []uint32, yes, no uint32) (first uint32) {
	switch opOf(code[0]) {
	case opNot:
		return s.tree(code[1:], no, yes)
	case opAnd, opOr:
		var kids [][]uint32
		eachKid(code, func(kid []uint32) { kids = append(kids, kid) })
		and := opOf(code[0]) == opAnd
		for i, kid := range slices.Backward(kids) {
			next := s.tree(kid, yes, no)
			if i > 0 && and {
				yes = next
			} else if i > 0 {
				no = next
			}
			first = next
		}
		return first
	}
	a, _ := s.simple(code)
	s.atoms = append(s.atoms, a)
	s.yes, s.no = append(s.yes, yes), append(s.no, no)
	return uint32(len(s.atoms)) - 1
}

// treeOf gives the tree of a query's code.
func treeOf(code []uint32) []uint32 {
	if opOf(code[0]) == opSteps {
		return code[2+2*argOf(code[0]):]
	}
	return code
}

// walk takes the n steps of a query.
func (m *matcher) walk(steps []uint32, n uint32) bool {
	steps, present := steps[:2*n], m.present
	next := uint32(0)
	for next < stepFails {
		a := steps[2*next]
		bit := uint32(present[a/64] >> (a % 64) & 1)
		next = steps[2*next+1] >> (16 * bit) & 0xFFFF
	}
	return next == stepHolds
}
