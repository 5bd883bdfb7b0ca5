package slack

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	slackgo "github.com/slack-go/slack"

	"github.com/bellwether/bellwether/adapters/slack/blockkit"
	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/bot/chat"
)

// press takes presses of buttons and choices of menus. Who may do what they
// ask for is decided anew, for everyone in a channel sees its buttons.
func (a *App) press(o origin, c slackgo.InteractionCallback) {
	for i, action := range c.ActionCallback.BlockActions {
		kind, value := blockkit.Kind(action.ActionID), action.Value
		if action.SelectedOption.Value != "" {
			value = action.SelectedOption.Value
		}
		each := o
		each.id += "#" + strconv.Itoa(i)
		if kind == blockkit.ActionQuery || kind == blockkit.ActionWhen {
			a.desk.Do(o.line(), func(ctx context.Context) { a.retype(ctx, each, c.View) })
			continue
		}
		taken := a.desk.Do(o.line(), func(ctx context.Context) {
			if !a.first(ctx, each) {
				return
			}
			team, err := a.Teams.Get(ctx, o.team)
			if err == nil {
				err = a.pressed(ctx, team, each, c, pressed{kind: kind, value: value, block: action.BlockID})
			}
			if err != nil {
				a.warn(ctx, each, "a press of "+kind, err)
				a.sorry(ctx, team, each, c.View)
			}
		})
		if !taken {
			a.warn(context.Background(), each, "take a press", errBusy)
		}
	}
}

// pressed is one press.
type pressed struct {
	kind, value, block string
}

func (a *App) pressed(ctx context.Context, team Team, o origin, c slackgo.InteractionCallback, p pressed) error {
	switch p.kind {
	case blockkit.ActionDo, blockkit.ActionUndo:
		return a.act(ctx, team, o, c, p)
	case blockkit.ActionManage:
		return a.openManage(ctx, team, o)
	case blockkit.ActionItem:
		return a.item(ctx, team, o, c, p.value)
	case blockkit.ActionSubscribe:
		return openView(ctx, team, o, blockkit.Form{}.View())
	case blockkit.ActionTiming:
		return a.openTiming(ctx, team, o)
	case blockkit.ActionPage:
		page, err := strconv.Atoi(p.value)
		if err != nil {
			return fmt.Errorf("page %q: %w", p.value, err)
		}
		return a.turn(ctx, team, o, c.View, page)
	case blockkit.ActionMembers:
		return a.setMembers(ctx, team, o, p.value == "on")
	}
	return nil // a link, or a button of an older version
}

// sorry says that a press had no effect, where the person looks: below the
// message, or on top of App Home. In a modal nothing changes, and they press
// again.
func (a *App) sorry(ctx context.Context, team Team, o origin, v slackgo.View) {
	reply := problem("That did not work just now. Please try again in a moment.")
	switch {
	case o.respond != "":
		a.answer(ctx, team, o, reply)
	case v.Type == slackgo.VTHomeTab && team.API != nil:
		if err := a.publish(ctx, team, o, blockkit.HomePage(v), &reply); err != nil {
			a.warn(ctx, o, "say that a press had no effect", err)
		}
	}
}

func problem(text string) chat.Reply { return chat.Reply{Problem: &chat.Problem{Text: text}} }

// commandOf reads what a button carries: words, or a command with its parts.
func commandOf(value string) (chat.Command, error) {
	if !strings.HasPrefix(value, "{") {
		verb, args, _ := strings.Cut(value, " ")
		return chat.Command{Verb: verb, Args: args}, nil
	}
	var u chat.Undo
	if err := json.Unmarshal([]byte(value), &u); err != nil {
		return chat.Command{}, fmt.Errorf("read what a button carries: %w", err)
	}
	return u.Command(), nil
}

// act does what a button below an alert or a reply says, and shows in the
// message what was done.
func (a *App) act(ctx context.Context, team Team, o origin, c slackgo.InteractionCallback, p pressed) error {
	command, err := commandOf(p.value)
	if err != nil {
		return err
	}
	reply := a.ask(ctx, team, o, command)
	defer a.refresh(ctx, team, o, reply)
	if reply.Problem != nil || c.Container.MessageTs == "" {
		a.answer(ctx, team, o, reply)
		return nil
	}
	if c.Container.IsEphemeral {
		options := message(blockkit.Reply(reply, a.replyOptions(ctx, team, o)))
		_, _, _, err = team.API.SendMessageContext(ctx, o.channel, append(options, slackgo.MsgOptionReplaceOriginal(o.respond))...)
		return wrapped("change a reply", err)
	}
	blocks := c.Message.Blocks.BlockSet
	if p.kind == blockkit.ActionUndo {
		blocks = blockkit.Undone(blocks, p.block)
	} else {
		by := ""
		if !o.place().IsDirect() {
			who, _ := a.rooms.person(ctx, team, o.user) // asked for just before, and logged
			by = who.name
		}
		blocks = blockkit.Acted(blocks, p.block, blockkit.Plain(reply.Text), by, reply.Undo)
	}
	err = patient(ctx, func() error {
		_, _, _, err := team.API.UpdateMessageContext(ctx, o.channel, c.Container.MessageTs,
			message(blockkit.Message{Text: c.Message.Text, Blocks: blocks})...)
		return err
	})
	return wrapped("show in a message what was done", err)
}

var errPlace = errors.New("a menu names no place")

// placed cuts the place off the value of a menu of a list.
func placed(o origin, value string) (d alerts.Destination, words string, err error) {
	channel, words, ok := blockkit.SplitPlace(value)
	if !ok {
		return d, words, errPlace
	}
	return o.at(channel), words, nil
}

// item does what the menu of a subscription in a list says, and shows the list
// anew.
func (a *App) item(ctx context.Context, team Team, o origin, c slackgo.InteractionCallback, value string) error {
	place, words, err := placed(o, value)
	if err != nil {
		return err
	}
	if number, ok := strings.CutPrefix(words, "edit "); ok {
		return a.openEdit(ctx, team, o, place, number)
	}
	command, err := commandOf(words)
	if err != nil {
		return err
	}
	command.Place = place
	reply := a.ask(ctx, team, o, command)
	switch c.View.Type {
	case slackgo.VTModal:
		err = a.showManaged(ctx, team, o, c.View, place, reply)
		a.refresh(ctx, team, o, reply)
	case slackgo.VTHomeTab:
		err = a.publish(ctx, team, o, blockkit.HomePage(c.View), &reply)
	default: // a list that was answered
		a.answer(ctx, team, o, reply)
		a.refresh(ctx, team, o, reply)
	}
	return err
}
