package discord

import (
	"context"
	"time"

	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/bot/chat"
)

// Handler answers commands.
type Handler interface {
	// Handle always answers; what went wrong is in the reply's Problem. The
	// same Command.ID given twice has one effect.
	Handle(ctx context.Context, c chat.Command) chat.Reply
}

// Places is told what became of the places that alerts go to.
type Places interface {
	// Lost pauses d because Discord takes nothing for it any more, and returns
	// whom to tell what; nothing when d is paused for that already, so that
	// people are told once.
	Lost(ctx context.Context, d alerts.Destination, why alerts.Loss) ([]chat.Notice, error)
	// Back ends a pause that Lost made, and does nothing otherwise.
	Back(ctx context.Context, d alerts.Destination) error
}

// Subscriptions gives what is followed in a place.
type Subscriptions interface {
	// List gives those of a destination by Number.
	List(ctx context.Context, d alerts.Destination) ([]alerts.Subscription, error)
	// Settings gives what a destination has said about itself, zero but for
	// Destination where it said nothing.
	Settings(ctx context.Context, d alerts.Destination) (alerts.Settings, error)
}

// GuildStore keeps the servers that the bot is in.
type GuildStore interface {
	// Workspace gives one; alerts.ErrNotFound if the bot never was there.
	Workspace(ctx context.Context, platform, id string) (alerts.Workspace, error)
	// SaveWorkspace stores w if its Revision is the stored one (0: there is
	// none), and returns it with the new one; else alerts.ErrConflict.
	SaveWorkspace(ctx context.Context, w alerts.Workspace) (alerts.Workspace, error)
	// Workspaces gives all of a platform, by ID.
	Workspaces(ctx context.Context, platform string) ([]alerts.Workspace, error)
	// Destinations gives every destination of a workspace that has
	// subscriptions or settings.
	Destinations(ctx context.Context, platform, workspace string) ([]alerts.Destination, error)
	// ForgetWorkspace deletes the workspace and all that names a destination
	// of it, and returns how many subscriptions went. It may be called again.
	ForgetWorkspace(ctx context.Context, platform, id string) (int, error)
}

// Once tells what is given for the first time, for all replicas together.
type Once interface {
	// Once reports whether name was not given before within the time keep, at
	// most a day. Giving it marks it.
	Once(ctx context.Context, name string, keep time.Duration) (bool, error)
}

// Leases give a name to one holder at a time, over all replicas.
type Leases interface {
	// Hold takes the lease of name, or renews it, for span from now on by the
	// store's clock. false: another holder has it.
	Hold(ctx context.Context, name, holder string, span time.Duration) (bool, error)
	// Release gives it back, if holder has it.
	Release(ctx context.Context, name, holder string) error
}

// Rates shares the limits of a platform over all replicas. Times are by the
// store's clock.
type Rates interface {
	// Take asks whether who may make one call now: of the limit named global,
	// which allows so many calls in the time per, and of bucket what
	// [Rates.Learn] was told. It returns 0 when the call may be made, and counts
	// it. Else it returns how long to wait before asking again; who keeps its turn
	// at the limit until then, so that those who wait are served in the order in
	// which they came; an empty who has no turn, and goes before them. An empty
	// global or bucket is no limit. Of a bucket that
	// nothing is known of, one call is let through, and the next after Learn or a
	// second.
	Take(ctx context.Context, who, global string, calls int, per time.Duration, bucket string) (time.Duration, error)
	// Learn notes what an answer said of a bucket: so many calls remain until
	// reset from now. Of two answers about the same time, the one with fewer
	// calls left counts.
	Learn(ctx context.Context, bucket string, remaining int, reset time.Duration) error
	// Stop lets nothing through that names the limit global until span is over.
	Stop(ctx context.Context, global string, span time.Duration) error
}
