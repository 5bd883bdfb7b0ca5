package fakediscord

import (
	"fmt"
	"strconv"
)

// Types of components.
const (
	compRow    = 1
	compButton = 2
	compSelect = 3
	compInput  = 4
	compLast   = 8 // the last of the select menus
)

// The limits of components: https://discord.com/developers/docs/components/reference
const (
	maxRows        = 5
	maxButtons     = 5
	maxCustomID    = 100
	maxLabel       = 80
	maxPlaceholder = 150
	maxOptions     = 25
	maxOptionText  = 100
	maxLink        = 512
	maxInputText   = 4000
	maxModalTitle  = 45
	styleLink      = 5
)

func number(o object, name string) int {
	n, _ := o[name].(float64)
	return int(n)
}

// checkComponents checks the rows of a message.
func checkComponents(f *form, rows []object) {
	ids := map[string]bool{}
	for i, row := range rows {
		at := "components." + strconv.Itoa(i)
		if number(row, "type") != compRow {
			f.no(at+".type", "BASE_TYPE_CHOICES", "Value must be one of (1,).")
			continue
		}
		list := f.list(row, at, "components", 1, maxButtons)
		width := 0
		for j, c := range list {
			in := at + ".components." + strconv.Itoa(j)
			switch kind := number(c, "type"); {
			case kind == compButton:
				width++
				checkButton(f, c, in)
			case kind == compSelect || kind > compInput && kind <= compLast:
				width += maxButtons
				checkSelect(f, c, in)
			default:
				f.no(in+".type", "BASE_TYPE_CHOICES", "Value must be one of (2, 3, 5, 6, 7, 8).")
			}
			unique(f, ids, c, in)
		}
		if width > maxButtons {
			f.no(at, "COMPONENT_LAYOUT_WIDTH_EXCEEDED", "The specified component exceeds the maximum width")
		}
	}
}

func unique(f *form, ids map[string]bool, c object, at string) {
	id, _ := c["custom_id"].(string)
	if id != "" && ids[id] {
		f.no(at+".custom_id", "COMPONENT_CUSTOM_ID_DUPLICATED", "Component custom id cannot be duplicated")
	}
	ids[id] = true
}

func checkButton(f *form, c object, at string) {
	style := number(c, "style")
	if style < 1 || style > 6 {
		f.no(at+".style", "BASE_TYPE_CHOICES", "Value must be one of (1, 2, 3, 4, 5, 6).")
	}
	label := f.text(c, at, "label", 0, maxLabel)
	if label == "" && c["emoji"] == nil {
		f.no(at, "BUTTON_COMPONENT_MISSING_LABEL", "A button needs a label or an emoji")
	}
	if style != styleLink {
		f.text(c, at, "custom_id", 1, maxCustomID)
		if c["url"] != nil {
			f.no(at, "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE", "A custom id and url cannot both be specified")
		}
		return
	}
	f.link(f.text(c, at, "url", 1, maxLink), at+".url")
	if id, _ := c["custom_id"].(string); id != "" {
		f.no(at, "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE", "A custom id and url cannot both be specified")
	}
}

func checkSelect(f *form, c object, at string) {
	f.text(c, at, "custom_id", 1, maxCustomID)
	f.text(c, at, "placeholder", 0, maxPlaceholder)
	if number(c, "type") != compSelect {
		return
	}
	seen, chosen := map[string]bool{}, 0
	options := f.list(c, at, "options", 1, maxOptions)
	for i, o := range options {
		in := at + ".options." + strconv.Itoa(i)
		f.text(o, in, "label", 1, maxOptionText)
		f.text(o, in, "description", 0, maxOptionText)
		value := f.text(o, in, "value", 1, maxOptionText)
		if seen[value] {
			f.no(in+".value", "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED", "The specified option value is already used")
		}
		seen[value] = true
		if o["default"] == true {
			chosen++
		}
	}
	most := 1
	if c["max_values"] != nil {
		most = number(c, "max_values")
	}
	if most < 1 || most > len(options) || number(c, "min_values") > most {
		f.no(at+".max_values", "NUMBER_TYPE_MAX", fmt.Sprintf("int value should be between 1 and %d.", len(options)))
	}
	if chosen > most {
		f.no(at+".options", "SELECT_COMPONENT_TOO_MANY_DEFAULTS", "More options are chosen than may be")
	}
}

// checkModal checks a modal and reads it.
func checkModal(f *form, data object) *Modal {
	m := &Modal{ID: f.text(data, "data", "custom_id", 1, maxCustomID), Title: f.text(data, "data", "title", 1, maxModalTitle)}
	ids := map[string]bool{}
	for i, row := range f.list(data, "data", "components", 1, maxRows) {
		at := "data.components." + strconv.Itoa(i)
		if number(row, "type") != compRow {
			f.no(at+".type", "BASE_TYPE_CHOICES", "Value must be one of (1,).")
			continue
		}
		for j, c := range f.list(row, at, "components", 1, 1) {
			in := at + ".components." + strconv.Itoa(j)
			m.Inputs = append(m.Inputs, checkInput(f, c, in))
			unique(f, ids, c, in)
		}
	}
	return m
}

func checkInput(f *form, c object, at string) Input {
	if number(c, "type") != compInput {
		f.no(at+".type", "BASE_TYPE_CHOICES", "Value must be one of (4,).")
	}
	in := Input{
		ID: f.text(c, at, "custom_id", 1, maxCustomID), Label: f.text(c, at, "label", 1, maxModalTitle), Value: f.text(c, at, "value", 0, maxInputText),
		Placeholder: f.text(c, at, "placeholder", 0, 100), Style: number(c, "style"), Min: number(c, "min_length"), Max: maxInputText, Required: true,
	}
	if c["max_length"] != nil {
		in.Max = number(c, "max_length")
	}
	if v, ok := c["required"].(bool); ok {
		in.Required = v
	}
	if in.Style < 1 || in.Style > 2 {
		f.no(at+".style", "BASE_TYPE_CHOICES", "Value must be one of (1, 2).")
	}
	if in.Max < 1 || in.Max > maxInputText || in.Min > in.Max {
		f.no(at+".max_length", "NUMBER_TYPE_MAX", "int value should be between 1 and 4000.")
	}
	if n := len([]rune(in.Value)); n > in.Max || n > 0 && n < in.Min {
		f.no(at+".value", "BASE_TYPE_BAD_LENGTH", fmt.Sprintf("Must be between %d and %d in length.", in.Min, in.Max))
	}
	return in
}
