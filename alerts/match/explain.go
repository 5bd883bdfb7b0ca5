package match

import (
	"slices"

	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/alerts/query"
)

// Part is a part of a query, tried on an article by itself: the whole of it, an
// operand of an operator, down to its phrases and filters.
type Part struct {
	// Query is the part alone: for steel in title:(steel OR iron) it is steel,
	// though it was looked for in the headline only.
	Query query.Query
	Hit   bool
	// Spans are where it hits, as in [Hit]. A part of a NEAR that hits has all
	// of its own, those of the NEAR only what is near enough.
	Spans []alerts.Span
	Parts []Part // of an operator
}

// Explain says which parts of queries hit an article and which do not, and
// where: a tree for each query. It tries every part as a query of its own, with
// an Engine of all of them.
func Explain(a alerts.Article, queries ...query.Query) []Part {
	x := explanation{engine: NewEngine()}
	out := make([]Part, len(queries))
	for i, q := range queries {
		x.add(&out[i], q.Root(), nil)
	}
	var hits Hits
	x.engine.Match(a, &hits)
	for ids, spans := range hits.Queries() {
		spans = slices.Clip(append([]alerts.Span(nil), spans...))
		for _, id := range ids {
			x.parts[id].Hit, x.parts[id].Spans = true, spans
		}
	}
	return out
}

// Explain is the function [Explain] for one query. It needs nothing of the
// engine, which need not hold the query: what hits depends on the two alone.
func (*Engine) Explain(q query.Query, a alerts.Article) Part { return Explain(a, q)[0] }

// explanation is an engine of parts.
type explanation struct {
	engine *Engine
	parts  []*Part // by the id in engine
}

// add puts the part p, with root n, and its own parts into the engine, to be
// looked for within fields, the outermost first.
func (x *explanation) add(p *Part, n query.Node, fields []query.Field) {
	p.Query = query.Of(n)
	whole := n
	for _, f := range slices.Backward(fields) {
		whole = query.In{Field: f, Node: whole}
	}
	x.engine.Add(alerts.SubscriptionID(len(x.parts)), query.Of(whole))
	x.parts = append(x.parts, p)
	if in, ok := n.(query.In); ok {
		fields = append(slices.Clip(fields), in.Field)
	}
	kids := query.Children(n)
	if len(kids) == 0 {
		return
	}
	p.Parts = make([]Part, len(kids))
	for i, kid := range kids {
		x.add(&p.Parts[i], kid, fields)
	}
}
