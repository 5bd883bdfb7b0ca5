package redis

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"github.com/bellwether/bellwether/alerts"
)

// How long things are kept, in days.
const (
	// logDays is how long matchers may be away, and how far back Recent goes.
	logDays = 30
	// recordDays is how long an article can be read by its id after its latest
	// revision was logged. It is to outlive whatever refers to it: entries of
	// the log, dead letters, and what waits in the outbox, of which only what
	// is held back for a whole quarter could find its article gone.
	recordDays = 90
	// markDays is how long an article is known after it last stood in a source.
	markDays = 90
	// killDays is how long the withdrawal of what was never logged is remembered.
	killDays = 30
)

// again goes before the fields of what was withdrawn and is put out again.
const again = `"standing":"corrected","note":"` + againNote + `",`

const againNote = "Its publisher has put it out again."

// sameTextWords is the length of a body, in words, from which an equal body
// under another name is taken for the same article.
const sameTextWords = 50

// matchers is the group of all readers of the article log.
const matchers = "matchers"

// settlePage is the most articles of one script call.
const settlePage = 1000

// Articles is the article log, the archive and the marks of what was seen. An
// article can be read by its id for 90 days after its latest revision, and in
// the archive for 30.
type Articles struct {
	c      *Client
	prefix string
}

// Articles gives the client's article log.
func (c *Client) Articles() *Articles {
	return &Articles{c: c, prefix: c.key("a")}
}

func (a *Articles) start(ctx context.Context) error {
	if err := a.c.run(ctx, scriptArticleStart, a.prefix, matchers).Err(); err != nil {
		return fmt.Errorf("create the article log: %w", err)
	}
	return nil
}

// marks gives the names under which an article is known: its id, its URL, its
// body; the latter two may be empty.
func marks(a alerts.Article) (id, address, body string) {
	id = "i" + digest(a.ID)
	// A site's front page names no article, though feeds do link to it.
	if c := alerts.CanonicalURL(a.URL); c != "" {
		if u, err := url.Parse(c); err != nil || u.Opaque != "" || u.Path != "" || u.RawQuery != "" {
			address = "u" + digest(c)
		}
	}
	if atLeastWords(a.Body, sameTextWords) {
		body = "b" + alerts.TextHash(a.Body)
	}
	return id, address, body
}

func atLeastWords(s string, n int) bool {
	for range strings.FieldsSeq(s) {
		if n--; n == 0 {
			return true
		}
	}
	return false
}

// Append implements ingest.ArticleLog. A text that a former revision had is
// seen: a source that goes back and forth between two versions logs each once.
func (a *Articles) Append(ctx context.Context, article alerts.Article, history bool) (alerts.Article, alerts.Verdict, error) {
	fail := func(err error) (alerts.Article, alerts.Verdict, error) {
		return alerts.Article{}, 0, fmt.Errorf("log article %q: %w", article.ID, err)
	}
	known := article.Standing == alerts.Withdrawn
	if known {
		var err error
		if article, err = a.withText(ctx, article); err != nil {
			return fail(err)
		}
	}
	data, err := json.Marshal(article)
	if err != nil {
		return fail(err)
	}
	past := 0
	if history {
		past = 1
	}
	id, address, body := marks(article)
	reply, err := a.c.keep(ctx, scriptAppend, a.prefix, article.ID, data, id, address, body,
		versionHash(article), past, a.c.waker.channels[topicArticles],
		logDays, recordDays, millis(article.Received), evolved(article), article.Version, flag(known), teaserHash(article),
		republished(article), killDays).StringSlice()
	if err != nil {
		return fail(err)
	}
	if len(reply) != 4 {
		return fail(errReply)
	}
	article.ID = reply[1]
	if err := stamp(&article, reply[2], reply[3]); err != nil {
		return fail(err)
	}
	switch reply[0] {
	case "added":
		return article, alerts.Added, nil
	case "revised":
		return article, alerts.Revised, nil
	case "again":
		article.Standing = alerts.Corrected
		article.Note = cmp.Or(article.Note, againNote)
		return article, alerts.Revised, nil
	}
	return article, alerts.Duplicate, nil
}

// Known implements ingest.ArticleLog.
func (a *Articles) Known(ctx context.Context, articles []alerts.Article) ([]alerts.Known, error) {
	out := make([]alerts.Known, 0, len(articles))
	for len(articles) > 0 {
		page := articles[:min(len(articles), settlePage)]
		articles = articles[len(page):]
		args := make([]any, 0, 5*len(page))
		for _, article := range page {
			id, address, body := marks(article)
			args = append(args, id, address, body, evolved(article), versionHash(article))
		}
		found, err := a.c.run(ctx, scriptKnown, a.prefix, args...).Int64Slice()
		if err != nil {
			return nil, fmt.Errorf("look %d articles up: %w", len(page), err)
		}
		if len(found) != len(page) {
			return nil, fmt.Errorf("look %d articles up: %w", len(page), errReply)
		}
		for _, known := range found {
			out = append(out, alerts.Known(min(max(known, 0), int64(alerts.Unchanged))))
		}
	}
	return out, nil
}

// teaserHash names the version that an article's source gives; empty if it is
// what stands in the article.
func teaserHash(a alerts.Article) string {
	if a.Teaser == nil {
		return ""
	}
	a.Body = *a.Teaser
	return versionHash(a)
}

// republished is what goes before the fields of an article if it was withdrawn
// before; empty where it says itself how its publisher stands to it.
func republished(a alerts.Article) string {
	if a.Standing != alerts.Usable {
		return ""
	}
	return again
}

// versionHash names a version: its text, and how its publisher stands to it.
func versionHash(a alerts.Article) string {
	text := a.Title + "\n" + a.Body
	if a.Standing == alerts.Withdrawn {
		text += "\n" + string(a.Standing)
	}
	return alerts.TextHash(text)
}

// evolved is the mark of the item that an article goes on from, empty for none.
func evolved(a alerts.Article) string {
	if a.EvolvedFrom == "" {
		return ""
	}
	return "i" + digest(a.EvolvedFrom)
}

// withText gives a withdrawal without a text that of the article as it is logged.
func (a *Articles) withText(ctx context.Context, article alerts.Article) (alerts.Article, error) {
	if article.Title != "" {
		return article, nil
	}
	id, err := a.c.db.HGet(ctx, a.prefix+"mark", "i"+digest(article.ID)).Result()
	if errors.Is(err, goredis.Nil) {
		return article, nil // there is nothing to withdraw
	}
	if err != nil {
		return article, err
	}
	was, err := a.Article(ctx, id)
	if errors.Is(err, alerts.ErrNotFound) {
		return article, nil
	}
	if err != nil {
		return article, err
	}
	out := was
	out.Standing, out.Note, out.Version, out.Received = article.Standing, article.Note, article.Version, article.Received
	out.ID, out.Origin, out.Trace = article.ID, article.Origin, article.Trace
	return out, nil
}

// stamp sets what the store knows better than an article's text.
func stamp(a *alerts.Article, revision, received string) error {
	rev, errRevision := strconv.Atoi(revision)
	ms, errReceived := strconv.ParseInt(received, 10, 64)
	if err := errors.Join(errRevision, errReceived); err != nil {
		return fmt.Errorf("article %q: %w", a.ID, err)
	}
	a.Revision = rev
	if a.Received.IsZero() || rev > 1 { // a revision was received when its article was
		a.Received = instant(ms)
	}
	return nil
}

// decodeArticle reads a record under the key "art:ID".
func decodeArticle(id, record string) (alerts.Article, error) {
	f := strings.SplitN(record, " ", 3)
	if len(f) != 3 {
		return alerts.Article{}, fmt.Errorf("article %q: %w", id, errRecord)
	}
	var a alerts.Article
	if err := json.Unmarshal([]byte(f[2]), &a); err != nil {
		return alerts.Article{}, fmt.Errorf("article %q: %w", id, err)
	}
	a.ID = id
	return a, stamp(&a, f[0], f[1])
}

// Settle implements ingest.ArticleLog. Work grows with standing.
func (a *Articles) Settle(ctx context.Context, source string, standing []alerts.Article, keep bool, now time.Time) error {
	mode := "replace"
	if keep {
		mode, standing = "keep", nil
	}
	for first := true; first || len(standing) > 0; first = false {
		page := standing[:min(len(standing), settlePage)]
		standing = standing[len(page):]
		args := []any{source, millis(now), mode, flag(first), flag(len(standing) == 0), markDays}
		for _, article := range page {
			id, address, body := marks(article)
			args = append(args, id, address, body)
		}
		if err := a.c.run(ctx, scriptSettle, a.prefix, args...).Err(); err != nil {
			return fmt.Errorf("settle source %q: %w", source, err)
		}
	}
	return nil
}

// Saved implements ingest.ArticleLog.
func (a *Articles) Saved(ctx context.Context) error { return a.c.saved(ctx) }

func flag(b bool) string {
	if b {
		return "1"
	}
	return "0"
}

// State implements ingest.ArticleLog.
func (a *Articles) State(ctx context.Context, source string) ([]byte, error) {
	state, err := a.c.db.HGet(ctx, a.prefix+"state", source).Bytes()
	if errors.Is(err, goredis.Nil) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the state of source %q: %w", source, err)
	}
	return state, nil
}

// SaveState implements ingest.ArticleLog.
func (a *Articles) SaveState(ctx context.Context, source string, state []byte) error {
	if err := a.c.run(ctx, scriptState, a.prefix, source, state).Err(); err != nil {
		return fmt.Errorf("save the state of source %q: %w", source, err)
	}
	return nil
}
