package feed

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/mmcdole/gofeed"
	jsonfeed "github.com/mmcdole/gofeed/json"

	"github.com/bellwether/bellwether/alerts"
)

// page is one <url> of a sitemap (https://www.sitemaps.org/protocol.html) with
// Google's news extension
// (https://developers.google.com/search/docs/crawling-indexing/sitemaps/news-sitemap).
type page struct {
	Address string `xml:"loc"`
	News    *struct {
		Publisher string `xml:"publication>name"`
		Language  string `xml:"publication>language"`
		Date      string `xml:"publication_date"`
		Title     string `xml:"title"`
	} `xml:"news"`
}

// parseSitemap reads a news sitemap page by page, up to where it can be read.
// Pages that are no news say nothing, so a sitemap of nothing else is refused.
func parseSitemap(text string) (parsed, error) {
	var p parsed
	feed, pages := jsonfeed.Feed{}, 0
	d := xml.NewDecoder(strings.NewReader(text))
	d.Strict, d.Entity = false, xml.HTMLEntity
	for {
		page, err := nextPage(d)
		if errors.Is(err, io.EOF) {
			break
		}
		if len(feed.Items) == maxItems {
			p.problems = append(p.problems, tooMany())
			break
		}
		pages++
		if err != nil {
			p.damaged = true
			p.problems = append(p.problems, alerts.ItemProblem{
				Place: fmt.Sprintf("item %d", pages), Err: fmt.Errorf("the item is damaged: %w", err),
			})
			break
		}
		if n := page.News; n != nil {
			feed.Items = append(feed.Items, &jsonfeed.Item{URL: page.Address, Title: n.Title, DatePublished: n.Date})
			p.extra = append(p.extra, extra{publisher: n.Publisher, language: n.Language})
		}
	}
	if pages > 0 && len(feed.Items) == 0 {
		return parsed{}, errors.New("there is a sitemap without news; add the site's news sitemap or its feed")
	}
	var err error
	p.feed, err = new(gofeed.DefaultJSONTranslator).Translate(&feed)
	return p, err
}

// nextPage reads up to the end of the next <url>.
func nextPage(d *xml.Decoder) (page, error) {
	for {
		tok, err := d.Token()
		if err != nil {
			return page{}, err
		}
		if start, ok := tok.(xml.StartElement); ok && start.Name.Local == "url" {
			var p page
			return p, d.DecodeElement(&p, &start)
		}
	}
}
