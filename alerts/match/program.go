package match

import (
	"math"
	"strings"

	"github.com/bellwether/bellwether/alerts/query"
)

// An atom is the least thing that a query asks of an article: that a token of
// a certain form occurs, or that a property has a certain value. Atoms are
// numbered within an index; everything else of a query is made of them.
type atom = uint32

// always is the atom that every article has. Queries that no other atom must
// be present for are posted under it.
const always atom = 0

// atomKind says what an atom asks for.
type atomKind uint8

const (
	anyArticle atomKind = iota
	inflected           // atomKey.folded, or a token with the stem of atomKey.other
	exact               // atomKey.folded
	capitals            // atomKey.other, or atomKey.folded where case tells nothing
	prefix              // begins with atomKey.folded
	site                // atomKey.folded
	lang                // atomKey.folded
)

// space is the text that an atom is looked for in. Words of publishers are
// kept apart from those of the text, which would make them seem common.
type space uint8

const (
	inText space = iota
	inPublisher
	inAgency
	spaces
)

// atomKey identifies an atom across indexes.
type atomKey struct {
	kind   atomKind
	space  space
	folded string
	other  string // query.Term.Lower for inflected, query.Term.Caps for capitals
}

// node is one step of a compiled query. What a and b are depends on op.
type node struct {
	op   op
	n    int32 // opNear, opBefore: distance; opAtLeast: count; opWithin, opSilent: region
	a, b uint32
}

type op uint8

const (
	opNever   op = iota
	opTerm       // a: atom
	opFlag       // a: atom, has no spans
	opPhrase     // words[a:b]
	opAnd        // kids[a:b]
	opOr         // kids[a:b]
	opNot        // a: node
	opNear       // a, b: nodes
	opBefore     // a, b: nodes
	opSame       // a, b: nodes
	opAtLeast    // a: node
	opWithin     // a: node, evaluated in region n
	opSilent     // a: node, evaluated in region n, its spans dropped
)

// word is one word of a phrase: terms[lo:hi] in neighbouring positions, or
// joined in one, if that is not always.
type word struct {
	lo, hi uint32
	joined atom
}

// region is a part of an article that evaluation can be confined to.
type region = int32

const (
	regionText region = iota
	regionTitle
	regionLead
	regionPublisher
	regionAgency
	regions
)

// programs holds compiled queries as flat arrays: a query is the number of its
// root node. Numbers refer to the same programs only.
type programs struct {
	atoms []atomKey
	nodes []node
	kids  []uint32
	words []word
	terms []atom
}

// compiler adds queries to programs.
type compiler struct {
	*programs
	numbers map[atomKey]atom
}

func newCompiler() *compiler {
	c := &compiler{programs: &programs{}, numbers: map[atomKey]atom{}}
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

func (c *compiler) node(n node) uint32 {
	c.nodes = append(c.nodes, n)
	return uint32(len(c.nodes) - 1)
}

// query compiles the tree under n, to be looked for in s.
func (c *compiler) query(n query.Node, s space) uint32 {
	switch n := n.(type) {
	case query.And:
		return c.list(opAnd, n.Nodes, s)
	case query.Or:
		return c.list(opOr, n.Nodes, s)
	case query.Not:
		return c.node(node{op: opNot, a: c.query(n.Node, s)})
	case query.Near:
		which := opNear
		if n.Ordered {
			which = opBefore
		}
		return c.node(node{op: which, n: clamp(n.Distance), a: c.query(n.Left, s), b: c.query(n.Right, s)})
	case query.Same:
		return c.node(node{op: opSame, a: c.query(n.Left, s), b: c.query(n.Right, s)})
	case query.AtLeast:
		return c.node(node{op: opAtLeast, n: clamp(n.Count), a: c.query(n.Node, s)})
	case query.In:
		where := regionTitle
		if n.Field == query.FieldLead {
			where = regionLead
		}
		return c.node(node{op: opWithin, n: where, a: c.query(n.Node, s)})
	case query.Filter:
		return c.filter(n)
	case query.Phrase:
		return c.phrase(n, s)
	default:
		return c.node(node{op: opNever})
	}
}

// clamp fits a distance or a count into a node; positions have no more bits.
func clamp(n int) int32 { return int32(min(max(n, 0), math.MaxInt32)) }

func (c *compiler) list(which op, nodes []query.Node, s space) uint32 {
	kids := make([]uint32, 0, len(nodes))
	for _, kid := range nodes {
		kids = append(kids, c.query(kid, s))
	}
	a := uint32(len(c.kids))
	c.kids = append(c.kids, kids...)
	return c.node(node{op: which, a: a, b: uint32(len(c.kids))})
}

func (c *compiler) filter(n query.Filter) uint32 {
	switch n.Field {
	case query.FieldSource:
		return c.node(node{op: opSilent, n: regionPublisher, a: c.phrase(n.Phrase, inPublisher)})
	case query.FieldAgency:
		return c.node(node{op: opSilent, n: regionAgency, a: c.phrase(n.Phrase, inAgency)})
	case query.FieldSite:
		return c.node(node{op: opFlag, a: c.atom(atomKey{kind: site, folded: n.Value})})
	case query.FieldLang:
		return c.node(node{op: opFlag, a: c.atom(atomKey{kind: lang, folded: n.Value})})
	default:
		return c.node(node{op: opNever})
	}
}

func (c *compiler) phrase(p query.Phrase, s space) uint32 {
	if len(p.Words) == 1 && len(p.Words[0].Terms) == 1 && p.Words[0].Joined == (query.Term{}) {
		return c.node(node{op: opTerm, a: c.term(p.Words[0].Mode, p.Words[0].Terms[0], s)})
	}
	a := uint32(len(c.words))
	for _, w := range p.Words {
		c.words = append(c.words, c.word(w, s))
	}
	return c.node(node{op: opPhrase, a: a, b: uint32(len(c.words))})
}

func (c *compiler) word(w query.Word, s space) word {
	out := word{lo: uint32(len(c.terms))}
	for i, t := range w.Terms {
		mode := w.Mode
		if mode == query.ModePrefix && i+1 < len(w.Terms) {
			mode = query.ModeExact
		}
		c.terms = append(c.terms, c.term(mode, t, s))
	}
	out.hi = uint32(len(c.terms))
	if w.Joined != (query.Term{}) {
		out.joined = c.term(w.Mode, w.Joined, s)
	}
	return out
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

// copy adds what stands under node n of other programs.
func (c *compiler) copy(from *programs, n uint32) uint32 {
	old := from.nodes[n]
	out := old
	switch old.op {
	case opTerm, opFlag:
		out.a = c.atom(from.atoms[old.a])
	case opPhrase:
		out.a = uint32(len(c.words))
		for _, w := range from.words[old.a:old.b] {
			c.words = append(c.words, c.copyWord(from, w))
		}
		out.b = uint32(len(c.words))
	case opAnd, opOr:
		kids := make([]uint32, 0, old.b-old.a)
		for _, kid := range from.kids[old.a:old.b] {
			kids = append(kids, c.copy(from, kid))
		}
		out.a = uint32(len(c.kids))
		c.kids = append(c.kids, kids...)
		out.b = uint32(len(c.kids))
	case opNear, opBefore, opSame:
		out.a, out.b = c.copy(from, old.a), c.copy(from, old.b)
	case opNot, opAtLeast, opWithin, opSilent:
		out.a = c.copy(from, old.a)
	}
	return c.node(out)
}

func (c *compiler) copyWord(from *programs, w word) word {
	out := word{lo: uint32(len(c.terms))}
	for _, t := range from.terms[w.lo:w.hi] {
		c.terms = append(c.terms, c.atom(from.atoms[t]))
	}
	out.hi = uint32(len(c.terms))
	if w.joined != always {
		out.joined = c.atom(from.atoms[w.joined])
	}
	return out
}
