package slack_test

import (
	"strings"
	"testing"
	"time"

	slackgo "github.com/slack-go/slack"

	"github.com/bellwether/bellwether/adapters/slack"
)

// TestWrongTokensSayWhatToDo: the program ends at once, names the setting, and
// does not show the token.
func TestWrongTokensSayWhatToDo(t *testing.T) {
	r := newRig(t, byHTTP, rigOptions{pauseMatching: true})
	r.fake.Socket()
	teams := slack.NewTeams(slack.TeamsConfig{
		Store: r.store.Workspaces(), BotToken: "xoxb-geheim", Now: time.Now, API: func(token string) *slackgo.Client { return r.api(token, "") },
	})
	_, _, err := teams.Start(t.Context())
	if err == nil || !strings.Contains(err.Error(), "SLACK_BOT_TOKEN") || strings.Contains(err.Error(), "geheim") {
		t.Errorf("a wrong bot token: %v", err)
	}
	app := slack.New(slack.Config{Teams: r.teams, Once: r.store.Marks(), Socket: r.api("", "xapp-geheim"), Now: time.Now})
	err = app.Run(t.Context())
	if err == nil || !strings.Contains(err.Error(), "SLACK_APP_TOKEN") || strings.Contains(err.Error(), "geheim") {
		t.Errorf("a wrong app token: %v", err)
	}
}

// TestTheTokensWorkspaceIsRemembered: it is stored, without its token, and a
// workspace that had removed the app is told from one that has it for the first
// time.
func TestTheTokensWorkspaceIsRemembered(t *testing.T) {
	r := newRig(t, byHTTP, rigOptions{pauseMatching: true})
	w, again, err := r.teams.Start(t.Context())
	if err != nil || again || w.ID != "T1" || w.BotUser != "UBOTT1" || len(w.Secret) != 0 {
		t.Fatalf("%+v, again %v, %v", w, again, err)
	}
	if first, err := r.teams.Remove(t.Context(), "T1"); !first || err != nil {
		t.Fatalf("removed: %v, %v", first, err)
	}
	if first, err := r.teams.Remove(t.Context(), "T1"); first || err != nil {
		t.Errorf("removed again: %v, %v", first, err)
	}
	if _, err := r.teams.Get(t.Context(), "T1"); err == nil {
		t.Error("a workspace that has removed the app is given")
	}
	if _, again, err := r.teams.Start(t.Context()); !again || err != nil {
		t.Errorf("after it was installed again: %v, %v", again, err)
	}
	if _, err := r.teams.Get(t.Context(), "T1"); err != nil {
		t.Error(err)
	}
}
