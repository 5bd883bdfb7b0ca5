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

// SourceStores are a replica's stores of what is kept of sources.
type SourceStores struct {
	Sources
	Log   ingest.ArticleLog
	Turns ingest.Turns
}

// TestSources runs the suite. open gives empty stores each time, and a function
// that opens them for a replica, named so.
func TestSources(t *testing.T, open func(t *testing.T) func(replica string) SourceStores) {
	t.Run("AddAndRemove", func(t *testing.T) { testAddSource(t, open(t)("a")) })
	t.Run("Many", func(t *testing.T) { testManySources(t, open(t)("a")) })
	t.Run("AddedAgain", func(t *testing.T) { testSourceAgain(t, open(t)) })
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

// testSourceAgain: of a source that was removed nothing is kept but the marks of
// what it brought, nor of what a poll leaves that outlived it.
func testSourceAgain(t *testing.T, open func(string) SourceStores) {
	ctx := t.Context()
	a, b := open("a"), open("b")
	one := alerts.AddedSource{Name: "feed", Address: "https://feed.example/", Added: time.UnixMilli(1_700_000_000_000).UTC()}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	add := func() {
		t.Helper()
		if added, err := b.AddSources(ctx, []alerts.AddedSource{one}); err != nil || !added[0] {
			t.Fatal(added, err)
		}
	}
	article := alerts.Article{ID: "1", Title: "News", Received: one.Added}
	poll := func(s SourceStores, name string) {
		t.Helper()
		begin(t, s.Turns, name, time.Minute, true)
		_, _, err := s.Log.Append(ctx, article, false)
		must(err)
		must(s.Log.Settle(ctx, name, []alerts.Article{article}, false, one.Added))
		must(s.Log.SaveState(ctx, name, []byte("state")))
		end(t, s.Turns, alerts.SourceStatus{Name: name, Articles: 1}, time.Hour)
	}
	fresh := func(when string) {
		t.Helper()
		state, err := a.Log.State(ctx, "feed")
		must(err)
		statuses, err := a.Turns.Statuses(ctx)
		must(err)
		if _, known := statuses["feed"]; len(state) > 0 || known {
			t.Errorf("%s: its state is %q, its status known: %t", when, state, known)
		}
		if turn := begin(t, a.Turns, "feed", time.Millisecond, false); !turn.Mine || turn.Status.Name != "" {
			t.Errorf("%s: the first turn is %+v", when, turn)
		}
		end(t, a.Turns, alerts.SourceStatus{Name: "feed"}, 0)
	}
	add()
	poll(a, "feed")
	poll(a, "other") // was not added, and stays
	if added, err := b.AddSources(ctx, []alerts.AddedSource{one}); err != nil || added[0] {
		t.Fatal(added, err)
	}
	if err := b.ForgetSources(ctx, []string{"feed"}); err != nil {
		t.Fatal(err)
	}
	if state, err := a.Log.State(ctx, "feed"); err != nil || string(state) != "state" {
		t.Errorf("the state of one that is there was dropped: %q, %v", state, err)
	}

	begin(t, a.Turns, "feed", time.Minute, true)
	_, err := b.RemoveSource(ctx, "feed")
	must(err)
	if mine, err := a.Turns.Keep(ctx, "feed", time.Minute); err != nil || mine {
		t.Errorf("a poll of a removed source may go on: %t, %v", mine, err)
	}
	end(t, a.Turns, alerts.SourceStatus{Name: "feed", Error: "late"}, time.Hour)
	fresh("removed")

	poll(a, "feed") // by a replica that has not noticed
	must(a.ForgetSources(ctx, []string{"feed", "never"}))
	fresh("forgotten")
	poll(a, "feed") // and that was killed before it did, as the one that removed it may be
	add()
	fresh("added again")
	if _, verdict, err := a.Log.Append(ctx, article, false); err != nil || verdict != alerts.Duplicate {
		t.Errorf("what was seen is %v, %v", verdict, err)
	}
	if state, err := a.Log.State(ctx, "other"); err != nil || string(state) != "state" {
		t.Errorf("the state of another source: %q, %v", state, err)
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
