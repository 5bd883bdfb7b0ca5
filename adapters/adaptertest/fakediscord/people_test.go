package fakediscord

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

// app is an app that answers interactions as answer says.
type app struct {
	t      *testing.T
	s      *Server
	answer func(i object) object
}

// dispatch answers over REST what comes by the gateway.
func (a *app) dispatch(_, name string, data any) {
	if name != "INTERACTION_CREATE" {
		return
	}
	raw, _ := json.Marshal(data)
	var i object
	_ = json.Unmarshal(raw, &i)
	body, _ := json.Marshal(a.answer(i))
	res, err := http.Post(a.s.API()+"interactions/"+i["id"].(string)+"/"+i["token"].(string)+"/callback", "application/json", bytes.NewReader(body))
	if err != nil {
		a.t.Error(err)
		return
	}
	_ = res.Body.Close()
}

func (a *app) serve(http.ResponseWriter, *http.Request) {}
func (a *app) close()                                   {}

// ServeHTTP answers in the body what comes by HTTP.
func (a *app) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	raw, _ := io.ReadAll(r.Body)
	var i object
	_ = json.Unmarshal(raw, &i)
	_ = json.NewEncoder(w).Encode(a.answer(i))
}

const policy = `[{"name":"policy","description":"d","contexts":[0,1],"integration_types":[0,1],"default_member_permissions":"16","options":[
	{"type":1,"name":"list","description":"d"},
	{"type":1,"name":"subscribe","description":"d","options":[
		{"type":3,"name":"query","description":"d","autocomplete":true},{"type":7,"name":"channel","description":"d"}]}]}]`

// ways runs a test for each way in.
func ways(t *testing.T, test func(t *testing.T, s *Server, a *app)) {
	for _, way := range []string{"gateway", "http"} {
		t.Run(way, func(t *testing.T) {
			s := New(t, Options{})
			a := &app{t: t, s: s}
			s.Register("", json.RawMessage(policy))
			if way == "gateway" {
				s.gw = a
				s.Gateway()
			} else {
				web := httptest.NewServer(a)
				t.Cleanup(web.Close)
				s.HTTP(web.URL)
			}
			test(t, s, a)
			s.Clean()
		})
	}
}

func TestSlashDeferred(t *testing.T) {
	ways(t, func(t *testing.T, s *Server, a *app) {
		g := s.AddGuild(Guild{})
		c := s.AddChannel(Channel{Guild: g.ID})
		a.answer = func(i object) object {
			if i["member"].(object)["permissions"] == "" || i["context"] != 0.0 {
				t.Errorf("payload %v", i)
			}
			return object{"type": AnswerDeferred, "data": object{"flags": 64}}
		}
		i := s.Slash(g.Owner, c.ID, "subscribe", Opt("query", "corn"), Opt("channel", c.ID))
		if !i.Answered || i.Answer != AnswerDeferred {
			t.Fatalf("interaction %+v", i)
		}
		hook := "webhooks/" + AppID + "/" + i.Token
		status, _, _ := call(t, s, "PATCH", hook+"/messages/@original", `{"content":"done"}`)
		m := s.AwaitReply(i)
		if status != 200 || m.Content != "done" || m.To != g.Owner || len(s.Messages(c.ID)) != 0 {
			t.Errorf("status %d, message %+v", status, m)
		}
		if status, _, _ := call(t, s, "POST", hook, `{"content":"more","flags":64}`); status != 200 {
			t.Errorf("follow-up: status %d", status)
		}
		if more := s.AwaitFollowUp(i, 1); more[0].Content != "more" {
			t.Errorf("follow-ups %+v", more)
		}
	})
}

func TestPressAndModal(t *testing.T) {
	ways(t, func(t *testing.T, s *Server, a *app) {
		u := s.AddUser(User{Installed: true})
		button := []object{{"type": 1, "components": []object{{"type": 2, "style": 1, "label": "Edit", "custom_id": "edit:1"}}}}
		a.answer = func(object) object {
			return object{"type": AnswerMessage, "data": object{"content": "one", "components": button}}
		}
		m := s.AwaitReply(s.Slash(u.ID, "", "list"))
		a.answer = func(i object) object {
			if i["message"].(object)["id"] != m.ID || i["user"].(object)["id"] != u.ID {
				t.Errorf("payload %v", i)
			}
			input := object{"type": 4, "custom_id": "query", "label": "Query", "style": 2, "value": "corn"}
			return object{"type": AnswerModal, "data": object{"custom_id": "form:1", "title": "T", "components": []object{{"type": 1, "components": []object{input}}}}}
		}
		s.Press(u.ID, m, "Edit")
		if v := s.AwaitModal(u.ID).Value("query"); v != "corn" {
			t.Errorf("the modal holds %q", v)
		}
		a.answer = func(i object) object {
			return object{"type": AnswerUpdate, "data": object{"content": "two", "components": []object{}}}
		}
		i := s.SubmitModal(u.ID, map[string]string{"query": "wheat"})
		if now := s.AwaitReply(i); now.ID != m.ID || now.Content != "two" || len(now.Buttons()) != 0 || s.Modal(u.ID) != nil {
			t.Errorf("message %+v", now)
		}
	})
}

func TestComplete(t *testing.T) {
	ways(t, func(t *testing.T, s *Server, a *app) {
		g := s.AddGuild(Guild{})
		c := s.AddChannel(Channel{Guild: g.ID})
		a.answer = func(object) object {
			return object{"type": AnswerChoices, "data": object{"choices": []object{{"name": "Corn", "value": "corn"}}}}
		}
		if got := s.Complete(g.Owner, c.ID, "subscribe", Opt("query", "co")); len(got) != 1 || got[0].Value != "corn" {
			t.Errorf("choices %v", got)
		}
	})
}

func TestAnswersThatAreRefused(t *testing.T) {
	s := New(t, Options{AckTime: 50 * time.Millisecond, TokenTime: time.Nanosecond})
	s.Register("", json.RawMessage(policy))
	g := s.AddGuild(Guild{})
	c := s.AddChannel(Channel{Guild: g.ID})
	s.Gateway()
	i := s.Slash(g.Owner, c.ID, "list")
	if !i.Failed || len(s.Violations()) != 1 {
		t.Fatalf("interaction %+v, violations %v", i, s.Violations())
	}
	path := "interactions/" + i.ID + "/" + i.Token + "/callback"
	if _, out, _ := call(t, s, "POST", path, `{"type":5}`); out["code"] != 10062.0 {
		t.Errorf("late: %v", out)
	}
	s.mu.Lock()
	i = *s.act(g.Owner, c, kindCommand, object{}, nil)
	s.mu.Unlock()
	path = "interactions/" + i.ID + "/" + i.Token + "/callback"
	call(t, s, "POST", path, `{"type":5}`)
	if _, out, _ := call(t, s, "POST", path, `{"type":5}`); out["code"] != 40060.0 {
		t.Errorf("twice: %v", out)
	}
	if _, out, _ := call(t, s, "PATCH", "webhooks/"+AppID+"/"+i.Token+"/messages/@original", `{"content":"a"}`); out["code"] != 50027.0 {
		t.Errorf("an old token: %v", out)
	}
}

func TestCommandSettings(t *testing.T) {
	s, g, c := quick(t, Options{})
	s.Register("", json.RawMessage(policy))
	role := s.AddRole(Role{Guild: g.ID})
	u := s.AddUser(User{})
	s.AddMember(g.ID, u.ID, role.ID)
	may := func(want bool, why string) {
		t.Helper()
		if got := s.MayUse(u.ID, c.ID, "policy"); got != want {
			t.Errorf("%s: %v", why, got)
		}
	}
	may(false, "without Manage Channels")
	s.SetCommandPermission(g.ID, "policy", CommandPermission{role.ID, ForRole, true})
	may(true, "by a role")
	s.SetCommandPermission(g.ID, "policy", CommandPermission{role.ID, ForRole, true}, CommandPermission{u.ID, ForUser, false})
	may(false, "denied by name")
	s.SetCommandPermission(g.ID, "", CommandPermission{g.ID, ForRole, true})
	s.SetCommandPermission(g.ID, "policy")
	may(true, "all commands for everyone")
	s.Kick(g.ID)
	may(false, "without the bot")
	s.Install(u.ID, true)
	may(true, "installed by themselves")
}

func TestForumsAndThreads(t *testing.T) {
	s, g, _ := quick(t, Options{})
	forum := s.AddChannel(Channel{Guild: g.ID, Type: Forum})
	_, out, _ := call(t, s, "POST", "channels/"+forum.ID+"/threads", `{"name":"n","message":{"content":"a"}}`)
	id, _ := out["id"].(string)
	if first, _ := out["message"].(object); first["id"] != id || first["channel_id"] != id {
		t.Fatalf("post %v", out)
	}
	code := func(method, path, body string) float64 {
		_, out, _ := call(t, s, method, path, body)
		n, _ := out["code"].(float64)
		return n
	}
	s.Archive(id, true, false)
	if n := code("POST", "channels/"+id+"/messages", `{"content":"a"}`); n != 50083 {
		t.Errorf("archived: %v", n)
	}
	_, out, _ = call(t, s, "GET", "channels/"+forum.ID+"/threads/archived/public?limit=10", "")
	if list := out["threads"].([]any); len(list) != 1 {
		t.Errorf("archived threads %v", out)
	}
	if n := code("PATCH", "channels/"+id, `{"archived":false}`); n != 0 {
		t.Errorf("opening it: %v", n)
	}
	if n := code("POST", "channels/"+id+"/messages", `{"content":"a"}`); n != 0 {
		t.Errorf("opened: %v", n)
	}
	s.Archive(id, true, true)
	if n := code("POST", "channels/"+id+"/messages", `{"content":"a"}`); n != 160005 {
		t.Errorf("locked: %v", n)
	}
	s.Clean()
}
