package fakeslack

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/bellwether/bellwether/adapters/adaptertest/await"
)

// The app that is tested. All of it is made up.
const (
	AppID         = "A0FAKE"
	AppToken      = "xapp-fake-app-token"
	SigningSecret = "fake-signing-secret"
	ClientID      = "123.456"
	ClientSecret  = "fake-client-secret"
)

// Options of a Server. Scopes and Events are what the app asked for.
type Options struct {
	Scopes []string
	Events []string
	// ChannelInterval is the time between two messages to a channel. 0 is a
	// second; negative is no limit.
	ChannelInterval time.Duration
	// WorkspacePerMinute bounds the messages to a workspace; 0 is no limit.
	WorkspacePerMinute int
	// AckTime is how long the app may take to acknowledge; 0 is three seconds.
	AckTime time.Duration
	// Fault, unless nil, is asked what goes wrong with a call.
	Fault func(Call) Fault
}

// Call is one call of the Web API.
type Call struct {
	Method  string
	Team    string
	Channel string
	Number  int // from 1, over all calls
	At      time.Time
	Status  int    // of HTTP
	Error   string // what Slack said
}

// Fault is what goes wrong with a call. The zero value is nothing.
type Fault struct {
	Status     int           // 429, 500, 503: answered with it
	RetryAfter int           // seconds, with 429
	Error      string        // Slack's word
	Accept     bool          // the call is carried out all the same
	Hang       bool          // no answer comes
	Cut        bool          // the connection is cut
	Delay      time.Duration // the answer comes late
	Late       bool          // no answer comes; carried out at AcceptLate
}

// Server is the fake Slack.
type Server struct {
	t     testing.TB
	o     Options
	http  *httptest.Server
	ids   atomic.Int64
	stamp atomic.Int64 // of the latest message, in microseconds

	changed await.Signal

	mu       sync.Mutex
	teams    map[string]*Team
	users    map[string]*User
	channels map[string]*Channel
	messages map[string][]*Message // by channel
	private  []*Message            // ephemeral
	modals   map[string]*View      // by user
	homes    map[string]*View
	past     map[string][]View // App Homes as they were published, from the one that was awaited last
	views    map[string]*View
	triggers map[string]trigger
	replies  map[string]*replyTo // response_urls
	uploads  map[string]*File
	signed   map[string]bool // times with bodies
	files    []*File
	codes    map[string]code
	calls    []Call
	used     map[string]bool // scopes
	blocked  map[string]time.Time
	minute   map[string][]time.Time
	faults   int
	held     []func()
	broken   []Violation
	door     Door
	socket   *socket
}

// Team is a workspace.
type Team struct {
	ID, Name, Token, Bot string
	Scopes               []string
	Revoked              bool
	Members              []string
}

// User is a person.
type User struct {
	ID, Team, Name, Zone string
	Admin, Guest, Gone   bool
}

// Channel is a channel, or a direct message with the bot.
type Channel struct {
	ID, Team, Name, Creator string
	Private, Archived, IM   bool
	Deleted                 bool
	Member                  bool   // the bot is in it
	With                    string // the person of a direct message
	last                    time.Time
}

// Message is a message as it stands now.
type Message struct {
	Channel, TS, Thread, Text string
	To                        string // of an ephemeral message
	User                      string
	Blocks                    json.RawMessage
	Metadata                  json.RawMessage
	Markup                    bool // the text is read as mrkdwn
	Edits                     int
	Gone                      bool
	At                        time.Time
}

// View is a modal or an App Home.
type View struct {
	ID, Hash, User, Team string
	Raw                  object
	Closed               bool
}

// File is a file that was uploaded.
type File struct {
	ID, Name, Channel string
	Data              []byte
}

type trigger struct {
	at   time.Time
	used bool
}

type code struct {
	team, redirect, user string
}

// Violation is something that a well-behaved app does not do.
type Violation struct {
	Call Call
	What string
}

// New starts a Server that ends with the test.
func New(t testing.TB, o Options) *Server {
	if o.ChannelInterval == 0 {
		o.ChannelInterval = time.Second
	}
	if o.AckTime == 0 {
		o.AckTime = 3 * time.Second
	}
	s := &Server{
		t: t, o: o, teams: map[string]*Team{}, users: map[string]*User{},
		channels: map[string]*Channel{}, messages: map[string][]*Message{}, modals: map[string]*View{}, homes: map[string]*View{}, past: map[string][]View{},
		views: map[string]*View{}, triggers: map[string]trigger{}, replies: map[string]*replyTo{}, uploads: map[string]*File{}, signed: map[string]bool{},
		codes: map[string]code{}, used: map[string]bool{}, blocked: map[string]time.Time{}, minute: map[string][]time.Time{},
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/api/{method}", s.serveAPI)
	mux.HandleFunc("POST /response/{id}", s.serveResponse)
	mux.HandleFunc("POST /upload/{id}", s.serveUpload)
	mux.HandleFunc("GET /link/{ticket}", s.serveSocket)
	mux.HandleFunc("GET /oauth/v2/authorize", s.serveAuthorize)
	s.http = httptest.NewServer(mux)
	t.Cleanup(func() {
		s.closeSocket()
		s.http.CloseClientConnections()
		s.http.Close()
	})
	return s
}

// API is the base of the Web API, as SLACK_API_URL takes it.
func (s *Server) API() string { return s.http.URL + "/api/" }

// AddTeam adds a workspace that has installed the app, or is about to if
// installed is false.
func (s *Server) AddTeam(id string, installed bool) *Team {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := &Team{ID: id, Name: "Team " + id, Bot: "UBOT" + id}
	if installed {
		t.Token, t.Scopes = "xoxb-fake-"+id, s.o.Scopes
	}
	s.teams[id] = t
	s.users[t.Bot] = &User{ID: t.Bot, Team: id, Name: "bellwether"}
	return t
}

// AddUser adds a person.
func (s *Server) AddUser(u User) *User {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.users[u.ID] = &u
	return &u
}

// AddChannel adds a channel.
func (s *Server) AddChannel(c Channel) *Channel {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.channels[c.ID] = &c
	return &c
}

// Change changes what the server knows, under its lock.
func (s *Server) Change(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f()
	s.wake()
}

// wake tells those who wait that something has changed.
func (s *Server) wake() { s.changed.Give() }

// awaitTime is how long the server waits for the app.
const awaitTime = await.Long

// Await returns when f, called under the server's lock, is true.
func (s *Server) Await(what string, f func() bool) {
	s.t.Helper()
	await.Until(s.t, s.Changed, what, func() bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		return f()
	}, s.summary)
}

// summary tells what there is, for a test that fails.
func (s *Server) summary() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var b strings.Builder
	for id, all := range s.messages {
		for _, m := range all {
			fmt.Fprintf(&b, "message in %s: %s\n", id, m.Text)
		}
	}
	for _, m := range s.private {
		fmt.Fprintf(&b, "to %s in %s: %s\n", m.To, m.Channel, m.Text)
	}
	for _, c := range s.calls[max(0, len(s.calls)-20):] {
		fmt.Fprintf(&b, "call %s %s: %d %s\n", c.Method, c.Channel, c.Status, c.Error)
	}
	return b.String()
}

// id makes a new id.
func (s *Server) id(prefix string) string { return fmt.Sprintf("%s%06d", prefix, s.ids.Add(1)) }

// ts makes a new time stamp, as ids of messages are: seconds with microseconds,
// each once.
func (s *Server) ts() string {
	for {
		last, now := s.stamp.Load(), time.Now().UnixMicro()
		now = max(now, last+1)
		if s.stamp.CompareAndSwap(last, now) {
			return fmt.Sprintf("%d.%06d", now/1_000_000, now%1_000_000)
		}
	}
}

// Messages gives what stands in a channel, oldest first.
func (s *Server) Messages(channel string) []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.in(channel)
}

// in is Messages under the lock, for Await.
func (s *Server) in(channel string) []Message {
	var out []Message
	for _, m := range s.messages[channel] {
		if !m.Gone {
			out = append(out, *m)
		}
	}
	return out
}

// AwaitMessages waits until a channel has at least n messages and gives them.
func (s *Server) AwaitMessages(channel string, n int) []Message {
	s.t.Helper()
	var out []Message
	s.Await(fmt.Sprintf("%d messages in %s", n, channel), func() bool {
		out = s.in(channel)
		return len(out) >= n
	})
	return out
}

// AwaitEphemeral waits until a person has at least n ephemeral messages, or
// answers to commands, in a channel, and gives them.
func (s *Server) AwaitEphemeral(user, channel string, n int) []Message {
	s.t.Helper()
	var out []Message
	s.Await(fmt.Sprintf("%d answers to %s in %s", n, user, channel), func() bool {
		out = nil
		for _, m := range s.private {
			if m.To == user && m.Channel == channel && !m.Gone {
				out = append(out, *m)
			}
		}
		return len(out) >= n
	})
	return out
}

// Direct gives the channel of a person's direct message with the bot, "" if it
// was never opened.
func (s *Server) Direct(user string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.direct(user)
}

func (s *Server) direct(user string) string {
	for _, c := range s.channels {
		if c.IM && c.With == user {
			return c.ID
		}
	}
	return ""
}

// Home gives the JSON of a person's App Home, nil if there is none.
func (s *Server) Home(user string) *View {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.homes[user]
}

// Files gives what was uploaded.
func (s *Server) Files() []File {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []File
	for _, f := range s.files {
		out = append(out, *f)
	}
	return out
}

// Calls gives all calls so far.
func (s *Server) Calls() []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.calls)
}

// Violations gives what the app did that it must not: calls while it was asked
// to wait, messages faster than the limit, late acknowledgements.
func (s *Server) Violations() []Violation {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.broken)
}

// UsedScopes gives the scopes that calls and events needed so far.
func (s *Server) UsedScopes() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Sorted(maps.Keys(s.used))
}

// AwaitMessage waits until a message is as wanted.
func (s *Server) AwaitMessage(channel, ts, what string, wanted func(Message) bool) {
	s.t.Helper()
	s.Await(what, func() bool {
		m := s.message(channel, ts)
		return m != nil && wanted(*m)
	})
}

// FilesLocked and DirectLocked are Files and Direct for use in Await.
func (s *Server) FilesLocked() []*File { return s.files }

// DirectLocked is Direct for use in Await.
func (s *Server) DirectLocked(user string) string { return s.direct(user) }

// Changed gives a channel that is closed at the next change.
func (s *Server) Changed() <-chan struct{} { return s.changed.Next() }

// Count is how many messages stand in a channel.
func (s *Server) Count(channel string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.messages[channel])
}
