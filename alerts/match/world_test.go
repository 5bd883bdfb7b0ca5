package match_test

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/alerts/query"
)

// dice decides by bytes, so that a fuzzer can change and shorten what was made.
// Without any left it says 0, which is the simplest of every choice.
type dice struct{ data []byte }

// rolled gives dice for n decisions.
func rolled(seed uint64, n int) *dice {
	rnd := rand.New(rand.NewPCG(seed, 7))
	data := make([]byte, n)
	for i := range data {
		data[i] = byte(rnd.Uint32())
	}
	return &dice{data}
}

// n gives a number below n.
func (d *dice) n(n int) int {
	at := 0
	for most := n; most > 1; most /= 256 {
		if len(d.data) == 0 {
			return 0
		}
		at = at<<8 | int(d.data[0])
		d.data = d.data[1:]
	}
	return at % n
}

func (d *dice) of(list []string) string { return list[d.n(len(list))] }

// lexis is what queries are made of.
type lexis struct {
	words, phrases, prefixes, caps, filters []string
}

// A small vocabulary, in which every rule of comparison has its words, makes
// hits and near misses frequent.
var (
	articleWords = []string{
		"tariff", "tariffs", "Tariff", "steel", "import", "imports", "important",
		"US", "us", "U.S.", "WHO", "who", "NGOs", "ngo", "AIDS", "aids", "MP",
		"co-operation", "cooperation", "co", "operation", "co-op-eration", "high-standard", "standards",
		"l’État", "état", "etat", "Xi’s", "Xi", "0.69", "新质生产力", "生产", "力", "ガス", "налоги", "налог", "taxes",
	}
	small = &lexis{
		words: []string{
			"tariff", "tariffs", "steel", "import", "imports", "important", "US", "WHO", "NGO", "MPs",
			"co-operation", "cooperation", "operation", "co", "standard", "high-standard", "co-op-eration",
			"état", "etat", "Xi's", "0.69", "新质生产力", "生产", "质生", "ガス", "налог", "tax", "taxe",
		},
		phrases: []string{
			"steel tariff", "co operation", "US tariff", "high standard", "the tariff", "新质 生产", "生产 steel", "steel steel",
			"Xi's état", "co-operation tariff", "import tariff steel", "tariff co-op-eration steel",
		},
		prefixes: []string{"tar*", "imp*", "coop*", "co-oper*", "sta*", "éta*", "нал*"},
		caps:     []string{"AIDS", "US", "TARIFF", "steel"},
		filters: []string{
			"source:cgtn", `source:"steel import"`, "source:tariff", "source:cooperation", "agency:US", `agency:"import news"`,
			"site:gov.uk", "site:cgtn.com", "lang:zh", "lang:zh-cn", "lang:en",
		},
	}
	separators = []string{" ", " ", " ", " ", ", ", ". ", " - ", "-", "\n\n", "\n"}
	languages  = []string{"", "en", "en", "fr", "zh-CN", "ru", "xx", "not a tag"}
	publishers = []string{"", "CGTN", "Steel Import News", "US tariff", "Co-operation Today"}
	addresses  = []string{"", "https://gov.uk/a", "http://news.gov.uk:80/", "https://cgtn.com", "http://%zz"}
)

// text makes words with something between them.
func (d *dice) text(most int) string {
	var b strings.Builder
	for range 1 + d.n(most) {
		b.WriteString(d.of(articleWords))
		b.WriteString(d.of(separators))
	}
	return b.String()
}

func (d *dice) article() alerts.Article {
	a := alerts.Article{
		Title: d.text(8), Body: d.text(100), URL: d.of(addresses),
		Publisher: d.of(publishers), Agency: d.of(publishers), Language: d.of(languages),
	}
	switch d.n(8) {
	case 1:
		a.Title = strings.ToUpper(a.Title)
	case 2:
		a.Title, a.Body = strings.ToUpper(a.Title), strings.ToUpper(a.Body)
	}
	return a
}

// phrase makes a word, a prefix, a phrase or a quoted phrase.
func (d *dice) phrase(l *lexis) string {
	switch d.n(8) {
	case 1:
		return d.of(l.phrases)
	case 2:
		return `"` + d.of(l.phrases) + `"`
	case 3:
		if d.n(3) == 0 {
			return d.of(l.words) + " " + d.of(l.words)
		}
		return "(" + d.of(l.words) + " OR " + d.of(l.phrases) + ")"
	case 4:
		return d.of(l.prefixes)
	case 5:
		return "caps:" + d.of(l.caps)
	case 6:
		return `"` + d.of(l.words) + `"`
	default:
		return d.of(l.words)
	}
}

// operand makes what NEAR, BEFORE, SAME and ATLEAST take.
func (d *dice) operand(l *lexis) string {
	if d.n(3) == 1 {
		return "(" + d.phrase(l) + " OR " + d.phrase(l) + ")"
	}
	return "(" + d.phrase(l) + ")"
}

func (d *dice) distance() int { return [...]int{1, 2, 3, 5, 9, 40, 200, 900}[d.n(8)] }

// expr makes an expression of at most the given depth.
func (d *dice) expr(l *lexis, depth int) string {
	kinds := 7
	if depth > 0 {
		kinds = 16
	}
	sub := func() string { return "(" + d.expr(l, depth-1) + ")" }
	switch d.n(kinds) {
	case 0, 1:
		return d.phrase(l)
	case 2:
		return fmt.Sprintf("%s NEAR/%d %s", d.operand(l), d.distance(), d.operand(l))
	case 3:
		return fmt.Sprintf("%s BEFORE/%d %s", d.operand(l), d.distance(), d.operand(l))
	case 4:
		return d.operand(l) + " SAME " + d.operand(l)
	case 5:
		return fmt.Sprintf("ATLEAST/%d %s", 1+d.n(3), d.operand(l))
	case 6:
		return d.of(l.filters)
	case 7, 8:
		return sub() + " OR " + sub()
	case 9:
		return sub() + " AND NOT " + sub()
	case 10:
		return "NOT " + sub()
	case 11:
		return "title:" + sub()
	case 12:
		return "lead:" + sub()
	case 13:
		return sub() + " OR NOT " + sub()
	case 14:
		return sub() + " OR " + sub() + " OR " + sub()
	default:
		return sub() + " AND " + sub()
	}
}

// query makes a query that the language takes.
func (d *dice) query(l *lexis) query.Query {
	for range 20 {
		if q, err := query.Parse(d.expr(l, d.n(4))); err == nil {
			return q
		}
	}
	q, err := query.Parse("tariff")
	if err != nil {
		panic(err) // a word is a query
	}
	return q
}

var wordsOf = regexp.MustCompile(`[\pL\pM\pN]+(?:[-'’&.][\pL\pM\pN]+)*`)

// lexisOf gives words of a real article, so that queries of them often hit it.
func lexisOf(d *dice, a alerts.Article) *lexis {
	l := &lexis{
		prefixes: []string{"tariff*"}, caps: []string{"US"}, phrases: []string{"the end"},
		filters: append([]string{"lang:" + a.Language, `source:"` + a.Publisher + `"`, "site:" + a.URL, "lang:en"}, small.filters[:8]...),
	}
	l.filters = slices.DeleteFunc(l.filters, func(f string) bool { _, err := query.Parse(f); return err != nil })
	all := wordsOf.FindAllString(a.Title+" "+a.Body, 600)
	for _, w := range append(all, small.words...) {
		r := []rune(w)
		if len(r) > 12 && len(w) > 2*len(r) { // of a script without spaces
			from := d.n(len(r) - 4)
			w = string(r[from : from+1+d.n(4)])
		}
		l.words = append(l.words, w)
		if n := len(r); n > 4 && len(w) < 2*n {
			l.prefixes = append(l.prefixes, string(r[:3+d.n(n-3)])+"*")
		}
		if strings.ToUpper(w) == w && strings.ToLower(w) != w && utf8.RuneCountInString(w) > 1 {
			l.caps = append(l.caps, w)
		}
	}
	for i := range max(len(all)-3, 0) {
		l.phrases = append(l.phrases, strings.Join(all[i:i+2+d.n(2)], " "))
	}
	return l
}

// tally counts how often queries hit and missed, by what occurs in them.
type tally struct {
	cases, hits int
	parts       map[string]*outcomes
}

// outcomes are how many misses and hits there were.
type outcomes [2]int

// of gives what to count a query under.
func (c *tally) of(q query.Query) []*outcomes {
	if c.parts == nil {
		c.parts = map[string]*outcomes{}
	}
	var out []*outcomes
	query.Walk(q.Root(), func(n query.Node) bool {
		name := partName(n)
		if c.parts[name] == nil {
			c.parts[name] = &outcomes{}
		}
		out = append(out, c.parts[name])
		return true
	})
	return out
}

func (c *tally) note(parts []*outcomes, hit bool) {
	c.cases++
	at := 0
	if hit {
		c.hits++
		at = 1
	}
	for _, p := range parts {
		p[at]++
	}
}

// partName tells apart what the engine treats in its own way.
func partName(n query.Node) string {
	switch n := n.(type) {
	case query.Near:
		return fmt.Sprintf("NEAR, ordered %v", n.Ordered)
	case query.In:
		return n.Field.String()
	case query.Filter:
		return n.Field.String()
	case query.Phrase:
		w := n.Words[0]
		switch {
		case len(n.Words) > 1:
			return fmt.Sprintf("phrase, quoted %v", n.Quoted)
		case w.Joined != (query.Term{}):
			return "hyphenated word"
		case len(w.Terms) > 1:
			return "word without spaces"
		}
		return fmt.Sprintf("word, mode %d", w.Mode)
	}
	return fmt.Sprintf("%T", n)
}

// lacking says what is wrong with a tally that should hold everything.
func (c *tally) lacking() []string {
	var out []string
	if 10*c.hits < 3*c.cases {
		out = append(out, fmt.Sprintf("only %d of %d cases hit", c.hits, c.cases))
	}
	if len(c.parts) < 19 {
		out = append(out, fmt.Sprintf("only %d kinds of parts occurred", len(c.parts)))
	}
	for name, n := range c.parts {
		if n[0] == 0 || n[1] == 0 {
			out = append(out, fmt.Sprintf("%s: %d misses, %d hits", name, n[0], n[1]))
		}
	}
	return out
}
