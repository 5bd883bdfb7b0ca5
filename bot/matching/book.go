package matching

import (
	"context"
	"time"

	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/alerts/match"
	"github.com/bellwether/bellwether/alerts/query"
	"github.com/bellwether/bellwether/alerts/schedule"
)

// engine is what a book needs of match.Engine.
type engine interface {
	Add(id alerts.SubscriptionID, q query.Query) // in place of what was there
	Remove(id alerts.SubscriptionID)
	// Match puts into hits what a hits.
	Match(a alerts.Article, hits *match.Hits)
	// Rebuild and Costs may run beside the others.
	Rebuild(ctx context.Context) error
	Costs(n int) match.Costs
}

// book is what a matcher knows of the subscriptions: their queries in the
// engine, and beside it what decides whether and when a hit is sent.
type book struct {
	engine    engine
	entries   map[alerts.SubscriptionID]entry
	places    map[alerts.Destination]*place
	locations map[string]*time.Location
	changes   int // of the engine since it was last rebuilt
}

// entry is a subscription without its query: with a million of them, what is
// not kept here counts.
type entry struct {
	place    *place
	schedule alerts.Schedule
	paused   bool
	until    time.Time
}

// place is a destination with what it has said about itself.
type place struct {
	destination alerts.Destination
	settings    alerts.Settings
	location    *time.Location
}

func newBook(e engine) *book {
	return &book{
		engine:    e,
		entries:   map[alerts.SubscriptionID]entry{},
		places:    map[alerts.Destination]*place{},
		locations: map[string]*time.Location{"": time.UTC},
	}
}

// apply brings one change in. Twice does no harm.
func (b *book) apply(c alerts.Change) error {
	switch {
	case c.Set != nil:
		s := c.Set
		b.engine.Add(s.ID, s.Query)
		b.entries[s.ID] = entry{place: b.place(s.Destination), schedule: s.Schedule, paused: s.Paused, until: s.PausedUntil}
		b.changes++
	case c.Removed != nil:
		if _, known := b.entries[*c.Removed]; known {
			b.engine.Remove(*c.Removed)
			delete(b.entries, *c.Removed)
			b.changes++
		}
	case c.Settings != nil:
		p := b.place(c.Settings.Destination)
		p.settings = *c.Settings
		p.location = b.location(c.Settings.TimeZone)
	}
	return nil
}

func (b *book) place(d alerts.Destination) *place {
	p := b.places[d]
	if p == nil {
		p = &place{destination: d, settings: alerts.Settings{Destination: d}, location: time.UTC}
		b.places[d] = p
	}
	return p
}

// location is the zone of that name, UTC where there is none.
func (b *book) location(name string) *time.Location {
	if l := b.locations[name]; l != nil {
		return l
	}
	l, err := time.LoadLocation(name)
	if err != nil {
		l = time.UTC
	}
	b.locations[name] = l
	return l
}

// group collects the hits of one destination.
type group struct {
	place   *place
	lane    alerts.Schedule
	due     time.Time
	members []alerts.SubscriptionID
}

// pendings gives one Pending for every destination that is to hear of a, in
// the order of their first subscriptions. ids are sorted.
func (b *book) pendings(a alerts.Article, ids []alerts.SubscriptionID, now time.Time) []alerts.Pending {
	var groups []group
	at := map[*place]int{}
	for _, id := range ids {
		e, known := b.entries[id]
		if !known || !e.wants(a, now) {
			continue
		}
		i, begun := at[e.place]
		if !begun {
			i = len(groups)
			at[e.place] = i
			groups = append(groups, group{place: e.place})
		}
		groups[i].add(id, e.schedule, now)
	}
	out := make([]alerts.Pending, 0, len(groups))
	for i, g := range groups {
		p := alerts.Pending{
			Lane:          alerts.Lane{Destination: g.place.destination, Schedule: g.lane},
			Article:       a.ID,
			Time:          a.Received,
			Subscriptions: g.members,
		}
		if len(groups) > wide {
			p.Wide, p.Yield = true, time.Duration(len(groups)-i)*putTime
		}
		if g.due.After(now) {
			p.NotBefore = g.due // else at once, by the store's own clock
		}
		out = append(out, p)
	}
	return out
}

// wants reports whether the subscription hears of a at all.
func (e entry) wants(a alerts.Article, now time.Time) bool {
	s := alerts.Subscription{Paused: e.paused, PausedUntil: e.until}
	set := e.place.settings
	return s.Active(now) && set.Active(now) && !set.Mutes(a.ID)
}

// add counts a hit in: an instant subscription takes all to the instant lane,
// else the digest that is due first has them.
func (g *group) add(id alerts.SubscriptionID, s alerts.Schedule, now time.Time) {
	first := len(g.members) == 0
	g.members = append(g.members, id)
	if !first && (s == g.lane || !g.lane.IsDigest()) {
		return
	}
	due := schedule.Next(s, g.place.settings.Quiet, g.place.location, now)
	if first || !s.IsDigest() || due.Before(g.due) {
		g.lane, g.due = s, due
	}
}
