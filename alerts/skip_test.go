package alerts

import (
	"math/bits"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestSkip(t *testing.T) {
	friday := time.Date(2024, 3, 22, 17, 30, 0, 0, time.UTC)
	for _, c := range []struct {
		name string
		skip Skip
		at   time.Time
		want time.Time
	}{
		{"nothing", Skip{}, friday, friday},
		{"other hours", Skip{Hours: 1 << 3}, friday, friday},
		{"this hour", Skip{Hours: 1 << 17}, friday, friday.Add(30 * time.Minute)},
		{"past midnight", Skip{Hours: 1<<17 | 1<<18 | 1<<19 | 1<<20 | 1<<21 | 1<<22 | 1<<23 | 1<<0}, friday, friday.Add(7*time.Hour + 30*time.Minute)},
		{"the weekend", Skip{Days: 1<<time.Saturday | 1<<time.Sunday}, friday.Add(24 * time.Hour), time.Date(2024, 3, 25, 0, 0, 0, 0, time.UTC)},
		{"a day and the first hour after", Skip{Hours: 1, Days: 1 << time.Friday}, friday, time.Date(2024, 3, 23, 1, 0, 0, 0, time.UTC)},
		{"every hour", Skip{Hours: everyHour}, friday, friday},
		{"every day", Skip{Days: everyDay}, friday, friday},
		{"in another zone", Skip{Hours: 1 << 17}, friday.In(time.FixedZone("", 3600)), friday.Add(30 * time.Minute)},
	} {
		if got := c.skip.Next(c.at); !got.Equal(c.want) {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

// Held against a walk by the minute.
func TestSkipFindsTheFirstTime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := Skip{Hours: rapid.Uint32Range(0, everyHour).Draw(t, "hours"), Days: rapid.Uint8Range(0, everyDay).Draw(t, "days")}
		at := time.Unix(rapid.Int64Range(0, 4e9).Draw(t, "at")/60*60, 0).UTC()
		want := at
		for bits.OnesCount32(s.Hours) < 24 && s.Hours>>want.Hour()&1 == 1 || bits.OnesCount8(s.Days) < 7 && s.Days>>want.Weekday()&1 == 1 {
			want = want.Add(time.Minute)
		}
		if got := s.Next(at); !got.Equal(want) {
			t.Fatalf("%+v from %s: %s, want %s", s, at, got, want)
		}
	})
}
