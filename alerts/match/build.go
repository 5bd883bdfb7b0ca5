package match

import (
	"cmp"
	"slices"
	"sync/atomic"

	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/alerts/query"
)

// builder makes an index. Queries are compiled as they come, so that nothing is
// kept of what was parsed.
type builder struct {
	compiler
	groups  map[string]uint32 // by code
	codes   []uint32
	start   []uint32 // by group, and one more
	members []member
	byID    map[alerts.SubscriptionID]int // into members; nil where nobody asks
	alive   int
	// met counts, by atom, how many of sampled articles had it.
	met     []uint32
	sampled uint32
}

// member is a subscription of a group.
type member struct {
	id    alerts.SubscriptionID
	group uint32 // noGroup if it was removed
}

const noGroup = 1<<32 - 1

func newBuilder() *builder {
	return &builder{compiler: newCompiler(), groups: map[string]uint32{}, start: make([]uint32, 1)}
}

// add puts id under q.
func (b *builder) add(id alerts.SubscriptionID, q query.Query) {
	b.put(id, b.group(b.compile(q.Root())))
}

func (b *builder) put(id alerts.SubscriptionID, group uint32) {
	if b.byID != nil {
		b.byID[id] = len(b.members)
	}
	b.members = append(b.members, member{id, group})
	b.alive++
}

// remove takes id out, if it is there.
func (b *builder) remove(id alerts.SubscriptionID) bool {
	i, ok := b.byID[id]
	if !ok {
		return false
	}
	delete(b.byID, id)
	b.members[i].group = noGroup
	b.alive--
	return true
}

// group numbers code.
func (b *builder) group(code []uint32) uint32 {
	key := b.keyOf(code)
	g, ok := b.groups[string(key)]
	if !ok {
		g = uint32(len(b.start) - 1)
		b.groups[string(key)] = g
		b.codes = append(b.codes, code...)
		b.start = append(b.start, uint32(len(b.codes)))
	}
	return g
}

// addLayer adds what is alive in an index, group by group; stop is asked from
// time to time whether to give up.
func (b *builder) addLayer(l layer, stop func() bool) bool {
	t := newTranslation(&b.compiler, l.index)
	for g := range uint32(l.index.groups()) {
		if g%4096 == 0 && stop() {
			return false
		}
		mine, known := uint32(0), false
		for e, end := l.index.members(g); e < end; e++ {
			if l.dead.has(e) {
				continue
			}
			if !known {
				mine, known = b.group(t.translate(l.index.codeOf(g))), true
			}
			b.put(l.index.ids[e], mine)
		}
	}
	b.learn(&l.index.seen, t.known)
	return true
}

// learn takes over how common atoms are, from the index that has seen most.
func (b *builder) learn(seen *rarity, known []atom) {
	n := seen.sampled.Load()
	if n <= b.sampled {
		return
	}
	b.sampled = n
	b.met = make([]uint32, len(b.atoms))
	for old, a := range known {
		if a != always {
			b.met[a] = seen.counts[old].Load()
		}
	}
}

// addBuilder adds what is alive in another builder.
func (b *builder) addBuilder(o *builder) {
	x := &index{pairs: o.pairs}
	for _, k := range o.atoms {
		x.terms.add(k)
	}
	t := newTranslation(&b.compiler, x)
	mine := make([]uint32, len(o.start)-1)
	for i := range mine {
		mine[i] = noGroup
	}
	for _, m := range o.members {
		if m.group == noGroup {
			continue
		}
		if mine[m.group] == noGroup {
			mine[m.group] = b.group(t.translate(o.codes[o.start[m.group]:o.start[m.group+1]]))
		}
		b.put(m.id, mine[m.group])
	}
}

// index finishes the build. The builder can't be used after it. Groups that have
// lost their members are left out.
func (b *builder) index() *index {
	b.renumber()
	x := &index{identity: &identity{}, pairs: clipped(b.pairs)}
	x.terms.records = make([]termRecord, 0, len(b.atoms))
	for _, k := range b.atoms {
		x.terms.add(k)
	}
	x.terms.bytes = clipped(x.terms.bytes)
	x.fillDictionaries()
	p := planner{terms: &x.terms, pairs: x.pairs, paired: b.paired, numbers: map[string]uint32{}}
	p.estimate(b)
	order := b.plan(&p)
	b.layOut(x, &p, order)
	x.post(&p, order)
	x.fillByID()
	x.tongues.Store(&map[string]*tongue{})
	x.seen.counts = make([]atomic.Uint32, x.terms.len())
	return x
}

// plan finds the anchors of each group with members, and gives these groups in
// their order: those with several members, then those with one, both in the order
// of their first anchors.
func (b *builder) plan(p *planner) []uint32 {
	n := len(b.start) - 1
	counts := make([]uint32, n)
	for _, m := range b.members {
		if m.group != noGroup {
			counts[m.group]++
		}
	}
	p.cuts = make([]uint32, 1, n+1)
	heads := make([]atom, n)
	order := make([]uint32, 0, n)
	for g := range uint32(n) {
		if counts[g] > 0 {
			heads[g] = p.plan(b.codes[b.start[g]:b.start[g+1]])
			order = append(order, g)
		}
		p.cuts = append(p.cuts, uint32(len(p.anchors)))
	}
	slices.SortStableFunc(order, func(x, y uint32) int {
		return cmp.Or(cmp.Compare(min(counts[y], 2), min(counts[x], 2)), cmp.Compare(heads[x], heads[y]))
	})
	return order
}

// layOut copies groups in an order, with their ids.
func (b *builder) layOut(x *index, p *planner, order []uint32) {
	place := make([]uint32, len(b.start)-1) // of a group, plus 1
	size := uint32(0)
	for i, g := range order {
		place[g] = uint32(i) + 1
		size += b.start[g+1] - b.start[g]
	}
	x.code, x.start = make([]uint32, 0, size), make([]uint32, 1, len(order)+1)
	for _, g := range order {
		tree, _ := p.arrangeUnder(nil, b.codes[b.start[g]:b.start[g+1]], true)
		if p.isCertain(g) {
			x.code = append(x.code, tree...)
		} else {
			x.code = p.withSteps(x.code, tree)
		}
		x.start = append(x.start, uint32(len(x.code)))
	}
	free := make([]uint32, len(order)+1) // by place: where its next id goes
	for _, m := range b.members {
		if m.group != noGroup {
			free[place[m.group]]++
		}
	}
	shared := 0
	for g := range order {
		if free[g+1] > 1 {
			shared = g + 1
		}
		free[g+1] += free[g]
	}
	x.first = slices.Clone(free[:shared+1])
	x.ids = make([]alerts.SubscriptionID, free[len(order)])
	for _, m := range b.members {
		if m.group != noGroup {
			at := &free[place[m.group]-1]
			x.ids[*at] = m.id
			*at++
		}
	}
}
