package adaptertest

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bellwether/bellwether/adapters/slack"
	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/bot"
)

// Workspaces is all that is asked of a store of workspaces, with what else
// names them.
type Workspaces struct {
	slack.WorkspaceStore
	Subscriptions SubscriptionStore
	Outbox        bot.Outbox
}

// TestWorkspaces runs the suite; open gives an empty store each time.
func TestWorkspaces(t *testing.T, open func(t *testing.T) Workspaces) {
	for name, f := range map[string]func(*testing.T, Workspaces){
		"SaveAndRead":  testSaveWorkspace,
		"Destinations": testDestinations,
		"Forget":       testForgetWorkspace,
	} {
		t.Run(name, func(t *testing.T) { f(t, open(t)) })
	}
}

func testSaveWorkspace(t *testing.T, s Workspaces) {
	ctx := t.Context()
	if _, err := s.Workspace(ctx, alerts.Slack, "T1"); !errors.Is(err, alerts.ErrNotFound) {
		t.Fatalf("a workspace that is not there: %v", err)
	}
	want := alerts.Workspace{
		Platform: alerts.Slack, ID: "T1", Name: "Desk “one”", App: "A1", BotUser: "U1", Secret: []byte{0, 255, 10, 32},
		MembersManage: true, Installed: time.UnixMilli(1_700_000_000_123).UTC(), Uninstalled: time.UnixMilli(1_800_000_000_000).UTC(),
	}
	stored, err := s.SaveWorkspace(ctx, want)
	if err != nil {
		t.Fatal(err)
	}
	want.Revision = stored.Revision
	got, err := s.Workspace(ctx, alerts.Slack, "T1")
	if diff := cmp.Diff(want, got); err != nil || diff != "" || got.Revision == 0 {
		t.Fatalf("%v (-want +got):\n%s", err, diff)
	}
	old := got
	got.Secret, got.MembersManage = nil, false
	if got, err = s.SaveWorkspace(ctx, got); err != nil || len(got.Secret) != 0 || got.Revision == old.Revision {
		t.Fatalf("changed: %+v, %v", got, err)
	}
	for _, stale := range []alerts.Workspace{old, {Platform: alerts.Slack, ID: "T1"}} {
		if _, err := s.SaveWorkspace(ctx, stale); !errors.Is(err, alerts.ErrConflict) {
			t.Errorf("a change of revision %d: %v", stale.Revision, err)
		}
	}
	for _, w := range []alerts.Workspace{{Platform: alerts.Slack, ID: "T0"}, {Platform: alerts.Discord, ID: "G1"}} {
		if _, err := s.SaveWorkspace(ctx, w); err != nil {
			t.Fatal(err)
		}
	}
	all, err := s.Workspaces(ctx, alerts.Slack)
	var ids []string
	for _, w := range all {
		ids = append(ids, w.ID)
	}
	if err != nil || !slices.Equal(ids, []string{"T0", "T1"}) {
		t.Errorf("all of Slack: %v, %v", ids, err)
	}
}

// neighbours are places whose names look alike.
func neighbours() []alerts.Destination {
	var out []alerts.Destination
	for _, team := range []string{"T1", "T10", "T*", "T"} {
		out = append(out,
			alerts.Destination{Platform: alerts.Slack, Workspace: team, Channel: "C1"},
			alerts.Destination{Platform: alerts.Slack, Workspace: team, User: "U1"})
	}
	return append(out, alerts.Destination{Platform: alerts.Discord, Workspace: "T1", Channel: "C1"})
}

func (s Workspaces) fill(t *testing.T) {
	t.Helper()
	ctx := t.Context()
	for n, d := range neighbours() {
		owner := alerts.Person{Platform: d.Platform, Workspace: d.Workspace, User: "U1"}
		var ids []alerts.SubscriptionID
		for _, q := range []string{"tariff", "steel"} {
			sub, _, err := s.Subscriptions.Add(ctx, alerts.Subscription{Owner: owner, Destination: d, Query: Parse(t, q)})
			if err != nil {
				t.Fatal(err)
			}
			ids = append(ids, sub.ID)
		}
		if _, err := s.Subscriptions.SaveSettings(ctx, alerts.Settings{Destination: d, TimeZone: "Europe/Brussels", PausedBy: alerts.LossArchived}); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Outbox.Enqueue(ctx, []alerts.Pending{{
			Lane: alerts.Lane{Destination: d}, Article: fmt.Sprint("article-", n), Time: time.Now(), Subscriptions: ids,
		}}); err != nil {
			t.Fatal(err)
		}
	}
}

func testDestinations(t *testing.T, s Workspaces) {
	s.fill(t)
	quiet := alerts.Destination{Platform: alerts.Slack, Workspace: "T1", Channel: "C9"} // settings only
	if _, err := s.Subscriptions.SaveSettings(t.Context(), alerts.Settings{Destination: quiet, TimeZone: "UTC"}); err != nil {
		t.Fatal(err)
	}
	got, err := s.Destinations(t.Context(), alerts.Slack, "T1")
	slices.SortFunc(got, func(a, b alerts.Destination) int { return strings.Compare(a.String(), b.String()) })
	want := []alerts.Destination{
		{Platform: alerts.Slack, Workspace: "T1", Channel: "C1"}, quiet, {Platform: alerts.Slack, Workspace: "T1", User: "U1"},
	}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("destinations %v, %v", got, err)
	}
}

// testForgetWorkspace: nothing of it is left, nothing else is touched, and those
// who follow the changes hear of it.
func testForgetWorkspace(t *testing.T, s Workspaces) {
	ctx := t.Context()
	s.fill(t)
	if _, err := s.SaveWorkspace(ctx, alerts.Workspace{Platform: alerts.Slack, ID: "T1", Secret: []byte("x")}); err != nil {
		t.Fatal(err)
	}
	revision, err := s.Subscriptions.Snapshot(ctx, func(alerts.Change) error { return nil })
	if err != nil {
		t.Fatal(err)
	}
	if n, err := s.ForgetWorkspace(ctx, alerts.Slack, "T1"); err != nil || n != 4 {
		t.Fatalf("forgot %d subscriptions, %v, want 4", n, err)
	}
	if n, err := s.ForgetWorkspace(ctx, alerts.Slack, "T1"); err != nil || n != 0 {
		t.Errorf("again: %d, %v", n, err)
	}
	if _, err := s.Workspace(ctx, alerts.Slack, "T1"); !errors.Is(err, alerts.ErrNotFound) {
		t.Errorf("the workspace: %v", err)
	}
	removed := 0
	_, err = s.Subscriptions.Changes(ctx, revision, func(c alerts.Change) error {
		if c.Removed != nil {
			removed++
		}
		return nil
	})
	if !errors.Is(err, alerts.ErrGap) && (err != nil || removed != 4) {
		t.Errorf("who follows the changes hears of %d, %v", removed, err)
	}
	for _, d := range neighbours() {
		s.checkForgotten(t, d, d.Platform == alerts.Slack && d.Workspace == "T1")
	}
}

func (s Workspaces) checkForgotten(t *testing.T, d alerts.Destination, forgotten bool) {
	t.Helper()
	ctx := t.Context()
	subs, err := s.Subscriptions.List(ctx, d)
	owned, errOwned := s.Subscriptions.Owned(ctx, alerts.Person{Platform: d.Platform, Workspace: d.Workspace, User: "U1"})
	set, errSet := s.Subscriptions.Settings(ctx, d)
	waiting, errWaiting := s.Outbox.Waiting(ctx, d)
	if err := errors.Join(err, errOwned, errSet, errWaiting); err != nil {
		t.Fatal(err)
	}
	there := len(subs) == 2 && len(owned) > 0 && set.PausedBy == alerts.LossArchived && len(waiting) == 1
	gone := len(subs) == 0 && len(owned) == 0 && set.Revision == 0 && len(waiting) == 0
	if forgotten && !gone || !forgotten && !there {
		t.Errorf("%s: %d subscriptions, %d owned, settings %+v, %d waiting; forgotten: %v", d, len(subs), len(owned), set, len(waiting), forgotten)
	}
}

// TestOnce runs the suite of what happens once; open gives an empty store each
// time.
func TestOnce(t *testing.T, open func(t *testing.T) slack.Once) {
	t.Run("First", func(t *testing.T) {
		o := open(t)
		for i, name := range []string{"a", "b", "a", strings.Repeat("x", 5000), "", "b"} {
			want := i < 2 || i == 3 || i == 4
			if got, err := o.Once(t.Context(), name, time.Hour); err != nil || got != want {
				t.Errorf("%d: %v, %v, want %v", i, got, err, want)
			}
		}
	})
	t.Run("Concurrent", func(t *testing.T) {
		o := open(t)
		const callers = 20
		first := make(chan bool, callers)
		for range callers {
			go func() {
				got, err := o.Once(t.Context(), "same", time.Minute)
				if err != nil {
					t.Error(err)
				}
				first <- got
			}()
		}
		n := 0
		for range callers {
			if <-first {
				n++
			}
		}
		if n != 1 {
			t.Errorf("%d of %d were the first", n, callers)
		}
	})
}
