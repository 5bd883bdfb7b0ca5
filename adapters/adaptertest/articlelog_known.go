package adaptertest

import (
	"fmt"
	"slices"
	"testing"

	"github.com/bellwether/bellwether/alerts"
)

func wantKnown(t testing.TB, l ArticleLog, want []alerts.Known, articles ...alerts.Article) {
	t.Helper()
	got, err := l.Known(t.Context(), articles)
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("Known = %v, %v, want %v", got, err, want)
	}
}

// What Known says is what Append then does, and saying it changes nothing.
func testKnown(t *testing.T, open func(string) ArticleLog) {
	l := open("a")
	wantKnown(t, l, []alerts.Known{})
	one := article("one", "Some text.")
	changed := article("one", "Other text.")
	moved := article("other", "Some text.")
	moved.URL, moved.Title = "http://www.example.org/one/", one.Title
	copied := article("copy", long("w", 60))
	again := article("again", long("w", 60))
	wantKnown(t, l, []alerts.Known{alerts.Unknown, alerts.Unknown}, one, one)
	wantVerdict(t, l, one, alerts.Added)
	wantVerdict(t, l, copied, alerts.Added)
	wantKnown(t, l, []alerts.Known{alerts.Unchanged, alerts.Changed, alerts.Unchanged, alerts.Unknown, alerts.Unchanged},
		one, changed, moved, article("two", "Some text."), again)
	wantVerdict(t, l, changed, alerts.Revised)
	wantKnown(t, l, []alerts.Known{alerts.Unchanged, alerts.Unchanged}, one, changed)
	next := article("next", "Some text.")
	next.EvolvedFrom = "one"
	wantKnown(t, l, []alerts.Known{alerts.Changed}, next)

	many := make([]alerts.Article, 2500)
	for i := range many {
		many[i] = article(fmt.Sprintf("many%d", i), "Text.")
	}
	many[2400] = one
	got, err := l.Known(t.Context(), many)
	if err != nil || len(got) != len(many) || got[2399] != alerts.Unknown || got[2400] != alerts.Unchanged {
		t.Errorf("Known of %d articles gives %d: %v", len(many), len(got), err)
	}
	testTeaser(t, l)
}

// An article whose text was taken from elsewhere is known by its teaser too.
func testTeaser(t *testing.T, l ArticleLog) {
	t.Helper()
	teaser := article("whole", "It begins so…")
	whole := teaser
	whole.Body, whole.Teaser = "It begins so, and goes on to an end.", &teaser.Body
	wantVerdict(t, l, whole, alerts.Added)
	wantKnown(t, l, []alerts.Known{alerts.Unchanged, alerts.Unchanged}, teaser, whole)
	if got := wantVerdict(t, l, teaser, alerts.Duplicate); got.Revision != 1 {
		t.Errorf("the teaser gives revision %d, want 1", got.Revision)
	}
	other := teaser
	other.Body = "It begins otherwise…"
	wantKnown(t, l, []alerts.Known{alerts.Changed}, other)
	same := whole
	same.Teaser = &other.Body
	wantVerdict(t, l, same, alerts.Duplicate) // what it leads to has not changed
	wantKnown(t, l, []alerts.Known{alerts.Unchanged}, other)
	if read, err := l.Article(t.Context(), "whole"); err != nil || read.Body != whole.Body {
		t.Errorf("the article reads %q, %v", read.Body, err)
	}
}
