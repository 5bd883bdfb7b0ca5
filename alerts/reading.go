package alerts

import (
	"cmp"
	"slices"
	"time"
)

// Reading tells how the reading of the sources goes.
type Reading struct {
	Sources   int         // that were read, or tried
	Unreached []Unreached // of those, the ones that could not be read, the longest first
}

// Unreached is a source that can't be read, with the time of the first try that
// failed.
type Unreached struct {
	Name  string
	Since time.Time
}

// lateRead is how long after its time a source has not been tried for to count
// as unreached: then nobody reads at all.
const lateRead = time.Hour

// ReadingOf sums up what is known of the sources at the time now. One that was
// never tried is left out.
func ReadingOf(all []SourceStatus, now time.Time) Reading {
	var r Reading
	for _, s := range all {
		since := s.Unread(now)
		if s.LastGood.IsZero() && since.IsZero() {
			continue
		}
		r.Sources++
		if !since.IsZero() {
			r.Unreached = append(r.Unreached, Unreached{Name: cmp.Or(s.Name, s.Address), Since: since})
		}
	}
	slices.SortStableFunc(r.Unreached, func(a, b Unreached) int { return a.Since.Compare(b.Since) })
	return r
}

// Unread tells since when the source is not read, because tries fail or because
// nobody tries; zero if it is read, or was never tried.
func (s SourceStatus) Unread(now time.Time) time.Time {
	switch {
	case s.Error != "" && !s.FailingSince.IsZero():
		return s.FailingSince
	case !s.Next.IsZero() && now.Sub(s.Next) > lateRead:
		return s.Next
	}
	return time.Time{}
}
