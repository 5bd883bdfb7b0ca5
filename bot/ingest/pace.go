package ingest

import (
	"math"
	"slices"
	"time"
)

// pace estimates how often a feed brings news, from what each poll found. News
// count by the minute of their publication, so that ten items of one minute are
// one event. Two averages with exponentially fading weights are kept: one over
// days, for what is usual, and one over two hours, for what goes on now. The
// quicker one counts.
//
// It takes neither clock nor randomness. Polls that find nothing say the same
// in one piece as in many.
type pace struct {
	At   time.Time `json:"at"`   // of the last poll
	News float64   `json:"news"` // events, faded over usual
	Time float64   `json:"time"` // hours that were watched, faded likewise
	Now  float64   `json:"now"`  // events, faded over current
}

const (
	usual   = 48 * time.Hour
	current = 2 * time.Hour
	// perPoll is how many events a poll should find on average: three of four
	// find nothing, and news wait for an eighth of what lies between them.
	perPoll = 0.25
	// trust is how many hours of watching the interval to begin with is worth.
	trust = 1.0
)

// newPace is of a feed that was never polled, and is to be at the interval
// begin.
func newPace(begin time.Duration, now time.Time) pace {
	return pace{At: now, News: trust * perPoll / max(begin, minWish).Hours(), Time: trust}
}

// learn takes in the dates of what stood in the feed's first document: from the
// oldest of them on, all are taken to be there.
func (p pace) learn(published []time.Time, now time.Time) pace {
	minutes := distinct(published, time.Time{}, now)
	if len(minutes) < 2 {
		return p
	}
	for _, m := range minutes {
		p.News += fade(now.Sub(m), usual)
		p.Now += fade(now.Sub(m), current)
	}
	p.Time += usual.Hours() * (1 - fade(now.Sub(minutes[0]), usual))
	return p
}

// after takes in a poll at now that found so many events.
func (p pace) after(events int, now time.Time) pace {
	passed := max(now.Sub(p.At), 0)
	if now.After(p.At) {
		p.At = now
	}
	left := fade(passed, usual)
	p.News = p.News*left + float64(events)
	p.Time = p.Time*left + usual.Hours()*(1-left)
	p.Now = p.Now*fade(passed, current) + float64(events)
	return p
}

// interval is between minWish and maxWish.
func (p pace) interval() time.Duration {
	perHour := p.Now / current.Hours()
	if p.Time > 0 {
		perHour = max(perHour, p.News/p.Time)
	}
	hours := perPoll / perHour // infinite at 0
	if !(hours < maxWish.Hours()) {
		return maxWish
	}
	return max(time.Duration(hours*float64(time.Hour)), minWish)
}

func fade(age, over time.Duration) float64 { return math.Exp(-age.Hours() / over.Hours()) }

// events counts the news of a poll at now, after one at last. What has no date,
// or an older one, came since all the same.
func events(published []time.Time, last, now time.Time) int {
	if len(published) == 0 {
		return 0
	}
	return max(1, len(distinct(published, last, now)))
}

// distinct gives the minutes after last and up to now at which something was
// published, the oldest first.
func distinct(published []time.Time, last, now time.Time) []time.Time {
	var out []time.Time
	for _, t := range published {
		if !t.IsZero() && t.After(last) && !t.After(now) {
			out = append(out, t.Truncate(time.Minute))
		}
	}
	slices.SortFunc(out, time.Time.Compare)
	return slices.CompactFunc(out, time.Time.Equal)
}
