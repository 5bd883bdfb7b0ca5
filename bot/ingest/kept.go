package ingest

import (
	"encoding/json"
	"time"

	"github.com/bellwether/bellwether/alerts"
)

// kept is what a good poll of a source leaves for the next one, in the article
// log, so that it outlives restarts and goes from replica to replica.
type kept struct {
	Pace  *pace         `json:"pace,omitempty"` // of a feed
	Wish  time.Duration `json:"wish,omitempty"` // Batch.Interval
	Skip  alerts.Skip   `json:"skip,omitzero"`
	State []byte        `json:"state,omitempty"` // Batch.State
}

// after is what is kept after a poll at now that brought b: standing is what
// stood in it, added what was new of that.
func (k kept) after(b alerts.Batch, standing, added []alerts.Article, begin time.Duration, now time.Time) kept {
	out := kept{Wish: b.Interval, Skip: b.Skip, State: b.State}
	if b.NotModified && b.State == nil {
		out.State = k.State
	}
	if b.Kind != alerts.FeedSource {
		return out
	}
	var p pace
	if k.Pace == nil {
		p = newPace(begin, now).learn(dates(standing), now)
	} else {
		p = k.Pace.after(events(dates(added), k.Pace.At, now), now)
	}
	out.Pace = &p
	return out
}

// interval is what the source's news ask for, begin where that is not known.
func (k kept) interval(begin time.Duration) time.Duration {
	if k.Pace == nil {
		return begin
	}
	return k.Pace.interval()
}

func dates(of []alerts.Article) []time.Time {
	out := make([]time.Time, len(of))
	for i, a := range of {
		out[i] = a.Published
	}
	return out
}

// A kept record begins with its version.
const keptVersion = 2

func (k kept) bytes() []byte {
	data, err := json.Marshal(k)
	if err != nil { // never: it holds numbers, times and bytes
		data = []byte("{}")
	}
	return append([]byte{keptVersion}, data...)
}

// readKept is false for a source that was never read.
func readKept(saved []byte) (k kept, known bool) {
	if len(saved) == 0 || saved[0] != keptVersion || json.Unmarshal(saved[1:], &k) != nil {
		return kept{}, false
	}
	return k, true
}
