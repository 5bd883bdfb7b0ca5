package blockkit

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/slack-go/slack"

	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/bot/chat"
	"github.com/bellwether/bellwether/bot/chat/legible"
)

// itemBlocks is how many blocks an item has.
const itemBlocks = 2

// item is a subscription with its menu, and a line on how it is.
func item(i chat.Item) []slack.Block {
	s := i.Subscription
	text := fmt.Sprintf("%d   %s", s.Number, legible.Cut(legible.Line(s.Query.String()), longQuery))
	return []slack.Block{section("sub"+strconv.FormatUint(uint64(s.ID), 10), text, itemMenu(s)), itemState(i)}
}

// direct names the direct message of whoever presses. No id is so short.
const direct = "u"

// placeRef names a place in the value of a menu; SplitPlace reads it.
func placeRef(d alerts.Destination) string {
	if d.IsDirect() || !isID(d.Channel) {
		return direct
	}
	return d.Channel
}

// SplitPlace cuts the place off the value of a menu of a list: a channel's id,
// or "" for the direct message of whoever pressed. ok is false for a value that
// is not one of ours.
func SplitPlace(value string) (channel, words string, ok bool) {
	ref, words, _ := strings.Cut(value, " ")
	if ref == direct {
		return "", words, true
	}
	return ref, words, isID(ref)
}

// itemMenu is what can be done with a subscription.
func itemMenu(s alerts.Subscription) slack.BlockElement {
	place, n := placeRef(s.Destination)+" ", strconv.Itoa(s.Number)
	pause := option(place+"pause "+n, "Pause")
	if s.Paused {
		pause = option(place+"resume "+n, "Resume")
	}
	return menu(ActionItem, option(place+"edit "+n, "Edit…"), pause,
		option(place+snooze(s.Number), "Snooze for a day"), option(place+unsubscribe(s.Number), "Unsubscribe"))
}

// itemState is the line below a subscription: where, if the list is of several
// places, when, and how it is.
func itemState(i chat.Item) slack.Block {
	s := i.Subscription
	state := s.Schedule.String()
	if text := legible.Line(i.State); text != "" {
		state += " · " + text
	}
	switch {
	case i.Where == "":
	case isID(s.Destination.Channel):
		return slack.NewContextBlock("", ours("<#"+s.Destination.Channel+">"), plain(legible.Cut("· "+state, longParts)))
	case s.Destination == s.Owner.Direct():
		state = "direct message · " + state
	default:
		state = legible.Cut(legible.Line(i.Where), longName) + " · " + state
	}
	return small(state)
}

// itemsInPage is how many subscriptions a page of App Home or of a modal
// shows. What stands around them takes at most twenty blocks.
const itemsInPage = (maxViewBlocks - 20) / itemBlocks

// paged gives the page that is nearest to the wanted one, and what is on it.
func paged(all []chat.Item, page int) (int, []chat.Item) {
	last := max(0, (len(all)-1)/itemsInPage)
	page = min(max(page, 0), last)
	from := page * itemsInPage
	return page, all[from:min(from+itemsInPage, len(all))]
}

// listed are the subscriptions of a page, and what leads to the others.
func listed(all []chat.Item, page int) []slack.Block {
	page, shown := paged(all, page)
	var blocks []slack.Block
	for _, i := range shown {
		blocks = append(blocks, item(i)...)
	}
	if len(all) <= itemsInPage {
		return blocks
	}
	from := page * itemsInPage
	var buttons []slack.BlockElement
	if page > 0 {
		buttons = append(buttons, button(ActionPage+":before", strconv.Itoa(page-1), "◀ Previous"))
	}
	if from+len(shown) < len(all) {
		buttons = append(buttons, button(ActionPage+":behind", strconv.Itoa(page+1), "Next ▶"))
	}
	return append(blocks, small(fmt.Sprintf("%d–%d of %d", from+1, from+len(shown), len(all))), slack.NewActionBlock("pages", buttons...))
}
