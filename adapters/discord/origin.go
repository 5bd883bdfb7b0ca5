package discord

import (
	"context"

	"github.com/bwmarrin/discordgo"

	"github.com/bellwether/bellwether/adapters/discord/embed"
	"github.com/bellwether/bellwether/alerts"
)

// origin is who did something in Discord, and where.
type origin struct {
	id         string // of the interaction or the message; the same when it comes again
	user, name string
	guild      string // empty in a direct message, and where the bot itself is not
	channel    string
	member     *discordgo.Member // nil where guild is empty
	may        int64             // what the bot itself may do in the channel
	post       bool              // the message is the first of a post in a forum
	direct     bool              // in the person's direct message with the bot
}

// of reads who did an interaction. ok is false for one without a person.
func of(i *discordgo.Interaction) (o origin, ok bool) {
	o = origin{id: i.ID, channel: i.ChannelID, may: i.AppPermissions}
	user := i.User
	if i.Member != nil {
		user = i.Member.User
	}
	if user == nil || user.ID == "" || i.ID == "" {
		return o, false
	}
	o.user, o.name = user.ID, user.GlobalName
	if o.name == "" {
		o.name = user.Username
	}
	// Where only the person has the app, and not the server, there is nobody to
	// write into its channels.
	if _, installed := i.AuthorizingIntegrationOwners[discordgo.ApplicationIntegrationGuildInstall]; i.GuildID != "" && (installed || len(i.AuthorizingIntegrationOwners) == 0) {
		o.guild, o.member = i.GuildID, i.Member
		if i.Member != nil && i.Member.Nick != "" {
			o.name = i.Member.Nick
		}
	}
	o.direct = i.GuildID == "" && i.Context != discordgo.InteractionContextPrivateChannel
	if m := i.Message; m != nil {
		o.post = m.ID == i.ChannelID
	}
	return o, true
}

// line keeps what one person does in order.
func (o origin) line() string { return o.user }

func (o origin) person() alerts.Person { return alerts.Person{Platform: alerts.Discord, User: o.user} }

// at is a channel of the server, or with "" the person's direct message.
func (o origin) at(channel string) alerts.Destination {
	if channel == "" || o.guild == "" {
		return o.person().Direct()
	}
	return alerts.Destination{Platform: alerts.Discord, Workspace: o.guild, Channel: channel}
}

// place is where something was done: a post in a forum that is an alert of ours
// stands for the forum.
func (a *App) place(ctx context.Context, o origin) alerts.Destination {
	d := o.at(o.channel)
	if d.IsDirect() || !o.post {
		return d
	}
	room, err := a.rooms.room(ctx, a.Client, o.channel, kindKept)
	if err != nil {
		a.warn(ctx, o, "whether a message is a post in a forum", err)
		return d
	}
	if room.ParentID != "" && room.IsThread() {
		return o.at(room.ParentID)
	}
	return d
}

// named gives the destination that an ID names.
func (a *App) named(ctx context.Context, o origin, place string) (alerts.Destination, error) {
	switch {
	case place == embed.PlaceDirect:
		return o.person().Direct(), nil
	case o.guild != "":
		return o.at(place), nil
	}
	// In a direct message, of a channel that the person set up alerts for.
	room, err := a.rooms.room(ctx, a.Client, place, kindKept)
	if err != nil {
		return alerts.Destination{}, err
	}
	return alerts.Destination{Platform: alerts.Discord, Workspace: room.GuildID, Channel: place}, nil
}

// placeOf names a destination in an ID.
func placeOf(d alerts.Destination) string {
	if d.IsDirect() {
		return embed.PlaceDirect
	}
	return d.Channel
}
