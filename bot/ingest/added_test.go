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
	log      *memoryLog // whose states ForgetSources drops; may be nil
	forgot   []string
}

func (l *addedList) set(names ...string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	was := l.all
	l.all = nil
	for _, n := range names {
		i := slices.IndexFunc(was, func(a alerts.AddedSource) bool { return a.Name == n })
		if i < 0 {
			was = append(was, alerts.AddedSource{Name: n, Address: "https://" + n + "/?key=secret", Added: time.Now()})
			i = len(was) - 1
		}
		l.all = append(l.all, was[i])
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

func (l *addedList) ForgetSources(_ context.Context, names []string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, n := range names {
		if slices.ContainsFunc(l.all, func(a alerts.AddedSource) bool { return a.Name == n }) {
			continue
		}
		l.forgot = append(l.forgot, n)
		if l.log != nil {
			l.log.forget(n)
		}
	}
	return l.err
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

// A source that is removed and added again is new: what came meanwhile is
// history, whether anyone noticed that it was away or not.
func TestASourceThatIsAddedAgainIsNew(t *testing.T) {
	for _, away := range []time.Duration{0, addedLook, 3 * time.Hour} {
		log := &memoryLog{}
		added := &addedList{log: log}
		feed := &fakeSource{name: "a", replies: []reply{batch("1"), batch("1", "2"), batch("1", "2", "3")}}
		cfg := Config{
			Log: log, Added: added, Open: func(alerts.AddedSource) Source { return feed },
			Interval: time.Hour, FirstPollIsHistory: true,
		}
		running(t, cfg, func(*Ingester) {
			added.set("a")
			pass(addedLook)
			if got := strings.Join(log.history, " "); got != "1" {
				t.Fatalf("history is %s", got)
			}
			added.set()
			pass(away)
			log.forget("a") // as the store does when one is added
			added.set("a")
			pass(addedLook)
			if got := strings.Join(log.history, " "); got != "1 2" {
				t.Errorf("away for %s: history is %s", away, got)
			}
			pass(90 * time.Minute)
			if got, all := strings.Join(log.history, " "), strings.Join(log.ids(), " "); got != "1 2" || all != "1 2 3" {
				t.Errorf("away for %s: history is %s of %s", away, got, all)
			}
		})
	}
}

// stubborn is a source that does not end when it is told to.
type stubborn struct {
	*fakeSource
	takes time.Duration
}

func (s stubborn) Fetch(ctx context.Context, state []byte) (alerts.Batch, error) {
	<-time.After(s.takes)
	return s.fakeSource.Fetch(ctx, state)
}

// Whoever asks for the sources does not wait for the polls of those that were
// removed, and what such a poll kept goes after it.
func TestARemovedSourceEndsBesides(t *testing.T) {
	log := &memoryLog{}
	added := &addedList{log: log}
	added.set("a", "b")
	cfg := Config{
		Log: log, Added: added, Interval: 5 * time.Minute,
		Open: func(a alerts.AddedSource) Source {
			return stubborn{&fakeSource{name: a.Name, replies: []reply{batch(a.Name)}}, time.Minute}
		},
	}
	running(t, cfg, func(in *Ingester) {
		pass(time.Second)
		added.set()
		pass(addedLook)
		asked := time.Now()
		if got := names(t, in); got != "" {
			t.Errorf("sources are %s", got)
		}
		in.Stats()
		if waited := time.Since(asked); waited > 0 {
			t.Errorf("waited %s for the end of a poll", waited)
		}
		pass(time.Minute)
		if log.saved() != 0 || len(added.forgot) != 2 {
			t.Errorf("%d states are left, forgotten were %v", log.saved(), added.forgot)
		}
	})
}
