package fakediscord

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/bwmarrin/discordgo"
)

func interactionRoutes() []*route {
	hook := "webhooks/{app}/{token}"
	out := []*route{
		{method: "POST", path: "interactions/{interaction}/{token}/callback", handle: (*Server).callback, free: true},
		{method: "POST", path: hook, handle: (*Server).followUp, free: true},
	}
	for where, find := range map[string]finder{"/messages/@original": (*Server).original, "/messages/{message}": (*Server).follower} {
		for method, do := range map[string]func(*Server, *request, *Message) (any, *refusal){
			"GET": (*Server).show, "PATCH": (*Server).change, "DELETE": (*Server).remove,
		} {
			handle := func(s *Server, q *request) (any, *refusal) {
				m, no := find(s, q)
				if no != nil {
					return nil, no
				}
				return do(s, q, m)
			}
			out = append(out, &route{method: method, path: hook + where, handle: handle, free: true})
		}
	}
	return out
}

func (s *Server) callback(q *request) (any, *refusal) {
	i := s.acts[q.path("token")]
	if i == nil || i.ID != q.path("interaction") {
		return nil, refuse(404, 10062, "Unknown interaction")
	}
	if no := s.respond(q, i); no != nil {
		return nil, no
	}
	if q.query("with_response") != "true" {
		return nil, nil
	}
	out := object{"interaction": object{"id": i.ID, "type": i.Type, "channel_id": i.Channel}}
	if m := s.messages[i.Message]; m != nil {
		out["resource"] = object{"type": i.Answer, "message": s.messageJSON(m)}
	}
	return out, nil
}

// answers are the types of answers that an interaction may get.
var answers = map[int][]int{
	kindCommand:  {AnswerMessage, AnswerDeferred, AnswerModal},
	kindPress:    {AnswerMessage, AnswerDeferred, AnswerDeferredPress, AnswerUpdate, AnswerModal},
	kindComplete: {AnswerChoices},
	kindModal:    {AnswerMessage, AnswerDeferred, AnswerDeferredPress, AnswerUpdate},
}

// respond carries out the first answer to an interaction.
func (s *Server) respond(q *request, i *Interaction) *refusal {
	kind := number(q.body, "type")
	data, _ := q.body["data"].(object)
	switch {
	case i.Answered:
		s.violate(q.call, "interaction %s was answered already", i.ID)
		return refuse(400, 40060, "Interaction has already been acknowledged.")
	case i.Failed || time.Since(i.At) > s.o.AckTime:
		s.violate(q.call, "interaction %s was answered after %v", i.ID, time.Since(i.At))
		return refuse(404, 10062, "Unknown interaction")
	case !slices.Contains(answers[i.Type], kind), i.Pressed == "" && (kind == AnswerUpdate || kind == AnswerDeferredPress):
		return (&form{}).no("type", "BASE_TYPE_CHOICES", fmt.Sprintf("Value must be one of %v.", answers[i.Type])).refusal()
	}
	if no := s.effect(q, i, kind, data); no != nil {
		return no
	}
	i.Answered, i.Answer = true, kind
	close(i.done)
	return nil
}

// effect does what an answer says.
func (s *Server) effect(q *request, i *Interaction, kind int, data object) *refusal {
	switch kind {
	case AnswerMessage, AnswerDeferred:
		m, no := s.reply(q, i, data, kind == AnswerDeferred)
		if no != nil {
			return no
		}
		i.Message = m.ID
	case AnswerDeferredPress:
		i.Message = i.Pressed
	case AnswerUpdate:
		m := s.messages[i.Pressed]
		if m == nil || m.Gone {
			return refuse(404, 10008, "Unknown Message")
		}
		if _, no := s.edited(q, m, data); no != nil {
			return no
		}
		i.Message = i.Pressed
	case AnswerChoices:
		return s.offer(i, data)
	case AnswerModal:
		f := &form{}
		m := checkModal(f, data)
		if no := f.refusal(); no != nil {
			return no
		}
		m.User, m.from, i.Modal = i.User, i, m
		s.modals[i.User] = m
	}
	return nil
}

// reply adds a message that answers an interaction.
func (s *Server) reply(q *request, i *Interaction, data object, waiting bool) (*Message, *refusal) {
	m := Message{Channel: i.Channel, Guild: i.Guild, Author: BotID, Interaction: i.Token, Waiting: waiting}
	if flags := number(data, "flags"); flags&flagEphemeral != 0 || s.alone(i) {
		m.To, m.Flags = i.User, flagEphemeral
	}
	if !waiting {
		var no *refusal
		if m, no = s.compose(q, data, m); no != nil {
			return nil, no
		}
	}
	s.add(&m)
	return &m, nil
}

// alone reports whether only the person sees what an app says that they have
// installed for themselves, and that the server does not let speak.
func (s *Server) alone(i *Interaction) bool {
	g := s.guilds[i.Guild]
	return g != nil && g.Without && s.may(i.User, s.channels[i.Channel])&discordgo.PermissionUseExternalApps == 0
}

// offer notes the choices that autocomplete offers.
func (s *Server) offer(i *Interaction, data object) *refusal {
	f := &form{}
	if _, ok := data["choices"].([]any); !ok {
		f.no("data.choices", "BASE_TYPE_REQUIRED", "This field is required")
	}
	kind := optString
	if focused := focusedOption(i.payload["data"].(object)); focused != nil {
		kind = focused["type"].(int)
	}
	i.Choices = []Choice{}
	for n, c := range f.list(data, "data", "choices", 0, maxOptions) {
		at := "data.choices." + strconv.Itoa(n)
		checkValue(f, c["value"], at+".value", kind)
		i.Choices = append(i.Choices, Choice{Name: f.text(c, at, "name", 1, maxChoiceText), Value: c["value"]})
	}
	return f.refusal()
}

func focusedOption(data object) object {
	list, _ := data["options"].([]object)
	for _, o := range list {
		if o["focused"] == true {
			return o
		}
		if inner := focusedOption(o); inner != nil {
			return inner
		}
	}
	return nil
}

// hooked finds the interaction that a webhook belongs to.
func (s *Server) hooked(q *request) (*Interaction, *refusal) {
	i := s.acts[q.path("token")]
	switch {
	case i == nil || q.path("app") != AppID || !i.Answered:
		return nil, refuse(404, 10015, "Unknown Webhook")
	case time.Since(i.At) > s.o.TokenTime:
		return nil, refuse(401, 50027, "Invalid Webhook Token")
	}
	return i, nil
}

// maxUserFollowUps bounds what an app that is not in the server may add:
// https://discord.com/developers/docs/interactions/receiving-and-responding#create-followup-message
const maxUserFollowUps = 5

// followUp adds a message. The first one after a deferred answer takes its
// place.
func (s *Server) followUp(q *request) (any, *refusal) {
	i, no := s.hooked(q)
	if no != nil {
		return nil, no
	}
	if m := s.messages[i.Message]; m != nil && m.Waiting {
		return s.edited(q, m, q.body)
	}
	if g := s.guilds[i.Guild]; g != nil && g.Without && len(i.Followups) >= maxUserFollowUps {
		return nil, refuse(400, 40094, "This interaction has reached the maximum number of follow-up messages")
	}
	m, no := s.reply(q, i, q.body, false)
	if no != nil {
		return nil, no
	}
	i.Followups = append(i.Followups, m.ID)
	return s.messageJSON(m), nil
}

// original finds the message that an interaction was answered with.
func (s *Server) original(q *request) (*Message, *refusal) {
	i, no := s.hooked(q)
	if no != nil {
		return nil, no
	}
	m := s.messages[i.Message]
	if m == nil || m.Gone {
		return nil, refuse(404, 10008, "Unknown Message")
	}
	return m, nil
}

// follower finds a message that was added to an answer.
func (s *Server) follower(q *request) (*Message, *refusal) {
	i, no := s.hooked(q)
	if no != nil {
		return nil, no
	}
	id := q.path("message")
	m := s.messages[id]
	if m == nil || m.Gone || id != i.Message && !slices.Contains(i.Followups, id) {
		return nil, refuse(404, 10008, "Unknown Message")
	}
	return m, nil
}

// finder finds the message that a call is about.
type finder func(*Server, *request) (*Message, *refusal)

func (s *Server) show(_ *request, m *Message) (any, *refusal) { return s.messageJSON(m), nil }

func (s *Server) change(q *request, m *Message) (any, *refusal) { return s.edited(q, m, q.body) }

func (s *Server) remove(_ *request, m *Message) (any, *refusal) {
	m.Gone = true
	return nil, nil
}
