package match_test

import (
	"context"
	"encoding/binary"
	"flag"
	"hash/fnv"
	"maps"
	"slices"
	"testing"

	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/alerts/match"
	"github.com/bellwether/bellwether/alerts/query"
)

var million = flag.Bool("million", false, "compare the hits of a million subscriptions too, and some with Reference")

// TestSums compares what each article of the benchmark hits with what it hit
// when that was found right: no optimisation may change it.
func TestSums(t *testing.T) {
	for _, c := range []struct {
		file string
		long bool
		hits int
		sum  uint64
	}{
		{"bench/subscriptions-100k.jsonl.gz", false, 2_841_008, 0x5820782a88d1511c},
		{"bench/subscriptions-1m.jsonl.gz", true, 28_245_482, 0xfc6293c694830d10},
	} {
		if c.long && !*million {
			continue
		}
		t.Run(c.file, func(t *testing.T) {
			articles := readArticles(t, shared(t, "bench/articles.jsonl.gz"), 1<<20)
			e, r := match.NewEngine(), match.NewReference()
			id := alerts.SubscriptionID(0)
			for _, s := range readQueries(t, shared(t, c.file), 1<<20) {
				if q, err := query.Parse(s); err == nil { // not bare stop words
					e.Add(id, q)
					if *million {
						r.Add(id, q)
					}
				}
				id++
			}
			if err := e.Rebuild(context.Background()); err != nil {
				t.Fatal(err)
			}
			hits, sum := sumOf(e, articles)
			if hits != c.hits || sum != c.sum {
				t.Errorf("%d hits with the sum %#x, want %d with %#x", hits, sum, c.hits, c.sum)
			}
			if *million {
				for i := range 3 {
					sameIDs(t, e, r, articles[i*len(articles)/3])
				}
			}
		})
	}
}

// sumOf counts the hits of articles, and hashes which they are.
func sumOf(e *match.Engine, articles []alerts.Article) (count int, sum uint64) {
	h := fnv.New64a()
	var hits match.Hits
	var b []byte
	for _, a := range articles {
		e.Match(a, &hits)
		count += len(hits.IDs)
		slices.Sort(hits.IDs)
		b = append(b[:0], a.ID...)
		for _, id := range hits.IDs {
			b = binary.LittleEndian.AppendUint64(b, uint64(id))
		}
		h.Write(b)
	}
	return count, h.Sum64()
}

func sameIDs(t *testing.T, e *match.Engine, r *match.Reference, a alerts.Article) {
	t.Helper()
	var hits match.Hits
	e.Match(a, &hits)
	got := map[alerts.SubscriptionID]bool{}
	for _, id := range hits.IDs {
		got[id] = true
	}
	want := map[alerts.SubscriptionID]bool{}
	for _, h := range r.Match(a, nil) {
		want[h.ID] = true
	}
	if !maps.Equal(want, got) {
		t.Errorf("%s: Engine finds %d, Reference %d", a.ID, len(got), len(want))
	}
}
