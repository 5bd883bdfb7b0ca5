package slack_test

import (
	"fmt"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	slackgo "github.com/slack-go/slack"

	"github.com/bellwether/bellwether/adapters/adaptertest/fakeslack"
	"github.com/bellwether/bellwether/adapters/slack"
	"github.com/bellwether/bellwether/adapters/slack/seal"
	"github.com/bellwether/bellwether/alerts"
)

// anew installs the app in T2 anew, at another replica: the token that this
// process holds is worthless then, and a newer one is stored.
func (r *rig) anew(token string) {
	r.t.Helper()
	keys, err := seal.Parse(testKey)
	if err != nil {
		r.t.Fatal(err)
	}
	other := slack.NewTeams(slack.TeamsConfig{Store: r.store.Workspaces(), Keys: keys, Now: time.Now})
	given := &slackgo.OAuthV2Response{AccessToken: token, BotUserID: "UBOTT2", AppID: fakeslack.AppID}
	given.Team.ID, given.Team.Name = "T2", "Team T2"
	if _, _, err := other.Install(r.t.Context(), given); err != nil {
		r.t.Fatal(err)
	}
	r.fake.SetToken("T2", token)
}

// holdsStale wants this process to hold a token that Slack refuses.
func (r *rig) holdsStale() {
	r.t.Helper()
	team, err := r.teams.Get(r.t.Context(), "T2")
	if err != nil {
		r.t.Fatal(err)
	}
	if _, err := team.API.AuthTestContext(r.t.Context()); err == nil {
		r.t.Fatal("the token is good: this tests nothing")
	}
}

// TestAStaleTokenIsNoUninstall: what Slack says of a token that another replica
// has replaced does not end the workspace, whether an event tells of it or a
// message that was refused.
func TestAStaleTokenIsNoUninstall(t *testing.T) {
	r := installRig(t)
	r.browser(false).get(r.web.URL + "/slack/install")
	d := alerts.Destination{Platform: alerts.Slack, Workspace: "T2", Channel: "C9"}
	r.follow(d, "ferry")

	r.anew("xoxb-fake-T2-newer")
	r.holdsStale()
	if gone, err := r.teams.Gone(t.Context(), "T2"); gone || err != nil {
		t.Errorf("gone %v, %v", gone, err)
	}
	team, err := r.teams.Get(t.Context(), "T2")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := team.API.AuthTestContext(t.Context()); err != nil {
		t.Errorf("the token after the question: %v", err)
	}

	for i, hear := range []func(){
		func() { r.fake.Event("T2", "app_uninstalled", nil) },
		func() { r.app.Blocked(d, alerts.ScopeWorkspace, fmt.Errorf("a message: %w", slack.ErrUninstalled)) },
	} {
		r.anew(fmt.Sprintf("xoxb-fake-T2-newest-%d", i))
		r.holdsStale()
		hear()
		r.awaitLogged(hasAgain, i+1)
		if w := r.workspace("T2"); len(w.Secret) == 0 || !w.Uninstalled.IsZero() {
			t.Fatalf("the workspace is %+v", w)
		}
	}
	r.publish("f1", "Ferry line to close", "The last ferry sails in May, and nobody knows what comes after.")
	r.fake.AwaitMessages("C9", 1)

	r.fake.Revoke("T2")
	if gone, err := r.teams.Gone(t.Context(), "T2"); !gone || err != nil {
		t.Errorf("after it was removed: gone %v, %v", gone, err)
	}
	if gone, err := r.teams.Gone(t.Context(), "T8"); !gone || err != nil {
		t.Errorf("a workspace that never had the app: gone %v, %v", gone, err)
	}
}

// TestAnEventCountsWhereSlackCanNotBeAsked: a token that may be worthless is
// not kept.
func TestAnEventCountsWhereSlackCanNotBeAsked(t *testing.T) {
	var down atomic.Bool
	r := newRig(t, byHTTP, rigOptions{fake: fakeslack.Options{ChannelInterval: -1, Fault: func(c fakeslack.Call) fakeslack.Fault {
		if c.Method == "auth.test" && down.Load() {
			return fakeslack.Fault{Status: http.StatusInternalServerError}
		}
		return fakeslack.Fault{}
	}}})
	d := alerts.Destination{Platform: alerts.Slack, Workspace: "T1", Channel: "C1"}
	r.follow(d, "ferry")
	down.Store(true)
	if gone, err := r.teams.Gone(t.Context(), "T1"); gone || err == nil {
		t.Errorf("gone %v, %v, want that it can't be known", gone, err)
	}
	r.fake.Event("T1", "app_uninstalled", nil)
	r.awaitHeld(d, alerts.LossUninstalled)
	if w := r.workspace("T1"); w.Uninstalled.IsZero() {
		t.Errorf("the workspace is %+v", w)
	}
}
