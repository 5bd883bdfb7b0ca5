package httpx

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/bellwether/bellwether/alerts"
)

// Against a naive model: who asks when, and how long each takes.
func TestHostsKeepRequestsApart(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		atOnce := rapid.IntRange(1, 3).Draw(rt, "at once")
		distance := time.Duration(rapid.IntRange(0, 5).Draw(rt, "distance")) * time.Second
		n := rapid.IntRange(1, 30).Draw(rt, "requests")
		type request struct {
			host           string
			at, takes      time.Duration
			closer         time.Duration
			giveUp         time.Duration
			started, ended time.Time
		}
		requests := make([]*request, n)
		for i := range requests {
			requests[i] = &request{
				host:   rapid.SampledFrom([]string{"a", "b", "c"}).Draw(rt, "host"),
				at:     time.Duration(rapid.IntRange(0, 20).Draw(rt, "at")) * time.Second,
				takes:  time.Duration(rapid.IntRange(0, 20).Draw(rt, "takes")) * time.Second,
				closer: time.Duration(rapid.SampledFrom([]int{0, 0, 500, 10_000}).Draw(rt, "closer")) * time.Millisecond,
				giveUp: time.Duration(rapid.SampledFrom([]int{1, 10, 10000}).Draw(rt, "patience")) * time.Second,
			}
		}
		synctest.Test(t, func(t *testing.T) {
			h := NewHosts(atOnce, distance)
			var all sync.WaitGroup
			for _, r := range requests {
				all.Go(func() {
					<-time.After(r.at)
					ctx, cancel := context.WithTimeout(t.Context(), r.giveUp)
					defer cancel()
					leave, err := h.enter(ctx, r.host, r.closer)
					if err != nil {
						return
					}
					r.started = time.Now()
					<-time.After(r.takes)
					r.ended = time.Now()
					leave()
				})
			}
			all.Wait()
			for name, e := range h.all {
				if e.users != 0 || len(e.slots) != 0 {
					t.Errorf("%s: %d users and %d slots are left", name, e.users, len(e.slots))
				}
			}
		})
		for _, host := range []string{"a", "b", "c"} {
			var on []*request
			for _, r := range requests {
				switch {
				case r.host != host:
				case !r.started.IsZero():
					on = append(on, r)
				case r.giveUp == 10000*time.Second:
					rt.Fatalf("a request to %s never began", host)
				}
			}
			slices.SortFunc(on, func(a, b *request) int { return a.started.Compare(b.started) })
			for i, r := range on {
				apart := distance
				if r.closer > 0 {
					apart = min(apart, r.closer)
				}
				if i > 0 && r.started.Sub(on[i-1].started) < apart {
					rt.Fatalf("%s: %s after the one before", host, r.started.Sub(on[i-1].started))
				}
				running := 1
				for _, before := range on[:i] {
					if before.ended.After(r.started) && r.takes > 0 {
						running++
					}
				}
				if running > atOnce {
					rt.Fatalf("%s: %d at once", host, running)
				}
			}
		}
	})
}

func TestAHostThatAsksIsLeftAlone(t *testing.T) {
	at, _ := url.Parse("https://example.org:443/feed")
	answer := func(status int, after string) *http.Response {
		return &http.Response{StatusCode: status, Header: http.Header{"Retry-After": {after}}}
	}
	for _, tt := range []struct {
		name    string
		answers []*http.Response
		want    time.Duration
	}{
		{"429", []*http.Response{answer(429, "600")}, 10 * time.Minute},
		{"503", []*http.Response{answer(503, "600")}, 10 * time.Minute},
		{"the longer one", []*http.Response{answer(503, "600"), answer(429, "60")}, 10 * time.Minute},
		{"503 alone", []*http.Response{answer(503, "")}, 0},
		{"404", []*http.Response{answer(404, "600")}, 0},
		{"429 alone", []*http.Response{answer(429, "")}, time.Minute},
		{"429 again", []*http.Response{answer(429, ""), answer(429, ""), answer(429, "")}, 4 * time.Minute},
		{"429 and on", slices.Repeat([]*http.Response{answer(429, "")}, 100), time.Hour},
		{"429 after a good one", []*http.Response{answer(200, ""), answer(429, "")}, time.Minute},
	} {
		synctest.Test(t, func(t *testing.T) {
			h := NewHosts(2, time.Second)
			c := New(Options{Hosts: h})
			first, err := c.Enter(t.Context(), "https://example.org/")
			if err != nil {
				t.Fatal(err)
			}
			first.Leave()
			for _, a := range tt.answers {
				h.learn(at, a, time.Now())
			}
			_, err = c.Enter(t.Context(), "https://EXAMPLE.org:443/other")
			asked, ok := errors.AsType[*alerts.SendError](err)
			if ok != (tt.want > 0) || ok && asked.After != tt.want {
				t.Errorf("%s: %v, want a wish of %s", tt.name, err, tt.want)
			}
			if p, err := c.Enter(t.Context(), "https://example.org:444/"); err != nil {
				t.Errorf("%s: another server is held back: %v", tt.name, err)
			} else {
				p.Leave()
			}
			<-time.After(tt.want + time.Second)
			if p, err := c.Enter(t.Context(), "https://example.org/"); err != nil {
				t.Errorf("%s: when it is over: %v", tt.name, err)
			} else {
				p.Leave()
			}
		})
	}
}

// A permit is for one request: the second has to wait.
func TestGetUsesItsPermitOnce(t *testing.T) {
	var times []time.Time
	h := NewHosts(1, 50*time.Millisecond)
	c, url := serve(t, Options{Hosts: h}, func(http.ResponseWriter, *http.Request) { times = append(times, time.Now()) })
	begun := time.Now()
	p, err := c.Enter(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	for range 3 { // a permit that was kept would let the second wait for ever
		if _, err := p.Get(t.Context(), url, nil); err != nil {
			t.Fatal(err)
		}
	}
	p.Leave()
	if len(times) != 3 || times[2].Sub(begun) < 100*time.Millisecond {
		t.Errorf("requests at %v", times)
	}
}

// What is known of thousands of hosts goes when it says nothing any more.
func TestHostsForget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := NewHosts(2, time.Second)
		for i := range 10_000 {
			leave, err := h.enter(t.Context(), strconv.Itoa(i), 0)
			if err != nil {
				t.Fatal(err)
			}
			leave()
			<-time.After(10 * time.Second)
		}
		if n := len(h.all); n > 2000 { // an hour's, twice over
			t.Errorf("%d hosts are kept", n)
		}
	})
}
