package redis

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"github.com/bellwether/bellwether/alerts"
)

// Article implements dispatch.Articles.
func (a *Articles) Article(ctx context.Context, id string) (alerts.Article, error) {
	record, err := a.c.together.text(ctx, "get", a.prefix+"art:"+id)
	if errors.Is(err, goredis.Nil) {
		err = alerts.ErrNotFound
	}
	if err != nil {
		return alerts.Article{}, fmt.Errorf("read article %q: %w", id, err)
	}
	return decodeArticle(id, record)
}

// recentPage is how many articles of the archive are read at once.
const recentPage = 100

// Recent implements bot.Archive. What was withdrawn is left out. Newest means logged last; since is compared
// with [alerts.Article.Received].
func (a *Articles) Recent(ctx context.Context, since time.Time, yield func(alerts.Article) bool) error {
	edge := time.Now().AddDate(0, 0, -logDays)
	if since.After(edge) {
		edge = since
	}
	low, high := strconv.FormatInt(millis(edge), 10), "+inf"
	seen := map[string]bool{} // those given that have the score high
	for {
		page, err := a.c.db.ZRevRangeByScoreWithScores(ctx, a.prefix+"recv",
			&goredis.ZRangeBy{Min: low, Max: high, Count: int64(recentPage + len(seen))}).Result()
		if err != nil {
			return fmt.Errorf("read the archive: %w", err)
		}
		fresh := make([]string, 0, len(page))
		for _, z := range page {
			score := strconv.FormatFloat(z.Score, 'f', 0, 64)
			if score != high {
				high = score
				clear(seen)
			}
			if id, ok := z.Member.(string); ok && !seen[id] {
				seen[id] = true
				fresh = append(fresh, id)
			}
		}
		if len(fresh) == 0 {
			return nil
		}
		if more, err := a.yieldAll(ctx, fresh, since, yield); err != nil || !more {
			return err
		}
	}
}

func (a *Articles) yieldAll(ctx context.Context, ids []string, since time.Time, yield func(alerts.Article) bool) (more bool, err error) {
	keys := make([]string, len(ids))
	for i, id := range ids {
		keys[i] = a.prefix + "art:" + id
	}
	records, err := a.c.db.MGet(ctx, keys...).Result()
	if err != nil {
		return false, fmt.Errorf("read articles of the archive: %w", err)
	}
	for i, r := range records {
		record, ok := r.(string)
		if !ok {
			continue // past its time in the meantime
		}
		article, err := decodeArticle(ids[i], record)
		if err != nil {
			a.c.log.ErrorContext(ctx, "article can't be read", "article", ids[i], "error", err)
			continue
		}
		if article.Received.Before(since) || article.Standing == alerts.Withdrawn {
			continue
		}
		if err := ctx.Err(); err != nil {
			return false, err
		}
		if !yield(article) {
			return false, nil
		}
	}
	return true, nil
}

// Next implements matching.ArticleLog. One goroutine of a replica may read at
// a time: what it has not acknowledged is given to it again.
func (a *Articles) Next(ctx context.Context, n int, wait time.Duration) ([]alerts.LogEntry, error) {
	end := time.Now().Add(wait)
	for {
		message := a.c.waker.listen(topicArticles)
		entries, err := a.next(ctx, n)
		if err != nil && strings.Contains(err.Error(), "NOGROUP") {
			// The store was emptied while we ran. (Servers put different things
			// before the word.)
			if err = a.start(ctx); err == nil {
				entries, err = a.next(ctx, n)
			}
		}
		if err != nil {
			return nil, fmt.Errorf("read the article log: %w", err)
		}
		left := time.Until(end)
		if len(entries) > 0 || left <= 0 {
			return entries, nil
		}
		if err := a.c.waker.wait(ctx, message, left); err != nil {
			return nil, err
		}
	}
}

func (a *Articles) next(ctx context.Context, n int) ([]alerts.LogEntry, error) {
	rows, err := a.c.run(ctx, scriptNext, a.prefix, matchers, a.c.options.Consumer, n,
		a.c.options.Reclaim.Milliseconds()).Slice()
	if err != nil {
		return nil, err
	}
	entries := make([]alerts.LogEntry, 0, len(rows))
	for _, r := range rows {
		row, ok := r.([]any)
		if !ok || len(row) != 5 {
			return nil, errReply
		}
		entries = append(entries, logEntry(row))
	}
	return entries, nil
}

var errGone = errors.New("the article is no longer there")

func logEntry(row []any) alerts.LogEntry {
	e := alerts.LogEntry{}
	e.Token, _ = row[0].(string)
	e.Logged = logged(e.Token)
	tries, _ := row[1].(int64)
	e.Tries = max(int(tries), 0)
	id, _ := row[2].(string)
	record, _ := row[4].(string)
	if record == "" {
		e.Err = fmt.Errorf("entry %s of the article log, article %q: %w", e.Token, id, errGone)
		return e
	}
	e.Article, e.Err = decodeArticle(id, record)
	return e
}

// logged is when an entry of a stream was added, which its id begins with.
func logged(id string) time.Time {
	ms, _, _ := strings.Cut(id, "-")
	n, err := strconv.ParseInt(ms, 10, 64)
	if err != nil {
		return time.Time{}
	}
	return instant(n)
}

// Ack implements matching.ArticleLog.
func (a *Articles) Ack(ctx context.Context, tokens ...string) error {
	if len(tokens) == 0 {
		return nil
	}
	args := make([]any, 0, len(tokens)+1)
	args = append(args, matchers)
	for _, t := range tokens {
		args = append(args, t)
	}
	if err := a.c.run(ctx, scriptAck, a.prefix, args...).Err(); err != nil {
		return fmt.Errorf("acknowledge %d articles: %w", len(tokens), err)
	}
	return nil
}
