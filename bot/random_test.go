package bot

import (
	"context"
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/bellwether/bellwether/alerts"
)

var back = regexp.MustCompile("^`([^`]+)` undoes it$")

// TestRandomConversations: whatever is said, there is an answer whose code is
// closed, a number is never used twice, and what "undoes it" does.
func TestRandomConversations(t *testing.T) {
	verbs := []string{
		"subscribe", "subscribe", "subscribe", "unsubscribe", "edit", "pause", "resume", "preview", "digest", "timezone", "quiet",
		"why", "list", "help", "policy", "/policy list", "public", "steel", "新质", "",
	}
	words := []string{
		"me:", "steel", "tariff", "herring", "1", "2", "3", "#2", "for", "3d", "daily", "weekly", "mon", "08:00", "hourly", "instant",
		"Europe/Brussels", "UTC", "22:00-07:00", "off", "yes", "AND", "\"", "`", "(", "新质", "\x1b[2J", "mine",
	}
	undone := 0
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld()
		named := map[int]alerts.SubscriptionID{}
		for range rapid.IntRange(1, 12).Draw(t, "commands") {
			args := rapid.SliceOfN(rapid.SampledFrom(words), 0, 3).Draw(t, "words")
			text := rapid.SampledFrom(verbs).Draw(t, "verb") + " " + strings.Join(args, " ")
			before := w.state(alice.Direct())
			r := w.say(t, text)
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
			undone += w.takeBack(t, text, before, r.Hints)
		}
		if w.log.Len() > 0 {
			t.Fatalf("logged %s", &w.log)
		}
	})
	if undone == 0 {
		t.Error("nothing was ever undone")
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
