package slack

import (
	"context"
	"errors"
	"strconv"
	"time"

	slackgo "github.com/slack-go/slack"

	"github.com/bellwether/bellwether/alerts"
)

const (
	// findPage is how many messages are asked for at once, findPages how often.
	// Source: https://docs.slack.dev/reference/methods/conversations.history
	findPage  = 200
	findPages = 10
)

var (
	errTooSoon = errors.New("a call of another process may still be under way")
	errTooMany = errors.New("too many messages have come since to look through")
)

// Find implements dispatch.Finder: it looks for the delivery's key in the
// metadata of the channel's messages since the first try, and of the replies
// to our own.
//
// It waits until a call that another process left behind has surely ended.
// What Slack accepts after that, from a request that it held back for longer
// than the call's timeout, is not found, and shows twice.
func (m *Messenger) Find(ctx context.Context, d alerts.Delivery) (alerts.Receipt, bool, error) {
	if span := d.Tried.Add(m.limits.Timeout).Sub(m.now()); span > 0 {
		return alerts.Receipt{}, false, alerts.RetryAfter(errTooSoon, span, alerts.ScopeMessage)
	}
	ctx, cancel := context.WithTimeout(ctx, m.limits.Timeout)
	defer cancel()
	team, channel, err := m.where(ctx, d.Destination)
	if err != nil {
		return alerts.Receipt{}, false, err
	}
	look := search{api: team.API, channel: channel, key: fingerprint(d.Key), oldest: timestamp(d.Since)}
	ts, thread, err := look.history(ctx, d.IsDigest())
	if err != nil {
		err = m.judged(team, "look for a message", err)
		if asked, ok := errors.AsType[*alerts.SendError](err); ok && !asked.Permanent {
			asked.Scope = alerts.ScopeMessage // looking has limits of its own
		}
		return alerts.Receipt{}, false, err
	}
	if ts == "" {
		return alerts.Receipt{}, false, nil
	}
	r := alerts.Receipt{Messages: []string{messageID(channel, ts)}, NotBefore: m.after(ts)}
	if thread != "" {
		r.Thread = messageID(channel, thread) // a reply can't be replied to
	}
	return r, true, nil
}

// after is when the next message may be sent behind one of that time stamp.
func (m *Messenger) after(ts string) time.Time {
	latest := m.now().Add(m.limits.Channel)
	seconds, err := strconv.ParseFloat(ts, 64)
	if err != nil {
		return latest
	}
	if at := time.UnixMicro(int64(seconds * 1e6)).Add(m.limits.Channel); at.Before(latest) {
		return at
	}
	return latest // Slack's clock is ahead of ours
}

// search is one look for a message.
type search struct {
	api     *slackgo.Client
	channel string
	key     string
	oldest  string
}

// history looks through the channel, newest first, and through the replies to
// messages of ours where threads is set. It gives the message's time stamp, ""
// if it is not there, and that of the thread that it is a reply in.
func (s search) history(ctx context.Context, threads bool) (ts, thread string, err error) {
	cursor := ""
	for range findPages {
		page, err := s.api.GetConversationHistoryContext(ctx, &slackgo.GetConversationHistoryParameters{
			ChannelID: s.channel, Cursor: cursor, Oldest: s.oldest, Limit: findPage, IncludeAllMetadata: true,
		})
		if err != nil {
			return "", "", err
		}
		for _, msg := range page.Messages {
			if s.is(msg) {
				return msg.Timestamp, "", nil
			}
			if !threads || msg.ReplyCount == 0 || msg.Metadata.EventType != metadataType {
				continue
			}
			if ts, err := s.replies(ctx, msg.Timestamp); ts != "" || err != nil {
				return ts, msg.Timestamp, err
			}
		}
		if cursor = page.ResponseMetaData.NextCursor; cursor == "" {
			return "", "", nil
		}
	}
	return "", "", errTooMany
}

// replies looks through a thread.
func (s search) replies(ctx context.Context, thread string) (string, error) {
	cursor := ""
	for range findPages {
		messages, _, next, err := s.api.GetConversationRepliesContext(ctx, &slackgo.GetConversationRepliesParameters{
			ChannelID: s.channel, Timestamp: thread, Cursor: cursor, Oldest: s.oldest, Limit: findPage, IncludeAllMetadata: true,
		})
		if err != nil {
			return "", err
		}
		for _, msg := range messages {
			if s.is(msg) {
				return msg.Timestamp, nil
			}
		}
		if cursor = next; cursor == "" {
			return "", nil
		}
	}
	return "", errTooMany
}

func (s search) is(msg slackgo.Message) bool {
	return msg.Metadata.EventType == metadataType && msg.Metadata.EventPayload[metadataKey] == s.key
}

// timestamp writes a time as Slack does: seconds with microseconds. The zero
// time has none.
func timestamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return strconv.FormatFloat(float64(t.UnixMicro())/1e6, 'f', 6, 64)
}
