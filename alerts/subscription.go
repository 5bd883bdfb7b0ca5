package alerts

import (
	"slices"
	"time"

	"github.com/bellwether/bellwether/alerts/query"
)

// SubscriptionID names a subscription within one store, for ever; it is what
// engines and outboxes carry. People see [Subscription.Number] instead.
type SubscriptionID uint64

// Subscription is a query that a destination wants to hear about.
type Subscription struct {
	ID          SubscriptionID
	Number      int // the small number people type; unique in the destination, never used twice
	Owner       Person
	Destination Destination
	Query       query.Query
	Schedule    Schedule
	// Paused: nothing is matched for it, and nothing is kept for later.
	Paused bool
	// PausedUntil ends the pause; zero with Paused set means until resumed.
	PausedUntil time.Time
	Created     time.Time
	// Mention is the id of a role in Discord that alerts of it mention, as its
	// owner may; empty for none.
	Mention string
	// Revision grows with every change to this subscription; stores compare it
	// to refuse a change that was made on an old copy.
	Revision uint64
}

// Active reports whether the subscription takes articles at the time now.
func (s Subscription) Active(now time.Time) bool {
	return !s.Paused || (!s.PausedUntil.IsZero() && !now.Before(s.PausedUntil))
}

// Settings are what a destination has said about itself.
type Settings struct {
	Destination Destination
	TimeZone    string // IANA name; empty means UTC
	Quiet       Quiet
	// Schedule is given to new subscriptions of the destination.
	Schedule Schedule
	// Paused and PausedUntil hold every subscription of the destination, as
	// those of [Subscription] hold one.
	Paused      bool
	PausedUntil time.Time
	// PausedBy is why the program itself holds everything of the destination,
	// whatever people said about pauses; LossNone where it does not.
	PausedBy Loss
	// Cap is the number of alerts an hour after which the rest waits for a
	// digest; 0 means the program's default, [NoCap] none.
	Cap int
	// Muted articles are never shown again in the destination, nor revisions:
	// their [ShortID]s, the latest last.
	Muted    []string
	Revision uint64
}

// NoCap in [Settings.Cap] sets no limit.
const NoCap = -1

// AlertsAnHour gives how many alerts an hour the destination wants, where the
// program's default is initial; 0 sets no limit.
func (s Settings) AlertsAnHour(initial int) int {
	if s.Cap == 0 {
		return max(initial, 0)
	}
	return max(s.Cap, 0)
}

// Loss is why a platform no longer takes anything for a destination.
type Loss string

// The losses.
const (
	LossNone        Loss = ""
	LossArchived    Loss = "archived"    // the channel is archived
	LossDeleted     Loss = "deleted"     // the channel is gone
	LossRemoved     Loss = "removed"     // the bot is not in the channel, or may not write there
	LossClosed      Loss = "closed"      // the person takes no direct messages, or has left
	LossUninstalled Loss = "uninstalled" // the workspace removed the app
)

// Active reports whether the destination takes articles at the time now.
func (s Settings) Active(now time.Time) bool {
	return s.PausedBy == LossNone && (!s.Paused || (!s.PausedUntil.IsZero() && !now.Before(s.PausedUntil)))
}

// Mutes reports whether the article with that id is muted in the destination.
func (s Settings) Mutes(id string) bool {
	return len(s.Muted) > 0 && (slices.Contains(s.Muted, ShortID(id)) || slices.Contains(s.Muted, id))
}

// Change is one entry of the subscriptions' change log. Exactly one of its
// pointers is set.
type Change struct {
	Set      *Subscription   // added, edited, paused, resumed
	Removed  *SubscriptionID // gone
	Settings *Settings       // a destination's settings as they are now
}
