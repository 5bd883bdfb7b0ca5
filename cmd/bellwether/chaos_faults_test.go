package main

import (
	"math/rand/v2"
	"net/http"
	"time"

	"github.com/bellwether/bellwether/adapters/adaptertest/fakediscord"
	"github.com/bellwether/bellwether/adapters/adaptertest/fakeslack"
)

// mostFaults is how often a call fails in a row: never so often that an alert
// steps aside.
const mostFaults = 3

// fails gives for each call whether it fails: one in seven does.
func (c *chaos) fails(r *rand.Rand) func(call string) bool {
	row := map[string]int{}
	return func(call string) bool {
		if c.calm.Load() || row[call] == mostFaults || r.IntN(7) > 0 {
			row[call] = 0
			return false
		}
		row[call]++
		return true
	}
}

// slackFaults lets calls fail in every way that Slack has.
func (c *chaos) slackFaults() func(fakeslack.Call) fakeslack.Fault {
	r := rand.New(rand.NewPCG(c.seed, 3))
	fails := c.fails(r)
	all := []fakeslack.Fault{
		{Status: http.StatusTooManyRequests, RetryAfter: 1},
		{Status: http.StatusInternalServerError},
		{Status: http.StatusServiceUnavailable, Accept: true},
		{Cut: true},
		{Cut: true, Accept: true},
		{Hang: true},
		{Hang: true, Accept: true},
		{Delay: time.Second},
	}
	return func(call fakeslack.Call) fakeslack.Fault {
		if !fails(call.Method + call.Channel) {
			return fakeslack.Fault{}
		}
		return all[r.IntN(len(all))]
	}
}

// discordFaults lets calls fail in every way that Discord has.
func (c *chaos) discordFaults() func(fakediscord.Call) fakediscord.Fault {
	r := rand.New(rand.NewPCG(c.seed, 5))
	fails := c.fails(r)
	all := []fakediscord.Fault{
		{Status: http.StatusTooManyRequests, RetryAfter: time.Second},
		{Status: http.StatusTooManyRequests, RetryAfter: time.Second, Scope: "shared"},
		{Status: http.StatusTooManyRequests, RetryAfter: 300 * time.Millisecond, Scope: "global"},
		{Status: http.StatusInternalServerError},
		{Status: http.StatusBadGateway, HTML: true},
		{Status: http.StatusInternalServerError, Accept: true},
		{Cut: true},
		{Cut: true, Accept: true},
		{Hang: true},
		{Hang: true, Accept: true},
		{Delay: time.Second},
	}
	return func(call fakediscord.Call) fakediscord.Fault {
		if !fails(call.Method + call.Route + call.Channel) {
			return fakediscord.Fault{}
		}
		return all[r.IntN(len(all))]
	}
}
