package feed

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/bellwether/bellwether/adapters/httpx/plain"
)

// Bounds of a list of feeds.
const (
	maxOPML     = 10 << 20 // bytes
	maxOutlines = 50_000
)

// Outline is a feed in a list of feeds.
type Outline struct {
	Title   string
	Address string // as it is written there
}

// ReadOPML gives the feeds of a list in OPML (https://opml.org/spec2.opml), in
// whichever groups they stand, in their order, those with an address that is
// there already left out. A list of no feeds is an error.
func ReadOPML(r io.Reader) ([]Outline, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxOPML+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("read a list of feeds: %w", err)
	case len(data) > maxOPML:
		return nil, fmt.Errorf("read a list of feeds: it has more than %d bytes", maxOPML)
	}
	out, err := outlines(plain.UTF8(data, declared(data, "")))
	if err != nil {
		return nil, fmt.Errorf("read a list of feeds: %w", err)
	}
	return out, nil
}

// outlines reads one element after the other, so that no depth of groups costs
// more than another.
func outlines(text string) ([]Outline, error) {
	d := xml.NewDecoder(strings.NewReader(text))
	d.Strict, d.Entity = false, xml.HTMLEntity
	d.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return r, nil } // it is UTF-8 by now
	var out []Outline
	seen := map[string]bool{}
	root := ""
	for {
		token, err := d.RawToken()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		start, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		name := strings.ToLower(start.Name.Local)
		if root == "" {
			root = name
		}
		if name != "outline" {
			continue
		}
		o := outline(start)
		if o.Address == "" || seen[o.Address] {
			continue
		}
		if len(out) == maxOutlines {
			return nil, fmt.Errorf("it has more than %d feeds", maxOutlines)
		}
		seen[o.Address] = true
		out = append(out, o)
	}
	switch {
	case root != "opml":
		return nil, errors.New("it is no OPML")
	case len(out) == 0:
		return nil, errors.New("it names no feed: no outline has an xmlUrl")
	}
	return out, nil
}

func outline(start xml.StartElement) Outline {
	var o Outline
	var text string
	for _, a := range start.Attr {
		switch value := plain.Line(a.Value); strings.ToLower(a.Name.Local) {
		case "xmlurl":
			o.Address = value
		case "title":
			o.Title = value
		case "text":
			text = value
		}
	}
	if o.Title == "" {
		o.Title = text
	}
	return o
}

// WriteOPML writes a list of feeds in OPML 2.0.
func WriteOPML(w io.Writer, title string, feeds []Outline) error {
	type element struct {
		Text    string `xml:"text,attr"`
		Title   string `xml:"title,attr"`
		Type    string `xml:"type,attr"`
		Address string `xml:"xmlUrl,attr"`
	}
	list := struct {
		XMLName  xml.Name  `xml:"opml"`
		Version  string    `xml:"version,attr"`
		Title    string    `xml:"head>title"`
		Outlines []element `xml:"body>outline"`
	}{Version: "2.0", Title: title}
	for _, f := range feeds {
		list.Outlines = append(list.Outlines, element{Text: f.Title, Title: f.Title, Type: "rss", Address: f.Address})
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return fmt.Errorf("write a list of feeds: %w", err)
	}
	e := xml.NewEncoder(w)
	e.Indent("", "  ")
	if err := e.Encode(list); err != nil {
		return fmt.Errorf("write a list of feeds: %w", err)
	}
	if _, err := io.WriteString(w, "\n"); err != nil {
		return fmt.Errorf("write a list of feeds: %w", err)
	}
	return nil
}
