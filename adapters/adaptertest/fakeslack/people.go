package fakeslack

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

func (s *Server) deliver(kind string, payload object) json.RawMessage {
	s.t.Helper()
	s.mu.Lock()
	door := s.door
	s.mu.Unlock()
	if door == nil {
		s.t.Fatal("no way in was opened")
	}
	answer, ok := door.deliver(kind, payload)
	if !ok {
		s.t.Errorf("the app did not take %s", kind)
	}
	return answer
}

func (s *Server) user(id string) *User {
	s.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	u := s.users[id]
	if u == nil {
		s.t.Fatalf("there is no user %s", id)
	}
	return u
}

// Command types a slash command in a channel. It gives what acknowledged it.
func (s *Server) Command(user, channel, text string) json.RawMessage {
	s.t.Helper()
	return s.deliver("slash_commands", s.CommandPayload(user, channel, text))
}

// CommandPayload is what Command delivers, for delivering it twice.
func (s *Server) CommandPayload(user, channel, text string) map[string]any {
	u := s.user(user)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.used["commands"] = true
	return object{
		"token": "verification", "team_id": u.Team, "team_domain": "fake", "channel_id": channel, "channel_name": "channel",
		"user_id": user, "user_name": u.Name, "command": "/policy", "text": Slackify(text), "api_app_id": AppID,
		"is_enterprise_install": "false", "trigger_id": s.trigger(), "response_url": s.responseURL(replyTo{team: u.Team, user: user, channel: channel}),
	}
}

// Redeliver hands over a payload of [Server.CommandPayload] again.
func (s *Server) Redeliver(payload map[string]any) { s.deliver("slash_commands", payload) }

// Event tells the app of an event, if it asked for events of that name: its
// type, or "message.im". fields are those of the event beside its type.
func (s *Server) Event(team, name string, fields map[string]any) {
	s.t.Helper()
	if payload := s.EventPayload(team, name, fields); payload != nil {
		s.RedeliverEvent(payload)
	}
}

// RedeliverEvent hands over a payload of [Server.EventPayload], perhaps again.
func (s *Server) RedeliverEvent(payload map[string]any) { s.deliver("events_api", payload) }

// EventPayload is what Event delivers, nil if the app does not ask for it.
func (s *Server) EventPayload(team, name string, fields map[string]any) map[string]any {
	s.t.Helper()
	if !slices.Contains(s.o.Events, name) {
		s.t.Errorf("the app does not ask for the event %s", name)
		return nil
	}
	kind, _, _ := strings.Cut(name, ".")
	event := object{"type": kind, "event_ts": s.ts()}
	maps.Copy(event, fields)
	s.mu.Lock()
	s.noteEvent(name, fields)
	bot := s.teams[team].Bot
	s.mu.Unlock()
	return object{
		"token": "verification", "team_id": team, "api_app_id": AppID, "type": "event_callback", "event_id": s.id("Ev"),
		"event_time": time.Now().Unix(), "event": event, "is_ext_shared_channel": false,
		"authorizations": []object{{"enterprise_id": nil, "team_id": team, "user_id": bot, "is_bot": true, "is_enterprise_install": false}},
	}
}

// noteEvent notes the scope that an event needs.
func (s *Server) noteEvent(name string, fields object) {
	id, _ := fields["channel"].(string)
	c := s.channels[id]
	switch {
	case name == "app_mention":
		s.used["app_mentions:read"] = true
	case name == "message.im":
		s.used["im:history"] = true
	case strings.HasPrefix(name, "group_"), name == "member_joined_channel" && c != nil && c.Private:
		s.used["groups:read"] = true
	case strings.HasPrefix(name, "channel_"), name == "member_joined_channel":
		s.used["channels:read"] = true
	}
}

// Say writes to the bot in the direct message with it.
func (s *Server) Say(user, text string) {
	s.t.Helper()
	u, id := s.user(user), s.OpenDirect(user)
	s.Event(u.Team, "message.im", object{
		"user": user, "text": Slackify(text), "ts": s.ts(), "channel": id, "channel_type": "im", "client_msg_id": s.id("client-"), "team": u.Team,
	})
}

// OpenDirect opens a person's direct message with the bot and gives its channel.
func (s *Server) OpenDirect(user string) string {
	s.t.Helper()
	u := s.user(user)
	s.mu.Lock()
	defer s.mu.Unlock()
	id := s.direct(user)
	if id == "" {
		id = s.id("D")
		s.channels[id] = &Channel{ID: id, Team: u.Team, IM: true, Member: true, With: user}
	}
	return id
}

// Mention writes to the bot in a channel, by its name.
func (s *Server) Mention(user, channel, text string) {
	s.t.Helper()
	u := s.user(user)
	s.mu.Lock()
	bot := s.teams[u.Team].Bot
	s.mu.Unlock()
	s.Event(u.Team, "app_mention", object{
		"user": user, "text": "<@" + bot + "> " + Slackify(text), "ts": s.ts(), "channel": channel, "user_team": u.Team, "source_team": u.Team,
	})
}

// OpenHome opens App Home.
func (s *Server) OpenHome(user string) {
	s.t.Helper()
	u := s.user(user)
	s.Event(u.Team, "app_home_opened", object{"user": user, "channel": "D0", "tab": "home"})
}

// JoinBot lets a person invite the bot to a channel.
func (s *Server) JoinBot(channel string) {
	s.t.Helper()
	s.mu.Lock()
	c := s.channels[channel]
	c.Member = true
	bot := s.teams[c.Team].Bot
	s.mu.Unlock()
	s.Event(c.Team, "member_joined_channel", object{"user": bot, "channel": channel, "channel_type": "C", "team": c.Team})
}

// RemoveBot takes the bot out of a channel.
func (s *Server) RemoveBot(channel string) {
	s.t.Helper()
	s.mu.Lock()
	c := s.channels[channel]
	c.Member = false
	name := "channel_left"
	if c.Private {
		name = "group_left"
	}
	s.mu.Unlock()
	s.Event(c.Team, name, object{"channel": channel, "actor_id": "U0"})
}

// Archive archives a channel, or opens it again.
func (s *Server) Archive(channel string, archived bool) {
	s.t.Helper()
	s.mu.Lock()
	c := s.channels[channel]
	c.Archived = archived
	name := "channel_"
	if c.Private {
		name = "group_"
	}
	s.mu.Unlock()
	if archived {
		name += "archive"
	} else {
		name += "unarchive"
	}
	s.Event(c.Team, name, object{"channel": channel, "user": "U0"})
}

// Revoke makes the token of a workspace worthless, and tells nobody.
func (s *Server) Revoke(team string) { s.Change(func() { s.teams[team].Revoked = true }) }

// SetToken gives a workspace another token; the one before is worthless.
func (s *Server) SetToken(team, token string) { s.Change(func() { s.teams[team].Token = token }) }

// Uninstall removes the app from a workspace.
func (s *Server) Uninstall(team string) {
	s.t.Helper()
	s.Revoke(team)
	s.Event(team, "tokens_revoked", object{"tokens": object{"oauth": []string{}, "bot": []string{s.teams[team].Bot}}})
	s.Event(team, "app_uninstalled", object{})
}

// Find looks through blocks for an element whose label or option is as given,
// and gives it with its block and its option.
func find(blocks []any, label string) (block, element, option object) {
	for _, b := range blocks {
		block, _ := b.(object)
		var elements []any
		elements = append(elements, list(block["elements"])...)
		for _, name := range []string{"accessory", "element"} {
			if block[name] != nil {
				elements = append(elements, block[name])
			}
		}
		for _, e := range elements {
			element, _ := e.(object)
			if element["action_id"] == nil {
				continue
			}
			if textOf(element["text"]) == label {
				return block, element, nil
			}
			for _, o := range list(element["options"]) {
				if option, ok := o.(object); ok && textOf(option["text"]) == label {
					return block, element, option
				}
			}
		}
	}
	return nil, nil, nil
}

func textOf(v any) string {
	t, _ := v.(object)
	s, _ := t["text"].(string)
	return s
}

// action is what Slack tells of a press.
func (s *Server) action(block, element, option object) object {
	a := object{
		"type": element["type"], "action_id": element["action_id"], "block_id": block["block_id"], "action_ts": s.ts(),
	}
	if element["text"] != nil {
		a["text"], a["value"] = element["text"], element["value"]
	}
	if option != nil {
		a["selected_option"] = option
	}
	return a
}

// Press presses the button with that label below a message, or chooses the
// option with it. Labels that are below several articles take the first.
func (s *Server) Press(user string, m Message, label string) {
	s.t.Helper()
	u := s.user(user)
	s.mu.Lock()
	var now *Message
	for _, x := range append(slices.Clone(s.messages[m.Channel]), s.private...) {
		if x.TS == m.TS {
			now = x
		}
	}
	if now == nil {
		s.mu.Unlock()
		s.t.Fatalf("the message %s is not there", m.TS)
	}
	var blocks []any
	_ = json.Unmarshal(now.Blocks, &blocks)
	block, element, option := find(blocks, label)
	if element == nil {
		s.mu.Unlock()
		s.t.Fatalf("the message has no button %q:\n%s", label, Words(blocks))
	}
	payload := object{
		"type": "block_actions", "token": "verification", "api_app_id": AppID, "team": object{"id": u.Team, "domain": "fake"},
		"user":      object{"id": user, "username": u.Name, "name": u.Name, "team_id": u.Team},
		"container": object{"type": "message", "message_ts": now.TS, "channel_id": now.Channel, "is_ephemeral": now.To != ""},
		"channel":   object{"id": now.Channel, "name": "channel"}, "message": s.shown(now, true),
		"trigger_id": s.trigger(), "state": object{"values": object{}}, "actions": []object{s.action(block, element, option)},
		"response_url": s.responseURL(replyTo{team: u.Team, user: user, channel: now.Channel, message: now}),
	}
	s.mu.Unlock()
	s.deliver("interactive", payload)
}

// PressIn presses a button of a view, or chooses an option.
func (s *Server) PressIn(user string, v *View, label string) {
	s.t.Helper()
	s.mu.Lock()
	block, element, option := find(list(v.Raw["blocks"]), label)
	s.mu.Unlock()
	if element == nil {
		s.t.Fatalf("the view has no button %q:\n%s", label, Words(v.Raw))
	}
	s.act(user, v, s.action(block, element, option), nil)
}

// Input is what is typed or chosen in an input of a modal: the block_id, and
// the value, option, time or channel.
type Input struct {
	Block string
	Value string
}

// Type types into an input that tells the app at once.
func (s *Server) Type(user string, v *View, in Input, all ...Input) {
	s.t.Helper()
	state := s.state(v, append(all, in))
	inner, _ := state[in.Block].(object)
	for id, value := range inner {
		a := object{"action_id": id, "block_id": in.Block, "action_ts": s.ts()}
		maps.Copy(a, value.(object))
		s.act(user, v, a, state)
	}
}

func (s *Server) act(user string, v *View, action, state object) {
	s.t.Helper()
	u := s.user(user)
	s.mu.Lock()
	stored := v.stored()
	if state == nil {
		state = object{}
	}
	stored["state"] = object{"values": state}
	payload := object{
		"type": "block_actions", "token": "verification", "api_app_id": AppID, "team": object{"id": u.Team, "domain": "fake"},
		"user":      object{"id": user, "username": u.Name, "name": u.Name, "team_id": u.Team},
		"container": object{"type": "view", "view_id": v.ID}, "trigger_id": s.trigger(), "view": stored, "actions": []object{action},
	}
	s.mu.Unlock()
	s.deliver("interactive", payload)
}

// state gives the values of a modal's inputs: as they stand, but for what was
// typed.
func (s *Server) state(v *View, typed []Input) object {
	s.mu.Lock()
	defer s.mu.Unlock()
	values := object{}
	for _, b := range list(v.Raw["blocks"]) {
		block, _ := b.(object)
		element, _ := block["element"].(object)
		if block["type"] != "input" || element == nil {
			continue
		}
		id := fmt.Sprint(block["block_id"])
		value := ""
		given := false
		for _, in := range typed {
			if in.Block == id {
				value, given = in.Value, true
			}
		}
		values[id] = object{fmt.Sprint(element["action_id"]): filled(element, value, given)}
	}
	return values
}

// filled is the state of an input.
func filled(element object, value string, given bool) object {
	kind := fmt.Sprint(element["type"])
	out := object{"type": kind}
	switch kind {
	case "plain_text_input":
		out["value"] = element["initial_value"]
		if given {
			out["value"] = value
		}
	case "static_select":
		out["selected_option"] = element["initial_option"]
		for _, o := range list(element["options"]) {
			if option, ok := o.(object); ok && given && option["value"] == value {
				out["selected_option"] = option
			}
		}
	case "conversations_select":
		out["selected_conversation"] = element["initial_conversation"]
		if given {
			out["selected_conversation"] = value
		}
	case "timepicker":
		out["selected_time"] = element["initial_time"]
		if given {
			out["selected_time"] = value
		}
	}
	return out
}

// Submit sends a modal off. It gives the errors by block_id; the modal is
// closed or changed as the app answers.
func (s *Server) Submit(user string, v *View, typed ...Input) map[string]string {
	s.t.Helper()
	u := s.user(user)
	state := s.state(v, typed)
	s.mu.Lock()
	stored := v.stored()
	stored["state"] = object{"values": state}
	payload := object{
		"type": "view_submission", "token": "verification", "api_app_id": AppID, "team": object{"id": u.Team, "domain": "fake"},
		"user": object{"id": user, "username": u.Name, "name": u.Name, "team_id": u.Team}, "trigger_id": s.trigger(),
		"view": stored, "response_urls": []any{},
	}
	s.mu.Unlock()
	answer := s.deliver("interactive", payload)
	var said struct {
		Action string            `json:"response_action"`
		Errors map[string]string `json:"errors"`
		View   json.RawMessage   `json:"view"`
	}
	_ = json.Unmarshal(answer, &said)
	s.mu.Lock()
	defer s.mu.Unlock()
	defer s.wake()
	now := s.views[v.ID]
	switch said.Action {
	case "errors":
		for block := range said.Errors {
			if state[block] == nil {
				s.t.Errorf("an error for the block %q, which is no input", block)
			}
		}
		return said.Errors
	case "update":
		if problems := ValidateView(said.View); len(problems) > 0 {
			s.t.Errorf("the answer to a modal: %s\n%s", strings.Join(problems, "; "), said.View)
		}
		now.Raw = nil
		_ = json.Unmarshal(said.View, &now.Raw)
		now.Hash = s.id("hash")
	default:
		now.Closed = true
	}
	return nil
}
