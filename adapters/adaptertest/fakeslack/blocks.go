package fakeslack

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"unicode/utf16"
)

// The limits of Block Kit.
// Source: https://docs.slack.dev/reference/block-kit
const (
	maxMessageBlocks = 50
	maxViewBlocks    = 100
)

// object is a JSON object.
type object = map[string]any

// checker collects what is wrong with blocks, as Slack says it: "[json-pointer:
// /blocks/0/text]".
type checker struct {
	problems []string
	surface  string // "message", "modal" or "home"
	inputs   bool
}

func (c *checker) say(at, format string, args ...any) {
	c.problems = append(c.problems, fmt.Sprintf(format, args...)+" [json-pointer:"+at+"]")
}

// ValidateMessage tells what Slack would refuse in the blocks of a message.
func ValidateMessage(blocks []byte) []string {
	c := &checker{surface: "message"}
	c.blocks(blocks, maxMessageBlocks)
	return c.problems
}

// ValidateView tells what Slack would refuse in a view.
func ValidateView(view []byte) []string {
	var v object
	if err := json.Unmarshal(view, &v); err != nil {
		return []string{"not an object: " + err.Error()}
	}
	c := &checker{}
	c.surface, _ = v["type"].(string)
	if c.surface != "modal" && c.surface != "home" {
		c.say("/view/type", "type is %q", c.surface)
	}
	allowed := []string{"type", "blocks", "private_metadata", "callback_id", "external_id"}
	if c.surface == "modal" {
		allowed = append(allowed, "title", "close", "submit", "clear_on_close", "notify_on_close")
		c.text("/view/title", v["title"], 24, "plain_text")
		for _, name := range []string{"close", "submit"} {
			if v[name] != nil {
				c.text("/view/"+name, v[name], 24, "plain_text")
			}
		}
	}
	c.fields("/view", v, allowed...)
	c.str("/view/private_metadata", v["private_metadata"], 0, 3000)
	c.str("/view/callback_id", v["callback_id"], 0, 255)
	raw, err := json.Marshal(v["blocks"])
	if err != nil {
		return append(c.problems, err.Error())
	}
	c.blocks(raw, maxViewBlocks)
	if c.inputs && v["submit"] == nil {
		c.say("/view/submit", "a view with inputs must have a submit")
	}
	return c.problems
}

func (c *checker) blocks(raw []byte, most int) {
	var all []object
	if err := json.Unmarshal(raw, &all); err != nil {
		c.say("/blocks", "not a list of blocks: %v", err)
		return
	}
	if len(all) > most {
		c.say("/blocks", "no more than %d items allowed, there are %d", most, len(all))
	}
	ids := map[string]bool{}
	for i, b := range all {
		at := fmt.Sprintf("/blocks/%d", i)
		if id, ok := b["block_id"].(string); ok && id != "" {
			if ids[id] {
				c.say(at+"/block_id", "the block_id %q is there twice", id)
			}
			ids[id] = true
		}
		c.str(at+"/block_id", b["block_id"], 0, 255)
		c.block(at, b)
	}
}

func (c *checker) block(at string, b object) {
	switch kind, _ := b["type"].(string); kind {
	case "section":
		c.fields(at, b, "type", "block_id", "text", "fields", "accessory", "expand")
		if b["text"] == nil && b["fields"] == nil {
			c.say(at, "a section needs text or fields")
		}
		if b["text"] != nil {
			c.text(at+"/text", b["text"], 3000, "plain_text", "mrkdwn")
		}
		for i, f := range list(b["fields"]) {
			c.text(fmt.Sprintf("%s/fields/%d", at, i), f, 2000, "plain_text", "mrkdwn")
		}
		if len(list(b["fields"])) > 10 {
			c.say(at+"/fields", "no more than 10 items allowed")
		}
		if b["accessory"] != nil {
			c.element(at+"/accessory", b["accessory"], "button", "overflow", "static_select", "timepicker", "image", "datepicker")
		}
	case "header":
		c.fields(at, b, "type", "block_id", "text")
		c.text(at+"/text", b["text"], 150, "plain_text")
	case "divider":
		c.fields(at, b, "type", "block_id")
	case "context":
		c.fields(at, b, "type", "block_id", "elements")
		elements := list(b["elements"])
		c.number(at+"/elements", len(elements), 1, 10)
		for i, e := range elements {
			c.text(fmt.Sprintf("%s/elements/%d", at, i), e, 3000, "plain_text", "mrkdwn")
		}
	case "actions":
		c.fields(at, b, "type", "block_id", "elements")
		c.actions(at, list(b["elements"]))
	case "input":
		c.input(at, b)
	case "rich_text":
		c.fields(at, b, "type", "block_id", "elements")
		elements := list(b["elements"])
		if len(elements) == 0 {
			c.say(at+"/elements", "must have at least 1 item")
		}
		for i, e := range elements {
			c.rich(fmt.Sprintf("%s/elements/%d", at, i), e)
		}
	default:
		c.say(at+"/type", "unsupported block type %q", kind)
	}
}

func (c *checker) actions(at string, elements []any) {
	c.number(at+"/elements", len(elements), 1, 25)
	seen := map[string]bool{}
	for i, e := range elements {
		here := fmt.Sprintf("%s/elements/%d", at, i)
		c.element(here, e, "button", "overflow", "static_select", "conversations_select", "timepicker", "datepicker")
		if o, ok := e.(object); ok {
			id, _ := o["action_id"].(string)
			if seen[id] {
				c.say(here+"/action_id", "the action_id %q is there twice", id)
			}
			seen[id] = true
		}
	}
}

func (c *checker) input(at string, b object) {
	c.inputs = true
	if c.surface == "message" {
		c.say(at, "inputs are not allowed in messages")
	}
	c.fields(at, b, "type", "block_id", "label", "element", "hint", "optional", "dispatch_action")
	c.text(at+"/label", b["label"], 2000, "plain_text")
	if b["hint"] != nil {
		c.text(at+"/hint", b["hint"], 2000, "plain_text")
	}
	c.element(at+"/element", b["element"], "plain_text_input", "static_select", "conversations_select", "timepicker", "radio_buttons", "checkboxes")
}

// elementFields are what each element may have beside its type.
var elementFields = map[string][]string{
	"button":               {"action_id", "text", "value", "url", "style", "confirm", "accessibility_label"},
	"overflow":             {"action_id", "options", "confirm"},
	"static_select":        {"action_id", "options", "placeholder", "initial_option", "confirm", "focus_on_load"},
	"conversations_select": {"action_id", "placeholder", "initial_conversation", "default_to_current_conversation", "filter", "response_url_enabled", "confirm", "focus_on_load"},
	"timepicker":           {"action_id", "initial_time", "placeholder", "timezone", "confirm", "focus_on_load"},
	"plain_text_input":     {"action_id", "initial_value", "multiline", "min_length", "max_length", "dispatch_action_config", "focus_on_load", "placeholder"},
}

func (c *checker) element(at string, value any, kinds ...string) {
	e, ok := value.(object)
	kind, _ := e["type"].(string)
	if !ok || !slices.Contains(kinds, kind) {
		c.say(at, "an element of the type %q is not allowed here", kind)
		return
	}
	allowed, known := elementFields[kind]
	if !known {
		c.say(at, "the fake does not know the element %q", kind)
		return
	}
	c.fields(at, e, append([]string{"type"}, allowed...)...)
	c.str(at+"/action_id", e["action_id"], 1, 255)
	if e["placeholder"] != nil {
		c.text(at+"/placeholder", e["placeholder"], 150, "plain_text")
	}
	switch kind {
	case "button":
		c.text(at+"/text", e["text"], 75, "plain_text")
		c.str(at+"/value", e["value"], 0, 2000)
		c.str(at+"/url", e["url"], 0, 3000)
		if s := e["style"]; s != nil && s != "primary" && s != "danger" {
			c.say(at+"/style", "style is %v", s)
		}
	case "overflow":
		c.options(at, e, 5)
	case "static_select":
		c.options(at, e, 100)
		if initial := e["initial_option"]; initial != nil && !slices.ContainsFunc(list(e["options"]), func(o any) bool { return same(o, initial) }) {
			c.say(at+"/initial_option", "is none of the options")
		}
	case "timepicker":
		if t, ok := e["initial_time"].(string); ok && !isClock(t) {
			c.say(at+"/initial_time", "%q is no time", t)
		}
	case "plain_text_input":
		most := 3000
		if n, ok := e["max_length"].(float64); ok {
			most = int(n)
			c.number(at+"/max_length", most, 1, 3000)
		}
		c.str(at+"/initial_value", e["initial_value"], 0, most)
	}
}

func (c *checker) options(at string, e object, most int) {
	options := list(e["options"])
	c.number(at+"/options", len(options), 1, most)
	for i, o := range options {
		here := fmt.Sprintf("%s/options/%d", at, i)
		option, ok := o.(object)
		if !ok {
			c.say(here, "not an option")
			continue
		}
		c.fields(here, option, "text", "value", "description", "url")
		c.text(here+"/text", option["text"], 75, "plain_text")
		c.str(here+"/value", option["value"], 1, 150)
		if option["description"] != nil {
			c.text(here+"/description", option["description"], 75, "plain_text")
		}
	}
}

// rich checks a part of a rich_text block.
func (c *checker) rich(at string, value any) {
	e, _ := value.(object)
	switch kind, _ := e["type"].(string); kind {
	case "rich_text_section", "rich_text_preformatted", "rich_text_quote":
		c.fields(at, e, "type", "elements", "border")
		for i, inner := range list(e["elements"]) {
			c.richElement(fmt.Sprintf("%s/elements/%d", at, i), inner)
		}
	case "rich_text_list":
		c.fields(at, e, "type", "elements", "style", "indent", "offset", "border")
		if e["style"] != "bullet" && e["style"] != "ordered" {
			c.say(at+"/style", "style is %v", e["style"])
		}
		if len(list(e["elements"])) == 0 {
			c.say(at+"/elements", "must have at least 1 item")
		}
		for i, inner := range list(e["elements"]) {
			c.rich(fmt.Sprintf("%s/elements/%d", at, i), inner)
		}
	default:
		c.say(at+"/type", "unsupported rich text %q", kind)
	}
}

func (c *checker) richElement(at string, value any) {
	e, _ := value.(object)
	switch kind, _ := e["type"].(string); kind {
	case "text":
		c.fields(at, e, "type", "text", "style")
		c.str(at+"/text", e["text"], 1, 40_000)
	case "link":
		c.fields(at, e, "type", "url", "text", "style")
		c.str(at+"/url", e["url"], 1, 3000)
		if u, err := url.Parse(fmt.Sprint(e["url"])); err != nil || u.Host == "" {
			c.say(at+"/url", "no address")
		}
	case "user":
		c.fields(at, e, "type", "user_id", "style")
		c.str(at+"/user_id", e["user_id"], 1, 50)
	case "channel":
		c.fields(at, e, "type", "channel_id", "style")
		c.str(at+"/channel_id", e["channel_id"], 1, 50)
	case "date":
		c.fields(at, e, "type", "timestamp", "format", "url", "fallback", "style")
	default:
		c.say(at+"/type", "unsupported rich text element %q", kind)
	}
	if style, ok := e["style"].(object); ok {
		c.fields(at+"/style", style, "bold", "italic", "strike", "code", "underline")
	}
}

func (c *checker) text(at string, value any, most int, kinds ...string) {
	t, ok := value.(object)
	kind, _ := t["type"].(string)
	if !ok || !slices.Contains(kinds, kind) {
		c.say(at, "must be %s, is %q", strings.Join(kinds, " or "), kind)
		return
	}
	if kind == "plain_text" {
		c.fields(at, t, "type", "text", "emoji")
	} else {
		c.fields(at, t, "type", "text", "verbatim")
	}
	c.str(at+"/text", t["text"], 1, most)
}

func (c *checker) str(at string, value any, least, most int) {
	if value == nil && least == 0 {
		return
	}
	s, ok := value.(string)
	if !ok {
		c.say(at, "must be text")
		return
	}
	c.number(at, len(utf16.Encode([]rune(s))), least, most)
}

func (c *checker) number(at string, n, least, most int) {
	if n < least {
		c.say(at, "must be %d or more, is %d", least, n)
	}
	if n > most {
		c.say(at, "must be %d or less, is %d", most, n)
	}
}

func (c *checker) fields(at string, o object, allowed ...string) {
	for name := range o {
		if !slices.Contains(allowed, name) {
			c.say(at+"/"+name, "the field is not known here")
		}
	}
}

func list(v any) []any {
	l, _ := v.([]any)
	return l
}

func same(a, b any) bool {
	x, errX := json.Marshal(a)
	y, errY := json.Marshal(b)
	return errX == nil && errY == nil && string(x) == string(y)
}

func isClock(s string) bool {
	var h, m int
	n, err := fmt.Sscanf(s, "%02d:%02d", &h, &m)
	return n == 2 && err == nil && len(s) == 5 && h < 24 && m < 60
}
