package redis

import (
	"context"
	"fmt"
	"strings"
	"time"

	goredis "github.com/redis/go-redis/v9"
)

// Node is what a server tells of itself that its operator should know. What it
// does not tell, as servers do that others run, is empty.
type Node struct {
	Addr    string
	Version string
	// Memory and MaxMemory are bytes; MaxMemory is 0 without a limit.
	Memory, MaxMemory int64
	Policy            string // maxmemory-policy
	// AppendOnly and Fsync are the settings of the append-only file, and Save
	// that of snapshots.
	AppendOnly, Fsync, Save string
	Replicas                int64 // that are connected
	// Ahead is how far its clock is ahead of ours, to within what the question
	// took.
	Ahead time.Duration
}

// Nodes asks every server that holds a part of the keys.
func (c *Client) Nodes(ctx context.Context) ([]Node, error) {
	var out []Node
	err := c.eachMaster(ctx, func(ctx context.Context, db goredis.UniversalClient) error {
		n, err := askNode(ctx, db)
		out = append(out, n)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("ask the servers how they are set up: %w", err)
	}
	return out, nil
}

func askNode(ctx context.Context, db goredis.UniversalClient) (Node, error) {
	var n Node
	if one, ok := db.(*goredis.Client); ok {
		n.Addr = one.Options().Addr
	}
	for _, section := range []string{"server", "memory", "replication"} {
		text, err := db.Info(ctx, section).Result()
		if err != nil {
			return n, err
		}
		n.read(text)
	}
	asked := time.Now()
	there, err := db.Time(ctx).Result()
	if err != nil {
		return n, err
	}
	n.Ahead = there.Sub(asked.Add(time.Since(asked) / 2))
	for name, field := range map[string]*string{"appendonly": &n.AppendOnly, "appendfsync": &n.Fsync, "save": &n.Save, "maxmemory-policy": &n.Policy} {
		// A server may refuse the command.
		if set, err := db.ConfigGet(ctx, name).Result(); err == nil {
			*field = set[name]
		}
	}
	return n, ctx.Err()
}

func (n *Node) read(info string) {
	for line := range strings.Lines(info) {
		if v, found := strings.CutPrefix(line, "redis_version:"); found {
			n.Version = strings.TrimSpace(v)
		}
		if v, found := strings.CutPrefix(line, "maxmemory_policy:"); found {
			n.Policy = strings.TrimSpace(v)
		}
	}
	n.Memory = max(n.Memory, infoNumber(info, "used_memory"))
	n.MaxMemory = max(n.MaxMemory, infoNumber(info, "maxmemory"))
	n.Replicas = max(n.Replicas, infoNumber(info, "connected_slaves"))
}
