package text

// Analyzer turns text into fields. It keeps its working space and the words
// that it has met, so that it is for one goroutine at a time.
type Analyzer struct {
	lexicons Lexicons
	scan     Scan
	paras    []Paragraph
	sents    []Sentence
}

const (
	maxLanguages = 64      // language tags with lexicons of their own
	maxWords     = 1 << 17 // words remembered of a language; about 15 MB
	maxBytes     = 1 << 22 // bytes of them as written; usual words have 1 MB
)

// Lexicons keeps a bounded number of words of a bounded number of languages.
type Lexicons struct {
	byTag map[string]*Lexicon
}

// Of gives the lexicon of a language, a BCP 47 tag or "". When one has grown too
// large it gives a new one in its place: numbers hold until the next call.
func (l *Lexicons) Of(lang string) *Lexicon {
	x := l.byTag[lang]
	if x == nil || x.Len() > maxWords || x.bytes > maxBytes {
		if l.byTag == nil || len(l.byTag) >= maxLanguages {
			l.byTag = map[string]*Lexicon{}
		}
		x = NewLexicon(lang)
		l.byTag[lang] = x
	}
	return x
}

// NewAnalyzer makes an Analyzer.
func NewAnalyzer() *Analyzer { return &Analyzer{} }

// Field analyses s, the text of one field, into dst, whose slice it reuses.
// Lang is the language of the text, a BCP 47 tag or "". Offsets are int32
// within: s must be shorter than 2 GB. It takes linear time.
func (a *Analyzer) Field(dst *Field, s, lang string) {
	lexicon := a.lexicons.Of(lang)
	lexicon.Scan(&a.scan, s)
	dst.Tokens, dst.NoSmall = dst.Tokens[:0], a.scan.NoSmall
	joins := a.scan.Joins
	for pos, spot := range a.scan.Spots {
		t := Token{Start: int(spot.Start), End: int(spot.End), Pos: int32(pos), Width: 1}
		t.fill(lexicon.Word(spot.Word))
		dst.Tokens = append(dst.Tokens, t)
		for ; len(joins) > 0 && joins[0].Pos == int32(pos); joins = joins[1:] {
			t.End, t.Width = int(a.scan.Spots[joins[0].Pos+joins[0].Width-1].End), joins[0].Width
			t.fill(lexicon.Word(joins[0].Word))
			dst.Tokens = append(dst.Tokens, t)
		}
	}
	a.place(dst.Tokens, s)
}

func (t *Token) fill(w *Word) { t.Folded, t.Stem, t.Caps = w.Folded, w.Stem, w.Caps }

// place gives tokens their sentence and paragraph.
func (a *Analyzer) place(tokens []Token, s string) {
	a.paras = appendParagraphs(a.paras[:0], s)
	a.sents = appendSentences(a.sents[:0], s, a.paras)
	n := 0
	for i := range tokens {
		for n+1 < len(a.sents) && tokens[i].Start >= a.sents[n+1].Start {
			n++
		}
		tokens[i].Sent = int32(n)
		tokens[i].Para = int32(a.sents[n].Para)
	}
}
