package fakediscord

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The limits of commands:
// https://discord.com/developers/docs/interactions/application-commands
const (
	maxCommands    = 100
	maxName        = 32
	maxDescription = 100
	maxCommandText = 8000 // of a command in all
	maxChoiceText  = 100
)

// Types of options.
const (
	optSub         = 1
	optGroup       = 2
	optString      = 3
	optInteger     = 4
	optBool        = 5
	optUser        = 6
	optChannel     = 7
	optRole        = 8
	optMentionable = 9
	optNumber      = 10
	optAttachment  = 11
)

var commandName = regexp.MustCompile(`^[-_'\p{L}\p{N}\p{Devanagari}\p{Thai}]{1,32}$`)

// locales: https://discord.com/developers/docs/reference#locales
var locales = []string{
	"id", "da", "de", "en-GB", "en-US", "es-ES", "es-419", "fr", "hr", "it", "lt", "hu", "nl", "no", "pl", "pt-BR", "ro", "fi", "sv-SE",
	"vi", "tr", "cs", "el", "bg", "ru", "uk", "hi", "th", "zh-CN", "ja", "zh-TW", "ko",
}

// checkCommands checks all commands of a guild or all global ones.
func checkCommands(list []object) *refusal {
	f := &form{}
	chats, names := 0, map[string]bool{}
	for i, c := range list {
		at := ""
		if len(list) > 1 {
			at = strconv.Itoa(i)
		}
		if n := checkCommand(f, c, at); n > maxCommandText {
			f.no(at, "APPLICATION_COMMAND_TOO_LARGE", "Command exceeds maximum size (8000)")
		}
		name, _ := c["name"].(string)
		if kind := number(c, "type"); kind <= 1 {
			chats++
			if names[name] {
				f.no(join(at, "name"), "APPLICATION_COMMANDS_DUPLICATE_NAME", "Application command names must be unique")
			}
			names[name] = true
		}
	}
	if no := f.refusal(); no != nil {
		return no
	}
	if chats > maxCommands {
		return &refusal{status: 400, code: 30032, message: "Maximum number of application commands reached (100)", blame: true}
	}
	return nil
}

// checkCommand checks a command and gives how long its text is.
func checkCommand(f *form, c object, at string) int {
	n := checkNamed(f, c, at)
	if v, ok := c["default_member_permissions"].(string); ok {
		if _, err := strconv.ParseUint(v, 10, 64); err != nil {
			f.no(join(at, "default_member_permissions"), "BITFIELD_INVALID", "Invalid bitfield")
		}
	}
	return n + checkOptions(f, c, at, 0)
}

// checkNamed checks name and description, in all languages, and gives how long
// the longest are together.
func checkNamed(f *form, o object, at string) int {
	total := 0
	for _, field := range []struct {
		name string
		most int
	}{{"name", maxName}, {"description", maxDescription}} {
		text := f.text(o, at, field.name, 1, field.most)
		longest := utf8.RuneCountInString(text)
		named(f, field.name, text, join(at, field.name))
		others, _ := o[field.name+"_localizations"].(object)
		for locale := range others {
			in := join(at, field.name+"_localizations")
			if !slices.Contains(locales, locale) {
				f.no(in, "BASE_TYPE_CHOICES", locale+" is no locale")
				continue
			}
			text := f.text(others, in, locale, 1, field.most)
			named(f, field.name, text, join(in, locale))
			longest = max(longest, utf8.RuneCountInString(text))
		}
		total += longest
	}
	return total
}

func named(f *form, field, text, at string) {
	if field == "name" && (!commandName.MatchString(text) || strings.ContainsFunc(text, unicode.IsUpper)) {
		f.no(at, "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")
	}
}

// checkOptions checks the options of a command, group or subcommand.
func checkOptions(f *form, o object, at string, depth int) int {
	total, optional, subs := 0, false, 0
	names := map[string]bool{}
	list := f.list(o, at, "options", 0, maxOptions)
	for i, opt := range list {
		in := join(at, "options."+strconv.Itoa(i))
		total += checkNamed(f, opt, in)
		name, _ := opt["name"].(string)
		if names[name] {
			f.no(in+".name", "APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS", "Option name already exists")
		}
		names[name] = true
		kind := number(opt, "type")
		required := opt["required"] == true
		if required && optional {
			f.no(in, "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", "Required options must be placed before non-required options")
		}
		optional = optional || !required
		switch {
		case kind < optSub || kind > optAttachment:
			f.no(in+".type", "BASE_TYPE_CHOICES", "Value must be one of (1, ..., 11).")
		case kind <= optGroup:
			subs++
			if depth == 2 || depth == 1 && kind == optGroup {
				f.no(in+".type", "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", "Sub-command option type is invalid here")
			}
			total += checkOptions(f, opt, in, depth+3-kind)
		default:
			total += checkChoices(f, opt, in, kind)
		}
	}
	if subs > 0 && subs < len(list) {
		f.no(join(at, "options"), "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", "Sub-command and sub-command group option types are mutually exclusive to all other types")
	}
	return total
}

func checkChoices(f *form, opt object, at string, kind int) int {
	total := 0
	choices := f.list(opt, at, "choices", 0, maxOptions)
	typed := kind == optString || kind == optInteger || kind == optNumber
	if opt["autocomplete"] == true && (len(choices) > 0 || !typed) || len(choices) > 0 && !typed {
		f.no(at, "APPLICATION_COMMAND_OPTIONS_AUTOCOMPLETE", "Choices and autocomplete exclude each other, and are for text and numbers")
	}
	for i, c := range choices {
		in := at + ".choices." + strconv.Itoa(i)
		total += utf8.RuneCountInString(f.text(c, in, "name", 1, maxChoiceText))
		total += checkValue(f, c["value"], in+".value", kind)
		others, _ := c["name_localizations"].(object)
		for locale := range others {
			f.text(others, in+".name_localizations", locale, 1, maxChoiceText)
		}
	}
	return total
}

// checkValue checks the value of a choice and gives how long it is.
func checkValue(f *form, v any, at string, kind int) int {
	switch v := v.(type) {
	case string:
		if n := utf8.RuneCountInString(v); kind != optString || n < 1 || n > maxChoiceText {
			f.no(at, "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 100 in length.")
		}
		return utf8.RuneCountInString(v)
	case float64:
		if kind == optString {
			f.no(at, "STRING_TYPE_CONVERT", "Could not interpret as string.")
		}
	default:
		f.no(at, "BASE_TYPE_REQUIRED", "This field is required")
	}
	return 0
}
