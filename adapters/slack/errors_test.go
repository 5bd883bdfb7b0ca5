package slack

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	slackgo "github.com/slack-go/slack"

	"github.com/bellwether/bellwether/alerts"
)

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
	for _, tt := range []struct {
		name   string
		answer http.HandlerFunc
		want   want
	}{
		{"429", limited("7"), want{after: 7 * time.Second, scope: alerts.ScopeDestination}},
		{"429 without a time", limited(""), want{after: unnamedWait, scope: alerts.ScopeDestination}},
		{"500", status(500), retry},
		{"502", status(502), retry},
		{"503", status(503), retry},
		{"404", status(404), retry},
		{"413", status(413), want{permanent: true, scope: alerts.ScopeMessage}},
		{"cut connection", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, retry},
		{"hang", func(_ http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body) // only then does the server see that the client has gone
			<-r.Context().Done()
		}, retry},
		{"no JSON", func(w http.ResponseWriter, _ *http.Request) { _, _ = fmt.Fprint(w, "<html>") }, retry},
		{"fatal_error", says("fatal_error"), retry},
		{"internal_error", says("internal_error"), retry},
		{"request_timeout", says("request_timeout"), retry},
		{"service_unavailable", says("service_unavailable"), retry},
		{"a new word", says("never_heard_of"), retry},
		{"channel_not_found", says("channel_not_found"), want{permanent: true, scope: alerts.ScopeDestination, loss: alerts.LossRemoved}},
		{"is_archived", says("is_archived"), want{permanent: true, scope: alerts.ScopeDestination, loss: alerts.LossArchived}},
		{"not_in_channel", says("not_in_channel"), want{permanent: true, scope: alerts.ScopeDestination, loss: alerts.LossRemoved}},
		{"restricted_action", says("restricted_action"), want{permanent: true, scope: alerts.ScopeDestination, loss: alerts.LossRemoved}},
		{"user_disabled", says("user_disabled"), want{permanent: true, scope: alerts.ScopeDestination, loss: alerts.LossClosed}},
		{"invalid_auth", says("invalid_auth"), want{permanent: true, scope: alerts.ScopeWorkspace}},
		{"account_inactive", says("account_inactive"), want{permanent: true, scope: alerts.ScopeWorkspace, loss: alerts.LossUninstalled}},
		{"token_revoked", says("token_revoked"), want{permanent: true, scope: alerts.ScopeWorkspace, loss: alerts.LossUninstalled}},
		{"missing_scope", says("missing_scope"), want{permanent: true, scope: alerts.ScopeWorkspace}},
		{"msg_too_long", says("msg_too_long"), want{permanent: true, scope: alerts.ScopeMessage}},
		{"invalid_blocks", says("invalid_blocks"), want{permanent: true, scope: alerts.ScopeMessage}},
		{"ratelimited", says("ratelimited"), want{after: unnamedWait, scope: alerts.ScopeDestination}},
		{"rate_limited", says("rate_limited"), want{after: unnamedWait, scope: alerts.ScopeWorkspace}},
		{"message_limit_exceeded", says("message_limit_exceeded"), want{after: unnamedWait, scope: alerts.ScopeWorkspace}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			server := httptest.NewServer(tt.answer)
			defer server.Close()
			ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
			defer cancel()
			client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
			api := slackgo.New("xoxb-geheim", slackgo.OptionAPIURL(server.URL+"/api/"), slackgo.OptionHTTPClient(client))
			_, _, err := api.PostMessageContext(ctx, "C1", slackgo.MsgOptionText("x", false))
			if err == nil {
				t.Fatal("no error")
			}
			err = classify("post a message", err)
			var got want
			if sent, ok := errors.AsType[*alerts.SendError](err); ok {
				got = want{permanent: sent.Permanent, after: sent.After, scope: sent.Scope, loss: lossOf(err)}
			} else {
				got.plain = true
			}
			if got != tt.want {
				t.Errorf("%v: %+v, want %+v", err, got, tt.want)
			}
			if strings.Contains(err.Error(), "geheim") || strings.Contains(err.Error(), server.URL) {
				t.Errorf("the error says too much: %v", err)
			}
		})
	}
}

func limited(after string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		if after != "" {
			w.Header().Set("Retry-After", after)
		}
		w.WriteHeader(http.StatusTooManyRequests)
	}
}

func status(code int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
}

func says(word string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = fmt.Fprintf(w, `{"ok":false,"error":%q}`, word)
	}
}

// TestEveryRefusalIsOfOneKind: the table says no nonsense.
func TestEveryRefusalIsOfOneKind(t *testing.T) {
	for word, r := range refusals {
		if r.wait > 0 && r.loss != alerts.LossNone {
			t.Errorf("%s: asks to wait and is a loss", word)
		}
		if r.scope == alerts.ScopeDestination && r.wait == 0 && r.loss == alerts.LossNone {
			t.Errorf("%s: a destination is lost, and why is not said", word)
		}
		if r.scope == alerts.ScopePlatform {
			t.Errorf("%s: nothing that Slack says is about all of Slack", word)
		}
	}
}

func TestCleanTakesAddressesOff(t *testing.T) {
	err := &url.Error{Op: "Post", URL: "https://hooks.slack.com/commands/T1/1/geheim", Err: errors.New("connection refused")}
	if got := clean(fmt.Errorf("x: %w", err)).Error(); strings.Contains(got, "geheim") || !strings.Contains(got, "refused") {
		t.Errorf("cleaned: %s", got)
	}
}
