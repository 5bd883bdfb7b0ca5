package query

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Limits of a query. They hold for what is typed and for its canonical form.
const (
	MaxLength = 4096 // characters
	MaxTerms  = 256  // words, and characters of scripts without spaces
	MaxDepth  = 50   // parentheses within parentheses
)

// shortQuery is a length in bytes up to which the canonical form of a query of
// ASCII is within the limits: it has no more parentheses than that, and what is
// written out in it (" AND NOT ") is no 80 times as long.
const shortQuery = 50

// Error implements error: "unclosed quote at character 9: add \" at the end".
func (e *Error) Error() string {
	return fmt.Sprintf("%s at character %d: %s", e.Problem, e.Position, e.Mend)
}

// Parse reads a query. Its error is an *[Error]. It takes linear time.
func Parse(s string) (Query, error) {
	length := utf8.RuneCountInString(s)
	if length > MaxLength {
		return Query{}, tooLong(MaxLength + 1)
	}
	tokens, err := lex(s)
	if err != nil {
		return Query{}, err
	}
	p := &parser{tokens: tokens}
	e, err := p.parse()
	if err != nil {
		return Query{}, err
	}
	if err := refuse(e); err != nil {
		return Query{}, err
	}
	q := Query{root: e.build()}
	if len(s) <= shortQuery && length == len(s) {
		return q, nil // its canonical form can't be too long or too deep
	}
	canonical := q.String()
	if utf8.RuneCountInString(canonical) > MaxLength {
		return Query{}, tooLong(length) // with its operators and parentheses written out
	}
	if nesting(canonical) > MaxDepth {
		return Query{}, tooDeep(1)
	}
	return q, nil
}

func tooLong(pos int) error {
	return &Error{Position: pos, Problem: fmt.Sprintf("query of more than %d characters", MaxLength), Mend: "split it into several"}
}

func tooDeep(pos int) error {
	return &Error{Position: pos, Problem: fmt.Sprintf("more than %d parentheses within each other", MaxDepth), Mend: "split the query into several"}
}

// nesting gives the depth of the parentheses of a canonical form, in which
// none stands between quotation marks.
func nesting(s string) int {
	depth, deepest := 0, 0
	for i := range len(s) {
		switch s[i] {
		case '(':
			depth++
			deepest = max(deepest, depth)
		case ')':
			depth--
		}
	}
	return deepest
}

// parser reads tokens by recursive descent; the rules stand loosest first.
type parser struct {
	tokens []token
	i      int
	depth  int
	terms  int
	field  *token // the field whose operand is being read
	caps   bool   // the operand of caps: is being read
}

func (p *parser) peek() token { return p.tokens[p.i] }

func (p *parser) take() token {
	t := p.tokens[p.i]
	if t.kind != tokEnd {
		p.i++
	}
	return t
}

func (p *parser) parse() (*expr, error) {
	if p.skipCommas(); p.peek().kind == tokEnd {
		return nil, &Error{Position: 1, Problem: "no word to look for", Mend: "type one, such as tariff"}
	}
	e, err := p.list()
	if err != nil {
		return nil, err
	}
	if t := p.peek(); t.kind == tokClose {
		return nil, &Error{Position: t.pos, Problem: "parenthesis that closes nothing", Mend: "remove it, or add ( before"}
	}
	return e, nil
}

func (p *parser) skipCommas() {
	for p.peek().kind == tokComma {
		p.i++
	}
}

// list reads alternatives with commas between.
func (p *parser) list() (*expr, error) {
	e := &expr{op: opOr, pos: p.peek().pos}
	for p.skipCommas(); ; p.skipCommas() {
		if k := p.peek().kind; len(e.kids) > 0 && (k == tokEnd || k == tokClose) {
			return e.orOnly(), nil
		}
		kid, err := p.or()
		if err != nil {
			return nil, err
		}
		e.kids = append(e.kids, kid)
	}
}

func (p *parser) or() (*expr, error) {
	e := &expr{op: opOr, pos: p.peek().pos}
	for {
		kid, err := p.and()
		if err != nil {
			return nil, err
		}
		e.kids = append(e.kids, kid)
		if p.peek().kind != tokOr {
			return e.orOnly(), nil
		}
		p.i++
	}
}

// and reads terms with AND between, or side by side.
func (p *parser) and() (*expr, error) {
	e := &expr{op: opAnd, pos: p.peek().pos}
	for {
		kid, err := p.not()
		if err != nil {
			return nil, err
		}
		e.kids = append(e.kids, kid)
		switch p.peek().kind {
		case tokAnd:
			p.i++
		case tokEnd, tokClose, tokComma, tokOr:
			return e.orOnly(), nil
		}
	}
}

func (p *parser) not() (*expr, error) {
	pos, negative, one := p.peek().pos, false, false
	for p.peek().kind == tokNot || p.peek().kind == tokMinus {
		one = p.take().kind == tokMinus // -word takes one word
		negative = !negative
	}
	e, err := p.near(one)
	if err != nil {
		return nil, err
	}
	if negative {
		e = &expr{op: opNot, pos: pos, kids: []*expr{e}}
	}
	return e, nil
}

// near reads a term, or two with NEAR, BEFORE or SAME between. One limits the
// first to a single word.
func (p *parser) near(one bool) (*expr, error) {
	left, err := p.term(one)
	if err != nil {
		return nil, err
	}
	t := p.peek()
	if t.kind != tokNear && t.kind != tokSame {
		return left, nil
	}
	p.i++
	if err := left.operand(t); err != nil {
		return nil, err
	}
	right, err := p.term(false)
	if err != nil {
		return nil, err
	}
	if err := right.operand(t); err != nil {
		return nil, err
	}
	if k := p.peek(); k.kind == tokNear || k.kind == tokSame {
		return nil, &Error{Position: k.pos, Problem: fmt.Sprintf("%s after %s", k.text, t.text), Mend: fmt.Sprintf("write two and join them: a %s b AND b %s c", t.text, k.text)}
	}
	e := &expr{op: opSame, pos: left.pos, kids: []*expr{left, right}}
	if t.kind == tokNear {
		e.op, e.n, e.ordered = opNear, t.n, strings.HasPrefix(t.text, "BEFORE")
	}
	return e, nil
}

// term reads a phrase, a group or a prefixed term. One limits plain words to
// a single one.
func (p *parser) term(one bool) (*expr, error) {
	t := p.peek()
	switch t.kind {
	case tokWord, tokQuoted:
		return p.phrase(one)
	case tokOpen:
		return p.group()
	case tokField:
		return p.inField()
	case tokCaps:
		return p.inCaps()
	case tokAtLeast:
		return p.atLeast()
	}
	return nil, p.missing(t)
}

// missing complains about t, which stands where a term is wanted.
func (p *parser) missing(t token) error {
	var before token
	if p.i > 0 {
		before = p.tokens[p.i-1]
	}
	switch before.kind {
	case tokEnd, tokOpen, tokComma:
		return &Error{Position: t.pos, Problem: "nothing before " + t.text, Mend: "add a word before it, or remove it"}
	}
	switch t.kind {
	case tokEnd, tokClose, tokComma:
		return &Error{Position: before.pos, Problem: "nothing after " + before.text, Mend: "add a word after it, or remove it"}
	case tokNot, tokMinus:
		return &Error{Position: t.pos, Problem: fmt.Sprintf("%s right after %s", t.text, before.text), Mend: "say what to leave out at the end, with AND NOT"}
	}
	return &Error{Position: t.pos, Problem: fmt.Sprintf("%s right after %s", t.text, before.text), Mend: "remove one of the two"}
}

func (p *parser) group() (*expr, error) {
	open := p.take()
	if p.depth++; p.depth > MaxDepth {
		return nil, tooDeep(open.pos)
	}
	switch p.skipCommas(); p.peek().kind {
	case tokClose:
		return nil, &Error{Position: open.pos, Problem: "nothing between the parentheses", Mend: "put words there, or remove them"}
	case tokEnd:
		return nil, &Error{Position: open.pos, Problem: "unclosed parenthesis", Mend: "add ) at the end"}
	}
	e, err := p.list()
	if err != nil {
		return nil, err
	}
	if p.take().kind != tokClose {
		return nil, &Error{Position: open.pos, Problem: "unclosed parenthesis", Mend: "add ) at the end"}
	}
	p.depth--
	e.pos = open.pos
	return e, nil
}
