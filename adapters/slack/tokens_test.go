package slack_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	slackgo "github.com/slack-go/slack"

	"github.com/bellwether/bellwether/adapters/slack"
	"github.com/bellwether/bellwether/alerts"
)

// TestWrongTokensSayWhatToDo: the program ends at once, names the setting, and
// does not show the token.
func TestWrongTokensSayWhatToDo(t *testing.T) {
	r := newRig(t, byHTTP, rigOptions{pauseMatching: true})
	r.fake.Socket()
	teams := slack.NewTeams(slack.TeamsConfig{
		Store: r.store.Workspaces(), BotToken: "xoxb-geheim", Now: time.Now, API: func(token string) *slackgo.Client { return r.api(token, "") },
	})
	err := slack.New(slack.Config{Teams: teams, Workspaces: r.store.Workspaces(), Once: r.store.Marks(), Now: time.Now}).Run(t.Context())
	if err == nil || !strings.Contains(err.Error(), "SLACK_BOT_TOKEN") || strings.Contains(err.Error(), "geheim") {
		t.Errorf("a wrong bot token: %v", err)
	}
	app := slack.New(slack.Config{Teams: r.teams, Workspaces: r.store.Workspaces(), Once: r.store.Marks(), Socket: r.api("", "xapp-geheim"), Now: time.Now})
	err = app.Run(t.Context())
	if err == nil || !strings.Contains(err.Error(), "SLACK_APP_TOKEN") || strings.Contains(err.Error(), "geheim") {
		t.Errorf("a wrong app token: %v", err)
	}
}

// unreachable is a Slack that can't be reached the first few times, and then
// agrees to all.
type unreachable struct {
	mu          sync.Mutex
	times, seen int
}

func (u *unreachable) RoundTrip(req *http.Request) (*http.Response, error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.seen++; u.seen <= u.times {
		return nil, errors.New("no route")
	}
	return kind{}.RoundTrip(req)
}

// returning holds a workspace that had removed the app, with one destination.
type returning struct {
	empty
	mu sync.Mutex
	w  alerts.Workspace
}

func (r *returning) Workspace(context.Context, string, string) (alerts.Workspace, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.w, nil
}

func (r *returning) SaveWorkspace(_ context.Context, w alerts.Workspace) (alerts.Workspace, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	w.Revision++
	r.w = w
	return w, nil
}

func (*returning) Destinations(_ context.Context, platform, id string) ([]alerts.Destination, error) {
	return []alerts.Destination{{Platform: platform, Workspace: id, Channel: "C1"}}, nil
}

// backs counts the destinations that are back.
type backs struct {
	yes
	n *atomic.Int64
}

func (b backs) Back(context.Context, alerts.Destination) error {
	b.n.Add(1)
	return nil
}

// TestASlackThatComesLate: it can't be reached when the program begins, and is
// asked again each half a minute; a workspace that has the app back goes on.
func TestASlackThatComesLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		way := &unreachable{times: 2}
		store := &returning{w: alerts.Workspace{Platform: alerts.Slack, ID: "T1", Revision: 1, Uninstalled: time.Now().Add(-time.Hour)}}
		var n atomic.Int64
		app := slack.New(slack.Config{
			Places: backs{n: &n}, Workspaces: store, Once: never{}, Now: time.Now,
			Teams: slack.NewTeams(slack.TeamsConfig{
				Store: store, BotToken: "xoxb-fake", Now: time.Now,
				API: func(token string) *slackgo.Client {
					return slackgo.New(token, slackgo.OptionHTTPClient(&http.Client{Transport: way}))
				},
			}),
		})
		defer running(t, app)()
		for i, want := range []int{1, 2, 3, 3} {
			synctest.Wait()
			way.mu.Lock()
			seen := way.seen
			way.mu.Unlock()
			if seen != want || (n.Load() == 1) != (i >= 2) {
				t.Errorf("after %d half minutes: asked %d times, want %d; %d destinations are back", i, seen, want, n.Load())
			}
			<-time.After(30 * time.Second)
		}
		if w, _ := store.Workspace(t.Context(), "", ""); !w.Uninstalled.IsZero() || w.BotUser != "UBOT" {
			t.Errorf("stored %+v", w)
		}
	})
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
