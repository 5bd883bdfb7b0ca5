package text

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Analyzer turns text into fields. It keeps its working space and the stems
// of words that it has met, so that it is for one goroutine at a time.
type Analyzer struct {
	chars []char
	parts []part
	paras []Paragraph
	sents []Sentence
	key   []byte
	words map[string]map[string]word // by the language as given, then by the word as written
}

// word is what the letters of a token give.
type word struct {
	folded, stem, caps string
}

const (
	maxLanguages = 64      // language tags with tables of their own
	maxWords     = 1 << 17 // words remembered of a language; about 15 MB
	maxWordBytes = 64      // longer words are not remembered
)

// NewAnalyzer makes an Analyzer.
func NewAnalyzer() *Analyzer {
	return &Analyzer{words: make(map[string]map[string]word)}
}

// Field analyses s, the text of one field, into dst, whose slice it reuses.
// Lang is the language of the text, a BCP 47 tag or "". Offsets are int32
// within: s must be shorter than 2 GB. It takes linear time.
func (a *Analyzer) Field(dst *Field, s, lang string) {
	dst.Tokens = dst.Tokens[:0]
	a.chars = appendChars(a.chars[:0], s)
	dst.NoSmall = noSmall(a.chars)
	words := a.table(lang)
	pos := int32(0)
	for i := 0; ; {
		a.parts, i = nextParts(a.parts[:0], a.chars, i)
		if len(a.parts) == 0 {
			break
		}
		dst.Tokens = a.appendCompound(dst.Tokens, s, a.parts, pos, words, lang)
		pos += int32(len(a.parts))
	}
	a.place(dst.Tokens, s)
}

// appendCompound appends the tokens of a word: its parts and, after the part
// they begin with, the joined forms of each two neighbours and of the whole.
func (a *Analyzer) appendCompound(dst []Token, s string, parts []part, pos int32, words map[string]word, lang string) []Token {
	n := len(parts)
	for i, p := range parts {
		dst = append(dst, a.token(s, p, pos+int32(i), words, lang))
		if n > 2 && i+1 < n && hasLetter(a.chars, parts[i:i+2]) {
			dst = append(dst, a.joined(parts[i:i+2], pos+int32(i), words, lang))
		}
		if i == 0 && 1 < n && n <= maxParts && hasLetter(a.chars, parts) {
			dst = append(dst, a.joined(parts, pos, words, lang))
		}
	}
	return dst
}

// token makes the token of p.
func (a *Analyzer) token(s string, p part, pos int32, words map[string]word, lang string) Token {
	start, end := a.chars[p.from].start, a.chars[p.to-1].end
	t := Token{Start: int(start), End: int(end), Pos: pos, Width: 1}
	if !p.pointed && int(end-start) == p.to-p.from && isASCII(s[start:end]) {
		t.fill(lookup(words, s[start:end], lang))
		return t
	}
	a.key = appendKey(a.key[:0], a.chars, p)
	t.fill(a.lookupKey(words, lang))
	return t
}

// joined makes the token of neighbouring parts written together.
func (a *Analyzer) joined(parts []part, pos int32, words map[string]word, lang string) Token {
	a.key = a.key[:0]
	for _, p := range parts {
		a.key = appendKey(a.key, a.chars, p)
	}
	t := Token{
		Start: int(a.chars[parts[0].from].start),
		End:   int(a.chars[parts[len(parts)-1].to-1].end),
		Pos:   pos, Width: int32(len(parts)),
	}
	t.fill(a.lookupKey(words, lang))
	return t
}

func (t *Token) fill(w word) { t.Folded, t.Stem, t.Caps = w.folded, w.stem, w.caps }

// table gives the words remembered for a language.
func (a *Analyzer) table(lang string) map[string]word {
	t := a.words[lang]
	if t == nil || len(t) > maxWords {
		if len(a.words) >= maxLanguages {
			clear(a.words)
		}
		t = make(map[string]word)
		a.words[lang] = t
	}
	return t
}

// lookupKey is lookup for the word in a.key.
func (a *Analyzer) lookupKey(words map[string]word, lang string) word {
	if w, ok := words[string(a.key)]; ok {
		return w
	}
	return lookup(words, string(a.key), lang)
}

// lookup finds or makes what a word gives; key must not be kept.
func lookup(words map[string]word, key, lang string) word {
	if w, ok := words[key]; ok {
		return w
	}
	w := newWord(key, lang)
	if len(key) <= maxWordBytes {
		words[string([]byte(key))] = w
	}
	return w
}

// newWord analyses a word as it was written.
func newWord(key, lang string) word {
	lower := Lower(string([]byte(key)))
	w := word{folded: unmark(lower)}
	var plural bool
	if w.caps, plural = capitals(key, w.folded); plural {
		lower = strings.TrimSuffix(lower, "s") // no stemmer makes ngo of ngos
	}
	w.stem = Stem(lower, lang)
	if w.stem == w.folded {
		w.stem = w.folded // one string for both
	}
	return w
}

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

func noSmall(chars []char) bool {
	letters := false
	for _, c := range chars {
		switch {
		case c.kind != letter && c.kind != wide:
		case 'a' <= c.r && c.r <= 'z', c.r >= utf8.RuneSelf && unicode.IsLower(c.r):
			return false
		default:
			letters = true
		}
	}
	return letters
}

func hasLetter(chars []char, parts []part) bool {
	for _, p := range parts {
		for _, c := range chars[p.from:p.to] {
			if c.kind == letter {
				return true
			}
		}
	}
	return false
}
