package feed_test

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bellwether/bellwether/adapters/adaptertest/fakeweb"
	"github.com/bellwether/bellwether/adapters/feed"
	"github.com/bellwether/bellwether/adapters/httpx"
	"github.com/bellwether/bellwether/alerts"
)

// TestServers reads feeds from servers of all kinds, over a network: each gives
// its item or a clear error, in time.
func TestServers(t *testing.T) {
	const xml = `<?xml version="1.0"?><rss version="2.0"><channel><title>T</title><item><title>Zölle</title></item></channel></rss>`
	body := []byte(xml)
	latin := []byte(strings.ReplaceAll(strings.ReplaceAll(xml, `"1.0"?`, `"1.0" encoding="ISO-8859-1"?`), "ö", "\xf6"))
	plain := fakeweb.Answer("application/rss+xml", body)
	type answers []http.Handler
	date := func(d time.Duration) string { return time.Now().Add(d).UTC().Format(http.TimeFormat) }
	for _, tt := range []struct {
		name    string
		answers answers // to polls in turn; the last poll counts
		want    string  // of its error; else the item is wanted
		after   time.Duration
	}{
		{"well", answers{plain}, "", 0},
		{"slow", answers{fakeweb.Slow(50*time.Millisecond, plain)}, "", 0},
		{"dripping", answers{fakeweb.Drip(time.Millisecond/4, body)}, "", 0},
		{"too slow", answers{fakeweb.Drip(time.Second, body)}, "deadline", 0},
		{"silent", answers{fakeweb.Hang()}, "no answer in time", 0},
		{"shorter than it says", answers{fakeweb.Length(len(body)+10, body)}, "EOF", 0},
		{"longer than it says", answers{fakeweb.Length(len(body), append(slices.Clip(body), "<rss>more"...))}, "", 0},
		{"cut", answers{fakeweb.Cut(len(body)/2, body)}, "EOF", 0},
		{"endless", answers{fakeweb.Endless(body)}, "too large", 0},
		{"changing encodings", answers{fakeweb.Packed("gzip", "text/xml", body), fakeweb.Packed("br", "text/xml", body), fakeweb.Packed("zstd", "text/xml", body), plain, fakeweb.Packed("deflate", "", body)}, "", 0},
		{"changing charsets", answers{plain, fakeweb.Answer("text/xml; charset=utf-8", latin), fakeweb.Packed("br", "text/xml", latin)}, "", 0},
		{"an unknown encoding", answers{fakeweb.Status(200, "Content-Encoding", "lzma", "X", "")}, "empty", 0},
		{"circle", answers{fakeweb.Status(302, "Location", "/")}, "in a circle", 0},
		{"nowhere", answers{fakeweb.Status(302)}, "302 Found", 0},
		{"inwards", answers{fakeweb.Status(302, "Location", "http://169.254.169.254/")}, "metadata", 0},
		{"429 and seconds", answers{fakeweb.Status(429, "Retry-After", "120")}, "429", 2 * time.Minute},
		{"429 and a date", answers{fakeweb.Status(429, "Retry-After", date(2*time.Minute), "Date", date(0))}, "429", 2 * time.Minute},
		{"429 and a date by a wrong clock", answers{fakeweb.Status(429, "Retry-After", date(-2*time.Hour+2*time.Minute), "Date", date(-2*time.Hour))}, "429", 2 * time.Minute},
		{"429 alone", answers{fakeweb.Status(429)}, "429", 0},
		{"503 and seconds", answers{fakeweb.Status(503, "Retry-After", "120")}, "503", 2 * time.Minute},
		{"500", answers{fakeweb.Status(500)}, "500", 0},
		{"304 unasked", answers{fakeweb.Status(304)}, "not asked for changes", 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			web := fakeweb.New()
			defer web.Close()
			web.Site("feeds.example", fakeweb.InTurn(tt.answers...))
			srv := httptest.NewServer(web)
			defer srv.Close()
			names, err := fakeweb.NewNames(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			defer names.Close()
			names.Set("feeds.example", []string{"127.0.0.1"})
			client := httpx.New(httpx.Options{AllowPrivate: true, Resolver: names.Resolver(), Timeout: 2 * time.Second, MaxBody: 1 << 20})
			defer client.Close()
			_, port, _ := net.SplitHostPort(srv.Listener.Addr().String())
			f := feed.New(client, feed.Config{Name: "x", URL: fmt.Sprintf("http://feeds.example:%s/", port)})
			var b alerts.Batch
			for range tt.answers {
				b, err = f.Fetch(t.Context(), b.State)
			}
			if tt.want == "" {
				if err != nil || len(b.Articles) != 1 || b.Articles[0].Title != "Zölle" {
					t.Errorf("got %+v, %v", b.Articles, err)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %s", err, tt.want)
			}
			var after time.Duration
			if asked, ok := errors.AsType[*alerts.SendError](err); ok {
				after = asked.After
			}
			if d := after - tt.after; d < -time.Second || d > time.Second {
				t.Errorf("asked to wait %s, want %s", after, tt.after)
			}
		})
	}
}

// A feed's name that leads elsewhere the second time is judged by where.
func TestRebinding(t *testing.T) {
	names, err := fakeweb.NewNames(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer names.Close()
	names.Set("rebind.example", []string{"127.0.0.1"}, []string{"169.254.169.254"}, []string{"10.0.0.1"})
	client := httpx.New(httpx.Options{Resolver: names.Resolver()})
	defer client.Close()
	f := feed.New(client, feed.Config{Name: "x", URL: "http://rebind.example/"})
	for range 3 {
		if _, err := f.Fetch(t.Context(), nil); !errors.Is(err, httpx.ErrRefused) {
			t.Errorf("got %v", err)
		}
	}
}
