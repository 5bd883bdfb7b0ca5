package discord_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bwmarrin/discordgo"

	"github.com/bellwether/bellwether/adapters/adaptertest/fakediscord"
	"github.com/bellwether/bellwether/adapters/discord"
	"github.com/bellwether/bellwether/alerts"
)

// These tests are each about a fault of discordgo v0.29.0 that the client lives
// with.

// TestDiscordgoEndpointsAreGlobal: they are never changed, so two clients of one
// process can be at two Discords at the same time.
func TestDiscordgoEndpointsAreGlobal(t *testing.T) {
	before := []string{discordgo.EndpointDiscord, discordgo.EndpointAPI, discordgo.EndpointGateway, discordgo.EndpointWebhooks, discordgo.EndpointChannels}
	var all sync.WaitGroup
	for range 2 {
		n := &counter{then: well}
		c := clientOf(t, n.ServeHTTP, discord.Limits{})
		all.Go(func() {
			for range 20 {
				if err := get(brief(t), c, "1"); err != nil {
					t.Error(err)
				}
			}
			if n.count() != 20 {
				t.Errorf("%d of 20 requests came", n.count())
			}
		})
	}
	all.Wait()
	after := []string{discordgo.EndpointDiscord, discordgo.EndpointAPI, discordgo.EndpointGateway, discordgo.EndpointWebhooks, discordgo.EndpointChannels}
	if strings.Join(before, " ") != strings.Join(after, " ") {
		t.Errorf("%v has become %v", before, after)
	}
}

// TestDiscordgoLeavesOtherRoutesOnAGlobal429: here all stop, also those of other
// clients that share the limits; answers to interactions go on.
func TestDiscordgoLeavesOtherRoutesOnAGlobal429(t *testing.T) {
	for name, answer := range map[string]http.HandlerFunc{
		"JSON":   limits(`{"retry_after": 60, "global": true}`, "X-RateLimit-Global", "true", "X-RateLimit-Scope", "global"),
		"header": limits(`{"retry_after": 60}`, "X-RateLimit-Global", "true"),
		"page":   limits("<html>", "Content-Type", "text/html", "Retry-After", "60"),
		"silent": limits("<html>"),
	} {
		n := &counter{then: answer}
		shared, base := discord.NewRatesForTest(time.Now), serve(t, n.ServeHTTP)
		replica := func() *discord.Client {
			return discord.NewClient(discord.ClientConfig{Token: secretToken, BaseURL: base, HTTP: httpClient(t), Rates: shared})
		}
		one, two := replica(), replica()
		if r := refusal(t, one.PostForTest(brief(t))); r.Permanent || r.Scope != alerts.ScopePlatform || r.After != time.Minute {
			t.Errorf("%s: %v", name, r)
		}
		n.answer(well)
		for who, c := range map[string]*discord.Client{"the same": one, "another": two} {
			r := refusal(t, get(brief(t), c, "9"))
			if r.Permanent || n.count() != 1 {
				t.Errorf("%s: %s client: %v, %d requests", name, who, r, n.count())
			}
			n.mu.Lock()
			n.paths = n.paths[:1]
			n.mu.Unlock()
			if err := c.FollowForTest(brief(t), "x"); err != nil {
				t.Errorf("%s: %s client can't answer: %v", name, who, err)
			}
			n.mu.Lock()
			n.paths = n.paths[:1]
			n.mu.Unlock()
		}
	}
}

// TestDiscordgoFailsOnAnHTML429: a call that a person waits for is made again
// when the time is over.
func TestDiscordgoFailsOnAnHTML429(t *testing.T) {
	n := &counter{}
	blocked := limits("<!DOCTYPE html>", "Content-Type", "text/html", "Retry-After", "0.05")
	n.answer(func(w http.ResponseWriter, r *http.Request) {
		n.answer(well)
		blocked(w, r)
	})
	if err := get(brief(t), clientOf(t, n.ServeHTTP, discord.Limits{}), "1"); err != nil || n.count() != 2 {
		t.Errorf("%d requests, %v", n.count(), err)
	}
}

// TestDiscordgoSleepsOn429: a context ends the wait, and a wait that it would
// not outlast is not begun.
func TestDiscordgoSleepsOn429(t *testing.T) {
	n := &counter{then: limits(`{"retry_after": 3600}`)}
	ctx, cancel := context.WithCancel(t.Context())
	c := discord.NewClient(discord.ClientConfig{
		Token: secretToken, BaseURL: serve(t, n.ServeHTTP), HTTP: httpClient(t), Rates: learnt{discord.NewRatesForTest(time.Now), cancel},
	})
	if err := get(ctx, c, "1"); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	begun := time.Now()
	if r := refusal(t, get(brief(t), c, "1")); r.Permanent || r.After < time.Minute {
		t.Errorf("%v", r)
	}
	if took := time.Since(begun); took > 5*time.Second {
		t.Errorf("it took %v to see that there is no time", took)
	}
	if n.count() != 1 {
		t.Errorf("%d requests", n.count())
	}
}

// learnt calls then after limits were noted.
type learnt struct {
	discord.Rates
	then func()
}

func (l learnt) Learn(ctx context.Context, bucket string, left int, reset time.Duration) error {
	defer l.then()
	return l.Rates.Learn(ctx, bucket, left, reset)
}

// TestDiscordgoTriesAgain: it does not, whatever is answered.
func TestDiscordgoTriesAgain(t *testing.T) {
	for name, answer := range map[string]http.HandlerFunc{
		"502": status(502), "429": limits(`{"retry_after": 0.001}`), "500": status(500), "cut": cutOff,
	} {
		n := &counter{then: answer}
		if err := clientOf(t, n.ServeHTTP, discord.Limits{}).PostForTest(brief(t)); err == nil || n.count() != 1 {
			t.Errorf("%s: %d requests, %v", name, n.count(), err)
		}
	}
}

// TestDiscordgoSleepsOnAnExhaustedBucket: its lock waits whatever the context
// says, also for calls that have no such limit. Here a call never meets it.
func TestDiscordgoSleepsOnAnExhaustedBucket(t *testing.T) {
	n := &counter{then: func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("X-RateLimit-Bucket", "abcd")
		h.Set("X-RateLimit-Limit", "1")
		h.Set("X-RateLimit-Remaining", "0")
		h.Set("X-RateLimit-Reset-After", "3600")
		h.Set("X-RateLimit-Reset", "99999999999")
		well(w, r)
	}}
	c := clientOf(t, n.ServeHTTP, discord.Limits{})
	ctx := brief(t)
	for range 3 {
		if err := c.FollowForTest(ctx, "x"); err != nil {
			t.Fatal(err)
		}
	}
	if err := get(ctx, c, "1"); err != nil {
		t.Fatal(err)
	}
	if err := get(ctx, c, "2"); err != nil {
		t.Errorf("another channel: %v", err)
	}
	before := n.count()
	if r := refusal(t, get(ctx, c, "1")); r.Permanent || r.After < time.Minute || n.count() != before {
		t.Errorf("the same channel: %v, %d requests", r, n.count()-before)
	}
}

// TestDiscordgoHasNoNonce and writes null for lists: the body is our own.
func TestDiscordgoHasNoNonce(t *testing.T) {
	s := newSender(t, fakediscord.Options{}, discord.Limits{})
	for _, d := range s.places() {
		s.send(s.Messenger, s.delivery("a", d))
	}
	for _, c := range s.fake.Calls() {
		if strings.Contains(c.Body, "null") {
			t.Errorf("%s %s: %s", c.Method, c.Path, c.Body)
		}
		if c.Method != http.MethodPost || !strings.HasSuffix(c.Route, "/messages") {
			continue
		}
		var sent struct {
			Nonce        string
			EnforceNonce bool `json:"enforce_nonce"`
		}
		if err := json.Unmarshal([]byte(c.Body), &sent); err != nil || sent.Nonce == "" || !sent.EnforceNonce {
			t.Errorf("%s: nonce %q, enforced %v, %v", c.Path, sent.Nonce, sent.EnforceNonce, err)
		}
	}
}

// TestDiscordgoWritesNull: neither the command nor an answer without embeds has
// a null where Discord wants a list.
func TestDiscordgoWritesNull(t *testing.T) {
	raw, err := json.Marshal(discord.DefinitionForTest())
	if err != nil || strings.Contains(string(raw), "null") {
		t.Errorf("the command: %s, %v", raw, err)
	}
	var body string
	c := clientOf(t, func(w http.ResponseWriter, r *http.Request) {
		read, _ := io.ReadAll(r.Body)
		body = string(read)
		well(w, r)
	}, discord.Limits{})
	if err := c.FollowForTest(brief(t), "x"); err != nil || body == "" || strings.Contains(body, "null") {
		t.Errorf("an answer: %s, %v", body, err)
	}
}

// TestDiscordgoSharesWhatItKnows: calls of one client wait for no other.
func TestDiscordgoSharesWhatItKnows(t *testing.T) {
	reached, free := make(chan struct{}), make(chan struct{})
	c := clientOf(t, func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/1") {
			close(reached)
			<-free
		}
		well(w, r)
	}, discord.Limits{})
	slow := make(chan error)
	go func() { slow <- get(brief(t), c, "1") }()
	<-reached
	if err := get(brief(t), c, "2"); err != nil {
		t.Errorf("while another call hangs: %v", err)
	}
	close(free)
	if err := <-slow; err != nil {
		t.Error(err)
	}
}
