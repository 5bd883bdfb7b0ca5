package query

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// refuse complains about a query that would match nearly everything.
func refuse(e *expr) error {
	if e.restricts(false) {
		return nil
	}
	return e.culprit()
}

// restricts reports whether e, or with negative its opposite, asks for
// something that not nearly every article has.
func (e *expr) restricts(negative bool) bool {
	all := negative // whether each of the kids has to restrict
	switch e.op {
	case opPhrase:
		return !negative && e.everywhere() == ""
	case opFilter:
		return !negative
	case opNot:
		return e.kids[0].restricts(!negative)
	case opOr:
		all = !negative
	}
	for _, k := range e.kids {
		if k.restricts(negative) != all {
			return !all
		}
	}
	return all
}

// culprit names the first part of e, which does not restrict, that is to blame.
func (e *expr) culprit() error {
	switch e.op {
	case opPhrase:
		return e.everywhereError()
	case opNot, opFilter:
		return &Error{Position: e.pos, Problem: "this says only what to leave out", Mend: "add with AND what you want to hear about: tariff AND NOT steel"}
	}
	for _, k := range e.kids {
		if !k.restricts(false) {
			return k.culprit()
		}
	}
	return nil
}

// everywhere gives the word of a phrase that nearly every article has: a stop
// word, its beginning, or one letter of a script with spaces; else "".
func (e *expr) everywhere() string {
	if len(e.phrase.Words) != 1 || len(e.phrase.Words[0].Terms) != 1 {
		return ""
	}
	w := e.phrase.Words[0]
	folded := w.Terms[0].Folded
	switch w.Mode {
	case ModeCaps:
		return ""
	case ModePrefix:
		for stop := range stopWords {
			if strings.HasPrefix(stop, folded) {
				return folded + "*"
			}
		}
		return ""
	}
	if stopWords[folded] || utf8.RuneCountInString(folded) == 1 && unicode.In(firstRune(folded), unicode.Latin, unicode.Greek, unicode.Cyrillic) {
		return folded
	}
	return ""
}

func (e *expr) everywhereError() error {
	word := e.everywhere()
	err := &Error{Position: e.pos, Problem: fmt.Sprintf("%q is in nearly every article", word), Mend: "add words that say what it is about"}
	if strings.HasSuffix(word, "*") {
		err.Mend = "write more of the word before the star"
	}
	if names[word] {
		err.Mend = fmt.Sprintf("type %s in capitals if you mean the name", strings.ToUpper(word))
	}
	return err
}

// names are stop words that in capitals are names.
var names = set("us who it")

// stopWords are words that nearly every article in their language has. Latin
// script counts as English, as it does for stems where no language is known:
// "des" or "den" are rare in an English article, and may be what is wanted.
var stopWords = set(`
	a an the and or not nor but if of at by for with about into to from in on off out as than then
	so that this these those there here is are was were be been being am has have had having do does
	did i you he she it its we they me him her us them my your his our their who whom which
	what when where why how all any both each more most some such no only too very can will would
	could should may might must just also after before because while during until since
	said says say s t
	и в не на он она они как это по но за от из что
	的 了 是 在 和 有 の は が を に で と も في من على الى`)

func set(words string) map[string]bool {
	m := make(map[string]bool)
	for w := range strings.FieldsSeq(words) {
		m[w] = true
	}
	return m
}
