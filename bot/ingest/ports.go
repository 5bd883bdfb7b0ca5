// Package ingest brings articles in: it polls sources, normalises what they
// give, drops what was seen and appends the rest to the article log.
package ingest

import (
	"context"
	"time"

	"github.com/bellwether/bellwether/alerts"
)

// Source is where articles come from: a feed that is polled, a file, a folder
// that is watched.
type Source interface {
	// Name is the source's short name, unique in the program and stable over
	// restarts: it is the key of the source's state.
	Name() string
	// Fetch reads the source once. state is what the last good Fetch returned
	// in Batch.State, nil at first. It never blocks past ctx. The error says
	// what was attempted; an [alerts.SendError] with After in its chain asks
	// for a pause. Items that could not be read are in Batch.Problems, and do
	// not fail the rest.
	Fetch(ctx context.Context, state []byte) (alerts.Batch, error)
}

// Watcher is a Source that knows by itself when there is something new.
type Watcher interface {
	Source
	// Watch sends to changed after each change until ctx ends, and returns
	// ctx.Err() then. A send never blocks it for good: changed has a buffer of
	// one and a full one is left alone.
	Watch(ctx context.Context, changed chan<- struct{}) error
}

// Queuer is a Source that shares a server with others and has to wait for it.
type Queuer interface {
	Source
	// Queue waits until the server may be asked for what state says. What it
	// returns is Fetch with that state, which need not wait; leave is called
	// after it. Its error is taken as one of Fetch.
	Queue(ctx context.Context, state []byte) (fetch func(context.Context) (alerts.Batch, error), leave func(), err error)
}

// Finisher is a Source that puts away what it brought.
type Finisher interface {
	Source
	// Finish is called after a Fetch that brought something, when all of it is
	// logged: outcomes are what became of the articles of its Batch, in their
	// order.
	Finish(ctx context.Context, outcomes []alerts.Outcome) error
}

// Addressed is a Source that can say where it reads from, for people: a URL
// without secrets, or a path.
type Addressed interface {
	Address() string
}

// ArticleLog is the stream of articles that matchers read, with the marks of
// what was seen.
type ArticleLog interface {
	// Append logs a unless it was seen: its ID or CanonicalURL(a.URL) with the
	// same text, or, for bodies of 50 words and more, the same text under any
	// name. The same ID or URL with changed text is a revision: it keeps ID and
	// Received of the first and gets the next Revision. Marks and append are
	// one step. With a Teaser the article is seen with that text too. What evolved from an article that is known is a revision of it, and
	// a lower Version of the same ID than the latest is seen. A withdrawal is only
	// ever a revision: of what is not known it logs nothing and returns Duplicate
	// with no Revision, and so it does of what it names when that comes within 30
	// days, unless as a later version; without a text it keeps that of before. What
	// was withdrawn and comes with another text or a higher Version is Corrected. The returned article
	// is as logged. history logs it for the archive
	// only, without handing it to matchers.
	Append(ctx context.Context, a alerts.Article, history bool) (alerts.Article, alerts.Verdict, error)
	// Known tells of each article what Append would find; nothing changes by it.
	Known(ctx context.Context, articles []alerts.Article) ([]alerts.Known, error)
	// Settle ends a good poll of a source at the time now: standing are the
	// articles that stand in its document (as they were given to Append). What
	// stands there is never forgotten; marks of others end 90 days after they
	// last stood. NotModified polls call it with keep set and no articles:
	// everything of the last document still stands.
	Settle(ctx context.Context, source string, standing []alerts.Article, keep bool, now time.Time) error
	// Saved returns when all that was appended before outlives this process. A
	// store outside of it returns at once.
	Saved(ctx context.Context) error
	// State and SaveState keep a source's Batch.State; nil if none was saved.
	State(ctx context.Context, source string) ([]byte, error)
	SaveState(ctx context.Context, source string, state []byte) error
}

// Pages reads the pages that articles link to.
type Pages interface {
	// Page reads the page at address once. It may wait for its turn, and never
	// blocks past ctx. An error says what was attempted; an [alerts.SendError]
	// that is Permanent is not mended by a later try: the site does not want it,
	// or there is no text.
	Page(ctx context.Context, address string) (alerts.Page, error)
}

// Turns share the sources among replicas.
type Turns interface {
	// Begin takes the turn to poll source for span: when it is due, or at once
	// if now is set, and never while another replica has it. A source that had
	// no turn yet is due.
	Begin(ctx context.Context, source string, span time.Duration, now bool) (alerts.Turn, error)
	// Keep makes the turn last for span from now on. false: it ended, and
	// another replica has had one since.
	Keep(ctx context.Context, source string, span time.Duration) (bool, error)
	// End gives the turn back, with how the source is; it is due again after
	// wait. A turn that another replica has had since stays with that one.
	End(ctx context.Context, s alerts.SourceStatus, wait time.Duration) error
	// Statuses gives what the last turn of each source left, by its name.
	Statuses(ctx context.Context) (map[string]alerts.SourceStatus, error)
}

// alone takes every turn at once: there is no other replica.
type alone struct{}

func (alone) Begin(context.Context, string, time.Duration, bool) (alerts.Turn, error) {
	return alerts.Turn{Mine: true}, nil
}
func (alone) Keep(context.Context, string, time.Duration) (bool, error)        { return true, nil }
func (alone) End(context.Context, alerts.SourceStatus, time.Duration) error    { return nil }
func (alone) Statuses(context.Context) (map[string]alerts.SourceStatus, error) { return nil, nil }
