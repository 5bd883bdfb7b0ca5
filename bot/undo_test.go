package bot

import (
	"fmt"
	"strings"
	"testing"

	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/bot/chat"
)

// TestBringingBackANumber: what was removed comes back under the number that
// people know, and shows nothing that it has shown before.
func TestBringingBackANumber(t *testing.T) {
	w := newWorld()
	w.seed(t)
	removed := w.tell(t, alice, channel, "unsubscribe 1")
	if s := removed.Subscription; s == nil || s.Number != 1 || s.Query.String() != "steel" || removed.Began {
		t.Fatalf("unsubscribed %+v", removed)
	}
	w.outbox.take()
	again := func(args string, number int) chat.Reply {
		return w.bot.Handle(t.Context(), chat.Command{Person: alice, Place: channel, MayManage: true, Verb: "subscribe", Args: args, Number: number})
	}
	if r := again("herring", 2); r.Problem == nil || !strings.Contains(r.Problem.Text, "Number 2 is in use") || r.Changed {
		t.Errorf("a number in use: %+v", r)
	}
	r := again("steel", 1)
	if r.Problem != nil || !strings.HasPrefix(r.Text, "Following `steel` in this channel again, as number 1.") {
		t.Errorf("brought back: %+v", r)
	}
	if r.Subscription == nil || r.Subscription.Number != 1 || !r.Changed || !r.Began || r.Undo == nil {
		t.Errorf("brought back: %+v", r)
	}
	if notes := w.outbox.take(); len(notes) > 0 {
		t.Errorf("outbox %q, want nothing shown again", notes)
	}
	if r := again("steel", 1); r.Changed || r.Began || r.Undo != nil || !strings.Contains(r.Text, "already, as number 1") {
		t.Errorf("brought back twice: %+v", r)
	}
}

// TestRepliesTellWhetherAnythingChanged, which subscription they are about, and
// whether alerts of it begin.
func TestRepliesTellWhetherAnythingChanged(t *testing.T) {
	for _, tt := range []struct {
		text    string
		changed bool
		about   int // the subscription's number
	}{
		{"subscribe herring", true, 3},
		{"subscribe steel", false, 1},
		{"subscribe (", false, 0},
		{"unsubscribe 2", true, 2},
		{"unsubscribe 9", false, 0},
		{"edit 1 herring", true, 1},
		{"edit 1 steel", false, 1},
		{"edit 1 tariff", false, 0},
		{"pause", true, 0},
		{"pause 1", true, 1},
		{"pause 2", false, 2},
		{"pause 2 for 1d", true, 2},
		{"resume", false, 0},
		{"resume 2", true, 2},
		{"resume 1", false, 1},
		{"digest hourly", true, 0},
		{"digest instant", true, 0},
		{"digest 1 hourly", true, 1},
		{"digest 1 instant", false, 1},
		{"digest", false, 0},
		{"timezone Asia/Tokyo", true, 0},
		{"timezone Europe/Brussels", false, 0},
		{"timezone", false, 0},
		{"quiet 22:00-07:00", true, 0},
		{"quiet off", false, 0},
		{"limit 20", true, 0},
		{"limit default", false, 0},
		{"mute steel-2", true, 0},
		{"mute fish-1", false, 0},
		{"unmute fish-1", true, 0},
		{"unmute steel-2", false, 0},
		{"forget-me", false, 0},
		{"forget-me yes", true, 0},
		{"list", false, 0},
		{"preview steel", false, 0},
		{"why", false, 0},
		{"sources", false, 0},
		{"export", false, 0},
		{"help", false, 0},
	} {
		t.Run(tt.text, func(t *testing.T) {
			w := newWorld()
			for _, text := range []string{"subscribe steel", "subscribe tariff", "pause 2", "digest 2 hourly", "mute fish-1", "timezone Europe/Brussels"} {
				w.say(t, text)
			}
			r := w.say(t, tt.text)
			about := 0
			if r.Subscription != nil {
				about = r.Subscription.Number
			}
			if r.Changed != tt.changed || about != tt.about {
				t.Errorf("changed %v, about %d: %s", r.Changed, about, show(r))
			}
			if began := tt.text == "subscribe herring"; r.Began != began {
				t.Errorf("began %v, want %v", r.Began, began)
			}
			if r.Undo != nil && !r.Changed {
				t.Errorf("%+v undoes nothing", *r.Undo)
			}
		})
	}
}

// TestAZoneThatIsLearntIsAChange, whatever becomes of the command.
func TestAZoneThatIsLearntIsAChange(t *testing.T) {
	w := newWorld()
	c := chat.Command{Person: alice, Place: alice.Direct(), Text: "pause 9", TimeZone: "Europe/Brussels"}
	for _, want := range []bool{true, false} {
		if r := w.bot.Handle(t.Context(), c); r.Changed != want || r.Problem == nil {
			t.Errorf("changed %v, want %v: %+v", r.Changed, want, r)
		}
	}
}

// TestPausesTakeTheirTurns: undoing a pause brings back the one before it.
func TestPausesTakeTheirTurns(t *testing.T) {
	w := newWorld()
	w.say(t, "subscribe steel")
	for _, which := range []string{"", " 1"} {
		for _, step := range [][2]string{
			{" for 3d", "resume" + which},
			{"", "pause" + which + " for 3d"},
			{" for 5h", "pause" + which},
		} {
			r := w.say(t, "pause"+which+step[0])
			if got := fmt.Sprintln(r.Undo.Verb, r.Undo.Args); strings.TrimSpace(got) != step[1] {
				t.Errorf("pause%s%s is undone by %q, want %q", which, step[0], got, step[1])
			}
		}
		if r := w.say(t, "pause"+which+" for 5h"); r.Undo != nil || r.Changed {
			t.Errorf("the same pause again: %+v", r)
		}
	}
}

// TestMoveWithAnEditedSchedule: what waits goes along, unless another
// subscription uses the old schedule too.
func TestMoveWithAnEditedSchedule(t *testing.T) {
	hourly := alerts.Schedule{Cadence: alerts.Hourly}
	for _, others := range []bool{false, true} {
		w := newWorld()
		w.say(t, "subscribe steel")
		if others {
			w.say(t, "subscribe tariff")
		}
		w.outbox.take()
		r := w.bot.Handle(t.Context(), chat.Command{Person: alice, Place: alice.Direct(), Verb: "edit", Args: "1 herring", Schedule: &hourly})
		if r.Problem != nil || r.Undo.Args != "1 steel" || r.Undo.Schedule == nil {
			t.Fatalf("edited: %+v", r)
		}
		if notes := w.outbox.take(); (len(notes) == 0) != others {
			t.Errorf("with others %v the outbox is told %q", others, notes)
		}
	}
}

// TestMuteOfWhatTheArchiveHasNot: a button may be older than the archive, and
// the archive may not answer.
func TestMuteOfWhatTheArchiveHasNot(t *testing.T) {
	long := "https://news.example/" + strings.Repeat("long/", 20)
	w := newWorld()
	for _, c := range []chat.Command{
		{Verb: "mute", Args: "gone-1"},
		{Verb: "mute", Args: "steel"}, // an id, though a headline has the word
		{Text: "mute " + alerts.ShortID(long)},
	} {
		c.Person, c.Place = alice, alice.Direct()
		if r := w.bot.Handle(t.Context(), c); r.Problem != nil || !strings.HasPrefix(r.Text, "The article is muted here") {
			t.Errorf("%s %s: %s", c.Verb, c.Args+c.Text, show(r))
		}
	}
	if r := w.say(t, "mute gone-2"); r.Problem == nil {
		t.Errorf("words that no headline has: %s", show(r))
	}
	w.archive.articles = append(w.archive.articles[:2:2], alerts.Article{ID: long, Title: "A long address", Received: w.archive.articles[1].Received})
	for _, name := range []string{alerts.ShortID(long), "gone-1"} {
		if r := w.say(t, "unmute "+name); r.Problem != nil || !r.Changed || r.Undo.Args != name {
			t.Errorf("unmute %s: %s", name, show(r))
		}
	}
	w.archive.fail = errStore
	c := chat.Command{Person: alice, Place: alice.Direct(), Verb: "mute", Args: "gone-3"}
	if r := w.bot.Handle(t.Context(), c); r.Problem != nil || !strings.Contains(w.log.String(), "archive not read") {
		t.Errorf("without the archive: %s; logged %s", show(r), &w.log)
	}
}

// TestTheLatestAreMuted: the list does not grow for ever.
func TestTheLatestAreMuted(t *testing.T) {
	w := newWorld()
	for i := range mostMuted + 2 {
		w.bot.Handle(t.Context(), chat.Command{Person: alice, Place: alice.Direct(), Verb: "mute", Args: fmt.Sprintf("a-%d", i)})
	}
	set, _ := w.store.Settings(t.Context(), alice.Direct())
	if n := len(set.Muted); n != mostMuted || set.Mutes("a-1") || !set.Mutes("a-2") || !set.Mutes(fmt.Sprintf("a-%d", mostMuted+1)) {
		t.Errorf("%d are muted, from %s on", n, set.Muted[0])
	}
}

// TestTextAsKeyboardsWriteIt: no-break spaces and curly quotes, which phones and
// copied text bring, are as good as plain ones.
func TestTextAsKeyboardsWriteIt(t *testing.T) {
	for odd, even := range map[string]string{
		"subscribe\u00a0carbon\u00a0tax":          "subscribe carbon tax",
		"subscribe “carbon border\u00a0tax”":      `subscribe "carbon border tax"`,
		"subscribe me:\u00a0«steel quota»":        `subscribe me: "steel quota"`,
		"\u202fpolicy\u00a0subscribe\u2009tax":    "policy subscribe tax",
		"subscribe\ntax":                          "subscribe tax",
		"edit\u00a01\u00a0“steel quota”":          `edit 1 "steel quota"`,
		"unsubscribe\u00a01":                      "unsubscribe 1",
		"pause\u00a01\u00a0for\u00a02\u00a0days":  "pause 1 for 2 days",
		"pause\u00a0for\u00a02\u202fd":            "pause for 2 d",
		"resume\u00a01":                           "resume 1",
		"digest\u00a0weekly\u00a0fri\u00a010:00":  "digest weekly fri 10:00",
		"digest 1\u00a0daily\u00a009:00":          "digest 1 daily 09:00",
		"timezone\u00a0new\u00a0york":             "timezone new york",
		"quiet\u00a022:00\u00a0to\u00a007:00":     "quiet 22:00 to 07:00",
		"quiet from\u00a022:00\u00a0– 07:00":      "quiet from 22:00 - 07:00",
		"mute\u00a0warn\u00a0of a glut":           "mute warn of a glut",
		"mute “Steel makers warn of a\u00a0glut”": "mute Steel makers warn of a glut",
		"preview\u00a0steel":                      "preview steel",
		"list\u00a0mine":                          "list mine",
		"why\u00a0“Carbon border tax”":            "why Carbon border tax",
		"forget-me\u00a0yes":                      "forget-me yes",
		"public\u00a0list":                        "public list",
	} {
		t.Run(even, func(t *testing.T) {
			said := func(text string) (string, string) {
				w := newWorld()
				w.seed(t)
				r := w.tell(t, alice, channel, text)
				if r.Problem != nil {
					t.Errorf("%q: %s", text, r.Problem.Text)
				}
				return show(r), w.state(channel) + w.state(alice.Direct())
			}
			reply, state := said(odd)
			wantReply, want := said(even)
			if reply != wantReply || state != want {
				t.Errorf("%q gives\n%s%s\nbut %q\n%s%s", odd, reply, state, even, wantReply, want)
			}
		})
	}
}

func TestHeadlinesAreFoundHoweverTheyAreQuoted(t *testing.T) {
	w := newWorld()
	w.archive.articles = []alerts.Article{{ID: "q-1", Title: "The council’s “green” deal: what’s `next`", Received: tuesday}}
	for words, found := range map[string]bool{
		"council's \"green\" deal": true, "council’s “green”": true, "“The council’s “green” deal: what’s 'next'”": true,
		"“”": false, "\"": false, "council blue": false,
	} {
		if r := w.say(t, "mute "+words); (r.Problem == nil) != found {
			t.Errorf("%q: %s", words, show(r))
		}
	}
}
