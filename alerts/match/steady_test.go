package match_test

import (
	"context"
	"testing"

	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/alerts/match"
	"github.com/bellwether/bellwether/alerts/query"
)

// Match allocates nothing for articles like those that it met before, in an
// engine of several indexes.
func TestMatchAllocatesNothing(t *testing.T) {
	d := rolled(9, 200_000)
	e := match.NewEngine()
	var queries []query.Query
	for range 200 {
		queries = append(queries, d.query(small))
	}
	for id := range 6000 {
		e.Add(alerts.SubscriptionID(id), queries[id%len(queries)])
		if id == 5000 {
			if err := e.Rebuild(context.Background()); err != nil {
				t.Fatal(err)
			}
		}
	}
	e.Remove(17)
	articles := make([]alerts.Article, 16)
	for i := range articles {
		articles[i] = d.article()
		articles[i].URL = []string{"", "https://news.gov.uk/a?b"}[i%2] // one with a port, say, allocates
	}
	var hits match.Hits
	all := func() {
		for _, a := range articles {
			e.Match(a, &hits)
		}
	}
	for range 10 {
		all()
	}
	if n := testing.AllocsPerRun(10, all); n >= 1 {
		t.Errorf("%v allocations for %d articles", n, len(articles))
	}
}
