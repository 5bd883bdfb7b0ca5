package main

import (
	"bytes"
	"os/exec"
	"strings"
	"testing"

	"github.com/bellwether/bellwether/adapters/adaptertest/fakediscord"
	"github.com/bellwether/bellwether/adapters/adaptertest/fakediscord/spec"
	"github.com/bellwether/bellwether/adapters/redis"
	"github.com/bellwether/bellwether/alerts"
)

// discordStory is a story with a fake Discord.
type discordStory struct {
	*story
	fake              *fakediscord.Server
	guild             *fakediscord.Guild
	anna, ben         *fakediscord.User
	coast, tips, port *fakediscord.Channel
}

// TestDiscordStory is the life of a server with the program as it is shipped:
// the bot is added, used in a channel, a thread, a forum and in direct messages,
// and kicked. By the gateway, and by HTTP alone.
func TestDiscordStory(t *testing.T) {
	for _, way := range []string{"gateway", "http"} {
		t.Run(way, func(t *testing.T) {
			s := newDiscordStory(t, way == "http")
			s.added()
			s.subscribed(way)
			s.alerted()
			s.edited()
			s.digested()
			s.tells(fakediscord.Token, "secret-token-", s.redis, s.guild.ID, s.coast.ID, s.anna.ID, "anna", "news.example.org")
			s.kicked()
			s.end()
			s.fake.Clean()
			s.keeps(fakediscord.Token, "secret-token-")
		})
	}
}

func newDiscordStory(t *testing.T, byHTTP bool) *discordStory {
	t.Helper()
	s := &discordStory{story: newStory(t)}
	s.fake = fakediscord.New(t, fakediscord.Options{Messages: fakediscord.Limit{Calls: -1}, Validate: spec.Validate(t)})
	f := s.fake
	s.guild = f.AddGuild(fakediscord.Guild{Name: "Coast watch", Without: true})
	editors := f.AddRole(fakediscord.Role{Guild: s.guild.ID, Name: "editors", Permissions: 1 << 4})
	s.anna, s.ben = f.AddUser(fakediscord.User{Name: "anna"}), f.AddUser(fakediscord.User{Name: "ben", Installed: true})
	f.AddMember(s.guild.ID, s.anna.ID, editors.ID)
	f.AddMember(s.guild.ID, s.ben.ID)
	s.coast = f.AddChannel(fakediscord.Channel{Guild: s.guild.ID, Name: "coast", Type: fakediscord.Text})
	s.tips = f.AddChannel(fakediscord.Channel{Guild: s.guild.ID, Name: "tips", Type: fakediscord.PublicThread, Parent: s.coast.ID})
	s.port = f.AddChannel(fakediscord.Channel{Guild: s.guild.ID, Name: "port", Type: fakediscord.Forum})
	environment := []string{"DISCORD_BOT_TOKEN=" + fakediscord.Token, "DISCORD_API_URL=" + f.API()}
	if byHTTP {
		environment = append(environment, "DISCORD_PUBLIC_KEY="+f.PublicKeyHex(), "DISCORD_APPLICATION_ID="+fakediscord.AppID)
		f.HTTP("http://" + s.listen)
	} else {
		f.Gateway()
	}
	s.run(environment...)
	if !byHTTP {
		f.AwaitGateway(1)
	}
	return s
}

// added: the link of the log adds the bot, and the command shows.
func (s *discordStory) added() {
	s.t.Helper()
	s.until("the command is registered", func() bool { return len(s.fake.Commands("")) == 1 })
	s.until("the log holds the link", func() bool {
		return strings.Contains(s.stderr.String(), "https://discord.com/oauth2/authorize?client_id="+fakediscord.AppID)
	})
	s.fake.AddBot(s.guild.ID)
	if !s.fake.MayUse(s.anna.ID, s.coast.ID, "policy") || s.fake.MayUse(s.ben.ID, s.tips.ID, "nothing") {
		s.t.Error("anna does not see the command")
	}
}

func opt(name string, value any) fakediscord.Option { return fakediscord.Opt(name, value) }

func (s *discordStory) slash(u *fakediscord.User, channel, sub string, options ...fakediscord.Option) fakediscord.Message {
	s.t.Helper()
	return s.fake.AwaitReply(s.fake.Slash(u.ID, channel, sub, options...))
}

func (s *discordStory) shows(m fakediscord.Message, parts ...string) {
	s.t.Helper()
	for _, p := range parts {
		if !strings.Contains(m.Words(), p) {
			s.t.Errorf("a message does not show %q:\n%s", p, m.Words())
		}
	}
}

func (s *discordStory) becomes(id, text string, there bool) fakediscord.Message {
	s.t.Helper()
	return s.fake.AwaitMessage(id, text, func(m fakediscord.Message) bool { return strings.Contains(m.Words(), text) == there })
}

func (s *discordStory) subscribed(way string) {
	s.t.Helper()
	s.shows(s.slash(s.anna, s.coast.ID, "subscribe", opt("query", "ferry")), "Following", "as number 1")
	s.shows(s.slash(s.anna, s.tips.ID, "subscribe", opt("query", "ferry")), "Following")
	s.shows(s.slash(s.anna, s.coast.ID, "subscribe", opt("query", "ferry"), opt("channel", s.port.ID)), "Following")
	if way == "http" {
		s.shows(s.slash(s.ben, "", "subscribe", opt("query", "harbor, ferry")), "Following", "harbor OR ferry")
		return
	}
	s.fake.Say(s.ben.ID, "subscribe harbor, ferry")
	all := s.fake.AwaitDirect(s.ben.ID, 2)
	s.shows(all[len(all)-1], "Following", "harbor OR ferry")
}

// direct waits for the n-th message to ben that shows a text.
func (s *discordStory) direct(text string) fakediscord.Message {
	s.t.Helper()
	var found fakediscord.Message
	s.fake.Await("a direct message with "+text, func() bool {
		for _, m := range s.fake.MessagesLocked(s.fake.DirectLocked(s.ben.ID)) {
			if strings.Contains(m.Words(), text) {
				found = m
				return true
			}
		}
		return false
	})
	return found
}

func (s *discordStory) alerted() {
	s.t.Helper()
	s.write("a.txt", "Ferry line to close\n\nThe last ferry sails in May, and the harbor is sold.\n\nhttps://news.example.org/ferry\n")
	alert := s.fake.AwaitMessages(s.coast.ID, 1)[0]
	s.shows(alert, "Ferry line to close", "**ferry**", "Matched: ferry")
	s.shows(s.direct("Ferry line to close"), "Matched: harbor, ferry")
	s.shows(s.fake.AwaitMessages(s.tips.ID, 1)[0], "Ferry line to close")
	s.fake.Await("a post in the forum", func() bool { return len(s.fake.PostsLocked(s.port.ID)) == 1 })

	s.fake.Press(s.anna.ID, alert, "Snooze")
	paused := s.becomes(alert.ID, "is paused", true)
	s.fake.Press(s.anna.ID, paused, "Undo")
	s.becomes(alert.ID, "is paused", false)
}

// edited: by the form, from the list.
func (s *discordStory) edited() {
	s.t.Helper()
	list := s.slash(s.ben, "", "list")
	s.fake.Choose(s.ben.ID, list, "Change one of them…", "1")
	item := s.becomes(list.ID, "Edit…", true)
	s.fake.Press(s.ben.ID, item, "Edit…")
	form := s.fake.AwaitModal(s.ben.ID)
	s.shows(s.fake.AwaitReply(s.fake.SubmitModal(s.ben.ID, map[string]string{"query": "harbor", "when": form.Inputs[1].Value})), "harbor")
}

func (s *discordStory) digested() {
	s.t.Helper()
	s.shows(s.slash(s.ben, "", "timezone", opt("zone", "Asia/Tokyo")), "Asia/Tokyo")
	s.shows(s.slash(s.ben, "", "digest", opt("when", "daily 08:00")), "every day at 08:00 (Asia/Tokyo)")
	s.write("b.txt", "Harbor is sold\n\nThe old harbor was sold on Friday for 3 million.\n\nhttps://news.example.org/harbor\n")
	s.write("c.txt", "Harbor master resigns\n\nThe master of the harbor has resigned over the sale.\n\nhttps://news.example.org/master\n")
	s.dueNow(alerts.Lane{
		Destination: alerts.Destination{Platform: alerts.Discord, User: s.ben.ID}, Schedule: alerts.Schedule{Cadence: alerts.Daily, At: 8 * 60},
	}, 2)
	s.shows(s.direct("Daily digest: 2 articles"), "Harbor is sold", "Harbor master resigns")
}

// kicked: the server's alerts pause, nothing more is sent there, and a person's
// own go on.
func (s *discordStory) kicked() {
	s.t.Helper()
	s.fake.Kick(s.guild.ID)
	s.write("d.txt", "Ferry comes back\n\nThe ferry sails again, the town said.\n\nhttps://news.example.org/back\n")
	s.await("the alerts of the server are paused", func(c *redis.Client) bool {
		set, err := c.Subscriptions().Settings(s.t.Context(), alerts.Destination{Platform: alerts.Discord, Workspace: s.guild.ID, Channel: s.coast.ID})
		return err == nil && set.PausedBy == alerts.LossUninstalled
	})
	if n := s.fake.Count(s.coast.ID); n != 1 {
		s.t.Errorf("%d alerts in the channel, want 1", n)
	}
	if n := s.fake.Invalid(); n > 12 {
		s.t.Errorf("%d calls were refused", n)
	}
}

// TestDiscordRegister registers by hand, with the program as it is shipped.
func TestDiscordRegister(t *testing.T) {
	s := newStory(t)
	fake := fakediscord.New(t, fakediscord.Options{Validate: spec.Validate(t)})
	guild := fake.AddGuild(fakediscord.Guild{})
	for _, args := range [][]string{{"discord", "register"}, {"discord", "register", "--guild", guild.ID}} {
		cmd := exec.CommandContext(t.Context(), s.binary, args...)
		cmd.Env = s.environment("DISCORD_BOT_TOKEN="+fakediscord.Token, "DISCORD_API_URL="+fake.API())
		var out bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, s.stderr
		if err := cmd.Run(); err != nil || !strings.Contains(out.String(), "/policy is registered") || !strings.Contains(out.String(), "oauth2/authorize") {
			t.Errorf("%v: %v\n%s%s", args, err, &out, s.stderr)
		}
	}
	if len(fake.Commands("")) != 1 || len(fake.Commands(guild.ID)) != 1 {
		t.Error("the command is not registered")
	}
	fake.Revoke()
	cmd := exec.CommandContext(t.Context(), s.binary, "discord", "register")
	cmd.Env = s.environment("DISCORD_BOT_TOKEN="+fakediscord.Token, "DISCORD_API_URL="+fake.API())
	out, err := cmd.CombinedOutput()
	if err == nil || !strings.Contains(string(out), "set another DISCORD_BOT_TOKEN") {
		t.Errorf("with a token that is refused: %v\n%s", err, out)
	}
	fake.Clean()
	s.keeps(fakediscord.Token)
}
