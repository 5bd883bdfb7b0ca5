package bot

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/bellwether/bellwether/alerts"
	"github.com/bellwether/bellwether/bot/chat"
)

const (
	sourcesOnPage = 15  // fit into a message of every platform
	longReason    = 160 // of why a source can't be read, in characters
	week          = 7   // days
)

// health is how a source is, the worst first.
type health int

const (
	failing   health = iota // tries fail
	untouched               // nobody tries
	silent                  // it is read, and it is strange that there is nothing new
	unread                  // not tried yet
	fine
)

func healthOf(s alerts.SourceStatus, now time.Time) health {
	switch {
	case s.Error != "":
		return failing
	case !s.Unread(now).IsZero():
		return untouched
	case s.LastGood.IsZero():
		return unread
	case s.News.Silent(now) > 0:
		return silent
	}
	return fine
}

// showSources tells of all sources a page at a time, what is wrong first, or of
// those whose name has the words of q.args in it.
func (b *Bot) showSources(ctx context.Context, q *request) (chat.Reply, error) {
	set, err := b.settings(ctx, q.place)
	if err != nil {
		return chat.Reply{}, err
	}
	all, err := b.sources.Sources(ctx)
	if err != nil {
		return chat.Reply{}, fmt.Errorf("tell how the sources are: %w", err)
	}
	if len(all) == 0 {
		return chat.Reply{Text: "No sources are configured, so nothing can come in. Whoever runs the bot can add some."}, nil
	}
	page, err := strconv.Atoi(q.args)
	if err != nil && q.args != "" {
		if all = sourcesNamed(all, q.args); len(all) == 0 {
			r := problem("No source has " + code(q.args) + " in its name or address.")
			r.Hints = []string{"`sources`"}
			return r, nil
		}
	}
	slices.SortStableFunc(all, func(x, y alerts.SourceStatus) int {
		return cmp.Or(cmp.Compare(healthOf(x, q.now), healthOf(y, q.now)), x.Unread(q.now).Compare(y.Unread(q.now)))
	})
	loc := location(set)
	r := chat.Reply{Text: fmt.Sprintf("%s%s. Times are in %s.", count(len(all), "source"), summed(all, q.now), loc)}
	if b.hold() != "" {
		r.Text += "\nNone is read just now, for so much waits to be sent; that goes on by itself."
	}
	pages := (len(all) + sourcesOnPage - 1) / sourcesOnPage
	if err != nil {
		page, pages = 1, 1 // what has the word in it is not paged
	}
	page = min(max(page, 1), pages)
	from := (page - 1) * sourcesOnPage
	for _, s := range all[from:min(from+sourcesOnPage, len(all))] {
		r.Rows = append(r.Rows, chat.Row{Label: sourceName(s), Value: sourceState(s, loc, q.now)})
	}
	switch {
	case pages > 1 && page < pages:
		r.Hints = append(r.Hints, fmt.Sprintf("page %d of %d; the next: %s", page, pages, code("sources "+strconv.Itoa(page+1))), "one alone: `sources NAME`")
	case pages > 1:
		r.Hints = append(r.Hints, fmt.Sprintf("page %d of %d", page, pages))
	case len(all) > sourcesOnPage:
		r.Hints = append(r.Hints, fmt.Sprintf("%s more: say more of the name", number(len(all)-sourcesOnPage)))
	}
	return r, nil
}

// sourcesNamed are the sources with words in their name or address.
func sourcesNamed(all []alerts.SourceStatus, words string) []alerts.SourceStatus {
	words = strings.ToLower(words)
	return slices.DeleteFunc(slices.Clone(all), func(s alerts.SourceStatus) bool {
		return !strings.Contains(strings.ToLower(s.Name+"\n"+s.Address), words)
	})
}

func sourceName(s alerts.SourceStatus) string { return cmp.Or(s.Name, s.Address) }

// summed counts what is not well.
func summed(all []alerts.SourceStatus, now time.Time) string {
	var n [fine + 1]int
	for _, s := range all {
		n[healthOf(s, now)]++
	}
	var parts []string
	for _, p := range []struct {
		h    health
		text string
	}{
		{failing, "%s can't be read just now and will be tried again"},
		{untouched, "%s not looked at for more than an hour"},
		{silent, "%s silent for unusually long"},
		{unread, "%s not read yet"},
	} {
		if n[p.h] > 0 {
			parts = append(parts, fmt.Sprintf(p.text, number(n[p.h])))
		}
	}
	switch {
	case len(parts) == 0 && len(all) == 1:
		return ", and it is well"
	case len(parts) == 0:
		return ", all well"
	}
	return "; " + strings.Join(parts, ", ")
}

// sourceState says how reading a source goes.
func sourceState(s alerts.SourceStatus, loc *time.Location, now time.Time) string {
	at := func(t time.Time) string { return moment(t, loc, now) }
	read := ""
	if !s.LastGood.IsZero() {
		read = "; last read " + at(s.LastGood)
	}
	state := ""
	switch healthOf(s, now) {
	case failing:
		state = "can't be read"
		if !s.FailingSince.IsZero() {
			state += " since " + at(s.FailingSince)
		}
		state += ": " + shortened(plain(s.Error), longReason) + read
		if s.LastGood.IsZero() {
			state += "; never read yet"
		}
		if !s.Next.IsZero() {
			state += "; next try " + at(s.Next)
		}
		return state
	case untouched:
		return "not looked at since " + at(s.Unread(now)) + read
	case unread:
		return "not read yet"
	case silent:
		state = fmt.Sprintf("silent for %s, though it usually has news", count(s.News.Silent(now), "day"))
	default:
		state = "fine"
		if s.Pushed {
			state = "fine, sent here by its hub at once"
		}
	}
	state += fmt.Sprintf("%s; %s in 7 days", read, count(s.News.Last(week, now), "item"))
	if !s.LastNew.IsZero() {
		state += ", the latest came " + at(s.LastNew)
	}
	return state
}

// shortened cuts s at a word, in at most that many characters.
func shortened(s string, most int) string {
	runes := []rune(s)
	if len(runes) <= most {
		return s
	}
	s = string(runes[:most-1])
	if space := strings.LastIndexByte(s, ' '); space > len(s)/2 {
		s = s[:space]
	}
	return s + "…"
}
