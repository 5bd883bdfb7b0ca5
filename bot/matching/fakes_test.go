package matching

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/alerts/match"
	"github.com/bellwether/bellwether/alerts/query"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var errDown = errors.New("connection refused")

// faults lets a fake fail: down holds, by method, how many calls still do.
type faults struct {
	mu    sync.Mutex
	down  map[string]int
	calls []string
}

func (f *faults) call(method string) error {
	f.calls = append(f.calls, method)
	if f.down[method] > 0 {
		f.down[method]--
		return errDown
	}
	return nil
}

// fakeLog hands out entries as a stream with one consumer does.
type fakeLog struct {
	*faults
	entries []alerts.LogEntry
	handed  map[string]bool
	acked   []string
	arrived chan struct{}
}

func newLog(f *faults, articles ...alerts.Article) *fakeLog {
	l := &fakeLog{faults: f, handed: map[string]bool{}, arrived: make(chan struct{}, 1)}
	for _, a := range articles {
		l.add(a)
	}
	return l
}

func (l *fakeLog) add(a alerts.Article) {
	l.mu.Lock()
	defer l.mu.Unlock()
	token := "t-" + a.ID
	if a.Revision > 1 {
		token += "." + strconv.Itoa(a.Revision)
	}
	l.entries = append(l.entries, alerts.LogEntry{Token: token, Article: a})
	select {
	case l.arrived <- struct{}{}:
	default:
	}
}

func (l *fakeLog) Next(ctx context.Context, n int, wait time.Duration) ([]alerts.LogEntry, error) {
	out, err := l.next(n)
	if wait == 0 || err != nil || len(out) > 0 {
		return out, err
	}
	select {
	case <-l.arrived:
	case <-time.After(wait):
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	return l.next(n)
}

func (l *fakeLog) next(n int) ([]alerts.LogEntry, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.call("next"); err != nil {
		return nil, err
	}
	n = min(n, len(l.entries))
	out := slices.Clone(l.entries[:n])
	for i := range l.entries[:n] {
		l.entries[i].Tries++
	}
	return out, nil
}

func (l *fakeLog) Ack(_ context.Context, tokens ...string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.call("ack"); err != nil {
		return err
	}
	l.acked = append(l.acked, tokens...)
	l.entries = slices.DeleteFunc(l.entries, func(e alerts.LogEntry) bool { return slices.Contains(tokens, e.Token) })
	return nil
}

// fakeStore keeps all changes; its snapshot is the first n of them.
type fakeStore struct {
	*faults
	changes  []alerts.Change
	snapshot int
	cut      int // the log begins here
}

func (s *fakeStore) set(subs ...alerts.Subscription) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, sub := range subs {
		s.changes = append(s.changes, alerts.Change{Set: &sub})
	}
}

func (s *fakeStore) Snapshot(_ context.Context, yield func(alerts.Change) error) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.call("snapshot"); err != nil {
		return "", err
	}
	for _, c := range s.changes[:s.snapshot] {
		if c.Removed != nil {
			continue
		}
		if err := yield(c); err != nil {
			return "", err
		}
	}
	return strconv.Itoa(s.snapshot), nil
}

func (s *fakeStore) Changes(_ context.Context, revision string, yield func(alerts.Change) error) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.call("changes"); err != nil {
		return "", err
	}
	from, err := strconv.Atoi(revision)
	if err != nil || from < s.cut {
		return "", alerts.ErrGap
	}
	for _, c := range s.changes[from:] {
		if err := yield(c); err != nil {
			return "", err
		}
	}
	return strconv.Itoa(len(s.changes)), nil
}

// fakeOutbox puts a key in once.
type fakeOutbox struct {
	*faults
	put    []alerts.Pending
	keys   map[string]bool
	widest int
}

func (o *fakeOutbox) Enqueue(_ context.Context, all []alerts.Pending) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if err := o.call("enqueue"); err != nil {
		return 0, err
	}
	o.widest = max(o.widest, len(all))
	added := 0
	for _, p := range all {
		if o.keys[p.Key()] {
			continue
		}
		o.keys[p.Key()] = true
		o.put = append(o.put, p)
		added++
	}
	return added, nil
}

func (o *fakeOutbox) Recipients(_ context.Context, article string, _ time.Time) ([]alerts.Destination, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if err := o.call("recipients"); err != nil {
		return nil, err
	}
	var out []alerts.Destination
	for _, p := range o.put {
		if p.Article == article && p.Again == "" {
			out = append(out, p.Lane.Destination)
		}
	}
	return out, nil
}

// fakeEngine reads from the body of an article which subscriptions it hits:
// "1 7". The word "panic" makes it panic.
type fakeEngine struct {
	known    map[alerts.SubscriptionID]bool
	rebuilds int
	rebuilt  chan struct{}
}

func (e *fakeEngine) Add(id alerts.SubscriptionID, _ query.Query) { e.known[id] = true }

func (e *fakeEngine) Remove(id alerts.SubscriptionID) { delete(e.known, id) }

func (e *fakeEngine) Match(a alerts.Article, hits *match.Hits) {
	hits.IDs = hits.IDs[:0]
	for w := range strings.FieldsSeq(a.Body) {
		if w == "panic" {
			panic("strange text")
		}
		n, _ := strconv.Atoi(w)
		if id := alerts.SubscriptionID(n); e.known[id] {
			hits.IDs = append(hits.IDs, id)
		}
	}
}

func (e *fakeEngine) Rebuild(context.Context) error {
	e.rebuilds++
	if e.rebuilds > 1 {
		close(e.rebuilt)
	}
	return nil
}

func (e *fakeEngine) Costs(n int) match.Costs { return match.Costs{Articles: n} }

// world is a Matcher with its fakes.
type world struct {
	*Matcher
	faults  *faults
	log     *fakeLog
	store   *fakeStore
	outbox  *fakeOutbox
	engines []*fakeEngine
	out     *bytes.Buffer
}

func newWorld(articles ...alerts.Article) *world {
	f := &faults{down: map[string]int{}}
	w := &world{
		faults: f, log: newLog(f, articles...), store: &fakeStore{faults: f},
		outbox: &fakeOutbox{faults: f, keys: map[string]bool{}}, out: &bytes.Buffer{},
	}
	w.Matcher = New(Config{
		Log: w.log, Subscriptions: w.store, Outbox: w.outbox,
		Logger: slog.New(slog.NewTextHandler(w.out, nil)),
		Now:    func() time.Time { return noon },
		Jitter: func() float64 { return 0.5 },
	})
	w.newEngine = func() engine {
		e := &fakeEngine{known: map[alerts.SubscriptionID]bool{}, rebuilt: make(chan struct{})}
		w.engines = append(w.engines, e)
		return e
	}
	return w
}

// running runs f beside the Matcher within a synctest bubble and stops it.
func (w *world) running(t *testing.T, f func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- w.Run(ctx) }()
	synctest.Wait()
	f()
	cancel()
	if err := <-done; err != nil {
		t.Errorf("Run: %v", err)
	}
}

// noon is a Monday's.
var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

var (
	channel = alerts.Destination{Platform: "slack", Workspace: "T", Channel: "C"}
	other   = alerts.Destination{Platform: "slack", Workspace: "T", Channel: "D"}
	hourly  = alerts.Schedule{Cadence: alerts.Hourly}
	daily   = alerts.Schedule{Cadence: alerts.Daily, At: 8 * 60}
)

func sub(id alerts.SubscriptionID, d alerts.Destination, s alerts.Schedule) alerts.Subscription {
	return alerts.Subscription{ID: id, Destination: d, Schedule: s}
}

func hitting(id, subscriptions string) alerts.Article {
	return alerts.Article{ID: id, Title: "T", Body: subscriptions, Revision: 1, Received: noon.Add(-time.Minute)}
}

// acks are the tokens that were acknowledged.
func (w *world) acks() []string {
	w.faults.mu.Lock()
	defer w.faults.mu.Unlock()
	return slices.Clone(w.log.acked)
}

// lanes lists what was put into the outbox: "article > destination's id,
// schedule: subscriptions".
func (w *world) lanes() []string {
	w.faults.mu.Lock()
	defer w.faults.mu.Unlock()
	var out []string
	for _, p := range w.outbox.put {
		ids := make([]string, len(p.Subscriptions))
		for i, id := range p.Subscriptions {
			ids[i] = strconv.Itoa(int(id))
		}
		out = append(out, p.Article+" > "+p.Lane.Destination.Channel+", "+p.Lane.Schedule.String()+": "+strings.Join(ids, " "))
	}
	return out
}
