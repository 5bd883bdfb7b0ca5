package slack

import (
	"context"
	"errors"
	"strings"
	"time"

	slackgo "github.com/slack-go/slack"
	"github.com/slack-go/slack/slackevents"

	"github.com/bellwether/bellwether/adapters/slack/blockkit"
	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/bot/chat"
)

// busyText answers at once when too much waits already.
const busyText = "Bellwether has too much to do just now. Please try again in a moment."

// command takes a slash command and returns what acknowledges it: nil for
// nothing to show.
func (a *App) command(c slackgo.SlashCommand) any {
	o := origin{team: c.TeamID, user: c.UserID, channel: c.ChannelID, id: c.TriggerID, trigger: c.TriggerID, respond: c.ResponseURL}
	words := typed(c.Text)
	taken := a.desk.Do(o.line(), func(ctx context.Context) {
		if words == "" {
			a.begun(ctx, o) // quickly: opening it twice does no harm
			return
		}
		if a.first(ctx, o) {
			a.converse(ctx, o, words)
		}
	})
	if !taken {
		return slackgo.Msg{ResponseType: slackgo.ResponseTypeEphemeral, Text: busyText}
	}
	return nil
}

// message takes what was written in the bot's direct message.
func (a *App) message(team, id string, e *slackevents.MessageEvent) {
	if !e.IsIM() || e.SubType != "" && e.SubType != "file_share" || e.BotID != "" || e.User == "" {
		return
	}
	o := origin{team: team, user: e.User, channel: e.Channel, id: id}
	a.say(o, e.Text)
}

// mention takes what was written to the bot in a channel.
func (a *App) mention(team, id string, e *slackevents.AppMentionEvent) {
	if e.BotID != "" || e.User == "" || e.Edited != nil {
		return
	}
	o := origin{team: team, user: e.User, channel: e.Channel, id: id, thread: e.ThreadTimeStamp, mention: true}
	a.say(o, e.Text)
}

// say carries out words that were written as a message.
func (a *App) say(o origin, text string) {
	taken := a.desk.Do(o.line(), func(ctx context.Context) {
		if !a.first(ctx, o) {
			return
		}
		team, err := a.Teams.Get(ctx, o.team)
		if err != nil {
			a.warn(ctx, o, "answer a message", err)
			return
		}
		if o.mention {
			text = withoutMention(text, team.BotUser)
		}
		a.converse(ctx, o, typed(text))
	})
	if !taken {
		a.warn(context.Background(), o, "take a message", errBusy)
	}
}

// converse answers words.
func (a *App) converse(ctx context.Context, o origin, words string) {
	team, err := a.Teams.Get(ctx, o.team)
	if err != nil {
		a.warn(ctx, o, "answer a command", err)
		if o.respond != "" {
			a.answer(ctx, team, o, problem("That could not be done just now. Please try again in a moment."))
		}
		return
	}
	reply := a.ask(ctx, team, o, chat.Command{Text: words})
	a.answer(ctx, team, o, reply)
	a.refresh(ctx, team, o, reply)
}

// ask gives a command to the bot, with who asks and what they may do. A place
// that is not set is where o was.
func (a *App) ask(ctx context.Context, team Team, o origin, c chat.Command) chat.Reply {
	if o.id == "" { // nothing that Slack could repeat
		c.ID = ""
	} else {
		c.ID = o.id + c.ID
	}
	c.Person = o.person()
	if c.Place == (alerts.Destination{}) {
		c.Place = o.place()
	}
	who, err := a.rooms.person(ctx, team, o.user)
	if err != nil {
		a.warn(ctx, o, "the person's time zone", err)
	}
	c.TimeZone = who.zone
	c.MaySources = !who.gone && !who.outsider && (who.admin || team.MembersManage && !who.guest)
	c.MayManage, err = true, nil
	if !c.Place.IsDirect() {
		c.MayManage, err = a.rooms.mayManage(ctx, team, o.user, c.Place.Channel)
	}
	reply := a.Handler.Handle(ctx, c)
	if err != nil {
		a.warn(ctx, o, "the person's rights", err)
		if reply.Problem != nil {
			reply.Hints = append(reply.Hints, "Slack could not be asked whether you may manage this channel's alerts: try again in a moment")
		}
	}
	if s := reply.Subscription; reply.Began && !s.Destination.IsDirect() {
		a.enter(ctx, team, o, s.Destination, &reply)
	}
	return reply
}

// enter sees to it that the bot can write where something is followed from now
// on: it joins a public channel, and for a private one says how it is
// invited. Until then nothing is sent there.
func (a *App) enter(ctx context.Context, team Team, o origin, d alerts.Destination, reply *chat.Reply) {
	r, err := a.rooms.room(ctx, team, d.Channel)
	if err != nil {
		a.warn(ctx, o, "whether the bot is in the channel", err)
		return
	}
	if r.member {
		return
	}
	if !r.private && !r.archived {
		if _, _, _, err = team.API.JoinConversationContext(ctx, d.Channel); err == nil {
			a.rooms.join(team.ID, d.Channel)
			return
		}
		a.warn(ctx, o, "join the channel", err)
	}
	why, hint := alerts.LossRemoved, "Bellwether is not in the channel yet. Alerts begin when someone there types `/invite @Bellwether`"
	if r.archived {
		why, hint = alerts.LossArchived, "the channel is archived: alerts begin when it is not any more"
	}
	if _, err := a.Places.Lost(ctx, d, why); err != nil { // the person is told here
		a.warn(ctx, o, "hold the alerts of a channel", err)
	}
	reply.Hints = append([]string{hint}, reply.Hints...)
}

// answer shows a reply to the person who asked: below their command, in their
// direct message, or where they mentioned the bot.
func (a *App) answer(ctx context.Context, team Team, o origin, reply chat.Reply) {
	if reply.Attachment != nil {
		if err := a.upload(ctx, team, o, *reply.Attachment); err != nil {
			a.warn(ctx, o, "send a file", err)
			reply.Attachment = nil
			reply.Hints = append(reply.Hints, "the file could not be sent: try again in a moment")
		} else if !o.place().IsDirect() {
			reply.Hints = append(reply.Hints, "the file is in your direct messages with Bellwether")
		}
	}
	options := message(blockkit.Reply(reply, a.replyOptions(ctx, team, o)))
	api := team.API
	if api == nil {
		api = a.Teams.API("") // an answer by response_url needs no token
	}
	err := patient(ctx, func() error { return say(ctx, api, o, reply.Public, options) })
	if err != nil {
		a.warn(ctx, o, "show a reply", err)
	}
}

// patient calls f again after the time that Slack asks for, as long as the task
// lasts. Nothing was done the first time, a person waits for the answer, and
// no outbox holds it.
func patient(ctx context.Context, f func() error) error {
	for {
		err := f()
		limited, ok := errors.AsType[*slackgo.RateLimitedError](err)
		if !ok {
			return err
		}
		timer := time.NewTimer(limited.RetryAfter)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return err
		}
	}
}

// say posts a reply where o was.
func say(ctx context.Context, api *slackgo.Client, o origin, public bool, options []slackgo.MsgOption) error {
	var err error
	switch {
	case o.respond != "":
		visible := slackgo.ResponseTypeEphemeral
		if public {
			visible = slackgo.ResponseTypeInChannel
		}
		_, _, _, err = api.SendMessageContext(ctx, o.channel, append(options, slackgo.MsgOptionResponseURL(o.respond, visible))...)
	case o.mention && !public:
		if o.thread != "" {
			options = append(options, slackgo.MsgOptionTS(o.thread))
		}
		_, err = api.PostEphemeralContext(ctx, o.channel, o.user, options...)
	default:
		if o.thread != "" {
			options = append(options, slackgo.MsgOptionTS(o.thread))
		}
		_, _, err = api.PostMessageContext(ctx, o.channel, options...)
	}
	return err
}

// replyOptions say how replies look where o was.
func (a *App) replyOptions(ctx context.Context, team Team, o origin) blockkit.ReplyOptions {
	zone := ""
	if team.API != nil {
		who, _ := a.rooms.person(ctx, team, o.user) // asked for before, and logged
		zone = who.zone
	}
	return blockkit.ReplyOptions{Zone: zone, Slash: o.respond != "" && !strings.HasPrefix(o.channel, "D")}
}

// upload puts a file into the person's direct message.
func (a *App) upload(ctx context.Context, team Team, o origin, file chat.Attachment) error {
	channel, err := a.rooms.direct(ctx, team, o.user)
	if err != nil {
		return wrapped("open a direct message", err)
	}
	_, err = team.API.UploadFileContext(ctx, slackgo.UploadFileParameters{
		Filename: file.Name, Title: file.Name, Content: string(file.Data), FileSize: len(file.Data), Channel: channel,
	})
	return wrapped("upload a file", err)
}
