package dispatch

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/alerts/query"
)

var errDown = errors.New("connection refused")

// records is Articles and Subscriptions: every article exists unless it is
// gone, and every subscription as it was put in.
type records struct {
	mu       sync.Mutex
	gone     map[string]bool
	amended  map[string]alerts.Article // in place of what Article makes
	subs     map[alerts.SubscriptionID]alerts.Subscription
	settings map[alerts.Destination]alerts.Settings
	down     int
}

func (l *records) Article(_ context.Context, id string) (alerts.Article, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.gone[id] {
		return alerts.Article{}, fmt.Errorf("article %s: %w", id, alerts.ErrNotFound)
	}
	if a, ok := l.amended[id]; ok {
		return a, nil
	}
	return alerts.Article{ID: id, Revision: 1, Received: start, Title: "Tariff news " + id, Body: "A new tariff was announced on Monday by the trade ministry. It is the second of " + id + "."}, nil
}

func (l *records) Subscriptions(_ context.Context, _ alerts.Destination, ids []alerts.SubscriptionID) ([]alerts.Subscription, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.down > 0 {
		l.down--
		return nil, errDown
	}
	var out []alerts.Subscription
	for _, id := range ids {
		if s, ok := l.subs[id]; ok {
			out = append(out, s)
		}
	}
	return out, nil
}

func (l *records) Settings(_ context.Context, d alerts.Destination) (alerts.Settings, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	s := l.settings[d]
	s.Destination = d
	return s, nil
}

// fakeMessenger keeps what arrived. answer, if set, gives a send's error; a
// message arrives when it is nil, or says so itself with arrived.
type fakeMessenger struct {
	platform string
	answer   func(ctx context.Context, d alerts.Delivery) error
	receipt  func(d alerts.Delivery) alerts.Receipt

	mu    sync.Mutex
	sends []send // every call
	shown []send // what a reader sees
}

type send struct {
	key      string
	place    string
	articles string
	attempt  int
	part     string
	thread   string
	gathered alerts.Gathering
	reading  *alerts.Reading
	limit    string
	at       time.Duration // since the start of the bubble
}

// arrived is an answer that was lost: the message is there all the same.
type arrived struct{ error }

func (m *fakeMessenger) Platform() string { return m.platform }

func (m *fakeMessenger) Send(ctx context.Context, d alerts.Delivery) (alerts.Receipt, error) {
	s := send{key: d.Key, place: d.Destination.Channel, attempt: d.Attempt, part: fmt.Sprintf("%d/%d", d.Part, d.Parts), thread: d.Thread, gathered: d.Gathered, reading: d.Reading, at: time.Since(start)}
	if d.Limit > 0 {
		s.limit = fmt.Sprint(d.Limit, " until ", d.LimitUntil.Sub(start).Round(time.Second))
	}
	for _, a := range d.Alerts {
		s.articles += a.Article.ID + " "
	}
	s.articles = strings.TrimSpace(s.articles)
	m.mu.Lock()
	m.sends = append(m.sends, s)
	m.mu.Unlock()
	var err error
	if m.answer != nil {
		err = m.answer(ctx, d)
	}
	if err == nil || errors.As(err, new(arrived)) {
		m.mu.Lock()
		m.shown = append(m.shown, s)
		m.mu.Unlock()
	}
	if err != nil {
		return alerts.Receipt{}, err
	}
	if m.receipt != nil {
		return m.receipt(d), nil
	}
	return alerts.Receipt{Messages: []string{"m-" + d.Key}}, nil
}

// list gives one field of each send, or of what was shown.
func (m *fakeMessenger) list(sends *[]send, field func(send) string) []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	var out []string
	for _, s := range *sends {
		out = append(out, field(s))
	}
	return out
}

// count is the length of sends or shown.
func (m *fakeMessenger) count(sends *[]send) int { return len(m.list(sends, byArticles)) }

func byArticles(s send) string { return s.articles }
func byTime(s send) string     { return s.at.Round(time.Second).String() }
func byThread(s send) string   { return s.thread }
func byLimit(s send) string    { return s.limit }
func byGathered(s send) string { return string(s.gathered) }
func byKey(s send) string      { return s.key }
func byPart(s send) string     { return s.part }

// finder is a fakeMessenger that can look.
type finder struct {
	*fakeMessenger
	blind int // how many looks still fail
	looks int
	since []time.Duration // of each look, since the start of the bubble
	tried []time.Time     // of each look
	below string          // the thread in which everything is found
}

func (f *finder) Find(_ context.Context, d alerts.Delivery) (alerts.Receipt, bool, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.looks++
	f.since = append(f.since, d.Since.Sub(start))
	f.tried = append(f.tried, d.Tried)
	if f.blind > 0 {
		f.blind--
		return alerts.Receipt{}, false, errDown
	}
	for _, s := range f.shown {
		if s.key == d.Key {
			return alerts.Receipt{Messages: []string{"found-" + d.Key}, Thread: f.below}, true, nil
		}
	}
	return alerts.Receipt{}, false, nil
}

// start is the time at which a bubble begins: a Saturday's midnight in UTC.
var start = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// world is a Dispatcher with its fakes. Subscription 1 is for tariff, 2 for
// "ministry", 3 for a word that no article has.
type world struct {
	cfg     Config
	outbox  *memoryOutbox
	records *records
	slack   *fakeMessenger
	out     *bytes.Buffer
	blocked []string
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{
		outbox: newOutbox(), slack: &fakeMessenger{platform: "slack"}, out: &bytes.Buffer{},
		records: &records{gone: map[string]bool{}, subs: map[alerts.SubscriptionID]alerts.Subscription{}, settings: map[alerts.Destination]alerts.Settings{}},
	}
	for id, text := range map[alerts.SubscriptionID]string{1: "tariff", 2: `"ministry"`, 3: "chess"} {
		q, err := query.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		w.records.subs[id] = alerts.Subscription{ID: id, Number: int(id), Query: q}
	}
	w.cfg = Config{
		Outbox: w.outbox, Articles: w.records, Subscriptions: w.records, Messengers: []Messenger{w.slack},
		Logger: slog.New(slog.NewTextHandler(w.out, nil)),
		Jitter: func() float64 { return 0.999999 },
		Blocked: func(d alerts.Destination, s alerts.Scope, _ error) {
			w.blocked = append(w.blocked, s.String()+" "+d.Channel)
		},
	}
	return w
}

func lane(channel string) alerts.Lane {
	return alerts.Lane{Destination: alerts.Destination{Platform: "slack", Workspace: "T", Channel: channel}}
}

func digest(channel string) alerts.Lane {
	l := lane(channel)
	l.Schedule = alerts.Schedule{Cadence: alerts.Hourly}
	return l
}

// item waits for a lane with the subscriptions, 1 if there are none.
func item(l alerts.Lane, article string, subs ...alerts.SubscriptionID) alerts.Item {
	if len(subs) == 0 {
		subs = []alerts.SubscriptionID{1}
	}
	return alerts.Item{Key: alerts.Pending{Lane: l, Article: article}.Key(), Article: article, Subscriptions: subs}
}

func (w *world) put(l alerts.Lane, articles ...string) {
	for _, a := range articles {
		w.outbox.put(l, time.Time{}, item(l, a))
	}
}

// running runs f beside a Dispatcher and stops it. It must be in a bubble.
func (w *world) running(t *testing.T, f func(d *Dispatcher)) *Dispatcher {
	t.Helper()
	d := New(w.cfg)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- d.Run(ctx) }()
	synctest.Wait()
	f(d)
	cancel()
	if err := <-done; err != nil {
		t.Errorf("Run: %v", err)
	}
	return d
}

// pass lets d go by on the bubble's clock.
func pass(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}

func (w *world) logged(words string) int { return strings.Count(w.out.String(), words) }
