package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/bot/chat"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// say gives a command to the bot as alice in her direct message.
func (w *world) say(t interface{ Helper() }, text string) chat.Reply {
	t.Helper()
	return w.bot.Handle(context.Background(), chat.Command{Person: alice, Place: alice.Direct(), MayManage: true, Text: text})
}

// TestPermissions: what changes a channel needs the right to manage it; what
// only tells, and what acts on the person's own, does not.
func TestPermissions(t *testing.T) {
	tests := []struct {
		text    string
		changes bool
	}{
		{"subscribe herring", true},
		{"list", false},
		{"list mine", false},
		{"unsubscribe 1", true},
		{"edit 1 herring", true},
		{"pause", true},
		{"pause 1 for 3d", true},
		{"resume", true},
		{"resume 1", true},
		{"preview herring", false},
		{"digest", false},
		{"digest hourly", true},
		{"digest 1 hourly", true},
		{"timezone", false},
		{"timezone Europe/Brussels", true},
		{"quiet", false},
		{"quiet 22:00-07:00", true},
		{"limit", false},
		{"limit 30", true},
		{"why", false},
		{"mute steel-1", true},
		{"unmute steel-1", true},
		{"why steel-2", false},
		{"sources", false},
		{"export", false},
		{"forget-me", false},
		{"help", false},
		{"nonsense", false},
	}
	covered := map[string]bool{}
	for _, tt := range tests {
		verb := verbNamed(strings.Fields(tt.text)[0])
		if verb != nil {
			covered[verb.word] = true
		}
		t.Run(tt.text, func(t *testing.T) {
			for _, may := range []bool{true, false} {
				w := newWorld()
				channelOf := w.seed(t)
				before := w.state(channelOf)
				r := w.bot.Handle(t.Context(), chat.Command{Person: bob, Place: channelOf, MayManage: may, Text: tt.text})
				refused := r.Problem != nil && strings.Contains(r.Problem.Text, "who manage this channel")
				if want := tt.changes && !may; refused != want {
					t.Errorf("may manage %v: refused %v, want %v (%+v)", may, refused, want, r)
				}
				if changed := w.state(channelOf) != before; changed && !(tt.changes && may) {
					t.Errorf("may manage %v: the channel changed from\n%s to\n%s", may, before, w.state(channelOf))
				}
				if refused && len(r.Hints) == 0 {
					t.Error("refused without saying what can be done")
				}
			}
			// The same in a direct message is always allowed, whatever the
			// platform said.
			w := newWorld()
			w.seed(t)
			r := w.bot.Handle(t.Context(), chat.Command{Person: bob, Place: bob.Direct(), Text: tt.text})
			if r.Problem != nil && strings.Contains(r.Problem.Text, "who manage") {
				t.Errorf("refused in a direct message: %+v", r)
			}
			// Someone else's direct message is nobody else's to change.
			r = w.bot.Handle(t.Context(), chat.Command{Person: bob, Place: alice.Direct(), Text: tt.text})
			if refused := r.Problem != nil && strings.Contains(r.Problem.Text, "who manage"); refused != tt.changes {
				t.Errorf("in another's direct message refused %v, want %v", refused, tt.changes)
			}
		})
	}
	for _, v := range verbs {
		if !covered[v.word] {
			t.Errorf("%s is not in the table", v.word)
		}
	}
}

// seed lets a manager follow something in the channel and gives the channel.
func (w *world) seed(t testing.TB) alerts.Destination {
	t.Helper()
	for _, text := range []string{"subscribe steel", "subscribe tariff"} {
		if r := w.bot.Handle(context.Background(), chat.Command{Person: alice, Place: channel, MayManage: true, Text: text}); r.Problem != nil {
			t.Fatal(r.Problem.Text)
		}
	}
	return channel
}

// state is what is stored of a place, without revisions.
func (w *world) state(d alerts.Destination) string {
	var b strings.Builder
	subs, _ := w.store.List(context.Background(), d)
	for _, s := range subs {
		fmt.Fprintf(&b, "%d %s %s paused=%v %s\n", s.Number, s.Query, s.Schedule, !s.Active(w.now), s.PausedUntil)
	}
	set, _ := w.store.Settings(context.Background(), d)
	fmt.Fprintf(&b, "%s %s %s paused=%v %s %q", location(set), set.Quiet, set.Schedule, !set.Active(w.now), set.PausedUntil, slices.Sorted(slices.Values(set.Muted)))
	return b.String()
}

var errStore = errors.New("store: connection refused, password hunter2")

func TestErrorsOfOurOwnAreLoggedAndNotShown(t *testing.T) {
	for _, text := range []string{
		"subscribe steel", "list", "list mine", "unsubscribe 1", "edit 1 herring", "pause", "pause 1", "resume", "digest", "digest hourly",
		"timezone UTC", "quiet off", "why", "preview steel", "sources", "export", "forget-me", "forget-me yes",
	} {
		t.Run(text, func(t *testing.T) {
			w := newWorld()
			w.store.fail = errStore
			r := w.bot.Handle(t.Context(), chat.Command{ID: "ev-7", Person: alice, Place: alice.Direct(), Text: text})
			if r.Problem == nil || !strings.Contains(r.Problem.Text, "try again") || strings.Contains(show(r), "refused") {
				t.Errorf("reply %+v, want a plain problem", r)
			}
			log := w.log.String()
			if n := strings.Count(log, "\n"); n != 1 || !strings.Contains(log, "event=ev-7") || !strings.Contains(log, "destination=slack/T1/u/alice") || !strings.Contains(log, "connection refused") {
				t.Errorf("log of %d lines, want one with ids and cause:\n%s", n, log)
			}
		})
	}
}

func TestSourcesTellThatTheyAreHeldBack(t *testing.T) {
	w := newWorld()
	if got := show(w.say(t, "sources")); strings.Contains(got, "just now, for") {
		t.Errorf("held back: %s", got)
	}
	w.bot.hold = func() string { return "2000 deliveries wait" }
	if got := show(w.say(t, "sources")); !strings.Contains(got, "None is read just now") {
		t.Errorf("not held back: %s", got)
	}
}

type panicking struct{}

func (panicking) Sources(context.Context) ([]alerts.SourceStatus, error) { panic("no sources today") }

func TestPanicIsAProblem(t *testing.T) {
	w := newWorld()
	w.bot.sources = panicking{}
	r := w.say(t, "sources")
	if r.Problem == nil || !strings.Contains(r.Problem.Text, "try again") {
		t.Errorf("reply %+v", r)
	}
	if log := w.log.String(); !strings.Contains(log, "no sources today") || !strings.Contains(log, "stack=") {
		t.Errorf("log %s", log)
	}
}

func TestTheSameCommandTwiceHasOneEffect(t *testing.T) {
	w := newWorld()
	c := chat.Command{ID: "ev-1", Person: alice, Place: alice.Direct(), Text: "subscribe steel"}
	replies := make([]chat.Reply, 20)
	var wg sync.WaitGroup
	for i := range replies {
		wg.Go(func() { replies[i] = w.bot.Handle(t.Context(), c) })
	}
	wg.Wait()
	for i, r := range replies {
		if r.Text != replies[0].Text || !strings.HasPrefix(r.Text, "Following") {
			t.Errorf("reply %d is %q, the first %q", i, r.Text, replies[0].Text)
		}
	}
	c.Text, c.ID = "unsubscribe 1", "ev-2"
	first := w.bot.Handle(t.Context(), c)
	if again := w.bot.Handle(t.Context(), c); again.Problem != nil || again.Text != first.Text {
		t.Errorf("unsubscribe again: %+v", again)
	}
	c.Person, c.Place = bob, bob.Direct()
	if r := w.bot.Handle(t.Context(), c); r.Problem == nil {
		t.Errorf("another person's event of the same name got %+v", r)
	}
}

func TestAFailedCommandMayBeGivenAgain(t *testing.T) {
	w := newWorld()
	c := chat.Command{ID: "ev-1", Person: alice, Place: alice.Direct(), Text: "subscribe steel"}
	w.store.fail = errStore
	if r := w.bot.Handle(t.Context(), c); r.Problem == nil {
		t.Fatal("no problem")
	}
	w.store.fail = nil
	if r := w.bot.Handle(t.Context(), c); r.Problem != nil {
		t.Errorf("again: %+v", r.Problem)
	}
}

func TestMemoIsBounded(t *testing.T) {
	m := newMemo()
	calls := 0
	ask := func(i int) {
		m.once(t.Context(), fmt.Sprint(i), func() (chat.Reply, bool) { calls++; return chat.Reply{}, true })
	}
	for i := range 3 * remembered {
		ask(i)
	}
	if len(m.known) != remembered {
		t.Errorf("%d replies are kept, want %d", len(m.known), remembered)
	}
	ask(3*remembered - 1)
	if calls != 3*remembered {
		t.Errorf("the latest was answered again")
	}
	ask(0)
	if calls != 3*remembered+1 {
		t.Errorf("the first is still kept")
	}
}

func TestMemoWaitsNoLongerThanItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemo()
		begun, finish := make(chan struct{}), make(chan struct{})
		go m.once(t.Context(), "a", func() (chat.Reply, bool) {
			close(begun)
			<-finish
			return chat.Reply{}, true
		})
		<-begun
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if r := m.once(ctx, "a", nil); r.Problem == nil {
			t.Errorf("reply %+v, want a problem", r)
		}
		close(finish)
	})
}

func TestAConflictIsTriedOnceMore(t *testing.T) {
	for _, text := range []string{"edit 1 herring", "pause 1", "pause", "digest hourly", "timezone Asia/Tokyo", "quiet 22:00-07:00"} {
		t.Run(text, func(t *testing.T) {
			w := newWorld()
			w.say(t, "subscribe steel")
			w.store.conflicts = 1
			if r := w.say(t, text); r.Problem != nil {
				t.Errorf("after one conflict: %s", r.Problem.Text)
			}
			w = newWorld()
			w.say(t, "subscribe steel")
			before := w.state(alice.Direct())
			w.store.conflicts = 2
			if r := w.say(t, text); r.Problem == nil || !strings.Contains(r.Problem.Text, "Someone else") {
				t.Errorf("after two conflicts: %+v", r)
			}
			if after := w.state(alice.Direct()); after != before {
				t.Errorf("changed to %s", after)
			}
			if w.log.Len() > 0 {
				t.Errorf("logged %s", &w.log)
			}
		})
	}
}

func TestTheArchiveIsReadWithinBounds(t *testing.T) {
	t.Run("time", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld()
			w.archive.stall = true
			begun := time.Now()
			r := w.say(t, "subscribe steel")
			if took := time.Since(begun); took != longestLook {
				t.Errorf("took %s, want %s", took, longestLook)
			}
			if !strings.Contains(r.Text, "3 of the last 5 articles.") && !strings.Contains(r.Text, "3 of the last 4 articles.") {
				t.Errorf("reply %q", r.Text)
			}
		})
	})
	t.Run("articles", func(t *testing.T) {
		w := newWorld()
		w.archive.articles = nil
		for i := range mostArticles + 1 {
			w.archive.articles = append(w.archive.articles, alerts.Article{ID: fmt.Sprint(i), Title: "Steel", Received: tuesday})
		}
		if r := w.say(t, "subscribe steel"); !strings.Contains(r.Text, "It would have hit 2,000 of the last 2,000 articles.") {
			t.Errorf("reply %q", r.Text)
		}
	})
	t.Run("none", func(t *testing.T) {
		w := newWorld()
		w.archive.articles = nil
		if r := w.say(t, "subscribe steel"); !strings.Contains(r.Text, "No article has come in yet") {
			t.Errorf("reply %q", r.Text)
		}
	})
}

// TestASubscriptionStandsWhateverElseFails: it is stored by then, and the
// reply says what could not be done.
func TestASubscriptionStandsWhateverElseFails(t *testing.T) {
	w := newWorld()
	w.archive.fail = errors.New("archive gone")
	if r := w.say(t, "subscribe steel"); r.Problem != nil || !strings.Contains(r.Text, "can't be told just now") {
		t.Errorf("reply %+v", r)
	}
	w.archive.fail, w.outbox.fail = nil, errors.New("outbox gone")
	if r := w.say(t, "subscribe tariff"); r.Problem != nil || !strings.Contains(r.Text, "The newest could not be sent") {
		t.Errorf("reply %+v", r)
	}
	log := w.log.String()
	if strings.Count(log, "\n") != 2 || !strings.Contains(log, "archive gone") || !strings.Contains(log, "steel-2") {
		t.Errorf("log %s", log)
	}
}

func TestMutedArticlesAreNotShownFirst(t *testing.T) {
	w := newWorld()
	w.store.settings[alice.Direct()] = alerts.Settings{Destination: alice.Direct(), Muted: []string{"steel-2"}}
	w.say(t, "subscribe steel")
	if notes := strings.Join(w.outbox.take(), ""); !strings.Contains(notes, "border-1") {
		t.Errorf("outbox %q, want the newest that is not muted", notes)
	}
	if r := w.say(t, "why steel-2"); !strings.Contains(show(r), "muted here") {
		t.Errorf("why: %s", show(r))
	}
}

func TestVerbAndArgsStandForText(t *testing.T) {
	w := newWorld()
	r := w.bot.Handle(t.Context(), chat.Command{Person: alice, Place: channel, MayManage: true, Verb: "subscribe", Args: "me: steel", Text: "ignored"})
	if r.Problem != nil || !strings.Contains(r.Text, "in your direct messages") {
		t.Errorf("reply %+v", r)
	}
}
