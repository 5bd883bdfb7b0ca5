// Package match finds, for an article, every standing query that it hits.
//
// [Engine] is indexed and made for speed; [Reference] tries every query in
// turn, as simply as can be, and is the oracle that Engine is tested against.
package match

import "github.com/bellwether/bellwether/alerts"

// Hit is a query that an article hits. Spans are sorted by field and start,
// and merged where they touch or overlap.
type Hit struct {
	ID    alerts.SubscriptionID
	Spans []alerts.Span
}
