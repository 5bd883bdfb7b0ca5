package embed

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/bellwether/bellwether/bot"
	"github.com/bellwether/bellwether/bot/chat"
)

func TestSlashed(t *testing.T) {
	for in, want := range map[string]string{
		"subscribe carbon border tax": "/policy subscribe query:carbon border tax",
		"subscribe me: tariff":        "/policy subscribe query:tariff me:True",
		"subscribe":                   "/policy subscribe",
		"list":                        "/policy list",
		"list mine":                   "/policy list mine:True",
		"list prices":                 "/policy list prices",
		"public list":                 "/policy list public:True",
		"public help":                 "public help",
		"unsubscribe 1":               "/policy unsubscribe id:1",
		"unsubscribe me: 1":           "unsubscribe me: 1",
		"edit 1 tariff AND steel":     "/policy edit id:1 query:tariff AND steel",
		"pause":                       "/policy pause",
		"pause 3":                     "/policy pause id:3",
		"pause 3 for 2 weeks":         "/policy pause id:3 for:2 weeks",
		"pause for 12h":               "/policy pause for:12h",
		"resume":                      "/policy resume",
		"preview tariff":              "/policy preview query:tariff",
		"digest 3 daily 08:00":        "/policy digest when:daily 08:00 id:3",
		"digest weekly mon 08:00":     "/policy digest when:weekly mon 08:00",
		"timezone brussels":           "/policy timezone zone:brussels",
		"quiet off":                   "/policy quiet hours:off",
		"mute 3f9a":                   "/policy mute article:3f9a",
		"pause [ID] [for 3d]":         "/policy pause [ID] [for 3d]",
		"why":                         "/policy why",
		"sources":                     "/policy sources",
		"forget-me yes":               "/policy forget-me yes",
		"help queries":                "/policy help command:queries",
	} {
		if got := slashed(in); got != want {
			t.Errorf("slashed(%q) = %q, want %q", in, got, want)
		}
	}
}

// TestVerbs knows every command of the bot.
func TestVerbs(t *testing.T) {
	b := bot.New(bot.Config{Now: func() time.Time { return time.Time{} }})
	help := b.Handle(context.Background(), chat.Command{Text: "help", Person: ann(), Place: ann().Direct()})
	if len(help.Rows) < 15 {
		t.Fatalf("the bot helps with %d commands", len(help.Rows))
	}
	shown := Reply(help, ReplyOptions{Slash: true}).Embeds[0].Description
	for _, r := range help.Rows {
		if !strings.Contains(shown, "`/policy "+r.Label+"` – ") {
			t.Errorf("%q is not there: %s", r.Label, shown)
		}
	}
}

// TestSlash shows how commands are typed where that needs a slash, and leaves
// queries alone.
func TestSlash(t *testing.T) {
	followed := sub(t, 1, "list prices")
	r := chat.Reply{Text: "Following `list prices` here, as number 1. `tariff` is another. `pause 1` holds it.", Subscription: &followed, Hints: []string{"`list``help`"}}
	for slash, want := range map[bool]string{
		true:  "Following `list prices` here, as number 1. `tariff` is another. `/policy pause id:1` holds it.\n\n• `/policy list` `/policy help`",
		false: "Following `list prices` here, as number 1. `tariff` is another. `pause 1` holds it.\n\n• `list` `help`",
	} {
		if got := Reply(r, ReplyOptions{Slash: slash}).Embeds[0].Description; got != want {
			t.Errorf("slash %v: %q, want %q", slash, got, want)
		}
	}
}

func TestPlain(t *testing.T) {
	if got, want := Plain("Number 1, `tariff`,\nis \u202epaused.\n"), "Number 1, tariff, is paused."; got != want {
		t.Errorf("Plain = %q, want %q", got, want)
	}
}
