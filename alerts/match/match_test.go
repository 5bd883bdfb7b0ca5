package match_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/alerts/match"
	"github.com/bellwether/bellwether/alerts/query"
)

func mustParse(t testing.TB, s string) query.Query {
	t.Helper()
	q, err := query.Parse(s)
	if err != nil {
		t.Fatalf("parse %q: %v", s, err)
	}
	return q
}

// matched gives what a hits, in the order of IDs.
func matched(e *match.Engine, a alerts.Article) []match.Hit {
	var hits match.Hits
	e.Match(a, &hits)
	if len(hits.IDs) == 0 {
		return nil
	}
	return hits.List()
}

// unmark takes the brackets out of a text and gives the spans they were around.
func unmark(f alerts.Field, s string) (string, []alerts.Span) {
	var b strings.Builder
	var spans []alerts.Span
	start := 0
	for _, r := range s {
		switch r {
		case '[':
			start = b.Len()
		case ']':
			spans = append(spans, alerts.Span{Field: f, Start: start, End: b.Len()})
		default:
			b.WriteRune(r)
		}
	}
	return b.String(), spans
}

// matchAll runs q against a in every way there is, which must agree.
func matchAll(t *testing.T, q query.Query, a alerts.Article) ([]alerts.Span, bool) {
	t.Helper()
	spans, ok := match.Spans(q, a)
	r, e := match.NewReference(), match.NewEngine()
	r.Add(7, q)
	e.Add(7, q)
	var want []match.Hit
	if ok {
		want = []match.Hit{{ID: 7, Spans: spans}}
	}
	if diff := cmp.Diff(want, r.Match(a, nil)); diff != "" {
		t.Errorf("Reference (+) differs from Spans (-) on %s:\n%s", q, diff)
	}
	if diff := cmp.Diff(want, matched(e, a)); diff != "" {
		t.Errorf("Engine (+) differs from Spans (-) on %s:\n%s", q, diff)
	}
	return spans, ok
}

// hitCase is a query with an article that it hits; brackets in title and body
// are around the spans.
type hitCase struct {
	query, title, body string
}

func testHits(t *testing.T, cases []hitCase, a alerts.Article) {
	t.Helper()
	for _, c := range cases {
		var want, inBody []alerts.Span
		a.Title, want = unmark(alerts.Title, c.title)
		a.Body, inBody = unmark(alerts.Body, c.body)
		want = append(want, inBody...)
		got, ok := matchAll(t, mustParse(t, c.query), a)
		if !ok {
			t.Errorf("%s does not hit %q, %q", c.query, a.Title, a.Body)
			continue
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s on %q, %q: spans (want -, got +):\n%s", c.query, c.title, c.body, diff)
		}
	}
}

func testMisses(t *testing.T, cases []hitCase, a alerts.Article) {
	t.Helper()
	for _, c := range cases {
		a.Title, a.Body = c.title, c.body
		if spans, ok := matchAll(t, mustParse(t, c.query), a); ok || spans != nil {
			t.Errorf("%s hits %q, %q at %v", c.query, a.Title, a.Body, spans)
		}
	}
}

func TestWords(t *testing.T) {
	testHits(t, []hitCase{
		{"tariff", "[Tariffs] go up", "No [tariff] is final."},
		{"tariffs", "[TARIFF] talks", ""},
		{"locality", "", "He urged [localities] to save."},
		{"import", "", "[Imports] of grain are [imported]; important, though."},
		{"cafe", "The [Café] law", ""},
		{"café", "The [cafe] law", ""},
		{`"new rules"`, "", "The [NEW rules] and the newer rules"},
		{"carbon border tax", "", "a [carbon border taxes] plan; carbon and border tax"},
		{"Xi's Hunan", "[Xi’s Hunan] tour", "[Xi Hunan]"},
		{"etat", "L’[État] paie", ""},
		{"unione", "", "i fondi dell'[Unione]"},
		{"0.69", "", "rose [0.69] per cent, not 0.7"},
		{"1,000", "", "some [1,000] ships"},
		{"14th", "", "the [14th] plan"},
		{"R&D", "", "spends on [R&D] again"},
		{"the White House", "", "[the White House] said the house"},
		{`"the White House"`, "", "[The White House] said"},
		{"Bronte", "", "[Brontë] studied"},
		{"zoe", "", "[Zoe\u0308] won"},
	}, alerts.Article{})
	testMisses(t, []hitCase{
		{"import", "Important authority", "unimportant"},
		{"author", "", "the authority"},
		{"local", "", "localities"},
		{`"new rule"`, "", "the new rules"},
		{"carbon border tax", "", "border carbon tax. carbon tax border"},
		{"tariff", "", ""},
		{"0.69", "", "0.6 and 9 and 0,69"},
	}, alerts.Article{})
}

func TestCapitals(t *testing.T) {
	testHits(t, []hitCase{
		{"NGO", "", "[NGOs] and an [NGO], no ngo"},
		{"US tariff", "", "new [US tariffs], not us tariff"},
		{`"US tariff"`, "", "new [US tariff], US tariffs"},
		{"NATO", "", "[Nato] or [NATO] or [nato]"},
		{"caps:AIDS", "", "It aids the [AIDS] fund."},
		{"AI", "", "the [AI] act"},
	}, alerts.Article{})
	testHits(t, []hitCase{
		{"US", "Talks of [US] and us", "The [U.S.] side told us."},
		{"WHO", "[WHO] IS TO BLAME", "They know who."},
		{"caps:AIDS", "MORE [AIDS] MONEY", ""},
		{"NGO", "[NGOS] PROTEST", "ngos"},
		{"MPs", "An [MP] and [MPs]", "mps"},
		{"ngo", "An [NGO] and [NGOs]", ""},
		{`"NGOs"`, "An NGO and [NGOs]", ""},
	}, alerts.Article{})
	testMisses(t, []hitCase{
		{"US", "Join us", "us, Us"},
		{"WHO", "Who knows", "those who do"},
		{"caps:AIDS", "", "He aids them. Aids is"},
		{"US tariff", "", "give us tariffs"},
	}, alerts.Article{})
}

func TestPrefixes(t *testing.T) {
	testHits(t, []hitCase{
		{"sanction*", "[Sanctions] and [sanctioned] firms", "a [sanction]; sanct"},
		{"éco*", "", "[Economy] and [écologie]"},
		{"co-oper*", "", "a [co-operative] or [co operation], no co-pilot or opera"},
		{"anti-dump*", "", "[anti-dumping] and [antidumping], no dumping"},
		{"co-op*", "", "[co-ops] and [cooperation], no copper"},
	}, alerts.Article{})
	testMisses(t, []hitCase{{"sanction*", "", "unsanctioned sanctity"}}, alerts.Article{})
}

func TestHyphens(t *testing.T) {
	testHits(t, []hitCase{
		{"co-operation", "", "[cooperation], [co-operation], [co operation]"},
		{"cooperation", "", "[cooperation], [co-operation], co operation"},
		{"operation", "", "co-[operation]"},
		{"cooperat*", "", "[co-operated]"},
		{"high standard opening", "", "[high-standard opening] up"},
		{"high-standard opening", "", "[high standard opening] up and [highstandard opening]"},
		{"trade co-operation pact", "", "a [trade cooperation pact], a [trade co-operation pact]"},
		{`"five year plan" NEAR/8 tasks`, "", "goals and [tasks] of its 14th [Five-Year Plan] (2021)"},
		{"cooperation BEFORE/1 pact", "", "a [co-operation] [pact]"},
		{"co BEFORE/2 pact", "", "a [co]-operation [pact]"},
	}, alerts.Article{})
	testMisses(t, []hitCase{
		{"co BEFORE/1 pact", "", "a co-operation pact"},
		{"cooperation NEAR/3 operation", "", "a co-operation pact"}, // they overlap
	}, alerts.Article{})
}

func TestBoolean(t *testing.T) {
	testHits(t, []hitCase{
		{"steel AND quota", "[Steel]", "a [quota] on [steel]"},
		{"steel OR quota", "", "a [quota]"},
		{"(steel AND quota) OR coal", "", "steel and [coal]"},
		{"steel NOT quota", "", "[steel] and coal"},
		{"steel AND NOT quota", "", "[steel] and coal"},
		{`steel -"quota system"`, "", "[steel] quota"},
		{"steel AND NOT (quota OR coal)", "", "[steel]"},
		{"steel AND NOT (quota AND coal)", "", "[steel] quota"},
		{"steel AND NOT (quota AND NOT coal)", "", "[steel] quota coal"},
		{"tariff, steel quota, CBAM", "[CBAM] and steel", "[steel quotas]"},
		{"steel & quota", "", "[steel] [quota]"},
		{"steel | quota", "", "[steel] here"},
		{"steel, steel quota", "", "[steel quota]"}, // overlapping spans are one
	}, alerts.Article{})
	testMisses(t, []hitCase{
		{"steel AND quota", "", "steel"},
		{"steel AND NOT quota", "quotas", "steel"},
		{"steel AND NOT (quota AND NOT coal)", "", "steel quota"},
		{"steel OR quota", "", "coal"},
	}, alerts.Article{})
}

func TestDistance(t *testing.T) {
	testHits(t, []hitCase{
		{"tax NEAR/5 carbon", "", "[carbon] one two three four [tax]"},
		{"tax NEAR/5 carbon", "", "[tax] [carbon]"},
		{"carbon BEFORE/2 tax", "", "tax [carbon] border [tax]"},
		{"carbon NEAR/2 tax", "", "[tax] [carbon] border [tax] far far tax"},
		{`"carbon border" NEAR/2 tax`, "", "[carbon border] the [tax]"},
		{"(carbon OR steel) NEAR/1 tax", "", "[steel] [tax] on carbon"},
		{"tax NEAR/3 tax", "", "[tax] on [tax]"},
		{"carbon SAME tax", "", "A [carbon] plan with a [tax]. No carbon."},
		{"carbon SAME tax", "[Carbon] [tax]", ""},
	}, alerts.Article{})
	testMisses(t, []hitCase{
		{"tax NEAR/5 carbon", "", "carbon one two three four five tax"},
		{"carbon BEFORE/2 tax", "", "tax carbon"},
		{"carbon NEAR/5 tax", "carbon", "tax"},
		{"carbon NEAR/5 tax", "", "the carbon.\n\nA tax"},
		{"carbon tax", "", "the carbon.\n\nTax it"},
		{"carbon tax", "carbon", "tax"},
		{"carbon SAME tax", "", "A carbon plan. The tax."},
		{"carbon SAME tax", "carbon", "tax"},
		{"tax NEAR/3 tax", "", "one tax"},
	}, alerts.Article{})
}

func TestCounting(t *testing.T) {
	testHits(t, []hitCase{
		{"ATLEAST/3 tariff", "[Tariff] talk", "[tariffs], [tariff]"},
		{"ATLEAST/2 (tariff OR quota)", "", "a [tariff] and a [quota]"},
		{`ATLEAST/2 "trade war"`, "[Trade war]", "the [trade war]"},
		{"title:(ATLEAST/2 tariff)", "[Tariff] [tariffs]", "tariff"},
	}, alerts.Article{})
	testMisses(t, []hitCase{
		{"ATLEAST/3 tariff", "Tariff", "tariffs"},
		{"ATLEAST/2 (tariff OR tariffs)", "", "one tariff"},     // one place, though found twice
		{`ATLEAST/2 (trade OR "trade war")`, "", "a trade war"}, // they overlap
	}, alerts.Article{})
}

func TestFields(t *testing.T) {
	testHits(t, []hitCase{
		{"title:tariff", "[Tariff]", "tariff"},
		{"lead:tariff", "Talks", "On [tariffs] now.\n\nMore on tariffs."},
		{"lead:(tariff OR quota)", "[Quota]", "Talks.\n\nMore on tariffs."},
		{`title:"carbon tax" AND levy`, "[Carbon tax]", "carbon tax [levy]"},
		{"title:(carbon AND tax)", "[Tax] on [carbon]", "tax"},
		{"lead:(carbon NEAR/3 tax)", "", "[carbon] [tax]\n\ncarbon tax"},
		{"carbon AND NOT title:tax", "Talks", "[carbon] tax"},
	}, alerts.Article{})
	testMisses(t, []hitCase{
		{"title:tariff", "Talks", "tariff"},
		{"lead:tariff", "Talks", "First.\n\nThe tariff."},
		{"title:(carbon AND tax)", "Carbon", "tax"},
		{"carbon AND NOT title:tax", "Tax", "carbon"},
	}, alerts.Article{})
}

func TestFilters(t *testing.T) {
	a := alerts.Article{
		Title: "Steel", Body: "On steel.", URL: "https://News.GOV.uk:8080/a?b#c",
		Publisher: "CGTN", Agency: "Australian Associated Press", Language: "zh-CN",
	}
	for q, want := range map[string]bool{
		"source:cgtn":                          true,
		"source:xinhua":                        false,
		"source:steel":                         false,
		`agency:"australian associated press"`: true,
		`agency:"associated press"`:            true,
		`agency:"associated australian"`:       false,
		"agency:australian":                    true,
		"site:gov.uk":                          true,
		"site:news.gov.uk":                     true,
		"site:ov.uk":                           false,
		"site:www.news.gov.uk":                 true, // www. is not looked at
		"site:uk":                              true,
		"lang:zh":                              true,
		"lang:zh-cn":                           true,
		"lang:zh-cn-x":                         false,
		"lang:en":                              false,
		"source:cgtn AND lang:zh":              true,
		"source:cgtn AND lang:en":              false,
		"source:cgtn AND NOT site:gov.uk":      false,
		"source:cgtn AND NOT site:example.org": true,
		"source:xinhua OR site:gov.uk":         true,
		`agency:"australian associated press" -cotton`: true,
	} {
		spans, got := matchAll(t, mustParse(t, q), a)
		if got != want {
			t.Errorf("%s: hit is %v, want %v", q, got, want)
		}
		if spans != nil {
			t.Errorf("%s: a filter has spans %v", q, spans)
		}
	}
	testHits(t, []hitCase{
		{"source:cgtn AND steel", "[Steel]", "On [steel]."},
		{"steel AND site:gov.uk", "[Steel]", "On [steel]."},
	}, a)
}

// An address that can't be read is like none.
func TestOddAddresses(t *testing.T) {
	q := mustParse(t, "site:gov.uk")
	for address, want := range map[string]bool{
		"":                            false,
		"gov.uk":                      true,
		"www.gov.uk/news":             true,
		"//www.gov.uk/news":           true,
		"https://gov.uk.":             true,
		"https://gov.uk./a":           true,
		"https://gov.uk/a%20b":        true,
		"https://gov.uk/a%zz":         false,
		"https://gov.uk/a b?c#d":      true,
		"https://gov.uk/\x7f":         false,
		"ftp://gov.uk/":               true,
		"https://user@gov.uk:80/":     true,
		"https://gov.uk.example.org/": false,
		"https://example.org/gov.uk":  false,
		"https://[::1":                false,
		"http://%zz":                  false,
		"%gh&%ij":                     false,
		"https://notgov.uk":           false,
	} {
		if _, got := matchAll(t, q, alerts.Article{Title: "x", URL: address}); got != want {
			t.Errorf("%q: hit is %v, want %v", address, got, want)
		}
	}
}

func TestWithoutSpaces(t *testing.T) {
	testHits(t, []hitCase{
		{"新质生产力", "加快发展[新质生产力]", "关于[新质生产力]的报告，新质 生产"},
		{"生产", "", "新质[生产]力"},
		{"ガス", "", "天然[ガス]の輸入"},
		{"경제", "", "한국 [경제]는"},
		{"湖南 NEAR/4 生产", "", "[湖南]新质[生产]力"},
		{"เศรษฐกิจ", "", "ด้าน[เศรษฐกิจ]ไทย"},
	}, alerts.Article{Language: "zh"})
	testMisses(t, []hitCase{
		{"新质生产力", "", "生产新质力"},
		{"カス", "", "ガス"},
		{"湖南 NEAR/2 生产", "", "湖南新质生产力"},
	}, alerts.Article{})
}

func TestLanguages(t *testing.T) {
	for _, c := range []struct{ lang, query, body string }{
		{"fr", "taxe", "les [taxes] carbone"},
		{"fr", "animal", "les [animaux]"},
		{"de", "Zölle", "neue [Zölle], mit [Zöllen]"},
		{"es", "arancel", "los [aranceles]"},
		{"ru", "пошлина", "новые [пошлины]"},
		{"", "пошлина", "новые [пошлины]"},
		{"de-AT", "Zölle", "mit [Zöllen]"},
		{"xx-unknown", "tariff", "[tariffs]"},
	} {
		testHits(t, []hitCase{{c.query, "", c.body}}, alerts.Article{Language: c.lang})
	}
	// A word is stemmed as the article's language has it.
	testMisses(t, []hitCase{{"animal", "", "les animaux"}}, alerts.Article{Language: "en"})
}

func TestEmptyQuery(t *testing.T) {
	if _, ok := matchAll(t, query.Query{}, alerts.Article{Title: "anything"}); ok {
		t.Error("the zero Query hits")
	}
}
