package summary

import (
	"cmp"
	"math"
	"slices"
	"unicode/utf8"

	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/alerts/text"
)

// model holds the candidates as vectors of terms, weighted by how often a
// sentence has them and how few sentences do.
type model struct {
	vectors  []vector // of length 1
	centroid vector   // of their sum, of length 1
	heading  vector   // the title's terms, their weights summing to 1
	words    []int    // the number of terms of each candidate
}

// vector is sparse; terms ascend.
type vector []component

type component struct {
	term   int
	weight float64
}

func newModel(a alerts.Article, cands []candidate) model {
	m := model{vectors: make([]vector, len(cands)), words: make([]int, len(cands))}
	ids := map[string]int{}
	var in []int // by term: the number of candidates that hold it
	analyzer := text.NewAnalyzer()
	var field text.Field
	analyzer.Field(&field, a.Body[:cands[len(cands)-1].end], a.Language)
	tokens := field.Tokens
	for i, c := range cands {
		tokens = tokens[until(tokens, c.start):]
		t := terms(tokens[:until(tokens, c.end)])
		m.words[i] = len(t)
		m.vectors[i] = count(ids, t)
		for _, x := range m.vectors[i] {
			if x.term == len(in) {
				in = append(in, 0)
			}
			in[x.term]++
		}
	}
	analyzer.Field(&field, a.Title, a.Language)
	m.heading = count(ids, terms(field.Tokens))
	in = append(in, make([]int, len(ids)-len(in))...)

	sum := make([]float64, len(in))
	for _, v := range append(m.vectors, m.heading) {
		for i, x := range v {
			v[i].weight *= math.Log(1 + float64(len(cands))/float64(1+in[x.term]))
		}
	}
	for _, v := range m.vectors {
		for _, x := range v {
			sum[x.term] += x.weight
		}
		v.scale(math.Sqrt(dot(v, v)))
	}
	for t, w := range sum {
		m.centroid = append(m.centroid, component{t, w})
	}
	m.centroid.scale(math.Sqrt(dot(m.centroid, m.centroid)))
	total := 0.0
	for _, x := range m.heading {
		total += x.weight
	}
	m.heading.scale(total)
	return m
}

// until counts the tokens that begin before a byte.
func until(tokens []text.Token, at int) int {
	n, _ := slices.BinarySearchFunc(tokens, at, func(t text.Token, at int) int { return cmp.Compare(t.Start, at) })
	return n
}

// count makes a vector of how often each term occurs; new terms get the next
// numbers in the order in which they occur.
func count(ids map[string]int, terms []string) vector {
	at := make(map[int]int, len(terms))
	var v vector
	for _, t := range terms {
		id, ok := ids[t]
		if !ok {
			id = len(ids)
			ids[t] = id
		}
		i, ok := at[id]
		if !ok {
			i = len(v)
			at[id] = i
			v = append(v, component{term: id})
		}
		v[i].weight++
	}
	slices.SortFunc(v, func(x, y component) int { return cmp.Compare(x.term, y.term) })
	return v
}

func (v vector) scale(by float64) {
	if by == 0 {
		return
	}
	for i := range v {
		v[i].weight /= by
	}
}

func dot(x, y vector) float64 {
	sum := 0.0
	for i, j := 0, 0; i < len(x) && j < len(y); {
		switch {
		case x[i].term < y[j].term:
			i++
		case x[i].term > y[j].term:
			j++
		default:
			sum += x[i].weight * y[j].weight
			i, j = i+1, j+1
		}
	}
	return sum
}

// centrality is how much candidate i says of what all of them say, 0 to 1.
func (m model) centrality(i int) float64 { return dot(m.vectors[i], m.centroid) }

// likeness is the cosine of two candidates, 0 to 1.
func (m model) likeness(i, j int) float64 { return dot(m.vectors[i], m.vectors[j]) }

// title is the share of the title's weight that candidate i holds.
func (m model) title(i int) float64 {
	sum, v := 0.0, m.vectors[i]
	for _, x := range m.heading {
		if _, ok := slices.BinarySearchFunc(v, x.term, func(c component, t int) int { return cmp.Compare(c.term, t) }); ok {
			sum += x.weight
		}
	}
	return sum
}

// terms gives the stems of tokens; characters of text without spaces go in
// pairs, for one alone says little.
func terms(tokens []text.Token) []string {
	var out []string
	for i, t := range tokens {
		switch r, _ := utf8.DecodeRuneInString(t.Folded); {
		case t.Width > 1: // written together; its parts come by themselves
		case !spaceless(r):
			out = append(out, t.Stem)
		case i+1 < len(tokens) && tokens[i+1].Start == t.End:
			out = append(out, t.Folded+tokens[i+1].Folded)
		}
	}
	return out
}
