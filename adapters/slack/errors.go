package slack

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	slackgo "github.com/slack-go/slack"

	"github.com/bellwether/bellwether/alerts"
)

// refusal is what an error code of Slack's means for a send.
type refusal struct {
	scope alerts.Scope
	loss  alerts.Loss   // of a destination
	wait  time.Duration // not for good: ask again after this
}

// unnamedWait is how long to wait where Slack asks for time and does not say
// how much.
const unnamedWait = 30 * time.Second

// refusals are the definite ones. What is not here, among it fatal_error,
// internal_error, request_timeout and service_unavailable, may or may not have
// been done, and is looked for before it is tried again.
//
// Sources: https://docs.slack.dev/reference/methods/chat.postMessage,
// https://docs.slack.dev/reference/methods/conversations.open
var refusals = map[string]refusal{
	// The channel.
	"channel_not_found":                        {scope: alerts.ScopeDestination, loss: alerts.LossRemoved},
	"not_in_channel":                           {scope: alerts.ScopeDestination, loss: alerts.LossRemoved},
	"is_archived":                              {scope: alerts.ScopeDestination, loss: alerts.LossArchived},
	"restricted_action":                        {scope: alerts.ScopeDestination, loss: alerts.LossRemoved},
	"restricted_action_read_only_channel":      {scope: alerts.ScopeDestination, loss: alerts.LossRemoved},
	"restricted_action_thread_only_channel":    {scope: alerts.ScopeDestination, loss: alerts.LossRemoved},
	"restricted_action_non_threadable_channel": {scope: alerts.ScopeDestination, loss: alerts.LossRemoved},
	"restricted_action_thread_locked":          {scope: alerts.ScopeDestination, loss: alerts.LossRemoved},
	"slack_connect_canvas_sharing_blocked":     {scope: alerts.ScopeDestination, loss: alerts.LossRemoved},
	"method_not_supported_for_channel_type":    {scope: alerts.ScopeDestination, loss: alerts.LossRemoved},

	// The person.
	"user_not_found":           {scope: alerts.ScopeDestination, loss: alerts.LossClosed},
	"user_not_visible":         {scope: alerts.ScopeDestination, loss: alerts.LossClosed},
	"user_disabled":            {scope: alerts.ScopeDestination, loss: alerts.LossClosed},
	"user_is_restricted":       {scope: alerts.ScopeDestination, loss: alerts.LossClosed},
	"users_not_found":          {scope: alerts.ScopeDestination, loss: alerts.LossClosed},
	"cannot_dm_bot":            {scope: alerts.ScopeDestination, loss: alerts.LossClosed},
	"messages_tab_disabled":    {scope: alerts.ScopeDestination, loss: alerts.LossClosed},
	"invalid_user_combination": {scope: alerts.ScopeDestination, loss: alerts.LossClosed},

	// The workspace.
	"invalid_auth":              {scope: alerts.ScopeWorkspace},
	"not_authed":                {scope: alerts.ScopeWorkspace},
	"account_inactive":          {scope: alerts.ScopeWorkspace, loss: alerts.LossUninstalled},
	"token_revoked":             {scope: alerts.ScopeWorkspace, loss: alerts.LossUninstalled},
	"token_expired":             {scope: alerts.ScopeWorkspace},
	"missing_scope":             {scope: alerts.ScopeWorkspace},
	"no_permission":             {scope: alerts.ScopeWorkspace},
	"not_allowed_token_type":    {scope: alerts.ScopeWorkspace},
	"org_login_required":        {scope: alerts.ScopeWorkspace},
	"ekm_access_denied":         {scope: alerts.ScopeWorkspace},
	"access_denied":             {scope: alerts.ScopeWorkspace},
	"accesslimited":             {scope: alerts.ScopeWorkspace},
	"two_factor_setup_required": {scope: alerts.ScopeWorkspace},
	"team_access_not_granted":   {scope: alerts.ScopeWorkspace},
	"enterprise_is_restricted":  {scope: alerts.ScopeWorkspace},
	"team_not_found":            {scope: alerts.ScopeWorkspace},

	// The message.
	"msg_too_long":                   {scope: alerts.ScopeMessage},
	"msg_blocks_too_long":            {scope: alerts.ScopeMessage},
	"no_text":                        {scope: alerts.ScopeMessage},
	"invalid_blocks":                 {scope: alerts.ScopeMessage},
	"invalid_blocks_format":          {scope: alerts.ScopeMessage},
	"invalid_attachments":            {scope: alerts.ScopeMessage},
	"invalid_arguments":              {scope: alerts.ScopeMessage},
	"invalid_arg_name":               {scope: alerts.ScopeMessage},
	"invalid_array_arg":              {scope: alerts.ScopeMessage},
	"invalid_charset":                {scope: alerts.ScopeMessage},
	"invalid_form_data":              {scope: alerts.ScopeMessage},
	"invalid_post_type":              {scope: alerts.ScopeMessage},
	"invalid_metadata_format":        {scope: alerts.ScopeMessage},
	"invalid_metadata_schema":        {scope: alerts.ScopeMessage},
	"metadata_too_large":             {scope: alerts.ScopeMessage},
	"metadata_must_be_sent_from_app": {scope: alerts.ScopeMessage},
	"cannot_reply_to_message":        {scope: alerts.ScopeMessage},
	"thread_not_found":               {scope: alerts.ScopeMessage},
	"duplicate_message_not_found":    {scope: alerts.ScopeMessage},

	// Not now.
	"ratelimited":            {scope: alerts.ScopeDestination, wait: unnamedWait},
	"rate_limited":           {scope: alerts.ScopeWorkspace, wait: unnamedWait},
	"message_limit_exceeded": {scope: alerts.ScopeWorkspace, wait: unnamedWait},
	"team_added_to_org":      {scope: alerts.ScopeWorkspace, wait: unnamedWait},
}

// errNoAnswer is an answer that says neither yes nor no.
var errNoAnswer = errors.New("slack's answer names no message")

// classify turns an error of a call to Slack into one that says how far it
// reaches, if that is known: see [alerts.Permanent] and [alerts.RetryAfter].
func classify(what string, err error) error {
	if err == nil {
		return nil
	}
	err = fmt.Errorf("%s: %w", what, clean(err))
	if limited, ok := errors.AsType[*slackgo.RateLimitedError](err); ok {
		return alerts.RetryAfter(err, limited.RetryAfter, alerts.ScopeDestination)
	}
	if status, ok := errors.AsType[slackgo.StatusCodeError](err); ok {
		switch status.Code {
		case http.StatusTooManyRequests: // without a Retry-After
			return alerts.RetryAfter(err, unnamedWait, alerts.ScopeDestination)
		case http.StatusRequestEntityTooLarge:
			return alerts.Permanent(err, alerts.ScopeMessage)
		}
	}
	r, known := refusals[code(err)]
	switch {
	case !known:
		return err
	case r.wait > 0:
		return alerts.RetryAfter(err, r.wait, r.scope)
	}
	return alerts.Permanent(err, r.scope)
}

// code is Slack's word for an error, "" where it said none.
func code(err error) string {
	if said, ok := errors.AsType[slackgo.SlackErrorResponse](err); ok {
		return said.Err
	}
	return ""
}

// lossOf tells what an error says has become of its destination, or of its
// workspace.
func lossOf(err error) alerts.Loss {
	switch {
	case errors.Is(err, ErrUninstalled):
		return alerts.LossUninstalled
	}
	return refusals[code(err)].loss
}

// clean takes the address off an error of net/http: that of a response_url or
// a socket is a secret.
func clean(err error) error {
	if at, ok := errors.AsType[*url.Error](err); ok {
		return at.Err
	}
	return err
}
