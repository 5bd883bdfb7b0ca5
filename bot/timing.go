package bot

import (
	"context"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/alerts/schedule"
	"github.com/bellwether/bellwether/bot/chat"
)

func (b *Bot) digest(ctx context.Context, q *request) (chat.Reply, error) {
	if q.args == "" {
		return b.showTiming(ctx, q)
	}
	which, spec := firstWord(q.args)
	if _, err := strconv.Atoi(strings.TrimPrefix(which, "#")); err != nil {
		which, spec = "", q.args
	}
	wanted, err := alerts.ParseSchedule(spec)
	if err != nil {
		r := problem(code(spec) + " is not a time for alerts. Say it as one of these, with a time of day such as 08:00.")
		for _, s := range []string{"instant", "hourly", "daily 08:00", "weekly mon 08:00"} {
			r.Hints = append(r.Hints, q.undo("digest", joined(which, s)))
		}
		return r, nil
	}
	set, err := b.zoned(ctx, q)
	if err != nil {
		return chat.Reply{}, err
	}
	if which != "" {
		return b.digestOne(ctx, q, which, wanted, set)
	}
	return b.digestAll(ctx, q, wanted, set)
}

func (b *Bot) digestAll(ctx context.Context, q *request, wanted alerts.Schedule, set alerts.Settings) (chat.Reply, error) {
	before := set.Schedule
	set, err := b.changeSettings(ctx, q.place, func(s *alerts.Settings) { s.Schedule = wanted })
	if err != nil {
		return orBusy(err)
	}
	q.changed = q.changed || before != wanted
	subs, err := b.list(ctx, q.place)
	if err != nil {
		return chat.Reply{}, err
	}
	left := map[alerts.Schedule]bool{before: true}
	for _, s := range subs {
		left[s.Schedule] = true
		if s.Schedule == wanted {
			continue
		}
		if _, err := b.change(ctx, q.place, s.Number, func(s *alerts.Subscription) { s.Schedule = wanted }); err != nil {
			return orBusy(err)
		}
		q.changed = true
	}
	same := len(left) == 1 // then one command sets all as they were
	delete(left, wanted)
	moved := 0
	for old := range left {
		moved += b.move(ctx, q, old, wanted, set)
	}
	what := "Alerts for what is followed " + q.here() + " from now on"
	if len(subs) > 0 {
		what = fmt.Sprintf("Alerts for %s %s, and for what is followed later,", allOf(len(subs)), q.here())
	}
	r := chat.Reply{Text: fmt.Sprintf("%s are sent %s.", what, schedule.Describe(wanted, set.Quiet, location(set), q.now))}
	r.Changed = moved > 0
	return q.timed(r, moved, set, before.String(), same && before != wanted), nil
}

// allOf is "the subscription" or "the 3 subscriptions".
func allOf(n int) string {
	if n == 1 {
		return "the subscription"
	}
	return "the " + count(n, "subscription")
}

// digestOne changes the schedule of one subscription. What waits moves along
// only if nothing else uses the old schedule: a lane is shared.
func (b *Bot) digestOne(ctx context.Context, q *request, which string, wanted alerts.Schedule, set alerts.Settings) (chat.Reply, error) {
	sub, wrong, err := b.named(ctx, q, which)
	if err != nil || wrong != nil {
		return orEmpty(wrong), err
	}
	before := sub.Schedule
	if before != wanted {
		sub, err = b.change(ctx, q.place, sub.Number, func(s *alerts.Subscription) { s.Schedule = wanted })
		if err != nil {
			return orBusy(err)
		}
	}
	moved := 0
	if before != wanted {
		if moved, err = b.movedAlong(ctx, q, before, wanted, set); err != nil {
			return chat.Reply{}, err
		}
	}
	r := chat.Reply{Subscription: &sub, Text: fmt.Sprintf("Alerts for number %d, %s, are sent %s.", sub.Number, code(sub.Query.String()),
		schedule.Describe(wanted, set.Quiet, location(set), q.now))}
	return q.timed(r, moved, set, fmt.Sprintf("%d %s", sub.Number, before), before != wanted), nil
}

// movedAlong takes what waits along from one schedule to another, unless
// something else still uses the old one.
func (b *Bot) movedAlong(ctx context.Context, q *request, before, wanted alerts.Schedule, set alerts.Settings) (int, error) {
	subs, err := b.list(ctx, q.place)
	if err != nil {
		return 0, err
	}
	for _, s := range subs {
		if s.Schedule == before {
			return 0, nil
		}
	}
	return b.move(ctx, q, before, wanted, set), nil
}

// timed adds to the reply to digest what moved, whose time it is and how to
// undo it.
func (q *request) timed(r chat.Reply, moved int, set alerts.Settings, undo string, changed bool) chat.Reply {
	switch {
	case moved == 1:
		r.Text += "\n1 alert that was waiting goes with it."
	case moved > 1:
		r.Text += fmt.Sprintf("\n%s that were waiting go with it.", count(moved, "alert"))
	}
	if changed {
		r.Hints = append(r.Hints, q.undo("digest", undo)+" undoes it")
		r.Undo = q.back("digest", undo)
	}
	if set.TimeZone == "" {
		zone := "Europe/Brussels"
		if own, _ := zoneNamed(q.TimeZone); own != "" {
			zone = own
		}
		r.Hints = append(r.Hints, q.undo("timezone", zone)+" sets another zone than UTC")
	}
	return r
}

// move takes what waits along to another schedule. The schedule itself is
// stored by then: what can't be moved is sent at the old time.
func (b *Bot) move(ctx context.Context, q *request, from, to alerts.Schedule, set alerts.Settings) int {
	at := schedule.Next(to, set.Quiet, location(set), q.now)
	lane := func(s alerts.Schedule) alerts.Lane { return alerts.Lane{Destination: q.place, Schedule: s} }
	n, err := b.outbox.Move(ctx, lane(from), lane(to), at)
	if err != nil {
		b.warn(ctx, q, "waiting alerts not moved", fmt.Errorf("move from %s to %s: %w", from, to, err))
	}
	return n
}

// retime gives every lane of the place its time anew, after the clock that it
// goes by has changed.
func (b *Bot) retime(ctx context.Context, q *request, set alerts.Settings) error {
	subs, err := b.list(ctx, q.place)
	if err != nil {
		return err
	}
	lanes := map[alerts.Schedule]bool{{}: true}
	for _, s := range subs {
		lanes[s.Schedule] = true
	}
	for s := range lanes {
		b.move(ctx, q, s, s, set)
	}
	return nil
}

func (b *Bot) timezone(ctx context.Context, q *request) (chat.Reply, error) {
	if q.args == "" {
		return b.showTiming(ctx, q)
	}
	zone, near := zoneNamed(q.args)
	if zone == "" {
		r := problem(code(q.args) + " is not a time zone. Say the region and the city, such as `Europe/Brussels`.")
		for _, z := range near {
			r.Hints = append(r.Hints, q.undo("timezone", z))
		}
		return r, nil
	}
	before, err := b.settings(ctx, q.place)
	if err != nil {
		return chat.Reply{}, err
	}
	set, err := b.changeSettings(ctx, q.place, func(s *alerts.Settings) { s.TimeZone = zone })
	if err != nil {
		return orBusy(err)
	}
	if err := b.retime(ctx, q, set); err != nil {
		return chat.Reply{}, err
	}
	loc := location(set)
	r := chat.Reply{Text: fmt.Sprintf("Times %s are in %s from now on, where it is %s.\nAlerts are sent %s.",
		q.here(), zone, q.now.In(loc).Format("15:04"), schedule.Describe(set.Schedule, set.Quiet, loc, q.now))}
	r.Changed = before.TimeZone != zone
	if old := location(before).String(); old != zone {
		r.Hints = append(r.Hints, q.undo("timezone", old)+" undoes it")
		r.Undo = q.back("timezone", old)
	}
	for _, z := range near {
		r.Hints = append(r.Hints, "this zone has no summer time: "+q.undo("timezone", z)+" has")
	}
	return r, nil
}

// between is what people write between the beginning and the end of a time.
var between = regexp.MustCompile(`(?i)\s*(?:\s(?:to|until|till)\s|[-–—]|\s)\s*`)

func (b *Bot) quiet(ctx context.Context, q *request) (chat.Reply, error) {
	if q.args == "" {
		return b.showTiming(ctx, q)
	}
	said := strings.ToLower(plain(q.args))
	if first, rest := firstWord(said); first == "from" || first == "between" {
		said = rest
	}
	if said == "none" || said == "no" || said == "never" {
		said = "off"
	}
	wanted, err := alerts.ParseQuiet(between.ReplaceAllString(said, "-"))
	if err != nil {
		r := problem(code(q.args) + " is not a stretch of time. Say when the quiet begins and ends, or `off`.")
		r.Hints = []string{q.undo("quiet", "22:00-07:00"), q.undo("quiet", "off")}
		return r, nil
	}
	set, err := b.zoned(ctx, q)
	if err != nil {
		return chat.Reply{}, err
	}
	before := set.Quiet
	set, err = b.changeSettings(ctx, q.place, func(s *alerts.Settings) { s.Quiet = wanted })
	if err != nil {
		return orBusy(err)
	}
	if err := b.retime(ctx, q, set); err != nil {
		return chat.Reply{}, err
	}
	r := chat.Reply{Text: fmt.Sprintf("No quiet hours %s: alerts are sent at any time.", q.here())}
	if !wanted.IsZero() {
		r.Text = fmt.Sprintf("Nothing is sent %s from %s to %s (%s). What hits in that time is sent together at %s.",
			q.here(), wanted.From, wanted.To, location(set), wanted.To)
	}
	if before != wanted {
		r.Hints = append(r.Hints, q.undo("quiet", before.String())+" undoes it")
		r.Undo = q.back("quiet", before.String())
	}
	return r, nil
}

// showTiming tells how digest, timezone, quiet and limit are set.
func (b *Bot) showTiming(ctx context.Context, q *request) (chat.Reply, error) {
	set, err := b.settings(ctx, q.place)
	if err != nil {
		return chat.Reply{}, err
	}
	subs, err := b.list(ctx, q.place)
	if err != nil {
		return chat.Reply{}, err
	}
	loc := location(set)
	r := chat.Reply{
		Text: fmt.Sprintf("Alerts %s are sent %s.", q.here(), schedule.Describe(set.Schedule, set.Quiet, loc, q.now)),
		Rows: []chat.Row{
			{Label: "digest", Value: set.Schedule.String()},
			{Label: "timezone", Value: loc.String() + ", where it is " + q.now.In(loc).Format("15:04")},
			{Label: "quiet", Value: set.Quiet.String()},
			{Label: "limit", Value: b.limited(set)},
		},
		Hints: []string{q.undo("digest", "daily 08:00"), q.undo("timezone", "Europe/Brussels"), q.undo("quiet", "22:00-07:00"), q.undo("limit", "30")},
	}
	for _, s := range subs {
		if s.Schedule != set.Schedule {
			r.Rows = append(r.Rows, chat.Row{
				Label: fmt.Sprintf("number %d", s.Number), Value: s.Schedule.String() + ": " + code(s.Query.String()),
			})
		}
	}
	return r, nil
}
