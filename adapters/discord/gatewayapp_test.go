package discord_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bwmarrin/discordgo"

	"github.com/bellwether/bellwether/adapters/adaptertest"
	"github.com/bellwether/bellwether/adapters/discord"
)

// memory is a store for leases.
type memory struct {
	mu     sync.Mutex
	leases map[string]lease
	broken bool
}

type lease struct {
	holder string
	until  time.Time
}

func newMemory() *memory {
	return &memory{leases: map[string]lease{}}
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
	of     *discord.Gateway
	end    context.CancelFunc
	result chan error
	log    *adaptertest.Buffer

	mu      sync.Mutex
	events  []any
	changed chan struct{}
	over    bool
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
	a := &gateApp{t: t, result: make(chan error, 1), log: &adaptertest.Buffer{}, changed: make(chan struct{})}
	log := slog.New(slog.NewTextHandler(a.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	transport := &http.Transport{}
	client := discord.NewClient(discord.ClientConfig{
		Token: token, BaseURL: api, HTTP: &http.Client{Transport: transport}, Logger: log,
	})
	gateway := discord.NewGateway(discord.GatewayConfig{
		Client: client, Leases: store, Holder: holder, Limits: limits, Logger: log,
	})
	a.of = gateway
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
