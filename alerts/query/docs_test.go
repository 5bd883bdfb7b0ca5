package query_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/alerts/match"
	"github.com/bellwether/bellwether/alerts/query"
)

// Every example of docs/query-language.md does what the page says.
func TestDocumentation(t *testing.T) {
	page, err := os.ReadFile("../../docs/query-language.md")
	if err != nil {
		t.Fatal(err)
	}
	counts := make(map[string]int)
	block := ""
	for line := range strings.Lines(string(page)) {
		line = strings.TrimSuffix(line, "\n")
		if fence, ok := strings.CutPrefix(line, "```"); ok {
			block = fence
			continue
		}
		if block == "" {
			continue
		}
		counts[block]++
		sep := "=>"
		if block == "hits" || block == "misses" {
			sep = "|"
		}
		i := strings.LastIndex(line, sep)
		if i < 0 {
			t.Errorf("%s: no %s in %q", block, sep, line)
			continue
		}
		checkExample(t, block, strings.TrimSpace(line[:i]), strings.TrimSpace(line[i+len(sep):]))
	}
	for _, block := range []string{"hits", "misses", "canonical", "refused"} {
		if counts[block] < 5 {
			t.Errorf("only %d examples in blocks of %s", counts[block], block)
		}
	}
}

func checkExample(t *testing.T, block, in, want string) {
	q, err := query.Parse(in)
	if block == "refused" {
		if err == nil || err.Error() != want {
			t.Errorf("%s: got %v, want %s", in, err, want)
		}
		return
	}
	if err != nil {
		t.Errorf("%s: %v", in, err)
		return
	}
	switch block {
	case "canonical":
		if q.String() != want {
			t.Errorf("%s: got %s, want %s", in, q, want)
		}
	case "hits", "misses":
		if _, hit := match.Spans(q, alerts.Article{Title: want}); hit != (block == "hits") {
			t.Errorf("%s: hit %v in %q", in, hit, want)
		}
	default:
		t.Errorf("unknown kind of example %q", block)
	}
}

// Every form of the page's table can be typed.
func TestDocumentationTable(t *testing.T) {
	page, err := os.ReadFile("../../docs/query-language.md")
	if err != nil {
		t.Fatal(err)
	}
	forms := 0
	words := regexp.MustCompile(`\b[ab]\b`) // they stand for words
	for _, row := range regexp.MustCompile("(?m)^\\| (`.*`) \\| ").FindAllStringSubmatch(string(page), -1) {
		for form := range strings.SplitSeq(strings.Trim(row[1], "`"), "`, `") {
			forms++
			if form == "( )" {
				continue
			}
			typed := words.ReplaceAllString(strings.ReplaceAll(form, `\|`, "|"), "steel")
			if strings.HasPrefix(form, "NOT ") || strings.HasPrefix(form, "-") {
				typed = "tariff " + typed
			}
			if _, err := query.Parse(typed); err != nil {
				t.Errorf("%s, typed %s: %v", form, typed, err)
			}
		}
	}
	if forms < 25 {
		t.Errorf("found only %d forms", forms)
	}
}
