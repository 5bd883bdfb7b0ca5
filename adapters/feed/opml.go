package feed

import (
	"bytes"
	"cmp"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"

	"golang.org/x/net/html"

	"github.com/bellwether/bellwether/adapters/httpx/plain"
	"github.com/bellwether/bellwether/alerts"
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

// OPML is what a list of feeds holds.
type OPML struct {
	Feeds  []Outline
	Repeat int // outlines with an address that is there already
	// Problems are the outlines that were to be feeds and can't be read, by their
	// lines.
	Problems []alerts.ItemProblem
}

// ReadOPML gives the feeds of a list in OPML (https://opml.org/spec2.opml), in
// whichever groups they stand, in their order, each address once. It is read as
// browsers read HTML, for many lists are not XML: quotes, < and & stand as they are
// in what feeds say of themselves. A list of no feeds is an error.
func ReadOPML(r io.Reader) (OPML, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxOPML+1))
	switch {
	case err != nil:
		return OPML{}, fmt.Errorf("read a list of feeds: %w", err)
	case len(data) > maxOPML:
		return OPML{}, fmt.Errorf("read a list of feeds: it has more than %d bytes", maxOPML)
	}
	out, err := outlines(plain.UTF8(data, declared(data, "")))
	if err != nil {
		return OPML{}, fmt.Errorf("read a list of feeds: %w", err)
	}
	return out, nil
}

// outlines reads one element after the other, so that no depth of groups costs
// more than another.
func outlines(text string) (OPML, error) {
	var r opmlReader
	tokens := html.NewTokenizer(strings.NewReader(text))
	tokens.AllowCDATA(true)
	root, ended, line := "", false, 1
	for {
		kind := tokens.Next()
		if kind == html.ErrorToken {
			break
		}
		raw := bytes.Clone(tokens.Raw()) // the tokenizer changes it
		name := tagName(tokens, kind)
		tokens.NextIsNotRawText() // after a title there may be none but in HTML
		starts := kind == html.StartTagToken || kind == html.SelfClosingTagToken
		switch {
		case starts && root == "":
			root = name
		case starts && name == "outline":
			r.begin(attributes(tokens), line)
		case kind == html.EndTagToken:
			ended = ended || name == "opml"
		}
		if kind != html.CommentToken && !bytes.HasPrefix(raw, []byte("<![CDATA[")) {
			r.within(raw)
		}
		line += bytes.Count(raw, []byte("\n"))
		if root != "" && root != "opml" {
			break
		}
	}
	r.end()
	switch out := r.out; {
	case root != "opml":
		return OPML{}, errors.New("it is no OPML")
	case len(out.Feeds) > maxOutlines:
		return OPML{}, fmt.Errorf("it has more than %d feeds", maxOutlines)
	case len(out.Feeds) == 0 && len(out.Problems) > 0:
		return OPML{}, fmt.Errorf("it names no feed that can be read: %s: %w", out.Problems[0].Place, out.Problems[0].Err)
	case len(out.Feeds) == 0:
		return OPML{}, errors.New("it names no feed: no outline has an xmlUrl")
	case !ended:
		r.problem(line, errors.New("the list breaks off: its end </opml> is missing"))
	}
	return r.out, nil
}

// tagName is that of an element, without its namespace.
func tagName(tokens *html.Tokenizer, kind html.TokenType) string {
	if kind != html.StartTagToken && kind != html.SelfClosingTagToken && kind != html.EndTagToken {
		return ""
	}
	name, _ := tokens.TagName()
	return string(name[bytes.LastIndexByte(name, ':')+1:])
}

// opmlReader collects the outlines of a list.
type opmlReader struct {
	out  OPML
	seen map[string]bool
	// The outline that is read. Where a quote within a quoted text goes before a
	// >, its tag ends there, and its address stands in the text behind.
	now     Outline
	rss     bool // it says that it is a feed
	written int  // how many addresses stand there, whether they can be read or not
	line    int  // 0 before the first
}

// opmlAddress finds the address of a feed as it is written.
var opmlAddress = regexp.MustCompile(`(?i)\bxmlurl\s*=\s*(?:"([^"]*)"|'([^']*)')?`)

func (r *opmlReader) begin(attr map[string]string, line int) {
	r.end()
	r.now = Outline{Title: cmp.Or(plain.Line(attr["title"]), plain.Line(attr["text"])), Address: plain.Line(attr["xmlurl"])}
	r.rss, r.written, r.line = strings.EqualFold(attr["type"], "rss"), 0, line
}

// within looks for addresses of the outline that is read.
func (r *opmlReader) within(raw []byte) {
	if r.line == 0 {
		return
	}
	for _, found := range opmlAddress.FindAllSubmatch(raw, -1) {
		r.written++
		if r.now.Address == "" {
			r.now.Address = plain.Line(html.UnescapeString(string(found[1]) + string(found[2])))
		}
	}
}

// end takes the outline that was read.
func (r *opmlReader) end() {
	o := r.now
	switch {
	case r.line == 0:
	case r.written > 1:
		r.problem(r.line, fmt.Errorf("%.80q has two addresses: a > is missing behind the first", o.Title))
	case r.written > 0 && o.Address == "":
		r.problem(r.line, fmt.Errorf("%.80q has an address that is empty or can't be read: is a quote missing before it?", o.Title))
	case r.rss && o.Address == "":
		r.problem(r.line, fmt.Errorf("%.80q has no address: no xmlUrl", o.Title))
	}
	r.now, r.line = Outline{}, 0
	switch {
	case o.Address == "": // a group, or something else
	case r.seen[o.Address]:
		r.out.Repeat++
	case len(r.out.Feeds) <= maxOutlines:
		if r.seen == nil {
			r.seen = map[string]bool{}
		}
		r.seen[o.Address] = true
		r.out.Feeds = append(r.out.Feeds, o)
	}
}

func (r *opmlReader) problem(line int, err error) {
	r.out.Problems = append(r.out.Problems, alerts.ItemProblem{Place: fmt.Sprintf("line %d", line), Err: err})
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
