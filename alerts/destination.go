package alerts

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
)

// The platforms that Bellwether speaks on.
const (
	Terminal = "terminal"
	Slack    = "slack"
	Discord  = "discord"
)

// Person is someone who talks to the bot. It is comparable.
type Person struct {
	Platform  string `json:"platform"`
	Workspace string `json:"workspace,omitempty"` // Slack team; empty on Discord, whose users are global
	User      string `json:"user"`
}

// Direct is the person's own direct message.
func (p Person) Direct() Destination {
	return Destination{Platform: p.Platform, Workspace: p.Workspace, User: p.User}
}

// String gives a form that [ParsePerson] reads back, fit for a key.
func (p Person) String() string { return p.Direct().String() }

// ParsePerson reads what [Person.String] wrote.
func ParsePerson(s string) (Person, error) {
	d, err := ParseDestination(s)
	if err != nil {
		return Person{}, err
	}
	if d.User == "" {
		return Person{}, fmt.Errorf("person %q: names a channel", s)
	}
	return Person{Platform: d.Platform, Workspace: d.Workspace, User: d.User}, nil
}

// Destination is where alerts go: a channel, or a person's direct message.
// Exactly one of Channel and User is set. It is comparable.
type Destination struct {
	Platform  string `json:"platform"`
	Workspace string `json:"workspace,omitempty"` // Slack team or Discord guild; empty for Discord direct messages
	Channel   string `json:"channel,omitempty"`
	User      string `json:"user,omitempty"`
}

// IsDirect reports whether d is a person's direct message.
func (d Destination) IsDirect() bool { return d.User != "" }

// String gives "platform/workspace/c/channel" or "platform/workspace/u/user",
// its parts escaped as URL path segments; [ParseDestination] reads it back.
func (d Destination) String() string {
	kind, id := "c", d.Channel
	if d.IsDirect() {
		kind, id = "u", d.User
	}
	return url.PathEscape(d.Platform) + "/" + url.PathEscape(d.Workspace) + "/" + kind + "/" + url.PathEscape(id)
}

var errDestination = errors.New(`want "platform/workspace/c/channel" or "platform/workspace/u/user"`)

// ParseDestination reads what [Destination.String] wrote.
func ParseDestination(s string) (Destination, error) {
	parts := strings.Split(s, "/")
	if len(parts) != 4 || (parts[2] != "c" && parts[2] != "u") {
		return Destination{}, fmt.Errorf("destination %q: %w", s, errDestination)
	}
	for i := range parts {
		p, err := url.PathUnescape(parts[i])
		if err != nil {
			return Destination{}, fmt.Errorf("destination %q: %w", s, err)
		}
		parts[i] = p
	}
	if parts[0] == "" || parts[3] == "" {
		return Destination{}, fmt.Errorf("destination %q: %w", s, errDestination)
	}
	d := Destination{Platform: parts[0], Workspace: parts[1]}
	if parts[2] == "u" {
		d.User = parts[3]
	} else {
		d.Channel = parts[3]
	}
	return d, nil
}
