package match_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bellwether/bellwether/alerts"
)

// caseFiles hold queries and what they hit and miss, written by hand after the
// description of the language; english.txt begins with how.
const caseFiles = "testdata/cases/*.txt"

func TestCases(t *testing.T) {
	files, err := filepath.Glob(caseFiles)
	if err != nil {
		t.Fatal(err)
	}
	hits, misses := 0, 0
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			var a alerts.Article
			q := ""
			for line := range strings.Lines(string(raw)) {
				line = unescape(strings.TrimRight(line, " \n"))
				switch {
				case line == "" || line[0] == '#':
				case line[0] == '@':
					a = propertiesOf(t, line[1:])
				case line[0] != '\t':
					q = line
				case strings.HasPrefix(line, "\t+ "):
					hits++
					checkCase(t, q, line[3:], true, a)
				case strings.HasPrefix(line, "\t- "):
					misses++
					checkCase(t, q, line[3:], false, a)
				default:
					t.Errorf("what is %q?", line)
				}
			}
		})
	}
	t.Logf("%d hits, %d misses", hits, misses)
	if hits < 300 || misses < 150 {
		t.Errorf("only %d hits and %d misses", hits, misses)
	}
}

var escape = regexp.MustCompile(`\\[nt]|\\u[0-9a-f]{4}`)

func unescape(s string) string {
	return escape.ReplaceAllStringFunc(s, func(e string) string {
		r, _, _, _ := strconv.UnquoteChar(e, 0)
		return string(r)
	})
}

// propertiesOf reads the properties of articles; _ stands for a space.
func propertiesOf(t *testing.T, line string) alerts.Article {
	t.Helper()
	var a alerts.Article
	for property := range strings.FieldsSeq(line) {
		name, value, _ := strings.Cut(property, "=")
		value = strings.ReplaceAll(value, "_", " ")
		switch name {
		case "lang":
			a.Language = value
		case "source":
			a.Publisher = value
		case "agency":
			a.Agency = value
		case "url":
			a.URL = value
		default:
			t.Errorf("no property %q", name)
		}
	}
	return a
}

func checkCase(t *testing.T, q, marked string, hit bool, a alerts.Article) {
	t.Helper()
	title, body, found := strings.Cut(marked, " || ")
	if !found {
		title, body = "", marked
	}
	var want, inBody []alerts.Span
	a.Title, want = unmark(alerts.Title, title)
	a.Body, inBody = unmark(alerts.Body, body)
	want = append(want, inBody...)
	got, ok := matchAll(t, mustParse(t, q), a)
	if ok != hit {
		t.Errorf("%s on %q: hit is %v, want %v", q, marked, ok, hit)
		return
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s on %q: hit %q", q, marked, mark(a, got))
	}
}

// mark is the opposite of unmark.
func mark(a alerts.Article, spans []alerts.Span) string {
	text := [...]string{alerts.Title: a.Title, alerts.Body: a.Body}
	for _, s := range slices.Backward(spans) {
		text[s.Field] = text[s.Field][:s.Start] + "[" + text[s.Field][s.Start:s.End] + "]" + text[s.Field][s.End:]
	}
	if a.Title == "" {
		return text[alerts.Body]
	}
	return strings.Join(text[:], " || ")
}
