package match

import (
	"github.com/bellwether/bellwether/alerts/text"
)

// reading is an article in the form that indexes are asked with. Its slices
// are used again for the next article.
type reading struct {
	tokens  []token
	firstAt []int32 // by position: the first token that begins there
	types   []wordType
	byForm  map[string]int32 // folded form to the first type that has it, plus 1
	bounds  [regions]bounds
}

// token is a text.Token in arrays that go on over all fields: positions,
// sentences and paragraphs of a later field are greater than those before.
type token struct {
	start, end int32 // bytes in its field
	pos, after int32 // its position, and the one behind it
	sent, para int32
	typ        int32
	next       int32 // the next token of the same type, or -1
}

// wordType is what tokens that no query can tell apart have in common.
type wordType struct {
	folded, stem, caps string
	noSmall            bool // stands in a field without small letters
	space              space
	first, last        int32 // tokens
	variant            int32 // the next type with the same folded form, plus 1
}

// bounds is a range of tokens.
type bounds struct{ lo, hi int32 }

// read takes in a document.
func (r *reading) read(d *Document) {
	r.tokens, r.firstAt, r.types = r.tokens[:0], r.firstAt[:0], r.types[:0]
	if r.byForm == nil {
		r.byForm = map[string]int32{}
	}
	clear(r.byForm)
	title := r.add(&d.title, inText)
	body := r.add(&d.body, inText)
	lead := bounds{title.lo, body.lo}
	for lead.hi < body.hi && r.tokens[lead.hi].para == r.tokens[body.lo].para {
		lead.hi++
	}
	r.bounds = [regions]bounds{
		regionText:      {title.lo, body.hi},
		regionTitle:     title,
		regionLead:      lead,
		regionPublisher: r.add(&d.publisher, inPublisher),
		regionAgency:    r.add(&d.agency, inAgency),
	}
}

// add takes in a field.
func (r *reading) add(f *text.Field, s space) bounds {
	out := bounds{lo: int32(len(r.tokens))}
	pos, sent, para := int32(len(r.firstAt)), int32(0), int32(0)
	if n := len(r.tokens); n > 0 {
		sent, para = r.tokens[n-1].sent+1, r.tokens[n-1].para+1
	}
	for i := range f.Tokens {
		t := &f.Tokens[i]
		n := int32(len(r.tokens))
		for int32(len(r.firstAt)) <= pos+t.Pos {
			r.firstAt = append(r.firstAt, n)
		}
		r.tokens = append(r.tokens, token{
			start: int32(t.Start), end: int32(t.End),
			pos: pos + t.Pos, after: pos + t.Pos + t.Width,
			sent: sent + t.Sent, para: para + t.Para,
			typ: r.typeOf(t, f.NoSmall, s, n), next: -1,
		})
	}
	out.hi = int32(len(r.tokens))
	return out
}

// typeOf finds or makes the type of t, and puts t, which will have number n,
// at the end of its tokens.
func (r *reading) typeOf(t *text.Token, noSmall bool, s space, n int32) int32 {
	first := r.byForm[t.Folded]
	for v := first; v > 0; {
		w := &r.types[v-1]
		if w.stem == t.Stem && w.caps == t.Caps && w.noSmall == noSmall && w.space == s {
			r.tokens[w.last].next = n
			w.last = n
			return v - 1
		}
		v = w.variant
	}
	r.types = append(r.types, wordType{
		folded: t.Folded, stem: t.Stem, caps: t.Caps, noSmall: noSmall, space: s,
		first: n, last: n, variant: first,
	})
	r.byForm[t.Folded] = int32(len(r.types))
	return int32(len(r.types)) - 1
}
