package match_test

import (
	"strings"
	"testing"
	"time"

	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/alerts/match"
)

// A phrase of many words in a text of many of its places is found as in others:
// paragraphs, fields and all.
func TestLongPhrases(t *testing.T) {
	text := strings.Repeat("ab cd ab ab cd ab ab.\n\n", 100) + strings.Repeat("ab ", 900) + "\n\ncd ab " + strings.Repeat("ab cd ", 900)
	a := alerts.Article{Title: strings.Repeat("ab cd ", 50), Body: text}
	for _, s := range []string{
		`"ab cd ab"`, `"ab ab cd ab"`, strings.Repeat("ab ", 20), strings.Repeat("ab cd ", 30), "title:(" + strings.Repeat("ab cd ", 30) + ")",
		"lead:(ab cd ab ab)", `"ab ab cd ab" NEAR/3 ab`, "cd ab xy",
	} {
		matchAll(t, mustParse(t, s), a)
	}
}

// TestTheWorstPhrase: it took two hundred times as long as one word when each
// place took its own steps; now it takes hardly longer.
func TestTheWorstPhrase(t *testing.T) {
	a := alerts.Article{Body: strings.Repeat("ab ", 1<<20/3)}
	least := func(s string) time.Duration {
		e := match.NewEngine()
		e.Add(1, mustParse(t, s))
		var hits match.Hits
		best := time.Hour
		for range 5 {
			start := time.Now()
			e.Match(a, &hits)
			best = min(best, time.Since(start))
			if len(hits.IDs) != 1 {
				t.Fatalf("%d hits", len(hits.IDs))
			}
		}
		return best
	}
	word, phrase := least("lead:ab"), least("lead:("+strings.TrimSpace(strings.Repeat("ab ", 255))+")")
	if t.Logf("a word %s, the phrase %s", word, phrase); phrase > 30*word {
		t.Errorf("a word takes %s, 255 of them %s", word, phrase)
	}
}
