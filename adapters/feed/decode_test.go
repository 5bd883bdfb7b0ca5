package feed

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bellwether/bellwether/alerts"
)

const base = "https://feeds.example.org/policy/all.xml"

func TestDecodeFiles(t *testing.T) {
	march := func(day, hour int) time.Time { return time.Date(2024, 3, day, hour, 0, 0, 0, time.UTC) }
	want := map[string][]alerts.Article{
		"rss2.xml": {
			{
				ID: "feeds.example.org/policy/all.xml#1001", Title: "Ministry & regions agree on “grid” rules",
				Body:      "The ministry agreed on Monday.\n\nWhat changes\n\nFees fall.\n\nPermits take 30 days.",
				URL:       "https://feeds.example.org/news/1001?a=1&b=2",
				Publisher: "Example Policy Daily", Language: "en-gb", Published: march(18, 9),
			},
			{
				ID: "https://www.example.org/news/1002", Title: "Second item has no title of its own, only a text that…",
				Body:      "Second item has no title of its own, only a text that is longer than a title.",
				URL:       "https://www.example.org/news/1002",
				Publisher: "Partner Wire", Language: "en-gb", Published: march(19, 9),
			},
		},
		"rdf.xml": {{
			ID: "https://example.org/gazette/7", Title: "Gazette no. 7", Body: "Seven notices.",
			URL: "https://www.example.org/gazette/7", Publisher: "Office of the Gazette", Language: "fr", Published: march(20, 8),
		}},
		"atom.xml": {
			{
				ID: "tag:example.org,2024:1", Title: "Steel <quota> opens", Body: "Plain summary.",
				URL: "https://www.example.org/a/steel", Publisher: "Example Department of Trade", Language: "en", Published: march(18, 23),
			},
			{
				ID: "urn:uuid:6f0e5c1e-0000-4000-8000-000000000002", Title: "Carbon border rules",
				Body: "First paragraph with a link.\n\nSecond.",
				URL:  "https://www.example.org/a/carbon", Publisher: "Gazette of Origin", Language: "en", Published: march(20, 10),
			},
		},
		"sitemap.xml": {
			{
				ID: "https://feeds.example.org/news/harbour", Title: "Harbour closes",
				URL: "https://feeds.example.org/news/harbour", Publisher: "Example Gazette", Language: "pt", Published: march(19, 0),
			},
			{
				ID: "https://example.org/news/rivers?page=2", Title: "Rivers & ports: new dues",
				URL: "https://www.example.org/news/rivers?utm_source=map&page=2", Publisher: "Example Gazette", Language: "pt",
				Published: march(20, 9),
			},
		},
		"federal.json": {
			{
				ID: "feeds.example.org/policy/all.xml#2024-00001", Title: "Steel Wheels From Nowhere: Notice of a Made-Up Review",
				Body:      "The office invents a review < 90 days.",
				URL:       "https://www.federalregister.gov/documents/2024/03/20/2024-00001/steel-wheels",
				Publisher: "Examples Department, Office of Tests", Distributor: "Federal Register",
				Language: "en-us", Published: march(20, 0),
			},
			{
				ID: "feeds.example.org/policy/all.xml#2024-00002", Title: "A Rule on Inspection", Body: "The rule & its parts.",
				URL:       "https://www.federalregister.gov/d/2024-00002",
				Publisher: "Examples Department", Distributor: "Federal Register",
				Language: "en-us", Published: march(21, 12).Add(45 * time.Minute),
			},
		},
		"feed.json": {
			{
				ID: "feeds.example.org/policy/all.xml#7", Title: "Text only, 3 < 5", Body: "One.\n\nTwo <b>.", URL: "https://other.example.com/x",
				Publisher: "Example JSON", Language: "zh-hans", Published: march(18, 0),
			},
			{
				ID: "https://www.example.org/j/2", Title: "HTML item", Body: "One.\n\nTwo.", URL: "https://www.example.org/j/2",
				Publisher: "Example JSON", Language: "en", Published: march(19, 0),
			},
		},
	}
	for name, articles := range want {
		t.Run(name, func(t *testing.T) {
			f, err := os.Open(filepath.Join("testdata", name))
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			got, err := Decode(f, base)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(articles, withoutPartial(got.Articles)); diff != "" {
				t.Errorf("articles (-want +got):\n%s", diff)
			}
		})
	}
}

// rssOf wraps items in a feed.
func rssOf(items ...string) string {
	return `<rss version="2.0"><channel><title>T</title><link>https://www.example.org/</link>` +
		strings.Join(items, "") + `</channel></rss>`
}

func item(format string, args ...any) string {
	return "<item>" + fmt.Sprintf(format, args...) + "</item>"
}

func decodeString(t *testing.T, s string) alerts.Batch {
	t.Helper()
	b, err := Decode(strings.NewReader(s), base)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// titles joins the titles in the order of the batch.
func titles(b alerts.Batch) string {
	var all []string
	for _, a := range b.Articles {
		all = append(all, a.Title)
	}
	return strings.Join(all, "|")
}

func TestDecodeTolerates(t *testing.T) {
	good := item("<title>A</title>")
	tests := []struct {
		name, in, titles string
		problems         int
	}{
		{"a mark and control characters", "\uFEFF" + rssOf(item("<title>A\x00\x0b&#x1F;&#11;B</title>")), "AB", 0},
		{"words before the document", "Warning: in line 3<br/>\n<?xml version=\"1.0\"?>" + rssOf(good), "A", 0},
		{"xml 1.1", `<?xml version="1.1"?>` + rssOf(good), "A", 0},
		{"a long comment first", "<!--" + strings.Repeat("x", 9000) + "-->" + rssOf(good), "A", 0},
		{"entities of HTML", rssOf(item("<title>caf&eacute; &amp; &ndash; R&D</title>")), "café & – R&D", 0},
		{"no expansion", `<!DOCTYPE rss [<!ENTITY a "lol"><!ENTITY b "&a;&a;">]>` + rssOf(item("<title>x&b;</title>")), "x&b;", 0},
		{"no files", `<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]>` + rssOf(item("<title>y&x;</title>")), "y&x;", 0},
		{"latin-1, declared", "<?xml version='1.0' encoding='iso-8859-1'?>" + rssOf(item("<title>caf\xe9</title>")), "café", 0},
		{"latin-1, not declared", rssOf(item("<title>caf\xe9</title>")), "café", 0},
		{"gb18030, said to be utf-8", "<?xml version='1.0' encoding='utf-8'?>" + rssOf(item("<title>\xb9\xfa\xce\xf1\xd4\xba\xd7\xee\xd0\xc2\xd5\xfe\xb2\xdf</title>")), "国务院最新政策", 0},
		{"cut off", strings.TrimSuffix(rssOf(good, item("<title>B</title>"), "<item><title>C</ti"), "</channel></rss>"), "B|A", 1},
		{"a bad item", rssOf(good, "<item><title>B</title><x a='<'></item>", item("<title>C</title>")), "C|A", 1},
		{"an empty item", rssOf(good, item("<pubDate>now</pubDate>")), "A", 1},
		{"bad JSON items", `{"items":[{"title":"A","tags":"x","author":[1]},7,null,{"id":3},{"id":4,"title":"B"}]}`, "B|A", 3},
		{"no items", rssOf(), "", 0},
		{"a single entry", `<!DOCTYPE entry><entry xmlns="http://www.w3.org/2005/Atom"><title>A</title></entry>`, "A", 0},
		{"no root", "<channel>" + good + "</channel>", "A", 0},
		{"capitals", strings.ToUpper(rssOf(good)), "A", 0},
		{"Atom 0.3", `<feed version="0.3" xmlns="http://purl.org/atom/ns#"><entry><title mode="escaped">&lt;b>A&lt;/b></title></entry></feed>`, "A", 0},
		{"markup in titles", rssOf(item("<title>A <b>b</b> &lt;i>c&lt;/i> &amp;amp; &amp;lt;u&amp;gt;d&amp;lt;/u&amp;gt;</title>")), "A b c & d", 0},
		{"markup not closed", rssOf(item("<title>A<br>B</title>"), item("<title>C<p></title>")), "C|A B", 0},
		{"a link alone", rssOf(item("<link>https://x.example/a/b?c=d</link>")), "x.example/a/b", 0},
		{"a sound alone", rssOf(item("<enclosure url='https://x.example/a.mp3'/>")), "x.example/a.mp3", 0},
		{"a video", strings.Replace(rssOf(item("<m:group><m:title>A</m:title></m:group>")), "<rss", "<rss xmlns:m='http://search.yahoo.com/mrss/'", 1), "A", 0},
		{"a sitemap cut off", "<urlset><url><news><title>A</title></news></url><url><news><title>B</ti", "A", 1},
		{"a sitemap of nothing", "<urlset/>", "", 0},
		{"no documents", `{"count":0,"description":"none"}`, "", 0},
		{"bad documents", `{"count":2,"results":[7,{"title":"A","agencies":"x","agency_names":3}]}`, "A", 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := decodeString(t, tt.in)
			if got := titles(b); got != tt.titles {
				t.Errorf("titles %q, want %q", got, tt.titles)
			}
			if len(b.Problems) != tt.problems {
				t.Errorf("problems %v, want %d", b.Problems, tt.problems)
			}
		})
	}
}

func TestDecodeRefuses(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"nothing", " \n", "empty"},
		{"a page", "<!-- x -->\n<!DOCTYPE html>\n<HTML><body>Not found</body></HTML>", "HTML page"},
		{"a page without a root", "<!doctype html><p>Hello", "HTML page"},
		{"a list of feeds", "<?xml version='1.0'?><opml version='2.0'/>", "OPML"},
		{"a sitemap", "<urlset xmlns='x'><url/></urlset>", "sitemap without news"},
		{"a list of sitemaps", "<sitemapindex xmlns='x'><sitemap/></sitemapindex>", "list of sitemaps"},
		{"a piece of HTML", "<p>Moved <a href='/x'>here</a></p>", "HTML page"},
		{"an old format", "<CHANNEL><ITEM/></CHANNEL>", "<CHANNEL>"},
		{"other JSON", `{"error":"no key"}`, "no JSON Feed"},
		{"damaged JSON", `{"items":[`, "damaged"},
		{"words", "Service unavailable", "no RSS, Atom or JSON Feed"},
		{"a feed cut off before its items", "<rss><channel><title>x</tit", "damaged"},
		{"a deep nest", rssOf("<item>" + strings.Repeat("<a>", 100_000)), "nested"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Decode(strings.NewReader(tt.in), base)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}

func TestIdentity(t *testing.T) {
	long := strings.Repeat("x", 2000)
	tests := []struct {
		name  string
		items []string
		ids   []string // in the order of the document; "*" is a digest
	}{
		{"guid of the world", []string{item("<title>A</title><guid>urn:x:1</guid>")}, []string{"urn:x:1"}},
		{"guid of the feed", []string{item("<title>A</title><guid> 17 </guid>")}, []string{"feeds.example.org/policy/all.xml#17"}},
		{"a title is no URI", []string{item("<title>A</title><guid>News: today</guid>")}, []string{"feeds.example.org/policy/all.xml#News: today"}},
		{"link", []string{item("<title>A</title><link>/a</link>")}, []string{"https://feeds.example.org/a"}},
		{"text", []string{item("<title>A</title>")}, []string{"*"}},
		{"a guid too long", []string{item("<title>A</title><guid>%s</guid>", long)}, []string{"*"}},
		{
			"one guid for all",
			[]string{item("<title>A</title><link>/a</link><guid>0</guid>"), item("<title>B</title><link>/b</link><guid>0</guid>")},
			[]string{"https://feeds.example.org/a", "https://feeds.example.org/b"},
		},
		{
			"one link for all",
			[]string{item("<title>A</title><link>/a</link>"), item("<title>B</title><link>/a</link>")},
			[]string{"*", "*"},
		},
		{
			"one page for all",
			[]string{item("<title>A</title><link>/a#1</link>"), item("<title>B</title><link>/a#2</link>")},
			[]string{"*", "*"},
		},
		{
			"two versions of an item: the first is the newest",
			[]string{item("<title>New</title><link>/a</link><guid>0</guid>"), item("<title>Old</title><link>/a</link><guid>0</guid>")},
			[]string{"feeds.example.org/policy/all.xml#0"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := decodeString(t, rssOf(tt.items...))
			if len(b.Articles) != len(tt.ids) {
				t.Fatalf("%d articles, want %d", len(b.Articles), len(tt.ids))
			}
			seen := make(map[string]bool)
			for i, want := range tt.ids {
				got := b.Articles[len(tt.ids)-1-i].ID
				if want == "*" && !strings.HasPrefix(got, "sha256:") || want != "*" && got != want {
					t.Errorf("item %d has the ID %q, want %q", i+1, got, want)
				}
				if seen[got] {
					t.Errorf("two items have the ID %q", got)
				}
				seen[got] = true
			}
		})
	}
}

func TestOrder(t *testing.T) {
	on := func(title string, day int) string {
		if day == 0 {
			return item("<title>%s</title>", title)
		}
		return item("<title>%s</title><pubDate>%02d Mar 2024 10:00:00 GMT</pubDate>", title, day)
	}
	tests := []struct {
		items []string
		want  string
	}{
		{[]string{on("C", 3), on("B", 2), on("A", 1)}, "A|B|C"},
		{[]string{on("A", 1), on("B", 2), on("C", 3)}, "A|B|C"},
		{[]string{on("C", 0), on("B", 0), on("A", 0)}, "A|B|C"},
		{[]string{on("C", 3), on("x", 0), on("B", 2), on("A", 1)}, "A|B|x|C"},
	}
	for _, tt := range tests {
		if got := titles(decodeString(t, rssOf(tt.items...))); got != tt.want {
			t.Errorf("got %s, want %s", got, tt.want)
		}
	}
}

func TestPublished(t *testing.T) {
	tests := []struct{ in, want string }{
		{"Wed, 20 Mar 2024 10:00:00 +0800", "2024-03-20T02:00:00Z"},
		{"2099-01-01T00:00:00Z", "2099-01-01T00:00:00Z"},
		{"Wed, 31 Feb 2024 10:00:00 GMT", ""},
		{"1970-01-01T00:00:00Z", ""},
		{"0001-01-01T00:00:00Z", ""},
		{"yesterday", ""},
		{"Wed, 20 Mar 2024 10:00:00 EST", "2024-03-20T15:00:00Z"},
		{"mer., 20 mars 2024 10:00:00 +0100", "2024-03-20T09:00:00Z"},
		{"Mittwoch, 20. März 2024, 10:00", "2024-03-20T10:00:00Z"},
		{"20 de agosto de 2024", "2024-08-20T00:00:00Z"},
		{"Wed, 4 Sept 2024 10:00:00 GMT", "2024-09-04T10:00:00Z"},
		{"Mar 20th, 2024 12:30 AM", "2024-03-20T00:30:00Z"},
		{"March 20, 2024 at 3:04 PM -0330", "2024-03-20T18:34:00Z"},
		{"2024年3月20日 18:00", "2024-03-20T18:00:00Z"},
		{"2024/03/20 10:00", "2024-03-20T10:00:00Z"},
		{"20240320", "2024-03-20T00:00:00Z"},
		{"Wed, 20 Mar 2024 24:00:00 GMT", "2024-03-21T00:00:00Z"},
		{"2024-03-20T25:00:00Z", ""},
		{"2024-02-30", ""},
		{"1710928800", ""},
		{"20 Brumaire 2024", ""},
	}
	for _, tt := range tests {
		var got string
		a := decodeString(t, rssOf(item("<title>A</title><pubDate>%s</pubDate>", tt.in))).Articles[0]
		if !a.Published.IsZero() {
			got = a.Published.UTC().Format(time.RFC3339)
		}
		if got != tt.want {
			t.Errorf("%q: got %q, want %q", tt.in, got, tt.want)
		}
	}
}

// The first date of an item that can be read counts, whichever it is.
func TestPublishedAnywhere(t *testing.T) {
	const in = `<rss xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/"><channel>` +
		`<item><title>A</title><pubDate>soon</pubDate><dc:date>2024-03-20</dc:date></item>` +
		`<item><title>B</title><dcterms:issued>2024-03-20</dcterms:issued></item></channel></rss>`
	for _, a := range decodeString(t, in).Articles {
		if want := time.Date(2024, 3, 20, 0, 0, 0, 0, time.UTC); !a.Published.Equal(want) {
			t.Errorf("%s: got %s, want %s", a.Title, a.Published, want)
		}
	}
}

// xml:base goes before the address of the feed.
func TestBase(t *testing.T) {
	tests := []struct{ in, want string }{
		{`<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://b.example/x/"><entry xml:base="y/"><title>A</title><link href="z"/></entry></feed>`, "https://b.example/x/y/z"},
		{`<feed xmlns="http://www.w3.org/2005/Atom" xml:base="/x/"><entry><title>A</title><link href="z"/></entry></feed>`, "https://feeds.example.org/x/z"},
		{`<rss xml:base="https://b.example/x/"><channel><item><title>A</title><link>z</link></item></channel></rss>`, "https://b.example/x/z"},
	}
	for _, tt := range tests {
		if got := decodeString(t, tt.in).Articles[0].URL; got != tt.want {
			t.Errorf("%s\ngot %s, want %s", tt.in, got, tt.want)
		}
	}
}

func TestLinks(t *testing.T) {
	tests := []struct{ in, want string }{
		{"<link>https://x.example/a b</link>", "https://x.example/a%20b"},
		{"<link>news/1</link>", "https://feeds.example.org/policy/news/1"},
		{"<link>//x.example/a</link>", "https://x.example/a"},
		{"<link>javascript:alert(1)</link>", ""},
		{"<link>mailto:a@x.example</link><guid>https://x.example/g</guid>", "https://x.example/g"},
		{"<guid isPermaLink='false'>https://x.example/g</guid>", ""},
		{"<guid>17</guid>", ""},
	}
	for _, tt := range tests {
		a := decodeString(t, rssOf(item("<title>A</title>%s", tt.in))).Articles[0]
		if a.URL != tt.want {
			t.Errorf("%s: got %q, want %q", tt.in, a.URL, tt.want)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(rssOf(item("<title>A</title><link>/a</link><description>&lt;p&gt;x</description>"))))
	f.Add([]byte(`<feed xmlns="http://www.w3.org/2005/Atom"><entry><title type="html">A</title></entry></feed>`))
	f.Add([]byte(`{"items":[{"id":1,"title":"A","content_html":"<p>x"}]}`))
	f.Add([]byte(`<urlset><url><loc>/a</loc><news><title>A</title></news></url></urlset>`))
	f.Add([]byte(`{"results":[{"document_number":"1","title":"A","agencies":[{"name":"B"}]}]}`))
	f.Add([]byte(rssOf(item("<title>A</title><pubDate>20 mars 2024 10:00 PM +01:00</pubDate>"))))
	f.Add([]byte("\xff\xfe<\x00r\x00s\x00s\x00"))
	f.Add([]byte(`<rss><item><title>A</title></item><item><title>B</titl`))
	f.Fuzz(func(t *testing.T, data []byte) {
		b, err := Decode(strings.NewReader(string(data)), base)
		if err != nil {
			return
		}
		for _, a := range b.Articles {
			if a.ID == "" || a.Title == "" {
				t.Errorf("an article without ID or title: %+v", a)
			}
		}
	})
}

// A sitemap of a whole site has more elements than a feed may; it is read as far
// as there is room for.
func TestLargeSitemap(t *testing.T) {
	var b strings.Builder
	b.WriteString(`<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">`)
	for i := range 160_000 {
		fmt.Fprintf(&b, "<url><loc>https://example.org/%d</loc></url>", i)
	}
	b.WriteString(`<url><loc>https://example.org/new</loc><news:news><news:title>News</news:title></news:news></url></urlset>`)
	got, err := Decode(strings.NewReader(b.String()), "https://example.org/")
	if err != nil || len(got.Articles) != 1 || got.Articles[0].Title != "News" {
		t.Errorf("%d articles, %v", len(got.Articles), err)
	}
	deep := `<urlset>` + strings.Repeat("<url><loc>https://example.org/1</loc></url>", 160_000) + strings.Repeat("<url>", 1_000_000)
	if _, err := Decode(strings.NewReader(deep), "https://example.org/"); err == nil {
		t.Error("a sitemap without news, nested for ever, gives no error")
	}
}
