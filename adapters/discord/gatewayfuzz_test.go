package discord_test

import (
	"encoding/json"
	"math/rand/v2"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/bwmarrin/discordgo"
	"github.com/gorilla/websocket"

	"github.com/bellwether/bellwether/adapters/discord"
)

// bodies are events as they may be, by type; those without a type here are of
// no use to us, but not to discordgo.
var bodies = map[string]string{
	"READY": `{"v":10,"session_id":"session","resume_gateway_url":"ws://127.0.0.1:1","user":{"id":"1"},"guilds":[{"id":"2","channels":[{"id":"3"}],"members":[{"user":{"id":"4"}}]}],"shard":[0,1],"application":{"id":"5"}}`,
	"GUILD_CREATE": `{"id":"2","name":"n","channels":[{"id":"3","type":0,"permission_overwrites":[{"id":"1","type":0,"allow":"1"}]}],"threads":[{"id":"4","thread_metadata":{"archived":false}}],` +
		`"roles":[{"id":"5","permissions":"8"}],"members":[{"user":{"id":"6"},"roles":["5"],"joined_at":"2024-01-01T00:00:00Z"}],"voice_states":[{"user_id":"6"}],"emojis":[{"id":"7"}]}`,
	"GUILD_UPDATE": `{"id":"2","roles":[{"id":"5"}]}`, "GUILD_DELETE": `{"id":"2","unavailable":true}`,
	"GUILD_ROLE_CREATE": `{"guild_id":"2","role":{"id":"5","permissions":"8"}}`, "GUILD_ROLE_UPDATE": `{"guild_id":"2","role":null}`,
	"CHANNEL_CREATE": `{"id":"3","type":15,"available_tags":[{"id":"1"}],"default_reaction_emoji":{"emoji_id":"1"}}`, "CHANNEL_DELETE": `{"id":"3"}`,
	"THREAD_CREATE": `{"id":"4","newly_created":true,"member":{"id":"1"}}`, "THREAD_LIST_SYNC": `{"guild_id":"2","threads":[{"id":"4"}],"members":[{"id":"1"}]}`,
	"THREAD_MEMBER_UPDATE": `{"id":"4","guild_id":"2","join_timestamp":"2024-01-01T00:00:00Z"}`, "THREAD_MEMBERS_UPDATE": `{"id":"4","added_members":[{"id":"1"}]}`,
	"MESSAGE_CREATE": `{"id":"8","channel_id":"3","author":{"id":"6"},"content":"help","components":[{"type":1,"components":[{"type":2,"custom_id":"x","style":1},{"type":3,"options":[{"label":"l"}]}]}],"embeds":[{"title":"t"}],"timestamp":"2024-01-01T00:00:00Z"}`,
	"INTERACTION_CREATE": `{"id":"9","type":2,"token":"t","application_id":"1","guild_id":"2","channel":{"id":"3"},"member":{"user":{"id":"6"},"permissions":"16"},"entitlements":[{"id":"1"}],"authorizing_integration_owners":{"0":"2"},` +
		`"data":{"id":"1","name":"policy","type":1,"options":[{"name":"subscribe","type":1,"options":[{"name":"query","type":3,"value":"x"}]}],"resolved":{"channels":{"3":{"id":"3"}},"roles":{"5":null}}}}`,
	"APPLICATION_COMMAND_PERMISSIONS_UPDATE": `{"id":"1","guild_id":"2","permissions":[{"id":"5","type":1,"permission":true}]}`,
	"VOICE_STATE_UPDATE":                     `{"user_id":"6","channel_id":"3"}`, "VOICE_SERVER_UPDATE": `{"guild_id":"2","endpoint":"e"}`, "PRESENCE_UPDATE": `{"user":null}`,
	"MODAL": `{"id":"9","type":5,"data":{"custom_id":"form","components":[{"type":1,"components":[{"type":4,"custom_id":"query","value":"x"}]}]}}`,
	"PRESS": `{"id":"9","type":3,"message":{"id":"8","components":[{"type":17,"components":[{"type":9,"accessory":{"type":2}}]}]},"data":{"custom_id":"x","component_type":3,"values":["1"]}}`,
}

// bend changes one thing in a value of JSON.
func bend(r *rand.Rand, v any) any {
	odd := []any{nil, 0, -1, 1e300, "", "x", true, []any{}, []any{nil}, map[string]any{}, map[string]any{"id": nil}}
	if r.IntN(4) == 0 {
		return odd[r.IntN(len(odd))]
	}
	switch v := v.(type) {
	case map[string]any:
		keys := make([]string, 0, len(v))
		for k := range v {
			keys = append(keys, k)
		}
		if len(keys) == 0 {
			return nil
		}
		slices.Sort(keys)
		k := keys[r.IntN(len(keys))]
		v[k] = bend(r, v[k])
		return v
	case []any:
		if len(v) == 0 {
			return []any{nil}
		}
		i := r.IntN(len(v))
		v[i] = bend(r, v[i])
		return v
	}
	return odd[r.IntN(len(odd))]
}

// oddFrame makes a frame that Discord should not send.
func oddFrame(r *rand.Rand, types []string, seq int) string {
	name := types[r.IntN(len(types))]
	var body any
	if json.Unmarshal([]byte(bodies[name]), &body) != nil {
		panic(name)
	}
	if name == "MODAL" || name == "PRESS" {
		name = "INTERACTION_CREATE"
	}
	f := map[string]any{"op": 0, "s": seq, "t": name, "d": body}
	if r.IntN(8) == 0 {
		k := []string{"op", "s", "t", "d"}[r.IntN(4)]
		f[k] = bend(r, f[k])
	} else {
		for range 1 + r.IntN(3) {
			f["d"] = bend(r, f["d"])
		}
	}
	text, err := json.Marshal(f)
	if err != nil {
		panic(err)
	}
	if r.IntN(8) == 0 {
		text[r.IntN(len(text))] = byte(32 + r.IntN(95))
	}
	if r.IntN(16) == 0 {
		text = text[:r.IntN(len(text))]
	}
	return string(text)
}

// plainOdd are frames that are odd in ways of their own; after the first line
// those that make discordgo panic or hang.
var plainOdd = []string{
	"", "{}", "[]", "0", `"x"`, "nonsense", `{"op":99}`, `{"op":0}`, `{"op":0,"t":"RESUMED","s":null,"d":null}`, strings.Repeat("[", 100_000),
	"null", `{"op":0,"s":1,"t":"GUILD_CREATE","d":null}`, `{"op":0,"s":1,"t":"GUILD_CREATE","d":{"channels":[null]}}`,
	`{"op":0,"s":1,"t":"VOICE_STATE_UPDATE","d":null}`, `{"op":10,"d":{"heartbeat_interval":0}}`, `{"op":10,"d":null}`, `{"op":11}`, `{"op":1}`,
}

// TestGatewayOddFrames sends odd frames over a real connection, before and after
// the session has begun. The program goes on, and so do events that are not odd.
func TestGatewayOddFrames(t *testing.T) {
	t.Parallel()
	const frames = 5000
	types := make([]string, 0, len(bodies))
	for name := range bodies {
		types = append(types, name)
	}
	slices.Sort(types)
	var left atomic.Int64
	left.Store(frames)
	r := rand.New(rand.NewPCG(1, 2)) // of one connection at a time
	serve := func(c *gateConn) {
		for _, text := range plainOdd {
			if !strings.Contains(text, `"op":10`) {
				c.raw(text)
			}
		}
		if !c.greet() {
			return
		}
		for _, text := range plainOdd {
			c.raw(text)
		}
		c.ready()
		if left.Load() <= 0 {
			c.seq = 4710
			c.guild()
			c.idle()
			return
		}
		gone := make(chan struct{})
		go func() { defer close(gone); c.drain() }()
		_ = c.WriteMessage(websocket.BinaryMessage, []byte("x\x9c"))
		for _, text := range plainOdd {
			c.raw(text)
		}
		for left.Add(-1) > 0 {
			c.seq++
			text := oddFrame(r, types, c.seq)
			if strings.Contains(text, `"READY"`) && r.IntN(100) > 0 {
				continue // most of them end the connection
			}
			if c.WriteMessage(websocket.TextMessage, []byte(text)) != nil {
				break
			}
		}
		c.raw(`{"op":9,"d":false}`)
		<-gone
	}
	g := newGate(t, slices.Repeat([]func(c *gateConn){serve}, 50)...)
	a := g.start(newMemory(), "a", fast)
	a.await("the event after the odd ones", func(events []any) bool {
		return slices.ContainsFunc(events, func(e any) bool {
			g, ok := e.(*discordgo.GuildCreate)
			return ok && g.ID == "4711"
		})
	})
	t.Logf("%d connections", len(g.all()))
}

// TestGatewayOddGreeting: a heartbeat interval that discordgo would panic at.
func TestGatewayOddGreeting(t *testing.T) {
	t.Parallel()
	var scripts []func(c *gateConn)
	for _, d := range []string{"0", "-1", "null", "9223372036854775807", `"x"`, "1e300"} {
		scripts = append(scripts, func(c *gateConn) {
			c.raw(`{"op":10,"d":{"heartbeat_interval":` + d + `}}`)
			c.next()
		})
	}
	g := newGate(t, scripts...)
	g.start(newMemory(), "a", fast).awaitKinds("ready")
}

// drain reads to the end, whatever comes.
func (c *gateConn) drain() {
	for {
		if _, _, err := c.ReadMessage(); err != nil {
			return
		}
	}
}

func FuzzGatewayEvent(f *testing.F) {
	for name, body := range bodies {
		f.Add(name, body)
	}
	f.Add("GUILD_CREATE", `{"channels":[null],"members":[null]}`)
	f.Fuzz(func(t *testing.T, name, body string) {
		event, err := discord.ReadEvent(name, json.RawMessage(body))
		if event != nil && err != nil {
			t.Error("an event and an error")
		}
		if g, ok := event.(*discordgo.GuildCreate); ok && g.Guild == nil {
			t.Error("no guild")
		}
		if i, ok := event.(*discordgo.InteractionCreate); ok && i.Interaction == nil {
			t.Error("no interaction")
		}
	})
}
