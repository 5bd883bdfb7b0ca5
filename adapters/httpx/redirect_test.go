package httpx

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/bellwether/bellwether/alerts"
)

// asPublic is a connection whose other end looks public.
type asPublic struct{ net.Conn }

func (asPublic) RemoteAddr() net.Addr { return &net.TCPAddr{IP: net.IPv4(93, 184, 216, 34), Port: 80} }

// What the operator opened for a feed of their own is not open to whoever runs
// a public one.
func TestAPublicServerLeadsToNoPrivateOne(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if to := r.URL.Query().Get("to"); to != "" {
			http.Redirect(w, r, "http://"+to, http.StatusMovedPermanently)
		}
	}))
	defer srv.Close()
	_, port, _ := net.SplitHostPort(srv.Listener.Addr().String())
	for name, o := range map[string]Options{
		"named hosts": {AllowHosts: []string{"intranet.example", "wiki.example"}},
		"all":         {AllowPrivate: true},
	} {
		o.Resolver = resolver(t, []string{"127.0.0.1"})
		c := New(o)
		defer c.Close()
		c.open.Transport.(*http.Transport).DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
			if !strings.HasPrefix(address, "public.example") {
				return c.dialer.dial(ctx, network, address)
			}
			conn, err := new(net.Dialer).DialContext(ctx, network, srv.Listener.Addr().String())
			return asPublic{conn}, err
		}
		inside, wiki := "intranet.example:"+port+"/", "wiki.example:"+port+"/"
		for address, want := range map[string]error{
			"http://public.example/":                                nil,
			"http://" + inside:                                      nil,
			"http://" + inside + "?to=" + wiki:                      nil,
			"http://public.example/?to=" + inside:                   ErrRefused,
			"http://" + inside + "?to=public.example/?to=" + inside: ErrRefused,
		} {
			res, err := c.Get(t.Context(), address, nil)
			if !errors.Is(err, want) || (err == nil) != (want == nil) {
				t.Errorf("%s: %s: %v, want %v", name, address, err, want)
			}
			if err == nil && res.Moved != "" && res.Moved != "http://"+wiki {
				t.Errorf("%s: moved to %s", address, res.Moved)
			}
		}
	}
}

// Keys go to the server that they are for, and to no other.
func TestRedirectsCarryNoSecrets(t *testing.T) {
	var got http.Header
	record := func(w http.ResponseWriter, r *http.Request) {
		got = r.Header
		if to := r.URL.Query().Get("to"); to != "" {
			http.Redirect(w, r, to, http.StatusMovedPermanently)
		}
	}
	c, here := serve(t, Options{}, record)
	other := httptest.NewServer(http.HandlerFunc(record))
	defer other.Close()
	secret := strings.Replace(here, "http://", "http://me:geheim@", 1)
	header := http.Header{"X-Key": {"geheim"}, "Cookie": {"geheim"}, "If-None-Match": {`"1"`}, "Accept": {"text/xml"}}
	get := func(address string) *Response {
		t.Helper()
		res, err := c.Get(t.Context(), address, header)
		if err != nil {
			t.Fatal(err)
		}
		return res
	}
	res := get(secret + "/?key=geheim&to=/new")
	if got.Get("X-Key") != "geheim" || got.Get("Authorization") == "" || got.Get("Referer") != "" {
		t.Errorf("to the same server: %v", got)
	}
	if res.Moved != here+"/new" {
		t.Errorf("moved to %s", res.Moved)
	}
	res = get(secret + "/?key=geheim&to=" + other.URL)
	for name, values := range got {
		if v := strings.Join(values, ""); strings.Contains(v, "geheim") || strings.Contains(name, "Auth") {
			t.Errorf("to another server: %s: %s", name, v)
		}
	}
	if got.Get("If-None-Match") != `"1"` || got.Get("Accept") != "text/xml" || got.Get("User-Agent") != DefaultUserAgent {
		t.Errorf("to another server: %v", got)
	}
	if res.Moved != other.URL {
		t.Errorf("moved to %s", res.Moved)
	}
	// Also when it leads back.
	get(secret + "/?to=" + other.URL + "/?to=" + here)
	if got.Get("X-Key") != "" {
		t.Errorf("back from another server: %v", got)
	}
}

func TestRedirectsMayAskToWait(t *testing.T) {
	c, url := serve(t, Options{}, func(w http.ResponseWriter, r *http.Request) {
		if d := r.URL.Query().Get("wait"); d != "" {
			w.Header().Set("Retry-After", d)
			http.Redirect(w, r, "/", http.StatusFound)
		}
	})
	begun := time.Now()
	if _, err := c.Get(t.Context(), url+"/?wait=0.1", nil); err != nil || time.Since(begun) < 100*time.Millisecond {
		t.Errorf("a tenth of a second: %v after %s", err, time.Since(begun))
	}
	_, err := c.Get(t.Context(), url+"/?wait=3600", nil)
	asked, ok := errors.AsType[*alerts.SendError](err)
	if !ok || asked.After != time.Hour || !errors.Is(err, ErrRedirect) {
		t.Errorf("an hour: %v", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := c.Get(ctx, url+"/?wait=9", nil); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("with its context ended: %v", err)
	}
}

func TestSameOrigin(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		want bool
	}{
		{"https://example.org/a", "https://u:p@EXAMPLE.org.:443/b?c", true},
		{"http://example.org", "http://example.org:80/", true},
		{"http://example.org", "https://example.org", false},
		{"https://example.org", "https://example.org:80", false},
		{"https://example.org", "https://www.example.org", false},
		{"https://example.org", "%", false},
	} {
		if got := SameOrigin(tt.a, tt.b); got != tt.want {
			t.Errorf("%s and %s: %v", tt.a, tt.b, got)
		}
	}
}
