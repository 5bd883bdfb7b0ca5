package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"
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
	sub, added, err := b.store.Add(ctx, alerts.Subscription{
		Owner: q.Person, Destination: q.place, Query: parsed, Schedule: set.Schedule, Created: q.now,
	})
	if err != nil {
		return chat.Reply{}, fmt.Errorf("add a subscription: %w", err)
	}
	if !added {
		return q.already(sub, set), nil
	}
	past := b.recall(ctx, q, sub.Query, 1, unmuted(set))
	text := []string{
		fmt.Sprintf("Following %s %s, as number %d.", code(sub.Query.String()), q.here(), sub.Number),
		q.sent(sub, set),
		strings.TrimSpace(past.words() + " " + b.first(ctx, q, sub, set, past)),
	}
	r := chat.Reply{Text: strings.Join(text, "\n")}
	r.Hints = append(r.Hints, q.undo("unsubscribe", fmt.Sprint(sub.Number))+" undoes it")
	if past.hits > 1 {
		r.Hints = append(r.Hints, code("preview "+sub.Query.String())+" shows more of what it hits")
	}
	return r, nil
}

// already is the reply to following the same thing twice.
func (q *request) already(sub alerts.Subscription, set alerts.Settings) chat.Reply {
	r := chat.Reply{Text: fmt.Sprintf("%s is followed %s already, as number %d.\n%s",
		code(sub.Query.String()), q.here(), sub.Number, q.sent(sub, set))}
	if sub.Active(q.now) {
		r.Hints = append(r.Hints, q.undo("unsubscribe", fmt.Sprint(sub.Number))+" ends it")
	}
	return r
}

// sent says when alerts of a subscription will come, and what holds them up.
func (q *request) sent(sub alerts.Subscription, set alerts.Settings) string {
	loc := location(set)
	switch {
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
	case added == 0 && b.waits(ctx, q, newest.ID):
		return "The newest waits to be sent already: “" + plain(newest.Title) + "”."
	case added == 0:
		return "The newest was sent here before: “" + plain(newest.Title) + "”."
	case at.After(q.now):
		return "The newest comes after the quiet hours, " + clock(at, location(set), q.now) + "."
	}
	return "The newest follows as an alert."
}

// waits reports whether an article waits to be sent to the place, as far as
// that can be known.
func (b *Bot) waits(ctx context.Context, q *request, article string) bool {
	items, err := b.outbox.Waiting(ctx, q.place)
	if err != nil {
		b.warn(ctx, q, "outbox not read", err)
	}
	return slices.ContainsFunc(items, func(i alerts.Item) bool { return i.Article == article })
}

func unmuted(set alerts.Settings) func(alerts.Article) bool {
	muted := make(map[string]bool, len(set.Muted))
	for _, id := range set.Muted {
		muted[id] = true
	}
	return func(a alerts.Article) bool { return !muted[a.ID] }
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
	return chat.Reply{
		Text: fmt.Sprintf("No longer following %s %s. Nothing more is sent for it, not even what was waiting.",
			code(sub.Query.String()), q.here()),
		Hints: []string{q.undo("subscribe", sub.Query.String()) + " follows it again, under a new number"},
	}, nil
}

func (b *Bot) edit(ctx context.Context, q *request) (chat.Reply, error) {
	which, typed := firstWord(q.args)
	sub, wrong, err := b.named(ctx, q, which)
	if err != nil || wrong != nil {
		return orEmpty(wrong), err
	}
	if typed == "" {
		r := problem(fmt.Sprintf("What is number %d to follow instead? Say it after the number: %s.",
			sub.Number, code(q.verb.form)))
		r.Hints = []string{q.undo("edit", fmt.Sprintf("%d %s", sub.Number, sub.Query))}
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
	before := sub
	if parsed.String() == before.Query.String() {
		return chat.Reply{Text: fmt.Sprintf("Number %d follows %s already. Nothing has changed.", sub.Number, code(parsed.String()))}, nil
	}
	sub.Query = parsed
	if other, ok, err := b.twin(ctx, q, sub); err != nil || ok {
		return q.taken(sub, other), err
	}
	sub, err = b.change(ctx, q.place, before.Number, func(s *alerts.Subscription) { s.Query = parsed })
	switch {
	case errors.Is(err, alerts.ErrNotFound):
		return problem(fmt.Sprintf("There is no subscription %d %s any more.", before.Number, q.here())), nil
	case errors.Is(err, alerts.ErrConflict):
		return busy(), nil
	case err != nil:
		return chat.Reply{}, err
	}
	past := b.recall(ctx, q, sub.Query, 0, unmuted(set))
	r := chat.Reply{
		Text: fmt.Sprintf("Number %d follows %s now, no longer %s.\n%s\n%s", sub.Number,
			code(sub.Query.String()), code(before.Query.String()), q.sent(sub, set), past.words()),
		Hints: []string{q.undo("edit", fmt.Sprintf("%d %s", sub.Number, before.Query)) + " undoes it"},
	}
	if past.hits > 0 {
		r.Hints = append(r.Hints, code("preview "+sub.Query.String())+" shows what it hits")
	}
	return r, nil
}

// taken is the reply to an edit that would make two of the same.
func (q *request) taken(sub, other alerts.Subscription) chat.Reply {
	r := problem(fmt.Sprintf("%s is followed %s already, as number %d.", code(sub.Query.String()), q.here(), other.Number))
	r.Hints = []string{q.undo("unsubscribe", fmt.Sprint(sub.Number)) + fmt.Sprintf(" leaves only number %d", other.Number)}
	return r
}

func orEmpty(r *chat.Reply) chat.Reply {
	if r == nil {
		return chat.Reply{}
	}
	return *r
}
