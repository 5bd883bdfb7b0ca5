package match

import (
	"encoding/binary"
	"slices"
	"strings"

	"github.com/bellwether/bellwether/alerts/query"
)

// compiler makes code of queries. Its atoms and pairs are numbered in the order
// in which they are met.
type compiler struct {
	atoms   []atomKey
	pairs   [][2]atom
	numbers map[atomKey]atom
	paired  map[[2]atom]uint32
	code    []uint32 // of the query that is being compiled
	spare   []uint32
	key     []byte
}

func newCompiler() compiler {
	c := compiler{numbers: map[atomKey]atom{}, paired: map[[2]atom]uint32{}}
	c.atom(atomKey{kind: anyArticle})
	return c
}

// atom numbers key.
func (c *compiler) atom(key atomKey) atom {
	if n, ok := c.numbers[key]; ok {
		return n
	}
	// The strings of a parsed query are parts of what was typed; copies let
	// that go, and let equal parts of a key share one.
	key.folded = strings.Clone(key.folded)
	if key.other == key.folded {
		key.other = key.folded
	} else {
		key.other = strings.Clone(key.other)
	}
	n := atom(len(c.atoms))
	c.atoms = append(c.atoms, key)
	c.numbers[key] = n
	return n
}

func (c *compiler) pair(a, b atom) uint32 {
	n, ok := c.paired[[2]atom{a, b}]
	if !ok {
		n = uint32(len(c.pairs))
		c.pairs = append(c.pairs, [2]atom{a, b})
		c.paired[[2]atom{a, b}] = n
	}
	return n
}

// compile gives the code of a query; it is valid until the next call. Operands
// whose order makes no difference are sorted, so that queries that differ in
// nothing else have the same code.
func (c *compiler) compile(n query.Node) []uint32 {
	c.code = c.code[:0]
	c.query(n, inText)
	return c.code
}

func (c *compiler) emit(o op, arg uint32) { c.code = append(c.code, word(o, arg)) }

// query compiles the tree under n, to be looked for in s.
func (c *compiler) query(n query.Node, s space) {
	switch n := n.(type) {
	case query.And:
		c.list(opAnd, len(n.Nodes), func(i int) { c.query(n.Nodes[i], s) })
	case query.Or:
		c.list(opOr, len(n.Nodes), func(i int) { c.query(n.Nodes[i], s) })
	case query.Not:
		c.emit(opNot, 0)
		c.query(n.Node, s)
	case query.Near:
		which := opNear
		if n.Ordered {
			which = opBefore
		}
		c.both(which, clamp(n.Distance), func() { c.query(n.Left, s) }, func() { c.query(n.Right, s) })
	case query.Same:
		c.both(opSame, 0, func() { c.query(n.Left, s) }, func() { c.query(n.Right, s) })
	case query.AtLeast:
		c.emit(opAtLeast, clamp(n.Count))
		c.query(n.Node, s)
	case query.In:
		where := regionTitle
		if n.Field == query.FieldLead {
			where = regionLead
		}
		c.emit(opWithin, where)
		c.query(n.Node, s)
	case query.Filter:
		c.filter(n)
	case query.Phrase:
		c.phrase(n, s)
	default:
		c.emit(opNever, 0)
	}
}

// clamp fits a distance or a count into a word of code; positions have no more
// bits.
func clamp(n int) uint32 { return uint32(min(max(n, 0), argMost)) }

// list compiles n kids, and sorts them.
func (c *compiler) list(which op, n int, kid func(i int)) {
	base := len(c.code)
	c.emit(which, uint32(n))
	c.emit(opNever, 0)
	cuts := make([]int, n+1)
	for i := range n {
		cuts[i] = len(c.code)
		kid(i)
	}
	cuts[n] = len(c.code)
	c.code[base+1] = uint32(len(c.code) - base)
	c.sort(cuts)
}

// sort sorts the trees that lie between cuts of the code.
func (c *compiler) sort(cuts []int) {
	from := cuts[0]
	kids := make([][]uint32, len(cuts)-1)
	for i := range kids {
		kids[i] = c.code[cuts[i]:cuts[i+1]]
	}
	if slices.IsSortedFunc(kids, slices.Compare[[]uint32]) {
		return
	}
	slices.SortFunc(kids, slices.Compare[[]uint32])
	c.spare = c.spare[:0]
	for _, k := range kids {
		c.spare = append(c.spare, k...)
	}
	copy(c.code[from:], c.spare)
}

// both compiles two sides, and sorts them but for opBefore.
func (c *compiler) both(which op, arg uint32, left, right func()) {
	c.emit(which, arg)
	from := len(c.code)
	left()
	middle := len(c.code)
	right()
	if which != opBefore {
		c.sort([]int{from, middle, len(c.code)})
	}
}

func (c *compiler) filter(n query.Filter) {
	switch n.Field {
	case query.FieldSource:
		c.emit(opSilent, regionPublisher)
		c.phrase(n.Phrase, inPublisher)
	case query.FieldAgency:
		c.emit(opSilent, regionAgency)
		c.phrase(n.Phrase, inAgency)
	case query.FieldSite:
		c.emit(opFlag, c.atom(atomKey{kind: site, folded: n.Value}))
	case query.FieldLang:
		c.emit(opFlag, c.atom(atomKey{kind: lang, folded: n.Value}))
	default:
		c.emit(opNever, 0)
	}
}

func (c *compiler) phrase(p query.Phrase, s space) {
	base := len(c.code)
	c.emit(opPhrase, uint32(len(p.Words)))
	c.emit(opNever, 0)
	for _, w := range p.Words {
		header := uint32(len(w.Terms))
		if w.Joined != (query.Term{}) {
			header |= hasJoined
		}
		c.code = append(c.code, header)
		for i, t := range w.Terms {
			mode := w.Mode
			if mode == query.ModePrefix && i+1 < len(w.Terms) {
				mode = query.ModeExact
			}
			c.code = append(c.code, c.term(mode, t, s))
		}
		if header&hasJoined != 0 {
			c.code = append(c.code, c.term(w.Mode, w.Joined, s))
		}
	}
	c.code[base+1] = uint32(len(c.code) - base)
	c.simplify(base, s)
}

// simplify makes a term or a pair of the phrase at the end of the code if it is
// no more than that. Pairs are looked for in the text only.
func (c *compiler) simplify(base int, s space) {
	phrase := phraseOf(c.code[base:])
	terms, plain := phrase.plainTerms(nil)
	switch {
	case plain && len(terms) == 1:
		c.code = c.code[:base]
		c.emit(opTerm, terms[0])
	case plain && len(terms) == 2 && s == inText:
		c.code = c.code[:base]
		c.emit(opPair, c.pair(terms[0], terms[1]))
	case s == inText:
		// Longer ones are found by their rarest pair.
		phrase.neighbours(func(a, b atom) { c.pair(a, b) })
	}
}

func (c *compiler) term(mode query.Mode, t query.Term, s space) atom {
	switch mode {
	case query.ModeInflected:
		return c.atom(atomKey{inflected, s, t.Folded, t.Lower})
	case query.ModeCaps:
		return c.atom(atomKey{capitals, s, t.Folded, t.Caps})
	case query.ModePrefix:
		return c.atom(atomKey{prefix, s, t.Folded, ""})
	default:
		return c.atom(atomKey{exact, s, t.Folded, ""})
	}
}

// keyOf gives code as a string of bytes, which is valid until the next call.
func (c *compiler) keyOf(code []uint32) []byte {
	c.key = c.key[:0]
	for _, w := range code {
		c.key = binary.LittleEndian.AppendUint32(c.key, w)
	}
	return c.key
}
