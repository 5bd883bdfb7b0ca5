package feed

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
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
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Fatalf("%v (-want +got):\n%s", err, diff)
	}
	var b bytes.Buffer
	if err := WriteOPML(&b, "Mine & <yours>", got); err != nil {
		t.Fatal(err)
	}
	again, err := ReadOPML(&b)
	if diff := cmp.Diff(want, again); err != nil || diff != "" {
		t.Errorf("written and read again: %v (-want +got):\n%s", err, diff)
	}
	for text, want := range map[string]string{
		"":                            "no OPML",
		"<rss/>":                      "no OPML",
		"<opml><body/></opml>":        "names no feed",
		"<opml><outline xmlUrl='x' <": "",
		`<!DOCTYPE x [<!ENTITY a "b"><!ENTITY c "&a;&a;">]><opml><outline xmlUrl="&c;"/></opml>`: "",
	} {
		if _, err := ReadOPML(strings.NewReader(text)); err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", text, err)
		}
	}
	deep := "<opml>" + strings.Repeat("<outline>", 300_000) + `<outline xmlUrl="https://a.example/"/>`
	if got, err := ReadOPML(strings.NewReader(deep)); err != nil || len(got) != 1 {
		t.Errorf("deep groups: %v, %v", got, err)
	}
	many := "<opml>" + strings.Repeat("<outline xmlUrl='https://a.example/'/>", 3)
	if got, err := ReadOPML(strings.NewReader(many)); err != nil || len(got) != 1 {
		t.Errorf("the same three times: %v, %v", got, err)
	}
	if _, err := ReadOPML(strings.NewReader("<opml>" + strings.Repeat(" ", maxOPML))); err == nil {
		t.Error("a list beyond the limit is read")
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
		if err := WriteOPML(&b, "x", got); err != nil {
			t.Fatal(err)
		}
		again, err := ReadOPML(&b)
		if diff := cmp.Diff(got, again); err != nil || diff != "" {
			t.Errorf("%v (-want +got):\n%s", err, diff)
		}
	})
}
