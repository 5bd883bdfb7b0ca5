package ingest

import (
	"context"
	"errors"
	"strings"
	"time"
	"unicode"

	"golang.org/x/sync/errgroup"

	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/alerts/text"
)

// Reading the pages of a batch.
const (
	// DefaultPageTime is how long the alerts of a poll wait for pages at most.
	DefaultPageTime = 20 * time.Second
	// pageTries is how often a page is asked for that did not come, at one poll
	// after another.
	pageTries = 3
	// pagesAtOnce are those of one poll; Pages keeps to what its hosts bear.
	pagesAtOnce = 8
)

// complete takes the text of partial articles from the pages that they link to,
// as long as the time lasts. Where that fails the teaser stands, and is logged as
// any other article; a page that did not come, or not in time, is asked for
// again at the next polls, and its text is then a revision. What was seen with
// the same teaser is not asked for.
func (s *source) complete(ctx context.Context, r ready) {
	again := make(map[string]int) // what no longer stands in the feed is forgotten
	var wanted []*alerts.Outcome
	for i := range r.outcomes {
		o := &r.outcomes[i]
		if !completable(*o) || r.isHistory(i) {
			continue
		}
		tries, unfinished := s.unfinished[o.Article.ID]
		if r.known == nil || r.known[i] != alerts.Unchanged {
			tries = 0
		} else if !unfinished {
			continue
		}
		again[o.Article.ID] = tries + 1
		wanted = append(wanted, o)
	}
	s.unfinished = again
	pages, errs := s.readPages(ctx, wanted)
	claimed := addresses(pages)
	for i, o := range wanted {
		switch err := errs[i]; {
		case err == nil:
			delete(again, o.Article.ID)
			s.take(o, pages[i], claimed)
		case forGood(err):
			delete(again, o.Article.ID)
			s.in.pages.refused.Add(1)
		default:
			if again[o.Article.ID] >= pageTries {
				delete(again, o.Article.ID)
			}
			s.in.pages.failed.Add(1)
		}
		if errs[i] != nil {
			s.log.Debug("page not read; the teaser stands", "article", o.Article.ID, "error", errs[i])
		}
	}
}

// take gives an article the text of its page, if it is that. claimed counts the
// pages by the addresses that they call their own.
func (s *source) take(o *alerts.Outcome, p alerts.Page, claimed map[string]int) {
	whole, ok := withPage(o.Article, p)
	if !ok {
		s.in.pages.unlike.Add(1)
		s.log.Debug("page holds no text of the article; the teaser stands", "article", o.Article.ID)
		return
	}
	if claimed[alerts.CanonicalURL(whole.URL)] > 1 { // several articles can't be one page
		whole.URL = o.Article.URL
	}
	o.Article = whole
	s.in.pages.taken.Add(1)
}

// completable tells whether more can be read of an article than there is.
func completable(o alerts.Outcome) bool {
	return o.Err == nil && o.Article.Partial && o.Article.URL != "" && o.Article.Standing != alerts.Withdrawn
}

// forGood tells that no later try mends an error.
func forGood(err error) bool {
	refused, ok := errors.AsType[*alerts.SendError](err)
	return ok && refused.Permanent
}

// readPages reads the pages of articles, several at once. What is not there
// when the time is over has an error.
func (s *source) readPages(ctx context.Context, wanted []*alerts.Outcome) ([]alerts.Page, []error) {
	ctx, cancel := context.WithTimeout(ctx, s.in.cfg.PageTime)
	defer cancel()
	pages, errs := make([]alerts.Page, len(wanted)), make([]error, len(wanted))
	var reading errgroup.Group
	reading.SetLimit(pagesAtOnce)
	for i, o := range wanted {
		reading.Go(func() error {
			if errs[i] = ctx.Err(); errs[i] == nil {
				pages[i], errs[i] = s.in.cfg.Pages.Page(ctx, o.Article.URL)
			}
			return nil
		})
	}
	_ = reading.Wait() // errs has them
	return pages, errs
}

// addresses counts the pages by their canonical addresses.
func addresses(pages []alerts.Page) map[string]int {
	out := make(map[string]int, len(pages))
	for _, p := range pages {
		if p.URL != "" {
			out[alerts.CanonicalURL(p.URL)]++
		}
	}
	return out
}

// What a page must have before it is taken for the article.
const (
	longer    = 1.5 // times the words of the teaser; a wall shows the teaser again
	leastText = 40  // words that a text has
	common    = 0.6 // of the teaser's words stand on the page
)

// withPage gives the article with the text of its page. It is false where the
// page holds another text: a wall of cookies or payment, an error, a list. No
// word of the teaser is lost: one whose words do not all stand in the text goes
// before it.
func withPage(a alerts.Article, p alerts.Page) (alerts.Article, bool) {
	body := cutBody(paragraphs(p.Text), maxBody)
	teaser := withoutMore(a.Body)
	said := vocabulary(teaser)
	on, all := vocabulary(body), vocabulary(a.Title+"\n"+teaser)
	if on.total < leastText || float64(on.total) < longer*float64(said.total) {
		return a, false
	}
	there := 0
	for w := range all.words {
		if on.words[w] {
			there++
		}
	}
	if float64(there) < common*float64(len(all.words)) {
		return a, false
	}
	for w := range said.words {
		if cutWord := w == said.last && len(teaser) < len(strings.TrimSpace(a.Body)); !on.words[w] && (!cutWord || !on.begins(w)) {
			body = cutBody(teaser+"\n\n"+body, maxBody)
			break
		}
	}
	given := a.Body
	out := a
	out.Body, out.Teaser, out.Partial = body, &given, false
	if u := webAddress(p.URL); u != "" {
		out.URL = u
	}
	if out.Publisher == site(a.URL) && strings.TrimSpace(p.Publisher) != "" {
		out.Publisher = cut(line(p.Publisher), maxLine)
	}
	if out.Language == "" {
		out.Language = tag(p.Language)
	}
	return inLanguage(out), true
}

// words are those of a text, folded. Text without spaces counts by pairs of
// characters.
type words struct {
	words map[string]bool
	total int
	last  string
}

// begins tells whether any of the words begins so.
func (v words) begins(so string) bool {
	for w := range v.words {
		if strings.HasPrefix(w, so) {
			return true
		}
	}
	return false
}

func vocabulary(s string) words {
	out := words{words: make(map[string]bool)}
	add := func(w string) {
		out.words[w], out.last = true, w
		out.total++
	}
	for w := range strings.FieldsFuncSeq(text.Fold(s), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		var last rune
		begin := 0
		for i, r := range w {
			if !text.IsSpaceless(r) {
				last = 0
				continue
			}
			if begin < i && last == 0 {
				add(w[begin:i])
			}
			if last != 0 {
				add(string([]rune{last, r}))
			}
			last, begin = r, i+len(string(r))
		}
		if begin < len(w) {
			add(w[begin:])
		}
	}
	return out
}

// withoutMore takes off what a teaser ends in.
func withoutMore(teaser string) string {
	t := strings.TrimSpace(teaser)
	for {
		before := t
		for _, end := range moreCues() {
			if n := len(t) - len(end); n >= 0 && strings.EqualFold(t[n:], end) {
				t = strings.TrimRight(t[:n], " \n([.…»>")
			}
		}
		if t == before {
			return t
		}
	}
}

func moreCues() []string {
	return []string{
		"…", "...", "[…]", "[...]", "(more)", "(more…)", "read more", "read more »", "read more...", "continue reading", "continue reading →",
		"full story", "read the full story", "weiterlesen", "mehr lesen", "lire la suite", "leer más", "seguir leyendo", "continua a leggere",
		"czytaj dalej", "читать далее", "阅读全文", "查看全文", "続きを読む", "더 보기",
	}
}
