package main

import (
	"net/url"
	"strings"

	"github.com/bellwether/bellwether/adapters/slack/seal"
)

// slackConfig is what is set for Slack.
type slackConfig struct {
	botToken      string
	appToken      string
	signingSecret string
	clientID      string
	clientSecret  string
	apiURL        string
}

// on reports whether the bot speaks Slack at all.
func (s slackConfig) on() bool { return s.botToken != "" || s.installs() }

// installs reports whether workspaces install the app by themselves.
func (s slackConfig) installs() bool { return s.clientID != "" && s.clientSecret != "" }

// incomplete says which settings go together and are not all there.
func (s slackConfig) incomplete(c *config) []mistake {
	var wrong []mistake
	need := func(missing bool, place, problem, mend string) {
		if missing {
			wrong = append(wrong, mistake{place, problem, mend})
		}
	}
	need((s.clientID == "") != (s.clientSecret == ""), "slack.client_id (SLACK_CLIENT_ID)",
		"it and slack.client_secret go together, and one is missing", "set both: Basic Information in the app's settings shows them")
	need(s.on() && c.has(roleChat) && s.appToken == "" && s.signingSecret == "", "slack.bot_token (SLACK_BOT_TOKEN)",
		"nothing lets Slack in", "set SLACK_APP_TOKEN for Socket Mode, or SLACK_SIGNING_SECRET for HTTP")
	need(!s.on() && s.signingSecret != "" && s.clientID == "" && s.clientSecret == "", "slack.signing_secret (SLACK_SIGNING_SECRET)",
		"there is no token to answer with", "set SLACK_BOT_TOKEN: OAuth & Permissions in the app's settings shows it")
	need(!s.on() && s.appToken != "", "slack.app_token (SLACK_APP_TOKEN)",
		"there is no token to answer with", "set SLACK_BOT_TOKEN: OAuth & Permissions in the app's settings shows it")
	need(s.on() && c.has(roleChat) && s.signingSecret != "" && c.listen == "", "slack.signing_secret (SLACK_SIGNING_SECRET)",
		"Slack comes in by HTTP, and no address is served", "set BELLWETHER_HTTP_LISTEN, such as 127.0.0.1:8080, or use SLACK_APP_TOKEN instead")
	if s.installs() {
		need(c.key == "", "slack.client_id (SLACK_CLIENT_ID)",
			"the tokens of workspaces are stored, and nothing seals them", "set BELLWETHER_KEY to what `openssl rand -base64 32` gives, and keep it")
		need(c.has(roleChat) && c.publicURL == "", "slack.client_id (SLACK_CLIENT_ID)",
			"people install the app at an address, and none is known", "set BELLWETHER_PUBLIC_URL, such as https://alerts.example.org")
		need(c.has(roleChat) && c.listen == "", "slack.client_id (SLACK_CLIENT_ID)",
			"people install the app at an address, and none is served", "set BELLWETHER_HTTP_LISTEN, such as 127.0.0.1:8080")
	}
	return wrong
}

// setToken never repeats the value.
func setToken(prefix string, field func(*config) *string) func(*config, string) error {
	return func(c *config, v string) error {
		if v = strings.TrimSpace(v); !strings.HasPrefix(v, prefix) {
			return fault{"not a token of this kind", "it begins with " + prefix}
		}
		*field(c) = v
		return nil
	}
}

func setKey(c *config, v string) error {
	if _, err := seal.Parse(v); err != nil {
		return fault{"not a key", "give what `openssl rand -base64 32` prints; several with commas between"}
	}
	c.key = v
	return nil
}

func setPublicURL(c *config, v string) error {
	u, err := url.Parse(v)
	if err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http") || u.RawQuery != "" || u.User != nil {
		return fault{"not the address of a site", "write it as https://alerts.example.org"}
	}
	c.publicURL = strings.TrimRight(v, "/")
	return nil
}

func setSlackAPI(c *config, v string) error {
	u, err := url.Parse(v)
	if err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http") {
		return fault{"not the base of an API", "write it as https://slack.com/api/"}
	}
	c.slack.apiURL = strings.TrimRight(v, "/") + "/"
	return nil
}
