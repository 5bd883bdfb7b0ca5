package discord_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"
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
		f, ok := c.next()
		if !ok {
			return
		}
		c.g.t.Errorf("the app sent %d: %s", f.Op, f.Data)
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
