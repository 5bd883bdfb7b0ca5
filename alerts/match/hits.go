package match

import (
	"iter"
	"slices"

	"github.com/bellwether/bellwether/alerts"
)

// Hits is what an article hits, and the working space of [Engine.Match], to be
// used again for the next article. The zero Hits is ready. It is for one
// goroutine at a time. It keeps the words that it meets, up to about 20 MB for
// each of up to 64 languages, so few should be made.
type Hits struct {
	// IDs are the subscriptions that were hit, each once, in no order.
	IDs []alerts.SubscriptionID

	layers  []layer
	groups  []uint32                // that were hit, layer by layer
	ends    []int                   // by layer: behind its groups
	ids     []alerts.SubscriptionID // see Queries
	members members
	m       matcher
	asked   int // the layer that m holds the atoms of

	weighed []weighed // see weigh
}

// reset takes in an article.
func (h *Hits) reset(a alerts.Article, layers []layer) {
	h.IDs, h.groups, h.ends, h.weighed = h.IDs[:0], h.groups[:0], h.ends[:0], h.weighed[:0]
	h.layers = append(h.layers[:0], layers...)
	h.m.read(a)
}

// collect adds the hits of a layer.
func (h *Hits) collect(n int, l layer) {
	h.asked = n
	h.m.ask(l)
	if n == 0 && h.m.count%sampleEvery == 0 {
		l.index.seen.note(h.m.met)
	}
	h.m.try()
	h.groups = append(h.groups, h.m.hits...)
	h.ends = append(h.ends, len(h.groups))
	h.IDs = h.members.append(h.IDs, l, h.m.hits)
}

// Queries goes through the different queries that were hit: the subscriptions
// of each, and where it hit: every occurrence that satisfies a positive part of
// a true branch, sorted by field and start, and merged where they touch or
// overlap. A query can hit without any span, through filters and NOT. Spans are
// found here, not by Match, for few callers need them. Both slices are valid
// until the next step.
func (h *Hits) Queries() iter.Seq2[[]alerts.SubscriptionID, []alerts.Span] {
	return func(yield func([]alerts.SubscriptionID, []alerts.Span) bool) {
		from := 0
		for n, l := range h.layers {
			if h.asked != n && from < h.ends[n] {
				h.asked = n
				h.m.ask(l)
			}
			for i, g := range h.groups[from:h.ends[n]] {
				h.ids = h.members.append(h.ids[:0], l, h.groups[from+i:from+i+1])
				if len(h.ids) == 0 {
					continue
				}
				h.m.spans = h.m.spans[:0]
				h.m.mark(treeOf(l.index.codeOf(g)), regionText)
				if !yield(h.ids, merge(h.m.spans)) {
					return
				}
			}
			from = h.ends[n]
		}
	}
}

// List gives all hits in the order of their IDs, in memory of their own. Hits of
// one query share their spans.
func (h *Hits) List() []Hit {
	out := make([]Hit, 0, len(h.IDs))
	for ids, spans := range h.Queries() {
		spans = append([]alerts.Span(nil), spans...)
		for _, id := range ids {
			out = append(out, Hit{ID: id, Spans: slices.Clip(spans)})
		}
	}
	slices.SortFunc(out, func(a, b Hit) int {
		if a.ID < b.ID {
			return -1
		}
		return 1
	})
	return out
}
