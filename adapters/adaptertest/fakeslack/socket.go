package fakeslack

import (
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// maxAck is what an acknowledgement may hold; larger ones are dropped.
const maxAck = 20 << 10

// socket is Socket Mode: connections, and envelopes that wait for their
// acknowledgement.
type socket struct {
	s *Server

	mu      sync.Mutex
	tickets map[string]bool
	conns   []*conn
	turn    int
	opened  chan struct{} // closed when a connection is made
	acks    map[string]chan json.RawMessage
	done    sync.WaitGroup
	closed  bool
}

type conn struct {
	ws    *websocket.Conn
	write sync.Mutex
	gone  chan struct{}
}

// Socket opens Socket Mode as the way in.
func (s *Server) Socket() Door {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.socket = &socket{s: s, tickets: map[string]bool{}, opened: make(chan struct{}), acks: map[string]chan json.RawMessage{}}
	s.door = s.socket
	return s.socket
}

func (s *Server) openConnection(*request) (object, fail) {
	if s.socket == nil {
		return nil, "socket_mode_not_enabled"
	}
	ticket := s.id("secret-ticket-")
	s.socket.mu.Lock()
	defer s.socket.mu.Unlock()
	s.socket.tickets[ticket] = true
	return object{"url": "ws" + strings.TrimPrefix(s.http.URL, "http") + "/link/" + ticket}, ""
}

func (s *Server) serveSocket(w http.ResponseWriter, r *http.Request) {
	k := s.socket
	k.mu.Lock()
	known := k.tickets[r.PathValue("ticket")]
	delete(k.tickets, r.PathValue("ticket"))
	k.mu.Unlock()
	if !known {
		http.Error(w, "invalid ticket", http.StatusForbidden)
		return
	}
	ws, err := (&websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}).Upgrade(w, r, nil)
	if err != nil {
		return
	}
	c := &conn{ws: ws, gone: make(chan struct{})}
	_ = c.send(object{"type": "hello", "num_connections": 1, "connection_info": object{"app_id": AppID}, "debug_info": object{"host": "fake"}})
	k.mu.Lock()
	if k.closed {
		k.mu.Unlock()
		_ = ws.Close()
		return
	}
	k.conns = append(k.conns, c)
	close(k.opened)
	k.opened = make(chan struct{})
	k.done.Add(2)
	k.mu.Unlock()
	go func() { defer k.done.Done(); c.ping() }()
	defer k.done.Done()
	k.read(c)
}

func (c *conn) send(v any) error {
	c.write.Lock()
	defer c.write.Unlock()
	return c.ws.WriteJSON(v)
}

// pingEvery is often enough for a client that gives up after 30 seconds.
const pingEvery = 2 * time.Second

func (c *conn) ping() {
	ticker := time.NewTicker(pingEvery)
	defer ticker.Stop()
	for {
		c.write.Lock()
		err := c.ws.WriteControl(websocket.PingMessage, []byte("ping"), time.Now().Add(time.Second))
		c.write.Unlock()
		if err != nil {
			return
		}
		select {
		case <-c.gone:
			return
		case <-ticker.C:
		}
	}
}

// read takes acknowledgements until the connection ends.
func (k *socket) read(c *conn) {
	defer func() {
		close(c.gone)
		_ = c.ws.Close()
		k.mu.Lock()
		defer k.mu.Unlock()
		for i, other := range k.conns {
			if other == c {
				k.conns = append(k.conns[:i], k.conns[i+1:]...)
				break
			}
		}
	}()
	for {
		_, raw, err := c.ws.ReadMessage()
		if err != nil {
			return
		}
		var ack struct {
			ID      string          `json:"envelope_id"`
			Payload json.RawMessage `json:"payload"`
		}
		if len(raw) >= maxAck || json.Unmarshal(raw, &ack) != nil {
			continue
		}
		k.mu.Lock()
		if waiting := k.acks[ack.ID]; waiting != nil {
			waiting <- ack.Payload
			delete(k.acks, ack.ID)
		}
		k.mu.Unlock()
	}
}

// next gives a connection, waiting for one.
func (k *socket) next(stop <-chan time.Time) *conn {
	for {
		k.mu.Lock()
		if len(k.conns) > 0 {
			k.turn++
			c := k.conns[k.turn%len(k.conns)]
			k.mu.Unlock()
			return c
		}
		opened := k.opened
		k.mu.Unlock()
		select {
		case <-opened:
		case <-stop:
			return nil
		}
	}
}

// Connections counts the open sockets.
func (s *Server) Connections() int {
	s.socket.mu.Lock()
	defer s.socket.mu.Unlock()
	return len(s.socket.conns)
}

// AwaitConnections waits until n sockets are open.
func (s *Server) AwaitConnections(n int) {
	s.t.Helper()
	limit := time.NewTimer(awaitTime)
	defer limit.Stop()
	for {
		s.socket.mu.Lock()
		have, opened := len(s.socket.conns), s.socket.opened
		s.socket.mu.Unlock()
		if have >= n {
			return
		}
		select {
		case <-opened:
		case <-limit.C:
			s.t.Fatalf("%d sockets are open, want %d", have, n)
		}
	}
}

// Disconnect asks the app to renew one connection, as Slack does every hour or
// so.
func (s *Server) Disconnect(reason string) {
	s.t.Helper()
	c := s.socket.next(time.After(awaitTime))
	if c == nil {
		s.t.Fatal("no socket is open")
	}
	_ = c.send(object{"type": "disconnect", "reason": reason, "debug_info": object{"host": "fake"}})
}

// CutSockets drops all connections without a word.
func (s *Server) CutSockets() {
	s.socket.mu.Lock()
	defer s.socket.mu.Unlock()
	for _, c := range s.socket.conns {
		_ = c.ws.UnderlyingConn().Close()
	}
}

func (s *Server) closeSocket() {
	s.mu.Lock()
	k := s.socket
	s.mu.Unlock()
	if k == nil {
		return
	}
	k.mu.Lock()
	k.closed = true
	for _, c := range k.conns {
		_ = c.ws.Close()
	}
	k.mu.Unlock()
	k.done.Wait()
}

// deliver sends an envelope until it is acknowledged.
func (k *socket) deliver(kind string, payload object) (json.RawMessage, bool) {
	limit := time.After(awaitTime)
	for attempt := 0; ; attempt++ {
		c := k.next(limit)
		if c == nil {
			return nil, false
		}
		id := k.s.id("envelope-")
		waiting := make(chan json.RawMessage, 1)
		k.mu.Lock()
		k.acks[id] = waiting
		k.mu.Unlock()
		envelope := object{"envelope_id": id, "type": kind, "payload": payload, "accepts_response_payload": kind != "events_api"}
		if attempt > 0 {
			envelope["retry_attempt"], envelope["retry_reason"] = attempt, "timeout"
		}
		begun := time.Now()
		if c.send(envelope) != nil {
			continue
		}
		timer := time.NewTimer(k.s.o.AckTime)
		select {
		case answer := <-waiting:
			timer.Stop()
			return answer, true
		case <-c.gone: // again over another
			timer.Stop()
		case <-timer.C:
			k.s.late(kind, time.Since(begun))
		case <-limit:
			timer.Stop()
			return nil, false
		}
	}
}

// late notes an acknowledgement that did not come in time.
func (s *Server) late(kind string, span time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.broken = append(s.broken, Violation{Call{Method: kind, At: time.Now()}, "not acknowledged within " + span.String()})
}
