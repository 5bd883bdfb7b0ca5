package discord

import (
	"context"
	"net/http"

	"github.com/bwmarrin/discordgo"

	"github.com/bellwether/bellwether/adapters/discord/embed"
	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/bot/chat"
)

// mostTold bounds the people who are told of one loss: direct messages that
// nobody asked for may get a bot limited when there are many.
const mostTold = 10

// Blocked is told by the dispatcher that Discord refuses everything for d, or
// for its server, for good. It returns at once; what follows is done later.
func (a *App) Blocked(d alerts.Destination, scope alerts.Scope, err error) {
	why := lossOf(err)
	if d.Platform != alerts.Discord || why == alerts.LossNone {
		return // whoever runs the bot has to mend it, and reads of it in the log
	}
	a.desk.Do("blocked "+d.String(), func(ctx context.Context) {
		if d.Workspace != "" && a.left(ctx, d.Workspace) {
			return // Discord refuses a channel in the same way
		}
		if scope != alerts.ScopeWorkspace {
			a.lost(ctx, d, why)
		}
	})
}

// lost pauses what goes to d and tells those who wanted it.
func (a *App) lost(ctx context.Context, d alerts.Destination, why alerts.Loss) {
	a.rooms.forget(d.Channel)
	notices, err := a.Places.Lost(ctx, d, why)
	if err != nil {
		a.Logger.ErrorContext(ctx, "discord: alerts for a lost channel are not paused", "destination", d.String(), "error", err)
	}
	a.tell(ctx, notices)
}

// tell writes to people who have not asked, as far as Discord lets it.
func (a *App) tell(ctx context.Context, notices []chat.Notice) {
	for _, n := range notices[:min(len(notices), mostTold)] {
		channel, err := a.Client.direct(ctx, n.To.User)
		if err == nil {
			m := message(embed.Reply(n.Reply, embed.ReplyOptions{}))
			err = a.Client.call(ctx, http.MethodPost, "channels/"+channel+"/messages", m, nil)
		}
		if err != nil {
			a.Logger.WarnContext(ctx, "discord: a person could not be told that a channel was lost", "person", n.To.User, "error", err)
			if lossOf(err) == alerts.LossNone {
				return // Discord asks for time, or can't be reached
			}
		}
	}
}

// back ends the pause of a place that takes messages again.
func (a *App) back(ctx context.Context, d alerts.Destination) {
	a.rooms.forget(d.Channel)
	if err := a.Places.Back(ctx, d); err != nil {
		a.Logger.ErrorContext(ctx, "discord: alerts for a channel stay paused", "destination", d.String(), "error", err)
		return
	}
	a.Reachable(d)
}

// reached ends the pause of a place that somebody uses, where the bot can write
// now.
func (a *App) reached(ctx context.Context, o origin, d alerts.Destination) {
	if d.IsDirect() && o.direct || d.Channel == o.channel && o.may != 0 && (len(lacks(o.may, false)) == 0 || len(lacks(o.may, true)) == 0) {
		a.back(ctx, d)
	}
}

// held calls f for each place of a server that is paused because of what
// happened to it.
func (a *App) held(ctx context.Context, guild string, f func(alerts.Destination, alerts.Loss)) {
	places, err := a.Guilds.Destinations(ctx, alerts.Discord, guild)
	if err != nil {
		a.Logger.ErrorContext(ctx, "discord: the paused channels of a server are not looked at", "guild", guild, "error", err)
		return
	}
	for _, d := range places {
		set, err := a.Subscriptions.Settings(ctx, d)
		if err != nil {
			a.Logger.ErrorContext(ctx, "discord: whether a channel is paused is not known", "destination", d.String(), "error", err)
			continue
		}
		if set.PausedBy != alerts.LossNone {
			f(d, set.PausedBy)
		}
	}
}

// changed looks whether paused channels of a server can be written to again,
// after something of its channels or roles was changed.
func (a *App) changed(ctx context.Context, guild string) {
	a.rooms.forget(guild)
	a.held(ctx, guild, func(d alerts.Destination, why alerts.Loss) {
		if why != alerts.LossRemoved && why != alerts.LossArchived {
			return
		}
		a.rooms.forget(d.Channel)
		room, err := a.rooms.channel(ctx, a.Client, d.Channel)
		if err != nil || room.ThreadMetadata != nil && room.ThreadMetadata.Locked {
			return
		}
		may, err := a.own(ctx, origin{}, d, room)
		if err == nil && len(lacks(may, room.IsThread())) == 0 {
			a.back(ctx, d)
		}
	})
}

// threaded keeps a thread with alerts open.
func (a *App) threaded(ctx context.Context, t *discordgo.Channel) {
	a.rooms.forget(t.ID)
	meta := t.ThreadMetadata
	if meta == nil {
		return
	}
	d := alerts.Destination{Platform: alerts.Discord, Workspace: t.GuildID, Channel: t.ID}
	subs, err := a.Subscriptions.List(ctx, d)
	if err != nil || len(subs) == 0 {
		return
	}
	switch {
	case meta.Locked && meta.Archived:
		a.lost(ctx, d, alerts.LossArchived)
	case meta.Archived:
		if err := a.rooms.unarchive(ctx, a.Client, t.ID); err != nil { // the next alert opens it
			a.Logger.WarnContext(ctx, "discord: a thread with alerts is archived and could not be opened", "destination", d.String(), "error", err)
		}
	default:
		a.back(ctx, d)
	}
}
