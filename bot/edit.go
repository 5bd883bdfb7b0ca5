package bot

import (
	"context"
	"errors"
	"fmt"

	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/bot/chat"
)

func (b *Bot) edit(ctx context.Context, q *request) (chat.Reply, error) {
	which, typed := firstWord(q.args)
	sub, wrong, err := b.named(ctx, q, which)
	if err != nil || wrong != nil {
		return orEmpty(wrong), err
	}
	before, after := sub, sub
	if q.Schedule != nil {
		after.Schedule = *q.Schedule
	}
	if q.Mention != nil {
		after.Mention = *q.Mention
	}
	if typed == "" && q.Schedule == nil && q.Mention == nil {
		r := problem(fmt.Sprintf("What is number %d to follow instead? Say it after the number: %s.",
			sub.Number, code(q.verb.form)))
		r.Hints = []string{q.undo("edit", fmt.Sprintf("%d %s", sub.Number, sub.Query))}
		return r, nil
	}
	if typed != "" {
		if after.Query, wrong = parse(typed); wrong != nil {
			return *wrong, nil
		}
	}
	set, err := b.settings(ctx, q.place)
	if err != nil {
		return chat.Reply{}, err
	}
	if after.Query.String() == before.Query.String() && after.Schedule == before.Schedule && after.Mention == before.Mention {
		return chat.Reply{
			Text:         fmt.Sprintf("Number %d follows %s already. Nothing has changed.", sub.Number, code(before.Query.String())),
			Subscription: &sub,
		}, nil
	}
	if other, ok, err := b.twin(ctx, q, after); err != nil || ok {
		return q.taken(after, other), err
	}
	sub, err = b.change(ctx, q.place, before.Number, func(s *alerts.Subscription) {
		s.Query, s.Schedule, s.Mention = after.Query, after.Schedule, after.Mention
	})
	switch {
	case errors.Is(err, alerts.ErrNotFound):
		return problem(fmt.Sprintf("There is no subscription %d %s any more.", before.Number, q.here())), nil
	case errors.Is(err, alerts.ErrConflict):
		return busy(), nil
	case err != nil:
		return chat.Reply{}, err
	}
	if after.Schedule != before.Schedule {
		if _, err := b.movedAlong(ctx, q, before.Schedule, after.Schedule, set); err != nil {
			return chat.Reply{}, err
		}
	}
	return b.edited(ctx, q, before, sub, set), nil
}

// edited is the reply to a changed subscription.
func (b *Bot) edited(ctx context.Context, q *request, before, sub alerts.Subscription, set alerts.Settings) chat.Reply {
	r := chat.Reply{Subscription: &sub, Undo: q.back("edit", fmt.Sprintf("%d %s", sub.Number, before.Query))}
	if sub.Schedule != before.Schedule {
		r.Undo.Schedule = &before.Schedule
	}
	if sub.Mention != before.Mention {
		r.Undo.Mention = &before.Mention
	}
	when := q.sent(sub, set) + mentioned(before.Mention, sub)
	if sub.Query.String() == before.Query.String() {
		r.Text = fmt.Sprintf("Number %d still follows %s.\n%s", sub.Number, code(sub.Query.String()), when)
		if sub.Schedule != before.Schedule {
			r.Hints = []string{q.undo("digest", fmt.Sprintf("%d %s", sub.Number, before.Schedule)) + " undoes it"}
		}
		return r
	}
	past := b.recall(ctx, q, sub.Query, 0, unmuted(set))
	r.Text = fmt.Sprintf("Number %d follows %s now, no longer %s.\n%s\n%s", sub.Number,
		code(sub.Query.String()), code(before.Query.String()), when, past.words())
	r.Hints = []string{q.undo("edit", fmt.Sprintf("%d %s", sub.Number, before.Query)) + " undoes it"}
	if past.hits > 0 {
		r.Hints = append(r.Hints, code("preview "+sub.Query.String())+" shows what it hits")
	}
	return r
}

// mentioned says whom the alerts of a subscription mention where that is not
// the role before; with a space before it.
func mentioned(before string, s alerts.Subscription) string {
	switch s.Mention {
	case before:
		return ""
	case "":
		return " Its alerts mention nobody any more."
	}
	return " Its alerts mention that role."
}

// taken is the reply to an edit that would make two of the same.
func (q *request) taken(sub, other alerts.Subscription) chat.Reply {
	r := problem(fmt.Sprintf("%s is followed %s already, as number %d.", code(sub.Query.String()), q.here(), other.Number))
	r.Hints = []string{q.undo("unsubscribe", fmt.Sprint(sub.Number)) + fmt.Sprintf(" leaves only number %d", other.Number)}
	return r
}
