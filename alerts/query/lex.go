package query

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/bellwether/bellwether/alerts/text"
)

type tokenKind uint8

const (
	tokEnd     tokenKind = iota
	tokWord              // a run of characters between spaces and signs
	tokQuoted            // what stands between quotation marks
	tokOpen              // (
	tokClose             // )
	tokComma             // , ;
	tokAnd               // AND &
	tokOr                // OR |
	tokNot               // NOT
	tokMinus             // the sign of -word
	tokNear              // NEAR/n BEFORE/n
	tokSame              // SAME
	tokAtLeast           // ATLEAST/n
	tokField             // title: and the like
	tokCaps              // caps:
)

// token is a piece of a query as typed.
type token struct {
	kind  tokenKind
	text  string // as typed, quotation marks left out
	pos   int    // the character it begins with, from 1
	n     int    // of tokNear and tokAtLeast
	field Field  // of tokField
}

// at gives the character at byte i of t.text.
func (t token) at(i int) int {
	pos := t.pos + utf8.RuneCountInString(t.text[:i])
	if t.kind == tokQuoted {
		pos++ // the quotation mark
	}
	return pos
}

// fields are the words that a colon makes a field of.
var fields = map[string]Field{
	"title": FieldTitle, "lead": FieldLead, "source": FieldSource,
	"agency": FieldAgency, "site": FieldSite, "lang": FieldLang,
}

// maxNumber bounds the n of NEAR/n, BEFORE/n and ATLEAST/n.
const maxNumber = 1000

// lexer cuts a query into tokens.
type lexer struct {
	in  []rune
	i   int
	out []token
}

func lex(s string) ([]token, error) {
	l := &lexer{in: []rune(s)}
	for l.i < len(l.in) {
		if err := l.next(); err != nil {
			return nil, err
		}
	}
	return append(l.out, token{kind: tokEnd, pos: len(l.in) + 1}), nil
}

func (l *lexer) next() error {
	start := l.i
	switch r := l.in[l.i]; {
	case unicode.IsSpace(r):
		l.i++
	case isOpen(r):
		l.sign(tokOpen)
	case isClose(r):
		l.sign(tokClose)
	case isComma(r):
		l.sign(tokComma)
	case isBar(r):
		l.sign(tokOr)
		for l.i < len(l.in) && isBar(l.in[l.i]) {
			l.i++
		}
	case l.isQuote(l.i):
		return l.quoted()
	case isMinus(r) && l.beginsTerm():
		l.sign(tokMinus)
	default:
		if t, ok := l.field(); ok {
			l.out = append(l.out, t)
			return nil
		}
		for l.i < len(l.in) && !l.endsChunk() {
			l.i++
		}
		return l.chunk(string(l.in[start:l.i]), start+1)
	}
	return nil
}

// sign adds a token of one character.
func (l *lexer) sign(k tokenKind) {
	l.out = append(l.out, token{kind: k, text: string(l.in[l.i]), pos: l.i + 1})
	l.i++
}

// quoted reads a phrase in quotation marks; any mark closes it.
func (l *lexer) quoted() error {
	start := l.i
	for l.i++; l.i < len(l.in); l.i++ {
		if l.isQuote(l.i) {
			l.out = append(l.out, token{kind: tokQuoted, text: string(l.in[start+1 : l.i]), pos: start + 1})
			l.i++
			return nil
		}
	}
	return &Error{Position: start + 1, Problem: "unclosed quote", Mend: `add " at the end`}
}

// beginsTerm reports whether the minus at l.i stands before a term and after
// a space or a sign.
func (l *lexer) beginsTerm() bool {
	if l.i > 0 {
		if b := l.in[l.i-1]; !unicode.IsSpace(b) && !isOpen(b) && !isComma(b) && !isBar(b) {
			return false
		}
	}
	if l.i+1 == len(l.in) {
		return false
	}
	n := l.in[l.i+1]
	return isOpen(n) || l.isQuote(l.i+1) || unicode.IsLetter(n) || unicode.IsNumber(n)
}

// field reads the name of a field and its colon.
func (l *lexer) field() (token, bool) {
	j := l.i
	for j < len(l.in) && j-l.i <= len("source") && unicode.IsLetter(l.in[j]) {
		j++
	}
	if j == len(l.in) || l.in[j] != ':' && l.in[j] != '：' {
		return token{}, false
	}
	name := strings.ToLower(string(l.in[l.i:j]))
	t := token{text: name + ":", pos: l.i + 1, kind: tokField, field: fields[name]}
	switch {
	case name == "caps":
		t.kind = tokCaps
	case t.field == 0:
		return token{}, false
	}
	l.i = j + 1
	return t, true
}

// endsChunk reports whether the character at l.i cannot be part of a word.
func (l *lexer) endsChunk() bool {
	r := l.in[l.i]
	if isComma(r) && l.i > 0 && l.i+1 < len(l.in) {
		between := unicode.IsDigit(l.in[l.i-1]) && unicode.IsDigit(l.in[l.i+1])
		wide := l.in[l.i-1] > unicode.MaxLatin1 && l.in[l.i+1] > unicode.MaxLatin1
		return !between || r != ',' && !wide || r == ';' || r == '；' || r == '、'
	}
	return unicode.IsSpace(r) || isOpen(r) || isClose(r) || isComma(r) || isBar(r) || l.isQuote(l.i)
}

// chunk adds what a run of characters is: an operator, a word, or nothing if
// it is punctuation alone.
func (l *lexer) chunk(s string, pos int) error {
	t := token{kind: tokWord, text: s, pos: pos}
	name, number, slash := strings.Cut(s, "/")
	switch {
	case s == "AND" || s == "&" || s == "&&" || s == "＆":
		t.kind = tokAnd
	case s == "OR":
		t.kind = tokOr
	case s == "NOT":
		t.kind = tokNot
	case s == "SAME":
		t.kind = tokSame
	case name == "NEAR" || name == "BEFORE" || name == "ATLEAST":
		t.kind = tokNear
		if name == "ATLEAST" {
			t.kind = tokAtLeast
		}
		n, err := strconv.Atoi(number)
		switch {
		case !slash || number == "":
			return &Error{Position: pos, Problem: name + " without a number", Mend: fmt.Sprintf("write %s/5, or %s if you mean the word", name, strings.ToLower(name))}
		case err != nil || n < 1 || n > maxNumber:
			return &Error{Position: pos + len(name) + 1, Problem: fmt.Sprintf("%s with a number that is not 1 to %d", name, maxNumber), Mend: fmt.Sprintf("write %s/5", name)}
		}
		t.n = n
	case !strings.ContainsAny(s, "*＊") && !hasTerm(s) && l.fieldBefore() == 0:
		return nil
	}
	l.out = append(l.out, t)
	return nil
}

// hasTerm reports whether s has a word.
func hasTerm(s string) bool {
	for i := range len(s) {
		if c := s[i] | 0x20; 'a' <= c && c <= 'z' || '0' <= s[i] && s[i] <= '9' {
			return true
		}
	}
	return len(text.Terms(s)) > 0
}

// fieldBefore is the field named right before, if any: what follows is then
// not dropped as punctuation, but complained about.
func (l *lexer) fieldBefore() Field {
	if n := len(l.out); n > 0 {
		return l.out[n-1].field
	}
	return 0
}

// isQuote reports whether the character at i is a quotation mark, not the
// sign of a Hebrew abbreviation.
func (l *lexer) isQuote(i int) bool {
	if !strings.ContainsRune("\"“”„‟«»＂「」『』", l.in[i]) {
		return false
	}
	return l.in[i] != '"' || i == 0 || i+1 == len(l.in) || !unicode.Is(unicode.Hebrew, l.in[i-1]) || !unicode.Is(unicode.Hebrew, l.in[i+1])
}

func isOpen(r rune) bool  { return r == '(' || r == '（' }
func isClose(r rune) bool { return r == ')' || r == '）' }
func isBar(r rune) bool   { return r == '|' || r == '｜' }
func isMinus(r rune) bool { return r == '-' || r == '−' || r == '－' }
func isComma(r rune) bool { return strings.ContainsRune(",;，；、،", r) }
