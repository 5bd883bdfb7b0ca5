package dispatch

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/bellwether/bellwether/alerts"
)

// amendPause lies between two looks whether what an article was sent as is known.
const amendPause = 5 * time.Second

// amendSettle is how long it may take until a message that was on its way when
// its article was corrected is known to be sent: others have the text for
// textKept, and what one had in hand that died is looked for after its lease.
func (d *Dispatcher) amendSettle() time.Duration { return d.cfg.Lease + amendPause }

// amendments are what corrects, or marks as withdrawn, what a destination was
// sent: edits of messages first, for they wait for nothing, then messages that
// follow up on what can't be edited.
func (d *Dispatcher) amendments(ctx context.Context, c alerts.Claim, v view) ([]part, error) {
	var out []part
	for _, i := range c.Items {
		p, err := d.amendment(ctx, c.Lane, i, v)
		if err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	slices.SortStableFunc(out, func(x, y part) int { return cmp.Compare(x.rank(), y.rank()) })
	return out, nil
}

// rank orders the parts of a claim: what has nothing to send, edits, messages
// that follow up, and what is not to be decided yet.
func (p part) rank() int {
	switch {
	case p.early:
		return 3
	case len(p.alerts) == 0:
		return 0
	case len(p.edits) > 0:
		return 1
	}
	return 2
}

// amendment renders an item of an amending lane. Where nothing was sent there is
// nothing to amend: what still waits is rendered as the article is by then.
func (d *Dispatcher) amendment(ctx context.Context, lane alerts.Lane, i alerts.Item, v view) (part, error) {
	first := alerts.Pending{Lane: lane, Article: i.Article}.Key()
	p := part{key: i.Key, sent: first, items: []alerts.Item{i}, lost: map[string]error{}}
	if begun(i) {
		p.key = messageKey(i)
	}
	text, err := d.texts.get(ctx, i.Article, alerts.Amends(i.Again))
	if errors.Is(err, alerts.ErrNotFound) {
		p.lost[i.Key] = fmt.Errorf("read article %s: %w", i.Article, err)
		return p, nil
	}
	if err != nil {
		return p, fmt.Errorf("read article %s: %w", i.Article, err)
	}
	receipt, err := d.cfg.Outbox.Receipt(ctx, lane.Destination, first)
	switch {
	case errors.Is(err, alerts.ErrNotFound) && v.now.Sub(i.Enqueued) < d.amendSettle():
		p.early = true
		return p, nil
	case errors.Is(err, alerts.ErrNotFound):
		p.gone = append(p.gone, i.Key)
		return p, nil
	case err != nil:
		return p, err
	}
	alert, err := d.notice(text, i, v)
	if err != nil {
		p.lost[i.Key] = err
		return p, nil
	}
	p.alerts = []alerts.Alert{alert}
	if !receipt.Digest {
		p.edits = receipt.Messages
	}
	return p, nil
}

// notice is an alert as it is since its article was corrected or withdrawn. Of
// what was withdrawn no text is shown. An error is an article that can't be
// rendered.
func (d *Dispatcher) notice(t *text, i alerts.Item, v view) (out alerts.Alert, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("rendering article %s panicked: %v", i.Article, r)
		}
	}()
	if t.article.Standing == alerts.Withdrawn {
		return alerts.Alert{Article: t.article, Notice: alerts.Withdrawn}, nil
	}
	out = d.render(t, i, v)
	out.Notice = t.article.Standing
	return out, nil
}

// edit changes what was sent. It is not marked as a send: after a crash it is
// just made again. What can't be edited is left for a message that follows up.
func (t *turn) edit(ctx context.Context, p part, msg alerts.Delivery) (outcome, step) {
	editor, ok := t.messenger.(Editor)
	if !ok || len(p.edits) == 0 {
		return outcome{}, sendIt
	}
	msg.Key, msg.Edits = p.sent, p.edits
	editing, cancel := context.WithDeadline(ctx, t.deadline)
	defer cancel()
	begun := time.Now()
	receipt, err := t.call(func() (alerts.Receipt, error) { return editor.Edit(editing, msg) })
	t.counts.called(time.Since(begun), err)
	refusal, refused := errors.AsType[*alerts.SendError](err)
	switch {
	case err == nil:
		t.log.Info("alert amended", "key", p.key, "articles", articlesOf(p))
		return t.done(ctx, p, receipt)
	case ctx.Err() != nil:
		return t.giveBack(ctx, 0, err), leave
	case errors.Is(err, alerts.ErrNotFound):
		return t.drop(ctx, p)
	case refused && refusal.Permanent && refusal.Scope == alerts.ScopeMessage:
		t.log.Info("alert can't be edited; a message follows it up", "key", p.key, "error", err)
		return outcome{}, sendIt
	}
	return t.verdict(ctx, p, msg, receipt, err)
}

// lookFor keeps an item that was begun, and whose article was withdrawn since,
// until it is known whether it arrived: then its readers are to be told.
func (d *Dispatcher) lookFor(ctx context.Context, p *part, i alerts.Item) {
	if !slices.Contains(p.gone, i.Key) {
		return
	}
	text, err := d.texts.get(ctx, i.Article, 0)
	if err != nil || text.article.Standing != alerts.Withdrawn {
		return
	}
	p.gone, p.look = nil, true
	p.alerts = []alerts.Alert{{Article: text.article, Notice: alerts.Withdrawn}}
}

// drop ends a part that nobody is sent.
func (t *turn) drop(ctx context.Context, p part) (outcome, step) {
	p.gone = p.keys()
	if !t.clear(ctx, &p) {
		return t.unrecorded(), leave
	}
	return outcome{}, nextPart
}

// unheard reports whether the place wants no message that follows up: it has
// muted the article, or paused all of its alerts.
func (t *turn) unheard(p part) bool {
	return t.claim.Lane.Schedule.Cadence == alerts.Amending &&
		(t.view.settings.Mutes(p.items[0].Article) || !t.view.settings.Active(t.view.now))
}
