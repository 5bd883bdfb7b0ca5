package httpx

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"errors"
	"io"
	"net/http"
	"runtime"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"
)

// pack compresses text as a server may.
func pack(t testing.TB, coding string, text []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	var w io.WriteCloser
	var err error
	switch coding {
	case "gzip":
		w = gzip.NewWriter(&out)
	case "zlib":
		w = zlib.NewWriter(&out)
	case "flate":
		w, err = flate.NewWriter(&out, flate.BestCompression)
	case "br":
		w = brotli.NewWriter(&out)
	case "zstd":
		w, err = zstd.NewWriter(&out)
	}
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestGetUnpacks(t *testing.T) {
	text := []byte(strings.Repeat("<item>Steel quota</item>", 1000))
	var body []byte
	var coding []string
	status := http.StatusOK
	c, url := serve(t, Options{}, func(w http.ResponseWriter, r *http.Request) {
		if got := r.Header.Get("Accept-Encoding"); got != "gzip, br, zstd" {
			t.Errorf("asked for %q", got)
		}
		w.Header()["Content-Encoding"] = coding
		w.WriteHeader(status)
		_, _ = w.Write(body)
	})
	get := func(b []byte, codings ...string) (*Response, error) {
		body, coding = b, codings
		return c.Get(t.Context(), url, nil)
	}
	twice := append(pack(t, "gzip", text[:100]), pack(t, "gzip", text[100:])...)
	for _, tt := range []struct {
		name   string
		body   []byte
		coding []string
	}{
		{"as it is", text, nil},
		{"identity", text, []string{"identity"}},
		{"gzip", pack(t, "gzip", text), []string{"gzip"}},
		{"an old name", pack(t, "gzip", text), []string{"X-GZIP"}},
		{"several members", twice, []string{"gzip, identity"}},
		{"deflate", pack(t, "zlib", text), []string{"deflate"}},
		{"deflate without a frame", pack(t, "flate", text), []string{"deflate"}},
		{"br", pack(t, "br", text), []string{"br"}},
		{"zstd", pack(t, "zstd", text), []string{"", "zstd"}},
	} {
		if res, err := get(tt.body, tt.coding...); err != nil || !bytes.Equal(res.Body, text) {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
	for _, name := range []string{"gzip", "deflate", "br", "zstd", "odd"} {
		if res, err := get(nil, name); err != nil || len(res.Body) > 0 {
			t.Errorf("nothing, packed as %s: %v", name, err)
		}
	}
	for _, tt := range []struct {
		name, want string
		body       []byte
		coding     []string
	}{
		{"packed twice", "packed 2 times", pack(t, "gzip", pack(t, "gzip", text)), []string{"gzip, gzip"}},
		{"in two headers", "packed 2 times", text, []string{"gzip", "br"}},
		{"unknown", `packed as "compress"`, text, []string{"compress"}},
		{"not packed", "unpacked", text, []string{"gzip"}},
		{"not packed", "unpacked", text, []string{"zstd"}},
		{"not packed", "unpacked", text, []string{"br"}},
		{"not packed", "unpacked", text, []string{"deflate"}},
		{"cut", "unpacked", pack(t, "gzip", text)[:60], []string{"gzip"}},
	} {
		if _, err := get(tt.body, tt.coding...); !errors.Is(err, ErrPacked) || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s %s: %v", tt.name, tt.coding, err)
		}
	}
}

// A bomb ends at the limit, and takes no more memory than that by much.
func TestBombsEndEarly(t *testing.T) {
	const limit, size = 1 << 20, 256 << 20
	zeros := make([]byte, size)
	bombs := map[string][]byte{}
	for name, as := range map[string]string{"gzip": "gzip", "deflate": "zlib", "br": "br", "zstd": "zstd"} {
		bombs[name] = pack(t, as, zeros)
	}
	empty := pack(t, "gzip", nil)
	c, url := serve(t, Options{MaxBody: limit}, func(w http.ResponseWriter, r *http.Request) {
		name := r.URL.Path[1:]
		if name == "endless" { // bytes come for ever, and hold nothing
			w.Header().Set("Content-Encoding", "gzip")
			for r.Context().Err() == nil {
				if _, err := w.Write(empty); err != nil {
					return
				}
			}
		}
		w.Header().Set("Content-Encoding", name)
		_, _ = w.Write(bombs[name])
	})
	for _, name := range []string{"gzip", "deflate", "br", "zstd", "endless"} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := c.Get(t.Context(), url+"/"+name, nil)
		runtime.ReadMemStats(&after)
		if !errors.Is(err, ErrTooLarge) {
			t.Errorf("%s: %v", name, err)
		}
		if took := after.TotalAlloc - before.TotalAlloc; took > 40*limit {
			t.Errorf("%s: %d MiB were allocated", name, took>>20)
		}
	}
}

func FuzzUnpack(f *testing.F) {
	for _, name := range []string{"gzip", "br", "zstd"} {
		f.Add(name, pack(f, name, []byte("text")))
	}
	f.Add("deflate", pack(f, "zlib", []byte("text")))
	f.Add("gzip, br", []byte("x"))
	f.Fuzz(func(t *testing.T, coding string, data []byte) {
		res := &http.Response{Header: http.Header{"Content-Encoding": {coding}}, Body: io.NopCloser(bytes.NewReader(data)), ContentLength: -1}
		body, err := readBody(res, 1<<16)
		if len(body) > 1<<16 || err != nil && body != nil {
			t.Errorf("%d bytes, %v", len(body), err)
		}
	})
}
