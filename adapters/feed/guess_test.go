package feed_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bellwether/bellwether/adapters/adaptertest/fakeweb"
	"github.com/bellwether/bellwether/adapters/feed"
	"github.com/bellwether/bellwether/adapters/httpx"
)

const (
	aPage    = "<!doctype html><title>A page</title><p>It names no feed."
	aFeed    = "<rss version='2.0'><channel><title>Found</title><item><title>One</title><guid>1</guid></item></channel></rss>"
	aSitemap = `<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">
<url><loc>http://a.example/1</loc><news:news><news:title>One</news:title></news:news></url></urlset>`
)

// guessSite answers with texts by path, each after a while.
type guessSite struct {
	texts map[string]string
	takes time.Duration
}

func (s guessSite) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	text, ok := s.texts[r.URL.Path]
	if r.URL.Path != "/" && r.URL.Path != "/news/page.html" {
		select {
		case <-time.After(s.takes):
		case <-r.Context().Done():
		}
	}
	if !ok {
		http.NotFound(w, r)
		return
	}
	if text == aPage {
		w.Header().Set("Content-Type", "text/html")
	}
	_, _ = io.WriteString(w, text)
}

func TestFindGuesses(t *testing.T) {
	const robots = "User-agent: *\r\nDisallow: /x\r\nSitemap: http://a.example/sitemap.xml\r\n" +
		"SITEMAP : http://a.example/news.xml.gz\r\nsitemap: /news-sitemap.xml\r\nSitemap: /other-news.xml"
	for _, tt := range []struct {
		name, page string
		texts      map[string]string
		takes      time.Duration
		want       string   // the path of what is found
		asked      []string // in which order is not said for two that are asked at once
		within     time.Duration
	}{
		{
			name: "none", page: "/", texts: map[string]string{"/": aPage}, within: 1500 * time.Millisecond,
			asked: []string{"/", "/atom.xml", "/feed", "/feed.xml", "/robots.txt", "/rss", "/rss.xml"},
		},
		{
			name: "none in a folder", page: "/news/page.html", texts: map[string]string{"/news/page.html": aPage}, within: 1500 * time.Millisecond,
			asked: []string{"/feed", "/news/feed", "/news/page.html", "/news/rss", "/robots.txt", "/rss", "/rss.xml"},
		},
		{
			name: "the first", page: "/", texts: map[string]string{"/": aPage, "/feed": aFeed, "/rss": aFeed}, want: "/feed",
			asked: []string{"/", "/feed", "/robots.txt"}, within: 500 * time.Millisecond,
		},
		{
			name: "no feed but a page everywhere", page: "/",
			texts: map[string]string{"/": aPage, "/feed": aPage, "/rss": aPage, "/robots.txt": aPage, "/atom.xml": aFeed}, want: "/atom.xml",
			asked: []string{"/", "/atom.xml", "/feed", "/robots.txt", "/rss", "/rss.xml", "/feed.xml"}, within: 1500 * time.Millisecond,
		},
		{
			name: "a news sitemap", page: "/", texts: map[string]string{"/": aPage, "/robots.txt": robots, "/news-sitemap.xml": aSitemap}, want: "/news-sitemap.xml",
			asked: []string{"/", "/feed", "/news-sitemap.xml", "/robots.txt", "/rss"}, within: time.Second,
		},
		{
			name: "a sitemap of that name without news", page: "/", texts: map[string]string{"/": aPage, "/robots.txt": robots, "/news-sitemap.xml": "<urlset><url><loc>http://a.example/1</loc></url></urlset>"},
			asked: []string{"/", "/atom.xml", "/feed", "/news-sitemap.xml", "/robots.txt", "/rss", "/rss.xml"}, within: 1500 * time.Millisecond,
		},
		{
			name: "a server that takes its time", page: "/", texts: map[string]string{"/": aPage, "/atom.xml": aFeed}, takes: 2 * time.Second,
			asked: []string{"/", "/feed", "/robots.txt", "/rss", "/rss.xml"}, within: 4 * time.Second,
		},
		{
			name: "one that never answers", page: "/", texts: map[string]string{"/": aPage}, takes: time.Hour,
			asked: []string{"/", "/feed", "/robots.txt"}, within: 4 * time.Second,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				web := fakeweb.New()
				defer web.Close()
				web.Site("a.example", guessSite{tt.texts, tt.takes})
				client := httpx.New(httpx.Options{Dial: web.Dial, Hosts: httpx.NewHosts(httpx.DefaultAtOnce, httpx.DefaultDistance)})
				defer client.Close()
				begun := time.Now()
				found, err := feed.NewFinder(client).Find(t.Context(), "http://a.example"+tt.page)
				if took := time.Since(begun); took > tt.within {
					t.Errorf("it took %s", took)
				}
				if tt.want == "" && !errors.Is(err, feed.ErrNoFeed) {
					t.Errorf("%v, %v", found, err)
				}
				if tt.want != "" && (err != nil || len(found) != 1 || found[0].Address != "http://a.example"+tt.want || found[0].Items != 1) {
					t.Errorf("%v, %v", found, err)
				}
				client.Close()
				synctest.Wait()
				var asked []string
				var last time.Time
				for _, q := range web.Requests() {
					if q.Begun.Sub(last) < 250*time.Millisecond {
						t.Errorf("%s was asked for %s after the one before", q.Path, q.Begun.Sub(last))
					}
					asked, last = append(asked, q.Path), q.Begun
				}
				slices.Sort(asked)
				slices.Sort(tt.asked)
				if diff := cmp.Diff(tt.asked, asked); diff != "" {
					t.Errorf("asked (-want +got):\n%s", diff)
				}
			})
		})
	}
}

// What a page names is waited for, and what has come when time is up is offered.
func TestFindWaitsForWhatAPageNames(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		web := fakeweb.New()
		defer web.Close()
		web.Site("a.example", guessSite{texts: map[string]string{"/one": aFeed, "/two": aFeed, "/three": aFeed}, takes: 6 * time.Second})
		web.Site("b.example", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			for _, name := range []string{"one", "two", "three"} {
				_, _ = io.WriteString(w, "<link rel=alternate type=application/rss+xml href=http://a.example/"+name+">")
			}
		}))
		client := httpx.New(httpx.Options{Dial: web.Dial, Hosts: httpx.NewHosts(httpx.DefaultAtOnce, httpx.DefaultDistance)})
		defer client.Close()
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		found, err := feed.NewFinder(client).Find(ctx, "http://b.example/")
		if err != nil || len(found) != 2 || found[0].Address != "http://a.example/one" || found[1].Address != "http://a.example/two" {
			t.Errorf("%v, %v", found, err)
		}
	})
}
