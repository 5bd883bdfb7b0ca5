package match

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/alerts/query"
)

// Engine matches articles against all of its queries at once. It is safe for
// concurrent use, and Match never waits for another Match.
//
// It is a log-structured merge of immutable indexes: a large one that Rebuild
// makes, and small ones of what was added since, which grow by merging. What
// was added last waits, unindexed, for the next Match. Removing marks an entry
// as dead from a version of the engine on. A Match sees one version.
type Engine struct {
	mu       sync.Mutex // held by whoever changes the fields below
	entries  map[alerts.SubscriptionID]*entry
	building bool // a Rebuild is at work
	frozen   int  // that many of the first indexes are not to be merged by indexWaiting

	state    atomic.Pointer[state]
	matchers sync.Pool
}

// state is a version of the engine. It never changes.
type state struct {
	version uint64
	indexes []*index
	waiting []addition
	changes int // since the last Rebuild
	deaths  int // of them, entries in indexes or waiting that died
}

// addition is a query that is in no index yet.
type addition struct {
	key   string
	query query.Query
	entry *entry
}

// NewEngine gives an Engine without queries.
func NewEngine() *Engine {
	e := &Engine{entries: map[alerts.SubscriptionID]*entry{}}
	e.matchers.New = func() any { return newMatcher() }
	e.state.Store(&state{})
	return e
}

// Add puts q in under id, in place of what was there. The next Match sees it.
func (e *Engine) Add(id alerts.SubscriptionID, q query.Query) {
	key := q.String()
	e.mu.Lock()
	defer e.mu.Unlock()
	next := e.next()
	if old := e.entries[id]; old != nil {
		next.kill(old)
	}
	added := &entry{id: id}
	e.entries[id] = added
	// Older states share the array, but look at fewer of its elements.
	next.waiting = append(next.waiting, addition{key, q, added})
	e.state.Store(next)
}

// Remove takes out what is under id, if anything is. The next Match does not
// see it.
func (e *Engine) Remove(id alerts.SubscriptionID) {
	e.mu.Lock()
	defer e.mu.Unlock()
	old := e.entries[id]
	if old == nil {
		return
	}
	delete(e.entries, id)
	next := e.next()
	next.kill(old)
	e.state.Store(next)
}

// kill ends an entry with this version.
func (s *state) kill(old *entry) {
	old.died.Store(s.version)
	s.deaths++
}

// next begins the version after the present one.
func (e *Engine) next() *state {
	next := *e.state.Load()
	next.version++
	next.changes++
	return &next
}

// Len is the number of queries.
func (e *Engine) Len() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return len(e.entries)
}

// Stats says how large an Engine is.
type Stats struct {
	Subscriptions int
	// Distinct counts queries that differ in their canonical form. It is exact
	// after Rebuild; before, what was added or removed since can count twice.
	Distinct int
	// Changes counts Adds and Removes since the last Rebuild. Matching slows
	// down, and memory is held, with their number; a Rebuild is worth while
	// from about a tenth of Subscriptions on.
	Changes int
}

// Stats counts what the engine holds.
func (e *Engine) Stats() Stats {
	e.mu.Lock()
	defer e.mu.Unlock()
	s := e.indexWaiting()
	out := Stats{Subscriptions: len(e.entries), Changes: s.changes}
	for _, x := range s.indexes {
		out.Distinct += len(x.roots)
	}
	return out
}

// Match appends a Hit for every query that a hits, in the order of their IDs.
// Spans of different hits can share memory: they are to be read only.
//
// The time taken is that of analysing the text, plus, for every distinct word,
// a few look-ups, plus the evaluation of the queries of which the rarest words
// occur. The first Match after many Adds also indexes them, and the first in a
// language stems the words of all queries.
func (e *Engine) Match(a alerts.Article, hits []Hit) []Hit {
	s := e.state.Load()
	if len(s.waiting) > 0 {
		e.mu.Lock()
		s = e.indexWaiting()
		e.mu.Unlock()
	}
	m := e.matchers.Get().(*matcher)
	m.read(a)
	for _, x := range s.indexes {
		m.match(x, s)
	}
	hits = m.take(hits)
	e.matchers.Put(m)
	return hits
}

// indexWaiting puts what waits into a new index, together with the smaller
// ones that came before it. So there are few indexes, and what is added one by
// one is indexed again only about as often as its number can be halved.
func (e *Engine) indexWaiting() *state {
	next := *e.state.Load()
	if len(next.waiting) == 0 {
		return &next
	}
	keep, size := len(next.indexes), len(next.waiting)
	for keep > e.frozen && len(next.indexes[keep-1].entries) <= 2*size {
		keep--
		size += len(next.indexes[keep].entries)
	}
	b := newBuilder()
	for _, x := range next.indexes[keep:] {
		b.addGroups(x, x.order(), next.version)
	}
	for _, w := range next.waiting {
		if w.entry.alive(next.version) {
			b.add(w.key, w.query, w.entry)
		}
	}
	next.indexes = append(next.indexes[:keep:keep], b.index())
	next.waiting = nil
	e.state.Store(&next)
	return &next
}

// Rebuild puts everything into one new index and lets go of what was removed.
// It works beside Match, Add and Remove, which wait for it only briefly. It
// returns early, with nothing changed, when ctx ends, and at once when another
// Rebuild is at work.
func (e *Engine) Rebuild(ctx context.Context) error {
	e.mu.Lock()
	if e.building {
		e.mu.Unlock()
		return nil
	}
	before, frozen := e.indexWaiting(), e.frozen
	e.building, e.frozen = true, len(before.indexes)
	e.mu.Unlock()

	x, err := rebuilt(ctx, before)

	e.mu.Lock()
	defer e.mu.Unlock()
	e.building = false
	if err != nil {
		e.frozen = frozen
		return fmt.Errorf("rebuild the index of queries: %w", err)
	}
	next := *e.state.Load()
	next.indexes = append([]*index{x}, next.indexes[len(before.indexes):]...)
	next.changes -= before.changes
	next.deaths -= before.deaths
	e.frozen = 1
	e.state.Store(&next)
	return nil
}

// rebuilt makes one index of all that is alive in s.
func rebuilt(ctx context.Context, s *state) (*index, error) {
	b := newBuilder()
	for _, x := range s.indexes {
		for groups := range slices.Chunk(x.order(), 4096) {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			b.addGroups(x, groups, s.version)
		}
	}
	x := b.index()
	if len(s.indexes) > 0 {
		for _, t := range *s.indexes[0].stems.Load() {
			x.stemsOf(t.language)
		}
	}
	return x, ctx.Err()
}
