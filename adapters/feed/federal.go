package feed

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/mmcdole/gofeed"
	jsonfeed "github.com/mmcdole/gofeed/json"

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
