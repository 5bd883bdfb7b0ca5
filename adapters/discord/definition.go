package discord

import (
	"strconv"
	"strings"

	"github.com/bwmarrin/discordgo"
)

// commandName is the one root command.
const commandName = "policy"

// The names of options.
const (
	optQuery   = "query"
	optChannel = "channel"
	optMe      = "me"
	optWhen    = "when"
	optMention = "mention"
	optMine    = "mine"
	optPublic  = "public"
	optID      = "id"
	optFor     = "for"
	optZone    = "zone"
	optHours   = "hours"
	optAnHour  = "an-hour"
	optArticle = "article"
	optCommand = "command"
	optSure    = "sure"
	optShow    = "show"
	optAdd     = "add"
	optRemove  = "remove"
)

// Limits of commands.
// Source: https://discord.com/developers/docs/interactions/application-commands
const (
	maxChoices    = 25
	maxChoice     = 100 // characters of a choice's name, and of its value
	maxQueryTyped = 1000
)

// definition is a command, or a part of one, as Discord takes it. discordgo's
// own writes null where there are no options.
// Source: https://discord.com/developers/docs/interactions/application-commands#application-command-object
type definition struct {
	Type        int               `json:"type,omitempty"`
	Name        string            `json:"name"`
	Description string            `json:"description"`
	Localized   map[string]string `json:"description_localizations,omitempty"`
	Options     []definition      `json:"options,omitempty"`

	// Of the command itself.
	Permissions  *bits `json:"default_member_permissions,omitempty"`
	Contexts     []int `json:"contexts,omitempty"`
	Integrations []int `json:"integration_types,omitempty"`

	// Of an option.
	Required     bool  `json:"required,omitempty"`
	Autocomplete bool  `json:"autocomplete,omitempty"`
	ChannelTypes []int `json:"channel_types,omitempty"`
	MaxLength    int   `json:"max_length,omitempty"`
}

// bits are permissions: Discord takes a number, and gives it as a string.
type bits int64

// UnmarshalJSON implements json.Unmarshaler.
func (b *bits) UnmarshalJSON(text []byte) error {
	n, err := strconv.ParseInt(strings.Trim(string(text), `"`), 10, 64)
	*b = bits(n)
	return err
}

// channelTypes are those that alerts can go to.
func channelTypes() []int {
	return []int{
		int(discordgo.ChannelTypeGuildText), int(discordgo.ChannelTypeGuildNews), int(discordgo.ChannelTypeGuildNewsThread),
		int(discordgo.ChannelTypeGuildPublicThread), int(discordgo.ChannelTypeGuildPrivateThread), int(discordgo.ChannelTypeGuildForum),
	}
}

// policy is the command. At first Discord shows it to those with Manage
// Channels; a server may change that in its own settings.
func policy() definition {
	manage := bits(discordgo.PermissionManageChannels)
	return described(definition{
		Type: int(discordgo.ChatApplicationCommand), Name: commandName, Permissions: &manage,
		Contexts:     []int{int(discordgo.InteractionContextGuild), int(discordgo.InteractionContextBotDM)},
		Integrations: []int{int(discordgo.ApplicationIntegrationGuildInstall), int(discordgo.ApplicationIntegrationUserInstall)},
		Options: []definition{
			sub("subscribe", words(optQuery).completed(), channel(), flag(optMe), words(optWhen).completed(), role()),
			sub("list", flag(optMine), channel(), flag(optPublic)),
			sub("unsubscribe", words(optID).needed().completed(), channel(), flag(optMe)),
			sub("edit", words(optID).needed().completed(), words(optQuery).completed(), words(optWhen).completed(), role(), channel(), flag(optMe)),
			sub("pause", words(optID).completed(), words(optFor).completed(), channel(), flag(optMe)),
			sub("resume", words(optID).completed(), channel(), flag(optMe)),
			sub("preview", words(optQuery).needed().completed(), flag(optPublic)),
			sub("digest", words(optWhen).completed(), words(optID).completed(), channel(), flag(optMe)),
			sub("timezone", words(optZone).completed(), channel(), flag(optMe)),
			sub("quiet", words(optHours).completed(), channel(), flag(optMe)),
			sub("limit", words(optAnHour).completed(), channel(), flag(optMe)),
			sub("mute", words(optArticle).needed(), flag(optMe)),
			sub("unmute", words(optArticle).needed(), flag(optMe)),
			sub("why", words(optArticle), flag(optMe), flag(optPublic)),
			sub("sources", words(optShow), words(optAdd), words(optRemove), flag(optPublic)),
			sub("export", flag(optMe)),
			sub("forget-me", flag(optSure)),
			sub("help", words(optCommand).completed(), flag(optPublic)),
		},
	}, "")
}

func sub(name string, options ...definition) definition {
	return definition{Type: int(discordgo.ApplicationCommandOptionSubCommand), Name: name, Options: options}
}

func words(name string) definition {
	return definition{Type: int(discordgo.ApplicationCommandOptionString), Name: name, MaxLength: maxQueryTyped}
}

func flag(name string) definition {
	return definition{Type: int(discordgo.ApplicationCommandOptionBoolean), Name: name}
}

func channel() definition {
	return definition{Type: int(discordgo.ApplicationCommandOptionChannel), Name: optChannel, ChannelTypes: channelTypes()}
}

func role() definition {
	return definition{Type: int(discordgo.ApplicationCommandOptionRole), Name: optMention}
}

func (d definition) needed() definition    { d.Required = true; return d }
func (d definition) completed() definition { d.Autocomplete = true; return d }

// described fills in what people read, in every language that there is.
func described(d definition, parent string) definition {
	name := parent + d.Name
	text := descriptions[name]
	if text == nil { // options say the same wherever they stand
		text = descriptions["."+d.Name]
	}
	d.Description, d.Localized = text["en-US"], map[string]string{}
	for locale, t := range text {
		if locale != "en-US" {
			d.Localized[locale] = t
		}
	}
	for i := range d.Options {
		d.Options[i] = described(d.Options[i], name+".")
	}
	return d
}
