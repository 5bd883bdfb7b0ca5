package ingest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bellwether/bellwether/alerts"
)

// pushedSource reads the IDs of articles, with blanks between.
type pushedSource struct{ fakeSource }

func (s *pushedSource) Pushed(contentType string, body []byte, base string) (alerts.Batch, error) {
	if contentType != "text/ids" || base != "https://example.org/feed" {
		return alerts.Batch{}, fmt.Errorf("%s at %s", contentType, base)
	}
	b := batch(strings.Fields(string(body))...).batch
	b.Kind = alerts.FeedSource
	return b, nil
}

func (s *pushedSource) Address() string { return "https://example.org:8443/feed" }

// fakeHubs notes what it is told.
type fakeHubs struct {
	mu   sync.Mutex
	told []string
}

func (h *fakeHubs) Found(_ context.Context, source, host string, hub alerts.Hub) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.told = append(h.told, fmt.Sprint(source, " ", host, " ", hub.Addresses, " ", hub.Topic))
}

func (h *fakeHubs) Live(source string) bool { return source == "gazette" }

// bring is for a bubble, which t.Context is not of.
func bring(in *Ingester, source, body string) error {
	ctx, cancel := context.WithTimeout(context.Background(), 25*time.Second)
	defer cancel()
	return in.Bring(ctx, source, "text/ids", []byte(body), "https://example.org/feed")
}

// What a hub sends is logged at once, as what a poll finds; what stands in the
// feed is still what its polls found.
func TestBring(t *testing.T) {
	first := batch("a")
	first.batch.Hub = alerts.Hub{Addresses: []string{"https://hub.example/"}, Topic: "https://example.org/feed"}
	src := &pushedSource{fakeSource{name: "gazette", replies: []reply{first}}}
	other := &fakeSource{name: "other", replies: []reply{batch("z")}}
	log, hubs := &memoryLog{}, &fakeHubs{}
	running(t, Config{Log: log, Sources: []Source{src, other}, Interval: time.Hour, Hubs: hubs, FirstPollIsHistory: true}, func(in *Ingester) {
		if err := bring(in, "gazette", "a b"); err != nil {
			t.Fatal(err)
		}
		if got := log.ids(); !slices.Equal(got[len(got)-1:], []string{"b"}) || len(got) != 3 {
			t.Errorf("logged %v", got)
		}
		if slices.Contains(log.history, "b") {
			t.Error("what the hub sent is history")
		}
		for _, s := range log.settled {
			if slices.Contains(s.standing, "b") {
				t.Errorf("it stands in the feed: %+v", s)
			}
		}
		if src.polls() != 1 {
			t.Errorf("the feed was polled %d times", src.polls())
		}
		if err := bring(in, "nobody", "c"); !errors.Is(err, alerts.ErrNotFound) {
			t.Errorf("an unknown source: %v", err)
		}
		all, err := in.Sources(context.Background())
		if err != nil || !all[0].Pushed || all[1].Pushed || all[0].Articles != 2 {
			t.Errorf("%+v, %v", all, err)
		}
		log.mu.Lock()
		log.fail = func(method, _ string) error {
			if method == "append" {
				return errDown
			}
			return nil
		}
		log.mu.Unlock()
		if err := bring(in, "gazette", "d"); !errors.Is(err, errDown) {
			t.Errorf("when the log is away: %v", err)
		}
	})
	if want := []string{"gazette example.org [https://hub.example/] https://example.org/feed"}; !slices.Equal(hubs.told, want) {
		t.Errorf("told %q, want %q", hubs.told, want)
	}
}

// What can't be read makes the feed be polled, but not more often than the
// publisher can bear, and never less often than without a hub.
func TestHubBringsAPollAbout(t *testing.T) {
	src := &pushedSource{fakeSource{name: "gazette", replies: []reply{batch("a")}}}
	running(t, Config{Log: &memoryLog{}, Sources: []Source{src}, Interval: time.Hour, Intervals: map[string]time.Duration{"gazette": time.Hour}}, func(in *Ingester) {
		pass(time.Minute)
		for range 100 {
			if err := in.Bring(context.Background(), "gazette", "text/html", []byte("<html>"), ""); err != nil {
				t.Fatal(err)
			}
			pass(time.Second)
		}
		if n := src.polls(); n < 4 || n > 6 {
			t.Errorf("%d polls, of which three or four the hub brought about", n)
		}
		if err := bring(in, "gazette", ""); err != nil {
			t.Fatal(err)
		}
		pass(pollApart + time.Second)
		before := src.polls()
		in.Poll("gazette")
		in.Poll("nobody")
		pass(pollApart)
		if src.polls() != before+1 {
			t.Errorf("%d polls, want one more than %d", src.polls(), before)
		}
		before = src.polls()
		pass(time.Hour + time.Minute)
		if src.polls() == before {
			t.Error("polling stopped")
		}
	})
}

// What comes while the feed is polled waits for that, and is given up in time.
func TestBringWaitsForAPoll(t *testing.T) {
	slow := batch("a")
	slow.do = func(ctx context.Context) {
		select {
		case <-time.After(time.Minute):
		case <-ctx.Done():
		}
	}
	src := &pushedSource{fakeSource{name: "gazette", replies: []reply{slow}}}
	log := &memoryLog{}
	running(t, Config{Log: log, Sources: []Source{src}, Interval: time.Hour}, func(in *Ingester) {
		if err := bring(in, "gazette", "b"); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("beside a poll: %v", err)
		}
		pass(25 * time.Second)
		if err := bring(in, "gazette", "b"); err != nil {
			t.Error(err)
		}
		if got := log.ids(); !slices.Equal(got, []string{"a", "b"}) {
			t.Errorf("logged %v", got)
		}
	})
}
