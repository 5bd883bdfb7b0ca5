package discord

import (
	"context"
	"net/http"
	"time"

	"github.com/bwmarrin/discordgo"

	"github.com/bellwether/bellwether/adapters/discord/embed"
	"github.com/bellwether/bellwether/alerts"
)

// NewMessengerForTest makes a messenger of its own, as a process that starts
// has it.
func NewMessengerForTest(c *Client) *Messenger { return newMessenger(c, newRooms(c.Now)) }

// NewRatesForTest keeps limits for this process.
func NewRatesForTest(now func() time.Time) Rates { return newRates(now) }

// CallForTest makes a call for a person who waits.
func (c *Client) CallForTest(ctx context.Context, method, path string, in, out any) error {
	return c.call(ctx, method, path, in, out)
}

// RespondForTest answers an interaction.
func (c *Client) RespondForTest(ctx context.Context, id, token string) error {
	i := &discordgo.Interaction{ID: id, Token: token, AppID: "1"}
	return c.respond(ctx, i, response{Type: discordgo.InteractionResponseDeferredMessageUpdate})
}

// FollowForTest adds an answer to an interaction.
func (c *Client) FollowForTest(ctx context.Context, token string) error {
	return c.follow(ctx, &discordgo.Interaction{ID: "1", Token: token, AppID: "1"}, message(embed.Message{Content: "x"}))
}

// PostForTest makes one call to post a message, and classifies what comes of it.
func (c *Client) PostForTest(ctx context.Context) error {
	r := request{method: http.MethodPost, path: "channels/1/messages", in: payload{Content: "x"}}
	_, err := c.once(ctx, r, nil)
	return classify("post a message", err)
}

// LossOfForTest is what an error says has become of a destination.
func LossOfForTest(err error) alerts.Loss { return lossOf(err) }

// RefusalsForTest calls f with each code that says more than its status.
func RefusalsForTest(f func(code int, scope alerts.Scope, loss alerts.Loss)) {
	for code, r := range refusals {
		f(code, r.scope, r.loss)
	}
}

// FingerprintForTest is the nonce of a key.
func FingerprintForTest(key string) string { return fingerprint(key) }
