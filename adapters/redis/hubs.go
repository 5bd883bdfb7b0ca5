package redis

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	goredis "github.com/redis/go-redis/v9"

	"github.com/bellwether/bellwether/alerts"
)

// Hubs keeps what is agreed with hubs.
type Hubs struct {
	c      *Client
	prefix string
}

// Hubs gives the client's agreements with hubs.
func (c *Client) Hubs() *Hubs { return &Hubs{c: c, prefix: c.key("l")} }

type hubJSON struct {
	Source   string     `json:"s"`
	Host     string     `json:"o,omitempty"`
	Secret   string     `json:"k,omitempty"`
	Hub      alerts.Hub `json:"h"`
	Ending   bool       `json:"x,omitempty"`
	Asked    int64      `json:"a,omitempty"`
	Until    int64      `json:"u,omitempty"`
	Next     int64      `json:"n,omitempty"`
	Named    int64      `json:"m,omitempty"`
	Failures int        `json:"f,omitempty"`
	Error    string     `json:"e,omitempty"`
}

// errHub leaves out what is in a record: it holds secrets.
var errHub = errors.New("what is kept of a hub can't be read")

func decodeHub(token, record string) (alerts.HubSubscription, error) {
	revision, text, _ := strings.Cut(record, " ")
	n, err := strconv.ParseInt(revision, 10, 64)
	var j hubJSON
	if err != nil || json.Unmarshal([]byte(text), &j) != nil {
		return alerts.HubSubscription{}, errHub
	}
	return alerts.HubSubscription{
		Token: token, Secret: j.Secret, Source: j.Source, Host: j.Host, Hub: j.Hub, Ending: j.Ending,
		Asked: instant(j.Asked), Until: instant(j.Until), Next: instant(j.Next), Named: instant(j.Named),
		Failures: j.Failures, Error: j.Error, Revision: n,
	}, nil
}

// HubSubscriptions gives all, by source and time. One that can't be read is logged
// and left out.
func (h *Hubs) HubSubscriptions(ctx context.Context) ([]alerts.HubSubscription, error) {
	records, err := h.c.db.HGetAll(ctx, h.prefix+"hubs").Result()
	if err != nil {
		return nil, fmt.Errorf("list what is agreed with hubs: %w", err)
	}
	out := make([]alerts.HubSubscription, 0, len(records))
	for token, record := range records {
		s, err := decodeHub(token, record)
		if err != nil {
			h.c.log.ErrorContext(ctx, "a hub is left out", "error", err)
			continue
		}
		out = append(out, s)
	}
	slices.SortFunc(out, func(a, b alerts.HubSubscription) int {
		return cmp.Or(cmp.Compare(a.Source, b.Source), a.Named.Compare(b.Named), cmp.Compare(a.Token, b.Token))
	})
	return out, nil
}

// HubSubscription gives the one with a token; alerts.ErrNotFound if there is none.
func (h *Hubs) HubSubscription(ctx context.Context, token string) (alerts.HubSubscription, error) {
	record, err := h.c.db.HGet(ctx, h.prefix+"hubs", token).Result()
	if errors.Is(err, goredis.Nil) {
		err = alerts.ErrNotFound
	}
	if err != nil {
		return alerts.HubSubscription{}, fmt.Errorf("look up what is agreed with a hub: %w", err)
	}
	return decodeHub(token, record)
}

// PutHubSubscription keeps s if its Revision is that of what is kept under its
// token, and gives s with its new one. false: another stands there, and nothing
// changed.
func (h *Hubs) PutHubSubscription(ctx context.Context, s alerts.HubSubscription) (alerts.HubSubscription, bool, error) {
	record, err := json.Marshal(hubJSON{ //nolint:gosec // the store is where secrets are kept
		Source: s.Source, Host: s.Host, Secret: s.Secret, Hub: s.Hub, Ending: s.Ending,
		Asked: millis(s.Asked), Until: millis(s.Until), Next: millis(s.Next), Named: millis(s.Named),
		Failures: s.Failures, Error: s.Error,
	})
	if err != nil {
		return s, false, fmt.Errorf("keep what is agreed with a hub: %w", err)
	}
	ok, err := h.put(ctx, s, record)
	if ok {
		s.Revision++
	}
	return s, ok, err
}

// DropHubSubscription forgets s if its Revision is that of what is kept. false:
// another stands there, or none.
func (h *Hubs) DropHubSubscription(ctx context.Context, s alerts.HubSubscription) (bool, error) {
	if s.Revision == 0 {
		return false, nil
	}
	return h.put(ctx, s, nil)
}

func (h *Hubs) put(ctx context.Context, s alerts.HubSubscription, record []byte) (bool, error) {
	n, err := h.c.keep(ctx, scriptHubPut, h.prefix, s.Token, s.Revision, record).Int()
	if err != nil {
		return false, fmt.Errorf("keep what is agreed with a hub: %w", err)
	}
	return n == 1, h.c.saved(ctx)
}
