package match

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/alerts/query"
	"github.com/bellwether/bellwether/alerts/text"
)

// Reference matches by trying every query in turn. It does what
// docs/query-language.md says in the most direct way, in time proportional to
// queries times words, and shares nothing with [Engine] but the analysis of
// the text. It is not safe for concurrent use.
type Reference struct {
	analyzer *text.Analyzer
	queries  map[alerts.SubscriptionID]query.Query
}

// NewReference gives a Reference without queries.
func NewReference() *Reference {
	return &Reference{analyzer: text.NewAnalyzer(), queries: map[alerts.SubscriptionID]query.Query{}}
}

// Add puts q in under id, in place of what was there.
func (r *Reference) Add(id alerts.SubscriptionID, q query.Query) { r.queries[id] = q }

// Remove takes out what is under id, if anything is.
func (r *Reference) Remove(id alerts.SubscriptionID) { delete(r.queries, id) }

// Match appends a Hit for every query that a hits, in the order of their IDs.
func (r *Reference) Match(a alerts.Article, hits []Hit) []Hit {
	d := Analyze(r.analyzer, a)
	for _, id := range slices.Sorted(maps.Keys(r.queries)) {
		if spans, ok := d.Spans(r.queries[id]); ok {
			hits = append(hits, Hit{ID: id, Spans: spans})
		}
	}
	return hits
}

// occurrence is a place in headline or body where a phrase stands: the
// positions from its first to before its end.
type occurrence struct {
	field    alerts.Field
	from, to int32
}

// scope is the part of an article that is looked at.
type scope struct {
	title, lead bool // only the headline; only headline and first paragraph
}

func (d *Document) covers(s scope, field alerts.Field, t *text.Token) bool {
	if field == alerts.Title {
		return true
	}
	return !s.title && (!s.lead || t.Para == d.body.Tokens[0].Para)
}

// eval says whether n holds in s, and where. What does not hold has no places.
func (d *Document) eval(n query.Node, s scope) ([]occurrence, bool) {
	switch n := n.(type) {
	case query.And:
		return d.evalAnd(n, s)
	case query.Or:
		return d.evalOr(n, s)
	case query.Not:
		_, ok := d.eval(n.Node, s)
		return nil, !ok
	case query.Near:
		return d.evalNear(n, s)
	case query.Same:
		return d.evalSame(n, s)
	case query.AtLeast:
		all := d.occurrences(n.Node, s)
		if disjoint(all) < n.Count {
			return nil, false
		}
		return all, true
	case query.In:
		s.title = s.title || n.Field == query.FieldTitle
		s.lead = s.lead || n.Field == query.FieldLead
		return d.eval(n.Node, s)
	case query.Filter:
		return nil, d.passes(n)
	case query.Phrase:
		all := d.occurrences(n, s)
		return all, len(all) > 0
	default:
		return nil, false
	}
}

func (d *Document) evalAnd(n query.And, s scope) ([]occurrence, bool) {
	var all []occurrence
	for _, kid := range n.Nodes {
		some, ok := d.eval(kid, s)
		if !ok {
			return nil, false
		}
		all = append(all, some...)
	}
	return all, true
}

func (d *Document) evalOr(n query.Or, s scope) ([]occurrence, bool) {
	var all []occurrence
	holds := false
	for _, kid := range n.Nodes {
		some, ok := d.eval(kid, s)
		all = append(all, some...)
		holds = holds || ok
	}
	return all, holds
}

// evalNear keeps the occurrences of either side that have one of the other
// side within the distance, neither overlapping the other.
func (d *Document) evalNear(n query.Near, s scope) ([]occurrence, bool) {
	var all []occurrence
	for _, l := range d.occurrences(n.Left, s) {
		for _, r := range d.occurrences(n.Right, s) {
			if l.field != r.field || d.at(l.field, l.from).Para != d.at(r.field, r.from).Para {
				continue
			}
			inOrder := l.to <= r.from && int(r.from-l.to)+1 <= n.Distance
			reverse := r.to <= l.from && int(l.from-r.to)+1 <= n.Distance
			if inOrder || (reverse && !n.Ordered) {
				all = append(all, l, r)
			}
		}
	}
	return all, len(all) > 0
}

// evalSame keeps the occurrences of either side that stand wholly in a
// sentence in which the other side does too.
func (d *Document) evalSame(n query.Same, s scope) ([]occurrence, bool) {
	var all []occurrence
	for _, l := range d.occurrences(n.Left, s) {
		for _, r := range d.occurrences(n.Right, s) {
			left, inOne := d.sentence(l)
			right, inOneToo := d.sentence(r)
			if inOne && inOneToo && l.field == r.field && left == right {
				all = append(all, l, r)
			}
		}
	}
	return all, len(all) > 0
}

// occurrences finds every place of a Phrase, or of an Or of them.
func (d *Document) occurrences(n query.Node, s scope) []occurrence {
	var all []occurrence
	switch n := n.(type) {
	case query.Or:
		for _, kid := range n.Nodes {
			all = append(all, d.occurrences(kid, s)...)
		}
	case query.Phrase:
		words := d.wanted(n)
		all = append(all, d.find(alerts.Title, words, s)...)
		all = append(all, d.find(alerts.Body, words, s)...)
	}
	return all
}

// wantedWord is a word of a query: its parts in neighbouring positions, or
// joined in one.
type wantedWord struct {
	parts  []wantedTerm
	joined *wantedTerm
}

// wantedTerm is what a token is compared with.
type wantedTerm struct {
	mode query.Mode
	term query.Term
	stem string // in the article's language
}

// wanted prepares a phrase.
func (d *Document) wanted(p query.Phrase) []wantedWord {
	words := make([]wantedWord, len(p.Words))
	for i, w := range p.Words {
		for n, t := range w.Terms {
			mode := w.Mode
			if mode == query.ModePrefix && n+1 < len(w.Terms) {
				mode = query.ModeExact // only the last word has the star
			}
			words[i].parts = append(words[i].parts, wantedTerm{mode, t, text.Stem(t.Lower, d.language)})
		}
		if w.Joined != (query.Term{}) {
			words[i].joined = &wantedTerm{w.Mode, w.Joined, text.Stem(w.Joined.Lower, d.language)}
		}
	}
	return words
}

// find gives every place of a field, within s, where words stand in
// neighbouring positions of one paragraph.
func (d *Document) find(field alerts.Field, words []wantedWord, s scope) []occurrence {
	f := d.field(field)
	var all []occurrence
	done := int32(-1) // the position looked at last
	for i := range f.Tokens {
		first := &f.Tokens[i]
		if first.Pos == done || !d.covers(s, field, first) || !words[0].begins(first, f.NoSmall) {
			continue
		}
		done = first.Pos
		for _, end := range follow(f, words, first) {
			all = append(all, occurrence{field: field, from: first.Pos, to: end})
		}
	}
	return all
}

// begins says whether w can begin with a token.
func (w wantedWord) begins(t *text.Token, noSmall bool) bool {
	return w.parts[0].fits(t, noSmall) || (w.joined != nil && w.joined.fits(t, noSmall))
}

// follow gives the positions after every way in which words stand in the
// paragraph of first, beginning at its position.
func follow(f *text.Field, words []wantedWord, first *text.Token) []int32 {
	at := []int32{first.Pos}
	for _, w := range words {
		var joined []int32
		if w.joined != nil {
			joined = step(f, *w.joined, at, first.Para)
		}
		for _, part := range w.parts {
			at = step(f, part, at, first.Para)
		}
		at = append(at, joined...)
		if len(at) == 0 {
			return nil
		}
		slices.Sort(at)
		at = slices.Compact(at)
	}
	return at
}

// step gives the positions after the tokens of a paragraph that begin at one
// of the positions at and are as wanted.
func step(f *text.Field, w wantedTerm, at []int32, para int32) []int32 {
	var after []int32
	for _, pos := range at {
		tokens := tokensAt(f, pos)
		for i := range tokens {
			if t := &tokens[i]; t.Para == para && w.fits(t, f.NoSmall) {
				after = append(after, pos+t.Width)
			}
		}
	}
	return after
}

// tokensAt gives the tokens that begin at pos: a word, and perhaps its joined
// forms after it.
func tokensAt(f *text.Field, pos int32) []text.Token {
	start, _ := slices.BinarySearchFunc(f.Tokens, pos, func(t text.Token, pos int32) int { return cmp.Compare(t.Pos, pos) })
	end := start
	for end < len(f.Tokens) && f.Tokens[end].Pos == pos {
		end++
	}
	return f.Tokens[start:end]
}

// fits says whether a token is as wanted; noSmall is that of its field.
func (w wantedTerm) fits(t *text.Token, noSmall bool) bool {
	switch w.mode {
	case query.ModeInflected:
		return t.Folded == w.term.Folded || t.Stem == w.stem
	case query.ModeExact:
		return t.Folded == w.term.Folded
	case query.ModeCaps:
		return (t.Caps != "" && t.Caps == w.term.Caps) ||
			(noSmall && (t.Folded == w.term.Folded || t.Folded == w.term.Folded+"s"))
	case query.ModePrefix:
		return strings.HasPrefix(t.Folded, w.term.Folded)
	default:
		return false
	}
}

// passes says whether the article is as a filter wants it.
func (d *Document) passes(n query.Filter) bool {
	switch n.Field {
	case query.FieldSource:
		return d.occurs(&d.publisher, n.Phrase)
	case query.FieldAgency:
		return d.occurs(&d.agency, n.Phrase)
	case query.FieldSite:
		return d.host == n.Value || strings.HasSuffix(d.host, "."+n.Value)
	case query.FieldLang:
		return d.language == n.Value || strings.HasPrefix(d.language, n.Value+"-")
	default:
		return false
	}
}

func (d *Document) occurs(f *text.Field, p query.Phrase) bool {
	words := d.wanted(p)
	return slices.ContainsFunc(f.Tokens, func(first text.Token) bool {
		return len(follow(f, words, &first)) > 0
	})
}

// at is the word at a position of a field; every position has one.
func (d *Document) at(field alerts.Field, pos int32) text.Token {
	return tokensAt(d.field(field), pos)[0]
}

// sentence gives the sentence in which o stands, unless it stands in two.
func (d *Document) sentence(o occurrence) (number int32, inOne bool) {
	first, last := d.at(o.field, o.from), d.at(o.field, o.to-1)
	return first.Sent, first.Sent == last.Sent
}

// disjoint is the largest number of occurrences of which no two overlap: take
// the one that ends first, then the first to end of those that begin after it,
// and so on.
func disjoint(all []occurrence) int {
	all = slices.SortedFunc(slices.Values(all), func(a, b occurrence) int {
		return cmp.Or(cmp.Compare(a.field, b.field), cmp.Compare(a.to, b.to))
	})
	count := 0
	var taken occurrence
	for _, o := range all {
		if count == 0 || o.field != taken.field || o.from >= taken.to {
			taken = o
			count++
		}
	}
	return count
}

// spans gives the bytes of the occurrences, sorted, and merged where they
// touch or overlap.
func (d *Document) spans(all []occurrence) []alerts.Span {
	slices.SortFunc(all, func(a, b occurrence) int {
		return cmp.Or(cmp.Compare(a.field, b.field), cmp.Compare(a.from, b.from))
	})
	var merged []alerts.Span
	for _, o := range all {
		s := alerts.Span{Field: o.field, Start: d.at(o.field, o.from).Start, End: d.at(o.field, o.to-1).End}
		if n := len(merged) - 1; n >= 0 && merged[n].Field == s.Field && s.Start <= merged[n].End {
			merged[n].End = max(merged[n].End, s.End)
		} else {
			merged = append(merged, s)
		}
	}
	return merged
}
