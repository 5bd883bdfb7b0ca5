package match_test

import (
	"context"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/alerts/match"
	"github.com/bellwether/bellwether/alerts/query"
)

// crowd is an Engine of so many subscriptions that it remembers the words of
// articles, and what each of its queries is to find in each of some articles.
type crowd struct {
	e        *match.Engine
	queries  []query.Query
	articles []alerts.Article
	want     [][]outcome // by article and query
	has      []int       // by subscription: its query, or -1
}

// outcome is what Reference finds.
type outcome struct {
	hit   bool
	spans []alerts.Span
}

const (
	crowdSize = 5000 // subscriptions, more than an Engine needs to remember words
	different = 400  // queries
)

func newCrowd(t *testing.T) *crowd {
	t.Helper()
	d := rolled(1, 200_000)
	c := &crowd{e: match.NewEngine(), has: make([]int, crowdSize)}
	for range different {
		c.queries = append(c.queries, d.query(small))
	}
	for _, lang := range []string{"en", "fr", "en", "", "zh-CN", "fr", "ru", "en"} {
		a := d.article()
		a.Language = lang
		if lang == "ru" {
			a.Title, a.Body = strings.ToUpper(a.Title), strings.ToUpper(a.Body)
		}
		c.articles = append(c.articles, a)
		doc := match.NewDocument(a)
		var want []outcome
		for _, q := range c.queries {
			spans, hit := doc.Spans(q)
			want = append(want, outcome{hit, spans})
		}
		c.want = append(c.want, want)
	}
	for id := range c.has {
		c.set(id, id%different)
	}
	return c
}

// set gives a subscription a query, or takes it away.
func (c *crowd) set(id, q int) {
	c.has[id] = q
	if q < 0 {
		c.e.Remove(alerts.SubscriptionID(id))
	} else {
		c.e.Add(alerts.SubscriptionID(id), c.queries[q])
	}
}

// check compares what article a hits, as far as mine says so of a subscription.
func (c *crowd) check(t *testing.T, a int, hits *match.Hits, has []int, mine func(id int) bool) {
	t.Helper()
	c.e.Match(c.articles[a], hits)
	got := slices.DeleteFunc(hits.List(), func(h match.Hit) bool { return !mine(int(h.ID)) })
	var want []match.Hit
	for id, q := range has {
		if mine(id) && q >= 0 && c.want[a][q].hit {
			want = append(want, match.Hit{ID: alerts.SubscriptionID(id), Spans: c.want[a][q].spans})
		}
	}
	if len(want)+len(got) > 0 && !reflect.DeepEqual(want, got) {
		t.Errorf("article %d: Reference -, Engine +:\n%.4000s\n%+v", a, cmp.Diff(want, got), c.articles[a])
	}
}

func (c *crowd) rebuild(t *testing.T) {
	t.Helper()
	if err := c.e.Rebuild(context.Background()); err != nil {
		t.Error(err)
	}
}

func everyone(int) bool { return true }

// Words that a large engine remembers, and subscriptions that were removed from
// it, do not outlive a change.
func TestCrowdChanges(t *testing.T) {
	c, d := newCrowd(t), rolled(2, 20_000)
	var hits match.Hits
	for step := range 12 {
		if step%4 == 1 {
			c.rebuild(t)
		}
		for range 2 {
			c.check(t, d.n(len(c.articles)), &hits, c.has, everyone)
		}
		for range []int{1, 40, 400}[step%3] {
			id := d.n(crowdSize)
			if d.n(2) == 0 {
				c.set(id, -1)
			} else {
				c.set(id, d.n(different))
			}
		}
	}
	c.rebuild(t)
	for a := range c.articles {
		c.check(t, a, &hits, c.has, everyone)
	}
}

// TestCrowdAtOnce matches on several goroutines while others change some of the
// subscriptions and rebuild: the rest hits as if nothing happened.
func TestCrowdAtOnce(t *testing.T) {
	c := newCrowd(t)
	c.rebuild(t)
	has := slices.Clone(c.has)
	still := func(id int) bool { return id%8 != 0 }
	var group sync.WaitGroup
	for worker := range 3 {
		group.Go(func() {
			var hits match.Hits
			for i := range 10 {
				c.check(t, (i+3*worker)%len(c.articles), &hits, has, still)
			}
		})
	}
	group.Go(func() {
		d := rolled(3, 4000)
		for range 400 {
			id := d.n(crowdSize/8) * 8
			c.set(id, d.n(different+1)-1)
		}
	})
	group.Go(func() {
		for range 3 {
			c.rebuild(t)
		}
	})
	group.Wait()
	var hits match.Hits
	for a := range c.articles {
		c.check(t, a, &hits, c.has, everyone)
	}
}
