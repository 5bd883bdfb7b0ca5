package feed

import (
	"archive/tar"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"regexp"
	"strings"
	"testing"
	"unicode"
)

// markup is what must be in no text: a tag of HTML that does something, or a
// reference to a character.
var markup = regexp.MustCompile(`(?i)<(?:script|img|iframe|svg|object|embed|style|link|meta|form|input|a|b|i|p|div|br|body|html)(?:[\s/][^<>]*)?>|` +
	`</(?:script|a|b|i|p|div|body|html|style|svg|form)>|<!--|&(?:amp|lt|gt|quot|#\d+|#x[0-9a-f]+);`)

// TestNaughtyStrings puts strings that have broken programs into the titles and
// bodies of every format, escaped once, twice, and not at all: what comes out
// has no markup and no control characters.
func TestNaughtyStrings(t *testing.T) {
	for _, s := range append(naughty(t), `<b>x</b>`, `<scr<script>ipt>alert(1)</scr</script>ipt>`, "a\u0000b\u001b[31mc\u009d", "\u202Ea\u2066b") {
		esc := func(s string) string {
			var b strings.Builder
			_ = xml.EscapeText(&b, []byte(s)) // a Builder never fails
			return b.String()
		}
		quoted, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		docs := map[string]string{
			"escaped":       rssOf(item("<title>%s</title><description>%s</description>", esc(s), esc(s))),
			"escaped twice": rssOf(item("<title>%s</title><description>&lt;p&gt;%s&lt;/p&gt;</description>", esc(esc(s)), esc(esc(s)))),
			"bare":          rssOf(item("<title>%s</title><description>%s</description>", s, s)),
			"CDATA":         rssOf(item("<title><![CDATA[%s]]></title><description><![CDATA[%s]]></description>", s, s)),
			"Atom": `<feed xmlns="http://www.w3.org/2005/Atom"><entry><title type="html">` + esc(s) +
				`</title><content type="html">` + esc(s) + `</content></entry></feed>`,
			"JSON":             `{"items":[{"title":` + string(quoted) + `,"content_html":` + string(quoted) + `}]}`,
			"Federal Register": `{"results":[{"title":` + string(quoted) + `,"excerpts":` + string(quoted) + `}]}`,
			"sitemap":          "<urlset><url><news><title>" + esc(s) + "</title></news></url></urlset>",
		}
		for form, doc := range docs {
			b, err := Decode(strings.NewReader(doc), base)
			if err != nil {
				continue // such a string may break a document
			}
			for _, a := range b.Articles {
				for field, text := range map[string]string{"title": a.Title, "body": a.Body, "publisher": a.Publisher} {
					if bad := fault(text, field == "body"); bad != "" {
						t.Errorf("%s of %q, %s: %s in %q", field, s, form, bad, text)
					}
				}
			}
		}
	}
}

func fault(text string, lines bool) string {
	if m := markup.FindString(text); m != "" {
		return "the markup " + m
	}
	for _, r := range text {
		if unicode.IsControl(r) && !(lines && r == '\n') {
			return "a control character"
		}
	}
	return ""
}

// naughty gives the strings of the hostile collection.
func naughty(t *testing.T) (list []string) {
	t.Helper()
	files := suite(t, "hostile.tar.gz")
	for {
		h, err := files.Next()
		if errors.Is(err, io.EOF) {
			t.Fatal("the collection has no list of strings")
		}
		if err != nil {
			t.Fatal(err)
		}
		if h.Typeflag != tar.TypeReg || !strings.HasSuffix(h.Name, "/blns.json") {
			continue
		}
		if err := json.NewDecoder(files).Decode(&list); err != nil {
			t.Fatal(err)
		}
		return list
	}
}
