package discord

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strconv"

	"github.com/bwmarrin/discordgo"
)

// invitePermissions are what the bot needs in a server.
const invitePermissions = discordgo.PermissionViewChannel | discordgo.PermissionSendMessages | discordgo.PermissionSendMessagesInThreads |
	discordgo.PermissionEmbedLinks | discordgo.PermissionReadMessageHistory | discordgo.PermissionManageThreads

// Invite is the address at which an owner of a server adds the app to it.
// Source: https://discord.com/developers/docs/topics/oauth2#bot-authorization-flow
func Invite(app string) string {
	return "https://discord.com/oauth2/authorize?" + url.Values{
		"client_id": {app}, "scope": {"bot applications.commands"}, "permissions": {strconv.FormatInt(invitePermissions, 10)},
	}.Encode()
}

// Register tells Discord of the command, whatever it has: for every server, or
// for one alone. It says for people what it did.
func Register(ctx context.Context, c *Client, guild string) (string, error) {
	app, err := c.application(ctx)
	if err != nil {
		return "", err
	}
	if err := c.overwrite(ctx, app, guild); err != nil {
		return "", err
	}
	where := "everywhere"
	if guild != "" {
		where = "in server " + guild
	}
	return fmt.Sprintf("/%s is registered %s.\nThis link adds the bot to a server: %s", commandName, where, Invite(app)), nil
}

// introduced is what the app learns of itself.
type introduced struct {
	app    string
	before bool // Discord had the command as it is
}

// introduce asks Discord which app this is, and registers the command where it
// is not as Discord has it.
func (a *App) introduce(ctx context.Context) (introduced, error) {
	var said introduced
	var err error
	if said.app, err = a.Client.application(ctx); err != nil {
		return said, err
	}
	if set := a.Application; set != "" && set != said.app {
		a.Logger.WarnContext(ctx, "discord: the token is of another app than DISCORD_APPLICATION_ID names; the token's counts", "set", set, "app", said.app)
	}
	if said.before, err = a.Client.registered(ctx, said.app); err != nil || said.before {
		return said, err
	}
	return said, a.Client.overwrite(ctx, said.app, "")
}

// application gives the id of the token's app, which is asked for once.
func (c *Client) application(ctx context.Context) (string, error) {
	if id := c.app.Load(); id != nil {
		return *id, nil
	}
	var app struct {
		ID string `json:"id"`
	}
	if err := c.call(ctx, http.MethodGet, "applications/@me", nil, &app); err != nil {
		return "", fmt.Errorf("ask Discord which app this is: %w", err)
	}
	c.app.Store(&app.ID)
	return app.ID, nil
}

// registered reports whether Discord has the command as it is here, and no
// other.
func (c *Client) registered(ctx context.Context, app string) (bool, error) {
	var has []definition
	if err := c.call(ctx, http.MethodGet, "applications/"+app+"/commands?with_localizations=true", nil, &has); err != nil {
		return false, fmt.Errorf("ask Discord for the commands it has: %w", err)
	}
	if len(has) != 1 {
		return false, nil
	}
	return reflect.DeepEqual(normal(has[0]), normal(policy())), nil
}

// overwrite replaces all commands of the app, everywhere or in a server.
// Source: https://discord.com/developers/docs/interactions/application-commands#bulk-overwrite-global-application-commands
func (c *Client) overwrite(ctx context.Context, app, guild string) error {
	path := "applications/" + app + "/commands"
	all := []definition{policy()}
	if guild != "" { // these know no contexts
		path = "applications/" + app + "/guilds/" + guild + "/commands"
		all[0].Contexts, all[0].Integrations = nil, nil
	}
	if err := c.call(ctx, http.MethodPut, path, all, nil); err != nil {
		return fmt.Errorf("register the command: %w", err)
	}
	return nil
}

// normal is a definition in the one form that equal ones have: Discord leaves
// out what is empty, gives what was left out, and keeps no order of some lists.
func normal(d definition) any {
	d = sorted(d)
	text, err := json.Marshal(d)
	if err != nil {
		return err
	}
	var out any
	if err := json.Unmarshal(text, &out); err != nil {
		return err
	}
	return out
}

func sorted(d definition) definition {
	d.Type = cmp.Or(d.Type, int(discordgo.ChatApplicationCommand))
	for _, list := range []*[]int{&d.Contexts, &d.Integrations, &d.ChannelTypes} {
		*list = slices.Sorted(slices.Values(*list))
	}
	options := make([]definition, len(d.Options))
	for i, o := range d.Options {
		options[i] = sorted(o)
	}
	d.Options = options
	return d
}
