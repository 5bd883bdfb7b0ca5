// Package notices tells the places that depend on a source when it has been
// unreachable for a day, and when it is back.
package notices

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/alerts/match"
	"github.com/bellwether/bellwether/alerts/query"
)

// Sources tells what is read and how that goes, on all replicas together.
type Sources interface {
	Sources(ctx context.Context) ([]alerts.SourceStatus, error)
}

// Store keeps what was told, for all replicas.
type Store interface {
	// Announce makes one notice of those of down that were not told of yet, and
	// one of those of back that were; total is how many sources there are. Of what
	// went down together it waits some hours until all is back. It gives every
	// notice that Announced was not called for yet, by whichever replica it was
	// made.
	Announce(ctx context.Context, down []alerts.Unreached, back []string, total int) ([]alerts.SourceNotice, error)
	// Announced says that the notice is in the outbox for everyone.
	Announced(ctx context.Context, id string) error
}

// Subscriptions gives every subscription; see matching.Subscriptions.
type Subscriptions interface {
	Snapshot(ctx context.Context, yield func(alerts.Change) error) (revision string, err error)
}

// Archive gives the articles of the last 30 days, newest first, until yield
// returns false.
type Archive interface {
	Recent(ctx context.Context, since time.Time, yield func(alerts.Article) bool) error
}

// Added tells where sources were added.
type Added interface {
	AddedSources(ctx context.Context) ([]alerts.AddedSource, error)
}

// Outbox is where notices wait to be sent; see matching.Outbox.
type Outbox interface {
	Enqueue(ctx context.Context, p []alerts.Pending) (added int, err error)
	Recipients(ctx context.Context, article string, received time.Time) ([]alerts.Destination, error)
}

const (
	look = time.Minute
	// down is how long a source must have failed for; what has failed for most of
	// it goes into the same notice.
	down     = 24 * time.Hour
	nearDown = 20 * time.Hour
	// recent is how far back alerts make a place depend on a source, of its latest
	// few articles.
	recent       = 30 * 24 * time.Hour
	mostArticles = 20
)

// Config is what a Notifier is made of. All but Logger, Now and Alive is
// required.
type Config struct {
	Sources       Sources
	Store         Store
	Subscriptions Subscriptions
	Archive       Archive
	Outbox        Outbox
	Added         Added
	Logger        *slog.Logger
	Now           func() time.Time
	// Alive is told at each turn of the loop that there is another within that
	// time; nil for nobody.
	Alive func(loop string, within time.Duration)
}

// Notifier looks after the sources.
type Notifier struct{ cfg Config }

// New makes a Notifier.
func New(cfg Config) *Notifier {
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Alive == nil {
		cfg.Alive = func(string, time.Duration) {}
	}
	return &Notifier{cfg: cfg}
}

// Run looks once a minute until ctx ends, and returns nil then.
func (n *Notifier) Run(ctx context.Context) error {
	ticker := time.NewTicker(look)
	defer ticker.Stop()
	failed := false
	for {
		n.cfg.Alive("notices", 10*look)
		err := n.Look(ctx)
		if err != nil && !failed && ctx.Err() == nil {
			n.cfg.Logger.Error("notices of sources are late; they are tried again", "error", err)
		}
		failed = err != nil
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}

// Look puts into the outbox what is to be told now. What it could not finish is
// finished at the next look, by whichever replica.
func (n *Notifier) Look(ctx context.Context) error {
	all, err := n.cfg.Sources.Sources(ctx)
	if err != nil {
		return fmt.Errorf("look which sources are down: %w", err)
	}
	gone, back := sorted(all, n.cfg.Now())
	open, err := n.cfg.Store.Announce(ctx, gone, back, len(all))
	if err != nil {
		return err
	}
	for _, one := range open {
		if err := n.tell(ctx, one, all); err != nil {
			return fmt.Errorf("tell of sources: %w", err)
		}
	}
	return nil
}

// sorted tells what is down for long enough to be told, and what is not down.
func sorted(all []alerts.SourceStatus, now time.Time) (gone []alerts.Unreached, back []string) {
	due := false
	for _, s := range all {
		since := s.FailingSince
		switch {
		case since.IsZero() && !s.LastGood.IsZero():
			back = append(back, s.Name)
		case !since.IsZero() && now.Sub(since) >= nearDown:
			gone = append(gone, alerts.Unreached{Name: s.Name, Since: since})
			due = due || now.Sub(since) >= down
		}
	}
	if !due {
		gone = nil
	}
	return gone, back
}

// tell puts a notice into the outbox of everyone whom it concerns. Doing so
// again puts nothing in.
func (n *Notifier) tell(ctx context.Context, one alerts.SourceNotice, all []alerts.SourceStatus) error {
	var to []alerts.Destination
	var err error
	if one.Back {
		to, err = n.cfg.Outbox.Recipients(ctx, alerts.NoticeReference(one.Of), one.Began)
	} else {
		to, err = n.dependants(ctx, one, all)
	}
	if err != nil {
		return err
	}
	pendings := make([]alerts.Pending, 0, len(to))
	for _, d := range to {
		pendings = append(pendings, alerts.Pending{Lane: alerts.Lane{Destination: d}, Article: one.Reference(), Time: one.At})
	}
	if len(pendings) > 0 {
		if _, err := n.cfg.Outbox.Enqueue(ctx, pendings); err != nil {
			return err
		}
	}
	if err := n.cfg.Store.Announced(ctx, one.ID); err != nil {
		return err
	}
	n.cfg.Logger.Info("notice of sources", "notice", one.ID, "back", one.Back, "sources", len(one.Sources), "places", len(to))
	return nil
}

// dependants are the places that added one of the sources, or name it in what
// they follow, or had one of their latest articles; everyone who follows anything if no
// source is reached at all.
func (n *Notifier) dependants(ctx context.Context, one alerts.SourceNotice, all []alerts.SourceStatus) ([]alerts.Destination, error) {
	names := map[string]bool{}
	var like []*match.Document
	for _, s := range one.Sources {
		names[s.Name] = true
		i := slices.IndexFunc(all, func(a alerts.SourceStatus) bool { return a.Name == s.Name })
		if i >= 0 {
			like = append(like, match.NewDocument(typical(all[i])))
		}
	}
	found := map[alerts.Destination]bool{}
	_, err := n.cfg.Subscriptions.Snapshot(ctx, func(c alerts.Change) error {
		if c.Set != nil && !found[c.Set.Destination] && (one.All() || asks(c.Set.Query, like)) {
			found[c.Set.Destination] = true
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	added, err := n.cfg.Added.AddedSources(ctx)
	if err != nil {
		return nil, err
	}
	for _, a := range added {
		if names[a.Name] && a.By != (alerts.Destination{}) {
			found[a.By] = true
		}
	}
	if err := n.readers(ctx, one.At, names, found); err != nil {
		return nil, err
	}
	out := make([]alerts.Destination, 0, len(found))
	for d := range found {
		out = append(out, d)
	}
	slices.SortFunc(out, func(a, b alerts.Destination) int { return cmp.Compare(a.String(), b.String()) })
	return out, nil
}

// readers adds those who had the latest articles of the sources.
func (n *Notifier) readers(ctx context.Context, at time.Time, names map[string]bool, found map[alerts.Destination]bool) error {
	count := map[string]int{}
	var articles []alerts.Article
	err := n.cfg.Archive.Recent(ctx, at.Add(-recent), func(a alerts.Article) bool {
		if names[a.Origin] && count[a.Origin] < mostArticles {
			count[a.Origin]++
			articles = append(articles, alerts.Article{ID: a.ID, Received: a.Received})
		}
		return ctx.Err() == nil
	})
	if err != nil {
		return err
	}
	for _, a := range articles {
		to, err := n.cfg.Outbox.Recipients(ctx, a.ID, a.Received)
		if err != nil {
			return err
		}
		for _, d := range to {
			found[d] = true
		}
	}
	return nil
}

// typical is an article as the source might bring it, so far as its name and
// address tell.
func typical(s alerts.SourceStatus) alerts.Article {
	name := strings.NewReplacer("-", " ", "_", " ").Replace(s.Name)
	a := alerts.Article{ID: s.Name, Title: s.Name, Publisher: name, Agency: name}
	if u, err := url.Parse(s.Address); err == nil && u.Host != "" {
		a.URL = "https://" + u.Host + "/"
	}
	return a
}

// asks reports whether the query names one of the sources, by source:, agency:
// or site:.
func asks(q query.Query, like []*match.Document) bool {
	found := false
	query.Walk(q.Root(), func(node query.Node) bool {
		f, ok := node.(query.Filter)
		if ok && f.Field != query.FieldLang {
			found = found || slices.ContainsFunc(like, func(d *match.Document) bool {
				_, hit := d.Spans(query.Of(f))
				return hit
			})
		}
		_, not := node.(query.Not)
		return !not && !found
	})
	return found
}
