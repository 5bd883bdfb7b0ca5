package feed

import (
	"encoding/xml"
	"errors"
	"fmt"
	"mime"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/mmcdole/gofeed"
	atomfeed "github.com/mmcdole/gofeed/atom"
	"github.com/mmcdole/gofeed/rss"
	"golang.org/x/net/html/atom"

	"github.com/bellwether/bellwether/adapters/httpx/plain"
	"github.com/bellwether/bellwether/alerts"
)

// Bounds of what is read of a document, which no feed comes near. The parsers
// recurse, and hold all items at once.
const (
	maxDepth    = 2000 // of elements
	maxElements = 300_000
	maxItems    = 5000    // the first ones: the newest in nearly all feeds
	maxText     = 1 << 20 // bytes of a text of an item, with its markup
)

// document is what was read of a feed.
type document struct {
	title    string
	articles []alerts.Article
	problems []alerts.ItemProblem
	ttl      time.Duration
	skip     alerts.Skip
	damaged  bool   // not all of it could be read
	next     string // address of the page that goes on from it; empty if it is whole
	links    []link // of the feed, its hubs among them
}

// parsed is a feed in the form that all formats share, with what that form has
// no place for, by the number of the item.
type parsed struct {
	feed     *gofeed.Feed
	extra    []extra
	ttl      time.Duration
	skip     alerts.Skip
	problems []alerts.ItemProblem
	damaged  bool
	next     string
	links    []link
}

type extra struct {
	publisher   string // of the item, where it is not the feed's
	distributor string
	language    string
	text        string // plain text, where the item says that it is
	guidLink    bool   // the GUID may be the link
	whole       bool   // there is no more text than the item's for those who read news
}

// decode reads a document that was got from address under its HTTP content
// type; home is the address that identifiers belong to.
func decode(data []byte, contentType, address, home string) (document, error) {
	text := plain.UTF8(data, declared(data, contentType))
	p, err := parse(text)
	if err != nil {
		return document{}, err
	}
	c := newConverter(p, address, home)
	articles, problems := c.articles()
	return document{
		title: plain.Line(p.feed.Title), articles: articles, problems: append(p.problems, problems...), ttl: p.ttl, skip: p.skip, damaged: p.damaged, next: p.next,
		links: p.links,
	}, nil
}

func parse(text string) (parsed, error) {
	text = strings.TrimSpace(text)
	switch {
	case text == "":
		return parsed{}, errors.New("the document is empty")
	case text[0] == '{':
		return parseJSON([]byte(text))
	}
	text, err := prepareXML(text)
	if err != nil {
		return parsed{}, err
	}
	text, problems := firstItems(text)
	root, err := survey(text)
	if err != nil {
		return parsed{}, err
	}
	var read func(string) (parsed, error)
	switch name := strings.ToLower(root); {
	case name == "rss", name == "rdf":
		read = parseRSS
	case root == "channel": // some leave the root out; CDF had one in capitals
		text, read = "<rss>"+text+"</rss>", parseRSS
	case name == "feed":
		read = parseAtom
	case name == "entry": // RFC 4287, 2 allows a document of one
		text, read = "<feed>"+text+"</feed>", parseAtom
	case name == "urlset":
		return parseSitemap(text)
	default:
		return parsed{}, noFeed(text)
	}
	p, err := read(text)
	p.problems = problems
	if err != nil {
		if saved, ok := salvage(text, read); ok {
			saved.problems = append(saved.problems, problems...)
			return saved, nil
		}
		return parsed{}, fmt.Errorf("the feed is damaged: %w", err)
	}
	return p, nil
}

func parseRSS(text string) (parsed, error) {
	doc, err := new(rss.Parser).Parse(strings.NewReader(text))
	if err != nil {
		return parsed{}, err
	}
	feed, err := (&gofeed.DefaultRSSTranslator{DisableContentImageScan: true}).Translate(doc)
	if err != nil {
		return parsed{}, err
	}
	p := parsed{feed: feed, extra: make([]extra, len(doc.Items)), links: rssLinks(doc.Extensions)}
	p.ttl, p.skip = max(ttl(doc.TTL), period(doc.Extensions["sy"])), skip(doc.SkipHours, doc.SkipDays)
	for i, item := range doc.Items {
		x := &p.extra[i]
		x.guidLink = item.GUID != nil && !strings.EqualFold(item.GUID.IsPermalink, "false")
		if item.Source != nil {
			x.publisher = item.Source.Title
		}
		if dc := item.DublinCoreExt; dc != nil {
			if len(dc.Publisher) > 0 && x.publisher == "" {
				x.publisher = dc.Publisher[0]
			}
			if len(dc.Language) > 0 {
				x.language = dc.Language[0]
			}
		}
	}
	return p, nil
}

func parseAtom(text string) (parsed, error) {
	doc, err := new(atomfeed.Parser).Parse(strings.NewReader(text))
	if err != nil {
		return parsed{}, err
	}
	feed, err := new(gofeed.DefaultAtomTranslator).Translate(doc)
	if err != nil {
		return parsed{}, err
	}
	p := parsed{feed: feed, extra: make([]extra, len(doc.Entries)), ttl: period(doc.Extensions["sy"]), links: atomLinks(doc.Links)}
	for i, entry := range doc.Entries {
		p.extra[i].guidLink = true
		if entry.Source != nil {
			p.extra[i].publisher = entry.Source.Title
		}
	}
	return p, nil
}

var (
	xmlDeclaration = regexp.MustCompile(`^<\?xml\s[^>]*?(?:encoding\s*=\s*["']([^"']*)["'][^>]*)?\?>`)
	feedBegins     = regexp.MustCompile(`<\?xml\s|<(?:rss|feed|rdf:RDF|urlset)[\s>]`)
	charRef        = regexp.MustCompile(`&#(?:[xX][0-9a-fA-F]+|[0-9]+);?`)
)

// declared is the encoding that an XML document names itself, else the one of
// its HTTP content type. The first is written by whoever wrote the text, the
// second by whoever set up the server, so it is the other way round than RFC
// 7303 has it.
func declared(data []byte, contentType string) string {
	head := strings.TrimSpace(string(data[:min(len(data), 1024)]))
	if m := xmlDeclaration.FindStringSubmatch(head); m != nil && m[1] != "" {
		return m[1]
	}
	_, params, err := mime.ParseMediaType(contentType)
	if err != nil {
		return ""
	}
	return params["charset"]
}

// prepareXML mends what keeps the parser from a document that is UTF-8 by now:
// a declaration that says otherwise, characters that XML forbids, text in
// front of the document.
func prepareXML(text string) (string, error) {
	if text[0] != '<' {
		at := feedBegins.FindStringIndex(text)
		if at == nil {
			return "", noFeed(text)
		}
		text = text[at[0]:]
	}
	text = strings.TrimSpace(xmlDeclaration.ReplaceAllString(text, ""))
	text = strings.Map(func(r rune) rune {
		if legal(r) {
			return r
		}
		return -1
	}, text)
	if strings.Contains(text, "&#") {
		text = charRef.ReplaceAllStringFunc(text, legalRef)
	}
	return text, nil
}

// legal tells whether XML 1.0 (2.2) allows r.
func legal(r rune) bool {
	return r >= 0x20 && r <= 0xD7FF || r == '\t' || r == '\n' || r == '\r' ||
		r >= 0xE000 && r <= 0xFFFD || r >= 0x10000 && r <= 0x10FFFF
}

// legalRef drops a reference to a character that XML forbids.
func legalRef(ref string) string {
	digits, base := strings.Trim(ref, "&#;"), 10
	if digits[0] == 'x' || digits[0] == 'X' {
		digits, base = digits[1:], 16
	}
	if n, err := strconv.ParseInt(digits, base, 32); err != nil || !legal(rune(n)) {
		return ""
	}
	return ref
}

// survey gives the name of a document's root, as far as it can be read, and
// fails where its elements are too many or nest too deep.
func survey(text string) (root string, err error) {
	d := xml.NewDecoder(strings.NewReader(text))
	d.Strict = false
	elements, depth := 0, 0
	for {
		tok, err := d.RawToken()
		if err != nil {
			return root, nil // the reader says what is wrong, and may mend it
		}
		switch tok := tok.(type) {
		case xml.StartElement:
			if root == "" {
				root = tok.Name.Local
			}
			elements++
			depth++
		case xml.EndElement:
			depth--
		}
		switch {
		case depth > maxDepth:
			return "", fmt.Errorf("its elements are nested more than %d deep", maxDepth)
		case elements > maxElements && strings.EqualFold(root, "urlset"):
			return root, nil // it is read page by page, up to maxItems
		case elements > maxElements:
			return "", fmt.Errorf("it has more than %d elements", maxElements)
		}
	}
}

var rootName = regexp.MustCompile(`^(?:\s|<\?[^>]*>|<!--(?s:.*?)-->|<![^>]*>)*<([\w:.-]+)`)

var htmlType = regexp.MustCompile(`(?i)<!doctype html`)

// noFeed tells what a document is that is none.
func noFeed(text string) error {
	m := rootName.FindStringSubmatch(text[:min(len(text), 4096)])
	switch {
	case m != nil && atom.Lookup([]byte(strings.ToLower(m[1]))) != 0, htmlType.MatchString(text[:min(len(text), 4096)]):
		return errors.New("there is an HTML page, not a feed; look on it for the address of its feed")
	case m != nil && strings.EqualFold(m[1], "opml"):
		return errors.New("there is a list of feeds (OPML), not a feed; add the feeds that it names")
	case m != nil && strings.EqualFold(m[1], "sitemapindex"):
		return errors.New("there is a list of sitemaps, not a feed; add the news sitemap that it names")
	case m != nil:
		return fmt.Errorf("there is an XML document <%s>, not a feed", m[1])
	}
	return errors.New("there is no RSS, Atom or JSON Feed")
}

// webAddress parses a web address; nil if it is none.
func webAddress(s string) *url.URL {
	u, err := url.Parse(strings.TrimSpace(s))
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return nil
	}
	return u
}
