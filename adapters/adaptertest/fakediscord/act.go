package fakediscord

import (
	"encoding/json"
	"time"

	"github.com/bwmarrin/discordgo"
)

// place finds the channel where a person acts: their direct message if it has
// no name.
func (s *Server) place(user, channel string) *Channel {
	if channel == "" {
		return s.directOf(user)
	}
	return s.channels[channel]
}

// act makes an interaction, under the lock. m is the message whose component
// was used.
func (s *Server) act(user string, c *Channel, kind int, data object, m *Message) *Interaction {
	i := &Interaction{
		ID: s.ID(), Token: "secret-token-" + s.ID(), User: user, Guild: c.Guild, Channel: c.ID, Type: kind, At: time.Now(),
		done: make(chan struct{}),
	}
	u := s.users[user]
	shown := s.channelJSON(c)
	p := object{
		"id": i.ID, "application_id": AppID, "type": kind, "token": i.Token, "version": 1, "data": data, "channel_id": c.ID, "channel": shown,
		"locale": u.Locale, "entitlements": []any{}, "entitlement_sku_ids": []any{}, "attachment_size_limit": 10 << 20,
	}
	owners := object{}
	if u.Installed {
		owners["1"] = user
	}
	if c.Type == DM {
		p["user"], p["context"], p["app_permissions"] = s.userJSON(user), inBotDM, bits(inDM)
		if s.together(user) {
			owners["0"] = "0"
		}
	} else {
		s.inGuild(p, owners, user, c)
	}
	p["authorizing_integration_owners"] = owners
	if m != nil {
		i.Pressed = m.ID
		p["message"] = s.messageJSON(m)
	}
	i.payload = p
	s.acts[i.Token] = i
	return i
}

// inGuild adds to a payload what an interaction in a guild has.
func (s *Server) inGuild(p, owners object, user string, c *Channel) {
	g := s.guilds[c.Guild]
	member := object{}
	if m := g.members[user]; m != nil {
		member = s.memberJSON(m)
	}
	member["permissions"] = bits(s.may(user, c))
	p["channel"].(object)["permissions"] = member["permissions"]
	p["guild_id"], p["guild_locale"], p["context"], p["member"] = g.ID, g.Locale, inGuild, member
	p["guild"] = object{"id": g.ID, "locale": g.Locale, "features": []any{}}
	p["app_permissions"] = bits(s.may(BotID, c))
	if g.Without {
		p["app_permissions"] = bits(discordgo.PermissionEmbedLinks | discordgo.PermissionAttachFiles | discordgo.PermissionMentionEveryone)
		return
	}
	owners["0"] = g.ID
}

// deliver hands an interaction over and waits for its answer, as long as
// Discord does. It gives the interaction as it stands then.
func (s *Server) deliver(i *Interaction) Interaction {
	s.t.Helper()
	s.mu.Lock()
	door := s.door
	s.mu.Unlock()
	if door == nil {
		s.t.Fatal("no way in was opened")
	}
	limit := time.NewTimer(s.o.AckTime)
	defer limit.Stop()
	if status, answer := door.deliver(i.Guild, i.payload); status != 0 {
		s.answered(i, status, answer)
	}
	select {
	case <-i.done:
	case <-limit.C:
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if !i.Answered && !i.Failed {
		s.violate(Call{Method: "interaction", Path: i.ID, Guild: i.Guild, Channel: i.Channel}, "no answer within %v", s.o.AckTime)
		s.fail(i)
	}
	return *i
}

// Payload is the JSON that an interaction is delivered as.
func (s *Server) Payload(i Interaction) []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	raw, _ := json.Marshal(i.payload)
	return raw
}

// Repeat delivers an interaction once more, by another door if one is given,
// as Discord now and then does. It gives what HTTP answered; what the answer
// says is not carried out.
func (s *Server) Repeat(i Interaction, by ...Door) (status int, answer []byte) {
	s.mu.Lock()
	door := s.door
	s.mu.Unlock()
	if len(by) > 0 {
		door = by[0]
	}
	return door.deliver(i.Guild, i.payload)
}

// Interaction gives an interaction as it stands now.
func (s *Server) Interaction(i Interaction) Interaction {
	s.mu.Lock()
	defer s.mu.Unlock()
	return *s.acts[i.Token]
}

// AwaitReply waits until an interaction was answered with a message that shows
// something, or has changed the message pressed, and gives that message.
func (s *Server) AwaitReply(i Interaction) Message {
	s.t.Helper()
	var out Message
	s.Await("an answer to the interaction "+i.ID, func() bool {
		now := s.acts[i.Token]
		m := s.messages[now.Message]
		if m == nil || m.Waiting || now.Answer == AnswerDeferredPress && m.Edited.Before(now.At) {
			return false
		}
		out = *m
		return true
	})
	return out
}

// AwaitFollowUp waits until at least n messages were added to the answer of an
// interaction and gives them.
func (s *Server) AwaitFollowUp(i Interaction, n int) []Message {
	s.t.Helper()
	var out []Message
	s.Await("follow-ups to the interaction "+i.ID, func() bool {
		out = nil
		for _, id := range s.acts[i.Token].Followups {
			out = append(out, *s.messages[id])
		}
		return len(out) >= n
	})
	return out
}
