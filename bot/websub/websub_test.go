package websub_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/bot/websub"
)

// memory is a store for replicas of one process.
type memory struct {
	mu  sync.Mutex
	all map[string]alerts.HubSubscription
}

func (m *memory) HubSubscriptions(context.Context) ([]alerts.HubSubscription, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var out []alerts.HubSubscription
	for _, s := range m.all {
		out = append(out, s)
	}
	return out, nil
}

func (m *memory) HubSubscription(_ context.Context, token string) (alerts.HubSubscription, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	s, ok := m.all[token]
	if !ok {
		return s, alerts.ErrNotFound
	}
	return s, nil
}

func (m *memory) PutHubSubscription(_ context.Context, s alerts.HubSubscription) (alerts.HubSubscription, bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.all[s.Token].Revision != s.Revision {
		return s, false, nil
	}
	s.Revision++
	m.all[s.Token] = s
	return s, true, nil
}

func (m *memory) DropHubSubscription(_ context.Context, s alerts.HubSubscription) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if s.Revision == 0 || m.all[s.Token].Revision != s.Revision {
		return false, nil
	}
	delete(m.all, s.Token)
	return true, nil
}

func (m *memory) count() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.all)
}

// only gives the one subscription that there is.
func (m *memory) only(t *testing.T) alerts.HubSubscription {
	t.Helper()
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.all) != 1 {
		t.Fatalf("%d subscriptions, want 1", len(m.all))
	}
	for _, s := range m.all {
		return s
	}
	panic("unreachable")
}

// hub is a hub that asks back through any replica.
type hub struct {
	t        *testing.T
	replicas []*websub.Subscriber
	lease    time.Duration // that it gives; 0 for as long as was asked
	down     error         // what requests get
	silent   bool          // it never asks back
	deny     bool
	at       string // it is only this one of the hubs

	mu     sync.Mutex
	asked  []map[string]string
	places []string
}

func (h *hub) Ask(ctx context.Context, address, host string, form map[string]string) error {
	h.mu.Lock()
	h.asked, h.places = append(h.asked, form), append(h.places, address)
	n := len(h.asked)
	down, silent := h.down, h.silent || h.at != "" && h.at != address
	h.mu.Unlock()
	if host != "example.org" {
		h.t.Errorf("the feed is read from %q", host)
	}
	if down != nil {
		return down
	}
	if silent {
		return nil
	}
	r := websub.Request{Token: strings.TrimPrefix(form["hub.callback"], callback), Mode: form["hub.mode"], Topic: form["hub.topic"], Lease: h.lease}
	if h.deny {
		r.Mode, r.Reason = "denied", "not for you"
	}
	if form["hub.mode"] == "subscribe" && h.lease == 0 {
		seconds, err := strconv.Atoi(form["hub.lease_seconds"])
		if err != nil {
			h.t.Error(err)
		}
		r.Lease = time.Duration(seconds) * time.Second
	}
	// Some hubs ask back before they answer, others later.
	back := func() {
		if err := h.replicas[n%len(h.replicas)].Verify(context.WithoutCancel(ctx), r); err != nil {
			h.t.Errorf("it did not agree to what it asked for: %v", err)
		}
	}
	if n%2 == 0 {
		back()
		return nil
	}
	go func() {
		<-time.After(5 * time.Second)
		back()
	}()
	return nil
}

// asks are what it was asked so far, and where.
func (h *hub) asks() (forms []map[string]string, places []string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.asked), slices.Clone(h.places)
}

// set changes how the hub is.
func (h *hub) set(change func()) {
	h.mu.Lock()
	defer h.mu.Unlock()
	change()
}

// intake notes what comes.
type intake struct {
	mu      sync.Mutex
	brought []string
	polled  int
	err     error
}

func (i *intake) Bring(_ context.Context, source, contentType string, body []byte, base string) error {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.brought = append(i.brought, fmt.Sprint(source, " ", contentType, " ", string(body), " ", base))
	return i.err
}

func (i *intake) Poll(string) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.polled++
}

const callback = "https://bot.example/hub/"

var named = alerts.Hub{Addresses: []string{"https://hub.example/", "https://second.example/"}, Topic: "https://example.org/feed"}

// world is two replicas with a hub, in simulated time.
type world struct {
	*memory
	hub    *hub
	intake *intake
	one    *websub.Subscriber
	two    *websub.Subscriber
	log    *strings.Builder
}

// simulate runs f beside the replicas, in a bubble of its own time.
func simulate(t *testing.T, f func(t *testing.T, w *world)) {
	synctest.Test(t, func(t *testing.T) {
		w := &world{memory: &memory{all: map[string]alerts.HubSubscription{}}, hub: &hub{t: t}, intake: &intake{}, log: &strings.Builder{}}
		cfg := websub.Config{
			Store: w.memory, Hubs: w.hub, Intake: w.intake, Callback: callback,
			Logger: slog.New(slog.NewTextHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		}
		w.one, w.two = websub.New(cfg), websub.New(cfg)
		w.hub.replicas = []*websub.Subscriber{w.one, w.two}
		ctx, cancel := context.WithCancel(t.Context())
		var running sync.WaitGroup
		for _, s := range w.hub.replicas {
			running.Go(func() {
				if err := s.Run(ctx); err != nil {
					t.Error(err)
				}
			})
		}
		f(t, w)
		<-time.After(time.Minute) // what a hub asks back late
		cancel()
		running.Wait()
		for _, s := range w.all {
			for _, secret := range []string{s.Secret, s.Token} {
				if secret != "" && strings.Contains(w.log.String(), secret) {
					t.Errorf("the log has a secret:\n%s", w.log)
				}
			}
		}
	})
}

// polls tells for a while, every half hour, that the feed names a hub, by one
// replica and the other in turns.
func (w *world) polls(t *testing.T, h alerts.Hub, span time.Duration, each func()) {
	for n := 0; time.Duration(n)*30*time.Minute < span; n++ {
		[]*websub.Subscriber{w.one, w.two}[n%2].Found(t.Context(), "gazette", "example.org", h)
		<-time.After(30 * time.Minute)
		each()
	}
}

// For as long as a feed names a hub, which is well, its subscription never runs
// out, and the hub is asked no more than that needs.
func TestSubscriptionIsKept(t *testing.T) {
	for _, lease := range []time.Duration{0, time.Hour, 48 * time.Hour, 400 * 24 * time.Hour} {
		t.Run(lease.String(), func(t *testing.T) {
			simulate(t, func(t *testing.T, w *world) {
				w.hub.lease = lease
				w.polls(t, named, 25*24*time.Hour, func() {
					if !w.one.Live("gazette") || !w.two.Live("gazette") {
						t.Fatal("the subscription ran out")
					}
				})
				got := min(max(cmpOr(lease, 10*24*time.Hour), time.Minute), 30*24*time.Hour)
				forms, _ := w.hub.asks()
				if n, most := len(forms), int(25*24*time.Hour/(got*55/100))+2; n > most {
					t.Errorf("the hub was asked %d times, %d at most are due", n, most)
				}
				form := forms[0]
				if s := w.only(t); form["hub.mode"] != "subscribe" || form["hub.topic"] != named.Topic || form["hub.callback"] != callback+s.Token || form["hub.secret"] != s.Secret || form["hub.lease_seconds"] != "864000" {
					t.Errorf("asked %v", form)
				}
			})
		})
	}
}

func cmpOr(a, b time.Duration) time.Duration {
	if a != 0 {
		return a
	}
	return b
}

// A hub that is down, or never asks back, is asked seldom, in turns with the feed's
// other one, and works again by itself.
func TestHubThatFails(t *testing.T) {
	for name, fault := range map[string]func(*hub){
		"down":   func(h *hub) { h.down = errors.New("server answered 503 Service Unavailable") },
		"silent": func(h *hub) { h.silent = true },
		"denies": func(h *hub) { h.deny = true },
		"pause": func(h *hub) {
			h.down = alerts.RetryAfter(errors.New("server answered 429"), 3*time.Hour, alerts.ScopePlatform)
		},
	} {
		t.Run(name, func(t *testing.T) {
			simulate(t, func(t *testing.T, w *world) {
				w.hub.set(func() { fault(w.hub) })
				w.polls(t, named, 7*24*time.Hour, func() {})
				if w.one.Live("gazette") {
					t.Error("the subscription is live")
				}
				_, places := w.hub.asks()
				if n := len(places); n < 20 || n > 60 {
					t.Fatalf("the hub was asked %d times in a week", n)
				}
				if name != "denies" && places[0] == places[1] {
					t.Errorf("asked %v", places[:2])
				}
				w.hub.set(func() { w.hub.down, w.hub.silent, w.hub.deny = nil, false, false })
				w.polls(t, named, 7*time.Hour, func() {})
				if !w.one.Live("gazette") || w.only(t).Error != "" {
					t.Errorf("the subscription is not live again: %+v", w.only(t).Error)
				}
			})
		})
	}
}

// What the feed no longer names is taken back, also when nobody polls the feed
// any more.
func TestSubscriptionIsTakenBack(t *testing.T) {
	other := alerts.Hub{Addresses: named.Addresses, Topic: "https://example.org/another"}
	for name, now := range map[string]func(t *testing.T, w *world){
		"no hub":         func(t *testing.T, w *world) { w.polls(t, alerts.Hub{}, time.Hour, func() {}) },
		"another topic":  func(t *testing.T, w *world) { w.polls(t, other, time.Hour, func() {}) },
		"no longer read": func(_ *testing.T, _ *world) { <-time.After(9 * time.Hour) },
	} {
		t.Run(name, func(t *testing.T) {
			simulate(t, func(t *testing.T, w *world) {
				w.polls(t, named, time.Hour, func() {})
				first := w.only(t)
				now(t, w)
				if _, err := w.HubSubscription(t.Context(), first.Token); !errors.Is(err, alerts.ErrNotFound) {
					t.Fatalf("it is still there: %v", err)
				}
				said := false
				forms, _ := w.hub.asks()
				for _, form := range forms {
					said = said || form["hub.mode"] == "unsubscribe" && form["hub.topic"] == named.Topic && form["hub.callback"] == callback+first.Token
				}
				if !said {
					t.Errorf("the hub was not told: %v", forms)
				}
				if name == "another topic" && (w.only(t).Hub.Topic != other.Topic || !w.two.Live("gazette")) {
					t.Errorf("%+v", w.only(t).Hub)
				}
			})
		})
	}
}

// A hub that does not answer a goodbye is let go.
func TestGoodbyeToASilentHub(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		w.polls(t, named, time.Hour, func() {})
		w.hub.set(func() { w.hub.silent = true })
		w.polls(t, alerts.Hub{}, 6*time.Hour, func() {})
		if n := w.count(); n != 0 {
			t.Errorf("%d subscriptions stand", n)
		}
	})
}

// Nobody but the hub can have the callback agree to anything.
func TestVerify(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		w.hub.set(func() { w.hub.silent = true })
		w.polls(t, named, 30*time.Minute, func() {})
		token := w.only(t).Token
		for _, r := range []websub.Request{
			{Token: token, Mode: "subscribe", Topic: "https://example.org/other"},
			{Token: token, Mode: "unsubscribe", Topic: named.Topic},
			{Token: token, Mode: "publish", Topic: named.Topic},
			{Token: token + "x", Mode: "subscribe", Topic: named.Topic},
			{Mode: "subscribe", Topic: named.Topic},
		} {
			if err := w.two.Verify(t.Context(), r); !errors.Is(err, alerts.ErrNotFound) {
				t.Errorf("%+v: %v", r, err)
			}
		}
		if err := w.two.Verify(t.Context(), websub.Request{Token: token, Mode: "subscribe", Topic: named.Topic}); err != nil {
			t.Error(err)
		}
	})
}

func signature(name string, by func() hash.Hash, secret, body string) string {
	mac := hmac.New(by, []byte(secret))
	mac.Write([]byte(body))
	return name + "=" + hex.EncodeToString(mac.Sum(nil))
}

// Only what the hub signed is taken in; a failure is for the hub to send again.
func TestDeliver(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		w.polls(t, named, 30*time.Minute, func() {})
		s := w.only(t)
		const body = "<feed/>"
		send := func(token, sign string) error {
			return w.two.Deliver(t.Context(), websub.Delivery{Token: token, Signature: sign, ContentType: "application/atom+xml", Body: []byte(body)})
		}
		for _, forged := range []string{
			"", "sha256=", "sha256=00", "md5=00", "sha256=zz", signature("sha256", sha256.New, "another", body),
			signature("sha1", sha256.New, s.Secret, body), signature("sha256", sha256.New, s.Secret, body+" "),
		} {
			if err := send(s.Token, forged); err != nil {
				t.Errorf("%q: %v", forged, err)
			}
		}
		if len(w.intake.brought)+w.intake.polled > 0 {
			t.Errorf("taken in: %v", w.intake.brought)
		}
		for _, good := range []string{
			signature("sha1", sha1.New, s.Secret, body), signature("SHA256", sha256.New, s.Secret, body),
			signature("sha384", sha512.New384, s.Secret, body), signature("sha512", sha512.New, s.Secret, body),
		} {
			if err := send(s.Token, good); err != nil {
				t.Errorf("%q: %v", good, err)
			}
		}
		if len(w.intake.brought) != 4 || w.intake.brought[0] != "gazette application/atom+xml <feed/> https://example.org/feed" {
			t.Errorf("taken in: %v", w.intake.brought)
		}
		sign := signature("sha256", sha256.New, s.Secret, body)
		if err := send("another", sign); !errors.Is(err, alerts.ErrNotFound) {
			t.Errorf("an unknown token: %v", err)
		}
		w.intake.err = errors.New("the store is away")
		if err := send(s.Token, sign); err == nil || errors.Is(err, alerts.ErrNotFound) {
			t.Errorf("not taken in: %v", err)
		}
		w.intake.err = fmt.Errorf("source gazette: %w", alerts.ErrNotFound)
		if err := send(s.Token, sign); !errors.Is(err, alerts.ErrNotFound) {
			t.Errorf("a source that is gone: %v", err)
		}
		<-time.After(time.Minute)
		if w.count() != 0 {
			t.Error("the subscription of a source that is gone stands")
		}
	})
}

// A hub that can't be told a secret only makes the feed be polled.
func TestHubWithoutSecrets(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		w.polls(t, alerts.Hub{Addresses: []string{"http://hub.example/"}, Topic: named.Topic}, 30*time.Minute, func() {})
		if forms, _ := w.hub.asks(); forms[0]["hub.secret"] != "" {
			t.Errorf("told in the clear: %v", forms[0])
		}
		if err := w.one.Deliver(t.Context(), websub.Delivery{Token: w.only(t).Token, Body: []byte("<feed/>")}); err != nil {
			t.Error(err)
		}
		if len(w.intake.brought) != 0 || w.intake.polled != 1 {
			t.Errorf("brought %v, polled %d times", w.intake.brought, w.intake.polled)
		}
	})
}
