package fakediscord

import (
	"encoding/json"
	"regexp"
	"slices"
	"strconv"
	"time"

	"github.com/bwmarrin/discordgo"
)

// nonceTime is how long a nonce is remembered: "a few minutes".
// https://discord.com/developers/docs/resources/message#create-message
const nonceTime = 2 * time.Minute

// nonce remembers what a message with it became.
type nonce struct {
	at      time.Time
	message *Message
}

// compose makes a message of a body, or changes old by it: what the body does
// not name stays.
func (s *Server) compose(q *request, body object, old Message) (Message, *refusal) {
	m := old
	m.Pinged, m.Files = slices.Clone(old.Pinged), slices.Concat(kept(old, body), q.files)
	f := &form{}
	checkMessage(f, body, len(q.files))
	if no := f.refusal(); no != nil {
		return m, no
	}
	set := func(name string, to *json.RawMessage) {
		if v, ok := body[name]; ok {
			*to, _ = json.Marshal(v)
		}
	}
	if v, ok := body["content"]; ok {
		m.Content, _ = v.(string)
	}
	set("embeds", &m.Embeds)
	set("components", &m.Components)
	set("allowed_mentions", &m.Mentions)
	if v, ok := body["flags"].(float64); ok {
		m.Flags = m.Flags&flagEphemeral | int(v)&^flagEphemeral
	}
	m.Embeds, m.Components = rich(m.Embeds), s.numbered(m.Components)
	if m.Content == "" && empty(m.Embeds) && len(m.Files) == 0 && empty(m.Components) {
		return m, &refusal{status: 400, code: 50006, message: "Cannot send an empty message", blame: true}
	}
	return m, nil
}

// kept are the files of a message that an edit keeps: all, but if it lists
// attachments those.
func kept(old Message, body object) []File {
	list, given := body["attachments"].([]any)
	if !given {
		return old.Files
	}
	var out []File
	for i, a := range attachments(&old) {
		if slices.ContainsFunc(list, func(v any) bool { o, _ := v.(object); return o["id"] == a["id"] }) {
			out = append(out, old.Files[i])
		}
	}
	return out
}

func empty(raw json.RawMessage) bool { return string(orEmpty(raw)) == "[]" }

// rich gives embeds the type that Discord gives them.
func rich(raw json.RawMessage) json.RawMessage {
	var list []object
	if json.Unmarshal(raw, &list) != nil {
		return raw
	}
	for _, e := range list {
		e["type"] = "rich"
	}
	out, _ := json.Marshal(list)
	return out
}

// numbered gives components an id, as Discord does.
func (s *Server) numbered(raw json.RawMessage) json.RawMessage {
	var list []any
	if json.Unmarshal(raw, &list) != nil {
		return raw
	}
	n := 0
	var mark func(any)
	mark = func(v any) {
		switch v := v.(type) {
		case []any:
			for _, e := range v {
				mark(e)
			}
		case object:
			if v["type"] != nil {
				n++
				v["id"] = n
			}
			if kind := number(v, "type"); kind == compSelect || kind > compInput && kind <= compLast {
				orOne(v, "min_values")
				orOne(v, "max_values")
			}
			mark(v["components"])
		}
	}
	mark(list)
	out, _ := json.Marshal(list)
	return out
}

func orOne(o object, name string) {
	if o[name] == nil {
		o[name] = 1
	}
}

// needs is what the bot must be allowed beyond writing, to post this.
func needs(q *request, body object) int64 {
	var need int64
	if list, _ := body["embeds"].([]any); len(list) > 0 {
		need |= discordgo.PermissionEmbedLinks
	}
	if len(q.files) > 0 {
		need |= discordgo.PermissionAttachFiles
	}
	return need
}

func (s *Server) postMessage(q *request) (any, *refusal) {
	c, no := s.writable(q.path("channel"), needs(q, q.body))
	if no != nil {
		return nil, no
	}
	if c.Type == Forum || c.Type == Media {
		return nil, refuse(400, 50008, "Cannot send messages in a non-text channel")
	}
	word := nonceOf(q.body)
	key := c.ID + " " + word
	if enforced, _ := q.body["enforce_nonce"].(bool); enforced && word != "" {
		if n, ok := s.nonces[key]; ok && time.Since(n.at) < nonceTime && !n.message.Gone {
			return s.messageJSON(n.message), nil
		}
	}
	m, no := s.compose(q, q.body, Message{Channel: c.ID, Guild: c.Guild, Author: BotID, Nonce: word})
	if no != nil {
		return nil, no
	}
	s.add(&m)
	if word != "" {
		s.nonces[key] = nonce{time.Now(), &m}
	}
	out := s.messageJSON(&m)
	if word != "" {
		out["nonce"] = word
	}
	return out, nil
}

func nonceOf(body object) string {
	switch v := body["nonce"].(type) {
	case string:
		return v
	case float64:
		return strconv.FormatFloat(v, 'f', 0, 64)
	}
	return ""
}

// add stores a message and tells of it.
func (s *Server) add(m *Message) {
	if m.ID == "" {
		m.ID = s.ID()
	}
	m.At = time.Now()
	m.Pinged = s.pings(m)
	s.messages[m.ID] = m
	s.order[m.Channel] = append(s.order[m.Channel], m)
	c := s.channels[m.Channel]
	if m.To == "" {
		c.last = m.ID
		if m.Author == BotID {
			s.posted++
		}
	}
	s.tell(c, m, "MESSAGE_CREATE")
}

// tell tells of a message in a direct message, which is all that the app asks
// for.
func (s *Server) tell(c *Channel, m *Message, event string) {
	if c.Type == DM && m.To == "" {
		s.emit("", event, s.messageJSON(m))
	}
}

var mention = regexp.MustCompile(`<@(&|!?)([0-9]+)>|@everyone|@here`)

// pings are the roles and people that a message tells of itself:
// https://discord.com/developers/docs/resources/message#allowed-mentions-object
func (s *Server) pings(m *Message) []string {
	allowed := struct {
		Parse, Roles, Users []string
	}{Parse: []string{"roles", "users", "everyone"}}
	if m.Mentions != nil && string(m.Mentions) != "null" {
		allowed.Parse = nil
		_ = json.Unmarshal(m.Mentions, &allowed)
	}
	broad := s.may(m.Author, s.channels[m.Channel])&discordgo.PermissionMentionEveryone != 0
	var out []string
	for _, found := range mention.FindAllStringSubmatch(m.Content, -1) {
		id, ok := found[2], false
		switch {
		case id == "":
			id, ok = "everyone", broad && slices.Contains(allowed.Parse, "everyone")
		case found[1] == "&":
			r := s.roles[id]
			ok = r != nil && (r.Mentionable || broad) && (slices.Contains(allowed.Parse, "roles") || slices.Contains(allowed.Roles, id))
		default:
			ok = slices.Contains(allowed.Parse, "users") || slices.Contains(allowed.Users, id)
		}
		if ok && !slices.Contains(out, id) {
			out = append(out, id)
		}
	}
	return out
}

// found finds a message that is not ephemeral.
func (s *Server) found(channel, id string) (*Message, *refusal) {
	m := s.messages[id]
	if m == nil || m.Channel != channel || m.Gone || m.To != "" || m.Waiting {
		return nil, refuse(404, 10008, "Unknown Message")
	}
	return m, nil
}

// readable finds a channel whose messages the bot may read.
func (s *Server) history(id string) (c *Channel, allowed bool, no *refusal) {
	if c, no = s.seen(id); no != nil {
		return nil, false, no
	}
	return c, s.may(BotID, c)&discordgo.PermissionReadMessageHistory != 0, nil
}

func (s *Server) getMessage(q *request) (any, *refusal) {
	c, allowed, no := s.history(q.path("channel"))
	switch {
	case no != nil:
		return nil, no
	case !allowed:
		return nil, refuse(403, 50013, "Missing Permissions")
	}
	m, no := s.found(c.ID, q.path("message"))
	if no != nil {
		return nil, no
	}
	return s.messageJSON(m), nil
}

func (s *Server) getMessages(q *request) (any, *refusal) {
	c, allowed, no := s.history(q.path("channel"))
	if no != nil {
		return nil, no
	}
	limit, no := limitOf(q, 50, 100)
	if no != nil {
		return nil, no
	}
	out := []object{}
	if !allowed {
		return out, nil
	}
	list := s.page(s.order[c.ID], q.query("before"), q.query("after"), limit)
	for _, m := range slices.Backward(list) {
		out = append(out, s.messageJSON(m))
	}
	return out, nil
}

// page gives messages before or after one, those next to it; else the newest.
func (s *Server) page(list []*Message, before, after string, limit int) []*Message {
	var out []*Message
	for _, m := range list {
		if m.Gone || m.To != "" || m.Waiting || before != "" && !older(m.ID, before) || after != "" && !older(after, m.ID) {
			continue
		}
		out = append(out, m)
	}
	if after != "" {
		return out[:min(limit, len(out))]
	}
	return out[max(0, len(out)-limit):]
}

// older compares ids, which need not have the same length.
func older(a, b string) bool {
	if len(a) != len(b) {
		return len(a) < len(b)
	}
	return a < b
}

func limitOf(q *request, usual, most int) (int, *refusal) {
	text := q.query("limit")
	if text == "" {
		return usual, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > most {
		return 0, (&form{}).no("limit", "NUMBER_TYPE_MAX", "int value should be between 1 and "+strconv.Itoa(most)+".").refusal()
	}
	return n, nil
}

func (s *Server) patchMessage(q *request) (any, *refusal) {
	c, no := s.seen(q.path("channel"))
	if no != nil {
		return nil, no
	}
	m, no := s.found(c.ID, q.path("message"))
	switch {
	case no != nil:
		return nil, no
	case m.Author != BotID:
		return nil, refuse(403, 50005, "Cannot edit a message authored by another user")
	case c.Thread() && c.Archived:
		return nil, refuse(400, 50083, "Thread is archived")
	}
	return s.edited(q, m, q.body)
}

// edited changes a message.
func (s *Server) edited(q *request, m *Message, body object) (any, *refusal) {
	next, no := s.compose(q, body, *m)
	if no != nil {
		return nil, no
	}
	next.Edits++
	next.Edited = time.Now()
	waited := m.Waiting
	next.Waiting = false
	*m = next
	if waited {
		m.Pinged = s.pings(m)
		s.tell(s.channels[m.Channel], m, "MESSAGE_CREATE")
	} else {
		s.tell(s.channels[m.Channel], m, "MESSAGE_UPDATE")
	}
	return s.messageJSON(m), nil
}
