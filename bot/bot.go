// Package bot is the conversation: it takes a command that a person gave and
// answers it, changing subscriptions and settings on the way. It decides who
// may do what; it knows no platform and no store, only the interfaces below.
package bot

import (
	"context"
	"time"

	"github.com/bellwether/bellwether/alerts"
)

// SubscriptionStore keeps subscriptions and the settings of destinations.
//
// A method that changes something returns when the change is stored for good
// and stands in the change log that matchers follow; the error then is nil.
// Methods may be called at the same time.
type SubscriptionStore interface {
	// Add stores s under a new ID and the destination's next Number, which it
	// returns filled in. If the destination has a subscription with the same
	// canonical query already, Add changes nothing and returns that one and
	// false. With s.Number set, it brings back a removed subscription under its
	// old Number (alerts.ErrConflict if the number is in use).
	Add(ctx context.Context, s alerts.Subscription) (stored alerts.Subscription, added bool, err error)
	// Update replaces the subscription with s.ID if its Revision is s.Revision,
	// and returns it with the new one. Errors: alerts.ErrNotFound,
	// alerts.ErrConflict (an old revision, or another subscription of the
	// destination has the same canonical query).
	Update(ctx context.Context, s alerts.Subscription) (alerts.Subscription, error)
	// Remove deletes and returns it; alerts.ErrNotFound if there is none.
	Remove(ctx context.Context, d alerts.Destination, number int) (alerts.Subscription, error)
	// List gives those of a destination by Number; empty if there are none.
	List(ctx context.Context, d alerts.Destination) ([]alerts.Subscription, error)
	// Owned gives all that a person owns, wherever they alert.
	Owned(ctx context.Context, p alerts.Person) ([]alerts.Subscription, error)
	// Settings gives a destination's settings; those never saved are zero but
	// for Destination.
	Settings(ctx context.Context, d alerts.Destination) (alerts.Settings, error)
	// SaveSettings replaces them if their Revision is s.Revision; else
	// alerts.ErrConflict.
	SaveSettings(ctx context.Context, s alerts.Settings) (alerts.Settings, error)
	// Forget deletes every subscription that p owns, p's direct message with
	// its settings, and whatever else names p. It returns how many
	// subscriptions went.
	Forget(ctx context.Context, p alerts.Person) (int, error)
}

// Archive is the article log as a memory of the last 30 days.
type Archive interface {
	// Recent calls yield with each article received since, newest first, its
	// latest revision only, until yield returns false or ctx ends.
	Recent(ctx context.Context, since time.Time, yield func(alerts.Article) bool) error
}

// Outbox is where a first alert is put, and where waiting alerts are moved
// when a schedule changes.
type Outbox interface {
	// Enqueue puts in what the destination has not had yet; see
	// matching.Outbox.
	Enqueue(ctx context.Context, p []alerts.Pending) (added int, err error)
	// Move puts all that waits in from at the end of to, in order, to be
	// written to at the time at or later. Nothing is sent twice by it. With from
	// equal to to it changes only that time.
	Move(ctx context.Context, from, to alerts.Lane, at time.Time) (moved int, err error)
	// Waiting gives the keys of what waits for a destination, for why and tests.
	Waiting(ctx context.Context, d alerts.Destination) ([]alerts.Item, error)
}

// Sources tells what is read and how that goes, on all replicas together.
type Sources interface {
	Sources(ctx context.Context) ([]alerts.SourceStatus, error)
}

// SourceStore keeps the feeds that people add, for all replicas. A method that
// changes something returns when that is stored for good; whoever reads feeds
// follows within seconds.
type SourceStore interface {
	// AddSources stores those whose names are not there yet, all in one step, and
	// tells for each whether it was. What was there stays as it is.
	AddSources(ctx context.Context, all []alerts.AddedSource) (added []bool, err error)
	// RemoveSource deletes one and returns it; alerts.ErrNotFound if there is
	// none. It is a new one when it is added again.
	RemoveSource(ctx context.Context, name string) (alerts.AddedSource, error)
	// AddedSources gives all, by name.
	AddedSources(ctx context.Context) ([]alerts.AddedSource, error)
}
