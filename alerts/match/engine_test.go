package match_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"unicode"

	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/alerts/match"
	"github.com/bellwether/bellwether/alerts/text"
)

func ids(hits []match.Hit) []alerts.SubscriptionID {
	var out []alerts.SubscriptionID
	for _, h := range hits {
		out = append(out, h.ID)
	}
	return out
}

func TestMatchUsesHitsAgain(t *testing.T) {
	e := match.NewEngine()
	e.Add(1<<40, mustParse(t, "steel"))
	e.Add(3, mustParse(t, "coal"))
	e.Add(300, mustParse(t, "steel"))
	var hits match.Hits
	for range 2 { // what was there before is gone
		e.Match(alerts.Article{Title: "Steel and coal"}, &hits)
		slices.Sort(hits.IDs)
		if want := []alerts.SubscriptionID{3, 300, 1 << 40}; !slices.Equal(hits.IDs, want) {
			t.Errorf("got %v, want %v", hits.IDs, want)
		}
	}
}

// What a caller does with the spans of one hit must not reach another's.
func TestSpansCanGrow(t *testing.T) {
	e := match.NewEngine()
	e.Add(1, mustParse(t, "steel"))
	e.Add(2, mustParse(t, "coal"))
	hits := matched(e, alerts.Article{Title: "Steel and coal"})
	want := slices.Clone(hits[1].Spans)
	_ = append(hits[0].Spans, alerts.Span{Start: 100, End: 200})
	_ = append(hits[1].Spans, alerts.Span{Start: 100, End: 200})
	if !slices.Equal(hits[1].Spans, want) {
		t.Errorf("spans became %v, want %v", hits[1].Spans, want)
	}
}

func TestStats(t *testing.T) {
	e := match.NewEngine()
	for i := range 10 {
		e.Add(alerts.SubscriptionID(i), mustParse(t, []string{"steel", `"steel"`, "coal OR steel"}[i%3]))
	}
	e.Remove(3)
	e.Remove(33) // was never there
	want := match.Stats{Subscriptions: 9, Distinct: 3, Changes: 11}
	if got := e.Stats(); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	e.Remove(2)
	e.Remove(5)
	e.Remove(8)
	if err := e.Rebuild(t.Context()); err != nil {
		t.Fatal(err)
	}
	want = match.Stats{Subscriptions: 6, Distinct: 2}
	if got := e.Stats(); got != want {
		t.Errorf("after Rebuild: got %+v, want %+v", got, want)
	}
}

func TestRebuildEnds(t *testing.T) {
	e := match.NewEngine()
	e.Add(1, mustParse(t, "steel"))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := e.Rebuild(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("Rebuild in a context that ended gives %v", err)
	}
	if got := matched(e, alerts.Article{Title: "steel"}); len(got) != 1 {
		t.Errorf("after it, there are %d hits, want 1", len(got))
	}
	if err := e.Rebuild(t.Context()); err != nil {
		t.Errorf("the next Rebuild gives %v", err)
	}
}

// TestConcurrent changes, matches and rebuilds at once. Every goroutine looks
// for its own changes in its very next Match; what is only ever replaced by a
// query that hits as well must be there in every one, once.
func TestConcurrent(t *testing.T) {
	const workers, rounds, replaced = 4, 150, 1000
	e := match.NewEngine()
	article := alerts.Article{Title: "Steel tariffs", Body: "On coal, and on steel."}
	hitting := []string{"steel", "tariff", "coal", "steel AND coal", "steel NEAR/1 tariff", "title:steel", "zinc OR coal"}
	for i := range 50 {
		e.Add(alerts.SubscriptionID(replaced+i), mustParse(t, hitting[i%len(hitting)]))
	}
	var group sync.WaitGroup
	for w := range workers {
		group.Go(func() {
			own := alerts.SubscriptionID(w)
			for i := range rounds {
				e.Add(alerts.SubscriptionID(replaced+(i*workers+w)%50), mustParse(t, hitting[i%len(hitting)]))
				e.Add(own, mustParse(t, fmt.Sprintf("steel AND NOT zinc%d", i)))
				hits := ids(matched(e, article))
				if !slices.Contains(hits, own) {
					t.Errorf("round %d: what %d added does not hit", i, w)
				}
				e.Remove(own)
				hits = ids(matched(e, article))
				if slices.Contains(hits, own) {
					t.Errorf("round %d: what %d removed hits", i, w)
				}
				hits = slices.DeleteFunc(hits, func(id alerts.SubscriptionID) bool { return id < replaced })
				if len(hits) != 50 || !slices.IsSorted(hits) || len(slices.Compact(hits)) != 50 {
					t.Errorf("round %d: got %v, want %d to %d", i, hits, replaced, replaced+49)
				}
			}
		})
	}
	group.Go(func() {
		for range rounds {
			if err := e.Rebuild(t.Context()); err != nil {
				t.Error(err)
			}
			e.Stats()
		}
	})
	group.Wait()
	if e.Len() != 50 {
		t.Errorf("%d are left, want 50", e.Len())
	}
}

// Engine shares a table of stems between languages that stem four sample words
// by the same stemmers. No language may differ in any other script.
func TestStemmersOfLanguages(t *testing.T) {
	sampled := []*unicode.RangeTable{unicode.Latin, unicode.Cyrillic, unicode.Arabic, unicode.Tamil}
	for name, script := range unicode.Scripts {
		if slices.Contains(sampled, script) || len(script.R16) == 0 {
			continue
		}
		word := string(rune(script.R16[0].Lo))
		for a := 'a'; a <= 'z'; a++ {
			for b := 'a'; b <= 'z'; b++ {
				lang := string([]rune{a, b})
				if got, want := text.StemLang(lang, word), text.StemLang("", word); got != want {
					t.Fatalf("%s in %s is stemmed by %q, elsewhere by %q: add the script to stemmers", name, lang, got, want)
				}
			}
		}
	}
}
