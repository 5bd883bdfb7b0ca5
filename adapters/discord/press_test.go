package discord_test

import (
	"strings"
	"testing"

	"github.com/bellwether/bellwether/adapters/adaptertest/fakediscord"
	"github.com/bellwether/bellwether/alerts"
)

// TestAlertButtons: what can be done below an alert, and by whom.
func TestAlertButtons(t *testing.T) {
	r := newRig(t, byHTTP, rigOptions{})
	r.slash(r.anna, r.trade.ID, "subscribe", opt("query", "ferry"))
	r.publish("a", "Ferry line to close", "The last ferry sails in May.")
	alert := r.fake.AwaitMessages(r.trade.ID, 1)[0]
	mustShow(t, alert, "Ferry line to close", "Matched", "Mute", "Snooze", "Unsubscribe", "Manage")
	now := func(text string, there bool) fakediscord.Message {
		t.Helper()
		return r.fake.AwaitMessage(alert.ID, text, func(m fakediscord.Message) bool { return strings.Contains(m.Words(), text) == there })
	}
	press := func(u *fakediscord.User, name string) fakediscord.Interaction {
		t.Helper()
		r.await("the alert", func() bool { return true })
		return r.fake.Press(u.ID, now("", true), name)
	}

	// Somebody else sees the buttons, and may not.
	if i := press(r.ben, "Unsubscribe"); i.Answer != fakediscord.AnswerMessage {
		t.Errorf("answered by type %d", i.Answer)
	}
	mustShow(t, last(r.fake.AwaitEphemeral(r.ben.ID, r.trade.ID, 1)), "Only people who manage this channel")

	press(r.anna, "Snooze")
	m := now("is paused", true)
	mustShow(t, m, "anna")
	press(r.anna, "Undo")
	now("is paused", false)
	press(r.anna, "Mute")
	now("Ferry line to close", true)
	press(r.anna, "Unsubscribe")
	now("No longer following", true)
	if subs, err := r.store.Subscriptions().List(t.Context(), r.in(r.trade)); err != nil || len(subs) != 0 {
		t.Errorf("after Unsubscribe: %v, %v", subs, err)
	}
	press(r.anna, "Manage")
	mustShow(t, last(r.fake.AwaitEphemeral(r.anna.ID, r.trade.ID, 1)), "Nothing is followed")
}

// TestForumPosts: an alert in a forum is a post, and its buttons act on the
// forum.
func TestForumPosts(t *testing.T) {
	r := newRig(t, byHTTP, rigOptions{})
	r.slash(r.anna, r.trade.ID, "subscribe", opt("query", "ferry"), opt("channel", r.forum.ID))
	r.publish("a", "Ferry line to close", "The last ferry sails in May.")
	r.await("a post", func() bool { return len(r.fake.Posts(r.forum.ID)) == 1 })
	post := r.fake.Posts(r.forum.ID)[0]
	if post.Name != "Ferry line to close" {
		t.Errorf("the post is called %q", post.Name)
	}
	alert := r.fake.AwaitMessages(post.ID, 1)[0]
	mustShow(t, alert, "Ferry line to close", "Matched")
	r.fake.Press(r.anna.ID, alert, "Unsubscribe")
	r.fake.AwaitMessage(alert.ID, "the note", func(m fakediscord.Message) bool { return strings.Contains(m.Words(), "No longer following") })
	if subs, err := r.store.Subscriptions().List(t.Context(), r.in(r.forum)); err != nil || len(subs) != 0 {
		t.Errorf("the forum still follows %v, %v", subs, err)
	}
}

// TestList: paged in place, and what can be done in it.
func TestList(t *testing.T) {
	r := newRig(t, byHTTP, rigOptions{})
	for query := range strings.FieldsSeq("ash birch cedar date elm fir gum hazel iroko juniper kauri larch maple") {
		r.slash(r.anna, r.trade.ID, "subscribe", opt("query", query))
	}
	m := r.slash(r.anna, r.trade.ID, "list")
	mustShow(t, m, "13 subscriptions", "ash", "juniper", "1–10 of 13")
	again := func(text string) fakediscord.Message {
		t.Helper()
		return r.fake.AwaitMessage(m.ID, text, func(m fakediscord.Message) bool { return strings.Contains(m.Words(), text) })
	}
	r.fake.Press(r.anna.ID, m, "Next")
	page := again("11–13 of 13")
	mustShow(t, page, "maple")
	r.fake.Choose(r.anna.ID, page, "Change one of them…", "12")
	item := again("larch")
	mustShow(t, item, "Edit", "Pause", "Unsubscribe", "Back to the list")
	r.fake.Press(r.anna.ID, item, "Pause")
	mustShow(t, again("is paused"), "Resume")
	r.fake.Press(r.anna.ID, again("Resume"), "Unsubscribe")
	mustShow(t, again("No longer following"), "12")
	if subs, err := r.store.Subscriptions().List(t.Context(), r.in(r.trade)); err != nil || len(subs) != 12 {
		t.Errorf("%d left, %v", len(subs), err)
	}

	// The rights are looked at again at each press.
	mine := r.slash(r.anna, r.trade.ID, "list")
	r.fake.Choose(r.anna.ID, mine, "Change one of them…", "1")
	chosen := r.fake.AwaitMessage(mine.ID, "chosen", func(m fakediscord.Message) bool { return strings.Contains(m.Words(), "Back to the list") })
	r.fake.AddMember(r.guild.ID, r.anna.ID) // without her role
	i := r.fake.Press(r.anna.ID, chosen, "Unsubscribe")
	if i.Answer != fakediscord.AnswerMessage {
		t.Errorf("answered by type %d", i.Answer)
	}
	if subs, err := r.store.Subscriptions().List(t.Context(), r.in(r.trade)); err != nil || len(subs) != 12 {
		t.Errorf("%d left after a press without the right, %v", len(subs), err)
	}
}

// TestForms: a long query, a wrong one with the text kept, and an edit.
func TestForms(t *testing.T) {
	for _, w := range []way{byHTTP, byGateway} {
		t.Run(string(w), func(t *testing.T) {
			r := newRig(t, w, rigOptions{})
			r.fake.Slash(r.anna.ID, r.trade.ID, "subscribe")
			form := r.fake.AwaitModal(r.anna.ID)
			if form.Title != "Follow something" {
				t.Errorf("a form called %q", form.Title)
			}
			long := "ferry OR harbor" + strings.Repeat(" OR lighthouse", 100) + ` OR "the old pier`
			i := r.fake.SubmitModal(r.anna.ID, map[string]string{"query": long, "when": "daily 9:30"})
			wrong := r.fake.AwaitReply(i)
			mustShow(t, wrong, "unclosed quote", "the old pier", "Correct it")
			r.fake.Press(r.anna.ID, wrong, "Correct it")
			form = r.fake.AwaitModal(r.anna.ID)
			if form.Inputs[0].Value != long || form.Inputs[1].Value != "daily 9:30" {
				t.Errorf("the form holds %+v", form.Inputs)
			}
			i = r.fake.SubmitModal(r.anna.ID, map[string]string{"query": long + `"`, "when": "daily 9:30"})
			mustShow(t, r.fake.AwaitReply(i), "Following", "every day at 09:30")

			r.fake.Slash(r.anna.ID, r.trade.ID, "subscribe", opt("when", "hourly"))
			if form = r.fake.AwaitModal(r.anna.ID); form.Inputs[1].Value != "hourly" {
				t.Errorf("the form holds %+v", form.Inputs)
			}
			i = r.fake.SubmitModal(r.anna.ID, map[string]string{"query": "ferry", "when": "sometimes"})
			mustShow(t, r.fake.AwaitReply(i), "no time for alerts", "daily 08:00")

			r.fake.Slash(r.anna.ID, r.trade.ID, "edit", opt("id", "1"))
			if form = r.fake.AwaitModal(r.anna.ID); form.Title != "Edit number 1" || form.Inputs[1].Value != "daily 09:30" || !strings.Contains(form.Inputs[0].Value, "lighthouse") {
				t.Errorf("the form is %+v", form)
			}
			i = r.fake.SubmitModal(r.anna.ID, map[string]string{"query": "pier", "when": "daily 09:30"})
			mustShow(t, r.fake.AwaitReply(i), "follows", "pier")
			subs, err := r.store.Subscriptions().List(t.Context(), r.in(r.trade))
			if err != nil || len(subs) != 1 || subs[0].Query.String() != "pier" || subs[0].Schedule != (alerts.Schedule{Cadence: alerts.Daily, At: 9*60 + 30}) {
				t.Errorf("stored %v, %v", subs, err)
			}
		})
	}
}

// TestMention: a role that alerts mention, if the person may.
func TestMention(t *testing.T) {
	r := newRig(t, byHTTP, rigOptions{})
	mustShow(t, r.slash(r.anna, r.trade.ID, "subscribe", opt("query", "ferry"), opt("mention", r.readers.ID)), "Following")
	mustShow(t, r.slash(r.anna, r.trade.ID, "subscribe", opt("query", "pier"), opt("mention", r.editors.ID)), "You may not mention that role")
	mustShow(t, r.slash(r.anna, r.trade.ID, "subscribe", opt("query", "pier"), opt("mention", r.guild.ID)), "not everyone")
	mustShow(t, r.slash(r.anna, "", "subscribe", opt("query", "pier")), "Following")
	r.publish("a", "Ferry @everyone <@&"+r.editors.ID+">", "The last ferry @here sails in May to <@"+r.ben.ID+">.")
	alert := r.fake.AwaitMessages(r.trade.ID, 1)[0]
	if len(alert.Pinged) != 1 || alert.Pinged[0] != r.readers.ID {
		t.Errorf("pinged %q, want the readers alone", alert.Pinged)
	}
	mustShow(t, r.slash(r.anna, r.trade.ID, "list"), "mentions <@&"+r.readers.ID+">")
}
