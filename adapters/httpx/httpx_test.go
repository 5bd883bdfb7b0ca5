package httpx

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"math"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/bellwether/bellwether/alerts"
)

// serve starts a server and a client that may reach it.
func serve(t *testing.T, o Options, h http.HandlerFunc) (*Client, string) {
	t.Helper()
	srv := httptest.NewServer(h)
	o.AllowPrivate = true
	c := New(o)
	t.Cleanup(func() {
		c.Close()
		srv.Close()
	})
	return c, srv.URL
}

func TestGet(t *testing.T) {
	c, url := serve(t, Options{UserAgent: "tester/1"}, func(w http.ResponseWriter, r *http.Request) {
		if r.UserAgent() != "tester/1" || r.Header.Get("If-None-Match") != `"a"` {
			t.Errorf("headers sent: %v", r.Header)
		}
		w.Header().Set("ETag", `"b"`)
		w.WriteHeader(http.StatusTeapot)
		_, _ = io.WriteString(w, "short and stout")
	})
	res, err := c.Get(t.Context(), url+"/pot", http.Header{"if-none-match": {`"a"`}})
	if err != nil {
		t.Fatal(err)
	}
	if res.Status != http.StatusTeapot || string(res.Body) != "short and stout" ||
		res.Header.Get("ETag") != `"b"` || res.URL != url+"/pot" || res.Moved != "" {
		t.Errorf("got %+v", res)
	}
}

func TestGetBoundsTheBody(t *testing.T) {
	const limit = 1000
	big := bytes.Repeat([]byte{'x'}, 50*limit)
	var packed bytes.Buffer
	zw := gzip.NewWriter(&packed)
	_, _ = zw.Write(big)
	_ = zw.Close()
	if packed.Len() > limit {
		t.Fatalf("the packed body has %d bytes; the test wants it below the limit", packed.Len())
	}
	c, url := serve(t, Options{MaxBody: limit}, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/exact":
			_, _ = w.Write(big[:limit])
		case "/long":
			_, _ = w.Write(big[:limit+1])
		case "/streamed":
			for i := range 50 {
				_, _ = w.Write(big[i*limit : (i+1)*limit])
				w.(http.Flusher).Flush()
			}
		case "/packed":
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write(packed.Bytes())
		}
	})
	for _, path := range []string{"/long", "/streamed", "/packed"} {
		if _, err := c.Get(t.Context(), url+path, nil); !errors.Is(err, ErrTooLarge) {
			t.Errorf("%s: got %v, want ErrTooLarge", path, err)
		}
	}
	res, err := c.Get(t.Context(), url+"/exact", nil)
	if err != nil || len(res.Body) != limit {
		t.Errorf("a body of the limit itself: %v", err)
	}
}

func TestGetFollowsRedirects(t *testing.T) {
	c, url := serve(t, Options{MaxRedirects: 3}, func(w http.ResponseWriter, r *http.Request) {
		to := func(where string, code int) { http.Redirect(w, r, where, code) }
		switch r.URL.Path {
		case "/for-good":
			to("/for-good2", http.StatusMovedPermanently)
		case "/for-good2":
			to("/end", http.StatusPermanentRedirect)
		case "/mixed":
			to("/for-now", http.StatusMovedPermanently)
		case "/for-now":
			to("/end", http.StatusFound)
		case "/loop":
			to("/loop", http.StatusFound)
		case "/far", "/far.", "/far..", "/far...":
			to(r.URL.Path+".", http.StatusFound)
		case "/file":
			to("file:///etc/passwd", http.StatusFound)
		case "/broken":
			w.Header().Set("Location", "http://h/%zz?token=geheim")
			w.WriteHeader(http.StatusFound)
		}
	})
	tests := []struct {
		path  string
		moved string
		err   error
	}{
		{"/end", "", nil},
		{"/for-good", "/end", nil},
		{"/for-now", "", nil},
		{"/mixed", "/for-now", nil},
		{"/loop", "", ErrRedirect},
		{"/far", "", ErrRedirect},
		{"/file", "", ErrRedirect},
		{"/broken", "", ErrRedirect},
	}
	for _, tt := range tests {
		res, err := c.Get(t.Context(), url+tt.path, nil)
		if !errors.Is(err, tt.err) {
			t.Errorf("%s: error %v, want %v", tt.path, err, tt.err)
		}
		if err == nil && (strings.TrimPrefix(res.Moved, url) != tt.moved || res.URL != url+"/end") {
			t.Errorf("%s: moved to %q, read from %s", tt.path, res.Moved, res.URL)
		}
		if err != nil && strings.Contains(err.Error(), "geheim") {
			t.Errorf("%s: the error shows a secret: %v", tt.path, err)
		}
	}
}

func TestGetEndsWithItsContext(t *testing.T) {
	entered := make(chan struct{}, 2)
	c, url := serve(t, Options{}, func(_ http.ResponseWriter, r *http.Request) {
		entered <- struct{}{}
		<-r.Context().Done()
	})
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-entered
		cancel()
	}()
	if _, err := c.Get(ctx, url, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestGetTimesOut(t *testing.T) {
	c, url := serve(t, Options{Timeout: 20 * time.Millisecond}, func(w http.ResponseWriter, r *http.Request) {
		w.(http.Flusher).Flush() // the headers come in time, the body does not
		<-r.Context().Done()
	})
	_, err := c.Get(t.Context(), url, nil)
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
}

// No error shows what the address keeps secret, whatever went wrong.
func TestErrorsKeepSecrets(t *testing.T) {
	c, url := serve(t, Options{MaxBody: 10}, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/big":
			_, _ = io.WriteString(w, "more than ten bytes")
		case "/cut":
			w.Header().Set("Content-Length", "5")
			_, _ = io.WriteString(w, "cut")
		case "/loop":
			http.Redirect(w, r, r.URL.String(), http.StatusFound)
		}
	})
	host := strings.TrimPrefix(url, "http://")
	guarded := New(Options{})
	defer guarded.Close()
	const secrets = "?key=geheim&geheim#geheim"
	tests := []struct {
		client  *Client
		address string
	}{
		{c, "http://geheim:geheim@" + host + "/big" + secrets},
		{c, "http://geheim:geheim@" + host + "/cut" + secrets},
		{c, "http://geheim:geheim@" + host + "/loop" + secrets},
		{c, "http://geheim:geheim@127.0.0.1:1/" + secrets},
		{c, "ftp://geheim:geheim@host/" + secrets},
		{c, "http://geheim:geheim@/" + secrets},
		{c, "http://geheim:geheim@host:port/" + secrets},
		{c, "http://host/%zz" + secrets},
		{c, "mailto:geheim"},
		{guarded, "http://geheim:geheim@" + host + "/" + secrets},
	}
	for _, tt := range tests {
		_, err := tt.client.Get(t.Context(), tt.address, nil)
		if err == nil {
			t.Errorf("%s: no error", tt.address)
		} else if strings.Contains(err.Error(), "geheim") {
			t.Errorf("%s: the error shows a secret: %v", tt.address, err)
		}
	}
}

func TestErr(t *testing.T) {
	now := time.Date(2024, 3, 20, 12, 0, 0, 0, time.UTC)
	asked := 90 * time.Second
	c, url := serve(t, Options{Now: func() time.Time { return now }}, func(w http.ResponseWriter, r *http.Request) {
		w.Header()["Date"] = nil
		switch r.URL.Path {
		case "/404":
			w.WriteHeader(http.StatusNotFound)
		case "/304":
			w.WriteHeader(http.StatusNotModified)
		case "/429":
			w.Header().Set("Retry-After", "90")
			w.WriteHeader(http.StatusTooManyRequests)
		case "/503":
			w.Header().Set("Retry-After", now.Add(asked).Format(http.TimeFormat))
			w.WriteHeader(http.StatusServiceUnavailable)
		case "/429-bare":
			w.WriteHeader(http.StatusTooManyRequests)
		case "/404-later":
			w.Header().Set("Retry-After", "90")
			w.WriteHeader(http.StatusNotFound)
		case "/300":
			w.Header().Set("Retry-After", "90")
			w.WriteHeader(http.StatusMultipleChoices)
		case "/410":
			w.WriteHeader(http.StatusGone)
		}
	})
	tests := []struct {
		path, text string
		after      time.Duration
	}{
		{"/404-later", "server answered 404 Not Found", asked},
		{"/300", "server answered 300 Multiple Choices", asked},
		{"/200", "", 0},
		{"/304", "", 0},
		{"/404", "server answered 404 Not Found", 0},
		{"/429-bare", "server answered 429 Too Many Requests", 0},
		{"/429", "server answered 429 Too Many Requests", asked},
		{"/503", "server answered 503 Service Unavailable", asked},
	}
	for _, tt := range tests {
		res, err := c.Get(t.Context(), url+tt.path, nil)
		if err != nil {
			t.Fatal(err)
		}
		err = res.Err()
		if (err == nil) != (tt.text == "") || err != nil && !strings.Contains(err.Error(), tt.text) {
			t.Errorf("%s: got %v, want %q", tt.path, err, tt.text)
		}
		var se *alerts.SendError
		if errors.As(err, &se) != (tt.after > 0) || se != nil && se.After != tt.after {
			t.Errorf("%s: %v, want a wish of %s", tt.path, err, tt.after)
		}
	}
	res, err := c.Get(t.Context(), url+"/410", nil)
	if err != nil {
		t.Fatal(err)
	}
	var gone *alerts.SendError
	if !errors.As(res.Err(), &gone) || !gone.Permanent || res.Err().Error() != "the server says that it is gone (410)" {
		t.Errorf("410: %v", res.Err())
	}
}

func TestRetryAfter(t *testing.T) {
	now := time.Date(2024, 3, 20, 12, 0, 0, 0, time.UTC)
	tests := []struct {
		value, date string
		want        time.Duration
		ok          bool
	}{
		{"120", "", 2 * time.Minute, true},
		{" 0.5 ", "", 500 * time.Millisecond, true},
		{"0", "", 0, true},
		{"99999999999999999999", "", MaxRetryAfter, true},
		{"-5", "", 0, false},
		{"NaN", "", 0, false},
		{"soon", "", 0, false},
		{"", "", 0, false},
		{"Wed, 20 Mar 2024 12:01:00 GMT", "", time.Minute, true},
		{"Wed, 20 Mar 2024 11:00:00 GMT", "", 0, true},
		{"Fri, 20 Mar 2026 11:00:00 GMT", "", MaxRetryAfter, true},
		{"Wed, 20 Mar 2024 09:00:30 GMT", "Wed, 20 Mar 2024 09:00:00 GMT", 30 * time.Second, true},
	}
	for _, tt := range tests {
		h := http.Header{"Retry-After": {tt.value}, "Date": {tt.date}}
		if d, ok := RetryAfter(h, now); d != tt.want || ok != tt.ok {
			t.Errorf("%q at %q: got %s, %v", tt.value, tt.date, d, ok)
		}
	}
}

func TestFresh(t *testing.T) {
	now := time.Date(2024, 3, 20, 12, 0, 0, 0, time.UTC)
	at := func(d time.Duration) string { return now.Add(d).Format(http.TimeFormat) }
	tests := []struct {
		name, value string // of a header each, divided by "; "
		want        time.Duration
	}{
		{"", "", 0},
		{"Cache-Control", "public, Max-Age=300", 5 * time.Minute},
		{"Cache-Control", `max-age="60"`, time.Minute},
		{"Cache-Control", "max-age=300, max-age=60", time.Minute},
		{"Cache-Control", "max-age=300, no-cache", 0},
		{"Cache-Control", "max-age=300, no-store", 0},
		{"Cache-Control", "s-maxage=300", 0}, // that is for shared caches
		{"Cache-Control", "max-age=-1", 0},
		{"Cache-Control", "max-age=soon", 0},
		{"Cache-Control", "max-age=99999999999999999999", math.MaxInt32 * time.Second},
		{"Cache-Control; Age", "max-age=300; 100", 200 * time.Second},
		{"Cache-Control; Age", "max-age=300; 400", 0},
		{"Cache-Control; Age", "max-age=300; new", 5 * time.Minute},
		{"Cache-Control; Expires", "max-age=300; " + at(time.Hour), 5 * time.Minute},
		{"Cache-Control; Expires", "max-age=0; " + at(time.Hour), 0},
		{"Cache-Control; Expires", "no-cache; " + at(time.Hour), 0},
		{"Expires", at(time.Hour), time.Hour},
		{"Expires", at(-time.Hour), 0},
		{"Expires", "0", 0},
		{"Expires; Date", at(2*time.Hour) + "; " + at(time.Hour), time.Hour}, // a clock that is wrong
		{"Expires; Age", at(time.Hour) + "; 600", 50 * time.Minute},
		{"Retry-After", "60", time.Minute},
	}
	for _, tt := range tests {
		r := Response{Header: http.Header{}, now: now}
		values := strings.Split(tt.value, "; ")
		for i, name := range strings.Split(tt.name, "; ") {
			r.Header.Set(name, values[i])
		}
		if got := r.Fresh(); got != tt.want {
			t.Errorf("%s: %s: got %s, want %s", tt.name, tt.value, got, tt.want)
		}
	}
}

func TestRedact(t *testing.T) {
	tests := []struct{ in, want string }{
		{"https://example.org/a.xml", "https://example.org/a.xml"},
		{"https://u:p@example.org/a?b=c&d=e#f", "https://xxxxx@example.org/a?b=xxxxx&d=xxxxx"},
		{"https://example.org/?secret", "https://example.org/?xxxxx"},
		{"https://example.org/?conditions%5Bterm%5D=x", "https://example.org/?conditions%5Bterm%5D=xxxxx"},
		{"mailto:someone", "mailto:xxxxx"},
		{"http://[::1", "an address that can't be parsed"},
		{"", ""},
	}
	for _, tt := range tests {
		if got := Redact(tt.in); got != tt.want {
			t.Errorf("Redact(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
}

func TestReasonsAreInPlainWords(t *testing.T) {
	dial := func(err error) error { return &net.OpError{Op: "dial", Err: err} }
	tests := []struct {
		err  error
		want string
	}{
		{dial(&net.DNSError{Err: "no such host", Name: "example.invalid", IsNotFound: true}), "no host of this name is known here"},
		{dial(&net.DNSError{Err: "i/o timeout", IsTimeout: true}), "the host's name can't be looked up; is there a network?"},
		{dial(os.NewSyscallError("connect", syscall.ECONNREFUSED)), "the server refuses connections"},
		{dial(os.NewSyscallError("connect", syscall.ENETUNREACH)), "there is no way to the server; is there a network?"},
		{os.NewSyscallError("read", syscall.ECONNRESET), "the server hung up"},
		{io.EOF, "the server hung up"},
		{context.DeadlineExceeded, "no answer in time"},
		{ErrRefused, "refused to connect"},
	}
	for _, tt := range tests {
		err := clean(&url.Error{Op: "Get", URL: "http://example.invalid/?key=hunter2", Err: tt.err})
		if err.Error() != tt.want || !errors.Is(err, tt.err) {
			t.Errorf("%v: got %q, want %q with the cause in its chain", tt.err, err, tt.want)
		}
	}
}
