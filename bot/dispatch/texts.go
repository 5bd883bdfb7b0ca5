package dispatch

import (
	"context"
	"sync"
	"time"

	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/alerts/match"
	"github.com/bellwether/bellwether/alerts/summary"
)

const (
	// textKept is how long an article is taken to be as it was read: what goes to
	// many destinations at once is read and analysed once. A revision is shown
	// that much later.
	textKept = time.Second
	// mostText bounds the texts that are kept, in bytes; analysed, they take
	// about twenty times that. Each counts for textSize more.
	mostText = 1 << 20
	textSize = 512
)

// texts reads articles, and keeps those that were read lately.
type texts struct {
	articles Articles
	now      func() time.Time

	mu   sync.Mutex
	byID map[string]*shelf
	size int // bytes of text
}

// shelf is an article's place. Who holds its turn may read it.
type shelf struct {
	turn chan struct{}
	text *text     // nil until read
	read time.Time // when
}

// text is an article with what is worked out once for all who get it, when the
// first of them wants it: a strange text may make that panic.
type text struct {
	article    alerts.Article
	document   func() *match.Document
	summarizer func() *summary.Summarizer
}

func newText(a alerts.Article) *text {
	return &text{
		article:    a,
		document:   sync.OnceValue(func() *match.Document { return match.NewDocument(a) }),
		summarizer: sync.OnceValue(func() *summary.Summarizer { return summary.New(a) }),
	}
}

func newTexts(a Articles, now func() time.Time) *texts {
	return &texts{articles: a, now: now, byID: map[string]*shelf{}}
}

// get gives an article, if it was read lately in a revision from least on as it
// was then; errors are those of Articles.
func (t *texts) get(ctx context.Context, id string, least int) (*text, error) {
	s := t.shelf(id)
	select {
	case s.turn <- struct{}{}:
		defer func() { <-s.turn }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if s.text != nil && t.now().Sub(s.read) < textKept && s.text.article.Revision >= least {
		return s.text, nil
	}
	begun := t.now()
	a, err := t.articles.Article(ctx, id)
	if err != nil {
		return nil, err
	}
	if s.text == nil || s.text.article != a {
		s.text = newText(a)
		t.mu.Lock()
		t.size += len(a.Title) + len(a.Body)
		t.mu.Unlock()
	}
	s.read = begun
	return s.text, nil
}

// shelf finds or makes an article's place. When the texts are too many, all are
// forgotten; who has one goes on with it.
func (t *texts) shelf(id string) *shelf {
	t.mu.Lock()
	defer t.mu.Unlock()
	s := t.byID[id]
	if s == nil {
		if t.size += textSize; t.size > mostText {
			t.size = 0
			clear(t.byID)
		}
		s = &shelf{turn: make(chan struct{}, 1)}
		t.byID[id] = s
	}
	return s
}
