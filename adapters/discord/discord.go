// Package discord lets people use Bellwether in Discord: slash commands, direct
// messages, buttons, menus and modals come in, over the gateway or over HTTP;
// replies and alerts go out. One app may be in many servers, which Discord's
// API calls guilds.
//
// What comes in is acknowledged at once and carried out after that, one thing
// after the other for each person. What is shown is made in package embed.
package discord

import (
	"crypto/ed25519"
	"log/slog"
	"time"

	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/bot/chat/desk"
)

// Config is what an App is made of. Reachable and Logger may be nil.
type Config struct {
	Handler       Handler
	Places        Places
	Subscriptions Subscriptions
	Guilds        GuildStore
	Once          Once
	Client        *Client

	// PublicKey opens the way in by HTTP; nil without it.
	PublicKey ed25519.PublicKey
	// Gateway opens the way in by the gateway; nil without it.
	Gateway *Gateway
	// Register keeps the commands at Discord as they are here: it is done at the
	// start, where they differ.
	Register bool
	// Zones gives time zones that what was typed so far may become.
	Zones func(typed string) []string
	// Reachable is told of places that Discord takes messages for again.
	Reachable func(d alerts.Destination)
	Now       func() time.Time
	Logger    *slog.Logger
}

// App is Bellwether as people meet it in Discord.
type App struct {
	Config
	desk *desk.Desk
}
