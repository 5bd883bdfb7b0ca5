package dispatch

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/bellwether/bellwether/alerts"
)

// Notices gives the notices of sources that stand in the outbox in place of
// articles.
type Notices interface {
	// Notice gives one; alerts.ErrNotFound if there is none.
	Notice(ctx context.Context, id string) (alerts.SourceNotice, error)
}

// ofSources puts a notice into a part. Where everything is paused nobody is
// told.
func (d *Dispatcher) ofSources(ctx context.Context, id string, i alerts.Item, v view, p *part) error {
	if !v.settings.Active(v.now) {
		p.gone = append(p.gone, i.Key)
		return nil
	}
	err := alerts.ErrNotFound
	var n alerts.SourceNotice
	if d.cfg.Notices != nil {
		n, err = d.cfg.Notices.Notice(ctx, id)
	}
	switch {
	case errors.Is(err, alerts.ErrNotFound):
		p.lost[i.Key] = fmt.Errorf("read notice %s: %w", id, err)
	case err != nil:
		return fmt.Errorf("read notice %s: %w", id, err)
	default:
		p.alerts = append(p.alerts, noticeAlert(n, v.location))
	}
	return nil
}

// mostNamed bounds the sources that a notice names.
const mostNamed = 10

// noticeAlert is a notice in words.
func noticeAlert(n alerts.SourceNotice, loc *time.Location) alerts.Alert {
	title, rest := downWords(n, loc), "It is tried again all the time; you are told when it is back."
	if len(n.Sources) != 1 {
		rest = "They are tried again all the time; you are told when they are back."
	}
	if n.Back {
		title, rest = backWords(n), "What came meanwhile is alerted now, as far as it still stands there."
	}
	out := alerts.Alert{Article: alerts.Article{ID: n.Reference(), Title: title}, Notice: alerts.OfSources}
	if len(n.Sources) > 1 {
		out.Summary = append(out.Summary, namesOf(n, loc))
	}
	out.Summary = append(out.Summary, rest)
	return out
}

const sinceForm = "Mon 2 Jan 15:04"

func downWords(n alerts.SourceNotice, loc *time.Location) string {
	switch {
	case n.All():
		return fmt.Sprintf("None of the %d sources has been reached for a day: most likely Bellwether's own network is down", n.Total)
	case len(n.Sources) == 1:
		return n.Sources[0].Name + " has not been reached since " + n.Sources[0].Since.In(loc).Format(sinceForm)
	}
	return fmt.Sprintf("%d sources have not been reached for a day", len(n.Sources))
}

func backWords(n alerts.SourceNotice) string {
	if len(n.Sources) == 1 {
		return n.Sources[0].Name + " can be read again"
	}
	return fmt.Sprintf("%d sources can be read again", len(n.Sources))
}

// namesOf names the sources of a notice in a sentence.
func namesOf(n alerts.SourceNotice, loc *time.Location) string {
	var names []string
	for _, s := range n.Sources[:min(len(n.Sources), mostNamed)] {
		name := s.Name
		if !s.Since.IsZero() {
			name += " since " + s.Since.In(loc).Format(sinceForm)
		}
		names = append(names, name)
	}
	text := strings.Join(names, ", ")
	if more := len(n.Sources) - mostNamed; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text + "."
}
