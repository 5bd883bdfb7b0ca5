package alerts

import "time"

// TallyDays is how far back a Tally goes.
const TallyDays = 28

// Tally counts the articles of a source by day, in UTC, for the last TallyDays.
// The zero value is empty. It is comparable.
type Tally struct {
	Day    int64             // the latest day with a count, in days since 1970
	Counts [TallyDays]uint16 // by how many days before Day; a full one stays full
}

func day(t time.Time) int64 {
	const seconds = 24 * 60 * 60
	s := t.Unix()
	if s < 0 {
		s -= seconds - 1
	}
	return s / seconds
}

// Add counts an article of the time at, seen at now. One without a time, or from
// the future, is of today; one older than the tally is not counted.
func (t Tally) Add(at, now time.Time) Tally {
	d := day(now)
	if !at.IsZero() && at.Before(now) {
		d = day(at)
	}
	if d <= day(now)-TallyDays {
		return t
	}
	if t == (Tally{}) {
		t.Day = d
	}
	if d > t.Day {
		t = t.on(d)
	}
	if ago := t.Day - d; ago < TallyDays && t.Counts[ago] < ^uint16(0) {
		t.Counts[ago]++
	}
	return t
}

// on moves the tally to a later day.
func (t Tally) on(d int64) Tally {
	out := Tally{Day: d}
	for ago, n := range t.Counts {
		if to := int64(ago) + d - t.Day; to < TallyDays {
			out.Counts[to] = n
		}
	}
	return out
}

// Last counts the articles of the last few days, today among them; TallyDays at
// most.
func (t Tally) Last(days int, now time.Time) int {
	sum := 0
	for ago, n := range t.Counts {
		if past := day(now) - t.Day + int64(ago); past >= 0 && past < int64(days) {
			sum += int(n)
		}
	}
	return sum
}

// Least of what makes a silence strange.
const (
	silentDays = 4 // a long weekend is shorter
	silentGaps = 4 // times the usual gap
	newsDays   = 3 // on which there was news, to know what is usual
)

// Silent tells for how many whole days there was no article, where that is
// strange for this source; else 0.
func (t Tally) Silent(now time.Time) int {
	oldest, with := 0, 0
	latest := -1
	for ago, n := range t.Counts {
		if n == 0 {
			continue
		}
		if latest < 0 {
			latest = ago
		}
		oldest = ago
		with++
	}
	if with < newsDays {
		return 0
	}
	silent := int(day(now)-t.Day) + latest
	gap := (oldest - latest + with - 2) / (with - 1) // rounded up, between days with news
	if silent < max(silentDays, silentGaps*gap) {
		return 0
	}
	return silent
}
