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

// crowdKept is how long a look at the shards holds while there is more to claim
// than is asked for: what became due in another shard waits that much longer.
const crowdKept = 20 * time.Millisecond

// crowd are the shards in which more was due than was asked for, as of a look
// at all of them.
type crowd struct {
	shards []int
	seen   time.Time
}

// Claim implements dispatch.Outbox: one pipeline that looks at the head of
// every shard, and one more if something is due; while more is due than is
// asked for, mostly just the latter. A claim of a digest lane has at most 500
// items. Until is on this process's clock, and never later than the store's end
// of the lease.
func (o *Outbox) Claim(ctx context.Context, n int, lease time.Duration) ([]alerts.Claim, error) {
	// Lanes whose destination is under lease look due until someone looks at
	// them: if a round found only such, there may be others.
	for range o.shards() + 1 {
		due, err := o.due(ctx)
		var claims []alerts.Claim
		if err == nil && len(due.shards) > 0 {
			claims, err = o.claim(ctx, due, n, lease)
		}
		if err != nil {
			return nil, fmt.Errorf("claim from the outbox: %w", err)
		}
		if len(due.shards) == 0 || len(claims) > 0 {
			return claims, nil
		}
	}
	return nil, nil
}

// due gives the shards in which something is due: by the last claim, or by a
// look at them.
func (o *Outbox) due(ctx context.Context) (crowd, error) {
	if known := o.crowd.Swap(nil); known != nil && time.Since(known.seen) < crowdKept {
		return *known, nil
	}
	message := o.c.waker.listen(topicOutbox)
	seen := time.Now()
	due, next, err := o.heads(ctx)
	if err == nil && len(due) == 0 {
		o.idle.Store(&quiet{message: message, next: next, seen: seen})
	}
	return crowd{due, seen}, err
}

// heads gives the shards in which a lane is due, beginning at another one each
// time, and how long it is until the next is if there are none (negative if
// nothing waits at all).
func (o *Outbox) heads(ctx context.Context) (due []int, next time.Duration, err error) {
	pipe := o.c.db.Pipeline()
	clock := pipe.Time(ctx)
	first := int(o.turn.Add(1)) % o.shards()
	heads := make([]*goredis.ZSliceCmd, o.shards())
	for i := range heads {
		heads[i] = pipe.ZRangeWithScores(ctx, o.prefix((first+i)%o.shards())+"ready", 0, 0)
	}
	if _, err := pipe.Exec(ctx); err != nil {
		return nil, 0, err
	}
	now := clock.Val().UnixMilli()
	next = -1
	for i, head := range heads {
		z := head.Val()
		if len(z) == 0 {
			continue
		}
		left := time.Duration(int64(z[0].Score)-now) * time.Millisecond
		if left <= 0 {
			due = append(due, (first+i)%o.shards())
		} else if next < 0 || left < next {
			next = left
		}
	}
	return due, next, nil
}

// claim asks the shards for n lanes together, and notes in which there may be
// more.
func (o *Outbox) claim(ctx context.Context, due crowd, n int, lease time.Duration) ([]alerts.Claim, error) {
	shards := due.shards
	calls := make([]scriptCall, 0, min(n, len(shards)))
	shares := make([]int, 0, cap(calls))
	for i, shard := range shards {
		// What n does not divide goes to the first.
		share := n / len(shards)
		if i < n%len(shards) {
			share++
		}
		if share == 0 {
			break
		}
		calls = append(calls, scriptCall{o.prefix(shard), []any{share, lease.Milliseconds(), digestMost}})
		shares = append(shares, share)
	}
	until := time.Now().Add(lease)
	cmds, err := o.c.runAll(ctx, scriptClaim, calls)
	var claims []alerts.Claim
	left := append(make([]int, 0, len(shards)), shards[len(calls):]...) // those not asked come first
	for i, cmd := range cmds {
		rows, errCmd := cmd.Slice()
		if errCmd != nil {
			continue // it is err, or its like
		}
		if len(rows) == shares[i] {
			left = append(left, shards[i])
		}
		for _, row := range rows {
			c, errClaim := decodeClaim(row, until)
			if errClaim != nil {
				return nil, errClaim
			}
			claims = append(claims, c)
		}
	}
	if len(left) > 0 && err == nil {
		o.crowd.Store(&crowd{left, due.seen})
	}
	if len(claims) > 0 {
		// What some shards gave must not wait for its lease because another
		// failed; that one is asked again by the next Claim.
		return claims, nil
	}
	return nil, err
}

func decodeClaim(row any, until time.Time) (alerts.Claim, error) {
	f, ok := row.([]any)
	if !ok || len(f) != 7 {
		return alerts.Claim{}, errReply
	}
	flat, ok := f[3].([]any)
	if !ok {
		return alerts.Claim{}, errReply
	}
	head, err := texts(f[:3], 3)
	if err != nil {
		return alerts.Claim{}, err
	}
	c := alerts.Claim{Until: until}
	var errDestination, errSchedule, errToken error
	c.Lane.Destination, errDestination = alerts.ParseDestination(head[0])
	c.Lane.Schedule, errSchedule = alerts.ParseLane(head[1])
	c.Token, errToken = strconv.ParseUint(head[2], 10, 64)
	hour, err := texts(f[4:], 3)
	if err != nil {
		return c, err
	}
	c.Gathered = alerts.Gathering(hour[0])
	var errSent error
	c.Sent, errSent = strconv.Atoi(hour[1])
	left, errHour := strconv.ParseInt(hour[2], 10, 64)
	if left > 0 {
		c.Hour = time.Now().Add(time.Duration(left) * time.Millisecond)
	}
	if err := errors.Join(errDestination, errSchedule, errToken, errSent, errHour); err != nil {
		return c, err
	}
	marked, err := texts(flat, len(flat))
	if err != nil || len(marked)%4 != 0 {
		return c, errReply
	}
	for i := 0; i < len(marked); i += 4 {
		item, err := itemOf(head[0], marked[i], marked[i+1], marked[i+2])
		if err != nil {
			return c, err
		}
		if item.Sending {
			age, err := strconv.ParseInt(marked[i+2], 10, 64)
			if err != nil {
				return c, errReply
			}
			item.Tried = time.Now().Add(-time.Duration(age) * time.Millisecond)
		}
		if at, rest, begun := strings.Cut(marked[i+3], " "); begun {
			at, item.Part = strings.CutSuffix(at, "p")
			ms, err := strconv.ParseInt(at, 10, 64)
			if err != nil {
				return c, errReply
			}
			item.Head, item.Begun = head[0]+"|"+rest, instant(ms)
		}
		c.Items = append(c.Items, item)
	}
	return c, nil
}

// quiet is a look at the shards that found nothing due: when the next is, and
// what tells of anything new since.
type quiet struct {
	message <-chan struct{}
	next    time.Duration // from seen; negative if nothing waits at all
	seen    time.Time
}

// Wait implements dispatch.Outbox. It hears of what other processes put in.
// After a Claim that found nothing it does not look again.
func (o *Outbox) Wait(ctx context.Context, d time.Duration) error {
	idle := o.idle.Swap(nil)
	if idle == nil {
		idle = &quiet{message: o.c.waker.listen(topicOutbox), seen: time.Now()}
		due, next, err := o.heads(ctx)
		if err != nil {
			return fmt.Errorf("look at the outbox: %w", err)
		}
		if len(due) > 0 {
			return ctx.Err()
		}
		idle.next = next
	}
	if left := idle.next - time.Since(idle.seen); idle.next >= 0 && left < d {
		d = left
	}
	return o.c.waker.wait(ctx, idle.message, d)
}

// verdict carries out a verdict on keys of a claim.
func (o *Outbox) verdict(ctx context.Context, verb string, c alerts.Claim, ms int64, text, name string, keys []string) error {
	destination := c.Lane.Destination.String()
	args := []any{o.channel(), verb, destination, c.Lane.Schedule.String(), c.Token, ms, text, name}
	for _, key := range keys {
		args = append(args, restOf(key))
	}
	run := o.c.runTogether
	if verb == "sending" && o.c.options.Wait > 0 {
		run = o.c.keep // without the mark, what may be with its reader is sent again
	}
	status, err := run(ctx, scriptVerdict, o.shard(c.Lane.Destination), args...).Int()
	if err == nil && status < 0 {
		err = alerts.ErrStale
	}
	if err != nil {
		return fmt.Errorf("%s in the outbox, lane %s of %s: %w", verb, c.Lane.Schedule, destination, err)
	}
	return nil
}

// Sending implements dispatch.Outbox. Unlike the verdicts it is refused once
// the lease has ended, even if nobody else has claimed the lane.
func (o *Outbox) Sending(ctx context.Context, c alerts.Claim, keys ...string) error {
	part := ""
	if c.IsDigest() {
		part = "p"
	}
	return o.verdict(ctx, "sending", c, 0, "", part, keys)
}

// Saved implements dispatch.Outbox.
func (o *Outbox) Saved(ctx context.Context) error { return o.c.saved(ctx) }

// Done implements dispatch.Outbox. The lease lasts until all items of the
// claim have their verdict; next holds for all lanes of the destination.
func (o *Outbox) Done(ctx context.Context, c alerts.Claim, message string, r alerts.Receipt, next time.Time, keys ...string) error {
	data, err := json.Marshal(receiptJSON{Messages: r.Messages, Bucket: r.Bucket, Digest: c.IsDigest()})
	if err != nil {
		return fmt.Errorf("encode a receipt: %w", err)
	}
	return o.verdict(ctx, "done", c, millis(next), string(data), message, keys)
}

// Retry implements dispatch.Outbox. It ends the claim of the whole lane.
func (o *Outbox) Retry(ctx context.Context, c alerts.Claim, delay time.Duration, reason string, keys ...string) error {
	return o.verdict(ctx, "retry", c, max(delay.Milliseconds(), 0), cut(reason), "", keys)
}

// Defer implements dispatch.Outbox. It ends the claim of the whole lane.
func (o *Outbox) Defer(ctx context.Context, c alerts.Claim, delay time.Duration, keys ...string) error {
	return o.verdict(ctx, "defer", c, max(delay.Milliseconds(), 0), "", "", keys)
}

// Gather implements dispatch.Outbox. It ends the claim of the whole lane.
func (o *Outbox) Gather(ctx context.Context, c alerts.Claim, why alerts.Gathering, delay time.Duration) error {
	return o.verdict(ctx, "gather", c, max(delay.Milliseconds(), 0), string(why), "", nil)
}

// Fail implements dispatch.Outbox.
func (o *Outbox) Fail(ctx context.Context, c alerts.Claim, reason string, keys ...string) error {
	return o.verdict(ctx, "fail", c, 0, cut(reason), "", keys)
}

// Drop implements dispatch.Outbox.
func (o *Outbox) Drop(ctx context.Context, c alerts.Claim, keys ...string) error {
	return o.verdict(ctx, "drop", c, 0, "", "", keys)
}

// Aside implements dispatch.Outbox. It counts a failed attempt, as Retry does.
func (o *Outbox) Aside(ctx context.Context, c alerts.Claim, delay time.Duration, reason string, keys ...string) error {
	return o.verdict(ctx, "aside", c, max(delay.Milliseconds(), 0), cut(reason), "", keys)
}

// cut keeps a reason short enough to be stored beside every item.
func cut(reason string) string {
	const most = 500
	if len(reason) <= most {
		return reason
	}
	end := most
	for end > 0 && reason[end]&0xC0 == 0x80 {
		end--
	}
	return reason[:end]
}
