// Package query is the language in which people say what they want to hear
// about: Parse reads it, String writes its canonical form, and errors point at
// the place and say how to mend it. docs/query-language.md describes it.
package query

// Query is a parsed expression. The zero Query is empty and matches nothing.
type Query struct {
	root Node
}

// Root is the top of the syntax tree; nil for the zero Query.
func (q Query) Root() Node { return q.root }

// Node is a node of the syntax tree: And, Or, Not, Near, Same, AtLeast, In,
// Filter or Phrase. Trees are immutable.
type Node interface{ node() }

// And holds where all of Nodes hold; there are at least two.
type And struct{ Nodes []Node }

// Or holds where any of Nodes holds; there are at least two.
type Or struct{ Nodes []Node }

// Not holds where Node does not. It has no spans.
type Not struct{ Node Node }

// Near holds where an occurrence of Left and one of Right that do not overlap
// lie at most Distance positions apart (neighbours are 1 apart) in the same
// paragraph; Ordered: Left first. Operands are Phrases or Ors of them.
type Near struct {
	Left, Right Node
	Distance    int
	Ordered     bool
}

// Same holds where Left and Right occur in the same sentence. Operands are
// as those of Near.
type Same struct{ Left, Right Node }

// AtLeast holds where the occurrences of Node (a Phrase or an Or of them) in
// headline and body together number at least Count.
type AtLeast struct {
	Count int
	Node  Node
}

// In restricts Node to a part of the text: FieldTitle or FieldLead.
type In struct {
	Field Field
	Node  Node
}

// Filter holds where a property of the article is as wanted. FieldSource and
// FieldAgency: Phrase occurs in publisher or agency. FieldSite: Value is the
// host of the URL or a parent domain of it. FieldLang: Value is the article's
// language or its prefix up to a hyphen.
type Filter struct {
	Field  Field
	Value  string // lower case; for FieldSite and FieldLang
	Phrase Phrase // for FieldSource and FieldAgency
}

// Field is a part or property of an article that a query can name.
type Field uint8

// The fields of the language.
const (
	FieldTitle Field = iota + 1
	FieldLead
	FieldSource
	FieldAgency
	FieldSite
	FieldLang
)

// String gives the word before the colon: "title".
func (f Field) String() string {
	return [...]string{"", "title", "lead", "source", "agency", "site", "lang"}[f]
}

// Phrase is one or more words in neighbouring positions of one paragraph.
type Phrase struct {
	Words  []Word
	Quoted bool // was in quotation marks: words of ModeExact (or ModeCaps)
}

// Mode is how a word is compared.
type Mode uint8

// The modes of a word.
const (
	ModeInflected Mode = iota // folded words equal, or stems equal in the article's language
	ModeExact                 // folded words equal
	ModeCaps                  // equal to the token's capitals; in a field without small letters, to its folded form, but for a plural s
	ModePrefix                // the folded token begins so; terms before the last are exact
)

// Word is one word as typed. Most have one Term. A hyphenated word or one in
// a script without spaces is several terms in neighbouring positions; a
// hyphenated one also matches written together.
type Word struct {
	Mode   Mode
	Terms  []Term
	Joined Term // the terms written together; zero where that does not apply
}

// Term is the text of one position of a query.
type Term struct {
	Lower  string // after NFKC and case folding, marks kept: what stemmers take
	Folded string // Lower with marks removed as text.Token.Folded
	Caps   string // the letters in capitals, for ModeCaps
}

func (And) node()     {}
func (Or) node()      {}
func (Not) node()     {}
func (Near) node()    {}
func (Same) node()    {}
func (AtLeast) node() {}
func (In) node()      {}
func (Filter) node()  {}
func (Phrase) node()  {}

// Error is a query that could not be read: what is wrong, where, and what
// mends it.
type Error struct {
	Position int    // the character (code point) at fault, counted from 1
	Problem  string // "unclosed quote"
	Mend     string // `add " at the end`
}
