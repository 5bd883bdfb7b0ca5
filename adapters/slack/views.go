package slack

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	slackgo "github.com/slack-go/slack"

	"github.com/bellwether/bellwether/adapters/slack/blockkit"
	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/bot/chat"
)

// promptTime is how long a modal that was sent off is kept waiting for its
// answer; after that it shows that work goes on. Slack gives three seconds.
const promptTime = 1500 * time.Millisecond

// begun opens the modal to subscribe, after a command without words. Where
// that comes too late for Slack, it says what to type instead.
func (a *App) begun(ctx context.Context, o origin) {
	team, err := a.Teams.Get(ctx, o.team)
	if err == nil {
		err = openView(ctx, team, o, blockkit.Form{Place: o.place().Channel}.View())
	}
	if err == nil {
		return
	}
	a.warn(ctx, o, "open the form to subscribe", err)
	reply := problem("The form could not be opened. Please try again, or type it in one line.")
	reply.Hints = []string{"`subscribe carbon border tax`", "`help`"}
	a.answer(ctx, team, o, reply)
}

func openView(ctx context.Context, team Team, o origin, v slackgo.ModalViewRequest) error {
	_, err := team.API.OpenViewContext(ctx, o.trigger, v)
	return wrapped("open a modal", err)
}

// openEdit opens the modal to change a subscription.
func (a *App) openEdit(ctx context.Context, team Team, o origin, place alerts.Destination, number string) error {
	list := a.ask(ctx, team, o, chat.Command{ID: " list", Text: "list", Place: place})
	for _, i := range list.Items {
		if s := i.Subscription; strconv.Itoa(s.Number) == number {
			return openView(ctx, team, o, blockkit.Form{
				Edit: s.Number, Query: s.Query.String(), Place: place.Channel, Schedule: s.Schedule,
			}.View())
		}
	}
	return openView(ctx, team, o, blockkit.Result("Edit", problem("There is no subscription "+number+" there any more.")))
}

// openTiming opens the modal for digest, time zone and quiet hours.
func (a *App) openTiming(ctx context.Context, team Team, o origin) error {
	set, err := a.Settings.Settings(ctx, o.person().Direct())
	if err != nil {
		return fmt.Errorf("read a person's settings: %w", err)
	}
	if set.TimeZone == "" {
		who, err := a.rooms.person(ctx, team, o.user)
		if err != nil {
			a.warn(ctx, o, "the person's time zone", err)
		}
		set.TimeZone = who.zone
	}
	return openView(ctx, team, o, blockkit.Timing{Settings: set}.View())
}

// retype shows a form anew while something is typed into it.
func (a *App) retype(ctx context.Context, o origin, v slackgo.View) {
	team, err := a.Teams.Get(ctx, o.team)
	var view slackgo.ModalViewRequest
	if err == nil {
		view, err = blockkit.Retyped(v, "")
	}
	if err == nil {
		_, err = team.API.UpdateViewContext(ctx, view, "", v.Hash, v.ID)
	}
	if err != nil && code(err) != "hash_conflict" && code(err) != "not_found" { // more was typed, or it was closed
		a.warn(ctx, o, "show what a query says", err)
	}
}

// submit takes a modal that was sent off and returns what it is answered with;
// nil closes it.
func (a *App) submit(o origin, c slackgo.InteractionCallback) *slackgo.ViewSubmissionResponse {
	switch c.View.CallbackID {
	case blockkit.CallbackForm:
		form, err := blockkit.ReadForm(c.View)
		if err != nil {
			a.warn(context.Background(), o, "read a form", err)
			return nil
		}
		if wrong := form.Check(); len(wrong) > 0 {
			return slackgo.NewErrorsViewSubmissionResponse(wrong)
		}
		return a.prompt(o, c.View, form.Title(), func(ctx context.Context, team Team) slackgo.ModalViewRequest {
			return a.submitForm(ctx, team, o, form)
		})
	case blockkit.CallbackTiming:
		commands, wrong, err := blockkit.ReadTiming(c.View)
		if err != nil {
			a.warn(context.Background(), o, "read a form", err)
			return nil
		}
		if len(wrong) > 0 {
			return slackgo.NewErrorsViewSubmissionResponse(wrong)
		}
		if len(commands) == 0 {
			return nil
		}
		return a.prompt(o, c.View, timingTitle, func(ctx context.Context, team Team) slackgo.ModalViewRequest {
			return a.submitTiming(ctx, team, o, c.View, commands)
		})
	}
	return nil
}

// prompt answers a modal with what f shows: at once where that comes quickly,
// else first with a sign that work goes on.
func (a *App) prompt(o origin, v slackgo.View, title string, f func(context.Context, Team) slackgo.ModalViewRequest) *slackgo.ViewSubmissionResponse {
	var mu sync.Mutex
	var shown *slackgo.ModalViewRequest
	late, again := false, false
	quick := a.desk.Within(promptTime, o.line(), func(ctx context.Context) {
		first := a.first(ctx, o)
		team, err := a.Teams.Get(ctx, o.team)
		view := blockkit.Result(title, problem("That could not be stored. Please try again in a moment."))
		switch {
		case err != nil:
			a.warn(ctx, o, "answer a form", err)
		case first:
			view = f(ctx, team)
		}
		mu.Lock()
		defer mu.Unlock()
		again = !first
		switch {
		case !late:
			shown = &view
			return
		case err != nil:
			return // without a token nothing can be shown any more
		}
		if _, err := team.API.UpdateViewContext(ctx, view, "", "", v.ID); err != nil && code(err) != "not_found" {
			a.warn(ctx, o, "show what became of a form", err)
		}
	})
	mu.Lock()
	defer mu.Unlock()
	late = !quick
	if again {
		return nil // it was answered the first time
	}
	if shown == nil {
		working := blockkit.Working(title)
		shown = &working
	}
	return slackgo.NewUpdateViewSubmissionResponse(shown)
}

const timingTitle = "Time and digest"

// submitForm subscribes or edits, and shows the reply; where that failed, the
// form again.
func (a *App) submitForm(ctx context.Context, team Team, o origin, form blockkit.Form) slackgo.ModalViewRequest {
	command := chat.Command{Verb: "subscribe", Args: form.Query, Place: o.at(form.Place), Schedule: &form.Schedule}
	if form.Edit > 0 {
		command.Verb, command.Args = "edit", strconv.Itoa(form.Edit)+" "+form.Query
	}
	reply := a.ask(ctx, team, o, command)
	if reply.Problem != nil {
		form.Problem = reply.Problem.Text
		return form.View()
	}
	a.refresh(ctx, team, o, reply)
	return blockkit.Result(form.Title(), reply)
}

// submitTiming carries out the commands that a form stands for, and shows the
// replies; where one failed, the form again, as it was filled in.
func (a *App) submitTiming(ctx context.Context, team Team, o origin, v slackgo.View, commands []string) slackgo.ModalViewRequest {
	var all chat.Reply
	for i, words := range commands {
		reply := a.ask(ctx, team, o, chat.Command{ID: " " + strconv.Itoa(i), Text: words, Place: o.person().Direct()})
		if reply.Problem != nil {
			a.refresh(ctx, team, o, all)
			view, err := blockkit.Retyped(v, reply.Problem.Text)
			if err != nil { // it was read before
				a.warn(ctx, o, "show a form again", err)
			}
			return view
		}
		all.Text = strings.TrimSpace(all.Text + "\n" + reply.Text)
		all.Changed = all.Changed || reply.Changed
	}
	a.refresh(ctx, team, o, all)
	return blockkit.Result(timingTitle, all)
}

// openManage opens the modal with the alerts of the place.
func (a *App) openManage(ctx context.Context, team Team, o origin) error {
	return openView(ctx, team, o, a.managed(ctx, team, o, o.place(), 0, nil).View())
}

// managed gives the alerts of a place, with the reply to what was just done.
func (a *App) managed(ctx context.Context, team Team, o origin, place alerts.Destination, page int, done *chat.Reply) blockkit.Manage {
	list := a.ask(ctx, team, o, chat.Command{ID: " list", Text: "list", Place: place})
	m := blockkit.Manage{Items: list.Items, Place: place, Page: page}
	if list.Problem != nil && done == nil {
		done = &list
	}
	m.Done = done
	return m
}

// showManaged shows the modal with the alerts of a place anew.
func (a *App) showManaged(ctx context.Context, team Team, o origin, v slackgo.View, place alerts.Destination, done chat.Reply) error {
	page, _ := blockkit.ReadManage(v)
	view := a.managed(ctx, team, o, place, page.Page, &done).View()
	_, err := team.API.UpdateViewContext(ctx, view, "", "", v.ID)
	return wrapped("show the alerts of a channel", err)
}

// turn shows another page of App Home or of a modal.
func (a *App) turn(ctx context.Context, team Team, o origin, v slackgo.View, page int) error {
	if v.Type == slackgo.VTHomeTab {
		return a.publish(ctx, team, o, page, nil)
	}
	m, err := blockkit.ReadManage(v)
	if err != nil {
		return err
	}
	_, err = team.API.UpdateViewContext(ctx, a.managed(ctx, team, o, o.at(m.Place.Channel), page, nil).View(), "", "", v.ID)
	return wrapped("show the alerts of a channel", err)
}
