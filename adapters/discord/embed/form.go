package embed

import (
	"errors"
	"fmt"
	"strings"

	"github.com/bwmarrin/discordgo"

	"github.com/bellwether/bellwether/bot/chat"
	"github.com/bellwether/bellwether/bot/chat/legible"
)

// The custom_ids of the inputs of a form.
const (
	inputQuery = "query"
	inputWhen  = "when"
)

// longWhen is how long a schedule may be that is typed.
const longWhen = 100

var (
	errForm  = errors.New("the modal is not one of ours")
	errRetry = errors.New("the message holds no text to correct")
)

// Form is a modal to subscribe, or to change a subscription.
type Form struct {
	Place       string // as in an ID
	Number      int    // of what is changed; 0 to subscribe
	Query, When string // as typed
}

// Modal lays it out.
func (f Form) Modal() *discordgo.InteractionResponseData {
	query := discordgo.TextInput{
		CustomID: inputQuery, Label: "Words to follow", Style: discordgo.TextInputParagraph, Required: true,
		MinLength: 1, MaxLength: maxInput, Placeholder: "carbon border tax, CBAM",
	}
	if legible.Length(f.Query) <= maxInput {
		query.Value = f.Query
	} else {
		query.Placeholder = "It follows a query that is too long to show here: type all of the new one."
	}
	when := discordgo.TextInput{
		CustomID: inputWhen, Label: "When alerts come (empty: as set here)", Style: discordgo.TextInputShort, MaxLength: longWhen,
		Placeholder: "instant, hourly, daily 08:00, weekly mon 08:00", Value: legible.Cut(f.When, longWhen),
	}
	title := "Follow something"
	if f.Number > 0 {
		title = fmt.Sprintf("Edit number %d", f.Number)
	}
	return &discordgo.InteractionResponseData{
		CustomID: f.id(ActionForm), Title: legible.Cut(title, maxModalTitle),
		Components: append(inputRow(query), inputRow(when)...),
	}
}

func inputRow(in discordgo.TextInput) []discordgo.MessageComponent {
	return []discordgo.MessageComponent{discordgo.ActionsRow{Components: []discordgo.MessageComponent{in}}}
}

func (f Form) id(action string) string {
	return ID{Action: action, Place: f.Place, Number: f.Number}.String()
}

// ReadForm reads what was typed. The error is for a modal that is not ours.
func ReadForm(d discordgo.ModalSubmitInteractionData) (Form, error) {
	id, ok := ParseID(d.CustomID)
	if !ok || id.Action != ActionForm {
		return Form{}, errForm
	}
	f := Form{Place: id.Place, Number: id.Number}
	for _, c := range flat(d.Components) {
		in, ok := c.(*discordgo.TextInput)
		if !ok {
			continue
		}
		switch in.CustomID {
		case inputQuery:
			f.Query = typed(in.Value)
		case inputWhen:
			f.When = legible.Line(in.Value)
		}
	}
	if legible.Length(f.Query) > maxInput || legible.Length(f.When) > longWhen {
		return Form{}, errForm
	}
	return f, nil
}

// typed is text that a person typed, in lines: what can't be seen is left out.
func typed(s string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if r == '\n' {
			return r
		}
		return chat.Printable(r)
	}, strings.ToValidUTF8(s, "\uFFFD")))
}

// formMark begins the footer of what was typed.
const formMark = "When: "

// Wrong shows why it can't be, with the text, and a button that opens the form
// again.
func (f Form) Wrong(r chat.Reply) Message {
	text := &discordgo.MessageEmbed{Color: colorOurs, Description: kept(typed(f.Query))}
	if when := legible.Cut(legible.Line(f.When), longWhen); when != "" {
		text.Footer = &discordgo.MessageEmbedFooter{Text: formMark + when}
	}
	p := newPage(chat.Reply{Problem: r.Problem, Text: legible.Cut(r.Text, longNote)}, ReplyOptions{Slash: true, room: maxEmbedText - size([]*discordgo.MessageEmbed{text})})
	p.hints(r.Hints)
	m := p.message()
	m.Embeds = append(m.Embeds, text)
	m.Components = row(button(f.id(ActionAgain), "Correct it"))
	return m
}

const (
	blockBegin = "```\n"
	blockEnd   = "\n```"
)

// kept is text as a block of code that [Retry] reads back: a backquote is
// followed by what has no width, so that it can't end the block.
func kept(s string) string {
	out := strings.ReplaceAll(s, "`", "`"+unseen)
	if most := maxDescription - len(blockBegin+blockEnd); legible.Length(out) > most {
		out = legible.Cut(strings.ReplaceAll(s, "`", "'"), most)
	}
	return blockBegin + out + blockEnd
}

// Retry gives the form with the text of a message of [Form.Wrong], whose button
// has that id.
func Retry(m *discordgo.Message, id ID) (Form, error) {
	if id.Action != ActionAgain || len(m.Embeds) < 2 || m.Embeds[1] == nil {
		return Form{}, errRetry
	}
	shown := m.Embeds[1]
	text, begins := strings.CutPrefix(strings.TrimSpace(shown.Description), blockBegin)
	text, ends := strings.CutSuffix(text, blockEnd)
	if !begins || !ends {
		return Form{}, errRetry
	}
	f := Form{Place: id.Place, Number: id.Number, Query: strings.ReplaceAll(text, "`"+unseen, "`")}
	if shown.Footer != nil {
		f.When, _ = strings.CutPrefix(shown.Footer.Text, formMark)
	}
	return f, nil
}
