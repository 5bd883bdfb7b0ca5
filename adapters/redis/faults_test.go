package redis_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"github.com/bellwether/bellwether/adapters/adaptertest"
	"github.com/bellwether/bellwether/adapters/redis"
	"github.com/bellwether/bellwether/alerts"
)

// TestScriptsThatRedisForgot: a server that knows no script any more gets their
// text, one by one and in a pipeline.
func TestScriptsThatRedisForgot(t *testing.T) {
	server := adaptertest.StartRedis(t)
	raw := goredis.NewClient(&goredis.Options{Addr: server.Addr, Protocol: 2})
	t.Cleanup(func() { _ = raw.Close() })
	c, err := redis.Open(t.Context(), redis.Options{URL: "redis://" + server.Addr, Shards: 2})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	for i := range 2 {
		if err := raw.ScriptFlush(t.Context()).Err(); err != nil {
			t.Fatal(err)
		}
		if _, _, err := c.Subscriptions().Add(t.Context(), subscription(t, fmt.Sprint("word", i))); err != nil {
			t.Error(err)
		}
		if n, err := c.Outbox().Enqueue(t.Context(), []alerts.Pending{{Lane: alerts.Lane{Destination: club}, Article: fmt.Sprint(i)}}); n != 1 || err != nil {
			t.Errorf("Enqueue = %d, %v", n, err)
		}
	}
}

// TestAMasterThatBecameAReplica: what it refuses is an error, and what was
// stored is there when it takes writes again.
func TestAMasterThatBecameAReplica(t *testing.T) {
	p := startPair(t)
	c := p.open(t, redis.Options{})
	raw := goredis.NewClient(&goredis.Options{Addr: p.replica.Addr, Protocol: 2})
	t.Cleanup(func() { _ = raw.Close() })
	if _, _, err := c.Subscriptions().Add(t.Context(), subscription(t, "first")); err != nil {
		t.Fatal(err)
	}
	p.master.AwaitReplica(t)
	p.client.Redirect(p.replica.Addr) // READONLY
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()
	if _, _, err := c.Subscriptions().Add(ctx, subscription(t, "second")); err == nil {
		t.Error("a replica took a write")
	}
	p.replica.Promote(t)
	if again, fresh, err := c.Subscriptions().Add(t.Context(), subscription(t, "second")); err != nil || !fresh || again.Number != 2 {
		t.Errorf("Add = %+v, %v, %v", again, fresh, err)
	}
}

// TestASlotThatMoves: while the slot of the subscriptions goes from node to
// node, scripts do not begin anew at the one that it goes to.
func TestASlotThatMoves(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a cluster")
	}
	cluster := adaptertest.StartClusterOf(t, 2, 0)
	c, err := redis.Open(t.Context(), redis.Options{URL: cluster.URL(), Shards: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	add := func(word string) (alerts.Subscription, error) {
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		s, _, err := c.Subscriptions().Add(ctx, subscription(t, word))
		return s, err
	}
	if _, err := add("first"); err != nil {
		t.Fatal(err)
	}
	move := cluster.Move(t, redis.DefaultPrefix+"{s}:sub")
	for keys := move.Keys(); len(keys) > 0; keys = keys[1:] {
		if _, err := add("second"); err == nil || !strings.Contains(err.Error(), "TRYAGAIN") {
			t.Errorf("with %d keys to go: %v", len(keys), err)
		}
		move.Take(keys[0])
	}
	if _, err := add("second"); err == nil {
		t.Error("a write while all keys are moved and the slot is not")
	}
	move.End()
	for limit := time.Now().Add(20 * time.Second); ; <-time.After(20 * time.Millisecond) {
		s, err := add("second")
		if err == nil {
			if s.Number != 2 || s.ID != 2 {
				t.Errorf("the second is %+v", s)
			}
			return
		}
		if time.Now().After(limit) {
			t.Fatal(errors.Join(errors.New("the slot has moved"), err))
		}
	}
}
