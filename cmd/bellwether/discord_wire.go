package main

import (
	"log/slog"
	"net/http"
	"os"
	"strconv"
	"time"

	"github.com/bellwether/bellwether/adapters/discord"
	"github.com/bellwether/bellwether/adapters/httpx"
	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/bot"
)

// discordParts is the bot in Discord.
type discordParts struct {
	app  *discord.App
	http *httpx.Client
}

// newDiscord makes what the settings ask for. reachable is told of places that
// take messages again.
func newDiscord(cfg config, s *store, b *bot.Bot, reachable func(alerts.Destination), log *slog.Logger) *discordParts {
	p := &discordParts{http: discordHTTP(cfg.discord)}
	client := discord.NewClient(discord.ClientConfig{
		Token: cfg.discord.botToken, BaseURL: cfg.discord.apiURL, HTTP: p.http.HTTP(), Rates: s.client.Rates(),
		Limits: discord.Limits{Timeout: cfg.callTimeout()}, Now: cfg.now, Logger: log,
	})
	c := discord.Config{
		Handler: b, Places: b, Subscriptions: s.client.Subscriptions(), Guilds: s.client.Workspaces(), Once: s.client.Marks(),
		Client: client, PublicKey: cfg.discord.publicKey, Application: cfg.discord.applicationID, Zones: bot.Zones,
		Reachable: reachable, Now: cfg.now, Logger: log,
	}
	if cfg.discord.byGateway() && cfg.has(roleChat) {
		c.Gateway = discord.NewGateway(discord.GatewayConfig{
			Client: client, Leases: s.client.Leases(), Holder: holder(), Now: cfg.now, Logger: log,
		})
	}
	p.app = discord.New(c)
	return p
}

// discordHTTP is what Discord is called with.
func discordHTTP(c discordConfig) *httpx.Client {
	return httpx.New(httpx.Options{
		// An address of the settings may be a proxy on this network.
		AllowPrivate: c.apiURL != "", IdlePerHost: 2 * platformWorkers,
	})
}

// holder names this process among those that share the work, for people who
// look into the store.
func holder() string {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	return host + " " + strconv.Itoa(os.Getpid()) + " " + strconv.FormatInt(time.Now().UnixNano(), 36)
}

// routes are what the bot in Discord serves over HTTP.
func (p *discordParts) routes() map[string]http.Handler {
	if p == nil {
		return nil
	}
	return p.app.Routes()
}

// close ends the connections to Discord.
func (p *discordParts) close() {
	if p != nil {
		p.http.Close()
	}
}
