package bot

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/bot/chat"
)

func (w *world) tell(t testing.TB, p alerts.Person, d alerts.Destination, text string) chat.Reply {
	t.Helper()
	return w.bot.Handle(context.Background(), chat.Command{Person: p, Place: d, MayManage: true, Text: text})
}

// TestLostPlacesAreHeldAndToldOnce: every owner hears of it once, whoever finds
// out how often.
func TestLostPlacesAreHeldAndToldOnce(t *testing.T) {
	w := newWorld()
	w.seed(t)
	w.tell(t, bob, channel, "subscribe herring")
	notices, err := w.bot.Lost(t.Context(), channel, alerts.LossArchived)
	if err != nil {
		t.Fatal(err)
	}
	told := map[alerts.Person]int{}
	for _, n := range notices {
		told[n.To]++
		if n.Reply.Place != channel || !strings.Contains(n.Reply.Text, "archived") {
			t.Errorf("told %+v", n)
		}
	}
	if len(told) != 2 || told[alice] != 1 || told[bob] != 1 {
		t.Errorf("told %v, want alice and bob once", told)
	}
	set, _ := w.store.Settings(t.Context(), channel)
	if set.Active(w.now) || set.PausedBy != alerts.LossArchived {
		t.Errorf("the settings are %+v", set)
	}
	if again, err := w.bot.Lost(t.Context(), channel, alerts.LossRemoved); err != nil || len(again) != 0 {
		t.Errorf("told again: %v, %v", again, err)
	}
	if r := w.tell(t, alice, channel, "list"); !strings.Contains(r.Text, "paused while the channel is archived") {
		t.Errorf("list says %q", r.Text)
	}
	if err := w.bot.Back(t.Context(), channel); err != nil {
		t.Fatal(err)
	}
	if set, _ := w.store.Settings(t.Context(), channel); !set.Active(w.now) {
		t.Errorf("after it is back the settings are %+v", set)
	}
}

// TestBackKeepsThePausesOfPeople: what a person paused stays so.
func TestBackKeepsThePausesOfPeople(t *testing.T) {
	w := newWorld()
	w.seed(t)
	w.tell(t, alice, channel, "pause for 3d")
	before, _ := w.store.Settings(t.Context(), channel)
	for i, want := range []int{1, 0} { // told once, though it was paused before
		if notices, err := w.bot.Lost(t.Context(), channel, alerts.LossRemoved); err != nil || len(notices) != want {
			t.Errorf("told %v the time %d, %v", notices, i+1, err)
		}
	}
	if err := w.bot.Back(t.Context(), channel); err != nil {
		t.Fatal(err)
	}
	after, _ := w.store.Settings(t.Context(), channel)
	after.Revision = before.Revision
	if fmt.Sprint(after) != fmt.Sprint(before) || after.Active(w.now.Add(time.Hour)) {
		t.Errorf("settings %+v, want %+v", after, before)
	}
}

// TestResumeEndsWhatALossBegan: a person may know better than the platform said.
// If they do not, the next message finds out, and they are told again.
func TestResumeEndsWhatALossBegan(t *testing.T) {
	w := newWorld()
	w.seed(t)
	lose := func(want int) {
		t.Helper()
		if notices, err := w.bot.Lost(t.Context(), channel, alerts.LossRemoved); err != nil || len(notices) != want {
			t.Fatalf("told %v, %v, want %d", notices, err, want)
		}
	}
	lose(1)
	r := w.tell(t, alice, channel, "resume")
	if set, _ := w.store.Settings(t.Context(), channel); !set.Active(w.now) || !r.Changed || r.Undo != nil {
		t.Errorf("settings %+v after %+v", set, r)
	}
	lose(1)
	w.tell(t, alice, channel, "pause for 2d")
	r = w.tell(t, alice, channel, "resume")
	if set, _ := w.store.Settings(t.Context(), channel); !set.Active(w.now) || r.Undo == nil || r.Undo.Args != "for 2d" {
		t.Errorf("settings %+v after %+v", set, r)
	}
	w.tell(t, alice, channel, "pause for 1h")
	lose(1)
	w.now = w.now.Add(2 * time.Hour) // the pause has ended, and the channel is still lost
	if r = w.tell(t, alice, channel, "resume"); r.Undo != nil || !r.Changed {
		t.Errorf("after the end of a pause: %+v", r)
	}
}

// overtaken lets someone else be faster, once.
type overtaken struct {
	SubscriptionStore
	first func()
}

func (o *overtaken) SaveSettings(ctx context.Context, set alerts.Settings) (alerts.Settings, error) {
	if first := o.first; first != nil {
		o.first = nil
		first()
	}
	return o.SubscriptionStore.SaveSettings(ctx, set)
}

// TestReplicasTellOnce: whichever replica stores a loss first tells of it, and
// the others store nothing and tell nobody.
func TestReplicasTellOnce(t *testing.T) {
	w := newWorld()
	w.seed(t)
	other := New(Config{Store: w.store, Archive: w.archive, Outbox: w.outbox, Sources: &w.sources, Now: w.bot.now})
	var others []chat.Notice
	w.bot.store = &overtaken{w.store, func() {
		others, _ = other.Lost(context.Background(), channel, alerts.LossDeleted)
	}}
	calls := w.store.calls
	notices, err := w.bot.Lost(t.Context(), channel, alerts.LossArchived)
	if err != nil || len(notices) != 0 || len(others) != 1 || w.store.calls != calls+1 {
		t.Errorf("told %v and %v, %v, in %d changes", notices, others, err, w.store.calls-calls)
	}
	w.bot.store = w.store
	if err := w.bot.Back(t.Context(), channel); err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	told := make([]int, 16)
	for i := range told {
		b := []*Bot{w.bot, other}[i%2]
		wg.Go(func() {
			n, err := b.Lost(context.Background(), channel, alerts.LossArchived)
			if err != nil {
				t.Error(err)
			}
			told[i] = len(n)
		})
	}
	wg.Wait()
	sum := 0
	for _, n := range told {
		sum += n
	}
	if sum != 1 {
		t.Errorf("told %v, want once", told)
	}
}

func TestALossThatIsNotStoredIsToldToNobody(t *testing.T) {
	w := newWorld()
	w.seed(t)
	w.store.conflicts = tries
	if notices, err := w.bot.Lost(t.Context(), channel, alerts.LossArchived); !errors.Is(err, alerts.ErrConflict) || len(notices) > 0 {
		t.Errorf("told %v, %v", notices, err)
	}
	w.store.fail = errStore
	if notices, err := w.bot.Lost(t.Context(), channel, alerts.LossArchived); !errors.Is(err, errStore) || len(notices) > 0 {
		t.Errorf("told %v, %v", notices, err)
	}
	if err := w.bot.Back(t.Context(), channel); !errors.Is(err, errStore) {
		t.Errorf("back: %v", err)
	}
}

// TestEveryLossHasWords: in notices, unless nobody can be told, and in lists.
func TestEveryLossHasWords(t *testing.T) {
	said := map[string]alerts.Loss{}
	for why, told := range map[alerts.Loss]string{
		alerts.LossArchived: "not archived any more", alerts.LossDeleted: "have ended", alerts.LossRemoved: "Invite it again, or let it write there",
		alerts.LossClosed: "", alerts.LossUninstalled: "Add it again",
	} {
		if text := lossNotice(why); !strings.Contains(text, told) || (told == "") != (text == "") {
			t.Errorf("%s: told %q", why, text)
		}
		words := lossWords(why)
		if other, taken := said[words]; taken {
			t.Errorf("%s and %s are both told as %q", why, other, words)
		}
		said[words] = why
	}
}

func TestNobodyIsToldOfWhatTheyCannotHear(t *testing.T) {
	w := newWorld()
	w.tell(t, bob, bob.Direct(), "subscribe steel")
	for _, why := range []alerts.Loss{alerts.LossClosed, alerts.LossUninstalled} {
		notices, err := w.bot.Lost(t.Context(), bob.Direct(), why)
		if err != nil || len(notices) != 0 {
			t.Errorf("%s: told %v, %v", why, notices, err)
		}
		if set, _ := w.store.Settings(t.Context(), bob.Direct()); set.PausedBy != why {
			t.Errorf("%s: settings %+v", why, set)
		}
		if err := w.bot.Back(t.Context(), bob.Direct()); err != nil {
			t.Error(err)
		}
	}
}

// TestAPlaceThatNobodyUsesIsLeftAlone: channels are archived all the time.
func TestAPlaceThatNobodyUsesIsLeftAlone(t *testing.T) {
	w := newWorld()
	notices, err := w.bot.Lost(t.Context(), channel, alerts.LossArchived)
	set, _ := w.store.Settings(t.Context(), channel)
	if err != nil || len(notices) != 0 || set.Revision != 0 {
		t.Errorf("told %v, settings %+v, %v", notices, set, err)
	}
}

// TestUndoTakesBack does commands of every kind and undoes each by what its
// reply carries: all is as before.
func TestUndoTakesBack(t *testing.T) {
	for _, place := range []alerts.Destination{channel, alice.Direct()} {
		for _, text := range []string{
			"subscribe herring", "subscribe me: herring", "unsubscribe 1", "edit 1 herring", "pause", "pause 1", "pause 2 for 2d",
			"pause for 3d", "mute steel-2", "digest daily 09:00", "digest 1 weekly fri 10:00", "timezone Europe/Paris", "quiet 21:00-06:00",
			"unsubscribe me: 1", "quiet me: 20:00-05:00",
		} {
			t.Run(place.String()+" "+text, func(t *testing.T) {
				w := newWorld()
				for _, words := range []string{"subscribe steel", "subscribe tariff"} {
					w.tell(t, alice, place, words)
				}
				if place == channel {
					w.tell(t, alice, channel, "subscribe me: quota")
				}
				state := func() string { return w.state(place) + w.state(alice.Direct()) }
				before := state()
				r := w.tell(t, alice, place, text)
				if r.Problem != nil || r.Undo == nil || !r.Changed {
					t.Fatalf("no undo: %+v", r)
				}
				if state() == before {
					t.Error("nothing changed")
				}
				back := w.bot.Handle(t.Context(), chat.Command{
					Person: alice, Place: place, MayManage: true,
					Verb: r.Undo.Verb, Args: r.Undo.Args, Number: r.Undo.Number, Schedule: r.Undo.Schedule,
				})
				if back.Problem != nil {
					t.Fatalf("undoing: %s", back.Problem.Text)
				}
				if got := state(); got != before {
					t.Errorf("undone:\n%s\nwant:\n%s", got, before)
				}
			})
		}
	}
}

func TestSubscribeWithAScheduleOfItsOwn(t *testing.T) {
	w := newWorld()
	daily := alerts.Schedule{Cadence: alerts.Daily, At: 9 * 60}
	do := func(verb, args string) chat.Reply {
		return w.bot.Handle(t.Context(), chat.Command{Person: alice, Place: channel, MayManage: true, Verb: verb, Args: args, Schedule: &daily})
	}
	r := do("subscribe", "steel")
	if r.Subscription == nil || r.Subscription.Schedule != daily {
		t.Fatalf("subscribed: %+v", r)
	}
	if r := do("edit", "1 steel"); r.Changed {
		t.Errorf("an edit that changes nothing: %+v", r)
	}
	daily.At = 10 * 60
	r = do("edit", "1 steel")
	if r.Problem != nil || !r.Changed || r.Subscription.Schedule != daily || r.Undo.Schedule.At != 9*60 {
		t.Errorf("an edit of the schedule alone: %+v", r)
	}
}
