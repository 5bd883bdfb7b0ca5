package adaptertest

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/bot/ingest"
)

// TestTurns runs the suite of turns to poll a source. open gives an empty store
// each time, and a function that opens it for another replica, named so.
func TestTurns(t *testing.T, open func(t *testing.T) func(replica string) ingest.Turns) {
	t.Run("One", func(t *testing.T) { testOneTurn(t, open(t)) })
	t.Run("Due", func(t *testing.T) { testDue(t, open(t)) })
	t.Run("Lost", func(t *testing.T) { testLostTurn(t, open(t)) })
	t.Run("Statuses", func(t *testing.T) { testStatuses(t, open(t)) })
}

func begin(t *testing.T, r ingest.Turns, source string, span time.Duration, now bool) alerts.Turn {
	t.Helper()
	turn, err := r.Begin(t.Context(), source, span, now)
	if err != nil {
		t.Fatal(err)
	}
	return turn
}

func end(t *testing.T, r ingest.Turns, s alerts.SourceStatus, wait time.Duration) {
	t.Helper()
	if err := r.End(t.Context(), s, wait); err != nil {
		t.Fatal(err)
	}
}

// testOneTurn: while one has a turn, no other gets one, however it asks.
func testOneTurn(t *testing.T, open func(string) ingest.Turns) {
	a, b := open("a"), open("b")
	if !begin(t, a, "feed", time.Minute, false).Mine {
		t.Fatal("the first turn is refused")
	}
	for _, now := range []bool{false, true} {
		turn := begin(t, b, "feed", time.Minute, now)
		if turn.Mine {
			t.Fatal("two have the turn")
		}
		between(t, "held", turn.Wait, 30*time.Second, time.Minute)
	}
	if !begin(t, b, "another", time.Minute, false).Mine {
		t.Error("the turn of another source is refused")
	}
	end(t, a, alerts.SourceStatus{Name: "feed"}, 0)
	if !begin(t, b, "feed", time.Minute, false).Mine {
		t.Error("refused after it was given back")
	}
}

func testDue(t *testing.T, open func(string) ingest.Turns) {
	a, b := open("a"), open("b")
	begin(t, a, "feed", time.Minute, false)
	end(t, a, alerts.SourceStatus{Name: "feed"}, time.Hour)
	for _, r := range []ingest.Turns{a, b} {
		turn := begin(t, r, "feed", time.Minute, false)
		if turn.Mine {
			t.Fatal("given before it is due")
		}
		between(t, "not due", turn.Wait, 59*time.Minute, time.Hour)
	}
	if !begin(t, b, "feed", time.Millisecond, true).Mine {
		t.Error("refused though it was wanted at once")
	}
	// b is gone with its turn: the source is due for the others.
	deadline := time.Now().Add(10 * time.Second)
	for !begin(t, a, "feed", time.Minute, false).Mine {
		if time.Now().After(deadline) {
			t.Fatal("a turn does not end by itself")
		}
	}
}

func testLostTurn(t *testing.T, open func(string) ingest.Turns) {
	a, b := open("a"), open("b")
	begin(t, a, "feed", time.Millisecond, false)
	deadline := time.Now().Add(10 * time.Second)
	for !begin(t, b, "feed", time.Minute, false).Mine {
		if time.Now().After(deadline) {
			t.Fatal("a turn does not end by itself")
		}
	}
	if mine, err := a.Keep(t.Context(), "feed", time.Minute); err != nil || mine {
		t.Errorf("Keep of a lost turn = %v, %v", mine, err)
	}
	end(t, a, alerts.SourceStatus{Name: "feed", Error: "late"}, 0)
	if turn := begin(t, a, "feed", time.Minute, false); turn.Mine {
		t.Error("one that lost its turn could end that of the other")
	}
	if mine, err := b.Keep(t.Context(), "feed", time.Minute); err != nil || !mine {
		t.Errorf("Keep = %v, %v", mine, err)
	}
	end(t, b, alerts.SourceStatus{Name: "feed"}, 0)
	if turn := begin(t, a, "feed", time.Minute, false); !turn.Mine || turn.Status.Error != "" {
		t.Errorf("Begin = %+v", turn)
	}
	if mine, err := a.Keep(t.Context(), "never", time.Minute); err != nil || mine {
		t.Errorf("Keep of a source without a turn = %v, %v", mine, err)
	}
}

func testStatuses(t *testing.T, open func(string) ingest.Turns) {
	a := open("a")
	at := time.UnixMilli(1_760_000_000_123).UTC()
	news := alerts.Tally{}.Add(at, at).Add(at.AddDate(0, 0, 1-alerts.TallyDays), at).Add(at.AddDate(0, 0, 2), at.AddDate(0, 0, 2))
	want := map[string]alerts.SourceStatus{
		"feed": {Name: "feed", LastGood: at, LastNew: at.Add(time.Second), Next: at.Add(time.Hour), Articles: 12, News: news},
		"b c":  {Name: "b c", Error: "no such host", Failures: 3, FailingSince: at.Add(-time.Hour)},
	}
	for _, s := range want {
		if turn := begin(t, a, s.Name, time.Minute, false); !turn.Mine || turn.Status.Name != "" {
			t.Fatalf("first turn = %+v", turn)
		}
		end(t, a, s, 0)
	}
	got, err := open("b").Statuses(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if turn := begin(t, a, "feed", time.Minute, false); turn.Status != want["feed"] {
		t.Errorf("the next turn begins with %+v", turn.Status)
	}
}
