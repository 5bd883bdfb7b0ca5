package fakeslack

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// request is a call on its way to an answer.
type request struct {
	method string
	form   url.Values
	body   object // of a call in JSON
	team   *Team
	call   Call
}

func (r *request) get(name string) string {
	if r.body != nil {
		s, _ := r.body[name].(string)
		return s
	}
	return r.form.Get(name)
}

// fail is Slack's word for what is wrong.
type fail string

// methods are what the fake knows, called under the lock.
var methods = map[string]func(*Server, *request) (object, fail){
	"auth.test":                    (*Server).authTest,
	"chat.postMessage":             (*Server).postMessage,
	"chat.postEphemeral":           (*Server).postEphemeral,
	"chat.update":                  (*Server).update,
	"conversations.open":           (*Server).open,
	"conversations.info":           (*Server).info,
	"conversations.join":           (*Server).join,
	"conversations.history":        (*Server).history,
	"conversations.replies":        (*Server).threadReplies,
	"users.info":                   (*Server).userInfo,
	"views.open":                   (*Server).openView,
	"views.update":                 (*Server).updateView,
	"views.publish":                (*Server).publishView,
	"files.getUploadURLExternal":   (*Server).uploadURL,
	"files.completeUploadExternal": (*Server).completeUpload,
	"oauth.v2.access":              (*Server).access,
	"apps.connections.open":        (*Server).openConnection,
}

func (s *Server) serveAPI(w http.ResponseWriter, r *http.Request) {
	q, token := s.read(r)
	fault := s.begin(q, token)
	answer, said := object(nil), fail("")
	if fault.Status == 0 && fault.Error == "" && !fault.Hang && !fault.Cut && !fault.Late || fault.Accept {
		answer, said = s.carryOut(q, token)
	}
	if fault.Delay > 0 {
		pause(r, fault.Delay)
	}
	switch {
	case fault.Late:
		s.hold(q, token)
		<-r.Context().Done()
		panic(http.ErrAbortHandler)
	case fault.Hang:
		s.log(q, 0, "hang")
		<-r.Context().Done()
		panic(http.ErrAbortHandler)
	case fault.Cut:
		s.log(q, 0, "cut")
		panic(http.ErrAbortHandler)
	case fault.Status == http.StatusTooManyRequests:
		s.limited(w, q, fault.RetryAfter)
	case fault.Status != 0:
		s.log(q, fault.Status, "")
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(fault.Status)
		_, _ = io.WriteString(w, "<html><body>Server Error</body></html>")
	case fault.Error != "":
		s.reply(w, q, nil, fail(fault.Error))
	case said == "ratelimited":
		s.limited(w, q, 1)
	default:
		s.reply(w, q, answer, said)
	}
}

// hold keeps a call back until AcceptLate.
func (s *Server) hold(q *request, token string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.held = append(s.held, func() { s.carryOut(q, token) })
}

// AcceptLate carries out the calls that were held back, though nobody waits
// for their answers any more.
func (s *Server) AcceptLate() {
	s.mu.Lock()
	held := s.held
	s.held = nil
	s.mu.Unlock()
	for _, f := range held {
		f()
	}
}

func pause(r *http.Request, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-r.Context().Done():
	}
}

// read takes a call apart: a form, or JSON with the token in a header.
func (s *Server) read(r *http.Request) (*request, string) {
	q := &request{method: r.PathValue("method"), form: url.Values{}}
	body, _ := io.ReadAll(r.Body)
	token := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	if strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") {
		_ = json.Unmarshal(body, &q.body)
	} else {
		q.form, _ = url.ParseQuery(string(body))
		maps.Copy(q.form, r.URL.Query())
		if t := q.form.Get("token"); t != "" {
			token = t
		}
	}
	q.call = Call{Method: q.method, Channel: q.get("channel"), At: time.Now()}
	return q, token
}

// begin numbers a call, notes whether it comes too early, and asks what goes
// wrong with it.
func (s *Server) begin(q *request, token string) Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults++
	q.call.Number = s.faults
	for _, t := range s.teams {
		if t.Token == token && token != "" {
			q.call.Team = t.ID
		}
	}
	if q.method == "chat.postMessage" {
		if until := s.blocked[q.call.Channel]; q.call.At.Before(until) {
			s.broken = append(s.broken, Violation{q.call, "called before the time asked for was over: " + until.Sub(q.call.At).String()})
		}
	}
	if s.o.Fault == nil {
		return Fault{}
	}
	return s.o.Fault(q.call)
}

func (s *Server) carryOut(q *request, token string) (object, fail) {
	s.mu.Lock()
	defer s.mu.Unlock()
	defer s.wake()
	f, known := methods[q.method]
	if !known {
		s.t.Errorf("the app calls %s, which the fake does not know", q.method)
		return nil, "unknown_method"
	}
	if said := s.authorize(q, token); said != "" {
		return nil, said
	}
	return f(s, q)
}

// authorize checks the token and its scopes.
func (s *Server) authorize(q *request, token string) fail {
	switch q.method {
	case "oauth.v2.access":
		return ""
	case "apps.connections.open":
		if token != AppToken {
			return "invalid_auth"
		}
		return ""
	}
	if token == "" {
		return "not_authed"
	}
	for _, t := range s.teams {
		if t.Token == token {
			q.team = t
		}
	}
	switch {
	case q.team == nil:
		return "invalid_auth"
	case q.team.Revoked:
		return "token_revoked"
	}
	for _, scope := range s.needs(q) {
		if !slices.Contains(q.team.Scopes, scope) {
			s.t.Errorf("%s needs the scope %s", q.method, scope)
			return "missing_scope"
		}
		s.used[scope] = true
	}
	return ""
}

// needs gives the scopes that a call needs.
func (s *Server) needs(q *request) []string {
	kind := "channels"
	if c := s.channels[q.get("channel")]; c != nil {
		switch {
		case c.IM:
			kind = "im"
		case c.Private:
			kind = "groups"
		}
	}
	switch q.method {
	case "chat.postMessage", "chat.postEphemeral", "chat.update":
		return []string{"chat:write"}
	case "conversations.open":
		return []string{"im:write"}
	case "conversations.info":
		return []string{kind + ":read"}
	case "conversations.join":
		return []string{"channels:join"}
	case "conversations.history", "conversations.replies":
		return []string{kind + ":history"}
	case "users.info":
		return []string{"users:read"}
	case "files.getUploadURLExternal", "files.completeUploadExternal":
		return []string{"files:write"}
	}
	return nil
}

func (s *Server) reply(w http.ResponseWriter, q *request, answer object, said fail) {
	if answer == nil {
		answer = object{}
	}
	answer["ok"] = said == ""
	if said != "" {
		answer["error"] = string(said)
	}
	s.log(q, http.StatusOK, string(said))
	w.Header().Set("X-OAuth-Scopes", strings.Join(s.o.Scopes, ","))
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(answer)
}

// limited asks for time.
func (s *Server) limited(w http.ResponseWriter, q *request, seconds int) {
	seconds = max(seconds, 1)
	s.mu.Lock()
	s.blocked[q.call.Channel] = time.Now().Add(time.Duration(seconds) * time.Second)
	s.mu.Unlock()
	s.log(q, http.StatusTooManyRequests, "ratelimited")
	w.Header().Set("Retry-After", strconv.Itoa(seconds))
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusTooManyRequests)
	_, _ = io.WriteString(w, `{"ok":false,"error":"ratelimited"}`)
}

func (s *Server) log(q *request, status int, said string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	q.call.Status, q.call.Error = status, said
	s.calls = append(s.calls, q.call)
	s.wake()
}

func (s *Server) authTest(q *request) (object, fail) {
	return object{"url": s.http.URL, "team": q.team.Name, "team_id": q.team.ID, "user": "bellwether", "user_id": q.team.Bot, "bot_id": "B" + q.team.ID}, ""
}

func (s *Server) userInfo(q *request) (object, fail) {
	u := s.users[q.get("user")]
	if u == nil {
		return nil, "user_not_found"
	}
	return object{"user": object{
		"id": u.ID, "team_id": u.Team, "name": u.Name, "real_name": u.Name, "tz": u.Zone, "deleted": u.Gone,
		"is_admin": u.Admin, "is_owner": false, "is_restricted": u.Guest, "is_bot": strings.HasPrefix(u.ID, "UBOT"),
		"profile": object{"display_name": u.Name},
	}}, ""
}

// compact gives JSON in one form.
func compact(raw string) json.RawMessage {
	var b bytes.Buffer
	if raw == "" || json.Compact(&b, []byte(raw)) != nil {
		return nil
	}
	return b.Bytes()
}
