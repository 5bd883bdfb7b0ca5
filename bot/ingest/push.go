package ingest

import (
	"context"
	"errors"
	"fmt"

	"github.com/bellwether/bellwether/alerts"
)

// Pushed is the name of the source of articles that were pushed.
const Pushed = "push"

// ErrHeld is that nothing is taken in now; it may be pushed again later.
var ErrHeld = errors.New("nothing is taken in now")

var (
	errNothing   = errors.New("there is nothing to withdraw yet; if the article comes within 30 days, it is left out")
	errWithdrawn = errors.New("its publisher withdrew it before it came")
)

// pushes stands in for the source of what is pushed. Nobody polls it.
type pushes struct{}

func (pushes) Name() string { return Pushed }

func (pushes) Fetch(context.Context, []byte) (alerts.Batch, error) {
	return alerts.Batch{}, errors.New("what is pushed can't be fetched")
}

// Push logs articles that nobody asked for, and tells what became of each, in
// their order. All that it calls added or revised outlives this process. After an
// error some may be logged: pushing all again is right. It may be called from
// several goroutines at once.
func (in *Ingester) Push(ctx context.Context, articles []alerts.Article) ([]alerts.Outcome, error) {
	if why := in.cfg.Hold(); why != "" {
		return nil, fmt.Errorf("%w: %s", ErrHeld, why)
	}
	s := in.pushed
	outcomes, problems := s.normalise(alerts.Batch{Articles: articles})
	s.counts.unreadable.Add(int64(len(problems)))
	for i := range outcomes {
		o := &outcomes[i]
		if o.Err != nil {
			continue
		}
		logged, verdict, err := s.append(ctx, inLanguage(o.Article), false)
		if err != nil {
			return nil, fmt.Errorf("log article %s: %w", o.Article.ID, err)
		}
		o.Article, o.Verdict = logged, verdict
		if logged.Revision == 0 {
			o.Err = errWithdrawn
			if logged.Standing == alerts.Withdrawn {
				o.Err = errNothing
			}
			continue
		}
		s.count(logged, verdict, false)
	}
	if err := in.cfg.Log.Saved(ctx); err != nil {
		return nil, fmt.Errorf("save what was logged: %w", err)
	}
	return outcomes, nil
}
