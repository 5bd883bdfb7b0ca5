package httpx

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

// posts is a server that notes what was posted, and redirects to ?to= with
// ?status=.
func posts(t *testing.T) (srv *httptest.Server, got *[]string) {
	got = new([]string)
	srv = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		*got = append(*got, fmt.Sprint(r.Method, " ", r.URL.Path, " ", r.Header.Get("Content-Type"), " ", string(body)))
		if q := r.URL.Query(); q.Get("to") != "" {
			w.Header().Set("Location", q.Get("to"))
			var status int
			if _, err := fmt.Sscan(q.Get("status"), &status); err != nil {
				t.Error(err)
			}
			w.WriteHeader(status)
			return
		}
		w.WriteHeader(http.StatusAccepted)
		_, _ = io.WriteString(w, r.URL.Query().Get("say"))
	}))
	t.Cleanup(srv.Close)
	return srv, got
}

// A form goes where redirects that keep the method lead, and nowhere else.
func TestPostForm(t *testing.T) {
	srv, got := posts(t)
	c := New(Options{AllowHosts: []string{"127.0.0.1"}})
	defer c.Close()
	form := url.Values{"hub.mode": {"subscribe"}, "hub.secret": {"a b"}}
	const posted = " application/x-www-form-urlencoded hub.mode=subscribe&hub.secret=a+b"
	for _, c2 := range []struct {
		query  string
		status int
		got    []string
	}{
		{"", http.StatusAccepted, []string{"POST /hub" + posted}},
		{"?status=307&to=/there", http.StatusAccepted, []string{"POST /hub" + posted, "POST /there" + posted}},
		{"?status=308&to=/there", http.StatusAccepted, []string{"POST /hub" + posted, "POST /there" + posted}},
		{"?status=301&to=/there", http.StatusMovedPermanently, []string{"POST /hub" + posted}},
		{"?status=303&to=/there", http.StatusSeeOther, []string{"POST /hub" + posted}},
	} {
		*got = nil
		res, err := c.PostForm(t.Context(), srv.URL+"/hub"+c2.query, "127.0.0.1", form)
		if err != nil || res.Status != c2.status || strings.Join(*got, "\n") != strings.Join(c2.got, "\n") {
			t.Errorf("%q: %v, %v; posted %q", c2.query, res, err, *got)
		}
		if (res.Err() == nil) != (c2.status == http.StatusAccepted) {
			t.Errorf("%q: %v", c2.query, res.Err())
		}
	}
	if _, err := c.PostForm(t.Context(), srv.URL+"/hub?status=307&to=/hub%3Fstatus=307%26to=/hub", "127.0.0.1", form); err != nil {
		t.Errorf("two redirects: %v", err)
	}
	if _, err := c.PostForm(t.Context(), srv.URL+"/hub?status=307&to=", "127.0.0.1", form); err != nil {
		t.Errorf("a redirect to nowhere is an answer: %v", err)
	}
}

// Who names a hub can't have a form sent to a private address, not by a redirect
// either, unless they are there themselves.
func TestPostFormIsGuarded(t *testing.T) {
	srv, got := posts(t)
	for name, o := range map[string]Options{
		"named hosts": {AllowHosts: []string{"127.0.0.1", "localhost"}}, "all": {AllowPrivate: true}, "none": {},
	} {
		c := New(o)
		defer c.Close()
		for address, host := range map[string]string{
			srv.URL + "/hub?key=s3cret":                                    "example.org",
			strings.Replace(srv.URL, "127.0.0.1", "localhost", 1) + "/hub": "127.0.0.1",
			"ftp://127.0.0.1/hub":                                          "127.0.0.1",
		} {
			_, err := c.PostForm(t.Context(), address, host, url.Values{"hub.secret": {"s3cret"}})
			if err == nil {
				t.Errorf("%s: a feed of %s had a form sent to %s", name, host, address)
			} else if strings.Contains(err.Error(), "s3cret") {
				t.Errorf("%s: the error has a secret: %v", name, err)
			}
		}
		if name == "none" {
			continue
		}
		at := srv.URL + "/hub?status=307&to=" + url.QueryEscape(strings.Replace(srv.URL, "127.0.0.1", "localhost", 1)+"/inside")
		if _, err := c.PostForm(t.Context(), at, "127.0.0.1", nil); !errors.Is(err, ErrRefused) {
			t.Errorf("%s: redirected: %v", name, err)
		}
	}
	for _, g := range *got {
		if !strings.HasPrefix(g, "POST /hub ") {
			t.Errorf("posted %q", g)
		}
	}
}

// An answer is read as far as that of any request.
func TestPostFormIsBounded(t *testing.T) {
	srv, _ := posts(t)
	c := New(Options{AllowHosts: []string{"127.0.0.1"}, MaxBody: 10})
	defer c.Close()
	if _, err := c.PostForm(t.Context(), srv.URL+"/hub?say="+strings.Repeat("x", 11), "127.0.0.1", nil); err == nil {
		t.Error("an answer of 11 bytes was read, 10 are allowed")
	}
}
