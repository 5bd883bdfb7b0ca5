package ingest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bellwether/bellwether/alerts"
)

const minute = time.Minute

func status(t *testing.T, in *Ingester) []alerts.SourceStatus {
	t.Helper()
	all, err := in.Sources(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestRunPollsAtOnceAndAtTheInterval(t *testing.T) {
	src := &fakeSource{name: "feed", replies: []reply{batch("a"), batch("a", "b"), {batch: alerts.Batch{NotModified: true}}}}
	log := &memoryLog{}
	running(t, Config{Log: log, Sources: []Source{src}, Intervals: map[string]time.Duration{"feed": 5 * minute}}, func(in *Ingester) {
		if src.polls() != 1 {
			t.Fatalf("%d polls at once, want 1", src.polls())
		}
		pass(11 * minute)
		if diff := cmp.Diff([]time.Duration{5 * minute, 5 * minute}, src.gaps()); diff != "" {
			t.Errorf("pauses (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff([]string{"", "etag", "etag"}, src.states); diff != "" {
			t.Errorf("states (-want +got):\n%s", diff)
		}
		want := []settled{{"feed", []string{"a"}, false}, {"feed", []string{"a", "b"}, false}, {"feed", nil, true}}
		if diff := cmp.Diff(want, log.settled, cmp.AllowUnexported(settled{})); diff != "" {
			t.Errorf("settled (-want +got):\n%s", diff)
		}
		if got, want := in.Stats(), (Stats{Polls: 3, NotModified: 1, Added: 2, Duplicates: 1}); got != want {
			t.Errorf("stats %+v, want %+v", got, want)
		}
		s := status(t, in)[0]
		if s.Name != "feed" || s.Address != "test:feed" || s.Articles != 2 || s.Error != "" || s.LastGood.IsZero() {
			t.Errorf("status %+v", s)
		}
		if got := s.Next.Sub(src.times[2]); got != 5*minute {
			t.Errorf("next poll in %s, want 5m", got)
		}
	})
}

func TestInterval(t *testing.T) {
	for _, c := range []struct {
		name string
		kind alerts.SourceKind
		wish time.Duration
		skip alerts.Skip
		own  time.Duration
		want time.Duration
	}{
		{"a folder", alerts.FileSource, 0, alerts.Skip{}, 0, 5 * minute},
		{"to begin with", alerts.FeedSource, 0, alerts.Skip{}, 0, 5 * minute},
		{"wish", alerts.FeedSource, 20 * minute, alerts.Skip{}, 0, 21 * minute},
		{"wish below the bound", alerts.FeedSource, time.Second, alerts.Skip{}, 0, 5 * minute},
		{"wish above the bound", alerts.FeedSource, 48 * time.Hour, alerts.Skip{}, 0, 63 * minute},
		{"hours to skip", alerts.FeedSource, 0, alerts.Skip{Hours: 1<<0 | 1<<1}, 0, 2*time.Hour + 5*minute}, // the bubble begins at midnight
		{"the operator's goes first", alerts.FeedSource, 20 * minute, alerts.Skip{Hours: 1}, 2 * minute, 2 * minute},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := reply{batch: alerts.Batch{Kind: c.kind, Interval: c.wish, Skip: c.skip}}
			src := &fakeSource{name: "feed", replies: []reply{r}}
			cfg := Config{Log: &memoryLog{}, Sources: []Source{src}, Intervals: map[string]time.Duration{"feed": c.own}}
			running(t, cfg, func(*Ingester) {
				pass(c.want + time.Second)
				if diff := cmp.Diff([]time.Duration{c.want}, src.gaps()); diff != "" {
					t.Errorf("pauses (-want +got):\n%s", diff)
				}
			})
		})
	}
}

// queuer is a source whose server is busy.
type queuer struct {
	*fakeSource
	busy, left atomic.Int32 // busy: seconds
}

func (q *queuer) Queue(ctx context.Context, state []byte) (func(context.Context) (alerts.Batch, error), func(), error) {
	select {
	case <-time.After(time.Duration(q.busy.Load()) * time.Second):
		fetch := func(ctx context.Context) (alerts.Batch, error) { return q.Fetch(ctx, state) }
		return fetch, func() { q.left.Add(1) }, nil
	case <-ctx.Done():
		return nil, nil, ctx.Err()
	}
}

// A source that waits for its server takes no place from the others, and the
// wait is none of the time that a reading may take.
func TestSourcesWaitForTheirServer(t *testing.T) {
	busy := &queuer{fakeSource: &fakeSource{name: "busy", replies: []reply{batch("a")}}}
	busy.busy.Store(90)
	other := &fakeSource{name: "other", replies: []reply{batch("b")}}
	cfg := Config{Log: &memoryLog{}, Sources: []Source{busy, other}, Fetches: 1, Timeout: time.Second}
	running(t, cfg, func(in *Ingester) {
		pass(minute)
		if busy.polls() != 0 || other.polls() != 1 {
			t.Fatalf("%d and %d polls, want none of the busy one and one of the other", busy.polls(), other.polls())
		}
		pass(30 * time.Second)
		if busy.polls() != 1 || busy.left.Load() != 1 || status(t, in)[0].Error != "" {
			t.Errorf("%d polls, left %d times, %+v", busy.polls(), busy.left.Load(), status(t, in)[0])
		}
	})
}

// Many feeds are not asked all at once, when the program starts.
func TestAStartIsSpread(t *testing.T) {
	for n, want := range map[int]time.Duration{5: 0, fewSources + 50: 50 * oneStart} {
		var sources []Source
		var polled []*fakeSource
		for i := range n {
			f := &fakeSource{name: fmt.Sprint(i), replies: []reply{batch("a")}}
			polled = append(polled, f)
			sources = append(sources, &queuer{fakeSource: f})
		}
		var turn atomic.Int64 // an even spread
		jitter := func() float64 { return float64(turn.Add(1)%int64(n)) / float64(n) }
		running(t, Config{Log: &memoryLog{}, Sources: sources, Jitter: jitter}, func(*Ingester) {
			begun := time.Now()
			pass(30 * time.Second)
			var last time.Duration
			for _, f := range polled {
				last = max(last, f.times[0].Sub(begun))
			}
			if last > want || last < want*9/10 {
				t.Errorf("%d sources were first asked within %s, want %s", n, last, want)
			}
		})
	}
}

func TestJitterSpreadsPolls(t *testing.T) {
	src := &fakeSource{name: "feed", replies: []reply{batch("a")}}
	cfg := Config{Log: &memoryLog{}, Sources: []Source{src}, Jitter: func() float64 { return 0 }}
	running(t, cfg, func(*Ingester) {
		pass(5 * minute)
		if diff := cmp.Diff([]time.Duration{270 * time.Second}, src.gaps()); diff != "" {
			t.Errorf("pauses (-want +got):\n%s", diff)
		}
	})
}

func TestFailingSourceBacksOffAndIsLoggedOnce(t *testing.T) {
	var out bytes.Buffer
	bad := &fakeSource{name: "bad", replies: []reply{failing(errDown), failing(errDown), failing(errDown), batch("a")}}
	good := &fakeSource{name: "good", replies: []reply{batch("b")}}
	cfg := Config{Log: &memoryLog{}, Sources: []Source{bad, good}, Logger: logger(&out)}
	running(t, cfg, func(in *Ingester) {
		pass(4 * minute)
		if s := status(t, in)[0]; s.Error != errDown.Error() || !s.LastGood.IsZero() {
			t.Errorf("status %+v", s)
		}
		pass(8 * minute)
		want := []time.Duration{minute, 90 * time.Second, 180 * time.Second, 5 * minute}
		if diff := cmp.Diff(want, bad.gaps()); diff != "" {
			t.Errorf("pauses (-want +got):\n%s", diff)
		}
		if good.polls() != 3 {
			t.Errorf("the other source was polled %d times, want 3", good.polls())
		}
		if lines(&out, "source failed") != 1 || lines(&out, "source is back") != 1 {
			t.Errorf("log:\n%s", &out)
		}
		if s := status(t, in)[0]; s.Error != "" || s.LastGood.IsZero() {
			t.Errorf("status %+v", s)
		}
	})
}

func TestBackOffGrowsToItsLimit(t *testing.T) {
	src := &fakeSource{name: "bad", replies: []reply{failing(errDown)}}
	cfg := Config{Log: &memoryLog{}, Sources: []Source{src}, Jitter: func() float64 { return 0.999999 }}
	running(t, cfg, func(*Ingester) {
		pass(20 * 24 * time.Hour)
		gaps := src.gaps()
		if last := gaps[len(gaps)-1]; last != 6*time.Hour {
			t.Errorf("the last pause is %s, want 6h", last)
		}
		if !slices.IsSorted(gaps) {
			t.Errorf("pauses shrink: %v", gaps)
		}
	})
}

func TestPauses(t *testing.T) {
	for _, c := range []struct {
		name string
		err  error
		want time.Duration
	}{
		{"asked for ten minutes", alerts.RetryAfter(errDown, 10*minute, alerts.ScopePlatform), 10 * minute},
		{"asked for a moment", alerts.RetryAfter(errDown, time.Second, alerts.ScopePlatform), minute},
		{"asked for a year", alerts.RetryAfter(errDown, 9000*time.Hour, alerts.ScopePlatform), 24 * time.Hour},
		{"gone for good", alerts.Permanent(errDown, alerts.ScopePlatform), 5*time.Hour + 42*minute},
	} {
		t.Run(c.name, func(t *testing.T) {
			src := &fakeSource{name: "feed", replies: []reply{failing(c.err)}}
			running(t, Config{Log: &memoryLog{}, Sources: []Source{src}}, func(*Ingester) {
				pass(c.want + time.Second)
				if diff := cmp.Diff([]time.Duration{c.want}, src.gaps()); diff != "" {
					t.Errorf("pauses (-want +got):\n%s", diff)
				}
			})
		})
	}
}

func TestOurStoreBacksOffFromASecondToAMinute(t *testing.T) {
	src := &fakeSource{name: "feed", replies: []reply{batch("a")}}
	log := &memoryLog{fail: func(method, _ string) error {
		if method == "append" {
			return errDown
		}
		return nil
	}}
	running(t, Config{Log: log, Sources: []Source{src}}, func(*Ingester) {
		pass(time.Hour)
		gaps := src.gaps()
		if gap := slices.Max(gaps); gap > minute || gaps[0] > time.Second {
			t.Errorf("a pause of %s for our own store, the first of %s", gap, gaps[0])
		}
	})
}

func TestPanicOfAReaderIsItsSourcesFailure(t *testing.T) {
	src := &fakeSource{name: "bad", replies: []reply{{do: func(context.Context) { panic("index out of range") }}, batch("a")}}
	log := &memoryLog{}
	running(t, Config{Log: log, Sources: []Source{src}}, func(in *Ingester) {
		if s := status(t, in)[0]; !strings.Contains(s.Error, "index out of range") {
			t.Errorf("status %+v", s)
		}
		pass(minute)
		if diff := cmp.Diff([]string{"a"}, log.ids()); diff != "" {
			t.Errorf("logged (-want +got):\n%s", diff)
		}
	})
}

func TestHistory(t *testing.T) {
	file := batch("a")
	file.batch.Kind = alerts.FileSource
	stateless := batch("a")
	stateless.batch.State = nil
	for _, c := range []struct {
		name string
		rule bool
		r    []reply
		want []string
	}{
		{"first poll of a feed", true, []reply{batch("a"), batch("a", "b")}, []string{"a"}},
		{"rule off", false, []reply{batch("a"), batch("a", "b")}, nil},
		{"file", true, []reply{file}, nil},
		{"feed without a state", true, []reply{stateless, batch("b")}, []string{"a"}},
		{"first good poll", true, []reply{failing(errDown), batch("a"), batch("b")}, []string{"a"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			log := &memoryLog{}
			cfg := Config{Log: log, Sources: []Source{&fakeSource{name: "feed", replies: c.r}}, FirstPollIsHistory: c.rule}
			running(t, cfg, func(*Ingester) {
				pass(20 * minute)
				if diff := cmp.Diff(c.want, log.history); diff != "" {
					t.Errorf("history (-want +got):\n%s", diff)
				}
			})
		})
	}
	t.Run("once", func(t *testing.T) {
		log := &memoryLog{}
		in := New(Config{Log: log, Sources: []Source{&fakeSource{name: "feed", replies: []reply{batch("a")}}}, FirstPollIsHistory: true})
		if err := in.Once(t.Context()); err != nil || len(log.history) > 0 || len(log.logged) != 1 {
			t.Errorf("history %v, logged %v, error %v", log.history, log.ids(), err)
		}
	})
}

func TestStateIsSavedOnlyAfterEveryArticle(t *testing.T) {
	for _, broken := range []string{"append", "settle", "save"} {
		t.Run(broken, func(t *testing.T) {
			var down atomic.Bool
			down.Store(true)
			log := &memoryLog{fail: func(method, id string) error {
				if down.Load() && method == broken && (method != "append" || id == "b") {
					return errDown
				}
				return nil
			}}
			src := &fakeSource{name: "feed", replies: []reply{batch("a", "b", "c")}}
			running(t, Config{Log: log, Sources: []Source{src}}, func(in *Ingester) {
				if log.saved() > 0 {
					t.Error("state saved after a failure")
				}
				down.Store(false)
				pass(minute)
				if diff := cmp.Diff([]string{"a", "b", "c"}, log.ids()); diff != "" {
					t.Errorf("logged (-want +got):\n%s", diff)
				}
				if diff := cmp.Diff([]string{"", ""}, src.states); diff != "" {
					t.Errorf("states (-want +got):\n%s", diff)
				}
				if log.saved() != 1 {
					t.Error("no state saved in the end")
				}
			})
		})
	}
}

func TestFetchesAreBoundedAndTimed(t *testing.T) {
	var now, most atomic.Int32
	hang := reply{do: func(ctx context.Context) {
		most.Store(max(most.Load(), now.Add(1)))
		<-ctx.Done()
		now.Add(-1)
	}, err: context.DeadlineExceeded}
	var sources []Source
	for _, n := range []string{"a", "b", "c", "d", "e"} {
		sources = append(sources, &fakeSource{name: n, replies: []reply{hang}})
	}
	running(t, Config{Log: &memoryLog{}, Sources: sources, Fetches: 2, Timeout: time.Second}, func(in *Ingester) {
		pass(3500 * time.Millisecond)
		if most.Load() != 2 {
			t.Errorf("%d fetches at once, want 2", most.Load())
		}
		for _, s := range status(t, in) {
			if s.Error == "" {
				t.Errorf("source %s was not tried within the others' timeouts", s.Name)
			}
		}
	})
}

type watched struct {
	*fakeSource
	signals chan struct{}
	fail    error
}

func (w *watched) Watch(ctx context.Context, changed chan<- struct{}) error {
	if w.fail != nil {
		return w.fail
	}
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-w.signals:
			select {
			case changed <- struct{}{}:
			default:
			}
		}
	}
}

func TestWatcherIsReadOnItsSignal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &watched{&fakeSource{name: "folder", replies: []reply{batch("a")}}, make(chan struct{}), nil}
		in := New(Config{Log: &memoryLog{}, Sources: []Source{w}})
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- in.Run(ctx) }()
		pass(time.Second)
		w.signals <- struct{}{}
		synctest.Wait()
		if diff := cmp.Diff([]time.Duration{time.Second}, w.gaps()); diff != "" {
			t.Errorf("pauses (-want +got):\n%s", diff)
		}
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

func TestBrokenWatchIsToldOnceAndPolled(t *testing.T) {
	var out bytes.Buffer
	w := &watched{&fakeSource{name: "folder", replies: []reply{batch("a")}}, nil, errors.New("too many open files")}
	cfg := Config{Log: &memoryLog{}, Sources: []Source{w}, Logger: logger(&out), Intervals: map[string]time.Duration{"folder": 5 * minute}}
	running(t, cfg, func(*Ingester) {
		pass(16 * minute)
		if w.polls() != 4 || lines(&out, "too many open files") != 1 {
			t.Errorf("%d polls, log:\n%s", w.polls(), &out)
		}
	})
}

func TestOnce(t *testing.T) {
	log := &memoryLog{}
	var told []string
	mixed := batch("a")
	mixed.batch.Articles = append(mixed.batch.Articles, alerts.Article{ID: "empty"})
	mixed.batch.Problems = []alerts.ItemProblem{{Place: "wire.jsonl:3", Err: errors.New("not JSON")}}
	first := &fakeSource{name: "first", replies: []reply{mixed}}
	broken := &fakeSource{name: "broken", replies: []reply{failing(errDown)}}
	last := &fakeSource{name: "last", replies: []reply{batch("b")}}
	in := New(Config{Log: log, Sources: []Source{first, broken, last}, Problem: func(source string, p alerts.ItemProblem) {
		told = append(told, source+" "+p.Place+": "+p.Err.Error())
	}})
	err := in.Once(t.Context())
	if !errors.Is(err, errDown) || !strings.Contains(err.Error(), "source broken") {
		t.Errorf("error %v", err)
	}
	if diff := cmp.Diff([]string{"a", "b"}, log.ids()); diff != "" {
		t.Errorf("logged (-want +got):\n%s", diff)
	}
	want := []string{"first wire.jsonl:3: not JSON", `first item "empty": ` + errEmpty.Error()}
	if diff := cmp.Diff(want, told); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
}

func TestABrokenItemIsToldOnce(t *testing.T) {
	var out bytes.Buffer
	bad := batch("a")
	bad.batch.Problems = []alerts.ItemProblem{{Place: "item 2", Err: errors.New("no headline")}}
	src := &fakeSource{name: "feed", replies: []reply{bad, {batch: alerts.Batch{NotModified: true}}, bad}}
	running(t, Config{Log: &memoryLog{}, Sources: []Source{src}, Logger: logger(&out)}, func(in *Ingester) {
		pass(30 * minute)
		if n := lines(&out, "item left out"); n != 1 {
			t.Errorf("told %d times, want once:\n%s", n, &out)
		}
		if in.Stats().Unreadable != 1 {
			t.Errorf("stats %+v", in.Stats())
		}
	})
}

func TestRunEndsWhileASourceHangs(t *testing.T) {
	src := &fakeSource{name: "slow", replies: []reply{{do: func(ctx context.Context) { <-ctx.Done() }, err: context.Canceled}}}
	var out bytes.Buffer
	running(t, Config{Log: &memoryLog{}, Sources: []Source{src}, Logger: logger(&out)}, func(*Ingester) {})
	if out.Len() > 0 {
		t.Errorf("the end of the program was logged as a failure:\n%s", &out)
	}
}
