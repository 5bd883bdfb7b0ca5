package fakeslack

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// maxText is where Slack cuts the text of a message.
const maxText = 40_000

// content checks what a message says and gives its blocks.
func (s *Server) content(q *request) (blocks json.RawMessage, answer object, said fail) {
	text, raw := q.get("text"), q.get("blocks")
	switch {
	case text == "" && raw == "":
		return nil, nil, "no_text"
	case len([]rune(text)) > maxText:
		return nil, nil, "msg_too_long"
	}
	if raw == "" {
		return nil, nil, ""
	}
	if problems := ValidateMessage([]byte(raw)); len(problems) > 0 {
		s.t.Errorf("%s: invalid_blocks: %s\n%s", q.method, strings.Join(problems, "; "), raw)
		return nil, object{"response_metadata": object{"messages": problems}}, "invalid_blocks"
	}
	return s.named(compact(raw)), nil, ""
}

// named gives every block an id, as Slack does.
func (s *Server) named(raw json.RawMessage) json.RawMessage {
	var blocks []object
	_ = json.Unmarshal(raw, &blocks)
	for _, b := range blocks {
		if id, _ := b["block_id"].(string); id == "" {
			b["block_id"] = s.id("b")
		}
	}
	out, _ := json.Marshal(blocks)
	return out
}

func (s *Server) postMessage(q *request) (object, fail) {
	c, said := s.writable(q, q.get("channel"))
	if said != "" {
		return nil, said
	}
	blocks, answer, said := s.content(q)
	if said != "" {
		return answer, said
	}
	metadata, said := checkMetadata(q.get("metadata"))
	if said != "" {
		return nil, said
	}
	if said := s.pace(q, c); said != "" {
		return nil, said
	}
	thread := q.get("thread_ts")
	if thread != "" && s.message(c.ID, thread) == nil {
		return nil, "thread_not_found"
	}
	m := &Message{
		Channel: c.ID, TS: s.ts(), Thread: thread, Text: q.get("text"), User: q.team.Bot, Blocks: blocks, Metadata: metadata,
		Markup: q.get("mrkdwn") != "false", At: time.Now(),
	}
	s.noteUnfurl(q)
	s.messages[c.ID] = append(s.messages[c.ID], m)
	return object{"channel": c.ID, "ts": m.TS, "message": s.shown(m, false)}, ""
}

// noteUnfurl fails a test whose messages would show previews.
func (s *Server) noteUnfurl(q *request) {
	if q.get("unfurl_links") != "false" || q.get("unfurl_media") != "false" {
		s.t.Errorf("%s: links would be unfurled", q.method)
	}
}

// writable finds a channel that the bot may write to.
func (s *Server) writable(q *request, id string) (*Channel, fail) {
	c := s.channels[id]
	switch {
	case c == nil, c.Deleted, c.Team != q.team.ID, c.Private && !c.Member:
		return nil, "channel_not_found"
	case c.Archived:
		return nil, "is_archived"
	case !c.Member && !c.IM:
		return nil, "not_in_channel"
	}
	return c, ""
}

func checkMetadata(raw string) (json.RawMessage, fail) {
	if raw == "" {
		return nil, ""
	}
	if len(raw) > 8<<10 {
		return nil, "metadata_too_large"
	}
	var m struct {
		Type    string `json:"event_type"`
		Payload object `json:"event_payload"`
	}
	if json.Unmarshal([]byte(raw), &m) != nil || m.Type == "" || m.Payload == nil {
		return nil, "invalid_metadata_format"
	}
	return compact(raw), ""
}

// slack is how much sooner than the limit says a message may come: clocks of
// sender and server differ by the time of a call.
const slack = 3 * time.Millisecond

// pace keeps the limits of channels and workspaces.
func (s *Server) pace(q *request, c *Channel) fail {
	now := time.Now()
	if s.o.ChannelInterval > 0 {
		if span := now.Sub(c.last); !c.last.IsZero() && span < s.o.ChannelInterval-slack {
			s.broken = append(s.broken, Violation{q.call, fmt.Sprintf("a message %v after the last", span)})
			return "ratelimited"
		}
	}
	if most := s.o.WorkspacePerMinute; most > 0 {
		recent := s.minute[q.team.ID]
		for len(recent) > 0 && now.Sub(recent[0]) > time.Minute {
			recent = recent[1:]
		}
		if len(recent) >= most {
			return "ratelimited"
		}
		s.minute[q.team.ID] = append(recent, now)
	}
	c.last = now
	return ""
}

func (s *Server) message(channel, ts string) *Message {
	for _, m := range s.messages[channel] {
		if m.TS == ts && !m.Gone {
			return m
		}
	}
	return nil
}

// shown is a message as the API gives it.
func (s *Server) shown(m *Message, metadata bool) object {
	out := object{"type": "message", "ts": m.TS, "text": m.Text, "user": m.User, "bot_id": "B", "app_id": AppID}
	if m.Blocks != nil {
		out["blocks"] = m.Blocks
	}
	if m.Thread != "" {
		out["thread_ts"] = m.Thread
	}
	if metadata && m.Metadata != nil {
		out["metadata"] = m.Metadata
	}
	n := 0
	for _, r := range s.messages[m.Channel] {
		if r.Thread == m.TS && !r.Gone {
			n++
		}
	}
	if n > 0 {
		out["reply_count"] = n
		out["thread_ts"] = m.TS
	}
	return out
}

func (s *Server) postEphemeral(q *request) (object, fail) {
	c, said := s.writable(q, q.get("channel"))
	if said != "" {
		return nil, said
	}
	if s.users[q.get("user")] == nil {
		return nil, "user_not_in_channel"
	}
	blocks, answer, said := s.content(q)
	if said != "" {
		return answer, said
	}
	m := &Message{
		Channel: c.ID, TS: s.ts(), To: q.get("user"), Text: q.get("text"), User: q.team.Bot, Blocks: blocks,
		Markup: q.get("mrkdwn") != "false", At: time.Now(), Thread: q.get("thread_ts"),
	}
	s.private = append(s.private, m)
	return object{"message_ts": m.TS}, ""
}

func (s *Server) update(q *request) (object, fail) {
	m := s.message(q.get("channel"), q.get("ts"))
	if m == nil {
		return nil, "message_not_found"
	}
	if m.User != q.team.Bot {
		return nil, "cant_update_message"
	}
	blocks, answer, said := s.content(q)
	if said != "" {
		return answer, said
	}
	m.Text, m.Blocks, m.Edits = q.get("text"), blocks, m.Edits+1
	return object{"channel": m.Channel, "ts": m.TS, "text": m.Text}, ""
}

// replyTo is what a response_url answers.
type replyTo struct {
	team, user, channel string
	message             *Message // below whose button it was pressed
	uses                int
	made                time.Time
}

// responseURL makes one.
func (s *Server) responseURL(r replyTo) string {
	id := s.id("secret-response-")
	r.made = time.Now()
	s.replies[id] = &r
	return s.http.URL + "/response/" + id
}

// The life of a response_url.
const (
	responseUses = 5
	responseTime = 30 * time.Minute
)

func (s *Server) serveResponse(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	s.mu.Lock()
	defer s.mu.Unlock()
	defer s.wake()
	to := s.replies[r.PathValue("id")]
	if to == nil || to.uses >= responseUses || time.Since(to.made) > responseTime {
		http.Error(w, "used_url", http.StatusNotFound)
		return
	}
	to.uses++
	var msg struct {
		Text    string          `json:"text"`
		Type    string          `json:"response_type"`
		Replace bool            `json:"replace_original"`
		Delete  bool            `json:"delete_original"`
		Blocks  json.RawMessage `json:"blocks"`
		Markup  *bool           `json:"mrkdwn"`
	}
	if err := json.Unmarshal(body, &msg); err != nil {
		http.Error(w, "invalid_payload", http.StatusBadRequest)
		return
	}
	if msg.Blocks != nil {
		if problems := ValidateMessage(msg.Blocks); len(problems) > 0 {
			s.t.Errorf("response_url: invalid_blocks: %s\n%s", strings.Join(problems, "; "), msg.Blocks)
			http.Error(w, "invalid_blocks", http.StatusBadRequest)
			return
		}
		msg.Blocks = s.named(msg.Blocks)
	}
	switch {
	case msg.Delete && to.message != nil:
		to.message.Gone = true
	case msg.Replace && to.message != nil:
		to.message.Text, to.message.Blocks, to.message.Edits = msg.Text, msg.Blocks, to.message.Edits+1
	default:
		m := &Message{
			Channel: to.channel, TS: s.ts(), User: s.teams[to.team].Bot, Text: msg.Text, Blocks: msg.Blocks,
			Markup: msg.Markup == nil || *msg.Markup, At: time.Now(),
		}
		if msg.Type == "in_channel" {
			s.messages[to.channel] = append(s.messages[to.channel], m)
		} else {
			m.To = to.user
			s.private = append(s.private, m)
		}
	}
	_, _ = io.WriteString(w, "ok")
}
