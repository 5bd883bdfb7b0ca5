package embed

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bwmarrin/discordgo"
	"github.com/google/go-cmp/cmp"

	"github.com/bellwether/bellwether/adapters/adaptertest/sample"
	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/bot/chat"
)

func TestColor(t *testing.T) {
	for _, c := range []struct {
		a    alerts.Article
		want int
	}{
		{alerts.Article{Agency: "Example Wire", URL: "https://trade.gov"}, colorAgency},
		{alerts.Article{Distributor: "Example Newswire", Agency: "x"}, colorRelease},
		{alerts.Article{URL: "https://www.trade.gov/x"}, colorGovernment},
		{alerts.Article{URL: "https://www.GOV.uk./x"}, colorGovernment},
		{alerts.Article{URL: "http://www.hunan.gov.cn/x"}, colorGovernment},
		{alerts.Article{URL: "https://www.economie.gouv.fr"}, colorGovernment},
		{alerts.Article{URL: "https://ec.europa.eu/x"}, colorGovernment},
		{alerts.Article{URL: "https://gov.example"}, colorOther},
		{alerts.Article{URL: "https://gov.uk.example"}, colorOther},
		{alerts.Article{URL: "https://gov"}, colorOther},
		{alerts.Article{URL: "://"}, colorOther},
		{alerts.Article{}, colorOther},
	} {
		if got := color(c.a); got != c.want {
			t.Errorf("%+v: %06x, want %06x", c.a, got, c.want)
		}
	}
}

// TestTime shows a time as Discord's own, and a date in words.
func TestTime(t *testing.T) {
	for _, c := range []struct {
		at            time.Time
		stamp, footer string
	}{
		{time.Date(2026, 3, 3, 8, 30, 0, 0, time.FixedZone("", 3600)), "2026-03-03T07:30:00Z", "en"},
		{time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC), "", "en · 1 March 2026"},
		{time.Date(1871, 3, 1, 8, 0, 0, 0, time.UTC), "", "en · 1 March 1871"},
		{time.Time{}, "", "en"},
	} {
		e := article(alerts.Alert{Article: alerts.Article{Language: "en", Published: c.at}}, wide())
		if e.Timestamp != c.stamp || e.Footer.Text != c.footer {
			t.Errorf("%s: %q and %q", c.at, e.Timestamp, e.Footer.Text)
		}
	}
}

// TestSameAddress shows every article, though Discord makes one embed of those
// with one address.
func TestSameAddress(t *testing.T) {
	m := Delivery(alerts.Delivery{Schedule: alerts.Schedule{Cadence: alerts.Daily}, Alerts: []alerts.Alert{sample.Steel(), sample.Steel()}}, fingerprint)
	if m.Embeds[0].URL == "" || m.Embeds[1].URL != "" {
		t.Errorf("%q and %q", m.Embeds[0].URL, m.Embeds[1].URL)
	}
}

// TestManySubscriptions keeps to what a menu holds, each with both choices.
func TestManySubscriptions(t *testing.T) {
	var subs []alerts.Subscription
	for i := range 70 {
		subs = append(subs, sub(t, i+1, fmt.Sprintf("tariff %d and quite a lot of other words", i)))
	}
	for _, cadence := range []alerts.Cadence{alerts.Instant, alerts.Daily} {
		m := Delivery(alerts.Delivery{Schedule: alerts.Schedule{Cadence: cadence}, Alerts: []alerts.Alert{sample.Steel(subs...)}}, fingerprint)
		checkMessage(t, m)
		if s := words(t, m); strings.Count(s, "do:unsubscribe") != 12 || strings.Count(s, "do:pause") != 12 {
			t.Errorf("%d: %s", cadence, s)
		}
	}
}

// TestHuge has texts of 20,000 letters and more everywhere, ten times.
func TestHuge(t *testing.T) {
	for _, letter := range []string{"word ", "字", "*", "👩‍👩‍👧"} {
		a, huge := sample.Steel(sub(t, 1, "tariff")), strings.Repeat(letter, 20_000)
		a.Article.Title, a.Article.Publisher, a.Article.Agency, a.Article.Language = huge, huge, huge, huge
		a.Summary, a.Matched, a.Article.URL = []string{huge, huge, huge}, []string{huge}, "https://news.example.org/"+strings.Repeat("x", 2000)
		d := alerts.Delivery{Alerts: []alerts.Alert{a}}
		checkMessage(t, Delivery(d, fingerprint))
		d.Schedule.Cadence = alerts.Daily
		for i := range 9 {
			a.Subscriptions = []alerts.Subscription{sub(t, i+2, fmt.Sprintf("%d %.200s", i, strings.Repeat("tariff ", 40)))}
			d.Alerts = append(d.Alerts, a)
		}
		m := Delivery(d, fingerprint)
		checkMessage(t, m)
		if n := size(m.Embeds); n > maxEmbedText-roomForNotes {
			t.Errorf("%q: no room for notes: %d", letter, n)
		}
	}
}

// TestPreviews says how many articles can't be shown.
func TestPreviews(t *testing.T) {
	var all []alerts.Alert
	for range 14 {
		all = append(all, sample.Steel())
	}
	m := Reply(chat.Reply{Text: "These.", Alerts: all}, ReplyOptions{})
	checkMessage(t, m)
	if len(m.Embeds) != 10 || m.Embeds[0].Footer == nil || m.Embeds[0].Footer.Text != "5 more articles can't be shown here" {
		t.Errorf("%d embeds: %+v", len(m.Embeds), m.Embeds[0].Footer)
	}
}

// TestUndone takes notes away again, whatever else was done before.
func TestUndone(t *testing.T) {
	before := Delivery(samples(t)["digest"], fingerprint)
	before.Title = "" // which a message does not have, but the post that it is in
	once := Acted(again(t, before), "One.", "", &chat.Undo{Verb: "resume"})
	twice := Acted(again(t, once), "Two.", "ben", &chat.Undo{Verb: "resume"})
	last := twice.Embeds[len(twice.Embeds)-1]
	want := []*discordgo.MessageEmbedField{{Name: "✓ Done", Value: "One."}, {Name: "✓ 2 · Done by ben", Value: "Two."}}
	if diff := cmp.Diff(want, last.Fields); diff != "" {
		t.Errorf("two notes (-want +got):\n%s", diff)
	}
	repeated := Acted(again(t, twice), "One.", "", &chat.Undo{Verb: "resume"})
	if got := repeated.notes(); !slices.Equal(got, []int{2, 3}) {
		t.Errorf("notes %v after one was repeated", got)
	}
	left := Undone(again(t, Undone(again(t, twice), pressed(t, twice, "Undo"))), pressed(t, twice, "Undo 2"))
	if diff := cmp.Diff(words(t, before), words(t, left)); diff != "" {
		t.Errorf("after both were undone (-want +got):\n%s", diff)
	}
	if kept := Undone(again(t, before), ID{Action: ActionUndo}); words(t, kept) != words(t, before) {
		t.Error("what is no note was taken away")
	}
}

// pressed is the button with that label.
func pressed(t *testing.T, m Message, label string) ID {
	t.Helper()
	for _, c := range flat(again(t, m).Components) {
		if b, ok := c.(*discordgo.Button); ok && b.Label == label {
			id, ok := ParseID(b.CustomID)
			if !ok {
				t.Fatalf("the button %q carries %q", label, b.CustomID)
			}
			return id
		}
	}
	t.Fatalf("no button %q", label)
	return ID{}
}

// TestManyNotes keeps the latest, each with its button.
func TestManyNotes(t *testing.T) {
	m := Delivery(samples(t)["digest-tight"], fingerprint)
	for i := range 9 {
		m = Acted(again(t, m), fmt.Sprintf("Number %d: %s", i, strings.Repeat("x*", 60)), "", &chat.Undo{Verb: "resume", Args: fmt.Sprint(i)})
		checkMessage(t, m)
	}
	if notes := m.notes(); len(notes) < 2 || !slices.Contains(notes, 9) {
		t.Errorf("notes %v", notes)
	}
	buttons := 0
	for _, c := range flat(m.Components) {
		if id, ok := ParseID(customID(c)); ok && id.Action == ActionUndo {
			buttons++
		}
	}
	if buttons != len(m.notes()) {
		t.Errorf("%d buttons for %d notes", buttons, len(m.notes()))
	}
}

// TestUndoTooLong leaves a button out that Discord would refuse.
func TestUndoTooLong(t *testing.T) {
	for n, want := range map[int]bool{70: true, 80: false} {
		m := Reply(chat.Reply{Text: "Done.", Undo: &chat.Undo{Verb: "edit", Args: strings.Repeat("x", n)}}, ReplyOptions{})
		checkMessage(t, m)
		if got := strings.Contains(words(t, m), "Undo"); got != want {
			t.Errorf("%d characters: a button to undo %v, want %v", n, got, want)
		}
	}
}

// TestActedElsewhere takes any message that Discord may send.
func TestActedElsewhere(t *testing.T) {
	for _, raw := range []string{
		`{}`, `{"embeds":[null,{"footer":null}],"components":[]}`, `{"components":[{"type":1,"components":[]},{"type":10,"content":"x"}]}`,
		`{"components":[{"type":1,"components":[{"type":2,"style":5,"url":"https://a.example"}]}]}`,
	} {
		var m discordgo.Message
		if err := json.Unmarshal([]byte(raw), &m); err != nil {
			t.Fatal(err)
		}
		acted := Acted(&m, "", "", &chat.Undo{Verb: "resume"})
		if len(acted.notes()) != 1 {
			t.Errorf("%s: %s", raw, words(t, acted))
		}
		Undone(&m, ID{Number: 1})
		if place, page, ok := Back(&m); ok {
			t.Errorf("%s leads back to %s %d", raw, place, page)
		}
	}
}

func TestListPages(t *testing.T) {
	all := chat.Reply{Text: "23 subscriptions.", Items: listOf(t, 23, "")}
	for page, want := range map[int]string{-1: "1–10 of 23", 0: "1–10 of 23", 1: "11–20 of 23", 2: "21–23 of 23", 9: "21–23 of 23"} {
		m := List(all, ReplyOptions{Place: channel, Page: page})
		checkMessage(t, m)
		s := words(t, m)
		if !strings.Contains(s, want) || strings.Contains(s, "Previous") != (page > 0) || strings.Contains(s, "Next") != (page < 2) {
			t.Errorf("page %d: %s", page, s)
		}
	}
	if s := words(t, List(chat.Reply{Items: all.Items[:10]}, ReplyOptions{Place: channel})); strings.Contains(s, " of 10") {
		t.Error("one page has a pager")
	}
	if m := Reply(all, ReplyOptions{}); len(m.Components) > 0 {
		t.Error("a list of no place has menus")
	}
}

func TestBack(t *testing.T) {
	m := again(t, Item(listOf(t, 1, "")[0], ReplyOptions{Place: PlaceMine, Page: 2}))
	if place, page, ok := Back(m); !ok || place != PlaceMine || page != 2 {
		t.Errorf("back to %q, %d, %v", place, page, ok)
	}
}

func TestReadFormOfOthers(t *testing.T) {
	for _, d := range []discordgo.ModalSubmitInteractionData{
		{},
		{CustomID: "form:mine 1"},
		{CustomID: "edit:u 1"},
		{CustomID: "form:u 1", Components: inputRows(inputQuery, strings.Repeat("x", 4001))},
		{CustomID: "form:u 1", Components: inputRows(inputWhen, strings.Repeat("x", 101))},
	} {
		if f, err := ReadForm(d); err == nil {
			t.Errorf("%q: %+v", d.CustomID, f)
		}
	}
}

func inputRows(id, value string) []discordgo.MessageComponent {
	return []discordgo.MessageComponent{&discordgo.ActionsRow{Components: []discordgo.MessageComponent{&discordgo.TextInput{CustomID: id, Value: value}}}}
}

func TestRetryOfOthers(t *testing.T) {
	correct := ID{Action: ActionAgain, Place: PlaceDirect}
	good := again(t, Form{Place: PlaceDirect, Query: "tariff"}.Wrong(chat.Reply{}))
	if _, err := Retry(good, correct); err != nil {
		t.Error(err)
	}
	for name, m := range map[string]*discordgo.Message{
		"nothing": {}, "one embed": {Embeds: good.Embeds[:1]}, "nil": {Embeds: []*discordgo.MessageEmbed{nil, nil}},
		"no block": {Embeds: []*discordgo.MessageEmbed{good.Embeds[0], good.Embeds[0]}},
	} {
		if f, err := Retry(m, correct); err == nil {
			t.Errorf("%s: %+v", name, f)
		}
	}
	if _, err := Retry(good, ID{Action: ActionEdit}); err == nil {
		t.Error("another button corrects")
	}
}
