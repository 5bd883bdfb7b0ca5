package matching

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bellwether/bellwether/alerts"
)

func revision(id, subscriptions string, n int, standing alerts.Standing) alerts.Article {
	a := hitting(id, subscriptions)
	a.Revision, a.Standing = n, standing
	return a
}

// A correction is told to all who had the article, and is news to others; a
// withdrawal is news to nobody. An update goes on as before.
func TestAmendments(t *testing.T) {
	w := newWorld(hitting("a", "1 3"), revision("a", "1 2", 2, alerts.Usable), revision("a", "1 2 4", 3, alerts.Corrected),
		revision("a", "1 2 3 4", 4, alerts.Withdrawn), revision("b", "1", 1, alerts.Corrected), revision("c", "1", 1, alerts.Withdrawn))
	w.cfg.Batch = 1 // what is not put in yet shows as the article is by then
	third := alerts.Destination{Platform: "slack", Workspace: "T", Channel: "E"}
	w.store.set(sub(1, channel, alerts.Schedule{}), sub(2, other, daily), sub(3, channel, alerts.Schedule{}), sub(4, third, alerts.Schedule{}))
	w.faults.down["recipients"] = 1
	if err := w.Drain(t.Context()); err == nil {
		t.Error("no error where it is not known who had the article")
	}
	if err := w.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	want := []string{
		"a > C, instant: 1 3", // the first revision
		"a > D, daily 08:00: 2",
		"a > C, corrections: 1", "a > D, corrections: 2", "a > E, instant: 4", // the third
		"a > C, corrections: 1 3", "a > D, corrections: 2", "a > E, corrections: 4", // the fourth
		"b > C, instant: 1",
	}
	if diff := cmp.Diff(want, w.lanes()); diff != "" {
		t.Errorf("put in (-want +got):\n%s", diff)
	}
	if got := w.outbox.put[2].Again; got != "r3" || alerts.Amends(got) != 3 || alerts.Amends("x") != 0 {
		t.Errorf("named %q", got)
	}
}
