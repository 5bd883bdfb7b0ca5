package bot

import (
	"strings"
	"testing"

	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/bot/chat"
)

// TestMention: a role is set when something is followed, changed by edit, kept
// by an edit that does not speak of it, and comes back with Undo.
func TestMention(t *testing.T) {
	w := newWorld()
	do := func(c chat.Command) chat.Reply {
		t.Helper()
		c.Person, c.Place, c.MayManage = alice, channel, true
		r := w.bot.Handle(t.Context(), c)
		if r.Problem != nil {
			t.Fatalf("%s %s: %+v", c.Verb, c.Args, r.Problem)
		}
		return r
	}
	mentions := func(r chat.Reply, role string) {
		t.Helper()
		if r.Subscription == nil || r.Subscription.Mention != role {
			t.Errorf("mentions %+v, want %q", r.Subscription, role)
		}
	}
	role := func(s string) *string { return &s }

	first := do(chat.Command{Verb: "subscribe", Args: "herring", Mention: role("r1")})
	mentions(first, "r1")
	if !strings.Contains(first.Text, "mention that role") {
		t.Errorf("no word of the role: %q", first.Text)
	}
	same := do(chat.Command{Verb: "subscribe", Args: "herring", Mention: role("r2")})
	mentions(same, "r1")
	if !strings.Contains(strings.Join(same.Hints, "\n"), "edit 1") {
		t.Errorf("followed already with another role, and no word of how to change it: %q", same.Hints)
	}
	kept := do(chat.Command{Verb: "edit", Args: "1 cod"})
	mentions(kept, "r1")
	if strings.Contains(kept.Text, "mention") {
		t.Errorf("a word of a role that has not changed: %q", kept.Text)
	}
	r := do(chat.Command{Verb: "edit", Args: "1", Mention: role("r2")})
	mentions(r, "r2")
	if !strings.Contains(r.Text, "still follows `cod`.") || !strings.Contains(r.Text, "mention that role") || !r.Changed {
		t.Errorf("only the role: %+v", r)
	}
	mentions(do(r.Undo.Command()), "r1")
	mentions(do(chat.Command{Verb: "edit", Args: "1", Mention: role("r1")}), "r1")
	hourly := alerts.Schedule{Cadence: alerts.Hourly}
	all := do(chat.Command{Verb: "edit", Args: "1 haddock", Mention: role("r3"), Schedule: &hourly})
	mentions(all, "r3")
	if !strings.Contains(all.Text, "`haddock`") || !strings.Contains(all.Text, "mention that role") || all.Subscription.Schedule != hourly {
		t.Errorf("query, role and schedule at once: %+v", all)
	}
	back := do(all.Undo.Command())
	mentions(back, "r1")
	if back.Subscription.Query.String() != "cod" || back.Subscription.Schedule != (alerts.Schedule{}) {
		t.Errorf("all at once taken back: %+v", back.Subscription)
	}
	gone := do(chat.Command{Verb: "unsubscribe", Args: "1"})
	mentions(do(gone.Undo.Command()), "r1")
	last := do(chat.Command{Verb: "edit", Args: "1", Mention: role("")})
	mentions(last, "")
	if !strings.Contains(last.Text, "mention nobody") {
		t.Errorf("taken away: %q", last.Text)
	}
}

// TestUnknown: only what is no command at all is said to be none.
func TestUnknown(t *testing.T) {
	w := newWorld()
	for text, want := range map[string]bool{
		"good morning": true, "carbon border tax": true, "subscibe tariff": true, "list everything": false,
		"subscribe": false, "subscribe (": false, "help me": false, "sources please": false, "pause 99": false, "": false,
	} {
		if r := w.tell(t, alice, alice.Direct(), text); r.Unknown != want {
			t.Errorf("%q: unknown %v", text, r.Unknown)
		}
	}
}
