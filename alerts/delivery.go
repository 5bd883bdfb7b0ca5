package alerts

import (
	"strconv"
	"strings"
	"time"
)

// Lane is a destination with a schedule: what waits in it is sent in the order
// in which it was put there. It is comparable.
type Lane struct {
	Destination Destination
	Schedule    Schedule
}

// Pending is one article on its way to one destination, as the matcher puts it
// into the outbox. It only refers: text and queries are read when it is sent.
type Pending struct {
	Lane          Lane
	Article       string           // Article.ID
	Time          time.Time        // Article.Received: places the seen-mark, so that it must be the same for every revision
	Subscriptions []SubscriptionID // every subscription of the destination that hit
	NotBefore     time.Time        // the earliest time at which the lane may be written to
	// Wide says that so many destinations hear of the article at once that it
	// need not go before what others wait for.
	Wide bool
	// Yield is how long such a Pending lets others go first: while the rest of
	// its article is put in, nothing of it needs sending.
	Yield time.Duration
	// Again lets through an article that the destination has had: a correction or
	// a withdrawal names itself here, see [Amendment]. Empty for the first time.
	Again string
}

// Amendment is Pending.Again of what amends the alerts that an article was: the
// revision of the article that does.
func Amendment(revision int) string { return "r" + strconv.Itoa(revision) }

// Amends gives the revision that [Amendment] names; 0 if it is none.
func Amends(again string) int {
	digits, ok := strings.CutPrefix(again, "r")
	n, err := strconv.Atoi(digits)
	if !ok || err != nil {
		return 0
	}
	return n
}

// Key names what Pending would send, the same at every try.
func (p Pending) Key() string {
	k := p.Lane.Destination.String() + "|" + p.Article
	if p.Again != "" {
		k += "|" + p.Again
	}
	return k
}

// Item is one waiting reference handed out by a claim.
type Item struct {
	Key           string // Pending.Key
	Article       string
	Again         string // Pending.Again
	Subscriptions []SubscriptionID
	Enqueued      time.Time
	Attempt       int  // sends that failed before this one
	Sending       bool // an earlier claim was about to send it, and nobody knows whether it arrived
	// Tried is when that was, by the clock of this process as Claim.Until; zero
	// unless Sending.
	Tried time.Time
	// Head is the Key of the first item of the message in which a send of this
	// one was begun, and Begun is when, by the store's clock. Both are empty unless
	// Sending or Attempt tell of a send that may have arrived.
	Head  string
	Begun time.Time
	Part  bool // that message was part of a digest
	// Due is when its lane may next be written to, or its lease ends: for those
	// who list what waits, zero in a claim.
	Due time.Time
}

// Gathering is why alerts come together that are sent one by one otherwise.
type Gathering string

// The gatherings.
const (
	GatheredNot   Gathering = ""
	GatheredQuiet Gathering = "quiet" // they came in quiet hours
	GatheredLimit Gathering = "limit" // there were too many in an hour
)

// Claim is a lane that one dispatcher may write to until its lease ends: the
// head of an instant lane, or all that waits in a digest lane, or in an instant
// one that is gathered.
type Claim struct {
	Lane     Lane
	Token    uint64 // never repeats in a shard; a stale one changes nothing
	Items    []Item
	Until    time.Time // the end of the lease
	Gathered Gathering
	// Sent is how many messages of the instant lane went out in the hour that
	// runs and ends at Hour, by our clock; zero if none runs. It begins with the
	// first message.
	Sent int
	Hour time.Time
}

// IsDigest reports whether the items are sent together.
func (c Claim) IsDigest() bool { return c.Lane.Schedule.IsDigest() || c.Gathered != GatheredNot }

// IsInstant reports whether c is the head of an instant lane, which counts to
// the limit an hour.
func (c Claim) IsInstant() bool {
	return c.Lane.Schedule.Cadence == Instant && c.Gathered == GatheredNot
}

// Alert is one article for one destination, with every subscription that hit.
type Alert struct {
	Article Article
	// Notice, unless empty, says that the article was corrected or withdrawn since
	// its readers had it. What was withdrawn shows nothing but its headline; what
	// was corrected may have no subscription that still hits.
	Notice        Standing
	Subscriptions []Subscription
	Matched       []string // the keywords that hit, as people type them; never empty without a Notice
	Spans         []Span   // where they hit, sorted and merged
	Summary       []string // sentences of the article, in its order
	// Highlights are the spans of Summary that hit: index into Summary, and
	// byte offsets in that sentence.
	Highlights []Highlight
}

// Plain reports whether there is nothing to be done about a: it is shown without
// buttons to mute, snooze and the like.
func (a Alert) Plain() bool { return a.Notice == Withdrawn || a.Notice == OfSources }

// Highlight is a stretch of a summary sentence that a query hit.
type Highlight struct {
	Sentence, Start, End int
}

// Delivery is what a messenger sends as one message: one alert, or a part of
// a digest.
type Delivery struct {
	Key         string // the same at every try of the same message
	Destination Destination
	Schedule    Schedule // Instant, or the digest it belongs to
	Settings    Settings // the destination's, for time zone and language
	Alerts      []Alert  // one for Instant, at least one for a digest
	Part, Parts int      // which part of the digest, from 1
	Gathered    Gathering
	// Limit, unless 0: this is the last alert of so many in an hour, and what
	// else hits comes together at LimitUntil.
	Limit      int
	LimitUntil time.Time
	// Reading is told at the end of a digest: how the sources were read. nil in
	// other parts of one, and where it is not known.
	Reading *Reading
	Attempt int // sends that failed before this one
	// Since is the earliest time at which a send of it can have begun: a
	// messenger that looks for an earlier try need not look further back.
	Since time.Time
	// Tried is when a send of it was last begun that may still be under way, in
	// a process that stopped or hangs; by our clock, zero if there is none.
	Tried time.Time
	// Thread is the platform's id of the message that this part of a digest
	// belongs below; empty for the first part and for alerts.
	Thread string
	// Edits are the platform's ids of the messages that are changed to this one;
	// none for a new message.
	Edits []string
}

// IsDigest reports whether d is a digest or a part of one. What was gathered and
// turned out to be one alert is none.
func (d Delivery) IsDigest() bool {
	return d.Schedule.IsDigest() || d.Gathered != GatheredNot && (d.Parts > 1 || len(d.Alerts) > 1)
}

// Receipt is a platform's word that a Delivery was accepted.
type Receipt struct {
	Messages []string // the platform's message ids, in order
	// Thread is the platform's id of the message that they stand below; empty
	// where they stand alone.
	Thread string
	// Digest: the message told of other articles too.
	Digest bool
	// Bucket names the rate limit that the send drew on, empty if none; NotBefore
	// is the time before which that bucket wants nothing.
	Bucket    string
	NotBefore time.Time
}
