package blockkit

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/slack-go/slack"

	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/alerts/query"
	"github.com/bellwether/bellwether/bot/chat"
	"github.com/bellwether/bellwether/bot/chat/legible"
)

// The block_ids of the inputs of modals.
const (
	inputQuery = "query"
	inputWhere = "where"
	inputWhen  = "when"
	inputTime  = "time"
	inputDay   = "day"
	inputZone  = "zone"
	inputFrom  = "from"
	inputTo    = "to"
)

// errView is a view that is not one of ours.
var errView = errors.New("the view is not one of ours")

// Form is a modal to subscribe, or to change a subscription.
type Form struct {
	Edit     int // the number of what is changed; 0 to subscribe
	Query    string
	Place    string // a channel's id; "" for the person's direct message
	Schedule alerts.Schedule
	Problem  string // why the last try did not work
}

// formData is what a form remembers of itself.
type formData struct {
	Edit  int    `json:"edit,omitempty"`
	Place string `json:"place,omitempty"`
}

// Title is what stands above the form.
func (f Form) Title() string {
	if f.Edit > 0 {
		return fmt.Sprintf("Edit number %d", f.Edit)
	}
	return "Follow something"
}

// View lays it out.
func (f Form) View() slack.ModalViewRequest {
	blocks := wrong(f.Problem)
	blocks = append(blocks, f.query(), f.reading())
	switch {
	case f.Edit == 0:
		blocks = append(blocks, f.where())
	case isID(f.Place):
		blocks = append(blocks, rich(line(words("Alerts go to "), channel(f.Place))))
	default:
		blocks = append(blocks, small("Alerts go to your direct messages."))
	}
	blocks = append(blocks, when(f.Schedule, "When alerts come")...)
	v := modal(f.Title(), blocks)
	v.CallbackID = CallbackForm
	v.Close, v.Submit = plain("Cancel"), plain("Subscribe")
	if f.Edit > 0 {
		v.Submit = plain("Save")
	}
	data, _ := json.Marshal(formData{Edit: f.Edit, Place: f.Place}) // a number and a string
	v.PrivateMetadata = string(data)
	return v
}

// wrong is why the last try of a form did not work; nothing where there was
// none.
func wrong(text string) []slack.Block {
	if legible.Line(text) == "" {
		return nil
	}
	return []slack.Block{problem(chat.Problem{Text: text}, coder{slash: true})}
}

// query is the input for the query; it is read back while it is typed.
func (f Form) query() slack.Block {
	input := slack.NewPlainTextInputBlockElement(plain("carbon border tax, CBAM"), ActionQuery).WithMaxLength(maxInput)
	if f.fits() {
		input.InitialValue = strings.NewReplacer("\n", " ", "\r", " ").Replace(f.Query)
	}
	input.DispatchActionConfig = &slack.DispatchActionConfig{TriggerActionsOn: []string{"on_enter_pressed", "on_character_entered"}}
	input.FocusOnLoad = f.Query == ""
	return slack.NewInputBlock(inputQuery, plain("Words to follow"), nil, input).WithDispatchAction(true)
}

func (f Form) fits() bool { return legible.Length(f.Query) <= maxInput }

// reading says in plain words what the query means, or what is wrong with it.
func (f Form) reading() slack.Block {
	switch {
	case strings.TrimSpace(f.Query) == "":
		return small("Plain words are enough. Words side by side are a phrase, commas separate keywords, AND OR NOT and quotes work too.")
	case !f.fits():
		return small(fmt.Sprintf("⚠ It follows a query that is too long for this form. To change it, say edit %d and the new query in a direct message.", f.Edit))
	}
	q, err := query.Parse(f.Query)
	if err != nil {
		return small("⚠ " + legible.Line(err.Error()))
	}
	return small("Follows " + legible.Line(query.Describe(q)))
}

// where chooses the channel.
func (f Form) where() slack.Block {
	choice := slack.NewOptionsSelectBlockElement(slack.OptTypeConversations, plain("Your direct messages"), inputWhere)
	choice.Filter = &slack.SelectBlockElementFilter{Include: []string{"public", "private"}, ExcludeBotUsers: true}
	if isID(f.Place) {
		choice.InitialConversation = f.Place
	}
	return slack.NewInputBlock(inputWhere, plain("Channel"),
		plain("Leave it empty to get the alerts in a direct message."), choice).WithOptional(true)
}

// ReadForm reads what was typed and chosen so far. The error is for a view
// that is not a form of ours.
func ReadForm(v slack.View) (Form, error) {
	var data formData
	if v.CallbackID != CallbackForm || json.Unmarshal([]byte(v.PrivateMetadata), &data) != nil || v.State == nil {
		return Form{}, errView
	}
	if data.Place != "" && !isID(data.Place) || data.Edit < 0 {
		return Form{}, errView
	}
	in := inputs(v)
	f := Form{Edit: data.Edit, Place: data.Place, Query: in[inputQuery].Value, Schedule: readWhen(in)}
	if f.Edit == 0 {
		f.Place = in[inputWhere].SelectedConversation
		if f.Place != "" && !isID(f.Place) {
			return Form{}, errView
		}
	}
	return f, nil
}

// Check tells what is wrong, by block_id; nothing where all is well.
func (f Form) Check() map[string]string {
	if _, err := query.Parse(f.Query); err != nil {
		return map[string]string{inputQuery: legible.Cut(legible.Line(err.Error()), longError)}
	}
	return nil
}

// Retyped lays out a modal of ours anew with what was typed and chosen in it so
// far, and on top why the last try did not work, if there was one. The error is
// for a view that is not one of ours.
func Retyped(v slack.View, problem string) (slack.ModalViewRequest, error) {
	if v.CallbackID == CallbackTiming {
		t, err := readTimes(v)
		if err != nil {
			return slack.ModalViewRequest{}, err
		}
		return t.view(problem), nil
	}
	f, err := ReadForm(v)
	if err != nil {
		return slack.ModalViewRequest{}, err
	}
	f.Problem = problem
	return f.View(), nil
}

// inputs gives the states of a view's inputs by block_id; each block of ours
// has one.
func inputs(v slack.View) map[string]slack.BlockAction {
	out := map[string]slack.BlockAction{}
	for block, actions := range v.State.Values {
		for _, a := range actions {
			out[block] = a
		}
	}
	return out
}
