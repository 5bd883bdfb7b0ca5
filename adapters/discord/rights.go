package discord

import (
	"context"
	"errors"
	"slices"
	"strconv"

	"github.com/bwmarrin/discordgo"

	"github.com/bellwether/bellwether/alerts"
)

// mayManage reports whether a person may manage the alerts of a channel: who
// has Manage Channels there, and whom Discord's own settings for the command
// allow it by name, or by a role other than that of everyone. Who is denied it
// there by name may not.
func (a *App) mayManage(ctx context.Context, o origin, d alerts.Destination) (bool, error) {
	may, err := a.permissions(ctx, o, d)
	if errors.Is(err, errMember) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	const manage = discordgo.PermissionManageChannels | discordgo.PermissionAdministrator
	member, err := a.member(ctx, o, d)
	if err != nil {
		return false, err
	}
	rules, err := a.rooms.permissions(ctx, a.Client, d.Workspace)
	if err != nil {
		return may&manage != 0, err
	}
	allowed, said := ruled(rules, d.Workspace, o.user, member.Roles)
	switch {
	case may&discordgo.PermissionAdministrator != 0: // Discord's settings don't bind them
		return true, nil
	case said:
		return allowed, nil
	}
	return may&manage != 0, nil
}

// sees reports whether a person sees a place, and so may know what is followed
// there.
func (a *App) sees(ctx context.Context, o origin, d alerts.Destination) (bool, error) {
	if d.IsDirect() {
		return d == o.person().Direct(), nil
	}
	if d.Workspace == o.guild && d.Channel == o.channel {
		return true, nil
	}
	may, err := a.permissions(ctx, o, d)
	if errors.Is(err, errMember) || lossOf(err) != alerts.LossNone {
		return false, nil
	}
	return may&(discordgo.PermissionViewChannel|discordgo.PermissionAdministrator) != 0, err
}

// ruled reads what a server's settings say of the command for a member.
// Source: https://discord.com/developers/docs/interactions/application-commands#permissions
func ruled(rules []*discordgo.ApplicationCommandPermissions, guild, user string, roles []string) (allowed, said bool) {
	for _, r := range rules {
		switch {
		case r.Type == discordgo.ApplicationCommandPermissionTypeUser && r.ID == user:
			return r.Permission, true
		case r.Type == discordgo.ApplicationCommandPermissionTypeRole && r.ID != guild && r.Permission && slices.Contains(roles, r.ID):
			allowed, said = true, true
		}
	}
	return allowed, said
}

// permissions gives what a person may do in a channel.
func (a *App) permissions(ctx context.Context, o origin, d alerts.Destination) (int64, error) {
	if o.guild == d.Workspace && o.member != nil && (o.channel == d.Channel || o.member.Permissions&discordgo.PermissionAdministrator != 0) {
		return o.member.Permissions, nil // Discord has computed them
	}
	member, err := a.member(ctx, o, d)
	if err != nil {
		return 0, err
	}
	room, err := a.rooms.channel(ctx, a.Client, d.Channel)
	if err != nil {
		return 0, err
	}
	return a.computed(ctx, d.Workspace, o.user, member.Roles, room)
}

// own gives what the bot itself may do in a channel.
func (a *App) own(ctx context.Context, o origin, d alerts.Destination, room *discordgo.Channel) (int64, error) {
	if o.guild == d.Workspace && o.channel == d.Channel && o.may != 0 {
		return o.may, nil
	}
	me, err := a.Client.me(ctx)
	if err != nil {
		return 0, err
	}
	member, err := a.rooms.member(ctx, a.Client, d.Workspace, me)
	if err != nil {
		return 0, err
	}
	return a.computed(ctx, d.Workspace, me, member.Roles, room)
}

func (a *App) computed(ctx context.Context, guild, user string, has []string, room *discordgo.Channel) (int64, error) {
	roles, err := a.rooms.guildRoles(ctx, a.Client, guild)
	if err != nil {
		return 0, err
	}
	if room.IsThread() { // it has those of its channel
		if room, err = a.rooms.channel(ctx, a.Client, room.ParentID); err != nil {
			return 0, err
		}
	}
	return permissionsOf(guild, user, has, roles, room), nil
}

// member gives the person as a member of the destination's server.
func (a *App) member(ctx context.Context, o origin, d alerts.Destination) (*discordgo.Member, error) {
	if o.guild == d.Workspace && o.member != nil {
		return o.member, nil
	}
	m, err := a.rooms.member(ctx, a.Client, d.Workspace, o.user)
	if code(err) == discordgo.ErrCodeUnknownMember {
		return nil, errMember
	}
	return m, err
}

// number reads a number from 1.
func number(s string) (int, bool) {
	n, err := strconv.Atoi(s)
	return n, err == nil && n > 0
}
