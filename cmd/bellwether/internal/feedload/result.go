package feedload

import (
	"fmt"
	"io"
	"slices"
	"time"
)

// Result is what was measured, of the polling process alone.
type Result struct {
	Feeds       int     `json:"feeds"`
	Seconds     float64 `json:"seconds"`
	Polls       int64   `json:"polls"`
	NotModified int64   `json:"not_modified"`
	Failed      int64   `json:"failed"`
	Articles    int64   `json:"articles"`
	Published   int     `json:"published"` // by feeds that answer: shown by the first answer or later, and early enough to be read
	Missed      int     `json:"missed"`    // of those
	Unread      int     `json:"unread"`    // feeds that answer and were never asked
	FirstMax    float64 `json:"first_max_seconds"`
	LateP99     float64 `json:"late_p99_seconds"`
	LateMax     float64 `json:"late_max_seconds"`
	Cores       float64 `json:"cores"`
	PeakBytes   int64   `json:"peak_bytes"`
}

// report is what the server saw.
type report struct {
	Published []int   `json:"published"` // of each feed, 0 of those that never answer
	Shown     []int   `json:"shown"`     // the first item that each has shown
	Answers   []bool  `json:"answers"`
	First     []int64 `json:"first"` // milliseconds from the server's start to the first request for each feed; -1 if there was none
	// Gaps lie between the end of an answer and the next request for it, in
	// milliseconds, of all feeds that answer.
	Gaps []int64 `json:"gaps"`
}

// judge holds the report against what was logged. Polls lie up to a tenth more
// than the interval apart, so as to be spread.
func (r *Result) judge(saw report, seen *ledger, interval time.Duration) {
	for i, n := range saw.Published {
		r.Published += max(0, n-saw.Shown[i])
		r.Missed += seen.missing(i, saw.Shown[i], n)
		if !saw.Answers[i] {
			continue
		}
		if saw.First[i] < 0 {
			r.Unread++
		}
		r.FirstMax = max(r.FirstMax, float64(saw.First[i])/1000)
	}
	slices.Sort(saw.Gaps)
	late := func(gap int64) float64 {
		return max(0, float64(gap)/1000-interval.Seconds()*1.1)
	}
	if n := len(saw.Gaps); n > 0 {
		r.LateP99, r.LateMax = late(saw.Gaps[n*99/100]), late(saw.Gaps[n-1])
	}
}

// Print writes the result for people.
func (r Result) Print(w io.Writer) error {
	_, err := fmt.Fprintf(w, `polled     %d feeds for %.0f s: %d polls, %d not modified, %d failed
first      all were asked within %.0f s; %d were not
late       p99 %.1f s, at most %.1f s
articles   %d logged; %d of %d published ones missed
processor  %.2f cores
memory     %.0f MiB at most
`, r.Feeds, r.Seconds, r.Polls, r.NotModified, r.Failed, r.FirstMax, r.Unread, r.LateP99, r.LateMax,
		r.Articles, r.Missed, r.Published, r.Cores, float64(r.PeakBytes)/(1<<20))
	return err
}
