package discord_test

import (
	"context"
	"crypto/ed25519"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/bellwether/bellwether/adapters/adaptertest/fakediscord"
	"github.com/bellwether/bellwether/adapters/discord"
	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/bot/chat"
)

// TestEndpointIsAccepted: Discord saves an address only if it answers a PING,
// and a wrong signature with 401.
func TestEndpointIsAccepted(t *testing.T) {
	r := newRig(t, byHTTP, rigOptions{})
	if err := r.fake.CheckEndpoint(r.web.URL); err != nil {
		t.Error(err)
	}
}

// TestForgedRequestsChangeNothing: what is not signed, of another time, or here
// for the second time gets 401 and has no effect.
func TestForgedRequestsChangeNothing(t *testing.T) {
	r := newRig(t, byHTTP, rigOptions{})
	i := r.fake.Slash(r.anna.ID, r.trade.ID, "subscribe", opt("query", "ferry"))
	good := r.fake.Payload(i)
	body := []byte(strings.ReplaceAll(string(good), "ferry", "pier"))
	_, other, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	signed := func(b []byte, at time.Time) http.Header { return r.fake.Sign(b, at) }
	changed := func(h http.Header, name, value string) http.Header {
		h = h.Clone()
		if h.Set(name, value); value == "" {
			h.Del(name)
		}
		return h
	}
	const sig, stamp = "X-Signature-Ed25519", "X-Signature-Timestamp"
	right := signed(body, now)
	calls := len(r.fake.Calls())
	for name, h := range map[string]http.Header{
		"another key":       fakediscord.Sign(body, now, other),
		"another body":      signed(good, now.Add(-time.Second)),
		"too old":           signed(body, now.Add(-6*time.Minute)),
		"too new":           signed(body, now.Add(6*time.Minute)),
		"no signature":      changed(right, sig, ""),
		"no time":           changed(right, stamp, ""),
		"another time":      changed(right, stamp, "1"),
		"short signature":   changed(right, sig, right.Get(sig)[:64]),
		"long signature":    changed(right, sig, right.Get(sig)+"00"),
		"no hexadecimal":    changed(right, sig, strings.Repeat("z", 128)),
		"a time of letters": fakediscordStamp(r, body, "now"),
		"nothing":           {},
	} {
		if status, _ := r.fake.Post(r.web.URL+"/discord/interactions", body, h); status != http.StatusUnauthorized {
			t.Errorf("%s: %d, want 401", name, status)
		}
	}
	if status, _ := r.fake.Post(r.web.URL+"/discord/interactions", body, changed(right, sig, strings.ToUpper(right.Get(sig)))); status != http.StatusUnauthorized && status != http.StatusOK {
		t.Errorf("signature in capitals: %d", status)
	}
	if n := len(r.fake.Calls()); n != calls {
		t.Errorf("%d calls were made", n-calls)
	}
	subs, err := r.store.Subscriptions().List(t.Context(), r.in(r.trade))
	if err != nil || len(subs) != 1 {
		t.Errorf("stored: %v, %v", subs, err)
	}
}

// fakediscordStamp signs with a time that is none.
func fakediscordStamp(r *rig, body []byte, stamp string) http.Header {
	h := r.fake.Sign(append([]byte(stamp), body...), time.Unix(0, 0))
	h.Set("X-Signature-Timestamp", stamp)
	return h
}

// TestReplay: the same request again, also to another replica, gets 401; the
// same interaction signed anew has no second effect.
func TestReplay(t *testing.T) {
	counted := 0
	r := newRig(t, byHTTP, rigOptions{wrap: func(h discord.Handler) discord.Handler {
		return handlerFunc(func(ctx context.Context, c chat.Command) chat.Reply {
			if c.Verb == "subscribe" {
				counted++
			}
			return h.Handle(ctx, c)
		})
	}})
	i := r.fake.Slash(r.anna.ID, r.trade.ID, "subscribe", opt("query", "ferry"))
	body := r.fake.Payload(i)
	h := r.fake.Sign(body, time.Now().Add(-time.Second))
	if status, _ := r.fake.Post(r.web.URL+"/discord/interactions", body, h); status != http.StatusUnauthorized {
		t.Errorf("the same interaction, signed anew: %d", status)
	}
	other := newReplica(t, r)
	for _, base := range []string{r.web.URL, other} {
		if status, _ := r.fake.Post(base+"/discord/interactions", body, h); status != http.StatusUnauthorized {
			t.Errorf("the same request again: %d", status)
		}
	}
	if status, _ := r.fake.Repeat(i); status == http.StatusOK {
		t.Error("the interaction again is answered again")
	}
	if counted != 1 {
		t.Errorf("%d effects, want one", counted)
	}
}

// newReplica serves the same bot from another process, so to speak.
func newReplica(t *testing.T, r *rig) string {
	app := discord.New(discord.Config{
		Handler: handlerFunc(func(context.Context, chat.Command) chat.Reply { t.Error("it had an effect"); return chat.Reply{} }),
		Places:  nobodysPlaces{}, Subscriptions: r.store.Subscriptions(), Guilds: r.store.Workspaces(), Once: r.store.Marks(), Client: r.client,
		PublicKey: r.fake.PublicKey(), Logger: r.logger(),
	})
	mux := http.NewServeMux()
	for pattern, h := range app.Routes() {
		mux.Handle(pattern, h)
	}
	web := httptest.NewServer(mux)
	t.Cleanup(web.Close)
	return web.URL
}

type handlerFunc func(context.Context, chat.Command) chat.Reply

func (f handlerFunc) Handle(ctx context.Context, c chat.Command) chat.Reply { return f(ctx, c) }

type nobodysPlaces struct{}

func (nobodysPlaces) Lost(context.Context, alerts.Destination, alerts.Loss) ([]chat.Notice, error) {
	return nil, nil
}
func (nobodysPlaces) Back(context.Context, alerts.Destination) error { return nil }

// TestLateAnswers: what takes long is put off in time, and shown after that.
func TestLateAnswers(t *testing.T) {
	for _, w := range []way{byHTTP, byGateway} {
		t.Run(string(w), func(t *testing.T) {
			let := make(chan struct{})
			r := newRig(t, w, rigOptions{wrap: func(h discord.Handler) discord.Handler {
				return handlerFunc(func(ctx context.Context, c chat.Command) chat.Reply {
					<-let
					return h.Handle(ctx, c)
				})
			}})
			i := r.fake.Slash(r.anna.ID, r.trade.ID, "subscribe", opt("query", "ferry"))
			if i.Answer != fakediscord.AnswerDeferred {
				t.Errorf("answered by type %d", i.Answer)
			}
			let <- struct{}{}
			mustShow(t, r.fake.AwaitReply(i), "Following")
			r.publish("a", "Ferry line to close", "The last ferry sails in May.")
			alert := r.fake.AwaitMessages(r.trade.ID, 1)[0]
			press := r.fake.Press(r.anna.ID, alert, "Snooze")
			if press.Answer != fakediscord.AnswerDeferredPress {
				t.Errorf("a press answered by type %d", press.Answer)
			}
			let <- struct{}{}
			r.fake.AwaitMessage(alert.ID, "the note", func(m fakediscord.Message) bool { return strings.Contains(m.Words(), "is paused") })
			press = r.fake.Press(r.ben.ID, alert, "Snooze")
			let <- struct{}{}
			mustShow(t, r.fake.AwaitFollowUp(press, 1)[0], "Only people who manage this channel")
		})
	}
}

// TestPanics: a mistake of ours ends one command, and the person is told.
func TestPanics(t *testing.T) {
	r := newRig(t, byHTTP, rigOptions{wrap: func(discord.Handler) discord.Handler {
		return handlerFunc(func(context.Context, chat.Command) chat.Reply { panic("a mistake") })
	}})
	mustShow(t, r.slash(r.anna, r.trade.ID, "list"), "could not be done just now")
	mustShow(t, r.slash(r.anna, r.trade.ID, "list"), "could not be done just now")
}

// FuzzInteraction: no body that Discord might have signed brings the bot down.
func FuzzInteraction(f *testing.F) {
	public, secret, err := ed25519.GenerateKey(nil)
	if err != nil {
		f.Fatal(err)
	}
	app := discord.New(discord.Config{
		Handler: handlerFunc(func(context.Context, chat.Command) chat.Reply { return chat.Reply{Text: "done"} }),
		Places:  nobodysPlaces{}, Subscriptions: emptyStore{}, Guilds: emptyStore{}, Once: always{}, PublicKey: public,
		Client: discord.NewClient(discord.ClientConfig{Token: "t", BaseURL: "http://127.0.0.1:1/", HTTP: &http.Client{Transport: refusing{}}, Limits: discord.Limits{Global: 1 << 20}}),
	})
	h := app.Routes()["POST /discord/interactions"]
	for _, seed := range seeds() {
		raw, _ := json.Marshal(seed)
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		r := httptest.NewRequest(http.MethodPost, "/discord/interactions", strings.NewReader(string(body)))
		stamp := itoa(time.Now().Unix())
		sig := ed25519.Sign(secret, append([]byte(stamp), body...))
		r.Header.Set("X-Signature-Timestamp", stamp)
		r.Header.Set("X-Signature-Ed25519", hex.EncodeToString(sig))
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code == http.StatusOK && !json.Valid(w.Body.Bytes()) {
			t.Fatalf("the answer is no JSON: %q", w.Body)
		}
	})
}
