package slack_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/bellwether/bellwether/adapters/adaptertest/fakeslack"
	"github.com/bellwether/bellwether/adapters/slack"
	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/bot/dispatch"
)

var _ dispatch.Editor = (*slack.Messenger)(nil)

// amend publishes a later version of an article.
func (r *rig) amend(a alerts.Article) {
	r.t.Helper()
	a.Received = time.Now()
	if _, verdict, err := r.store.Articles().Append(r.t.Context(), a, false); err != nil || verdict != alerts.Revised {
		r.t.Fatalf("%v, %v", verdict, err)
	}
}

// A correction shows in the alert that was sent, and in the end it is marked as
// withdrawn.
func TestAlertsAreAmended(t *testing.T) {
	r := newRig(t, byHTTP, rigOptions{fake: fakeslack.Options{ChannelInterval: -1}})
	r.fake.Command("U2", "C1", "subscribe carbon border tax")
	r.fake.AwaitEphemeral("U2", "C1", 1)
	r.publish("a1", "Carbon border tax doubled", "The carbon border tax is doubled, the council said.")
	alert := last(r.fake.AwaitMessages("C1", 1))
	r.amend(alerts.Article{
		ID: "a1", Title: "Carbon border tax raised", Body: "The carbon border tax is raised by a fifth, the council said.",
		Standing: alerts.Corrected, Note: "Corrects the amount <!here>", Publisher: "Example Gazette",
	})
	r.awaitText("C1", alert.TS, "Corrected: Corrects the amount <!here>")
	r.awaitText("C1", alert.TS, "raised by a fifth")
	r.awaitText("C1", alert.TS, "Matched: carbon border tax")
	r.amend(alerts.Article{ID: "a1", Standing: alerts.Withdrawn, Note: "It was not true."})
	r.awaitText("C1", alert.TS, "Withdrawn by its publisher: It was not true.")
	r.awaitNoText("C1", alert.TS, "raised by a fifth")
	r.awaitText("C1", alert.TS, "Carbon border tax raised")
	all := r.fake.AwaitMessages("C1", 1)
	if len(all) != 1 || strings.Contains(string(all[0].Blocks), "Mute") {
		t.Errorf("%d messages, the last %s", len(all), all[0].Blocks)
	}
	for _, v := range r.fake.Violations() {
		t.Errorf("%s: %s", v.Call.Method, v.What)
	}
}

func TestEditErrors(t *testing.T) {
	fault := fakeslack.Fault{}
	r := newRig(t, byHTTP, rigOptions{
		fake: fakeslack.Options{ChannelInterval: -1, Fault: func(c fakeslack.Call) fakeslack.Fault {
			if c.Method == "chat.update" {
				return fault
			}
			return fakeslack.Fault{}
		}}, pauseMatching: true,
	})
	r.fake.JoinBot("C1")
	m := r.app.Messenger()
	d := delivery("k", places()[0])
	sent, err := m.Send(t.Context(), d)
	if err != nil {
		t.Fatal(err)
	}
	d.Edits = sent.Messages
	edit := func(name string) error {
		t.Helper()
		_, err := m.Edit(t.Context(), d)
		if err == nil {
			t.Errorf("%s: no error", name)
		}
		return err
	}
	if got, err := m.Edit(t.Context(), d); err != nil || len(got.Messages) != 1 || got.Messages[0] != sent.Messages[0] {
		t.Errorf("an edit: %+v, %v", got, err)
	}
	if _, found := r.find(m, d); !found {
		t.Error("what was edited is not found any more")
	}
	fault = fakeslack.Fault{Status: 429, RetryAfter: 7}
	var asked *alerts.SendError
	if err := edit("limited"); !errors.As(err, &asked) || asked.Permanent || asked.Scope != alerts.ScopeMessage || asked.After != 7*time.Second {
		t.Errorf("limited: %v", err)
	}
	fault = fakeslack.Fault{Error: "edit_window_closed"}
	if err := edit("too late"); !errors.As(err, &asked) || !asked.Permanent || asked.Scope != alerts.ScopeMessage {
		t.Errorf("too late: %v", err)
	}
	fault = fakeslack.Fault{}
	d.Edits = []string{"C1/1.000001"}
	if err := edit("gone"); !errors.Is(err, alerts.ErrNotFound) {
		t.Errorf("gone: %v", err)
	}
}
