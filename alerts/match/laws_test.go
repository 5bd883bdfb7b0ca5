package match_test

import (
	"slices"
	"strings"
	"testing"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/alerts/match"
	"github.com/bellwether/bellwether/alerts/query"
)

// law says how what two queries find in any article hangs together.
type law struct {
	name        string
	left, right query.Node
	rule        rule
}

type rule int

const (
	sameSpans rule = iota
	sameHit        // spans may differ
	implies        // where left hits, right does
	covers         // so does it, in the same places and perhaps in more
)

// operandNode is an operand of NEAR and the like.
func (d *dice) operandNode(l *lexis) query.Node {
	for range 20 {
		if q, err := query.Parse(d.operand(l)); err == nil {
			return q.Root()
		}
	}
	return query.Phrase{Words: []query.Word{{Terms: []query.Term{{Lower: "steel", Folded: "steel"}}}}}
}

// lawsOf gives the laws for two queries and two operands. The trees are made
// here, for the parser would simplify them.
func lawsOf(d *dice, a, b, x, y query.Node) []law {
	and := func(nodes ...query.Node) query.Node { return query.And{Nodes: nodes} }
	or := func(nodes ...query.Node) query.Node { return query.Or{Nodes: nodes} }
	not := func(n query.Node) query.Node { return query.Not{Node: n} }
	near := func(l, r query.Node, n int) query.Node { return query.Near{Left: l, Right: r, Distance: n} }
	before := func(l, r query.Node, n int) query.Node {
		return query.Near{Left: l, Right: r, Distance: n, Ordered: true}
	}
	in := func(f query.Field, n query.Node) query.Node { return query.In{Field: f, Node: n} }
	n := d.distance()
	return []law{
		{"a OR a", a, or(a, a), sameSpans},
		{"a AND a", a, and(a, a), sameSpans},
		{"NOT NOT a", a, not(not(a)), sameHit},
		{"NOT (a AND b)", not(and(a, b)), or(not(a), not(b)), sameHit},
		{"NOT (a OR b)", not(or(a, b)), and(not(a), not(b)), sameHit},
		{"a AND b, turned", and(a, b), and(b, a), sameSpans},
		{"a OR b, turned", or(a, b), or(b, a), sameSpans},
		{"a AND (b OR x)", and(a, or(b, x)), or(and(a, b), and(a, x)), sameSpans},
		{"a OR (b AND x)", or(a, and(b, x)), and(or(a, b), or(a, x)), sameHit},
		{"a OR (a AND b)", a, or(a, and(a, b)), covers},
		{"a AND b", and(a, b), a, implies},
		{"x NEAR y, turned", near(x, y, n), near(y, x, n), sameSpans},
		{"x NEAR y, longer", near(x, y, n), near(x, y, n+1+d.n(20)), covers},
		{"x BEFORE y, longer", before(x, y, n), before(x, y, n+1+d.n(20)), covers},
		{"x BEFORE y", before(x, y, n), near(x, y, n), covers},
		{"x NEAR y", near(x, y, n), or(before(x, y, n), before(y, x, n)), sameSpans},
		{"x SAME y, turned", query.Same{Left: x, Right: y}, query.Same{Left: y, Right: x}, sameSpans},
		{"(x OR y) NEAR x", near(or(x, y), x, n), or(near(x, x, n), near(y, x, n)), sameSpans},
		{"ATLEAST/1 x", x, query.AtLeast{Count: 1, Node: x}, sameSpans},
		{"ATLEAST/3 x", query.AtLeast{Count: 3, Node: x}, query.AtLeast{Count: 2, Node: x}, covers},
		{"title:x", in(query.FieldTitle, x), in(query.FieldLead, x), covers},
		{"lead:x", in(query.FieldLead, x), x, covers},
		{"title:(x AND y)", in(query.FieldTitle, and(x, y)), and(in(query.FieldTitle, x), in(query.FieldTitle, y)), sameSpans},
		{"title:(NOT x)", in(query.FieldTitle, not(x)), not(in(query.FieldTitle, x)), sameHit},
	}
}

// findings are the spans of each of some queries that hit, by its number.
func findings(a alerts.Article, queries []query.Query) map[alerts.SubscriptionID][]alerts.Span {
	e := match.NewEngine()
	for i, q := range queries {
		e.Add(alerts.SubscriptionID(i), q)
	}
	out := map[alerts.SubscriptionID][]alerts.Span{}
	for _, h := range matched(e, a) {
		out[h.ID] = h.Spans
	}
	return out
}

// within reports whether each of some spans lies in one of others.
func within(some, others []alerts.Span) bool {
	for _, s := range some {
		if !slices.ContainsFunc(others, func(o alerts.Span) bool {
			return o.Field == s.Field && o.Start <= s.Start && s.End <= o.End
		}) {
			return false
		}
	}
	return true
}

func TestLaws(t *testing.T) {
	tried := map[string]*outcomes{}
	for seed := range uint64(20 * *rounds) {
		d := rolled(seed, 2000)
		a := d.article()
		laws := lawsOf(d, d.query(small).Root(), d.query(small).Root(), d.operandNode(small), d.operandNode(small))
		var queries []query.Query
		for _, l := range laws {
			queries = append(queries, query.Of(l.left), query.Of(l.right))
		}
		found := findings(a, queries)
		for i, l := range laws {
			left, inLeft := found[alerts.SubscriptionID(2*i)]
			right, inRight := found[alerts.SubscriptionID(2*i+1)]
			kept := inLeft == inRight
			switch l.rule {
			case sameSpans:
				kept = kept && slices.Equal(left, right)
			case sameHit:
			case implies:
				kept = !inLeft || inRight
			case covers:
				kept = !inLeft || inRight && within(left, right)
			}
			if !kept {
				t.Fatalf("%s: %s hits is %v at %v, %s is %v at %v, in\n%+v",
					l.name, queries[2*i], inLeft, left, queries[2*i+1], inRight, right, a)
			}
			if tried[l.name] == nil {
				tried[l.name] = &outcomes{}
			}
			if inLeft {
				tried[l.name][1]++
			} else {
				tried[l.name][0]++
			}
		}
	}
	for name, n := range tried {
		if n[0] == 0 || n[1] == 0 {
			t.Errorf("%s: %d misses, %d hits", name, n[0], n[1])
		}
	}
}

// TestFormsOfText matches one text in several forms, and queries in their
// canonical ones.
func TestFormsOfText(t *testing.T) {
	forms := []struct {
		name   string
		change func(d *dice, s string) string
	}{
		{"NFC", func(_ *dice, s string) string { return norm.NFC.String(s) }},
		{"NFD", func(_ *dice, s string) string { return norm.NFD.String(s) }},
		{"NFKC", func(_ *dice, s string) string { return norm.NFKC.String(s) }},
		{"NFKD", func(_ *dice, s string) string { return norm.NFKD.String(s) }},
		{"other space", otherSpace},
		{"soft hyphens", softHyphens},
		{"apostrophes", func(_ *dice, s string) string { return strings.ReplaceAll(s, "’", "'") }},
	}
	hits := 0
	for seed := range uint64(5 * *rounds) {
		d := rolled(seed, 4000)
		a := d.article()
		// Where lone line breaks divide paragraphs depends on how long lines are.
		a.Body = strings.NewReplacer("\n\n", "\n\n", "\n", " ").Replace(a.Body)
		var queries []query.Query
		for range 20 {
			q := d.query(small)
			again, err := query.Parse(q.String())
			if err != nil {
				t.Fatal(err)
			}
			queries = append(queries, q, again)
		}
		want := findings(a, queries)
		hits += len(want)
		for i := range len(queries) / 2 {
			if _, hit := want[alerts.SubscriptionID(2*i)]; !sameFinding(want, want, 2*i, 2*i+1) {
				t.Fatalf("%s: hit is %v, that of its canonical form is not, in\n%+v", queries[2*i], hit, a)
			}
		}
		for _, form := range forms {
			other := a
			other.Title, other.Body = form.change(d, a.Title), form.change(d, a.Body)
			got := findings(other, queries)
			for i, q := range queries {
				if !sameFinding(want, got, i, i) {
					t.Fatalf("%s: %s finds %v in\n%+v\nbut %v in\n%+v", form.name, q,
						want[alerts.SubscriptionID(i)], a, got[alerts.SubscriptionID(i)], other)
				}
			}
		}
	}
	if hits == 0 {
		t.Error("nothing hit")
	}
}

// sameFinding reports whether both or neither of two queries hit, with as many
// spans.
func sameFinding(some, others map[alerts.SubscriptionID][]alerts.Span, i, j int) bool {
	a, inA := some[alerts.SubscriptionID(i)]
	b, inB := others[alerts.SubscriptionID(j)]
	return inA == inB && len(a) == len(b)
}

// otherSpace puts more and other white space where there is some.
func otherSpace(d *dice, s string) string {
	spaces := []string{"  ", "\u00a0", " \t", "\u2009", "\u3000", " \u200b "}
	return strings.NewReplacer("\n\n", "\n \n\n", " ", d.of(spaces)).Replace(s)
}

// softHyphens puts characters that are not seen between letters.
func softHyphens(d *dice, s string) string {
	var b strings.Builder
	before := ' '
	for _, r := range s {
		if unicode.IsLower(before) && unicode.IsLower(r) && d.n(3) == 0 {
			b.WriteString([]string{"\u00ad", "\u200b", "\u2060"}[d.n(3)])
		}
		b.WriteRune(r)
		before = r
	}
	return b.String()
}
