package fakediscord

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/bwmarrin/discordgo"
)

// component finds a component of a message by custom_id, or by its label, or by
// how that begins; the first if there are more.
func component(m *Message, name string) object {
	var rows []object
	_ = json.Unmarshal(m.Components, &rows)
	var all []object
	for _, row := range rows {
		list, _ := row["components"].([]any)
		for _, c := range list {
			if c, _ := c.(object); c["custom_id"] != nil {
				all = append(all, c)
			}
		}
	}
	for _, by := range []string{"custom_id", "label", "placeholder"} {
		for _, c := range all {
			if c[by] == name {
				return c
			}
		}
	}
	for _, c := range all {
		if label, _ := c["label"].(string); strings.HasPrefix(label, name) {
			return c
		}
	}
	return nil
}

// Buttons gives the labels of a message's buttons, in their order.
func (m Message) Buttons() []string {
	var rows []discordgo.ActionsRow
	_ = json.Unmarshal(m.Components, &rows)
	var out []string
	for _, row := range rows {
		for _, c := range row.Components {
			if b, ok := c.(*discordgo.Button); ok {
				out = append(out, b.Label)
			}
		}
	}
	return out
}

// CustomID gives the custom_id of the component with that label, or whose label
// begins so, or with that placeholder, "" if there is none.
func (m Message) CustomID(label string) string {
	id, _ := component(&m, label)["custom_id"].(string)
	return id
}

// Discord gives a message as discordgo reads it.
func (s *Server) Discord(m Message) *discordgo.Message {
	s.mu.Lock()
	raw, _ := json.Marshal(s.messageJSON(&m))
	s.mu.Unlock()
	out := &discordgo.Message{}
	if err := json.Unmarshal(raw, out); err != nil {
		s.t.Errorf("message %s: %v", m.ID, err)
	}
	return out
}

// Press presses the button with that custom_id or label, or whose label begins
// so, below a message as it stands now, and gives the interaction once it was answered.
func (s *Server) Press(user string, m Message, name string) Interaction {
	s.t.Helper()
	return s.use(user, m, name, compButton, nil)
}

// Choose chooses values in the select menu with that custom_id or placeholder.
// A value may be given by its label.
func (s *Server) Choose(user string, m Message, name string, values ...string) Interaction {
	s.t.Helper()
	return s.use(user, m, name, compSelect, values)
}

func (s *Server) use(user string, m Message, name string, kind int, values []string) Interaction {
	s.t.Helper()
	i, problem := s.pressed(user, m.ID, name, kind, values)
	if problem != "" {
		s.t.Fatalf("%q below message %s: %s\n%s", name, m.ID, problem, m.Words())
	}
	return s.deliver(i)
}

func (s *Server) pressed(user, id, name string, kind int, values []string) (*Interaction, string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.messages[id]
	if m == nil || m.Gone || m.To != "" && m.To != user {
		return nil, "they do not see the message"
	}
	c := s.channels[m.Channel]
	if c.Deleted || s.may(user, c)&discordgo.PermissionViewChannel == 0 || c.Type == DM && c.With != user {
		return nil, "they do not see the channel"
	}
	found := component(m, name)
	switch {
	case found == nil, number(found, "type") != kind:
		return nil, "there is no such component"
	case found["disabled"] == true:
		return nil, "it is disabled"
	}
	data := object{"custom_id": found["custom_id"], "component_type": kind, "id": found["id"]}
	if kind == compSelect {
		chosen, problem := choose(found, values)
		if problem != "" {
			return nil, problem
		}
		data["values"] = chosen
	}
	return s.act(user, c, kindPress, data, m), ""
}

// choose finds values of a select menu.
func choose(menu object, values []string) ([]string, string) {
	least, most := 1, 1
	if menu["min_values"] != nil {
		least = number(menu, "min_values")
	}
	if menu["max_values"] != nil {
		most = number(menu, "max_values")
	}
	if len(values) < least || len(values) > most {
		return nil, fmt.Sprintf("between %d and %d values may be chosen", least, most)
	}
	out := []string{}
	list, _ := menu["options"].([]any)
	for _, v := range values {
		at := slices.IndexFunc(list, func(o any) bool { return o.(object)["value"] == v })
		if at < 0 {
			at = slices.IndexFunc(list, func(o any) bool { return o.(object)["label"] == v })
		}
		if at < 0 {
			return nil, "there is no value " + v
		}
		out = append(out, list[at].(object)["value"].(string))
	}
	return out, ""
}

// Modal gives the modal that a person sees, nil if they see none.
func (s *Server) Modal(user string) *Modal {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.modals[user]
}

// AwaitModal waits until a person sees a modal, and gives it.
func (s *Server) AwaitModal(user string) Modal {
	s.t.Helper()
	var out Modal
	s.Await("a modal for "+user, func() bool {
		if m := s.modals[user]; m != nil {
			out = *m
		}
		return out.ID != ""
	})
	return out
}

// Value gives what an input of a modal holds, "" if there is no such input.
func (m Modal) Value(id string) string {
	for _, in := range m.Inputs {
		if in.ID == id {
			return in.Value
		}
	}
	return ""
}

// SubmitModal sends off the modal that a person sees: the inputs hold what they
// held, but for values, and gives the interaction once it was answered. The
// modal is closed then.
func (s *Server) SubmitModal(user string, values map[string]string) Interaction {
	s.t.Helper()
	i, problem := s.submitted(user, values)
	if problem != "" {
		s.t.Fatalf("the modal of %s: %s", user, problem)
	}
	out := s.deliver(i)
	s.mu.Lock()
	defer s.mu.Unlock()
	if m := s.modals[user]; out.Answered && m != nil && m.from.ID != out.ID {
		delete(s.modals, user)
	}
	return out
}

func (s *Server) submitted(user string, values map[string]string) (*Interaction, string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.modals[user]
	if m == nil {
		return nil, "they see none"
	}
	rows := []object{}
	for n, in := range m.Inputs {
		value, typed := values[in.ID]
		if !typed {
			value = in.Value
		}
		length := utf8.RuneCountInString(value)
		if in.Required && length == 0 || length > in.Max || length > 0 && length < in.Min {
			return nil, fmt.Sprintf("%s cannot be %q", in.ID, value)
		}
		input := object{"type": compInput, "custom_id": in.ID, "value": value, "id": 2*n + 2}
		rows = append(rows, object{"type": compRow, "id": 2*n + 1, "components": []object{input}})
	}
	for id := range values {
		if !slices.ContainsFunc(m.Inputs, func(in Input) bool { return in.ID == id }) {
			return nil, "there is no input " + id
		}
	}
	return s.act(user, s.channels[m.from.Channel], kindModal, object{"custom_id": m.ID, "components": rows}, s.messages[m.from.Pressed]), ""
}
