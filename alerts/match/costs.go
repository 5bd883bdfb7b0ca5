package match

import (
	"cmp"
	"maps"
	"slices"
	"sync"

	"github.com/bellwether/bellwether/alerts"
)

// Costs tells which queries took the most work of late, and which hit the most.
// It is estimated from samples, and forgets slowly: half of it with each quarter
// of a million articles.
type Costs struct {
	Articles int    // that it is estimated from
	Work     []Cost // the most work first
	Hits     []Cost // the most hits first
}

// Cost is a query with its part in all that was done. Shares are from 0 to 1.
type Cost struct {
	ID            alerts.SubscriptionID // one of those with the query
	Subscriptions int                   // with the query, when it was last met
	// Work is its share of all that was done to evaluate queries. It is 0 for one
	// that hits by the mere presence of up to three words, as most do.
	Work      float64
	Evaluated float64 // the share of articles that it was evaluated for
	Hits      float64 // the share of articles that it hit
}

const (
	weighEvery = 64 // of how many articles of a Hits one is weighed
	weighMost  = 64 // queries that are weighed of one layer, and as many of its hits
	// costsKept is how many queries are left of the dearest, and of those that hit
	// the most, when there are four times as many.
	costsKept = 1024
	// costsFade is after how many weighed articles all counts are halved.
	costsFade = 8192
)

// ledger adds up what was weighed.
type ledger struct {
	mu       sync.Mutex
	articles float64
	work     float64
	tallies  map[alerts.SubscriptionID]tally
	bars     []float64 // see bar
}

// tally is what a query, known by one of its subscriptions, has cost.
type tally struct {
	members           int
	work, tried, hits float64
}

// weighed is what is known of a query in one article.
type weighed struct {
	id alerts.SubscriptionID
	tally
}

// weigh notes what queries of the layer that was asked last cost. Of many it
// takes some, which count for the others: so the time that it takes has a bound.
func (h *Hits) weigh(l layer) {
	m := &h.m
	first, step := m.stride(len(m.hits))
	for i := first; i < len(m.hits); i += step {
		h.note(l, m.hits[i], tally{hits: float64(step)})
	}
	if len(l.index.maybe) == 1 {
		return
	}
	first, step = m.stride(len(m.candidates))
	n := 0
	for _, c := range m.candidates {
		g := c.group &^ several
		if m.tried[g/64]>>(g%64)&1 != 0 {
			continue
		}
		m.tried[g/64] |= 1 << (g % 64)
		if n%step == first {
			h.note(l, g, tally{tried: float64(step), work: float64(step * m.effort(l.index.codeOf(g)))})
		}
		n++
	}
	for _, c := range m.candidates {
		m.tried[(c.group&^several)/64] = 0
	}
}

// stride says which of n are weighed: each step-th from first on, other ones
// each time.
func (m *matcher) stride(n int) (first, step int) {
	step = max((n+weighMost-1)/weighMost, 1)
	return m.count / weighEvery % step, step
}

// note keeps the tally of a group until the article is through, unless all its
// subscriptions were removed.
func (h *Hits) note(l layer, g uint32, t tally) {
	from, to := l.index.members(g)
	for l.dead.has(from) {
		if from++; from == to {
			return
		}
	}
	t.members = int(to - from)
	h.weighed = append(h.weighed, weighed{l.index.ids[from], t})
}

// effort is how much work it is to evaluate a query: the parts that are looked
// at, and the places of words that are compared with others.
func (m *matcher) effort(code []uint32) int {
	if opOf(code[0]) != opSteps {
		_, n := m.work(code, regionText)
		return n
	}
	steps, n := code[2:], 0
	for next := uint32(0); next < stepFails; n++ {
		a := steps[2*next]
		next = steps[2*next+1] >> (16 * (m.present[a/64] >> (a % 64) & 1)) & 0xFFFF
	}
	return n
}

// work is effort for a tree, and whether it holds in a region.
func (m *matcher) work(code []uint32, in region) (holds bool, n int) {
	switch o := opOf(code[0]); o {
	case opAnd, opOr:
		n = 1
		for rest := code[2:code[1]]; len(rest) > 0; rest = rest[sizeOf(rest):] {
			some, more := m.work(rest, in)
			n += more
			if some == (o == opOr) {
				return some, n
			}
		}
		return o == opAnd, n
	case opNot:
		holds, n = m.work(code[1:], in)
		return !holds, n + 1
	case opWithin, opSilent:
		return m.work(code[1:], inner(code[0], in))
	case opPhrase, opNear, opBefore, opSame, opAtLeast:
		eachTerm(code, m.x.pairs, func(a atom) { n += len(m.placesOf(a)) })
	}
	return m.holds(code, in), n + 1
}

// take adds up what was weighed of an article. Whoever finds another at it lets
// it be: no Match waits for another.
func (l *ledger) take(all []weighed) {
	if !l.mu.TryLock() {
		return
	}
	defer l.mu.Unlock()
	if l.tallies == nil {
		l.tallies = map[alerts.SubscriptionID]tally{}
	}
	l.articles++
	for _, w := range all {
		t := l.tallies[w.id]
		t.members = w.members
		t.work, t.tried, t.hits = t.work+w.work, t.tried+w.tried, t.hits+w.hits
		l.tallies[w.id] = t
		l.work += w.work
	}
	if len(l.tallies) > 4*costsKept {
		l.cut()
	}
	if l.articles >= costsFade {
		l.fade()
	}
}

// cut lets go of the queries that cost little. What goes and costs much later
// makes its way back.
func (l *ledger) cut() {
	work, hits := l.bar(byWork), l.bar(byHits)
	for id, t := range l.tallies {
		if t.work <= work && t.hits <= hits {
			delete(l.tallies, id)
		}
	}
}

// bar gives what fewer than costsKept tallies are above.
func (l *ledger) bar(by func(tally) float64) float64 {
	l.bars = l.bars[:0]
	for _, t := range l.tallies {
		l.bars = append(l.bars, by(t))
	}
	slices.Sort(l.bars)
	return l.bars[len(l.bars)-costsKept]
}

func byWork(t tally) float64 { return t.work }
func byHits(t tally) float64 { return t.hits }

// top gives all tallies, the greatest first.
func (l *ledger) top(by func(tally) float64) []weighed {
	all := make([]weighed, 0, len(l.tallies))
	for id, t := range l.tallies {
		all = append(all, weighed{id, t})
	}
	slices.SortFunc(all, func(a, b weighed) int { return cmp.Or(cmp.Compare(by(b.tally), by(a.tally)), cmp.Compare(a.id, b.id)) })
	return all
}

func (l *ledger) fade() {
	l.articles, l.work = l.articles/2, l.work/2
	for id, t := range l.tallies {
		t.work, t.tried, t.hits = t.work/2, t.tried/2, t.hits/2
		l.tallies[id] = t
	}
}

// forget drops what a subscription's query has cost, for it has it no more.
func (l *ledger) forget(id alerts.SubscriptionID) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.tallies, id)
}

// Costs gives the n queries that took the most work, and the n that hit the most.
func (e *Engine) Costs(n int) Costs {
	e.costs.mu.Lock()
	l := ledger{articles: e.costs.articles, work: e.costs.work, tallies: maps.Clone(e.costs.tallies)}
	e.costs.mu.Unlock()
	out := Costs{Articles: int(l.articles)}
	out.Work, out.Hits = e.dearest(&l, n, byWork), e.dearest(&l, n, byHits)
	return out
}

// dearest gives the n greatest of a ledger that are in the engine.
func (e *Engine) dearest(l *ledger, n int, by func(tally) float64) []Cost {
	all := l.top(by)
	e.mu.Lock()
	defer e.mu.Unlock()
	var out []Cost
	for _, w := range all {
		if len(out) == n || by(w.tally) == 0 {
			break
		}
		if !e.has(w.id) {
			continue // removed while it was weighed
		}
		c := Cost{ID: w.id, Subscriptions: w.members, Evaluated: w.tried / l.articles, Hits: w.hits / l.articles}
		if l.work > 0 {
			c.Work = w.work / l.work
		}
		out = append(out, c)
	}
	return out
}

// has reports whether a subscription is in the engine, of which the lock is held.
func (e *Engine) has(id alerts.SubscriptionID) bool {
	if _, there := e.waiting.byID[id]; there {
		return true
	}
	return slices.ContainsFunc(e.state.Load().layers, func(l layer) bool {
		at := l.index.find(id)
		return at >= 0 && !l.dead.has(uint32(at))
	})
}
