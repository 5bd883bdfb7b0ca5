package bot

import (
	"context"
	"fmt"
	"time"

	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/bot/chat"
)

func (b *Bot) showSources(ctx context.Context, q *request) (chat.Reply, error) {
	set, err := b.settings(ctx, q.place)
	if err != nil {
		return chat.Reply{}, err
	}
	all, err := b.sources.Sources(ctx)
	if err != nil {
		return chat.Reply{}, fmt.Errorf("tell how the sources are: %w", err)
	}
	if len(all) == 0 {
		return chat.Reply{Text: "No sources are configured, so nothing can come in. Whoever runs the bot can add some."}, nil
	}
	loc := location(set)
	r := chat.Reply{}
	broken, unread := 0, 0
	for _, s := range all {
		label := s.Name
		if label == "" {
			label = s.Address
		}
		switch {
		case s.Error != "":
			broken++
		case s.LastGood.IsZero():
			unread++
		}
		r.Rows = append(r.Rows, chat.Row{Label: label, Value: sourceState(s, loc, q.now)})
	}
	state := ", all well"
	switch {
	case broken > 0:
		state = fmt.Sprintf("; %s can't be read just now and will be tried again", number(broken))
	case unread > 0:
		state = fmt.Sprintf("; %s not read yet", number(unread))
	}
	r.Text = fmt.Sprintf("%s%s. Times are in %s.", count(len(all), "source"), state, loc)
	if b.hold() != "" {
		r.Text += "\nNone is read just now, for so much waits to be sent; that goes on by itself."
	}
	return r, nil
}

// sourceState says how reading a source goes.
func sourceState(s alerts.SourceStatus, loc *time.Location, now time.Time) string {
	at := func(t time.Time) string { return moment(t, loc, now) }
	switch {
	case s.Error != "":
		state := "can't be read: " + plain(s.Error)
		if !s.LastGood.IsZero() {
			state += "; last read " + at(s.LastGood)
		}
		if !s.Next.IsZero() {
			state += "; next try " + at(s.Next)
		}
		return state
	case s.LastGood.IsZero():
		return "not read yet"
	}
	state := fmt.Sprintf("read %s; %s so far", at(s.LastGood), count(s.Articles, "article"))
	if !s.LastNew.IsZero() {
		state += ", the latest " + at(s.LastNew)
	}
	return state
}
