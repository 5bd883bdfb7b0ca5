package discord

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/bwmarrin/discordgo"

	"github.com/bellwether/bellwether/adapters/discord/embed"
	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/bot/chat"
)

// event takes what the gateway tells. It returns at once.
func (a *App) event(e any) {
	switch e := e.(type) {
	case *discordgo.InteractionCreate:
		if e.Interaction != nil {
			a.answers.Go(func() { a.fromGateway(e.Interaction) })
		}
	case *discordgo.MessageCreate:
		a.written(e.Message)
	case *discordgo.GuildCreate:
		if !e.Unavailable {
			a.later("guild "+e.ID, func(ctx context.Context) { a.entered(ctx, e.ID, e.Name) })
		}
	case *discordgo.GuildDelete:
		if !e.Unavailable { // else Discord itself has trouble there
			a.later("guild "+e.ID, func(ctx context.Context) { a.left(ctx, e.ID) })
		}
	case *discordgo.ChannelDelete:
		a.gone(e.Channel)
	case *discordgo.ThreadDelete:
		a.gone(e.Channel)
	case *discordgo.ThreadUpdate:
		a.later("guild "+e.GuildID, func(ctx context.Context) { a.threaded(ctx, e.Channel) })
	case *discordgo.ChannelUpdate:
		a.rooms.forget(e.ID)
		a.later("guild "+e.GuildID, func(ctx context.Context) { a.changed(ctx, e.GuildID) })
	case *discordgo.GuildRoleUpdate:
		a.later("guild "+e.GuildID, func(ctx context.Context) { a.changed(ctx, e.GuildID) })
	case *discordgo.GuildRoleDelete:
		a.rooms.forget(e.GuildID)
	case *discordgo.ApplicationCommandPermissionsUpdate:
		a.rooms.forget(e.GuildID)
	}
}

// later does what follows from an event.
func (a *App) later(line string, task func(context.Context)) {
	if !a.desk.Do(line, task) {
		a.Logger.Warn("discord: too much to do; an event is left out", "of", line)
	}
}

// gone takes a channel or a thread that was deleted.
func (a *App) gone(c *discordgo.Channel) {
	if c == nil || c.GuildID == "" {
		return
	}
	d := alerts.Destination{Platform: alerts.Discord, Workspace: c.GuildID, Channel: c.ID}
	a.later("guild "+c.GuildID, func(ctx context.Context) { a.lost(ctx, d, alerts.LossDeleted) })
}

// hintEvery is how often somebody is told that what they wrote is no command.
const hintEvery = time.Hour

// written takes what somebody wrote to the bot in a direct message.
func (a *App) written(m *discordgo.Message) {
	if m == nil || m.GuildID != "" || m.Author == nil || m.Author.Bot || m.ID == "" ||
		m.Type != discordgo.MessageTypeDefault && m.Type != discordgo.MessageTypeReply {
		return
	}
	o := origin{id: m.ID, user: m.Author.ID, channel: m.ChannelID, direct: true}
	a.later(o.line(), func(ctx context.Context) {
		if a.first(ctx, o) {
			a.converse(ctx, o, m.Content)
		}
	})
}

// converse answers words in a direct message.
func (a *App) converse(ctx context.Context, o origin, text string) {
	text = strings.TrimSpace(text)
	if text == "" {
		return // a picture, or a sticker
	}
	reply := a.ask(ctx, o, chat.Command{Text: text})
	if reply.Unknown {
		fresh, err := a.Once.Once(ctx, "discord hint "+o.user, hintEvery)
		if err == nil && !fresh {
			return
		}
	}
	place := embed.PlaceDirect
	if words := strings.Fields(strings.ToLower(text)); len(words) > 1 && strings.Trim(words[0], "/:") == "list" && words[1] != "here" {
		place = embed.PlaceMine
	}
	p := message(embed.Reply(reply, embed.ReplyOptions{Place: place}))
	r := request{method: http.MethodPost, path: "channels/" + o.channel + "/messages", in: p, files: files(reply.Attachment)}
	if err := a.Client.patient(ctx, r, nil); err != nil {
		a.warn(ctx, o, "answer a direct message", err)
	}
}
