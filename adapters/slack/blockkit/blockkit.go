// Package blockkit lays out what Bellwether shows in Slack as Block Kit:
// alerts, digests, replies, App Home and modals. It does no I/O.
//
// What others wrote, articles, queries and names of feeds, stands in rich_text
// and plain_text only, in which Slack reads no markup: there it can't mention,
// link or format. mrkdwn is used for dates and ids of our own making.
package blockkit

import (
	"strings"

	"github.com/slack-go/slack"
)

// Slack's limits, in characters unless they count something. We count UTF-16
// units, of which there are never fewer than characters.
//
// Sources: https://docs.slack.dev/reference/block-kit/blocks,
// https://docs.slack.dev/reference/block-kit/block-elements,
// https://docs.slack.dev/reference/block-kit/composition-objects,
// https://docs.slack.dev/surfaces/modals
const (
	maxMessageBlocks = 50
	maxViewBlocks    = 100
	maxSection       = 3000
	maxHeader        = 150
	maxButton        = 75
	maxButtonValue   = 2000
	maxOption        = 75
	maxOptionValue   = 150
	maxOptions       = 100
	maxTitle         = 24
	maxURL           = 3000
	maxInput         = 3000
	maxMetadata      = 3000
)

// Our own bounds, below Slack's, for what reads well.
const (
	longTitle    = 300
	longName     = 80
	longQuery    = 300
	longFallback = 300
	longParts    = 1000 // a list of matched words, a row, a hint
)

// Message is what is posted.
type Message struct {
	// Text is what notifications show, and readers of the screen: one line,
	// with & < and > escaped as Slack wants.
	Text   string
	Blocks []slack.Block
}

// plain makes text that Slack shows as it is.
func plain(s string) *slack.TextBlockObject {
	return slack.NewTextBlockObject(slack.PlainTextType, s, false, false)
}

// section is a block of plain text.
func section(id, text string, accessory slack.BlockElement) *slack.SectionBlock {
	b := slack.NewSectionBlock(plain(cut(text, maxSection)), nil, nil, slack.SectionBlockOptionBlockID(id))
	if accessory != nil {
		b.Accessory = slack.NewAccessory(accessory)
	}
	return b
}

// small is a line of plain text in small letters.
func small(text string) *slack.ContextBlock {
	return slack.NewContextBlock("", plain(cut(text, longParts)))
}

// rich is a block of sections, each beginning on a line of its own.
func rich(sections ...slack.RichTextElement) *slack.RichTextBlock {
	return slack.NewRichTextBlock("", sections...)
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

// button is a button that carries value, nil where that does not fit.
func button(action, value, text string) *slack.ButtonBlockElement {
	if length(value) > maxButtonValue {
		return nil
	}
	return slack.NewButtonBlockElement(action, value, plain(cut(text, maxButton)))
}

// option is a choice of a menu, nil where its value does not fit.
func option(value, text string) *slack.OptionBlockObject {
	if length(value) > maxOptionValue {
		return nil
	}
	return slack.NewOptionBlockObject(value, plain(cut(text, maxOption)), nil)
}

// menu is an overflow menu of those options that there are; nil without any.
func menu(action string, options ...*slack.OptionBlockObject) slack.BlockElement {
	var fit []*slack.OptionBlockObject
	for _, o := range options {
		if o != nil {
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
