package schedule

import (
	"fmt"
	"slices"
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

// walls is what the clock on the wall shows in each minute from start on: its
// date and time in minutes after 1 January 1970, as if it were UTC.
type walls struct {
	start time.Time
	shown []int64
	dates map[int64]bool // that are shown
}

func watch(loc *time.Location, start, end time.Time) walls {
	w := walls{start: start, dates: map[int64]bool{}}
	for t := start; t.Before(end); t = t.Add(time.Minute) {
		_, offset := t.In(loc).Zone()
		w.shown = append(w.shown, floorDiv(t.Unix()+int64(offset), 60))
	}
	for i := 0; i < len(w.shown); i += 15 {
		w.dates[floorDiv(w.shown[i], 24*60)] = true
	}
	return w
}

// reference walks minute by minute: whether the lane may be written to in each
// minute of w. It gives a digest when the wall first shows its time or more.
// What was held back before w began, it does not know.
func reference(s alerts.Schedule, q alerts.Quiet, w walls) []bool {
	const hour, day, thursday = 60, 24 * 60, 4 // 1 January 1970
	may := make([]bool, len(w.shown))
	held := false
	highest, previous := w.shown[0]-1, w.shown[0]-1
	for i, shown := range w.shown {
		due := !s.IsDigest()
		if s.Cadence == alerts.Hourly {
			// Every full hour that the wall shows or has just jumped over.
			due = mod(shown, hour) == 0
			for m := previous + 1; m < shown; m++ {
				due = due || mod(m, hour) == 0
			}
		}
		previous = shown
		for ; highest < shown; highest++ {
			m := highest + 1
			at := alerts.Clock(mod(m, day)) == s.At
			switch s.Cadence {
			case alerts.Daily:
				due = due || at && w.dates[floorDiv(m, day)]
			case alerts.Weekly:
				due = due || at && time.Weekday(mod(floorDiv(m, day)+thursday, 7)) == s.Day
			}
		}
		held = held || due
		clock := alerts.Clock(mod(shown, day))
		quiet := q.From <= clock && clock < q.To
		if q.From > q.To {
			quiet = clock >= q.From || clock < q.To
		}
		if held && !quiet {
			may[i], held = true, false
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
		const held = 4 * 24 * 60 // a digest may be held back from four days before
		w := watch(loc, start.Add(-held*time.Minute), start.AddDate(0, 0, days))
		agree(t, loc, s, q, w, func(i int, may bool) bool { return i >= held && (may || i%7 == 0) })
	})
}

// agree compares Next and After with the reference in those minutes of w that
// look wants to have looked at, by their number and whether the lane may be
// written to.
func agree(t rapid.TB, loc *time.Location, s alerts.Schedule, q alerts.Quiet, w walls, look func(i int, may bool) bool) {
	t.Helper()
	may := reference(s, q, w)
	minute := func(i int) time.Time { return w.start.Add(time.Duration(i) * time.Minute) }
	next := -1 // the earliest allowed minute at or after the one looked at
	for i, allowed := range slices.Backward(may) {
		if allowed {
			next = i
		}
		if next < 0 || !look(i, allowed) {
			continue // beyond the reference, or one of many alike
		}
		now, want := minute(i), minute(next)
		if got := Next(s, q, loc, now); !got.Equal(want) {
			t.Fatalf("%v, quiet %v: next from %v\n got %v\nwant %v", s, q, now.In(loc), got, want.In(loc))
		}
		if !s.IsDigest() {
			continue
		}
		if got := After(s, q, loc, now.Add(-time.Nanosecond)); !got.Equal(want) {
			t.Fatalf("%v, quiet %v: after %v\n got %v\nwant %v", s, q, now.In(loc), got, want.In(loc))
		}
	}
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
