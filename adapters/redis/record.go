package redis

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/alerts/query"
)

// digest gives a short name for s, 22 characters of base64url: 128 bits of its
// SHA-256.
func digest(s string) string {
	sum := sha256.Sum256([]byte(s))
	return base64.RawURLEncoding.EncodeToString(sum[:16])
}

// millis gives t in milliseconds since 1970, 0 for the zero time and for any
// before.
func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return max(t.UnixMilli(), 0)
}

// instant is the reverse of millis.
func instant(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

// subscriptionJSON is what of a subscription the scripts need not understand.
type subscriptionJSON struct {
	Query    string `json:"q"`
	Schedule string `json:"s,omitempty"`
	Paused   bool   `json:"p,omitempty"`
	Until    int64  `json:"u,omitempty"`
	Created  int64  `json:"c,omitempty"`
	Mention  string `json:"n,omitempty"`
}

func encodeSubscription(s alerts.Subscription, text string) ([]byte, error) {
	return json.Marshal(subscriptionJSON{
		Query: text, Schedule: s.Schedule.String(), Paused: s.Paused,
		Until: millis(s.PausedUntil), Created: millis(s.Created), Mention: s.Mention,
	})
}

var errRecord = errors.New("the record has another form")

// errQuery marks a subscription that is whole but for its query, which no
// longer parses.
var errQuery = errors.New("its query no longer parses")

// decodeSubscription reads a record of the hash "sub". With errQuery the
// subscription is usable, its query empty.
func decodeSubscription(record string) (s alerts.Subscription, text string, err error) {
	f := strings.SplitN(record, " ", 7)
	if len(f) != 7 {
		return s, "", errRecord
	}
	id, errID := strconv.ParseUint(f[0], 10, 64)
	number, errNumber := strconv.Atoi(f[1])
	revision, errRevision := strconv.ParseUint(f[2], 10, 64)
	destination, errDestination := alerts.ParseDestination(f[4])
	owner, errOwner := alerts.ParsePerson(f[5])
	var j subscriptionJSON
	errJSON := json.Unmarshal([]byte(f[6]), &j)
	schedule, errSchedule := alerts.ParseSchedule(j.Schedule)
	if err := errors.Join(errID, errNumber, errRevision, errDestination, errOwner, errJSON, errSchedule); err != nil {
		return s, "", fmt.Errorf("subscription %s: %w", f[0], err)
	}
	s = alerts.Subscription{
		ID: alerts.SubscriptionID(id), Number: number, Owner: owner, Destination: destination,
		Schedule: schedule, Paused: j.Paused, PausedUntil: instant(j.Until),
		Created: instant(j.Created), Mention: j.Mention, Revision: revision,
	}
	s.Query, err = query.Parse(j.Query)
	if err != nil {
		return s, j.Query, fmt.Errorf("subscription %d: %w: %q: %w", id, errQuery, j.Query, err)
	}
	return s, j.Query, nil
}

type settingsJSON struct {
	TimeZone string       `json:"z,omitempty"`
	From     alerts.Clock `json:"f,omitempty"`
	To       alerts.Clock `json:"t,omitempty"`
	Schedule string       `json:"s,omitempty"`
	Paused   bool         `json:"p,omitempty"`
	Until    int64        `json:"u,omitempty"`
	Cap      int          `json:"a,omitempty"`
	Muted    []string     `json:"m,omitempty"`
	PausedBy alerts.Loss  `json:"l,omitempty"`
}

func encodeSettings(s alerts.Settings) ([]byte, error) {
	return json.Marshal(settingsJSON{
		TimeZone: s.TimeZone, From: s.Quiet.From, To: s.Quiet.To, Schedule: s.Schedule.String(),
		Paused: s.Paused, Until: millis(s.PausedUntil), Cap: s.Cap, Muted: s.Muted, PausedBy: s.PausedBy,
	})
}

// decodeSettings reads a record of the hash "set"; an empty one is that of a
// destination without settings.
func decodeSettings(d alerts.Destination, record string) (alerts.Settings, error) {
	s := alerts.Settings{Destination: d}
	if record == "" {
		return s, nil
	}
	rev, text, found := strings.Cut(record, " ")
	if !found {
		return s, fmt.Errorf("settings of %s: %w", d, errRecord)
	}
	var j settingsJSON
	revision, errRevision := strconv.ParseUint(rev, 10, 64)
	errJSON := json.Unmarshal([]byte(text), &j)
	schedule, errSchedule := alerts.ParseSchedule(j.Schedule)
	if err := errors.Join(errRevision, errJSON, errSchedule); err != nil {
		return s, fmt.Errorf("settings of %s: %w", d, err)
	}
	return alerts.Settings{
		Destination: d, TimeZone: j.TimeZone, Quiet: alerts.Quiet{From: j.From, To: j.To}, Schedule: schedule,
		Paused: j.Paused, PausedUntil: instant(j.Until), Cap: j.Cap, Muted: j.Muted,
		PausedBy: j.PausedBy, Revision: revision,
	}, nil
}
