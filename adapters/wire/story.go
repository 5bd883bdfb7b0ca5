// Package wire reads news wires and article files: wire texts as plain text,
// IPTC 7901 and ANPA-1312, articles as JSON lines, ninjs, NewsML and NITF, and
// folders of all these.
package wire

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"

	"github.com/bellwether/bellwether/alerts"
)

// Story is a wire text taken apart. Every part but the headline may be
// missing. Dates are midnight UTC.
type Story struct {
	Line            int       // of the file at which the story begins, from 1
	Date            time.Time // of its date line
	Agency          string    // the wire that carried it, as people write it
	Headline        string
	Distributor     string // who passed it on: PRNewswire
	DistributorDate time.Time
	Dateline        Dateline
	// Body has blank lines between its paragraphs and none within them. The
	// dateline stands at its begin, as filed. Headline, distributor line, link
	// and credit are no part of it.
	Body string
	// CrossHeads are the headings between paragraphs. They are paragraphs of
	// Body too.
	CrossHeads []string
	Link       string // the source of the story
	Credit     string // the publisher
}

// Dateline is where and when a story was written, as it says itself.
type Dateline struct {
	Place string
	Date  time.Time
}

// Article gives the story as an article. It was published on the date of its
// date line, else of its distributor line, else of its dateline.
func (s Story) Article() alerts.Article {
	a := alerts.Article{
		ID:          s.id(),
		Title:       s.Headline,
		Body:        s.Body,
		URL:         s.Link,
		Publisher:   s.Credit,
		Distributor: s.Distributor,
		Agency:      s.Agency,
	}
	for _, t := range []time.Time{s.Date, s.DistributorDate, s.Dateline.Date} {
		if !t.IsZero() {
			a.Published = t
			break
		}
	}
	return a
}

// id is the link in its canonical form; without one, a digest of what does not
// change when the text is corrected.
func (s Story) id() string {
	if s.Link != "" {
		return alerts.CanonicalURL(s.Link)
	}
	return digestID(s.Agency, s.Date.Format(time.DateOnly), s.Headline)
}

// digestID is an ID made of what does not change when a text is corrected.
func digestID(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\n")))
	return "sha256:" + hex.EncodeToString(sum[:16])
}
