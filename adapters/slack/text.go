package slack

import (
	"html"
	"regexp"
	"strings"
)

// markup is what Slack makes of links, mentions and dates in what people write.
// Source: https://docs.slack.dev/messaging/formatting-message-text
var markup = regexp.MustCompile(`<([^<>]*)>`)

// typed gives the words of a message as they were typed: links and mentions
// without their markup, and &amp; as &. Backquotes around the whole are left
// out, for people copy commands with them.
func typed(text string) string {
	text = markup.ReplaceAllStringFunc(text, func(s string) string { return unwrap(s[1 : len(s)-1]) })
	text = strings.TrimSpace(html.UnescapeString(text))
	if n := len(text); n > 1 && text[0] == '`' && text[n-1] == '`' && !strings.Contains(text[1:n-1], "`") {
		text = strings.TrimSpace(text[1 : n-1])
	}
	return text
}

// unwrap gives what was typed for the inside of <…>.
func unwrap(inside string) string {
	target, label, labelled := strings.Cut(inside, "|")
	if target == "" {
		return label
	}
	switch target[0] {
	case '@', '#':
		if labelled && label != "" {
			return target[:1] + strings.TrimLeft(label, "@#")
		}
		return target
	case '!':
		if labelled && label != "" {
			return label
		}
		name, _, _ := strings.Cut(target[1:], "^")
		return "@" + name
	}
	if !labelled || label == "" {
		return strings.TrimPrefix(target, "mailto:")
	}
	if sameLink(target, label) {
		return label // "gov.uk" was typed, and Slack made a link of it
	}
	return target
}

// sameLink reports whether target is what Slack makes of label alone.
func sameLink(target, label string) bool {
	target = strings.TrimPrefix(strings.TrimPrefix(strings.TrimPrefix(target, "mailto:"), "https://"), "http://")
	return strings.TrimSuffix(target, "/") == strings.TrimSuffix(label, "/")
}

// withoutMention takes the first mention of a user off a message.
func withoutMention(text, user string) string {
	i := strings.Index(text, "<@"+user)
	if i < 0 {
		return text
	}
	end := strings.IndexByte(text[i:], '>')
	if end < 0 {
		return text
	}
	before, after := strings.TrimSpace(text[:i]), strings.TrimSpace(text[i+end+1:])
	return strings.TrimSpace(before + " " + strings.TrimLeft(after, ":, "))
}
