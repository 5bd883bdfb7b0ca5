package plain

import (
	"regexp"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// Text makes plain text of HTML, with a blank line between paragraphs, list
// items, headings and the rows of tables, and a line break for a single <br>.
// Scripts, styles and what else is not read are left out. Text without any
// markup keeps its own paragraphs. It takes linear time and never fails; what
// is no tag of HTML stays as it is, so that "a < b" survives. Markup that was
// escaped once too often is taken for markup all the same: in news it is a
// mistake far more often than it is meant to be read.
func Text(s string) string {
	tags, blocks := survey(s)
	text := render(s, tags == 0, blocks == 0)
	for range maxRounds {
		if !stillHTML.MatchString(text) {
			return text
		}
		again, divided := survey(text)
		// What an earlier round divided stays so.
		text = render(text, tags > 0 || again == 0, blocks > 0 || divided == 0)
		tags, blocks = tags+again, blocks+divided
	}
	if stillHTML.MatchString(text) { // made to hurt: no tag is left one
		text = strings.ReplaceAll(text, "<", "< ")
	}
	return text
}

// Line makes one line of plain text of HTML, for titles and names.
func Line(s string) string {
	return strings.Join(strings.Fields(Text(s)), " ")
}

// maxRounds bounds how often Text looks for markup below an escape.
const maxRounds = 4

// stillHTML is markup that is there after a round: the end of an element, an
// element with an attribute or without content, a reference to a character. A
// lone <b> may be a word.
var stillHTML = regexp.MustCompile(`(?i)</(?:` + elements + `)[\s/]*>|<(?:` + elements + `)(?:\s+|/)[^<>]*[=/]|<(?:br|hr|p|li|img|wbr|script|iframe|style)\s*/?>` +
	`|<!--|<!\[CDATA\[|&(?:#\d{1,7}|#x[0-9a-f]{1,6}|amp|lt|gt|quot|apos|nbsp|[lr][sd]quo|[mn]dash|hellip|[a-z](?:acute|grave|uml|circ|tilde|cedil));`)

// elements are those that stand in the texts of feeds, or do harm.
const elements = `a|abbr|address|article|aside|audio|b|base|big|blockquote|body|br|button|center|cite|code|dd|del|div|dl|dt|em|embed|` +
	`figcaption|figure|font|footer|form|frame|frameset|h[1-6]|head|header|hr|html|i|iframe|img|input|ins|label|li|link|main|` +
	`math|meta|nav|noscript|object|ol|option|p|picture|pre|q|s|script|section|select|small|source|span|strike|strong|style|` +
	`sub|sup|svg|table|tbody|td|textarea|tfoot|th|thead|time|title|tr|tt|u|ul|video`

// selfClosed is an element whose content a browser would look for up to its
// end tag, though XHTML closed it at once.
var selfClosed = regexp.MustCompile(`(?i)<(?:script|style|iframe|title|textarea|noscript|noembed|noframes|xmp)\b[^<>]*/>`)

// unread are elements whose content is no text of the article.
var unread = map[atom.Atom]bool{
	atom.Script: true, atom.Style: true, atom.Iframe: true, atom.Title: true,
	atom.Textarea: true, atom.Noscript: true, atom.Noembed: true, atom.Noframes: true,
	atom.Template: true, atom.Svg: true, atom.Math: true, atom.Select: true,
}

// breaks is what stands for an element, at its begin and at its end.
var breaks = map[atom.Atom]brk{
	atom.Br: line, atom.Td: space, atom.Th: space,

	atom.P: paragraph, atom.Div: paragraph, atom.Li: paragraph, atom.Tr: paragraph,
	atom.H1: paragraph, atom.H2: paragraph, atom.H3: paragraph,
	atom.H4: paragraph, atom.H5: paragraph, atom.H6: paragraph,
	atom.Ul: paragraph, atom.Ol: paragraph, atom.Dl: paragraph, atom.Dt: paragraph, atom.Dd: paragraph,
	atom.Table: paragraph, atom.Caption: paragraph, atom.Thead: paragraph, atom.Tbody: paragraph,
	atom.Blockquote: paragraph, atom.Pre: paragraph, atom.Hr: paragraph, atom.Address: paragraph,
	atom.Section: paragraph, atom.Article: paragraph, atom.Aside: paragraph, atom.Main: paragraph,
	atom.Header: paragraph, atom.Footer: paragraph, atom.Nav: paragraph, atom.Center: paragraph,
	atom.Figure: paragraph, atom.Figcaption: paragraph, atom.Details: paragraph, atom.Summary: paragraph,
	atom.Form: paragraph, atom.Fieldset: paragraph, atom.Option: paragraph,
}

// survey counts the tags of HTML in s, and those that divide its text.
func survey(s string) (tags, blocks int) {
	for tok := range tokens(s) {
		if isTag(tok) {
			tags++
			if breaks[tok.DataAtom] > space {
				blocks++
			}
		}
	}
	return tags, blocks
}

// render writes the text. lines says that its own line breaks count, blanks
// that its blank lines divide it.
func render(s string, lines, blanks bool) string {
	var w writer
	skip, pre := 0, 0
	for tok := range tokens(s) {
		switch {
		case tok.Type == html.TextToken:
			if skip == 0 {
				w.text(tok.Data, lines || pre > 0, blanks || pre > 0)
			}
		case !isTag(tok):
		case unread[tok.DataAtom]:
			skip = max(skip+depth(tok), 0)
		case skip == 0:
			if tok.DataAtom == atom.Pre {
				pre = max(pre+depth(tok), 0)
			}
			if b := breaks[tok.DataAtom]; b != none && (b != line || depth(tok) >= 0) {
				w.brk(b)
			}
		}
	}
	return w.String()
}

// tokens gives the tokens of s; a tag that HTML does not know is text.
func tokens(s string) func(yield func(html.Token) bool) {
	return func(yield func(html.Token) bool) {
		z := html.NewTokenizer(strings.NewReader(selfClosed.ReplaceAllString(s, "")))
		z.AllowCDATA(true)
		for z.Next() != html.ErrorToken {
			raw := string(z.Raw()) // before Token, which changes it in place
			tok := z.Token()
			if isTag(tok) && !isHTML(tok) {
				tok = html.Token{Type: html.TextToken, Data: html.UnescapeString(raw)}
			}
			if !yield(tok) {
				return
			}
		}
	}
}

func isTag(tok html.Token) bool {
	return tok.Type == html.StartTagToken || tok.Type == html.EndTagToken || tok.Type == html.SelfClosingTagToken
}

// isHTML tells whether a tag is one, and not a word between angle brackets. A
// name with a colon or hyphen is an extension (<o:p>, <my-player>).
func isHTML(tok html.Token) bool {
	return tok.DataAtom != 0 || strings.ContainsAny(tok.Data, ":-")
}

// depth is what a tag adds to the number of open elements.
func depth(tok html.Token) int {
	switch tok.Type {
	case html.StartTagToken:
		return 1
	case html.EndTagToken:
		return -1
	}
	return 0
}
