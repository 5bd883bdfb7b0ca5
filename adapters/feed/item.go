package feed

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/mmcdole/gofeed"
	ext "github.com/mmcdole/gofeed/extensions"
	"golang.org/x/text/language"

	"github.com/bellwether/bellwether/adapters/httpx/plain"
	"github.com/bellwether/bellwether/alerts"
)

const (
	maxID        = 512 // bytes; a longer identifier is replaced by its digest
	titleWords   = 12  // of the text, for an item without a title
	maxTitleText = 80  // characters of them, for text without spaces
)

// converter makes articles of the items of one feed.
type converter struct {
	parsed
	publisher string
	language  string
	base      *url.URL        // what relative links are relative to; may be nil
	scope     string          // what identifiers belong to: the feed; may be empty
	links     []string        // of the items
	ambiguous map[string]bool // GUIDs that stand for several links
	shared    map[string]bool // canonical links that stand for several titles
}

func newConverter(p parsed, address, home string) *converter {
	c := &converter{
		parsed:    p,
		publisher: plain.Line(p.feed.Title),
		language:  tag(p.feed.Language),
	}
	if dc := p.feed.DublinCoreExt; c.publisher == "" && dc != nil && len(dc.Publisher) > 0 {
		c.publisher = plain.Line(dc.Publisher[0])
	}
	site := webAddress(p.feed.Link)
	if site != nil {
		c.publisher = publisherOf(c.publisher, site.Hostname())
	} else {
		c.publisher = publisherOf(c.publisher, "")
	}
	if c.base = webAddress(address); c.base == nil {
		c.base = site
	}
	if c.base != nil { // what opens the feed is no part of the addresses that are posted
		c.base.User, c.base.RawQuery = nil, ""
	}
	if c.scope = scope(home); c.scope == "" && site != nil {
		c.scope = site.Hostname()
	}
	items := p.feed.Items
	c.ambiguous = several(len(items), func(i int) (string, string) { return items[i].GUID, items[i].Link })
	c.links = make([]string, len(items))
	for i, item := range items {
		c.links[i] = c.link(item, p.extra[i])
	}
	c.shared = several(len(items), func(i int) (string, string) { return alerts.CanonicalURL(c.links[i]), items[i].Title })
	return c
}

// scope names the feed at an address, for identifiers that are its own: two feeds
// of a host may both count from 1. What stands in both is known by its link. Of
// the query, which may hold a key, only a digest is shown.
func scope(address string) string {
	u := webAddress(address)
	if u == nil {
		return ""
	}
	name := strings.ToLower(u.Host) + strings.TrimSuffix(u.EscapedPath(), "/")
	if u.RawQuery != "" {
		sum := sha256.Sum256([]byte(u.RawQuery))
		name += "?" + hex.EncodeToString(sum[:4])
	}
	return name
}

// several gives the names that stand for more than one thing. Some feeds give
// every item the same GUID, or link all to one page; taken by its word, each
// poll would log all items as revisions of one.
func several(n int, named func(i int) (name, thing string)) map[string]bool {
	things := make(map[string]string, n)
	out := make(map[string]bool)
	for i := range n {
		name, thing := named(i)
		if first, ok := things[name]; ok && first != thing {
			out[name] = true
		}
		things[name] = thing
	}
	return out
}

// articles gives the items as articles, oldest first.
func (c *converter) articles() ([]alerts.Article, []alerts.ItemProblem) {
	var (
		out      []alerts.Article
		problems []alerts.ItemProblem
	)
	seen := make(map[string]bool, len(c.feed.Items))
	for i, item := range c.feed.Items {
		a, err := c.article(item, c.extra[i], c.links[i])
		if err != nil {
			problems = append(problems, alerts.ItemProblem{Place: fmt.Sprintf("item %d", i+1), Err: err})
			continue
		}
		// The first of several versions is the newest.
		if !seen[a.ID] {
			seen[a.ID] = true
			out = append(out, a)
		}
	}
	oldestFirst(out)
	return out, problems
}

func (c *converter) article(item *gofeed.Item, x extra, link string) (alerts.Article, error) {
	a := alerts.Article{
		Title:     title(item),
		Body:      body(item, x),
		URL:       link,
		Publisher: plain.Line(x.publisher),
		Language:  tag(x.language),
		Published: published(item),

		Distributor: x.distributor,
	}
	a.Partial = !x.whole && partial(a.Body, inContent(item, x))
	if a.Title == "" {
		a.Title = firstWords(a.Body)
	}
	if u := webAddress(link); a.Title == "" && u != nil {
		a.Title = firstWords(u.Hostname() + u.Path)
	}
	if a.Title == "" {
		return a, errors.New("the item has neither a title nor a text nor a link")
	}
	if a.Publisher == "" {
		a.Publisher = c.publisher
	}
	if a.Language == "" {
		a.Language = c.language
	}
	a.ID = c.id(item, a)
	return a, nil
}

// id names an article for ever: by the item's own identifier if that is one
// anywhere in the world, by the feed and the identifier if not, else by link or
// text.
func (c *converter) id(item *gofeed.Item, a alerts.Article) string {
	guid := strings.Join(strings.Fields(item.GUID), " ")
	var id string
	switch {
	case guid != "" && !c.ambiguous[item.GUID]:
		if id = guid; c.scope != "" && !worldwide(guid) {
			id = c.scope + "#" + guid
		}
	case a.URL != "" && !c.shared[alerts.CanonicalURL(a.URL)]:
		id = alerts.CanonicalURL(a.URL)
	default:
		return digest(a.Title + "\n" + a.Body)
	}
	if len(id) > maxID {
		return digest(id)
	}
	return id
}

// worldwide tells whether an identifier is a URI that names one thing for
// everyone: an address, or of a scheme made for names.
func worldwide(guid string) bool {
	u, err := url.Parse(guid)
	return err == nil && (u.Scheme != "" && u.Host != "" || u.Opaque != "" && nameSchemes[u.Scheme])
}

var nameSchemes = map[string]bool{"tag": true, "urn": true, "doi": true, "info": true, "oai": true, "ni": true}

func digest(s string) string {
	sum := sha256.Sum256([]byte(s))
	return "sha256:" + hex.EncodeToString(sum[:16])
}

// unclosed is the end of the element itself, where markup in it was not closed
// and the parser took it for a part of the text.
var unclosed = regexp.MustCompile(`</(?:title|description|summary|content|content:encoded)>\s*$`)

// bounded is the markup of a text up to where it is too long.
func bounded(s string) string {
	return unclosed.ReplaceAllString(strings.ToValidUTF8(s[:min(len(s), maxText)], ""), "")
}

// title is the item's own, else that of its video, picture or sound.
func title(item *gofeed.Item) string {
	for _, s := range append([]string{item.Title}, media(item, "title")...) {
		if t := plain.Line(bounded(s)); t != "" {
			return t
		}
	}
	return ""
}

// body is the longest text among content and descriptions.
func body(item *gofeed.Item, x extra) string {
	best := plain.Clean(bounded(x.text))
	all := append([]string{item.Content, item.Description}, media(item, "description")...)
	if it := item.ITunesExt; it != nil {
		all = append(all, it.Summary, it.Subtitle)
	}
	for _, s := range all {
		if text := plain.Text(bounded(s)); len(text) > len(best) {
			best = text
		}
	}
	return best
}

// media gives the texts of an element of Media RSS
// (https://www.rssboard.org/media-rss) wherever it may stand. Channels of
// videos have no other text.
func media(item *gofeed.Item, name string) []string {
	var out []string
	var walk func(map[string][]ext.Extension)
	walk = func(list map[string][]ext.Extension) {
		for _, e := range list[name] {
			out = append(out, e.Value)
		}
		for _, around := range []string{"group", "content"} {
			for _, e := range list[around] {
				walk(e.Children)
			}
		}
	}
	walk(item.Extensions["media"])
	return out
}

// link is the address of the article, absolute; empty if the item gives none
// that a browser could open.
func (c *converter) link(item *gofeed.Item, x extra) string {
	candidates := append(original(item), item.Link)
	candidates = append(candidates, item.Links...)
	if x.guidLink && webAddress(item.GUID) != nil {
		candidates = append(candidates, item.GUID)
	}
	for _, e := range item.Enclosures {
		candidates = append(candidates, e.URL)
	}
	for _, s := range candidates {
		u, err := url.Parse(strings.TrimSpace(s))
		if err != nil || strings.TrimSpace(s) == "" {
			continue
		}
		if c.base != nil {
			u = c.base.ResolveReference(u)
		}
		if webAddress(u.String()) != nil {
			return u.String()
		}
	}
	return ""
}

// original is the address that FeedBurner put its own in the place of.
func original(item *gofeed.Item) []string {
	var out []string
	for name, list := range item.Extensions["feedburner"] {
		for _, e := range list {
			if strings.EqualFold(name, "origLink") && webAddress(e.Value) != nil {
				out = append(out, e.Value)
			}
		}
	}
	return out
}

// tag gives a BCP 47 tag in lower case; empty if s is none.
func tag(s string) string {
	s = strings.ReplaceAll(strings.TrimSpace(s), "_", "-")
	if t, err := language.Parse(s); err != nil || t == language.Und {
		return ""
	}
	return strings.ToLower(s)
}

// firstWords makes a title of a text.
func firstWords(body string) string {
	words := strings.Fields(body)
	title := strings.Join(words[:min(len(words), titleWords)], " ")
	if r := []rune(title); len(r) > maxTitleText {
		title = strings.TrimSpace(string(r[:maxTitleText]))
	}
	if len(title) < len(strings.Join(words, " ")) {
		title += "…"
	}
	return title
}

// oldestFirst orders articles that stand newest first, as in nearly all feeds.
// An undated one keeps its place behind the one that stood below it.
func oldestFirst(list []alerts.Article) {
	slices.Reverse(list)
	type dated struct {
		alerts.Article
		at time.Time
	}
	var last time.Time
	all := make([]dated, len(list))
	for i, a := range list {
		if !a.Published.IsZero() {
			last = a.Published
		}
		all[i] = dated{a, last}
	}
	slices.SortStableFunc(all, func(a, b dated) int { return a.at.Compare(b.at) })
	for i := range all {
		list[i] = all[i].Article
	}
}
