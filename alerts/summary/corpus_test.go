package summary

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"

	"github.com/bellwether/bellwether/alerts"
)

// shared gives the path of a file of optional test data, and skips the test
// where it is absent.
func shared(t *testing.T, path ...string) string {
	t.Helper()
	root := os.Getenv("BELLWETHER_SHARED")
	if root == "" {
		root = filepath.Join("..", "..", "..", "shared")
	}
	name := filepath.Join(append([]string{root}, path...)...)
	if _, err := os.Stat(name); err != nil {
		t.Skipf("no shared test data: %v", err)
	}
	return name
}

type pair struct {
	Title, Document, Summary string
}

// pairs reads every step-th pair of a collection, at most limit.
func pairs(t *testing.T, name string, limit int) []pair {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	var all []pair
	lines := bufio.NewScanner(z)
	lines.Buffer(nil, 64<<20)
	for lines.Scan() {
		var p pair
		if err := json.Unmarshal(lines.Bytes(), &p); err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	step := max(1, len(all)/limit)
	var out []pair
	for i := 0; i < len(all) && len(out) < limit; i += step {
		out = append(out, all[i])
	}
	return out
}

// grams counts the n-grams of lower-case words.
func grams(s string, n int) map[string]int {
	words := strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsNumber(r) })
	out := map[string]int{}
	for i := 0; i+n <= len(words); i++ {
		out[strings.Join(words[i:i+n], " ")]++
	}
	return out
}

// rouge gives recall and F1 of ROUGE-N, without stemming.
func rouge(summary, reference string, n int) (recall, f1 float64) {
	got, want := grams(summary, n), grams(reference, n)
	both, all, mine := 0, 0, 0
	for g, c := range want {
		both += min(c, got[g])
		all += c
	}
	for _, c := range got {
		mine += c
	}
	if both == 0 {
		return 0, 0
	}
	recall = float64(both) / float64(all)
	precision := float64(both) / float64(mine)
	return recall, 2 * recall * precision / (recall + precision)
}

// TestSummariesAreNotWorseThanTheLead compares with the first three sentences
// of the story, boilerplate left out, which are hard to beat on news.
func TestSummariesAreNotWorseThanTheLead(t *testing.T) {
	const (
		limit = 100  // pairs of each collection
		noise = 0.02 // digitalgov's references are its first sentences
	)
	for _, set := range []string{"bbc", "billsum", "cnndm", "digitalgov", "fedreg", "qmsum", "roundup"} {
		t.Run(set, func(t *testing.T) {
			all := pairs(t, shared(t, "corpus", "summ", set+".jsonl.gz"), limit)
			var ours, lead [4]float64 // recall and F1 of ROUGE-1, of ROUGE-2
			for _, p := range all {
				a := alerts.Article{Title: p.Title, Body: p.Document}
				var first []string
				for _, c := range candidates(a.Title, a.Body) {
					if len(first) < 3 {
						first = append(first, a.Body[c.start:c.end])
					}
				}
				for n := range 2 {
					r, f := rouge(strings.Join(Summarize(a, nil, 3).Sentences, " "), p.Summary, n+1)
					ours[2*n] += r / float64(len(all))
					ours[2*n+1] += f / float64(len(all))
					r, f = rouge(strings.Join(first, " "), p.Summary, n+1)
					lead[2*n] += r / float64(len(all))
					lead[2*n+1] += f / float64(len(all))
				}
			}
			t.Logf("%4d texts, ROUGE-1 and -2, recall and F1: %.3f, of the lead %.3f", len(all), ours, lead)
			if ours[0] < lead[0]-noise || ours[2] < lead[2]-noise {
				t.Errorf("worse than the first three sentences")
			}
		})
	}
}
