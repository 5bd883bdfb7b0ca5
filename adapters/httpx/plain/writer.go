package plain

import (
	"strings"
	"unicode"
)

// Clean makes plain text uniform: spaces in a row become one, at most one
// blank line stands between paragraphs, and control characters and invisible
// marks go.
func Clean(s string) string {
	var w writer
	w.text(s, true, true)
	return w.String()
}

// brk is a division of text; a later one is wider.
type brk int

const (
	none brk = iota
	space
	line
	paragraph
)

// writer joins pieces of text, with the widest division that was asked for
// between two of them.
type writer struct {
	out  strings.Builder
	next brk
}

func (w *writer) String() string { return w.out.String() }

// brk asks for b before the text that comes next. Two line breaks in a row are
// a paragraph.
func (w *writer) brk(b brk) {
	if b == line && w.next == line {
		b = paragraph
	}
	w.next = max(w.next, b)
}

// text writes s. lines says that its line breaks count, blanks that its blank
// lines do; else they are spaces.
func (w *writer) text(s string, lines, blanks bool) {
	feeds := 0 // line breaks since the last visible character
	s = lineEndings.Replace(s)
	for _, r := range s {
		switch {
		case r == '\n':
			feeds++
			w.next = max(w.next, space)
		case unicode.IsSpace(r):
			w.next = max(w.next, space)
		case invisible(r):
		default:
			if blanks && feeds > 1 {
				w.next = paragraph
			} else if lines && feeds > 0 {
				w.next = max(w.next, line)
			}
			feeds = 0
			w.rune(r)
		}
	}
	switch {
	case blanks && feeds > 1:
		w.next = paragraph
	case lines && feeds > 0:
		w.next = max(w.next, line)
	}
}

func (w *writer) rune(r rune) {
	if w.out.Len() > 0 {
		w.out.WriteString([...]string{"", " ", "\n", "\n\n"}[w.next])
	}
	w.next = none
	w.out.WriteRune(r)
}

// invisible is a control character, a soft hyphen, a mark of no width that
// divides or joins words, or one that turns the direction of text around.
// Joiners stay: Persian, Hindi and emoji need them.
func invisible(r rune) bool {
	switch r {
	case '\u00AD', '\u200B', '\u2060', '\uFEFF', '\u202D', '\u202E':
		return true
	}
	return unicode.IsControl(r)
}

var lineEndings = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\u0085", "\n", "\u2028", "\n", "\u2029", "\n\n")
