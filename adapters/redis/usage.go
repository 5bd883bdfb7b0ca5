package redis

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	goredis "github.com/redis/go-redis/v9"
)

// Usage is what a server has counted since its start, for all of its clients;
// for a cluster, all masters together.
type Usage struct {
	Commands          int64 // those within scripts are counted too
	Reads             int64 // from connections: one may hold many commands
	BytesIn, BytesOut int64
	Memory            int64 // bytes that are in use now
	CPU               time.Duration
}

// Since is what was counted between two usages, and what memory grew by.
func (u Usage) Since(before Usage) Usage {
	return Usage{
		Commands: u.Commands - before.Commands, Reads: u.Reads - before.Reads,
		BytesIn: u.BytesIn - before.BytesIn, BytesOut: u.BytesOut - before.BytesOut, Memory: u.Memory - before.Memory,
		CPU: u.CPU - before.CPU,
	}
}

// Usage asks what the store was used for, for measurements.
func (c *Client) Usage(ctx context.Context) (Usage, error) {
	var sum Usage
	err := c.eachMaster(ctx, func(ctx context.Context, db goredis.UniversalClient) error {
		for _, section := range []string{"stats", "memory", "cpu"} {
			text, err := db.Info(ctx, section).Result()
			if err != nil {
				return err
			}
			sum.Commands += infoNumber(text, "total_commands_processed")
			sum.Reads += infoNumber(text, "total_reads_processed")
			sum.BytesIn += infoNumber(text, "total_net_input_bytes")
			sum.BytesOut += infoNumber(text, "total_net_output_bytes")
			sum.Memory += infoNumber(text, "used_memory")
			seconds := infoFloat(text, "used_cpu_user") + infoFloat(text, "used_cpu_sys")
			sum.CPU += time.Duration(seconds * float64(time.Second))
		}
		return nil
	})
	if err != nil {
		return Usage{}, fmt.Errorf("ask what the store was used for: %w", err)
	}
	return sum, nil
}

// Memory is what the server uses that is the fullest, and its limit (maxmemory),
// in bytes; the limit is 0 where there is none.
func (c *Client) Memory(ctx context.Context) (used, limit int64, err error) {
	err = c.eachMaster(ctx, func(ctx context.Context, db goredis.UniversalClient) error {
		text, err := db.Info(ctx, "memory").Result()
		if err != nil {
			return err
		}
		u, l := infoNumber(text, "used_memory"), infoNumber(text, "maxmemory")
		// Compared as shares: u/l > used/limit. No limit is less than any.
		if l > 0 && (limit == 0 || float64(u)*float64(limit) > float64(used)*float64(l)) || limit == 0 && l == 0 && u > used {
			used, limit = u, l
		}
		return nil
	})
	if err != nil {
		return 0, 0, fmt.Errorf("ask how much memory the store uses: %w", err)
	}
	return used, limit, nil
}

// infoNumber gives a number of an answer to INFO, 0 if it is not there.
func infoNumber(info, name string) int64 { return int64(infoFloat(info, name)) }

func infoFloat(info, name string) float64 {
	for line := range strings.Lines(info) {
		if value, found := strings.CutPrefix(line, name+":"); found {
			n, _ := strconv.ParseFloat(strings.TrimSpace(value), 64)
			return n
		}
	}
	return 0
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
