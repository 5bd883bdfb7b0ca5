package blockkit

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/bot/chat"
)

// Timing is a modal for when alerts come to the person's direct messages.
type Timing struct {
	Settings alerts.Settings
	Problem  string // why the last try did not work
}

// timingData is how it was when the modal was opened.
type timingData struct {
	Schedule string `json:"schedule"`
	Zone     string `json:"zone,omitempty"`
	Quiet    string `json:"quiet"`
}

// View lays it out.
func (t Timing) View() slack.ModalViewRequest {
	var blocks []slack.Block
	if t.Problem != "" {
		blocks = append(blocks, problem(chat.Problem{Text: t.Problem}, ReplyOptions{}))
	}
	blocks = append(blocks, when(t.Settings.Schedule, "When alerts come to your direct messages")...)
	zone := slack.NewPlainTextInputBlockElement(plain("Europe/Brussels"), inputZone).WithMaxLength(longName)
	zone.InitialValue = cut(t.Settings.TimeZone, longName)
	blocks = append(blocks,
		slack.NewInputBlock(inputZone, plain("Time zone"), plain("The city is enough: Brussels."), zone).WithOptional(true),
		clockInput(inputFrom, "Quiet from", "Nothing is sent in quiet hours. Leave both empty for none.", t.Settings.Quiet.From, !t.Settings.Quiet.IsZero()),
		clockInput(inputTo, "Quiet until", "", t.Settings.Quiet.To, !t.Settings.Quiet.IsZero()))
	v := modal("Time and digest", blocks)
	v.CallbackID = CallbackTiming
	v.Close, v.Submit = plain("Cancel"), plain("Save")
	data, _ := json.Marshal(timingData{ // strings
		Schedule: t.Settings.Schedule.String(), Zone: cut(t.Settings.TimeZone, longName), Quiet: t.Settings.Quiet.String(),
	})
	v.PrivateMetadata = string(data)
	return v
}

// ReadTiming gives the commands that change what was chosen, and what is wrong
// by block_id. The error is for a view that is not ours.
func ReadTiming(v slack.View) (commands []string, wrong map[string]string, err error) {
	var before timingData
	if v.CallbackID != CallbackTiming || v.State == nil || json.Unmarshal([]byte(v.PrivateMetadata), &before) != nil {
		return nil, nil, errView
	}
	in := inputs(v)
	if s := readWhen(in).String(); s != before.Schedule {
		commands = append(commands, "digest "+s)
	}
	if zone := clean(in[inputZone].Value); zone != "" && zone != before.Zone {
		commands = append(commands, "timezone "+zone)
	}
	from, to := in[inputFrom].SelectedTime, in[inputTo].SelectedTime
	quiet := "off"
	switch {
	case from == "" && to == "":
	case to == "":
		return nil, map[string]string{inputTo: "Say when the quiet hours end, or leave both empty."}, nil
	case from == "":
		return nil, map[string]string{inputFrom: "Say when the quiet hours begin, or leave both empty."}, nil
	default:
		q, err := alerts.ParseQuiet(from + "-" + to)
		if err != nil {
			return nil, map[string]string{inputTo: "Choose another end than the beginning."}, nil
		}
		quiet = q.String()
	}
	if quiet != before.Quiet {
		commands = append(commands, "quiet "+quiet)
	}
	return commands, nil, nil
}

// cadences are the choices of when, as the command says them.
var cadences = []struct{ value, text string }{
	{"instant", "As it happens"},
	{"hourly", "Once an hour"},
	{"daily", "Once a day"},
	{"weekly", "Once a week"},
}

// when are the inputs of a schedule: time and day only where they matter.
func when(s alerts.Schedule, label string) []slack.Block {
	choice := slack.NewOptionsSelectBlockElement(slack.OptTypeStatic, nil, ActionWhen)
	for i, c := range cadences {
		o := option(c.value, c.text)
		choice.Options = append(choice.Options, o)
		if alerts.Cadence(i) == s.Cadence {
			choice.InitialOption = o
		}
	}
	blocks := []slack.Block{slack.NewInputBlock(inputWhen, plain(label), nil, choice).WithDispatchAction(true)}
	if s.Cadence == alerts.Weekly {
		days := slack.NewOptionsSelectBlockElement(slack.OptTypeStatic, nil, inputDay)
		for i := range 7 {
			day := time.Weekday((i + 1) % 7)
			o := option(strings.ToLower(day.String()[:3]), day.String())
			days.Options = append(days.Options, o)
			if day == s.Day {
				days.InitialOption = o
			}
		}
		blocks = append(blocks, slack.NewInputBlock(inputDay, plain("Day"), nil, days))
	}
	if s.Cadence == alerts.Daily || s.Cadence == alerts.Weekly {
		blocks = append(blocks, clockInput(inputTime, "Time", "", s.At, true))
	}
	return blocks
}

func clockInput(id, label, hint string, at alerts.Clock, set bool) slack.Block {
	picker := slack.NewTimePickerBlockElement(id)
	if set {
		picker.InitialTime = at.String()
	}
	var below *slack.TextBlockObject
	if hint != "" {
		below = plain(hint)
	}
	return slack.NewInputBlock(id, plain(label), below, picker).WithOptional(!set || id != inputTime)
}

// readWhen reads a schedule; what is missing is as in [alerts.ParseSchedule].
func readWhen(in map[string]slack.BlockAction) alerts.Schedule {
	said := in[inputWhen].SelectedOption.Value
	switch said {
	case "weekly":
		said += " " + in[inputDay].SelectedOption.Value + " " + in[inputTime].SelectedTime
	case "daily":
		said += " " + in[inputTime].SelectedTime
	}
	s, err := alerts.ParseSchedule(strings.Join(strings.Fields(said), " "))
	if err != nil {
		return alerts.Schedule{}
	}
	return s
}
