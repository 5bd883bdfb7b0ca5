package blockkit

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"

	"github.com/slack-go/slack"

	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/bot/chat"
)

// ReplyOptions say where a reply is shown.
type ReplyOptions struct {
	Zone string // the person's IANA zone, for times where the reply names none
	// Slash: commands are typed with the slash there.
	Slash bool
}

// commands are the words that commands begin with, so that one in a text can
// be told from a query.
var commands = map[string]bool{
	"subscribe": true, "list": true, "unsubscribe": true, "edit": true, "pause": true, "resume": true, "preview": true,
	"digest": true, "timezone": true, "quiet": true, "why": true, "mute": true, "unmute": true, "sources": true,
	"export": true, "forget-me": true, "help": true, "public": true,
}

// Reply lays out what the bot answered.
func Reply(r chat.Reply, o ReplyOptions) Message {
	m := Message{Text: replyText(r)}
	m.Blocks = bounded(replyBlocks(r, o), maxMessageBlocks, o)
	if len(m.Blocks) == 0 {
		m.Blocks = []slack.Block{rich(line(words("Done.")))}
	}
	return m
}

// replyText is a reply in one line.
func replyText(r chat.Reply) string {
	text := Plain(r.Text)
	if r.Problem != nil {
		text = Plain(r.Problem.Text)
	}
	return escape(cut(cmp.Or(text, "Done."), longFallback))
}

func replyBlocks(r chat.Reply, o ReplyOptions) []slack.Block {
	var blocks []slack.Block
	if r.Problem != nil {
		blocks = append(blocks, problem(*r.Problem, o))
	}
	var said []slack.RichTextElement
	if isID(r.Place.Channel) {
		said = append(said, line(slack.NewRichTextSectionChannelElement(r.Place.Channel, nil)))
	}
	for paragraph := range strings.SplitSeq(r.Text, "\n") {
		if elements := coded(paragraph, o, maxSection); len(elements) > 0 {
			said = append(said, line(elements...))
		}
	}
	if len(said) > 0 {
		blocks = append(blocks, rich(said...))
	}
	blocks = append(blocks, items(r.Items)...)
	loc := location(r.TimeZone, o.Zone)
	for _, a := range r.Alerts {
		blocks = append(blocks, slack.NewDividerBlock())
		blocks = append(blocks, article(a, loc)...)
		if len(a.Matched) > 0 {
			blocks = append(blocks, small("Matched: "+clean(strings.Join(a.Matched, ", "))))
		}
	}
	blocks = append(blocks, rows(r.Rows, o)...)
	if b := hints(r.Hints, o); b != nil {
		blocks = append(blocks, b)
	}
	if value := undoValue("", r.Undo); value != "" {
		blocks = append(blocks, slack.NewActionBlock("undo", button(ActionDo, value, "Undo")))
	}
	return blocks
}

// bounded keeps a reply within what a surface takes. What is cut off is at the
// end of a list; the last block stays, for it says what to do next.
func bounded(blocks []slack.Block, most int, o ReplyOptions) []slack.Block {
	if len(blocks) <= most {
		return blocks
	}
	note := rich(line(coded("There is more than fits here. The Home tab of Bellwether shows all that you follow; `list` in a direct message does too.", o, maxSection)...))
	out := append([]slack.Block{}, blocks[:most-2]...)
	for len(out) > 0 && out[len(out)-1].BlockType() == slack.MBTSection { // an item without its second line
		out = out[:len(out)-1]
	}
	return append(out, note, blocks[len(blocks)-1])
}

// coded gives text in which stretches between backquotes are code; commands
// get the slash where they are typed with it.
func coded(s string, o ReplyOptions, most int) []slack.RichTextSectionElement {
	if strings.Count(s, "`")%2 == 1 {
		s = strings.ReplaceAll(s, "`", "'")
	}
	var out []slack.RichTextSectionElement
	for i, part := range strings.Split(s, "`") {
		part = cut(cleanEdges(part), most)
		if i == 0 {
			part = strings.TrimLeft(part, " ")
		}
		if part == "" || most <= 1 {
			continue
		}
		most -= length(part)
		if i%2 == 0 {
			out = append(out, words(part))
			continue
		}
		if first, _, _ := strings.Cut(part, " "); o.Slash && commands[first] {
			part = "/policy " + part
		}
		out = append(out, code(part))
	}
	return out
}

// problem says why a command was not done, and points at the place.
func problem(p chat.Problem, o ReplyOptions) slack.Block {
	said := line(append([]slack.RichTextSectionElement{words("⚠ ")}, coded(p.Text, o, maxSection)...)...)
	if p.Position <= 0 || p.Input == "" {
		return rich(said)
	}
	pointed := &slack.RichTextPreformatted{
		Type: slack.RTEPreformatted, Elements: []slack.RichTextSectionElement{words(pointer(p.Input, p.Position))},
	}
	return rich(said, pointed)
}

// window is how many characters are shown before and behind the one that is
// pointed at.
const window = 30

// pointer shows the part of the input around the character at position, from 1,
// and an arrow behind what was read till there. A line below would be out of
// place wherever letters are wide.
func pointer(input string, position int) string {
	runes := []rune(strings.Map(func(r rune) rune {
		if p := printable(r); p >= 0 {
			return p
		}
		return '\uFFFD'
	}, strings.ToValidUTF8(input, "\uFFFD")))
	at := min(max(position-1, 0), len(runes))
	from, to := max(at-window, 0), min(at+window, len(runes))
	before, behind := string(runes[from:at]), string(runes[at:to])
	if from > 0 {
		before = "…" + before
	}
	if to < len(runes) {
		behind += "…"
	}
	return before + " 👉 " + behind
}

// rowsInBlock bounds the rows of one block.
const rowsInBlock = 10

// rows are label and value, or a heading.
func rows(all []chat.Row, o ReplyOptions) []slack.Block {
	var blocks []slack.Block
	var sections []slack.RichTextElement
	flush := func() {
		if len(sections) > 0 {
			blocks = append(blocks, rich(sections...))
			sections = nil
		}
	}
	for _, r := range all {
		if len(sections) >= rowsInBlock || r.Value == "" {
			flush()
		}
		label := cut(cmp.Or(clean(r.Label), "–"), longQuery)
		elements := []slack.RichTextSectionElement{bold(label)}
		if r.Value != "" {
			first, _, _ := strings.Cut(label, " ")
			if commands[first] {
				elements = coded("`"+strings.ReplaceAll(label, "`", "'")+"`", o, longQuery)
			}
			elements = append(elements, words("  "))
			elements = append(elements, coded(r.Value, o, longParts)...)
		}
		sections = append(sections, line(elements...))
	}
	flush()
	return blocks
}

// hints are a list of what can be done next.
func hints(all []string, o ReplyOptions) slack.Block {
	var entries []slack.RichTextElement
	for _, h := range all {
		if elements := coded(h, o, longParts); len(elements) > 0 {
			entries = append(entries, line(elements...))
		}
	}
	if len(entries) == 0 {
		return nil
	}
	return rich(slack.NewRichTextList(slack.RTEListBullet, 0, entries...))
}

// items are subscriptions, each with its menu: two blocks.
func items(all []chat.Item) []slack.Block {
	blocks := make([]slack.Block, 0, 2*len(all))
	for _, i := range all {
		s := i.Subscription
		text := fmt.Sprintf("%d   %s", s.Number, cut(clean(s.Query.String()), longQuery))
		blocks = append(blocks, section("sub"+strconv.FormatUint(uint64(s.ID), 10), text, itemMenu(i)), itemState(i))
	}
	return blocks
}

// placeRef names a place in the value of a menu.
func placeRef(d alerts.Destination) string {
	if d.IsDirect() || !isID(d.Channel) {
		return "u"
	}
	return d.Channel
}

// itemMenu is what can be done with a subscription.
func itemMenu(i chat.Item) slack.BlockElement {
	s := i.Subscription
	place, n := placeRef(s.Destination)+" ", strconv.Itoa(s.Number)
	pause := option(place+"pause "+n, "Pause")
	if s.Paused {
		pause = option(place+"resume "+n, "Resume")
	}
	return menu(ActionItem, option(place+"edit "+n, "Edit…"), pause,
		option(place+snooze(s.Number), "Snooze for a day"), option(place+unsubscribe(s.Number), "Unsubscribe"))
}

// itemState is the line below a subscription: where, when, and how it is.
func itemState(i chat.Item) slack.Block {
	s := i.Subscription
	state := s.Schedule.String()
	if text := clean(i.State); text != "" {
		state += " · " + text
	}
	if isID(s.Destination.Channel) {
		return slack.NewContextBlock("", slack.NewTextBlockObject(slack.MarkdownType, "<#"+s.Destination.Channel+">", false, false),
			plain(cut(state, longParts)))
	}
	return small("direct message · " + state)
}
