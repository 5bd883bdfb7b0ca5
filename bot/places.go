package bot

import (
	"context"
	"errors"
	"fmt"

	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/bot/chat"
)

// Lost holds everything for d, which its platform no longer takes anything
// for, and returns whom to tell what: each owner of a subscription there. It
// returns nothing when d is held already, so that people are told once however
// many find out, and nothing for a place that nobody follows anything in. A
// pause that people made stays beside it.
func (b *Bot) Lost(ctx context.Context, d alerts.Destination, why alerts.Loss) ([]chat.Notice, error) {
	subs, err := b.list(ctx, d)
	if err != nil || len(subs) == 0 {
		return nil, err
	}
	held := false
	_, err = b.changeSettings(ctx, d, func(s *alerts.Settings) {
		if held = s.PausedBy != alerts.LossNone; !held {
			s.PausedBy = why
		}
	})
	if errors.Is(err, alerts.ErrConflict) {
		err = fmt.Errorf("hold what goes to %s: %w", d, err)
	}
	if err != nil || held {
		return nil, err
	}
	text := lossNotice(why)
	if text == "" || d.IsDirect() {
		return nil, nil
	}
	var notices []chat.Notice
	told := map[alerts.Person]bool{{}: true}
	for _, s := range subs {
		if told[s.Owner] {
			continue
		}
		told[s.Owner] = true
		notices = append(notices, chat.Notice{To: s.Owner, Reply: chat.Reply{
			Text: text, Place: d, Hints: []string{"`list mine` shows all that you follow"},
		}})
	}
	return notices, nil
}

// Back ends what Lost began. It does nothing else.
func (b *Bot) Back(ctx context.Context, d alerts.Destination) error {
	set, err := b.settings(ctx, d)
	if err != nil || set.PausedBy == alerts.LossNone {
		return err
	}
	_, err = b.changeSettings(ctx, d, func(s *alerts.Settings) { s.PausedBy = alerts.LossNone })
	return err
}

// lossNotice is what an owner is told; empty where they can't be or need not.
func lossNotice(why alerts.Loss) string {
	switch why {
	case alerts.LossArchived:
		return "That channel was archived, so its alerts are paused. They go on by themselves when it is not archived any more."
	case alerts.LossDeleted:
		return "That channel was deleted, so its alerts have ended."
	case alerts.LossRemoved:
		return "Bellwether is not in that channel any more, or may not write there, so its alerts are paused. Invite it again, or let it write there, and they go on."
	case alerts.LossUninstalled:
		return "Bellwether was removed from where that channel is, so its alerts are paused. Add it again, and they go on."
	}
	return ""
}

// lossWords say for how long a loss holds up alerts.
func lossWords(why alerts.Loss) string {
	switch why {
	case alerts.LossArchived:
		return "while the channel is archived"
	case alerts.LossDeleted:
		return "since the channel was deleted"
	case alerts.LossRemoved:
		return "until Bellwether can write in the channel"
	case alerts.LossClosed:
		return "while direct messages can't be sent"
	}
	return "while the app is not installed"
}
