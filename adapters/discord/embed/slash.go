package embed

import (
	"strings"
)

// rootCommand is the bot's command in Discord.
const rootCommand = "/policy "

// root puts the command before words of the bot where they need it.
func root(words string, slash bool) string {
	if slash {
		return rootCommand + words
	}
	return words
}

// slashed is a command of the bot as it is typed, or pasted, in Discord: with
// the names of its options. What can't be said so stays words, which a direct
// message takes.
func slashed(words string) string {
	verb, args, _ := strings.Cut(words, " ")
	args = strings.TrimSpace(args)
	if verb == "public" {
		switch inner, _, _ := strings.Cut(args, " "); inner {
		case "list", "preview", "why", "sources":
			return slashed(args) + " public:True"
		}
		return words
	}
	if strings.Contains(args, "[") { // the form of a command
		return root(words, true)
	}
	own, isOwn := strings.CutPrefix(args, "me:")
	switch {
	case isOwn && verb == "subscribe":
		return rootCommand + verb + named("query", own) + " me:True"
	case isOwn:
		return words
	}
	return rootCommand + verb + options(verb, args)
}

// options are the words after a verb as options.
func options(verb, args string) string {
	switch verb {
	case "subscribe", "preview":
		return named("query", args)
	case "list":
		if args == "mine" {
			return " mine:True"
		}
	case "unsubscribe", "resume":
		return named("id", args)
	case "edit":
		id, query, _ := strings.Cut(args, " ")
		return named("id", id) + named("query", query)
	case "pause":
		if span, ok := strings.CutPrefix(args, "for "); ok {
			return named("for", span)
		}
		id, span, _ := strings.Cut(args, " for ")
		return named("id", id) + named("for", span)
	case "digest":
		if id, when, ok := strings.Cut(args, " "); ok && strings.Trim(id, "0123456789") == "" {
			return named("when", when) + named("id", id)
		}
		return named("when", args)
	case "timezone":
		return named("zone", args)
	case "quiet":
		return named("hours", args)
	case "limit":
		return named("an-hour", args)
	case "mute", "unmute", "why":
		return named("article", args)
	case "help":
		return named("command", args)
	}
	if args == "" {
		return ""
	}
	return " " + args
}

// named is an option with its value; nothing without one.
func named(name, value string) string {
	if value = strings.TrimSpace(value); value == "" {
		return ""
	}
	return " " + name + ":" + value
}
