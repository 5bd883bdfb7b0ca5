package main

import (
	"bytes"
	"net/http"
	"strings"
	"testing"

	"github.com/bellwether/bellwether/adapters/adaptertest/fakeslack"
	"github.com/bellwether/bellwether/adapters/redis"
	"github.com/bellwether/bellwether/adapters/slack"
	"github.com/bellwether/bellwether/alerts"
)

// storyKey seals tokens in the story.
const storyKey = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="

// slackStory is a story with a fake Slack.
type slackStory struct {
	*story
	fake *fakeslack.Server
	base string
}

// TestSlackStory is the life of a workspace with the program as it is shipped:
// installed by OAuth, used in a channel, in a direct message and in App Home,
// and removed.
func TestSlackStory(t *testing.T) {
	s := newSlackStory(t)
	s.install()

	s.fake.Command("U1", "C1", "subscribe ferry")
	s.answered("U1", "C1", 1, "Following ", "as number 1.")
	s.fake.Say("U2", "subscribe harbor, ferry")
	direct := s.direct("U2")
	s.shows(s.fake.AwaitMessages(direct, 1)[0], "Following ", "harbor OR ferry")

	s.write("a.txt", "Ferry line to close\n\nThe last ferry sails in May, and the harbor is sold.\n\nhttps://news.example.org/ferry\n")
	alert := s.fake.AwaitMessages("C1", 1)[0]
	s.shows(alert, "Ferry line to close", "The last ", "ferry", "Matched: ferry")
	s.shows(s.fake.AwaitMessages(direct, 2)[1], "Ferry line to close", "Matched: harbor, ferry")

	s.fake.Press("U1", alert, "Snooze “ferry”")
	s.becomes("C1", alert.TS, "✓ Number 1, ferry, is paused", true)
	s.fake.Press("U1", alert, "Undo")
	s.becomes("C1", alert.TS, "is paused", false)

	s.fake.OpenHome("U2")
	home := s.fake.AwaitHome("U2", "harbor OR ferry")
	s.fake.PressIn("U2", home, "Edit…")
	s.fake.Submit("U2", s.fake.AwaitModal("T2", "Edit number 1"), fakeslack.Input{Block: "query", Value: "harbor"})
	s.fake.AwaitHome("U2", "1   harbor\n")

	s.fake.Say("U2", "digest daily 08:00")
	s.shows(s.fake.AwaitMessages(direct, 3)[2], "every day at 08:00 (Asia/Tokyo)")
	s.write("b.txt", "Harbor is sold\n\nThe old harbor was sold on Friday for 3 million.\n\nhttps://news.example.org/harbor\n")
	s.write("c.txt", "Harbor master resigns\n\nThe master of the harbor has resigned over the sale.\n\nhttps://news.example.org/master\n")
	s.dueNow(alerts.Lane{
		Destination: alerts.Destination{Platform: alerts.Slack, Workspace: "T2", User: "U2"},
		Schedule:    alerts.Schedule{Cadence: alerts.Daily, At: 8 * 60},
	}, 2)
	s.shows(s.fake.AwaitMessages(direct, 4)[3], "Daily digest: 2 articles", "Harbor is sold", "Harbor master resigns")

	s.tells("xoxb-", fakeslack.SigningSecret, fakeslack.ClientSecret, storyKey, "secret-response",
		s.redis, "T2", "C1", "U1", "U2", "ferry", "Ferry", "harbor", "anna", "news.example.org")
	s.fake.Uninstall("T2")
	s.await("the token is wiped", func(c *redis.Client) bool {
		w, err := c.Workspaces().Workspace(t.Context(), alerts.Slack, "T2")
		set, errSet := c.Subscriptions().Settings(t.Context(), alerts.Destination{Platform: alerts.Slack, Workspace: "T2", Channel: "C1"})
		return err == nil && errSet == nil && len(w.Secret) == 0 && !w.Uninstalled.IsZero() && set.PausedBy == alerts.LossUninstalled
	})
	s.write("d.txt", "Ferry comes back\n\nThe ferry sails again, the town said.\n\nhttps://news.example.org/back\n")
	s.end()
	if n := len(s.fake.Messages("C1")); n != 1 {
		t.Errorf("%d alerts in the channel, want 1", n)
	}
	for _, v := range s.fake.Violations() {
		t.Errorf("%s: %s", v.Call.Method, v.What)
	}
	s.keeps("xoxb-fake", fakeslack.SigningSecret, fakeslack.ClientSecret, storyKey, "secret-response")
}

// newSlackStory runs the binary before a workspace that has not installed it.
func newSlackStory(t *testing.T) *slackStory {
	t.Helper()
	s := newSlackFake(t)
	s.run(s.settings()...)
	return s
}

// newSlackFake is newSlackStory without the binary running.
func newSlackFake(t *testing.T) *slackStory {
	t.Helper()
	s := &slackStory{
		story: newStory(t),
		fake:  fakeslack.New(t, fakeslack.Options{Scopes: slack.Scopes(), Events: slack.Events(), ChannelInterval: -1}),
	}
	s.fake.AddTeam("T2", false)
	s.fake.AddUser(fakeslack.User{ID: "U1", Team: "T2", Name: "anna", Zone: "Europe/Brussels", Admin: true})
	s.fake.AddUser(fakeslack.User{ID: "U2", Team: "T2", Name: "ben", Zone: "Asia/Tokyo"})
	s.fake.AddChannel(fakeslack.Channel{ID: "C1", Team: "T2", Name: "coast"})
	s.base = "http://" + s.listen
	s.fake.HTTP(s.base)
	return s
}

// settings are those of a bot that workspaces install by themselves.
func (s *slackStory) settings() []string {
	return []string{
		"BELLWETHER_PUBLIC_URL=" + s.base, "BELLWETHER_KEY=" + storyKey,
		"SLACK_CLIENT_ID=" + fakeslack.ClientID, "SLACK_CLIENT_SECRET=" + fakeslack.ClientSecret,
		"SLACK_SIGNING_SECRET=" + fakeslack.SigningSecret, "SLACK_API_URL=" + s.fake.API(),
	}
}

// install opens the link, presses Allow, and reads the page at the end.
func (s *slackStory) install() {
	s.t.Helper()
	browser := &http.Client{Jar: fakeslack.Jar(s.t), Transport: &http.Transport{DisableKeepAlives: true}, CheckRedirect: func(req *http.Request, _ []*http.Request) error {
		if strings.HasSuffix(req.URL.Path, "/authorize") { // the person chooses the workspace there
			q := req.URL.Query()
			q.Set("team", "T2")
			q.Set("user", "U1")
			req.URL.RawQuery = q.Encode()
		}
		return nil
	}}
	res, err := browser.Get(s.base + "/slack/install")
	if err != nil {
		s.t.Fatal(err)
	}
	defer res.Body.Close()
	var page bytes.Buffer
	_, _ = page.ReadFrom(res.Body)
	if res.StatusCode != http.StatusOK || !strings.Contains(page.String(), "Bellwether is in Team T2") {
		s.t.Fatalf("installed: %s\n%s", res.Status, &page)
	}
	s.shows(s.fake.AwaitMessages(s.direct("U1"), 1)[0], "Bellwether is installed")
}

func (s *slackStory) direct(user string) string {
	s.t.Helper()
	s.fake.Await("a direct message with "+user, func() bool { return s.fake.DirectLocked(user) != "" })
	return s.fake.Direct(user)
}

func (s *slackStory) shows(m fakeslack.Message, parts ...string) {
	s.t.Helper()
	for _, p := range parts {
		if text := fakeslack.Words(m.Blocks); !strings.Contains(text, p) {
			s.t.Errorf("a message does not show %q:\n%s", p, text)
		}
	}
}

func (s *slackStory) answered(user, channel string, n int, parts ...string) {
	s.t.Helper()
	all := s.fake.AwaitEphemeral(user, channel, n)
	s.shows(all[len(all)-1], parts...)
}

func (s *slackStory) becomes(channel, ts, text string, there bool) {
	s.t.Helper()
	s.fake.AwaitMessage(channel, ts, text, func(m fakeslack.Message) bool { return strings.Contains(fakeslack.Words(m.Blocks), text) == there })
}
