package text

import "strings"

// Link says how a term hangs together with the one before it.
type Link uint8

// The links.
const (
	Apart    Link = iota // separate words
	Hyphened             // parts of one hyphenated word, which has a joined form
	Adjoined             // written together, one of them in a script without spaces
)

// Term is a word of a query, one position of it.
type Term struct {
	Start, End int    // bytes, as in [Token]
	Lower      string // as [Lower] gives it
	Folded     string // as in [Token]
	// Caps is the word in capitals if it was typed so, as in [Token]; Plural
	// tells that a small s was left out of it.
	Caps   string
	Plural bool
	Link   Link
}

// Terms segments a query, or a part of one, by the same code as
// [Analyzer.Field]. Joined forms are left to [Join].
func Terms(s string) []Term {
	if s != "" && isPlain(s) { // most words of English
		lower := strings.ToLower(s)
		t := Term{End: len(s), Lower: lower, Folded: lower}
		t.Caps, t.Plural = capitals(s, lower)
		return []Term{t}
	}
	var (
		terms []Term
		parts []part
		last  = -1 // the character after the last term
		chars = (&normalizer{left: maxChanged}).appendChars(nil, s)
	)
	for i := 0; ; {
		parts, i = nextParts(parts[:0], chars, i)
		if len(parts) == 0 {
			return terms
		}
		joins := len(parts) > 1 && len(parts) <= maxParts && hasLetter(chars, parts)
		for n, p := range parts {
			t := newTerm(chars, p)
			switch {
			case n > 0 && joins:
				t.Link = Hyphened
			case p.from == last && (chars[p.from].kind == wide || chars[p.from-1].kind == wide || chars[p.from-1].kind == mark):
				t.Link = Adjoined
			}
			terms = append(terms, t)
			last = p.to
		}
	}
}

// isPlain reports whether s is of ASCII letters and digits.
func isPlain(s string) bool {
	for i := range len(s) {
		if classes[s[i]] != within {
			return false
		}
	}
	return true
}

func newTerm(chars []char, p part) Term {
	key := string(appendKey(nil, chars, p))
	lower := Lower(key)
	t := Term{
		Start: int(chars[p.from].start), End: int(chars[p.to-1].end),
		Lower: lower, Folded: unmark(lower),
	}
	t.Caps, t.Plural = capitals(key, t.Folded)
	return t
}

// Join gives the joined form of the parts of a hyphenated word, each as
// [Lower] gives it, after Lower and after [Fold].
func Join(lowers ...string) (lower, folded string) {
	for _, l := range lowers {
		lower += l
	}
	lower = Lower(lower)
	return lower, unmark(lower)
}

// IsSpaceless reports whether r belongs to a script in which every character
// is a position of its own.
func IsSpaceless(r rune) bool { return kindOf(r) == wide }
