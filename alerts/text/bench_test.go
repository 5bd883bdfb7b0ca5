package text_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/bellwether/bellwether/alerts/text"
)

// article is about 500 words of English news prose, written for this test.
var article = strings.Repeat(`The ministry’s new carbon border tax will apply to steel, cement and fertiliser from January, officials in Brussels said on Tuesday.

“We are not closing our markets,” the commissioner told reporters. “We are asking for the same price on carbon from everybody who sells here.” Exporters in the U.S. and in China have warned that the rules, which cover some 1,200 products worth $14.5 billion a year, could slow trade before the 2025-2026 review.

Trade economists at Smith & Co. Ltd. expect little change at first. Co-operation between customs offices remains thin, and the fees are phased in over nine years; only then will imported goods pay what home-made ones do.

`, 5)

func BenchmarkField(b *testing.B) {
	b.Logf("%d words", len(strings.Fields(article)))
	a := text.NewAnalyzer()
	var f text.Field
	b.SetBytes(int64(len(article)))
	b.ReportAllocs()
	for b.Loop() {
		a.Field(&f, article, "en")
	}
}

func BenchmarkScan(b *testing.B) {
	x := text.NewLexicon("en")
	var s text.Scan
	b.SetBytes(int64(len(article)))
	b.ReportAllocs()
	for b.Loop() {
		x.Scan(&s, article)
	}
}

func BenchmarkParagraphs(b *testing.B) {
	b.SetBytes(int64(len(article)))
	for b.Loop() {
		text.Paragraphs(article)
	}
}

// BenchmarkNewWords is the time of a word that a lexicon has not met: made from
// syllables and endings of English, one in five with a capital.
func BenchmarkNewWords(b *testing.B) {
	rnd := rand.New(rand.NewPCG(5, 6))
	some := func(of []string) string { return of[rnd.IntN(len(of))] }
	syllables := strings.Fields("ba con de ex fer gra hol im jur ka lo min nor op pre qui re sti tra un vers wor y zen")
	endings := strings.Fields("s ed ing ly tion ment er al ity ies ate e o n t r")
	const words = 50_000
	var t strings.Builder
	for range words {
		w := some(syllables) + some(syllables) + some(syllables) + some(syllables) + some(endings)
		if rnd.IntN(5) == 0 {
			w = strings.ToUpper(w[:1]) + w[1:]
		}
		t.WriteString(w + " ")
	}
	var s text.Scan
	distinct := 0
	b.ReportAllocs()
	for b.Loop() {
		x := text.NewLexicon("en")
		x.Scan(&s, t.String())
		distinct = x.Len()
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(distinct), "ns/new-word")
}
