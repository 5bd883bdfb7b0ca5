package fakediscord

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/bwmarrin/discordgo"
	"github.com/gorilla/websocket"
)

// Operations of the gateway.
// Source: https://discord.com/developers/docs/topics/opcodes-and-status-codes#gateway-gateway-opcodes
const (
	opDispatch  = 0
	opHeartbeat = 1
	opIdentify  = 2
	opResume    = 6
	opReconnect = 7
	opInvalid   = 9
	opHello     = 10
	opAck       = 11
)

const (
	// mostSent bounds what a bot may send in a minute.
	// Source: https://discord.com/developers/docs/events/gateway#rate-limiting
	mostSent = 120
	// replayed is how many events a session remembers.
	replayed = 10_000
	// heartbeat is how often a bot is to say that it lives.
	heartbeat = 5 * time.Second
	// privileged are the intents that have to be granted.
	privileged = discordgo.IntentGuildMembers | discordgo.IntentGuildPresences | discordgo.IntentMessageContent
	allIntents = 1<<26 - 1
)

// gateway is the gateway: sessions, each of a shard, and the connection that it
// has now.
type gateway struct {
	s *Server

	mu       sync.Mutex
	sessions map[string]*session
	conns    map[*gatewayConn]bool
	counts   GatewayCounts
	mute     bool // heartbeats get no answer
	closed   bool
	done     sync.WaitGroup
}

// GatewayCounts tell what was done at the gateway.
type GatewayCounts struct {
	Connections, Identifies, Resumes, Resumed int
	// Elsewhere counts resumes at the address that READY named.
	Elsewhere int
}

// session is one of the gateway's.
type session struct {
	id           string
	shard, count int
	seq          int
	events       []gatewayFrame
	conn         *gatewayConn // nil while there is none
}

type gatewayConn struct {
	ws    *websocket.Conn
	write sync.Mutex
	gone  chan struct{}
	sent  []time.Time
}

type gatewayFrame struct {
	Op   int             `json:"op"`
	Data json.RawMessage `json:"d"`
	Seq  int             `json:"s,omitempty"`
	Type string          `json:"t,omitempty"`
}

func newGateway(s *Server) *gateway {
	return &gateway{s: s, sessions: map[string]*session{}, conns: map[*gatewayConn]bool{}}
}

// dispatch sends an event to every session of the guild's shard.
func (g *gateway) dispatch(guild, event string, data any) {
	raw, err := json.Marshal(data)
	if err != nil {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, x := range g.sessions {
		if shardOf(guild, x.count) == x.shard {
			x.send(event, raw)
		}
	}
}

// send notes an event and sends it, under the lock.
func (x *session) send(event string, data json.RawMessage) {
	x.seq++
	f := gatewayFrame{Op: opDispatch, Data: data, Seq: x.seq, Type: event}
	if x.events = append(x.events, f); len(x.events) > replayed {
		x.events = slices.Clone(x.events[1:])
	}
	if x.conn != nil {
		x.conn.send(f)
	}
}

func (c *gatewayConn) send(f gatewayFrame) {
	c.write.Lock()
	defer c.write.Unlock()
	_ = c.ws.SetWriteDeadline(time.Now().Add(5 * time.Second))
	_ = c.ws.WriteJSON(f) // one that is gone resumes
}

// end closes a connection with a code; 0 cuts it.
func (c *gatewayConn) end(code int) {
	if code != 0 {
		c.write.Lock()
		_ = c.ws.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(code, ""), time.Now().Add(time.Second))
		c.write.Unlock()
	}
	_ = c.ws.Close()
}

func (g *gateway) close() {
	g.mu.Lock()
	g.closed = true
	for c := range g.conns {
		c.end(0)
	}
	g.mu.Unlock()
	g.done.Wait()
}

func (g *gateway) serve(w http.ResponseWriter, r *http.Request) {
	ws, err := (&websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}).Upgrade(w, r, nil)
	if err != nil {
		return
	}
	c := &gatewayConn{ws: ws, gone: make(chan struct{})}
	g.mu.Lock()
	if g.closed {
		g.mu.Unlock()
		_ = ws.Close()
		return
	}
	g.counts.Connections++
	g.conns[c] = true
	g.done.Add(1)
	g.mu.Unlock()
	g.changed()
	defer g.done.Done()
	g.talk(c, strings.TrimPrefix(r.URL.Path, "/gateway/ws"))
	close(c.gone)
	_ = ws.Close()
	g.mu.Lock()
	delete(g.conns, c)
	for _, x := range g.sessions {
		if x.conn == c {
			x.conn = nil
		}
	}
	g.mu.Unlock()
	g.changed()
}

// changed wakes those who wait for the server.
func (g *gateway) changed() { g.s.Change(func() {}) }

// talk greets, and reads until the connection ends.
func (g *gateway) talk(c *gatewayConn, path string) {
	hello, _ := json.Marshal(object{"heartbeat_interval": heartbeat.Milliseconds()})
	c.send(gatewayFrame{Op: opHello, Data: hello})
	for {
		var f gatewayFrame
		if err := c.ws.ReadJSON(&f); err != nil {
			return
		}
		if code := g.take(c, f, path); code != 0 {
			c.end(code)
			return
		}
	}
}

// take takes what a bot sends; a code closes the connection.
func (g *gateway) take(c *gatewayConn, f gatewayFrame, path string) int {
	now := time.Now()
	c.sent = append(c.sent, now)
	for now.Sub(c.sent[0]) > time.Minute {
		c.sent = c.sent[1:]
	}
	if len(c.sent) > mostSent {
		g.violate("more than 120 messages a minute to the gateway")
		return 4008
	}
	switch f.Op {
	case opHeartbeat:
		g.mu.Lock()
		mute := g.mute
		g.mu.Unlock()
		if !mute {
			c.send(gatewayFrame{Op: opAck})
		}
		return 0
	case opIdentify:
		return g.identify(c, f.Data)
	case opResume:
		return g.resume(c, f.Data, path)
	}
	g.violate("an operation that this bot has no use for")
	return 4001
}

func (g *gateway) violate(what string) {
	g.s.Change(func() { g.s.violate(Call{Method: "gateway"}, "%s", what) })
}

// identify begins a session.
func (g *gateway) identify(c *gatewayConn, raw json.RawMessage) int {
	var said struct {
		Token   string `json:"token"`
		Intents int    `json:"intents"`
		Shard   *[2]int
	}
	if json.Unmarshal(raw, &said) != nil {
		return 4002
	}
	shard, count := 0, 1
	if said.Shard != nil {
		shard, count = said.Shard[0], said.Shard[1]
	}
	g.s.mu.Lock()
	refused, wanted := g.s.revoked, g.s.o.Shards
	g.s.mu.Unlock()
	switch {
	case refused || strings.TrimPrefix(said.Token, "Bot ") != Token:
		return 4004
	case said.Intents < 0 || said.Intents > allIntents:
		return 4013
	case discordgo.Intent(said.Intents)&privileged != 0:
		return 4014
	case count < 1 || shard < 0 || shard >= count:
		return 4010
	case count < wanted:
		return 4011
	case !g.s.started():
		g.violate("a session more than the day has")
		return 4004
	}
	x := &session{id: g.s.ID(), shard: shard, count: count, conn: c}
	guilds := g.s.guildsOf(shard, count)
	g.mu.Lock()
	g.counts.Identifies++
	g.sessions[x.id] = x
	ready, _ := json.Marshal(object{
		"v": 10, "session_id": x.id, "resume_gateway_url": "ws" + strings.TrimPrefix(g.s.http.URL, "http") + "/gateway/ws/again",
		"user": g.s.lockedUser(BotID), "guilds": []any{}, "application": object{"id": AppID, "flags": 0}, "shard": []int{shard, count},
	})
	x.send("READY", ready)
	for _, guild := range guilds {
		raw, _ := json.Marshal(guild)
		x.send("GUILD_CREATE", raw)
	}
	g.mu.Unlock()
	g.changed()
	return 0
}

// lockedUser is a user as the gateway tells of them.
func (s *Server) lockedUser(id string) object {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.userJSON(id)
}

// resume goes on with a session: what it has missed is sent again.
func (g *gateway) resume(c *gatewayConn, raw json.RawMessage, path string) int {
	var said struct {
		Token   string `json:"token"`
		Session string `json:"session_id"`
		Seq     int    `json:"seq"`
	}
	if json.Unmarshal(raw, &said) != nil {
		return 4002
	}
	g.s.mu.Lock()
	refused := g.s.revoked
	g.s.mu.Unlock()
	if refused || strings.TrimPrefix(said.Token, "Bot ") != Token {
		return 4004
	}
	g.mu.Lock()
	defer g.changed()
	defer g.mu.Unlock()
	g.counts.Resumes++
	if path != "" {
		g.counts.Elsewhere++
	}
	x := g.sessions[said.Session]
	if x == nil {
		c.send(gatewayFrame{Op: opInvalid, Data: json.RawMessage("false")})
		return 0
	}
	if said.Seq > x.seq {
		return 4007
	}
	g.counts.Resumed++
	x.conn = c
	for _, f := range x.events {
		if f.Seq > said.Seq {
			c.send(f)
		}
	}
	x.send("RESUMED", json.RawMessage("{}"))
	return 0
}

// GatewayCounts gives what was done at the gateway so far.
func (s *Server) GatewayCounts() GatewayCounts {
	s.gate.mu.Lock()
	defer s.gate.mu.Unlock()
	return s.gate.counts
}

// AwaitGateway waits until so many sessions have a connection.
func (s *Server) AwaitGateway(n int) {
	s.t.Helper()
	s.Await("sessions at the gateway", func() bool {
		s.gate.mu.Lock()
		defer s.gate.mu.Unlock()
		open := 0
		for _, x := range s.gate.sessions {
			if x.conn != nil {
				open++
			}
		}
		return open == n
	})
}

// DropGateway cuts all connections to the gateway, or closes them with a code
// if it is not 0.
func (s *Server) DropGateway(code int) {
	s.gate.each(func(c *gatewayConn) { c.end(code) })
}

// Reconnect asks all connections to begin anew.
func (s *Server) Reconnect() {
	s.gate.each(func(c *gatewayConn) { c.send(gatewayFrame{Op: opReconnect}) })
}

// Invalidate calls all sessions invalid: those that can be resumed have to be,
// the others are forgotten.
func (s *Server) Invalidate(resumable bool) {
	data := json.RawMessage("false")
	if resumable {
		data = json.RawMessage("true")
	} else {
		s.gate.mu.Lock()
		clear(s.gate.sessions)
		s.gate.mu.Unlock()
	}
	s.gate.each(func(c *gatewayConn) { c.send(gatewayFrame{Op: opInvalid, Data: data}) })
}

// MuteHeartbeats leaves heartbeats without an answer, or ends that.
func (s *Server) MuteHeartbeats(mute bool) {
	s.gate.mu.Lock()
	defer s.gate.mu.Unlock()
	s.gate.mute = mute
}

func (g *gateway) each(f func(*gatewayConn)) {
	g.mu.Lock()
	var all []*gatewayConn
	for c := range g.conns {
		all = append(all, c)
	}
	g.mu.Unlock()
	for _, c := range all {
		f(c)
	}
}
