package page

import (
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/markusmobius/go-trafilatura"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"github.com/bellwether/bellwether/adapters/httpx/plain"
	"github.com/bellwether/bellwether/alerts"
)

// maxTags bounds the elements of a page. The work of the extractor grows faster
// than they do; of this many it takes a second or two, and articles have some
// thousands.
const maxTags = 20_000

// maxText bounds the text of a page, in bytes.
const maxText = 1 << 20

var errNoText = errors.New("no main text was found on it")

// extract takes the main text out of a page that was found at an address. A
// page that breaks the extractor is one without a text.
func extract(page string, at *url.URL) (out alerts.Page, err error) {
	defer func() {
		if r := recover(); r != nil {
			out, err = alerts.Page{}, fmt.Errorf("the page breaks the extractor: %v", r)
		}
	}()
	if err := survey(page); err != nil {
		return alerts.Page{}, err
	}
	doc, err := html.Parse(strings.NewReader(page)) // at most 512 deep
	if err != nil {
		return alerts.Page{}, fmt.Errorf("the page can't be parsed: %w", err)
	}
	about := aboutPage(doc)
	found, err := trafilatura.ExtractDocument(doc, trafilatura.Options{
		OriginalURL: at, ExcludeComments: true, EnableFallback: true, HtmlDateMode: trafilatura.Disabled,
	})
	if err != nil || found.ContentNode == nil {
		return alerts.Page{}, errNoText
	}
	var markup strings.Builder
	if err := html.Render(&markup, found.ContentNode); err != nil {
		return alerts.Page{}, fmt.Errorf("the text can't be written: %w", err)
	}
	text := plain.Text(strings.ToValidUTF8(markup.String()[:min(markup.Len(), maxText)], ""))
	if text == "" {
		return alerts.Page{}, errNoText
	}
	return alerts.Page{
		Text: text, URL: ownAddress(about.address, at), Language: about.language, Publisher: plain.Line(about.site),
	}, nil
}

// survey fails for a page of too many elements.
func survey(page string) error {
	tags := 0
	for z := html.NewTokenizer(strings.NewReader(page)); z.Next() != html.ErrorToken; {
		if c := z.Raw(); len(c) > 1 && c[0] == '<' {
			if tags++; tags > 2*maxTags {
				return fmt.Errorf("the page has more than %d elements", maxTags)
			}
		}
	}
	return nil
}

// about is what the head of a page says of it.
type about struct{ address, language, site string }

// aboutPage reads <link rel=canonical>, else og:url, and the language and name
// that a page gives. Of several the first counts.
func aboutPage(doc *html.Node) about {
	var a about
	graph := ""
	for n := range doc.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		switch n.DataAtom {
		case atom.Html:
			first(&a.language, attribute(n, "lang"))
		case atom.Link:
			if strings.EqualFold(attribute(n, "rel"), "canonical") {
				first(&a.address, attribute(n, "href"))
			}
		case atom.Meta:
			switch strings.ToLower(attribute(n, "property")) {
			case "og:url":
				first(&graph, attribute(n, "content"))
			case "og:site_name":
				first(&a.site, attribute(n, "content"))
			}
		case atom.Body:
			first(&a.address, graph)
			return a
		}
	}
	return a
}

func first(to *string, value string) {
	if *to == "" {
		*to = strings.TrimSpace(value)
	}
}

func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Namespace == "" && strings.EqualFold(a.Key, name) {
			return a.Val
		}
	}
	return ""
}
