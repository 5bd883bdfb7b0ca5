package query

import "iter"

// IsZero reports whether q is the zero Query.
func (q Query) IsZero() bool { return q.root == nil }

// Of gives a tree, or a part of one, that Parse made as a query of its own.
// Parse may refuse its canonical form: NOT steel is a part, and too much alone.
func Of(n Node) Query { return Query{root: n} }

// Walk calls f for n and the nodes below it, parents first. Where f returns
// false it goes no deeper.
func Walk(n Node, f func(Node) bool) {
	if n == nil || !f(n) {
		return
	}
	for _, k := range Children(n) {
		Walk(k, f)
	}
}

// Children gives the nodes right below n; none for Phrase and Filter.
func Children(n Node) []Node {
	switch n := n.(type) {
	case And:
		return n.Nodes
	case Or:
		return n.Nodes
	case Not:
		return []Node{n.Node}
	case Near:
		return []Node{n.Left, n.Right}
	case Same:
		return []Node{n.Left, n.Right}
	case AtLeast:
		return []Node{n.Node}
	case In:
		return []Node{n.Node}
	}
	return nil
}

// Phrases gives the phrases of the text that q looks for: those under an even
// number of Nots, without those of filters.
func (q Query) Phrases() iter.Seq[Phrase] {
	return func(yield func(Phrase) bool) { phrases(q.root, false, yield) }
}

func phrases(n Node, negative bool, yield func(Phrase) bool) bool {
	switch n := n.(type) {
	case Phrase:
		return negative || yield(n)
	case Not:
		return phrases(n.Node, !negative, yield)
	}
	for _, k := range Children(n) {
		if !phrases(k, negative, yield) {
			return false
		}
	}
	return true
}
