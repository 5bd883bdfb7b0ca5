package discord_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bellwether/bellwether/adapters/adaptertest/fakediscord"
	"github.com/bellwether/bellwether/adapters/discord"
	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/alerts/query"
)

// faultRun is how much is sent, and how fast Discord takes it.
type faultRun struct {
	channels, articles int
	bucket             fakediscord.Limit
	global             int           // calls a second
	per                time.Duration // in which the client makes them; 0: its own
	timeout, stop      time.Duration
	drop               time.Duration // the gateway is dropped so often
}

// size is that of every test run, or with BELLWETHER_SLOW=1 that of a busy bot
// at Discord's own limits: 10,000 messages to 500 channels.
func size() faultRun {
	if os.Getenv("BELLWETHER_SLOW") != "" {
		return faultRun{
			channels: 500, articles: 20, bucket: fakediscord.Limit{Calls: 5, Per: 5 * time.Second}, global: 50,
			timeout: 5 * time.Second, stop: time.Second, drop: 4 * time.Second,
		}
	}
	return faultRun{
		channels: 100, articles: 10, bucket: fakediscord.Limit{Calls: 5, Per: time.Second}, global: 150,
		per:     1200 * time.Millisecond, // the machine may be busy with other tests
		timeout: 2 * time.Second, stop: 300 * time.Millisecond, drop: 2 * time.Second,
	}
}

// trouble answers a tenth of the posts with 429 of each kind, with 500 and 502,
// not at all, or with a connection that is cut, some after the message was
// accepted. It keeps what stopped everything.
type trouble struct {
	run   faultRun
	mu    sync.Mutex
	dice  *rand.Rand
	seen  map[string]int
	stops time.Duration // of everything
	until time.Time
	posts int
}

func (f *trouble) fault(c fakediscord.Call) fakediscord.Fault {
	f.mu.Lock()
	defer f.mu.Unlock()
	if c.Method != "POST" || !strings.HasSuffix(c.Path, "/messages") || !strings.HasPrefix(c.Path, "channels/") {
		return fakediscord.Fault{}
	}
	f.posts++
	say := func(what string, fault fakediscord.Fault) fakediscord.Fault {
		f.seen[what]++
		return fault
	}
	all := func(what string, fault fakediscord.Fault) fakediscord.Fault {
		if until := c.At.Add(f.run.stop); until.After(f.until) {
			f.stops += until.Sub(later(f.until, c.At))
			f.until = until
		}
		fault.Status, fault.RetryAfter = 429, f.run.stop
		return say(what, fault)
	}
	switch n := f.dice.IntN(10_000); {
	case n < 400:
		return say("429", fakediscord.Fault{Status: 429, RetryAfter: f.run.stop})
	case n < 450:
		return say("429 shared", fakediscord.Fault{Status: 429, RetryAfter: f.run.stop, Scope: "shared"})
	case n < 460:
		return all("429 global", fakediscord.Fault{Scope: "global"})
	case n < 465:
		return all("429 of the CDN", fakediscord.Fault{HTML: true})
	case n < 600:
		return say("500", fakediscord.Fault{Status: 500})
	case n < 700:
		return say("502", fakediscord.Fault{Status: 502, HTML: true})
	case n < 750:
		return say("hang", fakediscord.Fault{Hang: true})
	case n < 770:
		return say("accepted, then no answer", fakediscord.Fault{Hang: true, Accept: true})
	case n < 870:
		return say("cut", fakediscord.Fault{Cut: true})
	case n < 970:
		return say("accepted, then cut", fakediscord.Fault{Cut: true, Accept: true})
	case n < 1000:
		return say("accepted, then 500", fakediscord.Fault{Status: 500, Accept: true})
	}
	return say("well", fakediscord.Fault{})
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// TestFaults: whatever Discord answers, every message arrives once, in the order
// of its channel, without a 429 that could be avoided, and at 95 % or more of
// the speed that the limits allow once what Discord imposed is taken off.
func TestFaults(t *testing.T) {
	run := size()
	f := &trouble{run: run, dice: rand.New(rand.NewPCG(1, 2)), seen: map[string]int{}}
	r := newRig(t, byGateway, rigOptions{
		fake: fakediscord.Options{
			Messages: run.bucket, Global: run.global, Routes: fakediscord.Limit{Calls: 10_000, Per: time.Second}, Fault: f.fault, Starts: 10_000,
		},
		limits:  discord.Limits{Global: run.global, Per: run.per, Timeout: run.timeout, Invalid: 1_000_000},
		workers: 256, lease: 20 * time.Second, pauseMatching: true, plain: true,
	})
	var channels []string
	for i := range run.channels {
		c := r.fake.AddChannel(fakediscord.Channel{Guild: r.guild.ID, Name: fmt.Sprintf("c%03d", i), Type: fakediscord.Text})
		channels = append(channels, c.ID)
		r.follow(r.in(c), "tariff")
	}
	for i := range run.articles {
		r.publish(fmt.Sprintf("f%03d", i), fmt.Sprintf("Tariff news %03d", i), "The tariff rises again, and nobody knows why that is so.")
	}
	stop := r.dropGateway(run.drop)
	before := len(r.fake.Calls())
	begun := time.Now()
	r.match()
	want := run.channels * run.articles
	r.awaitPosted(want)
	took := time.Since(begun)
	drops := stop()
	for _, c := range channels {
		r.checkChannel(c, run)
	}
	calls := 0
	for _, c := range r.fake.Calls()[before:] {
		if !strings.HasPrefix(c.Path, "webhooks/") && !strings.HasPrefix(c.Path, "interactions/") && !strings.HasPrefix(c.Path, "gateway") {
			calls++
		}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	ideal := time.Duration(float64(calls)/float64(run.global)*float64(time.Second)) + f.stops
	speed := float64(ideal) / float64(took)
	t.Logf("%d messages to %d channels in %v by %d calls, everything stopped for %v of it, the gateway dropped %d times: %.1f %% of the speed that %d calls a second allow; answers: %v",
		want, run.channels, took.Round(time.Millisecond), calls, f.stops, drops, 100*speed, run.global, f.seen)
	if os.Getenv("BELLWETHER_SLOW") != "" && speed < 0.95 {
		t.Errorf("at %.1f %% of the speed that the limits allow", 100*speed)
	}
}

// dropGateway cuts the connection to the gateway every so often until stop is
// called, which gives how often it did.
func (r *rig) dropGateway(every time.Duration) (stop func() int) {
	quit, done, n := make(chan struct{}), make(chan struct{}), 0
	go func() {
		defer close(done)
		ticker := time.NewTicker(every)
		defer ticker.Stop()
		for {
			select {
			case <-ticker.C:
				r.fake.DropGateway(0)
				n++
			case <-quit:
				return
			}
		}
	}()
	return func() int {
		close(quit)
		<-done
		return n
	}
}

// awaitPosted waits until so many messages were posted.
func (r *rig) awaitPosted(want int) {
	r.t.Helper()
	deadline := time.After(8 * time.Minute)
	for n := 0; n < want; {
		changed := r.fake.Changed()
		if n = r.fake.Posted(); n >= want {
			return
		}
		select {
		case <-changed:
		case <-deadline:
			r.t.Fatalf("only %d of %d messages came\n%s", n, want, r.log)
		}
	}
}

// checkChannel wants each article once, in order.
func (r *rig) checkChannel(channel string, run faultRun) {
	r.t.Helper()
	all := r.fake.Messages(channel)
	if len(all) != run.articles {
		r.t.Errorf("%s has %d messages, want %d", channel, len(all), run.articles)
		return
	}
	for i, m := range all {
		if want := fmt.Sprintf("Tariff news %03d", i); !strings.Contains(m.Words(), want) {
			r.t.Errorf("%s: message %d is %q, want %q", channel, i, m.Words(), want)
		}
	}
}

// follow adds a subscription without any conversation.
func (r *rig) follow(d alerts.Destination, words string) {
	r.t.Helper()
	q, err := query.Parse(words)
	if err != nil {
		r.t.Fatal(err)
	}
	if _, _, err := r.store.Subscriptions().Add(r.t.Context(), alerts.Subscription{
		Owner: person(r.anna), Destination: d, Query: q, Created: time.Now(),
	}); err != nil {
		r.t.Fatal(err)
	}
}

// match carries what was published into the outbox.
func (r *rig) match() {
	r.t.Helper()
	if err := r.matcher.Drain(r.t.Context()); err != nil {
		r.t.Fatal(err)
	}
}
