package terminal

import (
	"strings"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
)

// page composes one message. What articles and people wrote goes through
// clean before it comes here.
type page struct {
	b     strings.Builder
	color bool
	links bool
	width int    // 0: nothing is wrapped
	zone  string // the person's
}

func (p *page) styled(on, off, s string) string {
	if !p.color || s == "" {
		return s
	}
	return "\x1b[" + on + "m" + s + "\x1b[" + off + "m"
}

func (p *page) bold(s string) string { return p.styled("1", "22", s) }
func (p *page) dim(s string) string  { return p.styled("2", "22", s) }
func (p *page) red(s string) string  { return p.styled("31", "39", s) }
func (p *page) code(s string) string { return p.styled("36", "39", s) }

// link makes s a link to address where that can be.
func (p *page) link(s, address string) string {
	target, ok := webLink(address)
	if !p.links || !ok {
		return s
	}
	return ansi.SetHyperlink(target) + s + ansi.ResetHyperlink()
}

// text prints s wrapped, its first line behind first and the others behind
// rest, which are as wide as each other.
func (p *page) text(first, rest, s string) {
	if room := p.width - ansi.StringWidth(rest); p.width > 0 && room > 0 {
		s = ansi.Wrap(s, max(room, 10), "")
	}
	for i, l := range strings.Split(s, "\n") {
		if i == 0 {
			p.line(first + l)
		} else {
			p.line(rest + l)
		}
	}
}

// line prints s as it is.
func (p *page) line(s string) {
	p.b.WriteString(strings.TrimRight(s, " "))
	p.b.WriteByte('\n')
}

// done ends the message with a blank line and gives it.
func (p *page) done() string {
	p.b.WriteByte('\n')
	return p.b.String()
}

// marked shows the stretches between backquotes as what can be typed: in
// colour without the quotes, plain with them.
func (p *page) marked(s string) string {
	if !p.color {
		return s
	}
	parts := strings.Split(s, "`")
	if len(parts)%2 == 0 { // a quote without its other half stays as it is
		return s
	}
	for i := 1; i < len(parts); i += 2 {
		parts[i] = p.code(parts[i])
	}
	return strings.Join(parts, "")
}

// pad fills s with spaces to w columns.
func pad(s string, w int) string {
	return s + strings.Repeat(" ", max(0, w-ansi.StringWidth(s)))
}

// pointer gives the stretch of input around its character position (from 1)
// that fits into width columns, and the column of that character in it.
func pointer(input string, position, width int) (string, int) {
	runes := []rune(input)
	at := min(max(position-1, 0), len(runes))
	if width <= 0 || ansi.StringWidth(input) <= width {
		return input, ansi.StringWidth(string(runes[:at]))
	}
	room := max(width/2-2, 4)
	from := at
	for from > 0 && ansi.StringWidth(string(runes[from-1:at])) <= room {
		from--
	}
	to := at
	for to < len(runes) && ansi.StringWidth(string(runes[at:to+1])) <= room {
		to++
	}
	before, after := "", ""
	if from > 0 {
		before = "…"
	}
	if to < len(runes) {
		after = "…"
	}
	return before + string(runes[from:to]) + after,
		utf8.RuneCountInString(before) + ansi.StringWidth(string(runes[from:at]))
}
