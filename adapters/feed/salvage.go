package feed

import (
	"encoding/xml"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/bellwether/bellwether/alerts"
)

// Bounds of salvage, which reads the head of the document once an item.
const (
	maxSalvaged = 1000
	maxHead     = 32 << 10
)

var itemBegins = regexp.MustCompile(`<(?:\w+:)?(?:item|entry)[\s/>]`)

// firstItems cuts a document behind its first [maxItems] items.
func firstItems(text string) (string, []alerts.ItemProblem) {
	begins := itemBegins.FindAllStringIndex(text, maxItems+1)
	if len(begins) <= maxItems {
		return text, nil
	}
	return text[:begins[maxItems][0]] + closing(text[:begins[0][0]]), []alerts.ItemProblem{tooMany()}
}

func tooMany() alerts.ItemProblem {
	return alerts.ItemProblem{
		Place: fmt.Sprintf("item %d", maxItems+1),
		Err:   fmt.Errorf("the document has more than %d items; only the first ones are read", maxItems),
	}
}

// salvage reads the items of a damaged document one by one, so that one bad
// item, or an answer that was cut off, takes no other with it. It is false
// when not one can be read.
func salvage(text string, read func(string) (parsed, error)) (parsed, bool) {
	begins := itemBegins.FindAllStringIndex(text, maxSalvaged)
	if len(begins) == 0 || begins[0][0] > maxHead {
		return parsed{}, false
	}
	head := text[:begins[0][0]]
	tail := closing(head)
	all := parsed{damaged: true}
	for i, b := range begins {
		end := len(text)
		if i+1 < len(begins) {
			end = begins[i+1][0]
		}
		one, err := readItem(head, text[b[0]:end], tail, read)
		switch {
		case err != nil:
			all.problems = append(all.problems, alerts.ItemProblem{Place: fmt.Sprintf("item %d", i+1), Err: err})
		case all.feed == nil:
			one.problems, one.damaged = all.problems, true
			all = one
		default:
			all.feed.Items = append(all.feed.Items, one.feed.Items...)
			all.extra = append(all.extra, one.extra...)
		}
	}
	return all, all.feed != nil
}

// readItem reads a document with one item: what stands between the begins of
// this one and the next, up to its end tag.
func readItem(head, item, tail string, read func(string) (parsed, error)) (parsed, error) {
	name := item[1:strings.IndexAny(item, " \t\r\n/>")]
	end := strings.LastIndex(item, "</"+name)
	if end < 0 {
		return parsed{}, errors.New("the item has no end")
	}
	p, err := read(head + item[:end] + "</" + name + ">" + tail)
	switch {
	case err != nil:
		return parsed{}, fmt.Errorf("the item is damaged: %w", err)
	case len(p.feed.Items) != 1:
		return parsed{}, errors.New("the item is damaged")
	}
	return p, nil
}

// closing gives the end tags of what is open at the end of head.
func closing(head string) string {
	d := xml.NewDecoder(strings.NewReader(head))
	d.Strict = false
	var open []string
	for {
		tok, err := d.RawToken()
		if err != nil {
			break
		}
		switch tok := tok.(type) {
		case xml.StartElement:
			name := tok.Name.Local
			if tok.Name.Space != "" {
				name = tok.Name.Space + ":" + name
			}
			open = append(open, name)
		case xml.EndElement:
			open = open[:max(len(open)-1, 0)]
		}
	}
	var tail strings.Builder
	for _, name := range slices.Backward(open) {
		fmt.Fprintf(&tail, "</%s>", name)
	}
	return tail.String()
}
