package alerts

import (
	"strings"
	"time"
)

// Article is one news item. Text fields are plain UTF-8 without markup.
//
// The JSON form is the one of article files (one object a line). The
// publisher is called "source" there, as wires and corpora do.
type Article struct {
	// ID names the article for ever: a feed's guid, a wire's item id, or what
	// the reader derived from URL or text. The same ID with other text is a
	// later revision of the same article.
	ID string `json:"id"`
	// Revision counts the versions of the article that were logged, from 1.
	Revision int    `json:"revision,omitempty"`
	Title    string `json:"title"`
	// Body keeps its paragraphs: a blank line between them, or, when the text
	// has no blank line at all, a line break.
	Body string `json:"body,omitempty"`
	URL  string `json:"url,omitempty"`
	// Publisher is who answers for the text: a feed's title, a wire's credit.
	Publisher string `json:"source,omitempty"`
	// Distributor passed the text on for the publisher (PRNewswire).
	Distributor string `json:"distributor,omitempty"`
	// Agency is the wire that carried it (Australian Associated Press).
	Agency string `json:"agency,omitempty"`
	// Language is a BCP 47 tag in lower case ("en", "zh-hans"), or empty.
	Language string `json:"language,omitempty"`
	// Published is the publisher's own time, zero when it gave none.
	Published time.Time `json:"published,omitzero"`
	// Received is when Bellwether first read the article; a revision keeps it.
	Received time.Time `json:"received,omitzero"`
	// Version is the publisher's own number of this version; 0 where it gives
	// none. A higher one is later.
	Version int64 `json:"version,omitempty"`
	// EvolvedFrom is the ID of the item that this one goes on from, under an ID
	// of its own.
	EvolvedFrom string `json:"evolved_from,omitempty"`
	// Standing is empty for an article that its publisher stands by.
	Standing Standing `json:"standing,omitempty"`
	// Note is what the publisher tells editors: why an article was corrected.
	Note string `json:"note,omitempty"`
	// Embargo is the time before which it must not be published; zero for none.
	Embargo time.Time `json:"embargo,omitzero"`
	// Trace is the W3C traceparent of the trace that the article's way belongs to,
	// https://www.w3.org/TR/trace-context/#traceparent-header; empty for none.
	Trace string `json:"trace,omitempty"`
	// Origin is the name of the Source that brought it.
	Origin string `json:"origin,omitempty"`
	// Partial: Body is no more than the beginning or a summary of the text that
	// stands at URL. It is not kept.
	Partial bool `json:"-"`
	// Teaser is what the source itself gave in place of Body, where that was taken
	// from the page at URL: the article is known by it too. It is not kept.
	Teaser *string `json:"-"`
}

// Time is when the article counts as having appeared: Published, else
// Received, and never later than Received when both are known.
func (a Article) Time() time.Time {
	switch {
	case a.Published.IsZero():
		return a.Received
	case !a.Received.IsZero() && a.Published.After(a.Received):
		return a.Received
	}
	return a.Published
}

// Credits names who an article is from: its publisher and the agency that
// carried it, each once.
func (a Article) Credits() []string {
	var out []string
	for _, s := range []string{a.Publisher, a.Agency} {
		if s != "" && (len(out) == 0 || !strings.EqualFold(out[0], s)) {
			out = append(out, s)
		}
	}
	return out
}

// Standing is what a publisher says of an item that it sent before.
type Standing string

// The standings that an article can have.
const (
	Usable    Standing = ""
	Corrected Standing = "corrected" // it was wrong; this is how it should have been
	Withdrawn Standing = "withdrawn" // it is not to be used any more: a kill
	// OfSources is the Alert.Notice of what is no article but tells of sources.
	OfSources Standing = "sources"
)

// Field names a text field of an article that spans point into.
type Field uint8

// The fields of an article that have spans.
const (
	Title Field = iota
	Body
)

// String gives the field's name in JSON: "title" or "body".
func (f Field) String() string {
	if f == Title {
		return "title"
	}
	return "body"
}

// MarshalText implements [encoding.TextMarshaler].
func (f Field) MarshalText() ([]byte, error) { return []byte(f.String()), nil }

// Span is a stretch of a field: byte offsets into its UTF-8 text, End excluded.
type Span struct {
	Field Field `json:"field"`
	Start int   `json:"start"`
	End   int   `json:"end"`
}
