package feed

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/mmcdole/gofeed"
	jsonfeed "github.com/mmcdole/gofeed/json"

	"github.com/bellwether/bellwether/adapters/httpx"
	"github.com/bellwether/bellwether/alerts"
)

const federalRegister = "Federal Register"

// parseFederal reads an answer of the Federal Register's API
// (https://www.federalregister.gov/developers/documentation/api/v1): documents
// as published or on public inspection. The caller may have asked for some of
// the fields only, so any of them may be missing.
func parseFederal(results []json.RawMessage) (parsed, error) {
	feed := jsonfeed.Feed{Title: federalRegister, Language: "en-us", HomePageURL: "https://www.federalregister.gov/"}
	var p parsed
	for i, raw := range results {
		var f fields
		if err := json.Unmarshal(raw, &f); err != nil {
			p.problems = append(p.problems, alerts.ItemProblem{
				Place: fmt.Sprintf("item %d", i+1), Err: fmt.Errorf("the item is damaged: %w", err),
			})
			continue
		}
		number := f.text("document_number")
		item := &jsonfeed.Item{
			ID:          number,
			URL:         f.first("html_url", "pdf_url"),
			Title:       f.text("title"),
			ContentHTML: f.text("excerpts"), // with the words that were searched for marked up
			// A document on public inspection is news when it is filed; it is
			// published days later.
			DatePublished: f.first("filed_at", "publication_date"),
		}
		if item.URL == "" && number != "" {
			item.URL = "https://www.federalregister.gov/d/" + number
		}
		feed.Items = append(feed.Items, item)
		p.extra = append(p.extra, extra{
			// What stands behind an abstract is a legal text of up to hundreds of pages.
			publisher: f.agencies(), distributor: federalRegister, text: f.text("abstract"), whole: true,
		})
	}
	var err error
	p.feed, err = new(gofeed.DefaultJSONTranslator).Translate(&feed)
	return p, err
}

// maxPages bounds how many pages of one answer are read.
const maxPages = 10

// mark is where a poll of an answer in pages began.
type mark struct {
	ID   string    `json:"id"`
	Date time.Time `json:"date"`
}

// reached tells whether documents go back to the mark, or behind it.
func (m mark) reached(list []alerts.Article) bool {
	return slices.ContainsFunc(list, func(a alerts.Article) bool { return a.ID == m.ID || a.Published.Before(m.Date) })
}

// follow adds to a document what stands on the pages behind it, back to where the
// last poll began: a day brings more documents than a page holds. The newest come
// first, as the API gives them where it is not asked for otherwise. Nothing is
// followed at the first poll, nor to another server.
func (f *Feed) follow(ctx context.Context, doc *document, at string, header http.Header, last mark) error {
	header.Del("If-None-Match")
	header.Del("If-Modified-Since")
	for page := 1; page < maxPages && doc.next != "" && httpx.SameOrigin(at, doc.next); page++ {
		if last.ID == "" || last.reached(doc.articles) || len(doc.articles) >= maxItems {
			return nil
		}
		res, err := f.client.Get(ctx, doc.next, header)
		if get, ok := errors.AsType[*httpx.GetError](err); ok {
			err = get.Err
		}
		if err == nil {
			err = res.Err()
		}
		if err != nil {
			return fmt.Errorf("reading the next page: %w", err)
		}
		more, err := decode(res.Body, res.Header.Get("Content-Type"), res.URL, f.config.URL)
		if err != nil {
			return fmt.Errorf("reading the next page: %w", err)
		}
		doc.articles = append(more.articles, doc.articles...) // oldest first
		doc.problems = append(doc.problems, more.problems...)
		doc.damaged, doc.next = doc.damaged || more.damaged, more.next
	}
	return nil
}

// agencies names who issued a document, a part of a department before it.
func (f fields) agencies() string {
	var list []fields
	var names []string
	if json.Unmarshal(f["agencies"], &list) == nil {
		for _, a := range list {
			if name := a.first("name", "raw_name"); name != "" {
				names = append(names, name)
			}
		}
	}
	if len(names) == 0 && json.Unmarshal(f["agency_names"], &names) != nil {
		return ""
	}
	return strings.Join(names, ", ")
}
