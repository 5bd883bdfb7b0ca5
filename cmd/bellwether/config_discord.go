package main

import (
	"crypto/ed25519"
	"encoding/hex"
	"net/url"
	"strconv"
	"strings"
)

// discordConfig is what is set for Discord.
type discordConfig struct {
	botToken      string
	applicationID string
	publicKey     ed25519.PublicKey // nil without it
	gateway       *bool             // nil: where no public key is set
	apiURL        string
}

// on reports whether the bot speaks Discord at all.
func (d discordConfig) on() bool { return d.botToken != "" }

// byGateway reports whether Discord comes in by the gateway.
func (d discordConfig) byGateway() bool {
	if d.gateway != nil {
		return *d.gateway
	}
	return d.publicKey == nil
}

// incomplete says which settings go together and are not all there.
func (d discordConfig) incomplete(c *config) []mistake {
	var wrong []mistake
	need := func(missing bool, place, problem, mend string) {
		if missing {
			wrong = append(wrong, mistake{place, problem, mend})
		}
	}
	need(!d.on() && (d.applicationID != "" || d.publicKey != nil), "discord.bot_token (DISCORD_BOT_TOKEN)",
		"other settings of Discord are there, and no token to speak with", "set it: Bot in the app's settings, at https://discord.com/developers/applications, makes one")
	need(d.on() && !d.byGateway() && d.publicKey == nil, "discord.gateway (DISCORD_GATEWAY)",
		"nothing lets Discord in", "leave it out, or set DISCORD_PUBLIC_KEY for HTTP")
	need(d.on() && d.publicKey != nil && c.listen == "", "discord.public_key (DISCORD_PUBLIC_KEY)",
		"Discord comes in by HTTP, and no address is served", "set BELLWETHER_HTTP_LISTEN, such as 127.0.0.1:8080, or leave the key out: the gateway needs none")
	return wrong
}

// about says for people how Discord is spoken to.
func (d discordConfig) about() string {
	switch {
	case d.publicKey != nil && d.byGateway():
		return "Discord, by the gateway and HTTP"
	case d.publicKey != nil:
		return "Discord, by HTTP"
	}
	return "Discord, by the gateway"
}

// setDiscordToken takes a token as people copy it, and never repeats it.
func setDiscordToken(c *config, v string) error {
	v = strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(v), "Bot "))
	if strings.Count(v, ".") != 2 || strings.ContainsAny(v, " \t\n") {
		return fault{"not a token of a bot", "it has three parts with points between; Bot in the app's settings makes one"}
	}
	c.discord.botToken = v
	return nil
}

func setDiscordApplication(c *config, v string) error {
	if !isSnowflake(v) {
		return fault{"not the id of an app", "copy Application ID of General Information in the app's settings"}
	}
	c.discord.applicationID = v
	return nil
}

// isSnowflake reports whether s has the form of Discord's ids.
// Source: https://discord.com/developers/docs/reference#snowflakes
func isSnowflake(s string) bool {
	_, err := strconv.ParseUint(s, 10, 64)
	return err == nil
}

func setDiscordKey(c *config, v string) error {
	key, err := hex.DecodeString(strings.TrimSpace(v))
	if err != nil || len(key) != ed25519.PublicKeySize {
		return fault{"not a public key", "copy Public Key of General Information in the app's settings: 64 digits from 0 to 9 and a to f"}
	}
	c.discord.publicKey = key
	return nil
}

func setDiscordGateway(c *config, v string) error {
	var on bool
	if err := setBool(func(*config) *bool { return &on })(c, v); err != nil {
		return err
	}
	c.discord.gateway = &on
	return nil
}

func setDiscordAPI(c *config, v string) error {
	u, err := url.Parse(v)
	if err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http") {
		return fault{"not the base of an API", "write it as https://discord.com/api/v10/"}
	}
	c.discord.apiURL = strings.TrimRight(v, "/") + "/"
	return nil
}
