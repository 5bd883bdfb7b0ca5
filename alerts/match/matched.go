package match

import (
	"slices"
	"strings"
	"unicode"

	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/alerts/query"
)

// Matched gives the keywords of queries that hit, as a person would type them:
// the phrases of their true branches that stand in the text, in the order of
// the queries and without repetitions. Where the text has the very words, their
// capitals are those of the text: "Hunan" for hunan. A query that only filters
// and NOT made hit is given whole.
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
		add(d.cased(n.Label(), d.occurrences(n, s)))
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

// cased gives a label in the capitals that it has in the text, with the fewest
// where it stands there in several forms. The first word of a sentence tells
// nothing, as any word has a capital there.
func (d *Document) cased(label string, places []occurrence) string {
	best, capitals := label, -1
	for _, o := range places {
		first := d.at(o.field, o.from)
		if o.from == 0 || d.at(o.field, o.from-1).Sent != first.Sent {
			continue
		}
		field := d.article.Body
		if o.field == alerts.Title {
			field = d.article.Title
		}
		found := field[first.Start:d.at(o.field, o.to-1).End]
		if !strings.EqualFold(found, label) {
			continue
		}
		n := 0
		for _, r := range found {
			if unicode.IsUpper(r) {
				n++
			}
		}
		if capitals < 0 || n < capitals {
			best, capitals = found, n
		}
	}
	return best
}
