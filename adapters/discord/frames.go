package discord

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/bwmarrin/discordgo"
)

// The operations of the gateway.
// Source: https://discord.com/developers/docs/topics/opcodes-and-status-codes#gateway-gateway-opcodes
const (
	opDispatch  = 0
	opHeartbeat = 1
	opReconnect = 7
	opInvalid   = 9
	opHello     = 10
	opAck       = 11
)

const (
	eventReady   = "READY"
	eventResumed = "RESUMED"
)

// frame is what goes over the gateway.
type frame struct {
	Op   int             `json:"op"`
	Data json.RawMessage `json:"d"`
	Seq  int64           `json:"s,omitempty"`
	Type string          `json:"t,omitempty"`
}

// greeting is what READY says of the session.
// Source: https://discord.com/developers/docs/events/gateway-events#ready
type greeting struct {
	Session string `json:"session_id"`
	Resume  string `json:"resume_gateway_url"`
}

var errEvent = errors.New("it is not as Discord's are")

// readEvent reads an event into discordgo's type for it; nil for one that is of
// no use here. discordgo would read them by itself, but panics at odd ones where
// nothing can catch it.
func readEvent(name string, data json.RawMessage) (event any, err error) {
	if name == eventResumed {
		return &discordgo.Resumed{}, nil
	}
	event = emptyEvent(name)
	if event == nil {
		return nil, nil
	}
	defer func() {
		if p := recover(); p != nil {
			event, err = nil, fmt.Errorf("read it: %v", p)
		}
	}()
	if !bytes.HasPrefix(bytes.TrimSpace(data), []byte("{")) {
		return nil, errEvent
	}
	if err := json.Unmarshal(data, event); err != nil {
		// One field of another type than was known is no reason to do without the
		// others.
		if _, ok := errors.AsType[*json.UnmarshalTypeError](err); !ok {
			return nil, err
		}
	}
	return tidied(event), nil
}

// emptyEvent makes what an event is read into. The types hold pointers to what
// they are about; these are never nil.
func emptyEvent(name string) any {
	switch name {
	case eventReady:
		return &discordgo.Ready{}
	case "INTERACTION_CREATE":
		return &discordgo.InteractionCreate{Interaction: &discordgo.Interaction{}}
	case "APPLICATION_COMMAND_PERMISSIONS_UPDATE":
		return &discordgo.ApplicationCommandPermissionsUpdate{GuildApplicationCommandPermissions: &discordgo.GuildApplicationCommandPermissions{}}
	case "GUILD_CREATE":
		return &discordgo.GuildCreate{Guild: &discordgo.Guild{}}
	case "GUILD_UPDATE":
		return &discordgo.GuildUpdate{Guild: &discordgo.Guild{}}
	case "GUILD_DELETE":
		return &discordgo.GuildDelete{Guild: &discordgo.Guild{}}
	case "GUILD_ROLE_CREATE":
		return &discordgo.GuildRoleCreate{GuildRole: &discordgo.GuildRole{}}
	case "GUILD_ROLE_UPDATE":
		return &discordgo.GuildRoleUpdate{GuildRole: &discordgo.GuildRole{}}
	case "GUILD_ROLE_DELETE":
		return &discordgo.GuildRoleDelete{}
	case "MESSAGE_CREATE":
		return &discordgo.MessageCreate{Message: &discordgo.Message{}}
	case "MESSAGE_UPDATE":
		return &discordgo.MessageUpdate{Message: &discordgo.Message{}}
	case "MESSAGE_DELETE":
		return &discordgo.MessageDelete{Message: &discordgo.Message{}}
	}
	return emptyChannelEvent(name)
}

func emptyChannelEvent(name string) any {
	switch name {
	case "CHANNEL_CREATE":
		return &discordgo.ChannelCreate{Channel: &discordgo.Channel{}}
	case "CHANNEL_UPDATE":
		return &discordgo.ChannelUpdate{Channel: &discordgo.Channel{}}
	case "CHANNEL_DELETE":
		return &discordgo.ChannelDelete{Channel: &discordgo.Channel{}}
	case "THREAD_CREATE":
		return &discordgo.ThreadCreate{Channel: &discordgo.Channel{}}
	case "THREAD_UPDATE":
		return &discordgo.ThreadUpdate{Channel: &discordgo.Channel{}}
	case "THREAD_DELETE":
		return &discordgo.ThreadDelete{Channel: &discordgo.Channel{}}
	case "THREAD_LIST_SYNC":
		return &discordgo.ThreadListSync{}
	case "THREAD_MEMBER_UPDATE":
		return &discordgo.ThreadMemberUpdate{ThreadMember: &discordgo.ThreadMember{}}
	case "THREAD_MEMBERS_UPDATE":
		return &discordgo.ThreadMembersUpdate{}
	}
	return nil
}

// tidied takes nothings out of lists, and adds to what is in a server its id, as
// discordgo does.
func tidied(event any) any {
	switch e := event.(type) {
	case *discordgo.Ready:
		e.Guilds = withoutNil(e.Guilds)
		for _, g := range e.Guilds {
			tidyGuild(g)
		}
	case *discordgo.GuildCreate:
		tidyGuild(e.Guild)
	case *discordgo.GuildUpdate:
		tidyGuild(e.Guild)
	case *discordgo.ThreadListSync:
		e.Threads, e.Members = withoutNil(e.Threads), withoutNil(e.Members)
	case *discordgo.GuildRoleCreate:
		if e.Role == nil {
			e.Role = &discordgo.Role{}
		}
	case *discordgo.GuildRoleUpdate:
		if e.Role == nil {
			e.Role = &discordgo.Role{}
		}
	}
	return event
}

func tidyGuild(g *discordgo.Guild) {
	g.Channels, g.Threads, g.Roles, g.Members = withoutNil(g.Channels), withoutNil(g.Threads), withoutNil(g.Roles), withoutNil(g.Members)
	for _, c := range slices.Concat(g.Channels, g.Threads) {
		c.GuildID = g.ID
	}
	for _, m := range g.Members {
		m.GuildID = g.ID
	}
}

func withoutNil[T any](list []*T) []*T {
	return slices.DeleteFunc(list, func(v *T) bool { return v == nil })
}
