package fakediscord

import (
	"net/http"
	"regexp"
	"strings"
)

// route is a path of the API.
type route struct {
	method, path string
	handle       func(*Server, *request) (any, *refusal) // under the lock
	// free routes need no token and are exempt from the global limit.
	free bool
	// makes is answered with 201.
	makes bool
	// messages has the limit of messages to a channel.
	messages bool
	ids      []string
}

var (
	placeholder = regexp.MustCompile(`\{(\w+)\}`)
	digits      = regexp.MustCompile(`^[1-9][0-9]{0,19}$`)
)

func snowflake(s string) bool { return digits.MatchString(s) }

// table are the routes that the fake knows.
func table() []*route {
	list := []*route{
		{method: "GET", path: "gateway", handle: (*Server).getGateway, free: true},
		{method: "GET", path: "gateway/bot", handle: (*Server).getGatewayBot},
		{method: "GET", path: "users/@me", handle: (*Server).getMe},
		{method: "POST", path: "users/@me/channels", handle: (*Server).openDirect},
		{method: "GET", path: "channels/{channel}", handle: (*Server).getChannel},
		{method: "PATCH", path: "channels/{channel}", handle: (*Server).patchChannel},
		{method: "POST", path: "channels/{channel}/messages", handle: (*Server).postMessage, messages: true},
		{method: "GET", path: "channels/{channel}/messages", handle: (*Server).getMessages},
		{method: "GET", path: "channels/{channel}/messages/{message}", handle: (*Server).getMessage},
		{method: "PATCH", path: "channels/{channel}/messages/{message}", handle: (*Server).patchMessage},
		{method: "POST", path: "channels/{channel}/threads", handle: (*Server).postThread, messages: true, makes: true},
		{method: "GET", path: "channels/{channel}/threads/archived/public", handle: (*Server).getArchived},
		{method: "GET", path: "guilds/{guild}", handle: (*Server).getGuild},
		{method: "GET", path: "guilds/{guild}/roles", handle: (*Server).getRoles},
		{method: "GET", path: "guilds/{guild}/channels", handle: (*Server).getChannels},
		{method: "GET", path: "guilds/{guild}/members/{user}", handle: (*Server).getMember},
		{method: "GET", path: "guilds/{guild}/threads/active", handle: (*Server).getActive},
		{method: "GET", path: "applications/@me", handle: (*Server).getApplication},
		{method: "GET", path: "oauth2/applications/@me", handle: (*Server).getApplication},
	}
	list = append(list, commandRoutes()...)
	list = append(list, interactionRoutes()...)
	for _, rt := range list {
		for _, m := range placeholder.FindAllStringSubmatch(rt.path, -1) {
			if m[1] != "token" {
				rt.ids = append(rt.ids, m[1])
			}
		}
	}
	return list
}

// routes adds the API to mux.
func (s *Server) routes(mux *http.ServeMux) {
	for _, rt := range table() {
		mux.HandleFunc(rt.method+" "+base+rt.path, func(w http.ResponseWriter, r *http.Request) { s.serveAPI(rt, w, r) })
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		c := Call{Method: r.Method, Path: strings.TrimPrefix(r.URL.Path, base), Status: http.StatusNotFound}
		s.calls = append(s.calls, c)
		s.violate(c, "there is no such route")
		s.mu.Unlock()
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusNotFound)
		_, _ = w.Write([]byte(`{"message": "404: Not Found", "code": 0}`))
	})
}

func (s *Server) getGateway(*request) (any, *refusal) {
	return object{"url": "ws" + strings.TrimPrefix(s.http.URL, "http") + "/gateway/ws"}, nil
}

func (s *Server) getGatewayBot(*request) (any, *refusal) {
	return object{
		"url": "ws" + strings.TrimPrefix(s.http.URL, "http") + "/gateway/ws", "shards": s.o.Shards,
		"session_start_limit": object{
			"total": 1000, "remaining": s.starts, "reset_after": 86_400_000, "max_concurrency": s.o.Concurrency,
		},
	}, nil
}

func (s *Server) getMe(*request) (any, *refusal) {
	me := s.userJSON(BotID)
	me["mfa_enabled"], me["locale"], me["verified"], me["email"] = false, "en-US", true, nil
	return me, nil
}

func (s *Server) getApplication(*request) (any, *refusal) {
	return object{
		"id": AppID, "name": "bellwether", "icon": nil, "description": "", "bot_public": true, "bot_require_code_grant": false,
		"verify_key": s.PublicKeyHex(), "flags": 0, "bot": s.userJSON(BotID), "summary": "", "type": nil, "team": nil, "owner": s.userJSON(BotID),
		"integration_types_config": object{"0": object{}, "1": object{}}, "approximate_guild_count": len(s.guilds),
		"redirect_uris": []string{}, "interactions_endpoint_url": nil, "flags_new": "0", "role_connections_verification_url": nil,
		"approximate_user_install_count": 0, "approximate_user_authorization_count": 0, "explicit_content_filter": 0, "eligible_oauth2_scopes": []string{},
	}, nil
}
