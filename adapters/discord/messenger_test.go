package discord_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bellwether/bellwether/adapters/adaptertest/fakediscord"
	"github.com/bellwether/bellwether/adapters/discord"
	"github.com/bellwether/bellwether/alerts"
)

// places are one of each kind.
func (s *sender) places() map[string]alerts.Destination {
	return map[string]alerts.Destination{
		"text": s.in(s.trade), "announcement": s.in(s.news), "thread": s.in(s.thread), "forum": s.in(s.forum), "person": s.toAnna(),
	}
}

// TestSendsToEveryPlace: one message in each, under the nonce of its key, which
// pings nobody; in a forum a post.
func TestSendsToEveryPlace(t *testing.T) {
	s := newSender(t, fakediscord.Options{}, discord.Limits{})
	for name, d := range s.places() {
		msg := s.delivery("alert for "+name, d)
		r := s.send(s.Messenger, msg)
		all := s.shown(d)
		if len(all) != 1 {
			t.Fatalf("%s: %d messages", name, len(all))
		}
		m, key := all[0], discord.FingerprintForTest(msg.Key)
		if want := m.Channel + "/" + m.ID; r.Messages[0] != want {
			t.Errorf("%s: the receipt names %q, want %q", name, r.Messages[0], want)
		}
		if !strings.Contains(string(m.Components), "#"+key) || len(m.Pinged) != 0 || string(m.Mentions) != `{"parse":[]}` {
			t.Errorf("%s: %s, pings %v by %s", name, m.Components, m.Pinged, m.Mentions)
		}
		if name != "forum" && (m.Nonce != key || len(key) > 25) {
			t.Errorf("%s: nonce %q, want %q", name, m.Nonce, key)
		}
		mustShow(t, m, "Tariff rises", "The tariff rises.")
	}
	if p := s.fake.Posts(s.forum.ID); len(p) != 1 || p[0].Name != "Tariff rises" {
		t.Errorf("the forum has %+v", p)
	}
	if n := s.fake.Invalid(); n != 0 {
		t.Errorf("%d calls were refused", n)
	}
}

// TestEachStoryIsAPost: a forum gets a post for each, whose name is cut.
func TestEachStoryIsAPost(t *testing.T) {
	s := newSender(t, fakediscord.Options{}, discord.Limits{})
	for _, key := range []string{"a", "b"} {
		msg := s.delivery(key, s.in(s.forum))
		msg.Alerts[0].Article.Title = strings.Repeat("Tariffs é ", 20) + key
		s.send(s.Messenger, msg)
	}
	for _, p := range s.fake.Posts(s.forum.ID) {
		if n := len([]rune(p.Name)); n > 100 || n < 80 {
			t.Errorf("a name of %d characters: %s", n, p.Name)
		}
	}
	if n := len(s.fake.Posts(s.forum.ID)); n != 2 {
		t.Errorf("%d posts", n)
	}
}

// TestArchivedThreadIsOpened: the message comes with the next try, at once.
func TestArchivedThreadIsOpened(t *testing.T) {
	s := newSender(t, fakediscord.Options{}, discord.Limits{})
	s.fake.Archive(s.thread.ID, true, false)
	msg := s.delivery("a", s.in(s.thread))
	_, err := s.Send(t.Context(), msg)
	if r := refusal(t, err); r.Permanent || r.Scope != alerts.ScopeMessage || r.After > time.Second {
		t.Fatalf("the first time: %v", err)
	}
	s.send(s.Messenger, msg)
	if n := len(s.shown(msg.Destination)); n != 1 || s.fake.Invalid() != 0 {
		t.Errorf("%d messages, %d calls were refused", n, s.fake.Invalid())
	}
}

// TestThreadThatOpensItself: as Discord does where the bot may.
func TestThreadThatOpensItself(t *testing.T) {
	s := newSender(t, fakediscord.Options{SelfUnarchive: true}, discord.Limits{})
	s.fake.Archive(s.thread.ID, true, false)
	s.send(s.Messenger, s.delivery("a", s.in(s.thread)))
}

// TestRefusedPlaces: what is lost, how far that reaches, and what it costs of
// what Discord blocks an address for.
func TestRefusedPlaces(t *testing.T) {
	deny := func(s *sender, channel string, what int64) {
		s.fake.Overwrite(channel, fakediscord.Overwrite{ID: fakediscord.BotID, Member: true, Deny: what})
	}
	for name, tt := range map[string]struct {
		lose func(s *sender) alerts.Destination
		loss alerts.Loss
	}{
		"kicked":   {func(s *sender) alerts.Destination { s.fake.Kick(s.guild.ID); return s.in(s.trade) }, alerts.LossRemoved},
		"deleted":  {func(s *sender) alerts.Destination { s.fake.DeleteChannel(s.news.ID); return s.in(s.news) }, alerts.LossDeleted},
		"hidden":   {func(s *sender) alerts.Destination { deny(s, s.trade.ID, 1<<10); return s.in(s.trade) }, alerts.LossRemoved},
		"mute":     {func(s *sender) alerts.Destination { deny(s, s.trade.ID, 1<<11); return s.in(s.trade) }, alerts.LossRemoved},
		"no links": {func(s *sender) alerts.Destination { deny(s, s.trade.ID, 1<<14); return s.in(s.trade) }, alerts.LossRemoved},
		"locked": {func(s *sender) alerts.Destination {
			s.fake.Archive(s.thread.ID, true, true)
			return s.in(s.thread)
		}, alerts.LossArchived},
		"closed": {func(s *sender) alerts.Destination { s.fake.CloseDMs(s.anna.ID, true); return s.toAnna() }, alerts.LossClosed},
		"stranger": {func(s *sender) alerts.Destination {
			s.fake.RemoveMember(s.guild.ID, s.anna.ID)
			return s.toAnna()
		}, alerts.LossClosed},
		"no such person": {func(*sender) alerts.Destination {
			return alerts.Destination{Platform: alerts.Discord, User: "77"}
		}, alerts.LossClosed},
		"tags": {func(s *sender) alerts.Destination {
			s.fake.Change(func() { s.forum.RequireTag = true })
			return s.in(s.forum)
		}, alerts.LossRemoved},
	} {
		for _, known := range []bool{true, false} { // whether a message came before
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				s := newSender(t, fakediscord.Options{}, discord.Limits{})
				if known && name != "no such person" {
					for _, d := range s.places() {
						s.send(s.Messenger, s.delivery("before", d))
					}
				}
				d := tt.lose(s)
				_, err := s.Send(t.Context(), s.delivery("a", d))
				if r := refusal(t, err); !r.Permanent || r.Scope != alerts.ScopeDestination {
					t.Errorf("not a refusal of the destination: %v", err)
				}
				if got := discord.LossOfForTest(err); got != tt.loss {
					t.Errorf("lost as %q, want %q: %v", got, tt.loss, err)
				}
				if n := s.fake.Invalid(); n > 1 {
					t.Errorf("%d calls were refused", n)
				}
			})
		}
	}
}

// TestMentionsOneRole: only the role that a subscription names.
func TestMentionsOneRole(t *testing.T) {
	s := newSender(t, fakediscord.Options{}, discord.Limits{})
	readers := s.fake.AddRole(fakediscord.Role{Guild: s.guild.ID, Name: "readers", Mentionable: true})
	others := s.fake.AddRole(fakediscord.Role{Guild: s.guild.ID, Name: "others", Mentionable: true})
	msg := s.delivery("a", s.in(s.trade))
	msg.Alerts[0].Subscriptions[0].Mention = readers.ID
	msg.Alerts[0].Article.Title = "@everyone <@&" + others.ID + "> <@" + s.anna.ID + ">"
	msg.Alerts[0].Summary = []string{"@here <@&" + others.ID + ">"}
	s.send(s.Messenger, msg)
	if m := s.shown(msg.Destination)[0]; !slices.Equal(m.Pinged, []string{readers.ID}) || m.Content != "<@&"+readers.ID+">" {
		t.Errorf("pinged %v by %q", m.Pinged, m.Content)
	}
}

// TestExhaustedBucket: a receipt says when the channel takes more; what is sent
// before is put off without a call, and other channels go on.
func TestExhaustedBucket(t *testing.T) {
	s := newSender(t, fakediscord.Options{Messages: fakediscord.Limit{Calls: 2, Per: time.Minute}}, discord.Limits{})
	if r := s.send(s.Messenger, s.delivery("a", s.in(s.trade))); !r.NotBefore.IsZero() {
		t.Errorf("one is left, and nothing is to come before %v", r.NotBefore)
	}
	r := s.send(s.Messenger, s.delivery("b", s.in(s.trade)))
	if span := r.NotBefore.Sub(s.clock.now()); span < 50*time.Second || span > time.Minute {
		t.Errorf("the next may come in %v", span)
	}
	before := s.posts()
	_, err := s.Send(t.Context(), s.delivery("c", s.in(s.trade)))
	if r := refusal(t, err); r.Permanent || r.Scope != alerts.ScopeDestination || r.After < 50*time.Second || r.After > time.Minute {
		t.Errorf("put off: %v", err)
	}
	if s.posts() != before {
		t.Error("there was a call though none was left")
	}
	s.send(s.Messenger, s.delivery("d", s.in(s.news)))
}

// TestDigestParts: plain messages, one after the other.
func TestDigestParts(t *testing.T) {
	s := newSender(t, fakediscord.Options{}, discord.Limits{})
	for i, key := range []string{"d/1", "d/2"} {
		msg := s.delivery(key, s.in(s.trade))
		msg.Schedule, msg.Part, msg.Parts = alerts.Schedule{Cadence: alerts.Daily}, i+1, 2
		if r := s.send(s.Messenger, msg); r.Thread != "" {
			t.Errorf("part %d hangs below %q", i+1, r.Thread)
		}
	}
	if all := s.shown(s.in(s.trade)); len(all) != 2 || all[0].Nonce == all[1].Nonce {
		t.Errorf("%d messages", len(all))
	}
}

// TestUnclearAnswer: a 200 that names no message is no word that it arrived.
func TestUnclearAnswer(t *testing.T) {
	s := newSender(t, fakediscord.Options{}, discord.Limits{})
	s.faults.next(fakediscord.Fault{Status: 200})
	_, err := s.Send(t.Context(), s.delivery("a", s.in(s.trade)))
	if refused, ok := errors.AsType[*alerts.SendError](err); err == nil || ok {
		t.Errorf("got %v, %+v", err, refused)
	}
}

// TestShortWait: what may be sent in a moment waits in place, but no longer than
// its context.
func TestShortWait(t *testing.T) {
	s := newSender(t, fakediscord.Options{Messages: fakediscord.Limit{Calls: 1, Per: 200 * time.Millisecond}}, discord.Limits{})
	s.send(s.Messenger, s.delivery("a", s.in(s.trade)))
	s.send(s.Messenger, s.delivery("b", s.in(s.trade)))
	before := s.posts()
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err := s.Send(ctx, s.delivery("c", s.in(s.trade)))
	if r := refusal(t, err); r.Permanent || r.Scope != alerts.ScopeDestination || r.After > 200*time.Millisecond {
		t.Errorf("%v", err)
	}
	if s.posts() != before {
		t.Error("there was a call though none was left")
	}
}

// TestStoppedPlaces: after a 429 about everything, what is sent elsewhere is put
// off without a call, each message to a turn of its own.
func TestStoppedPlaces(t *testing.T) {
	s := newSender(t, fakediscord.Options{}, discord.Limits{Global: 10, Per: time.Second})
	s.faults.next(fakediscord.Fault{Status: 429, Scope: "global", RetryAfter: time.Minute})
	var last time.Duration
	for i := range 20 {
		d := s.in(s.trade)
		if i > 0 {
			d.Channel = s.fake.AddChannel(fakediscord.Channel{Guild: s.guild.ID, Type: fakediscord.Text}).ID
		}
		_, err := s.Send(t.Context(), s.delivery("a", d))
		r := refusal(t, err)
		if r.Permanent || r.Scope != alerts.ScopeDestination || r.After < 50*time.Second || i > 1 && r.After < last {
			t.Errorf("message %d: %v, the one before in %v", i, r, last)
		}
		last = r.After
	}
	if last < time.Minute+time.Second {
		t.Errorf("the last is to come in %v, with all the others", last)
	}
	if s.posts() != 1 {
		t.Errorf("%d calls", s.posts())
	}
}
