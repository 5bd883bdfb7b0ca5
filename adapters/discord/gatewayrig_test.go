package discord_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bwmarrin/discordgo"
	"github.com/gorilla/websocket"

	"github.com/bellwether/bellwether/adapters/discord"
)

// together runs a test for each of the cases, all at the same time: most of it
// is the second that discordgo sleeps when a connection has ended.
func together[V any](t *testing.T, cases map[string]V, test func(t *testing.T, v V)) {
	var all sync.WaitGroup
	for name, v := range cases {
		all.Go(func() { t.Run(name, func(t *testing.T) { test(t, v) }) })
	}
	all.Wait()
}

const gateToken = "gate-secret-token"

// gate is a gateway whose every word a test writes.
type gate struct {
	t    *testing.T
	http *httptest.Server

	mu      sync.Mutex
	plan    map[string]any // what gateway/bot answers
	token   string
	asked   int
	onAsk   func() // may change the plan
	conns   []*gateConn
	scripts []func(c *gateConn) // for one connection each; then stay
	ended   sync.WaitGroup
}

// gateConn is one connection.
type gateConn struct {
	*websocket.Conn
	g    *gate
	path string
	at   time.Time
	seq  int
	// mute: heartbeats get no answer.
	mute  bool
	begin gateFrame // IDENTIFY or RESUME
}

type gateFrame struct {
	Op   int             `json:"op"`
	Data json.RawMessage `json:"d"`
}

func newGate(t *testing.T, scripts ...func(c *gateConn)) *gate {
	g := &gate{t: t, token: gateToken, scripts: scripts}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/v10/gateway/bot", g.answer)
	mux.HandleFunc("GET /ws/", g.serve)
	g.http = httptest.NewServer(mux)
	g.plan = map[string]any{"url": g.url("first"), "shards": 1, "session_start_limit": starts(1000, 0, 1)}
	t.Cleanup(func() {
		g.closeAll()
		g.ended.Wait()
		g.http.Close()
	})
	return g
}

func starts(remaining int, reset time.Duration, concurrency int) map[string]any {
	return map[string]any{"total": 1000, "remaining": remaining, "reset_after": reset.Milliseconds(), "max_concurrency": concurrency}
}

func (g *gate) url(path string) string {
	return "ws" + strings.TrimPrefix(g.http.URL, "http") + "/ws/" + path
}

// set changes what gateway/bot answers.
func (g *gate) set(key string, value any) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.plan[key] = value
}

func (g *gate) answer(w http.ResponseWriter, r *http.Request) {
	g.mu.Lock()
	g.asked++
	if g.onAsk != nil {
		g.onAsk()
	}
	plan := maps.Clone(g.plan)
	g.mu.Unlock()
	if r.Header.Get("Authorization") != "Bot "+g.token {
		w.WriteHeader(http.StatusUnauthorized)
	}
	_ = json.NewEncoder(w).Encode(plan)
}

func (g *gate) serve(w http.ResponseWriter, r *http.Request) {
	conn, err := new(websocket.Upgrader).Upgrade(w, r, nil)
	if err != nil {
		return
	}
	defer conn.Close()
	c := &gateConn{Conn: conn, g: g, path: r.URL.RequestURI(), at: time.Now()}
	g.ended.Add(1)
	defer g.ended.Done()
	g.mu.Lock()
	script := (*gateConn).stay
	if n := len(g.conns); n < len(g.scripts) {
		script = g.scripts[n]
	}
	g.conns = append(g.conns, c)
	g.mu.Unlock()
	script(c)
}

func (g *gate) closeAll() {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, c := range g.conns {
		c.Close()
	}
}

// all gives the connections so far.
func (g *gate) all() []*gateConn {
	g.mu.Lock()
	defer g.mu.Unlock()
	return append([]*gateConn(nil), g.conns...)
}

func (c *gateConn) write(v any) { _ = c.WriteJSON(v) } // an end is seen when reading

func (c *gateConn) raw(text string) { _ = c.WriteMessage(websocket.TextMessage, []byte(text)) }

func (c *gateConn) hello(interval time.Duration) {
	c.write(map[string]any{"op": 10, "s": nil, "t": nil, "d": map[string]any{"heartbeat_interval": interval.Milliseconds()}})
}

// next gives what the app sends beside heartbeats; false at the end.
func (c *gateConn) next() (gateFrame, bool) {
	for {
		var f gateFrame
		if err := c.ReadJSON(&f); err != nil {
			if closed, ok := errors.AsType[*websocket.CloseError](err); ok && closed.Code != websocket.CloseAbnormalClosure {
				c.g.t.Errorf("the app closed with a code: %v", closed)
			}
			return f, false
		}
		if f.Op != 1 {
			return f, true
		}
		if !c.mute {
			c.write(map[string]any{"op": 11})
		}
	}
}

// idle answers heartbeats until the end.
func (c *gateConn) idle() {
	for {
		if f, ok := c.next(); !ok {
			return
		} else {
			c.g.t.Errorf("the app sent %d: %s", f.Op, f.Data)
		}
	}
}

// greet says hello and takes IDENTIFY or RESUME.
func (c *gateConn) greet() bool {
	c.hello(50 * time.Millisecond)
	f, ok := c.next()
	c.g.mu.Lock()
	c.begin = f
	c.g.mu.Unlock()
	return ok
}

// event sends the next event.
func (c *gateConn) event(name string, data any) {
	c.seq++
	c.write(map[string]any{"op": 0, "s": c.seq, "t": name, "d": data})
}

// ready begins a session that is resumed at another address.
func (c *gateConn) ready() {
	c.event("READY", map[string]any{
		"v": 10, "session_id": "session", "resume_gateway_url": c.g.url("resume"), "user": map[string]any{"id": "1"}, "guilds": []any{},
	})
}

// guild sends a GUILD_CREATE with the event's number as its id.
func (c *gateConn) guild() {
	c.event("GUILD_CREATE", map[string]any{"id": fmt.Sprint(c.seq + 1)})
}

// stay begins or resumes a session, and stays.
func (c *gateConn) stay() {
	if !c.greet() {
		return
	}
	if c.begin.Op == 6 {
		c.seq = 1000
		c.event("RESUMED", map[string]any{})
	} else {
		c.ready()
	}
	c.idle()
}

// gone closes with a code, and waits for the app to go.
func (c *gateConn) gone(code int) {
	_ = c.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(code, "a reason"), time.Now().Add(time.Second))
	c.next()
}

// memory is a store for leases and marks.
type memory struct {
	mu     sync.Mutex
	leases map[string]lease
	marks  map[string]time.Time
	broken bool
}

type lease struct {
	holder string
	until  time.Time
}

func newMemory() *memory {
	return &memory{leases: map[string]lease{}, marks: map[string]time.Time{}}
}

var errStore = errors.New("the store is away")

func (m *memory) Hold(_ context.Context, name, holder string, span time.Duration) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.broken {
		return false, errStore
	}
	if l := m.leases[name]; l.holder != holder && time.Now().Before(l.until) {
		return false, nil
	}
	m.leases[name] = lease{holder, time.Now().Add(span)}
	return true, nil
}

func (m *memory) Release(_ context.Context, name, holder string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.leases[name].holder == holder {
		delete(m.leases, name)
	}
	return nil
}

func (m *memory) Once(_ context.Context, name string, keep time.Duration) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if time.Now().Before(m.marks[name]) {
		return false, nil
	}
	m.marks[name] = time.Now().Add(keep)
	return true, nil
}

// until gives when a lease ends.
func (m *memory) until(name string) time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.leases[name].until
}

func (m *memory) away() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.broken
}

// change changes what is stored.
func (m *memory) change(f func()) {
	m.mu.Lock()
	defer m.mu.Unlock()
	f()
}

// gateApp is a Gateway that runs.
type gateApp struct {
	t      *testing.T
	end    context.CancelFunc
	result chan error
	log    *lockedBuffer

	mu      sync.Mutex
	events  []any
	changed chan struct{}
	over    bool
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// fast are limits for tests.
var fast = discord.GatewayLimits{
	Hello: 5 * time.Second, Ack: time.Second, Lease: 3 * time.Second, Renew: 100 * time.Millisecond,
	MinPause: 5 * time.Millisecond, MaxPause: 50 * time.Millisecond, Identify: 20 * time.Millisecond,
}

// start runs a Gateway; it is ended with the test.
func (g *gate) start(store *memory, holder string, limits discord.GatewayLimits) *gateApp {
	return startGateway(g.t, g.http.URL+"/api/v10/", gateToken, store, holder, limits)
}

func startGateway(t *testing.T, api, token string, store *memory, holder string, limits discord.GatewayLimits) *gateApp {
	a := &gateApp{t: t, result: make(chan error, 1), log: &lockedBuffer{}, changed: make(chan struct{})}
	log := slog.New(slog.NewTextHandler(a.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	transport := &http.Transport{}
	client := discord.NewClient(discord.ClientConfig{
		Token: token, BaseURL: api, HTTP: &http.Client{Transport: transport}, Logger: log,
	})
	gateway := discord.NewGateway(discord.GatewayConfig{
		Client: client, Leases: store, Once: store, Holder: holder, Limits: limits, Logger: log,
	})
	ctx, end := context.WithCancel(context.Background())
	a.end = end
	finished := make(chan struct{})
	go func() {
		defer close(finished)
		err := gateway.Run(ctx, a.take)
		a.mu.Lock()
		a.over = true
		a.mu.Unlock()
		a.result <- err
	}()
	t.Cleanup(func() {
		end()
		<-finished
		transport.CloseIdleConnections()
		if strings.Contains(a.log.String(), token) || strings.Contains(a.log.String(), "session_id") {
			t.Errorf("a secret in the log:\n%s", a.log)
		}
	})
	return a
}

func (a *gateApp) take(event any) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.over {
		a.t.Error("an event after the end")
	}
	a.events = append(a.events, event)
	close(a.changed)
	a.changed = make(chan struct{})
}

// await waits until f is true of the events.
func (a *gateApp) await(what string, f func(events []any) bool) {
	a.t.Helper()
	limit := time.NewTimer(20 * time.Second)
	defer limit.Stop()
	for {
		a.mu.Lock()
		events, changed := slices.Clone(a.events), a.changed
		a.mu.Unlock()
		if f(events) {
			return
		}
		select {
		case <-changed:
		case <-limit.C:
			a.t.Fatalf("it did not come to this: %s\n%s", what, a.log)
		}
	}
}

// kinds names the events, those of servers by their id.
func kinds(events []any) []string {
	var out []string
	for _, e := range events {
		switch e := e.(type) {
		case *discordgo.GuildCreate:
			out = append(out, e.ID)
		case *discordgo.Ready:
			out = append(out, "ready")
		case *discordgo.Resumed:
			out = append(out, "resumed")
		default:
			out = append(out, fmt.Sprintf("%T", e))
		}
	}
	return out
}

// awaitKinds waits for these events, separated by blanks, and no others.
func (a *gateApp) awaitKinds(want string) {
	a.t.Helper()
	a.await(want, func(events []any) bool { return len(events) >= len(strings.Fields(want)) })
	a.mu.Lock()
	defer a.mu.Unlock()
	if got := strings.Join(kinds(a.events), " "); got != want {
		a.t.Fatalf("events %s, want %s\n%s", got, want, a.log)
	}
}

// stop ends it, and gives what Run returned.
func (a *gateApp) stop() error {
	a.end()
	return a.wait()
}

func (a *gateApp) wait() error {
	a.t.Helper()
	select {
	case err := <-a.result:
		return err
	case <-time.After(20 * time.Second):
		a.t.Fatalf("Run does not return\n%s", a.log)
		return nil
	}
}
