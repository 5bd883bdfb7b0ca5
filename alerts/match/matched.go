package match

import (
	"slices"

	"github.com/bellwether/bellwether/alerts/query"
)

// Matched gives the keywords of queries that hit, as a person would type them:
// the phrases of their true branches that stand in the text, in the order of
// the queries and without repetitions. A query that only filters and NOT made
// hit is given whole.
func (d *Document) Matched(queries ...query.Query) []string {
	var out []string
	add := func(label string) {
		if !slices.Contains(out, label) {
			out = append(out, label)
		}
	}
	for _, q := range queries {
		if _, ok := d.eval(q.Root(), scope{}); !ok {
			continue
		}
		named := false
		d.matched(q.Root(), scope{}, func(label string) { named = true; add(label) })
		if !named {
			add(q.String())
		}
	}
	return out
}

// matched calls add for the phrases below n that stand in s, where n holds.
func (d *Document) matched(n query.Node, s scope, add func(label string)) {
	if _, ok := d.eval(n, s); !ok {
		return
	}
	switch n := n.(type) {
	case query.Phrase:
		add(n.Label())
	case query.Not:
		// What is absent, or excluded, is no keyword that hit.
	case query.In:
		s.title = s.title || n.Field == query.FieldTitle
		s.lead = s.lead || n.Field == query.FieldLead
		d.matched(n.Node, s, add)
	default:
		for _, kid := range query.Children(n) {
			d.matched(kid, s, add)
		}
	}
}
