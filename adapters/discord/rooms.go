package discord

import (
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/bwmarrin/discordgo"

	"github.com/bellwether/bellwether/alerts"
)

const (
	// kindKept is how long it is believed what kind of channel something is:
	// that hardly changes. roomKept is for all else.
	kindKept = time.Hour
	roomKept = time.Minute
	// rightsKept is for what a server's settings say of the command.
	rightsKept = 5 * time.Minute
)

// target is where the messages of a destination are posted.
type target struct {
	channel string
	forum   bool
}

// rooms remembers for a while what Discord says of channels, roles and rights.
type rooms struct {
	now func() time.Time

	mu       sync.Mutex
	channels map[string]kept[*discordgo.Channel]
	roles    map[string]kept[[]*discordgo.Role]                          // by guild
	rights   map[string]kept[[]*discordgo.ApplicationCommandPermissions] // by guild
	members  map[string]kept[*discordgo.Member]                          // by guild and user
}

type kept[T any] struct {
	what T
	at   time.Time
}

func newRooms(now func() time.Time) *rooms {
	return &rooms{
		now: now, channels: map[string]kept[*discordgo.Channel]{}, roles: map[string]kept[[]*discordgo.Role]{},
		rights: map[string]kept[[]*discordgo.ApplicationCommandPermissions]{}, members: map[string]kept[*discordgo.Member]{},
	}
}

// target gives where a destination's messages are posted. For a person that is
// the direct message, which is opened the first time.
func (r *rooms) target(ctx context.Context, c *Client, d alerts.Destination) (target, error) {
	if d.IsDirect() {
		channel, err := c.direct(ctx, d.User)
		return target{channel: channel}, err
	}
	room, err := r.room(ctx, c, d.Channel, kindKept)
	if err != nil {
		return target{}, err
	}
	return target{channel: d.Channel, forum: isForum(room)}, nil
}

// forum reports whether a channel is known to be a forum.
func (r *rooms) forum(channel string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	known, ok := r.channels[channel]
	return ok && isForum(known.what)
}

func isForum(c *discordgo.Channel) bool {
	return c.Type == discordgo.ChannelTypeGuildForum || c.Type == discordgo.ChannelTypeGuildMedia
}

// channel gives what Discord says of a channel now, or said a little while ago.
func (r *rooms) channel(ctx context.Context, c *Client, id string) (*discordgo.Channel, error) {
	return r.room(ctx, c, id, roomKept)
}

func (r *rooms) room(ctx context.Context, c *Client, id string, span time.Duration) (*discordgo.Channel, error) {
	return remembered(r, r.channels, id, span, func() (*discordgo.Channel, error) {
		var ch discordgo.Channel
		err := c.call(ctx, http.MethodGet, "channels/"+id, nil, &ch)
		return &ch, err
	})
}

// guildRoles gives the roles of a server.
func (r *rooms) guildRoles(ctx context.Context, c *Client, guild string) ([]*discordgo.Role, error) {
	return remembered(r, r.roles, guild, roomKept, func() ([]*discordgo.Role, error) {
		var all []*discordgo.Role
		err := c.call(ctx, http.MethodGet, "guilds/"+guild+"/roles", nil, &all)
		return all, err
	})
}

// member gives a member of a server.
func (r *rooms) member(ctx context.Context, c *Client, guild, user string) (*discordgo.Member, error) {
	return remembered(r, r.members, guild+" "+user, roomKept, func() (*discordgo.Member, error) {
		var m discordgo.Member
		err := c.call(ctx, http.MethodGet, "guilds/"+guild+"/members/"+user, nil, &m)
		return &m, err
	})
}

// permissions gives what a server's own settings say of who may use the
// command: those of the command, else those of the whole app.
// Source: https://discord.com/developers/docs/interactions/application-commands#permissions
func (r *rooms) permissions(ctx context.Context, c *Client, guild string) ([]*discordgo.ApplicationCommandPermissions, error) {
	return remembered(r, r.rights, guild, rightsKept, func() ([]*discordgo.ApplicationCommandPermissions, error) {
		app, err := c.application(ctx)
		if err != nil {
			return nil, err
		}
		var all []discordgo.GuildApplicationCommandPermissions
		if err := c.call(ctx, http.MethodGet, "applications/"+app+"/guilds/"+guild+"/commands/permissions", nil, &all); err != nil {
			return nil, err
		}
		var out []*discordgo.ApplicationCommandPermissions
		for _, said := range all {
			if said.ID != app {
				return said.Permissions, nil
			}
			out = said.Permissions
		}
		return out, nil
	})
}

// unarchive opens a thread again.
func (r *rooms) unarchive(ctx context.Context, c *Client, thread string) error {
	return c.call(ctx, http.MethodPatch, "channels/"+thread, map[string]any{"archived": false}, nil)
}

// forget drops what is remembered of a channel or a server.
func (r *rooms) forget(id string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.channels, id)
	delete(r.roles, id)
	delete(r.rights, id)
}

// remembered gives what is kept under key and not older than span, or else
// asks.
func remembered[T any](r *rooms, memory map[string]kept[T], key string, span time.Duration, ask func() (T, error)) (T, error) {
	r.mu.Lock()
	old, ok := memory[key]
	r.mu.Unlock()
	if ok && r.now().Sub(old.at) < span {
		return old.what, nil
	}
	what, err := ask()
	if err != nil {
		return what, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(memory) >= mostKept {
		clear(memory)
	}
	memory[key] = kept[T]{what, r.now()}
	return what, nil
}

// everyone reports whether every member of a server sees a channel.
func (r *rooms) everyone(ctx context.Context, c *Client, guild, channel string) (bool, error) {
	room, err := r.channel(ctx, c, channel)
	if err != nil {
		return false, err
	}
	if room.IsThread() {
		if room.Type == discordgo.ChannelTypeGuildPrivateThread {
			return false, nil
		}
		if room, err = r.channel(ctx, c, room.ParentID); err != nil {
			return false, err
		}
	}
	roles, err := r.guildRoles(ctx, c, guild)
	if err != nil {
		return false, err
	}
	return permissionsOf(guild, "", nil, roles, room)&discordgo.PermissionViewChannel != 0, nil
}

// permissionsOf computes what a member may do in a channel.
// Source: https://discord.com/developers/docs/topics/permissions#permission-overwrites
func permissionsOf(guild, user string, has []string, roles []*discordgo.Role, room *discordgo.Channel) int64 {
	mine := map[string]bool{guild: true} // the role @everyone has the server's id
	for _, id := range has {
		mine[id] = true
	}
	var may int64
	for _, role := range roles {
		if mine[role.ID] {
			may |= role.Permissions
		}
	}
	if may&discordgo.PermissionAdministrator != 0 {
		return discordgo.PermissionAll
	}
	var everyone, byRole, byUser discordgo.PermissionOverwrite
	for _, o := range room.PermissionOverwrites {
		switch {
		case o.Type == discordgo.PermissionOverwriteTypeMember && o.ID == user:
			byUser = *o
		case o.Type == discordgo.PermissionOverwriteTypeRole && o.ID == guild:
			everyone = *o
		case o.Type == discordgo.PermissionOverwriteTypeRole && mine[o.ID]:
			byRole.Allow |= o.Allow
			byRole.Deny |= o.Deny
		}
	}
	for _, o := range []discordgo.PermissionOverwrite{everyone, byRole, byUser} {
		may = may&^o.Deny | o.Allow
	}
	return may
}
