package discord

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/bwmarrin/discordgo"

	"github.com/bellwether/bellwether/adapters/discord/embed"
	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/bot/chat"
)

// command carries out a slash command.
func (a *App) command(ctx context.Context, o origin, t typed) answer {
	d, wrong := a.target(ctx, o, t)
	if wrong != nil {
		return a.replied(d, *wrong)
	}
	when, wrong := t.schedule()
	if wrong != nil && t.sub != "digest" { // the bot reads that one itself
		return a.replied(d, *wrong)
	}
	if form, ok := a.blank(t, d, when); ok {
		return a.form(ctx, o, form)
	}
	c := t.command()
	c.Place = d
	if t.sub == "subscribe" || t.sub == "edit" {
		c.Schedule = when
		if c.Mention, wrong = a.mention(ctx, o, t, d); wrong != nil {
			return a.replied(d, *wrong)
		}
	}
	reply := a.ask(ctx, o, c)
	if t.flag(optMine) {
		return a.listed(embed.PlaceMine, reply)
	}
	if t.flag(optMe) {
		d = o.person().Direct()
	}
	return a.replied(d, reply)
}

// target is the place that a command is about.
func (a *App) target(ctx context.Context, o origin, t typed) (alerts.Destination, *chat.Reply) {
	id := t.text(optChannel)
	switch {
	case id == "":
		return a.place(ctx, o), nil
	case o.guild == "":
		r := problem("A channel can be named only in a server that Bellwether is in.")
		return o.person().Direct(), &r
	}
	return o.at(id), nil
}

// blank is the form that a command without a query opens.
func (a *App) blank(t typed, d alerts.Destination, when *alerts.Schedule) (embed.Form, bool) {
	if t.text(optQuery) != "" || t.has(optMention) {
		return embed.Form{}, false
	}
	f := embed.Form{Place: placeOf(d)}
	if t.flag(optMe) {
		f.Place = embed.PlaceDirect
	}
	if when != nil {
		f.When = when.String()
	}
	switch t.sub {
	case "subscribe":
		return f, true
	case "edit":
		n, ok := number(t.text(optID))
		f.Number = n
		return f, ok && when == nil
	}
	return f, false
}

// mention reads the role that alerts are to mention: one that the person may
// mention there.
func (a *App) mention(ctx context.Context, o origin, t typed, d alerts.Destination) (*string, *chat.Reply) {
	if !t.has(optMention) {
		return nil, nil
	}
	wrong := func(text string) (*string, *chat.Reply) { r := problem(text); return nil, &r }
	id := t.text(optMention)
	role := t.roles[id]
	switch {
	case d.IsDirect() || t.flag(optMe):
		return wrong("Alerts in a direct message mention nobody.")
	case role == nil || id == o.guild:
		return wrong("Alerts can mention one role, and not everyone.")
	case role.Mentionable:
		return &id, nil
	}
	may, err := a.permissions(ctx, o, d)
	if err != nil {
		a.warn(ctx, o, "whether a person may mention a role", err)
		return wrong("Discord could not be asked whether you may mention that role. Please try again in a moment.")
	}
	if may&discordgo.PermissionMentionEveryone == 0 {
		return wrong("You may not mention that role yourself, so alerts can't either. Ask for the permission to mention all roles, or let anyone mention it in the role's settings.")
	}
	return &id, nil
}

// ask gives a command to the bot, with who asks and what they may do. A place
// that is not set is where o was.
func (a *App) ask(ctx context.Context, o origin, c chat.Command) chat.Reply {
	c.ID = o.id + c.ID
	c.Person = o.person()
	if c.Place == (alerts.Destination{}) {
		c.Place = a.place(ctx, o)
	}
	switch sees, err := a.sees(ctx, o, c.Place); {
	case err != nil:
		a.warn(ctx, o, "whether a person sees a channel", err)
		return problem(sorryText)
	case !sees:
		return problem("You can't see that channel, or it is gone.", "`list mine`")
	}
	var err error
	if c.MayManage = c.Place.IsDirect(); !c.MayManage {
		c.MayManage, err = a.mayManage(ctx, o, c.Place)
	}
	if o.guild != "" && o.member != nil { // Discord has computed the permissions
		c.MaySources = o.member.Permissions&(discordgo.PermissionManageGuild|discordgo.PermissionAdministrator) != 0
	}
	a.reached(ctx, o, c.Place)
	reply := a.Handler.Handle(ctx, c)
	if err != nil {
		a.warn(ctx, o, "a person's rights", err)
		if reply.Problem != nil {
			reply.Hints = append(reply.Hints, "Discord could not be asked whether you may manage this channel's alerts: try again in a moment")
		}
	}
	if s := reply.Subscription; reply.Began && !s.Destination.IsDirect() {
		a.enter(ctx, o, s.Destination, &reply)
	}
	if reply.Changed {
		a.popular.forget(o.guild)
	}
	return reply
}

// replied shows a reply to a command about a place.
func (a *App) replied(d alerts.Destination, r chat.Reply) answer {
	return a.listed(placeOf(d), r)
}

func (a *App) listed(place string, r chat.Reply) answer {
	return answer{message: embed.Reply(r, embed.ReplyOptions{Slash: true, Place: place}), public: r.Public, file: r.Attachment}
}

// writing is what the bot needs to write in a channel, as people read it in
// Discord's settings.
var writing = map[int64]string{
	discordgo.PermissionViewChannel:  "View Channel",
	discordgo.PermissionSendMessages: "Send Messages",
	discordgo.PermissionEmbedLinks:   "Embed Links",
}

const inThreads = "Send Messages in Threads"

// lacks names what the bot may not do that it needs.
func lacks(may int64, thread bool) []string {
	if may&discordgo.PermissionAdministrator != 0 {
		return nil
	}
	var out []string
	for bit, name := range writing {
		if thread && bit == discordgo.PermissionSendMessages {
			bit, name = discordgo.PermissionSendMessagesInThreads, inThreads
		}
		if may&bit == 0 {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}

// enter sees to it that the bot can write where something is followed from now
// on, and says what is missing. Until then nothing is sent there.
func (a *App) enter(ctx context.Context, o origin, d alerts.Destination, reply *chat.Reply) {
	room, err := a.rooms.channel(ctx, a.Client, d.Channel)
	if err == nil {
		var may int64
		if may, err = a.own(ctx, o, d, room); err == nil {
			if missing := lacks(may, room.IsThread()); len(missing) > 0 {
				a.keptOut(ctx, o, d, missing, reply)
				return
			}
		}
	}
	if lossOf(err) != alerts.LossNone {
		a.keptOut(ctx, o, d, []string{writing[discordgo.PermissionViewChannel]}, reply)
		return
	}
	if err != nil {
		a.warn(ctx, o, "whether the bot may write in the channel", err)
		return
	}
	a.keepOpen(ctx, o, room)
}

// keptOut holds the alerts of a channel that the bot can't write to, and says
// how that is mended.
func (a *App) keptOut(ctx context.Context, o origin, d alerts.Destination, missing []string, reply *chat.Reply) {
	if _, err := a.Places.Lost(ctx, d, alerts.LossRemoved); err != nil { // the person is told here
		a.warn(ctx, o, "hold the alerts of a channel", err)
	}
	hint := "Bellwether may not write there yet. Give it " + strings.Join(missing, ", ") + " in the channel's settings, under Permissions, and alerts begin"
	reply.Hints = append([]string{hint}, reply.Hints...)
}

// longestOpen is the longest that Discord leaves a thread open without messages,
// in minutes: a week.
// Source: https://discord.com/developers/docs/resources/channel#thread-metadata-object
const longestOpen = 10080

// keepOpen lets a thread that alerts go to stay open for as long as can be.
func (a *App) keepOpen(ctx context.Context, o origin, room *discordgo.Channel) {
	if !room.IsThread() || room.ThreadMetadata == nil || room.ThreadMetadata.AutoArchiveDuration >= longestOpen {
		return
	}
	err := a.Client.call(ctx, http.MethodPatch, "channels/"+room.ID, map[string]any{"auto_archive_duration": longestOpen}, nil)
	if err != nil { // it is opened again when it is archived
		a.Logger.DebugContext(ctx, "discord: a thread is archived sooner than could be", "channel", room.ID, "guild", o.guild, "error", err)
	}
	a.rooms.forget(room.ID)
}

var errMember = errors.New("the person is not in the server")
