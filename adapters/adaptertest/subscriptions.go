package adaptertest

import (
	"context"
	"errors"
	"fmt"
	"sync"
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
		Schedule: alerts.Schedule{Cadence: alerts.Weekly, At: 8 * 60, Day: time.Friday},
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

// replica follows a store as a matcher does.
type replica struct {
	subs     map[alerts.SubscriptionID]alerts.Subscription
	settings map[alerts.Destination]alerts.Settings
	revision string
}

func (r *replica) apply(c alerts.Change) error {
	switch {
	case c.Set != nil:
		r.subs[c.Set.ID] = *c.Set
	case c.Removed != nil:
		delete(r.subs, *c.Removed)
	case c.Settings != nil:
		r.settings[c.Settings.Destination] = *c.Settings
	default:
		return errors.New("a change that says nothing")
	}
	return nil
}

func load(t testing.TB, s SubscriptionStore) *replica {
	t.Helper()
	r := &replica{subs: map[alerts.SubscriptionID]alerts.Subscription{}, settings: map[alerts.Destination]alerts.Settings{}}
	var err error
	if r.revision, err = s.Snapshot(t.Context(), r.apply); err != nil {
		t.Fatal(err)
	}
	return r
}

func (r *replica) follow(t testing.TB, s SubscriptionStore) {
	t.Helper()
	var err error
	if r.revision, err = s.Changes(t.Context(), r.revision, r.apply); err != nil {
		t.Fatal(err)
	}
}

func testSnapshot(t *testing.T, s SubscriptionStore) {
	if r := load(t, s); len(r.subs) != 0 || len(r.settings) != 0 {
		t.Errorf("snapshot of nothing = %v", r)
	}
	want := map[alerts.SubscriptionID]alerts.Subscription{}
	for i := range 100 {
		sub := mustAdd(t, s, subscription(t, channel, fmt.Sprintf("word%d", i)))
		want[sub.ID] = sub
	}
	set, err := s.SaveSettings(t.Context(), alerts.Settings{Destination: channel, Cap: 3})
	if err != nil {
		t.Fatal(err)
	}
	r := load(t, s)
	if d := cmp.Diff(want, r.subs, Same); d != "" {
		t.Errorf("snapshot (-want +got):\n%s", d)
	}
	if d := cmp.Diff(map[alerts.Destination]alerts.Settings{channel: set}, r.settings, Same); d != "" {
		t.Errorf("settings of the snapshot (-want +got):\n%s", d)
	}
	r.follow(t, s)
	if d := cmp.Diff(want, r.subs, Same); d != "" {
		t.Errorf("after changes since the snapshot (-want +got):\n%s", d)
	}
}

func testChanges(t *testing.T, s SubscriptionStore) {
	ctx := t.Context()
	r := load(t, s)
	a, b := mustAdd(t, s, subscription(t, channel, "a1")), mustAdd(t, s, subscription(t, channel, "b1"))
	r.follow(t, s)
	if len(r.subs) != 2 {
		t.Errorf("follower has %d subscriptions, want 2", len(r.subs))
	}
	a.Paused = true
	a, err := s.Update(ctx, a)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Remove(ctx, channel, b.Number); err != nil {
		t.Fatal(err)
	}
	set, err := s.SaveSettings(ctx, alerts.Settings{Destination: channel, TimeZone: "UTC"})
	if err != nil {
		t.Fatal(err)
	}
	r.follow(t, s)
	if d := cmp.Diff(map[alerts.SubscriptionID]alerts.Subscription{a.ID: a}, r.subs, Same); d != "" {
		t.Errorf("follower (-want +got):\n%s", d)
	}
	if r.settings[channel].Revision != set.Revision {
		t.Errorf("settings of the follower = %v, want %v", r.settings, set)
	}
	before := r.revision
	r.follow(t, s)
	if r.revision != before {
		t.Errorf("revision went from %s to %s without a change", before, r.revision)
	}
	for i := range 120 {
		mustAdd(t, s, subscription(t, bob.Direct(), fmt.Sprintf("w%d", i)))
	}
	r.follow(t, s)
	if len(r.subs) != 121 {
		t.Errorf("follower has %d subscriptions, want 121", len(r.subs))
	}
	stop := errors.New("stop")
	_, err = s.Changes(ctx, before, func(alerts.Change) error { return stop })
	wantError(t, err, stop)
	// Someone who was forgotten and comes back has no settings.
	if _, err := s.SaveSettings(ctx, alerts.Settings{Destination: alice.Direct(), Paused: true}); err != nil {
		t.Fatal(err)
	}
	r.follow(t, s)
	if _, err := s.Forget(ctx, alice); err != nil {
		t.Fatal(err)
	}
	mustAdd(t, s, subscription(t, alice.Direct(), "again"))
	r.follow(t, s)
	if r.settings[alice.Direct()].Paused {
		t.Error("follower still has the settings of someone who was forgotten")
	}
	if _, there := r.subs[a.ID]; there {
		t.Error("follower still has a subscription of someone who was forgotten")
	}
}

func testGap(t *testing.T, s SubscriptionStore) {
	ctx := t.Context()
	none := func(alerts.Change) error { return nil }
	for _, revision := range []string{"77777777", "", "x"} {
		_, err := s.Changes(ctx, revision, none)
		wantError(t, err, alerts.ErrGap)
	}
	r := load(t, s)
	sub := mustAdd(t, s, subscription(t, channel, "tariff"))
	// The store was opened with a log of a few hundred changes at most.
	for range 600 {
		var err error
		if sub, err = s.Update(ctx, sub); err != nil {
			t.Fatal(err)
		}
	}
	_, err := s.Changes(ctx, r.revision, none)
	wantError(t, err, alerts.ErrGap)
}

func testConcurrentSubscriptions(t *testing.T, s SubscriptionStore) {
	ctx := t.Context()
	stop, cancel := context.WithCancel(ctx)
	var writers, reader sync.WaitGroup
	for w := range 4 {
		writers.Go(func() {
			for i := range 50 {
				sub, added, err := s.Add(ctx, subscription(t, channel, fmt.Sprintf("word%d", i)))
				if err != nil {
					t.Error(err)
					return
				}
				if !added {
					sub.Paused = w%2 == 0
					if _, err := s.Update(ctx, sub); err != nil && !errors.Is(err, alerts.ErrConflict) {
						t.Error(err)
					}
				}
			}
		})
	}
	r := load(t, s)
	reader.Go(func() {
		for stop.Err() == nil {
			var err error
			if r.revision, err = s.Changes(ctx, r.revision, r.apply); err != nil {
				t.Error(err)
				return
			}
		}
	})
	writers.Wait()
	cancel()
	reader.Wait()
	r.follow(t, s)
	list, err := s.List(ctx, channel)
	if err != nil || len(list) != 50 {
		t.Fatalf("List = %d, %v, want 50", len(list), err)
	}
	numbers := map[int]bool{}
	for _, sub := range list {
		numbers[sub.Number] = true
		if d := cmp.Diff(sub, r.subs[sub.ID], Same); d != "" {
			t.Errorf("follower (-store +follower):\n%s", d)
		}
	}
	if len(numbers) != 50 {
		t.Errorf("%d numbers for 50 subscriptions", len(numbers))
	}
}
