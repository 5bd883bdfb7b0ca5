package discord

import (
	"strings"

	"github.com/bwmarrin/discordgo"

	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/bot/chat"
)

// typed is a subcommand with its options as a person filled them in.
type typed struct {
	sub     string
	values  map[string]any
	focused string // the option that is being typed
	roles   map[string]*discordgo.Role
}

// readCommand reads a command of ours.
func readCommand(data discordgo.ApplicationCommandInteractionData) (typed, bool) {
	if data.Name != commandName || len(data.Options) != 1 || data.Options[0] == nil {
		return typed{}, false
	}
	t := typed{sub: data.Options[0].Name, values: map[string]any{}}
	for _, o := range data.Options[0].Options {
		if o == nil {
			continue
		}
		t.values[o.Name] = o.Value
		if o.Focused {
			t.focused = o.Name
		}
	}
	if data.Resolved != nil {
		t.roles = data.Resolved.Roles
	}
	return t, true
}

// text is what was typed into an option, "" where nothing was: in one line, for
// a command is one.
func (t typed) text(option string) string {
	s, _ := t.values[option].(string)
	return strings.Join(strings.Fields(s), " ")
}

func (t typed) flag(option string) bool {
	b, _ := t.values[option].(bool)
	return b
}

func (t typed) has(option string) bool { return t.values[option] != nil }

// command gives it as the bot reads it. Schedule and mention are read apart.
func (t typed) command() chat.Command {
	var args []string
	add := func(words ...string) {
		for _, w := range words {
			if w != "" {
				args = append(args, w)
			}
		}
	}
	if t.flag(optMe) {
		add("me:")
	}
	switch t.sub {
	case "list":
		if t.flag(optMine) {
			add("mine")
		}
	case "pause":
		add(t.text(optID))
		if span := t.text(optFor); span != "" {
			add("for", strings.TrimPrefix(span, "for "))
		}
	case "digest":
		add(t.text(optID), t.text(optWhen))
	case "sources":
		switch {
		case t.has(optAdd):
			add(optAdd, t.text(optAdd))
		case t.has(optRemove):
			add(optRemove, t.text(optRemove))
		default:
			add(t.text(optShow))
		}
	case "forget-me":
		if t.flag(optSure) {
			add("yes")
		}
	default:
		for _, option := range []string{optID, optQuery, optZone, optHours, optAnHour, optArticle, optCommand} {
			add(t.text(option))
		}
	}
	line := strings.Join(args, " ")
	if t.flag(optPublic) { // said before the command
		return chat.Command{Text: strings.TrimSpace("public " + t.sub + " " + line)}
	}
	return chat.Command{Verb: t.sub, Args: line}
}

// schedule reads when alerts are to come; nil where nothing was said.
func (t typed) schedule() (*alerts.Schedule, *chat.Reply) {
	return readWhen(t.text(optWhen))
}

func readWhen(text string) (*alerts.Schedule, *chat.Reply) {
	if text == "" {
		return nil, nil
	}
	s, err := alerts.ParseSchedule(text)
	if err != nil {
		r := problem("“"+text+"” is no time for alerts.", "write `instant`, `hourly`, `daily 08:00` or `weekly mon 08:00`")
		return nil, &r
	}
	return &s, nil
}
