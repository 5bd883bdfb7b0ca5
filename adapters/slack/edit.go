package slack

import (
	"context"
	"errors"
	"fmt"

	"github.com/bellwether/bellwether/alerts"
)

// Edit implements dispatch.Editor. It has a limit of its own in each workspace,
// so that one who wants to be left alone with edits still gets messages.
// Source: https://docs.slack.dev/reference/methods/chat.update
func (m *Messenger) Edit(ctx context.Context, d alerts.Delivery) (alerts.Receipt, error) {
	ctx, cancel := context.WithTimeout(ctx, m.limits.Timeout)
	defer cancel()
	team, err := m.teams.Get(ctx, d.Destination.Workspace)
	switch {
	case errors.Is(err, ErrNotInstalled), errors.Is(err, ErrUninstalled):
		return alerts.Receipt{}, alerts.Permanent(err, alerts.ScopeWorkspace)
	case err != nil:
		return alerts.Receipt{}, err
	}
	for _, id := range d.Edits {
		channel, ts, ok := splitID(id)
		if !ok {
			return alerts.Receipt{}, alerts.Permanent(fmt.Errorf("edit a message: %q names none", id), alerts.ScopeMessage)
		}
		if _, _, _, err := team.API.UpdateMessageContext(ctx, channel, ts, m.options(d)...); err != nil {
			return alerts.Receipt{}, m.unedited(team, err)
		}
	}
	return alerts.Receipt{Messages: d.Edits}, nil
}

// unedited classifies the error of an edit.
func (m *Messenger) unedited(team Team, err error) error {
	switch code(err) {
	case "message_not_found":
		return fmt.Errorf("edit a message: %w: %w", alerts.ErrNotFound, clean(err))
	case "cant_update_message", "edit_window_closed", "update_failed", "external_channel_migrating", "streaming_state_conflict":
		return alerts.Permanent(wrapped("edit a message", err), alerts.ScopeMessage)
	}
	err = m.judged(team, "edit a message", err)
	if asked, ok := errors.AsType[*alerts.SendError](err); ok && !asked.Permanent {
		asked.Scope = alerts.ScopeMessage
	}
	return err
}
