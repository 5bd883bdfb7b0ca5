package main

import (
	"context"
	"io"
	stdlog "log"
	"log/slog"
	"maps"
	"net/http"

	slackgo "github.com/slack-go/slack"

	"github.com/bellwether/bellwether/adapters/httpx"
	"github.com/bellwether/bellwether/adapters/slack"
	"github.com/bellwether/bellwether/adapters/slack/seal"
	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/bot"
)

// slackParts is the bot in Slack.
type slackParts struct {
	app       *slack.App
	teams     *slack.Teams
	installer *slack.Installer // nil where no workspace installs by itself
	http      *httpx.Client
	apiURL    string
}

// newSlack makes what the settings ask for. reachable is told of places that
// take messages again.
func newSlack(cfg config, s *store, b *bot.Bot, reachable func(alerts.Destination), log *slog.Logger) (*slackParts, error) {
	p := &slackParts{apiURL: cfg.slack.apiURL, http: httpx.New(httpx.Options{
		// An address of the settings may be a proxy on this network.
		AllowPrivate: cfg.slack.apiURL != "", IdlePerHost: 2 * platformWorkers,
	})}
	var keys *seal.Ring
	if cfg.key != "" {
		var err error
		if keys, err = seal.Parse(cfg.key); err != nil {
			return nil, usageError{err}
		}
	}
	workspaces := s.client.Workspaces()
	p.teams = slack.NewTeams(slack.TeamsConfig{
		Store: workspaces, Keys: keys, BotToken: cfg.slack.botToken,
		API: func(token string) *slackgo.Client { return p.api(token, "") }, Now: cfg.now, Logger: log,
	})
	c := slack.Config{
		Handler: b, Places: b, Settings: s.client.Subscriptions(), Workspaces: workspaces, Once: s.client.Marks(),
		Rates: s.client.Rates(), Teams: p.teams, SigningSecret: cfg.slack.signingSecret, Reachable: reachable,
		Limits: slack.Limits{Timeout: cfg.callTimeout()}, Now: cfg.now, Logger: log,
	}
	if cfg.slack.appToken != "" && cfg.has(roleChat) {
		c.Socket = p.api(cfg.slack.botToken, cfg.slack.appToken)
	}
	p.app = slack.New(c)
	if cfg.slack.installs() {
		var err error
		p.installer, err = slack.NewInstaller(slack.InstallerConfig{
			Teams: p.teams, Keys: keys, Once: s.client.Marks(), ClientID: cfg.slack.clientID, ClientSecret: cfg.slack.clientSecret,
			PublicURL: cfg.publicURL, APIURL: cfg.slack.apiURL, HTTP: p.http.HTTP(), Installed: p.app.Installed,
			Now: cfg.now, Logger: log,
		})
		if err != nil {
			return nil, err
		}
	}
	return p, nil
}

// api makes a client of Slack.
func (p *slackParts) api(token, appToken string) *slackgo.Client {
	options := []slackgo.Option{
		slackgo.OptionHTTPClient(p.http.HTTP()), slackgo.OptionAppLevelToken(appToken),
		slackgo.OptionLog(stdlog.New(io.Discard, "", 0)), // it would show addresses that are secret
	}
	if p.apiURL != "" {
		options = append(options, slackgo.OptionAPIURL(p.apiURL))
	}
	return slackgo.New(token, options...)
}

// run takes what comes in from Slack until ctx ends.
func (p *slackParts) run(ctx context.Context) error {
	return p.app.Run(ctx)
}

// close ends the connections to Slack.
func (p *slackParts) close() {
	if p != nil {
		p.http.Close()
	}
}

// routes are what the bot in Slack serves over HTTP.
func (p *slackParts) routes() map[string]http.Handler {
	if p == nil {
		return nil
	}
	routes := map[string]http.Handler{}
	maps.Copy(routes, p.app.Routes())
	if p.installer != nil {
		maps.Copy(routes, p.installer.Routes())
	}
	return routes
}

// about says for people how Slack is spoken to.
func (c slackConfig) about() string {
	switch {
	case c.appToken != "" && c.signingSecret != "":
		return "Slack, by Socket Mode and HTTP"
	case c.appToken != "":
		return "Slack, by Socket Mode"
	}
	return "Slack, by HTTP"
}
