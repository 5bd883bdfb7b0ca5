package slack_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bellwether/bellwether/adapters/adaptertest/fakeslack"
	"github.com/bellwether/bellwether/adapters/slack"
	"github.com/bellwether/bellwether/alerts"
)

// delivery is an alert for a place.
func delivery(key string, d alerts.Destination) alerts.Delivery {
	return alerts.Delivery{
		Key: key, Destination: d, Since: time.Now().Add(-time.Minute),
		Alerts: []alerts.Alert{{
			Article: alerts.Article{ID: key, Title: "Tariff rises", URL: "https://news.example.org/1", Publisher: "Example Gazette"},
			Matched: []string{"tariff"}, Summary: []string{"The tariff rises."},
			Subscriptions: []alerts.Subscription{{ID: 1, Number: 1}},
		}},
	}
}

// places are one of each kind, in which the bot can write.
func places() []alerts.Destination {
	return []alerts.Destination{
		{Platform: alerts.Slack, Workspace: "T1", Channel: "C1"},
		{Platform: alerts.Slack, Workspace: "T1", Channel: "C2"},
		{Platform: alerts.Slack, Workspace: "T1", User: "U1"},
	}
}

// script is what goes wrong with the posts, one after the other.
type script struct {
	mu    sync.Mutex
	posts []fakeslack.Fault
}

func (s *script) fault(c fakeslack.Call) fakeslack.Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c.Method != "chat.postMessage" || len(s.posts) == 0 {
		return fakeslack.Fault{}
	}
	f := s.posts[0]
	s.posts = s.posts[1:]
	return f
}

// find looks for a delivery.
func (r *rig) find(m *slack.Messenger, d alerts.Delivery) (alerts.Receipt, bool) {
	r.t.Helper()
	receipt, found, err := m.Find(r.t.Context(), d)
	if err != nil {
		r.t.Fatal(err)
	}
	return receipt, found
}

// TestFindsWhatArrived: a message whose answer was lost is found by the process
// that sent it, and by the next one; one that was not accepted is not.
func TestFindsWhatArrived(t *testing.T) {
	faults := &script{}
	r := newRig(t, byHTTP, rigOptions{
		fake: fakeslack.Options{ChannelInterval: -1, Fault: faults.fault}, limits: slack.Limits{Timeout: 300 * time.Millisecond, Channel: time.Nanosecond},
		pauseMatching: true,
	})
	r.fake.JoinBot("C2")
	r.fake.JoinBot("C1")
	m := r.app.Messenger()
	next := r.another() // as after a restart
	for _, d := range places() {
		for name, f := range map[string]fakeslack.Fault{
			"cut": {Cut: true, Accept: true}, "hang": {Hang: true, Accept: true}, "500": {Status: 500, Accept: true},
			"cut before": {Cut: true}, "500 before": {Status: 500},
		} {
			faults.mu.Lock()
			faults.posts = []fakeslack.Fault{f}
			faults.mu.Unlock()
			msg := delivery(name+d.String(), d)
			if _, err := m.Send(t.Context(), msg); err == nil {
				t.Fatalf("%s: %s: no error", d, name)
			}
			for who, by := range map[string]*slack.Messenger{"the same": m, "the next": next} {
				receipt, found := r.find(by, msg)
				if found != f.Accept || found && len(receipt.Messages) != 1 {
					t.Errorf("%s: %s: %s process found %v, %+v", d, name, who, found, receipt)
				}
			}
		}
	}
	if _, found := r.find(next, delivery("another", places()[0])); found {
		t.Error("a message is found that was never sent")
	}
}

// TestAnotherProcessWaitsForACall: what a process that was killed had under way
// may still arrive, until the time of a call is over.
func TestAnotherProcessWaitsForACall(t *testing.T) {
	r := newRig(t, byHTTP, rigOptions{fake: fakeslack.Options{ChannelInterval: -1}, pauseMatching: true})
	r.fake.JoinBot("C1")
	msg := delivery("k", places()[0])
	msg.Tried = time.Now().Add(-5 * time.Second)
	_, _, err := r.another().Find(t.Context(), msg)
	asked, ok := errors.AsType[*alerts.SendError](err)
	if !ok || asked.Permanent || asked.After <= 0 || asked.After > 10*time.Second || asked.Scope != alerts.ScopeMessage {
		t.Errorf("looked at once: %v", err)
	}
	msg.Tried = time.Now().Add(-15 * time.Second)
	if _, found := r.find(r.another(), msg); found {
		t.Error("found what was never sent")
	}
}

// TestAcceptedAfterTheLook is the case that remains: Slack holds a request back
// for longer than a call may take, and accepts it behind the look. The message
// shows twice; documentation says so.
func TestAcceptedAfterTheLook(t *testing.T) {
	faults := &script{posts: []fakeslack.Fault{{Late: true}}}
	r := newRig(t, byHTTP, rigOptions{
		fake: fakeslack.Options{ChannelInterval: -1, Fault: faults.fault}, limits: slack.Limits{Timeout: 200 * time.Millisecond, Channel: time.Nanosecond},
		pauseMatching: true,
	})
	r.fake.JoinBot("C1")
	m, msg := r.app.Messenger(), delivery("late", places()[0])
	if _, err := m.Send(t.Context(), msg); err == nil {
		t.Fatal("no error")
	}
	if _, found := r.find(m, msg); found {
		t.Fatal("found what Slack had not accepted yet")
	}
	if _, err := m.Send(t.Context(), msg); err != nil {
		t.Fatal(err)
	}
	r.fake.AcceptLate()
	if n := len(r.fake.Messages("C1")); n != 2 {
		t.Errorf("%d messages, want the 2 of the case that remains", n)
	}
}

// TestDigestInAThread: the first part stands in the channel, the others below
// it, and a part whose answer was lost is found there.
func TestDigestInAThread(t *testing.T) {
	faults := &script{}
	r := newRig(t, byHTTP, rigOptions{
		fake: fakeslack.Options{ChannelInterval: -1, Fault: faults.fault}, limits: slack.Limits{Timeout: 300 * time.Millisecond, Channel: time.Nanosecond},
		pauseMatching: true,
	})
	r.fake.JoinBot("C1")
	m := r.app.Messenger()
	first := delivery("d1", places()[0])
	first.Schedule, first.Part, first.Parts = alerts.Schedule{Cadence: alerts.Daily}, 1, 2
	receipt, err := m.Send(t.Context(), first)
	if err != nil {
		t.Fatal(err)
	}
	second := delivery("d2", places()[0])
	second.Schedule, second.Part, second.Parts, second.Thread = first.Schedule, 2, 2, receipt.Messages[0]
	faults.mu.Lock()
	faults.posts = []fakeslack.Fault{{Cut: true, Accept: true}}
	faults.mu.Unlock()
	if _, err := m.Send(t.Context(), second); err == nil {
		t.Fatal("no error")
	}
	second.Thread, second.Part, second.Parts = "", 1, 1 // the next claim knows no thread
	found, ok := r.find(m, second)
	all := r.fake.Messages("C1")
	if !ok || len(all) != 2 || all[1].Thread != all[0].TS || found.Thread != receipt.Messages[0] {
		t.Errorf("found %v %+v among %+v", ok, found, all)
	}
}

// TestJoinsAPublicChannel: the bot is not in the channel; it joins, and the
// message is sent the next time.
func TestJoinsAPublicChannel(t *testing.T) {
	r := newRig(t, byHTTP, rigOptions{
		fake: fakeslack.Options{ChannelInterval: -1}, limits: slack.Limits{Channel: time.Nanosecond}, pauseMatching: true,
	})
	m, msg := r.app.Messenger(), delivery("j", places()[0])
	_, err := m.Send(t.Context(), msg)
	if asked, ok := errors.AsType[*alerts.SendError](err); !ok || asked.Permanent {
		t.Fatalf("the first time: %v", err)
	}
	if _, err := m.Send(t.Context(), msg); err != nil {
		t.Fatalf("the second time: %v", err)
	}
	_, err = m.Send(t.Context(), delivery("private", places()[1]))
	if refused, ok := errors.AsType[*alerts.SendError](err); !ok || !refused.Permanent || refused.Scope != alerts.ScopeDestination {
		t.Errorf("a private channel: %v", err)
	}
}

// TestSocketsLoseNothing: connections are renewed and cut while people type;
// every command has one effect and is answered.
func TestSocketsLoseNothing(t *testing.T) {
	r := newRig(t, bySocket, rigOptions{fake: fakeslack.Options{ChannelInterval: -1}, pauseMatching: true})
	words := strings.Fields("tariff steel quota herring border carbon council importers levy customs wheat soy cotton copper zinc nickel")
	var people sync.WaitGroup
	for i, w := range words {
		user := "UW" + w
		r.fake.AddUser(fakeslack.User{ID: user, Team: "T1", Name: w})
		people.Go(func() { r.fake.Command(user, "D"+w, "subscribe "+w) })
		switch i % 4 {
		case 1:
			r.fake.Disconnect("refresh_requested")
		case 3:
			r.fake.CutSockets()
		}
	}
	people.Wait()
	for _, w := range words {
		mustShow(t, last(r.fake.AwaitEphemeral("UW"+w, "D"+w, 1)), "as number 1.")
		p := alerts.Person{Platform: alerts.Slack, Workspace: "T1", User: "UW" + w}
		subs, err := r.store.Subscriptions().List(t.Context(), p.Direct())
		if err != nil || len(subs) != 1 {
			t.Errorf("%s has %d subscriptions, %v", w, len(subs), err)
		}
	}
	r.fake.AwaitConnections(2)
	for _, v := range r.fake.Violations() {
		t.Errorf("%s: %s", v.Call.Method, v.What)
	}
}

// TestScopesAreAllNeeded: what people do, and what looking for messages needs,
// uses every scope of the manifest; the fake refuses calls without theirs.
func TestScopesAreAllNeeded(t *testing.T) {
	r := newRig(t, byHTTP, rigOptions{fake: fakeslack.Options{ChannelInterval: -1}, limits: slack.Limits{Timeout: time.Second}})
	r.channelStory()
	r.directStory()
	r.homeStory()
	r.formStory()
	r.lostStory()
	for _, d := range places() {
		r.find(r.app.Messenger(), delivery("never sent", d))
	}
	if got := r.fake.UsedScopes(); !slices.Equal(got, slack.Scopes()) {
		t.Errorf("used\n%v, the manifest asks for\n%v", got, slack.Scopes())
	}
}

// TestUninstalledTakesNothing: the next message for a workspace that has
// removed the app is refused for good, for all of it.
func TestUninstalledTakesNothing(t *testing.T) {
	r := newRig(t, byHTTP, rigOptions{fake: fakeslack.Options{ChannelInterval: -1}, pauseMatching: true})
	d := alerts.Destination{Platform: alerts.Slack, Workspace: "T7", Channel: "C7"}
	_, err := r.app.Messenger().Send(context.Background(), delivery("x", d))
	if refused, ok := errors.AsType[*alerts.SendError](err); !ok || !refused.Permanent || refused.Scope != alerts.ScopeWorkspace {
		t.Errorf("a workspace that is not there: %v", err)
	}
}
