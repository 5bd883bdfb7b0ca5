package feed

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// suite opens an archive of the optional test collections.
func suite(t *testing.T, name string) *tar.Reader {
	t.Helper()
	dir := os.Getenv("BELLWETHER_SHARED")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared")
	}
	f, err := os.Open(filepath.Join(dir, "corpus", "suites", name))
	if err != nil {
		t.Skipf("the test collections are not here: %v", err)
	}
	zr, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	return tar.NewReader(zr)
}

// Every file of other readers' test collections is read in bounded time
// without a panic, and those with an item that says something give articles.
// The floors are what was measured when this was written, less a little.
func TestCollections(t *testing.T) {
	const (
		wantFeeds    = 1800
		wantArticles = 4000
		slow         = 5 * time.Second // many times what the worst takes
	)
	feeds, articles := 0, 0
	files := suite(t, "feeds.tar.gz")
	for {
		h, err := files.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		switch strings.ToLower(path.Ext(h.Name)) {
		case ".xml", ".rss", ".atom", ".rdf", ".json", ".html", ".opml", ".tst":
		default:
			continue
		}
		data, err := io.ReadAll(files)
		if err != nil {
			t.Fatal(err)
		}
		start := worked()
		b, err := Decode(bytes.NewReader(data), base)
		if took := worked() - start; took > slow {
			t.Errorf("%s took %s", h.Name, took)
		}
		if err == nil && len(b.Articles) > 0 {
			feeds++
			articles += len(b.Articles)
		}
	}
	if feeds < wantFeeds || articles < wantArticles {
		t.Errorf("%d feeds gave %d articles, want at least %d and %d", feeds, articles, wantFeeds, wantArticles)
	}
	t.Logf("%d feeds gave %d articles", feeds, articles)
}

// Documents made to hurt end soon, with articles or with an error.
func TestHostile(t *testing.T) {
	files := suite(t, "hostile.tar.gz")
	for {
		h, err := files.Next()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		var r io.Reader = files
		if strings.HasSuffix(h.Name, ".gz") {
			zr, err := gzip.NewReader(files)
			if err != nil {
				continue
			}
			r = zr
		} else if ext := path.Ext(h.Name); ext != ".xml" && ext != ".rss" {
			continue
		}
		start := worked()
		b, err := Decode(r, base)
		if took := worked() - start; took > 30*time.Second {
			t.Errorf("%s took %s", h.Name, took)
		} else if took > time.Second {
			t.Logf("%s took %s: %d articles, %v", h.Name, took, len(b.Articles), err)
		}
	}
}
