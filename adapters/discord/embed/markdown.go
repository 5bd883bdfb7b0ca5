package embed

import (
	"strings"

	"github.com/bellwether/bellwether/bot/chat/legible"
)

// unseen parts what Discord would else read as one: it has no width.
const unseen = "\u200b"

// escape makes clean text of one line inert where Discord reads Markdown, at
// the beginning of a line or within one.
//
// Marks get a backslash, which Discord's clients take before anything that is
// no letter, digit or space. Addresses and @everyone get a character without
// width instead, after "@" and between ":" and "//": what is looked for in the
// raw text is then not there, whoever looks, before or after backslashes are
// taken away.
// Source: https://discord.com/developers/docs/reference#message-formatting
func escape(s string) string { return marked(s, nil) }

// stretch is a part of a text: byte offsets, to excluded.
type stretch struct{ from, to int }

// marked is escape with stretches in bold, which are in order and apart.
func marked(s string, bold []stretch) string {
	var out strings.Builder
	open, from := false, 0
	for i := 0; i <= len(s); i++ {
		if open && bold[0].to == i {
			out.WriteString("**")
			open, from, bold = false, 0, bold[1:]
		}
		if !open && len(bold) > 0 && bold[0].from == i {
			out.WriteString("**")
			open, from = true, i
		}
		if i < len(s) {
			inert(&out, s, from, i)
		}
	}
	return out.String()
}

// inert writes the byte of s at i so that it means nothing in a line, or a
// stretch in bold, that begins at from.
func inert(out *strings.Builder, s string, from, i int) {
	c := s[i]
	switch c {
	case '\\', '*', '_', '~', '|', '`', '[', '<':
		out.WriteByte('\\')
	case ':':
		if shortcode(s[i:]) {
			out.WriteByte('\\')
		}
	case '#', '>', '-', '+': // begins a heading, a quotation, small print or a list
		if strings.TrimLeft(s[from:i], " ") == "" {
			out.WriteByte('\\')
		}
	case '.', ')': // begins a list with numbers
		if before := strings.TrimLeft(s[from:i], " "); before != "" && strings.Trim(before, "0123456789") == "" {
			out.WriteByte('\\')
		}
	}
	out.WriteByte(c)
	if c == '@' || strings.HasPrefix(s[i:], "://") {
		out.WriteString(unseen)
	}
}

// shortcode reports whether s, which begins with a colon, may begin with the
// name of an emoji.
func shortcode(s string) bool {
	end := strings.IndexAny(s[1:], ": ")
	return end > 0 && s[1+end] == ':'
}

// escaped is s as Markdown in at most that many units.
func escaped(s string, most int) string {
	t := styled{text: s}
	return t.upTo(most)
}

// styled is a line of text that others wrote, some of it in bold.
type styled struct {
	text string
	bold []stretch
}

// add adds a piece.
func (s *styled) add(text string, bold bool) {
	text = legible.Piece(text)
	if s.text == "" || strings.HasSuffix(s.text, " ") {
		text = strings.TrimLeft(text, " ")
	}
	from := len(s.text) + len(text) - len(strings.TrimLeft(text, " "))
	s.text += text
	to := len(strings.TrimRight(s.text, " "))
	if !bold || from >= to {
		return
	}
	if last := len(s.bold) - 1; last >= 0 && s.bold[last].to == from {
		s.bold[last].to = to // marks of two would become one
		return
	}
	s.bold = append(s.bold, stretch{from, to})
}

// upTo gives the line as Markdown in at most that many units.
func (s *styled) upTo(most int) string {
	s.text = strings.TrimRight(s.text, " ")
	return s.whole(most)
}

// whole is upTo that keeps a space at the end.
func (s *styled) whole(most int) string {
	text := s.text
	for n := most; n > 0; {
		shown := legible.Cut(text, n)
		out := marked(shown, clipped(s.bold, shared(shown, text)))
		over := legible.Length(out) - most
		if over <= 0 {
			return out
		}
		n -= (over + 1) / 2
	}
	return ""
}

// shared is how many bytes a shortened text has of the whole.
func shared(short, whole string) int {
	if short == whole {
		return len(whole)
	}
	return len(short) - len("…")
}

// clipped are the stretches up to end.
func clipped(all []stretch, end int) []stretch {
	var out []stretch
	for _, s := range all {
		if s.to = min(s.to, end); s.from < s.to {
			out = append(out, s)
		}
	}
	return out
}
