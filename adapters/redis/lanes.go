package redis

import (
	"context"
	"fmt"
	"strings"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"github.com/bellwether/bellwether/alerts"
)

// WaitingLane is a lane that holds something, for people who want to know why.
type WaitingLane struct {
	alerts.Lane
	Items int
	// Due is when it may next be written to, or its lease ends. One that could
	// be written to by now was due at that time.
	Due time.Time
}

// lanesPage is how many lanes are read at once.
const lanesPage = 500

// Lanes calls yield with each lane that holds something, shard by shard, the
// one that is due first before the others of its shard, until yield returns an
// error, which it returns. What changes meanwhile may be left out or come twice.
func (o *Outbox) Lanes(ctx context.Context, yield func(WaitingLane) error) error {
	for shard := range o.shards() {
		for start := int64(0); ; start += lanesPage {
			page, err := o.c.db.ZRangeWithScores(ctx, o.prefix(shard)+"ready", start, start+lanesPage-1).Result()
			if err != nil {
				return fmt.Errorf("list the lanes: %w", err)
			}
			if err := o.lanes(ctx, shard, page, yield); err != nil {
				return err
			}
			if len(page) < lanesPage {
				break
			}
		}
	}
	return nil
}

func (o *Outbox) lanes(ctx context.Context, shard int, page []goredis.Z, yield func(WaitingLane) error) error {
	pipe := o.c.db.Pipeline()
	lists, asides := make([]*goredis.IntCmd, len(page)), make([]*goredis.IntCmd, len(page))
	for i, z := range page {
		lists[i] = pipe.LLen(ctx, o.prefix(shard)+"l:"+z.Member.(string))
		asides[i] = pipe.ZCard(ctx, o.prefix(shard)+"x:"+z.Member.(string))
	}
	if _, err := pipe.Exec(ctx); err != nil {
		return fmt.Errorf("count what waits in lanes: %w", err)
	}
	for i, z := range page {
		destination, schedule, _ := strings.Cut(z.Member.(string), "|")
		lane := WaitingLane{Items: int(lists[i].Val() + asides[i].Val()), Due: instant(int64(z.Score))}
		var err error
		if lane.Destination, err = alerts.ParseDestination(destination); err == nil {
			lane.Schedule, err = alerts.ParseLane(schedule)
		}
		if err != nil {
			return fmt.Errorf("read lane %q: %w", z.Member, err)
		}
		if err := yield(lane); err != nil {
			return err
		}
	}
	return nil
}
