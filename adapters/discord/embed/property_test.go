package embed

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/bwmarrin/discordgo"
	"pgregory.net/rapid"

	"github.com/bellwether/bellwether/adapters/adaptertest/sample"
	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/bot/chat"
)

// text draws what people and wires write, and what nobody should.
func text() *rapid.Generator[string] {
	piece := rapid.OneOf(
		rapid.SampledFrom(nastyTexts()),
		rapid.SampledFrom([]string{
			"\u202e", "\u2067", "\u200f", "\u061c", "\u200b", "\u200d", "\u200c", "\ufeff", "\x00", "\x1b[2J", "\r\n", "\n\n", "\u2028", "\xff", "\xed\xa0\x80",
			" ", "\u00a0", "\u3000", "新质生产力", "हिन्दी", "e\u0301", "👩‍👩‍👧", "🇧🇪", "\U000e0001", "{}", `"`, "subscribe", "`list`", "/policy", "✓ ", "When: ",
		}),
		rapid.StringN(0, 20, -1),
		rapid.Map(rapid.SliceOfN(rapid.Byte(), 0, 8), func(b []byte) string { return string(b) }),
		rapid.Map(rapid.SampledFrom([]string{"word ", "字", "a", "👩‍👩‍👧", "e\u0301\u0301", "&", "<", "\u0301", " ", "*", "`", "`a` ", "@", "://", "1. "}), func(s string) string { return strings.Repeat(s, 400) }),
	)
	return rapid.Map(rapid.SliceOfN(piece, 0, 6), func(all []string) string { return strings.Join(all, "") })
}

func address() *rapid.Generator[string] {
	return rapid.OneOf(text(), rapid.Map(text(), func(s string) string { return "https://news.example.org/" + s }),
		rapid.SampledFrom([]string{
			"", "https://news.example.org/1", "http://gov.example@bad.example/", "javascript:alert(1)", "https://", "https://:80/", "//x.example",
			"https://news.example.org/" + strings.Repeat("x", 2000), "https://news.example.org/" + strings.Repeat("字", 3000),
		}))
}

func queryText() *rapid.Generator[string] {
	return rapid.SampledFrom([]string{
		"tariff", `"the @everyone" OR U1`, "新质生产力", "carbon border tax, CBAM", "list prices", "title:steel AND NOT (quota OR duty)", `"[a](b) _x_ #1"`,
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
			s.Destination.Channel = rapid.SampledFrom([]string{s.Destination.Channel, s.Destination.Channel, "1> @everyone"}).Draw(t, "channel")
			s.Number *= rapid.SampledFrom([]int{1, 1_000_007}).Draw(t, "number")
			s.Mention = rapid.SampledFrom([]string{"", "7", "12345678901234567890", "1> @everyone"}).Draw(t, "mention")
			s.Paused = rapid.Bool().Draw(t, "paused")
			s.Schedule.Cadence = alerts.Cadence(rapid.IntRange(0, 3).Draw(t, "cadence"))
			out[i] = s
		}
		return out
	})
}

func anAlert() *rapid.Generator[alerts.Alert] {
	return sample.Alert(text(), address(), subscriptions(0, 6))
}

func aDelivery() *rapid.Generator[alerts.Delivery] {
	return rapid.Custom(func(t *rapid.T) alerts.Delivery {
		d := alerts.Delivery{Destination: here(), Alerts: []alerts.Alert{anAlert().Draw(t, "alert")}}
		if rapid.Bool().Draw(t, "digest") {
			d.Schedule.Cadence = alerts.Cadence(rapid.IntRange(1, 3).Draw(t, "cadence"))
			d.Parts = rapid.IntRange(1, 5).Draw(t, "parts")
			d.Part = rapid.IntRange(1, d.Parts).Draw(t, "part")
			d.Alerts = rapid.SliceOfN(anAlert(), 1, 10).Draw(t, "alerts")
			d.Reading = sample.Reading(text()).Draw(t, "reading")
		}
		return d
	})
}

// TestAnyDelivery keeps every limit, shows each article and makes nothing of
// what others wrote, also after many presses.
func TestAnyDelivery(t *testing.T) {
	r := newReader()
	rapid.Check(t, func(t *rapid.T) {
		d := aDelivery().Draw(t, "delivery")
		m := Delivery(d, fingerprint)
		checkMessage(t, m)
		checkInert(t, r, m, "bold")
		if len(m.Embeds) != len(d.Alerts) {
			t.Errorf("%d embeds for %d articles", len(m.Embeds), len(d.Alerts))
		}
		checkFingerprint(t, m)
		checkContent(t, m)
		for range rapid.IntRange(1, 7).Draw(t, "presses") {
			m = Acted(again(t, m), text().Draw(t, "note"), text().Draw(t, "by"), &chat.Undo{Verb: "resume", Args: text().Draw(t, "args")})
			checkMessage(t, m)
		}
		checkInert(t, r, m, "bold")
		checkFingerprint(t, m)
	})
}

// ourContent is all that stands in the content of an alert or a digest.
var ourContent = regexp.MustCompile(`^(<@&\d{1,20}>[ \n]?)*(\*\*(Hourly digest|Daily digest|Weekly digest|Alerts)(, part \d of \d)?: \d+ articles?\*\*(\n-# .*)?)?$`)

// checkContent fails where others' text stands in the content, or what it
// mentions is not what may be.
func checkContent(t sample.Failer, m Message) {
	t.Helper()
	if !ourContent.MatchString(m.Content) {
		t.Errorf("the content %q", m.Content)
	}
	if n := strings.Count(m.Content, "<@&"); n != len(m.Mentions) {
		t.Errorf("%d mentions in %q of %v", n, m.Content, m.Mentions)
	}
	for _, role := range m.Mentions {
		if !strings.Contains(m.Content, "<@&"+role+">") {
			t.Errorf("%s is not in %q", role, m.Content)
		}
	}
}

// checkFingerprint fails where a message would not be known again.
func checkFingerprint(t sample.Failer, m Message) {
	t.Helper()
	n := 0
	for _, c := range flat(m.Components) {
		if id, ok := ParseID(customID(c)); ok && id.Key == fingerprint {
			n++
		}
	}
	if n != 1 {
		t.Errorf("%d buttons carry the fingerprint", n)
	}
}

func aReply() *rapid.Generator[chat.Reply] {
	return rapid.Custom(func(t *rapid.T) chat.Reply {
		draw := func(name string) string { return text().Draw(t, name) }
		r := chat.Reply{
			Text: draw("text"), Alerts: rapid.SliceOfN(anAlert(), 0, 5).Draw(t, "alerts"), Hints: rapid.SliceOfN(text(), 0, 6).Draw(t, "hints"),
			Place: alerts.Destination{Channel: rapid.SampledFrom([]string{"", "1", "<@1>"}).Draw(t, "place")},
		}
		if rapid.Bool().Draw(t, "problem") {
			r.Problem = &chat.Problem{Text: draw("problem"), Input: draw("input"), Position: rapid.IntRange(-3, 5000).Draw(t, "position")}
		}
		if rapid.Bool().Draw(t, "undo") {
			r.Undo = &chat.Undo{Verb: "edit", Args: draw("args"), Schedule: &alerts.Schedule{}, Number: 3}
		}
		pool := rapid.SliceOfN(rapid.Map(text(), func(s string) string { return s[:min(len(s), 2000)] }), 1, 3).Draw(t, "texts") // there are many
		some := func(name string) string { return rapid.SampledFrom(pool).Draw(t, name) }
		for _, s := range subscriptions(0, 25).Draw(t, "items") {
			r.Items = append(r.Items, chat.Item{Subscription: s, State: some("state"), Where: rapid.SampledFrom([]string{"", "here", nasty}).Draw(t, "where")})
			r.Subscription = &s
		}
		for range rapid.IntRange(0, 40).Draw(t, "rows") {
			r.Rows = append(r.Rows, chat.Row{Label: some("label"), Value: some("value")})
		}
		return r
	})
}

// TestAnyReply keeps every limit, and makes nothing of what others wrote but
// code between backquotes.
func TestAnyReply(t *testing.T) {
	r := newReader()
	ours := []string{"bold", "code", "codeblock", "mention"} // which mentions, is looked at apart
	rapid.Check(t, func(t *rapid.T) {
		reply := aReply().Draw(t, "reply")
		o := ReplyOptions{
			Slash: rapid.Bool().Draw(t, "slash"), Place: rapid.SampledFrom([]string{"", "u", "mine", "1", "12345678901234567890", "x"}).Draw(t, "list"),
			Page: rapid.IntRange(-2, 5).Draw(t, "page"),
		}
		if rapid.Bool().Draw(t, "done") {
			o.Done = &chat.Reply{Text: text().Draw(t, "what"), Problem: reply.Problem, Undo: reply.Undo, Subscription: reply.Subscription}
		}
		all := []Message{Reply(reply, o), List(reply, o), Form{Place: "1", Query: text().Draw(t, "query"), When: text().Draw(t, "when")}.Wrong(reply)}
		if len(reply.Items) > 0 {
			all = append(all, Item(reply.Items[0], o))
		}
		checkItems(t, all[1], reply, o)
		withoutItems := reply
		withoutItems.Items = nil
		all = append(all, Reply(withoutItems, o))
		for _, m := range all {
			checkMessage(t, m)
		}
		one := rapid.SampledFrom(all).Draw(t, "layout") // reading takes longer than laying out
		checkInert(t, r, one, ours...)
		checkMentions(t, r, one)
	})
}

// checkMentions fails on a mention of anything but what the samples name.
func checkMentions(t sample.Failer, r reader, m Message) {
	t.Helper()
	for _, e := range m.Embeds {
		_, found := r.read(e.Description)
		for _, one := range kinds(found, "bold", "code", "codeblock") {
			if !slices.Contains([]string{"<#1>", "<#" + channel + ">", "<@&7>", "<@&12345678901234567890>"}, one.text) {
				t.Errorf("a mention: %q", one.text)
			}
		}
	}
}

// checkItems fails where a list lacks one of its page.
func checkItems(t sample.Failer, m Message, r chat.Reply, o ReplyOptions) {
	t.Helper()
	for _, i := range pageOf(r.Items, o.Page).items {
		if !strings.Contains(m.Embeds[0].Description, fmt.Sprintf("`%d` **", i.Subscription.Number)) {
			t.Errorf("number %d is not there: %q", i.Subscription.Number, m.Embeds[0].Description)
		}
	}
	if len(r.Items) > 0 && isPlace(o.Place) {
		if id, _ := ParseID(customID(flat(m.Components)[0])); id.Action != ActionPick {
			t.Errorf("a list without its menu: %+v", id)
		}
	}
}

// TestAnyForm gives back what was typed, whatever it was.
func TestAnyForm(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := Form{
			Place: rapid.SampledFrom([]string{"u", "1", "12345678901234567890"}).Draw(t, "place"), Number: rapid.IntRange(0, 1<<30).Draw(t, "number"),
			Query: strings.ToValidUTF8(text().Draw(t, "query"), ""), When: text().Draw(t, "when"),
		}
		modal := f.Modal()
		c := &checker{t: t}
		c.bounded("a modal's title", modal.Title, 1, 45)
		c.bounded("a custom_id", modal.CustomID, 1, 100)
		raw, err := json.Marshal(modal)
		if err != nil {
			t.Fatalf("encode: %v", err)
		}
		var back discordgo.ModalSubmitInteractionData
		if err := json.Unmarshal(raw, &back); err != nil {
			t.Fatalf("decode: %v", err)
		}
		for _, in := range flat(back.Components) {
			in := in.(*discordgo.TextInput)
			if units(in.Value) > in.MaxLength || units(in.Label) > 45 || units(in.Placeholder) > 100 || in.MaxLength > 4000 {
				t.Errorf("an input: %+v", in)
			}
		}
		read, err := ReadForm(back)
		if err != nil {
			t.Fatalf("read: %v", err)
		}
		if fits := units(f.Query) <= 4000; fits && read.Query != typed(f.Query) || read.Place != f.Place || read.Number != f.Number {
			t.Errorf("%+v is read of %+v", read, f)
		}
		m := again(t, read.Wrong(chat.Reply{Problem: &chat.Problem{Text: "No."}}))
		id, _ := ParseID(customID(flat(m.Components)[0]))
		retried, err := Retry(m, id)
		if err != nil {
			t.Fatalf("retry: %v", err)
		}
		if units(strings.ReplaceAll(read.Query, "`", "``")) > 4000 {
			retried.Query, read.Query = "", "" // backquotes became quotes
		}
		if retried != read {
			t.Errorf("%+v is read again of %+v", retried, read)
		}
	})
}
