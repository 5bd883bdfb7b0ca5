package feed

import (
	"strings"
	"testing"

	"github.com/bellwether/bellwether/alerts"
)

func TestPartial(t *testing.T) {
	words := func(n int) string { return strings.TrimSpace(strings.Repeat("word ", n)) + "." }
	for _, c := range []struct {
		name, item string
		want       bool
	}{
		{"nothing", "<title>A</title>", true},
		{"a summary", "<description>" + words(40) + "</description>", true},
		{"a long description", "<description>" + words(200) + "</description>", false},
		{"a long description that is cut", "<description>" + words(200) + " […]</description>", true},
		{"a whole text", "<description>" + words(20) + "</description><content:encoded>" + words(80) + "</content:encoded>", false},
		{"a short whole text", "<content:encoded>" + words(30) + "</content:encoded>", true},
		{"a teaser where a whole text was meant", "<content:encoded>" + words(80) + " Read more &amp;raquo;</content:encoded>", true},
		{"a link behind it", "<content:encoded>" + words(80) + " &lt;a href='/a'&gt;Continue reading →&lt;/a&gt;</content:encoded>", true},
		{"WordPress", "<description>" + words(50) + " […] The post A appeared first on Example.</description>", true},
		{"WordPress, whole", "<content:encoded>" + words(80) + " The post A appeared first on Example.</content:encoded>", false},
		{"it only speaks of reading", "<content:encoded>" + words(80) + " Children should read more books.</content:encoded>", false},
		{"Chinese", "<description>" + strings.Repeat("关税", 100) + "</description>", true},
		{"Chinese, whole", "<description>" + strings.Repeat("关税", 200) + "</description>", false},
		{"Chinese, cut", "<description>" + strings.Repeat("关税", 200) + "查看全文</description>", true},
		{"German", "<description>" + words(200) + " Weiterlesen</description>", true},
	} {
		a := decodeString(t, rssOf(item("<title>A</title>%s", c.item))).Articles[0]
		if a.Partial != c.want {
			t.Errorf("%s: partial %v, want %v: …%s", c.name, a.Partial, c.want, a.Body[max(0, len(a.Body)-30):])
		}
	}
	federal := decodeString(t, `{"count":1,"results":[{"document_number":"2024-1","title":"T","abstract":"Short."}]}`)
	if federal.Articles[0].Partial {
		t.Error("a document of the Federal Register is partial")
	}
}

// withoutPartial is for tests of what else is read.
func withoutPartial(list []alerts.Article) []alerts.Article {
	for i := range list {
		list[i].Partial = false
	}
	return list
}
