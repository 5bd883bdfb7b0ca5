package bot

import (
	"context"
	"fmt"

	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/bot/chat"
)

// shown is how many articles a preview shows.
const shown = 3

func (b *Bot) preview(ctx context.Context, q *request) (chat.Reply, error) {
	typed := q.args
	if own, ok := cutMe(typed); ok {
		typed = own
	}
	if typed == "" {
		r := problem("What do you want to look for? Say it after the word: `preview QUERY`.")
		r.Hints = []string{"`preview carbon border tax`", "`help queries` shows what a query can say"}
		return r, nil
	}
	parsed, wrong := parse(typed)
	if wrong != nil {
		return *wrong, nil
	}
	set, err := b.settings(ctx, q.place)
	if err != nil {
		return chat.Reply{}, err
	}
	past := b.recall(ctx, q, parsed, shown, func(alerts.Article) bool { return true })
	r := chat.Reply{Text: fmt.Sprintf("Understood as %s. %s", code(parsed.String()), past.words()), TimeZone: set.TimeZone}
	if past.hits > len(past.newest) {
		r.Text += fmt.Sprintf(" These are the newest %d:", len(past.newest))
	}
	for _, h := range past.newest {
		r.Alerts = append(r.Alerts, h.alert(alerts.Subscription{Query: parsed}))
	}
	r.Hints = []string{code("subscribe "+parsed.String()) + " follows it"}
	return r, nil
}
