package embedded

import (
	"slices"
	"strings"
	"sync"
)

// harmless are commands that change nothing, though the server does not mark
// them so.
var harmless = map[string]bool{
	"EVAL": true, "EVALSHA": true, "SCRIPT": true, "AUTH": true, "HELLO": true, "PING": true, "CLIENT": true,
	"SELECT": true, "ECHO": true, "QUIT": true, "INFO": true, "COMMAND": true, "TIME": true, "XINFO": true,
	"PUBLISH": true, "SUBSCRIBE": true, "UNSUBSCRIBE": true, "PSUBSCRIBE": true, "PUNSUBSCRIBE": true,
	"MULTI": true, "EXEC": true, "DISCARD": true, "WATCH": true, "UNWATCH": true,
}

// quiet are commands whose change need not be saved by itself: what a reader
// of a stream was given and did not acknowledge is given to it again anyway.
var quiet = map[string]bool{"XREADGROUP": true, "XAUTOCLAIM": true}

// simple are commands that change the key named first and no other.
var simple = map[string]bool{
	"SET": true, "APPEND": true, "INCR": true, "INCRBY": true, "DECR": true, "GETDEL": true, "GETSET": true,
	"HSET": true, "HSETNX": true, "HDEL": true, "HINCRBY": true,
	"LPUSH": true, "RPUSH": true, "LPOP": true, "RPOP": true, "LREM": true, "LSET": true, "LTRIM": true, "LINSERT": true,
	"SADD": true, "SREM": true, "SPOP": true,
	"ZADD": true, "ZINCRBY": true, "ZREM": true, "ZREMRANGEBYSCORE": true, "ZREMRANGEBYRANK": true, "ZPOPMIN": true,
	"XADD": true, "XDEL": true, "XTRIM": true, "XACK": true, "XCLAIM": true, "XAUTOCLAIM": true,
	"EXPIRE": true, "PEXPIRE": true, "EXPIREAT": true, "PEXPIREAT": true, "PERSIST": true,
}

// changed keeps which keys were written since they were last dumped.
type changed struct {
	mu   sync.Mutex
	keys map[string]struct{}
	all  bool // a command was seen whose keys are not known
}

// note notes the keys that a command writes.
func (c *changed) note(command string, args []string) {
	var keys []string
	known := true
	switch {
	case simple[command] && len(args) > 0:
		keys = args[:1]
	case command == "DEL" || command == "UNLINK" || command == "RENAME":
		keys = args
	case command == "XGROUP" && len(args) > 1:
		keys = args[1:2]
	case command == "XREADGROUP":
		i := slices.IndexFunc(args, func(a string) bool { return strings.EqualFold(a, "STREAMS") })
		keys = args[i+1:] // ids among them do no harm
	default:
		known = false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if !known {
		c.all = true
		return
	}
	for _, k := range keys {
		c.keys[k] = struct{}{}
	}
}

// take gives the keys noted since the last time, or all, and forgets them.
func (c *changed) take() (keys []string, all bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	keys = make([]string, 0, len(c.keys))
	for k := range c.keys {
		keys = append(keys, k)
	}
	clear(c.keys)
	all, c.all = c.all, false
	return keys, all
}

// everything has the next take give all keys.
func (c *changed) everything() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.all = true
}
