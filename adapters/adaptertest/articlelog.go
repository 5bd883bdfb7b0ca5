package adaptertest

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/bot"
	"github.com/bellwether/bellwether/bot/dispatch"
	"github.com/bellwether/bellwether/bot/ingest"
	"github.com/bellwether/bellwether/bot/matching"
)

// ArticleLog is all that is asked of an article log.
type ArticleLog interface {
	ingest.ArticleLog
	matching.ArticleLog
	dispatch.Articles
	bot.Archive
}

// TestArticleLog runs the suite. open gives an empty log each time, and a
// function that opens it for another replica, named so; replicas take over what
// another has held for reclaim.
func TestArticleLog(t *testing.T, open func(t *testing.T, reclaim time.Duration) func(consumer string) ArticleLog) {
	for name, f := range map[string]func(*testing.T, func(string) ArticleLog){
		"Append":     testAppend,
		"SameText":   testSameText,
		"Revision":   testRevision,
		"Amended":    testAmended,
		"Killed":     testKilled,
		"Again":      testAgain,
		"Known":      testKnown,
		"Settle":     testSettle,
		"State":      testState,
		"Recent":     testRecent,
		"NextAck":    testNextAck,
		"History":    testHistory,
		"WaitWakes":  testNextWakes,
		"WaitEnds":   testNextEnds,
		"Group":      testGroup,
		"Concurrent": testConcurrentAppend,
	} {
		t.Run(name, func(t *testing.T) { f(t, open(t, time.Minute)) })
	}
	const soon = 60 * time.Millisecond
	t.Run("TakeOver", func(t *testing.T) { testTakeOver(t, soon, open(t, soon)) })
}

func article(id, text string) alerts.Article {
	return alerts.Article{
		ID: id, Title: "About " + id, Body: text, URL: "https://example.org/" + id, Language: "en",
		Received: time.Now().UTC().Truncate(time.Millisecond),
	}
}

// long gives a body of at least n words.
func long(word string, n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "%s%d ", word, i)
	}
	return b.String()
}

func wantVerdict(t testing.TB, l ArticleLog, a alerts.Article, want alerts.Verdict) alerts.Article {
	t.Helper()
	got, verdict, err := l.Append(t.Context(), a, false)
	if err != nil || verdict != want {
		t.Fatalf("Append(%s) = %v, %v, want %v", a.ID, verdict, err, want)
	}
	return got
}

func testAppend(t *testing.T, open func(string) ArticleLog) {
	l := open("a")
	in := article("one", "Some text.\n\nMore.")
	in.Published = time.Date(2024, 3, 20, 1, 2, 3, 0, time.FixedZone("", 8*3600))
	in.Publisher, in.Agency, in.Distributor, in.Origin = "CGTN", "AAP", "PRNewswire", "wire"
	got := wantVerdict(t, l, in, alerts.Added)
	want := in
	want.Revision = 1
	if d := cmp.Diff(want, got, Same); d != "" {
		t.Errorf("Append (-want +got):\n%s", d)
	}
	read, err := l.Article(t.Context(), "one")
	if d := cmp.Diff(want, read, Same); err != nil || d != "" {
		t.Errorf("Article: %v (-want +got):\n%s", err, d)
	}
	if got, want := read.Published.Format(time.RFC3339), "2024-03-20T01:02:03+08:00"; got != want {
		t.Errorf("published %s, want %s: the publisher's time zone is kept", got, want)
	}
	wantVerdict(t, l, in, alerts.Duplicate)
	spaced := in
	spaced.Body = "Some   text.\nMore. "
	wantVerdict(t, l, spaced, alerts.Duplicate)
	moved := in
	moved.ID, moved.URL = "other", "HTTP://Example.org:80/one/?utm_source=x#top"
	if got := wantVerdict(t, l, moved, alerts.Duplicate); got.ID != "one" || got.Revision != 1 {
		t.Errorf("the same URL = %s, revision %d, want one, 1", got.ID, got.Revision)
	}
	bare := alerts.Article{ID: "bare"}
	if got := wantVerdict(t, l, bare, alerts.Added); got.Received.IsZero() {
		t.Error("an article without any time has no Received")
	}
	_, err = l.Article(t.Context(), "nothing")
	wantError(t, err, alerts.ErrNotFound)
	for i := range 3 {
		front := article(fmt.Sprintf("front%d", i), "Text "+fmt.Sprint(i))
		front.URL = "https://example.net/"
		wantVerdict(t, l, front, alerts.Added) // a site's front page names no article
	}
}

func testSameText(t *testing.T, open func(string) ArticleLog) {
	l := open("a")
	first := article("one", long("w", 50))
	wantVerdict(t, l, first, alerts.Added)
	copied := article("two", long("w", 50))
	copied.Title = "Another headline"
	if got := wantVerdict(t, l, copied, alerts.Duplicate); got.ID != "one" {
		t.Errorf("the same text = %s, want one", got.ID)
	}
	wantVerdict(t, l, article("three", long("s", 49)), alerts.Added)
	wantVerdict(t, l, article("four", long("s", 49)), alerts.Added)
}

func testRevision(t *testing.T, open func(string) ArticleLog) {
	ctx := t.Context()
	l := open("a")
	wantVerdict(t, l, article("one", "First text."), alerts.Added)
	if got := wantVerdict(t, l, article("one", "Second text."), alerts.Revised); got.Revision != 2 {
		t.Errorf("revision = %d, want 2", got.Revision)
	}
	byURL := article("new-id", "Third text.")
	byURL.URL = "https://example.org/one"
	if got := wantVerdict(t, l, byURL, alerts.Revised); got.ID != "one" || got.Revision != 3 {
		t.Errorf("revised by URL = %s, revision %d, want one, 3", got.ID, got.Revision)
	}
	byAlias := article("new-id", "Fourth text.")
	byAlias.URL = ""
	if got := wantVerdict(t, l, byAlias, alerts.Revised); got.ID != "one" || got.Revision != 4 {
		t.Errorf("revised by its second id = %s, revision %d, want one, 4", got.ID, got.Revision)
	}
	wantVerdict(t, l, article("one", "First text."), alerts.Duplicate)
	retitled := article("one", "Fourth text.")
	retitled.Title = "A new headline"
	wantVerdict(t, l, retitled, alerts.Revised)
	read, err := l.Article(ctx, "one")
	if err != nil || read.Revision != 5 || read.Title != "A new headline" {
		t.Errorf("Article = %+v, %v, want revision 5", read, err)
	}
	entries, err := l.Next(ctx, 10, 0)
	if err != nil || len(entries) != 5 {
		t.Fatalf("Next = %d entries, %v, want 5", len(entries), err)
	}
	for i, e := range entries {
		if e.Err != nil || e.Article.Revision != i+1 || e.Article.ID != "one" {
			t.Errorf("entry %d = %s, revision %d, %v", i, e.Article.ID, e.Article.Revision, e.Err)
		}
	}
	if entries[0].Article.Body != "First text." || entries[1].Article.Body != "Second text." {
		t.Errorf("entries have the texts %q and %q", entries[0].Article.Body, entries[1].Article.Body)
	}
}

func testSettle(t *testing.T, open func(string) ArticleLog) {
	ctx := t.Context()
	l := open("a")
	const day = 24 * time.Hour
	start := time.Now()
	settle := func(source string, after time.Duration, keep bool, standing ...alerts.Article) {
		t.Helper()
		if err := l.Settle(ctx, source, standing, keep, start.Add(after)); err != nil {
			t.Fatal(err)
		}
	}
	a, b, c := article("a", "Text a."), article("b", "Text b."), article("c", long("c", 60))
	for _, x := range []alerts.Article{a, b, c} {
		wantVerdict(t, l, x, alerts.Added)
	}
	settle("feed", 0, false, a, b)
	settle("other", 0, false, c)
	settle("feed", day, false, a) // b leaves
	settle("feed", 50*day, true)
	settle("feed", 89*day, true)
	wantVerdict(t, l, b, alerts.Duplicate)
	settle("feed", 92*day, true)
	wantVerdict(t, l, b, alerts.Added)
	wantVerdict(t, l, a, alerts.Duplicate)
	wantVerdict(t, l, c, alerts.Duplicate)
	settle("other", 200*day, false)
	wantVerdict(t, l, a, alerts.Duplicate) // it still stands in feed
	settle("other", 300*day, false)
	wantVerdict(t, l, c, alerts.Added)
	// Many at once.
	many := make([]alerts.Article, 2500)
	for i := range many {
		many[i] = article(fmt.Sprintf("m%d", i), fmt.Sprint("Text ", i))
	}
	wantVerdict(t, l, many[0], alerts.Added)
	wantVerdict(t, l, many[2499], alerts.Added)
	settle("big", 300*day, false, many...)
	settle("big", 500*day, true)
	wantVerdict(t, l, many[0], alerts.Duplicate)
	wantVerdict(t, l, many[2499], alerts.Duplicate)
}

func testState(t *testing.T, open func(string) ArticleLog) {
	ctx := t.Context()
	l := open("a")
	if got, err := l.State(ctx, "feed"); got != nil || err != nil {
		t.Errorf("State of nothing = %q, %v", got, err)
	}
	want := []byte("etag \x00\xff\n")
	if err := l.SaveState(ctx, "feed", want); err != nil {
		t.Fatal(err)
	}
	if got, err := l.State(ctx, "feed"); string(got) != string(want) || err != nil {
		t.Errorf("State = %q, %v, want %q", got, err, want)
	}
	if err := l.SaveState(ctx, "feed", nil); err != nil {
		t.Fatal(err)
	}
	if got, err := l.State(ctx, "feed"); got != nil || err != nil {
		t.Errorf("State after saving none = %q, %v", got, err)
	}
}
