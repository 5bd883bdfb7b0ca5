package slack_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	slackgo "github.com/slack-go/slack"

	"github.com/bellwether/bellwether/adapters/adaptertest/fakeslack"
	"github.com/bellwether/bellwether/adapters/slack"
	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/bot/chat"
)

// form is a slash command as Slack sends it.
func form(text, trigger string) []byte {
	return []byte(url.Values{
		"team_id": {"T1"}, "channel_id": {"C1"}, "user_id": {"U1"}, "command": {"/policy"}, "text": {text},
		"trigger_id": {trigger}, "response_url": {"http://127.0.0.1:1/response"},
	}.Encode())
}

// followed counts the subscriptions of a channel.
func (r *rig) followed(channel string) int {
	r.t.Helper()
	subs, err := r.store.Subscriptions().List(r.t.Context(), alerts.Destination{Platform: alerts.Slack, Workspace: "T1", Channel: channel})
	if err != nil {
		r.t.Fatal(err)
	}
	return len(subs)
}

// TestForgedRequestsChangeNothing: what is not signed, signed by others, for
// another body, too old or too new, or sent again gets 401.
func TestForgedRequestsChangeNothing(t *testing.T) {
	r := newRig(t, byHTTP, rigOptions{fake: fakeslack.Options{ChannelInterval: -1}, pauseMatching: true})
	now, before := time.Now(), len(r.fake.Calls())
	good := form("subscribe tariff", "good")
	signed := fakeslack.Sign(good, now, fakeslack.SigningSecret)
	bad := map[string]http.Header{
		"unsigned":            {},
		"another secret":      fakeslack.Sign(good, now, "guessed"),
		"another body":        fakeslack.Sign(form("subscribe steel", "x"), now, fakeslack.SigningSecret),
		"six minutes old":     fakeslack.Sign(good, now.Add(-6*time.Minute), fakeslack.SigningSecret),
		"six minutes too new": fakeslack.Sign(good, now.Add(6*time.Minute), fakeslack.SigningSecret),
		"no time":             {"X-Slack-Signature": signed["X-Slack-Signature"]},
		"a time of words":     {"X-Slack-Signature": signed["X-Slack-Signature"], "X-Slack-Request-Timestamp": {"now"}},
		"no hexadecimal":      {"X-Slack-Signature": {"v0=zz"}, "X-Slack-Request-Timestamp": signed["X-Slack-Request-Timestamp"]},
		"a short signature":   {"X-Slack-Signature": {"v0=00"}, "X-Slack-Request-Timestamp": signed["X-Slack-Request-Timestamp"]},
	}
	for _, path := range []string{"/slack/commands", "/slack/interactivity", "/slack/events"} {
		for name, header := range bad {
			header = header.Clone()
			header.Set("Content-Type", "application/x-www-form-urlencoded")
			if status, answer := r.fake.Post(r.web.URL+path, good, header); status != http.StatusUnauthorized {
				t.Errorf("%s: %s: %d %s", path, name, status, answer)
			}
		}
		huge := bytes.Repeat([]byte("x"), 2<<20)
		if status, _ := r.fake.Post(r.web.URL+path, huge, fakeslack.Sign(huge, now, fakeslack.SigningSecret)); status != http.StatusRequestEntityTooLarge {
			t.Errorf("%s: two megabytes: %d", path, status)
		}
	}
	if n := len(r.fake.Calls()) - before; n != 0 || r.followed("C1") != 0 {
		t.Fatalf("%d calls, %d subscriptions", n, r.followed("C1"))
	}
	for i, want := range []int{200, 401, 401} { // the good one, and replays of it
		if status, _ := r.fake.Post(r.web.URL+"/slack/commands", good, signed); status != want {
			t.Errorf("the same request, time %d: %d, want %d", i+1, status, want)
		}
	}
	// Another replica has not seen it, but the store has.
	other := httptest.NewServer(slack.New(slack.Config{
		SigningSecret: fakeslack.SigningSecret, Once: r.store.Marks(), Teams: r.teams, Now: time.Now,
	}).Routes()["POST /slack/commands"])
	defer other.Close()
	if status, _ := r.fake.Post(other.URL, good, signed); status != http.StatusUnauthorized {
		t.Errorf("the same request at another replica: %d", status)
	}
	r.awaitFollowed("C1", 1)
}

func TestURLVerification(t *testing.T) {
	r := newRig(t, byHTTP, rigOptions{pauseMatching: true})
	body := []byte(`{"type":"url_verification","token":"x","challenge":"3eZbrw1a"}`)
	status, answer := r.fake.Post(r.web.URL+"/slack/events", body, fakeslack.Sign(body, time.Now(), fakeslack.SigningSecret))
	if status != 200 || !strings.Contains(string(answer), `"challenge":"3eZbrw1a"`) {
		t.Errorf("%d %s", status, answer)
	}
}

// TestRepeatedEventsHaveOneEffect: the same command or event, signed anew or
// over another socket, is done once.
func TestRepeatedEventsHaveOneEffect(t *testing.T) {
	for _, w := range []way{bySocket, byHTTP} {
		t.Run(string(w), func(t *testing.T) {
			r := newRig(t, w, rigOptions{fake: fakeslack.Options{ChannelInterval: -1}, pauseMatching: true})
			payload := r.fake.CommandPayload("U1", "C1", "subscribe tariff")
			for range 3 {
				r.fake.Redeliver(payload)
			}
			event := r.fake.EventPayload("T1", "message.im", map[string]any{
				"user": "U1", "text": "subscribe steel", "ts": "1.000001", "channel": r.fake.OpenDirect("U1"), "channel_type": "im",
			})
			for range 3 {
				r.fake.RedeliverEvent(event)
			}
			r.fake.Command("U1", "C1", "list") // comes behind them
			r.fake.AwaitEphemeral("U1", "C1", 2)
			direct := r.awaitDirect("U1")
			r.fake.Say("U1", "list")
			all := r.fake.AwaitMessages(direct, 2)
			mustShow(t, last(all), "1 subscription here")
			if n := len(r.fake.AwaitEphemeral("U1", "C1", 2)); n != 2 || len(all) != 2 || r.followed("C1") != 1 {
				t.Errorf("%d answers in the channel, %d in the direct message, %d subscriptions", n, len(all), r.followed("C1"))
			}
		})
	}
}

// stuck is a bot whose store hangs until it is let go.
type stuck struct {
	slack.Handler
	release chan struct{}
}

func (s stuck) Handle(ctx context.Context, c chat.Command) chat.Reply {
	select {
	case <-s.release:
	case <-ctx.Done():
	}
	return s.Handler.Handle(ctx, c)
}

// TestAcknowledgesWhateverTheStoreDoes: within Slack's three seconds, and the
// answer comes when it can.
func TestAcknowledgesWhateverTheStoreDoes(t *testing.T) {
	for _, w := range []way{bySocket, byHTTP} {
		t.Run(string(w), func(t *testing.T) {
			release := make(chan struct{})
			r := newRig(t, w, rigOptions{
				fake: fakeslack.Options{ChannelInterval: -1}, pauseMatching: true,
				wrap: func(h slack.Handler) slack.Handler { return stuck{h, release} },
			})
			r.fake.Command("U2", "C1", "")
			form := r.fake.AwaitModal("T1", "Words to follow") // needs no store
			r.fake.Command("U1", "C1", "subscribe tariff")
			r.fake.Say("U1", "subscribe steel")
			r.fake.Mention("U1", "C1", "list")
			r.fake.OpenHome("U1")
			r.fake.Submit("U2", form, fakeslack.Input{Block: "query", Value: "herring"}, fakeslack.Input{Block: "where", Value: ""})
			r.fake.AwaitModal("T1", "One moment…")
			for _, v := range r.fake.Violations() {
				t.Errorf("%s: %s", v.Call.Method, v.What)
			}
			close(release)
			r.fake.AwaitModal("T1", "Following herring")
			r.fake.AwaitEphemeral("U1", "C1", 2)
			r.fake.AwaitHome("U1", "tariff")
		})
	}
}

// TestAcknowledgesPressesWhateverTheStoreDoes: of buttons below an alert.
func TestAcknowledgesPressesWhateverTheStoreDoes(t *testing.T) {
	for _, w := range []way{bySocket, byHTTP} {
		t.Run(string(w), func(t *testing.T) {
			release := make(chan struct{})
			r := newRig(t, w, rigOptions{
				fake: fakeslack.Options{ChannelInterval: -1}, pauseMatching: true,
				wrap: func(h slack.Handler) slack.Handler { return stuck{h, release} },
			})
			r.fake.JoinBot("C1")
			r.follow(alerts.Destination{Platform: alerts.Slack, Workspace: "T1", Channel: "C1"}, "ferry")
			r.publish("p1", "Ferry line to close", "The last ferry sails in May, and nobody knows what comes after.")
			r.match()
			alert := last(r.fake.AwaitMessages("C1", 1))
			for _, user := range []string{"U1", "U2"} {
				r.fake.Press(user, alert, "Unsubscribe")
			}
			for _, v := range r.fake.Violations() {
				t.Errorf("%s: %s", v.Call.Method, v.What)
			}
			if n := r.followed("C1"); n != 1 {
				t.Errorf("%d subscriptions before the store answers", n)
			}
			close(release)
			r.awaitText("C1", alert.TS, "No longer following ferry")
			r.awaitFollowed("C1", 0)
		})
	}
}

// hanging is a store that answers nothing.
type hanging struct{ empty }

func (hanging) Once(ctx context.Context, _ string, _ time.Duration) (bool, error) {
	<-ctx.Done()
	return false, ctx.Err()
}

// TestAcknowledgesThoughTheStoreHangs: even the question whether a signature
// was seen before, and that for a form that waits for its answer.
func TestAcknowledgesThoughTheStoreHangs(t *testing.T) {
	submission := `{"type":"view_submission","trigger_id":"x","team":{"id":"T1"},"user":{"id":"U1"},"view":{"callback_id":"form",` +
		`"private_metadata":"{}","state":{"values":{"query":{"query":{"type":"plain_text_input","value":"herring"}}}}}}`
	for path, body := range map[string]string{
		"/slack/commands":      string(form("list", "t")),
		"/slack/interactivity": "payload=" + url.QueryEscape(submission),
		"/slack/events":        `{"type":"event_callback","team_id":"T1","event_id":"E1","event":{"type":"message","channel_type":"im","channel":"D1","user":"U1","text":"list"}}`,
	} {
		synctest.Test(t, func(t *testing.T) {
			app := slack.New(slack.Config{
				SigningSecret: fakeslack.SigningSecret, Once: hanging{}, Workspaces: empty{}, Now: time.Now,
				Teams: slack.NewTeams(slack.TeamsConfig{Store: empty{}, Now: time.Now}),
			})
			defer running(t, app)()
			req := httptest.NewRequestWithContext(t.Context(), http.MethodPost, path, strings.NewReader(body))
			req.Header = fakeslack.Sign([]byte(body), time.Now(), fakeslack.SigningSecret)
			w, begun := httptest.NewRecorder(), time.Now()
			app.Routes()["POST "+path].ServeHTTP(w, req)
			if span := time.Since(begun); w.Code != http.StatusOK || span > 2500*time.Millisecond {
				t.Errorf("%s: %d after %v", path, w.Code, span)
			}
			if path == "/slack/interactivity" && !strings.Contains(w.Body.String(), "One moment") {
				t.Errorf("the form is answered with %s", w.Body)
			}
		})
	}
}

// running runs an app until what it returns is called.
func running(t *testing.T, app *slack.App) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- app.Run(ctx) }()
	return func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Run: %v", err)
		}
	}
}

// FuzzBodies: whatever is in a signed body, nothing panics, and the fault is
// not ours.
func FuzzBodies(f *testing.F) {
	app := slack.New(slack.Config{
		SigningSecret: fakeslack.SigningSecret, Once: never{}, Now: time.Now,
		Teams: slack.NewTeams(slack.TeamsConfig{Store: empty{}, Now: time.Now}),
	})
	routes := app.Routes()
	f.Add(uint8(0), form("subscribe tariff", "t"))
	f.Add(uint8(1), []byte("payload="+url.QueryEscape(`{"type":"block_actions","team":{"id":"T1"},"user":{"id":"U1"},"actions":[{"action_id":"do","value":"mute x"}]}`)))
	f.Add(uint8(1), []byte("payload="+url.QueryEscape(`{"type":"view_submission","team":{"id":"T1"},"user":{"id":"U1"},"view":{"callback_id":"form","private_metadata":"{}","state":{"values":{"query":{"query":{"value":"a"}}}}}}`)))
	f.Add(uint8(2), []byte(`{"type":"event_callback","team_id":"T1","event_id":"E1","event":{"type":"message","channel_type":"im","user":"U1","text":"list"}}`))
	f.Add(uint8(2), []byte(`{"type":"url_verification","challenge":"x"}`))
	n := 0
	f.Fuzz(func(t *testing.T, route uint8, body []byte) {
		path := []string{"/slack/commands", "/slack/interactivity", "/slack/events"}[route%3]
		req := httptest.NewRequestWithContext(t.Context(), http.MethodPost, path, bytes.NewReader(body))
		n++ // each signature is taken once
		req.Header = fakeslack.Sign(body, time.Now().Add(time.Duration(n%500-250)*time.Second), fakeslack.SigningSecret)
		w := httptest.NewRecorder()
		routes["POST "+path].ServeHTTP(w, req)
		if w.Code >= 500 {
			t.Errorf("%s: %d for %q", path, w.Code, body)
		}
	})
}

// FuzzWork: whatever is in a signed body, nothing panics behind the
// acknowledgement either, in a workspace that is known.
func FuzzWork(f *testing.F) {
	press := func(view, message, action string) []byte {
		return []byte(`{"type":"block_actions","trigger_id":"t","team":{"id":"T1"},"user":{"id":"U1"},"channel":{"id":"C1"},"response_url":"http://slack.test/r",` +
			`"container":{"type":"message","message_ts":"1.1","channel_id":"C1"},"view":` + view + `,"message":` + message + `,"actions":[` + action + `]}`)
	}
	const blocks = `{"text":"x","blocks":[{"type":"section","block_id":"b","text":{"type":"mrkdwn","text":"x"}},` +
		`{"type":"actions","block_id":"a","elements":[{"type":"button","action_id":"do","value":"mute x","text":{"type":"plain_text","text":"x"}}]}]}`
	for _, action := range []string{
		`{"type":"button","action_id":"do","block_id":"a","value":"mute x"}`, `{"type":"button","action_id":"undo","block_id":"a","value":"{\"Verb\":\"resume\"}"}`,
		`{"type":"button","action_id":"manage","block_id":"a"}`, `{"type":"overflow","block_id":"a","action_id":"item","selected_option":{"value":"u edit 1"}}`,
		`{"type":"overflow","block_id":"a","action_id":"item","selected_option":{"value":"C1 pause 1"}}`, `{"type":"button","block_id":"a","action_id":"page","value":"1"}`,
		`{"type":"button","block_id":"a","action_id":"timing"}`, `{"type":"static_select","block_id":"a","action_id":"members","selected_option":{"value":"on"}}`,
		`{"type":"plain_text_input","block_id":"a","action_id":"query","value":"a AND"}`, `{"type":"button","block_id":"a","action_id":"subscribe"}`,
	} {
		f.Add(uint8(1), press(`{"type":"home"}`, blocks, action))
		f.Add(uint8(1), press(`{"type":"modal","callback_id":"manage","private_metadata":"{}"}`, `{}`, action))
		f.Add(uint8(1), press(`{"type":"modal","callback_id":"form","private_metadata":"{}","state":{"values":{"query":{"query":{"value":"herring"}}}}}`, `{}`, action))
	}
	f.Add(uint8(1), []byte(`{"type":"view_submission","team":{"id":"T1"},"user":{"id":"U1"},"view":{"callback_id":"form","private_metadata":"{}","state":{"values":{"query":{"query":{"value":"herring"}}}}}}`))
	f.Add(uint8(1), []byte(`{"type":"view_submission","team":{"id":"T1"},"user":{"id":"U1"},"view":{"callback_id":"timing","private_metadata":"{}","state":{"values":{"zone":{"zone":{"value":"paris"}}}}}}`))
	f.Add(uint8(0), form("subscribe tariff", "t"))
	f.Add(uint8(0), form("", "t"))
	for _, event := range []string{
		`"message","channel_type":"im","channel":"D1","user":"U1","text":"list <@U2>"`, `"app_mention","channel":"C1","user":"U1","text":"<@UBOT> list"`,
		`"app_home_opened","user":"U1","tab":"home"`, `"member_joined_channel","user":"UBOT","channel":"C1"`, `"channel_archive","channel":"C1"`,
		`"group_left","channel":"C1"`, `"channel_unarchive","channel":""`, `"app_uninstalled"`, `"tokens_revoked","tokens":{"bot":["UBOT"]}`,
	} {
		f.Add(uint8(2), []byte(`{"type":"event_callback","team_id":"T1","event_id":"E1","event_time":1,"event":{"type":`+event+`}}`))
	}
	f.Fuzz(func(t *testing.T, route uint8, body []byte) {
		path := []string{"/slack/commands", "/slack/interactivity", "/slack/events"}[route%3]
		if route%3 == 1 {
			body = []byte("payload=" + url.QueryEscape(string(body)))
		}
		client := &http.Client{Transport: kind{}}
		app := slack.New(slack.Config{
			SigningSecret: fakeslack.SigningSecret, Handler: yes{}, Places: yes{}, Settings: yes{}, Workspaces: empty{}, Once: never{}, Now: time.Now,
			Teams: slack.NewTeams(slack.TeamsConfig{
				Store: empty{}, BotToken: "xoxb-fake", Now: time.Now,
				API: func(token string) *slackgo.Client { return slackgo.New(token, slackgo.OptionHTTPClient(client)) },
			}),
		})
		stop := running(t, app)
		req := httptest.NewRequestWithContext(t.Context(), http.MethodPost, path, bytes.NewReader(body))
		req.Header = fakeslack.Sign(body, time.Now(), fakeslack.SigningSecret)
		w := httptest.NewRecorder()
		app.Routes()["POST "+path].ServeHTTP(w, req)
		if w.Code >= 500 {
			t.Errorf("%s: %d for %q", path, w.Code, body)
		}
		stop() // lets the work end
	})
}

// kind is a Slack that agrees to all, without a network.
type kind struct{}

func (kind) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Body != nil {
		_ = req.Body.Close()
	}
	const answer = `{"ok":true,"team":"Team T1","team_id":"T1","user_id":"UBOT","ts":"1.1","user":{"id":"U1","team_id":"T1","tz":"Europe/Paris","is_admin":true},` +
		`"view":{"id":"V1"},"channel":{"id":"C1"}}`
	body := answer
	if strings.HasSuffix(req.URL.Path, "auth.test") {
		body = `{"ok":true,"team":"Team T1","team_id":"T1","user_id":"UBOT","user":"bellwether"}`
	} else if strings.Contains(req.URL.Path, "chat.") {
		body = `{"ok":true,"channel":"C1","ts":"1.1"}`
	}
	return &http.Response{
		StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(body)), Request: req,
	}, nil
}

// yes is a bot that does everything and remembers nothing.
type yes struct{}

func (yes) Handle(_ context.Context, c chat.Command) chat.Reply {
	return chat.Reply{
		Text: "Done: `" + c.Text + "`.", Changed: true, Undo: &chat.Undo{Verb: "resume", Args: "1"},
		Subscription: &alerts.Subscription{Number: 1, Owner: c.Person, Destination: c.Place},
	}
}

func (yes) Lost(context.Context, alerts.Destination, alerts.Loss) ([]chat.Notice, error) {
	return nil, nil
}

func (yes) Back(context.Context, alerts.Destination) error { return nil }

func (yes) Settings(_ context.Context, d alerts.Destination) (alerts.Settings, error) {
	return alerts.Settings{Destination: d}, nil
}

// never has seen nothing.
type never struct{}

func (never) Once(context.Context, string, time.Duration) (bool, error) { return true, nil }

// empty holds no workspace.
type empty struct{ slack.WorkspaceStore }

func (empty) Workspace(context.Context, string, string) (alerts.Workspace, error) {
	return alerts.Workspace{}, fmt.Errorf("fuzzing: %w", alerts.ErrNotFound)
}

func (empty) SaveWorkspace(_ context.Context, w alerts.Workspace) (alerts.Workspace, error) {
	w.Revision++
	return w, nil
}

func (empty) Workspaces(context.Context, string) ([]alerts.Workspace, error) { return nil, nil }

func (empty) Destinations(context.Context, string, string) ([]alerts.Destination, error) {
	return nil, nil
}
