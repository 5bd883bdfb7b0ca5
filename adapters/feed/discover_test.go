package feed

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bellwether/bellwether/adapters/httpx"
	"github.com/bellwether/bellwether/alerts"
)

// site serves texts by path, with their media types before the first line break.
func site(t *testing.T, pages map[string]string) (address string) {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		page, ok := pages[r.URL.RequestURI()]
		if !ok {
			http.NotFound(w, r)
			return
		}
		kind, text, _ := strings.Cut(page, "\n")
		if to, moved := strings.CutPrefix(kind, "moved "); moved {
			http.Redirect(w, r, to, http.StatusFound)
			return
		}
		w.Header().Set("Content-Type", kind)
		_, _ = w.Write([]byte(text))
	}))
	t.Cleanup(s.Close)
	return s.URL
}

func feedNamed(title string, items int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "application/rss+xml\n<rss version='2.0'><channel><title>%s</title><link>https://example.org/</link>", title)
	for i := range items {
		fmt.Fprintf(&b, "<item><title>Item %d</title><guid>%s%d</guid></item>", i, title, i)
	}
	return b.String() + "</channel></rss>"
}

func TestFind(t *testing.T) {
	address := site(t, map[string]string{
		"/feed?key=1": feedNamed("A feed", 3),
		"/news": `text/html; charset=utf-8
			<!doctype html><head><title>News</title>
			<link rel="stylesheet alternate" type="text/xml" href="/style.xml">
			<link rel="alternate" type="application/rss+xml" title="Comments" href="/comments.xml">
			<LINK REL='Alternate' TYPE='application/rss+xml; charset=utf-8' TITLE='All &amp; sundry' HREF='all.xml#top'>
			<link rel=alternate type=application/json href=/wp-json/wp/v2/pages/1>
			<link rel=alternate type=application/atom+xml title=Gone href=/gone.xml>
			<link rel="alternate" hreflang="fr" href="/fr">
			<link rel="alternate" type="application/rss+xml" href="javascript:alert(1)">
			<link rel="alternate" type="application/rss+xml" href="/all.xml"></head>
			<p><a rel="feed" type="application/rss+xml" href="/body.xml">Feed</a>`,
		"/comments.xml":  feedNamed("Comments of it", 1),
		"/all.xml":       feedNamed("", 2),
		"/body.xml":      feedNamed("Body", 1),
		"/based":         "text/html\n<base href='/deep/er/'><link rel=alternate type=text/xml href=f.xml>",
		"/deep/er/f.xml": feedNamed("Deep", 1),
		"/moved":         "moved /deep/page",
		"/deep/page":     "text/html\n<link rel=alternate type=text/xml href=er/f.xml>",
		"/picture":       "image/png\n\x89PNG\r\n",
		"/broken":        "text/html\n<link rel=alternate type=text/xml href=gone.xml>",
	})
	client := httpx.New(httpx.Options{AllowPrivate: true})
	defer client.Close()
	finder := NewFinder(client)
	for _, c := range []struct {
		path string
		want []alerts.FoundFeed
	}{
		{"/feed?key=1", []alerts.FoundFeed{{Address: "/feed?key=1", Title: "A feed", Items: 3}}},
		{"/news", []alerts.FoundFeed{
			{Address: "/all.xml", Title: "All & sundry", Items: 2},
			{Address: "/body.xml", Title: "Body", Items: 1},
			{Address: "/comments.xml", Title: "Comments of it", Items: 1},
		}},
		{"/based", []alerts.FoundFeed{{Address: "/deep/er/f.xml", Title: "Deep", Items: 1}}},
		{"/moved", []alerts.FoundFeed{{Address: "/deep/er/f.xml", Title: "Deep", Items: 1}}},
	} {
		for i := range c.want {
			c.want[i].Address = address + c.want[i].Address
		}
		got, err := finder.Find(t.Context(), address+c.path)
		if diff := cmp.Diff(c.want, got); err != nil || diff != "" {
			t.Errorf("%s: %v (-want +got):\n%s", c.path, err, diff)
		}
	}
	for path, want := range map[string]string{
		"/picture": "no RSS", "/missing": "404", "/broken": "the page names a feed that can't be read: server answered 404",
	} {
		if _, err := finder.Find(t.Context(), address+path); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", path, err, want)
		}
	}
	guarded := httpx.New(httpx.Options{})
	defer guarded.Close()
	if _, err := NewFinder(guarded).Find(t.Context(), address+"/news"); !errors.Is(err, httpx.ErrRefused) {
		t.Errorf("an address of this machine: %v", err)
	}
}

func FuzzFeedLinks(f *testing.F) {
	f.Add(`<base href="//x"><link rel=alternate type=text/xml href="a b">`, "https://example.org/a")
	f.Add("<link rel='alternate' type='application/rss+xml' href='\x00'", "http://[::1]/")
	f.Fuzz(func(t *testing.T, page, address string) {
		for _, l := range feedLinks(page, address) {
			if webAddress(l.address) == nil {
				t.Errorf("%q is no web address", l.address)
			}
		}
		if u := webAddress(address); u != nil {
			for _, l := range guesses(u) {
				if webAddress(l.address) == nil {
					t.Errorf("%q is no web address", l.address)
				}
			}
		}
	})
}
