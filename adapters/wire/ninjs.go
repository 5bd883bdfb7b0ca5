package wire

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/bellwether/bellwether/adapters/httpx/plain"
	"github.com/bellwether/bellwether/alerts"
)

// item is a news item in JSON, of any version of ninjs
// (https://iptc.org/standards/ninjs/). Names are found whatever their case, by
// which the versions differ. Fields of a wrong type are as if they were not
// there.
type item map[string]json.RawMessage

// UnmarshalJSON implements [json.Unmarshaler].
func (i *item) UnmarshalJSON(data []byte) error {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(data, &fields); err != nil {
		return err
	}
	*i = make(item, len(fields))
	for name, value := range fields {
		(*i)[strings.ToLower(name)] = value
	}
	return nil
}

// text is the first of the fields that is a string with something in it.
func (i item) text(names ...string) string {
	for _, name := range names {
		var s string
		if json.Unmarshal(i[name], &s) == nil && strings.TrimSpace(s) != "" {
			return strings.TrimSpace(s)
		}
	}
	return ""
}

// list is a field that is an array of objects.
func (i item) list(name string) []item {
	var list []item
	if json.Unmarshal(i[name], &list) != nil {
		return nil
	}
	return list
}

// decodeNinjs reads a ninjs item, an array of them, or an object that has them
// in "items". An object in the form of a line of JSON lines is read as such.
func decodeNinjs(name string, data []byte) (alerts.Batch, error) {
	data = bytes.TrimSpace(bytes.TrimPrefix(data, []byte("\uFEFF")))
	if len(data) == 0 {
		return alerts.Batch{}, errors.New("the file is empty")
	}
	var list []json.RawMessage
	single := false
	if data[0] == '[' {
		if err := json.Unmarshal(data, &list); err != nil {
			return alerts.Batch{}, fmt.Errorf("reading JSON: %w", at(data, err))
		}
	} else {
		var top item
		if err := json.Unmarshal(data, &top); err != nil {
			return alerts.Batch{}, fmt.Errorf("reading JSON: %w", at(data, err))
		}
		if json.Unmarshal(top["items"], &list) != nil && json.Unmarshal(top["_items"], &list) != nil && json.Unmarshal(top["item"], &list) != nil {
			list, single = []json.RawMessage{data}, true
		}
	}
	var b alerts.Batch
	for n, raw := range list {
		a, err := decodeItem(raw)
		if err != nil {
			place := name
			if !single {
				place = fmt.Sprintf("%s: item %d", name, n+1)
			}
			b.Problems = append(b.Problems, alerts.ItemProblem{Place: place, Err: err})
			continue
		}
		b.Articles = append(b.Articles, a)
	}
	return b, nil
}

// at adds the line to an error of the JSON syntax.
func at(data []byte, err error) error {
	var syntax *json.SyntaxError
	if !errors.As(err, &syntax) {
		return err
	}
	end := min(int(syntax.Offset), len(data))
	return fmt.Errorf("line %d: %w", 1+bytes.Count(data[:end], []byte("\n")), err)
}

func decodeItem(raw json.RawMessage) (alerts.Article, error) {
	var i item
	if err := json.Unmarshal(raw, &i); err != nil {
		return alerts.Article{}, fmt.Errorf("the item is damaged: %w", err)
	}
	if i.text("uri") == "" && i["id"] != nil && i["title"] != nil {
		return decodeRecord(raw)
	}
	a := alerts.Article{
		ID:          i.text("uri", "guid", "id", "_id"),
		Version:     i.version(),
		Title:       i.headline(),
		Body:        i.body(),
		URL:         i.link(),
		Publisher:   i.publisher(),
		Language:    languageTag(i.text("language")),
		Published:   parseTime(i.text("firstpublished", "versioncreated", "contentcreated", "firstcreated")),
		EvolvedFrom: i.text("evolvedfrom"),
		Standing:    standingOf(i.text("pubstatus")),
		Note:        plain.Line(i.text("ednote")),
		Embargo:     parseTime(i.text("embargoeduntil", "embargoed")),
	}
	if a.ID == "" && a.Title == "" && a.Body == "" {
		return a, errors.New("the item has no uri, no headline and no text")
	}
	var corrections int
	if json.Unmarshal(i["correction_sequence"], &corrections) == nil && corrections > 0 && a.Standing == alerts.Usable {
		a.Standing = alerts.Corrected
	}
	return finish(a)
}

// version is a number, or a string that is one.
func (i item) version() int64 {
	var v flexible
	if json.Unmarshal(i["version"], &v) != nil {
		return 0
	}
	return versionOf(string(v))
}

// headline is the main one.
func (i item) headline() string {
	var first string
	for _, h := range i.list("headlines") {
		value := plain.Line(h.text("value"))
		if role := h.text("role"); value != "" && (role == "" || strings.EqualFold(role, "main")) {
			return value
		}
		if first == "" {
			first = value
		}
	}
	for _, s := range []string{plain.Line(i.text("headline")), first, plain.Line(i.text("title"))} {
		if s != "" {
			return s
		}
	}
	return ""
}

// body is the fullest of the forms in which the text is given: of those that
// are nearly as long as the longest, the one with the most paragraphs.
func (i item) body() string {
	var forms []string
	for _, b := range i.list("bodies") {
		forms = append(forms, textOf(b.text("contenttype")+" "+b.text("role"), b.text("value")))
	}
	for _, name := range i.names("body_") {
		forms = append(forms, textOf(name, i.text(name)))
	}
	if best := fullest(forms); best != "" {
		return best
	}
	forms = nil
	for _, d := range i.list("descriptions") {
		forms = append(forms, textOf(d.text("contenttype"), d.text("value")))
	}
	for _, name := range i.names("description_") {
		forms = append(forms, textOf(name, i.text(name)))
	}
	return fullest(forms)
}

// names are the fields whose names begin so, sorted.
func (i item) names(prefix string) []string {
	var list []string
	for name := range i {
		if strings.HasPrefix(name, prefix) {
			list = append(list, name)
		}
	}
	slices.Sort(list)
	return list
}

// textOf makes plain text of a value; kind is whatever says its form.
func textOf(kind, value string) string {
	if kind = strings.ToLower(kind); strings.Contains(kind, "html") || strings.Contains(kind, "xml") || strings.Contains(kind, "nitf") {
		return plain.Text(value)
	}
	return plain.Clean(value)
}

func fullest(forms []string) string {
	longest := 0
	for _, f := range forms {
		longest = max(longest, len(f))
	}
	best, most := "", -1
	for _, f := range forms {
		if n := strings.Count(f, "\n"); len(f) >= longest*4/5 && n > most {
			best, most = f, n
		}
	}
	return best
}

// link is the address at which a browser finds the item. The uri is a name
// first of all, and the link only where nothing else is.
func (i item) link() string {
	for _, s := range []string{i.text("url", "weblink", "canonicalurl"), i.text("uri")} {
		if webLink(s) != "" {
			return s
		}
	}
	return ""
}

// publisher is who answers for the item.
func (i item) publisher() string {
	for _, name := range []string{"provider", "publisher", "copyrightholder", "source"} {
		if s := i.text(name); s != "" {
			return s
		}
		var nested item
		if json.Unmarshal(i[name], &nested) == nil {
			if s := nested.text("name", "literal"); s != "" {
				return s
			}
		}
	}
	for _, name := range []string{"infosources", "infosource"} {
		for _, s := range i.list(name) {
			if s := s.text("name", "literal"); s != "" {
				return s
			}
		}
	}
	return ""
}
