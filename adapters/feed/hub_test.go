package feed

import (
	"net/http"
	"reflect"
	"strings"
	"testing"

	"github.com/bellwether/bellwether/alerts"
)

const (
	rssOfHub = `<rss version="2.0" xmlns:a="http://www.w3.org/2005/Atom"><channel><title>T</title>
		<a:link rel="self" href="https://news.example/feed"/><a:link rel="hub" href="https://hub.example/"/>
		<item><title>One</title><guid>1</guid></item></channel></rss>`
	atomOfHub = `<feed xmlns="http://www.w3.org/2005/Atom"><title>T</title>
		<link href="https://news.example/"/><link rel="self" href="https://news.example/feed"/>
		<link rel="hub" href="https://hub.example/"/><entry><title>One</title><id>1</id></entry></feed>`
	jsonOfHub = `{"version":"https://jsonfeed.org/version/1.1","title":"T","feed_url":"https://news.example/feed",
		"hubs":[{"type":"rssCloud","url":"https://cloud.example/"},3,{"type":"WebSub","url":"https://hub.example/"}],
		"items":[{"id":"1","title":"One"}]}`
	plainRSS = `<rss version="2.0"><channel><title>T</title><item><title>One</title><guid>1</guid></item></channel></rss>`
)

func TestFetchFindsTheHub(t *testing.T) {
	found := alerts.Hub{Addresses: []string{"https://hub.example/"}, Topic: "https://news.example/feed"}
	for name, c := range map[string]struct {
		body string
		link []string
		want alerts.Hub
	}{
		"RSS":       {body: rssOfHub, want: found},
		"Atom":      {body: atomOfHub, want: found},
		"JSON Feed": {body: jsonOfHub, want: found},
		"none":      {body: plainRSS},
		"header": {
			body: plainRSS, link: []string{`<https://hub.example/>; rel="hub", <https://news.example/feed>; rel=self`}, want: found,
		},
		"header goes first": {
			body: rssOfHub, link: []string{`<https://other.example/>; rel=hub`},
			want: alerts.Hub{Addresses: []string{"https://other.example/"}, Topic: "https://news.example/feed"},
		},
		"hub without a topic": {body: plainRSS, link: []string{`<https://hub.example/>; rel=hub`}},
		"topic without a hub": {body: strings.ReplaceAll(rssOfHub, `"hub"`, `"x"`)},
		"no web address":      {body: strings.ReplaceAll(rssOfHub, "https://hub.example/", "file:///etc/passwd")},
	} {
		t.Run(name, func(t *testing.T) {
			f := serve(t, Config{Name: "f"}, func(w http.ResponseWriter, r *http.Request) {
				for _, l := range c.link {
					w.Header().Add("Link", l)
				}
				w.Header().Set("ETag", `"1"`)
				if r.Header.Get("If-None-Match") != "" {
					w.Header().Del("Link")
					w.WriteHeader(http.StatusNotModified)
					return
				}
				_, _ = w.Write([]byte(c.body))
			})
			b, err := f.Fetch(t.Context(), nil)
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(b.Hub, c.want) {
				t.Errorf("got %+v, want %+v", b.Hub, c.want)
			}
			again, err := f.Fetch(t.Context(), b.State)
			if err != nil || !again.NotModified {
				t.Fatalf("second poll: %+v, %v", again, err)
			}
			if !reflect.DeepEqual(again.Hub, c.want) {
				t.Errorf("unchanged: got %+v, want %+v", again.Hub, c.want)
			}
		})
	}
}

func TestHeaderLinks(t *testing.T) {
	for _, c := range []struct {
		field string
		want  []link
	}{
		{``, nil},
		{`<a>; rel=hub`, []link{{"hub", "a"}}},
		{`<a,b;c>; title="x, <y>; rel=no \" z"; rel="self hub" , <d>;rel=self`, []link{{"self hub", "a,b;c"}, {"self", "d"}}},
		{`<a>; REL = "Hub"; rel=self`, []link{{"Hub", "a"}}},
		{`<a>; rel=hub; anchor="#x", <b>; rel=hub`, []link{{"hub", "b"}}},
		{`<a>; rel="hub`, []link{{"hub", "a"}}},
		{`<a; rel=hub`, nil},
		{`a; rel=hub, <b>; rel=hub`, nil},
		{`<a>; rel=hub x <b>; rel=hub`, []link{{"hub x <b>", "a"}}},
	} {
		if got := headerLinks([]string{c.field}); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: got %q, want %q", c.field, got, c.want)
		}
	}
}

func TestHubIsBounded(t *testing.T) {
	var links []string
	for host := range strings.SplitSeq("a b c d e f a", " ") {
		links = append(links, "<https://"+host+".example/>; rel=hub")
	}
	links = append(links, "</own>; rel=self", "<https://x.example/"+strings.Repeat("x", maxAddress)+">; rel=self")
	got := hubOf(http.Header{"Link": {strings.Join(links, ", ")}}, nil, "https://me:secret@news.example/feed")
	if len(got.Addresses) != mostHubs || got.Topic != "https://news.example/own" {
		t.Errorf("got %+v", got)
	}
}

func FuzzHeaderLinks(f *testing.F) {
	f.Add(`<https://hub.example/>; rel="hub", <a>; rel=self; title="\"`)
	f.Fuzz(func(t *testing.T, field string) {
		h := hubOf(http.Header{"Link": {field}}, nil, "https://news.example/feed")
		if len(h.Addresses) > mostHubs || (len(h.Addresses) == 0) != (h.Topic == "") {
			t.Errorf("got %+v", h)
		}
		for _, a := range append(h.Addresses, h.Topic) {
			if a != "" && webAddress(a) == nil {
				t.Errorf("no web address: %q", a)
			}
		}
	})
}
