package embed

import (
	"slices"
	"strconv"
	"strings"

	"github.com/bwmarrin/discordgo"

	"github.com/bellwether/bellwether/bot/chat"
	"github.com/bellwether/bellwether/bot/chat/legible"
)

// maxNotes is how many notes a message keeps: each may have its button.
const maxNotes = maxRowButtons

// noteMark begins the name of a field that is a note.
const noteMark = "✓ "

// Acted gives the message that was pressed with a note of what was done, by
// whom (empty: that is clear), and a button that undoes it where undo is not
// nil and fits. A note that said the same is replaced; the oldest make room.
func Acted(m *discordgo.Message, note, by string, undo *chat.Undo) Message {
	out := posted(m)
	if len(out.Embeds) == 0 {
		out.Embeds = []*discordgo.MessageEmbed{{Color: colorOurs}}
	}
	last := out.Embeds[len(out.Embeds)-1]
	text := escaped(legible.Line(note), longNote)
	if text == "" {
		text = "Done."
	}
	for _, f := range slices.Clone(last.Fields) {
		if isNote(f) && f.Value == text {
			out.drop(noteNumber(f))
		}
	}
	n := out.nextNote()
	name := noteMark
	if n > 1 {
		name += strconv.Itoa(n) + " · "
	}
	name += "Done"
	if by = legible.Line(by); by != "" {
		name += " by " + escaped(by, longName)
	}
	last.Fields = append(last.Fields, &discordgo.MessageEmbedField{Name: name, Value: text})
	out.shrink(n)
	label := "Undo"
	if n > 1 {
		label += " " + strconv.Itoa(n)
	}
	out.addUndo(button(undoID(ID{Action: ActionUndo, Number: n}, undo), label))
	return out
}

// Undone gives the message that was pressed without the note that the pressed
// button of [ActionUndo] belongs to.
func Undone(m *discordgo.Message, pressed ID) Message {
	out := posted(m)
	out.drop(pressed.Number)
	return out
}

// posted is a message as it stands in Discord.
func posted(m *discordgo.Message) Message {
	out := Message{Content: m.Content}
	for _, e := range m.Embeds {
		if e == nil {
			continue
		}
		embed := &discordgo.MessageEmbed{
			URL: e.URL, Title: e.Title, Description: e.Description, Timestamp: e.Timestamp, Color: e.Color, Fields: slices.Clone(e.Fields),
		}
		if e.Author != nil {
			embed.Author = &discordgo.MessageEmbedAuthor{Name: e.Author.Name}
		}
		if e.Footer != nil {
			embed.Footer = &discordgo.MessageEmbedFooter{Text: e.Footer.Text}
		}
		out.Embeds = append(out.Embeds, embed)
	}
	for _, c := range m.Components {
		if r := rowOf(c); r != nil {
			out.Components = append(out.Components, discordgo.ActionsRow{Components: slices.Clone(r.Components)})
		}
	}
	return out
}

func isNote(f *discordgo.MessageEmbedField) bool {
	return f != nil && strings.HasPrefix(f.Name, noteMark)
}

// noteNumber is 1 for a note without a number.
func noteNumber(f *discordgo.MessageEmbedField) int {
	digits, _, ok := strings.Cut(strings.TrimPrefix(f.Name, noteMark), " · ")
	if n, numbered := number(digits); ok && numbered {
		return n
	}
	return 1
}

// notes gives the numbers of the notes, the oldest first.
func (m *Message) notes() []int {
	var out []int
	for _, e := range m.Embeds {
		for _, f := range e.Fields {
			if isNote(f) {
				out = append(out, noteNumber(f))
			}
		}
	}
	return out
}

func (m *Message) nextNote() int {
	all := m.notes()
	if len(all) == 0 {
		return 1
	}
	return slices.Max(all) + 1
}

// drop takes a note and its button away.
func (m *Message) drop(n int) {
	for _, e := range m.Embeds {
		e.Fields = slices.DeleteFunc(e.Fields, func(f *discordgo.MessageEmbedField) bool { return isNote(f) && noteNumber(f) == n })
	}
	var rows []discordgo.MessageComponent
	for _, c := range m.Components {
		r := rowOf(c)
		kept := slices.DeleteFunc(slices.Clone(r.Components), func(c discordgo.MessageComponent) bool {
			id, ok := ParseID(customID(c))
			return ok && id.Action == ActionUndo && id.Number == n
		})
		if len(kept) > 0 {
			rows = append(rows, discordgo.ActionsRow{Components: kept})
		}
	}
	m.Components = rows
}

// shrink keeps the limits of a message with a new note.
func (m *Message) shrink(newest int) {
	for _, n := range m.notes() {
		if n != newest && (len(m.notes()) > maxNotes || size(m.Embeds) > maxEmbedText) {
			m.drop(n)
		}
	}
	for i := len(m.Embeds) - 1; i >= 0 && size(m.Embeds) > maxEmbedText; i-- {
		m.Embeds[i].Description = "" // only in a message that is not ours
	}
}

// addUndo puts a button into the row of those that undo, the last.
func (m *Message) addUndo(b discordgo.MessageComponent) {
	if b == nil {
		return
	}
	last := len(m.Components) - 1
	if last >= 0 {
		r := rowOf(m.Components[last])
		if id, ok := ParseID(customID(r.Components[0])); ok && id.Action == ActionUndo && len(r.Components) < maxRowButtons {
			m.Components[last] = discordgo.ActionsRow{Components: append(slices.Clone(r.Components), b)}
			return
		}
	}
	if len(m.Components) < maxRows {
		m.Components = append(m.Components, row(b)...)
	}
}

// rowOf gives a row, made here or read from JSON; nil for anything else, and for
// one without anything in it.
func rowOf(c discordgo.MessageComponent) *discordgo.ActionsRow {
	r, ok := c.(*discordgo.ActionsRow)
	if !ok {
		value, isValue := c.(discordgo.ActionsRow)
		if !isValue {
			return nil
		}
		r = &value
	}
	if r == nil || len(r.Components) == 0 {
		return nil
	}
	return r
}

// flat gives what stands in rows.
func flat(all []discordgo.MessageComponent) []discordgo.MessageComponent {
	var out []discordgo.MessageComponent
	for _, c := range all {
		if r := rowOf(c); r != nil {
			out = append(out, r.Components...)
		}
	}
	return out
}

// customID gives the custom_id of a button or menu.
func customID(c discordgo.MessageComponent) string {
	switch c := c.(type) {
	case discordgo.Button:
		return c.CustomID
	case *discordgo.Button:
		return c.CustomID
	case discordgo.SelectMenu:
		return c.CustomID
	case *discordgo.SelectMenu:
		return c.CustomID
	}
	return ""
}
