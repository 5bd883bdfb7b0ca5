package slack

import (
	"context"
	"errors"
	"fmt"
	"strings"

	slackgo "github.com/slack-go/slack"

	"github.com/bellwether/bellwether/alerts"
)

// Checked is what Slack says of a workspace's token.
type Checked struct {
	Workspace string   // its name, else its id; empty for a token that Slack refuses
	Missing   []string // scopes that the app needs and the token lacks
	Err       error    // why it can't be used
}

// Check asks Slack about every token: that of the settings, and those that
// workspaces stored. It changes nothing.
func (t *Teams) Check(ctx context.Context) ([]Checked, error) {
	var out []Checked
	own := ""
	if t.BotToken != "" {
		id, c := check(ctx, t.API(t.BotToken))
		own = id
		out = append(out, c)
	}
	all, err := t.Store.Workspaces(ctx, alerts.Slack)
	if err != nil {
		return out, fmt.Errorf("list the workspaces: %w", err)
	}
	for _, w := range all {
		if !w.Uninstalled.IsZero() || w.ID == own || len(w.Secret) == 0 {
			continue
		}
		c := Checked{}
		token, err := t.token(ctx, w)
		if err == nil {
			_, c = check(ctx, t.API(token))
		} else {
			c.Err = err
		}
		if c.Workspace == "" {
			c.Workspace = w.ID
		}
		out = append(out, c)
	}
	return out, nil
}

// check asks whose a token is and what it may do.
func check(ctx context.Context, api *slackgo.Client) (workspace string, c Checked) {
	said, err := api.AuthTestContext(ctx)
	if err == nil && said.TeamID == "" {
		err = errNoAnswer
	}
	if err != nil {
		return "", Checked{Err: classify("ask Slack whose the token is", err)}
	}
	c.Workspace = said.Team
	// Source: https://docs.slack.dev/authentication/installing-with-oauth
	if scopes := said.Header.Get("X-OAuth-Scopes"); scopes != "" {
		c.Missing = lacking(strings.ReplaceAll(scopes, " ", ""))
	}
	return said.TeamID, c
}

// CheckSocket asks Slack whether the app token of api opens Socket Mode.
func CheckSocket(ctx context.Context, api *slackgo.Client) error {
	_, address, err := api.StartSocketModeContext(ctx)
	if err == nil && address == "" {
		err = errors.New("slack gives no address")
	}
	return wrapped("open Socket Mode", err)
}
