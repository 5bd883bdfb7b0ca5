package adaptertest

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/bot/dispatch"
	"github.com/bellwether/bellwether/bot/ingest"
	"github.com/bellwether/bellwether/bot/notices"
)

// NoticeStore is a store of notices of sources, with the statuses that they are
// about.
type NoticeStore interface {
	notices.Store
	dispatch.Notices
}

// noticed is a store with what a test does to it.
type noticed struct {
	NoticeStore
	turns ingest.Turns
}

// TestNotices runs the suite of notices. open gives an empty store each time, and
// a function that opens it for another replica, named so.
func TestNotices(t *testing.T, open func(t *testing.T) func(replica string) (NoticeStore, ingest.Turns)) {
	for name, f := range map[string]func(*testing.T, func(string) noticed){
		"Once": testNoticeOnce, "Stale": testStaleNotice, "Group": testNoticeGroup, "Race": testNoticeRace,
	} {
		t.Run(name, func(t *testing.T) {
			opened := open(t)
			f(t, func(replica string) noticed {
				s, turns := opened(replica)
				return noticed{s, turns}
			})
		})
	}
}

// is stores how a source is: failing since then, or well.
func (n noticed) is(t *testing.T, name string, since time.Time) {
	t.Helper()
	s := alerts.SourceStatus{Name: name, LastGood: time.UnixMilli(1).UTC(), FailingSince: since}
	if !since.IsZero() {
		s.Error = `it says "e":"","s":12` // which is not taken for a field
	}
	begin(t, n.turns, name, time.Minute, true)
	end(t, n.turns, s, 0)
}

func (n noticed) announce(t *testing.T, down []alerts.Unreached, back ...string) []alerts.SourceNotice {
	t.Helper()
	out, err := n.Announce(t.Context(), down, back, 9)
	if err != nil {
		t.Fatal(err)
	}
	for i, one := range out {
		if again, err := n.Notice(t.Context(), one.ID); err != nil || !cmp.Equal(one, again) {
			t.Errorf("Notice = %+v, %v, announced was %+v", again, err, one)
		}
		if one.At.IsZero() || one.Total != 9 {
			t.Errorf("notice %+v", one)
		}
		out[i].At = time.Time{}
	}
	return out
}

func (n noticed) done(t *testing.T, all []alerts.SourceNotice) {
	t.Helper()
	for _, one := range all {
		if err := n.Announced(t.Context(), one.ID); err != nil {
			t.Fatal(err)
		}
	}
}

func names(all []alerts.SourceNotice) []string {
	var out []string
	for _, n := range all {
		words := []string{"back", strconv.FormatBool(n.Back)}
		for _, u := range n.Sources {
			words = append(words, u.Name)
		}
		out = append(out, strings.Join(words, " "))
	}
	return out
}

func same(t *testing.T, what string, got []alerts.SourceNotice, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, names(got)); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// testNoticeOnce: each of down and back is told once, and again when it happens
// again; what was not finished is given again.
func testNoticeOnce(t *testing.T, open func(string) noticed) {
	a, b := open("a"), open("b")
	since := time.UnixMilli(1_760_000_000_123).UTC()
	for range 2 {
		a.is(t, `fe"ed`, since)
		down := []alerts.Unreached{{Name: `fe"ed`, Since: since}}
		first := a.announce(t, down)
		same(t, "down", first, `back false fe"ed`)
		if len(first) != 1 || !first[0].Sources[0].Since.Equal(since) {
			t.Fatalf("%+v", first)
		}
		same(t, "unfinished", b.announce(t, down), `back false fe"ed`)
		b.done(t, first)
		same(t, "told", a.announce(t, down))
		same(t, "not back", a.announce(t, nil, `fe"ed`))
		a.is(t, `fe"ed`, time.Time{})
		again := b.announce(t, nil, `fe"ed`, "never down")
		same(t, "back", again, `back true fe"ed`)
		if again[0].Of != first[0].ID || again[0].Began.IsZero() {
			t.Errorf("back: %+v after %+v", again[0], first[0])
		}
		a.done(t, again)
		same(t, "told that it is back", a.announce(t, nil, `fe"ed`))
		since = since.Add(time.Hour)
	}
	if _, err := a.Notice(t.Context(), "none"); !errors.Is(err, alerts.ErrNotFound) {
		t.Errorf("Notice = %v", err)
	}
}

// testStaleNotice: what a replica saw before the source changed tells nothing.
func testStaleNotice(t *testing.T, open func(string) noticed) {
	a := open("a")
	since := time.UnixMilli(1_760_000_000_123).UTC()
	down := []alerts.Unreached{{Name: "feed", Since: since}}
	same(t, "unknown", a.announce(t, down))
	a.is(t, "feed", time.Time{})
	same(t, "back meanwhile", a.announce(t, down))
	a.is(t, "feed", since.Add(time.Second))
	same(t, "down anew", a.announce(t, down))
}

// testNoticeGroup: what went down together is one notice, and comes back as one.
func testNoticeGroup(t *testing.T, open func(string) noticed) {
	a := open("a")
	since := time.UnixMilli(1_760_000_000_123).UTC()
	var down []alerts.Unreached
	for _, name := range []string{"x", "y", "z"} {
		a.is(t, name, since)
		down = append(down, alerts.Unreached{Name: name, Since: since})
	}
	a.done(t, a.announce(t, down[:1]))
	two := a.announce(t, down)
	same(t, "the others", two, "back false y z")
	a.done(t, two)
	a.is(t, "y", time.Time{})
	same(t, "one of two is back", a.announce(t, down[:1], "y"))
	a.is(t, "x", time.Time{})
	same(t, "one alone is back", a.announce(t, nil, "x", "y"), "back true x")
	a.is(t, "z", time.Time{})
	same(t, "all are back", a.announce(t, nil, "x", "y", "z"), "back true x", "back true y z")
}

// testNoticeRace: of many replicas at once, one makes the notice.
func testNoticeRace(t *testing.T, open func(string) noticed) {
	since := time.UnixMilli(1_760_000_000_123).UTC()
	first := open("a")
	first.is(t, "feed", since)
	var mu sync.Mutex
	ids := map[string]bool{}
	var all sync.WaitGroup
	for i := range 8 {
		n := open(fmt.Sprint("r", i))
		all.Go(func() {
			out, err := n.Announce(context.WithoutCancel(t.Context()), []alerts.Unreached{{Name: "feed", Since: since}}, nil, 9)
			if err != nil {
				t.Error(err)
			}
			mu.Lock()
			defer mu.Unlock()
			for _, one := range out {
				ids[one.ID] = true
			}
		})
	}
	all.Wait()
	if len(ids) != 1 {
		t.Errorf("notices %v", ids)
	}
}
