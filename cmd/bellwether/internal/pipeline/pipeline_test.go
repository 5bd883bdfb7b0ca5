package pipeline

import (
	"slices"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/alerts/match"
	"github.com/bellwether/bellwether/alerts/query"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

func after(ms int) time.Time { return noon.Add(time.Duration(ms) * time.Millisecond) }

// TestDemandIsWhatTheQueriesSay compares what the corpus says of itself with
// the oracle of the engine's tests.
func TestDemandIsWhatTheQueriesSay(t *testing.T) {
	c := newCorpus(Config{Subscriptions: 500, Destinations: 100, Articles: 40, Hits: 10, Burst: 30, Platform: alerts.Slack, Seed: 7})
	reference := match.NewReference()
	var places []int32
	for d, text := range c.subscriptions() {
		q, err := query.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		reference.Add(alerts.SubscriptionID(len(places)), q)
		places = append(places, c.places[d])
	}
	total := 0
	for i := range c.articles {
		var want []int32
		for _, h := range reference.Match(c.article(i), nil) {
			want = append(want, places[h.ID])
		}
		slices.Sort(want)
		want = slices.Compact(want)
		if got := c.demanded(i); !slices.Equal(got, want) {
			t.Errorf("article %d is for %v, its queries say %v", i, got, want)
		}
		if i != c.burst {
			total += len(want)
		}
	}
	if total < 40*5 || total > 40*15 {
		t.Errorf("%d hits of 40 articles, want about 400", total)
	}
	if n := len(c.demanded(c.burst)); n != 30 {
		t.Errorf("the burst is for %d destinations, want 30", n)
	}
}

func TestDelayLeavesOutWhatALimitTook(t *testing.T) {
	type message struct{ appended, shared, at, want int }
	const none = -5000
	for _, c := range []struct {
		name     string
		messages []message // of one channel, in ms
		held     int       // how many of them were held back
	}{
		{"far apart", []message{{0, none, 70, 70}, {1100, none, 1150, 50}}, 0},
		{"close together", []message{{0, none, 70, 70}, {100, none, 1080, 10}, {200, none, 2100, 30}}, 2},
		{"behind one that came late", []message{{0, none, 5000, 5000}, {100, none, 6050, 4950}}, 1},
		{"after a full workspace", []message{{0, 3000, 3020, 20}, {100, none, 4100, 3000}}, 2},
		{"sooner than documented", []message{{0, none, 70, 70}, {100, none, 170, 0}}, 1},
	} {
		channel, held := slackRules().channel(), 0
		var shut []closed
		for i, m := range c.messages {
			got, was := arrival{at: after(m.at), shared: after(m.shared)}.delay(after(m.appended), shut)
			shut = shutting(shut, channel, after(m.at))
			if got != time.Duration(m.want)*time.Millisecond {
				t.Errorf("%s: number %d took %s, want %d ms", c.name, i, got, m.want)
			}
			if was {
				held++
			}
		}
		if held != c.held {
			t.Errorf("%s: %d held back, want %d", c.name, held, c.held)
		}
	}
}

func TestTheLedgerFindsWhatIsWrong(t *testing.T) {
	c := newCorpus(Config{Subscriptions: 10, Destinations: 10, Articles: 4, Hits: 10, Platform: alerts.Slack})
	l := newLedger(c, slackRules().channel)
	demanded := 0
	for i := range c.articles {
		l.appended(i, noon)
		demanded += len(c.demanded(i))
	}
	d := c.destination(c.demanded(0)[0])
	take := func(article int) {
		l.accepted(d, d.String()+"|"+articleID(article), arrival{at: noon})
	}
	take(1)
	take(0)
	take(1)
	var r Result
	r.compare(l)
	if r.Duplicated != 1 || r.OutOfOrder != 1 || r.Lost+2-r.Unasked != demanded {
		t.Errorf("of %d demanded: %+v", demanded, r)
	}
	if !l.has(d, d.String()+"|"+articleID(0)) || l.has(d, d.String()+"|"+articleID(2)) {
		t.Error("what arrived is not found, or what did not is")
	}
}

func TestGates(t *testing.T) {
	for name, g := range map[string]gate{
		"spacing": &spacing{interval: 100 * time.Millisecond, burst: 3},
		"window":  newWindow(3, 300*time.Millisecond),
	} {
		at := noon
		for i := range 3 {
			if g.open().After(at) {
				t.Errorf("%s: number %d of three at once has to wait", name, i)
			}
			g.take(at)
		}
		if !g.open().After(at) {
			t.Errorf("%s: a fourth was let through", name)
		}
		if span := g.open().Sub(at); span != 100*time.Millisecond && span != 300*time.Millisecond {
			t.Errorf("%s: open again after %s", name, span)
		}
	}
	w := newWindow(2, time.Second)
	w.take(noon)
	w.take(after(400))
	if left, reset := w.left(after(500)); left != 0 || reset != 500*time.Millisecond {
		t.Errorf("%d left, reset after %s", left, reset)
	}
	if left, reset := w.left(after(1200)); left != 1 || reset != 200*time.Millisecond {
		t.Errorf("%d left, reset after %s", left, reset)
	}
}

func TestParseFaults(t *testing.T) {
	f, err := ParseFaults("429=0.01, 500=0.02,hang=0.03,lost=0.04")
	if want := (Faults{0.01, 0.02, 0.03, 0.04}); err != nil || f != want {
		t.Errorf("%+v, %v", f, err)
	}
	for _, wrong := range []string{"429", "slow=0.1", "500=2", "500=-1", "500=0.6,hang=0.4"} {
		if _, err := ParseFaults(wrong); err == nil {
			t.Errorf("%q was taken", wrong)
		}
	}
}
