package embed

import (
	"fmt"
	"strings"
	"time"

	"github.com/bellwether/bellwether/adapters/adaptertest/sample"
	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/bot/chat"
)

// Samples of what is shown; their texts are made up.

const (
	guild       = "900000000000000001"
	channel     = "900000000000000002"
	fingerprint = "0123456789abcdef01234567"
)

func here() alerts.Destination {
	return alerts.Destination{Platform: alerts.Discord, Workspace: guild, Channel: channel}
}

func ann() alerts.Person { return alerts.Person{Platform: alerts.Discord, User: "800000000000000001"} }

func sub(t sample.Failer, id int, q string) alerts.Subscription {
	t.Helper()
	return alerts.Subscription{ID: alerts.SubscriptionID(id), Number: id, Owner: ann(), Destination: here(), Query: sample.Parsed(t, q)}
}

func chinese(t sample.Failer) alerts.Alert {
	t.Helper()
	return sample.Chinese("https://trade.gov.cn/新闻", sub(t, 2, "新质生产力"))
}

// nasty is all of [nastyTexts] that fits a headline.
const nasty = "@everyone <@1> [bank](https://bad.example) `code` **bold** _it_ ||spoiler|| # big :tada: <t:1:R> \u202egnp.exe\x1b[31m\u200b\r\nhttps://bad.example"

func hostile(t sample.Failer) alerts.Alert {
	t.Helper()
	return alerts.Alert{
		Article: alerts.Article{
			ID: "@here", Title: nasty, URL: "https://gov.example@bad.example/", Publisher: nasty, Agency: "<@&1>",
			Language: "<@2>", Published: time.Date(2026, 3, 3, 7, 30, 0, 0, time.UTC),
		},
		Subscriptions: []alerts.Subscription{sub(t, 5, `"@everyone" OR U1`)}, Matched: []string{nasty, "*x*"}, Summary: []string{"# " + nasty, "- " + nasty},
		Highlights: []alerts.Highlight{{Start: 2, End: len("# @everyone")}},
	}
}

func release(t sample.Failer) alerts.Alert {
	t.Helper()
	return alerts.Alert{
		Article: alerts.Article{
			ID: "release", Title: "Example Motors opens a battery plant in Hunan", URL: "https://wire.example/releases/88", Publisher: "Example Motors",
			Distributor: "Example Newswire", Language: "en", Published: time.Date(2026, 3, 3, 5, 0, 0, 0, time.UTC),
		},
		Subscriptions: []alerts.Subscription{sub(t, 3, "battery plant")}, Matched: []string{"battery plant"},
		Summary:    []string{"Example Motors today opened a battery plant that will employ 1,200 people."},
		Highlights: []alerts.Highlight{{Start: 30, End: 43}},
	}
}

func samples(t sample.Failer) map[string]alerts.Delivery {
	t.Helper()
	daily := alerts.Schedule{Cadence: alerts.Daily, At: 8 * 60}
	quota, tariff := sub(t, 1, "steel quota"), sub(t, 4, "tariff")
	bare := alerts.Alert{
		Article:       alerts.Article{ID: "bare", Title: "Nothing but a headline"},
		Subscriptions: []alerts.Subscription{tariff}, Matched: []string{"headline"},
	}
	second := sample.Steel(quota)
	second.Article.ID, second.Article.Title, second.Article.URL = "steel-2", "Steel makers greet the new quota", "https://news.example.org/steel?id=2"
	var many []alerts.Alert
	for i := range 10 {
		a := sample.Steel(sub(t, i+1, fmt.Sprintf("keyword%d", i+1)))
		a.Article.ID, a.Article.URL = fmt.Sprint("steel-", i), fmt.Sprint("https://news.example.org/steel?id=", i)
		a.Summary = []string{strings.Repeat(a.Summary[0]+" ", 8)}
		a.Highlights = a.Highlights[:1]
		many = append(many, a)
	}
	pinging := quota
	pinging.Mention = "700000000000000001"
	return map[string]alerts.Delivery{
		"alert-role": {Destination: here(), Alerts: []alerts.Alert{sample.Steel(pinging)}},
		"alert-limit": {
			Destination: here(), Alerts: []alerts.Alert{sample.Steel(quota)}, Limit: 30, LimitUntil: time.Date(2026, 3, 3, 14, 4, 0, 0, time.UTC),
		},
		"digest-quiet": {
			Destination: here(), Gathered: alerts.GatheredQuiet, Part: 1, Parts: 2, Alerts: []alerts.Alert{sample.Steel(quota), sample.Steel(quota)},
		},
		"alert":         {Destination: here(), Alerts: []alerts.Alert{sample.Steel(quota)}},
		"alert-several": {Destination: here(), Alerts: []alerts.Alert{sample.Steel(quota, tariff)}},
		"alert-chinese": {Destination: here(), Alerts: []alerts.Alert{chinese(t)}},
		"alert-release": {Destination: here(), Alerts: []alerts.Alert{release(t)}},
		"alert-bare":    {Destination: here(), Alerts: []alerts.Alert{bare}},
		"alert-hostile": {Destination: here(), Alerts: []alerts.Alert{hostile(t)}},
		"digest": {
			Destination: here(), Schedule: daily, Part: 1, Parts: 1, Alerts: []alerts.Alert{sample.Steel(quota, tariff), chinese(t), second, bare, release(t)},
		},
		"notice-sources": {Destination: here(), Alerts: []alerts.Alert{sample.DownNotice()}},
		"digest-notice":  {Destination: here(), Gathered: alerts.GatheredQuiet, Part: 1, Parts: 1, Alerts: []alerts.Alert{sample.Steel(quota), sample.DownNotice()}},
		"digest-proof":   {Destination: here(), Schedule: daily, Part: 1, Parts: 1, Reading: sample.Unreached(), Alerts: []alerts.Alert{sample.Steel(tariff)}},
		"digest-part":    {Destination: here(), Schedule: daily, Part: 2, Parts: 3, Alerts: []alerts.Alert{sample.Steel(tariff), hostile(t)}},
		"digest-tight":   {Destination: here(), Schedule: daily, Part: 1, Parts: 1, Alerts: many},
	}
}

func listOf(t sample.Failer, n int, where string) []chat.Item {
	t.Helper()
	var out []chat.Item
	queries := []string{"carbon border tax, CBAM", "title:steel AND NOT (quota OR duty)", "rare earths", "tariff NEAR/5 steel"}
	for i := range n {
		it := chat.Item{Subscription: sub(t, i+1, queries[i%len(queries)]), State: "active", Where: where}
		if i%3 == 1 {
			it.Subscription.Schedule = alerts.Schedule{Cadence: alerts.Weekly, Day: time.Friday, At: 16*60 + 30}
			if where != "" {
				it.Subscription.Destination, it.Where = ann().Direct(), "direct message"
			}
		}
		if i%3 == 2 {
			it.Subscription.Mention = "700000000000000001"
			it.Subscription.Paused, it.State = true, "paused until it is resumed"
		}
		out = append(out, it)
	}
	return out
}

// pausedReply is what a press on Pause is answered.
func pausedReply(t sample.Failer) *chat.Reply {
	t.Helper()
	first := sub(t, 1, "carbon border tax, CBAM")
	first.Paused = true
	return &chat.Reply{
		Text: "Number 1, `carbon border tax, CBAM`, is paused until it is resumed.", Subscription: &first, Changed: true,
		Undo: &chat.Undo{Verb: "resume", Args: "1"},
	}
}

func sampleReplies(t sample.Failer) map[string]chat.Reply {
	t.Helper()
	followed := sub(t, 1, "list prices")
	return map[string]chat.Reply{
		"reply-subscribed": {
			Text:         "Following `list prices` in this channel, as number 1.\nIt would have hit 3 articles of the last 30 days.",
			Subscription: &followed, Changed: true, Hints: []string{"`unsubscribe 1` undoes it", "`edit 1 QUERY`"},
			Undo: &chat.Undo{Verb: "unsubscribe", Args: "1"}, Alerts: []alerts.Alert{sample.Steel()},
		},
		"reply-preview": {
			Text:   "`steel quota` hits 2 of the 1,204 articles of the last 30 days.",
			Alerts: []alerts.Alert{sample.Steel(), chinese(t)}, Hints: []string{"`subscribe steel quota` follows it"},
		},
		"reply-problem": {
			Problem: &chat.Problem{Text: "unclosed quote at character 7: add \" at the end", Input: `新质 OR "steel <@1> ` + "```x```", Position: 7},
			Hints:   []string{"`help queries` shows what a query can say"},
		},
		"reply-denied": {
			Problem: &chat.Problem{Text: "Only people who manage this channel's alerts may do that. `subscribe me: tariff` sends them to you alone."},
		},
		"reply-lost": {
			Text: "That channel was deleted, so its alerts are paused.", Place: here(), Hints: []string{"`list mine` shows all that you follow"},
		},
		"reply-rows": {
			Text: "2 sources are read.",
			Rows: []chat.Row{
				{Label: "Feeds"},
				{Label: "Example Gazette", Value: "412 articles in 30 days, the last today 09:12"},
				{Label: "*Example* _Ministry_", Value: "fails since Mon 2 Mar 18:00: the server answers 503"},
				{Label: "Wires"},
				{Label: "example-wire", Value: "`/var/wire/in`, 88 articles"},
			},
			Hints: []string{"`why` tells what became of an article"},
		},
		"reply-empty": {},
	}
}
