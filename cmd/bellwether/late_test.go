package main

import (
	"slices"
	"testing"
	"time"

	"github.com/bellwether/bellwether/adapters/adaptertest/fakediscord"
	"github.com/bellwether/bellwether/adapters/adaptertest/fakeslack"
	"github.com/bellwether/bellwether/alerts"
)

// TestLateAccepts is what remains of sending exactly once: a platform that holds
// a request back until after it was asked whether it had it, and carries it out
// then. What Slack is so late with shows twice, and nothing else does; Discord
// knows it by its nonce, but not in a forum.
func TestLateAccepts(t *testing.T) {
	if testing.Short() {
		t.Skip("waits for calls that get no answer")
	}
	t.Parallel()
	const each = 3
	f := newFailing(t)
	keyword := word(0)
	var late, well []string
	for i := range 2 * each {
		d, _, _ := f.place(1)
		f.follow(d, keyword)
		if i%2 == 0 {
			well = append(well, d.Channel)
			continue
		}
		late = append(late, d.Channel)
		f.fails(d.Channel, func() fakeslack.Fault { return fakeslack.Fault{Late: true} })
	}
	guild := f.discord.AddGuild(fakediscord.Guild{})
	var rooms []*fakediscord.Channel
	for i := range 2 * each {
		kind, route := fakediscord.Text, "channels/{channel}/messages"
		if i%2 == 0 {
			kind, route = fakediscord.Forum, "channels/{channel}/threads"
		}
		c := f.discord.AddChannel(fakediscord.Channel{Guild: guild.ID, Type: kind})
		f.follow(alerts.Destination{Platform: alerts.Discord, Workspace: guild.ID, Channel: c.ID}, keyword)
		f.holdsBack(c.ID, route)
		rooms = append(rooms, c)
	}
	shown := func(c *fakediscord.Channel) int {
		if c.Type == fakediscord.Forum {
			return len(f.discord.PostsLocked(c.ID))
		}
		return len(f.discord.MessagesLocked(c.ID))
	}
	begun := time.Now()
	f.log(keyword)
	// Each was looked for, and sent again.
	for _, channel := range append(well, late...) {
		f.fake.AwaitMessages(channel, 1)
	}
	f.discord.Await("a message in every channel of Discord", func() bool {
		return !slices.ContainsFunc(rooms, func(c *fakediscord.Channel) bool { return shown(c) == 0 })
	})
	f.fake.AcceptLate()
	f.discord.AcceptLate()
	t.Logf("sent again after %s", time.Since(begun).Round(time.Millisecond))
	for _, channel := range late {
		f.want[channel] = 2
	}
	f.settle()
	f.discord.Change(func() {
		for _, c := range rooms {
			want := 1
			if c.Type == fakediscord.Forum {
				want = 2
			}
			if got := shown(c); got != want {
				t.Errorf("%d messages in a channel of Discord of type %d, want %d", got, c.Type, want)
			}
		}
	})
}
