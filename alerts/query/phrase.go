package query

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/bellwether/bellwether/alerts/text"
)

// phrase reads a quoted phrase, or plain words side by side; one limits those
// to a single word.
func (p *parser) phrase(one bool) (*expr, error) {
	t := p.take()
	if p.field != nil && (p.field.field == FieldSite || p.field.field == FieldLang) {
		return p.value(t)
	}
	out := Phrase{Quoted: t.kind == tokQuoted}
	for next := t; ; next = p.take() {
		words, err := p.words(next)
		if err != nil {
			return nil, err
		}
		out.Words = append(out.Words, words...)
		if one || out.Quoted || p.peek().kind != tokWord {
			break
		}
	}
	switch {
	case len(out.Words) == 0 && out.Quoted:
		return nil, &Error{Position: t.pos, Problem: "no word between the quotes", Mend: "put words there, or remove the quotes"}
	case len(out.Words) == 0:
		return nil, &Error{Position: t.pos, Problem: "no word in " + t.text, Mend: "write a word there"}
	case p.caps && !hasCaps(out):
		return nil, &Error{Position: t.pos, Problem: "caps: before what has no capitals", Mend: "put it before a word of two letters or more, or remove it"}
	}
	if p.field != nil && (p.field.field == FieldSource || p.field.field == FieldAgency) {
		return &expr{op: opFilter, pos: t.pos, filter: Filter{Field: p.field.field, Phrase: out}}, nil
	}
	return &expr{op: opPhrase, pos: t.pos, phrase: out}, nil
}

// value reads what site: or lang: wants.
func (p *parser) value(t token) (*expr, error) {
	f := Filter{Field: p.field.field}
	var ok bool
	if f.Field == FieldSite {
		if f.Value, ok = host(t.text); !ok {
			return nil, &Error{Position: t.pos, Problem: fmt.Sprintf("%q is not the name of a site", t.text), Mend: "write it as in its address: site:gov.uk"}
		}
	} else if f.Value, ok = languageCode(t.text); !ok {
		return nil, &Error{Position: t.pos, Problem: fmt.Sprintf("%q is not the code of a language", t.text), Mend: "use one such as en, fr or zh"}
	}
	if k := p.peek(); p.depth > 0 && (k.kind == tokWord || k.kind == tokQuoted) && p.insideField() {
		return nil, &Error{Position: k.pos, Problem: "two values of " + p.field.text + " side by side", Mend: "write OR between them"}
	}
	return &expr{op: opFilter, pos: t.pos, filter: f}, nil
}

// insideField reports whether the field's operand is a group.
func (p *parser) insideField() bool {
	for i := p.i - 1; i >= 0; i-- {
		if p.tokens[i].kind == tokField {
			return p.tokens[i+1].kind == tokOpen
		}
	}
	return false
}

// host reads the name of a site, or its address.
func host(s string) (string, bool) {
	s = text.Lower(s)
	if _, after, found := strings.Cut(s, "://"); found {
		s = after
	}
	if i := strings.IndexAny(s, "/:?#"); i >= 0 {
		s = s[:i]
	}
	s = strings.Trim(strings.TrimPrefix(s, "*."), ".")
	if rest, found := strings.CutPrefix(s, "www."); found && strings.Contains(rest, ".") {
		s = rest
	}
	for label := range strings.SplitSeq(s, ".") {
		if label == "" || strings.HasPrefix(label, "-") || strings.HasSuffix(label, "-") {
			return "", false
		}
		for i, r := range label {
			if !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '-' && (i == 0 || !unicode.IsMark(r)) {
				return "", false
			}
		}
	}
	return s, len(s) <= 253
}

// languageCode reads a BCP 47 tag, or the beginning of one.
func languageCode(s string) (string, bool) {
	s = strings.ReplaceAll(strings.ToLower(s), "_", "-")
	for i, part := range strings.Split(s, "-") {
		if len(part) > 8 || part == "" || i == 0 && (len(part) < 2 || len(part) > 3) {
			return "", false
		}
		for _, r := range part {
			if (r < 'a' || r > 'z') && (i == 0 || r < '0' || r > '9') {
				return "", false
			}
		}
	}
	return s, true
}

// words makes the words of a token.
func (p *parser) words(t token) ([]Word, error) {
	terms := text.Terms(t.text)
	if left := MaxTerms - p.terms; len(terms) > left {
		return nil, &Error{Position: t.at(terms[left].Start), Problem: fmt.Sprintf("more than %d words", MaxTerms), Mend: "split the query into several"}
	}
	p.terms += len(terms)
	stars, err := p.stars(t, terms)
	if err != nil {
		return nil, err
	}
	modes := make([]Mode, len(terms))
	out := make([]Term, len(terms))
	for i, term := range terms {
		modes[i], out[i] = p.mode(term, t.kind == tokQuoted, stars[i])
	}
	var words []Word
	for i := 0; i < len(terms); {
		n := together(terms[i:], modes[i:])
		w := Word{Mode: modes[i+n-1], Terms: out[i : i+n : i+n]}
		if n > 1 && terms[i+1].Link == text.Hyphened {
			w.join()
		}
		words = append(words, w)
		i += n
	}
	return words, nil
}

// together gives the number of terms at the beginning that make one word: a
// hyphenated one, or a run of a script without spaces. Where the parts of a
// hyphenated word are compared in different ways (US-China), each is a word,
// unless it ends in a star (anti-dump*). So is each of what is left without a
// letter then (the 1-2 of EU-1-2), as where it stands alone.
func together(terms []text.Term, modes []Mode) int {
	n := 1
	for ; n < len(terms) && terms[n].Link != text.Apart && terms[n].Link == terms[1].Link; n++ {
		last := n+1 == len(terms) || terms[n+1].Link != text.Hyphened
		switch {
		case modes[n] == modes[0] && modes[n] != ModePrefix:
			if last && terms[n].Link == text.Hyphened && !hasLetter(terms[:n+1]) {
				return 1
			}
		case terms[n].Link != text.Hyphened:
			return n
		case modes[n] == ModePrefix && modes[0] < ModeCaps && last && hasLetter(terms[:n+1]):
			return n + 1
		default:
			return 1
		}
	}
	return n
}

func hasLetter(terms []text.Term) bool {
	return slices.ContainsFunc(terms, func(t text.Term) bool { return strings.ContainsFunc(t.Folded, unicode.IsLetter) })
}

// join sets the form of a hyphenated word that is written together.
func (w *Word) join() {
	lowers := make([]string, len(w.Terms))
	for i, t := range w.Terms {
		lowers[i] = t.Lower
	}
	w.Joined.Lower, w.Joined.Folded = text.Join(lowers...)
	switch w.Mode {
	case ModeCaps:
		w.Joined.Caps = text.Upper(w.Joined.Folded)
	case ModePrefix:
		w.Joined.Lower = w.Joined.Folded
	}
}

// mode decides how a word is compared, and gives its Term for that.
func (p *parser) mode(t text.Term, quoted, star bool) (Mode, Term) {
	switch {
	case star:
		return ModePrefix, Term{Lower: t.Folded, Folded: t.Folded}
	case p.caps && forceable(t), p.field.allowsCaps() && t.Caps != "" && !(t.Plural && quoted) && countsAsCaps(t.Caps):
		folded := t.Folded
		if t.Plural {
			folded = strings.TrimSuffix(folded, "s")
		}
		return ModeCaps, Term{Lower: folded, Folded: folded, Caps: text.Upper(folded)}
	case quoted:
		return ModeExact, Term{Lower: t.Lower, Folded: t.Folded}
	}
	return ModeInflected, Term{Lower: t.Lower, Folded: t.Folded}
}

// allowsCaps reports whether capitals count behind the field: names of
// publishers and agencies are written in any way. A nil token is no field.
func (t *token) allowsCaps() bool {
	return t == nil || t.field == FieldTitle || t.field == FieldLead
}

// forceable reports whether caps: can apply to a word: it has letters with
// capitals, and two characters at least.
func forceable(t text.Term) bool {
	return utf8.RuneCountInString(t.Folded) > 1 && text.Upper(t.Folded) != t.Folded
}

func hasCaps(p Phrase) bool {
	for _, w := range p.Words {
		if w.Mode == ModeCaps {
			return true
		}
	}
	return false
}

// stars tells which terms have a star behind them.
func (p *parser) stars(t token, terms []text.Term) (map[int]bool, error) {
	var stars map[int]bool
	for at, r := range t.text {
		if r != '*' && r != '＊' {
			continue
		}
		pos := t.at(at)
		n := -1 // the term before the star
		for i, term := range terms {
			switch {
			case term.End == at:
				n = i
			case term.Start == at+utf8.RuneLen(r):
				return nil, &Error{Position: pos, Problem: "star before or within a word", Mend: "write it at the end: sanction*"}
			}
		}
		switch {
		case n < 0:
			return nil, &Error{Position: pos, Problem: "star that follows no word", Mend: "write it at the end of one: sanction*"}
		case p.caps:
			return nil, &Error{Position: pos, Problem: "star behind caps:", Mend: "remove one of the two"}
		case text.IsSpaceless(firstRune(terms[n].Folded)):
			return nil, &Error{Position: pos, Problem: "star in a script without spaces", Mend: "remove it, such words are found within longer ones anyway"}
		case lettersBefore(terms, n) < 3:
			return nil, &Error{Position: pos, Problem: "star after fewer than three letters", Mend: "write more of the word before it: sanction*"}
		}
		if stars == nil {
			stars = make(map[int]bool)
		}
		stars[n] = true
	}
	return stars, nil
}

// lettersBefore counts the characters of a term, and of those that hyphens join
// it to before, as far as they make one word with it.
func lettersBefore(terms []text.Term, n int) int {
	from := n
	for terms[from].Link == text.Hyphened && !countsAsCaps(terms[from-1].Caps) {
		from--
	}
	if !hasLetter(terms[from : n+1]) {
		from = n
	}
	count := 0
	for _, t := range terms[from : n+1] {
		count += utf8.RuneCountInString(t.Folded)
	}
	return count
}

func firstRune(s string) rune {
	r, _ := utf8.DecodeRuneInString(s)
	return r
}
