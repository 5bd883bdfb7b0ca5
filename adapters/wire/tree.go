package wire

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Bounds of an XML document. No news item comes near them, and a document at
// the bounds takes less than 100 MiB.
const (
	maxDocument = 16 << 20 // bytes
	maxNodes    = 300_000
	maxDepth    = 200
	maxAttrs    = 64
)

// node is an element, or a piece of text, whose name is empty then. Names are
// in lower case and without their prefix: agencies are careless with both.
type node struct {
	name  string
	text  string
	attrs []xml.Attr
	kids  []*node
}

// parseTree reads an XML document that is UTF-8 by now. Of what the document
// declares itself no entity is known, so that none can grow; those of HTML are.
// End tags that don't match are mended as far as the parser can.
func parseTree(text string) (*node, error) {
	if len(text) > maxDocument {
		return nil, fmt.Errorf("%w: at most %d bytes of XML are read", ErrTooLarge, maxDocument)
	}
	d := xml.NewDecoder(strings.NewReader(legalText(text)))
	d.Strict = false
	d.Entity = xml.HTMLEntity
	// The text was decoded already, whatever the declaration says.
	d.CharsetReader = func(_ string, in io.Reader) (io.Reader, error) { return in, nil }
	root := &node{}
	open, count := []*node{root}, 0
	for {
		tok, err := d.RawToken()
		if errors.Is(err, io.EOF) && len(open) > 1 {
			return root, errors.New("the XML breaks off before its end")
		}
		if errors.Is(err, io.EOF) {
			return root, nil
		}
		if err != nil {
			return root, fmt.Errorf("reading XML: %w", err)
		}
		top := open[len(open)-1]
		switch t := tok.(type) {
		case xml.StartElement:
			n := &node{name: local(t.Name.Local), attrs: attributes(t.Attr)}
			top.kids = append(top.kids, n)
			if !void[n.name] {
				open = append(open, n)
			}
			count += 1 + len(n.attrs)
		case xml.EndElement:
			open = closed(open, local(t.Name.Local))
		case xml.CharData:
			top.kids = append(top.kids, &node{text: string(t)})
			count++
		}
		switch {
		case count > maxNodes:
			return nil, fmt.Errorf("the XML has more than %d parts", maxNodes)
		case len(open) > maxDepth:
			return nil, fmt.Errorf("its elements are nested more than %d deep", maxDepth)
		}
	}
}

// void are elements that hold nothing, and that HTML leaves open.
var void = table("br hr img meta")

// closed ends the innermost open element of that name, and those within it; an
// end tag that nothing began is left out of account.
func closed(open []*node, name string) []*node {
	for i := len(open) - 1; i > 0; i-- {
		if open[i].name == name {
			return open[:i]
		}
	}
	return open
}

func local(name string) string {
	return strings.ToLower(name[strings.LastIndexByte(name, ':')+1:])
}

func attributes(list []xml.Attr) []xml.Attr {
	var out []xml.Attr
	for _, a := range list[:min(len(list), maxAttrs)] {
		if a.Name.Space == "xmlns" || a.Name.Local == "xmlns" || a.Name.Local == "schemaLocation" {
			continue
		}
		out = append(out, xml.Attr{Name: xml.Name{Local: local(a.Name.Local)}, Value: strings.Clone(a.Value)})
	}
	return out
}

// legalText leaves out what XML forbids (XML 1.0, 2.2) and agencies send all
// the same.
func legalText(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\t' && r != '\n' && r != '\r' || r == 0xFFFE || r == 0xFFFF {
			return -1
		}
		return r
	}, text)
}

// attr is the value of an attribute, trimmed; empty where it has none. Methods
// of a nil node find nothing.
func (n *node) attr(name string) string {
	if n == nil {
		return ""
	}
	for _, a := range n.attrs {
		if a.Name.Local == name {
			return strings.TrimSpace(a.Value)
		}
	}
	return ""
}

// child is the first element at the path of names; nil if there is none.
func (n *node) child(path ...string) *node {
	for _, name := range path {
		if n == nil {
			return nil
		}
		i := slices.IndexFunc(n.kids, func(k *node) bool { return k.name == name })
		if i < 0 {
			return nil
		}
		n = n.kids[i]
	}
	return n
}

// children are the elements of that name directly within n.
func (n *node) children(name string) []*node {
	var out []*node
	if n != nil {
		for _, k := range n.kids {
			if k.name == name {
				out = append(out, k)
			}
		}
	}
	return out
}

// walk calls f for n and the elements within it, in their order, until f says
// not to look into one.
func (n *node) walk(f func(*node) bool) {
	if n == nil || n.text != "" || !f(n) {
		return
	}
	for _, k := range n.kids {
		k.walk(f)
	}
}

// find is the first element of one of the names, n itself or within it.
func (n *node) find(names ...string) *node {
	var found *node
	n.walk(func(k *node) bool {
		if found == nil && slices.Contains(names, k.name) {
			found = k
		}
		return found == nil
	})
	return found
}

// all are the outermost elements of one of the names within n.
func (n *node) all(names ...string) []*node {
	var out []*node
	n.walk(func(k *node) bool {
		if slices.Contains(names, k.name) {
			out = append(out, k)
			return false
		}
		return true
	})
	return out
}

// line is the text of n as one line.
func (n *node) line() string { return strings.Join(strings.Fields(n.flow()), " ") }

// flow is the text of n with a blank line around what is a paragraph, list
// item, row or heading, and a line break for a <br/>.
func (n *node) flow() string {
	var b strings.Builder
	if n != nil {
		for _, k := range n.kids {
			k.write(&b, n.name == "pre")
		}
	}
	return b.String()
}

// apart are elements of NITF and HTML that stand apart from their neighbours.
var apart = table("p li tr hl1 hl2 h1 h2 h3 h4 h5 h6 div section article block blockquote bq ul ol dl dt dd table " +
	"nitf-table pre fn note aside figcaption caption hr byline dateline")

// unheard are elements whose content is no text of the article: pictures with
// what stands below them, and what only machines read.
var unheard = table("script style head title media figure nitf-table-metadata alt iframe svg header footer nav")

func (n *node) write(b *strings.Builder, pre bool) {
	if n == nil {
		return
	}
	switch {
	case n.name == "" && n.kids == nil:
		if pre {
			b.WriteString(n.text)
		} else {
			writeFlowing(b, n.text)
		}
		return
	case unheard[n.name]:
		return
	case n.name == "br":
		b.WriteByte('\n')
	case n.name == "td", n.name == "th":
		b.WriteByte(' ')
	}
	if apart[n.name] {
		b.WriteString("\n\n")
	}
	for _, k := range n.kids {
		k.write(b, pre || n.name == "pre")
	}
	if apart[n.name] {
		b.WriteString("\n\n")
	}
}

// writeFlowing writes text in which a line break is but a space, unless some of
// its lines are indented and others are not: then those begin paragraphs.
func writeFlowing(b *strings.Builder, text string) {
	list := strings.Split(text, "\n")
	indented, flush := 0, 0
	for _, l := range list[1:] {
		switch {
		case strings.HasPrefix(l, "   "):
			indented++
		case strings.TrimSpace(l) != "" && l[0] != ' ' && l[0] != '\t':
			flush++
		}
	}
	for i, l := range list {
		if i > 0 {
			b.WriteByte(' ')
			if flush > 0 && indented > 0 && strings.HasPrefix(l, "   ") {
				b.WriteString("\n\n")
			}
		}
		for _, r := range l {
			if unicode.IsSpace(r) {
				r = ' '
			}
			b.WriteRune(r)
		}
	}
}

// raw is the text of n as it stands; whole tells that there is no element
// within it.
func (n *node) raw() (text string, whole bool) {
	var b strings.Builder
	whole = true
	if n != nil {
		for _, k := range n.kids {
			b.WriteString(k.text)
			whole = whole && k.name == ""
		}
	}
	return b.String(), whole
}

// rootName is the name of the first element of an XML document, in lower case
// and without its prefix; empty if text is none.
func rootName(text string) string {
	d := xml.NewDecoder(strings.NewReader(text[:min(len(text), 64<<10)]))
	d.Strict = false
	d.CharsetReader = func(_ string, in io.Reader) (io.Reader, error) { return in, nil }
	for {
		tok, err := d.RawToken()
		if err != nil {
			return ""
		}
		switch t := tok.(type) {
		case xml.StartElement:
			return local(t.Name.Local)
		case xml.CharData:
			if strings.TrimFunc(string(t), func(r rune) bool { return unicode.IsSpace(r) || r == utf8.RuneError || r == '\uFEFF' }) != "" {
				return ""
			}
		}
	}
}
