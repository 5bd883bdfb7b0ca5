package discord

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"github.com/bwmarrin/discordgo"
)

// ClientConfig is what a Client is made of. Rates, Logger and Now may be nil,
// BaseURL empty for Discord itself.
type ClientConfig struct {
	// Token is the bot's, without "Bot " before it.
	Token string
	// BaseURL is where the API is: https://discord.com/api/v10/.
	BaseURL string
	HTTP    *http.Client
	Rates   Rates
	Limits  Limits
	Now     func() time.Time
	Logger  *slog.Logger
}

// Limits are what Discord takes. The zero value stands for Discord's own; tests
// scale them.
type Limits struct {
	// Global is the calls a second to everything but interactions.
	Global int
	// Timeout ends a call that gets no answer.
	Timeout time.Duration
	// Invalid is how many answers of 401, 403 and 429 in ten minutes make the
	// client stop by itself.
	Invalid int
}

// Client speaks to Discord's API for the bot.
type Client struct {
	ClientConfig
}

var errStub = errors.New("not there yet")

// NewClient makes a client.
func NewClient(c ClientConfig) *Client { return &Client{ClientConfig: c} }

// session is a new discordgo session whose calls go through the client: to its
// address, by its rules for limits, and without any waiting or retry of
// discordgo's own. It knows the token.
func (c *Client) session() *discordgo.Session { return nil }

// call makes one call for a person who waits: it waits for its turn and for
// what Discord asks to wait, as long as ctx lasts. path has no leading slash:
// "channels/1/messages". in and out may be nil. Errors are classified.
func (c *Client) call(ctx context.Context, method, path string, in, out any) error { return errStub }

// respond answers an interaction the first time, within its three seconds.
func (c *Client) respond(ctx context.Context, i *discordgo.Interaction, r *discordgo.InteractionResponse) error {
	return errStub
}

// edit replaces what an interaction was answered with. Files may be added.
func (c *Client) edit(ctx context.Context, i *discordgo.Interaction, e *discordgo.WebhookEdit) error {
	return errStub
}

// follow adds an answer to an interaction that was answered already.
func (c *Client) follow(ctx context.Context, i *discordgo.Interaction, p *discordgo.WebhookParams) error {
	return errStub
}

// direct gives the channel of a person's direct message, opening it if need be.
func (c *Client) direct(ctx context.Context, user string) (channel string, err error) { return "", errStub }
