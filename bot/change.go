package bot

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/alerts/query"
	"github.com/bellwether/bellwether/bot/chat"
)

// tries is how often a change is made anew when someone else was faster.
const tries = 2

// changeSettings applies f to the settings of a destination as they are now.
// Nothing is stored where f changes nothing, so that it is in nobody's way.
func (b *Bot) changeSettings(ctx context.Context, d alerts.Destination, f func(*alerts.Settings)) (saved alerts.Settings, err error) {
	for range tries {
		set, err := b.settings(ctx, d)
		if err != nil {
			return set, err
		}
		before := set
		f(&set)
		if reflect.DeepEqual(before, set) {
			return set, nil
		}
		saved, err = b.store.SaveSettings(ctx, set)
		if err == nil {
			return saved, nil
		}
		if !errors.Is(err, alerts.ErrConflict) {
			return saved, fmt.Errorf("save settings: %w", err)
		}
	}
	return saved, fmt.Errorf("save settings: %w", alerts.ErrConflict)
}

// change applies f to a subscription as it is now. Errors: alerts.ErrNotFound;
// alerts.ErrConflict if someone else kept changing it, or if the destination
// has its new query already.
func (b *Bot) change(ctx context.Context, d alerts.Destination, number int, f func(*alerts.Subscription)) (stored alerts.Subscription, err error) {
	for range tries {
		subs, err := b.list(ctx, d)
		if err != nil {
			return stored, err
		}
		i := slices.IndexFunc(subs, func(s alerts.Subscription) bool { return s.Number == number })
		if i < 0 {
			return stored, fmt.Errorf("change subscription %d: %w", number, alerts.ErrNotFound)
		}
		f(&subs[i])
		stored, err = b.store.Update(ctx, subs[i])
		if err == nil {
			return stored, nil
		}
		if !errors.Is(err, alerts.ErrConflict) {
			return stored, fmt.Errorf("change subscription %d: %w", number, err)
		}
	}
	return stored, fmt.Errorf("change subscription %d: %w", number, alerts.ErrConflict)
}

func (b *Bot) list(ctx context.Context, d alerts.Destination) ([]alerts.Subscription, error) {
	subs, err := b.store.List(ctx, d)
	if err != nil {
		return nil, fmt.Errorf("list subscriptions: %w", err)
	}
	return subs, nil
}

func (b *Bot) settings(ctx context.Context, d alerts.Destination) (alerts.Settings, error) {
	set, err := b.store.Settings(ctx, d)
	if err != nil {
		return set, fmt.Errorf("read settings: %w", err)
	}
	set.Destination = d
	return set, nil
}

// zoned gives the settings of the place. A direct message that has no time
// zone yet gets the person's own, where the platform tells it, and what waits
// goes by that.
func (b *Bot) zoned(ctx context.Context, q *request) (alerts.Settings, error) {
	set, err := b.settings(ctx, q.place)
	if err != nil || set.TimeZone != "" || q.place != q.Person.Direct() {
		return set, err
	}
	if zone, _ := zoneNamed(q.TimeZone); zone == "" || zone == "UTC" {
		return set, nil
	}
	set, err = b.changeSettings(ctx, q.place, func(s *alerts.Settings) {
		if s.TimeZone == "" {
			s.TimeZone = q.TimeZone
		}
	})
	if err != nil {
		return set, err
	}
	q.changed = true
	return set, b.retime(ctx, q, set)
}

// parse reads a query, or gives the reply that says what is wrong with it.
func parse(typed string) (query.Query, *chat.Reply) {
	parsed, err := query.Parse(typed)
	if err == nil {
		return parsed, nil
	}
	r := problem(plain(err.Error()))
	if at, ok := errors.AsType[*query.Error](err); ok {
		r.Problem.Input, r.Problem.Position = typed, at.Position
	}
	r.Hints = []string{"`help queries` shows what a query can say"}
	return parsed, &r
}

// named finds the subscription that a person named by its number, or by its
// very query; the reply says why it can't be found.
func (b *Bot) named(ctx context.Context, q *request, arg string) (alerts.Subscription, *chat.Reply, error) {
	subs, err := b.list(ctx, q.place)
	if err != nil {
		return alerts.Subscription{}, nil, err
	}
	n, err := strconv.Atoi(strings.TrimPrefix(arg, "#"))
	wanted := func(s alerts.Subscription) bool { return s.Number == n }
	if err != nil {
		parsed, parseErr := query.Parse(arg)
		wanted = func(s alerts.Subscription) bool { return parseErr == nil && s.Query.String() == parsed.String() }
	}
	if i := slices.IndexFunc(subs, wanted); i >= 0 {
		return subs[i], nil, nil
	}
	r := problem(fmt.Sprintf("There is no subscription %s %s.", code(arg), q.here()))
	if arg == "" {
		r = problem("Which one? Say its number: " + code(q.verb.form) + ".")
	}
	r.Hints = []string{q.undo("list", "") + " shows the numbers"}
	return alerts.Subscription{}, &r, nil
}

// twin finds another subscription of the place with the same query.
func (b *Bot) twin(ctx context.Context, q *request, s alerts.Subscription) (alerts.Subscription, bool, error) {
	subs, err := b.list(ctx, q.place)
	if err != nil {
		return alerts.Subscription{}, false, err
	}
	i := slices.IndexFunc(subs, func(o alerts.Subscription) bool {
		return o.ID != s.ID && o.Query.String() == s.Query.String()
	})
	if i < 0 {
		return alerts.Subscription{}, false, nil
	}
	return subs[i], true, nil
}

// busy is the reply when someone else kept changing the same thing.
func busy() chat.Reply {
	return problem("Someone else changed it at the same moment. Please look at it and try again.")
}

// until says how long a pause lasts.
func until(t time.Time, loc *time.Location, now time.Time) string {
	if t.IsZero() {
		return "until it is resumed"
	}
	return "until " + clock(t, loc, now)
}
