package ingest

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/alerts/language"
	"github.com/bellwether/bellwether/alerts/text"
)

// Limits of what is kept of one article, in bytes.
const (
	maxBody  = 1 << 20
	maxTitle = 1 << 10
	maxLine  = 256 // publisher, agency, distributor
	maxID    = 512
	maxURL   = 4 << 10
	// A headline that is made from the body is about as long as one of a wire.
	madeTitle = 160
)

var errEmpty = errors.New("the article is empty: it has neither headline nor text")

// normalise makes what a source gave into an article as it is kept: clean
// text of bounded length, an ID, times that are not in the future.
func normalise(a alerts.Article, origin string, now time.Time) (alerts.Article, error) {
	if a.Embargo.After(now) && a.Standing != alerts.Withdrawn {
		return alerts.Article{}, fmt.Errorf("it must not be published before %s", a.Embargo.UTC().Format(time.RFC3339))
	}
	a.Title = cut(line(a.Title), maxTitle)
	a.Body = cutBody(paragraphs(a.Body), maxBody)
	if a.Title == "" {
		first, _, _ := strings.Cut(a.Body, "\n")
		a.Title = cut(line(first), madeTitle)
	}
	if a.Title == "" && (a.Standing != alerts.Withdrawn || a.ID == "") {
		return alerts.Article{}, errEmpty
	}
	a.Publisher = cut(line(a.Publisher), maxLine)
	a.Distributor = cut(line(a.Distributor), maxLine)
	a.Agency = cut(line(a.Agency), maxLine)
	a.Note = cut(line(a.Note), maxTitle)
	a.EvolvedFrom = shortID(line(a.EvolvedFrom))
	a.Language = tag(a.Language)
	a.URL = webAddress(a.URL)
	if a.Publisher == "" && a.Agency == "" {
		a.Publisher = cut(site(a.URL), maxLine)
	}
	a.ID = identity(a)
	a.Revision = 0
	a.Origin = origin
	a.Received = now
	if a.Published.After(now) {
		a.Published = now
	}
	return a, nil
}

// inLanguage tells the language by the text where that is surer. It takes up to a
// millisecond, and is for what is logged, not for all that stands in a feed.
func inLanguage(a alerts.Article) alerts.Article {
	a.Language = language.Of(a.Language, a.Title, a.Body)
	return a
}

// line is s as one line with single spaces.
func line(s string) string { return strings.Join(strings.Fields(text.Clean(s)), " ") }

// paragraphs is s with every line trimmed and never more than one blank line
// in a row.
func paragraphs(s string) string {
	var b strings.Builder
	blank := false
	for l := range strings.SplitSeq(text.Clean(s), "\n") {
		l = strings.TrimSpace(l)
		if l == "" {
			blank = true
			continue
		}
		if b.Len() > 0 {
			b.WriteByte('\n')
			if blank {
				b.WriteByte('\n')
			}
		}
		b.WriteString(l)
		blank = false
	}
	return b.String()
}

// cutBody shortens s to at most n bytes, at the end of a paragraph or line
// where the text has one in its second half.
func cutBody(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for _, end := range []string{"\n\n", "\n"} {
		if i := strings.LastIndex(s[:n], end); i > n/2 {
			return strings.TrimSpace(s[:i])
		}
	}
	return cut(s, n)
}

// cut shortens s to at most n bytes, at the end of a word where it can.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	const ellipsis = "…"
	end := n - len(ellipsis)
	for end > 0 && !utf8.RuneStart(s[end]) {
		end--
	}
	if i := strings.LastIndexByte(s[:end], ' '); i > end/2 {
		end = i
	}
	return strings.TrimSpace(s[:end]) + ellipsis
}

// site is the host of an address as people say it; empty if there is none.
func site(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return strings.TrimPrefix(strings.ToLower(u.Hostname()), "www.")
}

// tag is a BCP 47 tag in lower case, or empty where s is none.
func tag(s string) string {
	s = strings.ReplaceAll(strings.ToLower(strings.TrimSpace(s)), "_", "-")
	primary, _, _ := strings.Cut(s, "-")
	if len(primary) < 2 || len(primary) > 8 || len(s) > 35 {
		return ""
	}
	for _, r := range s {
		if (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-' {
			return ""
		}
	}
	return s
}

// webAddress keeps an address that people may be given as a link: http or
// https, with a host. Others are left out.
func webAddress(s string) string {
	s = strings.TrimSpace(s)
	u, err := url.Parse(s)
	if err != nil || len(s) > maxURL || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
		return ""
	}
	return s
}

// identity is the article's ID, else its address, else its text; a long one
// is replaced by its SHA-256.
func identity(a alerts.Article) string {
	id := line(a.ID)
	if id == "" {
		id = a.URL
	}
	if id == "" {
		return "sha256:" + hash(a.Title+"\n"+a.Body)
	}
	return shortID(id)
}

func shortID(id string) string {
	if len(id) > maxID {
		return "sha256:" + hash(id)
	}
	return id
}

func hash(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}
