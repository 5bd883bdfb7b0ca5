package fakediscord

import (
	"fmt"
	"slices"
	"unicode/utf8"
)

// Option is what is given to a command: the id of a role, channel or user for
// an option of those types.
type Option struct {
	Name  string
	Value any
}

// Opt makes an Option.
func Opt(name string, value any) Option { return Option{name, value} }

// Slash uses a subcommand in a channel, or in the direct message with the bot
// if channel is empty, and gives the interaction once it was answered. It is
// refused, which fails the test, if Discord would not offer or take it: see
// [Server.MayUse].
func (s *Server) Slash(user, channel, sub string, options ...Option) Interaction {
	s.t.Helper()
	return s.deliver(s.command(user, channel, sub, options, "", true))
}

// SlashAnyway is Slash for somebody whom Discord does not offer the command.
func (s *Server) SlashAnyway(user, channel, sub string, options ...Option) Interaction {
	s.t.Helper()
	return s.deliver(s.command(user, channel, sub, options, "", false))
}

// Complete types into an option that completes, having given others, and gives
// what is offered.
func (s *Server) Complete(user, channel, sub string, focused Option, others ...Option) []Choice {
	s.t.Helper()
	return s.deliver(s.command(user, channel, sub, append(slices.Clone(others), focused), focused.Name, true)).Choices
}

// command makes an interaction of a command. focused is the option that is
// being typed into, if any.
func (s *Server) command(user, channel, sub string, options []Option, focused string, strict bool) *Interaction {
	s.t.Helper()
	i, problem := s.typed(user, channel, sub, options, focused, strict)
	if problem != "" {
		s.t.Fatalf("/%s by %s in %q: %s", sub, user, channel, problem)
	}
	return i
}

func (s *Server) typed(user, channel, sub string, options []Option, focused string, strict bool) (*Interaction, string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.place(user, channel)
	if c == nil || c.Deleted || s.users[user] == nil {
		return nil, "there is no such channel or person"
	}
	cmd, part := s.having(c.Guild, sub)
	switch {
	case cmd == nil:
		return nil, "no such command is registered"
	case strict && !s.offered(user, c, cmd):
		return nil, "Discord does not offer the command there"
	}
	resolved := object{}
	given, problem := s.options(part, options, focused, c, resolved)
	if problem != "" {
		return nil, problem
	}
	if sub != "" {
		given = []object{{"type": optSub, "name": sub, "options": given}}
	}
	data := object{"id": cmd.id, "name": cmd.name(), "type": cmd.kind(), "options": given}
	if cmd.guild != "" {
		data["guild_id"] = cmd.guild
	}
	if len(resolved) > 0 {
		data["resolved"] = resolved
	}
	kind := kindCommand
	if focused != "" {
		kind = kindComplete
	}
	return s.act(user, c, kind, data, nil), ""
}

// having finds the command that has a subcommand, and the subcommand: those of
// the guild first.
func (s *Server) having(guild, sub string) (*command, object) {
	for _, c := range slices.Concat(s.commandsOf(guild), s.commandsOf("")) {
		if sub == "" {
			return c, c.raw
		}
		list, _ := c.raw["options"].([]any)
		for _, o := range list {
			if o, _ := o.(object); o["name"] == sub && number(o, "type") == optSub {
				return c, o
			}
		}
	}
	return nil, nil
}

// options checks what was given, as Discord does before it sends it, and gives
// it as it is sent.
func (s *Server) options(part object, given []Option, focused string, c *Channel, resolved object) ([]object, string) {
	out := []object{}
	defined, _ := part["options"].([]any)
	known := map[string]bool{}
	for _, d := range defined {
		d, _ := d.(object)
		name, _ := d["name"].(string)
		known[name] = true
		at := slices.IndexFunc(given, func(o Option) bool { return o.Name == name })
		if at < 0 {
			if d["required"] == true && focused == "" {
				return nil, "the option " + name + " is required"
			}
			continue
		}
		o := object{"name": name, "type": number(d, "type"), "value": given[at].Value}
		if name == focused {
			if d["autocomplete"] != true {
				return nil, "the option " + name + " does not complete"
			}
			o["focused"], o["value"] = true, fmt.Sprint(given[at].Value)
		} else if problem := s.check(d, given[at].Value, c, resolved); problem != "" {
			return nil, "the option " + name + ": " + problem
		}
		out = append(out, o)
	}
	for _, o := range given {
		if !known[o.Name] {
			return nil, "there is no option " + o.Name
		}
	}
	return out, ""
}

// check checks the value of an option, and adds what it names to resolved.
func (s *Server) check(d object, v any, c *Channel, resolved object) string {
	text, isText := v.(string)
	n, isNumber := v.(int)
	switch kind := number(d, "type"); kind {
	case optString:
		most := 6000
		if d["max_length"] != nil {
			most = number(d, "max_length")
		}
		if length := utf8.RuneCountInString(text); !isText || length < number(d, "min_length") || length > most {
			return fmt.Sprintf("%q is no text of that length", v)
		}
	case optInteger, optNumber:
		if !isNumber || d["min_value"] != nil && n < number(d, "min_value") || d["max_value"] != nil && n > number(d, "max_value") {
			return fmt.Sprintf("%v is no number in the bounds", v)
		}
		v = float64(n)
	case optBool:
		if _, ok := v.(bool); !ok {
			return fmt.Sprintf("%v is neither true nor false", v)
		}
	case optUser, optChannel, optRole, optMentionable:
		return s.resolve(kind, d, text, c, resolved)
	}
	choices, _ := d["choices"].([]any)
	for _, choice := range choices {
		if choice.(object)["value"] == v {
			return ""
		}
	}
	if len(choices) > 0 {
		return fmt.Sprintf("%v is none of the choices", v)
	}
	return ""
}

// resolve adds a role, channel or person to what the payload tells more of.
func (s *Server) resolve(kind int, d object, id string, c *Channel, resolved object) string {
	add := func(name string, v object) {
		list, _ := resolved[name].(object)
		if list == nil {
			list = object{}
			resolved[name] = list
		}
		list[id] = v
	}
	u, r, to := s.users[id], s.roles[id], s.channels[id]
	switch {
	case u != nil && (kind == optUser || kind == optMentionable):
		add("users", s.userJSON(id))
		if g := s.guilds[c.Guild]; g != nil && g.members[id] != nil {
			m := s.memberJSON(g.members[id])
			delete(m, "user")
			m["permissions"] = bits(s.may(id, c))
			add("members", m)
		}
	case r != nil && r.Guild == c.Guild && (kind == optRole || kind == optMentionable):
		add("roles", s.roleJSON(r))
	case to != nil && to.Guild == c.Guild && kind == optChannel:
		types, _ := d["channel_types"].([]any)
		if len(types) > 0 && !slices.Contains(types, any(float64(to.Type))) {
			return "the channel has none of the types"
		}
		part := s.channelJSON(to)
		add("channels", object{"id": to.ID, "name": to.Name, "type": to.Type, "parent_id": part["parent_id"], "thread_metadata": part["thread_metadata"]})
	default:
		return id + " is not there"
	}
	return ""
}
