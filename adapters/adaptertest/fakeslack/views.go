package fakeslack

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"
)

// triggerTime is how long a trigger_id opens a modal.
const triggerTime = 3 * time.Second

func (s *Server) trigger() string {
	id := s.id("trigger.")
	s.triggers[id] = trigger{at: time.Now()}
	return id
}

// view reads and checks the view of a call.
func (s *Server) view(q *request, kind string) (object, fail) {
	var v object
	switch raw := q.body["view"].(type) {
	case object:
		v = raw
	default:
		if json.Unmarshal([]byte(q.get("view")), &v) != nil {
			return nil, "invalid_arguments"
		}
	}
	raw, _ := json.Marshal(v)
	if problems := ValidateView(raw); len(problems) > 0 {
		s.t.Errorf("%s: invalid_arguments: %s\n%s", q.method, strings.Join(problems, "; "), raw)
		return nil, "invalid_arguments"
	}
	if v["type"] != kind {
		return nil, "invalid_arguments"
	}
	for _, b := range list(v["blocks"]) {
		if o, ok := b.(object); ok && (o["block_id"] == nil || o["block_id"] == "") {
			o["block_id"] = s.id("b")
		}
	}
	return v, ""
}

// stored gives a view as the API shows it.
func (v *View) stored() object {
	out := object{"id": v.ID, "hash": v.Hash, "team_id": v.Team, "app_id": AppID}
	maps.Copy(out, v.Raw)
	return out
}

func (s *Server) openView(q *request) (object, fail) {
	v, said := s.view(q, "modal")
	if said != "" {
		return nil, said
	}
	id := q.get("trigger_id")
	t, known := s.triggers[id]
	switch {
	case !known:
		return nil, "invalid_trigger_id"
	case t.used:
		return nil, "exchanged_trigger_id"
	case time.Since(t.at) > triggerTime:
		return nil, "expired_trigger_id"
	}
	s.triggers[id] = trigger{at: t.at, used: true}
	view := &View{ID: s.id("V"), Hash: s.id("hash"), Team: q.team.ID, Raw: v}
	s.views[view.ID] = view
	s.modals[q.team.ID] = view
	return object{"view": view.stored()}, ""
}

func (s *Server) updateView(q *request) (object, fail) {
	v, said := s.view(q, "modal")
	if said != "" {
		return nil, said
	}
	view := s.views[q.get("view_id")]
	switch hash := q.get("hash"); {
	case view == nil || view.Closed:
		return nil, "not_found"
	case hash != "" && hash != view.Hash:
		return nil, "hash_conflict"
	}
	view.Raw, view.Hash = v, s.id("hash")
	return object{"view": view.stored()}, ""
}

func (s *Server) publishView(q *request) (object, fail) {
	v, said := s.view(q, "home")
	if said != "" {
		return nil, said
	}
	user := q.get("user_id")
	if s.users[user] == nil {
		return nil, "user_not_found"
	}
	view := s.homes[user]
	if view == nil {
		view = &View{ID: s.id("V"), User: user, Team: q.team.ID}
		s.homes[user], s.views[view.ID] = view, view
	}
	view.Raw, view.Hash = v, s.id("hash")
	s.past[user] = append(s.past[user], *view)
	return object{"view": view.stored()}, ""
}

// Modal gives the modal that was opened last in a team, nil if it is closed.
func (s *Server) Modal(team string) *View {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.modal(team)
}

func (s *Server) modal(team string) *View {
	v := s.modals[team]
	if v == nil || v.Closed {
		return nil
	}
	return v
}

// AwaitModal waits until the modal of a team shows text, and gives it.
func (s *Server) AwaitModal(team, text string) *View {
	s.t.Helper()
	var out *View
	s.Await("a modal that shows "+text, func() bool {
		v := s.modal(team)
		if v == nil || !strings.Contains(Words(v.Raw), text) {
			return false
		}
		copied := *v
		out = &copied
		return true
	})
	return out
}

// AwaitHome waits until a person's App Home shows text, or has shown it since
// the last call, and gives it: what was asked for before may come later and be
// shown in its place.
func (s *Server) AwaitHome(user, text string) *View {
	s.t.Helper()
	var out *View
	s.Await("an App Home that shows "+text, func() bool {
		for i, v := range slices.Backward(s.past[user]) {
			if strings.Contains(Words(v.Raw), text) {
				out = &v
				s.past[user] = slices.Clone(s.past[user][i:])
				return true
			}
		}
		return false
	})
	return out
}

// Words gives all text that a value of Block Kit shows, in its order, with a
// line break behind each.
func Words(value any) string {
	var b strings.Builder
	switch v := value.(type) {
	case json.RawMessage:
		var inner any
		_ = json.Unmarshal(v, &inner)
		return Words(inner)
	case []any:
		for _, e := range v {
			b.WriteString(Words(e))
		}
	case object:
		if text, ok := v["text"].(string); ok {
			b.WriteString(text)
			if v["type"] != "text" && v["type"] != "link" { // parts of a line
				b.WriteString("\n")
			}
		}
		for _, name := range []string{"title", "label", "hint", "fields", "elements", "accessory", "element", "blocks", "options", "submit"} {
			b.WriteString(Words(v[name]))
		}
		if inner, ok := v["text"].(object); ok {
			b.WriteString(Words(inner))
		}
		if s, ok := v["initial_value"].(string); ok {
			b.WriteString(s + "\n")
		}
		if v["type"] == "rich_text_section" || v["type"] == "rich_text_preformatted" {
			b.WriteString("\n")
		}
	}
	return b.String()
}
