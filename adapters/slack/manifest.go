package slack

import (
	"encoding/json"
	"fmt"
)

// Limits of an app's manifest.
// Source: https://docs.slack.dev/reference/app-manifest
const (
	maxAppName     = 35
	maxDescription = 140
	minLong        = 175
	maxLong        = 4000
)

// Command is what people type.
const Command = "/policy"

// The words of the app's page in Slack.
const (
	appName         = "Bellwether"
	appDescription  = "Policy news that hits your keywords, each story once, with a short summary and the link to its source."
	appLong         = "Say which words you follow, in a direct message or for a channel. Bellwether reads feeds and news wires, matches every new article against them, and posts each hit once: the headline, two or three sentences of the article with your words in bold, and the link to the source. Digests, quiet hours, snooze and mute are a button away. Type /policy to begin."
	commandAbout    = "Follow policy news by keyword"
	commandUsage    = "subscribe carbon border tax, list, digest daily 08:00, help"
	backgroundColor = "#1d3557"
)

// manifest is the part of an app's manifest that we use, in the form of
// https://docs.slack.dev/reference/app-manifest.
type manifest struct {
	Display struct {
		Name        string `json:"name"`
		Description string `json:"description"`
		Long        string `json:"long_description"`
		Background  string `json:"background_color"`
	} `json:"display_information"`
	Features struct {
		Home struct {
			Home     bool `json:"home_tab_enabled"`
			Messages bool `json:"messages_tab_enabled"`
			ReadOnly bool `json:"messages_tab_read_only_enabled"`
		} `json:"app_home"`
		Bot struct {
			Name   string `json:"display_name"`
			Online bool   `json:"always_online"`
		} `json:"bot_user"`
		Commands []manifestCommand `json:"slash_commands"`
	} `json:"features"`
	OAuth struct {
		Redirects []string `json:"redirect_urls,omitempty"`
		Scopes    struct {
			Bot []string `json:"bot"`
		} `json:"scopes"`
	} `json:"oauth_config"`
	Settings struct {
		Events struct {
			URL    string   `json:"request_url,omitempty"`
			Events []string `json:"bot_events"`
		} `json:"event_subscriptions"`
		Interactivity struct {
			On  bool   `json:"is_enabled"`
			URL string `json:"request_url,omitempty"`
		} `json:"interactivity"`
		OrgDeploy     bool `json:"org_deploy_enabled"`
		SocketMode    bool `json:"socket_mode_enabled"`
		TokenRotation bool `json:"token_rotation_enabled"`
	} `json:"settings"`
}

type manifestCommand struct {
	Command     string `json:"command"`
	URL         string `json:"url,omitempty"`
	Description string `json:"description"`
	Usage       string `json:"usage_hint"`
	Escape      bool   `json:"should_escape"`
}

// Manifest gives the app's manifest as JSON. With a public URL Slack calls the
// app there; without, the app uses Socket Mode.
func Manifest(publicURL string) ([]byte, error) {
	var m manifest
	m.Display.Name, m.Display.Description, m.Display.Long, m.Display.Background = appName, appDescription, appLong, backgroundColor
	m.Features.Home.Home, m.Features.Home.Messages = true, true
	m.Features.Bot.Name, m.Features.Bot.Online = appName, true
	// Escaped, a name that is typed comes as <@U…>; we want what was typed.
	command := manifestCommand{Command: Command, Description: commandAbout, Usage: commandUsage}
	m.OAuth.Scopes.Bot = Scopes()
	m.Settings.Events.Events = Events()
	m.Settings.Interactivity.On = true
	m.Settings.SocketMode = publicURL == ""
	if publicURL != "" {
		command.URL = publicURL + pathCommands
		m.OAuth.Redirects = []string{publicURL + pathCallback}
		m.Settings.Events.URL = publicURL + pathEvents
		m.Settings.Interactivity.URL = publicURL + pathInteractivity
	}
	m.Features.Commands = []manifestCommand{command}
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("write the app's manifest: %w", err)
	}
	return append(text, '\n'), nil
}
