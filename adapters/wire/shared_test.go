package wire_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/bellwether/bellwether/adapters/wire"
	"github.com/bellwether/bellwether/alerts"
)

// shared gives the path of a file of the optional test data.
func shared(t *testing.T, name ...string) string {
	t.Helper()
	dir := os.Getenv("BELLWETHER_SHARED")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared")
	}
	file := filepath.Join(append([]string{dir}, name...)...)
	if _, err := os.Stat(file); err != nil {
		t.Skipf("the test data is not here: %v", err)
	}
	return file
}

func TestSeedWire(t *testing.T) {
	file := shared(t, "seed-wire.txt")
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	stories, problems := wire.Parse(file, data)
	if len(stories) != 1 || len(problems) != 0 {
		t.Fatalf("%d stories, problems %v", len(stories), problems)
	}
	s := stories[0]
	day := time.Date(2024, 3, 20, 0, 0, 0, 0, time.UTC)
	for what, ok := range map[string]bool{
		"date":             s.Date.Equal(day),
		"agency":           s.Agency == "Australian Associated Press",
		"headline":         strings.HasPrefix(s.Headline, "CGTN: Xi’s Hunan inspection") && strings.HasSuffix(s.Headline, "local conditions"),
		"distributor":      s.Distributor == "PRNewswire" && s.DistributorDate.Equal(day),
		"dateline":         s.Dateline == wire.Dateline{Place: "BEIJING", Date: day},
		"begin of body":    strings.HasPrefix(s.Body, "BEIJING, March 20, 2024 /PRNewswire/ — Chinese President"),
		"end of body":      strings.HasSuffix(s.Body, "development of foreign trade."),
		"paragraphs":       strings.Count(s.Body, "\n\n") == 14,
		"cross-heads":      len(s.CrossHeads) == 2 && s.CrossHeads[1] == "High-standard opening up",
		"link":             strings.HasPrefix(s.Link, "https://news.cgtn.com/news/2024-03-19/") && strings.HasSuffix(s.Link, "/p.html"),
		"credit":           s.Credit == "CGTN",
		"article":          s.Article().Publisher == "CGTN" && s.Article().Published.Equal(day) && s.Article().ID == s.Link,
		"nothing leftover": !strings.Contains(s.Body, "http") && !strings.Contains(s.Body, "SOURCE") && !strings.Contains(s.Body, "PRNewswire March"),
	} {
		if !ok {
			t.Errorf("%s is wrong in %+v", what, s)
		}
	}
}

// The examples of ninjs, NewsML, NITF and telegrams are read without an error,
// and most give articles; what does not is named as no news. None of the
// formats' test files makes a reader panic.
func TestFormats(t *testing.T) {
	f, err := os.Open(shared(t, "corpus", "suites", "formats.tar.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	zr, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	articles := map[string]int{}
	for files := tar.NewReader(zr); ; {
		h, err := files.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(files)
		if err != nil {
			t.Fatal(err)
		}
		wire.Parse(h.Name, data)
		kind, name := formatOf(h.Name, data)
		b, err := wire.Decode(name, bytes.NewReader(data))
		if kind == "" {
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", h.Name, err)
		}
		for _, p := range b.Problems {
			if !errors.Is(p.Err, alerts.ErrNoNews) {
				t.Errorf("%s: %v", p.Place, p.Err)
			}
		}
		if len(b.Articles) > 0 {
			articles[kind]++
		}
	}
	// What they were when this was written.
	for kind, want := range map[string]int{"ninjs": 30, "newsml": 50, "nitf": 17, "telegram": 30} {
		if articles[kind] < want {
			t.Errorf("%d files of %s gave articles, want at least %d", articles[kind], kind, want)
		}
	}
	t.Logf("files that gave articles: %v", articles)
}

var rootElement = regexp.MustCompile(`<(nitf|NewsML|newsMessage|\w+Item|contentSet|contentMeta|groupSet)[\s>]`)

// formatOf tells the format of a file of the suite, empty for none of ours, and
// a name under which it is read.
func formatOf(name string, data []byte) (kind, as string) {
	root := rootElement.FindSubmatch(data[:min(len(data), 8<<10)])
	switch ext := path.Ext(name); {
	case strings.Contains(name, "ninjs/examples/") && ext == ".json" && !strings.Contains(name, "schema"):
		return "ninjs", name
	case ext == ".tst", ext == ".txt" && strings.HasPrefix(string(data), "\x01"):
		return "telegram", name + ".txt"
	case root == nil, ext == ".xsd", ext == ".json":
		return "", name
	case string(root[1]) == "nitf":
		return "nitf", name
	}
	return "newsml", strings.TrimSuffix(name, ".xml") + ".xml"
}

// Every line of the collections is an article.
func TestCollections(t *testing.T) {
	for _, folder := range []string{"english", "multilang"} {
		names, err := filepath.Glob(filepath.Join(shared(t, "corpus", folder), "*.jsonl.gz"))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			f, err := os.Open(name)
			if err != nil {
				t.Fatal(err)
			}
			b, err := wire.Decode(name, f)
			_ = f.Close()
			if err != nil || len(b.Articles) == 0 {
				t.Errorf("%s: %d articles, %v", name, len(b.Articles), err)
			}
			for _, p := range b.Problems[:min(len(b.Problems), 3)] {
				t.Logf("%s: %v", p.Place, p.Err)
			}
			t.Logf("%s: %d articles, %d problems", filepath.Base(name), len(b.Articles), len(b.Problems))
		}
	}
}
