package ingest

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/bellwether/bellwether/alerts"
)

// addedList is an Added that tests change.
type addedList struct {
	mu       sync.Mutex
	all      []alerts.AddedSource
	revision int64
	err      error
}

func (l *addedList) set(names ...string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.all = nil
	for _, n := range names {
		l.all = append(l.all, alerts.AddedSource{Name: n, Address: "https://" + n + "/?key=secret"})
	}
	l.revision++
}

func (l *addedList) fail(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.err = err
}

func (l *addedList) AddedSources(context.Context) ([]alerts.AddedSource, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.all), l.err
}

func (l *addedList) SourcesRevision(context.Context) (int64, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.revision, l.err
}

// opener opens added sources as fakes, each once.
type opener struct {
	mu  sync.Mutex
	all map[string]*fakeSource
}

func (o *opener) open(a alerts.AddedSource) Source {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.all[a.Name] == nil {
		if o.all == nil {
			o.all = map[string]*fakeSource{}
		}
		o.all[a.Name] = &fakeSource{name: a.Name, replies: []reply{batch(a.Name)}}
	}
	return o.all[a.Name]
}

func names(t *testing.T, in *Ingester) string {
	t.Helper()
	all, err := in.Sources(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, s := range all {
		if !strings.HasPrefix(s.Address, "test:") {
			t.Errorf("%s has the address %q", s.Name, s.Address)
		}
		out = append(out, s.Name)
	}
	return strings.Join(out, " ")
}

func TestAddedSourcesComeAndGo(t *testing.T) {
	var feeds opener
	added := &addedList{}
	added.set("a", "fixed")
	metrics := prometheus.NewRegistry()
	fixed := &fakeSource{name: "fixed", replies: []reply{batch("fixed")}}
	cfg := Config{
		Log: &memoryLog{}, Sources: []Source{fixed}, Added: added, Open: feeds.open,
		Interval: 5 * time.Minute, Metrics: metrics,
	}
	series := func(name string) int {
		families, err := metrics.Gather()
		if err != nil {
			t.Error(err)
		}
		n := 0
		for _, f := range families {
			for _, m := range f.GetMetric() {
				for _, l := range m.GetLabel() {
					if l.GetName() == "source" && l.GetValue() == name {
						n++
					}
				}
			}
		}
		return n
	}
	running(t, cfg, func(in *Ingester) {
		if got := names(t, in); got != "fixed a" {
			t.Errorf("sources are %s", got)
		}
		if feeds.all["a"].polls() != 1 || fixed.polls() != 1 || feeds.all["fixed"] != nil {
			t.Error("each was to be polled once, the configured one as it is configured")
		}
		added.set("a", "b")
		pass(addedLook)
		if feeds.all["a"].polls() != 1 || feeds.all["b"].polls() != 1 || names(t, in) != "fixed a b" {
			t.Errorf("after b was added: %s", names(t, in))
		}
		if series("b") == 0 || series("b") != series("fixed") {
			t.Errorf("%d series of b, %d of a configured one", series("b"), series("fixed"))
		}
		added.set("b")
		pass(addedLook)
		pass(time.Hour)
		if n := feeds.all["a"].polls(); n != 1 {
			t.Errorf("polled %d times after it was removed", n-1)
		}
		if feeds.all["b"].polls() < 5 || series("a") != 0 || series("b") == 0 || names(t, in) != "fixed b" {
			t.Errorf("after a was removed: %s, %d series of a", names(t, in), series("a"))
		}
		added.set("a", "b")
		pass(addedLook)
		if n := feeds.all["a"].polls(); n != 2 {
			t.Errorf("polled %d times, want once more after it was added again", n)
		}
	})
}

func TestAddedSourcesGoOnWhenTheStoreFails(t *testing.T) {
	var feeds opener
	added := &addedList{}
	added.set("a")
	running(t, Config{Log: &memoryLog{}, Added: added, Open: feeds.open, Interval: 5 * time.Minute}, func(*Ingester) {
		added.fail(errDown)
		pass(time.Hour)
		if n := feeds.all["a"].polls(); n < 5 {
			t.Errorf("polled %d times in an hour", n)
		}
		added.fail(nil)
		added.set("b")
		pass(addedLook)
		if feeds.all["b"] == nil || feeds.all["b"].polls() != 1 {
			t.Error("b is not read though the store is back")
		}
	})
}

func TestOnceReadsAddedSources(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var feeds opener
		added := &addedList{}
		added.set("a", "b")
		log := &memoryLog{}
		in := New(Config{Log: log, Added: added, Open: feeds.open})
		if err := in.Once(t.Context()); err != nil || len(log.ids()) != 2 {
			t.Errorf("logged %v: %v", log.ids(), err)
		}
		added.fail(errDown)
		if err := in.Once(t.Context()); err == nil {
			t.Error("a failure of the store is no error")
		}
	})
}

// hanging is a source whose server never answers.
type hanging struct{ *fakeSource }

func (hanging) Fetch(ctx context.Context, _ []byte) (alerts.Batch, error) {
	<-ctx.Done()
	return alerts.Batch{}, ctx.Err()
}

func TestNobodyWaitsForASourceThatWasRemoved(t *testing.T) {
	var mu sync.Mutex
	due := map[string]bool{}
	added := &addedList{}
	added.set("a")
	cfg := Config{
		Log: &memoryLog{}, Added: added,
		Open: func(a alerts.AddedSource) Source { return hanging{&fakeSource{name: a.Name}} },
		Alive: func(loop string, within time.Duration) {
			mu.Lock()
			defer mu.Unlock()
			due[loop] = within > 0
		},
	}
	waited := func() bool {
		mu.Lock()
		defer mu.Unlock()
		return due["a"]
	}
	running(t, cfg, func(*Ingester) {
		pass(time.Second)
		if !waited() {
			t.Error("it is not in the middle of a poll, so this shows nothing")
		}
		added.set()
		pass(2 * addedLook)
		if waited() {
			t.Error("another turn of its loop is expected")
		}
	})
}
