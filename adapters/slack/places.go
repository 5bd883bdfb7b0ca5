package slack

import (
	"context"
	"errors"
	"fmt"

	"github.com/bellwether/bellwether/adapters/slack/blockkit"
	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/bot/chat"
)

// Blocked is told by the dispatcher that Slack refuses everything for d, or for
// its workspace, for good. It returns at once; what follows is done later.
func (a *App) Blocked(d alerts.Destination, scope alerts.Scope, err error) {
	why := lossOf(err)
	if d.Platform != alerts.Slack || why == alerts.LossNone {
		return // whoever runs the bot has to mend it, and reads of it in the log
	}
	a.desk.Do("blocked "+d.String(), func(ctx context.Context) {
		if scope == alerts.ScopeWorkspace {
			a.uninstalled(ctx, origin{team: d.Workspace})
			return
		}
		a.lost(ctx, d, why)
	})
}

// lost pauses what goes to d and tells those who wanted it.
func (a *App) lost(ctx context.Context, d alerts.Destination, why alerts.Loss) {
	a.rooms.forget(d.Workspace, d.Channel)
	notices, err := a.Places.Lost(ctx, d, why)
	if err != nil {
		a.Logger.ErrorContext(ctx, "slack: alerts for a lost channel are not paused", "destination", d.String(), "error", err)
	}
	for _, n := range notices {
		if err := a.tell(ctx, n); err != nil {
			a.Logger.WarnContext(ctx, "slack: a person could not be told that a channel was lost", "destination", d.String(), "error", err)
		}
	}
}

// tell writes to a person who has not asked.
func (a *App) tell(ctx context.Context, n chat.Notice) error {
	team, err := a.Teams.Get(ctx, n.To.Workspace)
	if err != nil {
		return fmt.Errorf("tell a person: %w", err)
	}
	channel, err := a.rooms.direct(ctx, team, n.To.User)
	if err != nil {
		return wrapped("open a direct message", err)
	}
	options := message(blockkit.Reply(n.Reply, blockkit.ReplyOptions{}))
	err = patient(ctx, func() error {
		_, _, err := team.API.PostMessageContext(ctx, channel, options...)
		return err
	})
	return wrapped("tell a person", err)
}

// back ends the pause of a place that takes messages again.
func (a *App) back(ctx context.Context, d alerts.Destination) {
	a.rooms.forget(d.Workspace, d.Channel)
	if err := a.Places.Back(ctx, d); err != nil {
		a.Logger.ErrorContext(ctx, "slack: alerts for a channel stay paused", "destination", d.String(), "error", err)
		return
	}
	a.Reachable(d)
}

// uninstalled ends everything for a workspace of which we hear that it removed
// the app. It may have it again by now, for Slack sends events late and twice,
// and another replica may have stored a newer token than the one that was
// refused here: so Slack is asked about the token that is stored. Where that
// can't be known, what we heard counts.
func (a *App) uninstalled(ctx context.Context, o origin) {
	gone, err := a.Teams.Gone(ctx, o.team)
	if err != nil {
		a.warn(ctx, o, "whether a workspace has removed the app", err)
	}
	if err == nil && !gone {
		a.Logger.InfoContext(ctx, "slack: a workspace that had removed the app has it again", "workspace", o.team)
		a.Reachable(alerts.Destination{Platform: alerts.Slack, Workspace: o.team})
		return
	}
	a.removed(ctx, o.team)
}

// removed wipes a workspace's token and pauses all of its alerts. Its data is
// deleted later, by purge, for people remove apps by mistake.
func (a *App) removed(ctx context.Context, workspace string) {
	log := a.Logger.With("workspace", workspace)
	first, err := a.Teams.Remove(ctx, workspace)
	if err != nil {
		if !errors.Is(err, alerts.ErrNotFound) {
			log.ErrorContext(ctx, "slack: an uninstalled workspace keeps its token", "error", err)
		}
		return
	}
	if first {
		log.InfoContext(ctx, "slack: a workspace has removed the app", "data_kept", Keep)
	}
	places, err := a.Workspaces.Destinations(ctx, alerts.Slack, workspace)
	if err != nil {
		log.ErrorContext(ctx, "slack: alerts of an uninstalled workspace are not paused", "error", err)
		return
	}
	for _, d := range places {
		if _, err := a.Places.Lost(ctx, d, alerts.LossUninstalled); err != nil {
			log.ErrorContext(ctx, "slack: alerts of an uninstalled workspace are not paused", "destination", d.String(), "error", err)
		}
	}
}

// Installed is told by the installer of a workspace that has the app now. One
// that had removed it goes on where it was.
func (a *App) Installed(ctx context.Context, w alerts.Workspace, again bool, by string) {
	log := a.Logger.With("workspace", w.ID)
	log.InfoContext(ctx, "slack: a workspace has installed the app", "again", again)
	if again {
		places, err := a.Workspaces.Destinations(ctx, alerts.Slack, w.ID)
		if err != nil {
			log.ErrorContext(ctx, "slack: alerts of a workspace that is back stay paused", "error", err)
		}
		for _, d := range places {
			a.back(ctx, d)
		}
	}
	if by == "" {
		return
	}
	welcome := chat.Notice{
		To: alerts.Person{Platform: alerts.Slack, Workspace: w.ID, User: by},
		Reply: chat.Reply{
			Text:  "Bellwether is installed. Say here which words you follow, and new articles that they hit come as alerts.",
			Hints: []string{"`subscribe carbon border tax` is a beginning", "`help` shows what else can be said", "in a channel, type `/policy` to set up alerts for everyone there"},
		},
	}
	if err := a.tell(ctx, welcome); err != nil {
		log.WarnContext(ctx, "slack: whoever installed the app could not be greeted", "error", err)
	}
}
