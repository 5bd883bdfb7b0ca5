package bot

import (
	"cmp"
	"slices"

	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/alerts/match"
	"github.com/bellwether/bellwether/alerts/query"
	"github.com/bellwether/bellwether/bot/chat"
)

// mostMissed is how many subscriptions are told about that do not hit.
const mostMissed = 3

// miss is a subscription that an article does not hit.
type miss struct {
	sub   alerts.Subscription
	found []alerts.Span // of its words
	lacks []string      // what it wants and does not find
	bars  []string      // what it finds and does not want
}

// there counts what the article has of it.
func (m *miss) there() int { return len(m.found) + len(m.bars) }

// missed tells of the subscriptions that an article does not hit though it has
// something of them, with all also of others: a row each for those that it comes
// nearest to.
func missed(a alerts.Article, subs []alerts.Subscription, all bool) []chat.Row {
	queries := make([]query.Query, len(subs))
	for i, s := range subs {
		queries[i] = s.Query
	}
	parts := match.Explain(a, queries...)
	var misses []miss
	for i, s := range subs {
		m := miss{sub: s}
		m.look(a, parts[i])
		if all || m.there() > 0 {
			misses = append(misses, m)
		}
	}
	slices.SortStableFunc(misses, func(x, y miss) int {
		return cmp.Or(
			-cmp.Compare(min(x.there(), 1), min(y.there(), 1)),
			cmp.Compare(len(x.lacks)+len(x.bars), len(y.lacks)+len(y.bars)),
		)
	})
	var rows []chat.Row
	for _, m := range misses[:min(len(misses), mostMissed)] {
		rows = append(rows, row(m.sub, m.reason(a)))
	}
	return rows
}

// look collects of p, which ought to hit, what is there and what is in the way.
func (m *miss) look(a alerts.Article, p match.Part) {
	switch p.Query.Root().(type) {
	case query.Not:
		if !p.Hit {
			m.bars = append(m.bars, named(a, p.Parts[0])...)
		}
		return
	case query.And, query.Near, query.Same, query.AtLeast:
		before := len(m.lacks) + len(m.bars)
		for _, kid := range p.Parts {
			m.look(a, kid)
		}
		if len(m.lacks)+len(m.bars) > before {
			return // the operand says it more plainly
		}
	case query.Or:
		// One of its parts would do, so they are lacked as one.
		var parts miss
		for _, kid := range p.Parts {
			parts.look(a, kid)
		}
		m.found = append(m.found, parts.found...)
	default:
		m.found = append(m.found, p.Spans...)
	}
	if !p.Hit {
		m.lacks = append(m.lacks, plain(query.Describe(p.Query)))
	}
}

// named gives the words of what hit, or what was typed where it has none.
func named(a alerts.Article, p match.Part) []string {
	if words := quoted(a, p.Spans); len(words) > 0 {
		return words
	}
	return []string{code(p.Query.String())}
}

// reason says in a few words why the subscription does not hit.
func (m *miss) reason(a alerts.Article) string {
	out := "no hit"
	if len(m.lacks) > 0 {
		out += "; missing: " + some(m.lacks)
	}
	if len(m.bars) > 0 {
		out += "; kept out by " + some(m.bars)
	}
	if len(m.found) > 0 {
		out += "; has " + some(quoted(a, merged(m.found)))
	}
	return out
}
