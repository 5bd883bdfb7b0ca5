package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/bellwether/bellwether/adapters/terminal"
)

// role is a part of the work that a replica can take.
type role string

const (
	roleIngest  role = "ingest"  // read sources
	roleMatch   role = "match"   // articles to alerts
	roleDeliver role = "deliver" // alerts to their readers
	roleChat    role = "chat"    // what people say to the bot
)

// allRoles in the order of the work.
func allRoles() []role { return []role{roleIngest, roleMatch, roleDeliver, roleChat} }

// setRoles reads "ingest,match".
func setRoles(c *config, v string) error {
	c.roles = nil
	for word := range strings.SplitSeq(v, ",") {
		r := role(strings.TrimSpace(word))
		if !slices.Contains(allRoles(), r) {
			return fault{fmt.Sprintf("%q is no role", word), "write some of ingest,match,deliver,chat"}
		}
		c.roles = append(c.roles, r)
	}
	return nil
}

// has reports whether this replica takes the role.
func (c config) has(r role) bool { return slices.Contains(c.roles, r) }

// divided reports whether other replicas have to take a part of the work.
func (c config) divided() bool {
	return slices.ContainsFunc(allRoles(), func(r role) bool { return !c.has(r) })
}

// aboutRoles names the roles for people.
func (c config) aboutRoles() string {
	names := make([]string, len(c.roles))
	for i, r := range c.roles {
		names[i] = string(r)
	}
	return strings.Join(names, ", ")
}

// stages are the parts of the program that its roles ask for, in the order in
// which they end: what comes in, then articles to alerts, then alerts to their
// readers.
func (a *app) stages(cfg config, interactive bool) [][]part {
	var doors, chats, matching, delivery []part
	if a.web != nil {
		doors = append(doors, part{name: "serving HTTP", run: a.web.Run})
	}
	if cfg.has(roleIngest) {
		doors = append(doors, part{name: "ingest", run: a.ingest.Run}, part{name: "notices", run: a.notices.Run})
		if a.hubs != nil {
			doors = append(doors, part{name: "hubs", run: a.hubs.Run})
		}
	}
	if a.slack != nil && (cfg.has(roleChat) || cfg.has(roleDeliver)) {
		chats = append(chats, part{name: "slack", run: a.slack.run})
	}
	if a.discord != nil && (cfg.has(roleChat) || cfg.has(roleDeliver)) {
		chats = append(chats, part{name: "discord", run: a.discord.app.Run})
	}
	if !cfg.onPlatform() && cfg.has(roleChat) {
		chats = append(chats, part{name: "terminal", run: a.terminal, last: interactive})
	}
	if cfg.has(roleIngest) || cfg.has(roleMatch) {
		matching = append(matching, part{name: "watching the store", run: a.pressure.Run})
	}
	if cfg.has(roleMatch) {
		matching = append(matching, part{name: "matching", run: a.matching.Run})
	}
	if cfg.has(roleDeliver) {
		delivery = append(delivery, part{name: "dispatch", run: a.dispatch.Run})
	}
	return [][]part{doors, chats, matching, delivery}
}

// terminal talks with the person at the terminal. What is piped in may say exit
// as well as a person.
func (a *app) terminal(ctx context.Context) error {
	err := a.talk.Run(ctx, a.bot)
	if errors.Is(err, terminal.ErrLeft) {
		return errLast
	}
	return err
}
