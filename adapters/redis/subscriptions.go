package redis

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strconv"

	goredis "github.com/redis/go-redis/v9"

	"github.com/bellwether/bellwether/alerts"
)

// Subscriptions keeps subscriptions, the settings of destinations, and the log
// of their changes.
//
// A subscription whose query no longer parses (an older version wrote it) is
// logged at each reading and given with the zero Query, which matches nothing;
// an Update of it that leaves the query alone keeps its text.
type Subscriptions struct {
	c      *Client
	prefix string
}

// Subscriptions gives the client's store of subscriptions.
func (c *Client) Subscriptions() *Subscriptions {
	return &Subscriptions{c: c, prefix: c.key("s")}
}

// Add implements bot.SubscriptionStore.
func (s *Subscriptions) Add(ctx context.Context, sub alerts.Subscription) (alerts.Subscription, bool, error) {
	fail := func(err error) (alerts.Subscription, bool, error) {
		return alerts.Subscription{}, false, fmt.Errorf("add a subscription for %s: %w", sub.Destination, err)
	}
	text := sub.Query.String()
	data, err := encodeSubscription(sub, text)
	if err != nil {
		return fail(err)
	}
	reply, err := s.c.keep(ctx, scriptAdd, s.prefix, sub.Destination.String(), sub.Owner.String(),
		digest(text), sub.Number, data, s.c.options.LogLength, rand.Text()).Slice()
	if err != nil {
		return fail(err)
	}
	status, record, err := verdictOf(reply)
	if err != nil {
		return fail(err)
	}
	if status < 0 {
		return fail(alerts.ErrConflict)
	}
	stored, err := s.decode(ctx, record)
	if err != nil {
		return fail(err)
	}
	return stored, status == 1, s.c.saved(ctx)
}

// Update implements bot.SubscriptionStore. The destination and the number of a
// subscription never change.
func (s *Subscriptions) Update(ctx context.Context, sub alerts.Subscription) (alerts.Subscription, error) {
	fail := func(err error) (alerts.Subscription, error) {
		return alerts.Subscription{}, fmt.Errorf("update subscription %d: %w", sub.ID, err)
	}
	text, canon := sub.Query.String(), ""
	if sub.Query.Root() == nil {
		kept, err := s.text(ctx, sub.ID)
		if err != nil {
			return fail(err)
		}
		text = kept
	} else {
		canon = digest(text)
	}
	data, err := encodeSubscription(sub, text)
	if err != nil {
		return fail(err)
	}
	reply, err := s.c.keep(ctx, scriptUpdate, s.prefix, uint64(sub.ID), sub.Revision, sub.Owner.String(),
		canon, data, s.c.options.LogLength).Slice()
	if err != nil {
		return fail(err)
	}
	status, record, err := verdictOf(reply)
	switch {
	case err != nil:
		return fail(err)
	case status == 0:
		return fail(alerts.ErrNotFound)
	case status < 0:
		return fail(alerts.ErrConflict)
	}
	stored, err := s.decode(ctx, record)
	if err != nil {
		return fail(err)
	}
	return stored, s.c.saved(ctx)
}

// text gives the query of a subscription as it is stored.
func (s *Subscriptions) text(ctx context.Context, id alerts.SubscriptionID) (string, error) {
	record, err := s.c.db.HGet(ctx, s.prefix+"sub", strconv.FormatUint(uint64(id), 10)).Result()
	if errors.Is(err, goredis.Nil) {
		return "", alerts.ErrNotFound
	}
	if err != nil {
		return "", err
	}
	_, text, err := decodeSubscription(record)
	if err != nil && !errors.Is(err, errQuery) {
		return "", err
	}
	return text, nil
}

// Remove implements bot.SubscriptionStore.
func (s *Subscriptions) Remove(ctx context.Context, d alerts.Destination, number int) (alerts.Subscription, error) {
	fail := func(err error) (alerts.Subscription, error) {
		return alerts.Subscription{}, fmt.Errorf("remove subscription %d of %s: %w", number, d, err)
	}
	record, err := s.c.keep(ctx, scriptRemove, s.prefix, d.String(), number, s.c.options.LogLength, rand.Text()).Text()
	if errors.Is(err, goredis.Nil) {
		return fail(alerts.ErrNotFound)
	}
	if err != nil {
		return fail(err)
	}
	removed, err := s.decode(ctx, record)
	if err != nil {
		return fail(err)
	}
	return removed, s.c.saved(ctx)
}

// List implements bot.SubscriptionStore.
func (s *Subscriptions) List(ctx context.Context, d alerts.Destination) ([]alerts.Subscription, error) {
	out, err := s.list(ctx, s.c.run, "dest", d.String())
	if err != nil {
		return nil, fmt.Errorf("list the subscriptions of %s: %w", d, err)
	}
	return out, nil
}

// Owned implements bot.SubscriptionStore.
func (s *Subscriptions) Owned(ctx context.Context, p alerts.Person) ([]alerts.Subscription, error) {
	out, err := s.list(ctx, s.c.run, "owner", p.String())
	if err != nil {
		return nil, fmt.Errorf("list the subscriptions of a person: %w", err)
	}
	return out, nil
}

// Subscriptions implements dispatch.Subscriptions.
func (s *Subscriptions) Subscriptions(ctx context.Context, d alerts.Destination, ids []alerts.SubscriptionID) ([]alerts.Subscription, error) {
	out, err := s.ByID(ctx, ids)
	if err != nil {
		return nil, fmt.Errorf("for %s: %w", d, err)
	}
	return slices.DeleteFunc(out, func(sub alerts.Subscription) bool { return sub.Destination != d }), nil
}

// ByID gives those of ids that there are.
func (s *Subscriptions) ByID(ctx context.Context, ids []alerts.SubscriptionID) ([]alerts.Subscription, error) {
	args := make([]any, len(ids))
	for i, id := range ids {
		args[i] = uint64(id)
	}
	out, err := s.list(ctx, s.c.runTogether, "ids", args...)
	if err != nil {
		return nil, fmt.Errorf("read subscriptions by id: %w", err)
	}
	return out, nil
}

// runner is Client.run or Client.runTogether.
type runner func(ctx context.Context, s *goredis.Script, prefix string, args ...any) *goredis.Cmd

func (s *Subscriptions) list(ctx context.Context, run runner, by string, args ...any) ([]alerts.Subscription, error) {
	records, err := run(ctx, scriptList, s.prefix, append([]any{by}, args...)...).StringSlice()
	if err != nil {
		return nil, err
	}
	out := make([]alerts.Subscription, 0, len(records))
	for _, record := range records {
		sub, err := s.decode(ctx, record)
		if err != nil {
			s.c.log.ErrorContext(ctx, "subscription can't be read", "error", err)
			continue
		}
		out = append(out, sub)
	}
	slices.SortFunc(out, func(a, b alerts.Subscription) int {
		if a.Number != b.Number {
			return a.Number - b.Number
		}
		return int(a.ID) - int(b.ID)
	})
	return out, nil
}

// decode reads a record and logs a query that no longer parses.
func (s *Subscriptions) decode(ctx context.Context, record string) (alerts.Subscription, error) {
	sub, _, err := decodeSubscription(record)
	if errors.Is(err, errQuery) {
		s.c.log.ErrorContext(ctx, "subscription matches nothing until it is edited",
			slog.Uint64("subscription", uint64(sub.ID)), slog.String("destination", sub.Destination.String()),
			slog.Any("error", err))
		return sub, nil
	}
	return sub, err
}

// Settings implements bot.SubscriptionStore.
func (s *Subscriptions) Settings(ctx context.Context, d alerts.Destination) (alerts.Settings, error) {
	record, err := s.c.together.text(ctx, "hget", s.prefix+"set", d.String())
	if err != nil && !errors.Is(err, goredis.Nil) {
		return alerts.Settings{}, fmt.Errorf("read the settings of %s: %w", d, err)
	}
	return decodeSettings(d, record)
}

// SaveSettings implements bot.SubscriptionStore.
func (s *Subscriptions) SaveSettings(ctx context.Context, set alerts.Settings) (alerts.Settings, error) {
	fail := func(err error) (alerts.Settings, error) {
		return alerts.Settings{}, fmt.Errorf("save the settings of %s: %w", set.Destination, err)
	}
	data, err := encodeSettings(set)
	if err != nil {
		return fail(err)
	}
	rev, err := s.c.keep(ctx, scriptSettings, s.prefix, set.Destination.String(), set.Revision,
		data, s.c.options.LogLength).Text()
	if err != nil {
		return fail(err)
	}
	if rev == "-1" {
		return fail(alerts.ErrConflict)
	}
	stored, err := decodeSettings(set.Destination, rev+" "+string(data))
	if err != nil {
		return fail(err)
	}
	return stored, s.c.saved(ctx)
}

// Forget implements bot.SubscriptionStore. It also takes out of the outbox what
// names the person's direct message: what waits, dead letters, seen-marks and
// receipts. Numbers in that direct message begin at 1 again.
func (s *Subscriptions) Forget(ctx context.Context, p alerts.Person) (int, error) {
	n, err := s.c.keep(ctx, scriptForget, s.prefix, p.String(), p.Direct().String(), s.c.options.LogLength).Int()
	if err == nil {
		err = s.c.Outbox().purge(ctx, p.Direct())
	}
	if err != nil {
		return n, fmt.Errorf("forget a person: %w", err)
	}
	return n, s.c.saved(ctx)
}

// verdictOf reads the reply of a script that answers with a number and perhaps
// a record.
func verdictOf(reply []any) (status int64, record string, err error) {
	if len(reply) == 0 {
		return 0, "", errReply
	}
	status, ok := reply[0].(int64)
	if !ok {
		return 0, "", errReply
	}
	if len(reply) > 1 {
		if record, ok = reply[1].(string); !ok {
			return 0, "", errReply
		}
	}
	return status, record, nil
}

// errReply is a script's answer that has another form than agreed.
var errReply = errors.New("the store's answer has another form than expected")
