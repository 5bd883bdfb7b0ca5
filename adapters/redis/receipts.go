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

type receiptJSON struct {
	Messages []string `json:"m,omitempty"`
	Bucket   string   `json:"b,omitempty"`
	Digest   bool     `json:"d,omitempty"`
}

// Receipt implements dispatch.Outbox: it gives what [Outbox.Done] stored in the
// last 30 days, under the name of a message or the key of what was in it.
func (o *Outbox) Receipt(ctx context.Context, d alerts.Destination, message string) (alerts.Receipt, error) {
	pipe := o.c.db.Pipeline()
	today := time.Now().UnixMilli() / (24 * time.Hour.Milliseconds())
	days := make([]*goredis.StringCmd, seenDays+2) // from tomorrow, for clocks differ
	for i := range days {
		bucket := "rcpt:" + strconv.FormatInt(today+1-int64(i), 10)
		days[i] = pipe.HGet(ctx, o.shard(d)+bucket, message)
	}
	_, _ = pipe.Exec(ctx) // each command has its own error
	for _, cmd := range days {
		text, err := cmd.Result()
		if errors.Is(err, goredis.Nil) {
			continue
		}
		var j receiptJSON
		if err == nil {
			err = json.Unmarshal([]byte(text), &j)
		}
		if err != nil {
			return alerts.Receipt{}, fmt.Errorf("read the receipt of %s: %w", message, err)
		}
		return alerts.Receipt{Messages: j.Messages, Bucket: j.Bucket, Digest: j.Digest}, nil
	}
	return alerts.Receipt{}, fmt.Errorf("read the receipt of %s: %w", message, alerts.ErrNotFound)
}

// Dead is a delivery that failed for good.
type Dead struct {
	alerts.Item
	Lane   alerts.Lane
	Reason string
	Died   time.Time
}

// Dead calls yield with each dead letter of the last 35 days, in no order,
// until yield returns an error, which it returns.
func (o *Outbox) Dead(ctx context.Context, yield func(Dead) error) error {
	for shard := range o.shards() {
		letters, err := o.c.db.HGetAll(ctx, o.prefix(shard)+"dead").Result()
		if err != nil {
			return fmt.Errorf("list the dead letters: %w", err)
		}
		for key, text := range letters {
			letter, err := decodeDead(key, text)
			if err != nil {
				return fmt.Errorf("list the dead letters: %w", err)
			}
			if err := yield(letter); err != nil {
				return err
			}
		}
	}
	return nil
}

// decodeDead reads "MS ATTEMPTS LEN LEN SCHEDULE+ITEM+REASON", the lengths
// being those of schedule and item.
func decodeDead(key, text string) (Dead, error) {
	f := strings.SplitN(text, " ", 5)
	destination, _, found := strings.Cut(key, "|")
	if len(f) != 5 || !found {
		return Dead{}, errItem
	}
	died, errDied := strconv.ParseInt(f[0], 10, 64)
	ns, errSchedule := strconv.Atoi(f[2])
	ni, errItemLength := strconv.Atoi(f[3])
	if err := errors.Join(errDied, errSchedule, errItemLength); err != nil || ns < 0 || ni < 0 || ns+ni > len(f[4]) {
		return Dead{}, errItem
	}
	d := Dead{Reason: f[4][ns+ni:], Died: instant(died)}
	var err error
	if d.Lane.Schedule, err = alerts.ParseLane(f[4][:ns]); err != nil {
		return d, err
	}
	if d.Lane.Destination, err = alerts.ParseDestination(destination); err != nil {
		return d, err
	}
	d.Item, err = itemOf(destination, f[4][ns:ns+ni], f[1], "")
	return d, err
}

// Revive puts a dead letter back at the end of its lane; alerts.ErrNotFound if
// there is none of that key.
func (o *Outbox) Revive(ctx context.Context, key string) error {
	destination, _, _ := strings.Cut(key, "|")
	n, err := o.c.keep(ctx, scriptRevive, o.prefix(o.shardOf(destination)), o.channel(), key).Int()
	if err == nil && n == 0 {
		err = alerts.ErrNotFound
	}
	if err != nil {
		return fmt.Errorf("send %s again: %w", key, err)
	}
	return o.c.saved(ctx)
}
