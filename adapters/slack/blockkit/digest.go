package blockkit

import (
	"strconv"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/bot/chat"
	"github.com/bellwether/bellwether/bot/chat/legible"
)

// look is how spacious a digest is.
type look struct {
	bounds
	dividers, headings bool
}

// looks are tried from the first to the last until a part of a digest fits.
// Ten articles, as there are in a part, always do.
func looks() []look {
	return []look{
		{bounds: bounds{title: longTitle, summary: 700, name: longName, url: maxURL}, dividers: true, headings: true},
		{bounds: bounds{title: longTitle, summary: 700, name: longName, url: maxURL}, headings: true},
		{bounds: bounds{title: 200, summary: 300, name: longName, url: 1000}, headings: true},
		{bounds: bounds{title: 120, summary: 100, name: longLabel, url: 250}},
	}
}

// roomForNotes are the blocks that are left for what is done in a digest.
const roomForNotes = 5

// digest is a part of a digest, its articles together by keyword.
func digest(d alerts.Delivery) Message {
	title := legible.DigestTitle(d)
	groups := legible.Grouped(d.Alerts)
	m := Message{Text: escape(legible.Cut(title+keywords(groups), longFallback))}
	for _, l := range looks() {
		m.Blocks = l.digest(d, title, groups)
		if len(m.Blocks) <= maxMessageBlocks-roomForNotes && size(m.Blocks) <= maxMessageText {
			break
		}
	}
	return m
}

func (l look) digest(d alerts.Delivery, title string, groups []legible.Group) []slack.Block {
	loc := chat.Location(d.Settings.TimeZone)
	var blocks []slack.Block
	if d.Thread == "" {
		blocks = append(blocks, slack.NewHeaderBlock(plain(legible.Cut(title, maxHeader))))
	} else {
		blocks = append(blocks, small(title))
	}
	for n, g := range groups {
		if n > 0 && l.dividers {
			blocks = append(blocks, slack.NewDividerBlock())
		}
		if l.headings {
			blocks = append(blocks, rich(line(bold(g.Keyword))))
		}
		for _, i := range g.Members {
			blocks = append(blocks, l.item(i, d.Alerts[i], loc)...)
		}
	}
	change := "/policy digest changes when this comes"
	switch d.Gathered {
	case alerts.GatheredQuiet:
		change = "/policy quiet changes the quiet hours"
	case alerts.GatheredLimit:
		change = "/policy limit changes how many alerts come one by one"
	}
	blocks = append(blocks, small(change+" · /policy list shows what is followed here"))
	if proof := legible.Proof(d, "/policy sources"); proof != "" {
		blocks = append(blocks, small(proof))
	}
	return blocks
}

// item is an article in a digest: three blocks at most.
func (l look) item(n int, a alerts.Alert, loc *time.Location) []slack.Block {
	sections := []slack.RichTextElement{line(headline(a.Article, l.bounds))}
	if sentences := summary(a, l.summary); len(sentences) > 0 {
		sections = append(sections, line(sentences...))
	}
	blocks := []slack.Block{rich(sections...)}
	if about := about(a.Article, loc, l.bounds); about != nil {
		blocks = append(blocks, about)
	}
	if a.Notice == alerts.OfSources {
		return blocks
	}
	return append(blocks, itemActions("item"+strconv.Itoa(n), a))
}

// keywords names the groups in a line.
func keywords(groups []legible.Group) string {
	var out []string
	for _, g := range groups {
		if g.Keyword != legible.Unnamed {
			out = append(out, g.Keyword)
		}
	}
	if len(out) == 0 {
		return ""
	}
	return " on " + strings.Join(out, ", ")
}
