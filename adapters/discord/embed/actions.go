package embed

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/bwmarrin/discordgo"

	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/bot/chat/legible"
)

// snoozed is how long a snooze lasts, as the command says it.
const snoozed = "1d"

func unsubscribe(number int) string { return "unsubscribe " + strconv.Itoa(number) }
func snooze(number int) string      { return fmt.Sprintf("pause %d for %s", number, snoozed) }

func do(words string) string { return ID{Action: ActionDo, Words: words}.String() }
func mute(a alerts.Alert) string {
	return do("mute " + alerts.ShortID(a.Article.ID))
}

func manage(fingerprint string) discordgo.MessageComponent {
	if !isKey(fingerprint) {
		fingerprint = ""
	}
	return button(ID{Action: ActionManage, Key: fingerprint}.String(), "Manage")
}

// alertActions are the buttons below an alert.
func alertActions(a alerts.Alert, fingerprint string) []discordgo.MessageComponent {
	if a.Plain() {
		return row(manage(fingerprint)) // by it the message is known again
	}
	muting := button(mute(a), "Mute article")
	if len(a.Subscriptions) == 1 {
		s := a.Subscriptions[0]
		return row(muting, button(do(snooze(s.Number)), "Snooze "+quoted(s)), button(do(unsubscribe(s.Number)), "Unsubscribe"), manage(fingerprint))
	}
	choices := menu(ActionChoose, "Snooze or unsubscribe…", choices(a.Subscriptions, maxOptions))
	return append(choices, row(muting, manage(fingerprint))...)
}

// choices offer what can be done with each of several subscriptions, in at most
// that many options.
func choices(subs []alerts.Subscription, most int) []discordgo.SelectMenuOption {
	var out []discordgo.SelectMenuOption
	for _, s := range subs[:min(len(subs), max(most, 0)/2)] {
		out = append(out,
			option(do(snooze(s.Number)), "Snooze "+quoted(s)+" for a day", ""),
			option(do(unsubscribe(s.Number)), "Unsubscribe from "+quoted(s), ""))
	}
	return out
}

// digestActions are what can be done with a digest: its articles muted, what
// brought them snoozed or ended.
func digestActions(all []alerts.Alert, fingerprint string) []discordgo.MessageComponent {
	var options []discordgo.SelectMenuOption
	var subs []alerts.Subscription
	for _, a := range all {
		if a.Notice == alerts.OfSources {
			continue
		}
		options = append(options, option(mute(a), "Mute “"+legible.Cut(title(a.Article), longLabel*2)+"”", ""))
		for _, s := range a.Subscriptions {
			if !slices.ContainsFunc(subs, func(t alerts.Subscription) bool { return t.Number == s.Number }) {
				subs = append(subs, s)
			}
		}
	}
	options = append(options, choices(subs, maxOptions-len(options))...)
	if len(options) == 0 {
		return row(manage(fingerprint))
	}
	return append(menu(ActionChoose, "Mute, snooze or unsubscribe…", options), row(manage(fingerprint))...)
}

// quoted is a query in quotes, cut short.
func quoted(s alerts.Subscription) string {
	return "“" + legible.Cut(legible.Line(s.Query.String()), longLabel) + "”"
}
