package feed

import (
	"archive/tar"
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
