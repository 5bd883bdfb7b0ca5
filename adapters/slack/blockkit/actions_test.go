package blockkit_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bellwether/bellwether/adapters/adaptertest/sample"
	"github.com/bellwether/bellwether/adapters/slack/blockkit"
	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/bot"
	"github.com/bellwether/bellwether/bot/chat"
)

func TestKind(t *testing.T) {
	for id, want := range map[string]string{"do": "do", "do:mute": "do", "item:3:4": "item", "": ""} {
		if got := blockkit.Kind(id); got != want {
			t.Errorf("Kind(%q) = %q, want %q", id, got, want)
		}
	}
}

func TestPlain(t *testing.T) {
	if got, want := blockkit.Plain("Number 1, `tariff`,\nis \u202epaused.\n"), "Number 1, tariff, is paused."; got != want {
		t.Errorf("Plain = %q, want %q", got, want)
	}
}

// TestUndone takes notes away again, whatever else was done before.
func TestUndone(t *testing.T) {
	blocks := again(t, blockkit.Delivery(goldenDeliveries(t)["digest"]).Blocks)
	once := again(t, blockkit.Acted(blocks, "item1", "One.", "", &chat.Undo{Verb: "resume"}))
	twice := again(t, blockkit.Acted(once, "item1", "Two.", "", nil))
	if s := shown(t, twice); strings.Index(s, "✓ One.") > strings.Index(s, "✓ Two.") || strings.Count(s, "Undo") != 1 {
		t.Errorf("two notes: %s", s)
	}
	if repeated := blockkit.Acted(twice, "item1", "One.", "", nil); len(repeated) != len(twice) {
		t.Errorf("%d blocks for a note that was there, want %d", len(repeated), len(twice))
	}
	left := blockkit.Undone(blockkit.Undone(twice, "done:1"), "done:2")
	if diff := cmp.Diff(string(encoded(t, blocks)), string(encoded(t, left))); diff != "" {
		t.Errorf("after both were undone (-want +got):\n%s", diff)
	}
	if kept := blockkit.Undone(blocks, "item1"); len(kept) != len(blocks) {
		t.Error("a block that is no note was taken away")
	}
}

// TestUndoTooLong leaves a button out that Slack would refuse.
func TestUndoTooLong(t *testing.T) {
	for n, want := range map[int]bool{1900: true, 2100: false} {
		m := blockkit.Reply(chat.Reply{Text: "Done.", Undo: &chat.Undo{Verb: "edit", Args: strings.Repeat("x", n)}}, blockkit.ReplyOptions{})
		checkMessage(t, m)
		if got := strings.Contains(shown(t, m.Blocks), "Undo"); got != want {
			t.Errorf("%d characters: a button to undo %v, want %v", n, got, want)
		}
	}
}

func TestUndoValue(t *testing.T) {
	undo := chat.Undo{Verb: "edit", Args: `3 "carbon tax" <!here> & 税`, Schedule: &alerts.Schedule{Cadence: alerts.Weekly, At: 480, Day: time.Friday}, Number: 3}
	m := blockkit.Reply(chat.Reply{Text: "Done.", Undo: &undo}, blockkit.ReplyOptions{})
	var back chat.Undo
	if err := json.Unmarshal([]byte(values(t, m.Blocks)["Undo"]), &back); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(undo, back); diff != "" {
		t.Errorf("undo (-want +got):\n%s", diff)
	}
}

// TestManySubscriptions keeps to what a menu holds.
func TestManySubscriptions(t *testing.T) {
	var subs []alerts.Subscription
	for i := range 70 {
		subs = append(subs, sub(t, i+1, fmt.Sprintf("tariff %d and quite a lot of other words", i)))
	}
	m := blockkit.Delivery(alerts.Delivery{Alerts: []alerts.Alert{sample.Steel(subs...)}})
	checkMessage(t, m)
	if n := strings.Count(string(encoded(t, m.Blocks)), `"unsubscribe `); n != 50 {
		t.Errorf("%d subscriptions in the menu", n)
	}
}

// TestHuge has texts of 100,000 letters and more everywhere, ten times.
func TestHuge(t *testing.T) {
	for _, letter := range []string{"word ", "字", "&", "👩‍👩‍👧"} {
		a, huge := sample.Steel(sub(t, 1, "tariff")), strings.Repeat(letter, 100_000)
		a.Article.Title, a.Article.Publisher, a.Article.Agency, a.Article.Language = huge, huge, huge, huge
		a.Summary, a.Matched, a.Article.URL = []string{huge, huge, huge}, []string{huge}, "https://news.example.org/"+strings.Repeat("x", 2900)
		d := alerts.Delivery{Alerts: []alerts.Alert{a}}
		checkMessage(t, blockkit.Delivery(d))
		d.Schedule.Cadence = alerts.Daily
		for i := range 9 {
			a.Subscriptions = []alerts.Subscription{sub(t, i+2, fmt.Sprintf("%d %.200s", i, strings.Repeat("tariff ", 40)))}
			d.Alerts = append(d.Alerts, a)
		}
		checkMessage(t, blockkit.Delivery(d))
	}
}

// TestSlash shows how commands are typed where that needs a slash, and leaves
// queries alone.
func TestSlash(t *testing.T) {
	followed := sub(t, 1, "list prices")
	r := chat.Reply{Text: "Following `list prices` here, as number 1. `tariff` is another. `pause 1` holds it.", Subscription: &followed, Hints: []string{"`list`"}}
	for slash, want := range map[bool]string{
		true:  "Following list prices here, as number 1. tariff is another. /policy pause 1 holds it.\n• /policy list\n",
		false: "Following list prices here, as number 1. tariff is another. pause 1 holds it.\n• list\n",
	} {
		if got := shown(t, blockkit.Reply(r, blockkit.ReplyOptions{Slash: slash}).Blocks); got != want {
			t.Errorf("slash %v: %q, want %q", slash, got, want)
		}
	}
}

// TestVerbs knows every command of the bot.
func TestVerbs(t *testing.T) {
	b := bot.New(bot.Config{Now: func() time.Time { return time.Time{} }})
	help := b.Handle(context.Background(), chat.Command{Text: "help", Person: ann(), Place: ann().Direct()})
	if len(help.Rows) < 15 {
		t.Fatalf("the bot helps with %d commands", len(help.Rows))
	}
	words := shown(t, blockkit.Reply(help, blockkit.ReplyOptions{Slash: true}).Blocks)
	for _, r := range help.Rows {
		if !strings.Contains(words, "/policy "+r.Label) {
			t.Errorf("no slash before %q", r.Label)
		}
	}
}

func TestHomePages(t *testing.T) {
	all := listOf(t, 130, "here")
	for page, want := range map[int]string{-1: "1–40 of 130", 0: "1–40 of 130", 1: "41–80 of 130", 3: "121–130 of 130", 9: "121–130 of 130"} {
		view := blockkit.Home{Items: all, Page: page, Admin: true, Done: &chat.Reply{Problem: &chat.Problem{Text: "No."}, Hints: []string{"`help`"}}}.View()
		checkView(t, view)
		if s := shown(t, view); !strings.Contains(s, want) {
			t.Errorf("page %d has no %q", page, want)
		}
		turns := values(t, view)
		if (turns["◀ Previous"] == "") != (page <= 0) || (turns["Next ▶"] == "") != (page >= 3) {
			t.Errorf("page %d leads to %q and %q", page, turns["◀ Previous"], turns["Next ▶"])
		}
	}
	if s := shown(t, blockkit.Home{Items: all[:40]}.View()); strings.Contains(s, " of 40") {
		t.Error("one page has a pager")
	}
}

// TestDigestOfManyKeywords gives up dividers, not keywords, and leaves room for
// notes.
func TestDigestOfManyKeywords(t *testing.T) {
	d := alerts.Delivery{Schedule: alerts.Schedule{Cadence: alerts.Daily}}
	for i := range 10 {
		d.Alerts = append(d.Alerts, sample.Steel(sub(t, i+1, fmt.Sprintf("keyword%d", i))))
	}
	m := blockkit.Delivery(d)
	checkMessage(t, m)
	raw := string(encoded(t, m.Blocks))
	if len(m.Blocks) > 45 || strings.Contains(raw, `"divider"`) || strings.Count(raw, `"text":"keyword`) != 10 {
		t.Errorf("%d blocks: %s", len(m.Blocks), raw)
	}
	d.Alerts = d.Alerts[:2]
	if !strings.Contains(string(encoded(t, blockkit.Delivery(d).Blocks)), `"divider"`) {
		t.Error("no divider in a short digest")
	}
}

// TestHomeTiming calls only a pause without an end a pause: there is no clock
// to tell whether another is over.
func TestHomeTiming(t *testing.T) {
	for _, c := range []struct {
		set  alerts.Settings
		want string
	}{
		{alerts.Settings{}, "Your direct messages: instant · quiet hours off · times in Asia/Tokyo (from your profile)\n"},
		{alerts.Settings{TimeZone: "Europe/Paris", Paused: true}, "times in Europe/Paris · paused\n"},
		{alerts.Settings{TimeZone: "Europe/Paris", Paused: true, PausedUntil: time.Unix(1, 0)}, "times in Europe/Paris\n"},
	} {
		if s := shown(t, blockkit.Home{Settings: c.set, Zone: "Asia/Tokyo"}.View()); !strings.Contains(s, c.want) {
			t.Errorf("%+v: no %q in %s", c.set, c.want, s)
		}
	}
}
