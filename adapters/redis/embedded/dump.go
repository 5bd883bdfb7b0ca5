package embedded

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"time"

	goredis "github.com/redis/go-redis/v9"
)

//go:embed dump.lua
var dumpText string

var dumpScript = goredis.NewScript(dumpText)

// key is one key of the store with its content: a string, an int64, or a list
// of such, in the forms that dump.lua tells.
type key struct {
	name, kind string
	expires    int64 // ms since 1970; 0 means never
	content    any
}

var errForm = errors.New("it has another form than expected")

// dump reads the keys that changed since the last dump, or all, at one moment.
func dump(ctx context.Context, c *goredis.Client, secret string, now time.Time) (keys []key, all bool, err error) {
	rows, err := dumpScript.Run(ctx, c, nil, secret).Slice()
	if err != nil {
		return nil, false, err
	}
	if len(rows) == 0 {
		return nil, false, errForm
	}
	keys = make([]key, 0, len(rows)-1)
	for _, r := range rows[1:] {
		row, ok := r.([]any)
		if !ok || len(row) != 4 {
			return nil, false, errForm
		}
		name, okName := row[0].(string)
		kind, okKind := row[1].(string)
		ttl, okTTL := row[2].(int64)
		if !okName || !okKind || !okTTL {
			return nil, false, errForm
		}
		k := key{name: name, kind: kind, content: row[3]}
		if ttl >= 0 {
			k.expires = now.UnixMilli() + ttl
		}
		keys = append(keys, k)
	}
	return keys, rows[0] == int64(1), nil
}

// restoreBatch is how many values go into one command at most.
const restoreBatch = 1000

// restore fills an empty store.
func restore(ctx context.Context, c *goredis.Client, keys []key) error {
	pipe := c.Pipeline()
	for i, k := range keys {
		if err := restoreKey(ctx, pipe, k); err != nil {
			return fmt.Errorf("key %q: %w", k.name, err)
		}
		if k.expires > 0 {
			pipe.PExpireAt(ctx, k.name, time.UnixMilli(k.expires))
		}
		if pipe.Len() >= restoreBatch || i == len(keys)-1 {
			if _, err := pipe.Exec(ctx); err != nil {
				return fmt.Errorf("key %q or one before it: %w", k.name, err)
			}
		}
	}
	return nil
}

func restoreKey(ctx context.Context, pipe goredis.Pipeliner, k key) error {
	if k.kind == "string" {
		text, ok := k.content.(string)
		if !ok {
			return errForm
		}
		pipe.Set(ctx, k.name, text, 0)
		return nil
	}
	if k.kind == "stream" {
		return restoreStream(ctx, pipe, k.name, k.content)
	}
	command, found := map[string]string{"hash": "HSET", "list": "RPUSH", "set": "SADD", "zset": "ZADD"}[k.kind]
	values, ok := k.content.([]any)
	if !found || !ok {
		return errForm
	}
	pairs := k.kind == "hash" || k.kind == "zset"
	if pairs && len(values)%2 != 0 {
		return errForm
	}
	if k.kind == "zset" {
		// Read as member and score, written as score and member.
		for i := 0; i < len(values); i += 2 {
			values[i], values[i+1] = values[i+1], values[i]
		}
	}
	for len(values) > 0 {
		part := values[:min(len(values), 2*restoreBatch)]
		values = values[len(part):]
		pipe.Do(ctx, append([]any{command, k.name}, part...)...)
	}
	return nil
}

// restoreStream writes entries, then groups, then what their consumers hold.
func restoreStream(ctx context.Context, pipe goredis.Pipeliner, name string, content any) error {
	f, err := list(content, 3)
	if err != nil {
		return err
	}
	last, ok := f[0].(string)
	if !ok {
		return errForm
	}
	entries, err := list(f[1], -1)
	if err != nil {
		return err
	}
	at := ""
	for _, e := range entries {
		entry, err := list(e, 2)
		if err != nil {
			return err
		}
		values, err := list(entry[1], -1)
		if err != nil {
			return err
		}
		if at, ok = entry[0].(string); !ok {
			return errForm
		}
		pipe.Do(ctx, append([]any{"XADD", name, at}, values...)...)
	}
	if last != "" && last != at && last != "0-0" {
		// The newest entry was deleted; its id must not be given again.
		pipe.Do(ctx, "XADD", name, last, "x", "x")
		pipe.Do(ctx, "XDEL", name, last)
	}
	groups, err := list(f[2], -1)
	if err != nil {
		return err
	}
	for _, g := range groups {
		if err := restoreGroup(ctx, pipe, name, g); err != nil {
			return err
		}
	}
	return nil
}

func restoreGroup(ctx context.Context, pipe goredis.Pipeliner, stream string, content any) error {
	f, err := list(content, 4)
	if err != nil {
		return err
	}
	group := f[0]
	pipe.Do(ctx, "XGROUP", "CREATE", stream, group, f[1], "MKSTREAM")
	consumers, err := list(f[2], -1)
	if err != nil {
		return err
	}
	for _, c := range consumers {
		pipe.Do(ctx, "XGROUP", "CREATECONSUMER", stream, group, c)
	}
	pending, err := list(f[3], -1)
	if err != nil {
		return err
	}
	for _, p := range pending {
		e, err := list(p, 4) // id, consumer, idle in ms, deliveries
		if err != nil {
			return err
		}
		pipe.Do(ctx, "XCLAIM", stream, group, e[1], 0, e[0], "IDLE", e[2], "RETRYCOUNT", e[3], "FORCE", "JUSTID")
	}
	return nil
}

// list reads a list of n values; -1 stands for any number.
func list(content any, n int) ([]any, error) {
	values, ok := content.([]any)
	if !ok || (n >= 0 && len(values) != n) {
		return nil, errForm
	}
	return values, nil
}
