package match_test

import (
	"context"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/alerts/match"
	"github.com/bellwether/bellwether/alerts/query"
)

// agree compares Engine and Reference over all queries and articles.
func agree(t *testing.T, queries []query.Query, articles []alerts.Article) {
	t.Helper()
	e, r := match.NewEngine(), match.NewReference()
	for i, q := range queries {
		e.Add(alerts.SubscriptionID(i), q)
		r.Add(alerts.SubscriptionID(i), q)
		if i == len(queries)/2 { // some in the base, some beside it
			if err := e.Rebuild(context.Background()); err != nil {
				t.Fatal(err)
			}
		}
	}
	hits := 0
	for _, a := range articles {
		want, got := r.Match(a, nil), matched(e, a)
		hits += len(want)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("%s: Reference -, Engine +:\n%s", a.ID, diff)
		}
	}
	t.Logf("%d queries, %d articles, %d hits", len(queries), len(articles), hits)
	if hits == 0 {
		t.Error("nothing hit")
	}
}

func TestAgreeOnNews(t *testing.T) {
	queries, articles := 2000, 200
	if testing.Short() {
		queries, articles = 300, 50
	}
	agree(t,
		parseAll(readQueries(t, shared(t, "bench/subscriptions-100k.jsonl.gz"), queries)),
		readArticles(t, shared(t, "bench/articles.jsonl.gz"), articles))
}

// TestAgreeOnLanguages makes queries of pieces of the articles themselves.
func TestAgreeOnLanguages(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(shared(t, "corpus/multilang"), "*.jsonl.gz"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			articles := readArticles(t, file, 40)
			rnd := rand.New(rand.NewPCG(1, 2))
			var queries []query.Query
			for range 400 {
				a, b := piece(rnd, articles), piece(rnd, articles)
				form := []string{"%a", `"%a"`, "%a AND %b", "%a OR %b", "%a NEAR/9 %b", "%a SAME %b", "title:%a", "%a AND NOT %b", "ATLEAST/2 %a", "%a*"}[rnd.IntN(10)]
				if q, err := query.Parse(strings.NewReplacer("%a", a, "%b", b).Replace(form)); err == nil {
					queries = append(queries, q)
				}
			}
			agree(t, queries, articles)
		})
	}
}

// piece cuts a word or two, or a few characters where there are no spaces, out
// of an article.
func piece(rnd *rand.Rand, articles []alerts.Article) string {
	a := articles[rnd.IntN(len(articles))]
	words := regexp.MustCompile(`[\pL\pM]+`).FindAllString(a.Title+" "+a.Body, 400)
	if len(words) == 0 {
		return "x"
	}
	at := rnd.IntN(len(words))
	out := strings.Join(words[at:min(at+1+rnd.IntN(2), len(words))], " ")
	if r := []rune(out); len(r) > 24 {
		from := rnd.IntN(len(r) - 6)
		return strings.TrimSpace(string(r[from : from+2+rnd.IntN(4)]))
	}
	return out
}

// TestSeedWire tries queries on the wire story that Bellwether was conceived
// from.
func TestSeedWire(t *testing.T) {
	raw, err := os.ReadFile(shared(t, "seed-wire.txt"))
	if err != nil {
		t.Fatal(err)
	}
	_, text, _ := strings.Cut(string(raw), "\n")
	title, text, _ := strings.Cut(text, "\n")
	_, text, _ = strings.Cut(text, "/PRNewswire/ — ")
	body, rest, ok := strings.Cut(text, "https://")
	if !ok {
		t.Fatal("the story has another form than this test reads")
	}
	a := alerts.Article{
		Title: title, Body: body, URL: "https://" + strings.Fields(rest)[0],
		Publisher: "CGTN", Agency: "AUSTRALIAN ASSOCIATED PRESS", Distributor: "PRNewswire", Language: "en",
	}
	for q, want := range map[string]string{ // the text of the first span
		"Xi's Hunan":                           "Xi’s Hunan",
		`"high standard opening up"`:           "high-standard opening up",
		"BASF AND lithium":                     "BASF",
		"locality":                             "localities",
		"title:Hunan":                          "Hunan",
		"site:cgtn.com":                        "",
		`agency:"australian associated press"`: "",
		`"five year plan" NEAR/8 tasks`:        "tasks",
		"ATLEAST/5 Hunan":                      "Hunan",
	} {
		spans, ok := matchAll(t, mustParse(t, q), a)
		if !ok {
			t.Errorf("%s does not hit", q)
			continue
		}
		got := ""
		if len(spans) > 0 {
			got = []string{a.Title, a.Body}[spans[0].Field][spans[0].Start:spans[0].End]
		}
		if got != want {
			t.Errorf("%s: the first span is %q, want %q", q, got, want)
		}
	}
	for _, q := range []string{"title:BASF", "US", "Hunan AND NOT Changsha", `"opening high"`} {
		if spans, ok := matchAll(t, mustParse(t, q), a); ok {
			t.Errorf("%s hits at %v", q, spans)
		}
	}
}
