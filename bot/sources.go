package bot

import (
	"context"
	"fmt"

	"github.com/bellwether/bellwether/bot/chat"
)

func (b *Bot) showSources(ctx context.Context, q *request) (chat.Reply, error) {
	set, err := b.settings(ctx, q.place)
	if err != nil {
		return chat.Reply{}, err
	}
	all := b.sources.Sources()
	if len(all) == 0 {
		return chat.Reply{Text: "No sources are configured, so nothing can come in. Whoever runs the bot can add some."}, nil
	}
	loc := location(set)
	r := chat.Reply{}
	broken := 0
	for _, s := range all {
		label := s.Name
		if label == "" {
			label = s.Address
		}
		var state string
		switch {
		case s.Error != "":
			broken++
			state = "can't be read: " + plain(s.Error)
			if !s.Next.IsZero() {
				state += "; next try " + clock(s.Next, loc, q.now)
			}
			if !s.LastGood.IsZero() {
				state += "; last read " + clock(s.LastGood, loc, q.now)
			}
		case s.LastGood.IsZero():
			state = "not read yet"
		default:
			state = fmt.Sprintf("read %s; %s since the start", clock(s.LastGood, loc, q.now), count(s.Articles, "article"))
			if !s.LastNew.IsZero() {
				state += ", the latest " + clock(s.LastNew, loc, q.now)
			}
		}
		r.Rows = append(r.Rows, chat.Row{Label: label, Value: state})
	}
	r.Text = count(len(all), "source") + ", all well."
	if broken > 0 {
		r.Text = fmt.Sprintf("%s; %s can't be read just now and will be tried again.", count(len(all), "source"), number(broken))
	}
	return r, nil
}
