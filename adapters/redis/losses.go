package redis

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Loss is a time of which Redis has lost writes that it had acknowledged, or may
// have.
type Loss struct {
	// Certain: some are known to be gone. Else another server took over, and
	// nobody can tell whether it had the last ones.
	Certain bool
	// Since and Until bound when they were acknowledged, by the clock of the
	// replica that noticed.
	Since, Until time.Time
	// Parts are what they can be of: "subscriptions", "articles", "limits and
	// leases", or "outbox" with the numbers of its shards.
	Parts []string
}

type lossJSON struct {
	Since int64    `json:"s"`
	Until int64    `json:"u"`
	Parts []string `json:"p"`
}

// Losses lists what was noticed so far, oldest first.
func (c *Client) Losses(ctx context.Context) ([]Loss, error) {
	all, err := c.db.HGetAll(ctx, c.key("l")+"losses").Result()
	if err != nil {
		return nil, fmt.Errorf("list what Redis has lost: %w", err)
	}
	var out []Loss
	for _, record := range all {
		certain, text, _ := strings.Cut(record, " ")
		var j lossJSON
		if err := json.Unmarshal([]byte(text), &j); err != nil {
			return nil, fmt.Errorf("list what Redis has lost: %w", err)
		}
		out = append(out, Loss{Certain: certain == "1", Since: instant(j.Since), Until: instant(j.Until), Parts: j.Parts})
	}
	slices.SortFunc(out, func(a, b Loss) int { return cmp.Or(a.Until.Compare(b.Until), a.Since.Compare(b.Since)) })
	return out, nil
}

// heart counts up in every part of the store, and notices when a part counts
// less than it did: then Redis has lost what was written since. It owns one
// goroutine.
type heart struct {
	c      *Client
	cancel context.CancelFunc
	done   sync.WaitGroup
	parts  []pulse
	noted  map[string]Loss // by name: not in the store yet
}

// pulse is what is known of one part of the store.
type pulse struct {
	tag    string
	count  int64
	server string // the replication's id
	at     time.Time
}

func startHeart(c *Client, every time.Duration) *heart {
	h := &heart{c: c, noted: map[string]Loss{}}
	for _, tag := range []string{"s", "a", "l"} {
		h.parts = append(h.parts, pulse{tag: tag})
	}
	for i := range c.options.Shards {
		h.parts = append(h.parts, pulse{tag: "o" + strconv.Itoa(i)})
	}
	ctx, cancel := context.WithCancel(context.Background())
	h.cancel = cancel
	h.done.Go(func() {
		ticker := time.NewTicker(every)
		defer ticker.Stop()
		for {
			h.beat(ctx)
			select {
			case <-ctx.Done():
				return
			case <-ticker.C:
			}
		}
	})
	return h
}

// stop ends the goroutine and waits for it.
func (h *heart) stop() {
	if h != nil {
		h.cancel()
		h.done.Wait()
	}
}

// beat counts once, everywhere. What fails is counted the next time.
func (h *heart) beat(ctx context.Context) {
	calls := make([]scriptCall, len(h.parts))
	for i, p := range h.parts {
		calls[i] = scriptCall{h.c.key(p.tag), []any{h.c.options.Consumer}}
	}
	begun := time.Now()
	cmds, _ := h.c.runAll(ctx, scriptBeat, calls)
	lost := map[string]Loss{}
	for i, cmd := range cmds {
		reply, err := cmd.Slice()
		if err != nil || len(reply) != 3 {
			continue
		}
		count, _ := reply[0].(int64)
		server, _ := reply[1].(string)
		before, _ := reply[2].(string)
		h.look(&h.parts[i], pulse{h.parts[i].tag, count, server, begun}, before, lost)
	}
	for name, l := range lost {
		slices.Sort(l.Parts)
		l.Parts = slices.Compact(l.Parts)
		h.noted[name] = l
		h.c.log.ErrorContext(ctx, "the store has lost writes, or may have",
			"certain", l.Certain, "since", l.Since, "until", l.Until, "parts", l.Parts)
	}
	h.note(ctx)
}

// look compares a part with what is known of it. before is the replication's id
// of the server that this one took over from.
func (h *heart) look(was *pulse, now pulse, before string, lost map[string]Loss) {
	certain := now.count <= was.count
	tookOver := now.server != was.server && before == was.server && h.c.options.Wait == 0
	if !was.at.IsZero() && (certain || tookOver) {
		// One loss for each server, whatever it has of the store.
		name := now.server + " " + strconv.FormatBool(certain)
		l, again := lost[name]
		if !again || was.at.Before(l.Since) {
			l.Since = was.at
		}
		if certain { // what was counted before is gone too
			missing := time.Duration(was.count-now.count+1) * h.c.options.Beat
			l.Since = l.Since.Add(-missing)
		}
		l.Certain, l.Until, l.Parts = certain, now.at, append(l.Parts, partName(was.tag))
		lost[name] = l
	}
	*was = now
}

func partName(tag string) string {
	if shard, found := strings.CutPrefix(tag, "o"); found {
		return "outbox " + shard
	}
	return map[string]string{"s": "subscriptions", "a": "articles", "l": "leases"}[tag]
}

// note writes into the store what is not there yet.
func (h *heart) note(ctx context.Context) {
	for _, name := range slices.Sorted(maps.Keys(h.noted)) {
		l := h.noted[name]
		data, err := json.Marshal(lossJSON{millis(l.Since), millis(l.Until), l.Parts})
		if err == nil {
			server, _, _ := strings.Cut(name, " ")
			err = h.c.run(ctx, scriptLossNote, h.c.key("l"), server, flag(l.Certain), data).Err()
		}
		if err != nil && !errors.Is(err, context.Canceled) {
			h.c.log.WarnContext(ctx, "a loss could not be noted; it is tried again", "error", err)
			return
		}
		delete(h.noted, name)
	}
}
