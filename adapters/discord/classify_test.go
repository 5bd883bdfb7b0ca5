package discord_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/bellwether/bellwether/adapters/discord"
	"github.com/bellwether/bellwether/alerts"
)

// secretToken is that of the bot in these tests.
const secretToken = "geheim.bot.token"

// clientOf is a client of a server that answers so.
func clientOf(t *testing.T, answer http.HandlerFunc, l discord.Limits) *discord.Client {
	t.Helper()
	return discord.NewClient(discord.ClientConfig{Token: secretToken, BaseURL: serve(t, answer), HTTP: httpClient(t), Limits: l})
}

// serve gives the address of a server that answers so.
func serve(t *testing.T, answer http.HandlerFunc) string {
	t.Helper()
	server := httptest.NewServer(answer)
	t.Cleanup(func() {
		server.CloseClientConnections()
		server.Close()
	})
	return server.URL + "/api/v10/"
}

func status(code int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
}

// says refuses with a code of Discord's.
func says(status, code int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = fmt.Fprintf(w, `{"code": %d, "message": "No"}`, code)
	}
}

// limits answers 429 with headers, and a body.
func limits(body string, header ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(http.StatusTooManyRequests)
		_, _ = io.WriteString(w, body)
	}
}

func page(status int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, "<!DOCTYPE html><html>Access denied</html>")
	}
}

func cutOff(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }

func hang(_ http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body) // only then does the server see that the client has gone
	<-r.Context().Done()
}

// TestClassify asks a server that answers so, through the real SDK.
func TestClassify(t *testing.T) {
	type want struct {
		permanent bool
		after     time.Duration
		scope     alerts.Scope
		loss      alerts.Loss
		plain     bool // worth a try again, and may have been done
	}
	retry := want{plain: true}
	lost := func(loss alerts.Loss) want { return want{permanent: true, scope: alerts.ScopeDestination, loss: loss} }
	bad := want{permanent: true, scope: alerts.ScopeMessage}
	wait := func(after time.Duration, scope alerts.Scope) want { return want{after: after, scope: scope} }
	for _, tt := range []struct {
		name   string
		answer http.HandlerFunc
		want   want
	}{
		{"429", limits(`{"retry_after": 7.5, "global": false}`), wait(7500*time.Millisecond, alerts.ScopeDestination)},
		{"429 by header", limits(`{"global": false}`, "Retry-After", "7"), wait(7*time.Second, alerts.ScopeDestination)},
		{"429 with both", limits(`{"retry_after": 6.2}`, "Retry-After", "7"), wait(6200*time.Millisecond, alerts.ScopeDestination)},
		{"429 shared", limits(`{"retry_after": 3}`, "X-RateLimit-Scope", "shared"), wait(3*time.Second, alerts.ScopeDestination)},
		{"429 without a time", limits(`{}`), wait(time.Minute, alerts.ScopeDestination)},
		{"429 with nonsense", limits(`{"retry_after": -1}`, "Retry-After", "soon"), wait(time.Minute, alerts.ScopeDestination)},
		{"429 with a long time", limits(`{"retry_after": 1e300}`), wait(24*time.Hour, alerts.ScopeDestination)},
		{"429 global", limits(`{"retry_after": 2, "global": true}`), wait(2*time.Second, alerts.ScopePlatform)},
		{"429 global by header", limits(`{"retry_after": 2}`, "X-RateLimit-Global", "true"), wait(2*time.Second, alerts.ScopePlatform)},
		{"429 of the CDN", limits("<html>", "Content-Type", "text/html"), wait(time.Minute, alerts.ScopePlatform)},
		{"429 of the CDN with a time", limits("<html>", "Retry-After", "11"), wait(11*time.Second, alerts.ScopePlatform)},
		{"429 without a body", limits(""), wait(time.Minute, alerts.ScopePlatform)},
		{"500", status(500), retry},
		{"502", page(502), retry},
		{"503", says(503, 0), retry},
		{"404 of the network", page(404), retry},
		{"cut connection", cutOff, retry},
		{"hang", hang, retry},
		{"401", says(401, 0), want{permanent: true, scope: alerts.ScopePlatform}},
		{"401 page", page(401), want{permanent: true, scope: alerts.ScopePlatform}},
		{"403 of the network", page(403), wait(time.Minute, alerts.ScopePlatform)},
		{"400", says(400, 0), bad},
		{"400 form", says(400, 50035), bad},
		{"413", status(413), bad},
		{"a new code", says(403, 99999), bad},
		{"unknown channel", says(404, 10003), lost(alerts.LossDeleted)},
		{"missing access", says(403, 50001), lost(alerts.LossRemoved)},
		{"missing permissions", says(403, 50013), lost(alerts.LossRemoved)},
		{"voice", says(400, 50008), lost(alerts.LossRemoved)},
		{"locked thread", says(400, 160005), lost(alerts.LossArchived)},
		{"tag", says(400, 40067), lost(alerts.LossRemoved)},
		{"takes no messages", says(403, 50007), lost(alerts.LossClosed)},
		{"no mutual server", says(403, 50278), lost(alerts.LossClosed)},
		{"unknown person", says(404, 10013), lost(alerts.LossClosed)},
		{"unknown server", says(404, 10004), want{permanent: true, scope: alerts.ScopeWorkspace, loss: alerts.LossUninstalled}},
		{"archived thread", says(400, 50083), wait(time.Second, alerts.ScopeMessage)},
		{"slow mode", says(429, 20016), wait(time.Minute, alerts.ScopeDestination)},
		{"too many writes", says(403, 20028), wait(time.Minute, alerts.ScopeDestination)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var o discord.Limits
			if tt.name == "hang" {
				o.Timeout = 200 * time.Millisecond
			}
			err := clientOf(t, tt.answer, o).PostForTest(t.Context())
			if err == nil {
				t.Fatal("no error")
			}
			var got want
			if sent, ok := errors.AsType[*alerts.SendError](err); ok {
				got = want{permanent: sent.Permanent, after: sent.After, scope: sent.Scope, loss: discord.LossOfForTest(err)}
			} else {
				got.plain = true
			}
			if got != tt.want {
				t.Errorf("%v: %+v, want %+v", err, got, tt.want)
			}
			for _, s := range []string{"geheim", "127.0.0.1", "http://"} {
				if strings.Contains(err.Error(), s) {
					t.Errorf("the error says %q: %v", s, err)
				}
			}
		})
	}
}

// TestNotJSON: a 200 with something else is no word that it was done.
func TestNotJSON(t *testing.T) {
	for name, answer := range map[string]http.HandlerFunc{"page": page(200), "half": halfAnAnswer, "nothing": status(204)} {
		c := clientOf(t, answer, discord.Limits{Timeout: 200 * time.Millisecond})
		err := c.CallForTest(t.Context(), http.MethodGet, "channels/1", nil, &struct{}{})
		if _, classified := errors.AsType[*alerts.SendError](err); err == nil || classified {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func halfAnAnswer(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Length", "100")
	_, _ = io.WriteString(w, `{"id":`)
	panic(http.ErrAbortHandler)
}

// TestEveryRefusalIsOfOneKind: the table says no nonsense.
func TestEveryRefusalIsOfOneKind(t *testing.T) {
	n := 0
	discord.RefusalsForTest(func(code int, scope alerts.Scope, loss alerts.Loss) {
		n++
		if scope != alerts.ScopeDestination && scope != alerts.ScopeWorkspace {
			t.Errorf("%d reaches the %v", code, scope)
		}
		if loss == alerts.LossNone {
			t.Errorf("%d: what is lost, and why is not said", code)
		}
	})
	if n < 10 {
		t.Errorf("%d codes", n)
	}
}

// TestContextEndsACall: at once, whatever the server does.
func TestContextEndsACall(t *testing.T) {
	reached := make(chan struct{}, 1)
	c := clientOf(t, func(w http.ResponseWriter, r *http.Request) {
		reached <- struct{}{}
		hang(w, r)
	}, discord.Limits{})
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- c.CallForTest(ctx, http.MethodGet, "channels/1", nil, nil) }()
	<-reached
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
