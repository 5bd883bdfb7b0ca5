package discord_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/bwmarrin/discordgo"

	"github.com/bellwether/bellwether/adapters/adaptertest/fakediscord"
	"github.com/bellwether/bellwether/adapters/adaptertest/fakediscord/spec"
	"github.com/bellwether/bellwether/adapters/discord"
)

// began gives what a connection began with.
func (c *gateConn) began() gateFrame {
	c.g.mu.Lock()
	defer c.g.mu.Unlock()
	return c.begin
}

// shard gives what an IDENTIFY says of the shard.
func (c *gateConn) shard(t *testing.T) (number, count int) {
	t.Helper()
	var said struct {
		Shard [2]int `json:"shard"`
	}
	if err := json.Unmarshal(c.began().Data, &said); err != nil {
		t.Fatal(err)
	}
	return said.Shard[0], said.Shard[1]
}

// isResume fails the test unless c resumed the session at its own address, from
// event seq on, or from one before: discordgo may not have read the last when the
// connection ended. What then comes again is dropped.
func (c *gateConn) isResume(t *testing.T, seq int64) {
	t.Helper()
	var said struct {
		Token   string `json:"token"`
		Session string `json:"session_id"`
		Seq     int64  `json:"seq"`
	}
	f := c.began()
	if err := json.Unmarshal(f.Data, &said); err != nil || f.Op != 6 {
		t.Fatalf("no RESUME but %d: %v", f.Op, err)
	}
	if said.Token != "Bot "+gateToken || said.Session != "session" || said.Seq > seq || said.Seq < 1 {
		t.Errorf("resumed %q at %d, want at most %d", said.Session, said.Seq, seq)
	}
	if want := "/ws/resume?encoding=json&v=10"; c.path != want {
		t.Errorf("resumed at %s, want %s", c.path, want)
	}
}

func TestGatewayIdentifies(t *testing.T) {
	t.Parallel()
	g := newGate(t, func(c *gateConn) {
		c.greet()
		c.ready()
		c.guild()
		c.event("INTERACTION_CREATE", map[string]any{"id": "9", "type": 2, "token": "interaction-token", "data": map[string]any{"name": "policy"}})
		c.raw(`{"op":1,"d":null}`)
		c.idle()
	})
	a := g.start(newMemory(), "a", fast)
	a.awaitKinds("ready 2 *discordgo.InteractionCreate")
	c := g.all()[0]
	var said struct {
		Token    string `json:"token"`
		Intents  int    `json:"intents"`
		Shard    []int  `json:"shard"`
		Compress bool   `json:"compress"`
	}
	if err := json.Unmarshal(c.began().Data, &said); err != nil {
		t.Fatal(err)
	}
	if c.began().Op != 2 || said.Token != "Bot "+gateToken || said.Intents != 1|1<<12 || said.Compress || len(said.Shard) != 2 || said.Shard[1] != 1 {
		t.Errorf("IDENTIFY %s", c.began().Data)
	}
	if want := "/ws/first?encoding=json&v=10"; c.path != want {
		t.Errorf("connected to %s, want %s", c.path, want)
	}
	if err := a.stop(); err != nil {
		t.Error(err)
	}
	if log := a.log.String(); !strings.Contains(log, `msg="discord: connected" shard=0/1`) || strings.Contains(log, "interaction-token") {
		t.Errorf("log:\n%s", log)
	}
}

// TestGatewayResumes drops a connection in each of the ways after which the
// session goes on, and gives some of the events again, as Discord may.
func TestGatewayResumes(t *testing.T) {
	t.Parallel()
	ends := map[string]func(c *gateConn){
		"dropped": func(c *gateConn) { c.Close() },
		"op 7": func(c *gateConn) {
			c.raw(`{"op":7,"d":null}`)
			c.next()
		},
		"op 9, resumable": func(c *gateConn) {
			c.raw(`{"op":9,"d":true}`)
			c.next()
		},
		"unknown code":        func(c *gateConn) { c.gone(4321) },
		"4000":                func(c *gateConn) { c.gone(4000) },
		"closed, without any": func(c *gateConn) { c.gone(1000) },
		"going away":          func(c *gateConn) { c.gone(1001) },
		"no acknowledgements": func(c *gateConn) {
			c.mute = true
			c.next()
		},
	}
	together(t, ends, func(t *testing.T, end func(c *gateConn)) {
		g := newGate(t, func(c *gateConn) {
			c.greet()
			c.ready()
			c.guild()
			c.guild()
			end(c)
		}, func(c *gateConn) {
			c.greet()
			c.seq = 2
			c.guild() // once more
			c.guild() // missed
			c.event("RESUMED", map[string]any{})
			c.guild()
			c.idle()
		})
		a := g.start(newMemory(), "a", fast)
		a.awaitKinds("ready 2 3 4 resumed 6")
		g.all()[1].isResume(t, 3)
		if err := a.stop(); err != nil {
			t.Error(err)
		}
	})
}

func TestGatewayIsReadyWithItsConnection(t *testing.T) {
	t.Parallel()
	cut, greeted, resume := make(chan struct{}), make(chan struct{}), make(chan struct{})
	g := newGate(t, func(c *gateConn) {
		c.greet()
		c.ready()
		<-cut
		c.Close()
	}, func(c *gateConn) {
		c.greet()
		close(greeted)
		<-resume
		c.seq = 1
		c.event("RESUMED", map[string]any{})
		c.idle()
	})
	if discord.NewGateway(discord.GatewayConfig{}).Ready() == nil {
		t.Error("ready before Run")
	}
	a := g.start(newMemory(), "a", fast)
	a.awaitKinds("ready")
	if err := a.of.Ready(); err != nil {
		t.Errorf("not ready with a connection: %v", err)
	}
	close(cut)
	<-greeted
	if a.of.Ready() == nil {
		t.Error("ready without a connection")
	}
	close(resume)
	a.awaitKinds("ready resumed")
	if err := a.of.Ready(); err != nil {
		t.Errorf("not ready again: %v", err)
	}
	if err := a.stop(); err != nil {
		t.Error(err)
	}
	if err := a.of.Ready(); err != nil {
		t.Errorf("not ready without a shard, which others may hold: %v", err)
	}
}

// TestGatewayAtDiscord takes a gateway that keeps Discord's rules through all
// that it does to connections. Each event comes once.
func TestGatewayAtDiscord(t *testing.T) {
	t.Parallel()
	f := fakediscord.New(t, fakediscord.Options{Validate: spec.Validate(t)})
	guild := f.AddGuild(fakediscord.Guild{Name: "Policy desk"})
	a := startGateway(t, f.API(), fakediscord.Token, newMemory(), "a", fast)
	a.awaitKinds("ready " + guild.ID)
	var made []string
	for i, trouble := range []func(){
		func() { f.DropGateway(0) },
		f.Reconnect,
		func() { f.DropGateway(4000) },
		func() { f.Invalidate(true) },
		func() { f.DropGateway(1001) },
		func() {}, // an end to begin with
	} {
		a.await("a connection", func(events []any) bool { return count[*discordgo.Resumed](events) == i })
		made = append(made, f.AddChannel(fakediscord.Channel{Guild: guild.ID, Name: "before", Type: fakediscord.Text}).ID)
		trouble()
		made = append(made, f.AddChannel(fakediscord.Channel{Guild: guild.ID, Name: "after", Type: fakediscord.Text}).ID)
	}
	a.await("all channels", func(events []any) bool { return count[*discordgo.ChannelCreate](events) >= len(made) })
	f.Invalidate(false)
	a.await("another session", func(events []any) bool { return count[*discordgo.Ready](events) == 2 })
	if got := f.GatewayCounts(); got.Identifies != 2 || got.Resumed != 5 || got.Elsewhere != got.Resumes {
		t.Errorf("at the gateway: %+v", got)
	}
	if err := a.stop(); err != nil {
		t.Error(err)
	}
	var got []string
	for _, e := range a.events {
		if c, ok := e.(*discordgo.ChannelCreate); ok {
			got = append(got, c.ID)
		}
	}
	if !slices.Equal(got, made) {
		t.Errorf("channels %v, want %v", got, made)
	}
	f.Clean()
}

// count gives how many events are of a type.
func count[T any](events []any) int {
	n := 0
	for _, e := range events {
		if _, ok := e.(T); ok {
			n++
		}
	}
	return n
}
