package embed

import (
	"cmp"
	"strings"

	"github.com/bwmarrin/discordgo"

	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/bot/chat"
	"github.com/bellwether/bellwether/bot/chat/legible"
)

// ReplyOptions say where and how a reply is shown.
type ReplyOptions struct {
	// Slash: commands are typed as a slash command there. What stands between
	// backquotes and begins with a word of the bot is shown as such a command,
	// but for the query of the reply's own subscription.
	Slash bool
	// Place is the list that a reply with items is of, as in an ID: a channel,
	// PlaceDirect or PlaceMine. Without it there are no menus.
	Place string
	// Page of it, from 0; what is out of range is the nearest page.
	Page int
	// Done is the reply to what was just done there; nil for nothing.
	Done *chat.Reply

	room int // for the text; 0 for all that there is
}

// Reply lays out what the bot answered.
func Reply(r chat.Reply, o ReplyOptions) Message { return laid(r, o, len(r.Items) > 0) }

// List lays out a reply that lists what is followed in a place, perhaps nothing:
// a page of it, with a menu to change one, and a button to subscribe.
func List(r chat.Reply, o ReplyOptions) Message { return laid(r, o, true) }

func laid(r chat.Reply, o ReplyOptions, list bool) Message {
	shown := pageOf(r.Items, o.Page)
	o.room = maxDescription - len(shown.items)*roomForItem
	p := newPage(r, o)
	p.left = maxDescription - legible.Length(p.text)
	p.items(shown.items)
	p.rows(r.Rows)
	if len(shown.items) == 0 || !isPlace(o.Place) { // else the menu has what they say
		p.hints(r.Hints)
	}
	m := p.message()
	undo := button(undoID(ID{Action: ActionUndo}, r.Undo), "Undo")
	if list && isPlace(o.Place) {
		m.Components = listActions(shown, o, undo)
	} else {
		m.Components = row(undo)
	}
	alerts := previews(r.Alerts, maxEmbedText-size(m.Embeds)-2*longName)
	m.Embeds = append(m.Embeds, alerts...)
	var foot []string
	if shown.last > 0 {
		foot = append(foot, shown.String())
	}
	if n := len(r.Alerts) - len(alerts); n > 0 {
		foot = append(foot, legible.Count(n, "more article")+" can't be shown here")
	}
	if len(foot) > 0 {
		m.Embeds[0].Footer = &discordgo.MessageEmbedFooter{Text: strings.Join(foot, " · ")}
	}
	return m
}

// undoID is id for an undo; "" without one.
func undoID(id ID, u *chat.Undo) string {
	if id.Words = undoWords(u); id.Words == "" {
		return ""
	}
	return id.String()
}

// previews are articles as they would be alerted: as many as fit beside the
// reply itself, in that much text.
func previews(all []alerts.Alert, text int) []*discordgo.MessageEmbed {
	all = all[:min(len(all), maxEmbeds-1)]
	var out []*discordgo.MessageEmbed
	for _, look := range looks() {
		out = nil
		for _, a := range all {
			out = append(out, article(a, look))
		}
		if size(out) <= text {
			break
		}
	}
	for size(out) > text {
		out = out[:len(out)-1]
	}
	return distinct(out)
}

// page is the first embed of a reply, a block of lines after the other.
type page struct {
	coder
	problem bool
	text    string
	left    int
}

// newPage begins with what every reply has: what was just done, the problem,
// the text.
func newPage(r chat.Reply, o ReplyOptions) *page {
	p := &page{coder: coder{slash: o.Slash}, left: min(maxDescription, cmp.Or(o.room, maxDescription))}
	if r.Subscription != nil {
		p.query = r.Subscription.Query.String()
	}
	if o.Done != nil {
		p.done(*o.Done)
	}
	if r.Problem != nil {
		p.wrong(*r.Problem)
	}
	p.said(r)
	return p
}

// add adds a block if it fits.
func (p *page) add(block string) {
	if p.text != "" && block != "" {
		gap := "\n\n"
		if strings.HasSuffix(p.text, "```") {
			gap = "\n" // a block of code keeps its distance
		}
		block = gap + block
	}
	if n := legible.Length(block); n <= p.left {
		p.left -= n
		p.text += block
	}
}

func (p *page) message() Message {
	e := &discordgo.MessageEmbed{Description: cmp.Or(p.text, "Done."), Color: colorOurs}
	if p.problem {
		e.Color = colorProblem
	}
	return Message{Embeds: []*discordgo.MessageEmbed{e}}
}

// done shows what became of what was just done.
func (p *page) done(r chat.Reply) {
	if r.Problem != nil {
		p.wrong(*r.Problem)
		return
	}
	p.add("✓ " + p.line(r.Text, longNote))
}

// said is the text, a paragraph a line, below the name of the place that it
// speaks of.
func (p *page) said(r chat.Reply) {
	var lines []string
	if isSnowflake(r.Place.Channel) {
		lines = append(lines, "<#"+r.Place.Channel+">")
	}
	left := min(longText, p.left/2)
	for paragraph := range strings.SplitSeq(r.Text, "\n") {
		if text := p.line(paragraph, left); text != "" {
			lines = append(lines, text)
			left -= legible.Length(text) + 1
		}
	}
	p.add(strings.Join(lines, "\n"))
}

// wrong says why a command was not done, and points at the place.
func (p *page) wrong(w chat.Problem) {
	p.problem = true
	text := "⚠ " + p.line(w.Text, longParts)
	if w.Position > 0 && w.Input != "" {
		text += "\n" + codeBlock(legible.Pointer(w.Input, w.Position))
	}
	p.add(text)
}

// rows are label and value, or a heading.
func (p *page) rows(all []chat.Row) {
	var lines []string
	for _, r := range all {
		label := cmp.Or(legible.Line(r.Label), "–")
		switch {
		case r.Value == "" && len(lines) > 0:
			lines = append(lines, "\n**"+escaped(label, longQuery)+"**")
		case r.Value == "":
			lines = append(lines, "**"+escaped(label, longQuery)+"**")
		case chat.IsCommand(label):
			form := coder{query: label}.code(root(label, p.slash), longQuery)
			lines = append(lines, form+" – "+p.line(r.Value, longQuery))
		default:
			lines = append(lines, "**"+escaped(label, longQuery)+"** – "+p.line(r.Value, longQuery))
		}
	}
	p.lines(lines, "line", maxDescription)
}

// hints are what can be done next.
func (p *page) hints(all []string) {
	var lines []string
	for _, h := range all {
		if text := p.line(h, longQuery); text != "" {
			lines = append(lines, "• "+text)
		}
	}
	p.lines(lines, "hint", longParts)
}

// lines adds as many lines as fit in most units, and says how many do not.
func (p *page) lines(all []string, noun string, most int) {
	const note = 40
	left := min(most, p.left) - note
	for i, l := range all {
		if left -= legible.Length(l) + 1; left < 0 {
			all = append(all[:i:i], legible.Count(len(all)-i, "more "+noun)+".")
			break
		}
	}
	p.add(strings.Join(all, "\n"))
}
