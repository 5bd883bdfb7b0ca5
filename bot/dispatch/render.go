package dispatch

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/alerts/query"
	"github.com/bellwether/bellwether/alerts/schedule"
	"github.com/bellwether/bellwether/alerts/summary"
)

// alertsInPart bounds the alerts of one message of a digest.
const alertsInPart = 10

// view is what a claim refers to, as it is now.
type view struct {
	settings      alerts.Settings
	location      *time.Location
	subscriptions map[alerts.SubscriptionID]alerts.Subscription
	now           time.Time
}

// part is what becomes one message.
type part struct {
	key    string
	items  []alerts.Item // what the message answers for
	alerts []alerts.Alert
	// gone are the keys of items that nobody wants any more, lost those whose
	// article can't be shown, with the reason.
	gone []string
	lost map[string]error
	// edits are the messages that it changes, as the platform names them, and sent
	// is the key that they were sent under.
	edits []string
	sent  string
	// look: it is only looked whether it arrived; it is not to be sent any more.
	look bool
	// early: it is too soon to tell whether there is anything to amend.
	early bool
}

// uncertain: an earlier try may have arrived without anyone knowing.
func (p part) uncertain() bool {
	return slices.ContainsFunc(p.items, begun)
}

// marked: an earlier try was under way when its dispatcher stopped.
func (p part) marked() bool {
	return slices.ContainsFunc(p.items, func(i alerts.Item) bool { return i.Sending })
}

func (p part) attempt() int {
	n := 0
	for _, i := range p.items {
		n = max(n, i.Attempt)
	}
	return n
}

func (p part) keys() []string {
	out := make([]string, len(p.items))
	for i, item := range p.items {
		out[i] = item.Key
	}
	return out
}

// begun reports whether a send of i was tried. Its answer may have been lost.
func begun(i alerts.Item) bool { return i.Sending || i.Attempt > 0 }

// active reports whether the subscription still exists and is not paused.
func (v view) active(id alerts.SubscriptionID) bool {
	s, known := v.subscriptions[id]
	if !known {
		return false
	}
	paused, _ := schedule.Paused(v.settings, s, v.now)
	return !paused
}

// wanted reports whether anyone still asks for i, so far as that can be told
// without its text.
func (v view) wanted(i alerts.Item) bool {
	return !v.settings.Mutes(i.Article) && slices.ContainsFunc(i.Subscriptions, v.active)
}

// view reads settings and subscriptions for a claim, both at the same time.
func (d *Dispatcher) view(ctx context.Context, c alerts.Claim) (view, error) {
	v := view{now: d.cfg.Now(), subscriptions: map[alerts.SubscriptionID]alerts.Subscription{}}
	var ids []alerts.SubscriptionID
	for _, i := range c.Items {
		ids = append(ids, i.Subscriptions...)
	}
	slices.Sort(ids)
	var all []alerts.Subscription
	reads, ctx := errgroup.WithContext(ctx)
	reads.Go(func() (err error) {
		if v.settings, err = d.cfg.Subscriptions.Settings(ctx, c.Lane.Destination); err != nil {
			return fmt.Errorf("read the settings of %s: %w", c.Lane.Destination, err)
		}
		return nil
	})
	reads.Go(func() (err error) {
		if all, err = d.cfg.Subscriptions.Subscriptions(ctx, c.Lane.Destination, slices.Compact(ids)); err != nil {
			return fmt.Errorf("read the subscriptions of %s: %w", c.Lane.Destination, err)
		}
		return nil
	})
	if err := reads.Wait(); err != nil {
		return v, err
	}
	v.location = d.zones.location(v.settings.TimeZone)
	for _, s := range all {
		v.subscriptions[s.ID] = s
	}
	return v, nil
}

// parts divides a claim into messages. What was begun in an earlier claim
// comes first, as the message that it was begun in and under the key that this
// had. The rest of a digest is put together by keyword.
func (d *Dispatcher) parts(ctx context.Context, c alerts.Claim, v view) ([]part, error) {
	if c.Lane.Schedule.Cadence == alerts.Amending {
		return d.amendments(ctx, c, v)
	}
	if !c.IsDigest() {
		var out []part
		for _, i := range c.Items {
			p, err := d.part(ctx, c.Lane, []alerts.Item{i}, v)
			if err != nil {
				return nil, err
			}
			p.key = i.Key
			if begun(i) {
				p.key = messageKey(i)
				d.lookFor(ctx, &p, i)
			}
			out = append(out, p)
		}
		return out, nil
	}
	names, earlier, fresh := sorted(c.Items)
	var out []part
	for _, name := range names {
		p, err := d.part(ctx, c.Lane, earlier[name], v)
		if err != nil {
			return nil, err
		}
		p.key = name
		out = append(out, p)
	}
	p, err := d.part(ctx, c.Lane, fresh, v)
	if err != nil {
		return nil, err
	}
	return append(out, p.divide()...), nil
}

// partKey is the key of the part of a digest whose first item was head when it
// was first sent. That item may be gone since.
func partKey(head string) string { return head + "/part" }

// messageKey is the key of the message in which a send of i was begun.
func messageKey(i alerts.Item) string {
	head := cmp.Or(i.Head, i.Key)
	if i.Part {
		return partKey(head)
	}
	return head
}

// sorted puts a digest in the order in which it is read: what the same keyword
// hit stands together, oldest first, and keywords in the order in which they
// were subscribed to. What was begun is kept apart, by the key of its message.
func sorted(items []alerts.Item) (names []string, earlier map[string][]alerts.Item, fresh []alerts.Item) {
	items = slices.Clone(items)
	slices.SortStableFunc(items, func(x, y alerts.Item) int { return cmp.Compare(keyword(x), keyword(y)) })
	earlier = map[string][]alerts.Item{}
	for _, i := range items {
		if !begun(i) {
			fresh = append(fresh, i)
			continue
		}
		name := messageKey(i)
		if earlier[name] == nil {
			names = append(names, name)
		}
		earlier[name] = append(earlier[name], i)
	}
	return names, earlier, fresh
}

// keyword is the subscription that an item of a digest is put with: the first
// that hit, whether it still wants the item or not, so that every claim has
// the same order.
func keyword(i alerts.Item) alerts.SubscriptionID {
	if len(i.Subscriptions) == 0 {
		return 0
	}
	return slices.Min(i.Subscriptions)
}

// part renders items that are sent as one message.
func (d *Dispatcher) part(ctx context.Context, lane alerts.Lane, items []alerts.Item, v view) (part, error) {
	p := part{items: items, lost: map[string]error{}}
	for _, i := range items {
		if d.expired(lane, i, v) {
			p.lost[i.Key] = d.errExpired()
			continue
		}
		if id, ok := alerts.NoticeID(i.Article); ok {
			if err := d.ofSources(ctx, id, i, v, &p); err != nil {
				return p, err
			}
			continue
		}
		text, err := d.texts.get(ctx, i.Article, 0)
		if errors.Is(err, alerts.ErrNotFound) {
			p.lost[i.Key] = fmt.Errorf("read article %s: %w", i.Article, err)
			continue
		}
		if err != nil {
			return p, fmt.Errorf("read article %s: %w", i.Article, err)
		}
		alert, err := d.alert(text, i, v)
		switch {
		case err != nil:
			p.lost[i.Key] = err
		case len(alert.Subscriptions) == 0:
			p.gone = append(p.gone, i.Key)
		default:
			p.alerts = append(p.alerts, alert)
		}
	}
	return p, nil
}

// divide cuts what was never sent into parts of alertsInPart alerts. What is
// gone or lost goes with the first.
func (p part) divide() []part {
	wanted := slices.DeleteFunc(slices.Clone(p.items), func(i alerts.Item) bool {
		return p.lost[i.Key] != nil || slices.Contains(p.gone, i.Key)
	})
	var out []part
	for n := 0; n < len(wanted); n += alertsInPart {
		end := min(n+alertsInPart, len(wanted))
		out = append(out, part{key: partKey(wanted[n].Key), items: wanted[n:end], alerts: p.alerts[n:end]})
	}
	if len(p.gone)+len(p.lost) > 0 {
		out = append([]part{{gone: p.gone, lost: p.lost}}, out...)
	}
	return out
}

// alert renders an article for those of the item's subscriptions that still
// want it; it has none of them if none does. An error is an article that
// can't be rendered, now or ever.
func (d *Dispatcher) alert(t *text, i alerts.Item, v view) (out alerts.Alert, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("rendering article %s panicked: %v", i.Article, r)
		}
	}()
	out.Article = t.article
	if t.article.Standing == alerts.Withdrawn || !v.wanted(i) {
		return out, nil
	}
	return d.render(t, i, v), nil
}

// render shows an article for those of the item's subscriptions that are not
// paused and hit.
func (d *Dispatcher) render(t *text, i alerts.Item, v view) alerts.Alert {
	out := alerts.Alert{Article: t.article}
	doc := t.document()
	for _, id := range i.Subscriptions {
		if !v.active(id) {
			continue
		}
		s := v.subscriptions[id]
		spans, hit := doc.Spans(s.Query)
		if !hit {
			continue
		}
		out.Subscriptions = append(out.Subscriptions, s)
		out.Spans = append(out.Spans, spans...)
	}
	if len(out.Subscriptions) == 0 && i.Again == "" {
		return out
	}
	slices.SortFunc(out.Subscriptions, func(x, y alerts.Subscription) int { return cmp.Compare(x.Number, y.Number) })
	queries := make([]query.Query, len(out.Subscriptions))
	for n, s := range out.Subscriptions {
		queries[n] = s.Query
	}
	out.Matched = doc.Matched(queries...)
	out.Spans = merge(out.Spans)
	s := t.summarizer().Summarize(out.Spans, d.cfg.Sentences).Fit(summary.SentenceLimit)
	out.Summary, out.Highlights = s.Sentences, s.Highlights
	return out
}

// merge sorts spans and joins those that touch or overlap.
func merge(spans []alerts.Span) []alerts.Span {
	slices.SortFunc(spans, func(x, y alerts.Span) int {
		return cmp.Or(cmp.Compare(x.Field, y.Field), cmp.Compare(x.Start, y.Start))
	})
	var out []alerts.Span
	for _, s := range spans {
		if n := len(out); n > 0 && out[n-1].Field == s.Field && s.Start <= out[n-1].End {
			out[n-1].End = max(out[n-1].End, s.End)
			continue
		}
		out = append(out, s)
	}
	return out
}

// zones keeps time zones by name; loading one reads files.
type zones struct {
	mu     sync.Mutex
	byName map[string]*time.Location
}

func newZones() *zones { return &zones{byName: map[string]*time.Location{"": time.UTC}} }

// location is the zone of that name, UTC where there is none.
func (z *zones) location(name string) *time.Location {
	z.mu.Lock()
	defer z.mu.Unlock()
	l := z.byName[name]
	if l == nil {
		var err error
		if l, err = time.LoadLocation(name); err != nil {
			l = time.UTC
		}
		z.byName[name] = l
	}
	return l
}
