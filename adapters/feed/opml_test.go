package feed

import (
	"archive/tar"
	"bytes"
	"cmp"
	"compress/gzip"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"golang.org/x/net/html/charset"

	"github.com/bellwether/bellwether/adapters/httpx/plain"
)

func TestReadOPML(t *testing.T) {
	list := `<?xml version="1.0" encoding="ISO-8859-1"?><opml version="1.1"><head><title>Mine</title></head><body>
	<outline text="Gr` + "\xfc" + `n">
	  <outline text="A &amp; B" title="" type="rss" xmlUrl=" https://a.example/feed?x=1&amp;y=2 " htmlUrl="https://a.example/"/>
	  <outline title="Deeper"><outline text="C" XMLURL="https://c.example/"/></outline>
	</outline>
	<outline text="again" xmlUrl="https://a.example/feed?x=1&y=2"/>
	<outline text="no feed" htmlUrl="https://d.example/"/>
	<outline text="Gr` + "\xfc" + `n&nbsp;und blau" xmlUrl="https://e.example/">
	</body></opml>`
	want := []Outline{
		{"A & B", "https://a.example/feed?x=1&y=2"}, {"C", "https://c.example/"}, {"Grün und blau", "https://e.example/"},
	}
	got, err := ReadOPML(strings.NewReader(list))
	if diff := gocmp.Diff(want, got.Feeds); err != nil || diff != "" || got.Repeat != 1 || len(got.Problems) > 0 {
		t.Fatalf("%v, %d, %v (-want +got):\n%s", err, got.Repeat, got.Problems, diff)
	}
	var b bytes.Buffer
	if err := WriteOPML(&b, "Mine & <yours>", got.Feeds); err != nil {
		t.Fatal(err)
	}
	again, err := ReadOPML(&b)
	if diff := gocmp.Diff(want, again.Feeds); err != nil || diff != "" || len(again.Problems) > 0 {
		t.Errorf("written and read again: %v, %v (-want +got):\n%s", err, again.Problems, diff)
	}
	for text, want := range map[string]string{
		"":       "no OPML",
		"<rss/>": "no OPML",
		"<rss><opml><outline xmlUrl='https://a.example/'/></opml>": "no OPML",
		"<opml><body/></opml>":                        "names no feed",
		"<opml><outline xmlUrl='x' <":                 "names no feed",
		"<opml><outline type='rss' text='x'/></opml>": `no feed that can be read: line 1: "x" has no address`,
	} {
		if _, err := ReadOPML(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
	deep := "<opml>" + strings.Repeat("<outline>", 300_000) + `<outline xmlUrl="https://a.example/"/></opml>`
	if got, err := ReadOPML(strings.NewReader(deep)); err != nil || len(got.Feeds) != 1 || len(got.Problems) != 0 {
		t.Errorf("deep groups: %v, %v", got, err)
	}
	many := "<opml>" + strings.Repeat("<outline xmlUrl='https://a.example/'/>", 3) + "</opml>"
	if got, err := ReadOPML(strings.NewReader(many)); err != nil || len(got.Feeds) != 1 || got.Repeat != 2 {
		t.Errorf("the same three times: %v, %v", got, err)
	}
	if _, err := ReadOPML(strings.NewReader("<opml>" + strings.Repeat(" ", maxOPML))); err == nil {
		t.Error("a list beyond the limit is read")
	}
}

// Lists that are no XML are read as far as can be, and what is not is told.
func TestReadBrokenOPML(t *testing.T) {
	const begin, end = "<opml><head><title/></head><body>\n", "\n</body></opml>"
	b := Outline{"B", "https://b.example/?x=1&y=<2>"}
	const second = `<outline text="B" xmlUrl="https://b.example/?x=1&y=<2>"/>`
	for _, tt := range []struct {
		name, list string
		want       []Outline
		problem    string
	}{
		{"quotes", begin + `<outline text="The "A" news" description="of "A", and <b>" xmlUrl="https://a.example/"/>` + second + end, []Outline{{"The", "https://a.example/"}, b}, ""},
		{"quotes and tags", begin + `<outline text="A" description="of "<p>A</p>", it says"` + " type='rss'\n" + `xmlUrl="https://a.example/?x&amp;y"/>` + second + end, []Outline{{"A", "https://a.example/?x&y"}, b}, ""},
		{"no spaces", begin + `<outline text="A"type='rss'xmlUrl="https://a.example/"/>` + second + end, []Outline{{"A", "https://a.example/"}, b}, ""},
		{"no quotes", begin + `<outline text=A xmlUrl=https://a.example/ />` + second + end, []Outline{{"A", "https://a.example/"}, b}, ""},
		{"characters", begin + `<outline text="R&D < A & B" xmlUrl="https://a.example/"/> < & ` + second + end, []Outline{{"R&D < A & B", "https://a.example/"}, b}, ""},
		{"a title without an end", `<opml><head><title>Mine</head><body>` + second + end, []Outline{b}, ""},
		{"a script", `<opml><body><outline text="x"><script></outline>` + second + end, []Outline{b}, ""},
		{"cdata", `<opml><body><![CDATA[ <outline xmlUrl="https://no.example/"/> ]]>` + second + end, []Outline{b}, ""},
		{"a comment", `<opml><body><!-- <outline xmlUrl="https://no.example/"/> -->` + second + end, []Outline{b}, ""},
		{"a prefix", `<o:opml xmlns:o="x"><o:outline xmlUrl="https://a.example/"/></o:opml>`, []Outline{{"", "https://a.example/"}}, ""},
		{"entities of its own", `<!DOCTYPE x [<!ENTITY a "b"><!ENTITY c "&a;&a;">]>` + begin + `<outline text="&c;" xmlUrl="https://a.example/"/>` + end, []Outline{{"&c;", "https://a.example/"}}, ""},
		{"a quote that is missing", begin + `<outline text="A xmlUrl="https://a.example/"/>` + second + end, []Outline{{"A xmlUrl=", "https://a.example/"}, b}, ""},
		{"an address without quotes in a broken text", begin + `<outline text="of "<p>A" xmlUrl=https://a.example/ />` + second + end, []Outline{b}, `line 2: "of" has an address that is empty or can't be read`},
		{"no address", begin + `<outline type="RSS" title="A"/>` + second + end, []Outline{b}, `line 2: "A" has no address`},
		{"an empty one", begin + second + "\n" + `<outline text="A" xmlUrl=""/>` + end, []Outline{b}, `line 3: "A" has an address that is empty`},
		{"a tag without an end", begin + `<outline text="A" xmlUrl="https://a.example/" ` + "\n" + second + end, []Outline{{"A", "https://a.example/"}}, `line 2: "A" has two addresses`},
		{"the end is missing", begin + second + "\n" + `<outline text="A" xmlUrl="https://a.ex`, []Outline{b}, "line 3: the list breaks off"},
	} {
		got, err := ReadOPML(strings.NewReader(tt.list))
		if diff := gocmp.Diff(tt.want, got.Feeds); err != nil || diff != "" {
			t.Errorf("%s: %v (-want +got):\n%s", tt.name, err, diff)
		}
		told := ""
		for _, p := range got.Problems {
			told += p.Place + ": " + p.Err.Error()
		}
		if !strings.HasPrefix(told, tt.problem) || (tt.problem == "") != (told == "") {
			t.Errorf("%s: told %q, want %q", tt.name, told, tt.problem)
		}
	}
}

// The lists of other readers' test collections; testdata/opml.golden has what is
// read of each.
func TestOPMLCollections(t *testing.T) {
	var out strings.Builder
	files := suite(t, "feeds.tar.gz")
	for {
		h, err := files.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(h.Name, "opml") || h.Typeflag != tar.TypeReg {
			continue
		}
		var in io.Reader = files
		if strings.HasSuffix(h.Name, ".gz") {
			if in, err = gzip.NewReader(files); err != nil {
				t.Fatal(err)
			}
		}
		data, err := io.ReadAll(in)
		if err != nil {
			t.Fatal(err)
		}
		list, err := ReadOPML(bytes.NewReader(data))
		fmt.Fprintf(&out, "%s: ", h.Name)
		switch {
		case err != nil:
			fmt.Fprintln(&out, strings.TrimPrefix(err.Error(), "read a list of feeds: "))
		default:
			fmt.Fprintf(&out, "%d feeds, %d repeated\n", len(list.Feeds), list.Repeat)
		}
		for _, p := range list.Problems {
			fmt.Fprintf(&out, "\t%s: %v\n", p.Place, p.Err)
		}
		for _, o := range list.Feeds {
			if webAddress(o.Address) == nil {
				fmt.Fprintf(&out, "\t%q\n", o.Address)
			}
		}
		// Where it is XML, a parser of XML finds the same.
		if want, err := opmlByXML(data); err == nil && !gocmp.Equal(want, list.Feeds) {
			t.Errorf("%s: (-by XML +got):\n%s", h.Name, gocmp.Diff(want, list.Feeds))
		}
	}
	golden(t, "opml.golden", out.String())
}

// opmlByXML gives the feeds of a list that is well-formed.
func opmlByXML(data []byte) ([]Outline, error) {
	var out []Outline
	seen := map[string]bool{}
	d := xml.NewDecoder(bytes.NewReader(data))
	d.CharsetReader = charset.NewReaderLabel
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return nil, err
		}
		start, ok := token.(xml.StartElement)
		if !ok || !strings.EqualFold(start.Name.Local, "outline") {
			continue
		}
		attr := map[string]string{}
		for _, a := range start.Attr {
			attr[strings.ToLower(a.Name.Local)] = a.Value
		}
		o := Outline{cmp.Or(plain.Line(attr["title"]), plain.Line(attr["text"])), plain.Line(attr["xmlurl"])}
		if o.Address != "" && !seen[o.Address] {
			out = append(out, o)
		}
		seen[o.Address] = true
	}
}

func FuzzReadOPML(f *testing.F) {
	f.Add([]byte(`<opml><body><outline text="A" xmlUrl="https://a.example/"/></body></opml>`))
	f.Add([]byte("\xff\xfe<\x00o\x00p\x00m\x00l\x00"))
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := ReadOPML(bytes.NewReader(data))
		if err != nil {
			return
		}
		var b bytes.Buffer
		if err := WriteOPML(&b, "x", got.Feeds); err != nil {
			t.Fatal(err)
		}
		again, err := ReadOPML(&b)
		if diff := gocmp.Diff(got.Feeds, again.Feeds); err != nil || diff != "" {
			t.Errorf("%v (-want +got):\n%s", err, diff)
		}
	})
}
