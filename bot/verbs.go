package bot

import (
	"context"
	"fmt"

	"github.com/bellwether/bellwether/bot/chat"
)

// verb is one command of the bot.
type verb struct {
	word     string
	other    []string // what people say for it
	form     string   // how it is typed
	about    string   // what it does, in a line
	more     string   // the rest, for help WORD
	changes  bool     // needs the right to manage the place
	asks     bool     // without arguments it changes nothing and only tells
	local    bool     // acts on the place; "me:" makes that the person's own
	personal bool     // always acts on the person's own
	alone    bool     // takes no arguments
}

// verbs are in the order in which help shows them.
var verbs = []verb{
	{
		word: "subscribe", other: []string{"sub", "follow", "watch", "track", "add"},
		form: "subscribe QUERY", about: "be told of new articles that the query hits",
		more: "In a channel the alerts go to the channel. `subscribe me: tariff` sends them to you alone, from anywhere. " +
			"The newest hit of the last 30 days is shown at once.\n" +
			"`help queries` shows what a query can say.",
		changes: true, local: true,
	},
	{
		word: "list", other: []string{"ls", "subscriptions", "subs"},
		form: "list [mine]", about: "what is followed here",
		more:  "`list mine` shows all that you follow, wherever it goes.",
		local: true,
	},
	{
		word: "unsubscribe", other: []string{"unsub", "unfollow", "remove", "rm", "delete"},
		form: "unsubscribe ID", about: "stop following it",
		more:    "The ID is the number that `list` shows. The query in its place does too: `unsubscribe tariff`.",
		changes: true, local: true,
	},
	{
		word: "edit", other: []string{"change"},
		form: "edit ID QUERY", about: "follow another query under the same number",
		more:    "`edit 3 tariff AND steel`",
		changes: true, local: true,
	},
	{
		word: "pause", other: []string{"snooze"},
		form: "pause [ID] [for 3d]", about: "no alerts for a time",
		more: "`pause` holds everything here until `resume`, `pause 3` one subscription, `pause 3 for 2 weeks` and " +
			"`pause for 12h` end by themselves. What comes in meanwhile is not kept for later.",
		changes: true, local: true,
	},
	{
		word: "resume", other: []string{"unpause", "unsnooze", "continue"},
		form: "resume [ID]", about: "end a pause",
		more:    "`resume` ends the pause of everything here, `resume 3` that of one subscription.",
		changes: true, local: true,
	},
	{
		word: "preview", other: []string{"search", "find", "try", "test"},
		form: "preview QUERY", about: "the newest hits of a query, without following it",
		more: "It looks through the articles of the last 30 days, or as many of the newest as can be read in two seconds.",
	},
	{
		word: "digest", other: []string{"schedule"},
		form: "digest WHEN", about: "when alerts are sent: instant, hourly, daily 08:00, weekly mon 08:00",
		more: "It holds for everything here and for what is followed later. `digest 3 daily 08:00` changes one subscription only; " +
			"`digest` alone tells how it is. What waits already moves to the new time.",
		changes: true, asks: true, local: true,
	},
	{
		word: "timezone", other: []string{"tz", "time-zone", "zone"},
		form: "timezone ZONE", about: "the zone of the times here, such as Europe/Brussels",
		more:    "The name of its city is enough: `timezone brussels`.",
		changes: true, asks: true, local: true,
	},
	{
		word: "quiet", other: []string{"quiet-hours", "quiethours", "dnd"},
		form: "quiet 22:00-07:00", about: "hours in which nothing is sent here; off for none",
		more:    "What hits in quiet hours is sent together at their end.",
		changes: true, asks: true, local: true,
	},
	{
		word: "limit", other: []string{"cap", "max"},
		form: "limit 30", about: "alerts an hour that come one by one here; off for no limit",
		more:    "What goes beyond it comes together when the hour is over. `limit default` is what whoever runs the bot has set.",
		changes: true, asks: true, local: true,
	},
	{
		word: "mute",
		form: "mute ARTICLE", about: "no more of an article here, nor of its later versions",
		more:    "ARTICLE is its address, its id, or words of its headline. `unmute ARTICLE` undoes it.",
		changes: true, local: true,
	},
	{
		word: "unmute",
		form: "unmute ARTICLE", about: "show later versions of an article here again",
		changes: true, local: true,
	},
	{
		word: "why",
		form: "why [ARTICLE]", about: "what of an article hit, and what became of it here",
		more:  "ARTICLE is its address, its id, or words of its headline. `why` alone takes the newest article that hits anything here.",
		local: true,
	},
	{
		word: "sources", other: []string{"source", "feeds"},
		form: "sources [add URL]", about: "what is read, and how that goes",
		more: "What is wrong stands first. `sources 2` shows the next page, `sources gov.uk` those with that in their name or address. " +
			"The items of 7 days are counted by their own date, in UTC.\n" +
			"`sources add URL` reads one more, if you may: the address of its feed, or of a page that leads to it. " +
			"`sources remove NAME` ends that.",
	},
	{
		word: "export", other: []string{"backup"},
		form: "export", about: "subscriptions and settings as a file",
		more:  "JSON lines: the settings first, then each subscription.",
		local: true,
	},
	{
		word: "forget-me", other: []string{"forget", "forgetme"},
		form: "forget-me", about: "delete all that is stored about you",
		more:    "Every subscription that you own goes, also those in channels, and your settings. It asks first.",
		changes: true, personal: true,
	},
	{
		word: "help", other: []string{"?", "commands", "hello", "hi", "start"},
		form: "help [COMMAND]", about: "this list, or more about one command",
		more: "`help queries` shows what a query can say. Only you see an answer; " +
			"`public` before a command shows it to everyone here: `public list`.",
	},
}

// do calls what q.verb stands for.
func (b *Bot) do(ctx context.Context, q *request) (chat.Reply, error) {
	switch q.verb.word {
	case "subscribe":
		return b.subscribe(ctx, q)
	case "list":
		return b.show(ctx, q)
	case "unsubscribe":
		return b.unsubscribe(ctx, q)
	case "edit":
		return b.edit(ctx, q)
	case "pause":
		return b.pause(ctx, q)
	case "resume":
		return b.resume(ctx, q)
	case "preview":
		return b.preview(ctx, q)
	case "digest":
		return b.digest(ctx, q)
	case "timezone":
		return b.timezone(ctx, q)
	case "quiet":
		return b.quiet(ctx, q)
	case "limit":
		return b.limit(ctx, q)
	case "mute":
		return b.mute(ctx, q)
	case "unmute":
		return b.unmute(ctx, q)
	case "why":
		return b.why(ctx, q)
	case "sources":
		return b.tellSources(ctx, q)
	case "export":
		return b.export(ctx, q)
	case "forget-me":
		return b.forget(ctx, q)
	case "help":
		return help(q), nil
	}
	return chat.Reply{}, fmt.Errorf("no command %q", q.verb.word)
}
