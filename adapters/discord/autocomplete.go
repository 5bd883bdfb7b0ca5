package discord

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/bellwether/bellwether/alerts"
)

// choice is what is offered while something is typed.
// Source: https://discord.com/developers/docs/interactions/application-commands#application-command-object-application-command-option-choice-structure
type choice struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// choices offers what the option that is being typed may become.
func (a *App) choices(ctx context.Context, o origin, t typed) []choice {
	text := t.text(t.focused)
	switch t.focused {
	case optID:
		return fit(a.numbers(ctx, o, t, text))
	case optQuery:
		return fit(a.keywords(ctx, o, text))
	case optZone:
		return fit(plainly(a.Zones(text)))
	case optWhen:
		return fit(plainly(whens(text)))
	case optFor:
		return fit(plainly(spans(text)))
	case optHours:
		return fit(plainly(begun(text, "22:00-07:00", "20:00-08:00", "18:00-09:00", "off")))
	case optAnHour:
		return fit(plainly(begun(text, "10", "30", "60", "off", "default")))
	case optCommand:
		var all []string
		for _, s := range policy().Options {
			all = append(all, s.Name)
		}
		return fit(plainly(begun(text, append([]string{"queries"}, all...)...)))
	}
	return nil
}

// plainly gives choices that are shown as what they are.
func plainly(all []string) []choice {
	var out []choice
	for _, s := range all {
		out = append(out, choice{s, s})
	}
	return out
}

// fit keeps what Discord takes: a choice whose value is too long can't be
// offered.
func fit(all []choice) []choice {
	var out []choice
	for _, c := range all {
		if c.Value == "" || len([]rune(c.Value)) > maxChoice || len(out) == maxChoices {
			continue
		}
		if name := []rune(c.Name); len(name) > maxChoice {
			c.Name = string(name[:maxChoice-1]) + "…"
		}
		out = append(out, c)
	}
	return out
}

// begun are those of all that begin as typed.
func begun(typed string, all ...string) []string {
	var out []string
	for _, s := range all {
		if strings.HasPrefix(strings.ToLower(s), strings.ToLower(typed)) {
			out = append(out, s)
		}
	}
	return out
}

// numbers offers the subscriptions of the place by their numbers and words.
func (a *App) numbers(ctx context.Context, o origin, t typed, text string) []choice {
	d, wrong := a.target(ctx, o, t)
	if t.flag(optMe) || wrong != nil {
		d = o.person().Direct()
	}
	if sees, err := a.sees(ctx, o, d); err != nil || !sees {
		return nil
	}
	subs, err := a.Subscriptions.List(ctx, d)
	if err != nil {
		a.warn(ctx, o, "offer subscriptions", err)
		return nil
	}
	var out []choice
	for _, s := range subs {
		n, query := strconv.Itoa(s.Number), s.Query.String()
		if strings.HasPrefix(n, text) || strings.Contains(strings.ToLower(query), strings.ToLower(text)) {
			out = append(out, choice{n + " · " + query, n})
		}
	}
	return out
}

// whens are schedules that what was typed may become.
func whens(text string) []string {
	out := begun(text, "instant", "hourly", "daily 08:00", "daily 12:00", "daily 17:00",
		"weekly mon 08:00", "weekly fri 16:00")
	if s, err := alerts.ParseSchedule(text); err == nil && !slices.Contains(out, s.String()) {
		out = append([]string{s.String()}, out...)
	}
	return out
}

// spans are how long something may be paused.
func spans(text string) []string {
	if n, ok := number(text); ok && n < 1000 {
		s := strconv.Itoa(n)
		return []string{s + "h", s + "d", s + " weeks"}
	}
	return begun(text, "1h", "4h", "1d", "3d", "1 week", "2 weeks", "4 weeks")
}

// keywords offers what others in the server follow, of channels that everyone
// there sees; the most followed first.
func (a *App) keywords(ctx context.Context, o origin, text string) []choice {
	var out []string
	if o.guild != "" {
		for _, query := range a.popular.get(o.guild, func() []string { return a.followed(ctx, o) }) {
			if text != query && strings.Contains(strings.ToLower(query), strings.ToLower(text)) {
				out = append(out, query)
			}
		}
	}
	if text != "" { // what was typed stands first, so that it can be taken as it is
		out = append([]string{text}, out...)
	}
	return plainly(out)
}

// mostFollowed bounds the channels of a server that are looked at.
const mostFollowed = 50

// followed gives the queries of a server's public channels, by how many follow
// them.
func (a *App) followed(ctx context.Context, o origin) []string {
	places, err := a.Guilds.Destinations(ctx, alerts.Discord, o.guild)
	if err != nil {
		a.warn(ctx, o, "offer what others follow", err)
		return nil
	}
	count := map[string]int{}
	for _, d := range places[:min(len(places), mostFollowed)] {
		if d.IsDirect() {
			continue
		}
		if seen, err := a.rooms.everyone(ctx, a.Client, o.guild, d.Channel); err != nil || !seen {
			continue
		}
		subs, err := a.Subscriptions.List(ctx, d)
		if err != nil {
			a.warn(ctx, o, "offer what others follow", err)
			return nil
		}
		for _, s := range subs {
			count[s.Query.String()]++
		}
	}
	var out []string
	for query := range count {
		out = append(out, query)
	}
	slices.SortFunc(out, func(x, y string) int {
		if count[x] != count[y] {
			return count[y] - count[x]
		}
		return strings.Compare(x, y)
	})
	return out
}

// popularKept is how long it is remembered what is followed in a server.
const popularKept = time.Minute

// popular remembers what is followed in servers, for a letter typed asks for it.
type popular struct {
	now func() time.Time

	mu   sync.Mutex
	seen map[string]kept[[]string]
}

func newPopular(now func() time.Time) *popular {
	return &popular{now: now, seen: map[string]kept[[]string]{}}
}

func (p *popular) get(guild string, ask func() []string) []string {
	p.mu.Lock()
	old, ok := p.seen[guild]
	p.mu.Unlock()
	if ok && p.now().Sub(old.at) < popularKept {
		return old.what
	}
	what := ask()
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.seen) >= mostKept {
		clear(p.seen)
	}
	p.seen[guild] = kept[[]string]{what, p.now()}
	return what
}

func (p *popular) forget(guild string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.seen, guild)
}
