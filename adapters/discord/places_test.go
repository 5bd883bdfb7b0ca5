package discord_test

import (
	"strings"
	"testing"
	"time"

	"github.com/bellwether/bellwether/adapters/adaptertest/fakediscord"
	"github.com/bellwether/bellwether/adapters/discord"
	"github.com/bellwether/bellwether/alerts"
)

// story is an article that hits "ferry".
func (r *rig) story(id string) {
	r.t.Helper()
	r.publish(id, "Ferry line to close "+id, "The last ferry sails in May.")
}

// fewRefusals bounds what a lost place costs of what Discord blocks an address
// for.
const fewRefusals = 5

// TestLostPlaces: a channel that was deleted or closed to the bot, and a person
// who takes no direct messages: its alerts pause, its owner is told once, and
// Discord is not asked again and again.
func TestLostPlaces(t *testing.T) {
	for name, tt := range map[string]struct {
		lose func(r *rig)
		why  alerts.Loss
		told string
	}{
		"deleted": {func(r *rig) { r.fake.DeleteChannel(r.trade.ID) }, alerts.LossDeleted, "was deleted"},
		"hidden": {func(r *rig) {
			r.fake.Overwrite(r.trade.ID, fakediscord.Overwrite{ID: fakediscord.BotID, Member: true, Deny: 1 << 10})
		}, alerts.LossRemoved, "may not write there"},
		"mute": {func(r *rig) {
			r.fake.Overwrite(r.trade.ID, fakediscord.Overwrite{ID: fakediscord.BotID, Member: true, Deny: 1 << 11})
		}, alerts.LossRemoved, "may not write there"},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, byHTTP, rigOptions{}) // without the gateway nobody tells of it before
			r.slash(r.anna, r.trade.ID, "subscribe", opt("query", "ferry"))
			tt.lose(r)
			r.story("a")
			r.pausedBy(r.in(r.trade), tt.why)
			notice := r.fake.AwaitDirect(r.anna.ID, 1)[0]
			mustShow(t, notice, tt.told)
			r.story("b")
			r.settle()
			if n := r.fake.Invalid(); n > fewRefusals {
				t.Errorf("%d calls were refused", n)
			}
			if n := r.fake.Count(r.fake.Direct(r.anna.ID)); n != 1 {
				t.Errorf("anna was told %d times", n)
			}
		})
	}
}

// settle waits until what was published went through matching.
func (r *rig) settle() {
	r.t.Helper()
	if r.fake.Direct(r.ben.ID) == "" {
		r.fake.AwaitReply(r.fake.SlashAnyway(r.ben.ID, "", "subscribe", opt("query", "lighthouse")))
	}
	id := "settle" + r.fake.ID()
	before := r.fake.Count(r.fake.Direct(r.ben.ID))
	r.publish(id, "Lighthouse "+id, "A lighthouse.")
	r.fake.AwaitDirect(r.ben.ID, before+1)
}

// hasten makes what waits for a place due: a place that was refused is looked at
// once a minute.
func (r *rig) hasten(d alerts.Destination) {
	r.t.Helper()
	r.settle()
	lane := alerts.Lane{Destination: d}
	if _, err := r.store.Outbox().Move(r.t.Context(), lane, lane, time.Now()); err != nil {
		r.t.Fatal(err)
	}
}

// TestBackAgain: alerts go on when the bot may write again and somebody uses it
// there.
func TestBackAgain(t *testing.T) {
	r := newRig(t, byHTTP, rigOptions{})
	r.slash(r.anna, r.trade.ID, "subscribe", opt("query", "ferry"))
	r.fake.Overwrite(r.trade.ID, fakediscord.Overwrite{ID: fakediscord.BotID, Member: true, Deny: 1 << 11})
	r.story("a")
	r.pausedBy(r.in(r.trade), alerts.LossRemoved)
	m := r.slash(r.anna, r.trade.ID, "list")
	mustShow(t, m, "paused")
	r.fake.Overwrite(r.trade.ID)
	mustShow(t, r.slash(r.anna, r.trade.ID, "list"), "ferry")
	r.pausedBy(r.in(r.trade), alerts.LossNone)
	r.story("b")
	r.hasten(r.in(r.trade))
	r.fake.AwaitMessages(r.trade.ID, 1)
}

// TestSaysWhatIsMissing when something is followed where the bot may not write.
func TestSaysWhatIsMissing(t *testing.T) {
	r := newRig(t, byHTTP, rigOptions{})
	r.fake.Overwrite(r.trade.ID, fakediscord.Overwrite{ID: fakediscord.BotID, Member: true, Deny: 1<<11 | 1<<14})
	mustShow(t, r.slash(r.anna, r.trade.ID, "subscribe", opt("query", "ferry")), "Following", "Embed Links, Send Messages", "under Permissions")
	mustShow(t, r.slash(r.anna, r.news.ID, "subscribe", opt("query", "ferry"), opt("channel", r.trade.ID)), "already")
	mustShow(t, r.slash(r.anna, r.news.ID, "subscribe", opt("query", "pier"), opt("channel", r.trade.ID)), "Following", "Embed Links, Send Messages")
	mustShow(t, r.slash(r.anna, r.news.ID, "subscribe", opt("query", "pier")), "Following")
	r.pausedBy(r.in(r.trade), alerts.LossRemoved)
}

// TestClosedDirectMessages: a person who takes none is not asked again and
// again, and goes on when they write.
func TestClosedDirectMessages(t *testing.T) {
	r := newRig(t, byHTTP, rigOptions{})
	r.slash(r.anna, "", "subscribe", opt("query", "ferry"))
	r.fake.CloseDMs(r.anna.ID, true)
	r.story("a")
	r.story("b")
	r.pausedBy(person(r.anna).Direct(), alerts.LossClosed)
	r.settle()
	if n := r.fake.Invalid(); n > fewRefusals {
		t.Errorf("%d calls were refused", n)
	}
	r.fake.CloseDMs(r.anna.ID, false)
	r.slash(r.anna, "", "list")
	r.pausedBy(person(r.anna).Direct(), alerts.LossNone)
	r.story("c")
	r.hasten(person(r.anna).Direct())
	r.fake.AwaitDirect(r.anna.ID, 1)
}

// TestKicked: everything of a server that removed the bot pauses, and goes on
// when it has it back; after thirty days it is deleted.
func TestKicked(t *testing.T) {
	for _, w := range []way{byGateway, byHTTP} {
		t.Run(string(w), func(t *testing.T) {
			r := newRig(t, w, rigOptions{})
			r.slash(r.anna, r.trade.ID, "subscribe", opt("query", "ferry"))
			r.slash(r.anna, r.news.ID, "subscribe", opt("query", "ferry"))
			r.slash(r.anna, "", "subscribe", opt("query", "ferry"))
			r.fake.Install(r.ben.ID, true) // else Discord lets the bot write to nobody
			r.fake.Kick(r.guild.ID)
			r.story("a")
			r.pausedBy(r.in(r.trade), alerts.LossUninstalled)
			r.pausedBy(r.in(r.news), alerts.LossUninstalled)
			r.settle()
			if n := r.fake.Invalid(); n > 2*fewRefusals {
				t.Errorf("%d calls were refused", n)
			}
			if w == byHTTP {
				return
			}
			r.fake.AddBot(r.guild.ID)
			r.pausedBy(r.in(r.trade), alerts.LossNone)
			r.story("b")
			r.hasten(r.in(r.trade))
			r.fake.AwaitMessages(r.trade.ID, 1)

			r.fake.Kick(r.guild.ID)
			r.pausedBy(r.in(r.trade), alerts.LossUninstalled)
			r.clock.forward(discord.Keep + time.Hour)
			if err := r.app.PurgeForTest(t.Context()); err != nil {
				t.Fatal(err)
			}
			subs, err := r.store.Subscriptions().Owned(t.Context(), person(r.anna))
			if err != nil || len(subs) != 1 || !subs[0].Destination.IsDirect() {
				t.Errorf("left after thirty days: %v, %v", subs, err)
			}
		})
	}
}

// TestOutage: a server that Discord has trouble with has not removed the bot.
func TestOutage(t *testing.T) {
	r := newRig(t, byGateway, rigOptions{})
	r.slash(r.anna, r.trade.ID, "subscribe", opt("query", "ferry"))
	r.fake.Outage(r.guild.ID, true)
	r.fake.Outage(r.guild.ID, false)
	r.story("a")
	r.fake.AwaitMessages(r.trade.ID, 1)
	r.pausedBy(r.in(r.trade), alerts.LossNone)
}

// TestThreads are kept from being archived.
func TestThreads(t *testing.T) {
	r := newRig(t, byGateway, rigOptions{before: func(r *rig) {
		r.fake.AddMember(r.guild.ID, fakediscord.BotID, r.fake.AddRole(fakediscord.Role{Guild: r.guild.ID, Name: "bots", Permissions: 1 << 34}).ID)
	}})
	r.slash(r.anna, r.thread.ID, "subscribe", opt("query", "ferry"))
	r.await("the longest time", func() bool { return r.room(r.thread.ID).AutoArchive == 10080 })
	r.fake.Archive(r.thread.ID, true, false)
	r.await("the thread is open again", func() bool { return !r.room(r.thread.ID).Archived })
	r.fake.Archive(r.thread.ID, true, true)
	r.pausedBy(r.in(r.thread), alerts.LossArchived)
	r.fake.Archive(r.thread.ID, false, false)
	r.pausedBy(r.in(r.thread), alerts.LossNone)
	r.story("a")
	r.fake.AwaitMessages(r.thread.ID, 1)
}

// room gives a thread as it is now.
func (r *rig) room(id string) fakediscord.Channel {
	for _, c := range r.fake.Posts(r.trade.ID) {
		if c.ID == id {
			return c
		}
	}
	return fakediscord.Channel{}
}

// TestDirectMessages: the same words without the slash, and a hint for what is
// no command, once an hour.
func TestDirectMessages(t *testing.T) {
	r := newRig(t, byGateway, rigOptions{})
	answers := func() []fakediscord.Message {
		var out []fakediscord.Message
		for _, m := range r.fake.Messages(r.fake.Direct(r.anna.ID)) {
			if m.Author == fakediscord.BotID {
				out = append(out, m)
			}
		}
		return out
	}
	say := func(text string, n int, shows ...string) {
		t.Helper()
		r.fake.Say(r.anna.ID, text)
		r.await("an answer to "+text, func() bool { return len(answers()) >= n })
		mustShow(t, last(answers()), shows...)
	}
	say("subscribe ferry", 1, "Following", "as number 1")
	say("list", 2, "1 subscription", "ferry")
	say("good morning", 3, "is not a command", "subscribe good morning")
	r.fake.Say(r.anna.ID, "how are you?")
	say("help", 4, "subscribe QUERY")
	if all := answers(); len(all) != 4 {
		t.Errorf("%d answers, want 4:\n%s", len(all), last(all).Words())
	}
	say("export", 5)
	if files := last(answers()).Files; len(files) != 1 || !strings.Contains(string(files[0].Data), "ferry") {
		t.Errorf("the export is %v", files)
	}
}
