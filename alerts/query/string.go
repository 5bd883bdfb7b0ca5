package query

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// String gives the canonical form, which [Parse] reads back as the same
// query: words in small letters but for those of ModeCaps, every operator
// written, no parentheses beyond those needed. It is empty for the zero Query.
func (q Query) String() string {
	if q.root == nil {
		return ""
	}
	return format(q.root)
}

func format(n Node) string {
	switch n := n.(type) {
	case And:
		return join(n.Nodes, " AND ", func(k Node) bool { _, ok := k.(Or); return ok })
	case Or:
		return join(n.Nodes, " OR ", func(Node) bool { return false })
	case Not:
		switch n.Node.(type) {
		case And, Or:
			return "NOT (" + format(n.Node) + ")"
		}
		return "NOT " + format(n.Node)
	case Near:
		name := " NEAR/"
		if n.Ordered {
			name = " BEFORE/"
		}
		return side(n.Left) + name + strconv.Itoa(n.Distance) + " " + side(n.Right)
	case Same:
		return side(n.Left) + " SAME " + side(n.Right)
	case AtLeast:
		return "ATLEAST/" + strconv.Itoa(n.Count) + " " + operand(n.Node)
	case In:
		return n.Field.String() + ":" + operand(n.Node)
	case Filter:
		if n.Field == FieldSite || n.Field == FieldLang {
			return n.Field.String() + ":" + n.Value
		}
		return n.Field.String() + ":" + operand(n.Phrase)
	case Phrase:
		return formatPhrase(n)
	}
	return ""
}

func join(nodes []Node, sep string, group func(Node) bool) string {
	var b strings.Builder
	for i, n := range nodes {
		if i > 0 {
			b.WriteString(sep)
		}
		if group(n) {
			b.WriteString("(" + format(n) + ")")
		} else {
			b.WriteString(format(n))
		}
	}
	return b.String()
}

// side formats an operand of NEAR, BEFORE or SAME.
func side(n Node) string {
	if _, ok := n.(Or); ok {
		return "(" + format(n) + ")"
	}
	return format(n)
}

// operand formats what a field or ATLEAST stands before.
func operand(n Node) string {
	if p, ok := n.(Phrase); ok && (p.Quoted || len(p.Words) == 1) {
		return formatPhrase(p)
	}
	return "(" + format(n) + ")"
}

func formatPhrase(p Phrase) string {
	forced := needsCaps(p)
	var b strings.Builder
	for i, w := range p.Words {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(formatWord(w, !p.Quoted))
	}
	s := b.String()
	switch {
	case p.Quoted:
		s = `"` + s + `"`
	case forced && len(p.Words) > 1:
		s = "(" + s + ")"
	}
	if forced {
		s = "caps:" + s
	}
	return s
}

// needsCaps reports whether p holds a word whose capitals would not count
// without caps: before them.
func needsCaps(p Phrase) bool {
	for _, w := range p.Words {
		for _, t := range w.Terms {
			if w.Mode == ModeCaps && !countsAsCaps(t.Caps) {
				return true
			}
		}
	}
	return false
}

// countsAsCaps reports whether a word in capitals means them without caps:,
// that is, whether it is two or three letters.
func countsAsCaps(caps string) bool {
	for _, r := range caps {
		if !unicode.IsUpper(r) {
			return false
		}
	}
	n := utf8.RuneCountInString(caps)
	return n == 2 || n == 3
}

// formatWord writes a word as it is typed. Where it could be taken for an
// operator (bare), the word OR in capitals is O.R.
func formatWord(w Word, bare bool) string {
	var b strings.Builder
	for i, t := range w.Terms {
		if i > 0 && w.Joined != (Term{}) {
			b.WriteByte('-')
		}
		s := t.Lower
		if w.Mode == ModeCaps {
			s = t.Caps
			if bare && len(w.Terms) == 1 {
				s = disguise(s)
			}
		}
		b.WriteString(s)
	}
	if w.Mode == ModePrefix {
		b.WriteByte('*')
	}
	return b.String()
}

// disguise writes a word that is an operator so that it is none.
func disguise(s string) string {
	switch s {
	case "AND", "OR", "NOT":
		return strings.Join(strings.Split(s, ""), ".") + "."
	case "SAME", "NEAR", "BEFORE", "ATLEAST":
		return strings.ToLower(s) // in a phrase with caps: before it
	}
	return s
}

// Label gives the phrase as a person would type it, without quotation marks
// and caps: before it.
func (p Phrase) Label() string {
	words := make([]string, len(p.Words))
	for i, w := range p.Words {
		words[i] = formatWord(w, false)
	}
	return strings.Join(words, " ")
}

// Labels gives the phrases that the query looks for, in order and without
// repetitions: not what it excludes, nor filters.
func (q Query) Labels() []string {
	var out []string
	seen := make(map[string]bool)
	for p := range q.Phrases() {
		if s := p.Label(); !seen[s] {
			seen[s] = true
			out = append(out, s)
		}
	}
	return out
}
