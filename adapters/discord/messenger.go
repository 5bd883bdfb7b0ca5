package discord

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/bwmarrin/discordgo"

	"github.com/bellwether/bellwether/adapters/discord/embed"
	"github.com/bellwether/bellwether/alerts"
)

// Messenger sends alerts and digests to Discord. Its methods may be called at
// the same time.
type Messenger struct {
	client *Client
	rooms  *rooms
	now    func() time.Time
	tries  *tries
}

func newMessenger(c *Client, r *rooms) *Messenger {
	return &Messenger{client: c, rooms: r, now: c.Now, tries: newTries()}
}

// Platform implements dispatch.Messenger.
func (m *Messenger) Platform() string { return alerts.Discord }

// atOnce is how long a send waits in place for its turn; a longer wait goes back
// to the outbox.
const atOnce = 250 * time.Millisecond

// Send implements dispatch.Messenger.
func (m *Messenger) Send(ctx context.Context, d alerts.Delivery) (alerts.Receipt, error) {
	ctx, cancel := context.WithTimeout(ctx, m.client.Limits.Timeout)
	defer cancel()
	to, err := m.target(ctx, d.Destination)
	if err != nil {
		return alerts.Receipt{}, unsent(err)
	}
	r := m.request(d, to)
	if err := m.turn(ctx, r); err != nil {
		return alerts.Receipt{}, err
	}
	m.tries.begin(d.Key, try{m.now(), to.forum})
	var posted posted
	next, err := m.client.once(ctx, r, &posted)
	if err == nil && posted.ID == "" {
		err = errAnswer
	}
	if !to.forum && isNoText(err) && m.learn(ctx, d.Destination) {
		return m.Send(ctx, d) // which was not the way into a forum
	}
	if err != nil {
		return alerts.Receipt{}, m.refused(ctx, d.Destination, to, err)
	}
	m.tries.end(d.Key)
	receipt := alerts.Receipt{Messages: []string{posted.name(to)}}
	if next > 0 {
		receipt.NotBefore = m.now().Add(next)
	}
	return receipt, nil
}

// target gives where a message is posted. What nothing is known of is taken for
// a channel with messages: Discord refuses the first one where it is a forum.
func (m *Messenger) target(ctx context.Context, d alerts.Destination) (target, error) {
	if !d.IsDirect() {
		return target{channel: d.Channel, forum: m.rooms.forum(d.Channel)}, nil
	}
	// Like the message itself it keeps its turn: many may wait for theirs.
	channel, err := m.client.opened(ctx, d.User, func(ctx context.Context, method, path string, in, out any) error {
		r := request{method: method, path: path, in: in, who: "open " + d.String()}
		if err := m.turn(ctx, r); err != nil {
			return err
		}
		_, err := m.client.once(ctx, r, out)
		return classify("open a direct message", err)
	})
	return target{channel: channel}, err
}

// isNoText: the channel takes no messages of its own.
func isNoText(err error) bool {
	c := code(err)
	return c == discordgo.ErrCodeCannotSendMessagesInVoiceChannel || c == discordgo.ErrCodeCannotExecuteActionOnThisChannelType
}

// learn asks what kind of channel a destination is, and reports whether it is a
// forum.
func (m *Messenger) learn(ctx context.Context, d alerts.Destination) bool {
	to, err := m.rooms.target(ctx, m.client, d)
	return err == nil && to.forum
}

// unsent marks an error of what comes before a send: whatever it is, nothing
// was sent, so that nobody need look for it.
func unsent(err error) error {
	if _, ok := errors.AsType[*alerts.SendError](err); ok {
		return err
	}
	return alerts.RetryAfter(err, storePause, alerts.ScopeMessage)
}

// turn waits a little for the turn of a send.
func (m *Messenger) turn(ctx context.Context, r request) error {
	for left := atOnce; ; {
		span, err := m.client.turn(ctx, r)
		if err != nil || span == 0 {
			return err
		}
		if left -= span; left < 0 || !sleep(ctx, span) {
			return alerts.RetryAfter(errPace, span, alerts.ScopeDestination)
		}
	}
}

// request is the message, and how Discord is to take it: once, however often it
// is sent within some minutes.
func (m *Messenger) request(d alerts.Delivery, to target) request {
	key := fingerprint(d.Key)
	laid := embed.Delivery(d, key)
	body := message(laid)
	r := request{method: http.MethodPost, who: d.Destination.String(), path: "channels/" + to.channel + "/messages"}
	if to.forum {
		r.path = "channels/" + to.channel + "/threads"
		r.in = post{Name: laid.Title, Message: body}
		return r
	}
	body.Nonce, body.EnforceNonce = key, true
	r.in = body
	return r
}

// post is a new post in a forum.
// Source: https://discord.com/developers/docs/resources/channel#start-thread-in-forum-or-media-channel
type post struct {
	Name    string  `json:"name"`
	Message payload `json:"message"`
}

// posted is the answer to a message, or to a post in a forum: the id of a post
// is that of its first message as well.
type posted struct {
	ID        string `json:"id"`
	ChannelID string `json:"channel_id"`
}

// name is how a receipt names the message.
func (p posted) name(to target) string {
	if to.forum {
		return p.ID + "/" + p.ID
	}
	return to.channel + "/" + p.ID
}

// refused classifies the error of a send. A thread that was archived in the
// meantime is opened again, and the message sent after that.
func (m *Messenger) refused(ctx context.Context, d alerts.Destination, to target, err error) error {
	what := "post a message"
	if asked, ok := errors.AsType[*limitedError](err); ok && asked.all {
		// Of all else the limits know by now, and give turns behind it. A pause of
		// the platform would let everything go at once when it ends.
		return alerts.RetryAfter(fmt.Errorf("%s: %w", what, err), asked.after, alerts.ScopeDestination)
	}
	switch code(err) {
	case discordgo.ErrCodeUnknownChannel, discordgo.ErrCodeMissingAccess, discordgo.ErrCodeMissingPermissions:
		m.rooms.forget(to.channel)
	case discordgo.ErrCodePerformedOperationOnArchivedThread:
		if opening := m.rooms.unarchive(ctx, m.client, to.channel); opening != nil {
			err = fmt.Errorf("%w; it could not be opened: %w", err, opening)
			if refusal, ok := errors.AsType[*alerts.SendError](opening); ok && refusal.Permanent {
				return alerts.Permanent(fmt.Errorf("%s: %w", what, err), alerts.ScopeDestination)
			}
		}
	case discordgo.ErrCodeUnknownGuild:
		m.rooms.forget(d.Workspace)
	}
	return classify(what, err)
}

// fingerprint names a delivery in 24 hexadecimal digits: a nonce has at most 25
// characters.
// Source: https://discord.com/developers/docs/resources/message#create-message
func fingerprint(key string) string {
	sum := sha256.Sum256([]byte(key))
	return hex.EncodeToString(sum[:12])
}
