package fakediscord

import (
	"slices"

	"github.com/bwmarrin/discordgo"
)

// all are all permissions.
const all = 1<<53 - 1

// Everyone is what @everyone may do in a guild that [Server.AddGuild] made.
const Everyone = discordgo.PermissionViewChannel | discordgo.PermissionSendMessages | discordgo.PermissionEmbedLinks |
	discordgo.PermissionAttachFiles | discordgo.PermissionReadMessageHistory | discordgo.PermissionSendMessagesInThreads |
	discordgo.PermissionCreatePublicThreads | discordgo.PermissionUseApplicationCommands | discordgo.PermissionAddReactions |
	discordgo.PermissionUseExternalApps

// inDM is what one may do in a direct message.
const inDM = Everyone &^ (discordgo.PermissionCreatePublicThreads | discordgo.PermissionSendMessagesInThreads | discordgo.PermissionUseExternalApps)

// Permissions is what a person may do in a channel.
func (s *Server) Permissions(user, channel string) int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.channels[channel]
	if c == nil {
		return 0
	}
	return s.may(user, c)
}

// may computes permissions as Discord documents it:
// https://discord.com/developers/docs/topics/permissions#permission-overwrites
func (s *Server) may(user string, c *Channel) int64 {
	if c.Type == DM {
		return inDM
	}
	g := s.guilds[c.Guild]
	m := g.members[user]
	if m == nil {
		return 0
	}
	perms := s.baseOf(g, m)
	if perms == all {
		return all
	}
	over := c.Overwrites
	if c.Thread() && s.channels[c.Parent] != nil {
		over = s.channels[c.Parent].Overwrites
	}
	for _, o := range over {
		if !o.Member && o.ID == g.ID {
			perms = perms&^o.Deny | o.Allow
		}
	}
	var allow, deny int64
	for _, o := range over {
		if !o.Member && slices.Contains(m.Roles, o.ID) {
			allow, deny = allow|o.Allow, deny|o.Deny
		}
	}
	perms = perms&^deny | allow
	for _, o := range over {
		if o.Member && o.ID == user {
			perms = perms&^o.Deny | o.Allow
		}
	}
	if c.Type == PrivateThread && perms&discordgo.PermissionManageThreads == 0 && c.Owner != user && !slices.Contains(c.Invited, user) {
		return 0
	}
	return implied(perms, c)
}

// baseOf is what a member may do in a guild but for channels' own rules.
func (s *Server) baseOf(g *Guild, m *Member) int64 {
	if g.Owner == m.User {
		return all
	}
	perms := s.roles[g.ID].Permissions
	for _, id := range m.Roles {
		if r := s.roles[id]; r != nil {
			perms |= r.Permissions
		}
	}
	if perms&discordgo.PermissionAdministrator != 0 {
		return all
	}
	return perms
}

// implied takes away what nothing is left of without other permissions:
// https://discord.com/developers/docs/topics/permissions#implicit-permissions
func implied(perms int64, c *Channel) int64 {
	if perms&discordgo.PermissionViewChannel == 0 {
		return 0
	}
	send := int64(discordgo.PermissionSendMessages)
	if c.Thread() {
		send = discordgo.PermissionSendMessagesInThreads
	}
	if perms&send == 0 {
		perms &^= discordgo.PermissionMentionEveryone | discordgo.PermissionSendTTSMessages | discordgo.PermissionAttachFiles |
			discordgo.PermissionEmbedLinks
	}
	return perms
}

// seen finds a channel that the bot may see.
func (s *Server) seen(id string) (*Channel, *refusal) {
	c := s.channels[id]
	switch {
	case c == nil || c.Deleted:
		return nil, refuse(404, 10003, "Unknown Channel")
	case c.Type == DM:
		return c, nil
	case s.guilds[c.Guild].Without, s.may(BotID, c)&discordgo.PermissionViewChannel == 0:
		return nil, refuse(403, 50001, "Missing Access")
	}
	return c, nil
}

// writable finds a channel that the bot may write to. extra is what it needs
// besides.
func (s *Server) writable(id string, extra int64) (*Channel, *refusal) {
	c, no := s.seen(id)
	if no != nil {
		return nil, no
	}
	if c.Type == DM {
		return c, s.direct(c)
	}
	need := discordgo.PermissionSendMessages | extra
	if c.Thread() {
		need = discordgo.PermissionSendMessagesInThreads | extra
	}
	perms := s.may(BotID, c)
	if perms&need != need {
		return nil, refuse(403, 50013, "Missing Permissions")
	}
	switch moderator := perms&discordgo.PermissionManageThreads != 0; {
	case !c.Thread():
	case c.Locked && !moderator:
		return nil, refuse(400, 160005, "This thread is locked")
	case c.Archived && s.o.SelfUnarchive:
		s.archive(c, false, c.Locked)
	case c.Archived:
		return nil, refuse(400, 50083, "Thread is archived")
	}
	return c, nil
}

// direct tells whether a person takes messages of the bot.
func (s *Server) direct(c *Channel) *refusal {
	u := s.users[c.With]
	switch {
	case u.Closed:
		return refuse(403, 50007, "Cannot send messages to this user")
	case !u.Installed && !s.together(u.ID):
		return refuse(403, 50278, "Cannot send messages to this user due to having no mutual guilds")
	}
	return nil
}

// together reports whether a person is in a guild with the bot.
func (s *Server) together(user string) bool {
	for _, g := range s.guilds {
		if !g.Without && g.members[user] != nil {
			return true
		}
	}
	return false
}
