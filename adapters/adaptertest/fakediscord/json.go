package fakediscord

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"time"
)

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// shardOf is the shard that a guild's events go to.
func shardOf(guild string, count int) int {
	if guild == "" || count < 1 {
		return 0
	}
	id, _ := strconv.ParseUint(guild, 10, 64)
	return int(id >> 22 % uint64(count))
}

func stamp(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UTC().Format("2006-01-02T15:04:05.000000+00:00")
}

// since is when an id was made.
func since(id string) time.Time {
	n, _ := strconv.ParseInt(id, 10, 64)
	return time.UnixMilli(n>>22 + epoch)
}

func bits(n int64) string { return strconv.FormatInt(n, 10) }

// orEmpty gives a list, never null.
func orEmpty(raw json.RawMessage) json.RawMessage {
	if len(raw) == 0 || string(raw) == "null" {
		return json.RawMessage("[]")
	}
	return raw
}

func nullable(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func (s *Server) userJSON(id string) object {
	u := s.users[id]
	if u == nil {
		u = &User{ID: id, Name: "unknown"}
	}
	out := object{
		"id": u.ID, "username": u.Name, "global_name": u.Name, "discriminator": "0", "avatar": nil, "public_flags": 0, "flags": 0,
		"banner": nil, "accent_color": nil, "avatar_decoration_data": nil, "collectibles": nil, "primary_guild": nil,
	}
	if u.Bot {
		out["bot"] = true
	}
	return out
}

func (s *Server) memberJSON(m *Member) object {
	return object{
		"user": s.userJSON(m.User), "nick": nil, "avatar": nil, "banner": nil, "roles": append([]string{}, m.Roles...), "joined_at": stamp(since(m.Guild)),
		"premium_since": nil, "deaf": false, "mute": false, "flags": 0, "pending": false, "communication_disabled_until": nil,
	}
}

func (s *Server) roleJSON(r *Role) object {
	return object{
		"id": r.ID, "name": r.Name, "color": 0, "colors": object{"primary_color": 0, "secondary_color": nil, "tertiary_color": nil}, "hoist": false, "icon": nil, "unicode_emoji": nil, "position": slices.Index(s.guilds[r.Guild].roles, r.ID),
		"permissions": bits(r.Permissions), "managed": false, "mentionable": r.Mentionable, "flags": 0,
	}
}

func (s *Server) channelJSON(c *Channel) object {
	out := object{"id": c.ID, "type": c.Type, "last_message_id": nullable(c.last), "flags": 0}
	if c.Type == DM {
		out["recipients"] = []object{s.userJSON(c.With)}
		return out
	}
	out["guild_id"], out["name"], out["parent_id"] = c.Guild, c.Name, nullable(c.Parent)
	out["rate_limit_per_user"] = 0
	if c.Thread() {
		out["owner_id"], out["message_count"], out["member_count"], out["total_message_sent"] = c.Owner, len(s.order[c.ID]), 1, len(s.order[c.ID])
		meta := object{
			"archived": c.Archived, "locked": c.Locked, "auto_archive_duration": c.AutoArchive,
			"archive_timestamp": stamp(later(c.ArchivedAt, since(c.ID))), "create_timestamp": stamp(since(c.ID)),
		}
		if c.Type == PrivateThread {
			meta["invitable"] = true
		}
		out["thread_metadata"], out["applied_tags"] = meta, []string{}
		return out
	}
	overwrites := []object{}
	for _, o := range c.Overwrites {
		kind := 0
		if o.Member {
			kind = 1
		}
		overwrites = append(overwrites, object{"id": o.ID, "type": kind, "allow": bits(o.Allow), "deny": bits(o.Deny)})
	}
	out["position"], out["permission_overwrites"], out["nsfw"], out["topic"] = 0, overwrites, false, nil
	if c.Type == Forum || c.Type == Media {
		if c.RequireTag {
			out["flags"] = 1 << 4
		}
		out["available_tags"], out["default_reaction_emoji"], out["default_sort_order"], out["default_forum_layout"] = []any{}, nil, nil, 0
	}
	return out
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func (s *Server) messageJSON(m *Message) object {
	out := object{
		"id": m.ID, "channel_id": m.Channel, "author": s.userJSON(m.Author), "content": m.Content, "timestamp": stamp(m.At),
		"edited_timestamp": stamp(m.Edited), "tts": false, "mention_everyone": slices.Contains(m.Pinged, "everyone"), "mentions": s.mentioned(m),
		"mention_roles": s.mentionedRoles(m), "attachments": attachments(m), "embeds": orEmpty(m.Embeds), "components": orEmpty(m.Components),
		"pinned": false, "type": 0, "flags": m.Flags,
	}
	if m.Interaction != "" {
		i := s.acts[m.Interaction]
		out["type"] = 20
		out["webhook_id"], out["application_id"] = AppID, AppID
		out["interaction_metadata"] = object{"id": i.ID, "type": i.Type, "user": s.userJSON(i.User), "authorizing_integration_owners": i.payload["authorizing_integration_owners"]}
	}
	return out
}

func (s *Server) mentioned(m *Message) []object {
	out := []object{}
	for _, id := range m.Pinged {
		if s.users[id] != nil {
			out = append(out, s.userJSON(id))
		}
	}
	return out
}

func (s *Server) mentionedRoles(m *Message) []string {
	out := []string{}
	for _, id := range m.Pinged {
		if s.roles[id] != nil {
			out = append(out, id)
		}
	}
	return out
}

func attachments(m *Message) []object {
	out := []object{}
	for i, f := range m.Files {
		address := "https://cdn.discordapp.com/attachments/" + m.Channel + "/" + m.ID + "/" + f.Name
		out = append(out, object{"id": m.ID + strconv.Itoa(i), "filename": f.Name, "size": len(f.Data), "url": address, "proxy_url": address})
	}
	return out
}

// guildJSON is a guild as REST gives it.
func (s *Server) guildJSON(g *Guild) object {
	roles := []object{}
	for _, id := range g.roles {
		roles = append(roles, s.roleJSON(s.roles[id]))
	}
	return object{
		"id": g.ID, "name": g.Name, "owner_id": g.Owner, "icon": nil, "splash": nil, "discovery_splash": nil, "description": nil, "banner": nil,
		"afk_channel_id": nil, "afk_timeout": 300, "verification_level": 0, "default_message_notifications": 0, "explicit_content_filter": 0,
		"roles": roles, "emojis": []any{}, "stickers": []any{}, "features": []any{}, "mfa_level": 0, "application_id": nil, "system_channel_id": nil,
		"system_channel_flags": 0, "rules_channel_id": nil, "vanity_url_code": nil, "premium_tier": 0, "premium_subscription_count": 0,
		"preferred_locale": cmp.Or(g.Locale, "en-US"), "public_updates_channel_id": nil, "nsfw": false, "nsfw_level": 0, "premium_progress_bar_enabled": false,
		"home_header": nil, "region": "us-west", "widget_enabled": false, "widget_channel_id": nil, "max_presences": nil, "max_members": 500_000,
		"max_stage_video_channel_users": 50, "max_video_channel_users": 25, "safety_alerts_channel_id": nil, "incidents_data": nil,
	}
}

// guildCreate is a guild as the gateway tells it.
func (s *Server) guildCreate(g *Guild) object {
	out := s.guildJSON(g)
	channels, threads := []object{}, []object{}
	for _, id := range sortedKeys(s.channels) {
		switch c := s.channels[id]; {
		case c.Guild != g.ID || c.Deleted:
		case c.Thread():
			if !c.Archived {
				threads = append(threads, s.channelJSON(c))
			}
		default:
			channels = append(channels, s.channelJSON(c))
		}
	}
	members := []object{}
	if m := g.members[BotID]; m != nil {
		members = append(members, s.memberJSON(m))
	}
	out["joined_at"], out["large"], out["unavailable"], out["member_count"] = stamp(since(g.ID)), false, false, len(g.members)
	out["channels"], out["threads"], out["members"] = channels, threads, members
	for _, name := range []string{"voice_states", "presences", "stage_instances", "guild_scheduled_events", "soundboard_sounds"} {
		out[name] = []any{}
	}
	return out
}
