package adaptertest

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/bot/websub"
)

// TestHubs runs the suite of stores of what is agreed with hubs; open gives an
// empty one.
func TestHubs(t *testing.T, open func(t *testing.T) websub.Store) {
	t.Run("Keep", func(t *testing.T) { testKeepHub(t, open(t)) })
	t.Run("OneOfMany", func(t *testing.T) { testHubForOne(t, open(t)) })
}

func testKeepHub(t *testing.T, s websub.Store) {
	ctx := t.Context()
	at := time.UnixMilli(1_700_000_000_123).UTC()
	sub := alerts.HubSubscription{
		Token: "t1", Secret: "s1 \"x\"", Source: "a “b”", Host: "example.org",
		Hub:   alerts.Hub{Addresses: []string{"https://hub.example/?a=1", "https://other.example/"}, Topic: "https://example.org/feed"},
		Asked: at, Until: at.Add(time.Hour), Next: at.Add(time.Minute), Named: at.Add(-time.Minute), Failures: 2, Error: "no answer",
	}
	if _, err := s.HubSubscription(ctx, "t1"); !errors.Is(err, alerts.ErrNotFound) {
		t.Fatal(err)
	}
	kept, ok, err := s.PutHubSubscription(ctx, sub)
	if err != nil || !ok || kept.Revision == 0 {
		t.Fatal(kept, ok, err)
	}
	if _, ok, err := s.PutHubSubscription(ctx, sub); err != nil || ok {
		t.Fatal("a new one took the place of what was there", err)
	}
	got, err := s.HubSubscription(ctx, "t1")
	if err != nil || !cmp.Equal(kept, got) {
		t.Fatalf("%v (-want +got):\n%s", err, cmp.Diff(kept, got))
	}
	changed := kept
	changed.Ending, changed.Failures, changed.Error = true, 0, ""
	if changed, ok, err = s.PutHubSubscription(ctx, changed); err != nil || !ok || changed.Revision == kept.Revision {
		t.Fatal(changed, ok, err)
	}
	if _, ok, err := s.PutHubSubscription(ctx, kept); err != nil || ok {
		t.Fatal("an old revision took the place of a new one", err)
	}
	other := alerts.HubSubscription{Token: "t2", Source: "a", Hub: sub.Hub}
	if other, ok, err = s.PutHubSubscription(ctx, other); err != nil || !ok {
		t.Fatal(ok, err)
	}
	all, err := s.HubSubscriptions(ctx)
	if err != nil || !cmp.Equal(all, []alerts.HubSubscription{other, changed}) {
		t.Fatalf("%v (-want +got):\n%s", err, cmp.Diff([]alerts.HubSubscription{other, changed}, all))
	}
	if ok, err := s.DropHubSubscription(ctx, kept); err != nil || ok {
		t.Fatal("an old revision was dropped", err)
	}
	if ok, err := s.DropHubSubscription(ctx, changed); err != nil || !ok {
		t.Fatal(ok, err)
	}
	if _, err := s.HubSubscription(ctx, "t1"); !errors.Is(err, alerts.ErrNotFound) {
		t.Fatal(err)
	}
}

// Of many replicas that change the same, one does.
func testHubForOne(t *testing.T, s websub.Store) {
	kept, _, err := s.PutHubSubscription(t.Context(), alerts.HubSubscription{Token: "t", Source: "a"})
	if err != nil {
		t.Fatal(err)
	}
	var won atomic.Int32
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			_, ok, err := s.PutHubSubscription(t.Context(), kept)
			if err != nil {
				t.Error(err)
			}
			if ok {
				won.Add(1)
			}
		})
	}
	all.Wait()
	if won.Load() != 1 {
		t.Errorf("%d of 8 changed it", won.Load())
	}
}
