package discord

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Limits are what Discord takes. The zero value stands for Discord's own; tests
// scale them.
type Limits struct {
	// Global is the calls to everything but interactions that are made in the
	// time Per.
	Global int
	Per    time.Duration
	// Timeout ends a call that gets no answer.
	Timeout time.Duration
	// Invalid is how many answers of 401, 403 and 429 within ten minutes make
	// the client stop by itself.
	Invalid int
}

const (
	// Discord: 50 calls a second.
	// Source: https://discord.com/developers/docs/topics/rate-limits#global-rate-limit
	globalCalls = 50
	// globalPer is a second, and what calls may take longer on their way than
	// those before them.
	globalPer   = 1030 * time.Millisecond
	callTimeout = 15 * time.Second
	// Discord blocks an address after 10,000; others may call from it too.
	// Source: https://discord.com/developers/docs/topics/rate-limits#invalid-request-limit-aka-cloudflare-bans
	mostInvalid = 1000
	invalidSpan = 10 * time.Minute
	tokenPause  = 5 * time.Minute
	globalLimit = "discord"
	mostRoutes  = 1000
)

func (l Limits) complete() Limits {
	if l.Global <= 0 {
		l.Global = globalCalls
	}
	if l.Per <= 0 {
		l.Per = globalPer
	}
	if l.Timeout <= 0 {
		l.Timeout = callTimeout
	}
	if l.Invalid <= 0 {
		l.Invalid = mostInvalid
	}
	return l
}

// routes knows which calls draw on the same bucket.
type routes struct {
	mu     sync.Mutex
	hashes map[string]string // by route: X-RateLimit-Bucket
}

func newRoutes() *routes { return &routes{hashes: map[string]string{}} }

// bucket names what a call draws on: what Discord calls the bucket of its route,
// or the route until that is known; with the channel, server or webhook, for
// each of which there is one of its own.
// Source: https://discord.com/developers/docs/topics/rate-limits#rate-limits
func (r *routes) bucket(q request) string {
	route := q.method + " " + template(q.path)
	r.mu.Lock()
	defer r.mu.Unlock()
	if hash := r.hashes[route]; hash != "" {
		route = hash
	}
	return "discord " + route + " " + major(q.path)
}

func (r *routes) learn(q request, hash string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.hashes) >= mostRoutes {
		clear(r.hashes)
	}
	r.hashes[q.method+" "+template(q.path)] = hash
}

// template is a path without its ids.
func template(path string) string {
	path, _, _ = strings.Cut(path, "?")
	parts := strings.Split(path, "/")
	for i, p := range parts {
		if i == 0 || p == "" {
			continue
		}
		if strings.Trim(p, "0123456789") == "" || i == 2 && (parts[0] == "webhooks" || parts[0] == "interactions") {
			parts[i] = "…"
		}
	}
	return strings.Join(parts, "/")
}

// major is the id by which Discord divides the buckets of a route.
func major(path string) string {
	path, _, _ = strings.Cut(path, "?")
	kind, rest, _ := strings.Cut(path, "/")
	if kind != "channels" && kind != "guilds" && kind != "webhooks" {
		return ""
	}
	id, _, _ := strings.Cut(rest, "/")
	return id
}

// learn notes what an answer says of limits, and gives how long the bucket of
// the call wants nothing more.
func (c *Client) learn(ctx context.Context, r request, x *exchange, err error) time.Duration {
	now := c.Now()
	if x.status == http.StatusUnauthorized && !r.open {
		c.invalid.token(now)
	}
	if counts(x) {
		c.invalid.add(now)
	}
	if r.open {
		return 0
	}
	// What is known now is to be noted though the call's own time is over.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), storePause)
	defer cancel()
	if x.header == nil { // nobody need wait for an answer
		c.note(ctx, c.Rates.Learn(ctx, c.routes.bucket(r), 1, 0))
		return 0
	}
	if hash := x.header.Get("X-RateLimit-Bucket"); hash != "" {
		c.routes.learn(r, hash)
	}
	left, reset, told := remaining(x.header)
	asked, refused := errors.AsType[*limitedError](err)
	switch {
	case refused && asked.all:
		c.note(ctx, c.Rates.Stop(ctx, globalLimit, asked.after))
		return 0
	case refused:
		left, reset, told = 0, asked.after, true
	}
	if !told {
		left, reset = 1, 0 // a route without limits of its own
	}
	c.note(ctx, c.Rates.Learn(ctx, c.routes.bucket(r), left, reset))
	if left > 0 {
		return 0
	}
	return reset
}

// counts reports whether Discord counts an answer towards blocking an address.
// Source: https://discord.com/developers/docs/topics/rate-limits#invalid-request-limit-aka-cloudflare-bans
func counts(x *exchange) bool {
	switch x.status {
	case http.StatusUnauthorized, http.StatusForbidden:
		return true
	case http.StatusTooManyRequests: // others have used up what is shared
		return x.header.Get("X-RateLimit-Scope") != "shared"
	}
	return false
}

// note logs that a limit could not be noted. Discord then says it again.
func (c *Client) note(ctx context.Context, err error) {
	if err != nil {
		c.Logger.WarnContext(ctx, "discord: what it said of its limits is not noted", "error", err)
	}
}

// remaining reads how many calls are left in a bucket, and until when.
func remaining(h http.Header) (left int, reset time.Duration, ok bool) {
	left, err := strconv.Atoi(h.Get("X-RateLimit-Remaining"))
	if err != nil || left < 0 {
		return 0, 0, false
	}
	after, err := strconv.ParseFloat(h.Get("X-RateLimit-Reset-After"), 64)
	if err != nil {
		return 0, 0, false
	}
	return left, seconds(after), true
}

// invalid counts the calls that Discord counts towards blocking an address, and
// remembers a token that was refused.
type invalid struct {
	most int

	mu    sync.Mutex
	at    []time.Time // of the latest, at most most
	until time.Time   // no call with the token before
}

func newInvalid(most int) *invalid { return &invalid{most: most} }

func (i *invalid) add(now time.Time) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.at = append(i.at, now); len(i.at) > i.most {
		i.at = append(i.at[:0], i.at[len(i.at)-i.most:]...)
	}
}

// token notes that the token was refused. It is tried again from time to time,
// for Discord has been wrong about that before.
func (i *invalid) token(now time.Time) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.until = now.Add(tokenPause)
}

// refused is how long no call is made with the token.
func (i *invalid) refused(now time.Time) time.Duration {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.until.Sub(now)
}

// stopped is how long no call is made at all.
func (i *invalid) stopped(now time.Time) time.Duration {
	i.mu.Lock()
	defer i.mu.Unlock()
	if len(i.at) < i.most {
		return 0
	}
	return i.at[0].Add(invalidSpan).Sub(now)
}
