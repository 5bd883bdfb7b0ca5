package text_test

import (
	"bufio"
	"cmp"
	"compress/gzip"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/bellwether/bellwether/alerts/text"
)

// Articles as they come hold what checkField asks for. The folder is optional.
func TestFieldOfCorpora(t *testing.T) {
	shared := cmp.Or(os.Getenv("BELLWETHER_SHARED"), "../../../shared")
	files, err := filepath.Glob(filepath.Join(shared, "corpus", "[em]*", "*.jsonl.gz"))
	if err != nil {
		t.Fatal(err)
	}
	if len(files) == 0 {
		t.Skip("no articles in", shared, "(set BELLWETHER_SHARED)")
	}
	const articles = 40 // of each file
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			f, err := os.Open(file)
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			z, err := gzip.NewReader(f)
			if err != nil {
				t.Fatal(err)
			}
			lines := bufio.NewScanner(z)
			lines.Buffer(nil, 1<<24)
			a := text.NewAnalyzer()
			n := 0
			for ; n < articles && lines.Scan(); n++ {
				var article struct{ Title, Body, Lang string }
				if err := json.Unmarshal(lines.Bytes(), &article); err != nil {
					t.Fatal(err)
				}
				checkField(t, a, article.Title, article.Lang)
				checkField(t, a, article.Body, article.Lang)
			}
			if n == 0 {
				t.Error("no article")
			}
		})
	}
}
