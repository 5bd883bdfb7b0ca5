package embed

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/bwmarrin/discordgo"

	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/bot/chat"
	"github.com/bellwether/bellwether/bot/chat/legible"
)

// itemsInPage is how many subscriptions a page of a list shows.
const itemsInPage = 10

// Of an item in a list.
const (
	longItem    = 120 // its query, where there are many
	longState   = 80
	roomForItem = longItem + longState + 80 // with number, channel and role
)

// items is a page of a list, from 0.
type items struct {
	items       []chat.Item
	at, last    int
	from, total int
}

// pageOf gives the page that is nearest to the wanted one.
func pageOf(all []chat.Item, page int) items {
	last := max(0, (len(all)-1)/itemsInPage)
	at := min(max(page, 0), last)
	from := at * itemsInPage
	return items{items: all[from:min(from+itemsInPage, len(all))], at: at, last: last, from: from, total: len(all)}
}

// String gives "11–20 of 23".
func (i items) String() string {
	return fmt.Sprintf("%d–%d of %d", i.from+1, i.from+len(i.items), i.total)
}

// listActions are the menu and the buttons of a list; undo may be nil.
func listActions(shown items, o ReplyOptions, undo discordgo.MessageComponent) []discordgo.MessageComponent {
	var options []discordgo.SelectMenuOption
	for _, i := range shown.items {
		s := i.Subscription
		options = append(options, option(pickValue(o.Place, s), fmt.Sprintf("%d · %s", s.Number, legible.Line(s.Query.String())), plainState(i)))
	}
	var buttons []discordgo.MessageComponent
	turn := func(page int, label string) {
		buttons = append(buttons, button(ID{Action: ActionList, Place: o.Place, Page: page}.String(), label))
	}
	if shown.at > 0 {
		turn(shown.at-1, "◀ Previous")
	}
	if shown.at < shown.last {
		turn(shown.at+1, "Next ▶")
	}
	if o.Place != PlaceMine {
		buttons = append(buttons, button(ID{Action: ActionEdit, Place: o.Place}.String(), "Subscribe"))
	}
	if o.Done != nil {
		undo = button(doneID(o), "Undo")
	}
	return append(menu(ID{Action: ActionPick, Place: o.Place, Page: shown.at}.String(), "Change one of them…", options), row(append(buttons, undo)...)...)
}

// doneID takes back what was just done.
func doneID(o ReplyOptions) string {
	if o.Done == nil || o.Done.Subscription == nil {
		return ""
	}
	return undoID(ID{Action: ActionAt, Place: placeOf(o.Done.Subscription.Destination)}, o.Done.Undo)
}

// items adds subscriptions; there is room for all of them.
func (p *page) items(all []chat.Item) {
	for n, i := range all {
		p.add(item(i, min(longQuery, p.left/(len(all)-n)-roomForItem+longItem)))
	}
}

// item is a subscription in two lines, its query in at most that many units.
func item(i chat.Item, most int) string {
	s := i.Subscription
	return fmt.Sprintf("`%d` **%s**\n%s", s.Number, escaped(legible.Line(s.Query.String()), most), state(i))
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
		out = append(out, legible.Cut(legible.Line(i.Where), longLabel))
	}
	out = append(out, s.Schedule.String())
	if text := legible.Line(i.State); text != "" {
		out = append(out, text)
	}
	return strings.Join(out, " · ")
}

// Item lays out one subscription with what can be done with it. Place and Page
// are of the list that it was chosen in.
func Item(i chat.Item, o ReplyOptions) Message {
	s := i.Subscription
	p := newPage(chat.Reply{}, o)
	p.add(item(i, longText))
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
