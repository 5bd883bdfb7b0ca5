package match

import (
	"slices"
	"unicode/utf8"
)

// A probe is a reason to try a group: its query can hold only in an article
// with the atom that the probe is posted under and, unless it is always, need.
type probe struct {
	group uint32 // with severalProbes, if the group has more than this one
	need  atom
}

const severalProbes uint32 = 1 << 31

// anchor is an atom to post a probe under. A query that can hold has, for at
// least one of its anchors, both atoms present.
type anchor struct {
	at, need atom
}

// fillProbes chooses anchors for every group.
func (x *index) fillProbes() {
	c := chooser{programs: &x.programs, cost: x.costs()}
	anchors := make([][]anchor, len(x.roots))
	x.from = make([]uint32, len(x.atoms)+1)
	for g, root := range x.roots {
		list, _ := c.anchors(root)
		slices.SortFunc(list, func(a, b anchor) int { return int(a.at) - int(b.at) })
		anchors[g] = list
		for _, a := range list {
			x.from[a.at+1]++
		}
	}
	for i := range x.atoms {
		x.from[i+1] += x.from[i]
	}
	x.probes = make([]probe, x.from[len(x.atoms)])
	free := slices.Clone(x.from)
	for g, list := range anchors {
		p := probe{group: uint32(g)}
		if len(list) > 1 {
			p.group |= severalProbes
		}
		for _, a := range list {
			p.need = a.need
			x.probes[free[a.at]] = p
			free[a.at]++
		}
	}
}

// costs estimates for every atom how many of 1000 articles have it: from its
// form, and from how many queries ask for it, for people ask for what is in
// the news.
func (x *index) costs() []float32 {
	cost := make([]float32, len(x.atoms))
	asked := float32(0)
	use := func(a atom) { cost[a]++; asked++ }
	for _, n := range x.nodes {
		if n.op == opTerm || n.op == opFlag {
			use(n.a)
		}
	}
	for _, a := range x.terms {
		use(a)
	}
	mean := (asked + 1) / float32(len(x.atoms))
	for i, key := range x.atoms {
		cost[i] = guess(key) * (1 + cost[i]/mean)
	}
	cost[always] = 1e6
	return cost
}

// guess is the share of articles, in thousandths, that have an atom of such a
// form, made after counts over English news.
func guess(key atomKey) float32 {
	if key.space != inText {
		return 20
	}
	switch key.kind {
	case site:
		return 10
	case lang:
		return 500
	case prefix:
		return 4 * guess(atomKey{kind: exact, folded: key.folded})
	case capitals:
		return 20
	}
	letters := utf8.RuneCountInString(key.folded)
	if letters < len(key.folded) && letters == 1 {
		return 60 // a character of a script without spaces
	}
	byLength := [...]float32{500, 500, 300, 150, 60, 30, 20, 15, 12, 10, 8}
	return byLength[min(letters, len(byLength)-1)]
}

// chooser finds the anchors of a compiled query.
type chooser struct {
	*programs
	cost []float32 // by atom
}

// anchors gives anchors for what stands under n, and the sum of their costs.
func (c *chooser) anchors(n uint32) ([]anchor, float32) {
	switch n := c.nodes[n]; n.op {
	case opTerm, opFlag:
		return []anchor{{at: n.a}}, c.cost[n.a]
	case opPhrase:
		return c.ofPhrase(c.words[n.a:n.b])
	case opAnd:
		return c.cheapest(c.kids[n.a:n.b])
	case opNear, opBefore, opSame:
		return c.cheapest([]uint32{n.a, n.b})
	case opOr:
		var all []anchor
		var sum float32
		for _, kid := range c.kids[n.a:n.b] {
			some, cost := c.anchors(kid)
			all, sum = append(all, some...), sum+cost
		}
		return unique(all), sum
	case opAtLeast, opWithin, opSilent:
		return c.anchors(n.a)
	case opNever:
		return nil, 0
	default: // opNot
		return []anchor{{at: always}}, c.cost[always]
	}
}

// unique keeps one anchor per atom; where they need different atoms besides,
// it needs none.
func unique(all []anchor) []anchor {
	slices.SortStableFunc(all, func(a, b anchor) int { return int(a.at) - int(b.at) })
	out := all[:0]
	for _, a := range all {
		if n := len(out) - 1; n >= 0 && out[n].at == a.at {
			if out[n].need != a.need {
				out[n].need = always
			}
			continue
		}
		out = append(out, a)
	}
	return out
}

// cheapest takes the anchors of one of nodes that must all hold, and lets them
// need what another one requires.
func (c *chooser) cheapest(nodes []uint32) ([]anchor, float32) {
	var best []anchor
	var cost float32
	var required []atom
	for i, n := range nodes {
		some, sum := c.anchors(n)
		if i == 0 || sum < cost {
			best, cost = some, sum
		}
		required = c.required(n, required)
	}
	return c.needing(best, required), cost
}

func (c *chooser) ofPhrase(words []word) ([]anchor, float32) {
	var best []anchor
	var cost float32
	var required []atom
	for i, w := range words {
		rarest := slices.MinFunc(c.terms[w.lo:w.hi], c.compare)
		some, sum := []anchor{{at: rarest}}, c.cost[rarest]
		if w.joined != always {
			some, sum = append(some, anchor{at: w.joined}), sum+c.cost[w.joined]
		}
		if i == 0 || sum < cost {
			best, cost = some, sum
		}
		required = c.requiredByWord(w, required)
	}
	return c.needing(unique(best), required), cost
}

func (c *chooser) compare(a, b atom) int {
	switch {
	case c.cost[a] < c.cost[b]:
		return -1
	case c.cost[a] > c.cost[b]:
		return 1
	}
	return int(a) - int(b)
}

// needing gives every anchor that needs nothing yet the rarest of required.
func (c *chooser) needing(anchors []anchor, required []atom) []anchor {
	for i, a := range anchors {
		if a.need != always {
			continue
		}
		for _, r := range required {
			if r != a.at && (anchors[i].need == always || c.compare(r, anchors[i].need) < 0) {
				anchors[i].need = r
			}
		}
	}
	return anchors
}

// required appends atoms that must be present for n to hold.
func (c *chooser) required(n uint32, to []atom) []atom {
	switch n := c.nodes[n]; n.op {
	case opTerm, opFlag:
		return append(to, n.a)
	case opPhrase:
		for _, w := range c.words[n.a:n.b] {
			to = c.requiredByWord(w, to)
		}
	case opAnd:
		for _, kid := range c.kids[n.a:n.b] {
			to = c.required(kid, to)
		}
	case opNear, opBefore, opSame:
		return c.required(n.b, c.required(n.a, to))
	case opAtLeast, opWithin, opSilent:
		return c.required(n.a, to)
	}
	return to
}

func (c *chooser) requiredByWord(w word, to []atom) []atom {
	if w.joined == always {
		to = append(to, c.terms[w.lo:w.hi]...)
	}
	return to
}
