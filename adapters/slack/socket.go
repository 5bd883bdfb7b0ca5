package slack

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net"
	"time"

	"github.com/gorilla/websocket"
	slackgo "github.com/slack-go/slack"
	"github.com/slack-go/slack/slackevents"
	"github.com/slack-go/slack/socketmode"
	"golang.org/x/time/rate"
)

const (
	// maxAnswer is what an acknowledgement may hold; Slack drops larger ones
	// without a word.
	// Source: the constant maxResponseSize of slack-go's package socketmode.
	maxAnswer = 19 << 10
	// ackTime bounds handing an acknowledgement to the socket.
	ackTime = 3 * time.Second
	// redial is how often a socket may be opened anew: slack-go opens one at
	// once when the last has ended.
	redial      = 2 * time.Second
	redialBurst = 5
	// maxEnvelope bounds what Slack may send.
	maxEnvelope = 4 << 20
)

// listen keeps one socket open until ctx ends, and takes what comes in. What
// was not acknowledged when a socket ended Slack sends again over another.
func (a *App) listen(ctx context.Context, number int) error {
	// No part of the library logs: its messages hold the socket's address.
	quiet := log.New(io.Discard, "", 0)
	pace := rate.NewLimiter(rate.Every(redial), redialBurst)
	dialer := &net.Dialer{Timeout: 10 * time.Second}
	client := socketmode.New(a.Socket, socketmode.OptionLog(quiet), socketmode.OptionReadLimit(maxEnvelope),
		socketmode.OptionDialer(&websocket.Dialer{
			HandshakeTimeout: 20 * time.Second,
			WriteBufferSize:  32 << 10, // one frame: Slack does not join several
			NetDialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
				if err := pace.Wait(ctx); err != nil {
					return nil, err
				}
				return dialer.DialContext(ctx, network, address)
			},
		}))
	ended := make(chan error, 1)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer a.open[number].Store(false)
	go func() { ended <- client.RunContext(ctx) }()
	for {
		select {
		case e := <-client.Events:
			a.envelope(ctx, client, number, e)
		case err := <-ended:
			if ctx.Err() != nil {
				return nil
			}
			return fmt.Errorf("open a socket to Slack: %w: check SLACK_APP_TOKEN, and that Socket Mode is on in the app's settings", clean(err))
		}
	}
}

// envelope takes one thing that came over a socket.
func (a *App) envelope(ctx context.Context, client *socketmode.Client, number int, e socketmode.Event) {
	socket := a.Logger.With("socket", number)
	switch e.Type {
	case socketmode.EventTypeConnecting:
		a.open[number].Store(false)
	case socketmode.EventTypeConnected:
		a.open[number].Store(true)
		socket.InfoContext(ctx, "slack: connected")
	case socketmode.EventTypeConnectionError:
		if failed, ok := e.Data.(*slackgo.ConnectionErrorEvent); ok {
			socket.WarnContext(ctx, "slack: no connection; it is tried again", "error", clean(failed.ErrorObj), "pause", failed.Backoff)
		}
	case socketmode.EventTypeErrorWriteFailed:
		socket.WarnContext(ctx, "slack: an acknowledgement was not sent; Slack asks again")
	case socketmode.EventTypeErrorBadMessage:
		a.bad(ctx, client, e)
	case socketmode.EventTypeSlashCommand:
		if c, ok := e.Data.(slackgo.SlashCommand); ok {
			a.ack(ctx, client, e, a.command(c))
		}
	case socketmode.EventTypeInteractive:
		if c, ok := e.Data.(slackgo.InteractionCallback); ok {
			a.interactive(ctx, client, e, c)
		}
	case socketmode.EventTypeEventsAPI:
		a.ack(ctx, client, e, nil)
		if api, ok := e.Data.(slackevents.EventsAPIEvent); ok {
			a.event(api)
		}
	}
}

// interactive acknowledges presses at once. A modal that was sent off is
// waited for, beside what else comes in.
func (a *App) interactive(ctx context.Context, client *socketmode.Client, e socketmode.Event, c slackgo.InteractionCallback) {
	if c.Type != slackgo.InteractionTypeViewSubmission {
		a.ack(ctx, client, e, a.interaction(c))
		return
	}
	a.desk.Do("submission "+c.TriggerID, func(ctx context.Context) { a.ack(ctx, client, e, a.interaction(c)) })
}

// bad acknowledges an event that this version can't read: sent again it would
// be no better.
func (a *App) bad(ctx context.Context, client *socketmode.Client, e socketmode.Event) {
	bad, ok := e.Data.(*socketmode.ErrorBadMessage)
	if !ok {
		return
	}
	var envelope struct {
		ID string `json:"envelope_id"`
	}
	if json.Unmarshal(bad.Message, &envelope) == nil && envelope.ID != "" {
		a.acknowledge(ctx, client, envelope.ID, nil)
	}
}

func (a *App) ack(ctx context.Context, client *socketmode.Client, e socketmode.Event, answer any) {
	if e.Request == nil {
		return
	}
	if view, ok := answer.(*slackgo.ViewSubmissionResponse); ok && tooLarge(view) {
		answer = nil
	}
	a.acknowledge(ctx, client, e.Request.EnvelopeID, answer)
}

func (a *App) acknowledge(ctx context.Context, client *socketmode.Client, id string, answer any) {
	ctx, cancel := context.WithTimeout(ctx, ackTime)
	defer cancel()
	if err := client.AckCtx(ctx, id, answer); err != nil {
		a.Logger.WarnContext(ctx, "slack: an event was not acknowledged; it comes again", "error", clean(err))
	}
}

// tooLarge reports whether an answer does not fit into an acknowledgement.
func tooLarge(answer any) bool {
	text, err := json.Marshal(answer)
	return err != nil || len(text) > maxAnswer
}
