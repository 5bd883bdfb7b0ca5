package slack_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	slackgo "github.com/slack-go/slack"

	"github.com/bellwether/bellwether/adapters/adaptertest"
	"github.com/bellwether/bellwether/adapters/adaptertest/fakeslack"
	"github.com/bellwether/bellwether/adapters/slack"
	"github.com/bellwether/bellwether/adapters/slack/seal"
	"github.com/bellwether/bellwether/alerts"
)

// browser follows links as a person's does, who presses Allow for team T2.
type browser struct {
	r    *rig
	http *http.Client
}

func (r *rig) browser(deny bool) browser {
	r.t.Helper()
	return browser{r, &http.Client{Jar: fakeslack.Jar(r.t), Transport: httpTransport(r.t), CheckRedirect: func(req *http.Request, _ []*http.Request) error {
		if strings.HasSuffix(req.URL.Path, "/authorize") {
			q := req.URL.Query()
			q.Set("team", "T2")
			q.Set("user", "U9")
			if deny {
				q.Set("deny", "1")
			}
			req.URL.RawQuery = q.Encode()
		}
		return nil
	}}}
}

// get gives the page at the end of a link, and where that is.
func (b browser) get(address string) (status int, page string, at *url.URL) {
	b.r.t.Helper()
	res, err := b.http.Get(address)
	if err != nil {
		b.r.t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		b.r.t.Fatal(err)
	}
	for _, s := range secrets {
		if bytes.Contains(body, []byte(s)) {
			b.r.t.Errorf("a page holds a secret that begins with %q", s)
		}
	}
	return res.StatusCode, string(body), res.Request.URL
}

func installRig(t *testing.T) *rig {
	t.Helper()
	r := newRig(t, byHTTP, rigOptions{fake: fakeslack.Options{ChannelInterval: -1}})
	r.fake.AddTeam("T2", false)
	r.fake.AddUser(fakeslack.User{ID: "U9", Team: "T2", Name: "dora", Zone: "Europe/Paris", Admin: true})
	r.fake.AddChannel(fakeslack.Channel{ID: "C9", Team: "T2", Name: "coast"})
	return r
}

func (r *rig) workspace(id string) alerts.Workspace {
	r.t.Helper()
	w, err := r.store.Workspaces().Workspace(r.t.Context(), alerts.Slack, id)
	if err != nil {
		r.t.Fatal(err)
	}
	return w
}

// TestInstallAndUninstall: a workspace installs the app, uses it, removes it,
// and has it back.
func TestInstallAndUninstall(t *testing.T) {
	r := installRig(t)
	status, page, _ := r.browser(false).get(r.web.URL + "/slack/install")
	if status != http.StatusOK || !strings.Contains(page, "Bellwether is in Team T2") {
		t.Fatalf("%d %s", status, page)
	}
	w := r.workspace("T2")
	if len(w.Secret) == 0 || bytes.Contains(w.Secret, []byte("xoxb")) || w.BotUser != "UBOTT2" || w.Name != "Team T2" {
		t.Errorf("stored %+v", w)
	}
	mustShow(t, r.fake.AwaitMessages(r.awaitDirect("U9"), 1)[0], "Bellwether is installed", "subscribe carbon border tax")
	r.fake.Command("U9", "C9", "subscribe ferry")
	mustShow(t, last(r.fake.AwaitEphemeral("U9", "C9", 1)), "as number 1.")
	r.publish("f1", "Ferry line to close", "The last ferry sails in May, and nobody knows what comes after.")
	r.fake.AwaitMessages("C9", 1)

	r.fake.Uninstall("T2")
	d := alerts.Destination{Platform: alerts.Slack, Workspace: "T2", Channel: "C9"}
	r.awaitHeld(d, alerts.LossUninstalled)
	if w := r.workspace("T2"); len(w.Secret) != 0 || w.Uninstalled.IsZero() {
		t.Errorf("after it was removed: %+v", w)
	}
	// When a person elsewhere has it, it was matched for the channel too.
	r.follow(alerts.Destination{Platform: alerts.Slack, Workspace: "T1", User: "U1"}, "museum")
	r.publish("f2", "Ferry sold", "The ferry was sold to a museum in the north of the country.")
	r.fake.AwaitMessages(r.awaitDirect("U1"), 1)

	if status, page, _ := r.browser(false).get(r.web.URL + "/slack/install"); status != http.StatusOK {
		t.Fatalf("again: %d %s", status, page)
	}
	r.awaitHeld(d, alerts.LossNone)
	r.publish("f3", "Ferry comes back", "The ferry sails again, the town said, from the first of June on.")
	all := r.fake.AwaitMessages("C9", 2)
	mustShow(t, all[1], "Ferry comes back")
	if len(all) != 2 {
		t.Errorf("%d alerts, want 2", len(all))
	}
}

// TestInstallLetsOnlyItsOwnLinksIn: what was not begun here, in this browser,
// of late, or was finished before, changes nothing.
func TestInstallLetsOnlyItsOwnLinksIn(t *testing.T) {
	r := installRig(t)
	callback := r.web.URL + "/slack/oauth/callback"
	status, page, _ := r.browser(true).get(r.web.URL + "/slack/install")
	if status != http.StatusOK || !strings.Contains(page, "permission was not given") {
		t.Errorf("cancelled: %d %s", status, page)
	}
	for name, query := range map[string]string{
		"nothing": "", "no state": "?code=x", "a state of others": "?code=x&state=a.9999999999.b", "no code": "?state=x",
	} {
		if status, _, _ := r.browser(false).get(callback + query); status != http.StatusBadRequest {
			t.Errorf("%s: %d", name, status)
		}
	}
	// The whole way, up to the last step.
	b := r.browser(false)
	follow := b.http.CheckRedirect
	b.http.CheckRedirect = func(req *http.Request, via []*http.Request) error {
		if strings.HasSuffix(req.URL.Path, "/callback") {
			return http.ErrUseLastResponse
		}
		return follow(req, via)
	}
	res, err := b.http.Get(r.web.URL + "/slack/install")
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	finish := res.Header.Get("Location")
	if status, _, _ := r.browser(false).get(finish); status != http.StatusBadRequest {
		t.Errorf("in another browser: %d", status)
	}
	if _, err := r.store.Workspaces().Workspace(t.Context(), alerts.Slack, "T2"); err == nil {
		t.Fatal("a workspace was stored")
	}
	wrong := strings.Replace(finish, "code=", "code=x", 1)
	if status, page, _ := b.get(wrong); status != http.StatusBadGateway || !strings.Contains(page, "Begin again") {
		t.Errorf("with a wrong code: %d %s", status, page)
	}
	if status, _, _ := b.get(finish); status != http.StatusBadRequest {
		t.Errorf("a state that was used: %d", status)
	}
}

// TestOldDataIsDeleted: thirty days after the app was removed nothing of the
// workspace is left.
func TestOldDataIsDeleted(t *testing.T) {
	r := installRig(t)
	r.browser(false).get(r.web.URL + "/slack/install")
	d := alerts.Destination{Platform: alerts.Slack, Workspace: "T2", Channel: "C9"}
	r.follow(d, "ferry")
	r.fake.Revoke("T2")
	r.fake.Event("T2", "app_uninstalled", nil) // alone, so that nothing comes behind it
	r.awaitHeld(d, alerts.LossUninstalled)
	for span, want := range map[time.Duration]int{slack.Keep - time.Hour: 0, slack.Keep + time.Hour: 1} {
		teams := slack.NewTeams(slack.TeamsConfig{Store: r.store.Workspaces(), Now: func() time.Time { return time.Now().Add(span) }})
		expired, err := teams.Expired(t.Context())
		if err != nil || len(expired) != want {
			t.Errorf("after %v: %v, %v", span, expired, err)
		}
	}
	if n, err := r.store.Workspaces().ForgetWorkspace(t.Context(), alerts.Slack, "T2"); err != nil || n != 1 {
		t.Fatalf("deleted %d, %v", n, err)
	}
	if places, err := r.store.Workspaces().Destinations(t.Context(), alerts.Slack, "T2"); err != nil || len(places) != 0 {
		t.Errorf("left: %v, %v", places, err)
	}
}

// TestKeyRotation: with a new key before the old one the token is read, and
// sealed anew; after that the old one is not needed any more.
func TestKeyRotation(t *testing.T) {
	r := installRig(t)
	r.browser(false).get(r.web.URL + "/slack/install")
	fresh := base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{7}, 32))
	teams := func(keys string) *slack.Teams {
		ring, err := seal.Parse(keys)
		if err != nil {
			t.Fatal(err)
		}
		return slack.NewTeams(slack.TeamsConfig{
			Store: r.store.Workspaces(), Keys: ring, Now: time.Now, API: func(token string) *slackgo.Client { return r.api(token, "") },
		})
	}
	if _, err := teams(fresh).Get(t.Context(), "T2"); err == nil || !strings.Contains(err.Error(), "BELLWETHER_KEY") {
		t.Errorf("with another key: %v", err)
	}
	for _, keys := range []string{fresh + "," + testKey, fresh} {
		team, err := teams(keys).Get(t.Context(), "T2")
		if err != nil {
			t.Fatal(err)
		}
		if said, err := team.API.AuthTestContext(t.Context()); err != nil || said.TeamID != "T2" {
			t.Errorf("the token is that of %+v, %v", said, err)
		}
	}
}

// TestALateEventDoesNotEndAnInstallation: an event of the time before a
// workspace had the app again comes when it has it.
func TestALateEventDoesNotEndAnInstallation(t *testing.T) {
	r := installRig(t)
	r.browser(false).get(r.web.URL + "/slack/install")
	late := r.fake.EventPayload("T2", "app_uninstalled", nil)
	late["event_time"] = time.Now().Add(-time.Minute).Unix()
	r.fake.RedeliverEvent(late)
	r.awaitLogged(hasAgain, 1)
	if w := r.workspace("T2"); len(w.Secret) == 0 || !w.Uninstalled.IsZero() {
		t.Errorf("the workspace is %+v", w)
	}
	d := alerts.Destination{Platform: alerts.Slack, Workspace: "T2", Channel: "C9"}
	r.follow(d, "ferry")
	r.fake.Revoke("T2")
	r.fake.Event("T2", "app_uninstalled", nil) // one of now does
	r.awaitHeld(d, alerts.LossUninstalled)
}

// TestRunDeletesOldData: the app by itself, and only what is old enough.
func TestRunDeletesOldData(t *testing.T) {
	r := installRig(t)
	r.browser(false).get(r.web.URL + "/slack/install")
	d := alerts.Destination{Platform: alerts.Slack, Workspace: "T2", Channel: "C9"}
	r.follow(d, "ferry")
	r.fake.Revoke("T2")
	r.fake.Event("T2", "app_uninstalled", nil)
	r.awaitHeld(d, alerts.LossUninstalled)
	if _, _, err := r.teams.Start(t.Context()); err != nil { // T1, which has the app
		t.Fatal(err)
	}
	app := slack.New(slack.Config{
		Workspaces: r.store.Workspaces(), Logger: slog.New(slog.NewTextHandler(r.log, nil)),
		Teams: slack.NewTeams(slack.TeamsConfig{Store: r.store.Workspaces(), Now: func() time.Time { return time.Now().Add(slack.Keep + time.Hour) }}),
	})
	defer running(t, app)()
	r.awaitLogged(deleted, 1)
	all, err := r.store.Workspaces().Workspaces(t.Context(), alerts.Slack)
	if err != nil || len(all) != 1 || all[0].ID != "T1" {
		t.Fatalf("left: %+v, %v", all, err)
	}
	if subs, err := r.store.Subscriptions().List(t.Context(), d); err != nil || len(subs) != 0 {
		t.Errorf("left: %v, %v", subs, err)
	}
}

// answers is a Slack that answers every call with the same.
type answers string

func (a answers) RoundTrip(req *http.Request) (*http.Response, error) {
	return &http.Response{
		StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(string(a))), Request: req,
	}, nil
}

// installer is one alone, at the address https://bot.example.org.
func installer(t *testing.T, slackSays string, now func() time.Time, log io.Writer, installed func(alerts.Workspace)) map[string]http.Handler {
	t.Helper()
	keys, err := seal.Parse(testKey)
	if err != nil {
		t.Fatal(err)
	}
	i, err := slack.NewInstaller(slack.InstallerConfig{
		Teams: slack.NewTeams(slack.TeamsConfig{Store: empty{}, Keys: keys, Now: now}), Keys: keys, Once: never{}, ClientID: fakeslack.ClientID,
		ClientSecret: fakeslack.ClientSecret, PublicURL: "https://bot.example.org", HTTP: &http.Client{Transport: answers(slackSays)}, Now: now,
		Installed: func(_ context.Context, w alerts.Workspace, _ bool, _ string) { installed(w) },
		Logger:    slog.New(slog.NewTextHandler(log, nil)),
	})
	if err != nil {
		t.Fatal(err)
	}
	return i.Routes()
}

// begun begins an installation and gives the cookie that it leaves.
func begun(t *testing.T, routes map[string]http.Handler) *http.Cookie {
	t.Helper()
	w := httptest.NewRecorder()
	routes["GET /slack/install"].ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/slack/install", nil))
	res := w.Result()
	defer res.Body.Close()
	to, err := url.Parse(res.Header.Get("Location"))
	if err != nil {
		t.Fatal(err)
	}
	if len(res.Cookies()) != 1 || to.Host != "slack.com" || to.Query().Get("redirect_uri") != "https://bot.example.org/slack/oauth/callback" {
		t.Fatalf("leads to %s, cookies %v", to, res.Cookies())
	}
	c := res.Cookies()[0]
	if !c.HttpOnly || !c.Secure || c.SameSite != http.SameSiteLaxMode || c.Value != to.Query().Get("state") || c.MaxAge != 600 {
		t.Errorf("the cookie is %+v", c)
	}
	return c
}

// finished comes back from Slack with a state, which the browser holds as well.
func finished(t *testing.T, routes map[string]http.Handler, c *http.Cookie) (int, string, http.Header) {
	t.Helper()
	req := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/slack/oauth/callback?"+url.Values{"code": {"a-secret-code"}, "state": {c.Value}}.Encode(), nil)
	req.AddCookie(c)
	w := httptest.NewRecorder()
	routes["GET /slack/oauth/callback"].ServeHTTP(w, req)
	return w.Code, w.Body.String(), w.Header()
}

// TestStatesThatAreNotOurs: though the browser holds the same.
func TestStatesThatAreNotOurs(t *testing.T) {
	now, log := time.Now(), &adaptertest.Buffer{}
	routes := installer(t, `{"ok":true}`, func() time.Time { return now }, log, func(w alerts.Workspace) { t.Errorf("installed %+v", w) })
	c := begun(t, routes)
	parts := strings.Split(c.Value, ".")
	for name, state := range map[string]string{
		"without a signature": parts[0] + "." + parts[1], "of an empty signature": parts[0] + "." + parts[1] + ".", "of words": "words",
		"that was made to last": parts[0] + ".99999999999." + parts[2], "of another number": "A" + c.Value, "of dots": "..",
	} {
		if status, page, _ := finished(t, routes, &http.Cookie{Name: c.Name, Value: state}); status != http.StatusBadRequest {
			t.Errorf("a state %s: %d %s", name, status, page)
		}
	}
	now = now.Add(11 * time.Minute)
	if status, page, _ := finished(t, routes, c); status != http.StatusBadRequest || !strings.Contains(page, "too old") {
		t.Errorf("a state that is eleven minutes old: %d %s", status, page)
	}
	for _, s := range []string{c.Value, "a-secret-code", fakeslack.ClientSecret} {
		if strings.Contains(log.String(), s) {
			t.Errorf("the log holds %q:\n%s", s, log)
		}
	}
}

// TestWhatSlackGives: a token of another kind, too few permissions, or a whole
// organisation.
func TestWhatSlackGives(t *testing.T) {
	const given = `"scope":"commands,chat:write","bot_user_id":"UB","app_id":"A1","authed_user":{"id":"U1"}`
	for name, test := range map[string]struct {
		says      string
		status    int
		shows     string
		installed bool
	}{
		"few permissions": {`{"ok":true,"access_token":"xoxb-geheim","team":{"id":"T5","name":"<b>Five</b>"},` + given + `}`, http.StatusOK, "<code>users:read</code>", true},
		"an organisation": {`{"ok":true,"access_token":"xoxb-geheim","is_enterprise_install":true,"team":null,` + given + `}`, http.StatusBadRequest, "whole organisation", false},
		"a person's":      {`{"ok":true,"access_token":"xoxp-geheim","team":{"id":"T5"},` + given + `}`, http.StatusBadGateway, "did not confirm", false},
		"none":            {`{"ok":true,"team":{"id":"T5"},` + given + `}`, http.StatusBadGateway, "did not confirm", false},
		"a refusal":       {`{"ok":false,"error":"invalid_code"}`, http.StatusBadGateway, "did not confirm", false},
		"no JSON":         {`<html>geheim</html>`, http.StatusBadGateway, "did not confirm", false},
	} {
		t.Run(name, func(t *testing.T) {
			log, installed := &adaptertest.Buffer{}, false
			routes := installer(t, test.says, time.Now, log, func(w alerts.Workspace) {
				installed = true
				if w.ID != "T5" || bytes.Contains(w.Secret, []byte("geheim")) {
					t.Errorf("installed %+v", w)
				}
			})
			status, page, header := finished(t, routes, begun(t, routes))
			if status != test.status || !strings.Contains(page, test.shows) || installed != test.installed {
				t.Errorf("%d, installed %v: %s", status, installed, page)
			}
			for _, s := range []string{"geheim", "a-secret-code", fakeslack.ClientSecret} {
				if strings.Contains(log.String(), s) || strings.Contains(page, s) {
					t.Errorf("%q is shown in the page or the log:\n%s\n%s", s, page, log)
				}
			}
			if strings.Contains(page, "<b>") || header.Get("Cache-Control") != "no-store" || header.Get("Referrer-Policy") != "no-referrer" {
				t.Errorf("the page, with %v:\n%s", header, page)
			}
		})
	}
}
