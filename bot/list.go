package bot

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/alerts/schedule"
	"github.com/bellwether/bellwether/bot/chat"
)

func (b *Bot) show(ctx context.Context, q *request) (chat.Reply, error) {
	switch strings.ToLower(q.args) {
	case "mine", "me", "all":
		return b.showMine(ctx, q)
	case "", "here":
	default:
		r := problem("`list` takes no words after it but `mine`.")
		r.Hints = []string{"`list`", "`list mine`", "to follow it say " + code("subscribe list "+q.args)}
		return r, nil
	}
	subs, err := b.list(ctx, q.place)
	if err != nil {
		return chat.Reply{}, err
	}
	set, err := b.settings(ctx, q.place)
	if err != nil {
		return chat.Reply{}, err
	}
	if len(subs) == 0 {
		return q.nothing(), nil
	}
	loc := location(set)
	r := chat.Reply{Text: fmt.Sprintf("%s %s. Times are in %s%s.",
		count(len(subs), "subscription"), q.here(), loc, quietly(set))}
	switch {
	case set.PausedBy != alerts.LossNone:
		r.Text += fmt.Sprintf("\nEverything is paused %s.", lossWords(set.PausedBy))
	case !set.Active(q.now):
		r.Text += fmt.Sprintf("\nEverything is paused %s: %s ends that.",
			until(set.PausedUntil, loc, q.now), q.undo("resume", ""))
	}
	for _, s := range subs {
		r.Items = append(r.Items, q.item(s, set))
	}
	r.Hints = q.changes(subs[0])
	return r, nil
}

// changes are commands that can be said about a subscription.
func (q *request) changes(s alerts.Subscription) []string {
	n := fmt.Sprint(s.Number)
	return []string{q.undo("unsubscribe", n), q.undo("pause", n+" for 3d"), q.undo("edit", n+" QUERY")}
}

func quietly(set alerts.Settings) string {
	if set.Quiet.IsZero() {
		return ""
	}
	return fmt.Sprintf("; quiet from %s to %s", set.Quiet.From, set.Quiet.To)
}

func (q *request) nothing() chat.Reply {
	return chat.Reply{
		Text:  "Nothing is followed " + q.here() + " yet.",
		Hints: []string{q.undo("subscribe", "carbon border tax") + " would be a beginning", "`help`"},
	}
}

func (q *request) item(s alerts.Subscription, set alerts.Settings) chat.Item {
	state := "active"
	if set.PausedBy != alerts.LossNone {
		state = "paused " + lossWords(set.PausedBy)
	} else if paused, end := schedule.Paused(set, s, q.now); paused {
		state = "paused " + until(end, location(set), q.now)
	}
	return chat.Item{Subscription: s, State: state}
}

// showMine lists what the person owns, wherever it goes.
func (b *Bot) showMine(ctx context.Context, q *request) (chat.Reply, error) {
	subs, err := b.store.Owned(ctx, q.Person)
	if err != nil {
		return chat.Reply{}, fmt.Errorf("list what %s owns: %w", q.Person, err)
	}
	if len(subs) == 0 {
		return chat.Reply{
			Text:  "You follow nothing yet.",
			Hints: []string{code("subscribe me: carbon border tax") + " would be a beginning", "`help`"},
		}, nil
	}
	known := map[alerts.Destination]alerts.Settings{}
	r := chat.Reply{Text: fmt.Sprintf("%s of yours.", count(len(subs), "subscription"))}
	for _, s := range subs {
		set, ok := known[s.Destination]
		if !ok {
			if set, err = b.settings(ctx, s.Destination); err != nil {
				return chat.Reply{}, err
			}
			known[s.Destination] = set
		}
		it := q.item(s, set)
		it.Where = q.where(s.Destination)
		r.Items = append(r.Items, it)
	}
	elsewhere := func(s alerts.Subscription) bool { return s.Destination != q.Place }
	if !slices.ContainsFunc(subs, elsewhere) {
		r.Hints = q.changes(subs[0])
		return r, nil
	}
	r.Hints = []string{"numbers count within a place: say `unsubscribe` there, or `unsubscribe me: ID` for your direct messages"}
	return r, nil
}

// where names a destination to a person.
func (q *request) where(d alerts.Destination) string {
	switch {
	case d == q.Place:
		return "here"
	case d == q.Person.Direct():
		return "direct message"
	case d.IsDirect():
		return "someone's direct message"
	}
	return "channel " + d.Channel
}
