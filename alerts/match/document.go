package match

import (
	"net/url"
	"strings"

	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/alerts/query"
	"github.com/bellwether/bellwether/alerts/text"
)

// Document is an article whose text was analysed once, for many queries to be
// tried on. It is safe for concurrent use.
type Document struct {
	article           alerts.Article
	title, body       text.Field
	publisher, agency text.Field
	language          string // lower case, parts divided by hyphens
	host              string // of the URL, lower case, without port; empty if it has none
}

// NewDocument analyses a.
func NewDocument(a alerts.Article) *Document { return Analyze(text.NewAnalyzer(), a) }

// Analyze is [NewDocument] with an analyzer of the caller's, which remembers
// words from one article to the next.
func Analyze(an *text.Analyzer, a alerts.Article) *Document {
	d := &Document{}
	d.analyze(an, a)
	return d
}

// analyze makes d the document of a, in the memory that it has.
func (d *Document) analyze(an *text.Analyzer, a alerts.Article) {
	d.article = a
	d.language, d.host = language(a.Language), host(a.URL)
	an.Field(&d.title, a.Title, d.language)
	an.Field(&d.body, a.Body, d.language)
	an.Field(&d.publisher, a.Publisher, d.language)
	an.Field(&d.agency, a.Agency, d.language)
}

// Spans says whether q hits the article, and where: every occurrence that
// satisfies a positive part of a true branch of q, sorted and merged. A query
// can hit without any span, through filters and NOT.
//
// Where the language leaves a choice: the distance of NEAR and BEFORE runs from
// the last position of the one occurrence to the first of the other; SAME wants
// both wholly within the sentence; ATLEAST counts occurrences of which no two
// overlap; the lead is the headline with the first paragraph that has words.
func (d *Document) Spans(q query.Query) ([]alerts.Span, bool) {
	all, ok := d.eval(q.Root(), scope{})
	return d.spans(all), ok
}

// Spans is [Document.Spans] for a single query.
func Spans(q query.Query, a alerts.Article) ([]alerts.Span, bool) {
	return NewDocument(a).Spans(q)
}

func (d *Document) field(f alerts.Field) *text.Field {
	if f == alerts.Title {
		return &d.title
	}
	return &d.body
}

// language brings a language tag into the form of query.Filter.
func language(tag string) string {
	return strings.ReplaceAll(strings.ToLower(strings.TrimSpace(tag)), "_", "-")
}

// host gives the host of an address in the form of query.Filter, or nothing
// for what is no address.
func host(address string) string {
	address = strings.TrimSpace(address)
	if host := plainHost(address); host != "" || address == "" {
		return host
	}
	if !strings.Contains(address, "://") {
		address = "//" + strings.TrimLeft(address, "/")
	}
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return strings.TrimSuffix(strings.ToLower(u.Hostname()), ".")
}

// plainHost gives the host of an address of the usual form, in which nothing is
// to be unescaped or made small; else nothing. It allocates nothing.
func plainHost(address string) string {
	rest, ok := strings.CutPrefix(address, "https://")
	if !ok {
		rest, ok = strings.CutPrefix(address, "http://")
	}
	host, path, _ := strings.Cut(rest, "/")
	if !ok || strings.HasSuffix(host, ".") {
		return ""
	}
	for i := range len(host) {
		if c := host[i]; (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' && c != '.' {
			return ""
		}
	}
	for i := range len(path) {
		if c := path[i]; c < ' ' || c == '%' || c == 0x7F {
			return ""
		}
	}
	return host
}

// stemmers names the stemmers of a language, one for each script that
// text.StemLang has any for. Languages with equal names stem every word alike.
func stemmers(language string) string {
	names := make([]byte, 0, 16)
	for _, word := range [...]string{"a", "я", "ا", "த"} {
		names = append(append(names, text.StemLang(language, word)...), ' ')
	}
	return string(names)
}
