package fakediscord

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// form collects what is wrong with a body, as Discord tells it:
// https://discord.com/developers/docs/reference#error-messages
type form struct {
	errors object
}

// no notes a problem at a path of names parted by dots.
func (f *form) no(path, code, message string) *form {
	if f.errors == nil {
		f.errors = object{}
	}
	at := f.errors
	for name := range strings.SplitSeq(path, ".") {
		next, ok := at[name].(object)
		if !ok {
			next = object{}
			at[name] = next
		}
		at = next
	}
	list, _ := at["_errors"].([]any)
	at["_errors"] = append(list, object{"code": code, "message": message})
	return f
}

// refusal is what Discord says to a form with problems, nil without.
func (f *form) refusal() *refusal {
	if f.errors == nil {
		return nil
	}
	return &refusal{status: 400, code: 50035, message: "Invalid Form Body", errors: f.errors, blame: true}
}

// text checks a text of a body and gives it. least 0 lets it be left out.
func (f *form) text(body object, path, name string, least, most int) string {
	v, given := body[name]
	at := join(path, name)
	if !given || v == nil {
		if least > 0 {
			f.no(at, "BASE_TYPE_REQUIRED", "This field is required")
		}
		return ""
	}
	text, ok := v.(string)
	if !ok {
		f.no(at, "STRING_TYPE_CONVERT", "Could not interpret as string.")
		return ""
	}
	switch n := utf8.RuneCountInString(text); {
	case least > 0 && strings.TrimSpace(text) == "":
		f.no(at, "BASE_TYPE_REQUIRED", "This field is required")
	case n < least || n > most:
		f.no(at, "BASE_TYPE_BAD_LENGTH", fmt.Sprintf("Must be between %d and %d in length.", least, most))
	}
	return text
}

// list checks a list of a body and gives it.
func (f *form) list(body object, path, name string, least, most int) []object {
	v, given := body[name]
	at := join(path, name)
	if !given || v == nil {
		if least > 0 {
			f.no(at, "BASE_TYPE_REQUIRED", "This field is required")
		}
		return nil
	}
	all, ok := v.([]any)
	if !ok {
		f.no(at, "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType")
		return nil
	}
	if len(all) < least || len(all) > most {
		f.no(at, "BASE_TYPE_BAD_LENGTH", fmt.Sprintf("Must be between %d and %d in length.", least, most))
	}
	var out []object
	for i, e := range all {
		o, ok := e.(object)
		if !ok {
			f.no(join(at, strconv.Itoa(i)), "MODEL_TYPE_CONVERT", "Only dictionaries may be used in a ModelType")
		}
		out = append(out, o)
	}
	return out
}

func (f *form) link(text, path string) {
	if text == "" {
		return
	}
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Host == "":
		f.no(path, "URL_TYPE_INVALID_URL", "Not a well formed URL.")
	case u.Scheme != "http" && u.Scheme != "https":
		f.no(path, "URL_TYPE_INVALID_SCHEME", "Scheme must be one of ('http', 'https').")
	}
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

// The limits of a message: https://discord.com/developers/docs/resources/message
const (
	maxContent    = 2000
	maxEmbeds     = 10
	maxEmbedText  = 6000 // of all embeds together
	maxEmbedURL   = 2048
	maxNonce      = 25
	maxFiles      = 10
	maxFields     = 25
	maxMentions   = 100
	maxEmbedColor = 0xFFFFFF
)

// checkMessage checks what a message is made of.
func checkMessage(f *form, body object, files int) {
	f.text(body, "", "content", 0, maxContent)
	if utf8.RuneCountInString(nonceOf(body)) > maxNonce {
		f.no("nonce", "BASE_TYPE_MAX_LENGTH", "Must be 25 or fewer in length.")
	}
	if files > maxFiles {
		f.no("attachments", "BASE_TYPE_MAX_LENGTH", "Must be 10 or fewer in length.")
	}
	total := 0
	for i, e := range f.list(body, "", "embeds", 0, maxEmbeds) {
		total += checkEmbed(f, e, "embeds."+strconv.Itoa(i))
	}
	if total > maxEmbedText {
		f.no("embeds", "MAX_EMBED_SIZE_EXCEEDED", "Embed size exceeds maximum size of 6000")
	}
	checkComponents(f, f.list(body, "", "components", 0, maxRows))
	checkMentions(f, body)
}

// checkEmbed checks an embed and gives how long its text is.
// https://discord.com/developers/docs/resources/message#embed-object-embed-limits
func checkEmbed(f *form, e object, at string) int {
	total := 0
	count := func(text string) string {
		total += utf8.RuneCountInString(text)
		return text
	}
	shown := strings.TrimSpace(count(f.text(e, at, "title", 0, 256))+count(f.text(e, at, "description", 0, 4096))) != ""
	f.link(f.text(e, at, "url", 0, maxEmbedURL), at+".url")
	if v, ok := e["timestamp"].(string); ok {
		if _, err := time.Parse(time.RFC3339, v); err != nil {
			f.no(at+".timestamp", "DATE_TIME_TYPE_PARSE", "Could not parse "+v+". Should be ISO8601.")
		}
	}
	if n, ok := e["color"].(float64); ok && (n < 0 || n > maxEmbedColor) {
		f.no(at+".color", "NUMBER_TYPE_MAX", "int value should be less than or equal to 16777215.")
	}
	for i, field := range f.list(e, at, "fields", 0, maxFields) {
		in := at + ".fields." + strconv.Itoa(i)
		count(f.text(field, in, "name", 1, 256))
		count(f.text(field, in, "value", 1, 1024))
		shown = true
	}
	for name, parts := range map[string][]string{"footer": {"text", "icon_url"}, "author": {"name", "url"}, "image": {"", "url"}, "thumbnail": {"", "url"}} {
		part, _ := e[name].(object)
		if part == nil {
			continue
		}
		if parts[0] != "" {
			most := map[string]int{"footer": 2048, "author": 256}[name]
			count(f.text(part, at+"."+name, parts[0], 1, most))
		}
		shown = true
		f.link(f.text(part, at+"."+name, parts[1], 0, maxEmbedURL), at+"."+name+"."+parts[1])
	}
	if !shown {
		f.no(at+".description", "BASE_TYPE_REQUIRED", "This field is required")
	}
	return total
}

// checkMentions checks allowed_mentions.
func checkMentions(f *form, body object) {
	m, ok := body["allowed_mentions"].(object)
	if !ok {
		return
	}
	parse := map[any]bool{}
	list, _ := m["parse"].([]any)
	for i, v := range list {
		if v != "roles" && v != "users" && v != "everyone" {
			f.no("allowed_mentions.parse."+strconv.Itoa(i), "BASE_TYPE_CHOICES", "Value must be one of ('users', 'roles', 'everyone').")
		}
		parse[v] = true
	}
	for _, name := range []string{"roles", "users"} {
		ids, _ := m[name].([]any)
		if len(ids) > maxMentions {
			f.no("allowed_mentions."+name, "BASE_TYPE_MAX_LENGTH", "Must be 100 or fewer in length.")
		}
		if parse[name] && len(ids) > 0 {
			f.no("allowed_mentions", "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE", "parse:[\""+name+"\"] and "+name+": [ids...] are mutually exclusive.")
		}
		for i, v := range ids {
			if id, _ := v.(string); !snowflake(id) {
				f.no("allowed_mentions."+name+"."+strconv.Itoa(i), "NUMBER_TYPE_COERCE", "Value is not snowflake.")
			}
		}
	}
}
