package feed

import (
	"regexp"
	"strings"
	"unicode"

	"github.com/mmcdole/gofeed"
)

// How long a text is, in words, that is taken to be whole: of an element that is
// meant for it (content:encoded, Atom's content, content_html), and of a
// description, which is meant for a summary.
const (
	wholeContent     = 60
	wholeDescription = 150
)

// cutOff is how a text ends that goes on elsewhere.
var cutOff = regexp.MustCompile(`(?i)(?:…|\.\.\.|\[&hellip;\]|\b(?:read more|continue reading|full story|read the full (?:story|article)|weiterlesen|mehr lesen|` +
	`lire la suite|leer más|seguir leyendo|continua a leggere|leia mais|czytaj dalej)|читать далее|阅读全文|查看全文|続きを読む|더 보기)[\])»>→\s.:]*$`)

// firstPost ends the descriptions that WordPress makes.
var firstPost = regexp.MustCompile(`(?i)\s*the post .{1,300} (?:appeared first on|first appeared on) .{1,200}$`)

// inContent tells whether the text of an item stands in an element for whole
// texts.
func inContent(item *gofeed.Item, x extra) bool {
	return x.text != "" || item.Content != "" && len(item.Content) >= len(item.Description)
}

// partial tells whether a text is no more than the beginning or a summary of an
// article, by how it ends and how long it is.
func partial(body string, content bool) bool {
	body = strings.TrimSpace(body)
	const tail = 600 // bytes, in which all ends stand that are known
	from := max(0, len(body)-tail)
	end := firstPost.ReplaceAllString(strings.ToValidUTF8(body[from:], ""), "")
	if cutOff.MatchString(end) {
		return true
	}
	least := wholeDescription
	if content {
		least = wholeContent
	}
	return !longerThan(strings.ToValidUTF8(body[:from], "")+end, least)
}

// longerThan tells whether s has so many words. Of a script without spaces two
// characters are about one.
func longerThan(s string, words int) bool {
	halves, in := 0, false
	for _, r := range s {
		switch {
		case unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar):
			halves++
			in = false
		case unicode.IsSpace(r):
			in = false
		case !in:
			halves += 2
			in = true
		}
		if halves >= 2*words {
			return true
		}
	}
	return false
}
