package discord

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/bwmarrin/discordgo"

	"github.com/bellwether/bellwether/adapters/discord/embed"
	"github.com/bellwether/bellwether/alerts"
)

// Edit implements dispatch.Editor.
// Source: https://discord.com/developers/docs/resources/message#edit-message
func (m *Messenger) Edit(ctx context.Context, d alerts.Delivery) (alerts.Receipt, error) {
	ctx, cancel := context.WithTimeout(ctx, m.client.Limits.Timeout)
	defer cancel()
	body := message(embed.Delivery(d, fingerprint(d.Key)))
	receipt := alerts.Receipt{Messages: d.Edits}
	for _, id := range d.Edits {
		channel, name, ok := strings.Cut(id, "/")
		if !ok {
			return alerts.Receipt{}, alerts.Permanent(fmt.Errorf("edit a message: %q names none", id), alerts.ScopeMessage)
		}
		r := request{method: http.MethodPatch, who: d.Destination.String(), path: "channels/" + channel + "/messages/" + name, in: body}
		if err := m.turn(ctx, r); err != nil {
			return alerts.Receipt{}, err
		}
		next, err := m.client.once(ctx, r, nil)
		if err != nil {
			return alerts.Receipt{}, m.unedited(ctx, d.Destination, channel, err)
		}
		if next > 0 {
			receipt.NotBefore = m.now().Add(next)
		}
	}
	return receipt, nil
}

// unedited classifies the error of an edit. A thread that was archived in the
// meantime is opened again, as for a message.
func (m *Messenger) unedited(ctx context.Context, d alerts.Destination, channel string, err error) error {
	if code(err) == discordgo.ErrCodeUnknownMessage {
		return fmt.Errorf("edit a message: %w: %w", alerts.ErrNotFound, err)
	}
	return m.refused(ctx, d, target{channel: channel}, err)
}
