package fakediscord

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/bwmarrin/discordgo"
)

// call makes one call and gives the status, the answer and its headers.
func call(t *testing.T, s *Server, method, path, body string) (int, object, http.Header) {
	t.Helper()
	r, err := http.NewRequest(method, s.API()+path, bytes.NewReader([]byte(body)))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bot "+Token)
	r.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	raw, _ := io.ReadAll(res.Body)
	var out object
	_ = json.Unmarshal(raw, &out)
	return res.StatusCode, out, res.Header
}

// quick is a server without limits, a guild and a channel.
func quick(t *testing.T, o Options) (*Server, *Guild, *Channel) {
	s := New(t, o)
	g := s.AddGuild(Guild{})
	return s, g, s.AddChannel(Channel{Guild: g.ID})
}

func TestNonce(t *testing.T) {
	s, _, c := quick(t, Options{})
	post := func(body string) string {
		status, out, _ := call(t, s, "POST", "channels/"+c.ID+"/messages", body)
		if status != 200 {
			t.Fatalf("status %d: %v", status, out)
		}
		return out["id"].(string)
	}
	first := post(`{"content":"a","nonce":"n","enforce_nonce":true}`)
	if again := post(`{"content":"a","nonce":"n","enforce_nonce":true}`); again != first {
		t.Error("a nonce that was used made another message")
	}
	if other := post(`{"content":"a","nonce":"n"}`); other == first {
		t.Error("a nonce that is not enforced kept a message back")
	}
	if n := s.Count(c.ID); n != 2 {
		t.Errorf("%d messages, want 2", n)
	}
	s.Clean()
}

func TestBuckets(t *testing.T) {
	s, _, c := quick(t, Options{Messages: Limit{2, 200 * time.Millisecond}})
	path := "channels/" + c.ID + "/messages"
	for left := range 2 {
		status, _, h := call(t, s, "POST", path, `{"content":"a"}`)
		if status != 200 || h.Get("X-RateLimit-Remaining") != []string{"1", "0"}[left] || h.Get("X-RateLimit-Bucket") == "" {
			t.Fatalf("status %d, headers %v", status, h)
		}
	}
	status, out, h := call(t, s, "POST", path, `{"content":"a"}`)
	if status != 429 || out["global"] != false || h.Get("Retry-After") != "1" || h.Get("X-RateLimit-Scope") != "user" {
		t.Fatalf("status %d %v, headers %v", status, out, h)
	}
	if len(s.Violations()) != 1 || s.Invalid() != 1 {
		t.Errorf("violations %v, %d invalid", s.Violations(), s.Invalid())
	}
	if status, _, _ := call(t, s, "GET", path, ""); status != 200 {
		t.Errorf("another route got %d", status)
	}
}

func TestGlobalLimit(t *testing.T) {
	s, g, _ := quick(t, Options{Global: 3})
	for range 3 {
		call(t, s, "GET", "guilds/"+g.ID, "")
	}
	status, out, h := call(t, s, "GET", "users/@me", "")
	if status != 429 || out["global"] != true || h.Get("X-RateLimit-Global") != "true" || h.Get("X-RateLimit-Scope") != "global" {
		t.Fatalf("status %d %v, headers %v", status, out, h)
	}
	if status, _, _ := call(t, s, "GET", "gateway", ""); status != 200 {
		t.Errorf("an exempt route got %d", status)
	}
}

func TestMadeUp429s(t *testing.T) {
	scope := ""
	s, g, _ := quick(t, Options{Fault: func(Call) Fault {
		switch scope {
		case "":
			return Fault{}
		case "html":
			return Fault{Status: 429, HTML: true, RetryAfter: time.Minute}
		}
		return Fault{Status: 429, Scope: scope, RetryAfter: 1500 * time.Millisecond}
	}})
	scope = "shared"
	status, out, h := call(t, s, "GET", "guilds/"+g.ID, "")
	if status != 429 || out["retry_after"] != 1.5 || h.Get("Retry-After") != "2" || s.Invalid() != 0 {
		t.Fatalf("status %d %v, headers %v, %d invalid", status, out, h, s.Invalid())
	}
	scope = "html"
	status, out, h = call(t, s, "GET", "users/@me", "")
	if status != 429 || out != nil || !strings.HasPrefix(h.Get("Content-Type"), "text/html") {
		t.Fatalf("status %d %v, headers %v", status, out, h)
	}
	scope = ""
	if status, _, _ = call(t, s, "GET", "users/@me", ""); status != 429 || len(s.Violations()) != 0 {
		t.Errorf("status %d, violations %v: a call that was on its way is no violation", status, s.Violations())
	}
}

func TestPermissions(t *testing.T) {
	s, g, c := quick(t, Options{Messages: Limit{Calls: -1}})
	path := "channels/" + c.ID + "/messages"
	role := s.AddRole(Role{Guild: g.ID})
	s.AddMember(g.ID, BotID, role.ID)
	post := func() int {
		_, out, _ := call(t, s, "POST", path, `{"embeds":[{"title":"a"}]}`)
		code, _ := out["code"].(float64)
		return int(code)
	}
	for _, step := range []struct {
		over []Overwrite
		code int
	}{
		{nil, 0},
		{[]Overwrite{{ID: g.ID, Deny: discordgo.PermissionViewChannel}}, 50001},
		{[]Overwrite{{ID: g.ID, Deny: discordgo.PermissionViewChannel}, {ID: role.ID, Allow: discordgo.PermissionViewChannel}}, 0},
		{[]Overwrite{{ID: role.ID, Deny: discordgo.PermissionSendMessages}}, 50013},
		{[]Overwrite{{ID: role.ID, Deny: discordgo.PermissionEmbedLinks}}, 50013},
		{[]Overwrite{{ID: role.ID, Deny: discordgo.PermissionSendMessages}, {ID: BotID, Member: true, Allow: discordgo.PermissionSendMessages}}, 0},
	} {
		s.Change(func() { c.Overwrites = step.over })
		if code := post(); code != step.code {
			t.Errorf("with %+v: code %d, want %d", step.over, code, step.code)
		}
	}
	s.Clean()
}

func TestForms(t *testing.T) {
	s, _, c := quick(t, Options{})
	_, out, _ := call(t, s, "POST", "channels/"+c.ID+"/messages", `{"embeds":[{"description":"`+strings.Repeat("a", 4097)+`"}]}`)
	if out["code"] != 50035.0 || len(s.Violations()) != 1 {
		t.Fatalf("%v %v", out, s.Violations())
	}
	if _, ok := out["errors"].(object)["embeds"].(object)["0"].(object)["description"]; !ok {
		t.Errorf("errors %v", out["errors"])
	}
}
