package discord

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/bwmarrin/discordgo"
	"github.com/gorilla/websocket"
)

const (
	// gatewayVersion is of the protocol; discordgo asks for an older one.
	// Source: https://discord.com/developers/docs/reference#api-versioning
	gatewayVersion = "10"
	// maxFrame bounds what Discord may send at once; a large server is below a
	// tenth of that.
	maxFrame  = 32 << 20
	writeTime = 10 * time.Second
	// nearURL is where discordgo believes the gateway to be.
	nearURL = "ws://gateway.invalid/"
)

// intents: servers, their channels, threads and roles, and direct messages;
// none that Discord has to grant. Interactions come without any.
// Source: https://discord.com/developers/docs/events/gateway#list-of-intents
const intents = discordgo.IntentGuilds | discordgo.IntentDirectMessages

var errAddress = errors.New("it is no address of a gateway")

// gatewayAddress checks an address of a gateway and completes it.
func gatewayAddress(address string) (string, error) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.User != nil || u.Scheme != "wss" && u.Scheme != "ws" {
		return "", errAddress
	}
	u.RawQuery = url.Values{"v": {gatewayVersion}, "encoding": {"json"}}.Encode()
	u.Fragment = ""
	if u.Path == "" {
		u.Path = "/"
	}
	return u.String(), nil
}

// resumeAddress is where to resume a session that was begun at the address
// begun: where Discord wants it, if that is as safe.
func resumeAddress(wanted, begun string) string {
	address, err := gatewayAddress(wanted)
	if err != nil || strings.HasPrefix(begun, "wss:") && !strings.HasPrefix(address, "wss:") {
		return begun
	}
	return address
}

// dial opens a connection to Discord.
func dial(ctx context.Context, address string) (*websocket.Conn, error) {
	d := websocket.Dialer{Proxy: http.ProxyFromEnvironment, HandshakeTimeout: 20 * time.Second}
	conn, res, err := d.DialContext(ctx, address, nil)
	if res != nil {
		_ = res.Body.Close() // nothing more is read of it
	}
	if err != nil {
		if res != nil {
			return nil, fmt.Errorf("open a connection to Discord's gateway: it answered %s", res.Status)
		}
		return nil, fmt.Errorf("open a connection to Discord's gateway: %w", err)
	}
	conn.SetReadLimit(maxFrame)
	// What is closed in the proper way can't be resumed.
	conn.SetCloseHandler(func(int, string) error { return nil })
	return conn, nil
}

// newGatewaySession makes a session of discordgo's that connects to what near
// gives, and nowhere else. So discordgo, which keeps an address until it can't
// be reached, and no context while it connects, has neither to care for.
func newGatewaySession(token string, shard, shards int, near func() net.Conn) *discordgo.Session {
	s := newSession("Bot " + token)
	s.Client = &http.Client{Transport: atNear{}}
	s.Dialer = &websocket.Dialer{
		NetDialContext: func(context.Context, string, string) (net.Conn, error) { return near(), nil },
	}
	s.Identify.Intents = intents
	s.Identify.Properties.Browser, s.Identify.Properties.Device = "bellwether", "bellwether"
	s.ShardID, s.ShardCount = shard, shards
	s.Identify.Shard = &[2]int{shard, shards}
	return s
}

// atNear answers discordgo's question for the address of the gateway.
type atNear struct{}

// RoundTrip implements http.RoundTripper.
func (atNear) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{
		StatusCode: http.StatusOK, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: http.Header{}, Request: r,
		Body: io.NopCloser(strings.NewReader(`{"url":"` + nearURL + `"}`)),
	}, nil
}

// accept makes the server's side of a WebSocket of conn.
func accept(conn net.Conn) (*websocket.Conn, error) {
	rw := bufio.NewReadWriter(bufio.NewReader(conn), bufio.NewWriter(conn))
	req, err := http.ReadRequest(rw.Reader)
	if err != nil {
		return nil, err
	}
	return new(websocket.Upgrader).Upgrade(hijacked{conn, rw}, req, nil)
}

// hijacked is a connection as a server of HTTP hands it over.
type hijacked struct {
	conn net.Conn
	rw   *bufio.ReadWriter
}

func (h hijacked) Header() http.Header         { return http.Header{} }
func (h hijacked) Write(p []byte) (int, error) { return h.rw.Write(p) }
func (h hijacked) WriteHeader(int)             {}

// Hijack implements http.Hijacker.
func (h hijacked) Hijack() (net.Conn, *bufio.ReadWriter, error) { return h.conn, h.rw, nil }
