package bot

import (
	"context"
	"fmt"
	"strings"

	"github.com/bellwether/bellwether/bot/chat"
)

func (b *Bot) forget(ctx context.Context, q *request) (chat.Reply, error) {
	said := strings.Fields(strings.ToLower(q.args))
	if len(said) > 0 && said[0] == "me" { // "forget me yes"
		said = said[1:]
	}
	if len(said) != 1 || said[0] != "yes" {
		return b.askForget(ctx, q)
	}
	n, err := b.store.Forget(ctx, q.Person)
	if err != nil {
		return chat.Reply{}, fmt.Errorf("forget %s: %w", q.Person, err)
	}
	b.replies.drop(q.Person.String() + " ")
	what := "your settings are deleted; there were no subscriptions."
	if n > 0 {
		what = count(n, "subscription") + " and your settings are deleted. No more alerts are sent for them."
	}
	return chat.Reply{Text: "Forgotten: " + what, Changed: true}, nil
}

func (b *Bot) askForget(ctx context.Context, q *request) (chat.Reply, error) {
	subs, err := b.store.Owned(ctx, q.Person)
	if err != nil {
		return chat.Reply{}, fmt.Errorf("list what %s owns: %w", q.Person, err)
	}
	elsewhere := 0
	for _, s := range subs {
		if s.Destination != q.Person.Direct() {
			elsewhere++
		}
	}
	what := ""
	switch {
	case elsewhere > 0:
		what = fmt.Sprintf("%s of yours, %s of them in channels, and ", count(len(subs), "subscription"), number(elsewhere))
	case len(subs) > 0:
		what = count(len(subs), "subscription") + " of yours and "
	}
	text := fmt.Sprintf("This deletes %syour settings, for good.", what)
	return chat.Reply{
		Text:  text + " Nothing has been deleted yet.",
		Hints: []string{"`forget-me yes` deletes it", q.undo("export", "") + " saves it first"},
	}, nil
}
