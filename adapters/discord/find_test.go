package discord_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/bellwether/bellwether/adapters/adaptertest/fakediscord"
	"github.com/bellwether/bellwether/adapters/discord"
	"github.com/bellwether/bellwether/alerts"
)

// lost are the ways in which the answer to a message gets lost; those that take
// long are tried in one kind of place.
func lost(place string) map[string]fakediscord.Fault {
	out := map[string]fakediscord.Fault{
		"cut": {Cut: true, Accept: true}, "500": {Status: 500, Accept: true}, "cut before": {Cut: true}, "500 before": {Status: 500},
	}
	if place == "text" {
		out["hang"], out["hang before"] = fakediscord.Fault{Hang: true, Accept: true}, fakediscord.Fault{Hang: true}
	}
	return out
}

// fail sends a delivery whose answer is lost.
func (s *sender) fail(d alerts.Delivery, f fakediscord.Fault) {
	s.t.Helper()
	if d.Destination == s.in(s.forum) {
		s.LearnForTest(s.t.Context(), d.Destination) // so that it is posted to in one call
	}
	s.faults.next(f)
	_, err := s.Send(s.t.Context(), d)
	if _, classified := errors.AsType[*alerts.SendError](err); err == nil || classified {
		s.t.Fatalf("%s to %s: %v", d.Key, d.Destination, err)
	}
}

// looks counts the calls that look for messages.
func (s *sender) looks() int {
	n := 0
	for _, c := range s.fake.Calls() {
		if c.Method == http.MethodGet && (strings.Contains(c.Route, "/messages") || strings.Contains(c.Route, "/threads")) {
			n++
		}
	}
	return n
}

// TestSentAgainByNonce: within two minutes a message whose answer was lost is
// sent again, by this process or another, without a look, and stands once; the
// receipt names the one that stands. A forum is looked through.
func TestSentAgainByNonce(t *testing.T) {
	t.Parallel()
	s := newSender(t, fakediscord.Options{}, discord.Limits{Timeout: sendTime})
	for name, d := range s.places() {
		if name == "forum" {
			continue
		}
		for how, f := range lost(name) {
			for who, by := range map[string]*discord.Messenger{"the same": s.Messenger, "another": s.another()} {
				before := len(s.shown(d))
				msg := s.delivery(how+" "+who, d)
				s.fail(msg, f)
				if _, found := s.find(by, msg); found {
					t.Errorf("%s: %s: %s process has found it", name, how, who)
				}
				r := s.send(by, msg)
				all := s.shown(d)
				if len(all) != before+1 {
					t.Errorf("%s: %s: it stands %d times", name, how, len(all)-before)
				} else if m := last(all); r.Messages[0] != m.Channel+"/"+m.ID {
					t.Errorf("%s: %s: the receipt names %s", name, how, r.Messages[0])
				}
			}
		}
	}
	if n := s.looks(); n != 0 {
		t.Errorf("%d looks", n)
	}
}

// TestOwnTriesAreRemembered: the dispatcher does not know for sure when a send
// began, and says it a few minutes too early; the process that sent it does.
func TestOwnTriesAreRemembered(t *testing.T) {
	t.Parallel()
	s := newSender(t, fakediscord.Options{}, discord.Limits{Timeout: sendTime})
	msg := s.delivery("a", s.in(s.trade))
	msg.Since = s.clock.now().Add(-5 * time.Minute)
	s.fail(msg, fakediscord.Fault{Cut: true, Accept: true})
	if _, found := s.find(s.Messenger, msg); found || s.looks() != 0 {
		t.Errorf("found %v, by %d looks", found, s.looks())
	}
	if _, found := s.find(s.another(), msg); !found {
		t.Error("another process has not found it")
	}
	s.clock.forward(3 * time.Minute) // the nonce may be forgotten
	if _, found := s.find(s.Messenger, msg); !found {
		t.Error("the same process has not found it later")
	}
}

// TestFindsWhatArrived: later it is looked for, by this process or another, and
// found if it arrived, in channels, threads, direct messages and forums.
func TestFindsWhatArrived(t *testing.T) {
	t.Parallel()
	s := newSender(t, fakediscord.Options{}, discord.Limits{Timeout: sendTime})
	type try struct {
		msg  alerts.Delivery
		f    fakediscord.Fault
		name string
	}
	var tries []try
	for name, d := range s.places() {
		s.send(s.Messenger, s.delivery("before", d))
		for how, f := range lost(name) {
			x := try{s.delivery(how, d), f, name + ": " + how}
			s.fail(x.msg, f)
			tries = append(tries, x)
		}
		s.send(s.Messenger, s.delivery("after", d))
	}
	s.clock.forward(3 * time.Minute)
	next := s.another()
	for _, x := range tries {
		for who, by := range map[string]*discord.Messenger{"the same": s.Messenger, "another": next} {
			r, found := s.find(by, x.msg)
			if found != x.f.Accept {
				t.Errorf("%s: %s process found %v", x.name, who, found)
			}
			if found && !s.names(r, x.msg) {
				t.Errorf("%s: %s process gives %+v", x.name, who, r)
			}
		}
	}
	if n := s.fake.Invalid(); n != 0 {
		t.Errorf("%d calls were refused", n)
	}
}

// names reports whether a receipt names the message of a delivery.
func (s *sender) names(r alerts.Receipt, d alerts.Delivery) bool {
	for _, m := range s.shown(d.Destination) {
		if strings.Contains(string(m.Components), "#"+discord.FingerprintForTest(d.Key)) {
			return len(r.Messages) == 1 && r.Messages[0] == m.Channel+"/"+m.ID
		}
	}
	return false
}

// TestSentAgainAfterALook: what is not found is sent again, and stands once.
func TestSentAgainAfterALook(t *testing.T) {
	t.Parallel()
	s := newSender(t, fakediscord.Options{}, discord.Limits{Timeout: sendTime})
	for name, d := range s.places() {
		msg := s.delivery("a", d)
		s.fail(msg, fakediscord.Fault{Status: 503})
		s.clock.forward(10 * time.Minute)
		if _, found := s.find(s.Messenger, msg); found {
			t.Errorf("%s: found", name)
		}
		s.send(s.Messenger, msg)
		if n := len(s.shown(d)); n != 1 {
			t.Errorf("%s: it stands %d times", name, n)
		}
	}
}

// TestArchivedPostIsFound: a post of a forum that was closed in the meantime.
func TestArchivedPostIsFound(t *testing.T) {
	t.Parallel()
	s := newSender(t, fakediscord.Options{}, discord.Limits{Timeout: sendTime})
	msg := s.delivery("a", s.in(s.forum))
	s.fail(msg, fakediscord.Fault{Cut: true, Accept: true})
	s.fake.Archive(s.fake.Posts(s.forum.ID)[0].ID, true, false)
	if r, found := s.find(s.Messenger, msg); !found || !s.names(r, msg) {
		t.Errorf("found %v, %+v", found, r)
	}
}

// TestForumWaitsForACallOfAnother: a forum knows no nonce, so a look waits until
// what another process had under way has surely ended.
func TestForumWaitsForACallOfAnother(t *testing.T) {
	t.Parallel()
	s := newSender(t, fakediscord.Options{}, discord.Limits{})
	msg := s.delivery("a", s.in(s.forum))
	msg.Since = msg.Since.Add(-5 * time.Minute)
	msg.Tried = s.clock.now().Add(-5 * time.Second)
	next := s.another()
	_, _, err := next.Find(t.Context(), msg)
	r := refusal(t, err)
	if r.Permanent || r.Scope != alerts.ScopeMessage || r.After <= 0 || r.After > 10*time.Second {
		t.Errorf("looked at once: %v", err)
	}
	s.clock.forward(r.After)
	if _, found := s.find(next, msg); found {
		t.Error("found what was never sent")
	}
}

// TestOthersAreNotOurs: what a person or another bot wrote is not found, though
// it were to say the same.
func TestOthersAreNotOurs(t *testing.T) {
	t.Parallel()
	s := newSender(t, fakediscord.Options{}, discord.Limits{Timeout: sendTime})
	s.send(s.Messenger, s.delivery("a", s.in(s.trade)))
	ours := s.shown(s.in(s.trade))[0]
	robot := s.fake.AddUser(fakediscord.User{Name: "robot", Bot: true})
	for _, user := range []string{s.anna.ID, robot.ID} {
		m := s.fake.SayIn(user, s.news.ID, "look")
		s.fake.SetComponents(m.ID, ours.Components)
	}
	msg := s.delivery("a", s.in(s.news))
	s.clock.forward(10 * time.Minute)
	if _, found := s.find(s.Messenger, msg); found {
		t.Error("found what others wrote")
	}
}

// TestManyMessagesSince: up to a thousand are looked through; with more it can't
// be known.
func TestManyMessagesSince(t *testing.T) {
	t.Parallel()
	s := newSender(t, fakediscord.Options{}, discord.Limits{Timeout: 10 * time.Second})
	early, late := s.delivery("early", s.in(s.trade)), s.delivery("late", s.in(s.trade))
	s.send(s.Messenger, early)
	for range 997 {
		s.fake.SayIn(s.anna.ID, s.trade.ID, "…")
	}
	s.send(s.Messenger, late)
	s.clock.forward(10 * time.Minute)
	never := s.delivery("never", s.in(s.trade))
	never.Since = early.Since
	late.Since = early.Since
	for name, msg := range map[string]alerts.Delivery{"the first": early, "the last": late} {
		if _, found := s.find(s.Messenger, msg); !found {
			t.Errorf("%s of 999 is not found", name)
		}
	}
	if _, found := s.find(s.Messenger, never); found {
		t.Error("found what was never sent")
	}
	for range 2 {
		s.fake.SayIn(s.anna.ID, s.trade.ID, "…")
	}
	_, found, err := s.Find(t.Context(), never)
	if _, classified := errors.AsType[*alerts.SendError](err); found || err == nil || classified {
		t.Errorf("among 1001: found %v, %v", found, err)
	}
	if _, found := s.find(s.Messenger, early); !found {
		t.Error("the first of 1001 is not found")
	}
}

// TestLookThatFails: an error says that it could not be known, and a limit of
// looking holds nothing else.
func TestLookThatFails(t *testing.T) {
	t.Parallel()
	get := func(f fakediscord.Fault) func(fakediscord.Call) fakediscord.Fault {
		return func(c fakediscord.Call) fakediscord.Fault {
			if c.Method != http.MethodGet || !strings.HasSuffix(c.Route, "/messages") {
				return fakediscord.Fault{}
			}
			return f
		}
	}
	for name, f := range map[string]fakediscord.Fault{
		"500": {Status: 500}, "cut": {Cut: true}, "hang": {Hang: true}, "429": {Status: 429, RetryAfter: time.Minute}, "not JSON": {Status: 502, HTML: true},
	} {
		s := newSender(t, fakediscord.Options{Fault: get(f)}, discord.Limits{Timeout: sendTime})
		msg := s.delivery("a", s.in(s.trade))
		s.clock.forward(10 * time.Minute)
		_, found, err := s.Find(t.Context(), msg)
		if found || err == nil {
			t.Errorf("%s: found %v, %v", name, found, err)
		}
		if r, ok := errors.AsType[*alerts.SendError](err); ok != (name == "429") || ok && (r.Permanent || r.Scope != alerts.ScopeMessage) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestLookWithoutHistory: where the bot may not read, it can't be known.
func TestLookWithoutHistory(t *testing.T) {
	t.Parallel()
	s := newSender(t, fakediscord.Options{}, discord.Limits{Timeout: sendTime})
	msg := s.delivery("a", s.in(s.trade))
	s.fake.DeleteChannel(s.trade.ID)
	s.clock.forward(10 * time.Minute)
	_, found, err := s.Find(t.Context(), msg)
	if found || !refusal(t, err).Permanent || discord.LossOfForTest(err) != alerts.LossDeleted {
		t.Errorf("in a channel that is gone: found %v, %v", found, err)
	}
}

// TestAcceptedAfterTheLook is the case that remains: Discord holds a request
// back for longer than it knows a nonce, or in a forum for longer than a call
// may take, and accepts it behind the look. The message shows twice;
// documentation says so.
func TestAcceptedAfterTheLook(t *testing.T) {
	t.Parallel()
	s := newSender(t, fakediscord.Options{}, discord.Limits{Timeout: sendTime})
	forum := s.delivery("late", s.in(s.forum))
	s.fail(forum, fakediscord.Fault{Late: true})
	if _, found := s.find(s.Messenger, forum); found {
		t.Fatal("found what Discord had not accepted yet")
	}
	s.send(s.Messenger, forum)
	s.fake.AcceptLate()
	if n := len(s.shown(forum.Destination)); n != 2 {
		t.Errorf("%d posts, want the 2 of the case that remains", n)
	}
}

// TestAcceptedLateUnderTheNonce: in all other places, what is accepted late
// within two minutes shows once.
func TestAcceptedLateUnderTheNonce(t *testing.T) {
	t.Parallel()
	s := newSender(t, fakediscord.Options{}, discord.Limits{Timeout: sendTime})
	msg := s.delivery("late", s.in(s.trade))
	s.fail(msg, fakediscord.Fault{Late: true})
	s.send(s.another(), msg)
	s.fake.AcceptLate()
	if n := len(s.shown(msg.Destination)); n != 1 {
		t.Errorf("%d messages", n)
	}
}

// TestManyPostsSince: a forum in which more posts were closed since than one
// look shows.
func TestManyPostsSince(t *testing.T) {
	t.Parallel()
	s := newSender(t, fakediscord.Options{}, discord.Limits{Timeout: 10 * time.Second})
	msg := s.delivery("a", s.in(s.forum))
	s.fail(msg, fakediscord.Fault{Status: 500})
	for range 100 {
		p := s.fake.AddChannel(fakediscord.Channel{Type: fakediscord.PublicThread, Parent: s.forum.ID})
		s.fake.Archive(p.ID, true, false)
	}
	if _, found := s.find(s.Messenger, msg); found {
		t.Error("found what was never sent")
	}
	p := s.fake.AddChannel(fakediscord.Channel{Type: fakediscord.PublicThread, Parent: s.forum.ID})
	s.fake.Archive(p.ID, true, false)
	if _, found, err := s.Find(t.Context(), msg); found || err == nil {
		t.Errorf("among 101 posts: found %v, %v", found, err)
	}
}
