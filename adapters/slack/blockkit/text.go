package blockkit

import (
	"cmp"
	"strings"

	"github.com/slack-go/slack"

	"github.com/bellwether/bellwether/bot/chat"
	"github.com/bellwether/bellwether/bot/chat/legible"
)

// coder makes rich text of a reply's text, in which stretches between
// backquotes are code.
type coder struct {
	slash bool   // commands get the slash
	query string // what is a query though it may begin like a command
}

// elements also gives how many characters were used, at most that many.
func (c coder) elements(s string, most int) (out []slack.RichTextSectionElement, used int) {
	if strings.Count(s, "`")%2 == 1 {
		s = strings.ReplaceAll(s, "`", "'")
	}
	if legible.Line(s) == "" {
		return nil, 0
	}
	for i, piece := range strings.Split(s, "`") {
		shown := legible.Piece(piece)
		if i%2 == 1 && c.slash && piece != c.query && chat.IsCommand(piece) {
			shown = "/policy " + shown
		}
		if len(out) == 0 {
			shown = strings.TrimLeft(shown, " ")
		}
		if shown == "" || used >= most {
			continue
		}
		shown = legible.Cut(shown, most-used)
		used += legible.Length(shown)
		if i%2 == 1 {
			out = append(out, code(shown))
		} else {
			out = append(out, words(shown))
		}
	}
	return out, used
}

// rowsInBlock bounds the rows of one block.
const rowsInBlock = 10

// rows are label and value, or a heading, which begins a block.
func rows(all []chat.Row, c coder) []part {
	var out []part
	var lines []slack.RichTextElement
	flush := func() {
		if len(lines) > 0 {
			out = append(out, part{blocks: []slack.Block{rich(lines...)}, count: len(lines), noun: "line"})
			lines = nil
		}
	}
	for _, r := range all {
		label := legible.Cut(cmp.Or(legible.Line(r.Label), "–"), longQuery)
		if r.Value == "" {
			flush()
			lines = append(lines, line(bold(label)))
			continue
		}
		if len(lines) >= rowsInBlock {
			flush()
		}
		elements := []slack.RichTextSectionElement{bold(label)}
		if chat.IsCommand(label) {
			elements, _ = c.elements("`"+strings.ReplaceAll(label, "`", "'")+"`", longQuery)
		}
		value, _ := c.elements(r.Value, longParts)
		lines = append(lines, line(append(append(elements, words("  ")), value...)...))
	}
	flush()
	return out
}

// hints are a list of what can be done next; nil where there are none.
func hints(all []string, c coder) slack.Block {
	var entries []slack.RichTextElement
	left := maxSection
	for _, h := range all {
		if elements, used := c.elements(h, min(longParts, left)); used > 0 {
			entries = append(entries, line(append([]slack.RichTextSectionElement{words("• ")}, elements...)...))
			left -= used
		}
	}
	if len(entries) == 0 {
		return nil
	}
	// No rich_text_list: slack-go writes an offset that Slack's types don't have.
	return rich(entries...)
}
