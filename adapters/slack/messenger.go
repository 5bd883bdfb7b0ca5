package slack

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	slackgo "github.com/slack-go/slack"

	"github.com/bellwether/bellwether/adapters/slack/blockkit"
	"github.com/bellwether/bellwether/alerts"
)

// Messenger sends alerts and digests to Slack. Its methods may be called at
// the same time.
type Messenger struct {
	teams  *Teams
	limits Limits
	pace   *pacer
	rooms  *rooms
	now    func() time.Time
	log    *slog.Logger
}

func newMessenger(c Config) *Messenger {
	limits := c.Limits.complete()
	return &Messenger{
		teams: c.Teams, limits: limits, pace: newPacer(limits, c.Rates), rooms: newRooms(c.Now),
		now: c.Now, log: c.Logger,
	}
}

// Platform implements dispatch.Messenger.
func (m *Messenger) Platform() string { return alerts.Slack }

var (
	errPace   = errors.New("the message has to wait for its turn")
	errJoined = errors.New("the bot had to join the channel first")
)

// Send implements dispatch.Messenger. The receipt's NotBefore counts from
// Slack's answer, so that no channel ever gets messages faster than its limit.
func (m *Messenger) Send(ctx context.Context, d alerts.Delivery) (alerts.Receipt, error) {
	ctx, cancel := context.WithTimeout(ctx, m.limits.Timeout)
	defer cancel()
	team, channel, err := m.where(ctx, d.Destination)
	if err != nil {
		return alerts.Receipt{}, err
	}
	span, err := m.pace.wait(ctx, d.Destination, m.now())
	if err != nil { // nothing was sent
		return alerts.Receipt{}, alerts.RetryAfter(err, storePause, alerts.ScopeDestination)
	}
	if span > 0 {
		return alerts.Receipt{}, alerts.RetryAfter(errPace, span, alerts.ScopeDestination)
	}
	posted, ts, err := team.API.PostMessageContext(ctx, channel, m.options(d)...)
	if err == nil && ts == "" {
		err = errNoAnswer
	}
	if err != nil {
		return alerts.Receipt{}, m.refused(ctx, team, d.Destination, channel, err)
	}
	m.pace.accepted(team.ID)
	return alerts.Receipt{Messages: []string{messageID(posted, ts)}, NotBefore: m.now().Add(m.limits.Channel)}, nil
}

// where gives the team and the channel of a destination. For a person that is
// the direct message, which is opened the first time.
func (m *Messenger) where(ctx context.Context, d alerts.Destination) (Team, string, error) {
	team, err := m.teams.Get(ctx, d.Workspace)
	switch {
	case errors.Is(err, ErrNotInstalled), errors.Is(err, ErrUninstalled):
		return team, "", alerts.Permanent(err, alerts.ScopeWorkspace)
	case err != nil:
		return team, "", err
	case !d.IsDirect():
		return team, d.Channel, nil
	}
	channel, err := m.rooms.direct(ctx, team, d.User)
	if err != nil {
		return team, "", m.judged(team, "open a direct message", err)
	}
	return team, channel, nil
}

// options are the message, and how Slack is to take it: nothing in it becomes
// a preview, a mention or a link that we did not make.
func (m *Messenger) options(d alerts.Delivery) []slackgo.MsgOption {
	options := append(message(blockkit.Delivery(d)), slackgo.MsgOptionMetadata(slackgo.SlackMetadata{
		EventType: metadataType, EventPayload: map[string]any{metadataKey: fingerprint(d.Key)},
	}))
	if _, ts, ok := splitID(d.Thread); ok {
		options = append(options, slackgo.MsgOptionTS(ts))
	}
	return options
}

// message gives the options that every message of ours is posted with.
func message(msg blockkit.Message) []slackgo.MsgOption {
	return []slackgo.MsgOption{
		slackgo.MsgOptionText(msg.Text, false), // escaped by blockkit
		slackgo.MsgOptionBlocks(msg.Blocks...),
		slackgo.MsgOptionDisableLinkUnfurl(),
		slackgo.MsgOptionDisableMediaUnfurl(),
		slackgo.MsgOptionDisableMarkdown(),
		slackgo.MsgOptionParse(false),
	}
}

// afterJoining is how long a message waits when the bot had to join its channel
// first.
const afterJoining = time.Second

// refused classifies the error of a send. A bot that is not in a public
// channel joins it, and the message is sent after that.
func (m *Messenger) refused(ctx context.Context, team Team, d alerts.Destination, channel string, err error) error {
	if code(err) == "not_in_channel" && !d.IsDirect() && !m.rooms.joined(team.ID, channel) {
		if _, _, _, joining := team.API.JoinConversationContext(ctx, channel); joining == nil {
			m.rooms.join(team.ID, channel)
			return alerts.RetryAfter(errJoined, afterJoining, alerts.ScopeMessage)
		}
	}
	err = m.judged(team, "post a message", err)
	asked, ok := errors.AsType[*alerts.SendError](err)
	if ok && !asked.Permanent && asked.Scope == alerts.ScopeDestination {
		var pacing error
		if asked.Scope, pacing = m.pace.asked(ctx, team.ID, channel, asked.After); pacing != nil {
			m.log.WarnContext(ctx, "slack: other replicas don't know that a workspace wants to be left alone", "workspace", team.ID, "error", pacing)
		}
	}
	return err
}

// judged classifies an error, and forgets what was kept of a team whose token
// is no longer good.
func (m *Messenger) judged(team Team, what string, err error) error {
	err = classify(what, err)
	if refused, ok := errors.AsType[*alerts.SendError](err); ok && refused.Permanent && refused.Scope == alerts.ScopeWorkspace {
		m.teams.Forget(team.ID)
	}
	return err
}

// The message metadata by which a delivery is found again.
// Source: https://docs.slack.dev/messaging/message-metadata/
const (
	metadataType = "bellwether_delivery"
	metadataKey  = "key"
)

// fingerprint names a delivery in 32 hexadecimal digits: its key may be longer
// than metadata should be.
func fingerprint(key string) string {
	sum := sha256.Sum256([]byte(key))
	return hex.EncodeToString(sum[:16])
}

// messageID names a message: "C024BE91L/1355517523.000005".
func messageID(channel, ts string) string { return channel + "/" + ts }

func splitID(id string) (channel, ts string, ok bool) {
	channel, ts, ok = strings.Cut(id, "/")
	return channel, ts, ok && channel != "" && ts != ""
}

// wrapped says what was attempted.
func wrapped(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", what, clean(err))
}
