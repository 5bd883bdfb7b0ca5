package alerts

import (
	"errors"
	"time"
)

// ErrNoNews is for items that were read and are left out because they hold no
// news: a list of codes, the plan of a day, a package of links.
var ErrNoNews = errors.New("it holds no news text")

// Batch is what one reading of a source brought.
type Batch struct {
	// Articles in the order in which they are to be logged: oldest first.
	// Empty with NotModified unset means that the document holds none.
	Articles []Article
	// NotModified: the source says that nothing changed since the state given.
	NotModified bool
	State       []byte        // for the next reading: validators and the like
	Interval    time.Duration // the source's own wish between polls; 0 if none
	Skip        Skip          // when the source asks not to be polled
	Problems    []ItemProblem // items that were left out
	Kind        SourceKind
	// Pages: where an article is partial, the page that it links to may be read.
	Pages bool
	// Hub tells of changes; the zero Hub where the source names none.
	Hub Hub
}

// Hub is who tells of changes of a source's document to those who subscribe
// (https://www.w3.org/TR/websub/). Its fields are from the source, and so
// hostile; they may hold keys and are for requests only.
type Hub struct {
	Addresses []string `json:"addresses"` // web addresses, any of which will do
	Topic     string   `json:"topic"`     // the document's name at the hubs, a web address
}

// HubSubscription is what is agreed with a hub about the feed of a source. Two of
// a source may be there while one hub takes the place of another.
type HubSubscription struct {
	// Token is what the hub calls back with, and Secret what it signs with, empty
	// where it can't be told in secret. Nobody else may see them.
	Token, Secret string
	Source        string
	Host          string // that the source is read from
	Hub           Hub
	// Ending: it is to be taken back, and nothing more is taken from it.
	Ending bool
	Asked  time.Time // when the hub was asked last, zero if it never was
	Until  time.Time // when it ends; zero while the hub did not confirm it
	Next   time.Time // when the hub is to be asked next
	Named  time.Time // when the feed named the hub last
	// Failures are the tries since the hub last confirmed it; Error tells why the
	// latest failed, in words for the operator.
	Failures int
	Error    string
	Revision int64 // of what is stored; 0 if nothing is
}

// Address is the hub to ask: after a failure the next of them.
func (s HubSubscription) Address() string {
	if len(s.Hub.Addresses) == 0 {
		return ""
	}
	return s.Hub.Addresses[max(s.Failures-1, 0)%len(s.Hub.Addresses)]
}

// Live tells whether the hub sends what is new.
func (s HubSubscription) Live(now time.Time) bool { return !s.Ending && now.Before(s.Until) }

// Page is what was read of the page that an article links to.
type Page struct {
	Text      string // the main text, in the form of [Article.Body]
	URL       string // what the page says is its own address, else where it was found
	Language  string // a BCP 47 tag, empty if it gives none
	Publisher string // the name of the site, empty if it gives none
}

// SourceKind tells how the items of a source are to be taken.
type SourceKind uint8

// The kinds of sources.
const (
	// FeedSource lists its newest items again and again; what stands in it at
	// the first poll is history.
	FeedSource SourceKind = iota
	// FileSource is given on purpose: everything in it is news.
	FileSource
)

// ItemProblem is an item or a line that could not be read.
type ItemProblem struct {
	Place string // file and line ("wire.jsonl:3"), or the item's place in a feed
	Err   error
}

// Verdict is what became of an article that was given to the log.
type Verdict uint8

// The verdicts.
const (
	Added     Verdict = iota // logged as new
	Revised                  // logged as a later revision of one that was there
	Duplicate                // seen before; nothing was logged
)

// String gives "added", "revised" or "duplicate".
func (v Verdict) String() string {
	return [...]string{"added", "revised", "duplicate"}[min(v, Duplicate)]
}

// Known tells what the log remembers of an article.
type Known uint8

// What may be known.
const (
	Unknown   Known = iota // it would be logged as new
	Changed                // it is there, with another text
	Unchanged              // this very text of it was seen
)

// Outcome is what became of one article of a batch.
type Outcome struct {
	Article Article // as logged; as it came where it was refused
	Verdict Verdict
	Err     error // why it was refused; nil otherwise
}

// LogEntry is an article as the log hands it to one of a group of replicas.
type LogEntry struct {
	Token   string // to acknowledge it by
	Article Article
	Logged  time.Time // when it was appended, by the store's clock; zero if that is not known
	// Tries counts how often it was handed out before without being
	// acknowledged, by whichever replica.
	Tries int
	// Err is set instead of Article when the record can't be read; it is to be
	// reported once and acknowledged.
	Err error
}

// SourceStatus is what is known of one source of articles.
type SourceStatus struct {
	Name     string // what the configuration calls it, else its address
	Address  string
	LastGood time.Time // zero if it was never read
	LastNew  time.Time // when it last brought an article
	Error    string    // why the latest try failed; empty if it did not
	Failures int       // tries in a row that failed
	// FailingSince is when the first of those was; zero if the latest succeeded.
	FailingSince time.Time
	News         Tally     // the articles it brought, by their own time
	Next         time.Time // the next try
	Articles     int       // brought so far, by whichever replica
	Pushed       bool      // its hub sends what is new
}

// Turn is a replica's right to poll a source.
type Turn struct {
	Mine   bool
	Status SourceStatus  // as the last turn left it, zero at first; if Mine
	Wait   time.Duration // until it is worth asking again; if not Mine
}

// AddedSource is a feed that people added while the program ran, beside those
// of the configuration.
type AddedSource struct {
	Name    string // its key; see SourceName
	Address string // may hold a key: it is shown to nobody as it is
	Title   string // the feed's own; may be empty
	// By is where it was added, zero if that was the command line.
	By    Destination
	Added time.Time
}

// FoundFeed is a feed that an address led to.
type FoundFeed struct {
	Address string
	Title   string // the feed's own, else what the page calls it; may be empty
	Items   int
	Newest  time.Time // of its items, zero if none has a date
}
