package ingest

import (
	"context"
	"errors"
	"maps"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bellwether/bellwether/alerts"
)

// shared is a Turns of several replicas, as the store keeps it.
type shared struct {
	mu       sync.Mutex
	due      map[string]time.Time
	until    map[string]time.Time
	holder   map[string]string
	statuses map[string]alerts.SourceStatus
}

func newShared() *shared {
	return &shared{
		due: map[string]time.Time{}, until: map[string]time.Time{}, holder: map[string]string{},
		statuses: map[string]alerts.SourceStatus{},
	}
}

// replica is a Turns as one replica sees it.
type replica struct {
	*shared
	name string
}

func (r replica) Begin(_ context.Context, source string, span time.Duration, now bool) (alerts.Turn, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if left := time.Until(r.until[source]); left > 0 && r.holder[source] != r.name {
		return alerts.Turn{Wait: left}, nil
	}
	if left := time.Until(r.due[source]); left > 0 && !now {
		return alerts.Turn{Wait: left}, nil
	}
	r.holder[source], r.until[source] = r.name, time.Now().Add(span)
	return alerts.Turn{Mine: true, Status: r.statuses[source]}, nil
}

func (r replica) Keep(_ context.Context, source string, span time.Duration) (bool, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.holder[source] != r.name {
		return false, nil
	}
	r.until[source] = time.Now().Add(span)
	return true, nil
}

func (r replica) End(_ context.Context, s alerts.SourceStatus, wait time.Duration) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.holder[s.Name] == r.name {
		r.holder[s.Name], r.until[s.Name] = "", time.Time{}
		r.due[s.Name], r.statuses[s.Name] = time.Now().Add(wait), s
	}
	return nil
}

func (r replica) Statuses(context.Context) (map[string]alerts.SourceStatus, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return maps.Clone(r.statuses), nil
}

// start runs a replica that reads src, and gives what ends it.
func start(t *testing.T, turns Turns, src Source) (in *Ingester, stop func()) {
	t.Helper()
	in = New(Config{Log: &memoryLog{}, Sources: []Source{src}, Turns: turns, Jitter: func() float64 { return 0.5 }})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- in.Run(ctx) }()
	synctest.Wait()
	return in, func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

func TestReplicasPollASourceInTurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newShared()
		a, b := &fakeSource{name: "feed", replies: []reply{batch("x")}}, &fakeSource{name: "feed", replies: []reply{failing(errDown)}}
		first, stopFirst := start(t, replica{store, "a"}, a)
		second, stopSecond := start(t, replica{store, "b"}, b)
		defer stopSecond()
		if a.polls() != 1 || b.polls() != 0 {
			t.Fatalf("polls %d and %d at once, want one of the first", a.polls(), b.polls())
		}
		stopFirst()
		pass(4 * minute)
		if b.polls() != 0 {
			t.Errorf("polled before it was due")
		}
		pass(minute + 30*time.Second)
		if b.polls() != 1 {
			t.Fatalf("%d polls of the other when it was due, want 1", b.polls())
		}
		if diff := cmp.Diff(status(t, first), status(t, second)); diff != "" {
			t.Errorf("they tell different things (-first +second):\n%s", diff)
		}
		if s := status(t, second)[0]; s.Failures != 1 || s.Articles != 1 || s.LastGood.IsZero() || s.Error == "" {
			t.Errorf("status %+v, want that of both polls", s)
		}
	})
}

// TestADeadReplicasTurnEnds: one that took a turn and was killed keeps others
// from the source for turnSpan.
func TestADeadReplicasTurnEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newShared()
		if turn, err := (replica{store, "dead"}).Begin(t.Context(), "feed", turnSpan, false); err != nil || !turn.Mine {
			t.Fatalf("Begin = %+v, %v", turn, err)
		}
		src := &fakeSource{name: "feed", replies: []reply{batch("x")}}
		_, stop := start(t, replica{store, "a"}, src)
		defer stop()
		pass(turnSpan - time.Second)
		if src.polls() != 0 {
			t.Error("polled while another had the turn")
		}
		pass(2 * time.Second)
		if src.polls() != 1 {
			t.Errorf("%d polls when its turn had ended, want 1", src.polls())
		}
	})
}

// TestALongPollKeepsItsTurn, until another has the source all the same: then it
// is cut short and leaves no trace.
func TestALongPollKeepsItsTurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newShared()
		cut := make(chan struct{})
		hang := reply{do: func(ctx context.Context) { <-ctx.Done(); close(cut) }, err: context.Canceled}
		a, b := &fakeSource{name: "feed", replies: []reply{hang}}, &fakeSource{name: "feed", replies: []reply{batch("x")}}
		_, stopA := start(t, replica{store, "a"}, a)
		_, stopB := start(t, replica{store, "b"}, b)
		defer stopB()
		defer stopA()
		pass(90 * time.Second)
		if b.polls() != 0 {
			t.Fatal("polled while another did")
		}
		// As if the first had slept for long, and a third had come and died.
		store.mu.Lock()
		store.holder["feed"], store.until["feed"] = "c", time.Now().Add(turnSpan)
		store.mu.Unlock()
		pass(turnSpan / 2)
		if a.polls() != 1 || b.polls() != 0 || len(store.statuses) > 0 {
			t.Errorf("polls %d and %d, status %+v: the one that lost its turn goes on", a.polls(), b.polls(), store.statuses)
		}
		select {
		case <-cut:
		default:
			t.Error("the poll was not cut short")
		}
	})
}

// TestStoppingGivesTheTurnBack, and the source is due at once.
func TestStoppingGivesTheTurnBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newShared()
		hang := reply{do: func(ctx context.Context) { <-ctx.Done() }, err: context.Canceled}
		_, stop := start(t, replica{store, "a"}, &fakeSource{name: "feed", replies: []reply{hang}})
		stop()
		b := &fakeSource{name: "feed", replies: []reply{batch("x")}}
		_, stopB := start(t, replica{store, "b"}, b)
		defer stopB()
		if b.polls() != 1 {
			t.Errorf("%d polls at once, want 1", b.polls())
		}
	})
}

// TestHeldBackSourcesArePolledLater: nothing is polled, and no turn taken, until
// the hold ends.
func TestHeldBackSourcesArePolledLater(t *testing.T) {
	src := &fakeSource{name: "feed", replies: []reply{batch("x")}}
	var held atomic.Bool
	held.Store(true)
	hold := func() string {
		if held.Load() {
			return "the store is full"
		}
		return ""
	}
	running(t, Config{Log: &memoryLog{}, Sources: []Source{src}, Hold: hold}, func(*Ingester) {
		pass(30 * minute)
		if src.polls() != 0 {
			t.Fatalf("%d polls while held back", src.polls())
		}
		held.Store(false)
		pass(holdLook)
		if src.polls() != 1 {
			t.Errorf("%d polls after that, want 1", src.polls())
		}
	})
}

// TestStatusOutlivesRestart: what was known of a source is known to the next
// process, also to one that polls everything once.
func TestStatusOutlivesRestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		turns, bad := newShared(), errors.New("no such host")
		src := &fakeSource{name: "feed", replies: []reply{{err: bad}, {err: bad}, {err: bad}, batch("a", "b")}}
		begun := time.Now()
		for want := 1; want <= 3; want++ {
			in := New(Config{Log: &memoryLog{}, Sources: []Source{src}, Turns: replica{turns, "solo"}})
			if err := in.Once(t.Context()); !errors.Is(err, bad) {
				t.Fatal(err)
			}
			got := turns.statuses["feed"]
			if got.Failures != want || !got.FailingSince.Equal(begun) {
				t.Errorf("%d. start: %d failures since %v", want, got.Failures, got.FailingSince)
			}
			<-time.After(time.Second)
		}
		in := New(Config{Log: &memoryLog{}, Sources: []Source{src}, Turns: replica{turns, "solo"}})
		if err := in.Once(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := turns.statuses["feed"]; got.Failures != 0 || !got.FailingSince.IsZero() || got.News.Last(1, time.Now()) != 2 {
			t.Errorf("after a good poll: %+v", got)
		}
	})
}
