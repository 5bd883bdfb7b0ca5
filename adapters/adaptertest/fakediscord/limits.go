package fakediscord

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"math"
	"net/http"
	"strconv"
	"time"
)

// limits are the state of the rate limits.
type limits struct {
	buckets map[string]*bucket
	recent  []time.Time // calls that count for the global limit
	stopped blocked     // everything
}

func newLimits() limits { return limits{buckets: map[string]*bucket{}} }

// bucket counts the calls of a route in a channel, guild or webhook.
type bucket struct {
	left  int
	reset time.Time
	told  blocked
}

// blocked is a wait that a 429 asked for.
type blocked struct {
	since, until time.Time
	html         bool
}

// limited is a 429.
type limited struct {
	wait  time.Duration
	scope string
	html  bool
}

const (
	// grace is how long calls may be on their way when a 429 is answered to
	// another.
	grace = 250 * time.Millisecond
	// jitter is how much calls that leave evenly may bunch up until they
	// arrive.
	jitter = 50 * time.Millisecond
	// early is how much sooner a call may come than the limit says.
	early = 3 * time.Millisecond
)

// bucketOf names the bucket of a call and the hash that Discord calls it by.
func bucketOf(q *request) (key, hash string) {
	sum := sha256.Sum256([]byte(q.call.Method + " " + q.route.path))
	hash = hex.EncodeToString(sum[:10])
	major := q.path("channel")
	for _, name := range []string{"guild", "token"} {
		if major == "" {
			major = q.path(name)
		}
	}
	return hash + ":" + major, hash
}

// take counts a call, and gives the 429 that it gets instead. A call that need
// not have been made is a violation.
func (s *Server) take(q *request) *limited {
	now := time.Now()
	limit := s.o.Routes
	if q.route.messages {
		limit = s.o.Messages
	}
	key, hash := bucketOf(q)
	b := s.limits.buckets[key]
	if b == nil {
		b = &bucket{}
		s.limits.buckets[key] = b
	}
	if !now.Before(b.reset.Add(-early)) {
		b.left, b.reset = limit.Calls, now.Add(limit.Per)
	}
	if l := s.refused(q, b, limit, now); l != nil {
		return l
	}
	q.header = http.Header{}
	if limit.Calls > 0 {
		b.left--
		q.header = http.Header{
			"X-Ratelimit-Limit":       {strconv.Itoa(limit.Calls)},
			"X-Ratelimit-Remaining":   {strconv.Itoa(b.left)},
			"X-Ratelimit-Reset":       {seconds(time.Duration(b.reset.UnixNano()))},
			"X-Ratelimit-Reset-After": {seconds(b.reset.Sub(now))},
			"X-Ratelimit-Bucket":      {hash},
		}
	}
	if !q.route.free {
		s.limits.recent = append(s.limits.recent, now)
	}
	return nil
}

// refused gives the 429 of a call that comes too early.
func (s *Server) refused(q *request, b *bucket, limit Limit, now time.Time) *limited {
	avoidable := func(why string, told blocked) {
		if now.Sub(told.since) > grace {
			s.violate(q.call, "an avoidable 429: %s", why)
		}
	}
	if !q.route.free {
		if wait := s.limits.stopped.until.Sub(now); wait > 0 {
			avoidable("everything was told to wait "+wait.String()+" more", s.limits.stopped)
			return &limited{wait: wait, scope: "global", html: s.limits.stopped.html}
		}
	}
	if wait := b.told.until.Sub(now); wait > 0 {
		avoidable("the route was told to wait "+wait.String()+" more", b.told)
		return &limited{wait: wait, scope: "user"}
	}
	if limit.Calls > 0 && b.left <= 0 {
		wait := b.reset.Sub(now)
		avoidable("the bucket is empty for "+wait.String()+" more", blocked{})
		return &limited{wait: wait, scope: "user"}
	}
	if q.route.free || s.o.Global < 0 {
		return nil
	}
	window := time.Second - jitter
	for len(s.limits.recent) > 0 && now.Sub(s.limits.recent[0]) >= window {
		s.limits.recent = s.limits.recent[1:]
	}
	if len(s.limits.recent) >= s.o.Global {
		avoidable("more than the global limit", blocked{})
		return &limited{wait: window - now.Sub(s.limits.recent[0]), scope: "global"}
	}
	return nil
}

// stop notes a 429 that is made up: what it tells to wait has to.
func (s *Server) stop(q *request, l *limited) {
	if l.scope == "" {
		l.scope = "user"
	}
	if l.wait == 0 && !l.html {
		l.wait = time.Second
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	told := blocked{now, now.Add(l.wait - early), l.html}
	switch {
	case l.scope == "global", l.html:
		s.limits.stopped = told
	default:
		key, _ := bucketOf(q)
		s.limits.buckets[key].told = told
	}
}

// writeLimited answers 429.
func (s *Server) writeLimited(w http.ResponseWriter, q *request, l limited) {
	q.call.Scope = l.scope
	s.log(q, http.StatusTooManyRequests, 0)
	if l.wait > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(l.wait.Seconds()))))
	}
	if l.html {
		page(w, http.StatusTooManyRequests)
		return
	}
	global := l.scope == "global"
	w.Header().Set("X-Ratelimit-Scope", l.scope)
	if global {
		w.Header().Set("X-Ratelimit-Global", "true")
	} else {
		_, hash := bucketOf(q)
		w.Header().Set("X-Ratelimit-Limit", strconv.Itoa(max(s.o.Messages.Calls, 1)))
		w.Header().Set("X-Ratelimit-Remaining", "0")
		w.Header().Set("X-Ratelimit-Reset", seconds(time.Duration(time.Now().Add(l.wait).UnixNano())))
		w.Header().Set("X-Ratelimit-Reset-After", seconds(l.wait))
		w.Header().Set("X-Ratelimit-Bucket", hash)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusTooManyRequests)
	_ = json.NewEncoder(w).Encode(object{
		"message": "You are being rate limited.", "retry_after": json.Number(seconds(l.wait)), "global": global,
	})
}

// seconds writes a time in seconds, rounded up to milliseconds.
func seconds(d time.Duration) string {
	ms := (max(d, 0) + time.Millisecond - 1) / time.Millisecond
	return strconv.FormatFloat(float64(ms)/1000, 'f', 3, 64)
}
