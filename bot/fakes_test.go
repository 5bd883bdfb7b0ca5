package bot

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/bellwether/bellwether/alerts"
)

// store is a SubscriptionStore in memory, in the most direct way.
type store struct {
	mu       sync.Mutex
	subs     map[alerts.SubscriptionID]alerts.Subscription
	numbers  map[alerts.Destination]int
	settings map[alerts.Destination]alerts.Settings
	lastID   alerts.SubscriptionID
	revision uint64

	fail      error // what every method returns if set
	conflicts int   // how many changes are refused as being on an old copy
	calls     int   // changes that were stored
}

func newStore() *store {
	return &store{
		subs: map[alerts.SubscriptionID]alerts.Subscription{}, numbers: map[alerts.Destination]int{},
		settings: map[alerts.Destination]alerts.Settings{},
	}
}

func (s *store) Add(_ context.Context, sub alerts.Subscription) (alerts.Subscription, bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fail != nil {
		return sub, false, s.fail
	}
	for _, o := range s.subs {
		if o.Destination == sub.Destination && o.Query.String() == sub.Query.String() {
			return o, false, nil
		}
		if o.Destination == sub.Destination && o.Number == sub.Number {
			return sub, false, alerts.ErrConflict
		}
	}
	s.lastID++
	if sub.Number == 0 {
		sub.Number = s.numbers[sub.Destination] + 1
	}
	s.numbers[sub.Destination] = max(s.numbers[sub.Destination], sub.Number)
	s.revision++
	s.calls++
	sub.ID, sub.Revision = s.lastID, s.revision
	s.subs[sub.ID] = sub
	return sub, true, nil
}

func (s *store) Update(_ context.Context, sub alerts.Subscription) (alerts.Subscription, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fail != nil {
		return sub, s.fail
	}
	old, ok := s.subs[sub.ID]
	if !ok {
		return sub, alerts.ErrNotFound
	}
	if s.conflicts > 0 || old.Revision != sub.Revision {
		s.conflicts--
		return sub, fmt.Errorf("update: %w", alerts.ErrConflict)
	}
	for _, o := range s.subs {
		if o.ID != sub.ID && o.Destination == sub.Destination && o.Query.String() == sub.Query.String() {
			return sub, alerts.ErrConflict
		}
	}
	s.revision++
	s.calls++
	sub.Revision = s.revision
	s.subs[sub.ID] = sub
	return sub, nil
}

func (s *store) Remove(_ context.Context, d alerts.Destination, number int) (alerts.Subscription, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fail != nil {
		return alerts.Subscription{}, s.fail
	}
	for _, o := range s.subs {
		if o.Destination == d && o.Number == number {
			s.calls++
			delete(s.subs, o.ID)
			return o, nil
		}
	}
	return alerts.Subscription{}, alerts.ErrNotFound
}

func (s *store) List(_ context.Context, d alerts.Destination) ([]alerts.Subscription, error) {
	return s.those(func(o alerts.Subscription) bool { return o.Destination == d })
}

func (s *store) Owned(_ context.Context, p alerts.Person) ([]alerts.Subscription, error) {
	return s.those(func(o alerts.Subscription) bool { return o.Owner == p })
}

func (s *store) those(wanted func(alerts.Subscription) bool) ([]alerts.Subscription, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fail != nil {
		return nil, s.fail
	}
	var out []alerts.Subscription
	for _, id := range slices.Sorted(maps.Keys(s.subs)) {
		if wanted(s.subs[id]) {
			out = append(out, s.subs[id])
		}
	}
	slices.SortStableFunc(out, func(a, b alerts.Subscription) int { return a.Number - b.Number })
	return out, nil
}

func (s *store) Settings(_ context.Context, d alerts.Destination) (alerts.Settings, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	set := s.settings[d]
	set.Destination = d
	return set, s.fail
}

func (s *store) SaveSettings(_ context.Context, set alerts.Settings) (alerts.Settings, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fail != nil {
		return set, s.fail
	}
	if s.conflicts > 0 || s.settings[set.Destination].Revision != set.Revision {
		s.conflicts--
		return set, alerts.ErrConflict
	}
	set.Revision++
	s.calls++
	s.settings[set.Destination] = set
	return set, nil
}

func (s *store) Forget(_ context.Context, p alerts.Person) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fail != nil {
		return 0, s.fail
	}
	n := 0
	for id, o := range s.subs {
		if o.Owner == p {
			delete(s.subs, id)
			n++
		}
	}
	delete(s.settings, p.Direct())
	s.calls++
	return n, nil
}

// archive holds articles, newest first.
type archive struct {
	articles []alerts.Article
	fail     error
	stall    bool // wait for ctx behind the last article
}

func (a *archive) Recent(ctx context.Context, since time.Time, yield func(alerts.Article) bool) error {
	for _, art := range a.articles {
		if art.Received.Before(since) {
			break
		}
		if !yield(art) {
			return nil
		}
	}
	if a.stall {
		<-ctx.Done()
		return ctx.Err()
	}
	return a.fail
}

// outbox notes what it was asked to do.
type outbox struct {
	mu      sync.Mutex
	seen    map[string]bool
	waiting map[alerts.Lane][]alerts.Item
	notes   []string
	fail    error
}

func newOutbox() *outbox {
	return &outbox{seen: map[string]bool{}, waiting: map[alerts.Lane][]alerts.Item{}}
}

func (o *outbox) Enqueue(_ context.Context, pending []alerts.Pending) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.fail != nil {
		return 0, o.fail
	}
	n := 0
	for _, p := range pending {
		if o.seen[p.Key()] {
			continue
		}
		n++
		o.seen[p.Key()] = true
		o.waiting[p.Lane] = append(o.waiting[p.Lane], alerts.Item{Key: p.Key(), Article: p.Article, Subscriptions: p.Subscriptions, Due: p.NotBefore})
		o.notes = append(o.notes, fmt.Sprintf("enqueue %s %s for %v at %s",
			laneName(p.Lane), p.Article, p.Subscriptions, p.NotBefore.UTC().Format(time.RFC3339)))
	}
	return n, nil
}

func (o *outbox) Move(_ context.Context, from, to alerts.Lane, at time.Time) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.fail != nil {
		return 0, o.fail
	}
	n := len(o.waiting[from])
	if n == 0 {
		return 0, nil
	}
	if from == to {
		n = 0
	} else {
		o.waiting[to] = append(o.waiting[to], o.waiting[from]...)
		delete(o.waiting, from)
	}
	o.notes = append(o.notes, fmt.Sprintf("move %s to %s at %s", laneName(from), laneName(to), at.UTC().Format(time.RFC3339)))
	return n, nil
}

func (o *outbox) Waiting(_ context.Context, d alerts.Destination) ([]alerts.Item, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	lanes := slices.SortedFunc(maps.Keys(o.waiting), func(a, b alerts.Lane) int { return cmp.Compare(laneName(a), laneName(b)) })
	var out []alerts.Item
	for _, l := range lanes {
		if l.Destination == d {
			out = append(out, o.waiting[l]...)
		}
	}
	return out, o.fail
}

// take gives the notes since the last time.
func (o *outbox) take() []string {
	o.mu.Lock()
	defer o.mu.Unlock()
	notes := o.notes
	o.notes = nil
	return notes
}

func laneName(l alerts.Lane) string { return l.Destination.String() + "(" + l.Schedule.String() + ")" }

type sources []alerts.SourceStatus

func (s sources) Sources(context.Context) ([]alerts.SourceStatus, error) { return s, nil }
