package blockkit

import (
	"cmp"
	"strings"

	"github.com/slack-go/slack"

	"github.com/bellwether/bellwether/bot/chat"
	"github.com/bellwether/bellwether/bot/chat/legible"
)

// ReplyOptions say where a reply is shown.
type ReplyOptions struct {
	Zone string // the person's IANA zone, for times where the reply names none
	// Slash: commands are typed with the slash there. What stands between
	// backquotes and begins with a word of the bot gets "/policy" before it,
	// but for the query of the reply's own subscription.
	Slash bool
}

// Reply lays out what the bot answered.
func Reply(r chat.Reply, o ReplyOptions) Message {
	return Message{Text: replyText(r), Blocks: replyBlocks(r, o, maxMessageBlocks)}
}

// replyText is a reply in one line.
func replyText(r chat.Reply) string {
	text := Plain(r.Text)
	if r.Problem != nil {
		text = Plain(r.Problem.Text)
	}
	return escape(legible.Cut(cmp.Or(text, "Done."), longFallback))
}

func replyBlocks(r chat.Reply, o ReplyOptions, most int) []slack.Block {
	c := coder{slash: o.Slash}
	if r.Subscription != nil {
		c.query = r.Subscription.Query.String()
	}
	var above, below []slack.Block
	if r.Problem != nil {
		above = append(above, problem(*r.Problem, c))
	}
	if b := said(r, c); b != nil {
		above = append(above, b)
	}
	if b := hints(r.Hints, c); b != nil {
		below = append(below, b)
	}
	if value := undoValue("", r.Undo); value != "" {
		below = append(below, slack.NewActionBlock("undo", button(ActionDo, value, "Undo")))
	}
	blocks := fitted(above, parts(r, o, c), below, most)
	if len(blocks) == 0 {
		blocks = []slack.Block{rich(line(words("Done.")))}
	}
	return blocks
}

// said is the text of a reply, a paragraph a line, below the name of the place
// that it speaks of.
func said(r chat.Reply, c coder) slack.Block {
	var lines []slack.RichTextElement
	if isID(r.Place.Channel) {
		lines = append(lines, line(channel(r.Place.Channel)))
	}
	left := maxSection
	for paragraph := range strings.SplitSeq(r.Text, "\n") {
		if elements, used := c.elements(paragraph, left); used > 0 {
			lines = append(lines, line(elements...))
			left -= used
		}
	}
	if len(lines) == 0 {
		return nil
	}
	return rich(lines...)
}

// part is a piece of a reply that is shown whole or not at all.
type part struct {
	blocks []slack.Block
	count  int
	noun   string             // what it counts
	more   slack.BlockElement // leads to what does not fit, or nil
	tell   string             // where to find it
}

// parts are what a reply can have any number of.
func parts(r chat.Reply, o ReplyOptions, c coder) []part {
	var out []part
	for _, i := range r.Items {
		p := part{blocks: item(i), count: 1, noun: "subscription"}
		if i.Where != "" {
			p.tell = ": the Home tab of Bellwether shows all that you follow"
		} else {
			p.more = button(ActionManage, "here", "Show all")
		}
		out = append(out, p)
	}
	loc := chat.Location(r.TimeZone, o.Zone)
	for _, a := range r.Alerts {
		blocks := append([]slack.Block{slack.NewDividerBlock()}, article(a, loc)...)
		out = append(out, part{blocks: blocks, count: 1, noun: "article"})
	}
	return append(out, rows(r.Rows, c)...)
}

// fitted puts the parts of a reply together, and says how many are left out
// where there are too many.
func fitted(above []slack.Block, all []part, below []slack.Block, most int) []slack.Block {
	const note = 200
	room, text := most-len(above)-len(below)-1, maxMessageText-size(above)-size(below)-note
	blocks := above
	for i, p := range all {
		if room -= len(p.blocks); room < 0 {
			return append(append(blocks, leftOut(all[i:])), below...)
		}
		if text -= size(p.blocks); text < 0 {
			return append(append(blocks, leftOut(all[i:])), below...)
		}
		blocks = append(blocks, p.blocks...)
	}
	return append(blocks, below...)
}

// leftOut tells how much more there is.
func leftOut(rest []part) slack.Block {
	var nouns []string
	counts := map[string]int{}
	for _, p := range rest {
		if counts[p.noun] == 0 {
			nouns = append(nouns, p.noun)
		}
		counts[p.noun] += p.count
	}
	for i, noun := range nouns {
		nouns[i] = legible.Count(counts[noun], "more "+noun)
	}
	return section("more", strings.Join(nouns, ", ")+rest[0].tell+".", rest[0].more)
}

// problem says why a command was not done, and points at the place.
func problem(p chat.Problem, c coder) slack.Block {
	elements, _ := c.elements(p.Text, maxSection)
	said := line(append([]slack.RichTextSectionElement{words("⚠ ")}, elements...)...)
	if p.Position <= 0 || p.Input == "" {
		return rich(said)
	}
	pointed := &slack.RichTextPreformatted{
		Type: slack.RTEPreformatted, Elements: []slack.RichTextSectionElement{words(legible.Pointer(p.Input, p.Position))},
	}
	return rich(said, pointed)
}
