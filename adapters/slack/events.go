package slack

import (
	"context"
	"errors"

	slackgo "github.com/slack-go/slack"
	"github.com/slack-go/slack/slackevents"

	"github.com/bellwether/bellwether/alerts"
)

var errBusy = errors.New("too much waits already")

// event takes what Slack tells of messages, channels and the app itself.
func (a *App) event(e slackevents.EventsAPIEvent) {
	outer, ok := e.Data.(*slackevents.EventsAPICallbackEvent)
	if !ok {
		return
	}
	// In a channel shared with others the event may be of another workspace
	// than the one that the app is in.
	team := e.TeamID
	if len(outer.Authorizations) > 0 && outer.Authorizations[0].TeamID != "" {
		team = outer.Authorizations[0].TeamID
	}
	id := outer.EventID
	lost := func(channel string, why alerts.Loss) {
		a.later(origin{team: team, channel: channel, id: id}, func(ctx context.Context, o origin) { a.lost(ctx, o.place(), why) })
	}
	back := func(channel string) {
		a.later(origin{team: team, channel: channel, id: id}, func(ctx context.Context, o origin) { a.back(ctx, o.place()) })
	}
	switch in := e.InnerEvent.Data.(type) {
	case *slackevents.MessageEvent:
		a.message(team, id, in)
	case *slackevents.AppMentionEvent:
		a.mention(team, id, in)
	case *slackevents.AppHomeOpenedEvent:
		if in.Tab == "home" {
			a.later(origin{team: team, user: in.User, id: id}, a.homeOpened)
		}
	case *slackevents.ChannelArchiveEvent:
		lost(in.Channel, alerts.LossArchived)
	case *slackevents.GroupArchiveEvent:
		lost(in.Channel, alerts.LossArchived)
	case *slackevents.ChannelDeletedEvent:
		lost(in.Channel, alerts.LossDeleted)
	case *slackevents.GroupDeletedEvent:
		lost(in.Channel, alerts.LossDeleted)
	case *slackevents.ChannelLeftEvent:
		lost(in.Channel, alerts.LossRemoved)
	case *slackevents.GroupLeftEvent:
		lost(in.Channel, alerts.LossRemoved)
	case *slackevents.ChannelUnarchiveEvent:
		back(in.Channel)
	case *slackevents.GroupUnarchiveEvent:
		back(in.Channel)
	case *slackevents.MemberJoinedChannelEvent:
		a.later(origin{team: team, channel: in.Channel, id: id}, func(ctx context.Context, o origin) { a.joined(ctx, o, in.User) })
	case *slackevents.AppUninstalledEvent:
		a.later(origin{team: team, id: id}, a.uninstalled)
	case *slackevents.TokensRevokedEvent:
		if len(in.Tokens.Bot) > 0 {
			a.later(origin{team: team, id: id}, a.uninstalled)
		}
	}
}

// later carries out f once, in the line of o.
func (a *App) later(o origin, f func(context.Context, origin)) {
	taken := a.desk.Do(o.line()+" "+o.channel, func(ctx context.Context) {
		if a.first(ctx, o) {
			f(ctx, o)
		}
	})
	if !taken {
		a.warn(context.Background(), o, "take an event", errBusy)
	}
}

// joined notes that someone has joined a channel: the bot itself, if user is
// its own.
func (a *App) joined(ctx context.Context, o origin, user string) {
	team, err := a.Teams.Get(ctx, o.team)
	if err != nil {
		a.warn(ctx, o, "who has joined a channel", err)
		return
	}
	a.rooms.forget(o.team, o.channel)
	if user == team.BotUser {
		a.back(ctx, o.place())
	}
}

// interaction takes a press of a button, a choice of a menu, what is typed into
// a modal, or a modal that is sent off. It returns what acknowledges it.
func (a *App) interaction(c slackgo.InteractionCallback) any {
	o := origin{
		team: c.Team.ID, user: c.User.ID, channel: c.Channel.ID, id: c.TriggerID, trigger: c.TriggerID, respond: c.ResponseURL,
	}
	if o.channel == "" {
		o.channel = c.Container.ChannelID
	}
	if o.team == "" || o.user == "" {
		return nil
	}
	switch c.Type {
	case slackgo.InteractionTypeBlockActions:
		a.press(o, c)
	case slackgo.InteractionTypeViewSubmission:
		if answer := a.submit(o, c); answer != nil {
			return answer
		}
	}
	return nil
}
