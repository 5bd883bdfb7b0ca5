package adaptertest

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/alerts/query"
	"github.com/bellwether/bellwether/bot"
	"github.com/bellwether/bellwether/bot/dispatch"
	"github.com/bellwether/bellwether/bot/matching"
)

// SubscriptionStore is all that is asked of a store of subscriptions.
type SubscriptionStore interface {
	bot.SubscriptionStore
	matching.Subscriptions
	dispatch.Subscriptions
}

var (
	alice   = alerts.Person{Platform: alerts.Slack, Workspace: "T1", User: "alice"}
	bob     = alerts.Person{Platform: alerts.Discord, User: "bob"}
	channel = alerts.Destination{Platform: alerts.Slack, Workspace: "T1", Channel: "C/1 |x"}
)

// Parse reads a query that must be right.
func Parse(t testing.TB, s string) query.Query {
	t.Helper()
	q, err := query.Parse(s)
	if err != nil {
		t.Fatalf("query %q: %v", s, err)
	}
	return q
}

// Same compares values of alerts; queries by their canonical text.
var Same = cmp.Options{
	cmp.Comparer(func(a, b query.Query) bool { return a.String() == b.String() }),
	cmpopts.EquateEmpty(),
}

// TestSubscriptionStore runs the suite; open gives an empty store each time.
func TestSubscriptionStore(t *testing.T, open func(t *testing.T) SubscriptionStore) {
	for name, f := range map[string]func(*testing.T, SubscriptionStore){
		"AddListRemove": testAddListRemove,
		"SameQuery":     testSameQuery,
		"BringBack":     testBringBack,
		"Update":        testUpdate,
		"Settings":      testSettings,
		"Forget":        testForget,
		"Snapshot":      testSnapshot,
		"Changes":       testChanges,
		"Gap":           testGap,
		"Concurrent":    testConcurrentSubscriptions,
	} {
		t.Run(name, func(t *testing.T) { f(t, open(t)) })
	}
}

func subscription(t testing.TB, d alerts.Destination, text string) alerts.Subscription {
	return alerts.Subscription{
		Owner: alice, Destination: d, Query: Parse(t, text), Created: time.UnixMilli(1_750_000_000_123).UTC(),
		Schedule: alerts.Schedule{Cadence: alerts.Weekly, At: 8 * 60, Day: time.Friday}, Mention: "role",
	}
}

func mustAdd(t testing.TB, s SubscriptionStore, sub alerts.Subscription) alerts.Subscription {
	t.Helper()
	stored, added, err := s.Add(t.Context(), sub)
	if err != nil || !added {
		t.Fatalf("Add(%s) = added %v, %v", sub.Query, added, err)
	}
	return stored
}

func wantError(t testing.TB, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("error = %v, want %v", err, want)
	}
}

func testAddListRemove(t *testing.T, s SubscriptionStore) {
	ctx := t.Context()
	in := subscription(t, channel, "tariff")
	in.Paused, in.PausedUntil = true, time.UnixMilli(1_760_000_000_000).UTC()
	first := mustAdd(t, s, in)
	in.ID, in.Number, in.Revision = first.ID, 1, first.Revision
	if d := cmp.Diff(in, first, Same); d != "" {
		t.Errorf("Add changed the subscription (-want +got):\n%s", d)
	}
	second := mustAdd(t, s, subscription(t, channel, "steel"))
	other := mustAdd(t, s, subscription(t, alice.Direct(), "steel"))
	if second.Number != 2 || other.Number != 1 {
		t.Errorf("numbers = %d, %d, want 2, 1", second.Number, other.Number)
	}
	if first.ID == second.ID || second.ID == other.ID {
		t.Errorf("ids = %d, %d, %d, want three", first.ID, second.ID, other.ID)
	}
	removed, err := s.Remove(ctx, channel, 2)
	if err != nil || cmp.Diff(second, removed, Same) != "" {
		t.Errorf("Remove = %v, %v, want %v", removed, err, second)
	}
	_, err = s.Remove(ctx, channel, 2)
	wantError(t, err, alerts.ErrNotFound)
	third := mustAdd(t, s, subscription(t, channel, "steel"))
	if third.Number != 3 {
		t.Errorf("number after a removal = %d, want 3: never used twice", third.Number)
	}
	list, err := s.List(ctx, channel)
	if d := cmp.Diff([]alerts.Subscription{first, third}, list, Same); err != nil || d != "" {
		t.Errorf("List: %v (-want +got):\n%s", err, d)
	}
	owned, err := s.Owned(ctx, alice)
	if err != nil || len(owned) != 3 {
		t.Errorf("Owned = %d subscriptions, %v, want 3", len(owned), err)
	}
	some, err := s.Subscriptions(ctx, channel, []alerts.SubscriptionID{third.ID, second.ID, other.ID})
	if d := cmp.Diff([]alerts.Subscription{third}, some, Same); err != nil || d != "" {
		t.Errorf("Subscriptions: %v (-want +got):\n%s", err, d)
	}
	if none, err := s.List(ctx, bob.Direct()); err != nil || len(none) != 0 {
		t.Errorf("List of nothing = %v, %v", none, err)
	}
}

func testSameQuery(t *testing.T, s SubscriptionStore) {
	first := mustAdd(t, s, subscription(t, channel, "tariff"))
	again := subscription(t, channel, "tariff")
	again.Owner = bob
	there, added, err := s.Add(t.Context(), again)
	if err != nil || added || cmp.Diff(first, there, Same) != "" {
		t.Errorf("Add of the same query = %v, %v, %v, want the first", there, added, err)
	}
	mustAdd(t, s, subscription(t, alice.Direct(), "tariff"))
}

func testBringBack(t *testing.T, s SubscriptionStore) {
	ctx := t.Context()
	mustAdd(t, s, subscription(t, channel, "one"))
	if _, err := s.Remove(ctx, channel, 1); err != nil {
		t.Fatal(err)
	}
	mustAdd(t, s, subscription(t, channel, "two"))
	back := subscription(t, channel, "one")
	back.Number = 1
	if got := mustAdd(t, s, back); got.Number != 1 {
		t.Errorf("brought back as %d, want 1", got.Number)
	}
	taken := subscription(t, channel, "three")
	taken.Number = 2
	_, _, err := s.Add(ctx, taken)
	wantError(t, err, alerts.ErrConflict)
	far := subscription(t, channel, "four")
	far.Number = 10
	mustAdd(t, s, far)
	if got := mustAdd(t, s, subscription(t, channel, "five")); got.Number != 11 {
		t.Errorf("number after 10 = %d, want 11", got.Number)
	}
}

func testUpdate(t *testing.T, s SubscriptionStore) {
	ctx := t.Context()
	old := mustAdd(t, s, subscription(t, channel, "tariff"))
	mustAdd(t, s, subscription(t, channel, "steel"))
	edited := old
	edited.Query, edited.Paused, edited.Schedule, edited.Owner = Parse(t, "quota"), true, alerts.Schedule{}, bob
	edited.Mention = "another"
	stored, err := s.Update(ctx, edited)
	if err != nil {
		t.Fatal(err)
	}
	if stored.Revision <= old.Revision {
		t.Errorf("revision %d after %d", stored.Revision, old.Revision)
	}
	edited.Revision = stored.Revision
	if d := cmp.Diff(edited, stored, Same); d != "" {
		t.Errorf("Update (-want +got):\n%s", d)
	}
	_, err = s.Update(ctx, old)
	wantError(t, err, alerts.ErrConflict)
	clash := stored
	clash.Query = Parse(t, "steel")
	_, err = s.Update(ctx, clash)
	wantError(t, err, alerts.ErrConflict)
	missing := stored
	missing.ID = 9999
	_, err = s.Update(ctx, missing)
	wantError(t, err, alerts.ErrNotFound)
	// The old query is free again, the new one taken.
	mustAdd(t, s, subscription(t, channel, "tariff"))
	if _, added, err := s.Add(ctx, subscription(t, channel, "quota")); added || err != nil {
		t.Errorf("Add of an edited query = %v, %v, want the edited one", added, err)
	}
	if owned, err := s.Owned(ctx, bob); err != nil || len(owned) != 1 {
		t.Errorf("Owned after a change of owner = %v, %v", owned, err)
	}
}

func testSettings(t *testing.T, s SubscriptionStore) {
	ctx := t.Context()
	none, err := s.Settings(ctx, channel)
	if d := cmp.Diff(alerts.Settings{Destination: channel}, none, Same); err != nil || d != "" {
		t.Errorf("Settings never saved: %v (-want +got):\n%s", err, d)
	}
	want := alerts.Settings{
		Destination: channel, TimeZone: "Europe/Brussels", Quiet: alerts.Quiet{From: 22 * 60, To: 7 * 60},
		Schedule: alerts.Schedule{Cadence: alerts.Daily, At: 510}, Paused: true,
		PausedUntil: time.UnixMilli(1_760_000_000_000).UTC(), Cap: -1, Muted: []string{"a", "b c"},
	}
	saved, err := s.SaveSettings(ctx, want)
	if err != nil {
		t.Fatal(err)
	}
	read, err := s.Settings(ctx, channel)
	want.Revision = saved.Revision
	if d := cmp.Diff(want, read, Same); err != nil || d != "" || saved.Revision == 0 {
		t.Errorf("Settings, revision %d: %v (-want +got):\n%s", saved.Revision, err, d)
	}
	old := want
	old.Revision = 0
	_, err = s.SaveSettings(ctx, old)
	wantError(t, err, alerts.ErrConflict)
	if again, err := s.SaveSettings(ctx, saved); err != nil || again.Revision <= saved.Revision {
		t.Errorf("SaveSettings = revision %d, %v, want more than %d", again.Revision, err, saved.Revision)
	}
}

func testForget(t *testing.T, s SubscriptionStore) {
	ctx := t.Context()
	mustAdd(t, s, subscription(t, channel, "mine"))
	theirs := subscription(t, channel, "theirs")
	theirs.Owner = bob
	theirs = mustAdd(t, s, theirs)
	mustAdd(t, s, subscription(t, alice.Direct(), "mine"))
	if _, err := s.SaveSettings(ctx, alerts.Settings{Destination: alice.Direct(), TimeZone: "Asia/Tokyo"}); err != nil {
		t.Fatal(err)
	}
	if n, err := s.Forget(ctx, alice); n != 2 || err != nil {
		t.Errorf("Forget = %d, %v, want 2", n, err)
	}
	left, err := s.List(ctx, channel)
	if d := cmp.Diff([]alerts.Subscription{theirs}, left, Same); err != nil || d != "" {
		t.Errorf("List after Forget: %v (-want +got):\n%s", err, d)
	}
	if list, err := s.List(ctx, alice.Direct()); err != nil || len(list) != 0 {
		t.Errorf("List of the direct message after Forget = %v, %v", list, err)
	}
	set, err := s.Settings(ctx, alice.Direct())
	if d := cmp.Diff(alerts.Settings{Destination: alice.Direct()}, set, Same); err != nil || d != "" {
		t.Errorf("Settings after Forget: %v (-want +got):\n%s", err, d)
	}
	if n, err := s.Forget(ctx, alice); n != 0 || err != nil {
		t.Errorf("Forget again = %d, %v, want 0", n, err)
	}
}
