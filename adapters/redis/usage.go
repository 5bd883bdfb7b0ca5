package redis

import (
	"bufio"
	"context"
	"fmt"
	"strconv"
	"strings"

	goredis "github.com/redis/go-redis/v9"
)

// Usage is what a server has counted since its start, for all of its clients;
// for a cluster, all masters together.
type Usage struct {
	Commands          int64 // those within scripts are counted too
	Reads             int64 // from connections: one may hold many commands
	BytesIn, BytesOut int64
	Memory            int64 // bytes that are in use now
}

// Since is what was counted between two usages, and what memory grew by.
func (u Usage) Since(before Usage) Usage {
	return Usage{
		Commands: u.Commands - before.Commands, Reads: u.Reads - before.Reads,
		BytesIn: u.BytesIn - before.BytesIn, BytesOut: u.BytesOut - before.BytesOut, Memory: u.Memory - before.Memory,
	}
}

// Usage asks what the store was used for, for measurements.
func (c *Client) Usage(ctx context.Context) (Usage, error) {
	var sum Usage
	err := c.eachMaster(ctx, func(ctx context.Context, db goredis.UniversalClient) error {
		for _, section := range []string{"stats", "memory"} {
			text, err := db.Info(ctx, section).Result()
			if err != nil {
				return err
			}
			sum.add(text)
		}
		return nil
	})
	if err != nil {
		return Usage{}, fmt.Errorf("ask what the store was used for: %w", err)
	}
	return sum, nil
}

func (u *Usage) add(info string) {
	counts := map[string]*int64{
		"total_commands_processed": &u.Commands, "total_reads_processed": &u.Reads,
		"total_net_input_bytes": &u.BytesIn, "total_net_output_bytes": &u.BytesOut, "used_memory": &u.Memory,
	}
	for lines := bufio.NewScanner(strings.NewReader(info)); lines.Scan(); {
		name, value, _ := strings.Cut(lines.Text(), ":")
		if count := counts[name]; count != nil {
			n, _ := strconv.ParseInt(value, 10, 64) // what an old server lacks stays 0
			*count += n
		}
	}
}

// Wipe deletes everything below the client's prefix: the end of a measurement.
func (c *Client) Wipe(ctx context.Context) error {
	err := c.eachMaster(ctx, func(ctx context.Context, db goredis.UniversalClient) error {
		keys := db.Scan(ctx, 0, escapeGlob(c.options.Prefix)+"*", scanPage).Iterator()
		pipe := db.Pipeline()
		for keys.Next(ctx) {
			pipe.Unlink(ctx, keys.Val())
			if pipe.Len() < scanPage {
				continue
			}
			if _, err := pipe.Exec(ctx); err != nil {
				return err
			}
		}
		if _, err := pipe.Exec(ctx); err != nil {
			return err
		}
		return keys.Err()
	})
	if err != nil {
		return fmt.Errorf("delete everything below %s: %w", c.options.Prefix, err)
	}
	return nil
}

// eachMaster calls f with every server that holds a part of the keys, one after
// the other.
func (c *Client) eachMaster(ctx context.Context, f func(context.Context, goredis.UniversalClient) error) error {
	cluster, ok := c.db.(*goredis.ClusterClient)
	if !ok {
		return f(ctx, c.db)
	}
	one := make(chan struct{}, 1)
	return cluster.ForEachMaster(ctx, func(ctx context.Context, db *goredis.Client) error {
		one <- struct{}{}
		defer func() { <-one }()
		return f(ctx, db)
	})
}
