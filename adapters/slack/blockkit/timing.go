package blockkit

import (
	"encoding/json"

	"github.com/slack-go/slack"

	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/bot/chat/legible"
)

// Timing is a modal for when alerts come to the person's direct messages.
type Timing struct {
	Settings alerts.Settings
	Problem  string // why the last try did not work
}

// View lays it out.
func (t Timing) View() slack.ModalViewRequest {
	set := t.Settings
	out := times{
		schedule: set.Schedule, zone: set.TimeZone,
		before: timingData{Schedule: set.Schedule.String(), Zone: set.TimeZone, Quiet: set.Quiet.String()},
	}
	if !set.Quiet.IsZero() {
		out.from, out.to = set.Quiet.From.String(), set.Quiet.To.String()
	}
	return out.view(t.Problem)
}

// timingData is how it was when the modal was opened.
type timingData struct {
	Schedule string `json:"schedule"`
	Zone     string `json:"zone,omitempty"`
	Quiet    string `json:"quiet"`
}

// times is what the modal shows: one end of the quiet hours may be empty.
type times struct {
	schedule       alerts.Schedule
	zone, from, to string
	before         timingData
}

func (t times) view(problem string) slack.ModalViewRequest {
	blocks := append(wrong(problem), when(t.schedule, "When alerts come to your direct messages")...)
	zone := slack.NewPlainTextInputBlockElement(plain("Europe/Brussels"), inputZone).WithMaxLength(longName)
	if legible.Length(t.zone) <= longName {
		zone.InitialValue = t.zone
	}
	blocks = append(blocks,
		slack.NewInputBlock(inputZone, plain("Time zone"), plain("The city is enough: Brussels."), zone).WithOptional(true),
		clock(inputFrom, "Quiet from", "Nothing is sent in quiet hours. Leave both empty for none.", t.from).WithOptional(true),
		clock(inputTo, "Quiet until", "", t.to).WithOptional(true))
	v := modal("Time and digest", blocks)
	v.CallbackID = CallbackTiming
	v.Close, v.Submit = plain("Cancel"), plain("Save")
	t.before.Zone = legible.Cut(t.before.Zone, longName)
	data, _ := json.Marshal(t.before) // strings
	v.PrivateMetadata = string(data)
	return v
}

// readTimes reads what was typed and chosen so far.
func readTimes(v slack.View) (times, error) {
	var t times
	if v.CallbackID != CallbackTiming || v.State == nil || json.Unmarshal([]byte(v.PrivateMetadata), &t.before) != nil {
		return t, errView
	}
	if legible.Length(v.PrivateMetadata) > longParts { // ours is far shorter
		return t, errView
	}
	in := inputs(v)
	t.schedule, t.zone = readWhen(in), legible.Line(in[inputZone].Value)
	t.from, t.to = in[inputFrom].SelectedTime, in[inputTo].SelectedTime
	return t, nil
}

// ReadTiming gives the commands that change what was chosen, and what is wrong
// by block_id. The error is for a view that is not ours.
func ReadTiming(v slack.View) (commands []string, wrong map[string]string, err error) {
	t, err := readTimes(v)
	if err != nil {
		return nil, nil, err
	}
	if s := t.schedule.String(); s != t.before.Schedule {
		commands = append(commands, "digest "+s)
	}
	if t.zone != "" && t.zone != t.before.Zone {
		commands = append(commands, "timezone "+t.zone)
	}
	quiet := alerts.Quiet{}
	switch {
	case t.from == "" && t.to == "":
	case t.to == "":
		return nil, map[string]string{inputTo: "Say when the quiet hours end, or leave both empty."}, nil
	case t.from == "":
		return nil, map[string]string{inputFrom: "Say when the quiet hours begin, or leave both empty."}, nil
	default:
		if quiet, err = alerts.ParseQuiet(t.from + "-" + t.to); err != nil {
			return nil, map[string]string{inputTo: "Choose another end than the beginning."}, nil
		}
	}
	if q := quiet.String(); q != t.before.Quiet {
		commands = append(commands, "quiet "+q)
	}
	return commands, nil, nil
}
