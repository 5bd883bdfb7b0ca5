package bot

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/alerts/schedule"
	"github.com/bellwether/bellwether/bot/chat"
)

func (b *Bot) subscribe(ctx context.Context, q *request) (chat.Reply, error) {
	if q.args == "" {
		r := problem("What do you want to follow? Say it after the word: `subscribe QUERY`.")
		r.Hints = []string{"`subscribe carbon border tax`", "`help queries` shows what a query can say"}
		return r, nil
	}
	parsed, wrong := parse(q.args)
	if wrong != nil {
		return *wrong, nil
	}
	set, err := b.zoned(ctx, q)
	if err != nil {
		return chat.Reply{}, err
	}
	wanted := alerts.Subscription{
		Number: q.Number, Owner: q.Person, Destination: q.place, Query: parsed, Schedule: set.Schedule, Created: q.now,
	}
	if q.Schedule != nil {
		wanted.Schedule = *q.Schedule
	}
	if q.Mention != nil {
		wanted.Mention = *q.Mention
	}
	sub, added, err := b.store.Add(ctx, wanted)
	switch {
	case q.Number > 0 && errors.Is(err, alerts.ErrConflict):
		return problem(fmt.Sprintf("Number %d is in use %s already.", q.Number, q.here())), nil
	case err != nil:
		return chat.Reply{}, fmt.Errorf("add a subscription: %w", err)
	}
	switch {
	case !added:
		return q.already(sub, set), nil
	case q.Number > 0:
		return q.again(sub, set), nil
	}
	past := b.recall(ctx, q, sub.Query, 1, unmuted(set))
	text := []string{
		fmt.Sprintf("Following %s %s, as number %d.", code(sub.Query.String()), q.here(), sub.Number),
		q.sent(sub, set) + mentioned("", sub),
		strings.TrimSpace(past.words() + " " + b.first(ctx, q, sub, set, past)),
	}
	r := chat.Reply{Text: strings.Join(text, "\n"), Subscription: &sub, Began: true, Undo: q.back("unsubscribe", fmt.Sprint(sub.Number))}
	r.Hints = append(r.Hints, q.undo("unsubscribe", fmt.Sprint(sub.Number))+" undoes it")
	if past.hits > 1 {
		r.Hints = append(r.Hints, code("preview "+sub.Query.String())+" shows more of what it hits")
	}
	return r, nil
}

// again is the reply to a subscription that was brought back.
func (q *request) again(sub alerts.Subscription, set alerts.Settings) chat.Reply {
	return chat.Reply{
		Text: fmt.Sprintf("Following %s %s again, as number %d.\n%s",
			code(sub.Query.String()), q.here(), sub.Number, q.sent(sub, set)+mentioned("", sub)),
		Hints:        []string{q.undo("unsubscribe", fmt.Sprint(sub.Number)) + " undoes it"},
		Subscription: &sub, Began: true, Undo: q.back("unsubscribe", fmt.Sprint(sub.Number)),
	}
}

// already is the reply to following the same thing twice.
func (q *request) already(sub alerts.Subscription, set alerts.Settings) chat.Reply {
	r := chat.Reply{Subscription: &sub, Text: fmt.Sprintf("%s is followed %s already, as number %d.\n%s",
		code(sub.Query.String()), q.here(), sub.Number, q.sent(sub, set))}
	if sub.Active(q.now) {
		r.Hints = append(r.Hints, q.undo("unsubscribe", fmt.Sprint(sub.Number))+" ends it")
	}
	if q.Schedule != nil && *q.Schedule != sub.Schedule || q.Mention != nil && *q.Mention != sub.Mention {
		r.Hints = append(r.Hints, q.undo("edit", fmt.Sprint(sub.Number))+" changes it")
	}
	return r
}

// sent says when alerts of a subscription will come, and what holds them up.
func (q *request) sent(sub alerts.Subscription, set alerts.Settings) string {
	loc := location(set)
	switch {
	case set.PausedBy != alerts.LossNone:
		return fmt.Sprintf("Everything %s is paused %s.", q.here(), lossWords(set.PausedBy))
	case !set.Active(q.now):
		return fmt.Sprintf("Everything %s is paused %s: %s ends that.",
			q.here(), until(set.PausedUntil, loc, q.now), q.undo("resume", ""))
	case !sub.Active(q.now):
		return fmt.Sprintf("It is paused %s: %s ends that.",
			until(sub.PausedUntil, loc, q.now), q.undo("resume", fmt.Sprint(sub.Number)))
	}
	return "New articles that it hits are sent " + schedule.Describe(sub.Schedule, set.Quiet, loc, q.now) + "."
}

// first puts the newest hit of a new subscription on its way, and says so.
func (b *Bot) first(ctx context.Context, q *request, sub alerts.Subscription, set alerts.Settings, p past) string {
	if len(p.newest) == 0 || !set.Active(q.now) {
		return ""
	}
	newest := p.newest[0].article
	at := schedule.Next(alerts.Schedule{}, set.Quiet, location(set), q.now)
	added, err := b.outbox.Enqueue(ctx, []alerts.Pending{{
		Lane:          alerts.Lane{Destination: q.place},
		Article:       newest.ID,
		Time:          newest.Received,
		Subscriptions: []alerts.SubscriptionID{sub.ID},
		NotBefore:     at,
	}})
	switch {
	case err != nil:
		b.warn(ctx, q, "first alert not sent", fmt.Errorf("enqueue article %s: %w", newest.ID, err))
		return "The newest could not be sent; " + code("preview "+sub.Query.String()) + " shows it."
	case added == 0 && b.waits(ctx, q, newest.ID) != nil:
		return "The newest waits to be sent already: “" + plain(newest.Title) + "”."
	case added == 0:
		return "The newest was sent here before: “" + plain(newest.Title) + "”."
	case at.After(q.now):
		return "The newest comes after the quiet hours, " + clock(at, location(set), q.now) + "."
	}
	return "The newest follows as an alert."
}

// waits gives what waits of an article to be sent to the place, as far as that
// can be known; nil if nothing does.
func (b *Bot) waits(ctx context.Context, q *request, article string) *alerts.Item {
	items, err := b.outbox.Waiting(ctx, q.place)
	if err != nil {
		b.warn(ctx, q, "outbox not read", err)
	}
	for _, i := range items {
		if i.Article == article {
			return &i
		}
	}
	return nil
}

func unmuted(set alerts.Settings) func(alerts.Article) bool {
	return func(a alerts.Article) bool { return !set.Mutes(a.ID) }
}

func (b *Bot) unsubscribe(ctx context.Context, q *request) (chat.Reply, error) {
	sub, wrong, err := b.named(ctx, q, q.args)
	if err != nil || wrong != nil {
		return orEmpty(wrong), err
	}
	sub, err = b.store.Remove(ctx, q.place, sub.Number)
	switch {
	case errors.Is(err, alerts.ErrNotFound): // someone was faster
		return problem(fmt.Sprintf("There is no subscription %s %s any more.", code(q.args), q.here())), nil
	case err != nil:
		return chat.Reply{}, fmt.Errorf("remove a subscription: %w", err)
	}
	// A pause of its own is not brought back: the reply says that alerts come.
	undo := q.back("subscribe", sub.Query.String())
	undo.Number, undo.Schedule = sub.Number, &sub.Schedule
	if sub.Mention != "" {
		undo.Mention = &sub.Mention
	}
	return chat.Reply{
		Text: fmt.Sprintf("No longer following %s %s. Nothing more is sent for it, not even what was waiting.",
			code(sub.Query.String()), q.here()),
		Hints:        []string{q.undo("subscribe", sub.Query.String()) + " follows it again, under a new number"},
		Subscription: &sub, Undo: undo,
	}, nil
}

func orEmpty(r *chat.Reply) chat.Reply {
	if r == nil {
		return chat.Reply{}
	}
	return *r
}
