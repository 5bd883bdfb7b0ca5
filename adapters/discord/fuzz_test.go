package discord_test

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/bellwether/bellwether/alerts"
)

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

type object = map[string]any

// seeds are interactions of every kind.
func seeds() []object {
	member := object{"user": object{"id": "7", "username": "anna"}, "roles": []string{"8"}, "permissions": "16"}
	of := func(kind int, data object) object {
		return object{
			"id": "1", "application_id": "2", "type": kind, "token": "t", "guild_id": "3", "channel_id": "4", "member": member,
			"app_permissions": "0", "authorizing_integration_owners": object{"0": "3"}, "data": data,
			"message": object{"id": "5", "channel_id": "4", "flags": 64, "embeds": []object{{"description": "x"}}, "components": []object{}},
		}
	}
	var out []object
	for _, sub := range []string{"subscribe", "list", "edit", "pause", "digest", "help", "export"} {
		options := []object{
			{"name": "id", "type": 3, "value": "1"},
			{"name": "query", "type": 3, "value": "ferry", "focused": true},
			{"name": "me", "type": 5, "value": true},
			{"name": "mention", "type": 8, "value": "8"},
			{"name": "when", "type": 3, "value": "daily"},
		}
		data := object{
			"id": "9", "name": "policy", "type": 1, "options": []object{{"name": sub, "type": 1, "options": options}},
			"resolved": object{"roles": object{"8": object{"id": "8", "mentionable": true}}},
		}
		out = append(out, of(2, data), of(4, data))
	}
	for _, id := range []string{
		"do:unsubscribe 1", `undo:{"v":"subscribe","a":"x"}`, "manage:#00ff", "list:4 0", "pick:4 0", "at:4 pause 1", "edit:4 1", "edit:4 0",
		"again:4 1", "choose", "list:u 3", "list:mine 0",
	} {
		out = append(out, of(3, object{"custom_id": id, "component_type": 3, "values": []string{"do:mute x", "1"}}))
	}
	return append(out, of(1, nil), of(5, object{"custom_id": "form:4 1", "components": []object{
		{"type": 1, "components": []object{{"type": 4, "custom_id": "query", "value": "ferry"}}},
	}}))
}

// refusing is a network without anyone.
type refusing struct{}

func (refusing) RoundTrip(*http.Request) (*http.Response, error) {
	return nil, errors.New("nobody is there")
}

// always takes everything for new.
type always struct{}

func (always) Once(context.Context, string, time.Duration) (bool, error) { return true, nil }

// emptyStore holds nothing.
type emptyStore struct{}

func (emptyStore) List(context.Context, alerts.Destination) ([]alerts.Subscription, error) {
	return nil, nil
}

func (emptyStore) Settings(_ context.Context, d alerts.Destination) (alerts.Settings, error) {
	return alerts.Settings{Destination: d}, nil
}

func (emptyStore) Workspace(context.Context, string, string) (alerts.Workspace, error) {
	return alerts.Workspace{}, alerts.ErrNotFound
}

func (emptyStore) SaveWorkspace(_ context.Context, w alerts.Workspace) (alerts.Workspace, error) {
	return w, nil
}

func (emptyStore) Workspaces(context.Context, string) ([]alerts.Workspace, error) { return nil, nil }

func (emptyStore) Destinations(context.Context, string, string) ([]alerts.Destination, error) {
	return nil, nil
}
func (emptyStore) ForgetWorkspace(context.Context, string, string) (int, error) { return 0, nil }
