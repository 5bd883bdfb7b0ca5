package match_test

import (
	"cmp"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/alerts/match"
	"github.com/bellwether/bellwether/alerts/query"
)

// commonWords are the words of the articles of four letters and more, those in
// most articles first.
func commonWords(articles []alerts.Article) []string {
	in := map[string]int{}
	for _, a := range articles {
		seen := map[string]bool{}
		for _, w := range strings.FieldsFunc(strings.ToLower(a.Body), func(r rune) bool { return r < 'a' || r > 'z' }) {
			if len(w) > 3 && !seen[w] {
				seen[w] = true
				in[w]++
			}
		}
	}
	return slices.SortedFunc(maps.Keys(in), func(a, b string) int {
		return cmp.Or(cmp.Compare(in[b], in[a]), cmp.Compare(a, b))
	})
}

// hardQueries are the forms that cost most: n each of prefixes, of nested
// Booleans of 50 terms, and of NEARs on common words.
func hardQueries(words []string, n int) map[string][]string {
	rnd := rand.New(rand.NewPCG(5, 6))
	one := func(most int) string { return words[rnd.IntN(min(most, len(words)))] }
	out := map[string][]string{}
	for range n {
		w := one(20000)
		out["prefix"] = append(out["prefix"], w[:min(len(w), 3+rnd.IntN(4))]+"*")
		var parts []string
		for range 5 {
			var terms []string
			for range 5 {
				terms = append(terms, fmt.Sprintf("(%s AND NOT %s)", one(5000), one(5000)))
			}
			parts = append(parts, "("+strings.Join(terms, " OR ")+")")
		}
		out["boolean"] = append(out["boolean"], strings.Join(parts, " AND "))
		out["near"] = append(out["near"], fmt.Sprintf("%s NEAR/%d %s", one(250), 3+rnd.IntN(8), one(250)))
	}
	return out
}

// BenchmarkHard is the time of an article at 100,000 queries, and with 10,000
// more of each hard form, planned by articles that were seen.
func BenchmarkHard(b *testing.B) {
	texts, articles := load(b, 100_000)
	hard := hardQueries(commonWords(articles), 10_000)
	forms := []string{"", "prefix", "boolean", "near", "prefix boolean near"}
	for _, form := range forms {
		b.Run(cmp.Or(strings.ReplaceAll(form, " ", "+"), "none"), func(b *testing.B) {
			e, n := filled(b, texts)
			for f := range strings.FieldsSeq(form) {
				for _, s := range hard[f] {
					if q, err := query.Parse(s); err == nil { // not bare stop words
						e.Add(alerts.SubscriptionID(n), q)
						n++
					}
				}
			}
			var hits match.Hits
			for range 2 {
				if err := e.Rebuild(b.Context()); err != nil {
					b.Fatal(err)
				}
				for _, a := range articles {
					e.Match(a, &hits)
				}
			}
			count, i := 0, 0
			for b.Loop() {
				e.Match(articles[i%len(articles)], &hits)
				count += len(hits.IDs)
				i++
			}
			b.ReportMetric(float64(count)/float64(i), "hits/article")
		})
	}
}
