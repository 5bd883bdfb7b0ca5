package redis

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	goredis "github.com/redis/go-redis/v9"

	"github.com/bellwether/bellwether/alerts"
)

// Sources keeps the feeds that people added while the program ran.
type Sources struct {
	c      *Client
	prefix string
}

// Sources gives the client's sources.
func (c *Client) Sources() *Sources { return &Sources{c: c, prefix: c.key("s")} }

type sourceJSON struct {
	Address string `json:"a"`
	Title   string `json:"t,omitempty"`
	By      string `json:"b,omitempty"`
	Added   int64  `json:"i,omitempty"`
}

func encodeSource(s alerts.AddedSource) ([]byte, error) {
	j := sourceJSON{Address: s.Address, Title: s.Title, Added: millis(s.Added)}
	if s.By != (alerts.Destination{}) {
		j.By = s.By.String()
	}
	return json.Marshal(j)
}

func decodeSource(name, record string) (alerts.AddedSource, error) {
	fail := func(err error) (alerts.AddedSource, error) {
		return alerts.AddedSource{}, fmt.Errorf("added source %s: %w", name, err)
	}
	var j sourceJSON
	if err := json.Unmarshal([]byte(record), &j); err != nil {
		return fail(err)
	}
	s := alerts.AddedSource{Name: name, Address: j.Address, Title: j.Title, Added: instant(j.Added)}
	if j.By != "" {
		var err error
		if s.By, err = alerts.ParseDestination(j.By); err != nil {
			return fail(err)
		}
	}
	return s, nil
}

// AddSources stores those whose names are not there yet, all in one step, and
// tells for each whether it was. What was there stays as it is. What was kept of
// a source of that name before, by RemoveSource's order of steps or by a poll
// that outlived it, goes first.
func (s *Sources) AddSources(ctx context.Context, all []alerts.AddedSource) (added []bool, err error) {
	if len(all) == 0 {
		return nil, nil
	}
	names := make([]string, len(all))
	args := make([]any, 0, 2*len(all))
	for i, one := range all {
		names[i] = one.Name
		record, err := encodeSource(one)
		if err != nil {
			return nil, fmt.Errorf("add source %s: %w", one.Name, err)
		}
		args = append(args, one.Name, record)
	}
	if err := s.ForgetSources(ctx, names); err != nil {
		return nil, fmt.Errorf("add sources: %w", err)
	}
	stood, err := s.c.keep(ctx, scriptSourceAdd, s.prefix, args...).StringSlice()
	if err == nil && len(stood) != len(all) {
		err = errReply
	}
	if err != nil {
		return nil, fmt.Errorf("add sources: %w", err)
	}
	for _, record := range stood {
		added = append(added, record == "")
	}
	return added, s.c.saved(ctx)
}

// RemoveSource deletes one and returns it; alerts.ErrNotFound if there is none.
// Its state and its turn go after it: a source that is there without them would
// take its news for history.
func (s *Sources) RemoveSource(ctx context.Context, name string) (alerts.AddedSource, error) {
	record, err := s.c.keep(ctx, scriptSourceRemove, s.prefix, name).Text()
	if err == nil && record == "" {
		err = alerts.ErrNotFound
	}
	if err != nil {
		return alerts.AddedSource{}, fmt.Errorf("remove source %s: %w", name, err)
	}
	if err := s.ForgetSources(ctx, []string{name}); err != nil {
		s.c.log.WarnContext(ctx, "what was kept of a removed source stays until it is added again", "source", name, "error", err)
	}
	gone, err := decodeSource(name, record)
	if err != nil {
		return alerts.AddedSource{}, err
	}
	return gone, s.c.saved(ctx)
}

// ForgetSources implements ingest.Added.
func (s *Sources) ForgetSources(ctx context.Context, names []string) error {
	if len(names) == 0 {
		return nil
	}
	records, err := s.c.db.HMGet(ctx, s.prefix+"added", names...).Result()
	if err == nil && len(records) != len(names) {
		err = errReply
	}
	if err != nil {
		return fmt.Errorf("look which sources are there: %w", err)
	}
	var gone []string
	var states []scriptCall
	for i, name := range names {
		if records[i] == nil {
			gone = append(gone, name)
			states = append(states, scriptCall{s.c.key("a"), []any{name, ""}})
		}
	}
	if len(gone) == 0 {
		return nil
	}
	if _, err := s.c.runAll(ctx, scriptState, states); err != nil {
		return fmt.Errorf("forget the state of sources: %w", err)
	}
	_, err = s.c.db.TxPipelined(ctx, func(p goredis.Pipeliner) error {
		p.HDel(ctx, s.c.key("l")+"turns", gone...)
		p.HDel(ctx, s.c.key("l")+"sources", gone...)
		return nil
	})
	if err != nil {
		return fmt.Errorf("forget the turns of sources: %w", err)
	}
	return nil
}

// AddedSources gives all, by name. One that can't be read is logged and left
// out.
func (s *Sources) AddedSources(ctx context.Context) ([]alerts.AddedSource, error) {
	records, err := s.c.db.HGetAll(ctx, s.prefix+"added").Result()
	if err != nil {
		return nil, fmt.Errorf("list the added sources: %w", err)
	}
	out := make([]alerts.AddedSource, 0, len(records))
	for name, record := range records {
		one, err := decodeSource(name, record)
		if err != nil {
			s.c.log.ErrorContext(ctx, "an added source can't be read", "error", err)
			continue
		}
		out = append(out, one)
	}
	slices.SortFunc(out, func(a, b alerts.AddedSource) int { return cmp.Compare(a.Name, b.Name) })
	return out, nil
}

// SourcesRevision is another one after each change of what AddedSources gives.
func (s *Sources) SourcesRevision(ctx context.Context) (int64, error) {
	n, err := s.c.db.Get(ctx, s.prefix+"added:rev").Int64()
	if errors.Is(err, goredis.Nil) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("read the revision of the added sources: %w", err)
	}
	return n, nil
}
