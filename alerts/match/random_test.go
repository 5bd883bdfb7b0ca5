package match_test

import (
	"context"
	"flag"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/alerts/match"
	"github.com/bellwether/bellwether/alerts/query"
)

// world is an Engine and a Reference that the same is done to.
type world struct {
	e       *match.Engine
	r       *match.Reference
	queries map[alerts.SubscriptionID]query.Query
	parts   map[alerts.SubscriptionID][]*outcomes
	hits    match.Hits
	tally   *tally
}

func newWorld(c *tally) *world {
	return &world{
		e: match.NewEngine(), r: match.NewReference(),
		queries: map[alerts.SubscriptionID]query.Query{}, parts: map[alerts.SubscriptionID][]*outcomes{}, tally: c,
	}
}

func (w *world) add(id alerts.SubscriptionID, q query.Query) {
	w.e.Add(id, q)
	w.r.Add(id, q)
	w.queries[id], w.parts[id] = q, w.tally.of(q)
}

func (w *world) remove(id alerts.SubscriptionID) {
	w.e.Remove(id)
	w.r.Remove(id)
	delete(w.queries, id)
}

// match compares what both find in a, spans and all.
func (w *world) match(t testing.TB, a alerts.Article) {
	t.Helper()
	want := w.r.Match(a, nil)
	w.e.Match(a, &w.hits)
	got := w.hits.List()
	if len(want)+len(got) > 0 && !reflect.DeepEqual(want, got) {
		t.Fatalf("Reference -, Engine +:\n%s\n%s%+v", cmp.Diff(want, got), w, a)
	}
	if len(w.hits.IDs) != len(got) {
		t.Fatalf("%d ids of %d hits", len(w.hits.IDs), len(got))
	}
	hit := map[alerts.SubscriptionID]bool{}
	for _, h := range want {
		hit[h.ID] = true
	}
	for id := range w.queries {
		w.tally.note(w.parts[id], hit[id])
	}
}

func (w *world) String() string {
	var b strings.Builder
	for _, id := range slices.Sorted(maps.Keys(w.queries)) {
		fmt.Fprintf(&b, "%d: %s\n", id, w.queries[id])
	}
	return b.String()
}

// live adds, removes, rebuilds and matches as the dice fall: made articles, or
// those that are given.
func (w *world) live(t testing.TB, d *dice, l *lexis, articles []alerts.Article) {
	t.Helper()
	for len(d.data) > 0 {
		id := alerts.SubscriptionID(1 + d.n(40))
		switch d.n(20) {
		case 0, 1:
			w.remove(id)
		case 2:
			if err := w.e.Rebuild(context.Background()); err != nil {
				t.Fatal(err)
			}
		case 3, 4, 5, 6:
			if len(articles) > 0 {
				w.match(t, articles[d.n(len(articles))])
			} else {
				w.match(t, d.article())
			}
		default:
			w.add(id, d.query(l))
		}
		if w.e.Len() != len(w.queries) {
			t.Fatalf("Len is %d, want %d", w.e.Len(), len(w.queries))
		}
	}
}

// report says what was tried, and complains if that was not everything.
func (c *tally) report(t *testing.T) {
	t.Helper()
	t.Logf("%d cases, %d%% hit", c.cases, 100*c.hits/max(c.cases, 1))
	for _, s := range c.lacking() {
		t.Error(s)
	}
}

// rounds are how many worlds are tried; make fuzz asks for millions of cases.
var rounds = flag.Int("rounds", 20, "random worlds that Engine and Reference are compared in")

// TestEngineIsReference drives both through the same random adds, removals and
// rebuilds, and compares what they find in made articles.
func TestEngineIsReference(t *testing.T) {
	var c tally
	for seed := range uint64(*rounds) {
		newWorld(&c).live(t, rolled(seed, 6000), small, nil)
	}
	c.report(t)
}

// FuzzEngine is TestEngineIsReference for a fuzzer.
func FuzzEngine(f *testing.F) {
	for seed := range uint64(8) {
		f.Add(rolled(seed, 700).data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		newWorld(&tally{}).live(t, &dice{data}, small, nil)
	})
}

// TestEngineIsReferenceOnNews does so with queries made of words of real
// articles.
func TestEngineIsReferenceOnNews(t *testing.T) {
	var c tally
	articles := readArticles(t, shared(t, "bench/articles.jsonl.gz"), 1900)
	for seed := range uint64(max(*rounds/8, 3)) {
		a, other := articles[7*seed%1900], articles[11*seed%1900]
		l := lexisOf(rolled(seed+1000, 4000), a)
		newWorld(&c).live(t, rolled(seed, 4000), l, []alerts.Article{a, a, a, a, other})
	}
	c.report(t)
}

// FuzzMatch tries whatever query can be parsed on whatever text.
func FuzzMatch(f *testing.F) {
	for _, q := range []string{
		`tariff`, `"co-op" NEAR/3 (a1 OR b2)`, `title:(x1 AND NOT lead:y2)`, `source:"a-b c"`, `caps:U.S.`,
		`ATLEAST/2 生产力`, `l’État*`, `site:a.b, lang:zh`, `-x1 y2`, `R&D`, `ATLEAST/0 x1`, `x1 NEAR/0 x2`,
	} {
		f.Add(q, "Title x1", "co-op a1. Xi’s 生产力\n\nU.S. x2", "a-b c", "en")
	}
	f.Fuzz(func(t *testing.T, s, title, body, publisher, language string) {
		q, err := query.Parse(s)
		if err != nil {
			return
		}
		a := alerts.Article{Title: title, Body: body, Publisher: publisher, Agency: publisher, URL: publisher, Language: language}
		e, r := match.NewEngine(), match.NewReference()
		e.Add(1, q)
		r.Add(1, q)
		if diff := cmp.Diff(r.Match(a, nil), matched(e, a)); diff != "" {
			t.Fatalf("%s: Reference -, Engine +:\n%s\n%+v", q, diff, a)
		}
	})
}
