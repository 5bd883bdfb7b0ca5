package match

import (
	"sort"

	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/alerts/text"
)

// The fields of an article in the order of their positions.
const (
	fieldTitle = iota
	fieldBody
	fieldPublisher
	fieldAgency
	fields
)

// reading is an article in the form that indexes are asked with. Positions and
// paragraphs go on over all fields: those of a later one are greater. Its slices
// are used again for the next article.
//
// An occurrence is a position, or, counted behind all positions, a joined form.
type reading struct {
	lexicons text.Lexicons
	voices   map[string]*voice // by language
	voice    *voice
	article  alerts.Article
	scan     text.Scan
	ends     [fields]int32  // of each field: the position behind it
	limits   [regions]int32 // of each region: the position behind it
	para     []int32        // by position
	bound    []place        // by position; see bounds
	sent     []int32        // by position of the text; made when it is first asked for
	types    []wordType
	typeOf   []int32 // by occurrence
	next     []int32 // by occurrence: the next one of the same type, or -1
	paras    []text.Paragraph
	sents    []text.Sentence

	stamp uint32
}

// voice is what is kept of a language from one article to the next.
type voice struct {
	lexicon  *text.Lexicon
	stemmers string
	met      []meeting  // by word
	hashes   []wordHash // by word; 0 where they were not asked for
	lists    lists
}

// of gives the voice of a language. It begins anew when its lexicon does.
func (r *reading) of(lang string) *voice {
	x := r.lexicons.Of(lang)
	v := r.voices[lang]
	if v == nil || v.lexicon != x {
		if r.voices == nil || len(r.voices) >= maxVoices {
			r.voices = map[string]*voice{}
		}
		v = &voice{lexicon: x, stemmers: stemmers(lang)}
		r.voices[lang] = v
	}
	return v
}

// wordHash is kept so that no small index has to compute it.
type wordHash struct{ folded, stem uint64 }

// meeting is where a word was met last.
type meeting struct {
	stamp uint32
	typ   int32
}

// wordType is what occurrences that no query can tell apart have in common.
type wordType struct {
	word        uint32 // in the lexicon
	first, last int32  // occurrences
	space       space
	noSmall     bool // stands in a field without small letters
}

const maxVoices = 64

// read takes in an article.
func (r *reading) read(a alerts.Article, lang string) {
	r.article = a
	r.voice = r.of(lang)
	r.scan.Spots, r.scan.Joins = r.scan.Spots[:0], r.scan.Joins[:0]
	r.para, r.bound, r.sent, r.types = r.para[:0], r.bound[:0], r.sent[:0], r.types[:0]
	var noSmall [fields]bool
	var joins [fields]int // behind those of each field
	for f, s := range [fields]string{a.Title, a.Body, a.Publisher, a.Agency} {
		noSmall[f] = r.voice.lexicon.Append(&r.scan, s)
		r.ends[f], joins[f] = int32(len(r.scan.Spots)), len(r.scan.Joins)
		r.divide(s)
	}
	r.limit()
	met := r.meetings()
	n := len(r.scan.Spots)
	r.typeOf = resized(r.typeOf, n+len(r.scan.Joins))
	r.next = resized(r.next, len(r.typeOf))
	pos, join, before := int32(0), 0, wordType{space: spaces}
	for f, in := range [fields]space{inText, inText, inPublisher, inAgency} {
		one := wordType{space: in, noSmall: noSmall[f]}
		if one.space != before.space || one.noSmall != before.noSmall {
			r.stamp++ // else the types of the field before go on in this one
		}
		for ; pos < r.ends[f]; pos++ {
			r.add(met, pos, r.scan.Spots[pos].Word, one)
		}
		for ; join < joins[f]; join++ {
			r.add(met, int32(n+join), r.scan.Joins[join].Word, one)
		}
		before = one
	}
}

// resized gives s with n elements, which hold anything.
func resized[E any](s []E, n int) []E {
	if n <= cap(s) {
		return s[:n]
	}
	return make([]E, n, n+n/4)
}

// meetings gives where the words of the lexicon were met.
func (r *reading) meetings() []meeting {
	if r.stamp > 1<<31 {
		for _, v := range r.voices {
			clear(v.met)
		}
		r.stamp = 0
	}
	r.voice.met = grown(r.voice.met, r.voice.lexicon.Len())
	return r.voice.met
}

// grown gives s with n elements at least; new ones are zero.
func grown[E any](s []E, n int) []E {
	if n <= len(s) {
		return s
	}
	return append(s, make([]E, n+n/4-len(s))...)
}

// add puts an occurrence of a word with its type.
func (r *reading) add(met []meeting, o int32, word uint32, one wordType) {
	r.next[o] = -1
	m := &met[word]
	if m.stamp == r.stamp {
		t := &r.types[m.typ]
		r.next[t.last], t.last = o, o
		r.typeOf[o] = m.typ
		return
	}
	*m = meeting{r.stamp, int32(len(r.types))}
	r.typeOf[o] = m.typ
	one.word, one.first, one.last = word, o, o
	r.types = append(r.types, one)
}

// divide numbers the paragraphs of s, the field that was scanned last.
func (r *reading) divide(s string) {
	from := len(r.para)
	if from == len(r.scan.Spots) {
		return
	}
	number := int32(0)
	if from > 0 {
		number = r.para[from-1] + 1
	}
	r.paras = text.AppendParagraphs(r.paras[:0], s)
	n := 0
	for _, spot := range r.scan.Spots[from:] {
		for n+1 < len(r.paras) && int(spot.Start) >= r.paras[n+1].Start {
			n++
		}
		r.para = append(r.para, number+int32(n))
	}
}

// limit finds where regions end.
func (r *reading) limit() {
	title, body := r.ends[fieldTitle], r.ends[fieldBody]
	lead := title
	for lead < body && r.para[lead] == r.para[title] {
		lead++
	}
	r.limits = [regions]int32{
		regionText: body, regionTitle: title, regionLead: lead,
		regionPublisher: r.ends[fieldPublisher], regionAgency: r.ends[fieldAgency],
	}
}

// sentences numbers the sentences of the text by position.
func (r *reading) sentences() []int32 {
	if len(r.sent) > 0 {
		return r.sent
	}
	number := int32(0)
	for f, s := range [...]string{r.article.Title, r.article.Body} {
		r.paras = text.AppendParagraphs(r.paras[:0], s)
		r.sents = text.AppendSentences(r.sents[:0], s, r.paras)
		n := 0
		for _, spot := range r.scan.Spots[len(r.sent):r.ends[f]] {
			for n+1 < len(r.sents) && int(spot.Start) >= r.sents[n+1].Start {
				n++
			}
			r.sent = append(r.sent, number+int32(n))
		}
		number += int32(len(r.sents))
	}
	return r.sent
}

// place gives the positions that an occurrence covers.
func (r *reading) place(o int32) place {
	if n := int32(len(r.scan.Spots)); o >= n {
		j := &r.scan.Joins[o-n]
		return place{j.Pos, j.Pos + j.Width}
	}
	return place{o, o + 1}
}

// joinsAt gives the joined forms that begin at a position, as occurrences from
// lo to before hi.
func (r *reading) joinsAt(pos int32) (lo, hi int32) {
	joins := r.scan.Joins
	if len(joins) == 0 {
		return 0, 0
	}
	i := sort.Search(len(joins), func(i int) bool { return joins[i].Pos >= pos })
	j := i
	for j < len(joins) && joins[j].Pos == pos {
		j++
	}
	n := int32(len(r.scan.Spots))
	return n + int32(i), n + int32(j)
}

// span gives the bytes of a place of the text.
func (r *reading) span(p place) alerts.Span {
	field := alerts.Body
	if p.from < r.ends[fieldTitle] {
		field = alerts.Title
	}
	return alerts.Span{Field: field, Start: int(r.scan.Spots[p.from].Start), End: int(r.scan.Spots[p.to-1].End)}
}

// hashes gives the hashes of a word.
func (r *reading) hashes(word uint32) wordHash {
	v := r.voice
	if int(word) >= len(v.hashes) {
		v.hashes = grown(v.hashes, v.lexicon.Len())
	}
	h := &v.hashes[word]
	if h.folded == 0 {
		w := v.lexicon.Word(word)
		*h = wordHash{hashOf(w.Folded), hashOf(w.Stem)}
	}
	return *h
}
