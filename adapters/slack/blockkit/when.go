package blockkit

import (
	"strings"
	"time"

	"github.com/slack-go/slack"

	"github.com/bellwether/bellwether/alerts"
)

// when are the inputs of a schedule: time and day only where they matter.
func when(s alerts.Schedule, label string) []slack.Block {
	choice := slack.NewOptionsSelectBlockElement(slack.OptTypeStatic, nil, ActionWhen,
		option("instant", "As it comes"), option("hourly", "Every hour"), option("daily", "Every day"), option("weekly", "Every week"))
	choice.InitialOption = choice.Options[min(s.Cadence, alerts.Weekly)]
	blocks := []slack.Block{slack.NewInputBlock(inputWhen, plain(label), nil, choice).WithDispatchAction(true)}
	if s.Cadence == alerts.Weekly {
		days := slack.NewOptionsSelectBlockElement(slack.OptTypeStatic, nil, inputDay)
		for i := range 7 {
			day := (time.Monday + time.Weekday(i)) % 7
			o := option(strings.ToLower(day.String()[:3]), day.String())
			days.Options = append(days.Options, o)
			if day == s.Day {
				days.InitialOption = o
			}
		}
		blocks = append(blocks, slack.NewInputBlock(inputDay, plain("Day"), nil, days))
	}
	if s.Cadence == alerts.Daily || s.Cadence == alerts.Weekly {
		blocks = append(blocks, clock(inputTime, "Time", "", s.At.String()))
	}
	return blocks
}

// clock chooses a time of day; at is "" for none.
func clock(id, label, hint, at string) *slack.InputBlock {
	picker := slack.NewTimePickerBlockElement(id)
	if c, err := alerts.ParseClock(at); err == nil {
		picker.InitialTime = c.String()
	}
	var below *slack.TextBlockObject
	if hint != "" {
		below = plain(hint)
	}
	return slack.NewInputBlock(id, plain(label), below, picker)
}

// readWhen reads a schedule. A time or a day that is not chosen yet is as in
// [alerts.ParseSchedule]; what is none of ours is instant.
func readWhen(in map[string]slack.BlockAction) alerts.Schedule {
	said := in[inputWhen].SelectedOption.Value
	switch said {
	case "weekly":
		said += " " + in[inputDay].SelectedOption.Value + " " + in[inputTime].SelectedTime
	case "daily":
		said += " " + in[inputTime].SelectedTime
	}
	s, err := alerts.ParseSchedule(said)
	if err != nil {
		return alerts.Schedule{}
	}
	return s
}
