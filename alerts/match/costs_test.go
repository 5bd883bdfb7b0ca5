package match_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/alerts/match"
)

// matchMany matches articles so often that of each some are weighed.
func matchMany(e *match.Engine, rounds int, articles ...alerts.Article) {
	var hits match.Hits
	for i := range 64 * rounds * len(articles) {
		e.Match(articles[i/64%len(articles)], &hits)
	}
}

func TestCosts(t *testing.T) {
	e := match.NewEngine()
	for id, text := range map[alerts.SubscriptionID]string{
		1: "steel", 2: "steel NEAR/3 quota", 3: "quota NEAR/3 steel", // which is the same
		4: "steel NEAR/3 nickel", 5: "(steel OR iron) AND (quota OR coal) AND NOT copper AND NOT zinc", 6: "copper",
	} {
		e.Add(id, mustParse(t, text))
	}
	if got := e.Costs(5); got.Articles != 0 || got.Work != nil || got.Hits != nil {
		t.Errorf("before any article: %+v", got)
	}
	matchMany(
		e, 2,
		alerts.Article{Title: "Steel quota", Body: strings.Repeat("A quota for steel. ", 40)},
		alerts.Article{Title: "Nothing", Body: "Steel is all."},
		alerts.Article{Title: "Copper"},
		alerts.Article{Title: "Nothing"},
	)
	got := e.Costs(2)
	if got.Articles != 8 {
		t.Errorf("%d articles, want 8", got.Articles)
	}
	work := 0.0
	for _, c := range got.Work {
		work += c.Work
	}
	near := match.Cost{ID: 2, Subscriptions: 2, Evaluated: .25, Hits: .25}
	if len(got.Work) == 2 && got.Work[0].ID == 3 || len(got.Hits) == 2 && got.Hits[1].ID == 3 {
		near.ID = 3 // one of the two, whichever came first
	}
	want := match.Costs{
		Articles: 8,
		Work:     []match.Cost{near, {ID: 5, Subscriptions: 1, Evaluated: .25, Hits: .25}},
		Hits:     []match.Cost{{ID: 1, Subscriptions: 1, Hits: .5}, near},
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(match.Cost{}, "Work")); diff != "" {
		t.Errorf("(want -, got +)\n%s", diff)
	}
	if work < .99 || work > 1.01 || got.Work[0].Work < .8 {
		t.Errorf("shares of work %v", got.Work)
	}
}

// What a query has cost is not told of the one that takes its place, nor when it
// is gone.
func TestCostsForget(t *testing.T) {
	e := match.NewEngine()
	for id := range alerts.SubscriptionID(3) {
		e.Add(id, mustParse(t, fmt.Sprintf("steel NEAR/%d quota", id+1)))
	}
	matchMany(e, 1, alerts.Article{Title: "Steel quota"})
	e.Remove(1)
	e.Add(2, mustParse(t, "nickel"))
	got := e.Costs(5)
	if len(got.Work) != 1 || got.Work[0].ID != 0 || len(got.Hits) != 1 || got.Hits[0].ID != 0 {
		t.Errorf("costs are of %+v and %+v, want only 0", got.Work, got.Hits)
	}
}

// Of many queries that are tried only some are weighed, which count for the
// others.
func TestCostsOfMany(t *testing.T) {
	e := match.NewEngine()
	var b strings.Builder
	const many = 300
	for i := range alerts.SubscriptionID(many) {
		e.Add(i, mustParse(t, fmt.Sprintf("(word%d OR other%d) AND steel AND NOT a%d AND NOT b%d", i, i, i, i)))
		fmt.Fprintf(&b, "word%d steel ", i)
	}
	dear := alerts.SubscriptionID(many)
	e.Add(dear, mustParse(t, "steel NEAR/9 quota"))
	matchMany(e, 10, alerts.Article{Title: "Quota", Body: b.String() + "quota"})
	got := e.Costs(many + 1)
	if len(got.Work) != many+1 || got.Work[0].ID != dear || got.Work[0].Work < .1 || got.Articles != 10 {
		t.Fatalf("most work of %d in %d articles: %+v, want %d first", len(got.Work), got.Articles, got.Work[0], dear)
	}
	for _, c := range slices.Concat(got.Work, got.Hits) {
		if c.Evaluated < .5 || c.Evaluated > 1.5 || c.Hits < .5 || c.Hits > 1.5 {
			t.Errorf("%d counts for %v and %v of each article, want 1", c.ID, c.Evaluated, c.Hits)
		}
	}
}

// Costs are asked for while articles are matched and queries change.
func TestCostsBesideMatch(t *testing.T) {
	e := match.NewEngine()
	e.Add(1, mustParse(t, "steel NEAR/3 quota"))
	var all sync.WaitGroup
	for range 2 {
		all.Go(func() { matchMany(e, 4, alerts.Article{Title: "Steel quota"}) })
	}
	all.Go(func() {
		for range 100 {
			e.Add(2, mustParse(t, "steel SAME quota"))
			e.Remove(2)
			if slices.ContainsFunc(e.Costs(9).Work, func(c match.Cost) bool { return c.ID == 2 }) {
				t.Error("costs of a subscription that was removed")
			}
		}
	})
	all.Wait()
	if got := e.Costs(9); got.Articles == 0 || len(got.Work) != 1 {
		t.Errorf("costs %+v", got)
	}
}

// TestCostsAreOfWhatHit weighs one random article: what the costs say is what
// Match said.
func TestCostsAreOfWhatHit(t *testing.T) {
	evaluated, hit := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		d := &dice{rapid.SliceOfN(rapid.Byte(), 1500, 1500).Draw(t, "dice")}
		e := match.NewEngine()
		for range 1 + d.n(20) {
			e.Add(alerts.SubscriptionID(d.n(16)), d.query(small))
			if d.n(6) == 1 { // what there is goes into an index
				e.Match(alerts.Article{}, &match.Hits{})
				e.Remove(alerts.SubscriptionID(d.n(16)))
			}
		}
		var hits match.Hits
		for range 63 {
			e.Match(alerts.Article{}, &hits)
		}
		e.Match(d.article(), &hits)
		costs := e.Costs(20)
		evaluated, hit = evaluated+len(costs.Work), hit+len(costs.Hits)
		n, work := 0, 0.0
		for _, c := range costs.Hits {
			n += c.Subscriptions
			if c.Hits != 1 || !slices.Contains(hits.IDs, c.ID) {
				t.Fatalf("costs %+v, hits %v", c, hits.IDs)
			}
		}
		for _, c := range costs.Work {
			work += c.Work
			if c.Evaluated != 1 || c.Hits > 1 {
				t.Fatalf("costs %+v", c)
			}
		}
		if n < len(hits.IDs) || len(costs.Work) > 0 && (work < .99 || work > 1.01) {
			t.Fatalf("costs %+v of %d hits", costs, len(hits.IDs))
		}
	})
	if evaluated == 0 || hit == 0 {
		t.Errorf("%d queries were evaluated, %d hit", evaluated, hit)
	}
}
