package feed

import (
	"archive/tar"
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"runtime/metrics"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/mmcdole/gofeed"

	"github.com/bellwether/bellwether/adapters/httpx/plain"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// memoryLimit is what the reading of one document may take.
const memoryLimit = 100 << 20

// TestCollections reads every file of other readers' test collections: each
// gives items or a clear error, in bounded time and memory, and wherever gofeed
// alone finds an item, or text in one, so is it found here. What can't be read
// is listed with its reason in testdata/unread.golden.
func TestCollections(t *testing.T) {
	const slow = 5 * time.Second // of processor time; many times what the worst takes
	var here, alone count
	unread := make(map[string][]string)
	files := suite(t, "feeds.tar.gz")
	for {
		h, err := files.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if h.Typeflag != tar.TypeReg {
			continue
		}
		data, err := io.ReadAll(files)
		if err != nil {
			t.Fatal(err)
		}
		theirs := readAlone(data)
		start, before := worked(), allocated()
		b, err := Decode(bytes.NewReader(data), base)
		if took := worked() - start; took > slow {
			t.Errorf("%s took %s", h.Name, took)
		}
		// All that was allocated is more than what was held at any time.
		if took := allocated() - before; took > memoryLimit {
			t.Errorf("%s took %d MiB", h.Name, took>>20)
		}
		ours := count{items: len(b.Articles) + len(b.Problems), texts: len(b.Articles)}
		here.add(ours)
		alone.add(theirs)
		if ours.items == 0 && theirs.items > 0 || ours.texts == 0 && theirs.texts > 0 {
			t.Errorf("%s: gofeed reads %+v of it, here it is %+v, %v", h.Name, theirs, ours, err)
		}
		if reason := whyNot(err, ours); reason != "" {
			unread[reason] = append(unread[reason], h.Name)
		}
	}
	t.Logf("files with items, and with items that say something: %+v here, %+v by gofeed alone", here, alone)
	if here.items < alone.items || here.texts < alone.texts {
		t.Errorf("fewer files are read here (%+v) than by gofeed alone (%+v)", here, alone)
	}
	golden(t, "unread.golden", listed(unread))
}

// count is of the items of a document, and of those that say something; or of
// the files that have some.
type count struct{ items, texts int }

func (c *count) add(file count) {
	c.items += min(file.items, 1)
	c.texts += min(file.texts, 1)
}

// readAlone counts what gofeed makes of a document without the help of this
// package.
func readAlone(data []byte) (c count) {
	defer func() {
		if recover() != nil {
			c = count{}
		}
	}()
	f, err := gofeed.NewParser().Parse(bytes.NewReader(data))
	if err != nil {
		return c
	}
	for _, item := range f.Items {
		c.items++
		if plain.Line(item.Title+item.Description+item.Content) != "" || webAddress(item.Link) != nil {
			c.texts++
		}
	}
	return c
}

// whyNot says why there are no articles; empty when there are, or when the
// document has no items at all.
func whyNot(err error, c count) string {
	switch {
	case err != nil:
		return err.Error()
	case c.items > 0 && c.texts == 0:
		return "no item has a title, a text or a link"
	}
	return ""
}

// listed gives reasons, each with its files below it.
func listed(files map[string][]string) string {
	var out strings.Builder
	for _, reason := range slices.Sorted(maps.Keys(files)) {
		fmt.Fprintf(&out, "%s\n", reason)
		for _, name := range slices.Sorted(slices.Values(files[reason])) {
			fmt.Fprintf(&out, "\t%s\n", name)
		}
	}
	return out.String()
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	name = filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(name, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")); diff != "" {
		t.Errorf("%s (-want +got; -update rewrites it):\n%s", name, diff)
	}
}

// allocated is how many bytes this process has allocated so far.
func allocated() uint64 {
	s := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	metrics.Read(s)
	return s[0].Value.Uint64()
}
