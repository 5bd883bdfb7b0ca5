package bot

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/alerts/query"
	"github.com/bellwether/bellwether/bot/chat"
)

// Record is a line of an export: a subscription with the settings of its
// destination. A destination that has settings but no subscriptions has a line
// without Query.
type Record struct {
	ID          alerts.SubscriptionID `json:"id,omitempty"` // of the store it came from
	Number      int                   `json:"number,omitempty"`
	Destination string                `json:"destination"`     // alerts.Destination.String
	Owner       string                `json:"owner,omitempty"` // alerts.Person.String; empty: see Subscription
	Query       string                `json:"query,omitempty"` // canonical
	Mention     string                `json:"mention,omitempty"`
	Schedule    string                `json:"schedule"` // without Query, that of new subscriptions
	TimeZone    string                `json:"timezone"` // IANA, empty for UTC
	Quiet       string                `json:"quiet"`    // "22:00-07:00" or "off"
	Paused      bool                  `json:"paused,omitempty"`
	PausedUntil time.Time             `json:"paused_until,omitzero"`
	// Cap and Muted stand only in lines without Query.
	Cap   int      `json:"cap,omitempty"`
	Muted []string `json:"muted,omitempty"`
}

// NewRecord gives the line of a subscription.
func NewRecord(s alerts.Subscription, set alerts.Settings) Record {
	r := NewSettingsRecord(set)
	r.ID, r.Number, r.Destination = s.ID, s.Number, s.Destination.String()
	if s.Owner != (alerts.Person{}) {
		r.Owner = s.Owner.String()
	}
	r.Cap, r.Muted = 0, nil
	r.Query, r.Schedule = s.Query.String(), s.Schedule.String()
	r.Paused, r.PausedUntil, r.Mention = s.Paused, s.PausedUntil, s.Mention
	return r
}

// NewSettingsRecord gives the line of a destination without subscriptions.
func NewSettingsRecord(set alerts.Settings) Record {
	return Record{
		Destination: set.Destination.String(), Schedule: set.Schedule.String(),
		TimeZone: set.TimeZone, Quiet: set.Quiet.String(),
		Paused: set.Paused, PausedUntil: set.PausedUntil, Cap: set.Cap, Muted: set.Muted,
	}
}

// ParseRecord reads a line of an export.
func ParseRecord(line []byte) (Record, error) {
	var r Record
	if err := json.Unmarshal(line, &r); err != nil {
		return r, fmt.Errorf("read an exported line: %w", err)
	}
	if r.Destination == "" {
		return r, errors.New("read an exported line: it names no destination")
	}
	return r, nil
}

// HasQuery reports whether the line is a subscription, not settings alone.
func (r Record) HasQuery() bool { return r.Query != "" }

// Subscription gives what the line says, as SubscriptionStore.Add takes it: ID
// and Revision are zero. Without an owner a direct message belongs to its
// person, and a channel's subscription to nobody.
func (r Record) Subscription() (s alerts.Subscription, err error) {
	fail := func(err error) (alerts.Subscription, error) {
		return s, fmt.Errorf("read an exported subscription: %w", err)
	}
	if s.Destination, err = alerts.ParseDestination(r.Destination); err != nil {
		return fail(err)
	}
	if s.Query, err = query.Parse(r.Query); err != nil {
		return fail(fmt.Errorf("query %q: %w", r.Query, err))
	}
	if r.Schedule != "" {
		if s.Schedule, err = alerts.ParseSchedule(r.Schedule); err != nil {
			return fail(err)
		}
	}
	switch {
	case r.Owner != "":
		if s.Owner, err = alerts.ParsePerson(r.Owner); err != nil {
			return fail(err)
		}
	case s.Destination.IsDirect():
		s.Owner = alerts.Person{Platform: s.Destination.Platform, Workspace: s.Destination.Workspace, User: s.Destination.User}
	}
	s.Number, s.Paused, s.PausedUntil, s.Mention = r.Number, r.Paused, r.PausedUntil, r.Mention
	return s, nil
}

// Apply puts the settings that the line names into set, which are those that
// the destination has now.
func (r Record) Apply(set *alerts.Settings) error {
	if r.TimeZone != "" {
		if _, err := time.LoadLocation(r.TimeZone); err != nil {
			return fmt.Errorf("read exported settings: %w", err)
		}
	}
	quiet := alerts.Quiet{}
	if r.Quiet != "" {
		var err error
		if quiet, err = alerts.ParseQuiet(r.Quiet); err != nil {
			return fmt.Errorf("read exported settings: %w", err)
		}
	}
	if !r.HasQuery() {
		var err error
		if set.Schedule, err = alerts.ParseSchedule(cmp.Or(r.Schedule, "instant")); err != nil {
			return fmt.Errorf("read exported settings: %w", err)
		}
		set.Paused, set.PausedUntil, set.Cap, set.Muted = r.Paused, r.PausedUntil, r.Cap, r.Muted
	}
	set.TimeZone, set.Quiet = r.TimeZone, quiet
	return nil
}

// export gives what stands in the place; in a direct message also what the
// person owns elsewhere.
func (b *Bot) export(ctx context.Context, q *request) (chat.Reply, error) {
	if q.args != "" {
		return problem("`export` takes no words after it but `me:`."), nil
	}
	subs, err := b.list(ctx, q.place)
	if err != nil {
		return chat.Reply{}, err
	}
	if q.place == q.Person.Direct() {
		owned, err := b.store.Owned(ctx, q.Person)
		if err != nil {
			return chat.Reply{}, fmt.Errorf("list what %s owns: %w", q.Person, err)
		}
		for _, s := range owned {
			if s.Destination != q.place {
				subs = append(subs, s)
			}
		}
	}
	places := []alerts.Destination{q.place}
	for _, s := range subs {
		if !slices.Contains(places, s.Destination) {
			places = append(places, s.Destination)
		}
	}
	var lines bytes.Buffer
	enc := json.NewEncoder(&lines)
	enc.SetEscapeHTML(false)
	for _, d := range places {
		set, err := b.settings(ctx, d)
		if err != nil {
			return chat.Reply{}, err
		}
		if err := q.lines(enc, subs, set); err != nil {
			return chat.Reply{}, fmt.Errorf("write an export: %w", err)
		}
	}
	return chat.Reply{
		Text: fmt.Sprintf("The file holds %s and the settings, a line of JSON each.", count(len(subs), "subscription")),
		Attachment: &chat.Attachment{
			Name: "bellwether-" + q.now.UTC().Format(time.DateOnly) + ".jsonl", Type: "application/jsonl", Data: lines.Bytes(),
		},
	}, nil
}

// lines writes a destination: its settings, then its subscriptions. Who else
// owns one of them is theirs to tell.
func (q *request) lines(enc *json.Encoder, subs []alerts.Subscription, set alerts.Settings) error {
	if err := enc.Encode(NewSettingsRecord(set)); err != nil {
		return err
	}
	for _, s := range subs {
		if s.Destination != set.Destination {
			continue
		}
		r := NewRecord(s, set)
		if s.Owner != q.Person {
			r.Owner = ""
		}
		if err := enc.Encode(r); err != nil {
			return err
		}
	}
	return nil
}
