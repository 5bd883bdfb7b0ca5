package fakediscord

import "encoding/json"

// Say writes to the bot in the direct message with it.
func (s *Server) Say(user, text string) Message {
	s.t.Helper()
	var out Message
	s.Change(func() {
		m := &Message{Channel: s.directOf(user).ID, Author: user, Content: text}
		s.add(m)
		out = *m
	})
	return out
}

// SayIn writes a message in a channel, of which the app is told nothing.
func (s *Server) SayIn(user, channel, text string) Message {
	var out Message
	s.Change(func() {
		m := &Message{Channel: channel, Guild: s.channels[channel].Guild, Author: user, Content: text}
		s.add(m)
		out = *m
	})
	return out
}

// Kick takes the bot out of a guild.
func (s *Server) Kick(guild string) {
	s.Change(func() {
		g := s.guilds[guild]
		delete(g.members, BotID)
		s.emit(guild, "GUILD_DELETE", object{"id": guild})
		g.Without = true
	})
}

// AddBot lets the bot into a guild, perhaps again.
func (s *Server) AddBot(guild string) {
	s.Change(func() { s.enter(s.guilds[guild]) })
}

// Outage makes a guild unavailable for a time, or ends that. The bot stays in
// it.
func (s *Server) Outage(guild string, out bool) {
	s.Change(func() {
		if out {
			s.emit(guild, "GUILD_DELETE", object{"id": guild, "unavailable": true})
			return
		}
		s.emit(guild, "GUILD_CREATE", s.guildCreate(s.guilds[guild]))
	})
}

// RemoveMember takes a person out of a guild.
func (s *Server) RemoveMember(guild, user string) {
	s.Change(func() { delete(s.guilds[guild].members, user) })
}

// DeleteChannel deletes a channel, with its threads, or a thread.
func (s *Server) DeleteChannel(channel string) {
	s.Change(func() {
		c := s.channels[channel]
		for _, t := range s.channels {
			if t.Parent == channel && t.Thread() {
				t.Deleted = true
			}
		}
		c.Deleted = true
		gone := s.channelJSON(c)
		if c.Thread() {
			gone = object{"id": c.ID, "guild_id": c.Guild, "parent_id": c.Parent, "type": c.Type}
		}
		s.emit(c.Guild, s.nameOf(c, "DELETE"), gone)
	})
}

// DeleteMessage deletes a message.
func (s *Server) DeleteMessage(id string) {
	s.Change(func() {
		m := s.messages[id]
		m.Gone = true
		if s.channels[m.Channel].Type == DM && m.To == "" {
			s.emit("", "MESSAGE_DELETE", object{"id": m.ID, "channel_id": m.Channel})
		}
	})
}

// Archive archives a thread or opens it again, and locks it or not.
func (s *Server) Archive(thread string, archived, locked bool) {
	s.Change(func() { s.archive(s.channels[thread], archived, locked) })
}

// CloseDMs lets a person take no direct messages, or take them again.
func (s *Server) CloseDMs(user string, closed bool) {
	s.Change(func() { s.users[user].Closed = closed })
}

// Overwrite sets the permissions of a channel.
func (s *Server) Overwrite(channel string, list ...Overwrite) {
	s.Change(func() {
		c := s.channels[channel]
		c.Overwrites = list
		s.emit(c.Guild, "CHANNEL_UPDATE", s.channelJSON(c))
	})
}

// SetRole sets what a role may do, and whether all may mention it.
func (s *Server) SetRole(role string, permissions int64, mentionable bool) {
	s.Change(func() {
		r := s.roles[role]
		r.Permissions, r.Mentionable = permissions, mentionable
		s.emit(r.Guild, "GUILD_ROLE_UPDATE", object{"guild_id": r.Guild, "role": s.roleJSON(r)})
	})
}

// Install lets a person install the app for themselves, or take it away.
func (s *Server) Install(user string, installed bool) {
	s.Change(func() { s.users[user].Installed = installed })
}

// Revoke makes the bot's token worthless.
func (s *Server) Revoke() {
	s.Change(func() { s.revoked = true })
}

// SetComponents gives a message other buttons.
func (s *Server) SetComponents(message string, components json.RawMessage) {
	s.Change(func() { s.messages[message].Components = components })
}
