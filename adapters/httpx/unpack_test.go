package httpx

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"runtime"
	"strings"
	"testing"

	"github.com/bellwether/bellwether/adapters/adaptertest/fakeweb"
)

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
	twice := append(fakeweb.Pack("gzip", text[:100]), fakeweb.Pack("gzip", text[100:])...)
	for _, tt := range []struct {
		name   string
		body   []byte
		coding []string
	}{
		{"as it is", text, nil},
		{"identity", text, []string{"identity"}},
		{"gzip", fakeweb.Pack("gzip", text), []string{"gzip"}},
		{"an old name", fakeweb.Pack("gzip", text), []string{"X-GZIP"}},
		{"several members", twice, []string{"gzip, identity"}},
		{"deflate", fakeweb.Pack("deflate", text), []string{"deflate"}},
		{"deflate without a frame", fakeweb.Pack("flate", text), []string{"deflate"}},
		{"br", fakeweb.Pack("br", text), []string{"br"}},
		{"zstd", fakeweb.Pack("zstd", text), []string{"", "zstd"}},
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
		{"packed twice", "packed 2 times", fakeweb.Pack("gzip", fakeweb.Pack("gzip", text)), []string{"gzip, gzip"}},
		{"in two headers", "packed 2 times", text, []string{"gzip", "br"}},
		{"unknown", `packed as "compress"`, text, []string{"compress"}},
		{"not packed", "unpacked", text, []string{"gzip"}},
		{"not packed", "unpacked", text, []string{"zstd"}},
		{"not packed", "unpacked", text, []string{"br"}},
		{"not packed", "unpacked", text, []string{"deflate"}},
		{"cut", "unpacked", fakeweb.Pack("gzip", text)[:60], []string{"gzip"}},
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
	for name, as := range map[string]string{"gzip": "gzip", "deflate": "deflate", "br": "br", "zstd": "zstd"} {
		bombs[name] = fakeweb.Pack(as, zeros)
	}
	empty := fakeweb.Pack("gzip", nil)
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
		f.Add(name, fakeweb.Pack(name, []byte("text")))
	}
	f.Add("deflate", fakeweb.Pack("deflate", []byte("text")))
	f.Add("gzip, br", []byte("x"))
	f.Fuzz(func(t *testing.T, coding string, data []byte) {
		res := &http.Response{Header: http.Header{"Content-Encoding": {coding}}, Body: io.NopCloser(bytes.NewReader(data)), ContentLength: -1}
		body, err := readBody(res, 1<<16)
		if len(body) > 1<<16 || err != nil && body != nil {
			t.Errorf("%d bytes, %v", len(body), err)
		}
	})
}
