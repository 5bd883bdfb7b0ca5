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
// makes, and small ones of what was added since, which grow by merging. What was
// removed is marked beside its index. All of that is one state behind one
// pointer: a Match sees a state as it was, whatever changes meanwhile.
// docs/engine.md tells more.
type Engine struct {
	mu       sync.Mutex // held by whoever changes the fields below
	size     int
	waiting  *builder // of what is in no index yet
	building bool     // a Rebuild is at work
	frozen   int      // that many of the first layers are not to be merged by indexWaiting

	state   atomic.Pointer[state]
	matched atomic.Bool // since the last change
	costs   ledger
}

// state is a version of the engine. It never changes.
type state struct {
	layers  []layer
	waiting bool // there is something in Engine.waiting
	changes int  // since the last Rebuild
}

// layer is an index with what was removed from it.
type layer struct {
	index *index
	dead  *deaths
}

// alive counts the subscriptions of a layer.
func (l layer) alive() int { return l.index.len() - l.dead.count() }

// NewEngine gives an Engine without queries.
func NewEngine() *Engine {
	e := &Engine{waiting: newWaiting()}
	e.state.Store(&state{})
	return e
}

func newWaiting() *builder {
	b := newBuilder()
	b.byID = map[alerts.SubscriptionID]int{}
	return b
}

// Add puts q in under id, in place of what was there. The next Match sees it.
func (e *Engine) Add(id alerts.SubscriptionID, q query.Query) {
	e.mu.Lock()
	defer e.mu.Unlock()
	next := e.next()
	e.kill(next, id)
	e.waiting.add(id, q)
	e.size++
	next.waiting = true
	e.state.Store(next)
	if e.matched.Swap(false) {
		e.indexWaiting() // so that the next Match need not
	}
}

// Remove takes out what is under id, if anything is. The next Match does not
// see it.
func (e *Engine) Remove(id alerts.SubscriptionID) {
	e.mu.Lock()
	defer e.mu.Unlock()
	next := e.next()
	if e.kill(next, id) {
		e.state.Store(next)
	}
}

// next begins the version after the present one.
func (e *Engine) next() *state {
	next := *e.state.Load()
	next.changes++
	return &next
}

// kill takes an id out of where it is.
func (e *Engine) kill(next *state, id alerts.SubscriptionID) bool {
	e.costs.forget(id)
	if e.waiting.remove(id) {
		e.size--
		return true
	}
	for i := len(next.layers) - 1; i >= 0; i-- {
		l := next.layers[i]
		if at := l.index.find(id); at >= 0 && !l.dead.has(uint32(at)) {
			next.layers = slices.Clone(next.layers)
			next.layers[i].dead = l.dead.with(uint32(at), l.index)
			e.size--
			return true
		}
	}
	return false
}

// Len is the number of queries.
func (e *Engine) Len() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.size
}

// Stats says how large an Engine is.
type Stats struct {
	Subscriptions int
	// Distinct counts queries that differ in more than the order of their
	// operands. It is exact after Rebuild; before, what was added or removed since
	// can count twice.
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
	out := Stats{Subscriptions: e.size, Changes: s.changes}
	for _, l := range s.layers {
		out.Distinct += l.index.groups()
	}
	return out
}

// Match puts into hits what a hits. It takes no lock unless queries were added
// since the last Match, and allocates nothing once hits has met such articles.
//
// The time taken is that of analysing the text, plus a few look-ups for every
// distinct word and for every two neighbours, plus a visit to the queries of
// which the rarest words occur. The first Match in a language stems the words of
// all queries.
func (e *Engine) Match(a alerts.Article, hits *Hits) {
	s := e.state.Load()
	if s.waiting {
		e.mu.Lock()
		s = e.indexWaiting()
		e.mu.Unlock()
	}
	if !e.matched.Load() {
		e.matched.Store(true)
	}
	hits.reset(a, s.layers)
	weigh := hits.m.count%weighEvery == 0
	for i, l := range s.layers {
		hits.collect(i, l)
		if weigh {
			hits.weigh(l)
		}
	}
	if weigh {
		e.costs.take(hits.weighed)
	}
}

// mergeFactor bounds the number of layers: what is added goes into one index
// with the layers before it that are at most so many times as large.
const mergeFactor = 8

// indexWaiting puts what waits into a new index, together with smaller ones that
// came before it, so that there are few.
func (e *Engine) indexWaiting() *state {
	s := e.state.Load()
	if !s.waiting {
		return s
	}
	next := *s
	next.waiting = false
	keep, size := len(next.layers), e.waiting.alive
	for keep > e.frozen && next.layers[keep-1].alive() <= mergeFactor*size {
		keep--
		size += next.layers[keep].alive()
	}
	b := e.waiting
	if keep < len(next.layers) {
		b = newBuilder()
		for _, l := range next.layers[keep:] {
			b.addLayer(l, func() bool { return false })
		}
		b.addBuilder(e.waiting)
	}
	next.layers = next.layers[:keep:keep]
	if b.alive > 0 {
		next.layers = append(next.layers, layer{index: b.index()})
	}
	e.waiting = newWaiting()
	e.state.Store(&next)
	return &next
}

// Rebuild puts everything into one new index, lets go of what was removed, and
// plans anew by how common words were in the articles seen. It works beside
// Match, Add and Remove, which wait for it only briefly. It returns early, with
// nothing changed, when ctx ends, and at once when another Rebuild is at work.
func (e *Engine) Rebuild(ctx context.Context) error {
	e.mu.Lock()
	if e.building {
		e.mu.Unlock()
		return nil
	}
	first := len(e.state.Load().layers) == 0
	before, frozen := e.indexWaiting(), e.frozen
	if first && ctx.Err() == nil { // that was all of it
		for _, l := range before.layers {
			l.index.tongueOf("") // so that the first Match need not
		}
		next := *before
		next.changes = 0
		e.frozen = len(next.layers)
		e.state.Store(&next)
		e.mu.Unlock()
		return nil
	}
	e.building, e.frozen = true, len(before.layers)
	e.mu.Unlock()

	x, err := rebuilt(ctx, before)

	e.mu.Lock()
	defer e.mu.Unlock()
	e.building = false
	if err != nil {
		e.frozen = frozen
		return fmt.Errorf("rebuild the index of queries: %w", err)
	}
	e.replace(before, x)
	return nil
}

// replace puts an index in place of the layers that it was made of.
func (e *Engine) replace(before *state, x *index) {
	next := *e.state.Load()
	made := layer{index: x}
	for i, l := range before.layers {
		next.layers[i].dead.since(l.dead, func(at uint32) {
			if now := x.find(l.index.ids[at]); now >= 0 {
				made.dead = made.dead.with(uint32(now), x)
			}
		})
	}
	next.layers = append([]layer{made}, next.layers[len(before.layers):]...)
	next.changes -= before.changes
	e.frozen = 1
	e.state.Store(&next)
}

// rebuilt makes one index of all that is alive in s.
func rebuilt(ctx context.Context, s *state) (*index, error) {
	b := newBuilder()
	for _, l := range s.layers {
		if !b.addLayer(l, func() bool { return ctx.Err() != nil }) {
			return nil, ctx.Err()
		}
	}
	x := b.index()
	if len(s.layers) > 0 {
		for _, t := range *s.layers[0].index.tongues.Load() {
			x.tongueOf(t.language)
		}
	}
	return x, ctx.Err()
}
