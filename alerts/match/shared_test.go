package match_test

import (
	"bufio"
	"cmp"
	"compress/gzip"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/alerts/query"
)

// shared gives the path of optional test data, or skips the test.
func shared(t testing.TB, name string) string {
	t.Helper()
	root := cmp.Or(os.Getenv("BELLWETHER_SHARED"), filepath.Join("..", "..", "..", "shared"))
	path := filepath.Join(root, name)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("needs test data that is not here: %v", err)
	}
	return path
}

// readLines calls yield with up to n JSON lines of a gzipped file.
func readLines(t testing.TB, path string, n int, yield func(line []byte)) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	s := bufio.NewScanner(z)
	s.Buffer(nil, 1<<24)
	for ; n > 0 && s.Scan(); n-- {
		yield(s.Bytes())
	}
	if err := s.Err(); err != nil {
		t.Fatal(err)
	}
}

func readArticles(t testing.TB, path string, n int) []alerts.Article {
	t.Helper()
	var out []alerts.Article
	readLines(t, path, n, func(line []byte) {
		var a struct {
			ID, Title, Body, Source, URL, Lang string
		}
		if err := json.Unmarshal(line, &a); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		out = append(out, alerts.Article{
			ID: a.ID, Title: a.Title, Body: a.Body, Publisher: a.Source, URL: a.URL, Language: a.Lang,
		})
	})
	return out
}

// readQueries gives the texts of queries.
func readQueries(t testing.TB, path string, n int) []string {
	t.Helper()
	var out []string
	readLines(t, path, n, func(line []byte) {
		var s struct{ Query string }
		if err := json.Unmarshal(line, &s); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		out = append(out, s.Query)
	})
	return out
}

// parseAll leaves out what is refused: bare stop words.
func parseAll(texts []string) []query.Query {
	var out []query.Query
	for _, s := range texts {
		if q, err := query.Parse(s); err == nil {
			out = append(out, q)
		}
	}
	return out
}
