package match

import (
	"slices"

	"github.com/bellwether/bellwether/alerts"
)

// members gathers the subscriptions of groups. Ids of thousands of groups lie
// all over memory; each loop below asks for many places of it at a time.
type members struct {
	alive []uint32 // groups of which nobody was removed
	many  []idRange
}

// fewIDs are copied at once.
const fewIDs = 4

// idRange is where the ids of a group with several lie.
type idRange struct{ from, to uint32 }

// append appends to ids the subscriptions of groups of a layer that were not
// removed, in no order.
func (m *members) append(ids []alerts.SubscriptionID, l layer, groups []uint32) []alerts.SubscriptionID {
	if l.dead != nil {
		m.alive = m.alive[:0]
		for _, g := range groups {
			if l.dead.groups.has(g) {
				ids = appendAlive(ids, l, g)
			} else {
				m.alive = append(m.alive, g)
			}
		}
		groups = m.alive
	}
	x, shared := l.index, l.index.shared()
	own := x.ids[x.first[shared]:]
	if len(own) == 0 {
		own = x.ids // is read in vain
	}
	m.many = resized(m.many, len(groups))
	ids = slices.Grow(ids, len(groups))
	n, many := len(ids), 0
	ids = ids[:cap(ids)]
	for _, g := range groups {
		single := uint32((uint64(g)-uint64(shared))>>63) ^ 1
		ids[n] = own[(g-shared)&-single]
		n += int(single)
		at := g &^ -single
		m.many[many] = idRange{x.first[at], x.first[min(at+1, shared)]}
		many += int(1 ^ single)
	}
	return appendRanges(ids[:n], x.ids, m.many[:many])
}

// appendRanges appends ranges of all.
func appendRanges(ids, all []alerts.SubscriptionID, many []idRange) []alerts.SubscriptionID {
	total := 0
	for _, r := range many {
		total += int(r.to - r.from)
	}
	ids = slices.Grow(ids, total+fewIDs)
	n := len(ids)
	ids = ids[:cap(ids)]
	for _, r := range many {
		size := int(r.to - r.from)
		if size > fewIDs || int(r.from)+fewIDs > len(all) {
			copy(ids[n:], all[r.from:r.to])
		} else {
			*(*[fewIDs]alerts.SubscriptionID)(ids[n:]) = [fewIDs]alerts.SubscriptionID(all[r.from:])
		}
		n += size
	}
	return ids[:n]
}

func appendAlive(ids []alerts.SubscriptionID, l layer, g uint32) []alerts.SubscriptionID {
	for e, end := l.index.members(g); e < end; e++ {
		if !l.dead.has(e) {
			ids = append(ids, l.index.ids[e])
		}
	}
	return ids
}
