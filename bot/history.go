package bot

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/alerts/match"
	"github.com/bellwether/bellwether/alerts/query"
	"github.com/bellwether/bellwether/alerts/summary"
	"github.com/bellwether/bellwether/alerts/text"
)

// How far back a command looks: no further than any of these.
const (
	memory       = 30 * 24 * time.Hour
	mostArticles = 2000
	longestLook  = 2 * time.Second // people and platforms wait for the reply
)

// hit is an article that a query hit.
type hit struct {
	article alerts.Article
	spans   []alerts.Span
}

// past is how a query did in the archive.
type past struct {
	hits     int
	articles int   // that were looked at
	whole    bool  // they are all of the last 30 days
	newest   []hit // at most as many as were asked for
	failed   bool
}

// recall tries q on the articles of late. It keeps the newest hits that wanted
// takes.
func (b *Bot) recall(ctx context.Context, r *request, q query.Query, keep int, wanted func(alerts.Article) bool) past {
	var p past
	words := text.NewAnalyzer() // articles share most of their words
	whole, err := b.recent(ctx, r.now, func(a alerts.Article) bool {
		p.articles++
		if spans, ok := match.Analyze(words, a).Spans(q); ok {
			p.hits++
			if len(p.newest) < keep && wanted(a) {
				p.newest = append(p.newest, hit{a, spans})
			}
		}
		return true
	})
	p.whole = whole
	if err != nil {
		b.warn(ctx, r, "archive not read", err)
		p.failed = true
	}
	return p
}

// recent calls yield with the articles of late, newest first, and reports
// whether they were all of the last 30 days (or all that yield wanted).
func (b *Bot) recent(ctx context.Context, now time.Time, yield func(alerts.Article) bool) (whole bool, err error) {
	limited, cancel := context.WithTimeout(ctx, longestLook)
	defer cancel()
	seen, whole := 0, true
	err = b.archive.Recent(limited, now.Add(-memory), func(a alerts.Article) bool {
		if seen == mostArticles || limited.Err() != nil {
			whole = false
			return false
		}
		seen++
		return yield(a)
	})
	if err != nil && limited.Err() != nil && ctx.Err() == nil && seen > 0 {
		return false, nil // our own limit: what was seen counts
	}
	if err != nil {
		return false, fmt.Errorf("read the archive: %w", err)
	}
	return whole, nil
}

// words says how often the query would have hit.
func (p past) words() string {
	switch {
	case p.failed:
		return "How often it would have hit lately can't be told just now."
	case p.articles == 0:
		return "No article has come in yet, so how often it will hit can't be told."
	}
	hits := "none"
	if p.hits > 0 {
		hits = number(p.hits)
	}
	if p.whole {
		if p.articles == 1 {
			return fmt.Sprintf("It would have hit %s of the 1 article of the last 30 days.", hits)
		}
		return fmt.Sprintf("It would have hit %s of the %s of the last 30 days.", hits, count(p.articles, "article"))
	}
	return fmt.Sprintf("It would have hit %s of the last %s.", hits, count(p.articles, "article"))
}

// alert shows a hit as it would be sent.
func (h hit) alert(subs ...alerts.Subscription) alerts.Alert {
	s := summary.Summarize(h.article, h.spans, 0).Fit(summary.SentenceLimit)
	queries := make([]query.Query, len(subs))
	for i, sub := range subs {
		queries[i] = sub.Query
	}
	return alerts.Alert{
		Article: h.article, Subscriptions: subs, Matched: match.NewDocument(h.article).Matched(queries...), Spans: h.spans,
		Summary: s.Sentences, Highlights: s.Highlights,
	}
}

// warn logs what went wrong beside the command itself, which goes on.
func (b *Bot) warn(ctx context.Context, q *request, what string, err error) {
	b.log.LogAttrs(ctx, slog.LevelWarn, "part of a command failed", slog.String("part", what),
		slog.String("command", q.verb.word), slog.String("event", q.ID),
		slog.String("destination", q.place.String()), slog.Any("error", err))
}
