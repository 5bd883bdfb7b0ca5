package doctor

import (
	"strconv"
	"strings"
	"time"

	"github.com/bellwether/bellwether/adapters/redis"
	"github.com/bellwether/bellwether/bot/pressure"
)

const (
	// oldest is the first version of Redis that the scripts are tested with.
	oldest = 7
	// skew is how far clocks may differ: times that people see, and those by which
	// alerts are looked for, are of ours.
	skew = 5 * time.Second
)

// Nodes judges the servers that keep everything.
func (r *Report) Nodes(nodes []redis.Node) {
	for _, n := range nodes {
		r.node(n)
	}
}

func (r *Report) node(n redis.Node) {
	at := "the Redis at " + n.Addr
	major, _, _ := strings.Cut(n.Version, ".")
	if v, err := strconv.Atoi(major); err == nil && v < oldest {
		r.Fail("use Redis 7 or newer", "%s is version %s, which is too old", at, n.Version)
	} else {
		r.OK("%s answers; version %s, %d MB in use", at, n.Version, n.Memory>>20)
	}
	if n.Ahead.Abs() > skew {
		r.Warn("have both machines keep their time by NTP", "its clock and ours are %s apart", n.Ahead.Abs().Round(time.Second))
	}
	if n.Policy != "" && n.Policy != "noeviction" {
		r.Fail("set maxmemory-policy to noeviction", "%s deletes keys when it is full (maxmemory-policy %s): subscriptions and alerts would be lost", at, n.Policy)
	}
	if n.MaxMemory == 0 && n.Policy != "" {
		r.Warn("set maxmemory to what the machine can spare, so that Bellwether slows down before it is used up", "%s has no bound to its memory", at)
	}
	r.durability(at, n)
}

// durability says what a crash of the server loses. docs/guarantees.md has the
// whole of it.
func (r *Report) durability(at string, n redis.Node) {
	switch {
	case n.AppendOnly == "":
		r.Warn("see that it keeps an append-only file (appendonly yes)", "%s does not tell how it keeps data on disk", at)
	case n.AppendOnly == "yes" && n.Fsync == "always":
		r.OK("it has every change on disk before it answers: a restart loses nothing")
	case n.AppendOnly == "yes" && n.Fsync == "everysec":
		r.OK("it has changes on disk within a second: if its machine crashes, the last second is lost; a restart of Redis alone loses nothing")
	case n.AppendOnly == "yes":
		r.Warn("set appendfsync to everysec or always", "%s leaves it to the system when changes go to disk: if the machine crashes, the last half minute or so is lost", at)
	case n.Save != "":
		r.Warn("set appendonly yes", "%s only takes snapshots (save %s): a crash loses what came since the last", at, n.Save)
	default:
		r.Fail("set appendonly yes", "%s keeps nothing on disk: a restart loses every subscription", at)
	}
	if n.Replicas > 0 {
		r.OK("%s follow it, at a distance: a failover can lose what they did not have yet", many(int(n.Replicas), "replica"))
	}
}

// mostLosses bounds how many losses are shown, the latest.
const mostLosses = 5

// Losses tells what Redis has lost, or may have.
func (r *Report) Losses(all []redis.Loss) {
	const mend = "docs/guarantees.md says what that means, and how redis.wait and appendfsync bound it"
	for _, l := range all[max(0, len(all)-mostLosses):] {
		since, until, parts := l.Since.Format(time.DateTime), l.Until.Format(time.DateTime), lossParts(l.Parts)
		if l.Certain {
			r.Warn(mend, "Redis has lost what was written between %s and %s UTC, of: %s", since, until, parts)
		} else {
			r.Warn(mend, "another Redis took over, and may lack what was written between %s and %s UTC, of: %s", since, until, parts)
		}
	}
}

// lossParts names parts of the store, the shards of the outbox by their number.
func lossParts(all []string) string {
	var named []string
	shards := 0
	for _, p := range all {
		if strings.HasPrefix(p, "outbox ") {
			shards++
		} else {
			named = append(named, p)
		}
	}
	if shards > 0 {
		named = append(named, many(shards, "shard")+" of the outbox")
	}
	return strings.Join(named, ", ")
}

// Pressure judges how full the store is.
func (r *Report) Pressure(l pressure.Load, b pressure.Bounds) {
	if held, why := b.Judge(l); held {
		r.Fail("see with `bellwether outbox list` why nothing goes out; or raise limits.waiting, or give Redis more memory", "sources are held back: %s", why)
		return
	}
	r.OK("%s in the outbox", many(l.Waiting, "alert"))
}
