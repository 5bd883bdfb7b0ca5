package redis

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/bellwether/bellwether/alerts"
)

const (
	// seenDays is how long it is remembered that a destination has had an
	// article, and how long receipts and dead letters are kept. It is longer
	// than the article log, so that no entry of that can be sent again.
	seenDays = 35
	// enqueuePage is the most pendings of one script call.
	enqueuePage = 500
	// digestMost is the most items that one claim of a digest lane hands out;
	// the rest waits for the next.
	digestMost = 500
)

// Outbox keeps what waits to be sent, in shards by destination. A destination
// is under one lease at a time, whichever of its lanes it is for.
type Outbox struct {
	c *Client
	// turn is the shard at which the next claim begins to look, so that no
	// shard is always last.
	turn atomic.Uint32
	// crowd and idle are what the last claim found, for the next call.
	crowd atomic.Pointer[crowd]
	idle  atomic.Pointer[quiet]
}

// Outbox gives the client's outbox.
func (c *Client) Outbox() *Outbox { return &Outbox{c: c} }

func (o *Outbox) shards() int { return o.c.options.Shards }

func (o *Outbox) prefix(shard int) string { return o.c.key("o" + strconv.Itoa(shard)) }

// shard gives the prefix of the keys of a destination's shard.
func (o *Outbox) shard(d alerts.Destination) string { return o.prefix(o.shardOf(d.String())) }

func (o *Outbox) shardOf(destination string) int {
	h := fnv.New32a()
	_, _ = h.Write([]byte(destination))
	return int(h.Sum32() % uint32(o.shards()))
}

func (o *Outbox) channel() string { return o.c.waker.channels[topicOutbox] }

// Enqueue implements bot.Outbox and matching.Outbox: one script call for up to
// 500 pendings of a shard, all shards in one pipeline.
func (o *Outbox) Enqueue(ctx context.Context, pendings []alerts.Pending) (int, error) {
	groups := make([][]any, o.shards())
	var calls []scriptCall
	flush := func(shard int) {
		args := append([]any{o.channel(), int64(seenDays) * 24 * time.Hour.Milliseconds()}, groups[shard]...)
		calls = append(calls, scriptCall{o.prefix(shard), args})
		groups[shard] = groups[shard][:0]
	}
	for _, p := range pendings {
		destination, rest, _ := strings.Cut(p.Key(), "|")
		shard := o.shardOf(destination)
		groups[shard] = append(groups[shard], destination, p.Lane.Schedule.String(),
			rest, millis(p.Time)/(24*time.Hour.Milliseconds()), millis(p.NotBefore), payload(p), yield(p))
		if len(groups[shard]) == 7*enqueuePage {
			flush(shard)
		}
	}
	for shard := range groups {
		if len(groups[shard]) > 0 {
			flush(shard)
		}
	}
	if len(calls) == 0 {
		return 0, nil
	}
	cmds, err := o.c.keepAll(ctx, scriptEnqueue, calls)
	added := 0
	for _, cmd := range cmds {
		if n, errCmd := cmd.Int(); errCmd == nil {
			added += n
		}
	}
	if err != nil {
		return added, fmt.Errorf("put %d alerts in the outbox: %w", len(pendings), err)
	}
	return added, nil
}

// restOf gives a key without its destination.
func restOf(key string) string {
	_, rest, _ := strings.Cut(key, "|")
	return rest
}

// payload gives the part "LENGTH SUBS" of an item.
func payload(p alerts.Pending) string {
	b := strconv.AppendInt(nil, int64(len(p.Article)), 10)
	b = append(b, ' ')
	for i, id := range p.Subscriptions {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendUint(b, uint64(id), 10)
	}
	return string(b)
}

// yield gives how many ms others go first, empty if none do.
func yield(p alerts.Pending) string {
	if !p.Wide {
		return ""
	}
	return strconv.FormatInt(max(p.Yield.Milliseconds(), 0), 10)
}

var errItem = errors.New("an item of the outbox has another form than expected")

// decodeItem reads an item as the scripts keep it.
func decodeItem(destination, item string) (alerts.Item, error) {
	f := strings.SplitN(item, " ", 5)
	if len(f) != 5 {
		return alerts.Item{}, errItem
	}
	enqueued, errEnqueued := strconv.ParseInt(f[1], 10, 64)
	length, errLength := strconv.Atoi(f[2])
	if errEnqueued != nil || errLength != nil || length < 0 || length > len(f[4]) {
		return alerts.Item{}, errItem
	}
	out := alerts.Item{
		Key: destination + "|" + f[4], Article: f[4][:length], Again: strings.TrimPrefix(f[4][length:], "|"), Enqueued: instant(enqueued),
	}
	if f[3] != "" {
		for id := range strings.SplitSeq(f[3], ",") {
			n, err := strconv.ParseUint(id, 10, 64)
			if err != nil {
				return alerts.Item{}, errItem
			}
			out.Subscriptions = append(out.Subscriptions, alerts.SubscriptionID(n))
		}
	}
	return out, nil
}

var errLanes = errors.New("the lanes are of two destinations")

// Move implements bot.Outbox. What is being sent, or was about to be when its
// claim ended, stays in its lane. From a lane to itself it only changes the
// time.
func (o *Outbox) Move(ctx context.Context, from, to alerts.Lane, at time.Time) (int, error) {
	fail := func(err error) (int, error) {
		return 0, fmt.Errorf("move what waits for %s from %s to %s: %w", from.Destination, from.Schedule, to.Schedule, err)
	}
	if from.Destination != to.Destination {
		return fail(errLanes)
	}
	n, err := o.c.keep(ctx, scriptMove, o.shard(from.Destination), o.channel(), from.Destination.String(),
		from.Schedule.String(), to.Schedule.String(), millis(at)).Int()
	if err != nil {
		return fail(err)
	}
	return n, o.c.saved(ctx)
}

// Waiting implements bot.Outbox. Amendments of what was sent are not among it.
func (o *Outbox) Waiting(ctx context.Context, d alerts.Destination) ([]alerts.Item, error) {
	entries, err := o.Queue(ctx, d)
	if err != nil {
		return nil, err
	}
	items := make([]alerts.Item, 0, len(entries))
	for _, e := range entries {
		if e.Schedule.Cadence != alerts.Amending {
			items = append(items, e.Item)
		}
	}
	return items, nil
}

// Queued is an item that waits, for people who want to know why.
type Queued struct {
	alerts.Item
	Schedule alerts.Schedule
	Reason   string // of the last failed attempt
}

// Queue lists what waits for a destination, lane by lane, in order; what
// stepped aside comes first.
func (o *Outbox) Queue(ctx context.Context, d alerts.Destination) ([]Queued, error) {
	fail := func(err error) ([]Queued, error) {
		return nil, fmt.Errorf("list what waits for %s: %w", d, err)
	}
	rows, err := o.c.run(ctx, scriptWaiting, o.shard(d), d.String()).Slice()
	if err != nil {
		return fail(err)
	}
	out := make([]Queued, 0, len(rows))
	for _, r := range rows {
		f, err := texts(r, 6)
		if err != nil {
			return fail(err)
		}
		q := Queued{Reason: f[4]}
		if q.Item, err = itemOf(d.String(), f[1], f[2], f[3]); err != nil {
			return fail(err)
		}
		if q.Schedule, err = alerts.ParseLane(f[0]); err != nil {
			return fail(err)
		}
		due, err := strconv.ParseInt(f[5], 10, 64)
		if err != nil {
			return fail(errReply)
		}
		q.Due = instant(due)
		out = append(out, q)
	}
	return out, nil
}

// texts reads a row of n strings.
func texts(row any, n int) ([]string, error) {
	values, ok := row.([]any)
	if !ok || len(values) != n {
		return nil, errReply
	}
	out := make([]string, n)
	for i, v := range values {
		if out[i], ok = v.(string); !ok {
			return nil, errReply
		}
	}
	return out, nil
}

func itemOf(destination, item, attempts, sending string) (alerts.Item, error) {
	out, err := decodeItem(destination, item)
	if err != nil {
		return out, err
	}
	if out.Attempt, err = strconv.Atoi(attempts); err != nil {
		return out, errReply
	}
	out.Sending = sending != ""
	return out, nil
}

func (o *Outbox) everyShard(args ...any) []scriptCall {
	calls := make([]scriptCall, o.shards())
	for i := range calls {
		calls[i] = scriptCall{o.prefix(i), args}
	}
	return calls
}
