package blockkit_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/bellwether/bellwether/adapters/adaptertest/sample"
	"github.com/bellwether/bellwether/adapters/slack/blockkit"
	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/bot/chat"
)

// text draws what people and wires write, and what nobody should.
func text() *rapid.Generator[string] {
	piece := rapid.OneOf(
		rapid.SampledFrom([]string{
			"<!channel>", "<!here|x>", "<@U1>", "<#C1>", "<http://x.example|y>", "&amp;", "&", "<", ">", "`", "``", "```", "*", "_", "~", ":tada:",
			"\u202e", "\u2067", "\u200f", "\u061c", "\u200b", "\u200d", "\u200c", "\ufeff", "\x00", "\x1b[2J", "\r\n", "\n\n", "\u2028", "\xff", "\xed\xa0\x80",
			" ", "\u00a0", "\u3000", "新质生产力", "हिन्दी", "e\u0301", "👩‍👩‍👧", "🇧🇪", "\U000e0001", "@here", "https://bad.example", "{}", `"`, "\\",
			"subscribe", "`list`", "/policy",
		}),
		rapid.StringN(0, 20, -1),
		rapid.Map(rapid.SliceOfN(rapid.Byte(), 0, 8), func(b []byte) string { return string(b) }),
		rapid.Map(rapid.SampledFrom([]string{"word ", "字", "a", "👩‍👩‍👧", "e\u0301\u0301", "&", "<", "\u0301", " "}), func(s string) string { return strings.Repeat(s, 1000) }),
	)
	return rapid.Map(rapid.SliceOfN(piece, 0, 12), func(all []string) string { return strings.Join(all, "") })
}

func address() *rapid.Generator[string] {
	return rapid.OneOf(text(), rapid.Map(text(), func(s string) string { return "https://news.example.org/" + s }),
		rapid.SampledFrom([]string{
			"", "https://news.example.org/1", "http://gov.example@bad.example/", "javascript:alert(1)", "https://", "https://:80/", "//x.example",
			"https://news.example.org/" + strings.Repeat("x", 2900), "https://news.example.org/" + strings.Repeat("字", 3000),
		}))
}

func queryText() *rapid.Generator[string] {
	return rapid.SampledFrom([]string{
		"tariff", `"the !channel" OR U1`, "新质生产力", "carbon border tax, CBAM", "list prices", "title:steel AND NOT (quota OR duty)",
		strings.TrimSuffix(strings.Repeat("steel OR quota OR ", 40), " OR "),
	})
}

func subscriptions(least, most int) *rapid.Generator[[]alerts.Subscription] {
	return rapid.Custom(func(t *rapid.T) []alerts.Subscription {
		n := rapid.IntRange(least, most).Draw(t, "subscriptions")
		out := make([]alerts.Subscription, n)
		for i := range out {
			s := sub(t, i+1, queryText().Draw(t, "query"))
			if rapid.Bool().Draw(t, "direct") {
				s.Destination = ann().Direct()
			}
			s.Destination.Channel = rapid.SampledFrom([]string{s.Destination.Channel, s.Destination.Channel, "<!here>"}).Draw(t, "channel")
			s.Number *= rapid.SampledFrom([]int{1, 1_000_000_007}).Draw(t, "number")
			s.Paused = rapid.Bool().Draw(t, "paused")
			s.Schedule.Cadence = alerts.Cadence(rapid.IntRange(0, 3).Draw(t, "cadence"))
			out[i] = s
		}
		return out
	})
}

func zone() *rapid.Generator[string] {
	return rapid.OneOf(rapid.SampledFrom([]string{"", "Europe/Brussels", "Asia/Kathmandu", "America/St_Johns"}), text())
}

func anAlert() *rapid.Generator[alerts.Alert] {
	return sample.Alert(text(), address(), subscriptions(0, 6))
}

func aDelivery() *rapid.Generator[alerts.Delivery] {
	return rapid.Custom(func(t *rapid.T) alerts.Delivery {
		d := alerts.Delivery{Settings: alerts.Settings{TimeZone: zone().Draw(t, "zone")}, Alerts: []alerts.Alert{anAlert().Draw(t, "alert")}}
		if rapid.Bool().Draw(t, "digest") {
			d.Schedule.Cadence = alerts.Cadence(rapid.IntRange(1, 3).Draw(t, "cadence"))
			d.Parts = rapid.IntRange(1, 5).Draw(t, "parts")
			d.Part = rapid.IntRange(1, d.Parts).Draw(t, "part")
			d.Thread = rapid.SampledFrom([]string{"", "C1/1.2"}).Draw(t, "thread")
			d.Alerts = rapid.SliceOfN(anAlert(), 1, 10).Draw(t, "alerts")
			d.Reading = sample.Reading(text()).Draw(t, "reading")
		}
		return d
	})
}

func TestAnyDelivery(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := aDelivery().Draw(t, "delivery")
		m := blockkit.Delivery(d)
		checkMessage(t, m)
		words := string(encoded(t, m.Blocks))
		if n := strings.Count(words, `"mute `); n != len(d.Alerts) && !t.Failed() { // each article is there, with its menu
			for _, a := range d.Alerts {
				n += strings.Count(a.Article.ID, `"mute `)
			}
			if n < len(d.Alerts) {
				t.Errorf("%d articles of %d", n, len(d.Alerts))
			}
		}
		id := m.Blocks[rapid.IntRange(0, len(m.Blocks)-1).Draw(t, "pressed")].ID()
		acted := again(t, m.Blocks)
		for range rapid.IntRange(1, 60).Draw(t, "presses") {
			acted = blockkit.Acted(acted, id, text().Draw(t, "note"), text().Draw(t, "by"), &chat.Undo{Verb: "resume", Args: text().Draw(t, "args")})
		}
		for _, p := range refused(t, acted) {
			t.Errorf("after presses: %s", p)
		}
		c := &checker{t: t}
		if c.walk(decoded(t, encoded(t, acted))); c.text > 10_500 {
			t.Errorf("%d characters after presses", c.text)
		}
	})
}

func aReply() *rapid.Generator[chat.Reply] {
	return rapid.Custom(func(t *rapid.T) chat.Reply {
		draw := func(name string) string { return text().Draw(t, name) }
		r := chat.Reply{
			Text: draw("text"), Alerts: rapid.SliceOfN(anAlert(), 0, 4).Draw(t, "alerts"), Hints: rapid.SliceOfN(text(), 0, 6).Draw(t, "hints"),
			TimeZone: zone().Draw(t, "zone"), Place: alerts.Destination{Channel: rapid.SampledFrom([]string{"", "C1", "<!here>"}).Draw(t, "place")},
		}
		if rapid.Bool().Draw(t, "problem") {
			r.Problem = &chat.Problem{Text: draw("problem"), Input: draw("input"), Position: rapid.IntRange(-3, 5000).Draw(t, "position")}
		}
		if rapid.Bool().Draw(t, "undo") {
			r.Undo = &chat.Undo{Verb: "edit", Args: draw("args"), Schedule: &alerts.Schedule{}, Number: 3}
		}
		bounded := rapid.Map(text(), func(s string) string { return s[:min(len(s), 2000)] }) // there are many
		pool := rapid.SliceOfN(bounded, 1, 3).Draw(t, "texts")
		some := func(name string) string { return rapid.SampledFrom(pool).Draw(t, name) }
		for _, s := range subscriptions(0, 45).Draw(t, "items") {
			r.Items = append(r.Items, chat.Item{Subscription: s, State: some("state"), Where: rapid.SampledFrom([]string{"", "here", nasty}).Draw(t, "where")})
			r.Subscription = &s
		}
		for range rapid.IntRange(0, 40).Draw(t, "rows") {
			r.Rows = append(r.Rows, chat.Row{Label: some("label"), Value: some("value")})
		}
		return r
	})
}

func TestAnyReply(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := aReply().Draw(t, "reply")
		checkMessage(t, blockkit.Reply(r, blockkit.ReplyOptions{Zone: zone().Draw(t, "own zone"), Slash: rapid.Bool().Draw(t, "slash")}))
		checkView(t, blockkit.Result(text().Draw(t, "title"), r))
	})
}

func TestAnyView(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := aReply().Draw(t, "reply")
		page := rapid.IntRange(-2, 9).Draw(t, "page")
		set := alerts.Settings{
			TimeZone: zone().Draw(t, "zone"), Paused: rapid.Bool().Draw(t, "paused"),
			Quiet:    alerts.Quiet{From: alerts.Clock(rapid.IntRange(0, 1439).Draw(t, "from")), To: 420},
			Schedule: alerts.Schedule{Cadence: alerts.Cadence(rapid.IntRange(0, 3).Draw(t, "cadence")), At: 480},
		}
		checkView(t, blockkit.Home{
			Items: r.Items, Settings: set, Zone: zone().Draw(t, "profile"), Page: page,
			Admin: rapid.Bool().Draw(t, "admin"), MembersManage: rapid.Bool().Draw(t, "members"), Done: &r,
		}.View())
		checkView(t, blockkit.Manage{Items: r.Items, Place: r.Place, Page: page, Done: &r}.View())
		checkView(t, blockkit.Form{
			Edit: rapid.IntRange(0, 1<<40).Draw(t, "edit"), Query: text().Draw(t, "query"), Place: r.Place.Channel, Schedule: set.Schedule, Problem: text().Draw(t, "problem"),
		}.View())
		checkView(t, blockkit.Timing{Settings: set, Problem: text().Draw(t, "wrong")}.View())
		checkView(t, blockkit.Working(text().Draw(t, "title")))
	})
}
