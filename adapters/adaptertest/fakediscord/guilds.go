package fakediscord

import "github.com/bwmarrin/discordgo"

// guild finds a guild that the bot is in.
func (s *Server) guild(q *request) (*Guild, *refusal) {
	g := s.guilds[q.path("guild")]
	if g == nil || g.Without {
		return nil, refuse(404, 10004, "Unknown Guild")
	}
	return g, nil
}

func (s *Server) getGuild(q *request) (any, *refusal) {
	g, no := s.guild(q)
	if no != nil {
		return nil, no
	}
	return s.guildJSON(g), nil
}

func (s *Server) getRoles(q *request) (any, *refusal) {
	g, no := s.guild(q)
	if no != nil {
		return nil, no
	}
	return s.guildJSON(g)["roles"], nil
}

// getChannels gives all channels of a guild but threads.
func (s *Server) getChannels(q *request) (any, *refusal) {
	g, no := s.guild(q)
	if no != nil {
		return nil, no
	}
	return s.guildCreate(g)["channels"], nil
}

func (s *Server) getMember(q *request) (any, *refusal) {
	g, no := s.guild(q)
	if no != nil {
		return nil, no
	}
	m := g.members[q.path("user")]
	switch {
	case s.users[q.path("user")] == nil:
		return nil, refuse(404, 10013, "Unknown User")
	case m == nil:
		return nil, refuse(404, 10007, "Unknown Member")
	}
	return s.memberJSON(m), nil
}

// getActive gives the threads of a guild that are not archived and that the bot
// sees.
func (s *Server) getActive(q *request) (any, *refusal) {
	g, no := s.guild(q)
	if no != nil {
		return nil, no
	}
	out := []object{}
	for _, id := range sortedKeys(s.channels) {
		c := s.channels[id]
		if c.Guild == g.ID && c.Thread() && !c.Archived && !c.Deleted && s.may(BotID, c)&discordgo.PermissionViewChannel != 0 {
			out = append(out, s.channelJSON(c))
		}
	}
	return object{"threads": out, "members": []any{}, "has_more": false}, nil
}
