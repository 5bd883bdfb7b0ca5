package matching

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/bellwether/bellwether/alerts"
)

const (
	// wide is how many destinations hear of an ordinary article at most.
	wide = 500
	// putTime is how long one alert of a wide article takes into the outbox, with
	// something to spare for what else goes on.
	putTime = 20 * time.Microsecond
	// mostWide bounds the wide articles that are in the crowd at a time.
	mostWide = 4
)

// crowd is what wide articles still have to put into the outbox. It goes there
// in parts, so that other articles need not wait for all of it; before what one
// of those has for a destination goes what a wide one before it has for the
// same.
type crowd struct {
	articles []*wideArticle // in the order of the log
}

// wideArticle is one of which parts are in the outbox.
type wideArticle struct {
	entry    alerts.LogEntry
	begun    time.Time
	pendings []alerts.Pending
	at       map[alerts.Destination]int // into pendings; a destination is there once
	stored   []bool                     // by pending
	next     int                        // the first that may not be stored
}

// part names pendings of an article.
type part struct {
	article *wideArticle
	which   []int
}

func (c *crowd) add(e alerts.LogEntry, all []alerts.Pending, now time.Time) {
	a := &wideArticle{
		entry: e, begun: now, pendings: all,
		at: make(map[alerts.Destination]int, len(all)), stored: make([]bool, len(all)),
	}
	for i, p := range all {
		a.at[p.Lane.Destination] = i
	}
	c.articles = append(c.articles, a)
}

// has reports whether an entry of the log is in the crowd.
func (c *crowd) has(token string) bool {
	for _, a := range c.articles {
		if a.entry.Token == token {
			return true
		}
	}
	return false
}

// before gives what has to go before all, article by article.
func (c *crowd) before(all []alerts.Pending) []part {
	var out []part
	for _, a := range c.articles {
		p := part{article: a}
		asked := map[int]bool{}
		for _, one := range all {
			if i, there := a.at[one.Lane.Destination]; there && !a.stored[i] && !asked[i] {
				asked[i] = true
				p.which = append(p.which, i)
			}
		}
		if len(p.which) > 0 {
			out = append(out, p)
		}
	}
	return out
}

// first gives up to n pendings of the first article.
func (c *crowd) first(n int) part {
	a := c.articles[0]
	p := part{article: a}
	for i := a.next; i < len(a.pendings) && len(p.which) < n; i++ {
		if !a.stored[i] {
			p.which = append(p.which, i)
		}
	}
	return p
}

// list gives the pendings of a part.
func (p part) list() []alerts.Pending {
	out := make([]alerts.Pending, len(p.which))
	for n, i := range p.which {
		out[n] = p.article.pendings[i]
	}
	return out
}

// done notes that a part is in the outbox.
func (p part) done() {
	for _, i := range p.which {
		p.article.stored[i] = true
	}
	for a := p.article; a.next < len(a.stored) && a.stored[a.next]; {
		a.next++
	}
}

// finished takes out the articles of which everything is in the outbox.
func (c *crowd) finished() (out []*wideArticle) {
	var rest []*wideArticle
	for _, a := range c.articles {
		if a.next == len(a.pendings) {
			out = append(out, a)
		} else {
			rest = append(rest, a)
		}
	}
	c.articles = rest
	return out
}

// enqueue puts alerts into the outbox, behind what the crowd has for the same
// destinations.
func (m *Matcher) enqueue(ctx context.Context, all []alerts.Pending, try func(context.Context, func() error) error) error {
	for _, p := range m.crowd.before(all) {
		if err := m.put(ctx, p, try); err != nil {
			return err
		}
	}
	return m.store(ctx, all, try)
}

// put puts a part of the crowd into the outbox.
func (m *Matcher) put(ctx context.Context, p part, try func(context.Context, func() error) error) error {
	if err := m.store(ctx, p.list(), try); err != nil {
		return err
	}
	p.done()
	return nil
}

func (m *Matcher) store(ctx context.Context, all []alerts.Pending, try func(context.Context, func() error) error) error {
	for n := range slices.Chunk(all, enqueueAtOnce) {
		err := try(ctx, func() error {
			added, err := m.cfg.Outbox.Enqueue(ctx, n)
			if err != nil {
				return fmt.Errorf("put %d alerts into the outbox: %w", len(n), err)
			}
			m.metrics.enqueued.Add(int64(added))
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}
