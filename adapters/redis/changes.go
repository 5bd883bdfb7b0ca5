package redis

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"runtime"
	"strconv"
	"strings"

	goredis "github.com/redis/go-redis/v9"
	"golang.org/x/sync/errgroup"

	"github.com/bellwether/bellwether/alerts"
)

// The most records and changes that are asked for at once.
const (
	scanPage   = 2000
	changePage = 500
)

// Snapshot implements matching.Subscriptions. The revision is read before the
// records, so that what changes meanwhile is given again by Changes.
func (s *Subscriptions) Snapshot(ctx context.Context, yield func(alerts.Change) error) (string, error) {
	revision, err := s.c.db.HGet(ctx, s.prefix+"meta", "last").Result()
	if errors.Is(err, goredis.Nil) {
		revision, err = "0", nil
	}
	if err != nil {
		return "", fmt.Errorf("read the revision of the subscriptions: %w", err)
	}
	before, err := s.c.run(ctx, scriptServer, s.prefix).Text()
	if err != nil {
		return "", fmt.Errorf("read all subscriptions: %w", err)
	}
	// Settings first: an engine then never has a subscription without them.
	err = s.read(ctx, "set", s.yieldSettings, yield)
	if err == nil {
		err = s.read(ctx, "sub", s.yieldSubscription, yield)
	}
	if err == nil {
		var after string
		if after, err = s.c.run(ctx, scriptServer, s.prefix).Text(); err == nil && after != before {
			err = errServer
		}
	}
	if err != nil {
		return "", fmt.Errorf("read all subscriptions: %w", err)
	}
	return revision, nil
}

// errServer is that the cursor of one server was given to another, which knows
// nothing of it: records may have been left out.
var errServer = errors.New("another server of Redis has taken over meanwhile")

// yielder reads a record and passes on what it says.
type yielder func(ctx context.Context, name, record string, yield func(alerts.Change) error) error

// read passes on each record of a hash, some perhaps twice, in no order. Pages
// are asked for and their queries parsed beside yield, which is called by one
// goroutine at a time: a million of them are to be ready soon.
func (s *Subscriptions) read(ctx context.Context, hash string, read yielder, yield func(alerts.Change) error) error {
	workers := runtime.GOMAXPROCS(0)
	pages, parsed := make(chan []string, workers), make(chan []alerts.Change, workers)
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error {
		defer close(pages)
		return s.pages(ctx, hash, func(fields []string) error {
			select {
			case pages <- fields:
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		})
	})
	group.Go(func() error {
		defer close(parsed)
		parsers, ctx := errgroup.WithContext(ctx)
		for range workers {
			parsers.Go(func() error { return parse(ctx, pages, parsed, read) })
		}
		return parsers.Wait()
	})
	group.Go(func() error {
		for changes := range parsed {
			for _, c := range changes {
				if err := yield(c); err != nil {
					return err
				}
			}
		}
		return nil
	})
	return group.Wait()
}

// scan calls f for each field of a hash, for some perhaps twice.
func (s *Subscriptions) scan(ctx context.Context, hash string, f func(name, record string) error) error {
	return s.pages(ctx, hash, func(fields []string) error {
		for i := 0; i+1 < len(fields); i += 2 {
			if err := f(fields[i], fields[i+1]); err != nil {
				return err
			}
		}
		return nil
	})
}

// pages calls f with the fields and values of a hash, page by page.
func (s *Subscriptions) pages(ctx context.Context, hash string, f func(fields []string) error) error {
	for cursor := uint64(0); ; {
		fields, next, err := s.c.db.HScan(ctx, s.prefix+hash, cursor, "", scanPage).Result()
		if err != nil {
			return err
		}
		if err := f(fields); err != nil {
			return err
		}
		if next == 0 {
			return nil
		}
		cursor = next
	}
}

// parse reads the records of pages.
func parse(ctx context.Context, pages <-chan []string, to chan<- []alerts.Change, read yielder) error {
	for fields := range pages {
		changes := make([]alerts.Change, 0, len(fields)/2)
		keep := func(c alerts.Change) error {
			changes = append(changes, c)
			return nil
		}
		for i := 0; i+1 < len(fields); i += 2 {
			if err := read(ctx, fields[i], fields[i+1], keep); err != nil {
				return err
			}
		}
		select {
		case to <- changes:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// Changes implements matching.Subscriptions. Of several changes of one
// subscription it may give only the last. A store that lost what was at the
// revision, even if it has had as many changes since, is a gap.
func (s *Subscriptions) Changes(ctx context.Context, revision string, yield func(alerts.Change) error) (string, error) {
	number, at, _ := strings.Cut(revision, "-")
	_, errNumber := strconv.ParseUint(number, 10, 53)
	_, errAt := strconv.ParseUint(cmp.Or(at, "0"), 10, 53)
	if errNumber != nil || errAt != nil {
		return "", fmt.Errorf("revision %q of the subscriptions: %w", revision, alerts.ErrGap)
	}
	for {
		reached, more, err := s.changesPage(ctx, revision, yield)
		if err != nil {
			return "", fmt.Errorf("read the changes after revision %s: %w", revision, err)
		}
		if revision = reached; !more {
			return revision, nil
		}
	}
}

func (s *Subscriptions) changesPage(ctx context.Context, revision string, yield func(alerts.Change) error) (string, bool, error) {
	reply, err := s.c.run(ctx, scriptChanges, s.prefix, revision, changePage).Slice()
	if err != nil {
		return "", false, err
	}
	if len(reply) < 2 || (len(reply)-2)%3 != 0 {
		return "", false, errReply
	}
	reached, ok := reply[0].(string)
	more, okMore := reply[1].(int64)
	if !ok || !okMore {
		return "", false, errReply
	}
	if reached == "gap" {
		return "", false, alerts.ErrGap
	}
	for i := 2; i < len(reply); i += 3 {
		kind, _ := reply[i].(string)
		name, _ := reply[i+1].(string)
		record, _ := reply[i+2].(string)
		f := s.yieldSubscription
		if kind == "d" {
			f = s.yieldSettings
		}
		if err := f(ctx, name, record, yield); err != nil {
			return "", false, err
		}
	}
	return reached, more == 1, nil
}

func (s *Subscriptions) yieldSubscription(ctx context.Context, name, record string, yield func(alerts.Change) error) error {
	if record == "" {
		n, err := strconv.ParseUint(name, 10, 64)
		if err != nil {
			return errReply
		}
		id := alerts.SubscriptionID(n)
		return yield(alerts.Change{Removed: &id})
	}
	sub, err := s.decode(ctx, record)
	if err != nil {
		s.c.log.ErrorContext(ctx, "subscription can't be read", "subscription", name, "error", err)
		return nil
	}
	return yield(alerts.Change{Set: &sub})
}

func (s *Subscriptions) yieldSettings(ctx context.Context, name, record string, yield func(alerts.Change) error) error {
	d, err := alerts.ParseDestination(name)
	if err == nil {
		var set alerts.Settings
		if set, err = decodeSettings(d, record); err == nil {
			return yield(alerts.Change{Settings: &set})
		}
	}
	s.c.log.ErrorContext(ctx, "settings can't be read", "destination", name, "error", err)
	return nil
}
