// Package dispatch carries alerts from the outbox to the messengers: it
// claims, renders, sends, retries and records. It is the only place that tries
// a send again.
package dispatch

import (
	"context"
	"time"

	"github.com/bellwether/bellwether/alerts"
)

// Outbox is the queue of what waits to be sent. Every verdict names the lane,
// the claim's token and the keys that it is about; with a token that is no
// longer the lane's it changes nothing and returns alerts.ErrStale. Times are
// compared with the store's clock, never with a replica's.
type Outbox interface {
	// Claim hands out up to n lanes that may be written to now, each under a
	// lease. It returns without waiting. What Pending.NotBefore held back in an
	// instant lane is gathered, as by Gather.
	Claim(ctx context.Context, n int, lease time.Duration) ([]alerts.Claim, error)
	// Wait returns when something may have become due, or after at most d. It
	// may return early for no reason.
	Wait(ctx context.Context, d time.Duration) error
	// Sending marks keys as about to be sent as one message, so that a later
	// claim knows, and of which: the first of keys names it (alerts.Item.Head),
	// and whether the claim was a digest (alerts.Item.Part).
	Sending(ctx context.Context, c alerts.Claim, keys ...string) error
	// Saved returns when all that was recorded before outlives this process. A
	// store outside of it returns at once.
	Saved(ctx context.Context) error
	// Done removes keys, stores the receipt under the name message, and lets
	// the lane be written to again at next (zero: at once).
	Done(ctx context.Context, c alerts.Claim, message string, r alerts.Receipt, next time.Time, keys ...string) error
	// Retry clears the marks of keys, counts a failed attempt of each, and
	// scores the lane at now + delay. Order holds.
	Retry(ctx context.Context, c alerts.Claim, delay time.Duration, reason string, keys ...string) error
	// Defer is a Retry that counts no attempt: the platform asked for time, or
	// the schedule says not yet. Without keys it just gives the lane back.
	Defer(ctx context.Context, c alerts.Claim, delay time.Duration, keys ...string) error
	// Gather gives an instant lane back until delay has passed. Then all of it is
	// claimed together, with why in Claim.Gathered, until that has its verdicts.
	Gather(ctx context.Context, c alerts.Claim, why alerts.Gathering, delay time.Duration) error
	// Fail moves keys to the dead letters with the reason.
	Fail(ctx context.Context, c alerts.Claim, reason string, keys ...string) error
	// Drop removes keys as done without a receipt: nothing of them was wanted
	// any more.
	Drop(ctx context.Context, c alerts.Claim, keys ...string) error
	// Aside lets the heads that keys name step out of the lane's order until
	// delay has passed, so that what is behind them goes on.
	Aside(ctx context.Context, c alerts.Claim, delay time.Duration, reason string, keys ...string) error
	// Receipt gives what Done stored in the last 30 days, under the name of a
	// message or the key of an item that was in it; alerts.ErrNotFound if there is
	// nothing.
	Receipt(ctx context.Context, d alerts.Destination, name string) (alerts.Receipt, error)
	// Depth counts what waits: due now (or under lease), and later.
	Depth(ctx context.Context) (due, later int, err error)
}

// Messenger sends to one platform.
type Messenger interface {
	// Platform is alerts.Destination.Platform of those it can reach.
	Platform() string
	// Send sends once and never tries again. It keeps no reference to d. Errors
	// are classified by alerts.Permanent and alerts.RetryAfter; any other is
	// worth a retry. ctx ends before the claim's lease does.
	Send(ctx context.Context, d alerts.Delivery) (alerts.Receipt, error)
}

// Finder is a Messenger that can look whether a delivery arrived whose send
// was begun and whose answer was never seen.
type Finder interface {
	// Find returns found with the receipt if d is there. An error says that
	// it could not be known now.
	Find(ctx context.Context, d alerts.Delivery) (r alerts.Receipt, found bool, err error)
}

// Editor is a Messenger that can change what it sent.
type Editor interface {
	Messenger
	// Edit makes the messages d.Edits, which were sent under d.Key, show d. Making
	// the same edit again does no harm. Errors are those of Send, and
	// alerts.ErrNotFound when the message is not there any more.
	Edit(ctx context.Context, d alerts.Delivery) (alerts.Receipt, error)
}

// Marker is a Messenger of which nobody can ever find out whether a message
// arrived, as on a screen. There the mark, which is saved before the message is
// shown, is the receipt: what is found marked counts as shown. So a crash between
// the two takes the message with it, and none shows one twice.
type Marker interface {
	Messenger
	MarkIsReceipt()
}

// Articles gives the texts that waiting references name.
type Articles interface {
	// Article gives the latest revision; alerts.ErrNotFound if the log no
	// longer has it.
	Article(ctx context.Context, id string) (alerts.Article, error)
}

// Subscriptions gives what a waiting reference names, as it is now.
type Subscriptions interface {
	// Subscriptions gives those of ids that still exist, in any order.
	Subscriptions(ctx context.Context, d alerts.Destination, ids []alerts.SubscriptionID) ([]alerts.Subscription, error)
	Settings(ctx context.Context, d alerts.Destination) (alerts.Settings, error)
}
