package discord

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/bwmarrin/discordgo"

	"github.com/bellwether/bellwether/alerts"
)

// ClientConfig is what a Client is made of. HTTP, Rates, Logger and Now may be
// nil, BaseURL empty for Discord itself.
type ClientConfig struct {
	// Token is the bot's, without "Bot " before it.
	Token string
	// BaseURL is where the API is; the default is [DefaultBaseURL].
	BaseURL string
	HTTP    *http.Client
	// Rates shares limits with other replicas. Without it they are kept by this
	// process alone.
	Rates  Rates
	Limits Limits
	Now    func() time.Time
	Logger *slog.Logger
}

// Client speaks to Discord's API for the bot: it keeps to Discord's limits, and
// never tries again by itself what failed. Its methods may be called at the
// same time.
type Client struct {
	ClientConfig
	base *url.URL
	// bot speaks with the token, nobody without: interactions have tokens of
	// their own.
	bot, nobody *discordgo.Session
	routes      *routes
	invalid     *invalid
	directs     *directs
	app, user   atomic.Pointer[string] // their ids, once they are known
}

// NewClient makes a client. A BaseURL that is none stands for the default.
func NewClient(c ClientConfig) *Client {
	if c.HTTP == nil {
		c.HTTP = http.DefaultClient
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	c.Limits = c.Limits.complete()
	if c.Rates == nil {
		c.Rates = newRates(c.Now)
	}
	base, err := url.Parse(strings.TrimRight(c.BaseURL, "/") + "/")
	if err != nil || base.Host == "" {
		base, _ = url.Parse(DefaultBaseURL)
	}
	return &Client{
		ClientConfig: c, base: base, bot: newSession("Bot " + c.Token), nobody: newSession(""),
		routes: newRoutes(), invalid: newInvalid(c.Limits.Invalid), directs: newDirects(),
	}
}

// newSession makes a session that never tries again, never sleeps, and keeps
// nothing of what it is told.
func newSession(token string) *discordgo.Session {
	s, _ := discordgo.New(token) // it never fails
	s.ShouldRetryOnRateLimit, s.MaxRestRetries = false, 0
	s.ShouldReconnectOnError, s.ShouldReconnectVoiceOnSessionError = false, false
	s.StateEnabled, s.Compress, s.Identify.Compress = false, false, false
	s.SyncEvents = true
	s.LogLevel = -1 // its log would hold tokens
	s.UserAgent = "DiscordBot (https://github.com/bellwether/bellwether, 1) bellwether"
	return s
}

// request is one call.
type request struct {
	method, path string // without a leading slash: "channels/1/messages"
	// who keeps its turn while it waits; empty for a call that goes before those
	// that wait, for a person does.
	who   string
	in    any // nil for none
	files []*discordgo.File
	// open: the path holds a token of its own, and no limit of the bot's counts.
	open bool
}

// once makes a call, whose turn it is, and reads the answer into out, unless
// that is nil. next is how long its bucket wants nothing more. Errors are not
// yet classified.
func (c *Client) once(ctx context.Context, r request, out any) (next time.Duration, err error) {
	ctx, cancel := context.WithTimeout(ctx, c.Limits.Timeout)
	defer cancel()
	body, contentType, err := encode(r)
	if err != nil {
		return 0, err
	}
	session := c.bot
	if r.open {
		session = c.nobody
	}
	x := &exchange{via: c.HTTP, base: c.base}
	// A bucket of its own for each call: discordgo's lock would be waited for
	// whatever the context says.
	bucket := discordgo.NewRatelimiter().LockBucket("")
	answer, err := session.RequestWithLockedBucket(r.method, discordgo.EndpointAPI+r.path, contentType, body, bucket, 0,
		discordgo.WithContext(ctx), discordgo.WithClient(&http.Client{Transport: x}))
	err = plain(x, err)
	next = c.learn(ctx, r, x, err)
	if err != nil || out == nil {
		return next, err
	}
	if err := json.Unmarshal(answer, out); err != nil {
		return next, fmt.Errorf("read Discord's answer: %w", err)
	}
	return next, nil
}

// encode gives the body of a call; nil for none.
func encode(r request) (body []byte, contentType string, err error) {
	switch {
	case len(r.files) > 0:
		contentType, body, err = discordgo.MultipartBodyWithJSON(r.in, r.files)
	case r.in != nil:
		contentType = "application/json"
		body, err = json.Marshal(r.in)
	}
	if err != nil {
		return nil, "", fmt.Errorf("write what is sent: %w", err)
	}
	return body, contentType, nil
}

// turn asks whether a call may be made now, and how long to wait if not. What
// is no error of Discord's is classified here.
func (c *Client) turn(ctx context.Context, r request) (time.Duration, error) {
	now := c.Now()
	if span := c.invalid.refused(now); span > 0 {
		return 0, alerts.Permanent(errToken, alerts.ScopePlatform)
	}
	if span := c.invalid.stopped(now); span > 0 {
		return 0, alerts.RetryAfter(errInvalid, span, alerts.ScopePlatform)
	}
	if r.open {
		return 0, nil
	}
	span, err := c.Rates.Take(ctx, r.who, globalLimit, c.Limits.Global, c.Limits.Per, c.routes.bucket(r))
	if err != nil { // nothing was sent
		return 0, alerts.RetryAfter(err, storePause, alerts.ScopeDestination)
	}
	return span, nil
}

// storePause follows limits that could not be asked for.
const storePause = time.Second

// call makes one call for a person who waits: it waits for its turn and for
// what Discord asks to wait, as long as ctx lasts. in and out may be nil.
// Errors are classified.
func (c *Client) call(ctx context.Context, method, path string, in, out any) error {
	return c.patient(ctx, request{method: method, path: path, in: in}, out)
}

func (c *Client) patient(ctx context.Context, r request, out any) error {
	what := strings.ToLower(r.method) + " " + template(r.path)
	for {
		span, err := c.turn(ctx, r)
		if err == nil && span == 0 {
			_, err = c.once(ctx, r, out)
			if err == nil {
				return nil
			}
			asked, limited := errors.AsType[*limitedError](err)
			if !limited {
				return classify(what, err)
			}
			span = asked.after
		}
		if err != nil && span == 0 {
			return fmt.Errorf("%s: %w", what, err)
		}
		if !sleep(ctx, span) {
			if err == nil {
				err = alerts.RetryAfter(errPace, span, alerts.ScopeDestination)
			}
			return classify(what, errors.Join(err, ctx.Err()))
		}
	}
}

// sleep waits for span; false if ctx ended before, or would.
func sleep(ctx context.Context, span time.Duration) bool {
	if end, ok := ctx.Deadline(); ok && time.Until(end) < span {
		return false
	}
	timer := time.NewTimer(span)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// response is the first answer to an interaction.
// Source: https://discord.com/developers/docs/interactions/receiving-and-responding#interaction-response-object
type response struct {
	Type discordgo.InteractionResponseType `json:"type"`
	Data any                               `json:"data,omitempty"`
}

// respond answers an interaction the first time, within its three seconds.
func (c *Client) respond(ctx context.Context, i *discordgo.Interaction, r response) error {
	return c.open(ctx, http.MethodPost, "interactions/"+url.PathEscape(i.ID)+"/"+url.PathEscape(i.Token)+"/callback", r, nil)
}

// edit replaces what an interaction was answered with.
func (c *Client) edit(ctx context.Context, i *discordgo.Interaction, p payload, files ...*discordgo.File) error {
	return c.open(ctx, http.MethodPatch, webhook(i)+"/messages/@original", p, files)
}

// follow adds an answer to an interaction that was answered already.
func (c *Client) follow(ctx context.Context, i *discordgo.Interaction, p payload, files ...*discordgo.File) error {
	return c.open(ctx, http.MethodPost, webhook(i), p, files)
}

func webhook(i *discordgo.Interaction) string {
	return "webhooks/" + url.PathEscape(i.AppID) + "/" + url.PathEscape(i.Token)
}

func (c *Client) open(ctx context.Context, method, path string, in any, files []*discordgo.File) error {
	return c.patient(ctx, request{method: method, path: path, in: in, files: files, open: true}, nil)
}

// direct gives the channel of a person's direct message, opening it if need be.
func (c *Client) direct(ctx context.Context, user string) (channel string, err error) {
	return c.opened(ctx, user, c.call)
}

// asker makes a call, as [Client.call] does.
type asker func(ctx context.Context, method, path string, in, out any) error

func (c *Client) opened(ctx context.Context, user string, ask asker) (channel string, err error) {
	return c.directs.get(user, func() (string, error) {
		var opened discordgo.Channel
		err := ask(ctx, http.MethodPost, "users/@me/channels", map[string]string{"recipient_id": user}, &opened)
		if err == nil && opened.ID == "" {
			err = errAnswer
		}
		return opened.ID, err
	})
}

// me gives the id of the bot as a user.
func (c *Client) me(ctx context.Context) (string, error) {
	if id := c.user.Load(); id != nil {
		return *id, nil
	}
	var me discordgo.User
	if err := c.call(ctx, http.MethodGet, "users/@me", nil, &me); err != nil {
		return "", fmt.Errorf("ask Discord which user the bot is: %w", err)
	}
	c.user.Store(&me.ID)
	return me.ID, nil
}

// directs remembers the channels of direct messages; they never change.
type directs struct {
	mu   sync.Mutex
	kept map[string]string
}

func newDirects() *directs { return &directs{kept: map[string]string{}} }

func (d *directs) get(user string, ask func() (string, error)) (string, error) {
	d.mu.Lock()
	id := d.kept[user]
	d.mu.Unlock()
	if id != "" {
		return id, nil
	}
	id, err := ask()
	if err != nil {
		return "", err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.kept) >= mostKept {
		clear(d.kept)
	}
	d.kept[user] = id
	return id, nil
}

// mostKept bounds each of the memories.
const mostKept = 10_000

// file is one that goes with a message.
func file(name, contentType string, data io.Reader) *discordgo.File {
	return &discordgo.File{Name: name, ContentType: contentType, Reader: data}
}
