package discord

import (
	"context"
	"errors"
	"fmt"

	"github.com/bwmarrin/discordgo"

	"github.com/bellwether/bellwether/adapters/discord/embed"
	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/bot/chat"
)

// press reads the press of a button or the choice of a menu. Who may do what it
// asks for is decided anew, for everyone in a channel sees its buttons, and
// what it carries may be forged.
func (a *App) press(o origin, i *discordgo.Interaction, data discordgo.MessageComponentInteractionData) (deed, bool) {
	id, ok := embed.ParseID(data.CustomID)
	value := ""
	if len(data.Values) > 0 {
		value = data.Values[0]
	}
	if ok && id.Action == embed.ActionChoose {
		id, ok = embed.ParseID(value)
	}
	if !ok || i.Message == nil {
		return deed{}, false
	}
	p := pressed{App: a, o: o, message: i.Message, id: id, value: value}
	d := deed{presses: true, prompt: promptTime, work: p.do}
	if id.Action == embed.ActionManage {
		d.presses = false // it is answered by a message of its own
	}
	return d, true
}

// pressed is one press.
type pressed struct {
	*App
	o       origin
	message *discordgo.Message
	id      embed.ID
	value   string
}

func (p pressed) do(ctx context.Context) answer {
	got, err := p.act(ctx)
	if err != nil {
		p.warn(ctx, p.o, "a press of "+p.id.Action, err)
		return sorry(sorryText)
	}
	return got
}

func (p pressed) act(ctx context.Context) (answer, error) {
	switch p.id.Action {
	case embed.ActionDo, embed.ActionUndo:
		return p.here(ctx)
	case embed.ActionManage:
		got := p.list(ctx, placeOf(p.place(ctx, p.o)), 0, nil)
		got.kind = say
		return got, nil
	case embed.ActionList:
		return p.list(ctx, p.id.Place, p.id.Page, nil), nil
	case embed.ActionPick:
		return p.pick(ctx)
	case embed.ActionAt:
		return p.there(ctx)
	case embed.ActionEdit:
		return p.form(ctx, p.o, embed.Form{Place: p.id.Place, Number: p.id.Number}), nil
	case embed.ActionAgain:
		f, err := embed.Retry(p.message, p.id)
		return answer{kind: ask, modal: f.Modal()}, err
	}
	return answer{}, fmt.Errorf("a button of another version: %q", p.id.Action)
}

var errWords = errors.New("a button carries no command")

// here does what a button below an alert or a reply says, and shows in the
// message what was done.
func (p pressed) here(ctx context.Context) (answer, error) {
	command, ok := p.id.Command()
	if !ok {
		return answer{}, errWords
	}
	reply := p.ask(ctx, p.o, command)
	hidden := p.message.Flags&discordgo.MessageFlagsEphemeral != 0
	switch {
	case reply.Problem != nil:
		return said(embed.Reply(reply, embed.ReplyOptions{Slash: true})), nil
	case hidden:
		return answer{kind: change, message: embed.Reply(reply, embed.ReplyOptions{Slash: true})}, nil
	case p.id.Action == embed.ActionUndo:
		return answer{kind: change, message: embed.Undone(p.message, p.id), public: true}, nil
	}
	by := ""
	if p.o.guild != "" {
		by = p.o.name
	}
	return answer{kind: change, message: embed.Acted(p.message, embed.Plain(reply.Text), by, reply.Undo), public: true}, nil
}

// list shows a page of a list in the place of what was pressed, with what was
// just done there.
func (p pressed) list(ctx context.Context, place string, page int, done *chat.Reply) answer {
	reply, wrong := p.entries(ctx, place)
	if wrong != nil {
		return said(embed.Reply(*wrong, embed.ReplyOptions{Slash: true}))
	}
	return answer{kind: change, message: embed.List(reply, embed.ReplyOptions{Slash: true, Place: place, Page: page, Done: done})}
}

// entries asks the bot for a list.
func (p pressed) entries(ctx context.Context, place string) (reply chat.Reply, wrong *chat.Reply) {
	c := chat.Command{ID: " list", Verb: "list"}
	if place == embed.PlaceMine {
		c.Args = "mine"
	} else {
		var err error
		if c.Place, err = p.named(ctx, p.o, place); err != nil {
			p.warn(ctx, p.o, "the place of a list", err)
			r := problem(sorryText)
			return r, &r
		}
	}
	reply = p.ask(ctx, p.o, c)
	if reply.Problem != nil {
		return reply, &reply
	}
	return reply, nil
}

// pick shows a subscription that was chosen of a list.
func (p pressed) pick(ctx context.Context) (answer, error) {
	place, n, ok := embed.ParsePick(p.id, p.value)
	if !ok {
		return answer{}, fmt.Errorf("a menu names no subscription: %q", p.value)
	}
	return p.item(ctx, place, n, p.id.Place, p.id.Page, nil)
}

// item shows a subscription, or the list that it was on where it is not there
// any more.
func (p pressed) item(ctx context.Context, place string, n int, list string, page int, done *chat.Reply) (answer, error) {
	d, err := p.named(ctx, p.o, place)
	if err != nil {
		return answer{}, err
	}
	reply, wrong := p.entries(ctx, list)
	if wrong != nil {
		return said(embed.Reply(*wrong, embed.ReplyOptions{Slash: true})), nil
	}
	for _, i := range reply.Items {
		if s := i.Subscription; s.Number == n && s.Destination == d {
			return answer{kind: change, message: embed.Item(i, embed.ReplyOptions{Slash: true, Place: list, Page: page, Done: done})}, nil
		}
	}
	return answer{kind: change, message: embed.List(reply, embed.ReplyOptions{Slash: true, Place: list, Page: page, Done: done})}, nil
}

// there does what a button in a list says at the place that it names, and shows
// there what came of it.
func (p pressed) there(ctx context.Context) (answer, error) {
	command, ok := p.id.Command()
	if !ok {
		return answer{}, errWords
	}
	d, err := p.named(ctx, p.o, p.id.Place)
	if err != nil {
		return answer{}, err
	}
	command.Place = d
	reply := p.ask(ctx, p.o, command)
	if reply.Problem != nil {
		return said(embed.Reply(reply, embed.ReplyOptions{Slash: true})), nil
	}
	list, page, ok := embed.Back(p.message)
	if s := reply.Subscription; ok && s != nil {
		return p.item(ctx, placeOf(s.Destination), s.Number, list, page, &reply)
	}
	if !ok {
		list = p.id.Place
	}
	return p.list(ctx, list, page, &reply), nil
}

// form opens a form, with the subscription that it changes.
func (a *App) form(ctx context.Context, o origin, f embed.Form) answer {
	d, err := a.named(ctx, o, f.Place)
	if err != nil {
		a.warn(ctx, o, "the place of a form", err)
		return sorry(sorryText)
	}
	if f.Number > 0 {
		s, ok, err := a.subscription(ctx, d, f.Number)
		switch {
		case err != nil:
			a.warn(ctx, o, "a subscription that is to be changed", err)
			return sorry(sorryText)
		case !ok:
			return sorry(fmt.Sprintf("There is no subscription %d there any more.", f.Number))
		}
		f.Query = s.Query.String()
		if f.When == "" {
			f.When = s.Schedule.String()
		}
	}
	return answer{kind: ask, modal: f.Modal()}
}

func (a *App) subscription(ctx context.Context, d alerts.Destination, n int) (s alerts.Subscription, ok bool, err error) {
	all, err := a.Subscriptions.List(ctx, d)
	for _, s := range all {
		if s.Number == n {
			return s, true, err
		}
	}
	return s, false, err
}

// submitted carries out a form; where it can't be, it says why and keeps what
// was typed.
func (a *App) submitted(ctx context.Context, o origin, data discordgo.ModalSubmitInteractionData) answer {
	f, err := embed.ReadForm(data)
	if err != nil {
		a.warn(ctx, o, "read a form", err)
		return sorry(sorryText)
	}
	when, wrong := readWhen(f.When)
	if wrong != nil {
		return said(f.Wrong(*wrong))
	}
	d, err := a.named(ctx, o, f.Place)
	if err != nil {
		a.warn(ctx, o, "the place of a form", err)
		return said(f.Wrong(problem(sorryText)))
	}
	c := chat.Command{Verb: "subscribe", Args: f.Query, Place: d, Schedule: when}
	if f.Number > 0 {
		c.Verb, c.Args = "edit", fmt.Sprintf("%d %s", f.Number, f.Query)
	}
	reply := a.ask(ctx, o, c)
	if reply.Problem != nil {
		return said(f.Wrong(reply))
	}
	return a.replied(d, reply)
}
