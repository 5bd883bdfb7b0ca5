package adaptertest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bellwether/bellwether/alerts"
)

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
	if r.revision, err = s.Changes(ctx, r.revision, r.apply); errors.Is(err, alerts.ErrGap) {
		r = load(t, s) // what names her may be gone from the log
	} else if err != nil {
		t.Fatal(err)
	}
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
