package redis_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/bellwether/bellwether/adapters/adaptertest"
	"github.com/bellwether/bellwether/adapters/redis"
	"github.com/bellwether/bellwether/alerts"
)

// TestWhatRedisRefuses: a server that takes nothing for a while says so in many
// ways. Whether the client tries again by itself or its caller does, everything
// is carried out once, and nothing is taken for done that was not.
func TestWhatRedisRefuses(t *testing.T) {
	server := adaptertest.StartRedis(t)
	tap := adaptertest.StartTap(t, server.Addr, adaptertest.ScriptNames(t, "lua"))
	for _, answer := range []string{
		"LOADING Redis is loading the dataset in memory",
		"CLUSTERDOWN The cluster is down",
		"MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
		"READONLY You can't write against a read only replica.",
		"TRYAGAIN Multiple keys request during rehashing of slot",
		"NOSCRIPT No matching script. Please use EVAL.",
	} {
		t.Run(answer[:8], func(t *testing.T) {
			c, err := redis.Open(t.Context(), redis.Options{URL: "redis://" + tap.Addr, Prefix: adaptertest.Prefix(t), Shards: 1})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = c.Close() })
			// again does as callers do. More are refused than the client tries.
			again := func(what string, f func() error) {
				t.Helper()
				tap.Refuse(answer, 6)
				for limit := time.Now().Add(30 * time.Second); ; {
					err := f()
					if err == nil {
						break
					}
					if time.Now().After(limit) {
						t.Fatalf("%s: %v", what, err)
					}
				}
				tap.Refuse("", 0)
			}
			again("subscribe", func() error {
				s, _, err := c.Subscriptions().Add(t.Context(), subscription(t, "ferry"))
				if err == nil && s.Number != 1 {
					t.Errorf("number %d", s.Number)
				}
				return err
			})
			again("log an article", func() error {
				_, _, err := c.Articles().Append(t.Context(), alerts.Article{ID: "a", Title: "Ferry", Received: time.Now()}, false)
				return err
			})
			again("enqueue", func() error {
				_, err := c.Outbox().Enqueue(t.Context(), []alerts.Pending{{Lane: alerts.Lane{Destination: club}, Article: "a"}})
				return err
			})
			var claims []alerts.Claim
			again("claim", func() (err error) {
				claims, err = c.Outbox().Claim(t.Context(), 1, time.Minute)
				return err
			})
			if len(claims) != 1 || len(claims[0].Items) != 1 {
				t.Fatalf("claims %v", claims)
			}
			again("drop", func() error { return c.Outbox().Drop(t.Context(), claims[0], claims[0].Items[0].Key) })
			if due, later, err := c.Outbox().Depth(t.Context()); err != nil || due+later != 0 {
				t.Errorf("%d due, %d later, %v", due, later, err)
			}
			if subs, err := c.Subscriptions().List(t.Context(), club); err != nil || len(subs) != 1 {
				t.Errorf("subscriptions %s, %v", fmt.Sprint(subs), err)
			}
		})
	}
}
