package slack

import (
	"context"
	"errors"
	"fmt"

	slackgo "github.com/slack-go/slack"

	"github.com/bellwether/bellwether/adapters/slack/blockkit"
	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/bot/chat"
)

var errAdmin = errors.New("only an admin of the workspace may say who manages channel alerts")

// homeOpened shows App Home as it is now.
func (a *App) homeOpened(ctx context.Context, o origin) {
	team, err := a.Teams.Get(ctx, o.team)
	if err == nil {
		a.homes.opened(o.person())
		err = a.publish(ctx, team, o, 0, nil)
	}
	if err != nil {
		a.warn(ctx, o, "show App Home", err)
	}
}

// publish shows a page of a person's App Home, with the reply to what they
// have just done there.
func (a *App) publish(ctx context.Context, team Team, o origin, page int, done *chat.Reply) error {
	mine := o.person().Direct()
	list := a.ask(ctx, team, o, chat.Command{ID: " home", Text: "list mine", Place: mine})
	set, err := a.Settings.Settings(ctx, mine)
	if err != nil {
		return fmt.Errorf("read a person's settings: %w", err)
	}
	who, err := a.rooms.person(ctx, team, o.user)
	if err != nil {
		a.warn(ctx, o, "the person's profile", err)
	}
	if list.Problem != nil && done == nil {
		done = &list
	}
	view := blockkit.Home{
		Items: list.Items, Settings: set, Zone: who.zone, Page: page,
		Admin: who.admin, MembersManage: team.MembersManage, Done: done,
	}.View()
	err = patient(ctx, func() error {
		_, err := team.API.PublishViewContext(ctx, slackgo.PublishViewContextRequest{UserID: o.user, View: view})
		return err
	})
	return wrapped("show App Home", err)
}

// refresh keeps App Home up to date after a change: that of the person who
// made it, and that of the owner of what was changed.
func (a *App) refresh(ctx context.Context, team Team, o origin, reply chat.Reply) {
	if !reply.Changed {
		return
	}
	people := []alerts.Person{o.person()}
	if s := reply.Subscription; s != nil && s.Owner != o.person() && s.Owner.Workspace == o.team && a.homes.open(s.Owner) {
		people = append(people, s.Owner)
	}
	for _, p := range people {
		theirs := origin{team: p.Workspace, user: p.User}
		if err := a.publish(ctx, team, theirs, 0, nil); err != nil {
			a.warn(ctx, o, "bring App Home up to date", err)
		}
	}
}

// setMembers says whether every member of the workspace may manage the alerts
// of channels.
func (a *App) setMembers(ctx context.Context, team Team, o origin, on bool) error {
	who, err := a.rooms.person(ctx, team, o.user)
	if err != nil {
		return err
	}
	if !who.admin {
		return errAdmin
	}
	if err := a.Teams.SetMembersManage(ctx, team.ID, on); err != nil {
		return fmt.Errorf("say who manages channel alerts: %w", err)
	}
	team.MembersManage = on
	return a.publish(ctx, team, o, 0, nil)
}
