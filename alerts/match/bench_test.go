package match_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/alerts/match"
	"github.com/bellwether/bellwether/alerts/query"
	"github.com/bellwether/bellwether/alerts/text"
)

// made makes articles of words with the frequencies of a language (Zipf's
// law), and queries of any of them: half single words, a quarter phrases, the
// rest AND, OR, NEAR.
func made(queries, articles int) ([]string, []alerts.Article) {
	rnd := rand.New(rand.NewPCG(3, 4))
	zipf := rand.NewZipf(rnd, 1.1, 8, 40000)
	word := func(n uint64) string {
		w := ""
		for n += 100; n > 0; n /= 20 {
			w = string("bcdfghklmnprstvwzjqx"[n%20]) + string("aeiou"[n%5]) + w
		}
		return w
	}
	qs := make([]string, queries)
	for i := range qs {
		form := []string{"%s", "%s", "%s", "%s", "%s %s", "%s %s", "%s AND %s", "%s OR %s", "%s AND %s AND NOT %s", "%s NEAR/5 %s"}[rnd.IntN(10)]
		for strings.Contains(form, "%s") {
			form = strings.Replace(form, "%s", word(rnd.Uint64N(40000)), 1)
		}
		qs[i] = form
	}
	as := make([]alerts.Article, articles)
	for i := range as {
		var b strings.Builder
		for n := range 500 {
			b.WriteString(word(zipf.Uint64()))
			b.WriteString([]string{" ", " ", " ", ". "}[n%4])
		}
		as[i] = alerts.Article{ID: fmt.Sprint(i), Title: word(zipf.Uint64()), Body: b.String()}
	}
	return qs, as
}

// load gives n queries and some articles, real ones where they are there.
func load(b *testing.B, n int) ([]string, []alerts.Article) {
	b.Helper()
	bench := filepath.Join("..", "..", "..", "shared", "bench")
	if dir := os.Getenv("BELLWETHER_SHARED"); dir != "" {
		bench = filepath.Join(dir, "bench")
	}
	if _, err := os.Stat(bench); err == nil {
		file := "subscriptions-100k.jsonl.gz"
		if n > 100_000 {
			file = "subscriptions-1m.jsonl.gz"
		}
		return readQueries(b, filepath.Join(bench, file), n), readArticles(b, filepath.Join(bench, "articles.jsonl.gz"), 2000)
	}
	return made(n, 500)
}

// filled gives an engine with the queries, numbered, and how many there are.
func filled(b *testing.B, texts []string) (*match.Engine, int) {
	b.Helper()
	e := match.NewEngine()
	for i, q := range parseAll(texts) {
		e.Add(alerts.SubscriptionID(i), q)
	}
	if err := e.Rebuild(context.Background()); err != nil {
		b.Fatal(err)
	}
	return e, e.Len()
}

func heap() int {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int(m.HeapAlloc)
}

// BenchmarkMatch is the time of one article against all queries, its analysis
// included. With -short it leaves out a million queries.
func BenchmarkMatch(b *testing.B) {
	for _, n := range []int{1_000, 100_000, 1_000_000} {
		if n > 100_000 && testing.Short() {
			continue
		}
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			texts, articles := load(b, n)
			before := heap()
			e, n := filled(b, texts)
			size := float64(heap()-before) / float64(n)
			runtime.KeepAlive(texts)
			var hits match.Hits
			count := 0
			for _, a := range articles { // stems and words are remembered from now on
				e.Match(a, &hits)
			}
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				e.Match(articles[i%len(articles)], &hits)
				count += len(hits.IDs)
				i++
			}
			b.ReportMetric(float64(count)/float64(i), "hits/article")
			b.ReportMetric(size, "B/subscription")
		})
	}
}

// BenchmarkFirstPass is the time of one article where every word is met for the
// first time: as in BenchmarkMatch, with a Hits that is new for each pass over
// the articles.
func BenchmarkFirstPass(b *testing.B) {
	for _, n := range []int{100_000, 1_000_000} {
		if n > 100_000 && testing.Short() {
			continue
		}
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			texts, articles := load(b, n)
			e, _ := filled(b, texts)
			runtime.KeepAlive(texts)
			var hits *match.Hits
			i := 0
			for b.Loop() {
				if i%len(articles) == 0 {
					hits = new(match.Hits)
				}
				e.Match(articles[i%len(articles)], hits)
				i++
			}
		})
	}
}

// BenchmarkMemory is what each part of the index takes, in bytes a
// subscription.
func BenchmarkMemory(b *testing.B) {
	for _, n := range []int{100_000, 1_000_000} {
		if n > 100_000 && testing.Short() {
			continue
		}
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			texts, _ := load(b, n)
			e, n := filled(b, texts)
			for b.Loop() {
				for part, bytes := range e.Parts() {
					b.ReportMetric(bytes/float64(n), part+"-B")
				}
			}
		})
	}
}

// BenchmarkParallel is BenchmarkMatch on all processors.
func BenchmarkParallel(b *testing.B) {
	texts, articles := load(b, 100_000)
	e, _ := filled(b, texts)
	b.RunParallel(func(pb *testing.PB) {
		var hits match.Hits
		for i := 0; pb.Next(); i++ {
			e.Match(articles[i%len(articles)], &hits)
		}
	})
}

// BenchmarkSpans is BenchmarkMatch with the spans of every hit.
func BenchmarkSpans(b *testing.B) {
	texts, articles := load(b, 100_000)
	e, _ := filled(b, texts)
	var hits match.Hits
	spans, i := 0, 0
	for b.Loop() {
		e.Match(articles[i%len(articles)], &hits)
		for _, s := range hits.Queries() {
			spans += len(s)
		}
		i++
	}
	b.ReportMetric(float64(spans)/float64(i), "spans/article")
}

// BenchmarkTokenize is the part of the tokenizer in BenchmarkMatch.
func BenchmarkTokenize(b *testing.B) {
	_, articles := load(b, 1)
	lexicon := text.NewLexicon("")
	var words text.Scan
	var paragraphs []text.Paragraph
	i := 0
	for b.Loop() {
		a := articles[i%len(articles)]
		lexicon.Scan(&words, a.Title)
		lexicon.Append(&words, a.Body)
		paragraphs = text.AppendParagraphs(paragraphs[:0], a.Body)
		i++
	}
}

// BenchmarkParse is the time of reading a query.
func BenchmarkParse(b *testing.B) {
	texts, _ := load(b, 100_000)
	i := 0
	for b.Loop() {
		_, _ = query.Parse(texts[i%len(texts)])
		i++
	}
}

// BenchmarkAdd and BenchmarkRemove are the time of one change to 100,000 queries.
func BenchmarkAdd(b *testing.B) {
	texts, _ := load(b, 100_000)
	e, n := filled(b, texts)
	queries := parseAll(texts)
	i := 0
	for b.Loop() {
		e.Add(alerts.SubscriptionID(n+i), queries[i%len(queries)])
		i++
	}
}

func BenchmarkRemove(b *testing.B) {
	texts, _ := load(b, 100_000)
	e, n := filled(b, texts)
	queries := parseAll(texts)
	i := 0
	for b.Loop() {
		if i%n == 0 && i > 0 {
			b.StopTimer()
			for j, q := range queries {
				e.Add(alerts.SubscriptionID(j), q)
			}
			if err := e.Rebuild(b.Context()); err != nil {
				b.Fatal(err)
			}
			b.StartTimer()
		}
		e.Remove(alerts.SubscriptionID(i % n))
		i++
	}
}

// BenchmarkRebuild is the time of making one index of 100,000 queries again.
func BenchmarkRebuild(b *testing.B) {
	texts, _ := load(b, 100_000)
	e, _ := filled(b, texts)
	for b.Loop() {
		e.Remove(0) // so that there is something to do
		if err := e.Rebuild(context.Background()); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkChange is one Add and one Match after it, as the bot has them.
func BenchmarkChange(b *testing.B) {
	texts, articles := load(b, 20_000)
	e, n := filled(b, texts)
	queries := parseAll(texts)
	var hits match.Hits
	i := 0
	for b.Loop() {
		e.Add(alerts.SubscriptionID(i%n), queries[(i+1)%n])
		e.Match(articles[i%len(articles)], &hits)
		i++
	}
}
