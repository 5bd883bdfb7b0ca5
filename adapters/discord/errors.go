package discord

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/bwmarrin/discordgo"

	"github.com/bellwether/bellwether/alerts"
)

// refusal is what an error code of Discord's means for a send.
type refusal struct {
	scope alerts.Scope
	loss  alerts.Loss // of a destination
}

// refusals are the codes that say more than their HTTP status.
// Source: https://discord.com/developers/docs/topics/opcodes-and-status-codes#json
var refusals = map[int]refusal{
	// The channel.
	discordgo.ErrCodeUnknownChannel:                       {alerts.ScopeDestination, alerts.LossDeleted},
	discordgo.ErrCodeMissingAccess:                        {alerts.ScopeDestination, alerts.LossRemoved},
	discordgo.ErrCodeMissingPermissions:                   {alerts.ScopeDestination, alerts.LossRemoved},
	discordgo.ErrCodeCannotSendMessagesInVoiceChannel:     {alerts.ScopeDestination, alerts.LossRemoved},
	discordgo.ErrCodeCannotExecuteActionOnThisChannelType: {alerts.ScopeDestination, alerts.LossRemoved},
	discordgo.ErrCodeCannotExecuteActionOnDMChannel:       {alerts.ScopeDestination, alerts.LossRemoved},
	discordgo.ErrCodeMaximumNumberOfGuildChannelsReached:  {alerts.ScopeDestination, alerts.LossRemoved},
	codeLocked:      {alerts.ScopeDestination, alerts.LossArchived},
	codeTagRequired: {alerts.ScopeDestination, alerts.LossRemoved},
	// The person.
	discordgo.ErrCodeCannotSendMessagesToThisUser: {alerts.ScopeDestination, alerts.LossClosed},
	discordgo.ErrCodeUnknownUser:                  {alerts.ScopeDestination, alerts.LossClosed},
	codeNoMutualGuild:                             {alerts.ScopeDestination, alerts.LossClosed},
	// The server.
	discordgo.ErrCodeUnknownGuild: {alerts.ScopeWorkspace, alerts.LossUninstalled},
}

// Codes that discordgo has no name for.
const (
	codeLocked        = 160005 // the thread is locked
	codeTagRequired   = 40067  // the forum wants a tag for each post
	codeNoMutualGuild = 50278  // no server that the person and the bot are both in
	codeSlow          = 20016  // the channel's slow mode
	codeWrites        = 20028  // the channel gets too many messages
	codeAcknowledged  = 40060  // the interaction was answered before
	codeOver          = 10062  // the interaction is over
)

// apiError is a refusal by Discord. discordgo's own holds the request, and with
// it the token.
type apiError struct {
	Status  int
	Code    int
	Message string
}

func (e *apiError) Error() string {
	if e.Code == 0 {
		return fmt.Sprintf("Discord answered %d %s", e.Status, http.StatusText(e.Status))
	}
	return fmt.Sprintf("Discord answered %d: %s (%d)", e.Status, e.Message, e.Code)
}

var (
	// errToken: nothing is sent with a token that was refused.
	errToken = errors.New("the bot's token is refused: set another DISCORD_BOT_TOKEN; Bot in the app's settings makes one")
	// errInvalid: the client has stopped by itself.
	errInvalid = errors.New("too many calls were refused: Discord blocks an address that has more of them")
	errPace    = errors.New("the call has to wait for its turn")
	errAnswer  = errors.New("the answer names no message")
)

// plain makes an error of discordgo's ours: without addresses, of which that of
// an interaction is a secret, and without what was sent or answered.
func plain(x *exchange, err error) error {
	if err == nil {
		return nil
	}
	if asked, ok := errors.AsType[*limitedError](err); ok {
		return asked
	}
	if refused, ok := errors.AsType[*discordgo.RESTError](err); ok {
		e := &apiError{Status: refused.Response.StatusCode}
		if m := refused.Message; m != nil {
			e.Code, e.Message = m.Code, m.Message
		}
		return e
	}
	if x.status >= http.StatusInternalServerError {
		return &apiError{Status: x.status}
	}
	for {
		at, ok := errors.AsType[*url.Error](err)
		if !ok {
			return err
		}
		err = at.Err
	}
}

// code is Discord's number for an error, 0 where it said none.
func code(err error) int {
	if said, ok := errors.AsType[*apiError](err); ok {
		return said.Code
	}
	return 0
}

// classify turns an error of a call to Discord into one that says how far it
// reaches, if that is known: see [alerts.Permanent] and [alerts.RetryAfter].
func classify(what string, err error) error {
	if err == nil {
		return nil
	}
	err = fmt.Errorf("%s: %w", what, err)
	if _, done := errors.AsType[*alerts.SendError](err); done {
		return err
	}
	if asked, ok := errors.AsType[*limitedError](err); ok {
		scope := alerts.ScopeDestination
		if asked.all {
			scope = alerts.ScopePlatform
		}
		return alerts.RetryAfter(err, asked.after, scope)
	}
	said, ok := errors.AsType[*apiError](err)
	if !ok {
		return err
	}
	if r, known := refusals[said.Code]; known {
		return alerts.Permanent(err, r.scope)
	}
	switch {
	case said.Code == codeSlow || said.Code == codeWrites:
		return alerts.RetryAfter(err, unnamedWait, alerts.ScopeDestination)
	case said.Code == discordgo.ErrCodePerformedOperationOnArchivedThread:
		return alerts.RetryAfter(err, time.Second, alerts.ScopeMessage)
	case said.Status == http.StatusUnauthorized:
		return alerts.Permanent(errors.Join(errToken, err), alerts.ScopePlatform)
	case said.Status == http.StatusForbidden && said.Code == 0: // the network in front of Discord
		return alerts.RetryAfter(err, unnamedWait, alerts.ScopePlatform)
	case said.Status == http.StatusNotFound && said.Code == 0:
		return err
	case said.Status >= 400 && said.Status < 500:
		return alerts.Permanent(err, alerts.ScopeMessage)
	}
	return err
}

// lossOf tells what an error says has become of its destination, or of its
// server.
func lossOf(err error) alerts.Loss { return refusals[code(err)].loss }
