// Package chat holds what the bot and the chat adapters exchange: a Command
// that a person gave, and the Reply to it. It knows no platform; an adapter
// turns its own events into Commands and a Reply's parts into its own layout.
package chat

import (
	"github.com/bellwether/bellwether/alerts"
)

// Command is one thing that a person asked of the bot.
type Command struct {
	// ID is the platform's name for the event; the same ID given twice has one
	// effect. Empty where the platform never repeats an event.
	ID     string
	Person alerts.Person
	// Place is where it was said. Commands act on it, unless the person asks
	// for something of their own ("subscribe me: …").
	Place alerts.Destination
	// MayManage: the platform says that the person may manage the alerts of
	// Place. Always true in a direct message.
	MayManage bool
	// MaySources: the platform says that the person may change what the bot reads,
	// for everyone in it.
	MaySources bool
	// Text is the command as words, without the root command: "subscribe
	// tariff". Adapters with typed options fill Verb and Args instead.
	Text string
	// Verb and Args are used when Verb is not empty.
	Verb string
	Args string
	// TimeZone is the person's IANA zone where the platform tells it.
	TimeZone string
	// Schedule, unless nil, is when alerts of what subscribe or edit names are
	// sent; else it is that of the place.
	Schedule *alerts.Schedule
	// Mention, unless nil, is the role that alerts of what subscribe or edit names
	// mention; an empty one takes it away. Whether the person may mention it is
	// for the adapter to see before.
	Mention *string
	// Number, unless 0, is the one under which subscribe brings back what was
	// removed.
	Number int
}

// Reply is what the bot answers. Every part may be empty; adapters show them
// in the order of the fields.
type Reply struct {
	// Text is one or more short paragraphs of plain words without markup.
	// Stretches between backquotes are code: commands and queries to type.
	Text string
	// Problem is set when the command could not be done.
	Problem *Problem
	// Unknown: what was said is no command at all.
	Unknown bool
	// Items are subscriptions, for list and its kin.
	Items []Item
	// Alerts are articles shown as they would be alerted, for preview.
	Alerts []alerts.Alert
	// Rows are aligned label and value pairs, for help, sources and why.
	Rows []Row
	// Hints say what can be done next; each is a command to type, or a short
	// sentence with one in backquotes.
	Hints []string
	// Attachment is a file, for export.
	Attachment *Attachment
	// TimeZone is the IANA zone in which times of Alerts are shown; empty means
	// that of the person, else UTC.
	TimeZone string
	// Subscription is the one that the command made, changed or named; nil where
	// it was about none, or several.
	Subscription *alerts.Subscription
	// Began: Subscription is new, or was brought back, and alerts begin to come
	// to its destination.
	Began bool
	// Changed: subscriptions or settings are not what they were before.
	Changed bool
	// Undo takes back what was changed; nil where that is not one command.
	Undo *Undo
	// Place is the place that the reply speaks of as "that channel", for
	// adapters to name it; zero where it speaks of none.
	Place alerts.Destination
	// Public lets everyone in the place see the reply. The default is that
	// only the person who asked does.
	Public bool
}

// Problem is why a command was not done, and the mend.
type Problem struct {
	Text string // "unclosed quote at character 9: add \" at the end"
	// Input is what the person typed, and Position the character in it
	// (counted from 1) that Text speaks of; 0 where there is no such place.
	Input    string
	Position int
}

// Undo is the command that takes another one back, for adapters with buttons.
// Its fields are those of [Command]; the JSON form is short, for platforms
// bound what a button carries.
type Undo struct {
	Verb     string           `json:"v"`
	Args     string           `json:"a,omitempty"`
	Schedule *alerts.Schedule `json:"s,omitempty"`
	Number   int              `json:"n,omitempty"`
	Mention  *string          `json:"m,omitempty"`
}

// Command is what takes it back.
func (u Undo) Command() Command {
	return Command{Verb: u.Verb, Args: u.Args, Schedule: u.Schedule, Number: u.Number, Mention: u.Mention}
}

// Notice is something that a person is told without having asked.
type Notice struct {
	To    alerts.Person
	Reply Reply
}

// Item is a subscription as a person sees it.
type Item struct {
	Subscription alerts.Subscription
	State        string // "active", "paused until …", in the person's words
	Where        string // "here", or the channel, where the list spans several
}

// Row is a label and a value, or a heading when Value is empty.
type Row struct {
	Label, Value string
}

// Attachment is a file that goes with a reply.
type Attachment struct {
	Name string // with its extension
	Type string // MIME type
	Data []byte
}
