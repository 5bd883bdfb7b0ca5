package bot

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/bellwether/bellwether/alerts"
)

// manySources are n of which each third fails, has gone silent, or is fine.
func manySources(n int) sources {
	var out sources
	for i := range n {
		s := alerts.SourceStatus{
			Name: fmt.Sprintf("feed-%03d", i), Address: fmt.Sprintf("https://feed%d.example/rss", i),
			LastGood: tuesday.Add(-5 * time.Minute), Next: tuesday.Add(5 * time.Minute), LastNew: tuesday.Add(-time.Hour),
		}
		for d := range 10 {
			s.News = s.News.Add(tuesday.AddDate(0, 0, d-10), tuesday.AddDate(0, 0, d-10))
		}
		switch i % 3 {
		case 0:
			s.Error, s.FailingSince = strings.Repeat("the server says 503 ", 30), tuesday.Add(-time.Duration(i+1)*time.Hour)
		case 1:
			s.News = alerts.Tally{Day: s.News.Day - 9, Counts: s.News.Counts}
		}
		out = append(out, s)
	}
	return out
}

func TestManySources(t *testing.T) {
	w := newWorld()
	w.sources = manySources(400)
	first := w.say(t, "sources")
	if len(first.Rows) != sourcesOnPage || first.Rows[0].Label != "feed-399" {
		t.Errorf("%d rows, the first %+v", len(first.Rows), first.Rows[0])
	}
	if want := "400 sources; 134 can't be read just now and will be tried again, 133 silent for unusually long. Times are in UTC."; first.Text != want {
		t.Errorf("got  %s\nwant %s", first.Text, want)
	}
	seen := map[string]bool{}
	for page := 1; page <= 27; page++ {
		r := w.say(t, fmt.Sprint("sources ", page))
		for _, row := range r.Rows {
			if seen[row.Label] {
				t.Errorf("%s on two pages", row.Label)
			}
			seen[row.Label] = true
			if len(row.Value) > 400 {
				t.Errorf("%d bytes: %s", len(row.Value), row.Value)
			}
		}
		if more := len(r.Hints) > 1; more != (page < 27) {
			t.Errorf("page %d: hints %q", page, r.Hints)
		}
	}
	if len(seen) != 400 {
		t.Errorf("%d sources on all pages", len(seen))
	}
	if r := w.say(t, "sources FEED-39"); len(r.Rows) != 10 {
		t.Errorf("%d have it in their name", len(r.Rows))
	}
	if r := w.say(t, "sources nothing like it"); r.Problem == nil {
		t.Error("no problem with a name that none has")
	}
}

func TestSourceState(t *testing.T) {
	all := manySources(3)
	all = append(all,
		alerts.SourceStatus{Name: "new"},
		alerts.SourceStatus{Name: "left", LastGood: tuesday.Add(-9 * time.Hour), Next: tuesday.Add(-8 * time.Hour)},
		alerts.SourceStatus{Name: "never", Error: "no such host", FailingSince: tuesday.Add(-50 * time.Hour), Next: tuesday.Add(time.Hour)},
	)
	for i, want := range []string{
		"can't be read since 08:00: the server says 503 the server says 503 the server says 503 the server says 503 the server says 503 the server says 503 the server says 503 the server says…; last read 08:55; next try 09:05",
		"silent for 10 days, though it usually has news; last read 08:55; no items in 7 days, the latest came 08:00",
		"fine; last read 08:55; 6 items in 7 days, the latest came 08:00",
		"not read yet",
		"not looked at since 01:00; last read 00:00",
		"can't be read since Sun 1 Mar 07:00: no such host; never read yet; next try 10:00",
	} {
		if got := sourceState(all[i], time.UTC, tuesday); got != want {
			t.Errorf("%s:\n got %s\nwant %s", all[i].Name, got, want)
		}
	}
}
