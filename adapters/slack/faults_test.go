package slack_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bellwether/bellwether/adapters/adaptertest/fakeslack"
	"github.com/bellwether/bellwether/adapters/slack"
	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/alerts/query"
)

// faultRun is how much is sent, and how fast Slack takes it.
type faultRun struct {
	channels, articles int
	interval, timeout  time.Duration
}

// size is that of every test run, or with BELLWETHER_SLOW=1 that of a busy
// workspace at Slack's own limit: 10,000 messages to 200 channels.
func (r *faultRun) size() {
	*r = faultRun{channels: 100, articles: 10, interval: 300 * time.Millisecond, timeout: 2 * time.Second}
	if os.Getenv("BELLWETHER_SLOW") != "" {
		*r = faultRun{channels: 200, articles: 50, interval: time.Second, timeout: 3 * time.Second}
	}
}

// trouble answers a third of the posts with 429, and some others with 500, not
// at all, or with a connection that is cut after the message was accepted. It
// keeps for each channel what that took of its time.
type trouble struct {
	run  faultRun
	mu   sync.Mutex
	dice *rand.Rand
	cost map[string]time.Duration
	seen map[string]int
	from map[string]time.Time // the first call for a channel
}

func (f *trouble) fault(c fakeslack.Call) fakeslack.Fault {
	f.mu.Lock()
	defer f.mu.Unlock()
	if c.Method != "chat.postMessage" {
		return fakeslack.Fault{}
	}
	if f.from[c.Channel].IsZero() {
		f.from[c.Channel] = c.At
	}
	say := func(what string, cost time.Duration, fault fakeslack.Fault) fakeslack.Fault {
		f.cost[c.Channel] += cost
		f.seen[what]++
		return fault
	}
	switch n := f.dice.IntN(1000); {
	case n < 333:
		return say("429", time.Second, fakeslack.Fault{Status: 429, RetryAfter: 1})
	case n < 343: // the call took the place of a message
		return say("500", f.run.interval, fakeslack.Fault{Status: 500})
	case n < 348:
		return say("hang", f.run.timeout, fakeslack.Fault{Hang: true})
	case n < 351:
		return say("accepted, then no answer", f.run.timeout, fakeslack.Fault{Hang: true, Accept: true})
	case n < 358:
		return say("accepted, then cut", 0, fakeslack.Fault{Cut: true, Accept: true})
	}
	return say("well", 0, fakeslack.Fault{})
}

// TestFaults: whatever Slack answers, every message arrives once, in the order
// of its channel, never faster than the limit, and at 95 % or more of the speed
// that the limit allows once what Slack imposed is taken off.
func TestFaults(t *testing.T) {
	var run faultRun
	run.size()
	f := &trouble{run: run, dice: rand.New(rand.NewPCG(1, 2)), cost: map[string]time.Duration{}, seen: map[string]int{}, from: map[string]time.Time{}}
	r := newRig(t, byHTTP, rigOptions{
		fake:    fakeslack.Options{ChannelInterval: run.interval, Fault: f.fault},
		limits:  slack.Limits{Channel: run.interval, Workspace: 1_000_000, Timeout: run.timeout},
		workers: 256, lease: 20 * time.Second, pauseMatching: true,
	})
	var channels []string
	for i := range run.channels {
		id := fmt.Sprintf("CF%03d", i)
		channels = append(channels, id)
		r.fake.AddChannel(fakeslack.Channel{ID: id, Team: "T1", Member: true})
		r.follow(alerts.Destination{Platform: alerts.Slack, Workspace: "T1", Channel: id}, "tariff")
	}
	for i := range run.articles {
		r.publish(fmt.Sprintf("f%03d", i), fmt.Sprintf("Tariff news %03d", i), "The tariff rises again, and nobody knows why that is so.")
	}
	begun := time.Now()
	r.match()
	deadline := time.After(5 * time.Minute)
	for total := 0; total < run.channels*run.articles; {
		select {
		case <-r.fake.Changed():
		case <-deadline:
			t.Fatalf("only %d of %d messages came\n%s", total, run.channels*run.articles, r.log)
		}
		total = 0
		for _, c := range channels {
			total += r.fake.Count(c)
		}
	}
	var actual, ideal time.Duration
	for _, c := range channels {
		end := r.checkChannel(c, run)
		f.mu.Lock()
		actual += end.Sub(f.from[c])
		ideal += time.Duration(run.articles-1)*run.interval + f.cost[c]
		f.mu.Unlock()
	}
	for _, v := range r.fake.Violations() {
		t.Errorf("%s to %s: %s", v.Call.Method, v.Call.Channel, v.What)
	}
	speed := float64(ideal) / float64(actual)
	f.mu.Lock()
	t.Logf("%d messages to %d channels in %v, at %.1f %% of the speed that the limit allows; answers: %v",
		run.channels*run.articles, run.channels, time.Since(begun).Round(time.Millisecond), 100*speed, f.seen)
	f.mu.Unlock()
	if os.Getenv("BELLWETHER_SLOW") != "" && speed < 0.95 {
		t.Errorf("at %.1f %% of the speed that the limit allows", 100*speed)
	}
}

// checkChannel wants each article once, in order, and gives the time of the
// last message.
func (r *rig) checkChannel(channel string, run faultRun) time.Time {
	all := r.fake.Messages(channel)
	if len(all) != run.articles {
		r.t.Errorf("%s has %d messages, want %d", channel, len(all), run.articles)
		return time.Time{}
	}
	for i, m := range all {
		if want := fmt.Sprintf("Tariff news %03d", i); !strings.HasPrefix(m.Text, want) {
			r.t.Errorf("%s: message %d is %q, want %q", channel, i, m.Text, want)
		}
	}
	return all[len(all)-1].At
}

// follow adds a subscription without any conversation.
func (r *rig) follow(d alerts.Destination, words string) alerts.Subscription {
	r.t.Helper()
	q, err := query.Parse(words)
	if err != nil {
		r.t.Fatal(err)
	}
	sub, _, err := r.store.Subscriptions().Add(r.t.Context(), alerts.Subscription{
		Owner: alerts.Person{Platform: alerts.Slack, Workspace: d.Workspace, User: "U1"}, Destination: d, Query: q, Created: time.Now(),
	})
	if err != nil {
		r.t.Fatal(err)
	}
	return sub
}
