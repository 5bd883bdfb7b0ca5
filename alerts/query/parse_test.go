package query_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bellwether/bellwether/alerts/query"
)

// What is typed, and its canonical form.
func TestParse(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"word", "Tariff", "tariff"},
		{"phrase", "  carbon   Border tax ", "carbon border tax"},
		{"quoted", `"Carbon border tax"`, `"carbon border tax"`},
		{"accents stay", "État Łódź", "état łódź"},
		{"capitals", "US, WHO, AI, U.S., U.S.A.", "US OR WHO OR AI OR USA"},
		{"capitals in phrases", `US tariff, "the US House"`, `US tariff OR "the US house"`},
		{"ordinary words", "NATO, NGOs, G20, Us steel, u.s. iron, R&D", "nato OR NGO OR g20 OR us steel OR us iron OR r&d"},
		{"caps", "caps:AIDS, caps:aids, caps:NGOs, caps:US", "caps:AIDS OR NGO OR US"},
		{"caps of a phrase", `caps:"aids 2024", caps:(aids relief)`, `caps:"AIDS 2024" OR caps:(AIDS RELIEF)`},
		{"caps of a group", "caps:(aids OR opec)", "caps:AIDS OR caps:OPEC"},
		{"star", "Sanction*, 202*, Strafé*", "sanction* OR 202* OR strafe*"},
		{"star in a phrase", `sanction* regime, "sanction* regime"`, `sanction* regime OR "sanction* regime"`},
		{"star in a hyphenated word", "anti-dump*, co-op*, EU-wide*", "anti-dump* OR co-op* OR EU wide*"},
		{"operators", "a1 AND b1 OR c1 AND NOT d1", "a1 AND b1 OR c1 AND NOT d1"},
		{"signs", "steel & iron | tin && lead || zinc", "steel AND iron OR tin AND lead OR zinc"},
		{"bar without spaces", "steel|iron", "steel OR iron"},
		{"small operators are words", "bread and butter or not near", "bread and butter or not near"},
		{"minus", "steel -iron -(tin OR lead)", "steel AND NOT iron AND NOT (tin OR lead)"},
		{"minus takes one word", "-steel quota tariff", "NOT steel AND quota tariff"},
		{"minus before quotes and fields", `steel -"iron ore" -title:tin`, `steel AND NOT "iron ore" AND NOT title:tin`},
		{"minus is looser than NEAR", "tin -steel NEAR/3 iron", "tin AND NOT steel NEAR/3 iron"},
		{"dashes are no minus", "steel - iron – tin", "steel iron tin"},
		{"double negation", "NOT NOT steel, NOT -iron", "steel OR iron"},
		{"negative group", "NOT (NOT steel AND NOT iron)", "NOT (NOT steel AND NOT iron)"},
		{"implied AND", `"iron ore" steel (tin OR lead) zinc`, `"iron ore" AND steel AND (tin OR lead) AND zinc`},
		{"NOT beside a word", "steel NOT iron", "steel AND NOT iron"},
		{"commas", "steel, iron ore,tin;lead，zinc、铜", "steel OR iron ore OR tin OR lead OR zinc OR 铜"},
		{"commas to spare", ",steel,,iron,", "steel OR iron"},
		{"comma is loosest", "steel AND iron, tin AND lead", "steel AND iron OR tin AND lead"},
		{"numbers", "1,000 jobs, 0.69, 14th,x1", "1,000 jobs OR 0.69 OR 14th OR x1"},
		{"near", "steel NEAR/5 iron ore", "steel NEAR/5 iron ore"},
		{"before", `"five year plan" BEFORE/8 (task, goal)`, `"five year plan" BEFORE/8 (task OR goal)`},
		{"same", "steel SAME (iron OR tin)", "steel SAME (iron OR tin)"},
		{"near is closest", "a1 AND b1 NEAR/2 c1 OR d1", "a1 AND b1 NEAR/2 c1 OR d1"},
		{"at least", "ATLEAST/3 steel, ATLEAST/2 (iron OR tin), ATLEAST/2 caps:AIDS", "ATLEAST/3 steel OR ATLEAST/2 (iron OR tin) OR ATLEAST/2 caps:AIDS"},
		{"fields take one word", "title:steel quota", "title:steel AND quota"},
		{"space after a field", "Title: steel", "title:steel"},
		{"field of a group", "lead:(steel AND NOT iron)", "lead:(steel AND NOT iron)"},
		{"field of caps and at least", "title:caps:AIDS, title:(ATLEAST/2 steel)", "title:caps:AIDS OR title:(ATLEAST/2 steel)"},
		{"field of a split word", "title:US-China", "title:(US china)"},
		{"wide signs", "title：关税，（钢铁 OR ＂铝＂）", `title:关税 OR 钢铁 OR "铝"`},
		{"source", `source:CGTN, source:(BBC OR "The Guardian")`, `source:cgtn OR source:bbc OR source:"the guardian"`},
		{"source of two words", "source:(Straits Times)", "source:(straits times)"},
		{"agency", `agency:"Australian Associated Press"`, `agency:"australian associated press"`},
		{"site", "site:GOV.UK, site:https://www.europa.eu/x?y, site:*.gc.ca, site:.go.jp", "site:gov.uk OR site:europa.eu OR site:gc.ca OR site:go.jp"},
		{"site with a port", "site:localhost:8080", "site:localhost"},
		{"language", "lang:ZH-Hans, lang:pt_BR", "lang:zh-hans OR lang:pt-br"},
		{"unknown field", "Brexit: latest, EU:US", "brexit latest OR EU US"},
		{"address as words", "https://cgtn.com/a", "https cgtn com a"},
		{"quotes", "“iron ore” „tin“ «lead» 「铜」", `"iron ore" AND "tin" AND "lead" AND "铜"`},
		{"operators in quotes", `"steel AND iron (not) -tin"`, `"steel AND iron not tin"`},
		{"capitals like operators", "O.R., N.O.T. now, caps:(or aids)", "O.R. OR N.O.T. now OR caps:(O.R. AIDS)"},
		{"hyphens", "co-operation, COVID-19, 2021-2025", "co-operation OR covid-19 OR 2021 2025"},
		{"hyphens of capitals", "US-China, CO-OP, AI-driven", "US china OR CO-OP OR AI driven"},
		{"hyphens of numbers behind capitals", "AA-0-0, EU-20-211*", "AA 0 0 OR EU 20 211*"},
		{"apostrophes", "Xi’s Hunan, l’État, O'Brien", "xi hunan OR état OR o'brien"},
		{"without spaces", "新质生产力, 5G技术, AI技术", "新质生产力 OR 5g技术 OR AI 技术"},
		{"hebrew abbreviation", `צה"ל`, "צהל"},
		{"punctuation", "steel! … $iron? (tin).", "steel iron AND tin"},
		{"repetition", "steel, Steel, (iron AND iron), iron", "steel OR iron"},
		{"nesting", "((steel) AND ((iron AND (tin OR (lead OR zinc)))))", "steel AND iron AND (tin OR lead OR zinc)"},
		{"stop words in phrases", `the who, "the who", to be`, `the who OR "the who" OR to be`},
		{"stop words beside others", "the AND steel", "the AND steel"},
		{"one character", "铜", "铜"},
		{"filter alone", "source:the", "source:the"},
		{"filter and not", "lang:en -steel", "lang:en AND NOT steel"},
	} {
		t.Run(c.name, func(t *testing.T) {
			q, err := query.Parse(c.in)
			if err != nil {
				t.Fatal(err)
			}
			if q.String() != c.want {
				t.Errorf("%s\n got %s\nwant %s", c.in, q, c.want)
			}
			again, err := query.Parse(q.String())
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(q.Root(), again.Root()); diff != "" {
				t.Errorf("typed once more (-first +again)\n%s", diff)
			}
		})
	}
}

func inflected(words ...string) query.Phrase {
	var p query.Phrase
	for _, w := range words {
		p.Words = append(p.Words, query.Word{Terms: []query.Term{{Lower: w, Folded: w}}})
	}
	return p
}

// The trees that Match relies on.
func TestParseTree(t *testing.T) {
	us := query.Word{Mode: query.ModeCaps, Terms: []query.Term{{Lower: "us", Folded: "us", Caps: "US"}}}
	for in, want := range map[string]query.Node{
		"steel quota": inflected("steel", "quota"),
		"État":        query.Phrase{Words: []query.Word{{Terms: []query.Term{{Lower: "état", Folded: "etat"}}}}},
		"US tariff":   query.Phrase{Words: append([]query.Word{us}, inflected("tariff").Words...)},
		`"the U.S."`: query.Phrase{Quoted: true, Words: []query.Word{
			{Mode: query.ModeExact, Terms: []query.Term{{Lower: "the", Folded: "the"}}}, us,
		}},
		"Co-Op": query.Phrase{Words: []query.Word{{
			Terms:  []query.Term{{Lower: "co", Folded: "co"}, {Lower: "op", Folded: "op"}},
			Joined: query.Term{Lower: "coop", Folded: "coop"},
		}}},
		"5G技术": query.Phrase{Words: []query.Word{{
			Terms: []query.Term{{Lower: "5g", Folded: "5g"}, {Lower: "技", Folded: "技"}, {Lower: "术", Folded: "术"}},
		}}},
		"Sanctión*": query.Phrase{Words: []query.Word{{
			Mode:  query.ModePrefix,
			Terms: []query.Term{{Lower: "sanction", Folded: "sanction"}},
		}}},
		"steel BEFORE/3 (iron, tin)": query.Near{
			Left: inflected("steel"), Distance: 3, Ordered: true,
			Right: query.Or{Nodes: []query.Node{inflected("iron"), inflected("tin")}},
		},
		"ATLEAST/2 steel -title:iron": query.And{Nodes: []query.Node{
			query.AtLeast{Count: 2, Node: inflected("steel")},
			query.Not{Node: query.In{Field: query.FieldTitle, Node: inflected("iron")}},
		}},
		"source:BBC, site:Gov.UK": query.Or{Nodes: []query.Node{
			query.Filter{Field: query.FieldSource, Phrase: inflected("bbc")},
			query.Filter{Field: query.FieldSite, Value: "gov.uk"},
		}},
	} {
		q, err := query.Parse(in)
		if err != nil {
			t.Errorf("%s: %v", in, err)
			continue
		}
		if diff := cmp.Diff(want, q.Root()); diff != "" {
			t.Errorf("%s (-want +got)\n%s", in, diff)
		}
	}
}

func TestLabels(t *testing.T) {
	for in, want := range map[string][]string{
		`"New quality" productive, Hunan -Changsha`:                     {"new quality", "productive", "hunan"},
		"US-China NEAR/3 (sanction* OR caps:AIDS), title:co-op, US":     {"US china", "sanction*", "AIDS", "co-op", "US"},
		"source:cgtn AND site:gov.uk":                                   nil,
		"steel AND NOT (iron AND NOT tin) AND ATLEAST/2 steel, caps:or": {"steel", "tin", "OR"},
	} {
		q, err := query.Parse(in)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, q.Labels()); diff != "" {
			t.Errorf("%s (-want +got)\n%s", in, diff)
		}
	}
}

func TestZero(t *testing.T) {
	var q query.Query
	if !q.IsZero() || q.String() != "" || q.Labels() != nil || q.Root() != nil {
		t.Errorf("the zero Query gives %v, %q, %v, %v", q.IsZero(), q.String(), q.Labels(), q.Root())
	}
	query.Walk(q.Root(), func(query.Node) bool { t.Error("walked"); return true })
	q, err := query.Parse("steel")
	if err != nil || q.IsZero() {
		t.Errorf("%v, zero %v", err, q.IsZero())
	}
}

func TestWalk(t *testing.T) {
	q, err := query.Parse("title:(steel NEAR/2 iron) AND NOT tin AND (ATLEAST/2 lead OR zinc SAME site OR site:gov.uk)")
	if err != nil {
		t.Fatal(err)
	}
	var all, shallow []string
	query.Walk(q.Root(), func(n query.Node) bool {
		if p, ok := n.(query.Phrase); ok {
			all = append(all, p.Words[0].Terms[0].Lower)
		}
		return true
	})
	query.Walk(q.Root(), func(n query.Node) bool {
		if p, ok := n.(query.Phrase); ok {
			shallow = append(shallow, p.Words[0].Terms[0].Lower)
		}
		_, in := n.(query.In)
		return !in
	})
	if want := []string{"steel", "iron", "tin", "lead", "zinc", "site"}; !slices.Equal(all, want) || !slices.Equal(shallow, want[2:]) {
		t.Errorf("walked %v, and %v outside of fields", all, shallow)
	}
}

func TestLimits(t *testing.T) {
	words := func(n int) string { return strings.TrimSuffix(strings.Repeat("steel1 ", n), " ") }
	deep := func(n int) string { return strings.Repeat("(", n) + "steel" + strings.Repeat(")", n) }
	for _, c := range []struct {
		in string
		ok bool
	}{
		{strings.Repeat("铜", query.MaxTerms), true},
		{strings.Repeat("铜", query.MaxTerms+1), false},
		{words(query.MaxTerms), true},
		{words(query.MaxTerms + 1), false},
		{strings.Repeat("x", query.MaxLength), true},
		{strings.Repeat("x", query.MaxLength+1), false},
		{strings.Repeat("\u3000", query.MaxLength) + "x", false},
		{strings.Repeat("ﷺ ", 300), false}, // short as typed, long after NFKC
		{deep(query.MaxDepth), true},
		{deep(query.MaxDepth + 1), false},
		{strings.Repeat("(", query.MaxLength), false},
		{strings.Repeat("NOT ", 900) + "steel", true},
		{strings.Repeat("(steel AND NOT ", query.MaxDepth) + "iron" + strings.Repeat(")", query.MaxDepth), true},
	} {
		q, err := query.Parse(c.in)
		if (err == nil) != c.ok {
			t.Errorf("%.40s…: %v", c.in, err)
		}
		if err == nil {
			if _, err := query.Parse(q.String()); err != nil {
				t.Errorf("%.40s…: the canonical form: %v", c.in, err)
			}
			continue
		}
		var e *query.Error
		if !errors.As(err, &e) || e.Mend == "" || len(err.Error()) > 200 {
			t.Errorf("%.40s…: %v", c.in, err)
		}
	}
}

// An error of a limit points at the first thing too many.
func TestErrorsOfLimits(t *testing.T) {
	for in, want := range map[string]string{
		strings.Repeat("x", 4097):                     "query of more than 4096 characters at character 4097: split it into several",
		strings.Repeat("steel1 ", 256) + "tin":        "more than 256 words at character 1793: split the query into several",
		strings.Repeat("steel OR ", 256) + "tin":      "more than 256 words at character 2305: split the query into several",
		"abc, “" + strings.Repeat("铜", 256) + "”":     "more than 256 words at character 262: split the query into several",
		strings.Repeat("co-op ", 128) + "a-b":         "more than 256 words at character 769: split the query into several",
		strings.Repeat("(", 51) + "steel":             "more than 50 parentheses within each other at character 51: split the query into several",
		strings.Repeat("\"steel\uFDFA\uFDFA\"|", 200): "more than 256 words at character 368: split the query into several",
	} {
		if _, err := query.Parse(in); err == nil || err.Error() != want {
			t.Errorf("%.30s…: %v, want %s", in, err, want)
		}
	}
}
