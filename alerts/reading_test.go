package alerts

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestReadingOf(t *testing.T) {
	now := time.Date(2026, 3, 3, 12, 0, 0, 0, time.UTC)
	ago := func(d time.Duration) time.Time { return now.Add(-d) }
	got := ReadingOf([]SourceStatus{
		{Name: "fine", LastGood: ago(time.Minute), Next: now.Add(time.Minute)},
		{Name: "new"},
		{Name: "failing", LastGood: ago(2 * time.Hour), Error: "no such host", FailingSince: ago(time.Hour), Next: now.Add(time.Hour)},
		{Name: "longer", Error: "403", FailingSince: ago(50 * time.Hour), Next: now.Add(time.Hour)},
		{Name: "left alone", LastGood: ago(9 * time.Hour), Next: ago(8 * time.Hour)},
		{Name: "a little late", LastGood: ago(2 * time.Hour), Next: ago(time.Hour)},
	}, now)
	want := Reading{Sources: 5, Unreached: []Unreached{
		{"longer", ago(50 * time.Hour)}, {"left alone", ago(8 * time.Hour)}, {"failing", ago(time.Hour)},
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
