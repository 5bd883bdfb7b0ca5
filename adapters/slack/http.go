package slack

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"time"

	slackgo "github.com/slack-go/slack"
	"github.com/slack-go/slack/slackevents"
)

const (
	// maxBody bounds what Slack may send; a view with 100 blocks is well below.
	maxBody = 1 << 20
	// signatureKept is longer than a signature is good: five minutes before and
	// after.
	// Source: https://docs.slack.dev/authentication/verifying-requests-from-slack/
	signatureKept = 11 * time.Minute
	// signatureTime bounds the question whether another replica has seen a
	// signature: with promptTime it stays well below the three seconds that
	// Slack waits.
	signatureTime = 500 * time.Millisecond
)

// signed lets only requests through that Slack has signed within five minutes,
// each once. Nothing in a body is read before.
func (a *App) signed(serve func(http.ResponseWriter, []byte)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
		if err != nil {
			http.Error(w, "the body can't be read, or is too large", http.StatusRequestEntityTooLarge)
			return
		}
		if !a.genuine(r.Context(), r.Header, body) {
			http.Error(w, "not signed by Slack, too old, or sent before", http.StatusUnauthorized)
			return
		}
		serve(w, body)
	})
}

// genuine reports whether a request is Slack's, of now, and here for the first
// time.
func (a *App) genuine(ctx context.Context, h http.Header, body []byte) bool {
	verifier, err := slackgo.NewSecretsVerifier(h, a.SigningSecret)
	if err != nil {
		return false
	}
	if _, err := verifier.Write(body); err != nil || verifier.Ensure() != nil {
		return false
	}
	signature := h.Get("X-Slack-Signature")
	if !a.replays.First(signature, a.Now()) {
		return false
	}
	ctx, cancel := context.WithTimeout(ctx, signatureTime)
	defer cancel()
	fresh, err := a.Once.Once(ctx, "slack signature "+signature, signatureKept)
	return fresh || err != nil // a store that fails must not keep people out
}

func (a *App) serveCommand(w http.ResponseWriter, body []byte) {
	form, err := url.ParseQuery(string(body))
	if err != nil {
		http.Error(w, "not a form", http.StatusBadRequest)
		return
	}
	respond(w, a.command(slackgo.SlashCommand{
		TeamID: form.Get("team_id"), ChannelID: form.Get("channel_id"), ChannelName: form.Get("channel_name"),
		UserID: form.Get("user_id"), UserName: form.Get("user_name"), Command: form.Get("command"), Text: form.Get("text"),
		ResponseURL: form.Get("response_url"), TriggerID: form.Get("trigger_id"), APIAppID: form.Get("api_app_id"),
	}))
}

func (a *App) serveInteraction(w http.ResponseWriter, body []byte) {
	form, err := url.ParseQuery(string(body))
	var c slackgo.InteractionCallback
	if err == nil {
		err = json.Unmarshal([]byte(form.Get("payload")), &c)
	}
	if err != nil {
		http.Error(w, "not an interaction", http.StatusBadRequest)
		return
	}
	respond(w, a.interaction(c))
}

func (a *App) serveEvent(w http.ResponseWriter, body []byte) {
	var outer struct {
		Type      string `json:"type"`
		Challenge string `json:"challenge"`
	}
	if err := json.Unmarshal(body, &outer); err != nil {
		http.Error(w, "not an event", http.StatusBadRequest)
		return
	}
	if outer.Type == slackevents.URLVerification {
		respond(w, map[string]string{"challenge": outer.Challenge})
		return
	}
	e, err := slackevents.ParseEvent(bytes.Clone(body), slackevents.OptionNoVerifyToken())
	if err != nil {
		// One that this version does not know. Sent again it would be no better.
		respond(w, nil)
		return
	}
	a.event(e)
	respond(w, nil)
}

// respond acknowledges a request; nil says no more than that.
func respond(w http.ResponseWriter, answer any) {
	if answer == nil {
		w.WriteHeader(http.StatusOK)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(answer) // if Slack hung up it asks again
}
