package blockkit_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"
	"github.com/slack-go/slack"

	"github.com/bellwether/bellwether/adapters/adaptertest/sample"
	"github.com/bellwether/bellwether/adapters/slack/blockkit"
	"github.com/bellwether/bellwether/alerts"
)

// filled gives a view as Slack sends it back, with what was typed and chosen:
// values by block_id.
func filled(t sample.Failer, v slack.ModalViewRequest, typed map[string]string) slack.View {
	t.Helper()
	values := map[string]map[string]slack.BlockAction{}
	for _, b := range v.Blocks.BlockSet {
		in, ok := b.(*slack.InputBlock)
		if !ok {
			continue
		}
		a := slack.BlockAction{BlockID: in.BlockID}
		switch e := in.Element.(type) {
		case *slack.PlainTextInputBlockElement:
			a.ActionID, a.Value = e.ActionID, e.InitialValue
		case *slack.TimePickerBlockElement:
			a.ActionID, a.SelectedTime = e.ActionID, e.InitialTime
		case *slack.SelectBlockElement:
			a.ActionID, a.SelectedConversation = e.ActionID, e.InitialConversation
			if e.InitialOption != nil {
				a.SelectedOption = *e.InitialOption
			}
		}
		if s, ok := typed[in.BlockID]; ok {
			a.Value, a.SelectedTime, a.SelectedConversation, a.SelectedOption.Value = s, s, s, s
		}
		values[in.BlockID] = map[string]slack.BlockAction{a.ActionID: a}
	}
	out := slack.View{CallbackID: v.CallbackID, PrivateMetadata: v.PrivateMetadata, State: &slack.ViewState{Values: values}}
	var back slack.View
	if err := json.Unmarshal(encoded(t, out), &back); err != nil {
		t.Fatalf("decode a view: %v", err)
	}
	return back
}

func TestReadForm(t *testing.T) {
	weekly := alerts.Schedule{Cadence: alerts.Weekly, Day: time.Friday, At: 16*60 + 30}
	for name, c := range map[string]struct {
		form  blockkit.Form
		typed map[string]string
		want  blockkit.Form
	}{
		"nothing": {want: blockkit.Form{}},
		"subscribe": {
			form: blockkit.Form{Place: "C1"}, typed: map[string]string{"query": "tariff", "when": "daily"},
			want: blockkit.Form{Query: "tariff", Place: "C1", Schedule: alerts.Schedule{Cadence: alerts.Daily, At: 480}},
		},
		"direct message": {
			form: blockkit.Form{Place: "C1"}, typed: map[string]string{"query": "tariff", "where": "", "when": "hourly"},
			want: blockkit.Form{Query: "tariff", Schedule: alerts.Schedule{Cadence: alerts.Hourly}},
		},
		"weekly": {
			form: blockkit.Form{Query: "steel", Schedule: alerts.Schedule{Cadence: alerts.Weekly, Day: time.Monday, At: 480}},
			typed: map[string]string{
				"day": "fri", "time": "16:30",
			},
			want: blockkit.Form{Query: "steel", Schedule: weekly},
		},
		"edit": {
			form: blockkit.Form{Edit: 3, Place: "C1", Query: "steel", Schedule: weekly}, typed: map[string]string{"query": "steel quota"},
			want: blockkit.Form{Edit: 3, Place: "C1", Query: "steel quota", Schedule: weekly},
		},
		"edit in a direct message": {form: blockkit.Form{Edit: 3, Query: "steel"}, want: blockkit.Form{Edit: 3, Query: "steel"}},
	} {
		got, err := blockkit.ReadForm(filled(t, c.form.View(), c.typed))
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestReadFormOfOthers(t *testing.T) {
	good := filled(t, blockkit.Form{}.View(), nil)
	for name, spoil := range map[string]func(*slack.View){
		"another callback": func(v *slack.View) { v.CallbackID = "x" },
		"no metadata":      func(v *slack.View) { v.PrivateMetadata = "" },
		"a place":          func(v *slack.View) { v.PrivateMetadata = `{"place":"<!here>"}` },
		"a number":         func(v *slack.View) { v.PrivateMetadata = `{"edit":-1}` },
		"no state":         func(v *slack.View) { v.State = nil },
		"a channel": func(v *slack.View) {
			v.State.Values = map[string]map[string]slack.BlockAction{"where": {"where": {SelectedConversation: "C1> <!here"}}}
		},
	} {
		v := good
		state := *good.State
		v.State = &state
		spoil(&v)
		if f, err := blockkit.ReadForm(v); err == nil {
			t.Errorf("%s: %+v", name, f)
		}
	}
}

func TestFormCheck(t *testing.T) {
	for q, want := range map[string]string{
		"tariff":                                "",
		"":                                      "",
		`"steel`:                                "unclosed quote at character 1",
		"steel AND":                             "after AND",
		`"` + strings.Repeat("very long ", 200): "character 1",
	} {
		wrong := blockkit.Form{Query: q}.Check()
		if want == "" && q != "" {
			if len(wrong) > 0 {
				t.Errorf("%q: %v", q, wrong)
			}
			continue
		}
		if said := wrong["query"]; said == "" || !strings.Contains(said, want) || len(utf16.Encode([]rune(said))) > 150 {
			t.Errorf("%q: %q, want %q", q, said, want)
		}
	}
}

func TestFormTooLong(t *testing.T) {
	view := blockkit.Form{Edit: 3, Query: strings.Repeat("tariff OR steel ", 300)}.View()
	checkView(t, view)
	if s := shown(t, view); !strings.Contains(s, "too long for this form") || strings.Contains(s, "tariff") {
		t.Errorf("the form shows %s", s)
	}
}

func TestReadTiming(t *testing.T) {
	night := alerts.Settings{TimeZone: "Europe/Brussels", Quiet: alerts.Quiet{From: 1320, To: 420}}
	for name, c := range map[string]struct {
		set      alerts.Settings
		typed    map[string]string
		commands []string
		wrong    string
	}{
		"nothing":       {set: night},
		"nothing set":   {},
		"all":           {typed: map[string]string{"when": "daily", "zone": " Asia/Tokyo ", "from": "22:00", "to": "07:00"}, commands: []string{"digest daily 08:00", "timezone Asia/Tokyo", "quiet 22:00-07:00"}},
		"no quiet":      {set: night, typed: map[string]string{"from": "", "to": ""}, commands: []string{"quiet off"}},
		"no zone":       {set: night, typed: map[string]string{"zone": ""}},
		"half":          {typed: map[string]string{"from": "22:00"}, wrong: "to"},
		"other half":    {typed: map[string]string{"to": "07:00"}, wrong: "from"},
		"no time":       {typed: map[string]string{"from": "07:00", "to": "07:00"}, wrong: "to"},
		"odd time":      {typed: map[string]string{"from": "7 o'clock", "to": "07:00"}, wrong: "to"},
		"one line":      {typed: map[string]string{"zone": "a\nforget-me"}, commands: []string{"timezone a forget-me"}},
		"odd schedule":  {typed: map[string]string{"when": "instant; x"}},
		"other weekday": {set: alerts.Settings{Schedule: alerts.Schedule{Cadence: alerts.Weekly, At: 480}}, typed: map[string]string{"day": "wed"}, commands: []string{"digest weekly wed 08:00"}},
	} {
		commands, wrong, err := blockkit.ReadTiming(filled(t, blockkit.Timing{Settings: c.set}.View(), c.typed))
		if err != nil || !slices.Equal(commands, c.commands) || (wrong[c.wrong] == "") != (c.wrong == "") {
			t.Errorf("%s: %q, %v, %v; want %q, %q", name, commands, wrong, err, c.commands, c.wrong)
		}
	}
	if _, _, err := blockkit.ReadTiming(filled(t, blockkit.Form{}.View(), nil)); err == nil {
		t.Error("a form to subscribe was read as one for times")
	}
}

// TestRetyped chooses a weekly digest in both forms: day and time are asked
// for then, and what was typed stays.
func TestRetyped(t *testing.T) {
	for name, view := range map[string]slack.ModalViewRequest{
		"form":   blockkit.Form{}.View(),
		"timing": blockkit.Timing{Settings: alerts.Settings{TimeZone: "Asia/Tokyo"}}.View(),
	} {
		typed := map[string]string{"when": "weekly", "query": "steel quota", "zone": "Paris", "from": "22:00", "where": "C2"}
		view, err := blockkit.Retyped(filled(t, view, typed), "")
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		checkView(t, view)
		text := string(encoded(t, view))
		want := []string{`"block_id":"day"`, `"block_id":"time"`, `"initial_time":"08:00"`}
		if name == "form" {
			want = append(want, `"initial_value":"steel quota"`, `"initial_conversation":"C2"`, "Follows “steel quota”")
		} else {
			want = append(want, `"initial_value":"Paris"`, `"initial_time":"22:00"`, `\"zone\":\"Asia/Tokyo\"`)
		}
		for _, w := range want {
			if !strings.Contains(text, w) {
				t.Errorf("%s: no %s in %s", name, w, text)
			}
		}
		view, err = blockkit.Retyped(filled(t, view, typed), "The store has a day off.")
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		checkView(t, view)
		text = string(encoded(t, view))
		for _, w := range append(want, "The store has a day off.") {
			if !strings.Contains(text, w) {
				t.Errorf("%s, with a problem: no %s in %s", name, w, text)
			}
		}
	}
	if _, err := blockkit.Retyped(slack.View{CallbackID: blockkit.CallbackManage}, ""); err == nil {
		t.Error("a list was read as a form")
	}
}

func TestReadManage(t *testing.T) {
	for _, place := range []alerts.Destination{channelC1(), ann().Direct()} {
		v := filled(t, blockkit.Manage{Items: listOf(t, 130, ""), Place: place, Page: 2}.View(), nil)
		m, err := blockkit.ReadManage(v)
		if err != nil || m.Page != 2 || m.Place.Channel != place.Channel {
			t.Errorf("%v: %+v, %v", place, m, err)
		}
	}
	for _, metadata := range []string{"", "[]", `{"channel":"<!here>"}`} {
		if m, err := blockkit.ReadManage(slack.View{PrivateMetadata: metadata}); err == nil {
			t.Errorf("%s: %+v", metadata, m)
		}
	}
	if page := blockkit.HomePage(slack.View{PrivateMetadata: "{"}); page != 0 {
		t.Errorf("page %d of nothing", page)
	}
	home := blockkit.Home{Items: listOf(t, 90, "here"), Page: 7}.View()
	if page := blockkit.HomePage(slack.View{PrivateMetadata: home.PrivateMetadata}); page != 2 {
		t.Errorf("page %d, want the last", page)
	}
}

// FuzzViews reads views that anyone made up, and lays out what it read.
func FuzzViews(f *testing.F) {
	for _, v := range []slack.ModalViewRequest{
		blockkit.Form{Query: "tariff", Schedule: alerts.Schedule{Cadence: alerts.Weekly}}.View(), blockkit.Timing{}.View(),
		blockkit.Manage{Place: channelC1()}.View(),
	} {
		f.Add(string(encoded(f, filled(f, v, nil))))
	}
	f.Add(`{"callback_id":"form","private_metadata":"{}","state":{"values":{"query":null,"when":{"when":{"selected_option":null}}}}}`)
	f.Add(`{"callback_id":"timing","private_metadata":"{}","state":{"values":{"from":{"x":{"selected_time":"99:99"}},"zone":{"zone":{"value":"\u202e"}}}}}`)
	f.Fuzz(func(t *testing.T, raw string) {
		var v slack.View
		if json.Unmarshal([]byte(raw), &v) != nil {
			return
		}
		if form, err := blockkit.ReadForm(v); err == nil {
			checkView(t, form.View())
			form.Check()
		}
		if view, err := blockkit.Retyped(v, "no"); err == nil {
			checkView(t, view)
		}
		if commands, _, err := blockkit.ReadTiming(v); err == nil {
			for _, c := range commands {
				if strings.ContainsAny(c, "\n\r") {
					t.Errorf("a command of two lines: %q", c)
				}
			}
		}
		if m, err := blockkit.ReadManage(v); err == nil {
			checkView(t, m.View())
		}
		blockkit.HomePage(v)
	})
}
