package match_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/alerts/match"
	"github.com/bellwether/bellwether/alerts/query"
)

// outline writes an explanation: a line for each part, + for one that hits and -
// for one that does not, with the words that hit.
func outline(b *strings.Builder, p match.Part, a alerts.Article, indent string) {
	sign := "-"
	if p.Hit {
		sign = "+"
	}
	fmt.Fprintf(b, "%s%s %s", indent, sign, p.Query)
	for _, s := range p.Spans {
		text := a.Body
		if s.Field == alerts.Title {
			text = a.Title
		}
		fmt.Fprintf(b, " [%s %s]", s.Field, text[s.Start:s.End])
	}
	b.WriteByte('\n')
	for _, kid := range p.Parts {
		outline(b, kid, a, indent+"  ")
	}
}

func TestExplain(t *testing.T) {
	a := alerts.Article{
		Title: "Steel quota", Publisher: "CGTN", Language: "en",
		Body: "The tariffs rise. Steel makers of the US object to the tariff.\n\nIron is left out.",
	}
	for _, c := range []struct{ query, want string }{
		{"tariff AND copper", `
- tariff AND copper
  + tariff [body tariffs] [body tariff]
  - copper
`},
		{"copper, US, title:(tariff OR steel quota)", `
+ copper OR US OR title:(tariff OR steel quota) [title Steel quota] [body US]
  - copper
  + US [body US]
  + title:(tariff OR steel quota) [title Steel quota]
    + tariff OR steel quota [title Steel quota]
      - tariff
      + steel quota [title Steel quota]
`},
		{"steel NEAR/2 tariff", `
+ steel NEAR/2 tariff [body tariffs] [body Steel]
  + steel [title Steel] [body Steel]
  + tariff [body tariffs] [body tariff]
`},
		{"steel SAME iron", `
- steel SAME iron
  + steel [title Steel] [body Steel]
  + iron [body Iron]
`},
		{"steel -iron -source:cgtn", `
- steel AND NOT iron AND NOT source:cgtn
  + steel [title Steel] [body Steel]
  - NOT iron
    + iron [body Iron]
  - NOT source:cgtn
    + source:cgtn
`},
		{"ATLEAST/3 (tariff OR copper) OR lang:fr", `
- ATLEAST/3 (tariff OR copper) OR lang:fr
  - ATLEAST/3 (tariff OR copper)
    + tariff OR copper [body tariffs] [body tariff]
      + tariff [body tariffs] [body tariff]
      - copper
  - lang:fr
`},
	} {
		var b strings.Builder
		outline(&b, match.NewEngine().Explain(mustParse(t, c.query), a), a, "")
		if diff := cmp.Diff(strings.TrimPrefix(c.want, "\n"), b.String()); diff != "" {
			t.Errorf("%s (want -, got +):\n%s", c.query, diff)
		}
	}
	if got := match.Explain(a, query.Query{})[0]; got.Hit || got.Parts != nil {
		t.Errorf("the empty query: %+v", got)
	}
	if got := match.Explain(a); len(got) != 0 {
		t.Errorf("no query: %+v", got)
	}
}

// TestExplainIsReference tries each part of random queries in the other way too.
func TestExplainIsReference(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := &dice{rapid.SliceOfN(rapid.Byte(), 600, 600).Draw(t, "dice")}
		a := d.article()
		queries := []query.Query{d.query(small), d.query(small)}
		doc := match.NewDocument(a)
		for i, p := range match.Explain(a, queries...) {
			if got, want := p.Query.String(), queries[i].String(); got != want {
				t.Fatalf("explained %s, not %s", got, want)
			}
			asReference(t, doc, p, nil)
		}
	})
}

// asReference checks p, which is looked for within fields, and its parts.
func asReference(t *rapid.T, doc *match.Document, p match.Part, fields []query.Field) {
	whole := p.Query
	for _, f := range slices.Backward(fields) {
		whole = query.Of(query.In{Field: f, Node: whole.Root()})
	}
	spans, hit := doc.Spans(whole)
	if diff := cmp.Diff(spans, p.Spans); hit != p.Hit || diff != "" {
		t.Fatalf("%s within %v: hit %v, want %v; spans (want -, got +):\n%s", p.Query, fields, p.Hit, hit, diff)
	}
	if in, ok := p.Query.Root().(query.In); ok {
		fields = append(slices.Clip(fields), in.Field)
	}
	kids := query.Children(p.Query.Root())
	if len(kids) != len(p.Parts) {
		t.Fatalf("%s has %d parts, want %d", p.Query, len(p.Parts), len(kids))
	}
	for _, kid := range p.Parts {
		asReference(t, doc, kid, fields)
	}
}
