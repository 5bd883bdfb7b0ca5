package matching

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/bellwether/bellwether/alerts"
)

// crowdedWorld has n destinations with a subscription each; the article all
// hits them all.
func crowdedWorld(n int) (w *world, all alerts.Article) {
	w = newWorld()
	var body strings.Builder
	for i := range n {
		d := channel
		d.Channel = fmt.Sprint("C", i+1)
		w.store.set(sub(alerts.SubscriptionID(i+1), d, alerts.Schedule{}))
		fmt.Fprint(&body, i+1, " ")
	}
	return w, hitting("all", body.String())
}

func once(_ context.Context, f func() error) error { return f() }

// step takes one step and fails at an error.
func step(t *testing.T, w *world) {
	t.Helper()
	if _, err := w.step(t.Context(), 0, once); err != nil {
		t.Fatal(err)
	}
}

// order lists the articles of a channel as they were put in.
func order(w *world, channel string) (out []string) {
	for _, p := range w.outbox.put {
		if p.Lane.Destination.Channel == channel {
			out = append(out, p.Article)
		}
	}
	return out
}

func TestAWideArticleHoldsNobodyUp(t *testing.T) {
	const n = 3*enqueueAtOnce + 1
	w, all := crowdedWorld(n)
	w.log.add(all)
	step(t, w)
	if got := len(w.outbox.put); got != enqueueAtOnce {
		t.Fatalf("the first step put in %d, want %d", got, enqueueAtOnce)
	}
	w.log.add(hitting("few", fmt.Sprint("1 ", n)))
	step(t, w)
	if diff := cmp.Diff([]string{"all", "few"}, order(w, "C1")); diff != "" {
		t.Errorf("in a channel that has the wide article (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"all", "few"}, order(w, fmt.Sprint("C", n))); diff != "" {
		t.Errorf("in one that was still to get it (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"t-few"}, w.acks()); diff != "" {
		t.Errorf("acknowledged before the wide article was all in (-want +got):\n%s", diff)
	}
	drain(t, w)
	if got := w.Stats(); got.Enqueued != n+2 || got.Articles != 2 {
		t.Errorf("stats %+v", got)
	}
	if diff := cmp.Diff([]string{"t-few", "t-all"}, w.acks()); diff != "" {
		t.Errorf("acknowledged (-want +got):\n%s", diff)
	}
	for _, p := range w.outbox.put {
		if p.Wide != (p.Article == "all") {
			t.Fatalf("%s of %s: wide %v", p.Article, p.Lane.Destination, p.Wide)
		}
		// Each yields for as long as what is behind it takes.
		at, _ := strconv.Atoi(strings.TrimPrefix(p.Lane.Destination.Channel, "C"))
		if want := time.Duration(n+1-at) * putTime; p.Wide && p.Yield != want || !p.Wide && p.Yield != 0 {
			t.Fatalf("%s of %s yields for %s", p.Article, p.Lane.Destination, p.Yield)
		}
	}
}

func TestAWideArticleOutlastsErrors(t *testing.T) {
	const n = 2 * enqueueAtOnce
	w, all := crowdedWorld(n)
	w.log.add(all)
	step(t, w)
	w.log.add(hitting("few", fmt.Sprint(n)))
	for range 3 {
		w.faults.down["enqueue"] = 1
		if err := w.Drain(t.Context()); !errors.Is(err, errDown) {
			t.Fatalf("error %v", err)
		}
	}
	drain(t, w)
	if diff := cmp.Diff([]string{"all", "few"}, order(w, fmt.Sprint("C", n))); diff != "" {
		t.Errorf("order (-want +got):\n%s", diff)
	}
	if got := w.Stats().Enqueued; got != n+1 {
		t.Errorf("%d put in, want %d", got, n+1)
	}
}

// TestLanesKeepTheOrderOfTheLog puts wide and other articles in as they come,
// between steps and errors: each destination has its articles in the order of
// the log, each once.
func TestLanesKeepTheOrderOfTheLog(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		const n = wide + 200
		w, all := crowdedWorld(n)
		ctx := context.Background()
		want := map[string][]string{}
		for i := range rapid.IntRange(1, 12).Draw(t, "articles") {
			a := hitting(fmt.Sprint("a", i), all.Body)
			last := n
			if rapid.Bool().Draw(t, "narrow") {
				last = rapid.IntRange(1, 20).Draw(t, "hits")
				a.Body = strings.Join(strings.Fields(all.Body)[:last], " ")
			}
			for c := range last {
				name := fmt.Sprint("C", c+1)
				want[name] = append(want[name], a.ID)
			}
			w.log.add(a)
			if rapid.Bool().Draw(t, "step") {
				w.faults.down["enqueue"] = rapid.IntRange(0, 1).Draw(t, "down")
				_, _ = w.step(ctx, 0, once)
			}
		}
		w.faults.down["enqueue"] = 0
		if err := w.Drain(ctx); err != nil {
			t.Fatal(err)
		}
		got := map[string][]string{}
		for _, p := range w.outbox.put {
			got[p.Lane.Destination.Channel] = append(got[p.Lane.Destination.Channel], p.Article)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("lanes (-want +got):\n%s", diff)
		}
		if len(w.log.entries) != 0 {
			t.Fatalf("%d entries are left in the log", len(w.log.entries))
		}
	})
}
