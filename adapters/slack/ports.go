package slack

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
	// Lost pauses d because Slack takes nothing for it any more, and returns
	// whom to tell what. It returns nothing when d is paused for that already:
	// people are told once, however many replicas find out.
	Lost(ctx context.Context, d alerts.Destination, why alerts.Loss) ([]chat.Notice, error)
	// Back ends a pause that Lost made, and does nothing otherwise.
	Back(ctx context.Context, d alerts.Destination) error
}

// Settings gives what a destination has said about itself, zero but for
// Destination where it said nothing.
type Settings interface {
	Settings(ctx context.Context, d alerts.Destination) (alerts.Settings, error)
}

// WorkspaceStore keeps the teams that installed the app.
type WorkspaceStore interface {
	// Workspace gives one; alerts.ErrNotFound if it never installed the app.
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
	// or a person of it. It returns how many subscriptions went. After an
	// error it may be called again and goes on.
	ForgetWorkspace(ctx context.Context, platform, id string) (int, error)
}

// Once tells what is given for the first time, for all replicas together.
type Once interface {
	// Once reports whether name was not given before within the time keep, at
	// most a day. Giving it marks it.
	Once(ctx context.Context, name string, keep time.Duration) (bool, error)
}

// Rates shares the limits of workspaces over all replicas.
type Rates interface {
	// Take asks whether who may make one of so many calls in the time per, under
	// the limit of that name. It returns 0 and counts the call, or how long to
	// wait before asking again; who keeps its turn until then, and ten seconds
	// longer. The last name is that of a bucket, of which Slack has none.
	Take(ctx context.Context, who, limit string, calls int, per time.Duration, bucket string) (time.Duration, error)
	// Stop lets nothing through under the limit until span is over.
	Stop(ctx context.Context, limit string, span time.Duration) error
}
