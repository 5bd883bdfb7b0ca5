package redis

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"time"

	"github.com/bellwether/bellwether/alerts"
)

// Turns share the sources among replicas: each is polled by one of them at a
// time. What is kept of a source that was taken out of the configuration is a
// few hundred bytes, and stays.
type Turns struct {
	c *Client
}

// Turns gives the client's turns. Its holder is [Options.Consumer].
func (c *Client) Turns() *Turns { return &Turns{c: c} }

// Begin implements ingest.Turns, by the server's clock.
func (t *Turns) Begin(ctx context.Context, source string, span time.Duration, now bool) (alerts.Turn, error) {
	fail := func(err error) (alerts.Turn, error) {
		return alerts.Turn{}, fmt.Errorf("ask for the turn to poll %s: %w", source, err)
	}
	reply, err := t.c.run(ctx, scriptTurnBegin, t.c.key("l"), source, t.c.options.Consumer, span.Milliseconds(), flag(now)).Slice()
	if err != nil {
		return fail(err)
	}
	if len(reply) != 2 {
		return fail(errReply)
	}
	if reply[0] != int64(1) {
		ms, ok := reply[1].(int64)
		if !ok {
			return fail(errReply)
		}
		return alerts.Turn{Wait: time.Duration(ms) * time.Millisecond}, nil
	}
	record, ok := reply[1].(string)
	if !ok {
		return fail(errReply)
	}
	turn := alerts.Turn{Mine: true}
	if record != "" {
		if turn.Status, err = decodeStatus(source, record); err != nil {
			return fail(err)
		}
	}
	return turn, nil
}

// Keep implements ingest.Turns.
func (t *Turns) Keep(ctx context.Context, source string, span time.Duration) (bool, error) {
	n, err := t.c.run(ctx, scriptTurnKeep, t.c.key("l"), source, t.c.options.Consumer, span.Milliseconds()).Int()
	if err != nil {
		return false, fmt.Errorf("keep the turn to poll %s: %w", source, err)
	}
	return n == 1, nil
}

// End implements ingest.Turns.
func (t *Turns) End(ctx context.Context, s alerts.SourceStatus, wait time.Duration) error {
	record, err := json.Marshal(statusJSON{
		LastGood: millis(s.LastGood), LastNew: millis(s.LastNew), Error: s.Error, Failures: s.Failures,
		FailingSince: millis(s.FailingSince), Next: millis(s.Next), Articles: s.Articles, News: encodeTally(s.News),
	})
	if err == nil {
		err = t.c.run(ctx, scriptTurnEnd, t.c.key("l"), s.Name, t.c.options.Consumer, record, wait.Milliseconds()).Err()
	}
	if err != nil {
		return fmt.Errorf("end the turn to poll %s: %w", s.Name, err)
	}
	return nil
}

// Statuses implements ingest.Turns.
func (t *Turns) Statuses(ctx context.Context) (map[string]alerts.SourceStatus, error) {
	records, err := t.c.db.HGetAll(ctx, t.c.key("l")+"sources").Result()
	if err != nil {
		return nil, fmt.Errorf("read how the sources are: %w", err)
	}
	out := make(map[string]alerts.SourceStatus, len(records))
	for name, record := range records {
		if out[name], err = decodeStatus(name, record); err != nil {
			return nil, err
		}
	}
	return out, nil
}

type statusJSON struct {
	LastGood int64  `json:"g,omitempty"`
	LastNew  int64  `json:"n,omitempty"`
	Error    string `json:"e,omitempty"`
	Failures int    `json:"f,omitempty"`
	Next     int64  `json:"t,omitempty"`
	Articles int    `json:"c,omitempty"`

	FailingSince int64   `json:"s,omitempty"`
	News         []int64 `json:"w,omitempty"`
}

// encodeTally gives the day and the counts, without the zeros at the end; nil
// for an empty tally.
func encodeTally(t alerts.Tally) []int64 {
	if t == (alerts.Tally{}) {
		return nil
	}
	out, long := []int64{t.Day}, 1
	for _, n := range t.Counts {
		if out = append(out, int64(n)); n > 0 {
			long = len(out)
		}
	}
	return out[:long]
}

func decodeTally(record []int64) (t alerts.Tally) {
	if len(record) == 0 {
		return t
	}
	t.Day = record[0]
	for i, n := range record[1:min(len(record), len(t.Counts)+1)] {
		t.Counts[i] = uint16(min(max(n, 0), math.MaxUint16))
	}
	return t
}

func decodeStatus(name, record string) (alerts.SourceStatus, error) {
	var j statusJSON
	if err := json.Unmarshal([]byte(record), &j); err != nil {
		return alerts.SourceStatus{}, fmt.Errorf("status of source %s: %w", name, err)
	}
	return alerts.SourceStatus{
		Name: name, LastGood: instant(j.LastGood), LastNew: instant(j.LastNew), Error: j.Error,
		Failures: j.Failures, FailingSince: instant(j.FailingSince), Next: instant(j.Next), Articles: j.Articles, News: decodeTally(j.News),
	}, nil
}
