package main

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/bellwether/bellwether/adapters/httpx"
	"github.com/bellwether/bellwether/adapters/redis"
	"github.com/bellwether/bellwether/bot/pressure"
)

// config is everything that can be set. Each value comes from the flag, else
// the environment, else the file, else the default.
type config struct {
	data          string
	redisURL      string
	redisPrefix   string
	shards        int
	redisWait     int
	redisWaitTime time.Duration
	roles         []role
	lease         time.Duration    // of what a replica has in hand
	now           func() time.Time // the clock
	logLevel      slog.Level
	levelSet      bool
	logJSON       bool
	listen        string
	pushTokens    []string
	contact       string
	privateHosts  []string
	interval      time.Duration
	history       bool
	fullText      bool
	websub        bool
	sentences     int
	anHour        int
	expire        time.Duration
	bounds        pressure.Bounds
	timeZone      string
	sources       []sourceConfig
	sourcesGiven  bool // by file or flag: no defaults, no samples
	publicURL     string
	key           string // of secrets that are stored
	slack         slackConfig
	discord       discordConfig
	configuration string // the file that was read, for people
}

// onPlatform reports whether people talk to the bot elsewhere than in the
// terminal.
func (c config) onPlatform() bool { return c.slack.on() || c.discord.on() }

// sourceConfig is one source of articles: a feed's address or a path.
type sourceConfig struct {
	name     string
	url      string
	path     string
	interval time.Duration
	keep     bool   // of a folder: files stay where they are
	fullText *bool  // of a feed: goes before the setting of all; may be nil
	place    string // where it was configured, for errors
}

// setting is one scalar of the configuration, under all of its names.
type setting struct {
	key     string // in the file, dotted
	env     string
	help    string
	initial string // the default, as it would be written
	secret  bool
	set     func(c *config, value string) error
}

// mistake is a wrong value: where it stands, what is wrong, what mends it.
type mistake struct {
	place, problem, mend string
}

func (m mistake) String() string { return m.place + ": " + m.problem + ": " + m.mend }

// fault is an error of a setting's value with its mend.
type fault struct{ problem, mend string }

func (f fault) Error() string { return f.problem + ": " + f.mend }

func setString(field func(*config) *string) func(*config, string) error {
	return func(c *config, v string) error { *field(c) = v; return nil }
}

func setInt(low, high int, field func(*config) *int) func(*config, string) error {
	return func(c *config, v string) error {
		n, err := strconv.Atoi(v)
		if err != nil || n < low || n > high {
			return fault{fmt.Sprintf("%q is no number from %d to %d", v, low, high), fmt.Sprintf("write a whole number such as %d", low)}
		}
		*field(c) = n
		return nil
	}
}

func setDuration(low, high time.Duration, field func(*config) *time.Duration) func(*config, string) error {
	return func(c *config, v string) error {
		d, err := time.ParseDuration(v)
		if err != nil || d < low || d > high {
			return fault{fmt.Sprintf("%q is no time from %s to %s", v, short(low), short(high)), "write it as 90s, 5m or 1h"}
		}
		*field(c) = d
		return nil
	}
}

// short writes a whole duration without its zero parts: "1m", "1h".
func short(d time.Duration) string {
	s := strings.TrimSuffix(d.String(), "0s")
	if d >= time.Hour {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

func setBool(field func(*config) *bool) func(*config, string) error {
	return func(c *config, v string) error {
		b, err := strconv.ParseBool(v)
		if err != nil {
			return fault{fmt.Sprintf("%q is neither true nor false", v), "write true or false"}
		}
		*field(c) = b
		return nil
	}
}

func setLevel(c *config, v string) error {
	switch strings.ToLower(v) {
	case "debug":
		c.logLevel = slog.LevelDebug
	case "info":
		c.logLevel = slog.LevelInfo
	case "warn":
		c.logLevel = slog.LevelWarn
	case "error":
		c.logLevel = slog.LevelError
	default:
		return fault{fmt.Sprintf("%q is no log level", v), "write debug, info, warn or error"}
	}
	c.levelSet = true
	return nil
}

func setFormat(c *config, v string) error {
	if v != "text" && v != "json" {
		return fault{fmt.Sprintf("%q is no log format", v), "write text or json"}
	}
	c.logJSON = v == "json"
	return nil
}

func setListen(c *config, v string) error {
	if v != "" {
		_, port, err := net.SplitHostPort(v)
		if n, bad := strconv.Atoi(port); err != nil || bad != nil || n < 0 || n > 65535 {
			return fault{fmt.Sprintf("%q is no address to listen on", v), "write HOST:PORT such as 127.0.0.1:8080"}
		}
	}
	c.listen = v
	return nil
}

// shortestToken is that of a token that nobody guesses.
const shortestToken = 16

// setPushTokens never repeats the value.
func setPushTokens(c *config, v string) error {
	c.pushTokens = nil
	for t := range strings.SplitSeq(v, ",") {
		if t = strings.TrimSpace(t); len(t) < shortestToken || strings.ContainsAny(t, " \t") {
			return fault{"not a token", fmt.Sprintf("give at least %d characters without spaces, such as `openssl rand -hex 24` prints; several with commas between", shortestToken)}
		}
		c.pushTokens = append(c.pushTokens, t)
	}
	return nil
}

func setExpire(c *config, v string) error {
	if v == "0" {
		c.expire = 0
		return nil
	}
	return setDuration(time.Hour, 30*24*time.Hour, func(c *config) *time.Duration { return &c.expire })(c, v)
}

func setMemory(c *config, v string) error {
	percent := 0
	if err := setInt(10, 95, func(*config) *int { return &percent })(c, strings.TrimSuffix(v, "%")); err != nil {
		return err
	}
	c.bounds.Memory = float64(percent) / 100
	return nil
}

func setZone(c *config, v string) error {
	if _, err := time.LoadLocation(v); err != nil || v == "Local" {
		return fault{fmt.Sprintf("%q is no time zone", v), "write an IANA name such as Europe/Brussels"}
	}
	c.timeZone = v
	return nil
}

// setRedis never repeats the value: it may hold a password.
func setRedis(c *config, v string) error {
	if _, err := redis.ParseURL(v); err != nil {
		return fault{"not the address of a Redis", "write redis://HOST:PORT/DB, rediss://…, unix:///PATH, " +
			"redis+sentinel://HOST,HOST/MASTER or redis+cluster://HOST,HOST, with USER:PASSWORD@ before the host where one is needed"}
	}
	c.redisURL = v
	return nil
}

// newSource reads a source as people write it: an address or a path.
func newSource(value, place string) (sourceConfig, error) {
	s := sourceConfig{place: place}
	if strings.Contains(value, "://") {
		u, err := url.Parse(value)
		if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
			return s, fault{"not the address of a feed", "begin it with https:// or http://, or give the path of a file or folder"}
		}
		s.url, s.name = value, feedName(u)
		return s, nil
	}
	if value == "" {
		return s, fault{"the source is empty", "give the address of a feed, or the path of a file or folder"}
	}
	abs, err := filepath.Abs(value)
	if err != nil {
		return s, fmt.Errorf("finding %s: %w", value, err)
	}
	s.path, s.name = abs, abs
	return s, nil
}

// feedName names a feed by its address. A query or a password may hold a key:
// a digest keeps addresses apart that differ in nothing else.
func feedName(u *url.URL) string {
	name := u.Host + strings.TrimSuffix(u.EscapedPath(), "/")
	if u.RawQuery != "" || u.User != nil {
		sum := sha256.Sum256([]byte(u.String()))
		name += "#" + hex.EncodeToString(sum[:4])
	}
	return name
}

// flagValues are the settings that run takes as flags.
type flagValues struct {
	config  string
	data    string
	roles   string
	sources []string
}

// loadConfig reads the file, the environment and the flags, and reports every
// mistake of all three in one error.
func loadConfig(w world, f flagValues, interactive bool) (config, error) {
	c := config{
		redisPrefix: "bellwether:", logLevel: slog.LevelInfo, interval: 5 * time.Minute, history: true, fullText: true, websub: true, sentences: 3,
		anHour: 30, expire: 7 * 24 * time.Hour,
		roles: allRoles(), lease: time.Minute, now: clock(w.lookup), bounds: pressure.DefaultBounds(),
	}
	var wrong []mistake
	path := f.config
	if path == "" {
		path, _ = w.lookup("BELLWETHER_CONFIG")
	}
	if path != "" {
		src, err := os.ReadFile(path)
		if err != nil {
			return c, fmt.Errorf("reading the configuration: %w", err)
		}
		c.configuration = path
		wrong = append(wrong, readFile(&c, path, src)...)
	}
	wrong = append(wrong, readEnvironment(&c, w.lookup)...)
	wrong = append(wrong, readFlags(&c, f)...)
	wrong = append(wrong, c.slack.incomplete(&c)...)
	wrong = append(wrong, c.discord.incomplete(&c)...)
	if len(c.pushTokens) > 0 && c.listen == "" {
		wrong = append(wrong, mistake{"http.push_token (BELLWETHER_PUSH_TOKEN)", "articles come in by HTTP, and no address is served", "set BELLWETHER_HTTP_LISTEN, such as 127.0.0.1:8080"})
	}
	if c.divided() && c.redisURL == "" {
		wrong = append(wrong, mistake{"roles", "the replicas have no Redis to share", "set REDIS_URL, or leave the roles out"})
	}
	if len(wrong) > 0 {
		var errs []error
		for _, m := range wrong {
			errs = append(errs, errors.New(m.String()))
		}
		return c, usagef("the configuration has mistakes:\n%w", errors.Join(errs...))
	}
	if interactive && !c.levelSet && !c.onPlatform() {
		c.logLevel = slog.LevelWarn
	}
	if c.data == "" {
		c.data = defaultData(w.lookup)
	}
	return c, nil
}

func readEnvironment(c *config, lookup func(string) (string, bool)) []mistake {
	var wrong []mistake
	for _, s := range settings() {
		if v, ok := lookup(s.env); ok && v != "" {
			if err := s.set(c, v); err != nil {
				wrong = append(wrong, asMistake("environment variable "+s.env, err))
			}
		}
	}
	return wrong
}

func readFlags(c *config, f flagValues) []mistake {
	var wrong []mistake
	if f.data != "" {
		c.data = f.data
	}
	if f.roles != "" {
		if err := setRoles(c, f.roles); err != nil {
			wrong = append(wrong, asMistake("--roles", err))
		}
	}
	if len(f.sources) > 0 {
		c.sources, c.sourcesGiven = nil, true
	}
	for i, v := range f.sources {
		place := flagPlace(i, v)
		s, err := newSource(v, place)
		if err != nil {
			wrong = append(wrong, asMistake(place, err))
			continue
		}
		c.sources = append(c.sources, s)
	}
	return append(wrong, repeatedNames(c.sources)...)
}

// flagPlace names a --source without the secrets of its address.
func flagPlace(i int, v string) string {
	if !strings.Contains(v, "://") {
		return fmt.Sprintf("--source %q", v)
	}
	if _, err := url.Parse(v); err != nil {
		return fmt.Sprintf("--source number %d", i+1)
	}
	return fmt.Sprintf("--source %q", httpx.Redact(v))
}

func repeatedNames(sources []sourceConfig) []mistake {
	var wrong []mistake
	first := map[string]string{}
	for _, s := range sources {
		if place, ok := first[s.name]; ok {
			wrong = append(wrong, mistake{s.place, fmt.Sprintf("the source %q is there already (%s)", s.name, place), "remove one, or give it another name"})
			continue
		}
		first[s.name] = s.place
	}
	return wrong
}

func asMistake(place string, err error) mistake {
	if f, ok := errors.AsType[fault](err); ok {
		return mistake{place, f.problem, f.mend}
	}
	return mistake{place, err.Error(), "correct it"}
}

func defaultData(lookup func(string) (string, bool)) string {
	if dir, ok := lookup("XDG_DATA_HOME"); ok && filepath.IsAbs(dir) {
		return filepath.Join(dir, "bellwether")
	}
	if home, ok := lookup("HOME"); ok && home != "" {
		return filepath.Join(home, ".local", "share", "bellwether")
	}
	return "bellwether-data"
}
