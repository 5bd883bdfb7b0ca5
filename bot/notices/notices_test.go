package notices

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/alerts/query"
)

var noon = time.Date(2026, 3, 3, 12, 0, 0, 0, time.UTC)

// world is all that a Notifier works with, in memory.
type world struct {
	statuses []alerts.SourceStatus
	subs     []alerts.Subscription
	articles []alerts.Article
	had      map[string][]alerts.Destination // by article
	told     map[string]string               // source to notice
	open     []alerts.SourceNotice
	made     int
	failing  error // of the outbox, once
	log      []string
}

func (w *world) Sources(context.Context) ([]alerts.SourceStatus, error) { return w.statuses, nil }

func (w *world) Announce(_ context.Context, down []alerts.Unreached, back []string, total int) ([]alerts.SourceNotice, error) {
	fresh := alerts.SourceNotice{ID: fmt.Sprint("n", w.made), At: noon, Total: total}
	for _, d := range down {
		if w.told[d.Name] == "" {
			w.told[d.Name] = fresh.ID
			fresh.Sources = append(fresh.Sources, d)
		}
	}
	if len(fresh.Sources) > 0 {
		w.made++
		w.open = append(w.open, fresh)
	}
	for _, name := range back {
		if id := w.told[name]; id != "" {
			delete(w.told, name)
			w.open = append(w.open, alerts.SourceNotice{
				ID: fmt.Sprint("n", w.made), At: noon, Back: true, Of: id, Began: noon, Total: total, Sources: []alerts.Unreached{{Name: name}},
			})
			w.made++
		}
	}
	return slices.Clone(w.open), nil
}

func (w *world) Announced(_ context.Context, id string) error {
	w.open = slices.DeleteFunc(w.open, func(n alerts.SourceNotice) bool { return n.ID == id })
	return nil
}

func (w *world) AddedSources(context.Context) ([]alerts.AddedSource, error) {
	return []alerts.AddedSource{{Name: "sea", By: place("adder")}, {Name: "gov-uk"}}, nil
}

func (w *world) Snapshot(_ context.Context, yield func(alerts.Change) error) (string, error) {
	for _, s := range w.subs {
		if err := yield(alerts.Change{Set: &s}); err != nil {
			return "", err
		}
	}
	return "", yield(alerts.Change{Settings: &alerts.Settings{}})
}

func (w *world) Recent(_ context.Context, since time.Time, yield func(alerts.Article) bool) error {
	for _, a := range w.articles {
		if a.Received.Before(since) || !yield(a) {
			break
		}
	}
	return nil
}

func (w *world) Recipients(_ context.Context, article string, _ time.Time) ([]alerts.Destination, error) {
	return w.had[article], nil
}

func (w *world) Enqueue(_ context.Context, all []alerts.Pending) (int, error) {
	n := 0
	for _, p := range all {
		if slices.Contains(w.had[p.Article], p.Lane.Destination) {
			continue
		}
		w.had[p.Article] = append(w.had[p.Article], p.Lane.Destination)
		w.log = append(w.log, p.Article+" to "+p.Lane.Destination.Channel)
		n++
		if err := w.failing; err != nil {
			w.failing = nil
			return n, err
		}
	}
	return n, nil
}

func place(channel string) alerts.Destination {
	return alerts.Destination{Platform: "slack", Workspace: "T", Channel: channel}
}

func (w *world) follow(t *testing.T, channel, text string) {
	t.Helper()
	q, err := query.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	w.subs = append(w.subs, alerts.Subscription{Destination: place(channel), Query: q})
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{had: map[string][]alerts.Destination{}, told: map[string]string{}}
	fine := alerts.SourceStatus{LastGood: noon}
	for _, name := range []string{"gov-uk", "Example Gazette", "sea"} {
		fine.Name, fine.Address = name, "https://www."+strings.ToLower(strings.ReplaceAll(name, " ", ""))+".example/feed"
		w.statuses = append(w.statuses, fine)
	}
	w.follow(t, "words", "tariff")
	w.follow(t, "names", `tariff AND source:"gov uk"`)
	w.follow(t, "hosts", "steel OR site:gov-uk.example")
	w.follow(t, "others", "source:gazette")
	w.follow(t, "not", "tariff AND NOT source:gov")
	w.articles = []alerts.Article{
		{ID: "new", Origin: "gov-uk", Received: noon.Add(-time.Hour)},
		{ID: "else", Origin: "sea", Received: noon.Add(-2 * time.Hour)},
		{ID: "old", Origin: "gov-uk", Received: noon.AddDate(0, 0, -31)},
	}
	w.had["new"] = []alerts.Destination{place("reader"), place("names")}
	w.had["else"] = []alerts.Destination{place("sailor")}
	w.had["old"] = []alerts.Destination{place("gone")}
	return w
}

func (w *world) fail(since time.Time, names ...string) {
	for i, s := range w.statuses {
		if slices.Contains(names, s.Name) {
			w.statuses[i].Error, w.statuses[i].FailingSince = "no such host", since
		}
	}
}

func (w *world) heal() {
	for i := range w.statuses {
		w.statuses[i].Error, w.statuses[i].FailingSince = "", time.Time{}
	}
}

func (w *world) notifier() *Notifier {
	return New(Config{Sources: w, Store: w, Subscriptions: w, Archive: w, Outbox: w, Added: w, Now: func() time.Time { return noon }})
}

// expect looks once, and compares who was told of what since the last time.
func (w *world) expect(t *testing.T, what string, want ...string) {
	t.Helper()
	if err := w.notifier().Look(t.Context()); err != nil {
		t.Fatal(err)
	}
	slices.Sort(w.log)
	if diff := cmp.Diff(want, w.log); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
	w.log = nil
}

const first, second = "notice of sources:n0 to ", "notice of sources:n1 to "

func TestThoseWhoDependAreToldOnce(t *testing.T) {
	w := newWorld(t)
	w.expect(t, "all is well")
	w.fail(noon.Add(-23*time.Hour), "gov-uk")
	w.expect(t, "not for a day")
	w.fail(noon.Add(-24*time.Hour), "gov-uk")
	w.expect(t, "for a day", first+"hosts", first+"names", first+"reader")
	w.expect(t, "for a day and a minute")
	w.heal()
	w.follow(t, "newcomer", "source:gov")
	w.expect(t, "back", second+"hosts", second+"names", second+"reader")
	w.expect(t, "back for a minute")
}

func TestAnInterruptedNoticeIsFinished(t *testing.T) {
	w := newWorld(t)
	w.fail(noon.Add(-25*time.Hour), "gov-uk")
	w.failing = errors.New("no store")
	if err := w.notifier().Look(t.Context()); err == nil || len(w.log) != 1 {
		t.Fatalf("%v, told %v", err, w.log)
	}
	w.expect(t, "after a restart", first+"hosts", first+"names", first+"reader")
}

func TestManyAreOneNotice(t *testing.T) {
	w := newWorld(t)
	w.fail(noon.Add(-25*time.Hour), "gov-uk")
	w.fail(noon.Add(-21*time.Hour), "sea")
	w.expect(t, "two", first+"adder", first+"hosts", first+"names", first+"reader", first+"sailor")
	if w.made != 1 {
		t.Errorf("%d notices", w.made)
	}
}

func TestWhereNothingIsReachedAllAreTold(t *testing.T) {
	w := newWorld(t)
	w.fail(noon.Add(-25*time.Hour), "gov-uk", "sea", "Example Gazette")
	w.expect(t, "all", first+"adder", first+"hosts", first+"names", first+"not", first+"others", first+"reader", first+"sailor", first+"words")
}

// TestRunLooksEachMinute until it is ended.
func TestRunLooksEachMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		looks := 0
		n := New(Config{Sources: w, Store: w, Subscriptions: w, Archive: w, Outbox: w, Added: w, Alive: func(string, time.Duration) { looks++ }})
		ctx, cancel := context.WithTimeout(t.Context(), 150*time.Second)
		defer cancel()
		if err := n.Run(ctx); err != nil || looks != 3 {
			t.Errorf("Run = %v after %d looks", err, looks)
		}
	})
}
