package ingest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"pgregory.net/rapid"

	"github.com/bellwether/bellwether/adapters/adaptertest/scrape"
	"github.com/bellwether/bellwether/alerts"
)

// fakePages gives the pages that it has, by address, and keeps what it was
// asked for.
type fakePages struct {
	mu    sync.Mutex
	pages map[string]alerts.Page
	errs  map[string]error
	asked []string
}

func (p *fakePages) Page(ctx context.Context, address string) (alerts.Page, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.asked = append(p.asked, address)
	if err := p.errs[address]; errors.Is(err, context.DeadlineExceeded) {
		p.mu.Unlock()
		<-ctx.Done()
		p.mu.Lock()
		return alerts.Page{}, ctx.Err()
	}
	page, ok := p.pages[address]
	if err := p.errs[address]; err != nil || !ok {
		return alerts.Page{}, err
	}
	return page, nil
}

const sentence = "The harbour council voted on Thursday to raise the dues for ships that burn heavy fuel."

// teaser is a partial article, whole its text.
func teaser(n int) alerts.Article {
	return alerts.Article{
		ID: fmt.Sprint(n), Title: fmt.Sprintf("Harbour dues rise %d", n), Body: fmt.Sprintf("Point %d: %s…", n, sentence[:40]),
		URL: fmt.Sprintf("https://example.org/%d?ref=rss", n), Partial: true,
	}
}

func whole(n int) string {
	return fmt.Sprintf("Harbour dues rise %d. Point %d: %s", n, n, sentence) + "\n\n" + strings.Repeat("Other ships pay as before, said the chair of the council. ", 10)
}

func pageOf(n int) alerts.Page {
	return alerts.Page{Text: whole(n), URL: fmt.Sprintf("https://example.org/%d", n), Language: "en", Publisher: "Example Gazette"}
}

func partialBatch(articles ...alerts.Article) reply {
	return reply{batch: alerts.Batch{Articles: articles, Pages: true}}
}

// polled reads the source so often and gives what was logged.
func polled(t *testing.T, pages *fakePages, replies ...reply) *memoryLog {
	t.Helper()
	log := &memoryLog{}
	cfg := Config{Log: log, Sources: []Source{&fakeSource{name: "feed", replies: replies}}}
	if pages != nil {
		cfg.Pages = pages
	}
	in := New(cfg)
	for range replies {
		if err := in.Once(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	return log
}

func TestPagesAreTaken(t *testing.T) {
	pages := &fakePages{pages: map[string]alerts.Page{"https://example.org/1?ref=rss": pageOf(1)}}
	same := partialBatch(teaser(1))
	log := polled(t, pages, same, same, same)
	if len(log.logged) != 1 || len(pages.asked) != 1 {
		t.Fatalf("%d articles logged, %d pages asked for", len(log.logged), len(pages.asked))
	}
	a := log.logged[0]
	if !strings.HasPrefix(a.Body, whole(1)[:100]) || a.URL != "https://example.org/1" || a.Publisher != "Example Gazette" || a.Partial ||
		a.Teaser == nil || *a.Teaser != teaser(1).Body || a.Language != "en" {
		t.Errorf("%+v", a)
	}
}

// A teaser that changes has its page read again: it may have changed too.
func TestChangedTeaser(t *testing.T) {
	pages := &fakePages{pages: map[string]alerts.Page{"https://example.org/1?ref=rss": pageOf(1)}}
	changed := teaser(1)
	changed.Body = "Point 1: The harbour council voted again…"
	log := polled(t, pages, partialBatch(teaser(1)), partialBatch(changed), partialBatch(changed))
	if len(pages.asked) != 2 {
		t.Errorf("asked for %v", pages.asked)
	}
	if last := log.logged[len(log.logged)-1]; !strings.Contains(last.Body, "voted again") || !strings.Contains(last.Body, "Other ships") {
		t.Errorf("a word of the teaser is lost: %s", last.Body)
	}
}

func TestWhatIsNotAskedFor(t *testing.T) {
	complete, unlinked, gone := teaser(1), teaser(2), teaser(3)
	complete.Partial, unlinked.URL = false, ""
	gone.Standing = alerts.Withdrawn
	pages := &fakePages{}
	polled(t, pages, partialBatch(complete, unlinked, gone))
	off := partialBatch(teaser(4))
	off.batch.Pages = false
	polled(t, pages, off)
	if len(pages.asked) > 0 {
		t.Errorf("asked for %v", pages.asked)
	}
	if log := polled(t, nil, partialBatch(teaser(5))); len(log.logged) != 1 {
		t.Errorf("%d articles logged without pages", len(log.logged))
	}
}

func TestHistoryKeepsItsTeasers(t *testing.T) {
	pages := &fakePages{}
	log := &memoryLog{}
	cfg := Config{Log: log, Sources: []Source{&fakeSource{name: "feed", replies: []reply{partialBatch(teaser(1))}}}, Pages: pages, FirstPollIsHistory: true}
	running(t, cfg, func(*Ingester) {
		if len(log.history) != 1 || len(pages.asked) != 0 {
			t.Errorf("%d articles are history, asked for %v", len(log.history), pages.asked)
		}
	})
}

// A page that does not come is asked for again, three times in all; one that
// never will is not. Then its text is a revision.
func TestPagesAreTriedAgain(t *testing.T) {
	address := "https://example.org/1?ref=rss"
	for _, c := range []struct {
		err   error
		asked int
	}{
		{errDown, 3},
		{alerts.Permanent(errDown, alerts.ScopeMessage), 1},
	} {
		pages := &fakePages{errs: map[string]error{address: c.err}}
		same := partialBatch(teaser(1))
		log := polled(t, pages, same, same, same, same, same)
		if len(pages.asked) != c.asked || len(log.logged) != 1 || log.logged[0].Body != teaser(1).Body {
			t.Errorf("%v: asked %d times, want %d; logged %d", c.err, len(pages.asked), c.asked, len(log.logged))
		}
	}
	pages := &fakePages{errs: map[string]error{address: errDown}, pages: map[string]alerts.Page{address: pageOf(1)}}
	same := partialBatch(teaser(1))
	mend := same
	mend.do = func(context.Context) {
		pages.mu.Lock()
		defer pages.mu.Unlock()
		delete(pages.errs, address)
	}
	log := polled(t, pages, same, mend, same)
	if len(log.logged) != 2 || log.logged[1].Revision != 2 || len(pages.asked) != 2 {
		t.Errorf("%d versions logged, asked for %v", len(log.logged), pages.asked)
	}
}

// What is not there in time does not hold the others back.
func TestPagesHaveATime(t *testing.T) {
	pages := &fakePages{
		errs:  map[string]error{"https://example.org/1?ref=rss": context.DeadlineExceeded},
		pages: map[string]alerts.Page{"https://example.org/2?ref=rss": pageOf(2)},
	}
	log := &memoryLog{}
	cfg := Config{
		Log: log, Sources: []Source{&fakeSource{name: "feed", replies: []reply{partialBatch(teaser(1), teaser(2))}}}, Pages: pages,
		PageTime: 3 * time.Second,
	}
	running(t, cfg, func(*Ingester) {
		pass(3*time.Second - time.Millisecond)
		if n := len(log.ids()); n != 0 {
			t.Errorf("%d articles logged before the time was over", n)
		}
		pass(2 * time.Millisecond)
		if got := strings.Join(log.ids(), " "); got != "1 2" || log.logged[0].Body != teaser(1).Body || log.logged[1].Teaser == nil {
			t.Errorf("logged %s", got)
		}
	})
}

// Pages that all give one address as theirs are not one article.
func TestOneAddressForAll(t *testing.T) {
	one, two := pageOf(1), pageOf(2)
	one.URL, two.URL = "https://example.org/index", "https://example.org/index"
	pages := &fakePages{pages: map[string]alerts.Page{"https://example.org/1?ref=rss": one, "https://example.org/2?ref=rss": two}}
	log := polled(t, pages, partialBatch(teaser(1), teaser(2)))
	for i, a := range log.logged {
		if a.URL != teaser(i+1).URL || a.Teaser == nil {
			t.Errorf("article %s leads to %s", a.ID, a.URL)
		}
	}
}

func TestPagesAreCounted(t *testing.T) {
	registry := prometheus.NewRegistry()
	at := func(n int) string { return fmt.Sprintf("https://example.org/%d?ref=rss", n) }
	pages := &fakePages{
		pages: map[string]alerts.Page{at(1): pageOf(1), at(2): {Text: "Please accept our cookies."}},
		errs:  map[string]error{at(3): errDown, at(4): alerts.Permanent(errDown, alerts.ScopeMessage)},
	}
	src := &fakeSource{name: "feed", replies: []reply{partialBatch(teaser(1), teaser(2), teaser(3), teaser(4))}}
	in := New(Config{Log: &memoryLog{}, Sources: []Source{src}, Pages: pages, Metrics: registry})
	for range 2 {
		if err := in.Once(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	scrape.Want(t, registry, "bellwether_pages_total",
		`{outcome="failed"} 2`, `{outcome="refused"} 1`, `{outcome="taken"} 1`, `{outcome="unlike"} 1`)
}

func TestStoreFailsBeforePages(t *testing.T) {
	pages := &fakePages{}
	log := &memoryLog{fail: func(method, _ string) error {
		if method == "known" {
			return errDown
		}
		return nil
	}}
	in := New(Config{Log: log, Sources: []Source{&fakeSource{name: "feed", replies: []reply{partialBatch(teaser(1))}}}, Pages: pages})
	if err := in.Once(t.Context()); !errors.Is(err, errDown) || len(log.logged) > 0 || len(pages.asked) > 0 {
		t.Errorf("error %v, %d logged, %d asked for", err, len(log.logged), len(pages.asked))
	}
}

func TestWithPage(t *testing.T) {
	chinese := alerts.Article{Title: "港口费上调", Body: "港口委员会投票决定提高港口费……", URL: "https://example.org/zh"}
	for _, c := range []struct {
		name string
		a    alerts.Article
		text string
		ok   bool
	}{
		{"its text", teaser(1), whole(1), true},
		{"a headline only", alerts.Article{Title: "Harbour dues rise 1"}, whole(1), true},
		{"Chinese", chinese, "港口费上调\n\n" + strings.Repeat("港口委员会星期四投票决定提高港口费。", 5), true},
		{"cookies", teaser(1), strings.Repeat("We and our partners use cookies to store information on your device. You can change your choice at any time. ", 8), false},
		{"another article", teaser(1), strings.Repeat("Bakers in Example Town went on strike because of low wages and long nights. ", 8), false},
		{"a wall behind the teaser", teaser(1), teaser(1).Title + ". " + teaser(1).Body + " Subscribe to read on.", false},
		{"too short", alerts.Article{Title: "Harbour dues rise"}, "Harbour dues rise. Page not found.", false},
		{"no text", teaser(1), "", false},
		{"Chinese, another", chinese, strings.Repeat("面包师因工资低而罢工，工会要求加薪。", 8), false},
	} {
		got, ok := withPage(c.a, alerts.Page{Text: c.text})
		if ok != c.ok {
			t.Errorf("%s: taken %v, want %v", c.name, ok, c.ok)
		}
		if !ok && got != c.a {
			t.Errorf("%s: refused, and changed to %+v", c.name, got)
		}
	}
}

// Whatever a page holds, no word of the teaser is lost.
func TestNoWordIsLost(t *testing.T) {
	word := rapid.SampledFrom(strings.Fields("harbour dues rise on Thursday 0.69 关税 上调 fuel ships vote équité said council again"))
	some := func(least, most int) *rapid.Generator[string] {
		return rapid.Custom(func(t *rapid.T) string { return strings.Join(rapid.SliceOfN(word, least, most).Draw(t, "words"), " ") })
	}
	taken := 0
	rapid.Check(t, func(t *rapid.T) {
		a := alerts.Article{Title: some(1, 4).Draw(t, "title"), Body: some(0, 12).Draw(t, "teaser")}
		got, ok := withPage(a, alerts.Page{Text: rapid.OneOf(some(0, 40), some(60, 90)).Draw(t, "page")})
		if ok {
			taken++
		}
		for w := range vocabulary(a.Body).words {
			if !vocabulary(got.Body).words[w] {
				t.Fatalf("%q of %q is not in %q", w, a.Body, got.Body)
			}
		}
	})
	if taken == 0 {
		t.Error("no page was taken")
	}
}
