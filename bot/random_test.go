package bot

import (
	"context"
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/bot/chat"
)

var back = regexp.MustCompile("^`([^`]+)` undoes it$")

// TestRandomConversations: whatever is said, there is an answer whose code is
// closed, a number is never used twice, what "undoes it" does, the button to
// undo too, and the reply tells whether anything was changed.
func TestRandomConversations(t *testing.T) {
	verbs := []string{
		"subscribe", "subscribe", "subscribe", "unsubscribe", "edit", "pause", "resume", "preview", "digest", "timezone", "quiet",
		"why", "mute", "unmute", "list", "help", "policy", "/policy list", "public", "steel", "新质", "",
	}
	words := []string{
		"me:", "steel", "tariff", "herring", "1", "2", "3", "#2", "for", "3d", "daily", "weekly", "mon", "08:00", "hourly", "instant",
		"Europe/Brussels", "UTC", "22:00-07:00", "off", "yes", "AND", "\"", "`", "(", "新质", "\x1b[2J", "mine",
		"steel-1", "fish-1", "all",
	}
	undone, pressed := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld()
		named := map[int]alerts.SubscriptionID{}
		for range rapid.IntRange(1, 12).Draw(t, "commands") {
			args := rapid.SliceOfN(rapid.SampledFrom(words), 0, 3).Draw(t, "words")
			text := rapid.SampledFrom(verbs).Draw(t, "verb") + " " + strings.Join(args, " ")
			before, stored := w.state(alice.Direct()), w.store.calls
			r := w.say(t, text)
			if changed := w.state(alice.Direct()) != before; changed && !r.Changed || r.Changed && w.store.calls == stored {
				t.Fatalf("%q says that it changed something: %v, and it did: %v", text, r.Changed, changed)
			}
			if strings.TrimSpace(show(r)) == "" {
				t.Fatalf("%q got no answer", text)
			}
			said := []string{r.Text}
			if r.Problem != nil {
				said = append(said, r.Problem.Text)
				if r.Problem.Position < 0 || r.Problem.Position > len([]rune(r.Problem.Input))+1 {
					t.Fatalf("%q: position %d in %q", text, r.Problem.Position, r.Problem.Input)
				}
			}
			for _, s := range append(said, r.Hints...) {
				if strings.Count(s, "`")%2 != 0 {
					t.Fatalf("%q: code is not closed in %q", text, s)
				}
			}
			subs, _ := w.store.List(context.Background(), alice.Direct())
			for _, s := range subs {
				if id, known := named[s.Number]; known && id != s.ID {
					t.Fatalf("%q: number %d names %d, and %d before", text, s.Number, s.ID, id)
				}
				named[s.Number] = s.ID
			}
			if u := r.Undo; u != nil && rapid.Bool().Draw(t, "press") {
				w.press(t, text, before, r)
				delete(named, u.Number) // it is another one now
				pressed++
				continue
			}
			undone += w.takeBack(t, text, before, r.Hints)
		}
		if w.log.Len() > 0 {
			t.Fatalf("logged %s", &w.log)
		}
	})
	if undone == 0 || pressed == 0 {
		t.Errorf("%d were undone by words, %d by a button", undone, pressed)
	}
}

// press does what the button to undo carries.
func (w *world) press(t *rapid.T, text, before string, r chat.Reply) {
	after, u := w.state(alice.Direct()), r.Undo
	back := w.bot.Handle(context.Background(), chat.Command{
		Person: alice, Place: alice.Direct(), Verb: u.Verb, Args: u.Args, Schedule: u.Schedule, Number: u.Number,
	})
	if back.Problem != nil || !back.Changed {
		t.Fatalf("%q is undone by %+v, which gives %+v", text, *u, back)
	}
	if u.Verb == "subscribe" && r.Subscription.Paused {
		return // alerts of it come again
	}
	if got := w.state(alice.Direct()); got != before {
		t.Fatalf("%q and its %+v lead from\n%s over\n%s to\n%s", text, *u, before, after, got)
	}
}

// takeBack says what a hint names as undoing text, and counts those that did.
func (w *world) takeBack(t *rapid.T, text, before string, hints []string) (undone int) {
	for _, h := range hints {
		m := back.FindStringSubmatch(h)
		if m == nil {
			continue
		}
		after := w.state(alice.Direct())
		if r := w.say(t, m[1]); r.Problem != nil {
			t.Fatalf("%q says %q, which fails: %s", text, h, r.Problem.Text)
		}
		if got := w.state(alice.Direct()); got != before {
			t.Fatalf("%q and its %q lead from\n%s over\n%s to\n%s", text, h, before, after, got)
		}
		undone++
	}
	return undone
}
