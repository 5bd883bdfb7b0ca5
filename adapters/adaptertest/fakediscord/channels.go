package fakediscord

import (
	"slices"
	"strconv"
	"time"

	"github.com/bwmarrin/discordgo"
)

func (s *Server) openDirect(q *request) (any, *refusal) {
	id, _ := q.body["recipient_id"].(string)
	switch u := s.users[id]; {
	case !snowflake(id):
		return nil, (&form{}).no("recipient_id", "NUMBER_TYPE_COERCE", "Value is not snowflake.").refusal()
	case u == nil:
		return nil, refuse(404, 10013, "Unknown User")
	case u.Bot:
		return nil, refuse(400, 50007, "Cannot send messages to this user")
	}
	return s.channelJSON(s.directOf(id)), nil
}

func (s *Server) getChannel(q *request) (any, *refusal) {
	c, no := s.seen(q.path("channel"))
	if no != nil {
		return nil, no
	}
	return s.channelJSON(c), nil
}

// patchChannel changes a thread: whether it is archived or locked, and its name.
func (s *Server) patchChannel(q *request) (any, *refusal) {
	c, no := s.seen(q.path("channel"))
	if no != nil {
		return nil, no
	}
	if !c.Thread() {
		return nil, refuse(403, 50013, "Missing Permissions")
	}
	perms := s.may(BotID, c)
	manages := perms&discordgo.PermissionManageThreads != 0
	archived, opens := q.body["archived"].(bool)
	only := opens && !archived && len(q.body) == 1
	switch {
	case manages, c.Owner == BotID && !c.Locked && !q.has("locked"):
	case only && !c.Locked && perms&discordgo.PermissionSendMessagesInThreads != 0:
	case c.Locked:
		return nil, refuse(400, 160005, "This thread is locked")
	default:
		return nil, refuse(403, 50013, "Missing Permissions")
	}
	if !opens {
		archived = c.Archived
	}
	if archived && c.Archived {
		return nil, refuse(400, 50083, "Thread is archived")
	}
	f := &form{}
	name := f.text(q.body, "", "name", 0, 100)
	if minutes := number(q.body, "auto_archive_duration"); q.has("auto_archive_duration") {
		f.duration(minutes)
		c.AutoArchive = minutes
	}
	if no := f.refusal(); no != nil {
		return nil, no
	}
	if name != "" {
		c.Name = name
	}
	locked := c.Locked
	if v, ok := q.body["locked"].(bool); ok {
		locked = v
	}
	s.archive(c, archived, locked)
	return s.channelJSON(c), nil
}

// duration checks after how many minutes a thread is archived.
func (f *form) duration(minutes int) {
	if !slices.Contains([]int{60, 1440, 4320, 10080}, minutes) {
		f.no("auto_archive_duration", "BASE_TYPE_CHOICES", "Value must be one of (60, 1440, 4320, 10080).")
	}
}

// archive changes a thread's state and tells of it.
func (s *Server) archive(c *Channel, archived, locked bool) {
	if c.Archived != archived {
		c.ArchivedAt = time.Now()
	}
	c.Archived, c.Locked = archived, locked
	s.emit(c.Guild, "THREAD_UPDATE", s.channelJSON(c))
}

// maxThreadName: https://discord.com/developers/docs/resources/channel#start-thread-in-forum-or-media-channel
const maxThreadName = 100

// postThread starts a thread; in a forum, with its first message.
func (s *Server) postThread(q *request) (any, *refusal) {
	first, _ := q.body["message"].(object)
	parent, no := s.writable(q.path("channel"), needs(q, first))
	if no != nil {
		return nil, no
	}
	forum := parent.Type == Forum || parent.Type == Media
	f := &form{}
	t := &Channel{ID: s.ID(), Type: PublicThread, Guild: parent.Guild, Parent: parent.ID, Owner: BotID, AutoArchive: 4320}
	t.Name = f.text(q.body, "", "name", 1, maxThreadName)
	if q.has("auto_archive_duration") {
		t.AutoArchive = number(q.body, "auto_archive_duration")
		f.duration(t.AutoArchive)
	}
	if forum && first == nil {
		f.no("message", "BASE_TYPE_REQUIRED", "This field is required")
	}
	if no := f.refusal(); no != nil {
		return nil, no
	}
	tags, _ := q.body["applied_tags"].([]any)
	switch {
	case !forum && parent.Type != Text && parent.Type != Announcement:
		return nil, refuse(400, 50024, "Cannot execute action on this channel type")
	case forum && parent.RequireTag && len(tags) == 0:
		return nil, refuse(400, 40067, "A tag is required to create a forum post in this channel")
	case !forum && s.may(BotID, parent)&discordgo.PermissionCreatePublicThreads == 0:
		return nil, refuse(403, 50013, "Missing Permissions")
	}
	if !forum {
		s.channels[t.ID] = t
		s.created(t)
		return s.channelJSON(t), nil
	}
	// The first message has the id of the post.
	m, no := s.compose(q, first, Message{ID: t.ID, Channel: t.ID, Guild: t.Guild, Author: BotID})
	if no != nil {
		return nil, no
	}
	s.channels[t.ID] = t
	s.add(&m)
	s.created(t)
	out := s.channelJSON(t)
	out["message"] = s.messageJSON(&m)
	return out, nil
}

// created tells of a new thread.
func (s *Server) created(t *Channel) {
	told := s.channelJSON(t)
	told["newly_created"] = true
	s.emit(t.Guild, "THREAD_CREATE", told)
}

// getArchived gives the archived threads of a channel, latest archived first.
func (s *Server) getArchived(q *request) (any, *refusal) {
	c, allowed, no := s.history(q.path("channel"))
	switch {
	case no != nil:
		return nil, no
	case !allowed:
		return nil, refuse(403, 50013, "Missing Permissions")
	}
	limit, no := limitOf(q, 50, 100)
	if no != nil {
		return nil, no
	}
	before := time.Now().Add(time.Hour)
	if text := q.query("before"); text != "" {
		t, err := time.Parse(time.RFC3339, text)
		if err != nil {
			return nil, (&form{}).no("before", "DATE_TIME_TYPE_PARSE", "Could not parse "+strconv.Quote(text)+". Should be ISO8601.").refusal()
		}
		before = t
	}
	var list []*Channel
	for _, t := range s.channels {
		if t.Parent == c.ID && t.Type == PublicThread && t.Archived && !t.Deleted && t.ArchivedAt.Before(before) {
			list = append(list, t)
		}
	}
	slices.SortFunc(list, func(a, b *Channel) int { return b.ArchivedAt.Compare(a.ArchivedAt) })
	out := []object{}
	for _, t := range list[:min(limit, len(list))] {
		out = append(out, s.channelJSON(t))
	}
	return object{"threads": out, "members": []any{}, "has_more": len(list) > limit}, nil
}
