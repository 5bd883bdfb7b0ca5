package blockkit

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/slack-go/slack"

	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/bot/chat"
	"github.com/bellwether/bellwether/bot/chat/legible"
)

// What a button, a menu or an input asks for: its action_id, perhaps with ":"
// and a number where several stand in one block.
const (
	ActionDo        = "do"        // carry out the value where the message is
	ActionUndo      = "undo"      // the same, and take the note away again
	ActionManage    = "manage"    // show the alerts of the place
	ActionItem      = "item"      // carry out the value at the place that it names
	ActionSubscribe = "subscribe" // show the form
	ActionTiming    = "timing"    // show digest, time zone and quiet hours
	ActionPage      = "page"      // show the page that the value names
	ActionMembers   = "members"   // "on": every member manages channel alerts
	ActionQuery     = "query"     // typed into the form
	ActionWhen      = "when"      // chosen in a form
)

// What a modal is, by its callback_id.
const (
	CallbackForm   = "form"
	CallbackTiming = "timing"
	CallbackManage = "manage"
)

// Kind gives an action_id without its number.
func Kind(actionID string) string {
	kind, _, _ := strings.Cut(actionID, ":")
	return kind
}

// snoozed is how long a snooze lasts, as the command says it.
const snoozed = "1d"

func unsubscribe(number int) string { return "unsubscribe " + strconv.Itoa(number) }
func snooze(number int) string      { return fmt.Sprintf("pause %d for %s", number, snoozed) }
func mute(article string) string    { return "mute " + alerts.ShortID(article) }

// alertActions are the buttons below an alert.
func alertActions(id string, a alerts.Alert) *slack.ActionBlock {
	var elements []slack.BlockElement
	add := func(b *slack.ButtonBlockElement) {
		if b != nil {
			elements = append(elements, b)
		}
	}
	add(button(ActionDo+":mute", mute(a.Article.ID), "Mute article"))
	switch len(a.Subscriptions) {
	case 0:
	case 1:
		s := a.Subscriptions[0]
		add(button(ActionDo+":snooze", snooze(s.Number), "Snooze "+quoted(s)))
		add(button(ActionDo+":unsubscribe", unsubscribe(s.Number), "Unsubscribe"))
	default:
		elements = append(elements, chooser(a.Subscriptions))
	}
	add(button(ActionManage, "here", "Manage"))
	return slack.NewActionBlock(id, elements...)
}

// chooser offers what can be done with each of several subscriptions.
func chooser(subs []alerts.Subscription) slack.BlockElement {
	var options []*slack.OptionBlockObject
	for _, s := range subs[:min(len(subs), maxOptions/2)] {
		options = append(options,
			option(snooze(s.Number), "Snooze "+quoted(s)+" for a day"),
			option(unsubscribe(s.Number), "Unsubscribe from "+quoted(s)))
	}
	return slack.NewOptionsSelectBlockElement(slack.OptTypeStatic, plain("Snooze or unsubscribe…"), ActionDo+":choose", options...)
}

// itemActions is the menu of an article in a digest.
func itemActions(id string, a alerts.Alert) slack.Block {
	options := []*slack.OptionBlockObject{option(mute(a.Article.ID), "Mute article")}
	for _, s := range a.Subscriptions[:min(len(a.Subscriptions), 2)] {
		options = append(options,
			option(snooze(s.Number), "Snooze "+quoted(s)+" for a day"),
			option(unsubscribe(s.Number), "Unsubscribe from "+quoted(s)))
	}
	return slack.NewActionBlock(id, menu(ActionDo, options...))
}

// quoted is a query in quotes, cut short.
func quoted(s alerts.Subscription) string {
	return "“" + legible.Cut(legible.Line(s.Query.String()), longLabel) + "”"
}

// undoValue is what an Undo button carries; "" if that does not fit.
func undoValue(place string, u *chat.Undo) string {
	if u == nil {
		return ""
	}
	text, err := json.Marshal(u)
	if err != nil {
		return ""
	}
	value := strings.TrimSpace(place + " " + string(text))
	if legible.Length(value) > maxButtonValue {
		return ""
	}
	return value
}

// noteID begins the block_id of a note.
const noteID = "done:"

// Acted gives the blocks of a message with a note behind the block that was
// pressed: what was done, by whom (empty: that is clear), and a button that
// undoes it where undo is not nil. A note that said the same there is replaced.
// In a message that is full, the oldest note or a divider makes room.
func Acted(blocks []slack.Block, pressed, note, by string, undo *chat.Undo) []slack.Block {
	text := "✓ " + legible.Cut(legible.Line(note), longNote)
	if by = legible.Line(by); by != "" {
		text += " — " + legible.Cut(by, longName)
	}
	done := section(noteID+strconv.Itoa(nextNote(blocks)), text, nil)
	if value := undoValue("", undo); value != "" {
		done.Accessory = slack.NewAccessory(button(ActionUndo, value, "Undo"))
	}
	blocks = slices.DeleteFunc(slices.Clone(blocks), func(b slack.Block) bool { return isNote(b) && noteText(b) == text })
	blocks = roomy(blocks)
	at := len(blocks)
	for i, b := range blocks {
		if b.ID() == pressed {
			at = i + 1
		}
	}
	for at < len(blocks) && isNote(blocks[at]) { // the latest comes last
		at++
	}
	return slices.Insert(blocks, at, slack.Block(done))
}

// roomy makes room for a note in a message that is full: without its oldest
// notes, a divider, or at last its end.
func roomy(blocks []slack.Block) []slack.Block {
	for size(blocks) > maxMessageText {
		i := slices.IndexFunc(blocks, isNote)
		if i < 0 {
			break
		}
		blocks = slices.Delete(blocks, i, i+1)
	}
	if len(blocks) < maxMessageBlocks {
		return blocks
	}
	i := slices.IndexFunc(blocks, func(b slack.Block) bool { return b.BlockType() == slack.MBTDivider })
	if i < 0 {
		i = slices.IndexFunc(blocks, isNote)
	}
	if i < 0 {
		i = len(blocks) - 1
	}
	return slices.Delete(blocks, i, i+1)
}

func isNote(b slack.Block) bool { return strings.HasPrefix(b.ID(), noteID) }

func noteText(b slack.Block) string {
	if s, ok := b.(*slack.SectionBlock); ok && s.Text != nil {
		return s.Text.Text
	}
	return ""
}

// nextNote is a number that no note in blocks has.
func nextNote(blocks []slack.Block) int {
	next := 1
	for _, b := range blocks {
		if text, ok := strings.CutPrefix(b.ID(), noteID); ok {
			if n, err := strconv.Atoi(text); err == nil && n >= next && n < 1<<20 {
				next = n + 1
			}
		}
	}
	return next
}

// Undone gives the blocks of a message without the note of that block_id.
func Undone(blocks []slack.Block, note string) []slack.Block {
	return slices.DeleteFunc(slices.Clone(blocks), func(b slack.Block) bool {
		return b.ID() == note && strings.HasPrefix(note, noteID)
	})
}

// Plain gives a reply's text as one line without backquotes.
func Plain(s string) string { return legible.Line(strings.ReplaceAll(s, "`", "")) }
