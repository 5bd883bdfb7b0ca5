package bot

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/alerts/schedule"
	"github.com/bellwether/bellwether/bot/chat"
)

// mostAnHour bounds what people can set: a channel takes one message a second.
const mostAnHour = 3600

// limit sets how many alerts an hour come one by one.
func (b *Bot) limit(ctx context.Context, q *request) (chat.Reply, error) {
	if q.args == "" {
		return b.showTiming(ctx, q)
	}
	wanted, ok := readLimit(q.args)
	if !ok {
		r := problem(code(q.args) + fmt.Sprintf(" is not a number of alerts an hour. Say one from 1 to %d, `off` for no limit, or `default`.", mostAnHour))
		r.Hints = []string{q.undo("limit", "30"), q.undo("limit", "off")}
		return r, nil
	}
	set, err := b.settings(ctx, q.place)
	if err != nil {
		return chat.Reply{}, err
	}
	before := set.Cap
	set, err = b.changeSettings(ctx, q.place, func(s *alerts.Settings) { s.Cap = wanted })
	if err != nil {
		return orBusy(err)
	}
	// What a lower limit held back goes out now, together.
	at := schedule.Next(alerts.Schedule{}, set.Quiet, location(set), q.now)
	lane := alerts.Lane{Destination: q.place}
	if before != wanted {
		if _, err := b.outbox.Move(ctx, lane, lane, at); err != nil {
			b.warn(ctx, q, "what the limit held back is not sent yet", fmt.Errorf("bring its time forward: %w", err))
		}
	}
	r := chat.Reply{Text: fmt.Sprintf("No limit %s: alerts come one by one, however many there are.", q.here())}
	if n := set.AlertsAnHour(b.anHour); n > 0 {
		r.Text = fmt.Sprintf("At most %s an hour %s come one by one. What else hits comes together when the hour is over.", count(n, "alert"), q.here())
	}
	if before != wanted {
		r.Hints = append(r.Hints, q.undo("limit", writeLimit(before))+" undoes it")
		r.Undo = q.back("limit", writeLimit(before))
	}
	return r, nil
}

// readLimit reads what people say of a limit into [alerts.Settings.Cap].
func readLimit(s string) (limit int, ok bool) {
	s = strings.ToLower(plain(s))
	for _, more := range []string{" an hour", " per hour", "/h", "/hour", " alerts"} {
		s = strings.TrimSuffix(s, more)
	}
	switch s {
	case "off", "none", "no", "never":
		return alerts.NoCap, true
	case "default", "on":
		return 0, true
	}
	n, err := strconv.Atoi(strings.TrimSuffix(s, " alerts"))
	return n, err == nil && n >= 1 && n <= mostAnHour
}

// writeLimit is the reverse of readLimit.
func writeLimit(limit int) string {
	switch {
	case limit == 0:
		return "default"
	case limit < 0:
		return "off"
	}
	return strconv.Itoa(limit)
}

// limited tells how the limit of a place is, for a list of its settings.
func (b *Bot) limited(set alerts.Settings) string {
	n := set.AlertsAnHour(b.anHour)
	if n == 0 {
		return "off"
	}
	return fmt.Sprintf("%s an hour, then the rest together", count(n, "alert"))
}
