package schedule

import (
	"fmt"
	"testing"
	"time"
	_ "time/tzdata" // the tables of zones, wherever the tests run

	"pgregory.net/rapid"

	"github.com/bellwether/bellwether/alerts"
)

// zones with an unusual way of changing their clocks, and the day before a
// change of each.
var edges = []struct {
	zone   string
	before string
}{
	{"UTC", "2024-02-27"},
	{"Asia/Kathmandu", "2024-02-27"},      // 5:45 ahead
	{"Europe/Brussels", "2024-03-30"},     // 02:00 to 03:00
	{"Europe/Brussels", "2024-10-26"},     // 03:00 to 02:00
	{"America/New_York", "2025-03-08"},    //
	{"America/New_York", "2025-11-01"},    //
	{"Australia/Lord_Howe", "2024-10-05"}, // half an hour forward
	{"Australia/Lord_Howe", "2024-04-06"}, // half an hour back
	{"Pacific/Apia", "2011-12-28"},        // no 30 December
	{"Pacific/Kwajalein", "1969-09-29"},   // 30 September twice
	{"America/Havana", "2024-03-09"},      // no midnight
	{"America/Havana", "2024-11-02"},      // midnight twice
	{"America/Nuuk", "2025-03-28"},        // 23:00 to midnight
	{"Asia/Pyongyang", "2018-05-03"},      // 23:30 to midnight
	{"Africa/Casablanca", "2024-03-09"},   // back for Ramadan
	{"Asia/Karachi", "2008-05-31"},
}

// reference walks minute by minute and looks at the clock on the wall: each
// minute of days days from start at which the lane may be written to. It gives
// a digest when the wall first shows its time or more.
func reference(s alerts.Schedule, q alerts.Quiet, loc *time.Location, start time.Time, days int) map[int64]bool {
	may := map[int64]bool{}
	wall := func(t time.Time) time.Time {
		t = t.In(loc)
		return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), 0, 0, time.UTC)
	}
	shown := map[int64]bool{} // dates that the wall ever showed
	for t := start.Add(-4 * 24 * time.Hour); t.Before(start.AddDate(0, 0, days+2)); t = t.Add(15 * time.Minute) {
		shown[wall(t).Unix()/secondsPerDay] = true
	}
	held := false
	t := start.Add(-4 * 24 * time.Hour)
	highest, previous := wall(t.Add(-time.Minute)), wall(t.Add(-time.Minute))
	for ; t.Before(start.AddDate(0, 0, days)); t = t.Add(time.Minute) {
		w := wall(t)
		due := !s.IsDigest()
		if s.Cadence == alerts.Hourly {
			// Every full hour that the wall shows or has just jumped over.
			due = w.Minute() == 0
			for m := previous.Add(time.Minute); m.Before(w); m = m.Add(time.Minute) {
				due = due || m.Minute() == 0
			}
		}
		previous = w
		for ; highest.Before(w); highest = highest.Add(time.Minute) {
			m := highest.Add(time.Minute)
			at := alerts.Clock(m.Hour()*60+m.Minute()) == s.At
			switch s.Cadence {
			case alerts.Daily:
				due = due || at && shown[m.Unix()/secondsPerDay]
			case alerts.Weekly:
				due = due || at && m.Weekday() == s.Day
			}
		}
		held = held || due
		clock := alerts.Clock(w.Hour()*60 + w.Minute())
		quiet := q.From <= clock && clock < q.To
		if q.From > q.To {
			quiet = clock >= q.From || clock < q.To
		}
		if held && !quiet {
			may[t.Unix()] = true
			held = false
		}
	}
	return may
}

func location(t rapid.TB, name string) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

// nearby draws times of day, most of them near those at which clocks change.
func nearby() *rapid.Generator[alerts.Clock] {
	return rapid.OneOf(
		rapid.Map(rapid.IntRange(0, 24*60-1), func(m int) alerts.Clock { return alerts.Clock(m) }),
		rapid.Map(rapid.IntRange(-2, 14), func(q int) alerts.Clock { return alerts.Clock((q*15 + 24*60) % (24 * 60)) }),
	)
}

func schedules() *rapid.Generator[alerts.Schedule] {
	return rapid.Custom(func(t *rapid.T) alerts.Schedule {
		s := alerts.Schedule{Cadence: rapid.SampledFrom([]alerts.Cadence{alerts.Instant, alerts.Hourly, alerts.Daily, alerts.Weekly}).Draw(t, "cadence")}
		if s.Cadence >= alerts.Daily {
			s.At = nearby().Draw(t, "at")
		}
		if s.Cadence == alerts.Weekly {
			s.Day = time.Weekday(rapid.IntRange(0, 6).Draw(t, "day"))
		}
		return s
	})
}

func quiets() *rapid.Generator[alerts.Quiet] {
	return rapid.Custom(func(t *rapid.T) alerts.Quiet {
		if rapid.Bool().Draw(t, "no quiet hours") {
			return alerts.Quiet{}
		}
		return alerts.Quiet{From: nearby().Draw(t, "from"), To: nearby().Draw(t, "to")}
	})
}

func TestNextAgreesWithTheWallClock(t *testing.T) {
	const days = 9 // every day of the week, and the change of clocks
	rapid.Check(t, func(t *rapid.T) {
		edge := rapid.SampledFrom(edges).Draw(t, "edge")
		loc := location(t, edge.zone)
		s, q := schedules().Draw(t, "schedule"), quiets().Draw(t, "quiet")
		start, err := time.ParseInLocation(time.DateOnly, edge.before, loc)
		if err != nil {
			t.Fatal(err)
		}
		start = start.UTC().Truncate(time.Minute)
		may := reference(s, q, loc, start, days)

		var want int64 // the earliest allowed minute at or after the one looked at
		for m := start.AddDate(0, 0, days).Add(-time.Minute); !m.Before(start); m = m.Add(-time.Minute) {
			if may[m.Unix()] {
				want = m.Unix()
			}
			if want == 0 || !may[m.Unix()] && m.Minute()%7 != 0 {
				continue // beyond the reference, or one of many alike
			}
			if got := Next(s, q, loc, m); got.Unix() != want {
				t.Fatalf("%v, quiet %v: next from %v\n got %v\nwant %v", s, q, m.In(loc), got, time.Unix(want, 0).In(loc))
			}
			if !s.IsDigest() {
				continue
			}
			if got := After(s, q, loc, m.Add(-time.Nanosecond)); got.Unix() != want {
				t.Fatalf("%v, quiet %v: after %v\n got %v\nwant %v", s, q, m.In(loc), got, time.Unix(want, 0).In(loc))
			}
		}
	})
}

// anyZone draws zones and times of seventy years.
func anyZone(t *rapid.T) (*time.Location, time.Time) {
	loc := location(t, rapid.SampledFrom(edges).Draw(t, "edge").zone)
	sec := rapid.Int64Range(0, 70*366*secondsPerDay).Draw(t, "seconds")
	return loc, time.Unix(sec, rapid.Int64Range(0, 1).Draw(t, "nanoseconds"))
}

func TestNextProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		loc, now := anyZone(t)
		s, q := schedules().Draw(t, "schedule"), quiets().Draw(t, "quiet")

		next := Next(s, q, loc, now)
		if next.Before(now) {
			t.Fatalf("next %v lies before now %v", next, now)
		}
		if next.Sub(now) > 16*24*time.Hour {
			t.Fatalf("next %v is more than a week and the quiet hours after %v", next, now)
		}
		if again := Next(s, q, loc, next); !again.Equal(next) {
			t.Fatalf("next of %v is %v", next, again)
		}
		if open, until := Open(q, loc, next); !open {
			t.Fatalf("next %v lies in quiet hours %v until %v", next, q, until)
		}
		later := now.Add(time.Duration(rapid.Int64Range(0, int64(48*time.Hour)).Draw(t, "later")))
		if Next(s, q, loc, later).Before(next) {
			t.Fatalf("a later start %v has an earlier next than %v", later, next)
		}
		if after := After(s, q, loc, next); s.IsDigest() && !after.After(next) {
			t.Fatalf("after %v is %v", next, after)
		}
	})
}

func TestOpenProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		loc, now := anyZone(t)
		q := quiets().Draw(t, "quiet")
		open, until := Open(q, loc, now)
		if q.IsZero() {
			if !open || !until.IsZero() {
				t.Fatalf("without quiet hours: %v until %v", open, until)
			}
			return
		}
		if !until.After(now) {
			t.Fatalf("%v until %v, which is not after %v", open, until, now)
		}
		if then, _ := Open(q, loc, until); then == open {
			t.Fatalf("open is %v at %v, and still at its end %v", open, now, until)
		}
		if then, _ := Open(q, loc, until.Add(-time.Nanosecond)); then != open {
			t.Fatalf("open is %v at %v, but ended before %v", open, now, until)
		}
	})
}

// TestEachDateHasOneDigest goes through three years of each zone.
func TestEachDateHasOneDigest(t *testing.T) {
	for _, edge := range edges {
		for _, at := range []alerts.Clock{0, 2*60 + 15, 8 * 60, 23*60 + 45} {
			t.Run(fmt.Sprint(edge.zone, " ", edge.before[:4], " ", at), func(t *testing.T) {
				loc := location(t, edge.zone)
				first, err := time.ParseInLocation(time.DateOnly, edge.before, loc)
				if err != nil {
					t.Fatal(err)
				}
				s := alerts.Schedule{Cadence: alerts.Daily, At: at}
				now := first.AddDate(-1, -2, 0)
				end := first.AddDate(1, 10, 0)

				dates := map[string]bool{}
				for m := Next(s, alerts.Quiet{}, loc, now); m.Before(end); m = m.Add(15 * time.Minute) {
					dates[m.In(loc).Format(time.DateOnly)] = true
				}
				digests := 0
				for d := Next(s, alerts.Quiet{}, loc, now); d.Before(end); d = After(s, alerts.Quiet{}, loc, d) {
					digests++
					wall := alerts.Clock(d.Hour()*60 + d.Minute())
					if _, before := d.Add(-time.Second).Zone(); wall != at {
						if _, offset := d.Zone(); offset == before {
							t.Errorf("digest at %v, where no clock was changed", d)
						}
					}
				}
				if digests < len(dates)-1 || digests > len(dates) {
					t.Errorf("%d digests on %d dates", digests, len(dates))
				}
			})
		}
	}
}
