package discord

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/bwmarrin/discordgo"

	"github.com/bellwether/bellwether/adapters/discord/embed"
	"github.com/bellwether/bellwether/alerts"
)

const (
	// nonceKept is for how long Discord surely knows a nonce: "the past few
	// minutes".
	// Source: https://discord.com/developers/docs/resources/message#create-message
	nonceKept = 2 * time.Minute
	// findPage is how many messages are asked for at once, findPages how often.
	// Source: https://discord.com/developers/docs/resources/message#get-channel-messages
	findPage  = 100
	findPages = 10
)

var (
	errTooMany = errors.New("too many messages have come since to look through")
	errTooSoon = errors.New("a call of another process may still be under way")
)

// Find implements dispatch.Finder. Within two minutes a message can be sent
// again: Discord knows it by its nonce, and answers with the one that is there.
// After that it is looked for among the bot's own messages since the first try,
// by the key that a button carries. A forum knows no nonce: there a look comes
// after what another process has left under way has surely ended.
//
// What Discord accepts after that, from a request that it held back for longer
// than a call's timeout, is not found, and shows twice.
func (m *Messenger) Find(ctx context.Context, d alerts.Delivery) (alerts.Receipt, bool, error) {
	ctx, cancel := context.WithTimeout(ctx, m.client.Limits.Timeout)
	defer cancel()
	first, ours := m.tries.first(d.Key)
	if ours && !first.forum && m.soon(first.at) {
		return alerts.Receipt{}, false, nil
	}
	to, err := m.rooms.target(ctx, m.client, d.Destination)
	if err != nil {
		return alerts.Receipt{}, false, err
	}
	if !ours && !to.forum && m.soon(d.Since) {
		return alerts.Receipt{}, false, nil
	}
	if span := d.Tried.Add(m.client.Limits.Timeout).Sub(m.now()); to.forum && span > 0 {
		return alerts.Receipt{}, false, alerts.RetryAfter(errTooSoon, span, alerts.ScopeMessage)
	}
	id, err := m.look(ctx, d, to)
	if err != nil {
		if asked, ok := errors.AsType[*alerts.SendError](err); ok && !asked.Permanent && asked.Scope != alerts.ScopePlatform {
			asked.Scope = alerts.ScopeMessage // looking has limits of its own
		}
		return alerts.Receipt{}, false, err
	}
	m.tries.end(d.Key)
	if id == "" {
		return alerts.Receipt{}, false, nil
	}
	return alerts.Receipt{Messages: []string{posted{ID: id}.name(to)}}, true, nil
}

// look looks for a delivery among the messages of its place, and gives the id
// of its message, "" if it is not there.
func (m *Messenger) look(ctx context.Context, d alerts.Delivery, to target) (string, error) {
	me, err := m.client.me(ctx)
	if err != nil {
		return "", err
	}
	s := search{client: m.client, me: me, key: fingerprint(d.Key), since: snowflake(d.Since), begun: d.Since.Add(-clocks)}
	if to.forum {
		return s.posts(ctx, d.Destination.Workspace, to.channel)
	}
	return s.messages(ctx, to.channel)
}

// soon reports whether so little time has gone by since the first try that
// Discord still knows its nonce when it is sent again.
func (m *Messenger) soon(first time.Time) bool {
	return m.now().Sub(first) < nonceKept-2*m.client.Limits.Timeout
}

// tries remembers the first try of what this process sent and what may have
// arrived without its knowing. What is forgotten is looked for.
type tries struct {
	mu    sync.Mutex
	byKey map[string]try
}

type try struct {
	at    time.Time
	forum bool // into which there is no nonce
}

func newTries() *tries { return &tries{byKey: map[string]try{}} }

// begin notes a try, unless there was one before.
func (t *tries) begin(key string, one try) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if old, ok := t.byKey[key]; ok && old.forum == one.forum {
		return
	}
	if len(t.byKey) >= mostKept {
		clear(t.byKey)
	}
	t.byKey[key] = one
}

// end forgets what is known to be there, or not to be there.
func (t *tries) end(key string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.byKey, key)
}

func (t *tries) first(key string) (try, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	one, ok := t.byKey[key]
	return one, ok
}

// search is one look for a message.
type search struct {
	client *Client
	me     string // the bot's user
	key    string
	since  string // a message's id would not be below it
	begun  time.Time
}

// messages looks through a channel, oldest first, from the time of the first
// try, and gives the message's id, "" if it is not there.
func (s search) messages(ctx context.Context, channel string) (string, error) {
	after := s.since
	for range findPages {
		var page []*discordgo.Message
		path := "channels/" + channel + "/messages?limit=" + strconv.Itoa(findPage) + "&after=" + after
		if err := s.client.call(ctx, http.MethodGet, path, nil, &page); err != nil {
			return "", err
		}
		for _, msg := range page {
			if s.is(msg) {
				return msg.ID, nil
			}
			after = latest(after, msg.ID)
		}
		if len(page) < findPage {
			return "", nil
		}
	}
	return "", errTooMany
}

// posts looks through the posts of a forum since the first try, those that are
// open and those that were archived.
func (s search) posts(ctx context.Context, guild, forum string) (string, error) {
	for _, path := range []string{
		"guilds/" + guild + "/threads/active",
		"channels/" + forum + "/threads/archived/public?limit=" + strconv.Itoa(findPage),
	} {
		var list struct {
			Threads []*discordgo.Channel `json:"threads"`
			More    bool                 `json:"has_more"`
		}
		if err := s.client.call(ctx, http.MethodGet, path, nil, &list); err != nil {
			return "", err
		}
		for _, t := range list.Threads {
			if t.ParentID != forum || t.OwnerID != s.me || latest(t.ID, s.since) != t.ID {
				continue
			}
			var first discordgo.Message
			err := s.client.call(ctx, http.MethodGet, "channels/"+t.ID+"/messages/"+t.ID, nil, &first)
			if err != nil && code(err) != discordgo.ErrCodeUnknownMessage {
				return "", err
			}
			if err == nil && s.is(&first) {
				return t.ID, nil
			}
		}
		if list.More && archivedSince(list.Threads, s.begun) {
			return "", errTooMany
		}
	}
	return "", nil
}

// archivedSince reports whether the last of a list, latest first, was archived
// after t.
func archivedSince(list []*discordgo.Channel, t time.Time) bool {
	if len(list) == 0 {
		return false
	}
	last := list[len(list)-1].ThreadMetadata
	return last != nil && last.ArchiveTimestamp.After(t)
}

// is reports whether the message is the bot's and one of its buttons carries the
// key.
func (s search) is(msg *discordgo.Message) bool {
	if msg.Author == nil || msg.Author.ID != s.me {
		return false
	}
	for _, row := range msg.Components {
		r, ok := row.(*discordgo.ActionsRow)
		if !ok {
			continue
		}
		for _, c := range r.Components {
			if b, ok := c.(*discordgo.Button); ok {
				if id, ok := embed.ParseID(b.CustomID); ok && id.Key == s.key {
					return true
				}
			}
		}
	}
	return false
}

// discordEpoch is the first millisecond of 2015, from which Discord counts.
// Source: https://discord.com/developers/docs/reference#snowflakes
const discordEpoch = 1420070400000

// clocks is how much Discord's clock may differ from ours.
const clocks = 10 * time.Second

// snowflake is the least id of what was made at t or later, by a clock that may
// differ from ours by some seconds.
func snowflake(t time.Time) string {
	ms := t.Add(-clocks).UnixMilli() - discordEpoch
	if ms < 0 {
		return "0"
	}
	return strconv.FormatUint(uint64(ms)<<22, 10)
}

// latest is the greater of two ids.
func latest(a, b string) string {
	if len(a) != len(b) {
		if len(a) > len(b) {
			return a
		}
		return b
	}
	return max(a, b)
}
