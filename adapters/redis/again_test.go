package redis_test

import (
	"sync/atomic"
	"testing"
	"time"

	"github.com/bellwether/bellwether/adapters/adaptertest"
	"github.com/bellwether/bellwether/adapters/redis"
)

// TestAnAnswerThatGotLost: go-redis asks again when an answer gets lost. What
// Redis has carried out already has the answer that it had then.
func TestAnAnswerThatGotLost(t *testing.T) {
	server := adaptertest.StartRedis(t)
	tap := adaptertest.StartTap(t, server.Addr, adaptertest.ScriptNames(t, "lua"))
	c, err := redis.Open(t.Context(), redis.Options{URL: "redis://" + tap.Addr, Shards: 2})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	lose := func(script string) {
		var met atomic.Bool
		tap.Set(adaptertest.Trap{Script: script, After: true, Do: func() { met.Store(true) }})
		t.Cleanup(func() {
			if !met.Load() {
				t.Errorf("%s was not called", script)
			}
		})
	}
	lose("sub_add")
	added, fresh, err := c.Subscriptions().Add(t.Context(), subscription(t, "ferry"))
	if err != nil || !fresh || added.Number != 1 {
		t.Errorf("Add = %+v, %v, %v", added, fresh, err)
	}
	if again, fresh, err := c.Subscriptions().Add(t.Context(), subscription(t, "ferry")); err != nil || fresh || again.ID != added.ID {
		t.Errorf("Add of what is there = %+v, %v, %v", again, fresh, err)
	}
	lose("sub_remove")
	if removed, err := c.Subscriptions().Remove(t.Context(), club, 1); err != nil || removed.ID != added.ID {
		t.Errorf("Remove = %+v, %v", removed, err)
	}
	if _, err := c.Subscriptions().Remove(t.Context(), club, 1); err == nil {
		t.Error("it could be removed twice")
	}
	lose("once")
	for _, want := range []bool{true, false} {
		if first, err := c.Marks().Once(t.Context(), "event", time.Hour); err != nil || first != want {
			t.Errorf("Once = %v, %v, want %v", first, err, want)
		}
	}
}
