package schedule

import (
	"archive/zip"
	"fmt"
	"go/build"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/bellwether/bellwether/alerts"
)

// The years that every zone is looked at in.
var (
	firstYear = time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)
	yearAfter = time.Date(2031, 1, 1, 0, 0, 0, 0, time.UTC)
)

// clocks is a way in which zones change their clocks in these years.
type clocks struct {
	names   []string // the zones, the first stands for all
	loc     *time.Location
	changes []int64 // the first second with a new offset from UTC
}

// everyZone reads all zones of the tables that time/tzdata holds, those with
// the same clocks in these years as one.
func everyZone(t *testing.T) []*clocks {
	t.Helper()
	tables, err := build.Import("time/tzdata", "", build.FindOnly)
	if err != nil {
		t.Fatal(err)
	}
	source, err := os.ReadFile(filepath.Join(tables.Dir, "zzipdata.go"))
	if err != nil {
		t.Fatal(err)
	}
	_, literal, _ := strings.Cut(string(source), "const zipdata = ")
	data, err := strconv.Unquote(strings.TrimSpace(literal))
	if err != nil {
		t.Fatalf("read the tables of time/tzdata: %v", err)
	}
	archive, err := zip.NewReader(strings.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	var all []*clocks
	alike := map[string]*clocks{}
	for _, f := range archive.File {
		loc := zoneOf(t, f)
		changes, key := changesOf(loc)
		c := alike[key]
		if c == nil {
			c = &clocks{loc: loc, changes: changes}
			alike[key] = c
			all = append(all, c)
		}
		c.names = append(c.names, f.Name)
	}
	if len(archive.File) < 500 || len(all) < 50 {
		t.Fatalf("%d zones, %d of them different", len(archive.File), len(all))
	}
	return all
}

func zoneOf(t *testing.T, f *zip.File) *time.Location {
	t.Helper()
	r, err := f.Open()
	if err != nil {
		t.Fatal(err)
	}
	table, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	loc, err := time.LoadLocationFromTZData(f.Name, table)
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

// changesOf gives when loc changes its offset in these years, and a key of all
// that happens in them. It does not ask for the bounds of a zone, as the code
// that is tested does.
func changesOf(loc *time.Location) (changes []int64, key string) {
	offset := func(sec int64) int64 {
		_, o := time.Unix(sec, 0).In(loc).Zone()
		return int64(o)
	}
	old := offset(firstYear.Unix())
	key = fmt.Sprint(old)
	for sec := firstYear.Unix(); sec < yearAfter.Unix(); sec += secondsPerDay {
		changed := offset(sec + secondsPerDay)
		if changed == old {
			continue
		}
		low, high := sec, sec+secondsPerDay // not yet, and already changed
		for high-low > 1 {
			if mid := (low + high) / 2; offset(mid) == old {
				low = mid
			} else {
				high = mid
			}
		}
		changes, old = append(changes, high), changed
		key += fmt.Sprint(" ", high, " ", old)
	}
	return changes, key
}

func TestEveryZone(t *testing.T) {
	all := everyZone(t)
	for _, c := range all {
		// The last day of a leap year is beyond what ZoneBounds takes for one.
		for sec := firstYear.Unix() - secondsPerDay/2; sec < yearAfter.Unix(); sec += secondsPerDay {
			if z := zoneAt(sec, c.loc); sec < z.start || sec >= z.end {
				t.Fatalf("%s: %d lies in a stretch from %d to %d", c.names[0], sec, z.start, z.end)
			}
		}
	}
	t.Run("keeps to the wall where clocks change", func(t *testing.T) {
		changes := 0
		for _, c := range all {
			for _, change := range c.changes {
				testAround(t, c, change)
				changes++
			}
		}
		if changes < 500 {
			t.Errorf("%d changes of clocks", changes)
		}
	})
	t.Run("has one digest for each date", func(t *testing.T) {
		for _, c := range all {
			testDates(t, c)
		}
	})
}

// testAround compares with the clock on the wall, from half a day before a
// change until the day after, at times and quiet hours before, within and after what
// the change skips or shows again.
func testAround(t *testing.T, c *clocks, change int64) {
	t.Helper()
	const hour, day = 60, 24 * 60
	const before = 2 * day // minutes: a day and a half for what is held back
	start := time.Unix(change-before*60, 0)
	w := watch(c.loc, start, start.Add((before+day+day/2)*time.Minute))
	schedules, quiets := around(c.loc, change)
	for i, s := range schedules {
		look := func(i int, may bool) bool {
			near := i - before
			if -2 <= near && near <= 2 {
				return true
			}
			if s.Cadence == alerts.Hourly && (near < -6*hour || near > 6*hour) {
				return false
			}
			return may && s.IsDigest() && near >= -day/2
		}
		agree(t, c.loc, s, alerts.Quiet{}, w, look)
		agree(t, c.loc, s, quiets[(int(change/secondsPerDay)+i)%len(quiets)], w, look)
	}
}

// around gives schedules and quiet hours that a change of clocks matters to.
func around(loc *time.Location, change int64) ([]alerts.Schedule, []alerts.Quiet) {
	wall := func(sec int64) int64 {
		_, offset := time.Unix(sec, 0).In(loc).Zone()
		return (sec + int64(offset)) / 60
	}
	old, changed := wall(change-60)+1, wall(change) // what the change skips or shows again
	first, last := min(old, changed), max(old, changed)
	clock := func(wall int64) alerts.Clock { return alerts.Clock(mod(wall, 24*60)) }
	mid := (first + last) / 2
	day := time.Unix(mid*60, 0).UTC().Weekday()

	s := []alerts.Schedule{{Cadence: alerts.Instant}, {Cadence: alerts.Hourly}}
	for _, at := range []int64{first - 10, first, mid, last - 1, last} {
		s = append(s, alerts.Schedule{Cadence: alerts.Daily, At: clock(at)})
	}
	s = append(
		s,
		alerts.Schedule{Cadence: alerts.Weekly, At: clock(first), Day: day},
		alerts.Schedule{Cadence: alerts.Weekly, At: clock(mid), Day: day},
		alerts.Schedule{Cadence: alerts.Weekly, At: clock(last), Day: day},
		alerts.Schedule{Cadence: alerts.Weekly, At: 0, Day: (day + 1) % 7},
	)
	return s, []alerts.Quiet{
		{From: clock(first - 4*60), To: clock(mid)},
		{From: clock(mid), To: clock(last + 5*60)},
		{From: clock(first - 30), To: clock(last + 30)},
		{From: clock(first + 5), To: clock(last - 5)},
		{From: clock(last), To: clock(first)},
	}
}

// testDates counts the daily digests of all of these years, at each time of day
// that a change skips or shows again.
func testDates(t *testing.T, c *clocks) {
	t.Helper()
	times := map[alerts.Clock]bool{8 * 60: true}
	for _, change := range c.changes {
		schedules, _ := around(c.loc, change)
		times[schedules[4].At] = true
	}
	dates := int(yearAfter.Sub(firstYear) / (24 * time.Hour))
	for at := range times {
		s := alerts.Schedule{Cadence: alerts.Daily, At: at}
		n := 0
		// No clocks change at New Year in these years.
		end := time.Date(2031, 1, 1, 0, 0, 0, 0, c.loc)
		for d := Next(s, alerts.Quiet{}, c.loc, time.Date(2020, 1, 1, 0, 0, 0, 0, c.loc)); d.Before(end); d = After(s, alerts.Quiet{}, c.loc, d) {
			n++
		}
		if n != dates {
			t.Errorf("%s: %d daily digests at %v on %d dates", c.names[0], n, at, dates)
		}
	}
}
