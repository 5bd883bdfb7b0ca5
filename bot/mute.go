package bot

import (
	"context"
	"fmt"
	"regexp"
	"slices"

	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/bot/chat"
)

// mostMuted is how many articles a place may mute; the one muted longest ago is
// shown again when there are more. Articles older than a month come no more.
const mostMuted = 500

// mute keeps an article, and what becomes of it, from the place.
func (b *Bot) mute(ctx context.Context, q *request) (chat.Reply, error) {
	id, name, wrong, err := b.article(ctx, q)
	if err != nil || wrong != nil {
		return orEmpty(wrong), err
	}
	was := false
	_, err = b.changeSettings(ctx, q.place, func(s *alerts.Settings) {
		if was = s.Mutes(id); was {
			return
		}
		s.Muted = append(slices.Clone(s.Muted), id)
		s.Muted = s.Muted[max(0, len(s.Muted)-mostMuted):]
	})
	if err != nil {
		return orBusy(err)
	}
	if was {
		return chat.Reply{Text: fmt.Sprintf("%s is muted %s already.", name, q.here())}, nil
	}
	return chat.Reply{
		Text:  fmt.Sprintf("%s is muted %s: later versions of it are not shown.", name, q.here()),
		Hints: []string{q.undo("unmute", id) + " undoes it"},
		Undo:  q.back("unmute", id),
	}, nil
}

func (b *Bot) unmute(ctx context.Context, q *request) (chat.Reply, error) {
	id, name, wrong, err := b.article(ctx, q)
	if err != nil || wrong != nil {
		return orEmpty(wrong), err
	}
	was := false
	_, err = b.changeSettings(ctx, q.place, func(s *alerts.Settings) {
		was = s.Mutes(id)
		s.Muted = slices.DeleteFunc(slices.Clone(s.Muted), func(m string) bool { return alerts.ShortID(m) == id })
	})
	if err != nil {
		return orBusy(err)
	}
	if !was {
		return chat.Reply{Text: fmt.Sprintf("%s was not muted %s.", name, q.here())}, nil
	}
	return chat.Reply{
		Text:  fmt.Sprintf("%s is not muted %s any more.", name, q.here()),
		Hints: []string{q.undo("mute", id) + " undoes it"},
		Undo:  q.back("mute", id),
	}, nil
}

// hashed is what alerts.ShortID makes of a long id.
var hashed = regexp.MustCompile(`^#[0-9a-f]{32}$`)

// article gives the short name of the article that the person means, and how
// it is called in a reply. What a button names is taken as it is, and what is
// muted here is found by its short name alone: both may be older than the part
// of the archive that is looked through.
func (b *Bot) article(ctx context.Context, q *request) (id, name string, wrong *chat.Reply, err error) {
	if q.args == "" {
		r := problem("Which article? Say its address, its id, or words of its headline: " + code(q.verb.form) + ".")
		r.Hints = []string{q.undo("why", "") + " shows the newest that hit"}
		return "", "", &r, nil
	}
	exact := hashed.MatchString(q.args) || (q.Verb != "" && alerts.ShortID(q.args) == q.args)
	found, whole, err := b.wanted(ctx, q, nil, !exact)
	switch {
	case err != nil && !exact:
		return "", "", nil, err
	case err != nil:
		b.warn(ctx, q, "archive not read", err)
	case found != nil:
		return alerts.ShortID(found.ID), "“" + plain(found.Title) + "”", nil, nil
	}
	set, err := b.settings(ctx, q.place)
	if err != nil {
		return "", "", nil, err
	}
	if id := alerts.ShortID(q.args); exact || set.Mutes(id) {
		return id, "The article", nil, nil
	}
	r := q.notFound(whole)
	return "", "", &r, nil
}
