package feed

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/bellwether/bellwether/adapters/httpx"
	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/bot/ingest"
)

var _ ingest.Source = (*Feed)(nil)

// serve starts a server with a feed of it.
func serve(t *testing.T, c Config, h http.HandlerFunc) *Feed {
	t.Helper()
	srv := httptest.NewServer(h)
	client := httpx.New(httpx.Options{AllowPrivate: true})
	t.Cleanup(func() {
		client.Close()
		srv.Close()
	})
	c.URL = srv.URL + c.URL
	return New(client, c)
}

func TestFetchAsksForWhatIsNew(t *testing.T) {
	content := rssOf(item("<title>A</title>"))
	f := serve(t, Config{Name: "trade", Header: http.Header{"x-key": {"k"}}}, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-Key") != "k" || !strings.Contains(r.Header.Get("Accept"), "rss") {
			t.Errorf("headers sent: %v", r.Header)
		}
		w.Header().Set("Cache-Control", "max-age=600")
		if r.Header.Get("If-None-Match") == `W/"1"` && r.Header.Get("If-Modified-Since") == "then" {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		w.Header().Set("ETag", `W/"1"`)
		w.Header().Set("Last-Modified", "then")
		_, _ = io.WriteString(w, content)
	})
	first, err := f.Fetch(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if f.Name() != "trade" || titles(first) != "A" || first.NotModified ||
		first.Kind != alerts.FeedSource || first.Interval != 10*time.Minute {
		t.Errorf("first poll: %+v", first)
	}
	second, err := f.Fetch(t.Context(), first.State)
	if err != nil {
		t.Fatal(err)
	}
	if !second.NotModified || string(second.State) != string(first.State) ||
		len(second.Articles) != 0 || second.Interval != 10*time.Minute {
		t.Errorf("second poll: %+v", second)
	}
	for _, old := range []string{"", "{", `{"for":"other","etag":"W/\"1\"","modified":"then"}`} {
		if b, err := f.Fetch(t.Context(), []byte(old)); err != nil || b.NotModified {
			t.Errorf("with the state %q: %+v, %v", old, b, err)
		}
	}
}

func TestFetchReadsADamagedFeedAgain(t *testing.T) {
	f := serve(t, Config{Name: "trade"}, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("ETag", `"1"`)
		_, _ = io.WriteString(w, "<rss><channel>"+item("<title>A</title>")+"<item><title>cut o")
	})
	b, err := f.Fetch(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	var s state
	if err := json.Unmarshal(b.State, &s); err != nil || s.ETag != "" {
		t.Errorf("the state keeps a validator: %s, %v", b.State, err)
	}
	if titles(b) != "A" || len(b.Problems) != 1 {
		t.Errorf("got %+v", b)
	}
}

func sy(period, often string) string {
	const ns = `xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"`
	return "<sy:updatePeriod " + ns + ">" + period + "</sy:updatePeriod><sy:updateFrequency " + ns + ">" + often + "</sy:updateFrequency>"
}

func TestFetchSkips(t *testing.T) {
	for _, tt := range []struct {
		xml  string
		want alerts.Skip
	}{
		{"", alerts.Skip{}},
		{"<skipHours><hour>0</hour><hour> 3 </hour><hour>24</hour><hour>25</hour><hour>-1</hour><hour>x</hour></skipHours>", alerts.Skip{Hours: 1<<0 | 1<<3}},
		{"<skipDays><day>Saturday</day><day> sunday </day><day>Sabbath</day></skipDays>", alerts.Skip{Days: 1<<time.Saturday | 1<<time.Sunday}},
	} {
		asked := 0
		f := serve(t, Config{Name: "x"}, func(w http.ResponseWriter, _ *http.Request) {
			if asked++; asked > 1 {
				w.WriteHeader(http.StatusNotModified)
				return
			}
			w.Header().Set("ETag", `"1"`)
			_, _ = io.WriteString(w, strings.Replace(rssOf(), "<title>", tt.xml+"<title>", 1))
		})
		first, err := f.Fetch(t.Context(), nil)
		if err != nil || first.Skip != tt.want {
			t.Errorf("%s: got %+v, %v", tt.xml, first.Skip, err)
		}
		if second, err := f.Fetch(t.Context(), first.State); err != nil || !second.NotModified || second.Skip != tt.want {
			t.Errorf("%s: then %+v, %v", tt.xml, second.Skip, err)
		}
	}
}

func TestFetchInterval(t *testing.T) {
	tests := []struct {
		ttl, cache string
		want       time.Duration
	}{
		{"", "", 0},
		{"<ttl>30</ttl>", "max-age=60", 30 * time.Minute},
		{"<ttl>1</ttl>", "max-age=300", 5 * time.Minute},
		{"<ttl>9999999999</ttl>", "", MaxInterval},
		{"<ttl>-3</ttl>", "max-age=99999999", MaxInterval},
		{"<ttl>soon</ttl>", "no-cache", 0},
		{"<ttl> 2.5 </ttl>", "", 150 * time.Second},
		{"<ttl>NaN</ttl>", "", 0},
		{sy("hourly", "1"), "", 0}, // every WordPress says so
		{sy("hourly", "2"), "", 30 * time.Minute},
		{sy("hourly", "0"), "", 0},
		{sy(" Daily ", ""), "", MaxInterval},
		{sy("daily", "48") + "<ttl>10</ttl>", "", 30 * time.Minute},
		{sy("yearly", "1e999"), "", MaxInterval},
		{sy("never", "2"), "", 0},
	}
	for _, tt := range tests {
		f := serve(t, Config{Name: "x"}, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Cache-Control", tt.cache)
			_, _ = io.WriteString(w, strings.Replace(rssOf(), "<title>", tt.ttl+"<title>", 1))
		})
		if b, err := f.Fetch(t.Context(), nil); err != nil || b.Interval != tt.want {
			t.Errorf("%s %s: got %s, %v", tt.ttl, tt.cache, b.Interval, err)
		}
	}
}

// A password or key in the feed's address must not end up in a posted link.
func TestRelativeLinksCarryNoSecret(t *testing.T) {
	f := serve(t, Config{Name: "x", URL: "/feed?key=geheim"}, func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `<rss version="2.0"><channel><title>T</title>`+
			`<item><title>A</title><link>/a</link></item><item><title>B</title><link>?b=1</link></item>`+
			`<item><title>C</title><link>#c</link></item></channel></rss>`)
	})
	f.config.URL = strings.Replace(f.config.URL, "://", "://me:geheim@", 1)
	b, err := f.Fetch(t.Context(), nil)
	if err != nil || len(b.Articles) != 3 {
		t.Fatalf("got %d articles, %v", len(b.Articles), err)
	}
	for _, a := range b.Articles {
		if !strings.HasPrefix(a.URL, "http://127.0.0.1:") || strings.Contains(fmt.Sprint(a), "geheim") {
			t.Errorf("got %+v", a)
		}
	}
}

func TestFetchFails(t *testing.T) {
	f := serve(t, Config{Name: "trade", URL: "/?key=geheim"}, func(w http.ResponseWriter, r *http.Request) {
		switch r.Header.Get("If-None-Match") {
		case "404":
			w.WriteHeader(http.StatusNotFound)
		case "429":
			w.Header().Set("Retry-After", "120")
			w.WriteHeader(http.StatusTooManyRequests)
		case "page":
			w.Header().Set("Content-Type", "text/html")
			_, _ = io.WriteString(w, "<!DOCTYPE html><title>geheim</title>")
		case "304":
			w.WriteHeader(http.StatusNotModified)
		}
	})
	tests := []struct {
		answer, want string
		after        time.Duration
	}{
		{"404", "server answered 404 Not Found", 0},
		{"429", "server answered 429 Too Many Requests; it asks to wait 2m0s", 2 * time.Minute},
		{"page", "there is an HTML page, not a feed; look on it for the address of its feed", 0},
		{"empty", "the document is empty", 0},
		{"304", "server answered 304 Not Modified though it was not asked for changes", 0},
	}
	for _, tt := range tests {
		f.config.Header = http.Header{"If-None-Match": {tt.answer}}
		_, err := f.Fetch(t.Context(), nil)
		if err == nil || err.Error() != tt.want {
			t.Errorf("%s: got %v, want %s", tt.answer, err, tt.want)
		}
		var se *alerts.SendError
		if errors.As(err, &se) != (tt.after > 0) || se != nil && se.After != tt.after {
			t.Errorf("%s: got %v, want a wish of %s", tt.answer, err, tt.after)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := f.Fetch(ctx, nil)
	if !errors.Is(err, context.Canceled) || strings.Contains(err.Error(), "geheim") {
		t.Errorf("with its context ended: %v", err)
	}
	if strings.Contains(f.Address(), "geheim") {
		t.Errorf("the address shows a secret: %s", f.Address())
	}
}

// The server's charset is used where the document names none.
func TestFetchCharset(t *testing.T) {
	f := serve(t, Config{Name: "x"}, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/rss+xml; charset=windows-1251")
		_, _ = io.WriteString(w, rssOf(item("<title>\xcf\xf0\xe0\xe2\xe4\xe0</title>")))
	})
	b, err := f.Fetch(t.Context(), nil)
	if err != nil || titles(b) != "Правда" {
		t.Errorf("got %q, %v", titles(b), err)
	}
}
