// Package matching carries articles from the log through the engine into the
// outbox. It owns the engine: it loads the subscriptions, follows their change
// log, and reads that to its end before each batch of articles.
package matching

import (
	"context"
	"time"

	"github.com/bellwether/bellwether/alerts"
)

// ArticleLog hands out articles to a group of replicas, each to one of them.
type ArticleLog interface {
	// Next gives up to n entries in the order of the log: first those that
	// this replica was given and did not acknowledge, then what other replicas
	// have held for too long, then new ones. With nothing there it waits up to
	// wait and gives none; 0 does not wait.
	Next(ctx context.Context, n int, wait time.Duration) ([]alerts.LogEntry, error)
	// Ack says that every alert of these entries is in the outbox.
	Ack(ctx context.Context, tokens ...string) error
}

// Subscriptions is the store as seen by a matcher: a snapshot and the log of
// changes since.
type Subscriptions interface {
	// Snapshot calls yield for every subscription and every destination's
	// settings, each as a Change with Set or Settings, and returns the
	// revision of the log that it is at least as new as.
	Snapshot(ctx context.Context, yield func(alerts.Change) error) (revision string, err error)
	// Changes calls yield for every change after revision up to the log's
	// present end, without waiting for more, and returns the new revision.
	// alerts.ErrGap if the log no longer reaches back so far. Applying a
	// change twice does no harm.
	Changes(ctx context.Context, revision string, yield func(alerts.Change) error) (string, error)
}

// Outbox is where alerts wait to be sent.
type Outbox interface {
	// Enqueue puts each Pending in its lane unless its destination has had its
	// Key before, and returns how many were put in. Giving the same Pendings
	// again puts nothing in. All that it was given is stored when it returns
	// nil; after an error some may be.
	Enqueue(ctx context.Context, p []alerts.Pending) (added int, err error)
	// Recipients gives every destination for which the article was ever put in;
	// received is its Received.
	Recipients(ctx context.Context, article string, received time.Time) ([]alerts.Destination, error)
}
