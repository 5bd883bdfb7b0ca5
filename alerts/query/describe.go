package query

import (
	"fmt"
	"strings"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
)

// longestReading bounds what Describe gives, in characters.
const longestReading = 300

// Describe reads q back in plain English, for whoever typed it: "“tariff” in
// any form, and not “steel”". A long reading is cut and ends in "…". The zero
// Query gives "nothing".
func Describe(q Query) string {
	if q.root == nil {
		return "nothing"
	}
	text := reading(q.root, false)
	r := []rune(text)
	if len(r) <= longestReading {
		return text
	}
	end := longestReading - 1
	for i := end; i > end/2; i-- {
		if r[i] == ' ' {
			end = i
			break
		}
	}
	return string(r[:end]) + "…"
}

// reading gives a node in words; inner: it stands inside of another, and what
// has parts of its own is set in brackets.
func reading(n Node, inner bool) string {
	text, parts := "", true
	switch n := n.(type) {
	case And:
		text = conjunction(n.Nodes)
	case Or:
		text = joinedBy(readings(n.Nodes), " or ")
	case Not:
		text, parts = "not "+reading(n.Node, true), false
	case Near:
		text = proximity(n)
	case Same:
		text = reading(n.Left, true) + " in one sentence with " + reading(n.Right, true)
	case AtLeast:
		text = fmt.Sprintf("%s at least %d times", reading(n.Node, true), n.Count)
	case In:
		place := "in the headline"
		if n.Field == FieldLead {
			place = "in the headline or the first paragraph"
		}
		text = reading(n.Node, true) + " " + place
	case Filter:
		text, parts = origin(n), false
	case Phrase:
		text, parts = phrase(n), false
	}
	if inner && parts {
		return "(" + text + ")"
	}
	return text
}

func readings(nodes []Node) []string {
	out := make([]string, len(nodes))
	for i, n := range nodes {
		out[i] = reading(n, true)
	}
	return out
}

// conjunction puts what must not be there last.
func conjunction(nodes []Node) string {
	var with, without []string
	for _, n := range nodes {
		if not, ok := n.(Not); ok {
			without = append(without, reading(not.Node, true))
		} else {
			with = append(with, reading(n, true))
		}
	}
	text := joinedBy(with, " and ")
	if len(without) == 0 {
		return text
	}
	if text != "" {
		text += ", and "
	}
	return text + "not " + joinedBy(without, " nor ")
}

// joinedBy is "a", "a or b", "a, b or c".
func joinedBy(parts []string, last string) string {
	if len(parts) < 2 {
		return strings.Join(parts, "")
	}
	n := len(parts) - 1
	return strings.Join(parts[:n], ", ") + last + parts[n]
}

func proximity(n Near) string {
	side := " near "
	if n.Ordered {
		side = " before "
	}
	span := fmt.Sprintf("at most %d words on", n.Distance)
	if n.Distance == 1 {
		span = "next to it"
	}
	return fmt.Sprintf("%s%s%s, %s", reading(n.Left, true), side, reading(n.Right, true), span)
}

// origin reads a filter.
func origin(f Filter) string {
	switch f.Field {
	case FieldSource:
		return "published by “" + f.Phrase.Label() + "”"
	case FieldAgency:
		return "carried by “" + f.Phrase.Label() + "”"
	case FieldSite:
		return "from " + f.Value
	}
	tag, err := language.Parse(f.Value)
	if err != nil {
		return "in the language " + f.Value
	}
	return "in " + display.English.Tags().Name(tag)
}

// phrase reads words with how each is compared, where that is not as people
// expect it.
func phrase(p Phrase) string {
	text := "“" + strings.TrimSuffix(p.Label(), "*") + "”"
	if len(p.Words) == 1 {
		switch w := p.Words[0]; w.Mode {
		case ModeExact:
			return "exactly " + text
		case ModeCaps:
			return text + " in capitals"
		case ModePrefix:
			return "words that begin with " + text
		}
		if wordless(p.Words[0]) {
			return text
		}
		return text + " in any form"
	}
	if p.Quoted {
		return "exactly " + text
	}
	return text
}

// wordless reports whether a word is of a script that has no inflections to
// speak of here.
func wordless(w Word) bool {
	return len(w.Terms) > 0 && strings.IndexFunc(w.Terms[0].Folded, func(r rune) bool { return r < 0x2E80 }) < 0
}
