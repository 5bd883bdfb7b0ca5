package bot

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/bot/chat"
)

// TestWhatWaitsGoesByANewZone, whether it is set or learnt: each digest that
// waits comes at its time in the new zone, the next time that this comes.
func TestWhatWaitsGoesByANewZone(t *testing.T) {
	for _, c := range []struct {
		name string
		said chat.Command
		want []string
	}{
		// It is Tuesday, 09:00 in UTC.
		{"to the west", chat.Command{Text: "timezone America/New_York"}, []string{
			"move slack/T1/u/alice(daily 08:00) to slack/T1/u/alice(daily 08:00) at 2026-03-03T13:00:00Z",
			"move slack/T1/u/alice(weekly tue 18:00) to slack/T1/u/alice(weekly tue 18:00) at 2026-03-03T23:00:00Z",
		}},
		{"to the east", chat.Command{Text: "timezone Asia/Tokyo"}, []string{
			"move slack/T1/u/alice(daily 08:00) to slack/T1/u/alice(daily 08:00) at 2026-03-03T23:00:00Z",
			"move slack/T1/u/alice(weekly tue 18:00) to slack/T1/u/alice(weekly tue 18:00) at 2026-03-03T09:00:00Z",
		}},
		{"learnt", chat.Command{Text: "subscribe herring", TimeZone: "Asia/Tokyo"}, []string{
			"move slack/T1/u/alice(daily 08:00) to slack/T1/u/alice(daily 08:00) at 2026-03-03T23:00:00Z",
			"move slack/T1/u/alice(weekly tue 18:00) to slack/T1/u/alice(weekly tue 18:00) at 2026-03-03T09:00:00Z",
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld()
			w.say(t, "subscribe steel")
			w.say(t, "subscribe tariff")
			w.say(t, "digest 1 daily 08:00")
			w.say(t, "digest 2 weekly tue 18:00")
			for _, s := range []alerts.Schedule{
				{Cadence: alerts.Daily, At: 8 * 60},
				{Cadence: alerts.Weekly, At: 18 * 60, Day: time.Tuesday},
			} {
				l := alerts.Lane{Destination: alice.Direct(), Schedule: s}
				w.outbox.waiting[l] = []alerts.Item{{Article: "border-1"}}
			}
			w.outbox.waiting[alerts.Lane{Destination: alice.Direct()}] = nil
			w.outbox.take()
			c.said.Person, c.said.Place = alice, alice.Direct()
			if r := w.bot.Handle(t.Context(), c.said); r.Problem != nil || !r.Changed {
				t.Fatalf("%s: %+v", c.said.Text, r)
			}
			var got []string
			for _, n := range w.outbox.take() {
				if n[:4] == "move" {
					got = append(got, n)
				}
			}
			slices.Sort(got)
			if d := cmp.Diff(c.want, got); d != "" {
				t.Error(d)
			}
		})
	}
}
