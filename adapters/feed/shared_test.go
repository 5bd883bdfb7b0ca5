package feed

import (
	"archive/tar"
	"compress/gzip"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"strings"
	"testing"
	"time"

	"github.com/bellwether/bellwether/alerts"
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

// Documents made to hurt end soon, with articles or with an error, and take
// little memory. They are served, packed as they are, for so they would come.
func TestHostile(t *testing.T) {
	var (
		body     []byte
		encoding string
	)
	f := serve(t, Config{Name: "x"}, func(w http.ResponseWriter, _ *http.Request) {
		if encoding != "" {
			w.Header().Set("Content-Encoding", encoding)
		}
		_, _ = w.Write(body)
	})
	files := suite(t, "hostile.tar.gz")
	for {
		h, err := files.Next()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		if h.Typeflag != tar.TypeReg {
			continue
		}
		if body, err = io.ReadAll(files); err != nil {
			t.Fatal(err)
		}
		encoding = ""
		if strings.HasSuffix(h.Name, ".gz") {
			encoding = "gzip"
		}
		_, _ = fetchBounded(t, f, h.Name) // either will do
	}
}

// Documents of some megabytes that hold much of something.
func TestTooMuch(t *testing.T) {
	much := func(s string) string { return strings.Repeat(s, 3<<20/len(s)) }
	tests := []struct {
		name, in string
		items    int
		err      string
	}{
		{"items", rssOf(much("<item><title>x</title></item>")), 1, ""},
		{"empty items", rssOf(much("<item/>")), 0, ""},
		{"items of JSON", `{"items":[` + much(`{"title":"x"},`) + `{}]}`, 1, ""},
		{"numbers", `{"items":[` + much("1,") + `1]}`, 0, ""},
		{"documents", `{"results":[` + much(`{"title":"x"},`) + `{}]}`, 1, ""},
		{"pages", "<urlset>" + much("<url><news><title>x</title></news></url>"), 1, ""},
		{"extensions", rssOf("<item><title>A</title>" + much("<m:x/>") + "</item>"), 0, "elements"},
		{"depth", rssOf("<item>" + much("<a>")), 0, "nested"},
		{"words", rssOf("<item><title>A</title><description>" + much("words ") + "</description></item>"), 1, ""},
		{"escapes", rssOf("<item><title>A</title><description>&" + much("amp;") + "</description></item>"), 1, ""},
		{"angles", rssOf("<item><title>A</title><description><![CDATA[" + strings.Repeat("<", 1<<18) + "]]></description></item>"), 1, ""},
	}
	var body string
	f := serve(t, Config{Name: "x"}, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, body) })
	for _, tt := range tests {
		body = tt.in
		b, err := fetchBounded(t, f, tt.name)
		if len(b.Articles) != tt.items || (err == nil) != (tt.err == "") || err != nil && !strings.Contains(err.Error(), tt.err) {
			t.Errorf("%s: %d articles, %v", tt.name, len(b.Articles), err)
		}
	}
}

// fetchBounded fetches, and fails the test where that takes more time of the
// processor than half a minute, or holds more memory than it may.
func fetchBounded(t *testing.T, f *Feed, name string) (alerts.Batch, error) {
	t.Helper()
	defer debug.SetGCPercent(debug.SetGCPercent(10)) // so that the heap holds little that is free
	runtime.GC()
	before := held()
	var most uint64
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		tick := time.NewTicker(time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-stop:
				return
			case <-tick.C:
				most = max(most, held())
			}
		}
	}()
	start := worked()
	b, err := f.Fetch(t.Context(), nil)
	took := worked() - start
	close(stop)
	<-stopped
	most -= min(most, before)
	if took > 30*time.Second || most > memoryLimit*3/2 { // a part of it is free
		t.Errorf("%s took %s and %d MiB", name, took, most>>20)
	}
	if took > time.Second || most > memoryLimit/2 {
		t.Logf("%s took %s and %d MiB: %d articles, %v", name, took, most>>20, len(b.Articles), err)
	}
	return b, err
}

// held is how many bytes of the heap are in use or not yet found to be free.
func held() uint64 {
	s := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(s)
	return s[0].Value.Uint64()
}
