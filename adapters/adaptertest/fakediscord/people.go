package fakediscord

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// AddGuild adds a guild, with the bot in it unless g.Without. Without an ID it
// gets one, without an owner somebody.
func (s *Server) AddGuild(g Guild) *Guild {
	g.ID, g.Name, g.Locale = cmp.Or(g.ID, s.ID()), cmp.Or(g.Name, "A server"), cmp.Or(g.Locale, "en-US")
	if g.Owner == "" {
		g.Owner = s.AddUser(User{Name: "owner"}).ID
	}
	g.members = map[string]*Member{g.Owner: {User: g.Owner, Guild: g.ID}}
	s.mu.Lock()
	s.guilds[g.ID] = &g
	s.roles[g.ID] = &Role{ID: g.ID, Guild: g.ID, Name: "@everyone", Permissions: Everyone}
	g.roles = []string{g.ID}
	if !g.Without {
		s.enter(&g)
	}
	s.wake()
	s.mu.Unlock()
	s.flush()
	return &g
}

// enter lets the bot into a guild.
func (s *Server) enter(g *Guild) {
	g.Without = false
	g.members[BotID] = &Member{User: BotID, Guild: g.ID}
	s.emit(g.ID, "GUILD_CREATE", s.guildCreate(g))
}

// AddRole adds a role to a guild.
func (s *Server) AddRole(r Role) *Role {
	r.ID = cmp.Or(r.ID, s.ID())
	s.Change(func() {
		s.roles[r.ID] = &r
		s.guilds[r.Guild].roles = append(s.guilds[r.Guild].roles, r.ID)
		s.emit(r.Guild, "GUILD_ROLE_CREATE", object{"guild_id": r.Guild, "role": s.roleJSON(&r)})
	})
	return &r
}

// AddUser adds a person.
func (s *Server) AddUser(u User) *User {
	u.ID, u.Locale = cmp.Or(u.ID, s.ID()), cmp.Or(u.Locale, "en-US")
	u.Name = cmp.Or(u.Name, "person"+u.ID)
	s.Change(func() { s.users[u.ID] = &u })
	return &u
}

// AddMember lets a person into a guild, with roles, or gives them those.
func (s *Server) AddMember(guild, user string, roles ...string) {
	s.Change(func() {
		s.guilds[guild].members[user] = &Member{User: user, Guild: guild, Roles: roles}
		if user == BotID {
			s.emit(guild, "GUILD_MEMBER_UPDATE", s.memberJSON(s.guilds[guild].members[user]))
		}
	})
}

// AddChannel adds a channel or a thread to a guild.
func (s *Server) AddChannel(c Channel) *Channel {
	c.ID, c.Name = cmp.Or(c.ID, s.ID()), cmp.Or(c.Name, "channel")
	c.AutoArchive = cmp.Or(c.AutoArchive, 4320)
	s.Change(func() {
		if p := s.channels[c.Parent]; p != nil && c.Guild == "" {
			c.Guild = p.Guild
		}
		c.Owner = cmp.Or(c.Owner, s.guilds[c.Guild].Owner)
		s.channels[c.ID] = &c
		s.emit(c.Guild, s.nameOf(&c, "CREATE"), s.channelJSON(&c))
	})
	return &c
}

// nameOf is the name of an event about a channel.
func (s *Server) nameOf(c *Channel, what string) string {
	if c.Thread() {
		return "THREAD_" + what
	}
	return "CHANNEL_" + what
}

// Direct gives the channel of a person's direct message with the bot, "" if it
// was never opened.
func (s *Server) Direct(user string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.DirectLocked(user)
}

// DirectLocked is Direct for use in Await.
func (s *Server) DirectLocked(user string) string {
	for _, c := range s.channels {
		if c.Type == DM && c.With == user {
			return c.ID
		}
	}
	return ""
}

// OpenDirect opens a person's direct message with the bot and gives its channel.
func (s *Server) OpenDirect(user string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.directOf(user).ID
}

func (s *Server) directOf(user string) *Channel {
	id := s.DirectLocked(user)
	if id == "" {
		id = s.ID()
		s.channels[id] = &Channel{ID: id, Type: DM, With: user}
	}
	return s.channels[id]
}

// Messages gives what stands in a channel for all, oldest first.
func (s *Server) Messages(channel string) []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.MessagesLocked(channel)
}

// MessagesLocked is Messages for use in Await.
func (s *Server) MessagesLocked(channel string) []Message { return s.standing(channel, "") }

// standing gives the messages of a channel that go to a person alone, or to all.
func (s *Server) standing(channel, to string) []Message {
	var out []Message
	for _, m := range s.order[channel] {
		if !m.Gone && m.To == to && !m.Waiting {
			out = append(out, *m)
		}
	}
	return out
}

// AwaitMessages waits until a channel has at least n messages and gives them.
func (s *Server) AwaitMessages(channel string, n int) []Message {
	s.t.Helper()
	var out []Message
	s.Await(fmt.Sprintf("%d messages in %s", n, channel), func() bool {
		out = s.standing(channel, "")
		return len(out) >= n
	})
	return out
}

// AwaitEphemeral waits until a person has at least n messages in a channel that
// only they see, and gives them.
func (s *Server) AwaitEphemeral(user, channel string, n int) []Message {
	s.t.Helper()
	var out []Message
	s.Await(fmt.Sprintf("%d answers to %s in %s", n, user, channel), func() bool {
		out = s.standing(channel, user)
		return len(out) >= n
	})
	return out
}

// AwaitDirect waits until a person has at least n messages in their direct
// message with the bot, and gives them, their own too.
func (s *Server) AwaitDirect(user string, n int) []Message {
	s.t.Helper()
	var out []Message
	s.Await(fmt.Sprintf("%d direct messages with %s", n, user), func() bool {
		out = s.standing(s.DirectLocked(user), "")
		return len(out) >= n
	})
	return out
}

// AwaitMessage waits until a message is as wanted, and gives it.
func (s *Server) AwaitMessage(id, what string, wanted func(Message) bool) Message {
	s.t.Helper()
	var out Message
	s.Await(what, func() bool {
		m := s.messages[id]
		if m == nil {
			return false
		}
		out = *m
		return wanted(out)
	})
	return out
}

// Posts gives the threads of a forum, or of a channel, oldest first.
func (s *Server) Posts(parent string) []Channel {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.PostsLocked(parent)
}

// PostsLocked is Posts for use in Await.
func (s *Server) PostsLocked(parent string) []Channel {
	var out []Channel
	for _, c := range s.channels {
		if c.Parent == parent && c.Thread() && !c.Deleted {
			out = append(out, *c)
		}
	}
	slices.SortFunc(out, func(a, b Channel) int { return cmp.Compare(a.ID, b.ID) })
	return out
}

// Count is how many messages were posted to a channel for all.
func (s *Server) Count(channel string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.standing(channel, ""))
}

// Posted is how many messages were posted so far by the app for all.
func (s *Server) Posted() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.posted
}

// PostedLocked is how many messages the bot has posted for all to see, in all
// channels, for use in Await.
func (s *Server) PostedLocked() int { return s.posted }

// Words gives all text that a message shows, in its order, with a line break
// behind each.
func (m Message) Words() string {
	var b strings.Builder
	if m.Content != "" {
		b.WriteString(m.Content + "\n")
	}
	for _, raw := range []json.RawMessage{m.Embeds, m.Components} {
		var v any
		_ = json.Unmarshal(raw, &v)
		b.WriteString(words(v))
	}
	return b.String()
}

func words(v any) string {
	var b strings.Builder
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			b.WriteString(words(e))
		}
	case object:
		for _, name := range []string{"author", "name", "title", "description", "label", "content", "text", "value", "placeholder", "fields", "footer", "components", "component", "options"} {
			if text, ok := v[name].(string); ok {
				if name != "value" || v["name"] != nil { // the value of an option is not shown
					b.WriteString(text + "\n")
				}
				continue
			}
			b.WriteString(words(v[name]))
		}
	}
	return b.String()
}
