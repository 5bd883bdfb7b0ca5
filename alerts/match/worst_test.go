package match_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/alerts/match"
)

// largest is the most bytes that ingest keeps of the text of an article.
const largest = 1 << 20

// filledUp repeats s up to n bytes.
func filledUp(s string, n int) string { return strings.Repeat(s, max(n/len(s), 1)) }

// numbered gives the words w0, w1 and so on with something between them.
func numbered(w, between string, n int) string {
	words := make([]string, n)
	for i := range words {
		words[i] = fmt.Sprintf("%s%d", w, i)
	}
	return strings.Join(words, between)
}

// nastyTexts are made to be slow to read or to match, of n bytes.
func nastyTexts(n int) map[string]string {
	return map[string]string{
		"one word":       filledUp("x", n),
		"same word":      filledUp("ab ", n),
		"same sentence":  filledUp("ab. Cd ", n),
		"hyphens":        filledUp("ab-", n),
		"hyphens, eight": filledUp("ab-ab-ab-ab-ab-ab-ab-ab ", n),
		"many words":     filledUp(numbered("w", " ", 227)+" "+numbered("v", " ", 227)+" ", n),
		"new words":      numbered("n", " ", n/8),
		"Chinese":        filledUp("新质生产力", n),
		"acronyms":       filledUp("U.S. ", n),
		"accents":        filledUp("e\u0301a\u0300 ", n),
		"marks":          "e" + filledUp("\u0301", n-1),
		"wrong bytes":    filledUp("\xff", n),
		"paragraphs":     filledUp("ab\n\n", n),
		"lines":          filledUp("ab cd\n", n),
		"stops":          filledUp("ab.", n),
		"apostrophes":    filledUp("l'", n),
		"ligatures":      filledUp("\uFDFA", n),
	}
}

// nastyQueries are as large as a query may be.
func nastyQueries() map[string]string {
	repeated := func(s string, n int) string { return strings.TrimSpace(strings.Repeat(s+" ", n)) }
	joined := func(form, between string, n int) string { // with # for numbers
		parts := make([]string, n)
		for i := range parts {
			parts[i] = strings.ReplaceAll(form, "#", strconv.Itoa(100+i))
		}
		return strings.Join(parts, between)
	}
	return map[string]string{
		"phrase":          repeated("ab", 256),
		"quoted phrase":   `"` + repeated("ab", 256) + `"`,
		"phrase, no end":  repeated("ab", 255) + " zz",
		"at least":        "ATLEAST/1000 (" + repeated("ab", 255) + " OR ab)",
		"near":            "ab NEAR/1000 cd",
		"near itself":     "ab NEAR/1000 ab",
		"near of ORs":     "(" + numbered("w", " OR ", 127) + ") NEAR/1000 (" + numbered("v", " OR ", 127) + ")",
		"before of ORs":   "(" + numbered("v", " OR ", 127) + ") BEFORE/1 (" + numbered("w", " OR ", 127) + ")",
		"same of ORs":     "(" + numbered("w", " OR ", 127) + ") SAME (" + numbered("v", " OR ", 127) + ")",
		"many nears":      joined("ab NEAR/# ab", " AND ", 100),
		"many nears, two": joined("w# NEAR/227 v#", " AND ", 127),
		"many befores":    joined("w# BEFORE/227 v#", " OR ", 127),
		"many sames":      joined("w# SAME v#", " AND ", 127),
		"many at leasts":  joined("ATLEAST/# ab", " OR ", 100),
		"hyphens":         "ab-ab-ab-ab-ab-ab-ab-ab " + repeated("ab-ab", 30),
		"Chinese":         strings.Repeat("新质生产力", 51),
		"Chinese near":    "(新质 OR 生产 OR 力) NEAR/1000 (质生 OR 产力 OR 新)",
		"prefixes":        "(" + joined("w#* OR v#*", " OR ", 9) + ")",
		"lead":            "lead:(" + repeated("ab", 255) + ")",
		"not":             "ab AND NOT (" + repeated("ab", 254) + " zz)",
	}
}

// What is nasty is found as Reference finds it.
func TestNastyArticles(t *testing.T) {
	texts := nastyTexts(150)
	for name, s := range nastyQueries() {
		q := mustParse(t, s)
		for text, body := range texts {
			e := match.NewEngine()
			e.Add(1, q)
			a := alerts.Article{Title: "ab", Body: body}
			spans, hit := match.Spans(q, a)
			got := matched(e, a)
			if hit != (len(got) > 0) || hit && !slices.Equal(spans, got[0].Spans) {
				t.Errorf("%s on %s: Reference %v, Engine %v", name, text, hit, len(got) > 0)
			}
		}
	}
}

// BenchmarkWorst is the time of a Match of an article of the largest size: what
// reading takes alone, then with one query that is made to be slow.
func BenchmarkWorst(b *testing.B) {
	texts, queries := nastyTexts(largest), nastyQueries()
	queries["nothing"] = "zzzz"
	for _, c := range []struct{ text, query string }{
		{"one word", "nothing"},
		{"same word", "nothing"},
		{"hyphens", "nothing"},
		{"Chinese", "nothing"},
		{"new words", "nothing"},
		{"accents", "nothing"},
		{"ligatures", "nothing"},
		{"same word", "quoted phrase"},
		{"same word", "phrase, no end"},
		{"same word", "at least"},
		{"same word", "near itself"},
		{"same word", "many nears"},
		{"same sentence", "near"},
		{"hyphens", "hyphens"},
		{"stops", "lead"},
		{"many words", "near of ORs"},
		{"many words", "before of ORs"},
		{"many words", "same of ORs"},
		{"many words", "many nears, two"},
		{"many words", "many sames"},
		{"many words", "prefixes"},
		{"Chinese", "Chinese"},
		{"Chinese", "Chinese near"},
	} {
		b.Run(c.text+"/"+c.query, func(b *testing.B) {
			e := match.NewEngine()
			e.Add(1, mustParse(b, queries[c.query]))
			a := alerts.Article{Title: "ab", Body: texts[c.text]}
			var hits match.Hits
			e.Match(a, &hits)
			for b.Loop() {
				e.Match(a, &hits)
			}
		})
	}
}
