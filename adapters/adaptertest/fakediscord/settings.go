package fakediscord

import (
	"cmp"
	"slices"
	"strconv"

	"github.com/bwmarrin/discordgo"
)

// getAllSettings gives who may use the commands of a guild.
func (s *Server) getAllSettings(q *request) (any, *refusal) {
	guild, no := s.scope(q)
	if no != nil {
		return nil, no
	}
	out := []object{}
	for _, c := range slices.Concat(s.commandsOf(""), s.commandsOf(guild)) {
		if p := s.settings[guild+" "+c.id]; len(p) > 0 {
			out = append(out, settingsJSON(guild, c.id, p))
		}
	}
	if p := s.settings[guild+" "+AppID]; len(p) > 0 {
		out = append(out, settingsJSON(guild, AppID, p))
	}
	return out, nil
}

func (s *Server) getSettings(q *request) (any, *refusal) {
	guild, no := s.scope(q)
	if no != nil {
		return nil, no
	}
	id := q.path("command")
	known := id == AppID
	for _, c := range s.commands {
		known = known || c.id == id
	}
	switch p := s.settings[guild+" "+id]; {
	case !known:
		return nil, refuse(404, 10063, "Unknown application command")
	case len(p) == 0:
		return nil, refuse(404, 10066, "Unknown application command permissions")
	default:
		return settingsJSON(guild, id, p), nil
	}
}

func settingsJSON(guild, id string, list []CommandPermission) object {
	out := []object{}
	for _, p := range list {
		out = append(out, object{"id": p.ID, "type": p.Type, "permission": p.Allowed})
	}
	return object{"id": id, "application_id": AppID, "guild_id": guild, "permissions": out}
}

// SetCommandPermission says in a guild's settings who may use a command; with
// an empty name, all commands of the app. It replaces what was said before.
func (s *Server) SetCommandPermission(guild, name string, list ...CommandPermission) {
	s.t.Helper()
	s.mu.Lock()
	id := ""
	if name == "" {
		id = AppID
	}
	for _, c := range slices.Concat(s.commandsOf(""), s.commandsOf(guild)) {
		if c.name() == name {
			id = c.id
		}
	}
	if id != "" {
		s.settings[guild+" "+id] = list
		s.emit(guild, "APPLICATION_COMMAND_PERMISSIONS_UPDATE", settingsJSON(guild, id, list))
		s.wake()
	}
	s.mu.Unlock()
	if id == "" {
		s.t.Fatalf("there is no command %q", name)
	}
	s.flush()
}

// Contexts of an interaction.
const (
	inGuild  = 0
	inBotDM  = 1
	viaGuild = 0
	viaUser  = 1
)

// MayUse reports whether Discord offers a command to a person in a channel; an
// empty channel is their direct message with the bot.
func (s *Server) MayUse(user, channel, name string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.place(user, channel)
	for _, cmd := range s.commands {
		if cmd.name() == name && s.offered(user, c, cmd) {
			return true
		}
	}
	return false
}

// listsNumber reports whether a list of a command has n, or is not given and n
// is the default.
func listsNumber(raw object, name string, n int, usual bool) bool {
	list, ok := raw[name].([]any)
	if !ok {
		return usual
	}
	return slices.Contains(list, any(float64(n)))
}

func (s *Server) offered(user string, c *Channel, cmd *command) bool {
	u := s.users[user]
	own := u.Installed && listsNumber(cmd.raw, "integration_types", viaUser, false)
	if c.Type == DM {
		return listsNumber(cmd.raw, "contexts", inBotDM, cmd.raw["dm_permission"] != false) && cmd.guild == "" && (own || s.together(user))
	}
	g := s.guilds[c.Guild]
	perms := s.may(user, c)
	if !listsNumber(cmd.raw, "contexts", inGuild, true) || cmd.guild != "" && cmd.guild != g.ID || perms&discordgo.PermissionViewChannel == 0 {
		return false
	}
	if own {
		return true
	}
	if g.Without || !listsNumber(cmd.raw, "integration_types", viaGuild, true) || perms&discordgo.PermissionUseApplicationCommands == 0 {
		return false
	}
	return perms&discordgo.PermissionAdministrator != 0 || s.permitted(user, c, cmd, perms)
}

// permitted follows a guild's settings of a command:
// https://discord.com/developers/docs/interactions/application-commands#permissions
func (s *Server) permitted(user string, c *Channel, cmd *command, perms int64) bool {
	list := s.settings[c.Guild+" "+cmd.id]
	if len(list) == 0 {
		list = s.settings[c.Guild+" "+AppID]
	}
	allowed := func(kind int, id string) (bool, bool) {
		for _, p := range list {
			if p.Type == kind && p.ID == id {
				return p.Allowed, true
			}
		}
		return false, false
	}
	guild, _ := strconv.ParseUint(c.Guild, 10, 64)
	channel, said := allowed(ForChannel, c.ID)
	if !said {
		channel, said = allowed(ForChannel, strconv.FormatUint(guild-1, 10)) // all channels
	}
	if said && !channel {
		return false
	}
	if yes, said := allowed(ForUser, user); said {
		return yes
	}
	roles := 0
	for _, id := range s.guilds[c.Guild].members[user].Roles {
		switch yes, said := allowed(ForRole, id); {
		case yes:
			return true
		case said:
			roles++
		}
	}
	if roles > 0 {
		return false
	}
	if yes, said := allowed(ForRole, c.Guild); said {
		return yes
	}
	return byDefault(cmd, perms)
}

// byDefault follows default_member_permissions.
func byDefault(cmd *command, perms int64) bool {
	text, ok := cmd.raw["default_member_permissions"].(string)
	need, _ := strconv.ParseInt(cmp.Or(text, "0"), 10, 64)
	switch {
	case !ok:
		return true
	case need == 0:
		return false
	}
	return perms&need == need
}
