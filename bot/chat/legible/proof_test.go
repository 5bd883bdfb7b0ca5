package legible

import (
	"testing"
	"time"

	"github.com/bellwether/bellwether/alerts"
)

func TestProof(t *testing.T) {
	at := time.Date(2026, 11, 3, 13, 0, 0, 0, time.UTC)
	var down []alerts.Unreached
	for _, n := range []string{"GOV.UK", "b\nc", "d", "e", "f"} {
		down = append(down, alerts.Unreached{Name: n, Since: at})
	}
	for _, c := range []struct {
		r    *alerts.Reading
		want string
	}{
		{nil, ""},
		{&alerts.Reading{}, ""},
		{&alerts.Reading{Sources: 1}, "1 source read, and reached."},
		{&alerts.Reading{Sources: 12}, "12 sources read, all reached."},
		{&alerts.Reading{Sources: 1, Unreached: down[:1]}, "0 of 1 source reached; not reached: GOV.UK since 3 Nov 14:00."},
		{&alerts.Reading{Sources: 12, Unreached: down[:2]}, "10 of 12 sources reached; not reached: GOV.UK since 3 Nov 14:00, b c since 3 Nov 14:00."},
		{
			&alerts.Reading{Sources: 12, Unreached: down},
			"7 of 12 sources reached; not reached: GOV.UK since 3 Nov 14:00, b c since 3 Nov 14:00, d since 3 Nov 14:00 and 2 more: sources tells.",
		},
	} {
		got := Proof(alerts.Delivery{Settings: alerts.Settings{TimeZone: "Europe/Brussels"}, Reading: c.r}, "sources")
		if got != c.want {
			t.Errorf("%+v:\n got %s\nwant %s", c.r, got, c.want)
		}
	}
}
