package page_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/simplifiedchinese"

	"github.com/bellwether/bellwether/adapters/httpx"
	"github.com/bellwether/bellwether/adapters/page"
	"github.com/bellwether/bellwether/alerts"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const sentence = "The harbour council of Port Selby voted on Thursday to raise the dues for ships that burn heavy fuel, from the first day of next year."

// document is an article among what else stands on a page.
func document(head, text string) string {
	return `<!doctype html><html lang="en"><head><title>Harbour dues rise - Example Gazette</title>` + head + `</head><body>
<header><nav><ul><li><a href="/">Home</a></li><li><a href="/world">World</a></li><li><a href="/about">About us</a></li></ul></nav></header>
<main><article><h1>Harbour dues rise</h1>` + text + `</article></main>
<aside><h2>Most read</h2><ul><li><a href="/1">Bakers strike in Example Town</a></li><li><a href="/2">Library opens late</a></li></ul></aside>
<footer><p>© Example Gazette. All rights reserved. <a href="/privacy">Privacy</a> <a href="/terms">Terms of use</a></p></footer>
</body></html>`
}

func paragraphs(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "<p>%s That was point %d of the evening.</p>\n", sentence, i+1)
	}
	return b.String()
}

// site answers as told and keeps what it was asked for.
type site struct {
	*httptest.Server
	mu    sync.Mutex
	asked []string
	times []time.Time
}

func serve(t *testing.T, pages map[string]http.HandlerFunc) *site {
	t.Helper()
	s := &site{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		s.asked, s.times = append(s.asked, r.URL.Path), append(s.times, time.Now())
		s.mu.Unlock()
		if h, ok := pages[r.URL.Path]; ok {
			h(w, r)
			return
		}
		http.NotFound(w, r)
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *site) paths() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Join(s.asked, " ")
}

func answer(kind, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		if kind != "" {
			w.Header().Set("Content-Type", kind)
		}
		_, _ = w.Write([]byte(body))
	}
}

func status(code int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
}

func reader(t *testing.T) *page.Reader {
	t.Helper()
	client := httpx.New(httpx.Options{AllowPrivate: true, MaxBody: page.MaxPage, Timeout: 5 * time.Second})
	t.Cleanup(client.Close)
	return page.New(client, page.Options{})
}

func TestPage(t *testing.T) {
	head := `<link rel="canonical" href="/news/harbour"><meta property="og:site_name" content="Example Gazette">`
	s := serve(t, map[string]http.HandlerFunc{"/news/harbour.php": answer("text/html; charset=utf-8", document(head, paragraphs(6)))})
	got, err := reader(t).Page(t.Context(), s.URL+"/news/harbour.php?id=1")
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(got.Text, sentence); n != 6 || !strings.Contains(got.Text, "\n\n") {
		t.Errorf("the text has %d of 6 paragraphs:\n%s", n, got.Text)
	}
	for _, not := range []string{"Most read", "Bakers", "Privacy", "About us", "<"} {
		if strings.Contains(got.Text, not) {
			t.Errorf("%q is no part of the article:\n%s", not, got.Text)
		}
	}
	if got.URL != s.URL+"/news/harbour" || got.Language != "en" || got.Publisher != "Example Gazette" {
		t.Errorf("address %s, language %s, publisher %s", got.URL, got.Language, got.Publisher)
	}
}

// What a page says of its own address is believed within its site.
func TestOwnAddress(t *testing.T) {
	for head, want := range map[string]string{
		``: "/a",
		`<meta property="og:url" content="/graph">`:                                         "/graph",
		`<meta property="og:url" content="/graph"><link rel="canonical" href="/link">`:      "/link",
		`<link rel="canonical" href="/one"><link rel="canonical" href="/two">`:              "/one",
		`<link rel="canonical" href="/">`:                                                   "/a",
		`<link rel="canonical" href="https://elsewhere.example.com/a">`:                     "/a",
		`<link rel="canonical" href="javascript:alert(1)">`:                                 "/a",
		`<link rel="canonical" href="http://user:password@127.0.0.1/b">`:                    "/a",
		`<link rel="canonical" href="://">`:                                                 "/a",
		`<link rel="canonical" href="">`:                                                    "/a",
		`<link rel="stylesheet" href="/style.css">`:                                         "/a",
		`<link rel="alternate" href="/feed"><meta property="og:title" content="/not-this">`: "/a",
	} {
		s := serve(t, map[string]http.HandlerFunc{"/a": answer("text/html", document(head, paragraphs(4)))})
		got, err := reader(t).Page(t.Context(), s.URL+"/a")
		if err != nil || got.URL != s.URL+want {
			t.Errorf("%s gives %s, want %s: %v", head, got.URL, want, err)
		}
	}
}

func TestRedirects(t *testing.T) {
	closed := serve(t, map[string]http.HandlerFunc{
		"/robots.txt": answer("text/plain", "User-agent: *\nDisallow: /secret\n"),
		"/secret/a":   answer("text/html", document("", paragraphs(4))),
		"/open/a":     answer("text/html", document("", paragraphs(4))),
	})
	open := serve(t, map[string]http.HandlerFunc{
		"/old": func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/new", http.StatusMovedPermanently) },
		"/new": answer("text/html", document("", paragraphs(4))),
		"/secret": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, closed.URL+"/secret/a", http.StatusFound)
		},
		"/open": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, closed.URL+"/open/a", http.StatusFound)
		},
	})
	r := reader(t)
	for from, want := range map[string]string{"/old": open.URL + "/new", "/open": closed.URL + "/open/a"} {
		if got, err := r.Page(t.Context(), open.URL+from); err != nil || got.URL != want {
			t.Errorf("%s leads to %s, want %s: %v", from, got.URL, want, err)
		}
	}
	_, err := r.Page(t.Context(), open.URL+"/secret")
	wantError(t, err, true, "robots.txt")
}

func wantError(t *testing.T, err error, permanent bool, words string) {
	t.Helper()
	var send *alerts.SendError
	if err == nil || !strings.Contains(err.Error(), words) {
		t.Errorf("error %v, want one of %q", err, words)
	} else if forGood := errors.As(err, &send) && send.Permanent; forGood != permanent {
		t.Errorf("error %v: permanent %v, want %v", err, forGood, permanent)
	}
}

func TestRobots(t *testing.T) {
	for _, c := range []struct {
		name      string
		robots    http.HandlerFunc
		words     string // of the error; empty for none
		permanent bool
	}{
		{"none", status(http.StatusNotFound), "", false},
		{"forbidden", status(http.StatusForbidden), "", false},
		{"for others", answer("text/plain", "User-agent: x\nDisallow: /\n"), "", false},
		{"for us", answer("text/plain", "User-agent: Bellwether\nDisallow: /\n"), "does not allow it", true},
		{"broken server", status(http.StatusInternalServerError), "can't be read", false},
		{"too many requests", status(http.StatusTooManyRequests), "can't be read", false},
		{"hangs up", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, "can't be read", false},
		{"much too large", answer("text/plain", strings.Repeat("#", page.MaxPage+1)), "can't be read", false},
		{"an HTML page", answer("text/html", document("", paragraphs(4))), "", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := serve(t, map[string]http.HandlerFunc{"/robots.txt": c.robots, "/a": answer("text/html", document("", paragraphs(4)))})
			r := reader(t)
			for range 2 {
				_, err := r.Page(t.Context(), s.URL+"/a")
				if c.words == "" && err != nil {
					t.Error(err)
				} else if c.words != "" {
					wantError(t, err, c.permanent, c.words)
				}
			}
			want := "/robots.txt /a /a" // it is asked for once
			if c.words != "" {
				want = "/robots.txt"
			}
			if got := s.paths(); got != want {
				t.Errorf("asked for %s, want %s", got, want)
			}
		})
	}
}

// What is known of a site's rules is asked again after a day, or after ten
// minutes where they could not be read.
func TestRobotsExpire(t *testing.T) {
	now := time.Now()
	broken := true
	s := serve(t, map[string]http.HandlerFunc{
		"/robots.txt": func(w http.ResponseWriter, _ *http.Request) {
			if broken {
				w.WriteHeader(http.StatusBadGateway)
			}
		},
		"/a": answer("text/html", document("", paragraphs(4))),
	})
	client := httpx.New(httpx.Options{AllowPrivate: true})
	t.Cleanup(client.Close)
	r := page.New(client, page.Options{Now: func() time.Time { return now }})
	steps := []struct {
		pass time.Duration
		mend bool
		want string
	}{
		{0, false, "/robots.txt"},
		{9 * time.Minute, true, "/robots.txt"},
		{time.Minute, true, "/robots.txt /robots.txt /a"},
		{23 * time.Hour, true, "/robots.txt /robots.txt /a /a"},
		{time.Hour, true, "/robots.txt /robots.txt /a /a /robots.txt /a"},
	}
	for _, step := range steps {
		now, broken = now.Add(step.pass), !step.mend
		_, _ = r.Page(t.Context(), s.URL+"/a")
		if got := s.paths(); got != step.want {
			t.Fatalf("asked for %s, want %s", got, step.want)
		}
	}
}

func TestRefusedPages(t *testing.T) {
	deep := "<html><body>" + strings.Repeat("<div>", 100_000) + sentence
	var bomb bytes.Buffer
	z := gzip.NewWriter(&bomb)
	_, _ = z.Write(make([]byte, 50<<20))
	_ = z.Close()
	for _, c := range []struct {
		name      string
		page      http.HandlerFunc
		words     string
		permanent bool
	}{
		{"not found", status(http.StatusNotFound), "404", true},
		{"paywall", status(http.StatusPaymentRequired), "402", true},
		{"for lawyers", status(http.StatusUnavailableForLegalReasons), "451", true},
		{"broken server", status(http.StatusBadGateway), "502", false},
		{"busy server", status(http.StatusTooManyRequests), "429", false},
		{"a document", answer("application/pdf", "%PDF-1.7"), "application/pdf", true},
		{"empty", answer("text/html", ""), "no main text", true},
		{"frames", answer("text/html", "<html><frameset><frame src=x></frameset></html>"), "no main text", true},
		{"large", answer("text/html", document("", strings.Repeat(paragraphs(10), 8000))), "too large", true},
		{"a compression bomb", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write(bomb.Bytes())
		}, "too large", true},
		{"deeply nested", answer("text/html", deep), "", true},
		{"many elements", answer("text/html", "<p>"+strings.Repeat("<i>x</i>", 50_000)), "elements", true},
		{"a redirect loop", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/a", http.StatusFound) }, "redirect", true},
		{"a redirect out of the web", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "file:///etc/passwd", http.StatusFound)
		}, "redirect", true},
		{"hangs up", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, "hung up", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := serve(t, map[string]http.HandlerFunc{"/a": c.page})
			_, err := reader(t).Page(t.Context(), s.URL+"/a?key=geheim")
			wantError(t, err, c.permanent, c.words)
			if err != nil && strings.Contains(err.Error(), "geheim") {
				t.Errorf("the error shows a key: %v", err)
			}
		})
	}
}

// A page that never ends is left when the time is over.
func TestEndlessPage(t *testing.T) {
	s := serve(t, map[string]http.HandlerFunc{"/a": func(w http.ResponseWriter, r *http.Request) {
		for r.Context().Err() == nil {
			if _, err := w.Write([]byte("<p>more</p>")); err != nil {
				return
			}
			if err := http.NewResponseController(w).Flush(); err != nil {
				return
			}
		}
	}})
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if _, err := reader(t).Page(ctx, s.URL+"/a"); err == nil {
		t.Error("no error")
	}
}

func TestFilesAreNotAskedFor(t *testing.T) {
	s := serve(t, nil)
	for _, p := range []string{"/a.pdf", "/a.MP3", "/a/b.docx?x=1"} {
		_, err := reader(t).Page(t.Context(), s.URL+p)
		wantError(t, err, true, "no HTML page")
	}
	if got := s.paths(); got != "" {
		t.Errorf("asked for %s", got)
	}
	for _, bad := range []string{"", "::", "/a", "ftp://example.org/a"} {
		if _, err := reader(t).Page(t.Context(), bad); err == nil {
			t.Errorf("no error for %q", bad)
		}
	}
}

// The guard of feeds holds for pages too.
func TestGuard(t *testing.T) {
	s := serve(t, map[string]http.HandlerFunc{"/a": answer("text/html", document("", paragraphs(4)))})
	client := httpx.New(httpx.Options{})
	t.Cleanup(client.Close)
	if _, err := page.New(client, page.Options{}).Page(t.Context(), s.URL+"/a"); !errors.Is(err, httpx.ErrRefused) {
		t.Errorf("error %v, want that the connection is refused", err)
	}
	if got := s.paths(); got != "" {
		t.Errorf("asked for %s", got)
	}
}

func TestEncodings(t *testing.T) {
	const russian = "Совет порта Селби в четверг проголосовал за повышение сборов для судов, сжигающих тяжёлое топливо, с первого дня следующего года."
	const chinese = "港口委员会星期四投票决定，从明年第一天起提高燃烧重油的船舶的港口费，并要求航运公司提交排放报告。"
	for _, c := range []struct {
		name, kind, head, text string
		enc                    encoding.Encoding
	}{
		{"header", "text/html; charset=windows-1251", "", russian, charmap.Windows1251},
		{"meta", "text/html", `<meta charset="koi8-r">`, russian, charmap.KOI8R},
		{"meta of old", "text/html", `<meta http-equiv="Content-Type" content="text/html; charset=gb2312">`, chinese, simplifiedchinese.GBK},
		{"nothing", "", "", russian, encoding.Nop},
		{"nothing, Western", "text/html", "", strings.ReplaceAll(sentence, "fuel", "œuvre – naïve"), charmap.Windows1252},
		{"wrong header", "text/html; charset=iso-8859-1", "", chinese, encoding.Nop},
	} {
		t.Run(c.name, func(t *testing.T) {
			text := strings.Repeat("<p>"+c.text+"</p>", 5)
			body := c.head + "<html><body><article>" + text + "</article></body></html>"
			raw, err := c.enc.NewEncoder().String("<html><head>" + c.head + "</head><body><article>" + text + "</article></body></html>")
			if err != nil {
				t.Fatal(err, body)
			}
			s := serve(t, map[string]http.HandlerFunc{"/a": answer(c.kind, raw)})
			got, err := reader(t).Page(t.Context(), s.URL+"/a")
			if err != nil || strings.Count(got.Text, c.text) != 5 {
				t.Errorf("%v\n%s", err, got.Text)
			}
		})
	}
}

// Requests to a host come one after another, with the distance between them;
// others do not wait for it.
func TestDistance(t *testing.T) {
	const distance = 60 * time.Millisecond
	s := serve(t, map[string]http.HandlerFunc{"/a": answer("text/html", document("", paragraphs(4)))})
	client := httpx.New(httpx.Options{AllowPrivate: true, Hosts: httpx.NewHosts(1, distance)})
	t.Cleanup(client.Close)
	r := page.New(client, page.Options{})
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			if _, err := r.Page(t.Context(), s.URL+"/a"); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if got := s.paths(); got != "/robots.txt /a /a /a /a" {
		t.Fatalf("asked for %s", got)
	}
	for i := 2; i < len(s.times); i++ {
		if gap := s.times[i].Sub(s.times[i-1]); gap < distance-5*time.Millisecond {
			t.Errorf("request %d came %s after the one before", i, gap)
		}
	}
}

// Those who wait for one host leave room for who asks another.
func TestHostsDoNotWaitForEachOther(t *testing.T) {
	hold := make(chan struct{})
	arrived := make(chan struct{}, 1)
	slow := serve(t, map[string]http.HandlerFunc{"/a": func(_ http.ResponseWriter, r *http.Request) {
		arrived <- struct{}{}
		select {
		case <-hold:
		case <-r.Context().Done():
		}
	}})
	quick := serve(t, map[string]http.HandlerFunc{"/a": answer("text/html", document("", paragraphs(4)))})
	client := httpx.New(httpx.Options{AllowPrivate: true, Hosts: httpx.NewHosts(1, 0)})
	t.Cleanup(client.Close)
	r := page.New(client, page.Options{Requests: 2})
	ctx, cancel := context.WithCancel(t.Context())
	var all sync.WaitGroup
	for range 5 {
		all.Go(func() { _, _ = r.Page(ctx, slow.URL+"/a") })
	}
	<-arrived
	if _, err := r.Page(t.Context(), quick.URL+"/a"); err != nil {
		t.Error(err)
	}
	cancel()
	all.Wait()
	close(hold)
}
