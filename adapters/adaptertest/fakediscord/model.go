package fakediscord

import (
	"encoding/json"
	"time"
)

// Types of channels.
const (
	Text          = 0
	DM            = 1
	Announcement  = 5
	PublicThread  = 11
	PrivateThread = 12
	Forum         = 15
	Media         = 16
)

// Guild is a server of Discord.
type Guild struct {
	ID, Name, Owner, Locale string
	// Without: the bot is not in it, never was or was kicked.
	Without bool
	roles   []string
	members map[string]*Member
}

// Role is a role of a guild. The one whose ID is the guild's is @everyone.
type Role struct {
	ID, Guild, Name string
	Permissions     int64
	Mentionable     bool
}

// Member is a person in a guild.
type Member struct {
	User, Guild string
	Roles       []string
}

// Overwrite changes permissions in a channel for a role, or for a member.
type Overwrite struct {
	ID          string
	Member      bool
	Allow, Deny int64
}

// Channel is a channel, a thread, or a direct message with the bot.
type Channel struct {
	ID, Guild, Name string
	Type            int
	Parent          string
	Overwrites      []Overwrite
	RequireTag      bool // of a forum
	Deleted         bool

	// Of a thread.
	Archived, Locked bool
	ArchivedAt       time.Time
	AutoArchive      int // minutes
	Owner            string
	Invited          []string // to a private thread

	// Of a direct message: the person.
	With string

	last string // message
}

// Thread reports whether the channel is a thread.
func (c *Channel) Thread() bool { return c.Type == PublicThread || c.Type == PrivateThread }

// User is a person.
type User struct {
	ID, Name, Locale string
	// Closed: they take no direct messages.
	Closed bool
	// Installed: they have installed the app for themselves.
	Installed bool
	Bot       bool
}

// Message is a message as it stands now.
type Message struct {
	ID, Channel, Guild, Author string
	Content                    string
	Embeds, Components         json.RawMessage
	Flags                      int
	Nonce                      string
	// Mentions are the allowed_mentions as they were sent, nil if they were not.
	Mentions json.RawMessage
	// Pinged are the roles and people that were told, and "everyone".
	Pinged []string
	Files  []File
	// To is who alone sees it, of an ephemeral message.
	To string
	// Waiting: it is a deferred answer that shows nothing yet.
	Waiting bool
	Edits   int
	Gone    bool
	At      time.Time
	Edited  time.Time
	// Interaction is what it answers.
	Interaction string
}

// File is a file of a message.
type File struct {
	Name string
	Data []byte
}

// CommandPermission says in Discord's own settings who may use a command: for a
// role (type 1), a person (2) or a channel (3).
type CommandPermission struct {
	ID      string
	Type    int
	Allowed bool
}

// Kinds of permissions of commands.
const (
	ForRole    = 1
	ForUser    = 2
	ForChannel = 3
)

// Interaction is one thing that a person did with the app.
type Interaction struct {
	ID, Token, User, Guild, Channel string
	Type                            int
	At                              time.Time
	// Answered: the app answered in time, with the type of answer Answer.
	Answered bool
	Answer   int
	// Failed: no answer came in time; Discord says "The application did not
	// respond".
	Failed bool
	// Message is the original response: the new message, or the one pressed
	// where it is updated.
	Message string
	// Pressed is the message whose component was used.
	Pressed   string
	Followups []string
	Modal     *Modal
	Choices   []Choice

	payload object
	done    chan struct{} // closed when answered or failed
}

// Types of interactions.
const (
	kindPing     = 1
	kindCommand  = 2
	kindPress    = 3
	kindComplete = 4
	kindModal    = 5
)

// Types of answers to interactions.
const (
	AnswerPong          = 1
	AnswerMessage       = 4
	AnswerDeferred      = 5
	AnswerDeferredPress = 6
	AnswerUpdate        = 7
	AnswerChoices       = 8
	AnswerModal         = 9
)

// Choice is what autocomplete offers.
type Choice struct {
	Name  string `json:"name"`
	Value any    `json:"value"`
}

// Modal is a form that a person sees.
type Modal struct {
	ID, Title, User string
	Inputs          []Input
	from            *Interaction
}

// Input is a text input of a modal. Value is what it holds from the start.
type Input struct {
	ID, Label, Value, Placeholder string
	Style, Min, Max               int
	Required                      bool
}

// Violation is something that a well-behaved app does not do.
type Violation struct {
	Call Call
	What string
}

// flagEphemeral marks a message that one person sees.
const flagEphemeral = 1 << 6

type object = map[string]any
