package redis_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/bellwether/bellwether/adapters/adaptertest"
	"github.com/bellwether/bellwether/adapters/redis"
	"github.com/bellwether/bellwether/alerts"
)

// model is an outbox in memory without time: leases end and delays pass only
// where the machine below says so, which the real one is given as an hour (not
// in this test) or as none.
type model struct {
	outbox   *redis.Outbox
	other    *redis.Outbox // the same store, as another process has it
	seen     map[string]bool
	lanes    map[alerts.Lane][]*modelItem
	leases   map[alerts.Destination]*modelLease
	held     map[alerts.Lane]bool // put off by an hour
	claims   []alerts.Claim       // all there ever were
	dead     map[string]bool
	yields   map[alerts.Lane]bool // lets others go first, until its destination is written to or has something for itself
	gathered map[alerts.Lane]bool // instant lanes that are claimed whole until such a claim is over
}

type modelItem struct {
	key, article string
	attempt      int
	sending      bool
	part         bool // a message that was a digest; kept while head is
	head         bool
}

type modelLease struct {
	token uint64
	lane  alerts.Lane
	items []*modelItem // without verdict
}

var schedules = []alerts.Schedule{{}, {Cadence: alerts.Hourly}, {Cadence: alerts.Daily, At: 480}}

func anyLane(t *rapid.T) alerts.Lane {
	return alerts.Lane{
		Destination: alerts.Destination{Platform: alerts.Terminal, Channel: rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "place")},
		Schedule:    rapid.SampledFrom(schedules).Draw(t, "schedule"),
	}
}

func (m *model) Enqueue(t *rapid.T) {
	var pendings []alerts.Pending
	want := 0
	for range rapid.IntRange(1, 8).Draw(t, "pendings") {
		p := alerts.Pending{
			Lane: anyLane(t), Article: fmt.Sprint("n", rapid.IntRange(0, 40).Draw(t, "article")),
			Again: rapid.SampledFrom([]string{"", "", "", "2"}).Draw(t, "again"),
		}
		if rapid.IntRange(0, 4).Draw(t, "wide") == 0 {
			p.Wide, p.Yield = true, time.Hour
		}
		pendings = append(pendings, p)
		if !m.seen[p.Key()] {
			m.seen[p.Key()] = true
			want++
			if len(m.lanes[p.Lane]) == 0 {
				m.yields[p.Lane] = p.Wide
			} else if !p.Wide && !p.Lane.Schedule.IsDigest() {
				m.yields[p.Lane] = false
			}
			m.lanes[p.Lane] = append(m.lanes[p.Lane], &modelItem{key: p.Key(), article: p.Article})
		}
	}
	if n, err := m.outbox.Enqueue(t.Context(), pendings); n != want || err != nil {
		t.Fatalf("Enqueue = %d, %v, want %d", n, err, want)
	}
}

// claimable tells whether a lane may be handed out.
func (m *model) claimable(l alerts.Lane) bool {
	return len(m.lanes[l]) > 0 && !m.held[l] && !m.yields[l] && m.leases[l.Destination] == nil
}

func (m *model) Claim(t *rapid.T) {
	claims, err := m.outbox.Claim(t.Context(), rapid.IntRange(1, 3).Draw(t, "lanes"), time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range claims {
		if !m.claimable(c.Lane) {
			t.Fatalf("%v was handed out", c.Lane)
		}
		want := m.lanes[c.Lane]
		if gathered := m.gathered[c.Lane]; gathered != (c.Gathered != "") {
			t.Fatalf("gathered: %q, want %v", c.Gathered, gathered)
		}
		if !c.IsDigest() {
			want = want[:1]
		}
		if len(c.Items) != len(want) {
			t.Fatalf("claimed %d items of %v, want %d", len(c.Items), c.Lane, len(want))
		}
		for i, item := range c.Items {
			w := want[i]
			if item.Key != w.key || item.Article != w.article || item.Attempt != w.attempt || item.Sending != w.sending || item.Part != w.part {
				t.Fatalf("claimed %+v, want %+v", item, *w)
			}
		}
		for _, old := range m.claims {
			if old.Lane.Destination == c.Lane.Destination && old.Token == c.Token {
				t.Fatalf("token %d twice", c.Token)
			}
		}
		m.leases[c.Lane.Destination] = &modelLease{token: c.Token, lane: c.Lane, items: slices.Clone(want)}
		m.claims = append(m.claims, c)
	}
	if len(claims) == 0 {
		for l := range m.lanes {
			if m.claimable(l) {
				t.Fatalf("%v was not handed out", l)
			}
		}
	}
}

// Verdict gives any claim that ever was any verdict on some of its keys.
func (m *model) Verdict(t *rapid.T) {
	if len(m.claims) == 0 {
		t.Skip("nothing was claimed yet")
	}
	// Newer ones more often: most older ones are stale.
	back := min(rapid.IntRange(0, 4).Draw(t, "claim"), len(m.claims)-1)
	c := m.claims[len(m.claims)-1-back]
	var keys []string
	for _, i := range c.Items {
		if rapid.IntRange(0, 3).Draw(t, "key") > 0 {
			keys = append(keys, i.Key)
		}
	}
	verb := rapid.SampledFrom([]string{"sending", "done", "done", "drop", "fail", "retry", "defer", "later", "gather"}).Draw(t, "verb")
	err := m.give(t, c, verb, keys)
	l := m.leases[c.Lane.Destination]
	if l == nil || l.token != c.Token {
		if !errors.Is(err, alerts.ErrStale) {
			t.Fatalf("%s with a stale token = %v", verb, err)
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	m.apply(l, c.IsDigest(), verb, keys)
}

func (m *model) give(t *rapid.T, c alerts.Claim, verb string, keys []string) error {
	ctx := t.Context()
	o := rapid.SampledFrom([]*redis.Outbox{m.outbox, m.other}).Draw(t, "process")
	switch verb {
	case "sending":
		return o.Sending(ctx, c, keys...)
	case "done":
		return o.Done(ctx, c, "m", alerts.Receipt{}, time.Time{}, keys...)
	case "drop":
		return o.Drop(ctx, c, keys...)
	case "fail":
		return o.Fail(ctx, c, "reason", keys...)
	case "retry":
		return o.Retry(ctx, c, 0, "reason", keys...)
	case "defer":
		return o.Defer(ctx, c, 0, keys...)
	}
	if verb == "gather" {
		return o.Gather(ctx, c, alerts.GatheredLimit, 0)
	}
	return o.Defer(ctx, c, time.Hour, keys...)
}

func (m *model) apply(l *modelLease, digest bool, verb string, keys []string) {
	if verb == "gather" {
		keys = nil
		if !l.lane.Schedule.IsDigest() {
			m.gathered[l.lane] = true
		}
	}
	covered := func(i *modelItem) bool { return slices.Contains(keys, i.key) }
	gone := func(i *modelItem) bool { return covered(i) && slices.Contains(l.items, i) }
	switch verb {
	case "done", "drop", "fail":
		for _, i := range l.items {
			if covered(i) && verb == "fail" {
				m.dead[i.key] = true
			}
		}
		m.lanes[l.lane] = slices.DeleteFunc(m.lanes[l.lane], gone)
		l.items = slices.DeleteFunc(l.items, covered)
		if len(l.items) == 0 {
			m.release(l.lane.Destination)
			delete(m.gathered, l.lane)
		}
		return
	}
	for _, i := range l.items {
		if covered(i) {
			i.sending = verb == "sending"
			if i.sending && !i.head {
				i.head, i.part = true, digest
			}
			if verb != "sending" && verb != "retry" && i.attempt == 0 {
				i.head, i.part = false, false
			}
			if verb == "retry" {
				i.attempt++
			}
		}
	}
	if verb != "sending" {
		m.release(l.lane.Destination)
		m.held[l.lane] = verb == "later"
	}
}

// release ends a lease; what waits for the destination yields no more.
func (m *model) release(d alerts.Destination) {
	delete(m.leases, d)
	m.settle(d)
}

// settle has the lanes of a destination yield no more.
func (m *model) settle(d alerts.Destination) {
	for l := range m.yields {
		if l.Destination == d {
			delete(m.yields, l)
		}
	}
}

func (m *model) Move(t *rapid.T) {
	from := anyLane(t)
	to := alerts.Lane{Destination: from.Destination, Schedule: rapid.SampledFrom(schedules).Draw(t, "to")}
	var stay, moved []*modelItem
	begun := 0
	lease := m.leases[from.Destination]
	for _, i := range m.lanes[from] {
		if i.sending || lease != nil && slices.Contains(lease.items, i) {
			stay = append(stay, i)
			if lease == nil || !slices.Contains(lease.items, i) {
				begun++
			}
		} else {
			moved = append(moved, i)
		}
	}
	if n, err := m.outbox.Move(t.Context(), from, to, time.Time{}); n != len(moved) || err != nil {
		t.Fatalf("Move = %d, %v, want %d", n, err, len(moved))
	}
	if len(moved)+begun > 0 {
		m.held[from] = false
		m.settle(from.Destination)
	}
	if len(moved) > 0 {
		m.lanes[from] = stay
		m.lanes[to] = append(m.lanes[to], moved...)
	}
}

func (m *model) Check(t *rapid.T) {
	total := 0
	waiting := map[alerts.Destination][]string{}
	for l, items := range m.lanes {
		total += len(items)
		for _, i := range items {
			waiting[l.Destination] = append(waiting[l.Destination], i.key)
		}
		if len(items) == 0 {
			m.held[l] = false // nothing is kept of an empty lane
			delete(m.gathered, l)
		}
	}
	due, later, err := m.other.Depth(t.Context())
	if err != nil || due+later != total {
		t.Fatalf("Depth = %d, %d, %v, want %d together", due, later, err, total)
	}
	for d, want := range waiting {
		items, err := m.other.Waiting(t.Context(), d)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, i := range items {
			got = append(got, i.Key)
		}
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Fatalf("Waiting = %v, want %v", got, want)
		}
	}
	dead := 0
	if err := m.other.Dead(t.Context(), func(d redis.Dead) error {
		if dead++; !m.dead[d.Key] {
			t.Fatalf("%s is dead", d.Key)
		}
		return nil
	}); err != nil || dead != len(m.dead) {
		t.Fatalf("%d dead letters, %v, want %d", dead, err, len(m.dead))
	}
}

// TestOutboxAgainstModel compares random histories with a model of the rules.
func TestOutboxAgainstModel(t *testing.T) {
	onEvery(t, func(t *testing.T, s store) {
		rapid.Check(t, func(r *rapid.T) {
			prefix := adaptertest.Prefix(t)
			open := func() *redis.Client {
				c, err := redis.Open(r.Context(), redis.Options{URL: s.url, Prefix: prefix, Shards: 2})
				if err != nil {
					r.Fatal(err)
				}
				r.Cleanup(func() { _ = c.Close() })
				return c
			}
			m := &model{
				outbox: open().Outbox(), other: open().Outbox(), seen: map[string]bool{}, lanes: map[alerts.Lane][]*modelItem{},
				leases: map[alerts.Destination]*modelLease{}, held: map[alerts.Lane]bool{}, dead: map[string]bool{},
				gathered: map[alerts.Lane]bool{}, yields: map[alerts.Lane]bool{},
			}
			r.Repeat(map[string]func(*rapid.T){
				"enqueue": m.Enqueue, "claim": m.Claim, "claim again": m.Claim, "verdict": m.Verdict,
				"verdict again": m.Verdict, "move": m.Move, "": m.Check,
			})
		})
	})
}
