package discord_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/bellwether/bellwether/adapters/discord"
)

// TestGatewayForgets ends a session in each of the ways after which another one
// has to begin.
func TestGatewayForgets(t *testing.T) {
	t.Parallel()
	ends := map[string]func(c *gateConn){
		"op 9": func(c *gateConn) {
			c.raw(`{"op":9,"d":false}`)
			c.next()
		},
		"4007": func(c *gateConn) { c.gone(4007) },
		"4009": func(c *gateConn) { c.gone(4009) },
	}
	together(t, ends, func(t *testing.T, end func(c *gateConn)) {
		g := newGate(t, func(c *gateConn) {
			c.greet()
			c.ready()
			c.guild()
			end(c)
		}, func(c *gateConn) {
			c.greet()
			c.ready()
			c.guild()
			c.idle()
		})
		a := g.start(newMemory(), "a", fast)
		a.awaitKinds("ready 2 ready 2")
		if c := g.all()[1]; c.began().Op != 2 || !strings.HasPrefix(c.path, "/ws/first") {
			t.Errorf("the second connection began with %d at %s", c.began().Op, c.path)
		}
	})
}

// TestGatewayGivesUpResuming: the address for resuming is not reached, or the
// session is refused when it is to be resumed.
func TestGatewayGivesUpResuming(t *testing.T) {
	t.Parallel()
	refuse := func(c *gateConn) {
		c.greet()
		c.raw(`{"op":9,"d":false}`)
		c.next()
	}
	drop := func(c *gateConn) { c.Close() }
	first := func(c *gateConn) {
		c.greet()
		c.ready()
	}
	together(t, map[string][]func(c *gateConn){
		"refused":     {first, refuse},
		"not reached": {first, drop, drop, drop},
	}, func(t *testing.T, scripts []func(c *gateConn)) {
		g := newGate(t, scripts...)
		a := g.start(newMemory(), "a", fast)
		a.awaitKinds("ready ready")
		conns := g.all()
		if c := conns[len(conns)-1]; len(conns) != len(scripts)+1 || c.began().Op != 2 {
			t.Errorf("%d connections, the last began with %d", len(conns), c.began().Op)
		}
	})
}

// TestGatewayEnds: what no further connection mends is said, after one.
func TestGatewayEnds(t *testing.T) {
	t.Parallel()
	type how struct {
		code int
		live bool
		want string
	}
	cases := map[string]how{}
	for code, want := range map[int]string{
		4004: "DISCORD_BOT_TOKEN",
		4012: "install a newer Bellwether",
		4013: "GUILDS and DIRECT_MESSAGES",
		4014: "none of the privileged ones",
	} {
		cases[fmt.Sprintf("%d at the start", code)] = how{code, false, want}
		cases[fmt.Sprintf("%d later", code)] = how{code, true, want}
	}
	together(t, cases, func(t *testing.T, h how) {
		g := newGate(t, func(c *gateConn) {
			c.greet()
			if h.live {
				c.ready()
			}
			c.gone(h.code)
		})
		store := newMemory()
		a := g.start(store, "a", fast)
		err := a.wait()
		if err == nil || !strings.Contains(err.Error(), h.want) || !strings.Contains(err.Error(), strconv.Itoa(h.code)) || strings.Contains(err.Error(), gateToken) {
			t.Errorf("error %v", err)
		}
		if n := len(g.all()); n != 1 {
			t.Errorf("%d connections", n)
		}
		for name := range store.leases {
			if strings.HasPrefix(name, "discord shard") {
				t.Errorf("it still holds %s", name)
			}
		}
	})
}

// TestGatewayTokenRefused: gateway/bot refuses the token already.
func TestGatewayTokenRefused(t *testing.T) {
	t.Parallel()
	g := newGate(t)
	g.token = "another"
	a := g.start(newMemory(), "a", fast)
	if err := a.wait(); err == nil || !strings.Contains(err.Error(), "DISCORD_BOT_TOKEN") {
		t.Errorf("error %v", err)
	}
	if g.asked != 1 || len(g.all()) != 0 {
		t.Errorf("asked %d times, %d connections", g.asked, len(g.all()))
	}
}

// TestGatewayOtherShards: 4011 makes it ask how many shards there should be; if
// that changes nothing it ends.
func TestGatewayOtherShards(t *testing.T) {
	t.Parallel()
	t.Run("more", func(t *testing.T) {
		t.Parallel()
		var g *gate
		g = newGate(t, func(c *gateConn) {
			c.greet()
			g.set("shards", 2)
			c.gone(4011)
		})
		a := g.start(newMemory(), "a", fast)
		a.awaitKinds("ready ready")
		if log := a.log.String(); !strings.Contains(log, "shard=0/2") || !strings.Contains(log, "shard=1/2") {
			t.Errorf("log:\n%s", log)
		}
	})
	t.Run("the same", func(t *testing.T) {
		t.Parallel()
		refuse := func(c *gateConn) {
			c.greet()
			c.gone(4010)
		}
		g := newGate(t, refuse, refuse)
		a := g.start(newMemory(), "a", fast)
		if err := a.wait(); err == nil || !strings.Contains(err.Error(), "4010") {
			t.Errorf("error %v", err)
		}
		if len(g.all()) != 2 || g.asked != 2 {
			t.Errorf("%d connections, asked %d times", len(g.all()), g.asked)
		}
	})
}

// TestGatewayContext ends it while Discord says nothing.
func TestGatewayContext(t *testing.T) {
	t.Parallel()
	together(t, map[string]func(c *gateConn, there chan<- struct{}){
		"before HELLO": func(c *gateConn, there chan<- struct{}) {
			close(there)
			c.next()
		},
		"before READY": func(c *gateConn, there chan<- struct{}) {
			c.greet()
			close(there)
			c.next()
		},
	}, func(t *testing.T, wait func(c *gateConn, there chan<- struct{})) {
		there := make(chan struct{})
		g := newGate(t, func(c *gateConn) { wait(c, there) })
		limits := fast
		limits.Hello = time.Hour
		a := g.start(newMemory(), "a", limits)
		<-there
		begin := time.Now()
		if err := a.stop(); err != nil {
			t.Error(err)
		}
		if took := time.Since(begin); took > time.Second {
			t.Errorf("it took %s", took)
		}
	})
}

// TestGatewayHangs: a connection on which nothing comes is given up.
func TestGatewayHangs(t *testing.T) {
	t.Parallel()
	g := newGate(t,
		func(c *gateConn) { c.next() },
		func(c *gateConn) {
			c.greet()
			c.next()
		})
	limits := fast
	limits.Hello = 100 * time.Millisecond
	a := g.start(newMemory(), "a", limits)
	a.awaitKinds("ready")
	if n := len(g.all()); n != 3 {
		t.Errorf("%d connections", n)
	}
}

// TestGatewayShards begins the sessions of several shards at Discord's pace: in
// the time Identify one of those with the same remainder.
func TestGatewayShards(t *testing.T) {
	t.Parallel()
	const shards, concurrency, pace = 6, 2, 300 * time.Millisecond
	g := newGate(t)
	g.set("shards", shards)
	g.set("session_start_limit", starts(1000, 0, concurrency))
	limits := fast
	limits.Identify = pace
	a := g.start(newMemory(), "a", limits)
	a.awaitKinds(strings.TrimSpace(strings.Repeat("ready ", shards)))
	var at [concurrency][]time.Time
	seen := map[int]bool{}
	for _, c := range g.all() {
		shard, count := c.shard(t)
		if seen[shard] || count != shards {
			t.Errorf("shard %d/%d", shard, count)
		}
		seen[shard] = true
		at[shard%concurrency] = append(at[shard%concurrency], c.at)
	}
	for _, times := range at {
		slices.SortFunc(times, time.Time.Compare)
		for i := 1; i < len(times); i++ {
			// The way to the test's server takes more or less time.
			if span := times[i].Sub(times[i-1]); span < pace/2 {
				t.Errorf("two sessions began within %s", span)
			}
		}
	}
}

// TestGatewaySharing: two processes share the shards, and one takes those of the
// other when that ends.
func TestGatewaySharing(t *testing.T) {
	t.Parallel()
	const shards = 4
	g := newGate(t)
	g.set("shards", shards)
	g.set("session_start_limit", starts(1000, 0, shards))
	store := newMemory()
	store.leases["discord shard 3/4"] = lease{"b", time.Now().Add(time.Hour)}
	one := g.start(store, "a", fast)
	one.awaitKinds("ready ready ready")
	two := g.start(store, "b", fast)
	two.awaitKinds("ready")
	if n := len(g.all()); n != shards {
		t.Fatalf("%d connections for %d shards", n, shards)
	}
	if err := one.stop(); err != nil {
		t.Error(err)
	}
	two.awaitKinds("ready ready ready ready")
}

// TestGatewayLease: a shard is given up when another has it, and before another
// can have it when the store is away.
func TestGatewayLease(t *testing.T) {
	t.Parallel()
	together(t, map[string]func(m *memory){
		"taken": func(m *memory) {
			m.leases["discord shard 0/1"] = lease{"another", time.Now().Add(time.Second)}
		},
		"away": func(m *memory) { m.broken = true },
	}, func(t *testing.T, lose func(m *memory)) {
		ended := make(chan time.Time, 1)
		g := newGate(t, func(c *gateConn) {
			c.greet()
			c.ready()
			c.idle()
			ended <- time.Now()
		})
		limits := fast
		limits.Lease = time.Second
		store := newMemory()
		a := g.start(store, "a", limits)
		a.awaitKinds("ready")
		store.change(func() { lose(store) })
		at := <-ended
		if until := store.until("discord shard 0/1"); store.away() && at.After(until) {
			t.Errorf("the shard was held for %s too long", at.Sub(until))
		}
		store.change(func() { store.broken = false })
		a.awaitKinds("ready ready")
	})
}

// TestGatewayNoStarts waits until sessions may begin again.
func TestGatewayNoStarts(t *testing.T) {
	t.Parallel()
	g := newGate(t)
	const reset = 300 * time.Millisecond
	g.set("session_start_limit", starts(0, reset, 1))
	begin := time.Now()
	g.onAsk = func() {
		if time.Since(begin) >= reset {
			g.plan["session_start_limit"] = starts(1, 0, 1)
		}
	}
	a := g.start(newMemory(), "a", fast)
	a.awaitKinds("ready")
	if took := time.Since(begin); took < reset {
		t.Errorf("a session began after %s", took)
	}
}

// TestGatewayPauses: a gateway that takes no connection is asked ever more
// rarely.
func TestGatewayPauses(t *testing.T) {
	t.Parallel()
	scripts := slices.Repeat([]func(c *gateConn){func(*gateConn) {}}, 5)
	g := newGate(t, scripts...)
	a := g.start(newMemory(), "a", discord.GatewayLimits{MinPause: 20 * time.Millisecond, MaxPause: 10 * time.Second, Identify: time.Millisecond})
	a.awaitKinds("ready")
	conns := g.all()
	if took := conns[5].at.Sub(conns[0].at); took < (20+40+80+160+320)/2*time.Millisecond {
		t.Errorf("six connections within %s", took)
	}
}
