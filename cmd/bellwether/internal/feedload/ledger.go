package feedload

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/bot/ingest"
)

// ledger is an article log that remembers which items it was given.
type ledger struct {
	ingest.ArticleLog

	mu   sync.Mutex
	seen []map[int]struct{} // by feed
}

func newLedger(log ingest.ArticleLog, feeds int) *ledger {
	l := &ledger{ArticleLog: log, seen: make([]map[int]struct{}, feeds)}
	for i := range l.seen {
		l.seen[i] = make(map[int]struct{}, window)
	}
	return l
}

// Append implements ingest.ArticleLog.
func (l *ledger) Append(ctx context.Context, a alerts.Article, history bool) (alerts.Article, alerts.Verdict, error) {
	logged, verdict, err := l.ArticleLog.Append(ctx, a, history)
	if err != nil {
		return logged, verdict, err
	}
	var feed, item int
	if i := strings.Index(a.ID, itemPrefix); i >= 0 {
		if _, err := fmt.Sscanf(a.ID[i:], itemPrefix+"%d:%d", &feed, &item); err == nil && feed < len(l.seen) {
			l.mu.Lock()
			l.seen[feed][item] = struct{}{}
			l.mu.Unlock()
		}
	}
	return logged, verdict, nil
}

// missing counts which of a feed's items from from to before n were not logged.
func (l *ledger) missing(feed, from, n int) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	missing := 0
	for i := from; i < n; i++ {
		if _, ok := l.seen[feed][i]; !ok {
			missing++
		}
	}
	return missing
}
