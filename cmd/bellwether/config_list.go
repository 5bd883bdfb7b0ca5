package main

import (
	"time"

	"github.com/bellwether/bellwether/adapters/redis"
)

// settings lists every scalar. The help text of run, the file's reader and
// the environment's reader are all made from it.
func settings() []setting {
	return []setting{
		{
			"data", "BELLWETHER_DATA", "folder of the embedded store", "$XDG_DATA_HOME/bellwether, else ~/.local/share/bellwether", false,
			setString(func(c *config) *string { return &c.data }),
		},
		{"redis.url", "REDIS_URL", "Redis to use instead of the embedded store:\nredis://, rediss://, unix://, redis+sentinel://HOST,HOST/MASTER, redis+cluster://HOST,HOST", "", true, setRedis},
		{
			"redis.prefix", "BELLWETHER_REDIS_PREFIX", "what every key in Redis begins with", "bellwether:", false,
			setString(func(c *config) *string { return &c.redisPrefix }),
		},
		{
			"redis.shards", "BELLWETHER_REDIS_SHARDS", "parts of the outbox; fixed at the first start", "64 (embedded: 8)", false,
			setInt(1, 1024, func(c *config) *int { return &c.shards }),
		},
		{
			"redis.wait", "BELLWETHER_REDIS_WAIT", "replicas of Redis that must have a write before it counts as stored", "0", false,
			setInt(0, 10, func(c *config) *int { return &c.redisWait }),
		},
		{
			"redis.wait_time", "BELLWETHER_REDIS_WAIT_TIME", "how long that is waited for, up to 2s; then it is tried again", "1s", false,
			setDuration(10*time.Millisecond, redis.MostWait, func(c *config) *time.Duration { return &c.redisWaitTime }),
		},
		{"roles", "BELLWETHER_ROLES", "what this replica does, some of ingest,match,deliver,chat;\nothers that share the Redis do the rest", "all", false, setRoles},
		{
			"delivery.lease", "BELLWETHER_DELIVERY_LEASE", "what a replica that died had in hand, another takes over after this time", "1m", false,
			setDuration(2*time.Second, 10*time.Minute, func(c *config) *time.Duration { return &c.lease }),
		},
		{"log.level", "BELLWETHER_LOG_LEVEL", "debug, info, warn or error", "info (in a terminal: warn)", false, setLevel},
		{"log.format", "BELLWETHER_LOG_FORMAT", "text or json", "text", false, setFormat},
		{"http.listen", "BELLWETHER_HTTP_LISTEN", "address for /healthz, /readyz and /metrics; empty: none", "", false, setListen},
		{
			"http.contact", "BELLWETHER_CONTACT", "mail or web address told to the servers that are read", "", false,
			setString(func(c *config) *string { return &c.contact }),
		},
		{
			"feeds.interval", "BELLWETHER_FEEDS_INTERVAL", "time between two readings of a source; for a feed only the first,\nthen its news decide: from a minute to an hour", "5m", false,
			setDuration(time.Minute, time.Hour, func(c *config) *time.Duration { return &c.interval }),
		},
		{"feeds.private_hosts", "BELLWETHER_FEEDS_PRIVATE_HOSTS", "hosts that may be read from though their names lead into your own\nnetwork; several with commas", "", false, setPrivateHosts},
		{"feeds.history", "BELLWETHER_FEEDS_HISTORY", "what stands in a feed when it is first read is history:\nkept for preview, not posted; so are old items of a feed that was built anew", "true", false, setBool(func(c *config) *bool { return &c.history })},
		{
			"feeds.full_text", "BELLWETHER_FEEDS_FULL_TEXT", "where a feed gives only a teaser, the text is taken from the article's page,\nif the site's robots.txt allows it", "true", false,
			setBool(func(c *config) *bool { return &c.fullText }),
		},
		{
			"feeds.websub", "BELLWETHER_FEEDS_WEBSUB", "feeds that name a hub are subscribed to there, so that news come at once;\nneeds http.listen and http.public_url", "true", false,
			setBool(func(c *config) *bool { return &c.websub }),
		},
		{
			"alerts.sentences", "BELLWETHER_ALERTS_SENTENCES", "sentences of summary in an alert, 1 to 5", "3", false,
			setInt(1, 5, func(c *config) *int { return &c.sentences }),
		},
		{
			"alerts.limit", "BELLWETHER_ALERTS_LIMIT", "alerts an hour that a destination gets one by one, the rest together;\n0: no limit. People can change it with the command limit", "30", false,
			setInt(0, 3600, func(c *config) *int { return &c.anHour }),
		},
		{"alerts.expire", "BELLWETHER_ALERTS_EXPIRE", "how long after it was due an alert that could not be sent is\nstill sent, such as 72h; 0: for ever", "168h", false, setExpire},
		{
			"limits.waiting", "BELLWETHER_LIMITS_WAITING", "alerts that may wait in the outbox before no source is read;\nat twice as many nothing is matched", "1000000", false,
			setInt(1000, 1_000_000_000, func(c *config) *int { return &c.bounds.Waiting }),
		},
		{"limits.memory", "BELLWETHER_LIMITS_MEMORY", "percent of Redis's maxmemory from which no source is read", "75", false, setMemory},
		{"terminal.timezone", "BELLWETHER_TIMEZONE", "time zone of the terminal until you say another, such as Europe/Brussels", "the machine's", false, setZone},
		{"http.push_token", "BELLWETHER_PUSH_TOKEN", "token with which others may send articles to POST /articles; several with commas:\nall let in. Empty: nobody may", "", true, setPushTokens},
		{"http.public_url", "BELLWETHER_PUBLIC_URL", "address under which others reach http.listen, such as https://alerts.example.org", "", false, setPublicURL},
		{"key", "BELLWETHER_KEY", "seals tokens that are stored: 32 bytes in base64 (openssl rand -base64 32);\nseveral with commas: the first seals, all open", "", true, setKey},
		{
			"slack.bot_token", "SLACK_BOT_TOKEN", "token of one Slack workspace (xoxb-…)", "", true,
			setToken("xoxb-", func(c *config) *string { return &c.slack.botToken }),
		},
		{
			"slack.app_token", "SLACK_APP_TOKEN", "app token (xapp-…): Slack comes in by Socket Mode", "", true,
			setToken("xapp-", func(c *config) *string { return &c.slack.appToken }),
		},
		{
			"slack.signing_secret", "SLACK_SIGNING_SECRET", "signing secret: Slack comes in by HTTP, at http.listen", "", true,
			setString(func(c *config) *string { return &c.slack.signingSecret }),
		},
		{
			"slack.client_id", "SLACK_CLIENT_ID", "with the client secret: many workspaces install the app by themselves", "", false,
			setString(func(c *config) *string { return &c.slack.clientID }),
		},
		{
			"slack.client_secret", "SLACK_CLIENT_SECRET", "see slack.client_id", "", true,
			setString(func(c *config) *string { return &c.slack.clientSecret }),
		},
		{"slack.api_url", "SLACK_API_URL", "another base of Slack's Web API, for proxies and tests", "https://slack.com/api/", false, setSlackAPI},
		{"discord.bot_token", "DISCORD_BOT_TOKEN", "token of the bot in Discord", "", true, setDiscordToken},
		{"discord.application_id", "DISCORD_APPLICATION_ID", "the app's id; it is asked for where it is not set", "", false, setDiscordApplication},
		{"discord.public_key", "DISCORD_PUBLIC_KEY", "the app's public key: Discord comes in by HTTP, at http.listen", "", false, setDiscordKey},
		{"discord.gateway", "DISCORD_GATEWAY", "Discord comes in by the gateway", "true (with discord.public_key: false)", false, setDiscordGateway},
		{"discord.api_url", "DISCORD_API_URL", "another base of Discord's API, for proxies and tests", "https://discord.com/api/v10/", false, setDiscordAPI},
	}
}
