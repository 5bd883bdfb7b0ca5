package discord

import (
	"github.com/bwmarrin/discordgo"

	"github.com/bellwether/bellwether/adapters/discord/embed"
)

// payload is a message as Discord takes it. discordgo's own knows no nonce, and
// writes null where Discord wants a list.
// Source: https://discord.com/developers/docs/resources/message#create-message
type payload struct {
	Content         string                       `json:"content"`
	Embeds          []*discordgo.MessageEmbed    `json:"embeds"`
	Components      []discordgo.MessageComponent `json:"components"`
	AllowedMentions mentions                     `json:"allowed_mentions"`
	Flags           discordgo.MessageFlags       `json:"flags,omitempty"`
	Nonce           string                       `json:"nonce,omitempty"`
	EnforceNonce    bool                         `json:"enforce_nonce,omitempty"`
}

// mentions are who may be pinged: nobody but the roles.
// Source: https://discord.com/developers/docs/resources/message#allowed-mentions-object
type mentions struct {
	Parse []string `json:"parse"`
	Roles []string `json:"roles,omitempty"`
}

func message(m embed.Message) payload {
	p := payload{
		Content: m.Content, Embeds: m.Embeds, Components: m.Components,
		AllowedMentions: mentions{Parse: []string{}, Roles: m.Mentions},
	}
	if p.Embeds == nil {
		p.Embeds = []*discordgo.MessageEmbed{}
	}
	if p.Components == nil {
		p.Components = []discordgo.MessageComponent{}
	}
	return p
}
