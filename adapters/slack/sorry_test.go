package slack_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/bellwether/bellwether/adapters/adaptertest/fakeslack"
	"github.com/bellwether/bellwether/alerts"
)

// TestWithoutATokenPeopleAreTold: the workspace can't be had, so that nothing
// can be done; whoever asked for something reads that, and not nothing.
func TestWithoutATokenPeopleAreTold(t *testing.T) {
	r := installRig(t)
	r.browser(false).get(r.web.URL + "/slack/install")
	r.fake.Command("U9", "C9", "subscribe ferry")
	reply := last(r.fake.AwaitEphemeral("U9", "C9", 1))
	mustShow(t, reply, "as number 1.")
	r.fake.Command("U9", "C9", "")
	form := r.fake.AwaitModal("T2", "Words to follow")
	if _, err := r.teams.Remove(t.Context(), "T2"); err != nil {
		t.Fatal(err)
	}

	r.fake.Command("U9", "C9", "list")
	mustShow(t, last(r.fake.AwaitEphemeral("U9", "C9", 2)), "That could not be done just now. Please try again")
	r.fake.Command("U9", "C9", "")
	mustShow(t, last(r.fake.AwaitEphemeral("U9", "C9", 3)), "The form could not be opened", "subscribe carbon border tax")
	r.fake.Press("U9", reply, "Undo")
	mustShow(t, last(r.fake.AwaitEphemeral("U9", "C9", 4)), "That did not work just now. Please try again")
	r.fake.Submit("U9", form, fakeslack.Input{Block: "query", Value: "herring"})
	r.fake.AwaitModal("T2", "That could not be stored. Please try again")
}

// TestTriggersThatAreTooOld: Slack opens no modal any more, and people are told
// where they look.
func TestTriggersThatAreTooOld(t *testing.T) {
	var late atomic.Bool
	r := newRig(t, byHTTP, rigOptions{fake: fakeslack.Options{ChannelInterval: -1, Fault: func(c fakeslack.Call) fakeslack.Fault {
		if c.Method == "views.open" && late.Load() {
			return fakeslack.Fault{Error: "expired_trigger_id"}
		}
		return fakeslack.Fault{}
	}}})
	r.fake.Command("U2", "C1", "subscribe ferry")
	r.fake.AwaitEphemeral("U2", "C1", 1)
	r.fake.Say("U2", "subscribe herring")
	r.fake.AwaitMessages(r.awaitDirect("U2"), 1)
	r.fake.OpenHome("U2")
	home := r.fake.AwaitHome("U2", "herring")
	r.publish("f1", "Ferry line to close", "The last ferry sails in May, and nobody knows what comes after.")
	alert := last(r.fake.AwaitMessages("C1", 1))

	late.Store(true)
	r.fake.Command("U2", "C1", "")
	mustShow(t, last(r.fake.AwaitEphemeral("U2", "C1", 2)), "The form could not be opened", "subscribe carbon border tax")
	r.fake.Press("U2", alert, "Manage")
	mustShow(t, last(r.fake.AwaitEphemeral("U2", "C1", 3)), "That did not work just now. Please try again")
	r.fake.PressIn("U2", home, "Time and digest")
	home = r.fake.AwaitHome("U2", "That did not work just now. Please try again")
	late.Store(false)
	r.fake.PressIn("U2", home, "Time and digest")
	r.fake.AwaitModal("T1", "Quiet from")
}

// TestTimingKeepsWhatWasTyped: one of three changes can't be made; the form
// stands as it was filled in, with the reason on top.
func TestTimingKeepsWhatWasTyped(t *testing.T) {
	r := newRig(t, byHTTP, rigOptions{fake: fakeslack.Options{ChannelInterval: -1}, pauseMatching: true})
	r.fake.OpenHome("U1")
	r.fake.PressIn("U1", r.fake.AwaitHome("U1", "Time and digest"), "Time and digest")
	form := r.fake.AwaitModal("T1", "Quiet from")
	r.fake.Submit("U1", form, fakeslack.Input{Block: "when", Value: "hourly"}, fakeslack.Input{Block: "zone", Value: "Atlantis"},
		fakeslack.Input{Block: "from", Value: "22:00"}, fakeslack.Input{Block: "to", Value: "07:00"})
	form = r.fake.AwaitModal("T1", "Atlantis")
	shown, err := json.Marshal(form.Raw)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"initial_value":"Atlantis"`, `"initial_time":"22:00"`, `"initial_time":"07:00"`, "time zone"} {
		if !strings.Contains(string(shown), want) {
			t.Errorf("the form does not hold %s:\n%s", want, shown)
		}
	}
	r.fake.Submit("U1", form, fakeslack.Input{Block: "zone", Value: "Tokyo"})
	r.fake.AwaitHome("U1", "quiet hours 22:00-07:00 · times in Asia/Tokyo")
}

// TestChangesDoNotLetTheBotIn: the bot enters a channel where something is
// followed from now on, and not where that is changed or ended.
func TestChangesDoNotLetTheBotIn(t *testing.T) {
	r := newRig(t, byHTTP, rigOptions{fake: fakeslack.Options{ChannelInterval: -1}, pauseMatching: true})
	joins := func() (n int) {
		for _, c := range r.fake.Calls() {
			if c.Method == "conversations.join" && c.Status == http.StatusOK {
				n++
			}
		}
		return n
	}
	r.follow(alerts.Destination{Platform: alerts.Slack, Workspace: "T1", Channel: "C1"}, "ferry")
	for i, words := range []string{"edit 1 harbor", "pause 1", "resume 1", "unsubscribe 1"} {
		r.fake.Command("U2", "C1", words)
		mustShow(t, last(r.fake.AwaitEphemeral("U2", "C1", i+1)), "harbor")
	}
	if n := joins(); n != 0 {
		t.Errorf("joined %d times before anything was followed from now on", n)
	}
	r.fake.Command("U2", "C1", "subscribe ferry")
	mustShow(t, last(r.fake.AwaitEphemeral("U2", "C1", 5)), "Following ")
	if n := joins(); n != 1 {
		t.Errorf("joined %d times, want once", n)
	}
}
