package match

import (
	"cmp"
	"slices"
)

// arrange appends code to dst in an order in which it is soon evaluated: what
// most likely fails first in an AND, what most likely holds first in an OR. It
// gives how likely the code is to hold.
func (p *planner) arrange(dst, code []uint32) ([]uint32, float32) {
	return p.arrangeUnder(dst, code, false)
}

// arrangeUnder is arrange for a tree that is tried because an anchor of it was
// met, or not. In an AND that is, the parts of which something is known to be
// there come last, for they hold most likely.
func (p *planner) arrangeUnder(dst, code []uint32, anchored bool) ([]uint32, float32) {
	switch opOf(code[0]) {
	case opAnd, opOr:
		return p.arrangeList(dst, code, anchored)
	case opNot:
		dst, odds := p.arrange(append(dst, code[0]), code[1:])
		return dst, 1 - odds
	case opAtLeast, opWithin, opSilent:
		dst, odds := p.arrange(append(dst, code[0]), code[1:])
		return dst, odds / 2
	case opNear, opBefore, opSame:
		left, right := sidesOf(code)
		dst, a := p.arrange(append(dst, code[0]), left)
		dst, b := p.arrange(dst, right)
		return dst, a * b / 2
	case opPhrase:
		_, cost := p.ofPhrase(phraseOf(code))
		return append(dst, code[:sizeOf(code)]...), min(cost/1000, 1) / 2
	}
	odds := float32(0)
	if a, ok := p.simple(code); ok {
		odds = min(p.cost[a]/1000, 1)
	}
	return append(dst, code[:sizeOf(code)]...), odds
}

// arranged is a kid that was arranged, and what speaks for looking at it early.
type arranged struct {
	code  []uint32
	merit float32
}

func (p *planner) arrangeList(dst, code []uint32, anchored bool) ([]uint32, float32) {
	and := opOf(code[0]) == opAnd
	kids := make([]arranged, 0, argOf(code[0]))
	all := float32(1) // the odds of all, or, in an OR, of none
	eachKid(code, func(kid []uint32) {
		some, odds := p.arrange(nil, kid)
		if and {
			all *= odds
			odds = 1 - odds
		} else {
			all *= 1 - odds
		}
		kids = append(kids, arranged{some, odds / (1 + float32(len(some)))})
	})
	if and && anchored {
		parts, derived := p.partsOf(code)
		for i, known := range parts[:1+derived] {
			kids[known.kid].merit = float32(i - len(parts))
		}
	}
	slices.SortStableFunc(kids, func(a, b arranged) int { return cmp.Compare(b.merit, a.merit) })
	dst = append(dst, code[:2]...)
	for _, k := range kids {
		dst = append(dst, k.code...)
	}
	if and {
		return dst, all
	}
	return dst, 1 - all
}
