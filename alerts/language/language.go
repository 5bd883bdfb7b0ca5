// Package language tells in what language an article is written.
package language

import (
	"unicode"

	"github.com/RadhiFadlillah/whatlanggo"
	"golang.org/x/text/language"
)

const (
	// sample is how many characters of a text are looked at. The detector is
	// right for 98.5 % of news texts of that length, and takes 0.9 ms.
	sample = 1000
	// enough is how many letters the detector is asked about at least: below, one
	// text in a hundred of which it is sure is in another language.
	enough = 80
	// few is how many letters tell a script that has one language.
	few = 6
	// ruling is the share of a text's letters that makes a script that of the text.
	ruling = 0.7
)

// Of gives the language of an article as a BCP 47 tag in lower case, empty where
// it can't be told. given is the tag that came with it, which may be empty. It
// stands unless the text is in a script that the language is not written in:
// then, and without one, the language is that of the text, where it is long
// enough and the detector is sure. Work is bounded, whatever the length.
func Of(given, title, body string) string {
	text := title + "\n" + first(body, sample)
	c := count(text)
	if given != "" && c.fits(given) {
		return given
	}
	if tag := c.alone(); tag != "" {
		return tag
	}
	if c.letters < enough {
		return ""
	}
	guess := whatlanggo.Detect(text)
	if !guess.IsReliable() {
		return ""
	}
	return guess.Lang.Iso6391()
}

// first is the first n characters of s.
func first(s string, n int) string {
	for i := range s {
		if n--; n < 0 {
			return s[:i]
		}
	}
	return s
}

// counts are the letters of a text by script.
type counts struct {
	letters                    int
	han, kana, hangul          int
	latin, cyrillic, arabic    int
	greek, hebrew, thai, other int
}

func count(text string) counts {
	var c counts
	for _, r := range text {
		if !unicode.IsLetter(r) {
			continue
		}
		c.letters++
		switch {
		case r <= unicode.MaxLatin1, unicode.Is(unicode.Latin, r):
			c.latin++
		case unicode.Is(unicode.Han, r):
			c.han++
		case unicode.In(r, unicode.Hiragana, unicode.Katakana):
			c.kana++
		case unicode.Is(unicode.Hangul, r):
			c.hangul++
		case unicode.Is(unicode.Cyrillic, r):
			c.cyrillic++
		case unicode.Is(unicode.Arabic, r):
			c.arabic++
		case unicode.Is(unicode.Greek, r):
			c.greek++
		case unicode.Is(unicode.Hebrew, r):
			c.hebrew++
		case unicode.Is(unicode.Thai, r):
			c.thai++
		default:
			c.other++
		}
	}
	return c
}

// rules tells whether n of the letters are so many that they are the text's.
func (c counts) rules(n int) bool { return n >= few && float64(n) >= ruling*float64(c.letters) }

// alone is the language of a script that has one; empty for others. Japanese is
// told from Chinese by its kana, of which a few stand in nearly every sentence.
func (c counts) alone() string {
	switch {
	case c.rules(c.han+c.kana) && c.kana*20 >= c.han+c.kana:
		return "ja"
	case c.rules(c.han):
		return "zh"
	case c.rules(c.hangul), c.rules(c.hangul + c.han):
		return "ko"
	case c.rules(c.greek):
		return "el"
	case c.rules(c.thai):
		return "th"
	}
	return ""
}

// fits tells whether the letters may be of the language of a tag. What is known
// of neither speaks against nothing.
func (c counts) fits(tag string) bool {
	t, err := language.Parse(tag)
	if err != nil {
		return true
	}
	base, _ := t.Base()
	if severalScripts[base.String()] {
		return true
	}
	script, _ := t.Script()
	own, known := map[string]int{
		"Latn": c.latin, "Cyrl": c.cyrillic, "Arab": c.arabic, "Grek": c.greek, "Hebr": c.hebrew, "Thai": c.thai,
		"Hans": c.han, "Hant": c.han, "Hani": c.han, "Jpan": c.han + c.kana, "Kore": c.hangul + c.han,
	}[script.String()]
	switch {
	case !known:
		return true
	case c.alone() == "ja" && base.String() == "zh", c.kana == 0 && c.han >= enough && base.String() == "ja":
		return false
	}
	// Names and figures stand in Latin letters in any language, and a headline
	// may be a name and nothing more.
	return c.rules(own) || !c.foreign()
}

// foreign tells whether there is so much text in one script that a language of
// another has no place in it.
func (c counts) foreign() bool {
	for _, n := range []int{c.latin, c.han + c.kana, c.hangul, c.cyrillic, c.arabic, c.greek, c.hebrew, c.thai, c.other} {
		if n >= 20 && c.rules(n) {
			return true
		}
	}
	return false
}

// severalScripts are languages that are written in more than one in news.
var severalScripts = map[string]bool{
	"az": true, "bs": true, "kk": true, "ku": true, "ky": true, "mn": true, "ms": true, "pa": true, "ro": true,
	"sd": true, "sr": true, "sh": true, "tg": true, "tk": true, "tt": true, "ug": true, "uz": true, "ha": true,
}
