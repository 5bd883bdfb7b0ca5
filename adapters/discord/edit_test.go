package discord_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/bellwether/bellwether/adapters/adaptertest/fakediscord"
	"github.com/bellwether/bellwether/adapters/discord"
	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/bot/dispatch"
)

var _ dispatch.Editor = (*discord.Messenger)(nil)

// TestEditsInEveryPlace: a correction and a withdrawal change the message that
// was sent and ping nobody, and it can be known again.
func TestEditsInEveryPlace(t *testing.T) {
	s := newSender(t, fakediscord.Options{}, discord.Limits{})
	for name, d := range s.places() {
		msg := s.delivery("alert for "+name, d)
		msg.Edits = s.send(s.Messenger, msg).Messages
		a := &msg.Alerts[0]
		a.Notice, a.Article.Standing, a.Article.Note = alerts.Corrected, alerts.Corrected, "Mends *the* amount @everyone"
		a.Article.Title = "Tariff rises by a fifth"
		for range 2 { // again, as after a crash
			if got, err := s.Edit(t.Context(), msg); err != nil || got.Messages[0] != msg.Edits[0] {
				t.Fatalf("%s: %+v, %v", name, got, err)
			}
		}
		m := last(s.shown(d))
		mustShow(t, m, "Corrected: Mends", "Tariff rises by a fifth", "The tariff rises.")
		if len(s.shown(d)) != 1 || len(m.Pinged) != 0 {
			t.Errorf("%s: %d messages, pings %v", name, len(s.shown(d)), m.Pinged)
		}
		a.Notice, a.Article.Standing, a.Article.Note, a.Summary, a.Matched, a.Subscriptions = alerts.Withdrawn, alerts.Withdrawn, "", nil, nil, nil
		if _, err := s.Edit(t.Context(), msg); err != nil {
			t.Fatal(err)
		}
		m = last(s.shown(d))
		mustShow(t, m, "Withdrawn by its publisher", "Tariff rises by a fifth")
		if strings.Contains(m.Words(), "The tariff rises.") || strings.Contains(string(m.Components), "Mute") {
			t.Errorf("%s: what was withdrawn shows %s", name, m.Words())
		}
		if !strings.Contains(string(m.Components), "#"+discord.FingerprintForTest(msg.Key)) {
			t.Errorf("%s: what was edited can't be known again: %s", name, m.Components)
		}
	}
	if n := s.fake.Invalid(); n != 0 {
		t.Errorf("%d calls were refused", n)
	}
	gone := s.delivery("gone", s.in(s.trade))
	gone.Edits = []string{s.trade.ID + "/1"}
	if _, err := s.Edit(t.Context(), gone); !errors.Is(err, alerts.ErrNotFound) {
		t.Errorf("a message that is gone: %v", err)
	}
}
