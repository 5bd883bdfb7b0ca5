package adaptertest

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bellwether/bellwether/alerts"
)

func testRecent(t *testing.T, open func(string) ArticleLog) {
	ctx := t.Context()
	l := open("a")
	const n = 250
	for i := range n {
		wantVerdict(t, l, article(fmt.Sprintf("n%d", i), fmt.Sprint("Text ", i)), alerts.Added)
	}
	wantVerdict(t, l, article("n7", "Revised text."), alerts.Revised)
	old := article("old", "Old text.")
	old.Received = time.Now().Add(-48 * time.Hour)
	wantVerdict(t, l, old, alerts.Added)
	var got []alerts.Article
	collect := func(a alerts.Article) bool { got = append(got, a); return true }
	if err := l.Recent(ctx, time.Now().Add(-time.Hour), collect); err != nil {
		t.Fatal(err)
	}
	if len(got) != n {
		t.Errorf("Recent gave %d articles, want %d", len(got), n)
	}
	ids := map[string]bool{}
	for _, a := range got {
		ids[a.ID] = true
	}
	if len(ids) != len(got) {
		t.Errorf("Recent gave %d articles of %d ids", len(got), len(ids))
	}
	if got[0].ID != "n7" || got[0].Revision != 2 {
		t.Errorf("the newest is %s, revision %d, want n7, 2", got[0].ID, got[0].Revision)
	}
	// The newest first; what was logged in the same few milliseconds may stand in
	// any order.
	const few = 60
	for i, a := range got[1:] {
		number, err := strconv.Atoi(strings.TrimPrefix(a.ID, "n"))
		if want := n - 1 - i; err != nil || number < want-few || number > want+few {
			t.Errorf("%s is number %d of the newest", a.ID, i+1)
		}
	}
	count := 0
	if err := l.Recent(ctx, time.Time{}, func(alerts.Article) bool { count++; return count < 3 }); err != nil || count != 3 {
		t.Errorf("Recent went on to %d after false, %v", count, err)
	}
	ended, cancel := context.WithCancel(ctx)
	err := l.Recent(ended, time.Time{}, func(alerts.Article) bool { cancel(); return true })
	wantError(t, err, context.Canceled)
}

func next(t testing.TB, l ArticleLog, n int) []alerts.LogEntry {
	t.Helper()
	entries, err := l.Next(t.Context(), n, 0)
	if err != nil {
		t.Fatal(err)
	}
	return entries
}

func describe(entries []alerts.LogEntry) string {
	var out []string
	for _, e := range entries {
		out = append(out, fmt.Sprintf("%s/%d", e.Article.ID, e.Tries))
	}
	return strings.Join(out, " ")
}

func testNextAck(t *testing.T, open func(string) ArticleLog) {
	ctx := t.Context()
	l := open("a")
	for i := range 5 {
		wantVerdict(t, l, article(fmt.Sprintf("n%d", i), fmt.Sprint("Text ", i)), alerts.Added)
	}
	first := next(t, l, 2)
	if got := describe(first); got != "n0/0 n1/0" {
		t.Errorf("first = %s", got)
	}
	if err := l.Ack(ctx, first[0].Token); err != nil {
		t.Fatal(err)
	}
	second := next(t, l, 3)
	if got := describe(second); got != "n1/1 n2/0 n3/0" {
		t.Errorf("second = %s", got)
	}
	for _, e := range second {
		if err := l.Ack(ctx, e.Token); err != nil {
			t.Fatal(err)
		}
	}
	if err := l.Ack(ctx, second[0].Token); err != nil {
		t.Errorf("Ack twice: %v", err)
	}
	if err := l.Ack(ctx); err != nil {
		t.Errorf("Ack of nothing: %v", err)
	}
	if got := describe(next(t, l, 10)); got != "n4/0" {
		t.Errorf("third = %s", got)
	}
}

func testHistory(t *testing.T, open func(string) ArticleLog) {
	ctx := t.Context()
	l := open("a")
	if _, verdict, err := l.Append(ctx, article("past", "Past."), true); err != nil || verdict != alerts.Added {
		t.Fatalf("Append = %v, %v", verdict, err)
	}
	if got := next(t, l, 10); len(got) != 0 {
		t.Errorf("history was handed out: %s", describe(got))
	}
	found := 0
	if err := l.Recent(ctx, time.Time{}, func(alerts.Article) bool { found++; return true }); err != nil || found != 1 {
		t.Errorf("the archive has %d articles, %v, want 1", found, err)
	}
	wantVerdict(t, l, article("past", "Past."), alerts.Duplicate)
	wantVerdict(t, l, article("past", "Past, revised."), alerts.Revised)
	if got := describe(next(t, l, 10)); got != "past/0" {
		t.Errorf("a revision of history = %s, want past/0", got)
	}
}

func testNextWakes(t *testing.T, open func(string) ArticleLog) {
	reader, writer := open("a"), open("b")
	got := make(chan []alerts.LogEntry, 1)
	go func() {
		entries, err := reader.Next(t.Context(), 10, time.Minute)
		if err != nil {
			t.Error(err)
		}
		got <- entries
	}()
	wantVerdict(t, writer, article("n", "Text."), alerts.Added)
	select {
	case entries := <-got:
		if describe(entries) != "n/0" {
			t.Errorf("Next = %s", describe(entries))
		} else if since := time.Since(entries[0].Logged).Abs(); since > 10*time.Second {
			t.Errorf("logged %s ago", since)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("Next sleeps on after an article was logged")
	}
}

func testNextEnds(t *testing.T, open func(string) ArticleLog) {
	l := open("a")
	start := time.Now()
	if entries, err := l.Next(t.Context(), 1, 30*time.Millisecond); err != nil || len(entries) != 0 {
		t.Errorf("Next of nothing = %d, %v", len(entries), err)
	}
	if d := time.Since(start); d < 30*time.Millisecond {
		t.Errorf("Next waited only %v", d)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := l.Next(ctx, 1, time.Minute); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Next after its context = %v", err)
	}
}

func testGroup(t *testing.T, open func(string) ArticleLog) {
	a, b := open("a"), open("b")
	for i := range 4 {
		wantVerdict(t, a, article(fmt.Sprintf("n%d", i), fmt.Sprint("Text ", i)), alerts.Added)
	}
	if got := describe(next(t, a, 2)) + " " + describe(next(t, b, 10)); got != "n0/0 n1/0 n2/0 n3/0" {
		t.Errorf("two replicas got %s", got)
	}
	if got := describe(next(t, b, 1)); got != "n2/1" {
		t.Errorf("again = %s, want n2/1", got)
	}
}

// testTakeOver forgets a replica that holds articles.
func testTakeOver(t *testing.T, reclaim time.Duration, open func(string) ArticleLog) {
	a, b := open("a"), open("b")
	wantVerdict(t, a, article("n", "Text."), alerts.Added)
	given := time.Now()
	if got := describe(next(t, a, 1)); got != "n/0" {
		t.Fatalf("Next = %s", got)
	}
	got := describe(next(t, b, 1))
	if early := time.Since(given) < reclaim; got != "" && early {
		t.Errorf("taken over too early: %s", got)
	} else if got != "" {
		return // this machine was too slow to ask before
	}
	deadline := time.Now().Add(50 * reclaim)
	for {
		entries, err := b.Next(t.Context(), 1, reclaim/4)
		if err != nil {
			t.Fatal(err)
		}
		if got := describe(entries); got != "" {
			if got != "n/1" {
				t.Errorf("taken over: %s, want n/1", got)
			}
			return
		}
		if time.Now().After(deadline) {
			t.Fatal("never taken over")
		}
	}
}

func testConcurrentAppend(t *testing.T, open func(string) ArticleLog) {
	ctx := t.Context()
	const n = 60
	var mu sync.Mutex
	verdicts := map[alerts.Verdict]int{}
	var writers sync.WaitGroup
	for w := range 4 {
		l := open(fmt.Sprint("w", w))
		writers.Go(func() {
			for i := range n {
				_, verdict, err := l.Append(ctx, article(fmt.Sprint("n", i), fmt.Sprint("Text ", i)), false)
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				verdicts[verdict]++
				mu.Unlock()
			}
		})
	}
	writers.Wait()
	if verdicts[alerts.Added] != n || verdicts[alerts.Duplicate] != 3*n {
		t.Errorf("verdicts = %v, want %d added and the rest duplicates", verdicts, n)
	}
	seen := map[string]int{}
	var readers sync.WaitGroup
	for r := range 3 {
		l := open(fmt.Sprint("r", r))
		readers.Go(func() {
			for {
				entries, err := l.Next(ctx, 7, 0)
				if err != nil || len(entries) == 0 {
					if err != nil {
						t.Error(err)
					}
					return
				}
				for _, e := range entries {
					mu.Lock()
					seen[e.Article.ID]++
					mu.Unlock()
					if err := l.Ack(ctx, e.Token); err != nil {
						t.Error(err)
					}
				}
			}
		})
	}
	readers.Wait()
	for id, times := range seen {
		if times != 1 {
			t.Errorf("%s was handed out %d times", id, times)
		}
	}
	if len(seen) != n {
		t.Errorf("%d articles were handed out, want %d", len(seen), n)
	}
}
