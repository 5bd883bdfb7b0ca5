// Package embed lays out what Bellwether shows in Discord: alerts, digests,
// replies, lists and modals. It does no I/O.
//
// What others wrote, articles, queries and names of feeds, is inert: where
// Discord reads Markdown (titles, descriptions and fields of embeds) it goes
// through [escape] or stands as code, and it never stands in the content of a
// message, where Discord looks for mentions, links and invitations by itself.
package embed

import (
	"unicode/utf8"

	"github.com/bwmarrin/discordgo"

	"github.com/bellwether/bellwether/bot/chat/legible"
)

// Discord's limits. Those of text are in characters; Discord does not say which
// it means, so UTF-16 units are counted, of which there are never fewer than
// characters of any kind.
const (
	maxContent     = 2000 // https://discord.com/developers/docs/resources/message#create-message
	maxEmbeds      = 10   // the same
	maxTitle       = 256  // https://discord.com/developers/docs/resources/message#embed-object-embed-limits
	maxDescription = 4096 // the same
	maxFields      = 25   // the same
	maxFieldName   = 256  // the same
	maxFieldValue  = 1024 // the same
	maxFooter      = 2048 // the same
	maxAuthor      = 256  // the same
	maxEmbedText   = 6000 // the same: all of it over all embeds of a message
	maxURL         = 2048 // no page says it; what is longer is refused
	maxRows        = 5    // https://discord.com/developers/docs/components/reference#action-row
	maxRowButtons  = 5    // the same
	maxCustomID    = 100  // https://discord.com/developers/docs/components/reference#anatomy-of-a-component-custom-id
	maxButton      = 80   // https://discord.com/developers/docs/components/reference#button
	maxOptions     = 25   // https://discord.com/developers/docs/components/reference#string-select
	maxOption      = 100  // the same: label, value and description
	maxPlaceholder = 150  // the same
	maxModalTitle  = 45   // https://discord.com/developers/docs/interactions/receiving-and-responding#interaction-response-object-modal
	maxInput       = 4000 // https://discord.com/developers/docs/components/reference#text-input
	maxInputHint   = 100  // the same: its placeholder
	maxPostTitle   = 100  // https://discord.com/developers/docs/resources/channel#start-thread-in-forum-or-media-channel
)

// Our own bounds, below Discord's, for what reads well.
const (
	longSummary = 1500
	longName    = 80
	longQuery   = 300
	longLabel   = 40 // a query in a button or a menu
	longNote    = 300
	longParts   = 1000 // a list of matched words, a row, a hint
	longText    = 2500 // the text of a reply
	maxPings    = 20   // roles that a message mentions
)

// Message is what is posted, or what a message is changed to.
type Message struct {
	// Content is a role's mention, or words of our own: nothing that others
	// wrote.
	Content    string
	Embeds     []*discordgo.MessageEmbed
	Components []discordgo.MessageComponent
	// Mentions are the ids of the roles that may be pinged.
	Mentions []string
	// Title is that of a post in a forum.
	Title string
}

// size counts what [maxEmbedText] bounds.
func size(embeds []*discordgo.MessageEmbed) int {
	n := 0
	for _, e := range embeds {
		n += legible.Length(e.Title) + legible.Length(e.Description)
		if e.Footer != nil {
			n += legible.Length(e.Footer.Text)
		}
		if e.Author != nil {
			n += legible.Length(e.Author.Name)
		}
		for _, f := range e.Fields {
			n += legible.Length(f.Name) + legible.Length(f.Value)
		}
	}
	return n
}

// button is a button that carries id; nil where that does not fit.
func button(id, label string) discordgo.MessageComponent {
	if !carried(id) {
		return nil
	}
	return discordgo.Button{CustomID: id, Label: legible.Cut(label, maxButton), Style: discordgo.SecondaryButton}
}

// carried reports whether id can be a custom_id, or the value of an option,
// which may be as long.
func carried(id string) bool {
	return id != "" && legible.Length(id) <= maxCustomID && utf8.ValidString(id)
}

// row is a row of those buttons that there are; nil without any.
func row(buttons ...discordgo.MessageComponent) []discordgo.MessageComponent {
	var fit []discordgo.MessageComponent
	for _, b := range buttons {
		if b != nil && len(fit) < maxRowButtons {
			fit = append(fit, b)
		}
	}
	if len(fit) == 0 {
		return nil
	}
	return []discordgo.MessageComponent{discordgo.ActionsRow{Components: fit}}
}

// option is a choice of a menu; about may be empty.
func option(value, label, about string) discordgo.SelectMenuOption {
	return discordgo.SelectMenuOption{Value: value, Label: legible.Cut(label, maxOption), Description: legible.Cut(about, maxOption)}
}

// menu is a row with a select menu of those options that fit, each value once;
// nil without any.
func menu(id, placeholder string, options []discordgo.SelectMenuOption) []discordgo.MessageComponent {
	var fit []discordgo.SelectMenuOption
	known := map[string]bool{}
	for _, o := range options {
		if !carried(o.Value) || known[o.Value] || len(fit) == maxOptions {
			continue
		}
		known[o.Value] = true
		fit = append(fit, o)
	}
	if len(fit) == 0 || !carried(id) {
		return nil
	}
	return []discordgo.MessageComponent{discordgo.ActionsRow{Components: []discordgo.MessageComponent{
		discordgo.SelectMenu{MenuType: discordgo.StringSelectMenu, CustomID: id, Placeholder: legible.Cut(placeholder, maxPlaceholder), Options: fit},
	}}}
}
