package fakediscord

import (
	"crypto/ed25519"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/bellwether/bellwether/adapters/adaptertest/await"
)

// The app that is tested. All of it is made up.
const (
	AppID = "1100000000000000001"
	BotID = "1100000000000000002"
	Token = "fake.bot.token"
)

// Limit is so many calls in so much time.
type Limit struct {
	Calls int
	Per   time.Duration
}

// Options of a Server. The zero value is Discord as it is.
type Options struct {
	// Messages bounds the messages to each channel: 5 in 5 seconds. Negative
	// Calls are no limit.
	Messages Limit
	// Routes bounds every other route for each channel, guild and webhook.
	Routes Limit
	// Global is the calls in any second: 50. Negative is no limit.
	Global int
	// AckTime is how long the app may take to answer an interaction: 3 s.
	AckTime time.Duration
	// TokenTime is how long an interaction may be answered further: 15 min.
	TokenTime time.Duration
	// SelfUnarchive lets a message to an archived thread open it again, as
	// Discord does where the bot may; else such a message is refused.
	SelfUnarchive bool
	// Shards, Starts and Concurrency are what GET /gateway/bot says: 1 shard,
	// 1000 starts that remain (negative: none), 1 at a time.
	Shards, Starts, Concurrency int
	// Fault, unless nil, is asked what goes wrong with a call.
	Fault func(Call) Fault
	// Validate, unless nil, is shown every request; an error is a Violation.
	Validate func(r *http.Request, body []byte) error
}

// Server is the fake Discord.
type Server struct {
	t      testing.TB
	o      Options
	http   *httptest.Server
	stamp  atomic.Int64 // of the latest id
	public ed25519.PublicKey
	secret ed25519.PrivateKey
	gw     dispatcher
	gate   *gateway
	events sending

	changed await.Signal

	mu       sync.Mutex
	guilds   map[string]*Guild
	roles    map[string]*Role
	users    map[string]*User
	channels map[string]*Channel
	messages map[string]*Message
	order    map[string][]*Message // by channel, ephemeral ones too
	nonces   map[string]nonce      // by channel and nonce
	commands []*command
	creates  map[string]int                 // of commands, by guild
	settings map[string][]CommandPermission // by guild and command
	acts     map[string]*Interaction        // by token
	modals   map[string]*Modal              // by user
	calls    []Call
	number   int
	posted   int // messages of the bot for all
	starts   int // sessions of the gateway that may still be begun
	invalid  int
	broken   []Violation
	held     []func()
	door     Door
	revoked  bool
	limits   limits
}

// dispatcher is the gateway as the server needs it.
type dispatcher interface {
	// dispatch sends an event to the shard of a guild; shard 0 without one.
	dispatch(guild, event string, data any)
	// serve serves GET /gateway/ws.
	serve(w http.ResponseWriter, r *http.Request)
	// close ends all connections.
	close()
}

// New starts a Server that ends with the test.
func New(t testing.TB, o Options) *Server {
	o = o.withDefaults()
	s := &Server{
		t: t, o: o, guilds: map[string]*Guild{}, roles: map[string]*Role{},
		users: map[string]*User{}, channels: map[string]*Channel{}, messages: map[string]*Message{}, order: map[string][]*Message{},
		nonces: map[string]nonce{}, creates: map[string]int{}, settings: map[string][]CommandPermission{}, acts: map[string]*Interaction{}, modals: map[string]*Modal{},
		limits: newLimits(), starts: max(0, o.Starts),
	}
	var err error
	if s.public, s.secret, err = ed25519.GenerateKey(nil); err != nil {
		t.Fatal(err)
	}
	s.users[BotID] = &User{ID: BotID, Name: "bellwether", Bot: true}
	s.gate = newGateway(s)
	s.gw = s.gate
	mux := http.NewServeMux()
	s.routes(mux)
	serve := func(w http.ResponseWriter, r *http.Request) { s.gw.serve(w, r) }
	mux.HandleFunc("GET /gateway/ws", serve)
	mux.HandleFunc("GET /gateway/ws/", serve)
	s.http = httptest.NewServer(mux)
	t.Cleanup(s.close)
	return s
}

func (o Options) withDefaults() Options {
	or := func(n *int, d int) {
		if *n == 0 {
			*n = d
		}
	}
	limit := func(l *Limit, calls int, per time.Duration) {
		or(&l.Calls, calls)
		if l.Per == 0 {
			l.Per = per
		}
	}
	limit(&o.Messages, 5, 5*time.Second)
	limit(&o.Routes, 100, time.Second)
	or(&o.Global, 50)
	or(&o.Shards, 1)
	or(&o.Starts, 1000)
	or(&o.Concurrency, 1)
	if o.AckTime == 0 {
		o.AckTime = 3 * time.Second
	}
	if o.TokenTime == 0 {
		o.TokenTime = 15 * time.Minute
	}
	return o
}

func (s *Server) close() {
	s.gw.close()
	s.http.CloseClientConnections()
	s.http.Close()
}

// API is the base of the REST API, as DISCORD_API_URL takes it.
func (s *Server) API() string { return s.http.URL + "/api/v10/" }

// PublicKey checks the signatures of interactions.
func (s *Server) PublicKey() ed25519.PublicKey { return s.public }

// PublicKeyHex is the key as DISCORD_PUBLIC_KEY takes it.
func (s *Server) PublicKeyHex() string { return hex.EncodeToString(s.public) }

// epoch is the first millisecond of Discord's ids.
const epoch = 1420070400000

// ID makes a new id that tells the time, as Discord's do.
func (s *Server) ID() string {
	for {
		last, now := s.stamp.Load(), (time.Now().UnixMilli()-epoch)<<22
		now = max(now, last+1)
		if s.stamp.CompareAndSwap(last, now) {
			return strconv.FormatInt(now, 10)
		}
	}
}

// Change changes what the server knows, under its lock.
func (s *Server) Change(f func()) {
	s.mu.Lock()
	f()
	s.wake()
	s.mu.Unlock()
	s.flush()
}

// wake tells those who wait that something has changed.
func (s *Server) wake() { s.changed.Give() }

// Changed gives a channel that is closed at the next change.
func (s *Server) Changed() <-chan struct{} { return s.changed.Next() }

// Await returns when f, called under the server's lock, is true. f may use what
// ends in Locked.
func (s *Server) Await(what string, f func() bool) {
	s.t.Helper()
	await.Until(s.t, s.Changed, what, func() bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		return f()
	}, s.Summary)
}

// Summary tells what there is, for a test that fails.
func (s *Server) Summary() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var b strings.Builder
	for id, all := range s.order {
		for _, m := range all[max(0, len(all)-20):] {
			fmt.Fprintf(&b, "message %s in %s to %q: %s\n", m.ID, id, m.To, strings.ReplaceAll(m.Words(), "\n", " | "))
		}
	}
	for _, v := range s.broken[max(0, len(s.broken)-20):] {
		fmt.Fprintf(&b, "violation: %s %s: %s\n", v.Call.Method, v.Call.Path, v.What)
	}
	for _, c := range s.calls[max(0, len(s.calls)-20):] {
		fmt.Fprintf(&b, "call %s %s: %d %d\n", c.Method, c.Path, c.Status, c.Code)
	}
	return b.String()
}

// Calls gives all calls so far.
func (s *Server) Calls() []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.calls)
}

// Invalid is how many answers counted as invalid requests: 401, 403 and 429,
// but for a shared 429.
func (s *Server) Invalid() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.invalid
}

// Violations gives what the app did that it must not: calls that Discord
// refuses for their form, routes that are not there, calls while it was asked
// to wait, late answers.
func (s *Server) Violations() []Violation {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.broken)
}

// Clean fails the test if there are violations.
func (s *Server) Clean() {
	s.t.Helper()
	for _, v := range s.Violations() {
		s.t.Errorf("violation: %s %s: %s", v.Call.Method, v.Call.Path, v.What)
	}
}

// violate notes a violation, under the lock.
func (s *Server) violate(c Call, format string, args ...any) {
	s.broken = append(s.broken, Violation{c, fmt.Sprintf(format, args...)})
	s.wake()
}

// Door is a way into the app: by it Discord delivers interactions.
type Door interface {
	// deliver hands over a payload. It gives what HTTP answered, status 0 over
	// the gateway.
	deliver(guild string, payload object) (status int, answer []byte)
}
