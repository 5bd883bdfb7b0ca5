package query

import "fmt"

type op uint8

const (
	opPhrase op = iota
	opFilter
	opAnd
	opOr
	opNot
	opNear
	opSame
	opAtLeast
	opIn
)

// expr is a node on its way to a Node: it knows its place in what was typed,
// for errors, and is not yet in canonical form.
type expr struct {
	op      op
	pos     int
	kids    []*expr
	phrase  Phrase
	filter  Filter
	field   Field
	n       int
	ordered bool
}

// orOnly gives the only kid of e, or else e.
func (e *expr) orOnly() *expr {
	if len(e.kids) == 1 {
		return e.kids[0]
	}
	return e
}

// operand complains if e is nothing that the operator t can stand beside: a
// phrase or an OR of phrases.
func (e *expr) operand(t token) error {
	switch e.op {
	case opPhrase:
		return nil
	case opOr:
		for _, k := range e.kids {
			if err := k.operand(t); err != nil {
				return err
			}
		}
		return nil
	}
	return &Error{Position: e.pos, Problem: t.text + " takes only words, phrases and ORs of them, not this", Mend: "join the rest to it with AND"}
}

// inField reads title:, source: and the like with what they stand before.
func (p *parser) inField() (*expr, error) {
	t := p.take()
	if p.field != nil {
		return nil, &Error{Position: t.pos, Problem: fmt.Sprintf("%s within %s", t.text, p.field.text), Mend: "put it outside, with AND or OR"}
	}
	if p.caps {
		return nil, &Error{Position: t.pos, Problem: t.text + " within caps:", Mend: "write caps: after the field: title:caps:AIDS"}
	}
	p.field = &t
	e, err := p.prefixed(t)
	p.field = nil
	if err != nil {
		return nil, err
	}
	if t.field == FieldTitle || t.field == FieldLead {
		e = &expr{op: opIn, pos: t.pos, field: t.field, kids: []*expr{e}}
	}
	return e, nil
}

// inCaps reads caps: with what it stands before.
func (p *parser) inCaps() (*expr, error) {
	t := p.take()
	if p.field != nil && p.field.field != FieldTitle && p.field.field != FieldLead {
		return nil, &Error{Position: t.pos, Problem: "caps: within " + p.field.text, Mend: "remove caps:, case does not matter there"}
	}
	defer func(caps bool) { p.caps = caps }(p.caps)
	p.caps = true
	return p.prefixed(t)
}

func (p *parser) atLeast() (*expr, error) {
	t := p.take()
	e, err := p.prefixed(t)
	if err != nil {
		return nil, err
	}
	if err := e.operand(t); err != nil {
		return nil, err
	}
	return &expr{op: opAtLeast, pos: t.pos, n: t.n, kids: []*expr{e}}, nil
}

// prefixed reads what t takes: one word, a quoted phrase or a group, or such
// a thing with caps: before it.
func (p *parser) prefixed(t token) (*expr, error) {
	k := p.peek()
	e := &Error{Position: k.pos, Problem: fmt.Sprintf("%s right after %s", k.text, t.text)}
	switch k.kind {
	case tokWord, tokQuoted:
		return p.phrase(true)
	case tokOpen:
		return p.group()
	case tokCaps:
		if t.kind != tokCaps {
			return p.inCaps()
		}
		e.Mend = "remove one of the two"
	case tokField:
		if t.kind == tokField {
			return p.inField() // which says that fields do not nest
		}
		e.Mend = fmt.Sprintf("write %s(%s …) instead", k.text, t.text)
	case tokAtLeast, tokNot, tokMinus:
		e.Mend = fmt.Sprintf("put what belongs to %s in parentheses", t.text)
		if t.kind == tokAtLeast {
			e.Mend = "remove one of the two"
		}
	default:
		e = &Error{Position: t.pos, Problem: "nothing after " + t.text, Mend: "add a word after it"}
	}
	return nil, e
}

// build makes the canonical tree: nested And and Or in one, double negation
// and repetitions gone.
func (e *expr) build() Node {
	var kids []Node
	for _, k := range e.kids {
		kids = append(kids, k.build())
	}
	switch e.op {
	case opFilter:
		return e.filter
	case opAnd:
		return and(kids)
	case opOr:
		return or(kids)
	case opNot:
		if n, ok := kids[0].(Not); ok {
			return n.Node
		}
		return Not{kids[0]}
	case opNear:
		return Near{Left: kids[0], Right: kids[1], Distance: e.n, Ordered: e.ordered}
	case opSame:
		return Same{Left: kids[0], Right: kids[1]}
	case opAtLeast:
		return AtLeast{Count: e.n, Node: kids[0]}
	case opIn:
		return In{Field: e.field, Node: kids[0]}
	default:
		return e.phrase
	}
}

func and(nodes []Node) Node {
	var flat []Node
	for _, n := range nodes {
		if inner, ok := n.(And); ok {
			flat = append(flat, inner.Nodes...)
		} else {
			flat = append(flat, n)
		}
	}
	if flat = distinct(flat); len(flat) == 1 {
		return flat[0]
	}
	return And{flat}
}

func or(nodes []Node) Node {
	var flat []Node
	for _, n := range nodes {
		if inner, ok := n.(Or); ok {
			flat = append(flat, inner.Nodes...)
		} else {
			flat = append(flat, n)
		}
	}
	if flat = distinct(flat); len(flat) == 1 {
		return flat[0]
	}
	return Or{flat}
}

// distinct drops what stands there before, keeping the order.
func distinct(nodes []Node) []Node {
	seen := make(map[string]bool, len(nodes))
	out := nodes[:0:0]
	for _, n := range nodes {
		if s := format(n); !seen[s] {
			seen[s] = true
			out = append(out, n)
		}
	}
	return out
}
