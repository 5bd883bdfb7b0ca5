package ingest

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/bellwether/bellwether/alerts"
)

// When a feed that is known brings old items as if they were new, it was built
// anew: its ids or addresses have changed.
const (
	// flood is how many unknown items at once are looked at for their age.
	flood = 50
	// rebuilt is how many are if nothing in the document is known.
	rebuilt = 10
	// late is how long before the last poll an item may be dated and still be news:
	// some publish under the date on which something was signed.
	late = 24 * time.Hour
	// unwatched is how far back news may reach where it is not known when the feed
	// was last read.
	unwatched = 7 * 24 * time.Hour
)

// ready is a batch that is ready to be logged. Its lists are of the same length.
type ready struct {
	outcomes []alerts.Outcome
	known    []alerts.Known // what the log knew of them, if it is of a feed; else nil
	history  []bool         // who is told of nobody; nil for none
}

func (r ready) isHistory(i int) bool { return r.history != nil && r.history[i] }

// prepare makes of a batch what is to be logged, an outcome for each article.
// With guard set, what a feed brings at its first poll is history, and so are old
// items that appear at once later.
func (s *source) prepare(ctx context.Context, b alerts.Batch, first, guard bool) (ready, error) {
	outcomes, problems := s.normalise(b)
	if !b.NotModified {
		s.report(append(b.Problems, problems...))
	}
	r := ready{outcomes: outcomes}
	first, guard = first && guard, guard && len(outcomes) >= rebuilt
	switch {
	case len(outcomes) == 0 || b.Kind != alerts.FeedSource:
	case first:
		r.history = slices.Repeat([]bool{true}, len(outcomes))
	default:
		articles := make([]alerts.Article, len(outcomes))
		for i, o := range outcomes {
			articles[i] = o.Article
		}
		var err error
		if r.known, err = s.in.cfg.Log.Known(ctx, articles); err != nil {
			return r, &storeError{fmt.Errorf("look articles up: %w", err)}
		}
		if guard {
			r.history = s.old(r)
		}
	}
	for i := range outcomes {
		if r.known == nil || r.known[i] != alerts.Unchanged {
			outcomes[i].Article = inLanguage(outcomes[i].Article)
		}
	}
	if s.in.cfg.Pages != nil && b.Pages && !first { // what nobody is told of can do with its teaser
		s.complete(ctx, r)
	}
	return r, nil
}

// old tells which articles of a feed that was read before are history: where many
// appear at once, or none is known, those dated well before the last poll; those
// without a date only where many appear and none is known.
func (s *source) old(r ready) []bool {
	unknown, all := 0, 0
	for i, o := range r.outcomes {
		if o.Err == nil {
			all++
			if r.known[i] == alerts.Unknown {
				unknown++
			}
		}
	}
	anew := unknown == all
	if unknown < rebuilt || unknown < flood && !anew {
		return nil
	}
	edge := s.in.cfg.Now().Add(-unwatched)
	if p := s.kept.Pace; p != nil {
		edge = p.At.Add(-late)
	}
	out, n := make([]bool, len(r.outcomes)), 0
	for i, o := range r.outcomes {
		published := o.Article.Published
		if o.Err != nil || r.known[i] != alerts.Unknown || o.Article.Standing != alerts.Usable {
			continue
		}
		if out[i] = !published.IsZero() && published.Before(edge) || published.IsZero() && anew && unknown >= flood; out[i] {
			n++
		}
	}
	if n > 0 {
		s.log.Info("old items appeared at once, as if the feed was built anew; they are kept for preview, not posted", "items", n)
	}
	return out
}
