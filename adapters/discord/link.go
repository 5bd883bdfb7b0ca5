package discord

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"time"

	"github.com/bwmarrin/discordgo"
	"github.com/gorilla/websocket"
)

var (
	errReconnect = errors.New("the gateway asks for another connection")
	errSilent    = errors.New("the gateway did not answer in time")
	errNear      = errors.New("discordgo closed the connection")
	errCut       = errors.New("the connection was cut")
)

// closedError is a close code of the gateway's.
type closedError struct{ code int }

func (e *closedError) Error() string {
	return fmt.Sprintf("Discord closed the connection (%d)", e.code)
}

// invalidError: Discord does not know the session, or can't go on with it now.
type invalidError struct{ resumable bool }

func (e *invalidError) Error() string { return "Discord calls the session invalid" }

// began is how a session began on a connection.
type began int

const (
	beganNever began = iota
	beganAnew
	beganResumed
)

// session is one of the gateway's, over all the connections that it has.
type session struct {
	dg     *discordgo.Session
	near   net.Conn      // what dg connects to next
	closed chan struct{} // dg has closed a connection
	// opened: dg knows the session, and will resume it.
	opened     bool
	id, resume string
	seq        int64 // of the last event that was handed on
}

func startSession(token string, shard, shards int) *session {
	s := &session{closed: make(chan struct{}, 1)}
	s.dg = newGatewaySession(token, shard, shards, func() net.Conn { return s.near })
	s.dg.AddHandler(func(*discordgo.Session, *discordgo.Disconnect) {
		select {
		case s.closed <- struct{}{}:
		default:
		}
	})
	return s
}

// link carries frames between Discord and discordgo, on one connection. What
// discordgo can't cope with does not reach it: it is told of the greeting, of
// acknowledged heartbeats, and of the number of each event, no more.
//
//   - Frames that are null, and events with null in some places, make it panic;
//     so does a heartbeat interval of nothing.
//   - A request to connect anew, or an acknowledgement, that comes before READY
//     makes it wait for a lock that it holds itself.
//   - It answers an invalid session with another IDENTIFY on the same connection,
//     at once; it closes connections with a code that ends the session.
type link struct {
	*session
	far           *websocket.Conn
	handle        func(any)
	log           *slog.Logger
	limits        GatewayLimits
	greeted, told bool // told: discordgo knows of an event
	begun         began
	live          func() // told when it has begun
	address       string // of far

	nearConn net.Conn
	near     *websocket.Conn
	limit    *time.Timer
	write    sync.Mutex // to far

	once sync.Once
	done chan struct{}
	why  error
}

// run carries frames until the connection ends, and says why it did. far is
// closed then, without a word, so that the session can be resumed. It returns
// when nothing of it runs any more, which discordgo delays by a second.
func (l *link) run(ctx context.Context) error {
	l.session.near, l.nearConn = net.Pipe()
	l.done = make(chan struct{})
	select {
	case <-l.closed:
	default:
	}
	l.limit = time.AfterFunc(l.limits.Hello, func() { l.end(errSilent) })
	defer l.limit.Stop()
	defer context.AfterFunc(ctx, func() { l.end(ctx.Err()) })()
	var parts sync.WaitGroup
	parts.Go(func() {
		near, err := accept(l.nearConn)
		if err != nil {
			l.end(errNear)
			return
		}
		l.near = near
		parts.Go(l.down)
		l.up()
	})
	if err := l.dg.Open(); err != nil {
		l.end(errNear)
	} else {
		l.opened = true
		<-l.done
		<-l.closed
	}
	parts.Wait()
	return l.why
}

// end ends the connection; the first reason counts.
func (l *link) end(why error) {
	l.once.Do(func() {
		l.why = why
		l.far.Close()
		l.nearConn.Close()
		close(l.done)
	})
}

// lastWords is how long a connection that takes nothing is still listened to.
const lastWords = time.Second

// up carries what discordgo sends.
func (l *link) up() {
	for {
		kind, data, err := l.near.ReadMessage()
		if err != nil {
			l.end(errNear)
			return
		}
		if kind != websocket.TextMessage {
			continue
		}
		if l.send(data) != nil {
			// Why may be told by what Discord has still sent.
			if l.far.SetReadDeadline(time.Now().Add(lastWords)) != nil {
				l.end(errCut)
			}
			return
		}
	}
}

func (l *link) send(data []byte) error {
	l.write.Lock()
	defer l.write.Unlock()
	if err := l.far.SetWriteDeadline(time.Now().Add(writeTime)); err != nil {
		return err
	}
	return l.far.WriteMessage(websocket.TextMessage, data)
}

// down carries what Discord sends.
func (l *link) down() {
	for {
		kind, data, err := l.far.ReadMessage()
		if err != nil {
			if closed, ok := errors.AsType[*websocket.CloseError](err); ok && closed.Code != websocket.CloseAbnormalClosure {
				l.end(&closedError{closed.Code})
			}
			l.end(errCut)
			return
		}
		var f frame
		if kind != websocket.TextMessage || json.Unmarshal(data, &f) != nil {
			l.log.Debug("discord: a frame can't be read", "bytes", len(data))
			continue
		}
		if err := l.take(f); err != nil {
			l.end(err)
			return
		}
	}
}

// take takes one frame of Discord's; an error ends the connection.
func (l *link) take(f frame) error {
	switch f.Op {
	case opDispatch:
		return l.event(f)
	case opHeartbeat:
		beat, err := json.Marshal(map[string]any{"op": opHeartbeat, "d": l.seq})
		if err == nil && l.greeted {
			err = l.send(beat)
		}
		if err != nil {
			return errCut
		}
	case opReconnect:
		return errReconnect
	case opInvalid:
		var resumable bool
		_ = json.Unmarshal(f.Data, &resumable) // what is no answer is none
		return &invalidError{resumable}
	case opHello:
		return l.hello(f)
	case opAck:
		if l.begun != beganNever {
			l.limit.Reset(l.limits.Ack)
		}
		if l.told {
			return l.tell(frame{Op: opAck})
		}
	}
	return nil
}

// The bounds of a heartbeat interval; Discord's is 41 seconds.
const (
	minBeat = 10 * time.Millisecond
	maxBeat = 10 * time.Minute
)

func (l *link) hello(f frame) error {
	if l.greeted {
		return nil
	}
	var said struct {
		Interval int64 `json:"heartbeat_interval"`
	}
	err := json.Unmarshal(f.Data, &said)
	if err != nil || said.Interval < minBeat.Milliseconds() || said.Interval > maxBeat.Milliseconds() {
		return fmt.Errorf("read Discord's greeting: %w", errEvent)
	}
	l.greeted = true
	data, err := json.Marshal(said)
	if err != nil {
		return err
	}
	return l.tell(frame{Op: opHello, Data: data})
}

// event hands an event on, unless that was done before the session was resumed.
func (l *link) event(f frame) error {
	told := frame{Type: "NEWS", Data: json.RawMessage("{}")}
	switch {
	case !l.greeted:
		return nil
	case f.Type == eventReady:
		var said greeting
		if json.Unmarshal(f.Data, &said) != nil || said.Session == "" {
			return fmt.Errorf("read %s: %w", eventReady, errEvent)
		}
		l.id, l.resume, l.seq = said.Session, resumeAddress(said.Resume, l.address), 0
		told.Type, told.Data = eventReady, mustJSON(map[string]string{"session_id": said.Session})
		l.begins(beganAnew)
	case l.id == "": // not yet
		return nil
	case f.Type == eventResumed:
		told.Type = eventResumed
		l.begins(beganResumed)
	}
	isNew := f.Seq > l.seq || f.Type == eventResumed || f.Type == eventReady
	l.seq = max(l.seq, f.Seq)
	if l.begun == beganNever {
		l.limit.Reset(l.limits.Hello)
	}
	if isNew {
		l.handOn(f)
	}
	l.told = true
	told.Seq = l.seq
	return l.tell(told)
}

func (l *link) handOn(f frame) {
	event, err := readEvent(f.Type, f.Data)
	switch {
	case err != nil:
		l.log.Warn("discord: an event can't be read", "event", f.Type, "error", err)
	case event != nil:
		l.handle(event)
	}
}

// begins notes that events come from here on.
func (l *link) begins(how began) {
	if how == beganAnew {
		l.log.Info("discord: connected")
	} else {
		l.log.Info("discord: resumed")
	}
	if l.begun == beganNever {
		l.live()
	}
	l.begun = how
	l.limit.Reset(l.limits.Ack)
}

// tell sends a frame to discordgo.
func (l *link) tell(f frame) error {
	data, err := json.Marshal(f)
	if err != nil {
		return err
	}
	if l.near.WriteMessage(websocket.TextMessage, data) != nil {
		return errNear
	}
	return nil
}

// mustJSON writes what can always be written.
func mustJSON(v any) json.RawMessage {
	data, _ := json.Marshal(v) // only of strings
	return data
}
