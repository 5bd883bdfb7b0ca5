package discord_test

import (
	"cmp"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bellwether/bellwether/adapters/adaptertest"
	"github.com/bellwether/bellwether/adapters/adaptertest/fakediscord"
	"github.com/bellwether/bellwether/adapters/adaptertest/fakediscord/spec"
	"github.com/bellwether/bellwether/adapters/discord"
	"github.com/bellwether/bellwether/alerts"
)

// sender is a client and a messenger at a fake Discord, without the rest of the
// bot.
type sender struct {
	t      *testing.T
	fake   *fakediscord.Server
	clock  *clock
	log    *adaptertest.Buffer
	faults *script
	client *discord.Client
	*discord.Messenger

	guild                      *fakediscord.Guild
	anna                       *fakediscord.User
	trade, news, forum, thread *fakediscord.Channel
}

// sendTime is how long a call may take in most of these tests: long, for test
// machines are slow.
const sendTime = 2 * time.Second

func newSender(t *testing.T, o fakediscord.Options, l discord.Limits) *sender {
	t.Helper()
	s := &sender{t: t, clock: &clock{}, log: &adaptertest.Buffer{}, faults: &script{}}
	if o.Messages.Calls == 0 {
		o.Messages.Calls = -1
	}
	if o.Global == 0 {
		o.Global, l.Global = -1, cmp.Or(l.Global, 10_000) // what is tested is something else
	}
	if o.Fault == nil {
		o.Fault = s.faults.fault
	}
	o.Validate = spec.Validate(t)
	s.fake = fakediscord.New(t, o)
	f := s.fake
	s.guild = f.AddGuild(fakediscord.Guild{Name: "Policy desk"})
	s.anna = f.AddUser(fakediscord.User{Name: "anna"})
	f.AddMember(s.guild.ID, s.anna.ID)
	s.trade = f.AddChannel(fakediscord.Channel{Guild: s.guild.ID, Name: "trade", Type: fakediscord.Text})
	s.news = f.AddChannel(fakediscord.Channel{Guild: s.guild.ID, Name: "news", Type: fakediscord.Announcement})
	s.forum = f.AddChannel(fakediscord.Channel{Guild: s.guild.ID, Name: "stories", Type: fakediscord.Forum})
	s.thread = f.AddChannel(fakediscord.Channel{Name: "steel", Type: fakediscord.PublicThread, Parent: s.trade.ID})
	s.client = s.newClient(l)
	s.Messenger = discord.NewMessengerForTest(s.client)
	t.Cleanup(func() {
		f.Clean()
		if strings.Contains(s.log.String(), fakediscord.Token) {
			t.Error("the log holds the bot's token")
		}
	})
	return s
}

// newClient is one that knows nothing of the others.
func (s *sender) newClient(l discord.Limits) *discord.Client {
	return discord.NewClient(discord.ClientConfig{
		Token: fakediscord.Token, BaseURL: s.fake.API(), HTTP: httpClient(s.t), Limits: l, Now: s.clock.now,
		Logger: slog.New(slog.NewTextHandler(s.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	})
}

// another is the messenger of another process, or of this one after a restart.
func (s *sender) another() *discord.Messenger {
	return discord.NewMessengerForTest(s.newClient(s.client.Limits))
}

func (s *sender) in(c *fakediscord.Channel) alerts.Destination {
	return alerts.Destination{Platform: alerts.Discord, Workspace: s.guild.ID, Channel: c.ID}
}

func (s *sender) toAnna() alerts.Destination {
	return alerts.Destination{Platform: alerts.Discord, User: s.anna.ID}
}

// channelOf is where the messages for a place stand, "" if nowhere.
func (s *sender) channelOf(d alerts.Destination) string {
	if d.IsDirect() {
		return s.fake.Direct(d.User)
	}
	return d.Channel
}

// shown are the messages for a place; of a forum, those of its posts.
func (s *sender) shown(d alerts.Destination) []fakediscord.Message {
	if d.Channel != s.forum.ID {
		return s.fake.Messages(s.channelOf(d))
	}
	var out []fakediscord.Message
	for _, p := range s.fake.Posts(s.forum.ID) {
		out = append(out, s.fake.Messages(p.ID)...)
	}
	return out
}

// posts counts the calls that would post something.
func (s *sender) posts() int {
	n := 0
	for _, c := range s.fake.Calls() {
		if c.Method == "POST" && c.Route != "users/@me/channels" {
			n++
		}
	}
	return n
}

// delivery is an alert for a place, tried now for the first time.
func (s *sender) delivery(key string, d alerts.Destination) alerts.Delivery {
	return alerts.Delivery{
		Key: key, Destination: d, Since: s.clock.now(),
		Alerts: []alerts.Alert{{
			Article: alerts.Article{ID: key, Title: "Tariff rises", URL: "https://news.example.org/1", Publisher: "Example Gazette"},
			Matched: []string{"tariff"}, Summary: []string{"The tariff rises."},
			Subscriptions: []alerts.Subscription{{ID: 1, Number: 1}},
		}},
	}
}

// send wants a delivery to be sent.
func (s *sender) send(by *discord.Messenger, d alerts.Delivery) alerts.Receipt {
	s.t.Helper()
	r, err := by.Send(s.t.Context(), d)
	if err != nil {
		s.t.Fatalf("%s to %s: %v", d.Key, d.Destination, err)
	}
	if len(r.Messages) != 1 {
		s.t.Fatalf("%s to %s: receipt %+v", d.Key, d.Destination, r)
	}
	return r
}

// find looks for a delivery.
func (s *sender) find(by *discord.Messenger, d alerts.Delivery) (alerts.Receipt, bool) {
	s.t.Helper()
	r, found, err := by.Find(s.t.Context(), d)
	if err != nil {
		s.t.Fatalf("find %s in %s: %v", d.Key, d.Destination, err)
	}
	return r, found
}

// refusal wants an error that is classified.
func refusal(t *testing.T, err error) *alerts.SendError {
	t.Helper()
	refused, ok := errors.AsType[*alerts.SendError](err)
	if !ok {
		t.Fatalf("not classified: %v", err)
	}
	return refused
}

// script is what goes wrong with posts, one after the other.
type script struct {
	mu    sync.Mutex
	posts []fakediscord.Fault
}

func (s *script) next(f ...fakediscord.Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.posts = f
}

func (s *script) fault(c fakediscord.Call) fakediscord.Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c.Method != "POST" || c.Route == "users/@me/channels" || len(s.posts) == 0 {
		return fakediscord.Fault{}
	}
	f := s.posts[0]
	s.posts = s.posts[1:]
	return f
}
