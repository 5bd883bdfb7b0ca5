package embed

import (
	"strings"

	"github.com/bellwether/bellwether/bot/chat"
	"github.com/bellwether/bellwether/bot/chat/legible"
)

// coder makes Markdown of a reply's text, in which stretches between backquotes
// are code.
type coder struct {
	slash bool   // commands are slash commands
	query string // what is a query though it may begin like a command
}

// line is one line of at most that many units.
func (c coder) line(s string, most int) string {
	if strings.Count(s, "`")%2 == 1 {
		s = strings.ReplaceAll(s, "`", "'")
	}
	if legible.Line(s) == "" {
		return ""
	}
	var out strings.Builder
	for i, piece := range strings.Split(s, "`") {
		left := most - legible.Length(out.String())
		text := ""
		if i%2 == 1 {
			text = c.code(piece, left)
		} else if shown := (&styled{text: legible.Piece(piece)}); left > 0 {
			text = shown.whole(left)
		}
		if strings.HasPrefix(text, "`") && strings.HasSuffix(out.String(), "`") {
			text = " " + text // else they would be one
		}
		if legible.Length(text) <= left {
			out.WriteString(text)
		}
	}
	return strings.TrimSpace(out.String())
}

// code is a stretch of code; "" where nothing would be seen.
func (c coder) code(s string, most int) string {
	shown := legible.Line(strings.ReplaceAll(s, "`", "'"))
	if c.slash && s != c.query && chat.IsCommand(shown) {
		shown = slashed(shown)
	}
	if shown == "" || most < 3 {
		return ""
	}
	return "`" + legible.Cut(shown, most-2) + "`"
}

// codeBlock is a block of code of one line.
func codeBlock(s string) string { return "```\n" + strings.ReplaceAll(s, "`", "'") + "\n```" }

// Plain gives a reply's text as one line without backquotes.
func Plain(s string) string { return legible.Line(strings.ReplaceAll(s, "`", "")) }
