package discord_test

import (
	"strings"
	"testing"

	"github.com/bellwether/bellwether/adapters/adaptertest/fakediscord"
	"github.com/bellwether/bellwether/alerts"
)

func opt(name string, value any) fakediscord.Option { return fakediscord.Opt(name, value) }

// TestCommands goes through every subcommand, in a channel and in a direct
// message.
func TestCommands(t *testing.T) {
	for _, w := range []way{byHTTP, byGateway} {
		t.Run(string(w), func(t *testing.T) {
			r := newRig(t, w, rigOptions{})
			r.publish("old", "Ferry line is sold", "The ferry line was sold on Monday for 3 million.")
			for _, step := range []struct {
				sub     string
				options []fakediscord.Option
				shows   []string
			}{
				{"subscribe", []fakediscord.Option{opt("query", "ferry")}, []string{"Following", "ferry", "as number 1", "Undo"}},
				{"subscribe", []fakediscord.Option{opt("query", "tariff"), opt("when", "daily 08:00")}, []string{"every day at 08:00"}},
				{"list", nil, []string{"2 subscriptions", "ferry", "tariff", "Change one of them"}},
				{"edit", []fakediscord.Option{opt("id", "2"), opt("query", "tariff AND steel")}, []string{"follows", "tariff AND steel"}},
				{"pause", []fakediscord.Option{opt("id", "2"), opt("for", "3d")}, []string{"Number 2", "is paused"}},
				{"resume", []fakediscord.Option{opt("id", "2")}, []string{"Number 2"}},
				{"preview", []fakediscord.Option{opt("query", "ferry")}, []string{"Ferry line is sold"}},
				{"digest", []fakediscord.Option{opt("when", "hourly"), opt("id", "2")}, []string{"every hour"}},
				{"timezone", []fakediscord.Option{opt("zone", "Europe/Brussels")}, []string{"Europe/Brussels"}},
				{"quiet", []fakediscord.Option{opt("hours", "off")}, []string{"quiet"}},
				{"mute", []fakediscord.Option{opt("article", "old")}, []string{"Ferry line is sold"}},
				{"unmute", []fakediscord.Option{opt("article", "old")}, []string{"Ferry line is sold"}},
				{"why", []fakediscord.Option{opt("article", "old")}, []string{"Ferry line is sold"}},
				{"sources", nil, nil},
				{"help", nil, []string{"/policy subscribe"}},
				{"help", []fakediscord.Option{opt("command", "pause")}, []string{"/policy pause"}},
				{"unsubscribe", []fakediscord.Option{opt("id", "2")}, []string{"No longer following", "Undo"}},
				{"forget-me", nil, []string{"/policy forget-me"}},
			} {
				for _, channel := range []string{r.trade.ID, ""} {
					mustShow(t, r.slash(r.anna, channel, step.sub, step.options...), step.shows...)
				}
			}
			m := r.slash(r.anna, "", "export")
			if len(m.Files) != 1 || !strings.Contains(string(m.Files[0].Data), `"ferry"`) {
				t.Errorf("the export holds %q", m.Files)
			}
			mustShow(t, r.slash(r.anna, "", "forget-me", opt("sure", true)), "deleted")
			if subs, err := r.store.Subscriptions().Owned(t.Context(), person(r.anna)); err != nil || len(subs) != 0 {
				t.Errorf("after forget-me: %v, %v", subs, err)
			}
		})
	}
}

// TestAnswersAreSeenByWhoAsked alone, unless they ask for more.
func TestAnswersAreSeenByWhoAsked(t *testing.T) {
	r := newRig(t, byHTTP, rigOptions{})
	if m := r.slash(r.anna, r.trade.ID, "list"); m.To != r.anna.ID {
		t.Errorf("an answer that %q sees alone, want anna", m.To)
	}
	if m := r.slash(r.anna, r.trade.ID, "list", opt("public", true)); m.To != "" {
		t.Errorf("a public answer that only %q sees", m.To)
	}
}

// TestPlaces: what a command acts on.
func TestPlaces(t *testing.T) {
	r := newRig(t, byHTTP, rigOptions{})
	follows := func(d alerts.Destination, want int) {
		t.Helper()
		subs, err := r.store.Subscriptions().List(t.Context(), d)
		if err != nil || len(subs) != want {
			t.Errorf("%s follows %d, %v, want %d", d, len(subs), err, want)
		}
	}
	r.slash(r.anna, r.trade.ID, "subscribe", opt("query", "ferry"))
	r.slash(r.anna, r.trade.ID, "subscribe", opt("query", "ferry"), opt("channel", r.news.ID))
	r.slash(r.anna, r.trade.ID, "subscribe", opt("query", "ferry"), opt("channel", r.forum.ID))
	r.slash(r.anna, r.thread.ID, "subscribe", opt("query", "ferry"))
	r.slash(r.anna, r.trade.ID, "subscribe", opt("query", "ferry"), opt("me", true))
	for _, c := range []*fakediscord.Channel{r.trade, r.news, r.forum, r.thread} {
		follows(r.in(c), 1)
	}
	follows(person(r.anna).Direct(), 1)
	mustShow(t, r.slash(r.anna, "", "list", opt("mine", true)), "5 subscriptions", "<#"+r.forum.ID+">")
}

// TestRights: who may set up alerts for a channel.
func TestRights(t *testing.T) {
	r := newRig(t, byHTTP, rigOptions{})
	try := func(u *fakediscord.User, channel string, may bool) {
		t.Helper()
		m := r.fake.AwaitReply(r.fake.SlashAnyway(u.ID, channel, "subscribe", opt("query", "ferry")))
		if got := !strings.Contains(m.Words(), "Only people who manage this channel"); got != may {
			t.Errorf("%s may: %v, want %v:\n%s", u.Name, got, may, m.Words())
		}
	}
	try(r.anna, r.trade.ID, true)
	try(r.ben, r.trade.ID, false)
	mustShow(t, r.fake.AwaitReply(r.fake.SlashAnyway(r.ben.ID, r.trade.ID, "subscribe", opt("query", "ferry"))), "subscribe")
	mustShow(t, r.fake.AwaitReply(r.fake.SlashAnyway(r.ben.ID, r.trade.ID, "subscribe", opt("query", "ferry"), opt("me", true))), "Following")
	mustShow(t, r.fake.AwaitReply(r.fake.SlashAnyway(r.ben.ID, r.trade.ID, "list")), "ferry")

	// In Discord's own settings.
	settings := func(list ...fakediscord.CommandPermission) {
		r.fake.SetCommandPermission(r.guild.ID, "policy", list...)
		r.app.ForgetForTest(r.guild.ID)
	}
	settings(fakediscord.CommandPermission{ID: r.guild.ID, Type: fakediscord.ForRole, Allowed: true})
	try(r.ben, r.trade.ID, false) // it lets everyone use the command, not manage alerts
	settings(fakediscord.CommandPermission{ID: r.ben.ID, Type: fakediscord.ForUser, Allowed: true})
	try(r.ben, r.trade.ID, true)
	settings(fakediscord.CommandPermission{ID: r.anna.ID, Type: fakediscord.ForUser, Allowed: false})
	try(r.anna, r.trade.ID, false)
	settings()

	// A right in one channel is none in another.
	own := r.fake.AddChannel(fakediscord.Channel{Guild: r.guild.ID, Name: "own", Type: fakediscord.Text, Overwrites: []fakediscord.Overwrite{
		{ID: r.ben.ID, Member: true, Allow: manageChannels},
	}})
	try(r.ben, own.ID, true)
	m := r.fake.AwaitReply(r.fake.SlashAnyway(r.ben.ID, own.ID, "subscribe", opt("query", "ferry"), opt("channel", r.trade.ID)))
	mustShow(t, m, "Only people who manage this channel")
	m = r.fake.AwaitReply(r.fake.SlashAnyway(r.ben.ID, r.trade.ID, "subscribe", opt("query", "ferry"), opt("channel", own.ID)))
	mustShow(t, m, "is followed")
}

// TestRightsChangeAtOnce where the gateway tells of it.
func TestRightsChangeAtOnce(t *testing.T) {
	r := newRig(t, byGateway, rigOptions{})
	try := func() string {
		return r.fake.AwaitReply(r.fake.SlashAnyway(r.ben.ID, r.trade.ID, "subscribe", opt("query", "ferry"))).Words()
	}
	if text := try(); !strings.Contains(text, "Only people who manage this channel") {
		t.Errorf("before: %s", text)
	}
	r.fake.SetCommandPermission(r.guild.ID, "policy", fakediscord.CommandPermission{ID: r.ben.ID, Type: fakediscord.ForUser, Allowed: true})
	if text := try(); !strings.Contains(text, "Following") {
		t.Errorf("after: %s", text)
	}
}
