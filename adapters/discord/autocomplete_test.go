package discord_test

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/bellwether/bellwether/adapters/adaptertest/fakediscord"
)

// TestAutocomplete: what is offered for each option.
func TestAutocomplete(t *testing.T) {
	r := newRig(t, byHTTP, rigOptions{})
	hidden := r.fake.AddChannel(fakediscord.Channel{Guild: r.guild.ID, Name: "hidden", Type: fakediscord.Text, Overwrites: []fakediscord.Overwrite{
		{ID: r.guild.ID, Deny: 1 << 10}, {ID: r.editors.ID, Allow: 1 << 10}, {ID: fakediscord.BotID, Member: true, Allow: 1 << 10},
	}})
	for _, query := range []string{"ferry", "carbon border tax", strings.Repeat("long ", 40) + "query"} {
		r.slash(r.anna, r.trade.ID, "subscribe", opt("query", query))
	}
	r.slash(r.anna, r.news.ID, "subscribe", opt("query", "carbon border tax"))
	r.slash(r.anna, hidden.ID, "subscribe", opt("query", "secret carbon plan"))
	r.slash(r.anna, "", "subscribe", opt("query", "carbon of my own"))
	names := func(u *fakediscord.User, channel, sub, option, text string, others ...fakediscord.Option) []string {
		t.Helper()
		var out []string
		for _, c := range r.fake.Complete(u.ID, channel, sub, opt(option, text), others...) {
			if utf8.RuneCountInString(c.Name) > 100 || utf8.RuneCountInString(c.Value.(string)) > 100 {
				t.Errorf("too long: %+v", c)
			}
			out = append(out, c.Name+"="+c.Value.(string))
		}
		if len(out) > 25 {
			t.Errorf("%d choices", len(out))
		}
		return out
	}
	want := func(what string, got []string, want ...string) {
		t.Helper()
		if !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", what, got, want)
		}
	}
	want("by number", names(r.anna, r.trade.ID, "unsubscribe", "id", "1"), "1 · ferry=1")
	want("by words", names(r.anna, r.trade.ID, "edit", "id", "CARBON"), "2 · carbon border tax=2")
	want("of another channel", names(r.anna, r.trade.ID, "edit", "id", "", opt("channel", r.news.ID)), "1 · carbon border tax=1")
	want("of my own", names(r.anna, r.trade.ID, "pause", "id", "", opt("me", true)), "1 · carbon of my own=1")
	if all := names(r.anna, r.trade.ID, "unsubscribe", "id", ""); len(all) != 3 || !strings.HasSuffix(all[2], "…=3") {
		t.Errorf("all: %q", all)
	}
	want("what others follow", names(r.anna, r.trade.ID, "subscribe", "query", "carbon"), "carbon=carbon", "carbon border tax=carbon border tax")
	want("what others follow, nothing typed", names(r.anna, r.news.ID, "subscribe", "query", ""), "carbon border tax=carbon border tax", "ferry=ferry")
	want("in a direct message", names(r.anna, "", "subscribe", "query", "carbon"), "carbon=carbon")
	want("zones", names(r.anna, "", "timezone", "zone", "brus"), "Europe/Brussels=Europe/Brussels")
	want("a schedule", names(r.anna, "", "digest", "when", "daily 9:15"), "daily 09:15=daily 09:15")
	if all := names(r.anna, "", "digest", "when", ""); all[0] != "instant=instant" {
		t.Errorf("schedules: %q", all)
	}
	want("a time", names(r.anna, "", "pause", "for", "3"), "3h=3h", "3d=3d", "3 weeks=3 weeks")
	want("commands", names(r.anna, "", "help", "command", "un"), "unsubscribe=unsubscribe", "unmute=unmute")
	want("hours", names(r.anna, "", "quiet", "hours", "2"), "22:00-07:00=22:00-07:00", "20:00-08:00=20:00-08:00")
}
