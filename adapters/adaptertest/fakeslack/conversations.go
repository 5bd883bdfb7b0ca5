package fakeslack

import (
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

func (s *Server) open(q *request) (object, fail) {
	user := q.get("users")
	u := s.users[user]
	switch {
	case u == nil:
		return nil, "user_not_found"
	case u.Gone:
		return nil, "user_disabled"
	}
	id := s.direct(user)
	if id == "" {
		id = s.id("D")
		s.channels[id] = &Channel{ID: id, Team: q.team.ID, IM: true, Member: true, With: user}
	}
	return object{"channel": object{"id": id, "is_im": true, "user": user}}, ""
}

func (s *Server) info(q *request) (object, fail) {
	c := s.channels[q.get("channel")]
	if c == nil || c.Deleted || c.Team != q.team.ID || c.Private && !c.Member {
		return nil, "channel_not_found"
	}
	return object{"channel": object{
		"id": c.ID, "name": c.Name, "creator": c.Creator, "is_channel": !c.IM, "is_im": c.IM, "is_private": c.Private,
		"is_archived": c.Archived, "is_member": c.Member,
	}}, ""
}

func (s *Server) join(q *request) (object, fail) {
	c := s.channels[q.get("channel")]
	switch {
	case c == nil, c.Deleted, c.Team != q.team.ID:
		return nil, "channel_not_found"
	case c.Private || c.IM:
		return nil, "method_not_supported_for_channel_type"
	case c.Archived:
		return nil, "is_archived"
	}
	c.Member = true
	return object{"channel": object{"id": c.ID}}, ""
}

func (s *Server) history(q *request) (object, fail) {
	c, said := s.writable(q, q.get("channel"))
	if said != "" && said != "is_archived" {
		return nil, said
	}
	return s.page(q, c.ID, func(m *Message) bool { return m.Thread == "" }, true), ""
}

func (s *Server) threadReplies(q *request) (object, fail) {
	c, said := s.writable(q, q.get("channel"))
	if said != "" && said != "is_archived" {
		return nil, said
	}
	ts := q.get("ts")
	if s.message(c.ID, ts) == nil {
		return nil, "thread_not_found"
	}
	return s.page(q, c.ID, func(m *Message) bool { return m.TS == ts || m.Thread == ts }, false), ""
}

// page gives a part of a channel's messages by a cursor.
func (s *Server) page(q *request, channel string, wanted func(*Message) bool, newestFirst bool) object {
	var all []object
	oldest, _ := strconv.ParseFloat(q.get("oldest"), 64)
	for _, m := range s.messages[channel] {
		at, _ := strconv.ParseFloat(m.TS, 64)
		if m.Gone || !wanted(m) || at < oldest {
			continue
		}
		all = append(all, s.shown(m, q.get("include_all_metadata") == "1" || q.get("include_all_metadata") == "true"))
	}
	if newestFirst {
		slices.Reverse(all)
	}
	from, _ := strconv.Atoi(strings.TrimPrefix(q.get("cursor"), "at-"))
	limit, _ := strconv.Atoi(q.get("limit"))
	if limit <= 0 || limit > 999 {
		limit = 100
	}
	to := min(from+limit, len(all))
	next := ""
	if to < len(all) {
		next = "at-" + strconv.Itoa(to)
	}
	return object{"messages": all[min(from, len(all)):to], "has_more": next != "", "response_metadata": object{"next_cursor": next}}
}

func (s *Server) uploadURL(q *request) (object, fail) {
	if q.get("filename") == "" || q.get("length") == "" {
		return nil, "invalid_arguments"
	}
	f := &File{ID: s.id("F"), Name: q.get("filename")}
	s.uploads[f.ID] = f
	return object{"upload_url": s.http.URL + "/upload/" + f.ID, "file_id": f.ID}, ""
}

func (s *Server) serveUpload(w http.ResponseWriter, r *http.Request) {
	var data []byte
	if part, _, err := r.FormFile("file"); err == nil {
		data, _ = io.ReadAll(part)
	} else {
		data, _ = io.ReadAll(r.Body)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	f := s.uploads[r.PathValue("id")]
	if f == nil {
		http.NotFound(w, r)
		return
	}
	f.Data = data
	_, _ = io.WriteString(w, "OK")
}

func (s *Server) completeUpload(q *request) (object, fail) {
	var done []object
	for id, f := range s.uploads {
		if strings.Contains(q.get("files"), id) {
			f.Channel = q.get("channel_id")
			if c := s.channels[f.Channel]; c == nil || !c.Member {
				return nil, "channel_not_found"
			}
			s.files = append(s.files, f)
			done = append(done, object{"id": id, "title": f.Name})
		}
	}
	if len(done) == 0 {
		return nil, "file_not_found"
	}
	return object{"files": done}, ""
}

// serveAuthorize is Slack's page that asks for permission, where everyone
// presses Allow: the team is named by ?team=, the user by ?user=; ?deny=1
// presses Cancel.
func (s *Server) serveAuthorize(w http.ResponseWriter, r *http.Request) {
	in := r.URL.Query()
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.teams[in.Get("team")]
	if in.Get("client_id") != ClientID || in.Get("redirect_uri") == "" || t == nil {
		http.Error(w, "invalid_client_id, bad_redirect_uri, or no team chosen", http.StatusBadRequest)
		return
	}
	out := url.Values{"state": {in.Get("state")}}
	if in.Get("deny") != "" {
		out.Set("error", "access_denied")
	} else {
		id := s.id("code")
		s.codes[id] = code{team: t.ID, redirect: in.Get("redirect_uri"), user: in.Get("user")}
		t.Scopes = strings.Split(in.Get("scope"), ",")
		out.Set("code", id)
	}
	http.Redirect(w, r, in.Get("redirect_uri")+"?"+out.Encode(), http.StatusFound)
}

func (s *Server) access(q *request) (object, fail) {
	if q.get("client_id") != ClientID || q.get("client_secret") != ClientSecret {
		return nil, "bad_client_secret"
	}
	c, known := s.codes[q.get("code")]
	if !known {
		return nil, "invalid_code"
	}
	delete(s.codes, q.get("code"))
	if c.redirect != q.get("redirect_uri") {
		return nil, "bad_redirect_uri"
	}
	t := s.teams[c.team]
	t.Token, t.Revoked = s.id("xoxb-fake-"+t.ID+"-"), false
	return object{
		"access_token": t.Token, "token_type": "bot", "scope": strings.Join(t.Scopes, ","), "bot_user_id": t.Bot, "app_id": AppID,
		"team": object{"id": t.ID, "name": t.Name}, "authed_user": object{"id": c.user}, "is_enterprise_install": false,
	}, ""
}
