package embed

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/bwmarrin/discordgo"

	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/bot/chat"
)

// itemsInPage is how many subscriptions a page of a list shows.
const itemsInPage = 10

// Of an item in a list.
const (
	longItem  = 180
	longState = 90
)

// List lays out a reply that lists subscriptions, perhaps none: a page of it,
// with a menu to choose one of them.
func List(r chat.Reply, o ReplyOptions) Message {
	all := r.Items
	last := max(0, (len(all)-1)/itemsInPage)
	at := min(max(o.Page, 0), last)
	shown := all[at*itemsInPage : min((at+1)*itemsInPage, len(all))]

	r.Text = cut(r.Text, longParts)
	p := newPage(r, o)
	for _, i := range shown {
		p.add(item(i))
	}
	if len(all) == 0 || o.Place == "" {
		p.hints(r.Hints)
	}
	m := p.message()
	if last > 0 {
		m.Embeds[0].Footer = &discordgo.MessageEmbedFooter{
			Text: fmt.Sprintf("%d–%d of %d", at*itemsInPage+1, at*itemsInPage+len(shown), len(all)),
		}
	}
	if isPlace(o.Place) {
		m.Components = listActions(shown, o, at, last)
	}
	return m
}

// listActions are the menu and the buttons of a list.
func listActions(shown []chat.Item, o ReplyOptions, at, last int) []discordgo.MessageComponent {
	var options []discordgo.SelectMenuOption
	for _, i := range shown {
		s := i.Subscription
		options = append(options, option(pickValue(o.Place, s), fmt.Sprintf("%d · %s", s.Number, clean(s.Query.String())), plainState(i)))
	}
	out := menu(ID{Action: ActionPick, Place: o.Place, Page: at}.String(), "Change one of them…", options)
	var buttons []discordgo.MessageComponent
	turn := func(page int, label string) {
		buttons = append(buttons, button(ID{Action: ActionList, Place: o.Place, Page: page}.String(), label))
	}
	if at > 0 {
		turn(at-1, "◀ Previous")
	}
	if at < last {
		turn(at+1, "Next ▶")
	}
	if o.Place != PlaceMine {
		buttons = append(buttons, button(ID{Action: ActionEdit, Place: o.Place}.String(), "Subscribe"))
	}
	buttons = append(buttons, button(doneID(o), "Undo"))
	return append(out, row(buttons...)...)
}

// doneID takes back what was just done.
func doneID(o ReplyOptions) string {
	if o.Done == nil || o.Done.Subscription == nil {
		return ""
	}
	return undoID(ID{Action: ActionAt, Place: placeOf(o.Done.Subscription.Destination)}, o.Done.Undo)
}

// item is a subscription in two lines.
func item(i chat.Item) string {
	s := i.Subscription
	return fmt.Sprintf("`%d` **%s**\n%s", s.Number, escaped(clean(s.Query.String()), longItem), state(i))
}

// state is when the alerts of a subscription come, how it is, and where, if the
// list is of several places.
func state(i chat.Item) string {
	s := i.Subscription
	where := ""
	if i.Where != "" && placeOf(s.Destination) != PlaceDirect {
		where, i.Where = "<#"+s.Destination.Channel+"> · ", ""
	}
	text := where + escaped(plainState(i), longState)
	if isSnowflake(s.Mention) {
		text += " · mentions <@&" + s.Mention + ">"
	}
	return text
}

// plainState is state without Markdown.
func plainState(i chat.Item) string {
	s := i.Subscription
	var out []string
	switch {
	case i.Where == "":
	case s.Destination == s.Owner.Direct():
		out = append(out, "direct message")
	default:
		out = append(out, cut(clean(i.Where), longLabel))
	}
	out = append(out, s.Schedule.String())
	if text := clean(i.State); text != "" {
		out = append(out, text)
	}
	return strings.Join(out, " · ")
}

// Item lays out one subscription with what can be done with it. Place and Page
// are of the list that it was chosen in.
func Item(i chat.Item, o ReplyOptions) Message {
	s := i.Subscription
	p := newPage(chat.Reply{}, o)
	p.add(fmt.Sprintf("`%d` **%s**\n%s", s.Number, escaped(clean(s.Query.String()), longText), state(i)))
	m := p.message()
	m.Components = itemActions(s)
	if isPlace(o.Place) {
		back := button(ID{Action: ActionList, Place: o.Place, Page: max(o.Page, 0)}.String(), "◀ Back to the list")
		m.Components = append(m.Components, row(back, button(doneID(o), "Undo"))...)
	}
	return m
}

// itemActions are what can be done with a subscription.
func itemActions(s alerts.Subscription) []discordgo.MessageComponent {
	place, n := placeOf(s.Destination), strconv.Itoa(s.Number)
	at := func(words, label string) discordgo.MessageComponent {
		return button(ID{Action: ActionAt, Place: place, Words: words}.String(), label)
	}
	pause := at("pause "+n, "Pause")
	if s.Paused {
		pause = at("resume "+n, "Resume")
	}
	return row(button(ID{Action: ActionEdit, Place: place, Number: s.Number}.String(), "Edit…"), pause,
		at(snooze(s.Number), "Snooze for a day"), at(unsubscribe(s.Number), "Unsubscribe"))
}

// Back gives the page of the list that a message of [Item] leads back to.
func Back(m *discordgo.Message) (place string, page int, ok bool) {
	for _, c := range flat(m.Components) {
		if id, known := ParseID(customID(c)); known && id.Action == ActionList {
			return id.Place, id.Page, true
		}
	}
	return "", 0, false
}
