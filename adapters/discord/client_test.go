package discord_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/bellwether/bellwether/adapters/adaptertest"
	"github.com/bellwether/bellwether/adapters/discord"
	"github.com/bellwether/bellwether/alerts"
)

// counter counts the requests that a server gets, by path below the API's.
type counter struct {
	mu    sync.Mutex
	paths []string
	then  http.HandlerFunc
}

func (c *counter) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	c.paths = append(c.paths, strings.TrimPrefix(r.URL.Path, "/api/v10/"))
	then := c.then
	c.mu.Unlock()
	then(w, r)
}

func (c *counter) answer(f http.HandlerFunc) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.then = f
}

func (c *counter) count() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.paths)
}

// well answers a call.
func well(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	_, _ = io.WriteString(w, `{"id":"5"}`)
}

// get asks for a channel.
func get(ctx context.Context, c *discord.Client, channel string) error {
	return c.CallForTest(ctx, http.MethodGet, "channels/"+channel, nil, nil)
}

// brief is a context that is over sooner than any wait that is asked for here.
func brief(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	t.Cleanup(cancel)
	return ctx
}

// TestRefusedTokenIsNotTriedAgain for five minutes, whatever is called.
func TestRefusedTokenIsNotTriedAgain(t *testing.T) {
	n, now := &counter{then: says(401, 0)}, &clock{}
	c := discord.NewClient(discord.ClientConfig{Token: secretToken, BaseURL: serve(t, n.ServeHTTP), HTTP: httpClient(t), Now: now.now})
	for i := range 5 {
		err := get(brief(t), c, "1")
		if r := refusal(t, err); !r.Permanent || r.Scope != alerts.ScopePlatform || !strings.Contains(err.Error(), "DISCORD_BOT_TOKEN") {
			t.Errorf("call %d: %v", i, err)
		}
	}
	m := discord.NewMessengerForTest(c)
	_, err := m.Send(brief(t), alerts.Delivery{Key: "a", Destination: alerts.Destination{Platform: alerts.Discord, Workspace: "1", Channel: "1"}})
	if r := refusal(t, err); !r.Permanent || r.Scope != alerts.ScopePlatform {
		t.Errorf("a message: %v", err)
	}
	if n.count() != 1 {
		t.Errorf("%d requests", n.count())
	}
	n.answer(well)
	now.forward(5 * time.Minute)
	if err := get(brief(t), c, "1"); err != nil {
		t.Errorf("after five minutes: %v", err)
	}
}

// TestRefusedInteractionTokenStopsNothing: it is not the bot's.
func TestRefusedInteractionTokenStopsNothing(t *testing.T) {
	n := &counter{then: says(401, 50027)}
	c := clientOf(t, n.ServeHTTP, discord.Limits{})
	if err := c.FollowForTest(brief(t), "x"); err == nil {
		t.Error("no error")
	}
	n.answer(well)
	if err := get(brief(t), c, "1"); err != nil {
		t.Error(err)
	}
}

// TestStopsItselfBeforeDiscordDoes: so many refusals within ten minutes, and
// nothing more is sent until there are fewer.
func TestStopsItselfBeforeDiscordDoes(t *testing.T) {
	n, now := &counter{then: says(403, 50013)}, &clock{}
	c := discord.NewClient(discord.ClientConfig{
		Token: secretToken, BaseURL: serve(t, n.ServeHTTP), HTTP: httpClient(t), Now: now.now, Limits: discord.Limits{Invalid: 5},
	})
	for range 4 {
		_ = get(brief(t), c, "1")
	}
	now.forward(time.Minute)
	_ = c.FollowForTest(brief(t), "x")
	for name, f := range map[string]func() error{
		"call": func() error { return get(brief(t), c, "2") }, "interaction": func() error { return c.RespondForTest(brief(t), "1", "x") },
	} {
		r := refusal(t, f())
		if r.Permanent || r.Scope != alerts.ScopePlatform || r.After < 8*time.Minute || r.After > 10*time.Minute {
			t.Errorf("%s: %v", name, r)
		}
	}
	if n.count() != 5 {
		t.Errorf("%d requests", n.count())
	}
	now.forward(9 * time.Minute)
	for range 10 {
		_ = get(brief(t), c, "1")
	}
	if n.count() != 9 { // one of the first five is less than ten minutes ago
		t.Errorf("%d requests, want 4 more after ten minutes", n.count())
	}
}

// TestSharedLimitIsNoInvalidRequest: Discord does not count it.
func TestSharedLimitIsNoInvalidRequest(t *testing.T) {
	n := &counter{then: limits(`{"retry_after": 0.01}`, "X-RateLimit-Scope", "shared")}
	c := clientOf(t, n.ServeHTTP, discord.Limits{Invalid: 2})
	for range 4 {
		if r := refusal(t, c.PostForTest(brief(t))); r.Scope != alerts.ScopeDestination {
			t.Errorf("%v", r)
		}
	}
	n.answer(well)
	if err := get(brief(t), c, "1"); err != nil {
		t.Error(err)
	}
}

// TestStoreAway: what can't ask for its turn is not sent.
func TestStoreAway(t *testing.T) {
	n := &counter{then: well}
	c := discord.NewClient(discord.ClientConfig{Token: secretToken, BaseURL: serve(t, n.ServeHTTP), HTTP: httpClient(t), Rates: noRates{}})
	if r := refusal(t, get(brief(t), c, "1")); r.Permanent || r.After <= 0 {
		t.Errorf("%v", r)
	}
	if n.count() != 0 {
		t.Errorf("%d requests", n.count())
	}
}

type noRates struct{}

var errAway = errors.New("the store is away")

func (noRates) Take(context.Context, string, string, int, time.Duration, string) (time.Duration, error) {
	return 0, errAway
}
func (noRates) Learn(context.Context, string, int, time.Duration) error { return errAway }
func (noRates) Stop(context.Context, string, time.Duration) error       { return errAway }

// TestNoSecretIsSaid: in no error and no log is the bot's token, or that of an
// interaction.
func TestNoSecretIsSaid(t *testing.T) {
	for name, answer := range map[string]http.HandlerFunc{
		"401": says(401, 0), "404": says(404, 10062), "400": says(400, 50035), "403": page(403), "429": limits(`{"retry_after": 9}`),
		"429 page": limits("<html>"), "500": status(500), "502": page(502), "cut": cutOff, "hang": hang, "half": halfAnAnswer,
		"echo": func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(http.StatusBadRequest)
			_, _ = io.WriteString(w, r.URL.String()+r.Header.Get("Authorization"))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			log := &adaptertest.Buffer{}
			c := discord.NewClient(discord.ClientConfig{
				Token: secretToken, BaseURL: serve(t, answer), HTTP: httpClient(t), Limits: discord.Limits{Timeout: 200 * time.Millisecond},
				Rates: lostNotes{discord.NewRatesForTest(time.Now)}, Logger: slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug})),
			})
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
			defer cancel()
			said := log.String()
			for _, err := range []error{
				c.RespondForTest(ctx, "7", "geheim-response"), c.FollowForTest(ctx, "geheim-follow"), get(ctx, c, "1"), c.PostForTest(ctx),
			} {
				if err != nil {
					said += err.Error()
				}
			}
			if said += log.String(); strings.Contains(said, "geheim") {
				t.Errorf("a secret is said:\n%s", said)
			}
		})
	}
}

// lostNotes can't note anything, which is logged.
type lostNotes struct{ discord.Rates }

func (lostNotes) Learn(context.Context, string, int, time.Duration) error { return errAway }
func (lostNotes) Stop(context.Context, string, time.Duration) error       { return errAway }

// TestManyCallsAtOnce: the global limit is kept whatever is called, and those
// who wait are let through.
func TestManyCallsAtOnce(t *testing.T) {
	const calls, per, all = 10, 100 * time.Millisecond, 40
	n := &counter{then: well}
	c := clientOf(t, n.ServeHTTP, discord.Limits{Global: calls, Per: per})
	var failed atomic.Int32
	var callers sync.WaitGroup
	begun := time.Now()
	for i := range all {
		callers.Go(func() {
			if err := get(brief(t), c, strings.Repeat("1", i+1)); err != nil {
				failed.Add(1)
			}
		})
	}
	callers.Wait()
	if failed.Load() != 0 || n.count() != all {
		t.Errorf("%d requests, %d failed", n.count(), failed.Load())
	}
	if took := time.Since(begun); took < (all/calls-1)*per {
		t.Errorf("%d calls took %v", all, took)
	}
}
