package alerts

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

// TestTallyModel compares a Tally with a list of all that was added.
func TestTallyModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		now := time.Date(2025, 3, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(rapid.Int64Range(0, 1e15).Draw(t, "start")))
		var tally Tally
		var days []int64
		for range rapid.IntRange(0, 60).Draw(t, "articles") {
			now = now.Add(time.Duration(rapid.Int64Range(0, int64(60*time.Hour)).Draw(t, "later")))
			at := now.Add(-time.Duration(rapid.Int64Range(-int64(time.Hour), int64(40*24*time.Hour)).Draw(t, "age")))
			if rapid.IntRange(0, 9).Draw(t, "undated") == 0 {
				at = time.Time{}
			}
			tally = tally.Add(at, now)
			if at.IsZero() || at.After(now) {
				at = now
			}
			days = append(days, at.Unix()/86400)
		}
		now = now.Add(time.Duration(rapid.Int64Range(0, int64(20*24*time.Hour)).Draw(t, "look")))
		for _, span := range []int{1, 7, TallyDays} {
			want := 0
			for _, d := range days {
				if d > now.Unix()/86400-int64(span) {
					want++
				}
			}
			if got := tally.Last(span, now); got != want {
				t.Fatalf("Last(%d) = %d, want %d", span, got, want)
			}
		}
	})
}

func TestTallyIsFull(t *testing.T) {
	now := time.Date(2026, 1, 5, 12, 0, 0, 0, time.UTC)
	var tally Tally
	for range 70_000 {
		tally = tally.Add(now, now)
	}
	if got := tally.Last(7, now); got != 65535 {
		t.Errorf("Last = %d", got)
	}
}

func TestTallySilent(t *testing.T) {
	start := time.Date(2026, 1, 5, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		name  string
		every int // days between articles
		n     int
		after int // days since the last
		want  int
	}{
		{"never any", 1, 0, 20, 0},
		{"too little to know", 1, 2, 20, 0},
		{"daily, a long weekend", 1, 10, 3, 0},
		{"daily, four days", 1, 10, 4, 4},
		{"daily, long gone", 1, 10, 60, 60},
		{"weekly, two weeks", 7, 4, 14, 0},
		{"weekly, four weeks", 7, 4, 28, 28},
	} {
		t.Run(c.name, func(t *testing.T) {
			var tally Tally
			now := start
			for i := range c.n {
				now = start.AddDate(0, 0, i*c.every)
				tally = tally.Add(now, now)
			}
			if got := tally.Silent(now.AddDate(0, 0, c.after)); got != c.want {
				t.Errorf("Silent = %d, want %d", got, c.want)
			}
		})
	}
}
