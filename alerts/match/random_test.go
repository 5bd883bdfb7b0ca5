package match_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/alerts/match"
	"github.com/bellwether/bellwether/alerts/query"
)

// A small vocabulary, in which every rule of comparison has its words, makes
// hits and near misses frequent.
var (
	articleWords = []string{
		"tariff", "tariffs", "Tariff", "steel", "import", "imports", "important",
		"US", "us", "U.S.", "WHO", "who", "NGOs", "ngo", "AIDS", "aids",
		"co-operation", "cooperation", "co", "operation", "co-op-eration", "high-standard", "standards",
		"l’État", "état", "etat", "Xi’s", "Xi", "0.69", "新质生产力", "生产", "力", "ガス", "налоги", "налог",
	}
	queryWords = []string{
		"tariff", "tariffs", "steel", "import", "imports", "important", "US", "WHO", "NGO",
		"co-operation", "cooperation", "operation", "co", "standard", "high-standard", "co-op-eration",
		"état", "etat", "Xi's", "0.69", "新质生产力", "生产", "质生", "ガス", "налог",
	}
	prefixes   = []string{"tar*", "imp*", "coop*", "co-oper*", "sta*", "éta*", "нал*"}
	separators = []string{" ", " ", " ", " ", ", ", ". ", " - ", "-", "\n\n", "\n"}
	languages  = []string{"", "en", "en", "fr", "zh-CN", "ru", "xx", "not a tag"}
	publishers = []string{"", "CGTN", "Steel Import News", "US tariff", "Co-operation Today"}
	addresses  = []string{"", "https://gov.uk/a", "http://news.gov.uk:80/", "https://cgtn.com", "http://%zz"}
	filters    = []string{
		"source:cgtn", `source:"steel import"`, "source:tariff", "source:cooperation", "agency:US", `agency:"import news"`,
		"site:gov.uk", "site:cgtn.com", "lang:zh", "lang:zh-cn", "lang:en",
	}
)

// someText draws words with something between them.
func someText(t *rapid.T, most int) string {
	var b strings.Builder
	for range rapid.IntRange(0, most).Draw(t, "words") {
		b.WriteString(rapid.SampledFrom(articleWords).Draw(t, "word"))
		b.WriteString(rapid.SampledFrom(separators).Draw(t, "separator"))
	}
	return b.String()
}

func someArticle(t *rapid.T) alerts.Article {
	a := alerts.Article{
		Title:     someText(t, 6),
		Body:      someText(t, 30),
		URL:       rapid.SampledFrom(addresses).Draw(t, "url"),
		Publisher: rapid.SampledFrom(publishers).Draw(t, "publisher"),
		Agency:    rapid.SampledFrom(publishers).Draw(t, "agency"),
		Language:  rapid.SampledFrom(languages).Draw(t, "language"),
	}
	if rapid.IntRange(0, 4).Draw(t, "loud") == 0 {
		a.Title = strings.ToUpper(a.Title)
	}
	return a
}

// somePhrase draws a word, a prefix, a phrase or a quoted phrase.
func somePhrase(t *rapid.T) string {
	word := func() string { return rapid.SampledFrom(queryWords).Draw(t, "word") }
	words := func() string {
		list := []string{word()}
		for range rapid.IntRange(0, 2).Draw(t, "more") {
			list = append(list, word())
		}
		return strings.Join(list, " ")
	}
	switch rapid.IntRange(0, 7).Draw(t, "phrase") {
	case 0:
		return words()
	case 1:
		return `"` + words() + `"`
	case 2:
		return rapid.SampledFrom(prefixes).Draw(t, "prefix")
	case 3:
		return "caps:" + rapid.SampledFrom([]string{"AIDS", "US", "TARIFF"}).Draw(t, "caps")
	default:
		return word()
	}
}

// someOperand draws what NEAR, BEFORE, SAME and ATLEAST take.
func someOperand(t *rapid.T) string {
	if rapid.Bool().Draw(t, "or") {
		return "(" + somePhrase(t) + " OR " + somePhrase(t) + ")"
	}
	return "(" + somePhrase(t) + ")"
}

// someQuery draws an expression of at most the given depth.
func someQuery(t *rapid.T, depth int) string {
	kinds := 3
	if depth > 0 {
		kinds = 11
	}
	sub := func() string { return "(" + someQuery(t, depth-1) + ")" }
	switch rapid.IntRange(0, kinds).Draw(t, "kind") {
	case 0:
		return fmt.Sprintf("%s %s/%d %s", someOperand(t), rapid.SampledFrom([]string{"NEAR", "BEFORE"}).Draw(t, "op"),
			rapid.IntRange(1, 6).Draw(t, "distance"), someOperand(t))
	case 1:
		return someOperand(t) + " SAME " + someOperand(t)
	case 2:
		return fmt.Sprintf("ATLEAST/%d %s", rapid.IntRange(1, 4).Draw(t, "count"), someOperand(t))
	case 3:
		return somePhrase(t)
	case 4:
		return rapid.SampledFrom(filters).Draw(t, "filter")
	case 5:
		return sub() + " OR " + sub()
	case 6:
		return sub() + " AND NOT " + sub()
	case 7:
		return "NOT " + sub()
	case 8:
		return rapid.SampledFrom([]string{"title:", "lead:"}).Draw(t, "field") + sub()
	case 9:
		return sub() + " OR NOT " + sub()
	case 10:
		return sub() + " OR " + sub() + " OR " + sub()
	default:
		return sub() + " AND " + sub()
	}
}

// parsed draws a query that the language takes.
func parsed(t *rapid.T) query.Query {
	for {
		if q, err := query.Parse(someQuery(t, 3)); err == nil {
			return q
		}
	}
}

func describe(r map[alerts.SubscriptionID]query.Query, a alerts.Article) string {
	var b strings.Builder
	for id, q := range r {
		fmt.Fprintf(&b, "%d: %s\n", id, q)
	}
	fmt.Fprintf(&b, "%+v", a)
	return b.String()
}

// TestEngineIsReference drives both through the same random adds, removals and
// rebuilds, and compares what they find, spans and all.
func TestEngineIsReference(t *testing.T) {
	hits := 0
	rapid.Check(t, func(t *rapid.T) {
		e, r := match.NewEngine(), match.NewReference()
		queries := map[alerts.SubscriptionID]query.Query{}
		id := func() alerts.SubscriptionID {
			return alerts.SubscriptionID(rapid.Uint64Range(1, 12).Draw(t, "id"))
		}
		for range rapid.IntRange(1, 25).Draw(t, "steps") {
			switch rapid.IntRange(0, 9).Draw(t, "step") {
			case 0:
				n := id()
				e.Remove(n)
				r.Remove(n)
				delete(queries, n)
			case 1:
				if err := e.Rebuild(context.Background()); err != nil {
					t.Fatal(err)
				}
			case 2, 3, 4:
				a := someArticle(t)
				want, got := r.Match(a, nil), matched(e, a)
				hits += len(want)
				if diff := cmp.Diff(want, got); diff != "" {
					t.Fatalf("Reference -, Engine +:\n%s\n%s", diff, describe(queries, a))
				}
			default:
				n, q := id(), parsed(t)
				e.Add(n, q)
				r.Add(n, q)
				queries[n] = q
			}
			if e.Len() != len(queries) {
				t.Fatalf("Len is %d, want %d", e.Len(), len(queries))
			}
		}
	})
	if hits == 0 {
		t.Error("nothing ever hit")
	}
}

// FuzzMatch tries whatever query can be parsed on whatever text.
func FuzzMatch(f *testing.F) {
	for _, q := range []string{
		`tariff`, `"co-op" NEAR/3 (a1 OR b2)`, `title:(x1 AND NOT lead:y2)`, `source:"a-b c"`, `caps:U.S.`,
		`ATLEAST/2 生产力`, `l’État*`, `site:a.b, lang:zh`, `-x1 y2`, `R&D`, `ATLEAST/0 x1`, `x1 NEAR/0 x2`,
	} {
		f.Add(q, "Title x1", "co-op a1. Xi’s 生产力\n\nU.S. x2", "a-b c", "en")
	}
	f.Fuzz(func(t *testing.T, s, title, body, publisher, language string) {
		q, err := query.Parse(s)
		if err != nil {
			return
		}
		a := alerts.Article{Title: title, Body: body, Publisher: publisher, Agency: publisher, URL: publisher, Language: language}
		e, r := match.NewEngine(), match.NewReference()
		e.Add(1, q)
		r.Add(1, q)
		if diff := cmp.Diff(r.Match(a, nil), matched(e, a)); diff != "" {
			t.Fatalf("%s: Reference -, Engine +:\n%s\n%+v", q, diff, a)
		}
	})
}
