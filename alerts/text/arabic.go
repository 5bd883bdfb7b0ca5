package text

import (
	"strings"
	"unicode/utf8"
)

// stemArabic cuts the article, the possessive -ha and the endings of sound
// plurals and of the feminine from a word as Lower gives it. It is a light
// stemmer after Larkey, Ballesteros and Connell, "Improving stemming for
// Arabic information retrieval" (SIGIR 2002), and lighter still: the endings
// -an (Lebanon is no milk) and -i (which makes adjectives) stay, and so does a
// w- without article (a minister, wazir, begins with it).
//
// Snowball's stemmer takes a word with the article for a noun and may take the
// same word without it for a verb, so that the law would miss a law.
func stemArabic(lower string) string {
	w := unmark(cutArticle(strings.Map(func(r rune) rune {
		if 0x064B <= r && r <= 0x0652 || r == 0x0670 {
			return -1 // vowels
		}
		return r
	}, lower)))
	w = cutArabic(w, 3, "ها")
	if stem := cutArabic(w, 3, "ون", "ين"); stem != w {
		return stem
	}
	if stem := cutArabic(w, 2, "ات", "ة"); stem != w {
		return stem
	}
	if w = cutArabic(w, 3, "ه"); strings.HasSuffix(w, "ى") {
		w = strings.TrimSuffix(w, "ى") + "ي"
	}
	return w
}

// cutArticle cuts the article. Its alif never has a hamza: electronic, written
// with one, begins with no article.
func cutArticle(w string) string {
	if stem, ok := arabicWords[unmark(w)]; ok {
		return stem
	}
	for _, article := range arabicArticles {
		if rest, ok := strings.CutPrefix(w, article); ok && utf8.RuneCountInString(rest) >= 2 {
			return rest
		}
	}
	return w
}

// arabicArticles are the article, alone and after and, with, like, so and for;
// the longer before those they begin with.
var arabicArticles = [...]string{"وبال", "وال", "بال", "كال", "فال", "ولل", "ال", "لل"}

// arabicWords begin like an article that they do not have.
var arabicWords = map[string]string{
	"الله": "الله", "والله": "الله", "بالله": "الله", "الان": "الان", "الى": "الى",
	"التي": "التي", "الذي": "الذي", "والتي": "التي", "والذي": "الذي",
	"المانيا": "المانيا", "البانيا": "البانيا", "التزام": "التزام", "التزامات": "التزامات",
	"الكتروني": "الكتروني", "الكترونية": "الكتروني", "الاف": "الاف", "العاب": "العاب", "الية": "الي", "اليات": "الي",
	"التحاق": "التحاق", "التماس": "التماس", "التهاب": "التهاب", "التهابات": "التهابات",
}

// cutArabic cuts the first of the endings that w has if so many letters are left.
func cutArabic(w string, left int, endings ...string) string {
	for _, e := range endings {
		if rest, ok := strings.CutSuffix(w, e); ok && utf8.RuneCountInString(rest) >= left {
			return rest
		}
	}
	return w
}
