package adaptertest

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/bot"
	"github.com/bellwether/bellwether/bot/ingest"
)

// Sources is all that is asked of a store of added sources.
type Sources interface {
	bot.SourceStore
	ingest.Added
}

// TestSources runs the suite; open gives an empty store.
func TestSources(t *testing.T, open func(t *testing.T) Sources) {
	t.Run("AddAndRemove", func(t *testing.T) { testAddSource(t, open(t)) })
	t.Run("Many", func(t *testing.T) { testManySources(t, open(t)) })
}

func testAddSource(t *testing.T, s Sources) {
	ctx := t.Context()
	mustBe := func(want ...alerts.AddedSource) {
		t.Helper()
		got, err := s.AddedSources(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if len(got)+len(want) > 0 && !cmp.Equal(want, got) {
			t.Fatalf("(-want +got):\n%s", cmp.Diff(want, got))
		}
	}
	revision := func() int64 {
		t.Helper()
		n, err := s.SourcesRevision(ctx)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	mustBe()
	at := revision()
	a := alerts.AddedSource{
		Name: "example.org/a “b”", Address: "https://example.org/a?key=1", Title: "News, “one”\n",
		By: alerts.Destination{Platform: alerts.Slack, Workspace: "T1", Channel: "C1"}, Added: time.UnixMilli(1_700_000_000_123).UTC(),
	}
	b := alerts.AddedSource{Name: "another.example", Address: "https://another.example/", Added: a.Added}
	added, err := s.AddSources(ctx, []alerts.AddedSource{a, b})
	if err != nil || !cmp.Equal(added, []bool{true, true}) {
		t.Fatal(added, err)
	}
	mustBe(b, a)
	if revision() == at {
		t.Error("the revision is that of before")
	}
	at = revision()
	again := a
	again.Title = "Another title"
	if added, err = s.AddSources(ctx, []alerts.AddedSource{again}); err != nil || added[0] {
		t.Fatal(added, err)
	}
	mustBe(b, a)
	if revision() != at {
		t.Error("nothing changed but the revision")
	}
	gone, err := s.RemoveSource(ctx, a.Name)
	if err != nil || !cmp.Equal(gone, a) {
		t.Fatalf("%+v, %v", gone, err)
	}
	mustBe(b)
	if revision() == at {
		t.Error("the revision is that of before the removal")
	}
	if _, err := s.RemoveSource(ctx, a.Name); !errors.Is(err, alerts.ErrNotFound) {
		t.Errorf("what is not there: %v", err)
	}
	if added, err = s.AddSources(ctx, nil); err != nil || len(added) != 0 {
		t.Error(added, err)
	}
}

func testManySources(t *testing.T, s Sources) {
	const many = 2000
	all := make([]alerts.AddedSource, many)
	for i := range all {
		name := fmt.Sprintf("feed%04d.example", i)
		all[i] = alerts.AddedSource{Name: name, Address: "https://" + name + "/"}
	}
	if _, err := s.AddSources(t.Context(), all); err != nil {
		t.Fatal(err)
	}
	got, err := s.AddedSources(t.Context())
	if err != nil || !cmp.Equal(all, got) {
		t.Errorf("%d of %d: %v", len(got), many, err)
	}
}
