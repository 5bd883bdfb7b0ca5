package adaptertest

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bellwether/bellwether/alerts"
)

// testAmended: versions of a publisher come in their order, what evolved from an
// article is a revision of it, and a withdrawal is one that keeps the text.
func testAmended(t *testing.T, open func(string) ArticleLog) {
	ctx := t.Context()
	l := open("a")
	version := func(id, text string, n int64) alerts.Article {
		a := article(id, text)
		a.URL, a.Version = "", n
		return a
	}
	withdrawal := func(id string, n int64) alerts.Article {
		return alerts.Article{ID: id, Version: n, Standing: alerts.Withdrawn, Note: "It is not true.", Received: time.Now()}
	}
	if got := wantVerdict(t, l, withdrawal("never", 9), alerts.Duplicate); got.Revision != 0 {
		t.Errorf("a withdrawal of nothing: %+v", got)
	}
	if _, err := l.Article(ctx, "never"); !errors.Is(err, alerts.ErrNotFound) {
		t.Errorf("a withdrawal of nothing was kept: %v", err)
	}
	first := wantVerdict(t, l, version("w", "First text.", 1), alerts.Added)
	corrected := version("w", "Third text.", 3)
	corrected.Standing, corrected.Note = alerts.Corrected, "Corrects it."
	if got := wantVerdict(t, l, corrected, alerts.Revised); got.Revision != 2 || !got.Received.Equal(first.Received) {
		t.Errorf("a correction: %+v", got)
	}
	wantVerdict(t, l, version("w", "Second text.", 2), alerts.Duplicate) // it comes late
	follower := version("x", "Fourth text.", 1)
	follower.EvolvedFrom = "w"
	if got := wantVerdict(t, l, follower, alerts.Revised); got.ID != "w" || got.Revision != 3 {
		t.Errorf("what evolved: %+v", got)
	}
	killed := wantVerdict(t, l, withdrawal("w", 4), alerts.Revised)
	wantVerdict(t, l, withdrawal("w", 4), alerts.Duplicate)
	read, err := l.Article(ctx, "w")
	if err != nil || read.Standing != alerts.Withdrawn || read.Body != "Fourth text." || read.Note != "It is not true." || read.Revision != 4 {
		t.Errorf("withdrawn: %+v, %v", read, err)
	}
	if killed.ID != "w" || killed.Title != "About x" || !killed.Received.Equal(first.Received) {
		t.Errorf("withdrawn as logged: %+v", killed)
	}
	err = l.Recent(ctx, time.Now().Add(-time.Hour), func(a alerts.Article) bool {
		t.Errorf("the archive shows %s, which is withdrawn", a.ID)
		return true
	})
	if err != nil {
		t.Error(err)
	}
	entries, err := l.Next(ctx, 10, 0)
	if err != nil || len(entries) != 4 || entries[3].Article.Standing != alerts.Withdrawn || entries[1].Article.Note != "Corrects it." {
		t.Errorf("entries %+v, %v", entries, err)
	}
}

// testKilled: a withdrawal is remembered until what it withdraws comes.
func testKilled(t *testing.T, open func(string) ArticleLog) {
	ctx := t.Context()
	l := open("a")
	kill := func(id, address string, version int64) alerts.Article {
		return alerts.Article{ID: id, URL: address, Version: version, Standing: alerts.Withdrawn, Received: time.Now()}
	}
	late := func(id string, version int64) alerts.Article {
		a := article(id, "Text of "+id)
		a.Version = version
		return a
	}
	wantVerdict(t, l, kill("plain", "", 0), alerts.Duplicate)
	wantVerdict(t, l, kill("versioned", "", 2), alerts.Duplicate)
	wantVerdict(t, l, kill("address", "https://www.example.org/moved/", 0), alerts.Duplicate)
	moved := late("other", 0)
	moved.URL = "https://example.org/moved"
	for _, a := range []alerts.Article{late("plain", 0), late("plain", 7), late("versioned", 0), late("versioned", 1), late("versioned", 2), moved} {
		if got := wantVerdict(t, l, a, alerts.Duplicate); got.Revision != 0 {
			t.Errorf("%s, version %d, was logged after its withdrawal", a.ID, a.Version)
		}
	}
	wantKnown(t, l, []alerts.Known{alerts.Unchanged, alerts.Unchanged, alerts.Unknown}, late("plain", 0), moved, late("another", 0))
	wantVerdict(t, l, late("versioned", 3), alerts.Added)
	wantVerdict(t, l, late("another", 0), alerts.Added)
	if entries, err := l.Next(ctx, 10, 0); err != nil || len(entries) != 2 {
		t.Errorf("entries %+v, %v", entries, err)
	}
}

// testAgain: who was told that an article is withdrawn is told that it is back.
func testAgain(t *testing.T, open func(string) ArticleLog) {
	l := open("a")
	withdrawn := func(id string, version int64) alerts.Article {
		first := article(id, "Text.")
		first.Version = version
		wantVerdict(t, l, first, alerts.Added)
		gone := first
		gone.Standing, gone.Note = alerts.Withdrawn, "It is not true."
		if version > 0 {
			gone.Version++
		}
		wantVerdict(t, l, gone, alerts.Revised)
		return first
	}
	back := func(a alerts.Article, note string) {
		t.Helper()
		got := wantVerdict(t, l, a, alerts.Revised)
		read, err := l.Article(t.Context(), a.ID)
		if err != nil || read.Standing != alerts.Corrected || read.Body != a.Body || read.Revision != 3 || !strings.Contains(read.Note, note) {
			t.Errorf("put out again: %+v, %v", read, err)
		}
		if diff := cmp.Diff(read, got, Same); diff != "" {
			t.Errorf("as logged (-read +returned):\n%s", diff)
		}
	}
	same := withdrawn("same", 0)
	wantVerdict(t, l, same, alerts.Duplicate) // a copy that comes late
	changed := same
	changed.Body = `Other text, with "standing":"withdrawn" in it.`
	back(changed, "put it out again")
	changed.Body = "A third text."
	if got := wantVerdict(t, l, changed, alerts.Revised); got.Standing != alerts.Usable {
		t.Errorf("a later version is %q", got.Standing)
	}
	next := withdrawn("version", 1)
	wantVerdict(t, l, next, alerts.Duplicate)
	next.Version, next.Note = 3, "We have proof now."
	back(next, "proof")
}

func inChannel(name string) alerts.Destination {
	return alerts.Destination{Platform: alerts.Terminal, Channel: name}
}

// testAmend: it is known who had an article, and in which message; amendments
// have a lane of their own, which is claimed whole.
func testAmend(t *testing.T, open func() Outbox) {
	ctx := t.Context()
	o := open()
	const odd = `tag:example.org,2026:*[a]\|?-^b` // has all that a pattern may have
	had := map[string]alerts.Schedule{"a": instantly, "b": daily, "c": instantly}
	now := time.Now()
	var all []alerts.Pending
	for channel, schedule := range had {
		for _, id := range []string{odd, odd + "x", "y" + odd} {
			if id == odd || channel != "c" {
				all = append(all, alerts.Pending{
					Lane: alerts.Lane{Destination: inChannel(channel), Schedule: schedule}, Article: id, Time: now, Subscriptions: []alerts.SubscriptionID{1},
				})
			}
		}
	}
	enqueue(t, o, len(all), all...)
	got, err := o.Recipients(ctx, odd, now)
	if err != nil {
		t.Fatal(err)
	}
	var channels []string
	for _, d := range got {
		channels = append(channels, d.Channel)
	}
	slices.Sort(channels)
	if diff := cmp.Diff([]string{"a", "b", "c"}, channels); diff != "" {
		t.Errorf("who had it (-want +got):\n%s", diff)
	}
	if none, err := o.Recipients(ctx, "nobody had it", now); err != nil || len(none) != 0 {
		t.Errorf("who had what was never put in: %v, %v", none, err)
	}

	// The digest is one message, and each of its articles leads to it.
	key := alerts.Pending{Lane: alerts.Lane{Destination: inChannel("b")}, Article: odd}.Key()
	if _, err := o.Receipt(ctx, inChannel("b"), key); !errors.Is(err, alerts.ErrNotFound) {
		t.Errorf("a receipt of what was not sent: %v", err)
	}
	for range 3 {
		claims, err := o.Claim(ctx, 10, lease)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range claims {
			name := c.Items[0].Key
			if c.IsDigest() {
				name += "/part"
			}
			r := alerts.Receipt{Messages: []string{"m-" + c.Lane.Destination.Channel}}
			if err := o.Done(ctx, c, name, r, time.Time{}, keysOf(c.Items)...); err != nil {
				t.Fatal(err)
			}
		}
	}
	for channel, digest := range map[string]bool{"a": false, "b": true, "c": false} {
		name := alerts.Pending{Lane: alerts.Lane{Destination: inChannel(channel)}, Article: odd}.Key()
		r, err := o.Receipt(ctx, inChannel(channel), name)
		if err != nil || strings.Join(r.Messages, " ") != "m-"+channel || r.Digest != digest {
			t.Errorf("receipt of %s: %+v, %v", channel, r, err)
		}
	}

	amending := alerts.Lane{Destination: inChannel("c"), Schedule: alerts.Schedule{Cadence: alerts.Amending}}
	amend := func(revision int) alerts.Pending {
		return alerts.Pending{Lane: amending, Article: odd, Time: now, Again: alerts.Amendment(revision)}
	}
	enqueue(t, o, 2, amend(2), amend(3))
	enqueue(t, o, 0, amend(2))
	if got, err := o.Recipients(ctx, odd, now); err != nil || len(got) != 3 {
		t.Errorf("who had it, with amendments: %v, %v", got, err)
	}
	c := patient(t, o, lease, odd, odd)
	for i, item := range c.Items {
		if item.Again != alerts.Amendment(i+2) || item.Article != odd || len(item.Subscriptions) != 0 {
			t.Errorf("item %d: %+v", i, item)
		}
	}
	if c.Lane != amending || c.IsDigest() || c.IsInstant() || c.Sent != 0 {
		t.Errorf("claim %+v", c)
	}
	if err := o.Drop(ctx, c, keysOf(c.Items)...); err != nil {
		t.Fatal(err)
	}
	idle(t, o)
}
