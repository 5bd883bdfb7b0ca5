package slack

import (
	"maps"
	"slices"
)

// methodScopes are the methods of Slack's Web API that this package calls,
// each with the scopes that a bot token needs for it.
//
// Source: https://docs.slack.dev/reference/methods, a page for each method.
var methodScopes = map[string][]string{
	"auth.test":                    nil,
	"apps.connections.open":        nil, // takes the app token
	"oauth.v2.access":              nil, // takes the client secret
	"chat.postMessage":             {"chat:write"},
	"chat.postEphemeral":           {"chat:write"},
	"chat.update":                  {"chat:write"},
	"conversations.open":           {"im:write"},
	"conversations.info":           {"channels:read", "groups:read"}, // never for direct messages
	"conversations.join":           {"channels:join"},
	"conversations.history":        {"channels:history", "groups:history", "im:history"},
	"conversations.replies":        {"channels:history", "groups:history", "im:history"},
	"users.info":                   {"users:read"},
	"views.open":                   nil,
	"views.update":                 nil,
	"views.publish":                nil,
	"files.getUploadURLExternal":   {"files:write"},
	"files.completeUploadExternal": {"files:write"},
}

// calls are the methods of slack-go's client that stand for them.
var calls = map[string][]string{
	"AuthTestContext":               {"auth.test"},
	"PostMessageContext":            {"chat.postMessage"},
	"PostEphemeralContext":          {"chat.postEphemeral"},
	"UpdateMessageContext":          {"chat.update"},
	"SendMessageContext":            nil, // only to a response_url, which needs no token
	"OpenConversationContext":       {"conversations.open"},
	"GetConversationInfoContext":    {"conversations.info"},
	"JoinConversationContext":       {"conversations.join"},
	"GetConversationHistoryContext": {"conversations.history"},
	"GetConversationRepliesContext": {"conversations.replies"},
	"GetUserInfoContext":            {"users.info"},
	"OpenViewContext":               {"views.open"},
	"UpdateViewContext":             {"views.update"},
	"PublishViewContext":            {"views.publish"},
	"StartSocketModeContext":        {"apps.connections.open"},
	"UploadFileContext":             {"files.getUploadURLExternal", "files.completeUploadExternal"},
}

// eventScopes are the events that the app is sent, each with its scopes.
//
// Source: https://docs.slack.dev/reference/events, a page for each event.
var eventScopes = map[string][]string{
	"app_home_opened":       nil,
	"app_mention":           {"app_mentions:read"},
	"app_uninstalled":       nil,
	"tokens_revoked":        nil,
	"message.im":            {"im:history"},
	"channel_archive":       {"channels:read"},
	"channel_deleted":       {"channels:read"},
	"channel_left":          {"channels:read"},
	"channel_unarchive":     {"channels:read"},
	"group_archive":         {"groups:read"},
	"group_deleted":         {"groups:read"},
	"group_left":            {"groups:read"},
	"group_unarchive":       {"groups:read"},
	"member_joined_channel": {"channels:read", "groups:read"},
}

// Scopes are what a bot token needs for all that the app does: no more.
func Scopes() []string {
	all := map[string]bool{"commands": true} // for /policy
	for _, table := range []map[string][]string{methodScopes, eventScopes} {
		for _, scopes := range table {
			for _, s := range scopes {
				all[s] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(all))
}

// Events are those that the app is to be sent.
func Events() []string { return slices.Sorted(maps.Keys(eventScopes)) }
