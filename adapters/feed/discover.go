package feed

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"github.com/bellwether/bellwether/adapters/httpx"
	"github.com/bellwether/bellwether/adapters/httpx/plain"
	"github.com/bellwether/bellwether/alerts"
)

const (
	mostLinks   = 12                     // feeds of a page that are looked at
	mostHead    = 1 << 20                // bytes of a page in which links are looked for
	mostGuesses = 6                      // addresses that are tried where a page names no feed
	guessTime   = 4 * time.Second        // for all of them
	lookAtOnce  = 2                      // requests at the same time
	apart       = 250 * time.Millisecond // between requests to one host, while a person waits
)

// usualPlaces are where sites have a feed that they do not say they have, from
// the site's root on. Of 1,000 feeds in public lists of them, 262 lie at the
// first, 73, 26, 22 and 10 at the others.
var usualPlaces = []string{"feed", "rss", "rss.xml", "atom.xml", "feed.xml"}

// ErrNoFeed tells that an address was read, and that neither it nor its page leads to a feed.
var ErrNoFeed = errors.New("there is no feed at this address, and the page names none")

// Finder finds the feeds that an address leads to. Its methods may be called
// at the same time.
type Finder struct{ client *httpx.Client }

// NewFinder makes a Finder that reads with client.
func NewFinder(client *httpx.Client) *Finder { return &Finder{client: client.Closer(apart)} }

// Find gives the feed at address, or those that the page there names
// (https://html.spec.whatwg.org/#rel-alternate, and JSON Feed's way of it), each
// of which was read; feeds of comments come last. Where a page names none, the
// places are tried where feeds usually lie, and the news sitemap that robots.txt
// names; that takes four seconds and six addresses at most. An address without a
// scheme is one of https. The error is ErrNoFeed, or says why the address or the
// feeds that its page names can't be read.
func (f *Finder) Find(ctx context.Context, address string) ([]alerts.FoundFeed, error) {
	if !strings.Contains(address, "://") {
		address = "https://" + address
	}
	res, err := f.get(ctx, address)
	if err != nil {
		return nil, err
	}
	found, err := asFeed(res, address)
	if err == nil {
		return []alerts.FoundFeed{found}, nil
	}
	page, ok := webPage(res)
	if !ok {
		return nil, err
	}
	if links := feedLinks(page, res.URL); len(links) > 0 {
		all, err := f.read(ctx, links[:min(len(links), mostLinks)])
		if len(all) == 0 {
			return nil, cmp.Or(ctx.Err(), fmt.Errorf("the page names a feed that can't be read: %w", err))
		}
		return all, nil
	}
	if at := webAddress(res.URL); at != nil {
		if found, ok := f.guess(ctx, at); ok {
			return []alerts.FoundFeed{found}, nil
		}
	}
	return nil, cmp.Or(ctx.Err(), ErrNoFeed)
}

// FindFeed is Find for the feed at address alone.
func (f *Finder) FindFeed(ctx context.Context, address string) (alerts.FoundFeed, error) {
	res, err := f.get(ctx, address)
	if err != nil {
		return alerts.FoundFeed{}, err
	}
	return asFeed(res, address)
}

func (f *Finder) get(ctx context.Context, address string) (*httpx.Response, error) {
	h := http.Header{"Accept": {"application/atom+xml, application/rss+xml, application/feed+json, text/html;q=0.9, */*;q=0.8"}}
	res, err := f.client.Get(ctx, address, h)
	if get, ok := errors.AsType[*httpx.GetError](err); ok {
		return nil, get.Err
	}
	if err != nil {
		return nil, err
	}
	return res, res.Err()
}

func asFeed(res *httpx.Response, address string) (alerts.FoundFeed, error) {
	doc, err := decode(res.Body, res.Header.Get("Content-Type"), res.URL, address)
	if err != nil {
		return alerts.FoundFeed{}, err
	}
	out := alerts.FoundFeed{Address: address, Title: doc.title, Items: len(doc.articles)}
	for _, a := range doc.articles {
		if a.Published.After(out.Newest) {
			out.Newest = a.Published
		}
	}
	return out, nil
}

// webPage gives the text of a page.
func webPage(res *httpx.Response) (string, bool) {
	kind := res.Header.Get("Content-Type")
	if kind == "" {
		kind = http.DetectContentType(res.Body)
	}
	if !strings.Contains(kind, "html") {
		return "", false
	}
	return plain.UTF8(res.Body[:min(len(res.Body), mostHead)], declared(res.Body, kind)), true
}

// pageLink is an address that may be a feed's, with what the page calls it.
type pageLink struct {
	address, title string
	comments       bool
}

// feedTypes are the media types of feeds. Many sites give their feeds the
// general types of XML and JSON.
var feedTypes = []string{
	"application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/feed+json",
	"application/json", "application/xml", "text/xml",
}

// feedLinks gives the feeds that a page names, those of comments last, each once.
func feedLinks(page, address string) []pageLink {
	base, err := url.Parse(address)
	if err != nil {
		return nil
	}
	var out []pageLink
	tokens := html.NewTokenizer(strings.NewReader(page))
	tokens.SetMaxBuf(mostHead)
	for {
		switch tokens.Next() {
		case html.ErrorToken:
			slices.SortStableFunc(out, func(a, b pageLink) int { return rank(a) - rank(b) })
			return out
		case html.StartTagToken, html.SelfClosingTagToken:
			name, _ := tokens.TagName()
			switch atom.Lookup(name) {
			case atom.Base:
				if u, err := base.Parse(attributes(tokens)["href"]); err == nil {
					base = u
				}
			case atom.Link, atom.A:
				l, ok := feedLink(attributes(tokens), base)
				if ok && !slices.ContainsFunc(out, func(o pageLink) bool { return o.address == l.address }) {
					out = append(out, l)
				}
			}
		}
	}
}

func rank(l pageLink) int {
	if l.comments {
		return 1
	}
	return 0
}

func attributes(t *html.Tokenizer) map[string]string {
	out := map[string]string{}
	for {
		name, value, more := t.TagAttr()
		if _, twice := out[string(name)]; !twice {
			out[string(name)] = strings.TrimSpace(string(value))
		}
		if !more {
			return out
		}
	}
}

func feedLink(attr map[string]string, base *url.URL) (pageLink, bool) {
	kind, _, _ := strings.Cut(strings.ToLower(attr["type"]), ";")
	rel := strings.Fields(strings.ToLower(attr["rel"]))
	if !slices.Contains(rel, "alternate") && !slices.Contains(rel, "feed") || slices.Contains(rel, "stylesheet") ||
		!slices.Contains(feedTypes, strings.TrimSpace(kind)) || attr["href"] == "" {
		return pageLink{}, false
	}
	u, err := base.Parse(attr["href"])
	if err != nil || webAddress(u.String()) == nil {
		return pageLink{}, false
	}
	u.Fragment = ""
	l := pageLink{address: u.String(), title: plain.Line(attr["title"])}
	l.comments = strings.Contains(strings.ToLower(l.title+" "+u.Path), "comment")
	// WordPress names its programming interface in this way.
	if strings.Contains(u.Path, "/wp-json/") || strings.Contains(u.Path, "/oembed") {
		return pageLink{}, false
	}
	return l, true
}
