package blockkit_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/bellwether/bellwether/adapters/adaptertest/sample"
	"github.com/bellwether/bellwether/adapters/slack/blockkit"
	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/bot/chat"
)

// message is the JSON form of what is posted.
type message struct {
	Text   string `json:"text"`
	Blocks any    `json:"blocks"`
}

func channelC1() alerts.Destination {
	return alerts.Destination{Platform: alerts.Slack, Workspace: "T1", Channel: "C1"}
}

func ann() alerts.Person { return alerts.Person{Platform: alerts.Slack, Workspace: "T1", User: "U1"} }

func sub(t sample.Failer, id int, q string) alerts.Subscription {
	t.Helper()
	return alerts.Subscription{
		ID: alerts.SubscriptionID(id), Number: id, Owner: ann(), Destination: channelC1(), Query: sample.Parsed(t, q),
	}
}

func chinese(t sample.Failer) alerts.Alert {
	t.Helper()
	return sample.Chinese("https://例子.example/新闻", sub(t, 2, "新质生产力"))
}

// nasty is what somebody writes who wants to be noticed.
const nasty = "<!channel> <@U1> <http://bad.example|good.example> @here `code` *bold* _it_ ~st~ > quote &amp; :tada: \u202egnp.exe\u2066\x1b[31m\u200b\r\nhttps://bad.example"

func hostile(t sample.Failer) alerts.Alert {
	t.Helper()
	return alerts.Alert{
		Article: alerts.Article{
			ID: "<!here>", Title: nasty, URL: "https://gov.example@bad.example/", Publisher: nasty, Agency: "<!subteam^S1>",
			Language: "<@U2>", Published: time.Date(2026, 3, 3, 7, 30, 0, 0, time.UTC),
		},
		Subscriptions: []alerts.Subscription{sub(t, 5, `"!channel" OR U1`)}, Matched: []string{nasty, "*x*"}, Summary: []string{nasty},
		Highlights: []alerts.Highlight{{Start: 0, End: len("<!channel>")}},
	}
}

func goldenDeliveries(t sample.Failer) map[string]alerts.Delivery {
	t.Helper()
	brussels := alerts.Settings{TimeZone: "Europe/Brussels"}
	daily := alerts.Schedule{Cadence: alerts.Daily, At: 8 * 60}
	quota, tariff := sub(t, 1, "steel quota"), sub(t, 4, "tariff")
	bare := alerts.Alert{
		Article:       alerts.Article{ID: "bare", Title: "Nothing but a headline"},
		Subscriptions: []alerts.Subscription{tariff}, Matched: []string{"headline"},
	}
	second := sample.Steel(quota)
	second.Article.ID, second.Article.Title = "steel-2", "Steel makers greet the new quota"
	return map[string]alerts.Delivery{
		"alert": {Settings: brussels, Alerts: []alerts.Alert{sample.Steel(quota)}},
		"alert-limit": {
			Settings: brussels, Alerts: []alerts.Alert{sample.Steel(quota)}, Limit: 30, LimitUntil: time.Date(2026, 3, 3, 14, 4, 0, 0, time.UTC),
		},
		"digest-quiet": {
			Settings: brussels, Gathered: alerts.GatheredQuiet, Part: 1, Parts: 2, Alerts: []alerts.Alert{sample.Steel(quota), second},
		},
		"digest-limit":  {Settings: brussels, Gathered: alerts.GatheredLimit, Part: 1, Parts: 1, Alerts: []alerts.Alert{second, bare}},
		"alert-several": {Settings: brussels, Alerts: []alerts.Alert{sample.Steel(quota, tariff)}},
		"alert-chinese": {Settings: brussels, Alerts: []alerts.Alert{chinese(t)}},
		"alert-no-body": {Alerts: []alerts.Alert{bare}},
		"alert-hostile": {Alerts: []alerts.Alert{hostile(t)}},
		"digest": {
			Settings: brussels, Schedule: daily, Part: 1, Parts: 1,
			Alerts: []alerts.Alert{sample.Steel(quota, tariff), chinese(t), second, bare},
		},
		"notice-sources": {Settings: brussels, Alerts: []alerts.Alert{sample.DownNotice()}},
		"digest-notice":  {Settings: brussels, Gathered: alerts.GatheredQuiet, Part: 1, Parts: 1, Alerts: []alerts.Alert{second, sample.DownNotice()}},
		"digest-proof": {
			Settings: brussels, Schedule: daily, Part: 1, Parts: 1, Reading: sample.Unreached(), Alerts: []alerts.Alert{second},
		},
		"digest-part": {
			Settings: brussels, Schedule: daily, Part: 2, Parts: 3, Thread: "C1/1.2", Alerts: []alerts.Alert{sample.Steel(tariff), hostile(t)},
		},
	}
}

func TestGoldenDeliveries(t *testing.T) {
	for name, d := range goldenDeliveries(t) {
		t.Run(name, func(t *testing.T) {
			m := blockkit.Delivery(d)
			checkMessage(t, m)
			sample.Golden(t, "testdata", name, message{m.Text, m.Blocks})
		})
	}
}

func listOf(t sample.Failer, n int, where string) []chat.Item {
	t.Helper()
	var out []chat.Item
	for i := range n {
		it := chat.Item{Subscription: sub(t, i+1, fmt.Sprintf("carbon tax %d", i+1)), State: "active", Where: where}
		if i%3 == 1 {
			it.Subscription.Destination = ann().Direct()
			it.Subscription.Schedule = alerts.Schedule{Cadence: alerts.Weekly, Day: time.Friday, At: 16*60 + 30}
			if where != "" {
				it.Where = "direct message"
			}
		}
		if i%3 == 2 {
			it.Subscription.Paused, it.State = true, "paused until it is resumed"
		}
		out = append(out, it)
	}
	return out
}

func goldenReplies(t sample.Failer) map[string]chat.Reply {
	t.Helper()
	followed := sub(t, 1, "list prices")
	return map[string]chat.Reply{
		"reply-help": {
			Text: "Say what you follow, and new articles that it hits come as alerts.",
			Rows: []chat.Row{
				{Label: "Commands"},
				{Label: "subscribe QUERY", Value: "be told of new articles that the query hits"},
				{Label: "pause [ID] [for 3d]", Value: "no alerts for a time"},
				{Label: "Queries"},
				{Label: "tariff AND steel", Value: "both; also `OR`, `NOT` and ( )"},
			},
			Hints: []string{"`help subscribe` tells more about one command", "`list`"},
		},
		"reply-subscribed": {
			Text:         "Following `list prices` in this channel, as number 1.\nIt would have hit 3 articles of the last 30 days.",
			Subscription: &followed, Changed: true, Hints: []string{"`unsubscribe 1` undoes it"},
			Undo: &chat.Undo{Verb: "unsubscribe", Args: "1"}, Alerts: []alerts.Alert{sample.Steel()},
		},
		"reply-list": {Text: "3 subscriptions in this channel. Times are in UTC.", Items: listOf(t, 3, ""), Hints: []string{"`pause 1 for 3d`"}},
		"reply-mine": {Text: "3 subscriptions of yours.", Items: listOf(t, 3, "here")},
		"reply-long": {Text: "130 subscriptions in this channel.", Items: listOf(t, 130, ""), Hints: []string{"`unsubscribe 1`"}},
		"reply-problem": {
			Problem: &chat.Problem{Text: "unclosed quote at character 7: add \" at the end", Input: `新质 OR "steel <!here>`, Position: 7},
			Hints:   []string{"`help queries` shows what a query can say"},
		},
		"reply-lost": {
			Text: "That channel was archived, so its alerts are paused.", Place: channelC1(), Hints: []string{"`list mine` shows all that you follow"},
		},
	}
}

func TestGoldenReplies(t *testing.T) {
	for name, r := range goldenReplies(t) {
		t.Run(name, func(t *testing.T) {
			m := blockkit.Reply(r, blockkit.ReplyOptions{Zone: "Asia/Tokyo", Slash: true})
			checkMessage(t, m)
			sample.Golden(t, "testdata", name, message{m.Text, m.Blocks})
			checkView(t, blockkit.Result("Follow something", r))
		})
	}
}

func TestGoldenViews(t *testing.T) {
	weekly := alerts.Schedule{Cadence: alerts.Weekly, Day: time.Sunday, At: 17 * 60}
	paused := &chat.Reply{Text: "Number 1, `carbon tax 1`, is paused until it is resumed.", Undo: &chat.Undo{Verb: "resume", Args: "1"}}
	first := sub(t, 1, "carbon tax 1")
	paused.Subscription = &first
	for name, view := range map[string]any{
		"home-empty": blockkit.Home{Zone: "Europe/Brussels"}.View(),
		"home": blockkit.Home{
			Items: listOf(t, 3, "here"), Settings: alerts.Settings{TimeZone: "Asia/Tokyo", Quiet: alerts.Quiet{From: 1320, To: 420}},
			Admin: true, MembersManage: true, Done: paused,
		}.View(),
		"home-page": blockkit.Home{Items: listOf(t, 130, "here"), Page: 1, Admin: true}.View(),
		"manage":    blockkit.Manage{Items: listOf(t, 2, ""), Place: channelC1()}.View(),
		"form":      blockkit.Form{}.View(),
		"form-error": blockkit.Form{
			Query: `tariff AND "steel`, Place: "C1", Problem: "Only people who manage this channel's alerts may do that. `subscribe me: tariff` sends them to you alone.",
		}.View(),
		"form-weekly": blockkit.Form{Edit: 3, Query: "tariff NOT steel", Place: "C1", Schedule: weekly}.View(),
		"timing":      blockkit.Timing{Settings: alerts.Settings{TimeZone: "Europe/Brussels", Quiet: alerts.Quiet{From: 1320, To: 420}, Schedule: alerts.Schedule{Cadence: alerts.Daily, At: 480}}}.View(),
		"working":     blockkit.Working("Follow something"),
		"result":      blockkit.Result("Follow something", goldenReplies(t)["reply-subscribed"]),
	} {
		t.Run(name, func(t *testing.T) {
			checkView(t, view)
			sample.Golden(t, "testdata", name, view)
		})
	}
}

func TestGoldenActed(t *testing.T) {
	blocks := again(t, blockkit.Delivery(goldenDeliveries(t)["alert"]).Blocks)
	acted := blockkit.Acted(blocks, "alert0", "Number 1, steel quota, is paused until Wed 4 Mar 08:30.", "ben", &chat.Undo{Verb: "resume", Args: "1"})
	m := blockkit.Message{Text: "Ministry cuts steel quota", Blocks: acted}
	checkMessage(t, m)
	sample.Golden(t, "testdata", "acted", message{m.Text, m.Blocks})
}
