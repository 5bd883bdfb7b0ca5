package slack_test

import (
	"strings"
	"testing"

	"github.com/bellwether/bellwether/adapters/adaptertest/fakeslack"
)

// TestStory is what people do on their first days, by both ways in.
func TestStory(t *testing.T) {
	for _, w := range []way{bySocket, byHTTP} {
		t.Run(string(w), func(t *testing.T) {
			r := newRig(t, w, rigOptions{fake: fakeslack.Options{ChannelInterval: -1}})
			r.channelStory()
			r.directStory()
			r.homeStory()
			r.formStory()
			r.lostStory()
			for _, v := range r.fake.Violations() {
				t.Errorf("%s: %s", v.Call.Method, v.What)
			}
		})
	}
}

// channelStory: a channel follows something, and its alert is acted on.
func (r *rig) channelStory() {
	t := r.t
	r.fake.Command("U2", "C1", "subscribe carbon border tax")
	mustShow(t, last(r.fake.AwaitEphemeral("U2", "C1", 1)), "Following ", "carbon border tax", " in this channel, as number 1.", "/policy unsubscribe 1")
	r.fake.Command("U3", "C1", "subscribe steel")
	mustShow(t, last(r.fake.AwaitEphemeral("U3", "C1", 1)), "Only people who manage this channel")

	r.publish("a1", "Carbon border tax delayed <!channel>", "The carbon border tax will begin a year later, the *council* said.\n\nImporters of steel welcomed the delay & the rest.")
	alert := last(r.fake.AwaitMessages("C1", 1))
	mustShow(t, alert, "Carbon border tax delayed <!channel>", "Example Gazette · Example Wire", "carbon border tax", "Matched: carbon border tax")
	if alert.Markup || !strings.HasPrefix(alert.Text, "Carbon border tax delayed &lt;!channel&gt; — Example Gazette: The carbon") {
		t.Errorf("the fallback text is %q, markup %v", alert.Text, alert.Markup)
	}
	if !strings.Contains(string(alert.Metadata), "bellwether_delivery") {
		t.Errorf("the metadata is %s", alert.Metadata)
	}

	r.fake.Press("U3", alert, "Unsubscribe") // a guest
	mustShow(t, last(r.fake.AwaitEphemeral("U3", "C1", 2)), "Only people who manage this channel")
	r.fake.Press("U2", alert, "Snooze “carbon border tax”")
	r.awaitText("C1", alert.TS, "✓ Number 1, carbon border tax, is paused")
	r.awaitText("C1", alert.TS, "— ben")
	r.fake.Press("U1", alert, "Undo")
	r.awaitNoText("C1", alert.TS, "is paused")
	r.fake.Press("U2", alert, "Unsubscribe")
	r.awaitText("C1", alert.TS, "No longer following carbon border tax")
	r.fake.Press("U2", alert, "Undo")
	r.awaitNoText("C1", alert.TS, "No longer following")
	r.fake.Press("U2", alert, "Mute article")
	r.awaitText("C1", alert.TS, "is muted in this channel")
	r.fake.Command("U1", "C1", "list")
	mustShow(t, last(r.fake.AwaitEphemeral("U1", "C1", 1)), "1   carbon border tax", "instant · active")
	r.fake.Press("U1", alert, "Manage")
	modal := r.fake.AwaitModal("T1", "carbon border tax")
	r.fake.PressIn("U1", modal, "Pause")
	r.fake.PressIn("U1", r.fake.AwaitModal("T1", "is paused until it is resumed"), "Undo")
	r.fake.AwaitModal("T1", "is active again")
}

func (r *rig) awaitText(channel, ts, want string) { r.t.Helper(); r.await(channel, ts, want, true) }
func (r *rig) awaitNoText(channel, ts, want string) {
	r.t.Helper()
	r.await(channel, ts, want, false)
}

func (r *rig) await(channel, ts, want string, there bool) {
	r.t.Helper()
	r.fake.AwaitMessage(channel, ts, want, func(m fakeslack.Message) bool { return strings.Contains(text(m), want) == there })
}

// directStory: a person follows something in a direct message.
func (r *rig) directStory() {
	t := r.t
	r.fake.Say("U1", "subscribe site:news.example.org AND herring")
	direct := r.fake.Direct("U1")
	mustShow(t, last(r.fake.AwaitMessages(direct, 1)), "Following ", "site:news.example.org AND herring", " here, as number 1.")
	r.publish("a2", "Herring talks end", "Talks on the herring quota ended on Friday without a result, they said.")
	alert := last(r.fake.AwaitMessages(direct, 2))
	mustShow(t, alert, "Herring talks end", "herring")
	r.fake.Say("U1", "timezone")
	mustShow(t, last(r.fake.AwaitMessages(direct, 3)), "Europe/Brussels")
	r.fake.Say("U1", "export")
	r.fake.Await("a file", func() bool { return len(r.fake.FilesLocked()) == 1 })
	if f := r.fake.Files()[0]; !strings.Contains(string(f.Data), "herring") || f.Channel != direct {
		t.Errorf("the file is %+v", f)
	}
	r.fake.Mention("U2", "C1", "list")
	mustShow(t, last(r.fake.AwaitEphemeral("U2", "C1", 2)), "carbon border tax")
	// Somebody else's direct message: the bot can't write there.
	r.fake.Command("U2", "D999", "subscribe herring")
	mustShow(t, last(r.fake.AwaitEphemeral("U2", "D999", 1)), "Following ")
	mustShow(t, last(r.fake.AwaitMessages(r.awaitDirect("U2"), 1)), "Herring talks end")
}

func (r *rig) awaitDirect(user string) string {
	r.t.Helper()
	r.fake.Await("a direct message with "+user, func() bool { return r.fake.DirectLocked(user) != "" })
	return r.fake.Direct(user)
}

// homeStory: App Home shows all, and changes it.
func (r *rig) homeStory() {
	r.fake.OpenHome("U1")
	home := r.fake.AwaitHome("U1", "herring")
	r.fake.PressIn("U1", home, "Pause")
	home = r.fake.AwaitHome("U1", "✓ Number 1")
	r.fake.PressIn("U1", home, "Undo")
	home = r.fake.AwaitHome("U1", "is active again")
	r.fake.PressIn("U1", home, "Edit…")
	form := r.fake.AwaitModal("T1", "Edit number 1")
	if wrong := r.fake.Submit("U1", form, fakeslack.Input{Block: "query", Value: "herring AND"}); !strings.Contains(wrong["query"], "after AND") {
		r.t.Errorf("the form says %v", wrong)
	}
	r.fake.Submit("U1", form, fakeslack.Input{Block: "query", Value: "herring AND quota"})
	r.fake.AwaitModal("T1", "herring AND quota")
	home = r.fake.AwaitHome("U1", "herring AND quota")
	r.fake.PressIn("U1", home, "Time and digest")
	timing := r.fake.AwaitModal("T1", "Quiet from")
	if wrong := r.fake.Submit("U1", timing, fakeslack.Input{Block: "from", Value: "22:00"}); wrong["to"] == "" {
		r.t.Errorf("half of the quiet hours: %v", wrong)
	}
	r.fake.Submit("U1", timing, fakeslack.Input{Block: "from", Value: "22:00"}, fakeslack.Input{Block: "to", Value: "07:00"},
		fakeslack.Input{Block: "zone", Value: "paris"})
	home = r.fake.AwaitHome("U1", "quiet hours 22:00-07:00 · times in Europe/Paris")
	r.fake.PressIn("U1", home, "Every full member")
	r.fake.AwaitHome("U1", "Every full member")
	r.fake.Say("U1", "quiet off")
	r.fake.AwaitHome("U1", "quiet hours off")
}

// formStory: /policy alone opens the form, which reads the query back.
func (r *rig) formStory() {
	r.fake.Command("U2", "C2", "")
	form := r.fake.AwaitModal("T1", "Words to follow")
	r.fake.Type("U2", form, fakeslack.Input{Block: "query", Value: "quota NOT herr"})
	form = r.fake.AwaitModal("T1", "Follows “quota” in any form, and not “herr” in any form")
	r.fake.Type("U2", form, fakeslack.Input{Block: "when", Value: "weekly"}, fakeslack.Input{Block: "query", Value: `"quota`})
	form = r.fake.AwaitModal("T1", "Friday")
	r.fake.AwaitModal("T1", "unclosed quote")
	r.fake.Submit("U2", form, fakeslack.Input{Block: "query", Value: "quota"}, fakeslack.Input{Block: "day", Value: "fri"},
		fakeslack.Input{Block: "time", Value: "16:30"}, fakeslack.Input{Block: "where", Value: "C2"})
	r.fake.AwaitModal("T1", "every Friday at 16:30")
	r.fake.AwaitModal("T1", "/invite @Bellwether")
	r.fake.Command("U2", "C2", "list")
	mustShow(r.t, last(r.fake.AwaitEphemeral("U2", "C2", 1)), "paused until Bellwether can write")
	r.fake.JoinBot("C2")
	r.awaitAnyHeld("C2", false)
	r.fake.Command("U2", "C2", "list")
	mustShow(r.t, last(r.fake.AwaitEphemeral("U2", "C2", 2)), "weekly fri 16:30 · active")
}

// lostStory: a channel is archived, its owner is told once, and it comes back.
func (r *rig) lostStory() {
	direct := r.awaitDirect("U2")
	before := len(r.fake.Messages(direct))
	r.fake.Archive("C1", true)
	told := last(r.fake.AwaitMessages(direct, before+1))
	mustShow(r.t, told, "was archived, so its alerts are paused")
	r.fake.RemoveBot("C1")
	// Someone else follows what comes meanwhile: when they have it, it was matched
	// for the channel too.
	other := r.awaitDirect("U1")
	n := len(r.fake.Messages(other))
	r.fake.Say("U1", "subscribe evening")
	mustShow(r.t, last(r.fake.AwaitMessages(other, n+1)), "Following ", "evening")
	r.publish("a3", "Carbon border tax passed", "The carbon border tax was passed by the council on Monday evening.")
	mustShow(r.t, last(r.fake.AwaitMessages(other, n+2)), "Carbon border tax passed")
	r.fake.Archive("C1", false)
	r.awaitAnyHeld("C1", false)
	r.fake.JoinBot("C1")
	before = len(r.fake.Messages("C1"))
	r.publish("a4", "Carbon border tax in force", "The carbon border tax is in force since this morning, they said.")
	all := r.fake.AwaitMessages("C1", before+1)
	mustShow(r.t, last(all), "Carbon border tax in force")
	for _, m := range all {
		if strings.HasPrefix(m.Text, "Carbon border tax passed") {
			r.t.Error("what came while the channel was lost is shown")
		}
	}
}

// TestRepliesWaitForTheirTurn: an answer in a direct message that Slack asks to
// wait with is shown a moment later.
func TestRepliesWaitForTheirTurn(t *testing.T) {
	r := newRig(t, byHTTP, rigOptions{pauseMatching: true})
	for _, words := range []string{"subscribe herring", "subscribe steel", "list"} {
		r.fake.Say("U1", words)
	}
	all := r.fake.AwaitMessages(r.awaitDirect("U1"), 3)
	mustShow(t, all[2], "2 subscriptions here")
}
