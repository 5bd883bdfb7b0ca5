package feed

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/mmcdole/gofeed"
	jsonfeed "github.com/mmcdole/gofeed/json"

	"github.com/bellwether/bellwether/alerts"
)

// fields is a JSON object of which every field may be of a wrong type: one
// that is not wanted then takes nothing else with it.
type fields map[string]json.RawMessage

// text is a field that is a string, or a number in its digits; else empty.
func (f fields) text(name string) string {
	var s string
	if json.Unmarshal(f[name], &s) == nil {
		return s
	}
	var n json.Number
	if json.Unmarshal(f[name], &n) == nil {
		return n.String()
	}
	return ""
}

// first is the text of the first field that has one.
func (f fields) first(names ...string) string {
	for _, name := range names {
		if s := f.text(name); s != "" {
			return s
		}
	}
	return ""
}

// parseJSON reads what is known of JSON by the list that it holds.
func parseJSON(data []byte) (parsed, error) {
	var doc fields
	if err := json.Unmarshal(data, &doc); err != nil {
		return parsed{}, fmt.Errorf("the JSON is damaged: %w", err)
	}
	var (
		p     parsed
		err   error
		cut   bool
		items []json.RawMessage
	)
	if items, cut = firstOf(doc["items"]); items != nil {
		p, err = parseJSONFeed(doc, items)
	} else if items, cut = firstOf(doc["results"]); items != nil || doc.text("count") == "0" {
		p, err = parseFederal(items) // it says only how many there are when it has none
		p.next = doc.text("next_page_url")
	} else {
		return parsed{}, errors.New("there is JSON, but no JSON Feed: it has no items")
	}
	if cut {
		p.problems = append(p.problems, tooMany())
	}
	return p, err
}

// firstOf gives the first [maxItems] of a list, and whether there are more; nil
// if it is none.
func firstOf(list json.RawMessage) (items []json.RawMessage, more bool) {
	d := json.NewDecoder(bytes.NewReader(list))
	if open, err := d.Token(); err != nil || open != json.Delim('[') {
		return nil, false
	}
	items = []json.RawMessage{}
	for d.More() {
		var raw json.RawMessage
		if len(items) == maxItems || d.Decode(&raw) != nil {
			return items, true
		}
		items = append(items, raw)
	}
	return items, false
}

// parseJSONFeed reads a JSON Feed (https://www.jsonfeed.org/version/1.1/), each
// item by itself.
func parseJSONFeed(doc fields, items []json.RawMessage) (parsed, error) {
	feed := jsonfeed.Feed{
		Title:       doc.text("title"),
		Language:    doc.text("language"),
		HomePageURL: doc.text("home_page_url"),
	}
	p := parsed{links: jsonLinks(doc)}
	for i, raw := range items {
		var f fields
		if err := json.Unmarshal(raw, &f); err != nil {
			p.problems = append(p.problems, alerts.ItemProblem{
				Place: fmt.Sprintf("item %d", i+1), Err: fmt.Errorf("the item is damaged: %w", err),
			})
			continue
		}
		item := &jsonfeed.Item{
			ID:            f.text("id"),
			URL:           f.text("url"),
			Title:         f.text("title"),
			ContentHTML:   f.text("content_html"),
			Summary:       f.text("summary"),
			DatePublished: f.text("date_published"),
			DateModified:  f.text("date_modified"),
		}
		if item.URL == "" {
			item.URL = f.text("external_url")
		}
		feed.Items = append(feed.Items, item)
		p.extra = append(p.extra, extra{
			guidLink: true, language: f.text("language"), text: f.text("content_text"),
		})
	}
	var err error
	p.feed, err = new(gofeed.DefaultJSONTranslator).Translate(&feed)
	return p, err
}
