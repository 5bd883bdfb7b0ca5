// Package blockkit lays out what Bellwether shows in Slack as Block Kit:
// alerts, digests, replies, App Home and modals. It does no I/O.
//
// What others wrote, articles, queries and names of feeds, stands in rich_text
// and plain_text only, in which Slack reads no markup: there it can't mention,
// link or format. mrkdwn is used for dates and ids of our own making.
package blockkit

import (
	"encoding/json"
	"strings"

	"github.com/slack-go/slack"

	"github.com/bellwether/bellwether/bot/chat/legible"
)

// Slack's limits. Those of text are in characters; Slack does not say which it
// means, so UTF-16 units are counted, of which there are never fewer than
// characters of any kind.
const (
	maxMessageBlocks = 50   // https://docs.slack.dev/reference/block-kit/blocks
	maxViewBlocks    = 100  // https://docs.slack.dev/reference/views
	maxTitle         = 24   // https://docs.slack.dev/reference/views/modal-views
	maxSection       = 3000 // https://docs.slack.dev/reference/block-kit/blocks/section-block
	maxHeader        = 150  // https://docs.slack.dev/reference/block-kit/blocks/header-block
	maxButton        = 75   // https://docs.slack.dev/reference/block-kit/block-elements/button-element
	maxButtonValue   = 2000 // the same
	maxOption        = 75   // https://docs.slack.dev/reference/block-kit/composition-objects/option-object
	maxOptionValue   = 150  // the same
	maxOptions       = 100  // https://docs.slack.dev/reference/block-kit/block-elements/select-menu-element
	maxMenuOptions   = 5    // https://docs.slack.dev/reference/block-kit/block-elements/overflow-menu-element
	maxInput         = 3000 // https://docs.slack.dev/reference/block-kit/block-elements/plain-text-input-element
	maxURL           = 3000 // https://docs.slack.dev/reference/block-kit/block-elements/button-element; we hold links to it too
)

// maxMessageText bounds all text and addresses of a message together. Slack
// names no such limit, and answers msg_blocks_too_long from somewhere above
// 11,000.
// Source: https://github.com/slackapi/bolt-js/issues/2509 and issues/2867.
const maxMessageText = 10_000

// Our own bounds, below Slack's, for what reads well.
const (
	longTitle    = 300
	longSummary  = 1200
	longName     = 80
	longQuery    = 300
	longLabel    = 40 // a query in a button or a menu
	longFallback = 300
	longError    = 150
	longNote     = 300
	longParts    = 1000 // a list of matched words, a row, a hint
)

// Message is what is posted.
type Message struct {
	// Text is what notifications show, and readers of the screen: one line,
	// with & < and > escaped as Slack wants.
	Text   string
	Blocks []slack.Block
}

// size counts what [maxMessageText] bounds.
func size(blocks []slack.Block) int {
	text, err := json.Marshal(blocks)
	if err != nil {
		return maxMessageText // can't be: our blocks are plain values
	}
	var all any
	if json.Unmarshal(text, &all) != nil {
		return maxMessageText
	}
	return shown(all)
}

func shown(value any) int {
	n := 0
	switch v := value.(type) {
	case []any:
		for _, e := range v {
			n += shown(e)
		}
	case map[string]any:
		for name, e := range v {
			if s, ok := e.(string); ok && (name == "text" || name == "url") {
				n += legible.Length(s)
			} else {
				n += shown(e)
			}
		}
	}
	return n
}

// plain makes text that Slack shows as it is.
func plain(s string) *slack.TextBlockObject {
	return slack.NewTextBlockObject(slack.PlainTextType, s, false, false)
}

// ours is mrkdwn. Nothing that others wrote may stand in it.
func ours(s string) *slack.TextBlockObject {
	return slack.NewTextBlockObject(slack.MarkdownType, s, false, false)
}

// section is a block of plain text.
func section(id, text string, accessory slack.BlockElement) *slack.SectionBlock {
	b := slack.NewSectionBlock(plain(legible.Cut(text, maxSection)), nil, nil, slack.SectionBlockOptionBlockID(id))
	if accessory != nil {
		b.Accessory = slack.NewAccessory(accessory)
	}
	return b
}

// small is a line of plain text in small letters.
func small(text string) *slack.ContextBlock {
	return slack.NewContextBlock("", plain(legible.Cut(text, longParts)))
}

// rich is a block of lines. Sections that follow each other become one, with
// line breaks between, as Slack's own composer writes them: not every client
// breaks the line between two sections.
func rich(lines ...slack.RichTextElement) *slack.RichTextBlock {
	var out []slack.RichTextElement
	for _, l := range lines {
		next, ok := l.(*slack.RichTextSection)
		if ok && len(out) > 0 {
			if before, ok := out[len(out)-1].(*slack.RichTextSection); ok {
				before.Elements = append(append(before.Elements, words("\n")), next.Elements...)
				continue
			}
		}
		out = append(out, l)
	}
	return slack.NewRichTextBlock("", out...)
}

// line is one section.
func line(elements ...slack.RichTextSectionElement) *slack.RichTextSection {
	return slack.NewRichTextSection(elements...)
}

// words is text of a section.
func words(s string) slack.RichTextSectionElement {
	return slack.NewRichTextSectionTextElement(s, nil)
}

func bold(s string) slack.RichTextSectionElement {
	return slack.NewRichTextSectionTextElement(s, &slack.RichTextSectionTextStyle{Bold: true})
}

func code(s string) slack.RichTextSectionElement {
	return slack.NewRichTextSectionTextElement(s, &slack.RichTextSectionTextStyle{Code: true})
}

func channel(id string) slack.RichTextSectionElement {
	return slack.NewRichTextSectionChannelElement(id, nil)
}

// button is a button that carries value, nil where that does not fit.
func button(action, value, text string) *slack.ButtonBlockElement {
	if legible.Length(value) > maxButtonValue {
		return nil
	}
	return slack.NewButtonBlockElement(action, value, plain(legible.Cut(text, maxButton)))
}

// option is a choice of a menu, nil where its value does not fit.
func option(value, text string) *slack.OptionBlockObject {
	if legible.Length(value) > maxOptionValue {
		return nil
	}
	return slack.NewOptionBlockObject(value, plain(legible.Cut(text, maxOption)), nil)
}

// menu is an overflow menu of those options that there are, at most five; nil
// without any.
func menu(action string, options ...*slack.OptionBlockObject) slack.BlockElement {
	var fit []*slack.OptionBlockObject
	for _, o := range options {
		if o != nil && len(fit) < maxMenuOptions {
			fit = append(fit, o)
		}
	}
	if len(fit) == 0 {
		return nil
	}
	return slack.NewOverflowBlockElement(action, fit...)
}

// escape makes s fit for the text of a message.
// Source: https://docs.slack.dev/messaging/formatting-message-text#escaping
func escape(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(s)
}
