package query

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/bellwether/bellwether/alerts/text"
)

// genTerm makes the term of a plain word.
func genTerm(t *rapid.T) Term {
	w := rapid.SampledFrom([]string{
		"tariff", "steel", "quota", "the", "us", "or", "near", "not", "title", "état", "straße", "o'brien",
		"r&d", "1,000", "0.69", "14th", "g20", "санкция", "й", "हिन्दी", "amp", "b", "caps",
	}).Draw(t, "word")
	w = text.Lower(w)
	return Term{Lower: w, Folded: text.Fold(w)}
}

func genCaps(t *rapid.T, words ...string) Term {
	w := rapid.SampledFrom(words).Draw(t, "capitals")
	return Term{Lower: strings.ToLower(w), Folded: strings.ToLower(w), Caps: w}
}

// genWord makes a word of a phrase; forced: of one with caps: before it.
func genWord(t *rapid.T, quoted, forced bool) Word {
	mode := ModeInflected
	if quoted {
		mode = ModeExact
	}
	if forced {
		return Word{Mode: ModeCaps, Terms: []Term{genCaps(t, "AIDS", "US", "OR", "NEAR", "SAME", "OPEC", "G20", "R&D")}}
	}
	switch rapid.IntRange(0, 9).Draw(t, "kind of word") {
	case 0, 1:
		return Word{Mode: ModeCaps, Terms: []Term{genCaps(t, "US", "WHO", "AI", "AND", "OR", "NOT", "США", "CO")}}
	case 2:
		return Word{Mode: ModePrefix, Terms: []Term{{Lower: "sanction", Folded: "sanction"}}}
	case 3:
		return Word{Mode: mode, Terms: []Term{{Lower: "技", Folded: "技"}, {Lower: "術", Folded: "術"}, {Lower: "ガ", Folded: "ガ"}}}
	case 4:
		return Word{Mode: mode, Terms: []Term{{Lower: "5g", Folded: "5g"}, {Lower: "技", Folded: "技"}}}
	case 5:
		return Word{Mode: mode, Terms: []Term{{Lower: "covid", Folded: "covid"}, {Lower: "19", Folded: "19"}}, Joined: Term{Lower: "covid19", Folded: "covid19"}}
	case 6:
		co, op := genCaps(t, "CO"), genCaps(t, "OP")
		return Word{Mode: ModeCaps, Terms: []Term{co, op}, Joined: Term{Lower: "coop", Folded: "coop", Caps: "COOP"}}
	case 7:
		return Word{Mode: ModePrefix, Terms: []Term{{Lower: "é", Folded: "e"}, {Lower: "po", Folded: "po"}}, Joined: Term{Lower: "epo", Folded: "epo"}}
	}
	return Word{Mode: mode, Terms: []Term{genTerm(t)}}
}

func genPhrase(t *rapid.T) Phrase {
	p := Phrase{Quoted: rapid.Bool().Draw(t, "quoted")}
	forced := rapid.IntRange(0, 5).Draw(t, "forced") == 0
	for range rapid.IntRange(1, 3).Draw(t, "words") {
		p.Words = append(p.Words, genWord(t, p.Quoted, forced))
	}
	return p
}

// genOperand makes a phrase or an OR of some.
func genOperand(t *rapid.T) Node {
	var nodes []Node
	for range rapid.IntRange(1, 3).Draw(t, "alternatives") {
		nodes = append(nodes, genPhrase(t))
	}
	return or(nodes)
}

func genFilter(t *rapid.T) Filter {
	f := Filter{Field: rapid.SampledFrom([]Field{FieldSource, FieldAgency, FieldSite, FieldLang}).Draw(t, "field")}
	switch f.Field {
	case FieldSite:
		f.Value = rapid.SampledFrom([]string{"gov.uk", "europa.eu", "x-y.org", "münchen.de", "localhost"}).Draw(t, "site")
	case FieldLang:
		f.Value = rapid.SampledFrom([]string{"en", "zh-hans", "pt-br"}).Draw(t, "language")
	default:
		f.Phrase.Quoted = rapid.Bool().Draw(t, "quoted")
		for range rapid.IntRange(1, 2).Draw(t, "words") {
			w := Word{Terms: []Term{genTerm(t)}}
			if f.Phrase.Quoted {
				w.Mode = ModeExact
			}
			f.Phrase.Words = append(f.Phrase.Words, w)
		}
	}
	return f
}

// genNode makes a canonical tree; inField: one that a field stands before.
func genNode(t *rapid.T, depth int, inField bool) Node {
	kind := rapid.IntRange(0, 9).Draw(t, "kind of node")
	if depth == 0 {
		kind = min(kind, 5)
	}
	switch kind {
	case 3:
		return Near{Left: genOperand(t), Right: genOperand(t), Distance: rapid.IntRange(1, maxNumber).Draw(t, "distance"), Ordered: rapid.Bool().Draw(t, "ordered")}
	case 4:
		return Same{Left: genOperand(t), Right: genOperand(t)}
	case 5:
		return AtLeast{Count: rapid.IntRange(1, maxNumber).Draw(t, "count"), Node: genOperand(t)}
	case 6, 7, 8:
		var nodes []Node
		for range rapid.IntRange(2, 3).Draw(t, "nodes") {
			nodes = append(nodes, genNode(t, depth-1, inField))
		}
		switch kind {
		case 6:
			return or(nodes)
		case 8:
			if n, ok := nodes[0].(Not); ok {
				return n.Node
			}
			return Not{nodes[0]}
		}
		return and(nodes)
	case 9:
		if !inField {
			return In{Field: rapid.SampledFrom([]Field{FieldTitle, FieldLead}).Draw(t, "field"), Node: genNode(t, depth-1, true)}
		}
	case 2:
		if !inField {
			return genFilter(t)
		}
	}
	return genPhrase(t)
}

// What is written is read as the same tree.
func TestRoundTripOfTrees(t *testing.T) {
	anchor := Phrase{Words: []Word{{Terms: []Term{{Lower: "anchor", Folded: "anchor"}}}}}
	rapid.Check(t, func(t *rapid.T) {
		// The anchor keeps the tree from being refused.
		want := Query{root: and([]Node{anchor, genNode(t, 3, false)})}
		got, err := Parse(want.String())
		if err != nil {
			t.Fatalf("%s: %v", want, err)
		}
		if diff := cmp.Diff(want.Root(), got.Root()); diff != "" {
			t.Fatalf("%s (-want +got)\n%s", want, diff)
		}
	})
}

// pieces are bits of queries in which the rules meet.
var pieces = []string{
	"tariff", "Steel", "US", "U.S.", "who", "the", "a", "é", "ß", "ı", "İ", "技", "ガ", "한", "5G", "1,000", "2", "s", "AIDS", "OR", "O.R.", "CO", "NGOs",
	"AND", "NOT", "NEAR/5", "NEAR", "BEFORE/2", "SAME", "ATLEAST/3", "ATLEAST/", "title:", "lead:", "source:", "agency:", "site:", "lang:", "caps:", "x:",
	"gov.uk", "en", "\"", "“", "”", "«", "「", "'", "’", "-", "–", "&", "|", "*", ",", "，", ";", ".", ":", "(", ")", "（", "）",
	" ", " ", " ", " ", " ", "\u3000", "\n", "\u00ad", "\u200b", "\xff", "…", "🏭", "\u0301",
}

func anyQuery() *rapid.Generator[string] {
	return rapid.OneOf(
		rapid.Map(rapid.SliceOfN(rapid.SampledFrom(pieces), 0, 25), func(p []string) string { return strings.Join(p, "") }),
		rapid.Map(rapid.SliceOfN(rapid.SampledFrom(pieces), 0, 15), func(p []string) string { return strings.Join(p, " ") }),
		rapid.String(),
	)
}

// checkQuery checks what holds for everything that can be typed.
func checkQuery(t interface{ Fatalf(string, ...any) }, s string) {
	q, err := Parse(s)
	if err != nil {
		var e *Error
		if !errors.As(err, &e) || e.Position < 1 || e.Position > utf8.RuneCountInString(s)+1 || e.Problem == "" || e.Mend == "" {
			t.Fatalf("%q: error %#v", s, err)
		}
		return
	}
	canonical := q.String()
	again, err := Parse(canonical)
	if err != nil {
		t.Fatalf("%q: the canonical form %q: %v", s, canonical, err)
	}
	if diff := cmp.Diff(q.Root(), again.Root()); diff != "" {
		t.Fatalf("%q: the canonical form %q is another query (-first +again)\n%s", s, canonical, diff)
	}
	if again.String() != canonical {
		t.Fatalf("%q: %q, then %q", s, canonical, again)
	}
	Walk(q.Root(), func(n Node) bool {
		checkNode(t, s, n)
		return true
	})
}

// checkNode checks what the comments on the nodes promise.
func checkNode(t interface{ Fatalf(string, ...any) }, s string, n Node) {
	bad := false
	switch n := n.(type) {
	case And:
		bad = len(n.Nodes) < 2
	case Or:
		bad = len(n.Nodes) < 2
	case Not:
		_, bad = n.Node.(Not)
	case Near:
		bad = !isOperand(n.Left) || !isOperand(n.Right) || n.Distance < 1
	case Same:
		bad = !isOperand(n.Left) || !isOperand(n.Right)
	case AtLeast:
		bad = !isOperand(n.Node) || n.Count < 1
	case In:
		bad = n.Field != FieldTitle && n.Field != FieldLead
	case Filter:
		named := n.Field == FieldSource || n.Field == FieldAgency
		bad = named != (len(n.Phrase.Words) > 0) || named == (n.Value != "")
	case Phrase:
		bad = len(n.Words) == 0
		for _, w := range n.Words {
			bad = bad || len(w.Terms) == 0 || n.Quoted && w.Mode == ModeInflected || !n.Quoted && w.Mode == ModeExact
			for _, term := range w.Terms {
				bad = bad || text.Fold(term.Lower) != term.Folded || term.Folded == "" || (w.Mode == ModeCaps) != (term.Caps != "")
			}
		}
	}
	if bad {
		t.Fatalf("%q: %#v", s, n)
	}
}

func isOperand(n Node) bool {
	if o, ok := n.(Or); ok {
		for _, k := range o.Nodes {
			if _, ok := k.(Phrase); !ok {
				return false
			}
		}
		return true
	}
	_, ok := n.(Phrase)
	return ok
}

func TestRoundTripOfStrings(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) { checkQuery(t, anyQuery().Draw(t, "query")) })
}

func FuzzParse(f *testing.F) {
	for _, s := range append(pieces,
		"tariff, (steel AND \"iron ore\") NEAR/5 x, title:caps:AIDS -site:gov.uk", "ATLEAST/3 (a1 OR US-China) SAME co-op, sanction* BEFORE/2 5G技术",
		"source:(a OR b) NOT lang:en (((c))", "Xi's l’État “smart” 1,000,2") {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) { checkQuery(t, s) })
}
