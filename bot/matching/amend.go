package matching

import (
	"context"

	"github.com/bellwether/bellwether/alerts"
)

// amended reports whether a is a revision of which everyone is told who had the
// article.
func amended(a alerts.Article) bool { return a.Standing != alerts.Usable && a.Revision > 1 }

// amendments gives one Pending for every destination that had the article of e,
// with those of its subscriptions that still hit.
func (m *Matcher) amendments(ctx context.Context, e alerts.LogEntry, hits []alerts.Pending, try func(context.Context, func() error) error) ([]alerts.Pending, error) {
	if e.Err != nil || !amended(e.Article) {
		return nil, nil
	}
	var had []alerts.Destination
	err := try(ctx, func() (err error) {
		had, err = m.cfg.Outbox.Recipients(ctx, e.Article.ID, e.Article.Received)
		return err
	})
	if err != nil {
		return nil, err
	}
	subscriptions := make(map[alerts.Destination][]alerts.SubscriptionID, len(hits))
	for _, p := range hits {
		subscriptions[p.Lane.Destination] = p.Subscriptions
	}
	out := make([]alerts.Pending, 0, len(had))
	for _, d := range had {
		out = append(out, alerts.Pending{
			Lane:          alerts.Lane{Destination: d, Schedule: alerts.Schedule{Cadence: alerts.Amending}},
			Article:       e.Article.ID,
			Time:          e.Article.Received,
			Subscriptions: subscriptions[d],
			Again:         alerts.Amendment(e.Article.Revision),
		})
	}
	return out, nil
}
