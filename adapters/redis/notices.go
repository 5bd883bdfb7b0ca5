package redis

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"github.com/bellwether/bellwether/alerts"
)

const (
	// noticeKept is longer than a notice may wait in the outbox.
	noticeKept = 90 * 24 * time.Hour
	// noticeGroup is how long sources that went down together are waited for
	// before those that are back are told of: pauses between tries last up to six
	// hours.
	noticeGroup = 7 * time.Hour
)

// Notices keeps what people were told of sources that are down.
type Notices struct {
	c *Client
}

// Notices gives the client's notices.
func (c *Client) Notices() *Notices { return &Notices{c: c} }

type noticeJSON struct {
	At      int64         `json:"a"`
	Total   int           `json:"n"`
	Of      []string      `json:"of"`
	Sources []noticedJSON `json:"s"`
}

type noticedJSON struct {
	Name  string `json:"n"`
	Since int64  `json:"s,omitempty"`
}

// Announce implements notices.Store.
func (n *Notices) Announce(ctx context.Context, down []alerts.Unreached, back []string, total int) ([]alerts.SourceNotice, error) {
	fail := func(err error) ([]alerts.SourceNotice, error) {
		return nil, fmt.Errorf("make notices of sources: %w", err)
	}
	args := []any{total, noticeGroup.Milliseconds(), noticeKept.Milliseconds(), len(down)}
	for _, d := range down {
		record, err := json.Marshal(noticedJSON{d.Name, millis(d.Since)})
		if err != nil {
			return fail(err)
		}
		args = append(args, d.Name, millis(d.Since), record)
	}
	for _, name := range back {
		record, err := json.Marshal(noticedJSON{Name: name})
		if err != nil {
			return fail(err)
		}
		args = append(args, name, record)
	}
	reply, err := n.c.keep(ctx, scriptNoticeBegin, n.c.key("l"), args...).StringSlice()
	if err == nil && len(reply)%2 != 0 {
		err = errReply
	}
	if err != nil {
		return fail(err)
	}
	out := make([]alerts.SourceNotice, 0, len(reply)/2)
	for i := 0; i < len(reply); i += 2 {
		one, err := decodeNotice(reply[i], reply[i+1])
		if err != nil {
			return fail(err)
		}
		out = append(out, one)
	}
	return out, nil
}

// Announced implements notices.Store.
func (n *Notices) Announced(ctx context.Context, id string) error {
	if err := n.c.db.ZRem(ctx, n.c.key("l")+"notices", id).Err(); err != nil {
		return fmt.Errorf("close notice %s of sources: %w", id, err)
	}
	return nil
}

// Notice gives one that Announce gave in the last 90 days; alerts.ErrNotFound if
// there is none.
func (n *Notices) Notice(ctx context.Context, id string) (alerts.SourceNotice, error) {
	record, err := n.c.db.Get(ctx, n.c.key("l")+"notice:"+id).Result()
	if errors.Is(err, goredis.Nil) {
		err = alerts.ErrNotFound
	}
	if err != nil {
		return alerts.SourceNotice{}, fmt.Errorf("read notice %s of sources: %w", id, err)
	}
	return decodeNotice(id, record)
}

func decodeNotice(id, record string) (alerts.SourceNotice, error) {
	var j noticeJSON
	if err := json.Unmarshal([]byte(record), &j); err != nil {
		return alerts.SourceNotice{}, fmt.Errorf("notice %s: %w", id, err)
	}
	out := alerts.SourceNotice{ID: id, At: instant(j.At), Back: strings.HasPrefix(id, "b"), Total: j.Total}
	if len(j.Of) == 2 {
		ms, err := strconv.ParseInt(j.Of[1], 10, 64)
		if err != nil {
			return alerts.SourceNotice{}, fmt.Errorf("notice %s: %w", id, err)
		}
		out.Of, out.Began = j.Of[0], instant(ms)
	}
	for _, s := range j.Sources {
		out.Sources = append(out.Sources, alerts.Unreached{Name: s.Name, Since: instant(s.Since)})
	}
	return out, nil
}
