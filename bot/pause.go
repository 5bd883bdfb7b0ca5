package bot

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/alerts/schedule"
	"github.com/bellwether/bellwether/bot/chat"
)

func (b *Bot) pause(ctx context.Context, q *request) (chat.Reply, error) {
	which, end, wrong := pauseOf(q)
	if wrong != nil {
		return *wrong, nil
	}
	set, err := b.zoned(ctx, q)
	if err != nil {
		return chat.Reply{}, err
	}
	loc := location(set)
	if which == "" {
		var undo *chat.Undo
		_, err := b.changeSettings(ctx, q.place, func(s *alerts.Settings) {
			undo = q.unpause("", s.Paused, s.PausedUntil, end)
			s.Paused, s.PausedUntil = true, end
		})
		if err != nil {
			return orBusy(err)
		}
		return chat.Reply{
			Text: fmt.Sprintf("Everything %s is paused %s. What comes in meanwhile is not kept for later.",
				q.here(), until(end, loc, q.now)),
			Hints: []string{q.undo("resume", "") + " ends it"},
			Undo:  undo,
		}, nil
	}
	sub, wrong, err := b.named(ctx, q, which)
	if err != nil || wrong != nil {
		return orEmpty(wrong), err
	}
	var undo *chat.Undo
	sub, err = b.change(ctx, q.place, sub.Number, func(s *alerts.Subscription) {
		undo = q.unpause(fmt.Sprint(s.Number), s.Paused, s.PausedUntil, end)
		s.Paused, s.PausedUntil = true, end
	})
	if err != nil {
		return orBusy(err)
	}
	return chat.Reply{
		Text: fmt.Sprintf("Number %d, %s, is paused %s. What comes in meanwhile is not kept for later.",
			sub.Number, code(sub.Query.String()), until(end, loc, q.now)),
		Hints:        []string{q.undo("resume", fmt.Sprint(sub.Number)) + " ends it"},
		Subscription: &sub, Undo: undo,
	}, nil
}

// inForce reports whether a pause that a person made holds now.
func inForce(paused bool, until, now time.Time) bool {
	return paused && (until.IsZero() || now.Before(until))
}

// unpause is the command that takes back a pause until end: resume, or the rest
// of the pause that it took the place of; nil where that was the same.
func (q *request) unpause(which string, paused bool, until, end time.Time) *chat.Undo {
	switch {
	case !inForce(paused, until, q.now):
		return q.back("resume", which)
	case until.Equal(end):
		return nil
	}
	return q.back("pause", which+rest(until, q.now))
}

// pauseOf reads "[ID] [for 3d]". The end is zero where none was said.
func pauseOf(q *request) (which string, end time.Time, wrong *chat.Reply) {
	if q.args == "" {
		return "", end, nil
	}
	if d, err := schedule.ParseFor(q.args); err == nil {
		return "", q.now.Add(d), nil
	}
	which, rest := firstWord(q.args)
	if strings.EqualFold(which, "for") {
		which, rest = "", q.args
	}
	if strings.EqualFold(which, "all") || strings.EqualFold(which, "everything") {
		which = ""
	}
	if rest == "" {
		return which, end, nil
	}
	d, err := schedule.ParseFor(rest)
	if err != nil {
		r := problem(code(rest) + " is not a length of time. Say a number with m, h, d or w, such as `for 2h` or `for 3d`.")
		r.Hints = []string{q.undo("pause", joined(which, "for 3d")), q.undo("pause", which)}
		return "", end, &r
	}
	return which, q.now.Add(d), nil
}

func (b *Bot) resume(ctx context.Context, q *request) (chat.Reply, error) {
	set, err := b.settings(ctx, q.place)
	if err != nil {
		return chat.Reply{}, err
	}
	if which := strings.ToLower(q.args); which == "" || which == "all" || which == "everything" {
		return b.resumePlace(ctx, q, set)
	}
	sub, wrong, err := b.named(ctx, q, q.args)
	if err != nil || wrong != nil {
		return orEmpty(wrong), err
	}
	was, end := !sub.Active(q.now), sub.PausedUntil
	if was || sub.Paused {
		sub, err = b.change(ctx, q.place, sub.Number, func(s *alerts.Subscription) { s.Paused, s.PausedUntil = false, time.Time{} })
		if err != nil {
			return orBusy(err)
		}
	}
	words := "is active again"
	if !was {
		words = "was not paused"
	}
	r := chat.Reply{Subscription: &sub, Text: fmt.Sprintf("Number %d, %s, %s.\n%s", sub.Number, code(sub.Query.String()), words, q.sent(sub, set))}
	if was {
		r.Undo = q.back("pause", fmt.Sprint(sub.Number)+rest(end, q.now))
		r.Hints = []string{q.undo("pause", fmt.Sprint(sub.Number)+rest(end, q.now)) + " undoes it"}
	}
	return r, nil
}

// resumePlace ends the pause of everything, and shows what is still paused by
// itself.
func (b *Bot) resumePlace(ctx context.Context, q *request, set alerts.Settings) (chat.Reply, error) {
	r := chat.Reply{Text: "There was no pause " + q.here() + "."}
	if !set.Active(q.now) {
		r.Text = "The pause " + q.here() + " is over. Alerts come again."
		r.Changed = true
	}
	if inForce(set.Paused, set.PausedUntil, q.now) { // a command brings back what people paused, but no loss
		left := strings.TrimSpace(rest(set.PausedUntil, q.now))
		r.Hints = []string{q.undo("pause", left) + " undoes it"}
		r.Undo = q.back("pause", left)
	}
	var err error
	if set.Paused || set.PausedBy != alerts.LossNone {
		set, err = b.changeSettings(ctx, q.place, func(s *alerts.Settings) {
			s.Paused, s.PausedUntil, s.PausedBy = false, time.Time{}, alerts.LossNone
		})
		if err != nil {
			return orBusy(err)
		}
	}
	subs, err := b.list(ctx, q.place)
	if err != nil {
		return chat.Reply{}, err
	}
	for _, s := range subs {
		if !s.Active(q.now) {
			r.Items = append(r.Items, q.item(s, set))
		}
	}
	if len(r.Items) > 0 {
		r.Text += "\nStill paused by themselves:"
		r.Hints = append(r.Hints, q.undo("resume", fmt.Sprint(r.Items[0].Subscription.Number)))
	}
	return r, nil
}

// rest says how long a pause would still have lasted, as pause takes it, in
// whole minutes; nothing for one without an end.
func rest(end, now time.Time) string {
	if end.IsZero() {
		return ""
	}
	minutes := int((end.Sub(now) + time.Minute - 1) / time.Minute)
	var words strings.Builder
	words.WriteString(" for")
	for _, u := range []struct {
		name    string
		minutes int
	}{{"d", 24 * 60}, {"h", 60}, {"m", 1}} {
		if n := minutes / u.minutes; n > 0 {
			fmt.Fprintf(&words, " %d%s", n, u.name)
		}
		minutes %= u.minutes
	}
	return words.String()
}

// orBusy answers a change that others got in the way of; any other error is
// ours.
func orBusy(err error) (chat.Reply, error) {
	if errors.Is(err, alerts.ErrConflict) || errors.Is(err, alerts.ErrNotFound) {
		return busy(), nil
	}
	return chat.Reply{}, err
}
