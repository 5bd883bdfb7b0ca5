package summary

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Lines that are about the text rather than part of it. The patterns are
// tried on short lines only.
var (
	// A link or an e-mail address.
	address = regexp.MustCompile(`(?i)https?://|\bwww\.\w|[\w.+-]@[\w-]+\.\w`)
	// "(Photo: https://acme.example/1.jpg)", "[ https://acme.example ]": a
	// sentence may be interrupted so.
	aside = regexp.MustCompile(`(?i)[(\[][^()\[\]]*(?:https?://|\bwww\.\w)[^()\[\]]*[)\]]`)
	// "PRNewswire March 20, 2024", "/PRNewswire/", "--(BUSINESS WIRE)--".
	distributor = regexp.MustCompile(`(?i)^[-–—/(\s]*(?:pr ?newswire|business ?wire|globe ?newswire|asianet|newsfile corp\.?|ein presswire|cision|cnw(?: group)?|media outreach|\p{L}*wire)\b[-–—/)\s]*(?:(?:\p{L}+\.?,? )?\d[\p{L}\d ,./:-]*)?$`)
	// "SOURCE CGTN", "Source: the ministry", "(c) 2026 Acme" without its bracket.
	credit = regexp.MustCompile(`^(?:SOURCE[ :]|[cC]\) ?(?:19|20)\d\d\b|(?i:sources?|quelle|fuente|fonte|источник|المصدر|来源|來源|出典|출처)\s*[:：])`)
	// "By Ann Lee and Bo Li", "Por Ana Ruiz, Lima": a line of names.
	byline = regexp.MustCompile(`^(?:By|BY|Por|Par|Von|Di|Door)(?: (?:and|AND|y|et|und|e|en|in|of|for|de|the|\p{Lu}[\p{L}.'’,-]*))+$`)
	// "###", "-30-", "- ends -", "* * *", "ENDS".
	endMark = regexp.MustCompile(`^(?:[-–—][-–—\s]*(?i:ends?|30|fin|ende|完)[-–—\s]*|(?i:ends?|30|fin|ende)\s*[-–—]+|ENDS?\.?|E N D S?|[（(]?完[)）]?|[#*_=~•.\s-]{2,})$`)
	// Headings behind which nothing belongs to the story: "About Acme Ltd".
	tail = regexp.MustCompile(`^(?:About (?:the )?\p{Lu}[^.!?]*|(?i:about us|notes? (?:to|for) editors?|editor['’]s notes?|forward[- ]looking statements?|safe harbou?r(?: statements?)?|(?:media |press )?contacts?(?: information| details)?|related (?:articles|stories|links|content|coverage)|read more|more on this story|see also|disclaimer|legal notice|à propos de .*|contacts? presse|über .*|pressekontakt|acerca de .*|关于我们|相关新闻|相关阅读|延伸阅读|関連記事|관련기사))\s*[:：]?$`)
)

// usualLength bounds the lines, in bytes, that a phrase makes boilerplate: a
// text without full stops is one long line, and not all of it is a prompt.
const usualLength = 400

// lineLength bounds credits, labels and headings, in bytes.
const lineLength = 100

// maxOpening is the length in bytes of the longest of openings, or more.
const maxOpening = 40

// isBoilerplate reports whether a line or sentence is about the text rather
// than part of it.
func isBoilerplate(s string) bool {
	bare := strings.TrimLeft(s, " \u00a0\t\n([{*•·▪►▶→>»-–—|_")
	if bare == "" || strings.HasPrefix(strings.TrimSpace(s), "| ") {
		return true
	}
	if strings.ContainsAny(s, "@:") || strings.Contains(s, "www.") || strings.Contains(s, "WWW.") {
		own := aside.ReplaceAllString(s, "")
		if address.MatchString(own) || !strings.ContainsFunc(own, unicode.IsLetter) {
			return true
		}
	}
	if len(s) > usualLength {
		return false
	}
	lower := strings.ToLower(strings.ReplaceAll(bare, "’", "'"))
	return hasOpening(lower) || hasTellTale(lower) || len(s) < lineLength && isLabel(s, bare, lower)
}

func isLabel(s, bare, lower string) bool {
	return labels[strings.TrimRight(lower, " .:!|]")] || endMark.MatchString(s) ||
		credit.MatchString(bare) || distributor.MatchString(s) || byline.MatchString(s)
}

func hasOpening(lower string) bool {
	var before rune
	for i, r := range lower + " " {
		if i > maxOpening {
			break
		}
		if !unicode.IsLetter(before) || !unicode.IsLetter(r) || spaceless(before) {
			if openings[lower[:i]] {
				return true
			}
		}
		before = r
	}
	return false
}

func hasTellTale(lower string) bool {
	for _, p := range tellTales {
		if strings.Contains(lower, p) {
			return true
		}
	}
	return false
}

// isLine reports whether a paragraph is a short line that is no sentence: a
// credit, a label or, where the text has full stops (prose) and the line has
// none, a cross-head or a name.
func isLine(p string, prose bool) bool {
	return len(p) < lineLength && (prose && !endsSentence(p) || isLabel(p, p, strings.ToLower(p)))
}

// endsStory reports whether nothing of the story follows the paragraph p.
func endsStory(p string) bool {
	return len(p) < lineLength && (tail.MatchString(p) || endMark.MatchString(p))
}

func endsSentence(p string) bool {
	p = strings.TrimRight(p, "\"'”’»›)]）］」』】 \u00a0")
	r, _ := utf8.DecodeLastRuneInString(p)
	return strings.ContainsRune(".!?…。！？｡؟۔।॥։።", r)
}
