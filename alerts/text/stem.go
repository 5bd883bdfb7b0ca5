package text

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/blevesearch/snowballstem"
	"github.com/blevesearch/snowballstem/danish"
	"github.com/blevesearch/snowballstem/dutch"
	"github.com/blevesearch/snowballstem/finnish"
	"github.com/blevesearch/snowballstem/french"
	"github.com/blevesearch/snowballstem/german"
	"github.com/blevesearch/snowballstem/hungarian"
	"github.com/blevesearch/snowballstem/irish"
	"github.com/blevesearch/snowballstem/italian"
	"github.com/blevesearch/snowballstem/norwegian"
	"github.com/blevesearch/snowballstem/portuguese"
	"github.com/blevesearch/snowballstem/romanian"
	"github.com/blevesearch/snowballstem/russian"
	"github.com/blevesearch/snowballstem/spanish"
	"github.com/blevesearch/snowballstem/swedish"
	"github.com/blevesearch/snowballstem/tamil"
	"github.com/blevesearch/snowballstem/turkish"
	"golang.org/x/text/language"
)

// Stem gives the stem of a word, marks removed after stemming. Lower is the
// word after [Lower]; lang is a BCP 47 tag or "". [StemLang] says which
// stemmer is used; without one the stem is the folded word.
func Stem(lower, lang string) string {
	stem := lower
	switch name := StemLang(lang, lower); name {
	case "":
	case "en":
		stem = stemEnglish(lower)
	case "ar":
		stem = stemArabic(lower)
	default:
		env := snowballstem.NewEnv(prepare(lower, name))
		stemmers[name](env)
		stem = env.Current()
	}
	if stem = unmark(stem); stem == "" {
		return unmark(lower) // of ''s, say
	}
	return stem
}

// StemLang names the stemmer that [Stem] uses for a word in a text of the
// language lang: a language code such as "en", or "" for none. It is the
// language's own; where lang is empty or unknown, or is written in another
// script than the word, it is the one of the word's script: English for Latin,
// Russian for Cyrillic, Arabic, Tamil. Words that agree in their result can
// share a table of stems.
func StemLang(lang, word string) string {
	script := scriptOf(word)
	if script == "" {
		return ""
	}
	if base, own := baseOf(lang); own == script {
		if base == "en" || base == "ar" || stemmers[base] != nil {
			return base
		}
		return "" // a language without a stemmer here, such as Polish
	}
	return byScript[script]
}

// stemmers are Snowball's by language code, those of this package apart.
var stemmers = map[string]func(*snowballstem.Env) bool{
	"da": danish.Stem, "de": german.Stem, "es": spanish.Stem,
	"fi": finnish.Stem, "fr": french.Stem, "ga": irish.Stem, "hu": hungarian.Stem,
	"it": italian.Stem, "nl": dutch.Stem, "no": norwegian.Stem, "pt": portuguese.Stem,
	"ro": romanian.Stem, "ru": russian.Stem, "sv": swedish.Stem, "ta": tamil.Stem,
	"tr": turkish.Stem,
}

// byScript are the stemmers of words of unknown language, by ISO 15924 code.
var byScript = map[string]string{"Latn": "en", "Cyrl": "ru", "Arab": "ar", "Taml": "ta"}

// scripts are those that a stemmer can have.
var scripts = []struct {
	code  string
	table *unicode.RangeTable
}{
	{"Latn", unicode.Latin}, {"Cyrl", unicode.Cyrillic}, {"Arab", unicode.Arabic}, {"Taml", unicode.Tamil},
}

// scriptOf gives the ISO 15924 code of a word's first letter, or "" if no
// stemmer has it.
func scriptOf(word string) string {
	for _, r := range word {
		if r < utf8.RuneSelf {
			if asciiKinds[r] == letter {
				return "Latn"
			}
			continue
		}
		if !unicode.IsLetter(r) {
			continue
		}
		for _, s := range scripts {
			if unicode.Is(s.table, r) {
				return s.code
			}
		}
		return ""
	}
	return ""
}

// baseOf gives the language code and the script of a tag, empty if unknown.
func baseOf(lang string) (base, script string) {
	switch {
	case lang == "":
		return "", ""
	case lang == "en" || strings.HasPrefix(lang, "en-"):
		return "en", "Latn"
	}
	tag, err := language.Parse(lang)
	if err != nil {
		return "", ""
	}
	b, confidence := tag.Base()
	if confidence == language.No {
		return "", ""
	}
	s, _ := tag.Script()
	base = b.String()
	if base == "nb" || base == "nn" {
		base = "no"
	}
	return base, s.String()
}

// prepare does what a stemmer expects to be done before it.
func prepare(lower, name string) string {
	switch name {
	case "ru":
		return strings.ReplaceAll(lower, "ё", "е")
	case "tr":
		lower = strings.ReplaceAll(lower, "i\u0307", "i") // the folded İ
		if i := strings.IndexByte(lower, '\''); i > 1 {   // Ankara'nın
			return lower[:i]
		}
	}
	return lower
}
