package slack

import (
	"testing"

	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/bot/chat"
)

func TestPlaced(t *testing.T) {
	o := origin{team: "T1", user: "U1"}
	channel := alerts.Destination{Platform: alerts.Slack, Workspace: "T1", Channel: "C024BE91L"}
	for value, want := range map[string]struct {
		place alerts.Destination
		words string
		fails bool
	}{
		"u pause 3":              {place: o.person().Direct(), words: "pause 3"},
		"C024BE91L pause 3":      {place: channel, words: "pause 3"},
		`C024BE91L {"v":"list"}`: {place: channel, words: `{"v":"list"}`},
		"pause 3":                {fails: true},
		"":                       {fails: true},
		"c1 pause":               {fails: true},
		"C1/x pause":             {fails: true},
	} {
		place, words, err := placed(o, value)
		if (err != nil) != want.fails || err == nil && (place != want.place || words != want.words) {
			t.Errorf("%q: %v %q, %v", value, place, words, err)
		}
	}
}

func TestCommandOf(t *testing.T) {
	weekly := alerts.Schedule{Cadence: alerts.Weekly, At: 480, Day: 5}
	for value, want := range map[string]chat.Command{
		"pause 3 for 1d": {Verb: "pause", Args: "3 for 1d"},
		"list":           {Verb: "list"},
		`{"v":"subscribe","a":"me: tariff","s":{"Cadence":3,"At":480,"Day":5},"n":3}`: {Verb: "subscribe", Args: "me: tariff", Schedule: &weekly, Number: 3},
	} {
		got, err := commandOf(value)
		if err != nil || got.Verb != want.Verb || got.Args != want.Args || got.Number != want.Number || (got.Schedule == nil) != (want.Schedule == nil) {
			t.Errorf("%q: %+v, %v", value, got, err)
		}
		if want.Schedule != nil && *got.Schedule != *want.Schedule {
			t.Errorf("%q: schedule %v", value, got.Schedule)
		}
	}
	if _, err := commandOf("{"); err == nil {
		t.Error("half of an object is a command")
	}
}

// FuzzValue: whatever a button carries is a command or an error, in a place of
// this workspace.
func FuzzValue(f *testing.F) {
	f.Add("u pause 3")
	f.Add(`C1 {"v":"subscribe","s":{"Cadence":9}}`)
	f.Fuzz(func(t *testing.T, value string) {
		o := origin{team: "T1", user: "U1"}
		place, words, err := placed(o, value)
		if err != nil {
			return
		}
		if place.Platform != alerts.Slack || place.Workspace != "T1" || place.Channel == "" && place.User != "U1" {
			t.Errorf("%q leads to %v", value, place)
		}
		_, _ = commandOf(words)
	})
}
